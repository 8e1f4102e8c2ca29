"""Blocs, rivalries and deals as of a date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from simulation.data.dates import optional, surely_by
from simulation.data.kinds import BlocFacts, DealFacts, DealRecord, Records
from simulation.data.roster import bloc_members
from simulation.data.tables import judged, table
from simulation.errors import Fault, InputError, suggest


def load_rivals(as_of: date, place: Mapping[str, int]) -> tuple[tuple[int, int], ...]:
    """Strategic rivalries alive in 2020, without those ended by the day, as pairs i < j."""
    pairs = []
    for row in table("rivalries"):
        ended = optional(row["ended"])
        if ended is None or ended > as_of:
            a, b = sorted((place[row["iso3_a"]], place[row["iso3_b"]]))
            pairs.append((a, b))
    return tuple(sorted(pairs))


def load_blocs(as_of: date, place: Mapping[str, int]) -> tuple[BlocFacts, ...]:
    """Blocs founded by the day (a year counts from its last day) with two members or more, in table order."""
    blocs = []
    depth = bloc_depths(as_of)
    for row in table("blocs"):
        members = bloc_members(row["id"], as_of, place)
        if surely_by(row["founded"]) <= as_of and len(members) > 1:
            blocs.append(BlocFacts(
                id=row["id"], name=row["name"], rule=row["rule"], threshold=float(row["threshold"]),
                agenda_rate=float(row["agenda_rate"]), depth=depth.get(row["id"], 0),
                enforcement=float(row["enforcement"]),
                regional=row["regional"] == "1", universal=row["universal"] == "1",
                members=members,
            ))
    return tuple(blocs)


def bloc_depths(as_of: date) -> dict[str, int]:
    """The deepest text on AI that each bloc had adopted by the day, by id; blocs without one are left out."""
    depth: dict[str, int] = {}
    for row in judged("bloc_texts"):
        if surely_by(row["adopted"]) <= as_of:
            depth[row["bloc"]] = max(depth.get(row["bloc"], 0), int(row["depth"]))
    return depth


def shipped_deals() -> list[DealRecord]:
    """The shipped record of deals."""
    deals = []
    for row in table("deals"):
        parties = tuple(filter(None, (row["party_a"], row["party_b"], row["party_c"])))
        deals.append(DealRecord(row["id"], parties, int(row["depth"]), surely_by(row["date"]), row["subject"],
                                row["source"], row["basis"]))
    return deals


def _struck(strike: Iterable[str], deals: Sequence[DealRecord]) -> set[str]:
    """Ids to leave out, after checking that each names a deal."""
    known = [deal.id for deal in deals]
    faults = [
        Fault("records.strike", f"{name!r} is no recorded deal; {suggest(name, known)}".rstrip("; "))
        for name in strike if name not in known
    ]
    if faults:
        raise InputError(faults)
    return set(strike)


def load_deals(
    as_of: date, place: Mapping[str, int], records: Records, notes: list[str]
) -> tuple[DealFacts, ...]:
    """Deals dated by the day between actors in the world, oldest first.

    A user's deal with the id of a shipped one replaces it. Two deals of one pair
    are both kept: it is for the model to count the deepest.
    """
    own = {deal.id for deal in records.deals}
    deals = [*(deal for deal in shipped_deals() if deal.id not in own), *records.deals]
    struck = _struck(records.strike, deals)
    facts = []
    for deal in deals:
        if deal.id in struck or deal.date > as_of:
            continue
        absent = [party for party in deal.parties if party not in place]
        if absent:
            notes.append(f"deals: {deal.id} is left out, not in the roster: {', '.join(absent)}")
            continue
        parties = tuple(place[party] for party in deal.parties)
        facts.append(DealFacts(deal.id, parties, deal.depth, deal.date))
    return tuple(sorted(facts, key=lambda deal: (deal.date, deal.id)))
