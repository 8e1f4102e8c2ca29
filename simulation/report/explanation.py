"""An explained run as text for a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.text import Text

from simulation.arithmetic import ordered_sum
from simulation.display.words.events import GIVEN, LUCK, NAME, names_of, told
from simulation.display.words.language import ENGLISH
from simulation.display.words.rounding import decimal, rounded
from simulation.experiments.explanation.tables import IMPORTANT, KINDS
from simulation.report.terminal import signed

if TYPE_CHECKING:
    from simulation.experiments.explanation import Explanation

Row = Mapping[Any, Any]
"""Of the terms of an explanation."""
_NEUTRAL = 0.005
"""A term as near as this to zero is not shown; the tables have it."""
_SYMBOL = {"turning": "U", "agreeing": "log odds of a yes", "renewing": "log odds of renewal",
           "keeping": "yearly probability", "joining": "log odds", "voting": "U"}  # fmt: skip
_GIVEN = {"chosen": 3, "left": 2, "price": 2, "deeper": 2}
"""Decimals of what else bore on it."""
_RULES = "Terms of 0.00 are left out. " + LUCK
_INDENT = "        "  # a quarter and two spaces
_HANGING = 4


def print_explanation(explanation: Explanation, console: Console) -> None:
    """Print every event: when, what, why, and what each side weighed up."""
    console.print(Text(f"{explanation.name} ({explanation.actor}): {explanation.title}", style="bold"))
    heading = f"Replicate {explanation.replicate}, seed {explanation.seed}. {_counts(explanation.events)}."
    for line in (heading, _RULES):
        console.print(Text(textwrap.fill(line, console.width)))
    names = {explanation.actor: explanation.name} | names_of(explanation.events, explanation.terms, ENGLISH)
    _print_what_mattered(explanation, names, console)
    terms: dict[int, list[Row]] = {}
    for row in explanation.terms.to_dict("records"):
        terms.setdefault(row["event"], []).append(row)
    quarter = ""
    for event in explanation.events.to_dict("records"):
        head, why = told(event, explanation.actor, names, ENGLISH)
        when = "" if event["quarter"] == quarter else event["quarter"]
        quarter = event["quarter"]
        console.print()
        console.print(Text(_wrapped(head, console.width, f"{when:8}", 0), style="bold"))
        lines = [(why, 0), *_sides(terms.get(event["event"], ()))]
        for line, hanging in lines:
            console.print(Text(_wrapped(line, console.width, _INDENT, hanging)))


def _print_what_mattered(explanation: Explanation, names: Mapping[str, str], console: Console) -> None:
    """The events that changed the actor's commitments most, where there are more than these."""
    most = explanation.most_important().events
    if len(explanation.events) <= IMPORTANT or most.empty:
        return
    console.print()
    console.print(Text("What changed its commitments most (in binding deals):", style="bold"))
    for event in most.to_dict("records"):
        head, _ = told(event, explanation.actor, names, ENGLISH)
        line = f"{head} ({signed(event['commitments'], 2)})"
        console.print(Text(_wrapped(line, console.width, f"{event['quarter']:8}", 0)))


def _wrapped(line: str, width: int, first: str, hanging: int) -> str:
    return textwrap.fill(line, width, initial_indent=first, subsequent_indent=_INDENT + " " * hanging)


def _counts(events: pd.DataFrame) -> str:
    """How many events of each kind, with their numbers in one order."""
    counts = events["kind"].value_counts()
    return ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if kind in counts) or "Nothing happened"


def _sides(rows: Sequence[Row]) -> Iterator[tuple[str, int]]:
    """Lines of what each side weighed up, each with the indent of what is wrapped."""
    sides: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        sides.setdefault((row["actor_name"], row["other_name"], row["sum"]), []).append(row)
    for (actor, other, what), own in sides.items():
        several = len({key[1] for key in sides if key[0] == actor}) > 1
        terms, given = _cells(own, "term"), _cells(own, "given")
        who = f"{actor} on {other}" if several else actor
        yield f"{who}: {_SYMBOL[what]} {_sum(what, terms)}" if terms else f"{who}: by a rule of its own", _HANGING
        bore = ", ".join(f"{GIVEN[name]} {_number(given[name], _GIVEN[name])}" for name in _GIVEN if name in given)
        if bore:
            yield f"  {bore}", _HANGING


def _sum(what: str, terms: Mapping[str, float]) -> str:
    """A sum with its terms, the largest first."""
    shown = sorted(((name, value) for name, value in terms.items() if abs(value) >= _NEUTRAL), key=lambda t: -abs(t[1]))
    listed = " ".join(
        f"{'−' if value < 0 else '+'} {decimal(abs(value), 2)} {NAME[what][name]}" for name, value in shown
    )
    total = _number(ordered_sum(terms.values()), 2)
    return f"{total} = {listed.removeprefix('+ ')}" if listed else f"{total}, every term is 0.00"


def _number(value: float, digits: int) -> str:
    sign = "−" if rounded(value, digits) < 0 else ""
    return f"{sign}{decimal(abs(value), digits)}"


def _cells(rows: Sequence[Row], part: str) -> dict[str, float]:
    return {row["name"]: row["value"] for row in rows if row["part"] == part}
