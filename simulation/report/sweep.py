"""A sweep as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from rich.console import Console
from rich.markup import escape

from simulation.display.words.rounding import decimal, digits_that_tell
from simulation.experiments.sweeps.schema import label
from simulation.report.terminal import table, titled

if TYPE_CHECKING:
    from simulation.experiments.sweeps.results import SweepResults

ROWS_SHOWN = 25
"""Design points printed; the rest is in the folder."""


def print_sweep(results: SweepResults, console: Console) -> None:
    """What the sweep asks to see first by design point, dead factors, what failed."""
    info = results.info
    console.print(escape(info["title"]))
    if info["question"]:
        console.print(escape(info["question"]))
    done = len(results.runs()) - len(results.failures)
    console.print(f"{info['points']} design points, {info['replicates']} replicates each; {done} runs done\n")
    console.print(escape(results.held))
    shown = results.shown()
    if shown:
        _print_points(results, shown[0], console)
    for note in info["notes"]:
        console.print(f"Note: {escape(note)}.")
    for key in results.dead_factors():
        console.print(f"Dead factor: {escape(key)} changed no recorded number where it alone differs.")
    equal = results.equal_points()
    if len(equal):
        first = equal.iloc[0]
        text = f"{first['point_a']} and {first['point_b']} differ in {first['factors']}"
        console.print(f"{len(equal)} design points repeat the numbers of another, e.g. {escape(text)}.")


def _print_points(results: SweepResults, metric: str, console: Console) -> None:
    summary = results.summary((metric,))
    rows = results.points().merge(summary, on="point")
    keys = ["scenario", *results.factors] if rows["scenario"].nunique() > 1 else list(results.factors)
    heads = [(key, "left") for key in ["point", *keys]]
    digits = digits_of(rows)
    made = table([*heads, ("mean", "right"), ("s.e.", "right"), ("5 % to 95 %", "right")])
    for _, row in rows.head(ROWS_SHOWN).iterrows():
        values = [escape(label(row[key])) for key in keys]
        band = f"{decimal(row['q05'], digits)} to {decimal(row['q95'], digits)}"
        error = "" if pd.isna(row["standard_error"]) else decimal(row["standard_error"], digits)
        made.add_row(row["point"], *values, decimal(row["mean"], digits), error, band)
    console.print(titled(f"{results.told(metric)} in {results.last_quarter}", made))
    if len(rows) > ROWS_SHOWN:
        text = f"and {len(rows) - ROWS_SHOWN} more design points in {results.folder / 'points.csv'}"
        console.print(escape(text))
    console.print()


def digits_of(rows: pd.DataFrame) -> int:
    """Decimals that the standard errors of a table bear, or its means, where one replicate has no error."""
    return digits_that_tell(max(rows["standard_error"].dropna(), default=rows["mean"].abs().max()))
