"""Model-form spread as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from simulation.display.words.rounding import decimal, percent
from simulation.display.words.stated import COUNTED
from simulation.experiments.analysis.sensitivity import SOURCES
from simulation.outcomes.metrics import METRICS
from simulation.report.terminal import table, titled

if TYPE_CHECKING:
    from simulation.experiments.spread import Spread


def print_spread(spread: Spread, console: Console) -> None:
    """Each metric at the horizon under each rule, and what its spread is made of."""
    if spread.table.empty:
        return
    horizon = str(spread.table["quarter"].iloc[-1])
    rows = spread.table.loc[spread.table["quarter"] == horizon]
    made = table([("metric", "left"), ("rule", "left"), ("mean", "right"), ("5–95 %", "right")])
    metric = ""
    order = {name: place for place, name in enumerate(dict.fromkeys(rows["metric"]))}
    for row in rows.sort_values("metric", kind="stable", key=lambda names: names.map(order)).to_dict("records"):
        shown = "" if row["metric"] == metric else row["metric"].replace("_", " ")
        metric = row["metric"]
        count = METRICS[metric].unit in COUNTED
        ends, digits = (0, 1) if count else (2, 2)
        band = f"{decimal(row['q05'], ends)}–{decimal(row['q95'], ends)}"
        made.add_row(shown, escape(row["rule"]), decimal(row["mean"], digits), band)
    console.print(titled(f"One scenario under each rule, {horizon}; bands: {spread.bands}", made))
    console.print()
    split = table([("metric", "left"), *((source, "right") for source in SOURCES)])
    for row in spread.shares.loc[spread.shares["quarter"] == horizon].to_dict("records"):
        split.add_row(row["metric"].replace("_", " "), *(f"{percent(row[source])} %" for source in SOURCES))
    console.print(titled(f"Shares of the variance over all these runs, {horizon}", split))
