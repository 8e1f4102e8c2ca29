"""The section on one run: its most important events, each with the terms that decided it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from simulation.display.words.events import DECIDED, LUCK, MEAN, NAME, UTILITY, VALUE
from simulation.display.words.language import Words
from simulation.report.answer import Subject
from simulation.report.event_sentences import names_of, told
from simulation.report.parts import Section, Table

_DIGITS = 2
_NEUTRAL = 0.005
"""Lines all of whose factors are as near as this to one, or terms to zero, are not shown; the file has them."""
_SHOWN_GIVEN = ("trust", "left", "price")


def why(subject: Subject) -> Section | None:
    """What happened in one replicate, and why; none where it was not kept."""
    events, terms = subject.main.explained(), subject.main.explained_terms()
    if events is None or terms is None or events.empty:
        return None
    words, tell = subject.words, subject.teller.tell
    names = {subject.main.focal: subject.focal} | names_of(events, terms, words)
    replicate = int(events["replicate"].iloc[0])
    median = subject.has("cooperation")
    which = "the one whose cooperation at the end is the median" if median else "the first"
    number = subject.teller.number(replicate, words.number(replicate), f"replicate told: {which}", "", "explained.csv")
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
            "binding deal, a joined text what it binds); of equal ones those with the highest utility, then the "
            "earliest. The file has all events, also the deals that were refused.",
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
    everything = Table("explained", words("All events of this run"), events)
    return Section("why", words("Why: what happened in one run"), paragraphs, [], [*tables, everything])


def _table(place: int, event: Mapping[Any, Any], terms: pd.DataFrame, subject: Subject, names: dict[str, str]) -> Table:
    words = subject.words
    head, reason = told(event, subject.main.focal, names, words)
    caption = words(
        "{number}. {quarter}: {head} {reason}",
        number=words.number(place), quarter=words.quarter(str(event["quarter"])), head=head, reason=reason,
    )  # fmt: skip
    columns = _columns(terms)
    several = len(columns) > len({column.actor for column in columns})
    heads = ["", *(_heading(column, names, words, several) for column in columns)]
    decided = terms.loc[terms["part"] == "decided"].set_index("actor")["value"]
    means = [_means(columns, decided, words)] if several else []
    rows = [*_lines(columns, str(event["kind"]), words), *means, *_given(columns, words)]
    return Table(f"event_{place}", caption, terms, heads, rows)


@dataclass(frozen=True)
class _Column:
    """What one actor weighed up about one other: numbers by part and name."""

    actor: str
    other: str
    cells: Mapping[tuple[str, str], float]

    def total(self) -> float:
        """Sum of the terms."""
        return sum(value for (part, _), value in self.cells.items() if part == "term")


def _columns(terms: pd.DataFrame) -> list[_Column]:
    rows = terms.loc[terms["part"] != "decided"].astype({"other": "object"}).fillna({"other": ""})
    return [
        _Column(
            str(actor), str(other),
            {(row["part"], row["name"]): float(row["value"]) for row in cells.to_dict("records")},
        )
        for (actor, other), cells in rows.groupby(["actor", "other"], sort=False)
    ]  # fmt: skip


def _heading(column: _Column, names: Mapping[str, str], words: Words, several: bool) -> str:
    if not several or not column.other:
        return names[column.actor]
    return words("{actor} on {other}", actor=names[column.actor], other=names[column.other])


def _lines(columns: list[_Column], kind: str, words: Words) -> Iterator[list[str]]:
    """Factors and their product, terms and their sum."""
    for part, neutral in (("factor", 1.0), ("term", 0.0)):
        for name in _names(columns, part):
            cells = [column.cells.get((part, name)) for column in columns]
            if any(cell is not None and abs(cell - neutral) >= _NEUTRAL for cell in cells):
                shown = f"× {words(NAME[name])}" if part == "factor" else words(NAME[name])
                yield [shown, *(_cell(cell, words, signed=part == "term") for cell in cells)]
        if part == "factor" and _names(columns, "value"):
            values = [column.cells.get(("value", "value")) for column in columns]
            yield [f"= {words(VALUE)}", *(_cell(value, words) for value in values)]
    total = words(DECIDED.get(kind, UTILITY))
    yield [f"= {total}", *(_cell(column.total(), words, signed=kind != "broken") for column in columns)]


def _given(columns: list[_Column], words: Words) -> Iterator[list[str]]:
    """What else bore on it."""
    for name in _SHOWN_GIVEN:
        cells = [column.cells.get(("given", name)) for column in columns]
        if any(cell is not None for cell in cells):
            yield [words(NAME[name]), *(_cell(cell, words) for cell in cells)]


def _means(columns: list[_Column], decided: pd.Series, words: Words) -> list[str]:
    """The mean utility of each party, for one that gains two partners at once under the first of them."""
    cells, seen = [], set()
    for column in columns:
        cells.append("" if column.actor in seen else _cell(float(decided[column.actor]), words, signed=True))
        seen.add(column.actor)
    return [f"= {words(MEAN)}", *cells]


def _names(columns: list[_Column], part: str) -> list[str]:
    return list(dict.fromkeys(name for column in columns for kind, name in column.cells if kind == part))


def _cell(value: float | None, words: Words, *, signed: bool = False) -> str:
    if value is None:
        return "–"
    return words.signed(value, _DIGITS) if signed else words.number(value, _DIGITS)
