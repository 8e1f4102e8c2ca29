"""The section on one run: its most important events, each with the terms that decided it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from simulation.display.words.events import GIVEN, LUCK, NAME, SUM, names_of, told
from simulation.display.words.language import Words
from simulation.display.words.quantities import Quantity
from simulation.display.words.terms import N_
from simulation.report.answer import Subject
from simulation.report.parts import Section, Table

_DIGITS = 2
_NEUTRAL = 0.005
"""Lines all of whose terms are as near as this to zero are not shown; the file has them."""


def why(subject: Subject) -> Section | None:
    """What happened in one replicate, and why; none where it was not kept."""
    events, terms = subject.main.explained(), subject.main.explained_terms()
    if events is None or terms is None or events.empty:
        return None
    words, tell = subject.words, subject.teller.tell
    names = {subject.main.focal: subject.focal} | names_of(events, terms, words)
    replicate = int(events["replicate"].iloc[0])
    median = subject.has("cooperation")
    which = (N_("replicate told: the one whose cooperation at the end is the median") if median
             else N_("replicate told: the first"))  # fmt: skip
    number = subject.teller.number(replicate, words.number(replicate), Quantity(which), "", "explained.csv")
    paragraphs = [
        tell(
            "One run out of many: replicate {replicate}, the one whose cooperation at the end is the median. Another "
            "run has other events.",
            replicate=number,
        )
        if median
        else tell("One run out of many: replicate {replicate}. Another run has other events.", replicate=number),
        tell(
            "Shown are the events that changed the commitments of {focal} most (a rung of a deal counts a third of a "
            "binding deal, a joined text and a step of a bloc what they bind); of equal ones the earliest. The file "
            "has all events, also the deals that were refused.",
            focal=subject.teller.name(subject.focal_within),
        ),
        tell(LUCK),
    ]
    shown = dict.fromkeys(terms["event"])
    by_number = {event["event"]: event for event in events.to_dict("records")}
    tables = [
        _table(place, by_number[event], terms.loc[terms["event"] == event], subject, names)
        for place, event in enumerate(shown, start=1)
        if event in by_number
    ]
    reasons = [told(event, subject.main.focal, names, words)[1] for event in events.to_dict("records")]
    everything = Table("explained", words("All events of this run"), events, told={"reason": reasons})
    return Section("why", words("Why: what happened in one run"), paragraphs, [], [*tables, everything])


def _table(place: int, event: Mapping[Any, Any], terms: pd.DataFrame, subject: Subject, names: dict[str, str]) -> Table:
    words = subject.words
    head, reason = told(event, subject.main.focal, names, words)
    caption = words(
        "{number}. {quarter}: {head} {reason}",
        number=words.number(place), quarter=words.quarter_within(str(event["quarter"])), head=head, reason=reason,
    )  # fmt: skip
    columns = _columns(terms)
    heads = ["", *(_heading(column, columns, names, words) for column in columns)]
    return Table(f"event_{place}", caption, terms, heads, [*_lines(columns, words), *_given(columns, words)])


@dataclass(frozen=True)
class _Column:
    """What one actor weighed up about one other: numbers by part and name."""

    actor: str
    other: str
    sum: str
    cells: Mapping[tuple[str, str], float]


def _columns(terms: pd.DataFrame) -> list[_Column]:
    rows = terms.astype({"other": "object"}).fillna({"other": ""})
    return [
        _Column(
            str(actor), str(other), str(what),
            {(row["part"], row["name"]): float(row["value"]) for row in cells.to_dict("records")},
        )
        for (actor, other, what), cells in rows.groupby(["actor", "other", "sum"], sort=False)
    ]  # fmt: skip


def _heading(column: _Column, columns: list[_Column], names: Mapping[str, str], words: Words) -> str:
    if sum(other.actor == column.actor for other in columns) == 1:
        return names[column.actor]
    return words("{actor} on {other}", actor=names[column.actor], other=names[column.other])


def _lines(columns: list[_Column], words: Words) -> Iterator[list[str]]:
    """Terms, then their sums: a column has that of its kind."""
    shown: dict[str, list[float | None]] = {}
    for place, column in enumerate(columns):
        for (part, name), value in column.cells.items():
            if part == "term":
                shown.setdefault(words(NAME[column.sum][name]), [None] * len(columns))[place] = value
    for name, cells in shown.items():
        if any(cell is not None and abs(cell) >= _NEUTRAL for cell in cells):
            yield [name, *(_cell(cell, words, signed=True) for cell in cells)]
    for what in dict.fromkeys(column.sum for column in columns):
        sums = [column.cells.get(("decided", "decided")) if column.sum == what else None for column in columns]
        yield [f"= {words(SUM[what])}", *(_cell(cell, words, signed=what != "keeping") for cell in sums)]


def _given(columns: list[_Column], words: Words) -> Iterator[list[str]]:
    """What else bore on it."""
    for name, shown in GIVEN.items():
        cells = [column.cells.get(("given", name)) for column in columns]
        if any(cell is not None for cell in cells):
            yield [words(shown), *(_cell(cell, words) for cell in cells)]


def _cell(value: float | None, words: Words, *, signed: bool = False) -> str:
    if value is None:
        return "–"
    return words.signed(value, _DIGITS) if signed else words.number(value, _DIGITS)
