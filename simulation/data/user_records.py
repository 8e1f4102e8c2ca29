"""Reading a user's own deals and joins: tables in the shipped columns.

``deals.csv`` needs ``date, party_a, party_b, depth`` (``party_c``, ``id``,
``subject``, ``source``, ``basis`` may be left out), ``joins.csv`` needs
``instrument, actor, date`` (``joined`` and ``basis`` may be left out). Other
columns of the shipped tables are accepted and not read. States may be written by
name (:mod:`simulation.data.country_names`), dates as spreadsheets do
(:func:`simulation.data.dates.column_dates`); what is kept is the id and the ISO date.
Every bad row gives a :class:`Fault` with its line, and its column name as the key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from simulation.data.actor_advice import unknown_actor
from simulation.data.country_names import resolve, titles
from simulation.data.dates import column_dates, surely_by
from simulation.data.kinds import DealRecord, JoinRecord
from simulation.data.reading import shown
from simulation.data.roster import UNION, bloc_members
from simulation.data.spreadsheets import Row, read_rows
from simulation.data.tables import table
from simulation.errors import Fault, suggest
from simulation.state import DEPTHS

DEAL_COLUMNS = ("id", "date", "date_precision", "party_a", "party_b", "party_c", "depth", "kind", "subject",
                "source", "basis")
DEAL_NEEDS = ("date", "party_a", "party_b", "depth")
JOIN_COLUMNS = ("instrument", "actor", "date", "date_precision", "status", "joined", "basis")
JOIN_NEEDS = ("instrument", "actor", "date")
MOST_FAULTS = 100
"""Faults of a table that are told."""

Complain = Callable[[str, str], None]


def _dated_rows(
    path: Path, allowed: Sequence[str], needs: Sequence[str], faults: list[Fault]
) -> Iterator[tuple[int, Row, Complain]]:
    """(line, row, what takes its faults) with the date of each row as ISO 8601, empty where it is none."""
    name = str(path)
    rows = read_rows(path, allowed, needs, faults)
    if not rows and not faults:
        faults.append(Fault("", "has no row below its header", name))
    dates, result = column_dates((line, row["date"]) for line, row in rows)
    wrong: dict[int, list[str]] = {}
    for line, message in result:
        wrong.setdefault(line, []).append(message)
    for line, row in rows:
        def complain(column: str, message: str, line: int = line) -> None:
            faults.append(Fault(column, message, name, line, 1))

        if len(faults) > MOST_FAULTS:
            del faults[MOST_FAULTS:]
            faults.append(Fault("", f"more than {MOST_FAULTS} faults; mend these first", name, line, 1))
            return
        yield line, row | {"date": dates.get(line, "")}, complain
        for message in wrong.get(line, ()):
            complain("date", message)


def _actor(word: str, column: str, complain: Complain) -> str | None:
    """The id of an actor of the full roster that a word names."""
    name = resolve(word)
    if name in titles():
        return name
    complain(column, unknown_actor(word, tuple(titles())))
    return None


def _instrument(word: str, complain: Complain) -> str | None:
    ids = [row["id"] for row in table("instruments")]
    if word in ids:
        return word
    advice = f"{shown(word)} is no instrument; {suggest(word[:40], ids)}".rstrip("; ")
    complain("instrument", advice if word else "no instrument is named")
    return None


def _depth(text: str, complain: Complain) -> int | None:
    if text.lower() in DEPTHS:
        return DEPTHS.index(text.lower()) + 1
    if text in {"1", "2", "3"}:
        return int(text)
    complain("depth", f"{shown(text)} is no depth; allowed: 1 (mou), 2 (programme), 3 (binding)")
    return None


def _is_member(party: str, day: date) -> bool:
    place = {row["iso3"]: index for index, row in enumerate(table("states"))}
    return party in place and place[party] in bloc_members(UNION, day, place)


def _deal(row: Row, complain: Complain) -> DealRecord | None:
    columns = ("party_a", "party_b", "party_c")
    named = [(column, row.get(column, "")) for column in columns]
    parties = [_actor(word, column, complain) for column, word in named if word or column != "party_c"]
    depth = _depth(row["depth"], complain)
    present = [party for party in parties if party]
    for place, party in enumerate(parties):
        if party and party in parties[:place]:
            complain(columns[place], f"{party!r} has a deal with itself")
            return None
    if not row["date"] or depth is None or len(present) < len(parties):
        return None
    day = surely_by(row["date"])
    members = [place for place, party in enumerate(present) if _is_member(party, day)]
    if UNION in present and members:
        later = columns[max(members[0], present.index(UNION))]
        complain(later, "the EU and its members make no deals with one another")
        return None
    label = row.get("id") or "-".join([*present, row["date"]])
    return DealRecord(label, tuple(present), depth, day, row.get("subject", ""), row.get("source", ""),
                      row.get("basis") or "user record")


def read_deals(path: str | Path) -> tuple[list[DealRecord], list[Fault]]:
    """Deals of a user's table, and its faults.

    Returns
    -------
    tuple[list[DealRecord], list[Fault]]
        The good rows in file order, and every fault found, at most :data:`MOST_FAULTS`.
    """
    faults: list[Fault] = []
    deals: list[DealRecord] = []
    first_line: dict[str, int] = {}
    for line, row, complain in _dated_rows(Path(path), DEAL_COLUMNS, DEAL_NEEDS, faults):
        deal = _deal(row, complain)
        if deal is None:
            continue
        if deal.id in first_line:
            complain("id", f"{shown(deal.id)} occurs twice (first in line {first_line[deal.id]})")
            continue
        first_line[deal.id] = line
        deals.append(deal)
    return deals, faults


def read_joins(path: str | Path) -> tuple[list[JoinRecord], list[Fault]]:
    """Joins and refusals of a user's table, and its faults. See :func:`read_deals`."""
    faults: list[Fault] = []
    joins: list[JoinRecord] = []
    first_line: dict[tuple[str, str], int] = {}
    states = {UNION, *(row["iso3"] for row in table("states"))}
    opened = {row["id"]: surely_by(row["opens"]) for row in table("instruments")}
    for line, row, complain in _dated_rows(Path(path), JOIN_COLUMNS, JOIN_NEEDS, faults):
        text = _instrument(row["instrument"], complain)
        name = _actor(row["actor"], "actor", complain)
        mark = row.get("joined", "1") or "1"
        if mark not in {"0", "1"}:
            complain("joined", f"{shown(mark)} is neither 1 (joined) nor 0 (refused)")
        if name and name not in states:
            complain("actor", f"{name!r} is no state; texts are joined by states and the EU")
        if text and mark == "1" and row["date"] and surely_by(row["date"]) < opened[text]:
            complain("date", f"{row['date']} is before the text opened, {opened[text]}")
            continue
        if text is None or name not in states or not row["date"] or mark not in {"0", "1"}:
            continue
        if (text, name) in first_line:
            complain("actor", f"{name!r} joins {text!r} twice (first in line {first_line[text, name]})")
            continue
        first_line[text, name] = line
        joins.append(JoinRecord(text, name, surely_by(row["date"]), mark == "1", row.get("basis") or "user record"))
    return joins, faults
