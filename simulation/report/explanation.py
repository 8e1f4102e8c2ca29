"""An explained run as text for a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.text import Text

from simulation.display.words.events import LUCK, NAME
from simulation.display.words.language import ENGLISH
from simulation.display.words.rounding import decimal, rounded, signed
from simulation.experiments.explanation.tables import IMPORTANT, KINDS
from simulation.report.event_sentences import names_of, told

if TYPE_CHECKING:
    from simulation.experiments.explanation import Explanation

Row = Mapping[Any, Any]
"""Of the terms of an explanation."""
_NEUTRAL = 0.005
"""A factor as near as this to one, or a term to zero, is not shown; the tables have it."""
_SHORT = {"kept": "if kept", "broken": "if broken", "setup": "set-up", "partner_activity": "activity",
          "concession": "concession", "rivalry": "rivalry"}  # fmt: skip
_SYMBOL = {"joined": "log odds", "broken": "yearly probability"}
_RULES = (
    "Of a deal, value V is the product and utility U the sum of what is named; factors of 1.00 and terms of 0.00 are "
    "left out. " + LUCK
)
_INDENT = "        "  # a quarter and two spaces
_HANGING = 6


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
        lines = [(why, 0), *_sides(event, terms.get(event["event"], ()))]
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


def _sides(event: Mapping[Any, Any], terms: Sequence[Row]) -> Iterator[tuple[str, int]]:
    """Lines of what each side weighed up, each with the indent of what is wrapped."""
    for actor in dict.fromkeys(row["actor"] for row in terms):
        own = [row for row in terms if row["actor"] == actor and row["part"] != "decided"]
        partners = list(dict.fromkeys(row["other"] for row in own))
        for other in partners:
            yield from _side(event, [row for row in own if row["other"] == other], len(partners) > 1)
        if len(partners) > 1:
            mean = next(row["value"] for row in terms if row["actor"] == actor and row["part"] == "decided")
            yield f"  mean U {decimal(mean, 2)}", 0


def _side(event: Mapping[Any, Any], rows: Sequence[Row], several: bool) -> Iterator[tuple[str, int]]:
    first, terms = rows[0], _cells(rows, "term")
    who = f"{first['actor_name']} on {first['other_name']}" if several else str(first["actor_name"])
    factors, given = _cells(rows, "factor"), _cells(rows, "given")
    if len(terms) == 1:  # nothing to add up: no value, or nothing new
        yield f"{who}: {_name(next(iter(terms)))}", 2
        return
    if not factors:
        yield f"{who}: {_SYMBOL.get(event['kind'], 'U')} {_sum(terms)}", 2
        return
    budget = ""
    if "price" in given:
        budget = f", budget left {decimal(given['left'], 2)}, price {decimal(given['price'], 2)}"
    product = " × ".join(f"{decimal(number, 2)} {_name(name)}" for name, number in factors.items() if _far(number, 1.0))
    yield f"{who}: trust {decimal(given['trust'], 2)}{budget}", 2
    yield f"  V {decimal(_cells(rows, 'value')['value'], 2)} = {product or '1.00'}", _HANGING
    yield f"  U {_sum(terms)}", _HANGING


def _sum(terms: Mapping[str, float]) -> str:
    shown = [(name, value) for name, value in terms.items() if _far(value, 0.0)]
    listed = " ".join(f"{'−' if value < 0 else '+'} {decimal(abs(value), 2)} {_name(name)}" for name, value in shown)
    total = sum(terms.values())
    sign = "−" if rounded(total, 2) < 0 else ""
    return f"{sign}{decimal(abs(total), 2)} = {listed.removeprefix('+ ') or '0.00'}"


def _name(name: str) -> str:
    return _SHORT.get(name, NAME[name])


def _cells(rows: Sequence[Row], part: str) -> dict[str, float]:
    return {row["name"]: row["value"] for row in rows if row["part"] == part}


def _far(number: float, neutral: float) -> bool:
    return abs(number - neutral) >= _NEUTRAL
