"""Reading a user's own deals and joins: CSV tables in the shipped columns.

``deals.csv`` needs ``date, party_a, party_b, depth`` (``party_c``, ``id``,
``subject``, ``source``, ``basis`` may be left out), ``joins.csv`` needs
``instrument, actor, date`` (``joined`` and ``basis`` may be left out). Other
columns of the shipped tables are accepted and not read. Every bad row gives a
:class:`Fault` with its line, and its column name as the key.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from simulation.data.dates import surely_by
from simulation.data.kinds import DealRecord, JoinRecord
from simulation.data.roster import UNION, bloc_members
from simulation.data.tables import table
from simulation.errors import Fault, suggest
from simulation.state import DEPTHS

DEAL_COLUMNS = ("id", "date", "date_precision", "party_a", "party_b", "party_c", "depth", "kind", "subject",
                "source", "basis")
DEAL_NEEDS = ("date", "party_a", "party_b", "depth")
JOIN_COLUMNS = ("instrument", "actor", "date", "date_precision", "status", "joined", "basis")
JOIN_NEEDS = ("instrument", "actor", "date")
LARGEST = 20_000_000
"""Bytes: a larger table of deals is surely the wrong file."""

Row = dict[str, str]
Complain = Callable[[str, str], None]


def actor_ids() -> list[str]:
    """Every actor a record may name: states, the EU, the full roster."""
    return [row["iso3"] for row in table("states")] + [UNION] + [row["id"] for row in table("nonstate")]


def instrument_ids() -> list[str]:
    """Every shipped instrument."""
    return [row["id"] for row in table("instruments")]


def _text(path: Path, faults: list[Fault]) -> str | None:
    name = str(path)
    try:
        if path.stat().st_size > LARGEST:
            faults.append(Fault("", f"larger than {LARGEST // 1_000_000} MB, the most a table may be", name))
            return None
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        faults.append(Fault("", "not UTF-8: save the table as UTF-8", name, line, 1))
    except OSError as error:
        faults.append(Fault("", f"cannot be read: {error.strerror or error}", name))
    return None


def _header(found: Sequence[str], allowed: Sequence[str], needs: Sequence[str], name: str) -> list[Fault]:
    """Faults of the header row."""
    faults = []
    for place, column in enumerate(found):
        if column in found[:place]:
            faults.append(Fault(column, "the column occurs twice", name, 1, 1))
        elif column not in allowed:
            advice = suggest(column, allowed)
            faults.append(Fault(column, f"unknown column; {advice}".rstrip("; "), name, 1, 1))
    faults += [Fault(column, "the column is missing", name, 1, 1) for column in needs if column not in found]
    return faults


def _rows(
    path: Path, allowed: Sequence[str], needs: Sequence[str], faults: list[Fault]
) -> Iterator[tuple[int, Row]]:
    """(line, row) of a table whose header is in order."""
    text, name = _text(path, faults), str(path)
    if text is None:
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if not any(header):
            faults.append(Fault("", f"empty: the first line names the columns {', '.join(needs)}", name))
            return
        wrong = _header(header, allowed, needs, name)
        faults += wrong
        if wrong:
            return
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) == len(header):
                    yield line, dict(zip(header, (cell.strip() for cell in cells), strict=True))
                else:
                    wanted = f"{len(cells)} cells where the header has {len(header)}"
                    faults.append(Fault("", wanted, name, line, 1))
            line = reader.line_num + 1
    except csv.Error as error:
        faults.append(Fault("", f"not a CSV table: {error}", name, reader.line_num, 1))


def _known(word: str, column: str, ids: Sequence[str], what: str, complain: Complain) -> str | None:
    if word in ids:
        return word
    advice = f"{word!r} is no {what}; {suggest(word, ids)}".rstrip("; ")
    complain(column, advice if word else f"no {what} is named")
    return None


def _day(row: Row, complain: Complain) -> date | None:
    try:
        return surely_by(row["date"])
    except ValueError as error:
        complain("date", str(error))
        return None


def _depth(text: str, complain: Complain) -> int | None:
    if text in DEPTHS:
        return DEPTHS.index(text) + 1
    if text in {"1", "2", "3"}:
        return int(text)
    complain("depth", f"{text!r} is no depth; allowed: 1 (mou), 2 (programme), 3 (binding)")
    return None


def _is_member(party: str, day: date) -> bool:
    place = {row["iso3"]: index for index, row in enumerate(table("states"))}
    return party in place and place[party] in bloc_members(UNION, day, place)


def _deal(row: Row, ids: Sequence[str], complain: Complain) -> DealRecord | None:
    named = [(column, row.get(column, "")) for column in ("party_a", "party_b", "party_c")]
    parties = [_known(word, column, ids, "actor", complain)
               for column, word in named if word or column != "party_c"]
    day, depth = _day(row, complain), _depth(row["depth"], complain)
    present = [party for party in parties if party]
    for place, party in enumerate(present):
        if party in present[:place]:
            complain("party_b", f"{party!r} has a deal with itself")
            return None
    if day is None or depth is None or len(present) < len(parties):
        return None
    if UNION in present and any(_is_member(party, day) for party in present):
        complain("party_b", "the EU and its members make no deals with one another")
        return None
    label = row.get("id") or "-".join([*present, row["date"]])
    return DealRecord(label, tuple(present), depth, day, row.get("subject", ""), row.get("source", ""),
                      row.get("basis") or "user record")


def read_deals(path: str | Path) -> tuple[list[DealRecord], list[Fault]]:
    """Deals of a user's table, and its faults.

    Returns
    -------
    tuple[list[DealRecord], list[Fault]]
        The good rows in file order, and every fault found.
    """
    path, faults, deals = Path(path), [], []  # type: ignore[var-annotated]
    ids = actor_ids()
    first_line: dict[str, int] = {}
    for line, row in _rows(path, DEAL_COLUMNS, DEAL_NEEDS, faults):
        def complain(column: str, message: str, line: int = line) -> None:
            faults.append(Fault(column, message, str(path), line, 1))

        deal = _deal(row, ids, complain)
        if deal is None:
            continue
        if deal.id in first_line:
            complain("id", f"{deal.id!r} occurs twice (first in line {first_line[deal.id]})")
            continue
        first_line[deal.id] = line
        deals.append(deal)
    return deals, faults


def read_joins(path: str | Path) -> tuple[list[JoinRecord], list[Fault]]:
    """Joins and refusals of a user's table, and its faults. See :func:`read_deals`."""
    path, faults, joins = Path(path), [], []  # type: ignore[var-annotated]
    ids, texts = [*actor_ids()], instrument_ids()
    first_line: dict[tuple[str, str], int] = {}
    for line, row in _rows(path, JOIN_COLUMNS, JOIN_NEEDS, faults):
        def complain(column: str, message: str, line: int = line) -> None:
            faults.append(Fault(column, message, str(path), line, 1))

        text = _known(row["instrument"], "instrument", texts, "instrument", complain)
        name = _known(row["actor"], "actor", ids, "actor", complain)
        day = _day(row, complain)
        mark = row.get("joined", "1") or "1"
        if mark not in {"0", "1"}:
            complain("joined", f"{mark!r} is neither 1 (joined) nor 0 (refused)")
        if text is None or name is None or day is None or mark not in {"0", "1"}:
            continue
        if (text, name) in first_line:
            complain("actor", f"{name!r} joins {text!r} twice (first in line {first_line[text, name]})")
            continue
        first_line[text, name] = line
        joins.append(JoinRecord(text, name, day, mark == "1", row.get("basis") or "user record"))
    return joins, faults
