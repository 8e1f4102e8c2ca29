"""Instruments as of a date: who may join, who has, where the text stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
import numpy.typing as npt

from simulation.data.dates import optional, surely_by
from simulation.data.kinds import InstrumentFacts, JoinRecord, Position
from simulation.data.roster import Roster, bloc_members
from simulation.data.tables import table

Floats = npt.NDArray[np.float64]

#: The United States were no member of UNESCO from 2018 until this day (recalled).
LATE_UNIVERSAL = {("unesco_rec_2021", "USA"): date(2023, 7, 11)}


def shipped_joins() -> list[JoinRecord]:
    """The shipped record of joins and refusals."""
    return [
        JoinRecord(
            row["instrument"], row["actor"], surely_by(row["date"]), row["joined"] == "1", row["basis"]
        )
        for row in table("joins")
    ]


def known_joins(as_of: date, extra: Iterable[JoinRecord] = ()) -> dict[str, dict[str, JoinRecord]]:
    """Instrument -> actor -> record, the shipped ones and the user's, dated by ``as_of``."""
    result: dict[str, dict[str, JoinRecord]] = {}
    for record in [*shipped_joins(), *extra]:
        if record.date <= as_of:
            result.setdefault(record.instrument, {})[record.actor] = record
    return result


def _token(token: str, row: Mapping[str, str], as_of: date, roster: Roster,
           joins: Mapping[str, Mapping[str, JoinRecord]]) -> set[int]:
    """Indexes that one word of an eligibility rule stands for."""
    if token == "all":
        return set(range(roster.union))
    if token.startswith("bloc:"):
        return set(bloc_members(token.removeprefix("bloc:"), as_of, roster.place))
    if token.startswith("listed"):
        text = token.partition(":")[2] or row["id"]
        return {roster.place[name] for name in joins.get(text, {}) if name in roster.place}
    return {roster.place[token]} if token in roster.place else set()


def eligible(row: Mapping[str, str], as_of: date, roster: Roster,
             joins: Mapping[str, Mapping[str, JoinRecord]]) -> set[int]:
    """Who may join: the words of the rule from left to right, a minus takes away."""
    chosen: set[int] = set()
    for token in row["eligible"].split(";"):
        named = _token(token.removeprefix("-"), row, as_of, roster, joins)
        chosen = chosen - named if token.startswith("-") else chosen | named
    return chosen


def _position(row: Mapping[str, str], positions: Floats, as_of: date, roster: Roster) -> Position:
    """Mean position of the sponsors, or of the members of the convening bloc; else of all states."""
    members: list[int] = []
    for token in filter(None, row["position_from"].split(";")):
        members += sorted(_token(token, row, as_of, roster, {}))
    mean = positions[members or list(range(roster.union))].mean(axis=0)
    return (float(mean[0]), float(mean[1]), float(mean[2]), float(mean[3]))


def _joined(row: Mapping[str, str], may: set[int], as_of: date, roster: Roster,
            joins: Mapping[str, JoinRecord]) -> dict[int, date]:
    """Joiners and their days; a universal text is joined by all who may on its first day."""
    result: dict[int, date] = {}
    if row["universal"] == "1":
        for index in may:
            day = LATE_UNIVERSAL.get((row["id"], roster.ids[index]), surely_by(row["opens"]))
            if day <= as_of:
                result[index] = day
    for name, record in joins.items():
        if record.joined and name in roster.place:
            result[roster.place[name]] = record.date
    return result


def load_instruments(as_of: date, roster: Roster, positions: Floats,
                     joins: Mapping[str, Mapping[str, JoinRecord]]) -> tuple[InstrumentFacts, ...]:
    """Every instrument open by the day, in the order of its id."""
    return tuple(
        _instrument(row, as_of, roster, positions, joins)
        for row in table("instruments")
        if surely_by(row["opens"]) <= as_of
    )


def _instrument(row: Mapping[str, str], as_of: date, roster: Roster, positions: Floats,
                joins: Mapping[str, Mapping[str, JoinRecord]]) -> InstrumentFacts:
    may = eligible(row, as_of, roster, joins)
    joined = _joined(row, may, as_of, roster, joins.get(row["id"], {}))
    may |= set(joined)
    sponsors = tuple(roster.place[name] for name in row["sponsors"].split(";") if name in roster.place)
    closes, in_force = optional(row["closes"]), optional(row["in_force"])
    acting = in_force is not None and in_force <= as_of
    return InstrumentFacts(
        id=row["id"], title=row["title"], sponsors=sponsors,
        convener=row["convener"], enforcement=float(row["enforcement"]), opens=surely_by(row["opens"]),
        # A closing day still to come is not known on the day.
        closes=closes if closes is not None and closes <= as_of else None,
        track=row["track"], regional=row["regional"] == "1", eligible=tuple(sorted(may)),
        position=_position(row, positions, as_of, roster), binding=row["binding"] == "1",
        in_force=in_force if acting else None, needed=0 if acting else int(row["needed"]),
        domain=row["domain"], exclusive=row["exclusive"] == "1",
        invitation_only=row["invitation_only"] == "1",
        open_at_as_of=(closes is None or closes > as_of) and bool(may - set(joined)),
        complete=row["complete"] == "1", joined=tuple(sorted(joined.items())),
    )
