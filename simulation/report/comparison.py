"""Contrasts of scenarios as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.markup import escape

from simulation.display.words.language import ENGLISH
from simulation.display.words.rounding import decimal, percent
from simulation.display.words.terms import METRIC, name_of
from simulation.experiments.analysis.contrasts import in_percent, more_pairs
from simulation.experiments.analysis.summary import KEPT
from simulation.experiments.run import HEADLINES, MILESTONES
from simulation.report.terminal import signed, table, titled

if TYPE_CHECKING:
    from simulation.experiments.compare import Comparison

METRICS_A_TABLE = 4
"""As many columns as 80 signs hold."""
_HEADING = 13
"""Signs of a line of a heading."""
_LARGE = 2.0  # numbers from here on are shown with two decimals, smaller ones with three


def print_comparison(comparison: Comparison, console: Console, precision: float | None = None) -> None:
    """The values of all, then a table a scenario: its difference from the first, and how often it is higher.

    With a precision, also how many more replicates would narrow each interval to it.
    """
    first, *others = comparison.titles
    _print_opening(comparison, first, console)
    digits = _digits(comparison.values)
    _print_values(comparison, digits, console)
    for key in others:
        rows = comparison.contrasts.loc[comparison.contrasts["scenario"] == key]
        _print_headlines(rows, key, digits, console)
        made = table(
            [
                ("metric", "left"),
                ("quarter", "left"),
                (first, "right"),
                ("change", "right"),
                ("90 % interval", "right"),
                ("P(higher)", "right"),
                *([(f"more for ±{precision:g}", "right")] if precision else []),
            ],
        )
        metric = ""
        for _, row in rows.iterrows():
            places = digits[row["metric"]]
            interval = "" if pd.isna(row["low"]) else f"{signed(row['low'], places)} to {signed(row['high'], places)}"
            made.add_row(
                escape(row["metric"]) if row["metric"] != metric else "",
                str(row["quarter"]),
                decimal(row["mean_b"], places),
                signed(row["difference"], places),
                interval,
                f"{percent(row['probability'])} %",
                *([_more(row, precision)] if precision else []),
            )
            metric = row["metric"]
        pairs = f"{int(rows['pairs'].min())} pairs" if len(rows) else _why_empty(comparison, first, key)
        console.print(titled(f"{key} minus {first}: {comparison.titles[key]} ({pairs})", made))
        console.print()


def _print_opening(comparison: Comparison, first: str, console: Console) -> None:
    """What is compared with what, and how its numbers are to be read."""
    console.print(escape(f"Focal state {comparison.focal}. All against {first}: {comparison.titles[first]}"))
    console.print(f"90 % interval of the mean difference over pairs of replicates; {comparison.bands}.")
    if KEPT in set(comparison.values["metric"]):
        console.print("Kept commitments are counted in binding deals.")
    for key, names in comparison.sets.items():
        if names:
            console.print(escape(f"{key} holds fixed what it sets itself: {', '.join(names)}."))
    console.print()


def _why_empty(comparison: Comparison, *sides: str) -> str:
    failed = [name for name in sides if name not in set(comparison.values["scenario"])]
    if failed:
        return f"every run of {' and '.join(failed)} failed"
    return "no number of one quarter in both; see --quarter"


def _digits(values: pd.DataFrame) -> dict[str, int]:
    """Decimals of each metric and of its differences, in every scenario, quarter and table the same."""
    largest = values["mean"].abs().groupby(values["metric"]).max()
    return {str(metric): 2 if size >= _LARGE else 3 for metric, size in largest.items()}


def _print_headlines(rows: pd.DataFrame, key: str, digits: Mapping[str, int], console: Console) -> None:
    """What the comparison leads with, from the second milestone on; kept commitments in per cent."""
    late = [quarter for quarter in dict.fromkeys(rows["quarter"]) if quarter != MILESTONES[0]]
    for quarter in late:
        made = table([("", "left"), ("change", "right"), ("90 % interval", "right"), ("P(higher)", "right")])
        cells = rows.loc[rows["quarter"] == quarter].set_index("metric")
        for metric in (name for name in HEADLINES if name in cells.index):
            row: Any = cells.loc[metric]
            places, unit = (1, " %") if metric == KEPT else (digits[metric], "")
            change = in_percent(row) if metric == KEPT else (row["difference"], row["low"], row["high"])
            known = ["" if pd.isna(value) else f"{signed(value, places)}{unit}" for value in change]
            between = f"{known[1]} to {known[2]}" if known[1] else ""
            higher = f"{percent(row['probability'])} %"
            made.add_row(name_of(METRIC, metric, ENGLISH), known[0], between, higher)
        if made.row_count:
            console.print(titled(f"{key} in {quarter}, first of all", made))
            console.print()


def _print_values(comparison: Comparison, digits: Mapping[str, int], console: Console) -> None:
    """Scenarios by metrics: mean, and 5 to 95 % of the replicates, at the quarters asked for or the last one."""
    values = comparison.values
    metrics = list(dict.fromkeys(values["metric"]))
    for quarter in comparison.info["quarters"] or sorted(set(comparison.contrasts["quarter"]))[-1:]:
        rows = values.loc[values["quarter"] == quarter].set_index(["scenario", "metric"])
        for begin in range(0, len(metrics), METRICS_A_TABLE):
            shown = metrics[begin : begin + METRICS_A_TABLE]
            made = table([("scenario", "left"), *((_heading(metric), "right") for metric in shown)])
            for key in comparison.titles:
                made.add_row(escape(key), *(_cell(rows, key, metric, digits) for metric in shown))
            console.print(titled(f"Mean and 5–95 % of the replicates of each scenario, {quarter}", made))
            console.print()


def _heading(metric: str) -> str:
    return textwrap.fill(name_of(METRIC, metric, ENGLISH), _HEADING, break_long_words=False)


def _cell(rows: pd.DataFrame, key: str, metric: str, digits: Mapping[str, int]) -> str:
    if (key, metric) not in rows.index:
        return ""
    mean, low, high = (float(rows[column].loc[(key, metric)]) for column in ("mean", "q05", "q95"))
    places = digits[metric]
    return f"{decimal(mean, places)}\n{decimal(low, places)}–{decimal(high, places)}"


def _more(row: pd.Series, precision: float) -> str:
    more = more_pairs(float(row["standard_error"]), int(row["pairs"]), precision)
    return "" if more is None else str(more)
