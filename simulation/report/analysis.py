"""An analysis of a sweep as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
from rich.console import Console
from rich.markup import escape

from simulation.display.words.language import ENGLISH
from simulation.display.words.rounding import percent
from simulation.experiments.sweeps.results import called
from simulation.experiments.sweeps.schema import label
from simulation.report.terminal import digits_of_column, signed, table, titled

if TYPE_CHECKING:
    from simulation.experiments.analyse import Analysis


def print_analyses(analyses: Sequence[Analysis], console: Console) -> None:
    """Indices, noise, and the box in a sentence, of each scenario."""
    for held in dict.fromkeys(result.held for result in analyses):
        console.print(escape(held))
    for result in analyses:
        console.print(f"{escape(result.scenario)}: {called(result.metric)} of the focal state in {result.quarter}")
        if pd.isna(result.noise):
            console.print("Replicate noise: unknown with one replicate a point.")
        else:
            console.print(f"Replicate noise: {percent(result.noise)} % of the variance of single runs.")
        if result.indices is not None:
            _print_indices(result.indices, console)
        _print_swings(result.swings, console)
        if isinstance(result.box, str):
            text = f"No box: {result.box.removeprefix('analyse: ')}."
        else:
            text = result.box.sentence(result.interest)
        console.print(escape(text))
        console.print()


def _print_indices(indices: pd.DataFrame, console: Console) -> None:
    names = ("first", "total") if "first" in indices else ("mu_star",)
    made = table([("factor", "left"), *((part, "right") for name in names for part in (name, "90 %")), ("", "left")])
    digits = {name: digits_of_column(indices[name]) for name in names}
    for _, row in indices.iterrows():
        cells = []
        for name, places in digits.items():
            low, high = row[f"{name}_low"], row[f"{name}_high"]
            ends = "" if pd.isna(low) else f"{ENGLISH.number(low, places)} to {ENGLISH.number(high, places)}"
            cells += [ENGLISH.number(row[name], places), ends]
        made.add_row(escape(row["factor"]), *cells, "" if row["converged"] else "not converged")
    console.print(titled("Sobol indices" if "first" in indices else "Morris elementary effects", made))


def _print_swings(swings: pd.DataFrame, console: Console) -> None:
    heads = (("factor", "left"), ("from", "right"), ("to", "right"), ("difference", "right"), ("90 %", "right"))
    made = table(list(heads))
    digits = digits_of_column(swings["effect"])
    for _, row in swings.iterrows():
        interval = "" if pd.isna(row["low"]) else f"{signed(row['low'], digits)} to {signed(row['high'], digits)}"
        ends = (escape(label(row[name])) for name in ("from", "to"))
        made.add_row(escape(row["factor"]), *ends, signed(row["effect"], digits), interval)
    console.print(titled("From one end of a factor to the other, over all values of the others", made))
    if swings["low"].notna().any():
        console.print("Intervals: over replicates, not over design points.")
