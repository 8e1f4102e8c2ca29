"""The sweeps that ship, run by one command: tables and heat maps in ``results/``, small ones in the showcase.

``make pages WHAT=sweeps`` (``python -m simulation.report.showcase_sweeps [--workers W]``) runs, or goes on with,
every file in ``scenarios/sweeps/``, copies of each what is few enough bytes to live in git to
``results/showcase/sweeps/``, and writes what they say into ``docs/results/sweeps.md``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from simulation.display import pages
from simulation.display.words.rounding import decimal, signed
from simulation.experiments.analysis.sensitivity import effects
from simulation.experiments.engine import store
from simulation.experiments.prior import DEFAULTS
from simulation.experiments.sweep import sweep
from simulation.experiments.sweeps.results import SUMMARY_COLUMNS, SweepResults
from simulation.experiments.sweeps.schema import MINUS, label
from simulation.report.showcase import FOLDER, ROOT, as_text, save_png
from simulation.report.sweep import print_sweep
from simulation.scenario import shipped

SWEEPS = shipped.folder("sweeps")
PAGE = ROOT / "docs" / "results" / "sweeps.md"
MARKER = "shipped sweeps"
TEXT = "sweep.txt"


def shown_summary(results: SweepResults) -> pd.DataFrame:
    """Mean, standard error and quantiles of what the sweep asks to see.

    Returns
    -------
    DataFrame
        ``scenario``, a column a factor, then those of :meth:`SweepResults.summary`; a row a
        metric and design point, in the last quarter.
    """
    factors = results.points()[["point", "scenario", *results.factors]]
    return factors.merge(results.summary(results.shown()), on="point").sort_values(["metric", "point"])


def shown_effects(results: SweepResults) -> pd.DataFrame:
    """``metric, quarter`` and the columns of :func:`effects` of what a grid asks to see; levels in words."""
    quarter = results.quarters[-1]
    tables = []
    for metric in results.shown():
        table = effects(results.table(metric), results.factors)
        levels = {name: table[name].map(label) for name in table.columns if name.endswith(("level", "reference"))}
        tables.append(table.assign(metric=metric, quarter=quarter, **levels)[["metric", "quarter", *table.columns]])
    return pd.concat(tables)


def told(folder: Path) -> str:
    """What the sweeps of the showcase say, for the page: made from their small tables."""
    parts = []
    for file in sorted(SWEEPS.glob("*.yaml")):
        parts.append(section(Shown.read(folder / file.stem), f"../../results/showcase/sweeps/{file.stem}"))
    return "\n".join(parts)


def write(results: SweepResults, folder: Path) -> None:
    """Write the small tables and the heat maps of a finished sweep, whole or not at all."""
    with store.atomic_folder(folder) as fresh:
        store.write_csv(shown_summary(results), fresh / SUMMARY)
        store.write_csv(shown_effects(results), fresh / EFFECTS)
        printed = as_text(partial(print_sweep, results))
        (fresh / TEXT).write_text(printed, encoding="utf-8", newline="\n")
        store.write_json(results.info, fresh / MANIFEST)
        for name, axes in results.heatmaps():
            save_png(axes, fresh, name)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the shipped sweeps."""
    name = "python -m simulation.report.showcase_sweeps"
    parser = argparse.ArgumentParser(prog=name, description="Run the shipped sweeps.")
    parser.add_argument("--replicates", type=int, default=None, help="default: those of the sweeps")
    parser.add_argument("--workers", type=int, default=None, help="processes; default one a usable core")
    parser.add_argument("--out", type=Path, default=FOLDER / "sweeps", help="where the small tables and charts go")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page with the markers")
    chosen = parser.parse_args(arguments)
    for file in sorted(SWEEPS.glob("*.yaml")):
        result = sweep(file, replicates=chosen.replicates, workers=chosen.workers)
        write(result, chosen.out / file.stem)
        print(f"{file.stem}: {result.folder}, {chosen.out / file.stem}")
    pages.replace_between(chosen.page, MARKER, told(chosen.out))


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
    source = info["parameters"]  # "posterior" in tables of an earlier version
    own = f"each with parameters of its own from the {source}"
    drawn = "parameters at their defaults" if source == DEFAULTS else own
    head = f"### {info['title']}\n\n{info['question']}"
    size = f"{info['points']} design points, {info['replicates']} replicates, {drawn}. [All points]({link}/sweep.txt)."
    rows = [row for metric in info["show"] for row in _rows(shown, metric)]
    return f"{head} {size}\n\n" + pages.table(("outcome", "change", "difference [90 %]"), rows)


def _rows(shown: Shown, metric: str) -> Iterator[tuple[str, str, str]]:
    means = shown.summary.loc[shown.summary["metric"] == metric]
    own = shown.effects.loc[shown.effects["metric"] == metric]
    text = f"{_words(metric)}, {means['quarter'].iloc[0]}"
    yield text, "", f"means {_range(means, above_zero=MINUS in metric)}"
    keys = ["factor", "reference", "beside", "beside_reference"]
    for key, rows in own.groupby(keys, sort=False):
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
    text = f"{signed(difference, 3)} [{signed(low, 3)}, {signed(high, 3)}]"
    return f"{level}: " + (f"**{text}**" if low > 0 or high < 0 else text)


def _range(means: pd.DataFrame, *, above_zero: bool) -> str:
    ordered = means.sort_values("mean", kind="stable")
    ends = (ordered.iloc[0], ordered.iloc[-1])
    factors = [name for name in means.columns if name not in NO_FACTORS]
    places = (", ".join(f"{_words(key)} {label(row[key])}" for key in factors) for row in ends)
    text = [f"{decimal(row['mean'], 3)} ({place})" for row, place in zip(ends, places, strict=True)]
    above = f"; above 0 at {int((means['mean'] > 0).sum())} of {len(means)} points" if above_zero else ""
    return f"{' to '.join(text)}{above}"


def _words(name: str) -> str:
    """A factor or metric without the section of the scenario it stands in."""
    parts = name.split(MINUS)
    return MINUS.join(part.rsplit(".", 1)[-1].replace("_", " ") for part in parts)


if __name__ == "__main__":
    main()
