"""Who is in the world: states, the EU, and the non-state actors of a roster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from simulation.data.dates import surely_by
from simulation.data.tables import rows_by, table
from simulation.state import CAMPS, KINDS

#: Order of non-state actors in every array.
NONSTATE_KINDS = KINDS[1:]
UNION = "EU"


@dataclass(frozen=True)
class Roster:
    """Actors in array order: 193 states by ISO code, the EU, then non-state actors by kind and id.

    Attributes
    ----------
    ids, names, kinds
        One entry an actor; kinds are codes of :data:`KINDS`.
    rows
        The table row of each non-state actor, from index ``union + 1`` on.
    home
        Index of the home state; own index for states and the EU; -1 without one.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    kinds: tuple[int, ...]
    rows: tuple[Mapping[str, str], ...]
    home: tuple[int, ...]
    place: Mapping[str, int]

    @property
    def union(self) -> int:
        """Index of the EU, which is also the number of states."""
        return len(self.ids) - len(self.rows) - 1

    def __len__(self) -> int:
        return len(self.ids)

    def nonstate(self) -> list[tuple[int, Mapping[str, str]]]:
        """(index, table row) of each non-state actor."""
        return list(enumerate(self.rows, start=self.union + 1))


def _existing(roster: str, as_of: date, notes: list[str]) -> list[Mapping[str, str]]:
    rows = [row for row in table("nonstate") if roster == "full" or row["tier"] == "1"]
    late = [row["id"] for row in rows if row["founded"] and surely_by(row["founded"]) > as_of]
    if late:
        notes.append(f"roster: not yet founded and not loaded: {', '.join(sorted(late))}")
    rows = [row for row in rows if row["id"] not in late]
    return sorted(rows, key=lambda row: (NONSTATE_KINDS.index(row["kind"]), row["id"]))


def load_roster(roster: str, as_of: date, notes: list[str]) -> Roster:
    """Actors of the roster ``core`` (tier 1) or ``full`` that exist on the day."""
    states = table("states")
    rows = _existing(roster, as_of, notes)
    ids = tuple([row["iso3"] for row in states] + [UNION] + [row["id"] for row in rows])
    place = {code: index for index, code in enumerate(ids)}
    count = len(states)
    home = list(range(count + 1)) + [
        -1 if row["kind"] == "secretariat" else place.get(row["home"] or "?", -1) for row in rows
    ]
    homeless = [row["id"] for row, index in zip(rows, home[count + 1:], strict=True)
                if index < 0 and row["kind"] != "secretariat"]
    if homeless:
        notes.append(f"roster: without a home state in the world: {', '.join(homeless)}")
    return Roster(
        ids=ids,
        names=tuple([row["name"] for row in states] + ["European Union"] + [row["name"] for row in rows]),
        kinds=tuple([0] * (count + 1) + [KINDS.index(row["kind"]) for row in rows]),
        rows=tuple(rows),
        home=tuple(home),
        place=place,
    )


def bloc_members(bloc: str, as_of: date, place: Mapping[str, int]) -> tuple[int, ...]:
    """Indexes of a bloc's members on the day; ``UN`` is every state.

    A blank ``since`` is the founding year. A spell known to the year counts from its last day.
    """
    if bloc == "UN":
        return tuple(range(len(table("states"))))
    rows = rows_by("memberships", "bloc").get(bloc, ())
    return tuple(sorted({place[row["iso3"]] for row in rows if _holds(row, as_of)}))


def camps_of(roster: Roster, as_of: date) -> NDArray[np.int8]:
    """Camp of every actor on the day, int8[n]: index in :data:`CAMPS`, -1 without one.

    A state's is by treaty (``camps.csv``: the EU's members, allies of the United States, China's ally
    and its security organisation), never by closeness; an organisation has the camp of its home state.
    """
    named = {row["id"]: CAMPS.index(row["camp"]) for row in table("camps") if _holds(row, as_of)}
    codes = [named.get(roster.ids[home], -1) if home >= 0 else -1 for home in roster.home]
    return np.array(codes, dtype=np.int8)


def _holds(row: Mapping[str, str], as_of: date) -> bool:
    """Whether a spell from ``since`` (blank: always) to the day before ``until`` (blank: open) covers the day."""
    begun = not row["since"] or surely_by(row["since"]) <= as_of
    return begun and (not row["until"] or as_of < surely_by(row["until"]))
