"""Opportunities as text for a terminal of 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from rich.console import Console
from rich.markup import escape

from simulation.display.words.rounding import decimal, signed
from simulation.report.terminal import table, titled

if TYPE_CHECKING:
    from simulation.experiments.opportunities import Opportunities

SHOWN = 10
"""Rows of each table."""


def print_opportunities(result: Opportunities, console: Console) -> None:
    """The best new partners, the best held ones to deepen, what each held one is worth, and what that means."""
    info = result.info
    best = result.table.loc[result.table["rank"].notna()]
    console.print(escape(f"Opportunities of {info['focal']['name']} ({result.focal}) by {info['by']}."))
    console.print(f"Ranked by {info['criterion_means']}.")
    console.print(f"Gains are kept commitments in binding-equivalents, with the 90 % interval of {info['pairs']} pairs.")
    console.print()
    for title, rows in (("New", best.loc[best["held"] <= 0.5]), ("Held, a rung deeper", best.loc[best["held"] > 0.5])):
        _print_ranked(title, rows.head(SHOWN), best, console)
    _print_portfolio(result.portfolio.head(SHOWN), console)
    console.print(escape(meaning(result)))


def _print_ranked(title: str, rows: pd.DataFrame, best: pd.DataFrame, console: Console) -> None:
    if rows.empty:
        return
    made = table(
        [("rank", "right"), ("partner", "left"), ("kind", "left"), ("gain", "right"), ("90 % interval", "right"),
         ("P(accept)", "right"), ("price", "right")]
    )  # fmt: skip
    places = best.set_index("partner")["rank"]
    for row in rows.itertuples():
        interval = "" if pd.isna(row.q05) else f"{signed(row.q05)} to {signed(row.q95)}"
        made.add_row(
            _rank(int(row.rank), [int(places[name]) for name in str(row.tied_with).split()]),
            escape(str(row.name)), str(row.kind).replace("_", " "), signed(row.gain_commitments), interval,
            decimal(row.p_accept, 2), decimal(row.price, 2),
        )  # fmt: skip
    console.print(titled(f"{title}: price in quarters' budgets; ranks of others not told apart in brackets", made))
    console.print()


def _rank(own: int, others: list[int]) -> str:
    """``3 (1–7)``: a rank, and the first and last rank that is not told apart from it."""
    return f"{own} ({min(own, *others)}–{max(own, *others)})" if others else str(own)


def _print_portfolio(rows: pd.DataFrame, console: Console) -> None:
    if rows.empty:
        return
    made = table([("partner", "left"), ("kind", "left"), ("loss", "right"), ("90 % interval", "right")])
    for row in rows.itertuples():
        interval = "" if pd.isna(row.q05) else f"{signed(row.q05)} to {signed(row.q95)}"
        made.add_row(escape(str(row.name)), str(row.kind).replace("_", " "), decimal(row.loss_commitments, 2), interval)
    console.print(titled("Held: kept commitments lost if the partner fails", made))
    console.print()


def meaning(result: Opportunities) -> str:
    """One sentence of what the ranking says, and of what it does not."""
    best = result.table.loc[result.table["rank"].notna()]
    if best.empty:
        return "Nobody could be told to be worth an offer."
    first = best.iloc[0]
    ties = len(str(first["tied_with"]).split())
    told = f"{ties} others are not told apart from it" if ties else "it is told apart from all others"
    return f"First comes {first['name']}, and {told}; all of it holds in the model only, and no price but budget is in it."
