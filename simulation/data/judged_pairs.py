"""Judged tables that name pairs by sides: open conflict, and pairs that make no deals, each row dated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from simulation.data.dates import optional, surely_by
from simulation.data.roster import UNION, bloc_members
from simulation.data.tables import judged, table
from simulation.errors import DataError
from simulation.state import F


@dataclass(frozen=True, eq=False)  # hashed by identity: there is one of each
class Places:
    """Who stands where in the arrays.

    Attributes
    ----------
    ids
        193 states by ISO 3166 code, then ``EU``, then firms where the layer has them.
    place
        Id to index.
    homes
        ISO 3166 code of each actor's home; a state's own; ``""`` where the home is no state of the world.
    states
        How many of the first are states, without the EU.
    """

    ids: tuple[str, ...]
    place: Mapping[str, int]
    homes: tuple[str, ...]
    states: int

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def union(self) -> int:
        """Index of the EU."""
        return self.states


@lru_cache(maxsize=1)
def states_and_union() -> Places:
    """The 193 states and the EU."""
    ids = (*(row["iso3"] for row in table("states")), UNION)
    return Places(ids, {name: i for i, name in enumerate(ids)}, ids, len(ids) - 1)


def side(text: str, places: Places, day: date) -> tuple[int, ...]:
    """Actors that a cell of a judged table means on a day.

    The parts are read from left to right: an id, ``bloc:X`` (its members on the day, and the EU itself with its
    members), ``home:X`` (firms of a home state), ``id:X`` (a firm); a leading minus takes away. A firm that the
    places do not have is nobody.

    Raises
    ------
    DataError
        For a state that is not in the world.
    """
    chosen: set[int] = set()
    for part in text.split(";"):
        take, name = not part.startswith("-"), part.removeprefix("-")
        if name.startswith("bloc:"):
            code = name.removeprefix("bloc:")
            result = {*bloc_members(code, day, places.place), *([places.union] if code == UNION else [])}
        elif name.startswith("home:"):
            code = name.removeprefix("home:")
            result = {i for i, home in enumerate(places.homes) if home == code and i > places.union}
        elif name.startswith("id:"):
            result = {places.place[name.removeprefix("id:")]} if name.removeprefix("id:") in places.place else set()
        elif name in places.place:
            result = {places.place[name]}
        else:
            raise DataError(f"a judged table names {name!r}, which is no actor")
        chosen = chosen | result if take else chosen - result
    return tuple(sorted(chosen))


def judged_pairs(name: str, places: Places, day: date) -> F:
    """(n, n) symmetric: 1 where a judged table (``conflict``, ``masks``) holds for a pair on the day."""
    marks = np.zeros((len(places), len(places)))
    for row in judged(name):
        ended = optional(row["until"])
        if surely_by(row["since"]) <= day and (ended is None or day < ended):
            a, b = side(row["side_a"], places, day), side(row["side_b"], places, day)
            marks[np.ix_(a, b)] = 1.0
            marks[np.ix_(b, a)] = 1.0
    np.fill_diagonal(marks, 0.0)
    return marks
