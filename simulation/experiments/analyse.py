"""Analyse a sweep: which factors matter, how much is luck, and where an outcome happens."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.display.differences import draw_tornado
from simulation.display.style import new_axes, save, style
from simulation.errors import InputError, RunError
from simulation.experiments.analysis.boxes import Box, Limits, find_box
from simulation.experiments.analysis.sensitivity import effects, morris, noise_share, sobol, swings
from simulation.experiments.analysis.summary import KEPT
from simulation.experiments.engine import store
from simulation.experiments.sweeps.design import MORRIS_LEVELS
from simulation.experiments.sweeps.results import SHARE, SweepResults, called
from simulation.experiments.sweeps.schema import MINUS, SAMPLED, label
from simulation.outcomes.metrics import METRICS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOWEST = 0.25  # share of design points that are of interest unless told otherwise


@dataclass(frozen=True)
class Analysis:
    """What was found for one base scenario.

    Attributes
    ----------
    scenario, metric, quarter
        Of what.
    noise
        Share of the variance of single runs that is replicate noise.
    indices
        Of a Sobol or Morris design, else nothing.
    swings
        What the outcome does between the ends of each factor
        (:func:`simulation.experiments.analysis.sensitivity.swings`): the table of a tornado.
    effects
        Of each level against the first, and interactions (:func:`simulation.experiments.analysis.sensitivity.effects`),
        of a grid under common random numbers, else nothing.
    box
        Where the outcome of interest happens, else why there is no box.
    interest
        The outcome of interest in words.
    held
        What the sweep draws and what it holds fixed; how many runs failed, if any.
    """

    scenario: str
    metric: str
    quarter: str
    noise: float
    indices: pd.DataFrame | None
    swings: pd.DataFrame
    effects: pd.DataFrame | None
    box: Box | str
    interest: str
    held: str


def analyse(
    results: SweepResults,
    metric: str = KEPT,
    quarter: str | None = None,
    above: float | None = None,
    below: float | None = None,
    seed: int = 0,
) -> tuple[Analysis, ...]:
    """Analyse one metric of a finished sweep, for each of its base scenarios.

    Parameters
    ----------
    results
        The sweep.
    metric, quarter
        Of the focal state; by default the headline in the last quarter.
    above, below
        Which design points are of interest, by their mean over replicates; by default the lowest quarter.
    seed
        Of the resamples.

    Raises
    ------
    InputError
        For a sweep that is not finished, a metric that was not recorded, or a package that is missing.
    """
    for package in ("SALib", "ema_workbench"):
        if find_spec(package) is None:
            raise InputError(f"analyse needs the package {package}; pip install 'wifaq[analysis]'")
    if above is not None and below is not None:
        raise InputError("analyse: give one of --above and --below")
    for name, level in (("above", above), ("below", below)):
        if level is not None and not math.isfinite(level):
            raise InputError(f"analyse: --{name}: {level:g} is not a finite number")
    if not results.complete:
        missing = results.planned - len(results.runs())
        raise InputError(f"analyse: {missing} of {results.planned} runs are missing; give the sweep's command again")
    table = results.table(metric, quarter)
    points = results.points(shares=True)
    when = quarter or results.last_quarter
    _check_reached(results, table, when)
    return tuple(_of_each(results, points, table, (metric, when), (above, below), seed))


def _check_reached(results: SweepResults, table: pd.DataFrame, quarter: str) -> None:
    """Points whose run ends before the quarter would be left out in silence."""
    runs = results.runs()
    ended = set(runs.loc[runs["type"] == "", "point"]) - set(table["point"])
    if ended:
        advice = f"all have {results.last_quarter}, or analyse them in a sweep of their own"
        raise InputError(f"analyse: {len(ended)} design points have no {quarter}; {advice}")


def _of_each(
    results: SweepResults,
    points: pd.DataFrame,
    table: pd.DataFrame,
    what: tuple[str, str],
    level: tuple[float | None, float | None],
    seed: int,
) -> Iterator[Analysis]:
    for scenario, rows in points.groupby("scenario", sort=False):
        own = table.loc[table["scenario"] == scenario]
        means = own.groupby("point")["value"].mean().reindex(rows["point"]).to_numpy(dtype=np.float64)
        interest, text = _interest(means, called(what[0]), *level)
        box: Box | str = "the sweep has no factors"
        if results.factors:
            try:
                finished = np.isfinite(means)
                box = find_box(rows.loc[finished, list(results.factors)], interest[finished], seed=seed)
            except InputError as error:
                box = str(error)
        noise = noise_share(own.set_index("point")["value"])
        indices = _indices(results, rows, means, seed)
        sampled, common = results.info["design"] in SAMPLED, results.info["random_numbers"] == "common"
        table_of_swings = swings(own, results.factors, sampled=sampled, paired=common)
        by_level = effects(own, results.factors) if results.info["design"] == "grid" and common else None
        held = f"{results.held} {_failed(results)}".strip()
        yield Analysis(str(scenario), *what, noise, indices, table_of_swings, by_level, box, text, held)


def _failed(results: SweepResults) -> str:
    """How much of a sweep is not in its analysis, in a sentence; nothing if all is."""
    failed, runs = len(results.failures), results.runs()
    lost = runs["point"].nunique() - runs.loc[runs["type"] == "", "point"].nunique()
    points = f", and with them {lost} of {results.info['points']} design points" if lost else ""
    return f"{failed} of {results.planned} runs failed and are left out{points}." if failed else ""


def _interest(means: np.ndarray, metric: str, above: float | None, below: float | None) -> tuple[np.ndarray, str]:
    if above is not None:
        return means > above, f"{metric} above {above:g}"
    if below is None:
        below = float(np.nanquantile(means, LOWEST))
        return means < below, f"{metric} below {below:.4g} (the lowest quarter)"
    return means < below, f"{metric} below {below:g}"


def _indices(results: SweepResults, rows: pd.DataFrame, means: np.ndarray, seed: int) -> pd.DataFrame | None:
    cube = rows[[f"{SHARE}{key}" for key in results.factors if f"{SHARE}{key}" in rows]].to_numpy()
    if results.info["design"] == "sobol":
        return sobol(results.factors, means, seed)
    if results.info["design"] == "morris":
        return morris(results.factors, cube, means, MORRIS_LEVELS, seed)
    return None


# --- on the disk


def write(analyses: Sequence[Analysis], folder: Path) -> Path:
    """Write the tables of an analysis into a sweep's folder.

    Parameters
    ----------
    analyses
        Of one metric and quarter, a scenario each.
    folder
        Of the sweep.

    Returns
    -------
    Path
        ``FOLDER/analysis/METRIC_QUARTER`` with ``swings.csv``, ``boxes.csv``, ``noise.csv``, for
        grids ``effects.csv``, for Sobol and Morris designs ``indices.csv``; each has the columns
        ``scenario, metric, quarter`` first.
        The swings are drawn as ``tornado.png`` and ``.svg``.

    Raises
    ------
    RunError
        If the folder cannot be written.
    """
    first = analyses[0]
    target = folder / "analysis" / f"{first.metric.replace(MINUS, '_minus_')}_{first.quarter}"
    tables = {
        "swings": [(one, one.swings) for one in analyses],
        "effects": [(one, one.effects) for one in analyses if one.effects is not None],
        "indices": [(one, one.indices) for one in analyses if one.indices is not None],
        "boxes": [(one, _box_table(one)) for one in analyses],
        "noise": [(one, pd.DataFrame({"noise": [one.noise]})) for one in analyses],
    }
    try:
        target.parent.mkdir(exist_ok=True)
        with store.atomic_folder(target) as fresh:
            for name, result in tables.items():
                if result:
                    store.write_csv(pd.concat([_labelled(one, table) for one, table in result]), fresh / f"{name}.csv")
            for one in (one for one in analyses if len(one.swings)):
                save(tornado(one), fresh, "tornado" if len(analyses) == 1 else f"tornado_{one.scenario}")
    except OSError as error:
        raise RunError(f"the analysis cannot be written: {error.strerror} ({target})") from error
    return target


def tornado(analysis: Analysis) -> Axes:
    """What the outcome does from one end of each factor to the other, the largest effect on top."""
    rows = analysis.swings
    ends = zip(rows["factor"], rows["from"], rows["to"], strict=True)
    table = rows.assign(factor=[f"{factor}: {label(low)} to {label(high)}" for factor, low, high in ends])
    metric = analysis.metric.split(MINUS)[0]
    unit = METRICS[metric].unit if metric in METRICS else metric
    note = (f"Mean over all values of the other factors and {rows['pairs'].min()} replicates. "
            "Whiskers: 90 % interval over replicates, not over design points.")  # fmt: skip
    title = f"{called(analysis.metric).capitalize()} in {analysis.quarter}"
    with style():
        return draw_tornado(table, new_axes(8.0, 1.9 + 0.5 * len(table)), title=title, unit=unit, label=note)


def _labelled(analysis: Analysis, table: pd.DataFrame) -> pd.DataFrame:
    labels = {"scenario": analysis.scenario, "metric": analysis.metric, "quarter": analysis.quarter}
    return table.assign(**labels)[[*labels, *table.columns]]


def _box_table(analysis: Analysis) -> pd.DataFrame:
    """A row a limit of the box: ``interest, factor, limits, support, coverage, density, mass``."""
    box, columns = analysis.box, ["interest", "factor", "limits", "support", "coverage", "density", "mass"]
    if isinstance(box, str):
        return pd.DataFrame(columns=columns)
    sizes = (box.coverage, box.density, box.mass)
    rows = [
        (analysis.interest, name, _joined(limits), box.support[name], *sizes)
        for name, limits in box.limits.items()
    ]
    return pd.DataFrame(rows, columns=columns)


def _joined(limits: Limits) -> str:
    return (" or " if isinstance(limits[0], str) else " to ").join(map(str, limits))
