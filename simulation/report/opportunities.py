"""Opportunities as text for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.markup import escape

from simulation.display.opportunities import HELD
from simulation.display.words.language import ENGLISH
from simulation.display.words.rounding import decimal, percent
from simulation.report.terminal import signed, table, titled

if TYPE_CHECKING:
    from simulation.experiments.opportunities import Opportunities

SHOWN = 10
"""Rows of each table."""
OWN_COLUMN = {"gain_capacity": "capacity", "gain_coverage": "coverage", "dependence": "dependence"}
"""Criteria that have a column of their own where they rank, in the place of the interval."""


def print_opportunities(result: Opportunities, console: Console) -> None:
    """The best new partners, the best held ones to deepen, what each held one is worth, and what that means."""
    info = result.info
    best = result.table.loc[result.table["rank"].notna()]
    console.print(escape(f"Opportunities of {info['focal']['name']} ({result.focal}) by {info['by']}."))
    console.print(f"Ranked by {info['criterion_means']}.")
    if info["criterion"] != "p_accept":
        console.print("In that order, those of one kind and depth that are not told apart share their mean gain.")
    pairs = f"{info['pairs']} pairs, {int(result.table['pairs'].max())} of the best"
    what = "means" if info["criterion"] in OWN_COLUMN else "90 % intervals"
    console.print(f"Gains: kept commitments, in binding-equivalents; {what} of {pairs}.")
    console.print("Pairs in the place of an interval: it is the same in so many.")
    console.print("Price: in quarters' budgets. In brackets: first and last rank not told apart from it.")
    console.print()
    held = best["held"] >= HELD
    for title, rows in (("New", best.loc[~held]), ("Held, a rung deeper", best.loc[held])):
        _print_ranked(title, rows, best, info["criterion"], console)
    _print_portfolio(result.portfolio.assign(pairs=info["pairs"]), console)
    console.print(escape(meaning(result)))


def _print_ranked(title: str, rows: pd.DataFrame, best: pd.DataFrame, criterion: str, console: Console) -> None:
    if rows.empty:
        return
    own = OWN_COLUMN.get(criterion)  # in the place of the interval: a screen of 80 columns has no room for both
    made = table([("rank", "right"), ("partner", "left"), ("kind", "left"), ("gain", "right"),
                  (own or "90 %", "right"), ("P(yes)", "right"), ("price", "right")])  # fmt: skip
    places = best.drop_duplicates("partner").set_index("partner")["rank"]
    for row in rows.head(SHOWN).to_dict("records"):
        made.add_row(
            _rank(int(row["rank"]), [int(places[name]) for name in row["tied_with"].split()]),
            escape(row["name"]), _words(row["kind"]), signed(row["gain_commitments"]),
            signed(row[criterion], 3) if own else _interval(row), f"{percent(row['p_accept'])} %",
            decimal(row["price"], 2),
        )  # fmt: skip
    console.print(titled(title, made))
    if rest := _not_shown(rows.iloc[SHOWN:]):
        console.print(escape(rest))
    console.print()


def _not_shown(rows: pd.DataFrame) -> str:
    """Those ranked that a table has no room for, each with its rank; nothing if there are none."""
    names = [f"{row['name']} ({int(row['rank'])})" for row in rows.to_dict("records")]
    return f"Ranked and not shown: {', '.join(names)}." if names else ""


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _interval(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["q05"]):
        return ""
    low, high = signed(row["q05"]), signed(row["q95"])
    if low != high:
        return f"{low}…{high}"
    return f"{int(row['pairs'])} pairs"  # no width is no certainty


def _rank(own: int, others: list[int]) -> str:
    """``3 (1–7)``: a rank, and the first and last rank that is not told apart from it; equals have the same."""
    return f"{own} ({min(own, *others)}–{max(own, *others)})" if {own, *others} != {own} else str(own)


def _print_portfolio(rows: pd.DataFrame, console: Console) -> None:
    if rows.empty:
        return
    made = table([("partner", "left"), ("kind", "left"), ("loss", "right"), ("90 %", "right")])
    for row in rows.head(SHOWN).to_dict("records"):
        made.add_row(escape(row["name"]), _words(row["kind"]), decimal(row["loss_commitments"], 2), _interval(row))
    more = f" (and {len(rows) - SHOWN} that lose less)" if len(rows) > SHOWN else ""
    console.print(titled(f"Held: kept commitments lost if the partner fails{more}", made))
    console.print()


def meaning(result: Opportunities) -> str:
    """One sentence of what the ranking says, and of what it does not."""
    best = result.table.loc[result.table["rank"].notna()]
    if best.empty:
        return "Nobody could be told to be worth an offer."
    first = best.loc[best["rank"] == best["rank"].min()]
    names = ", ".join(ENGLISH.within(*pair) for pair in zip(first["partner"], first["name"], strict=True))
    others = len(set(" ".join(first["tied_with"]).split()) - set(first["partner"]))
    told = "told apart from all others"
    if others:
        told = f"{others} others are not told apart (tied_with in opportunities.csv)"
    leads = f"First comes {names}" if len(first) == 1 else f"First come, worth the same, {names}"
    return (
        f"{leads}; {told}. So it is in the model, where a partner is worth what it signs and "
        "supplies and costs budget only: politics it does not know may reverse it."
    )
