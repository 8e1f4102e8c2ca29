"""What the shipped sweeps say, as a part of a page: made from their small tables, never typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from simulation.display import pages
from simulation.display.words.rounding import decimal, signed
from simulation.experiments.engine import store
from simulation.experiments.sweeps.results import SUMMARY_COLUMNS
from simulation.experiments.sweeps.schema import MINUS, label

SUMMARY, EFFECTS, MANIFEST = "summary.csv", "effects.csv", "sweep.json"
NO_FACTORS = ("scenario", *SUMMARY_COLUMNS)
_TEXT = ("factor", "level", "reference", "beside", "beside_level", "beside_reference", "metric", "quarter")


@dataclass(frozen=True)
class Shown:
    """A sweep's small tables: the manifest, means by design point, effects by level."""

    name: str
    info: Mapping[str, Any]
    summary: pd.DataFrame
    effects: pd.DataFrame

    @classmethod
    def read(cls, folder: Path) -> Shown:
        """From a folder of the showcase."""
        summary = store.read_csv(folder / SUMMARY, ["point", "scenario", "metric", "quarter"])
        effects = store.read_csv(folder / EFFECTS, _TEXT).fillna(dict.fromkeys(_TEXT, ""))
        return cls(folder.name, store.read_json(folder / MANIFEST), summary, effects)


def section(shown: Shown, link: str) -> str:
    """A sweep as a heading, its question, and a table of what it shows.

    Parameters
    ----------
    shown
        The sweep.
    link
        Path of its folder from the page.
    """
    info = shown.info
    drawn = "each with parameters of its own from the posterior" if info["parameters"] == "posterior" else (
        "parameters at their defaults"
    )
    head = f"### {info['title']}\n\n{info['question']}"
    size = f"{info['points']} design points, {info['replicates']} replicates, {drawn}. [All points]({link}/sweep.txt)."
    rows = [row for metric in info["show"] for row in _rows(shown, metric)]
    return f"{head} {size}\n\n" + pages.table(("outcome", "change", "difference [90 %]"), rows)


def _rows(shown: Shown, metric: str) -> Iterator[tuple[str, str, str]]:
    means = shown.summary.loc[shown.summary["metric"] == metric]
    mine = shown.effects.loc[shown.effects["metric"] == metric]
    told = f"{_words(metric)}, {means['quarter'].iloc[0]}"
    yield told, "", f"means {_range(means, signed=MINUS in metric)}"
    keys = ["factor", "reference", "beside", "beside_reference"]
    for key, rows in mine.groupby(keys, sort=False):
        factor, reference, beside, beside_reference = map(str, key)
        if beside:
            ends = f"{_words(factor)} {rows['level'].iloc[0]} against {reference}"
            change = f"{ends}, more beside {_words(beside)} as here than {beside_reference}"
        else:
            change = f"{_words(factor)} as here against {reference}"
        values = rows["beside_level" if beside else "level"]
        yield "", change, "; ".join(map(_effect, values, rows["difference"], rows["low"], rows["high"]))


def _effect(level: str, difference: float, low: float, high: float) -> str:
    """One effect; bold where its interval leaves out 0."""
    told = f"{signed(difference, 3)} [{signed(low, 3)}, {signed(high, 3)}]"
    return f"{level}: " + (f"**{told}**" if low > 0 or high < 0 else told)


def _range(means: pd.DataFrame, *, signed: bool) -> str:
    ordered = means.sort_values("mean", kind="stable")
    ends = (ordered.iloc[0], ordered.iloc[-1])
    factors = [name for name in means.columns if name not in NO_FACTORS]
    places = (", ".join(f"{_words(key)} {label(row[key])}" for key in factors) for row in ends)
    told = [f"{decimal(row['mean'], 3)} ({place})" for row, place in zip(ends, places, strict=True)]
    above = f"; above 0 at {int((means['mean'] > 0).sum())} of {len(means)} points" if signed else ""
    return f"{' to '.join(told)}{above}"


def _words(name: str) -> str:
    """A factor or metric without the section of the scenario it stands in."""
    parts = name.split(MINUS)
    return MINUS.join(part.rsplit(".", 1)[-1].replace("_", " ") for part in parts)
