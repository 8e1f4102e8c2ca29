"""Analyse a sweep: which factors matter, how much is luck, and where an outcome happens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
import pandas as pd

from simulation.analysis.boxes import Box, find_box
from simulation.analysis.sensitivity import morris, noise_share, sobol
from simulation.analysis.summary import HEADLINE
from simulation.errors import InputError
from simulation.sweeps.design import MORRIS_LEVELS
from simulation.sweeps.results import SHARE, SweepResults

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
    box
        Where the outcome of interest happens, else why there is no box.
    interest
        The outcome of interest in words.
    """

    scenario: str
    metric: str
    quarter: str
    noise: float
    indices: pd.DataFrame | None
    box: Box | str
    interest: str


def analyse(
    results: SweepResults,
    metric: str = HEADLINE,
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
            raise InputError(f"analyse needs the package {package}; install wifaq[analysis]")
    if above is not None and below is not None:
        raise InputError("analyse: give one of --above and --below")
    if not results.complete:
        missing = results.planned - len(results.runs())
        raise InputError(f"analyse: {missing} of {results.planned} runs are missing; give the sweep's command again")
    table = results.table(metric, quarter)
    points = results.points(shares=True)
    when = quarter or results.quarters[-1]
    return tuple(_of_each(results, points, table, (metric, when), (above, below), seed))


def _of_each(
    results: SweepResults,
    points: pd.DataFrame,
    table: pd.DataFrame,
    what: tuple[str, str],
    level: tuple[float | None, float | None],
    seed: int,
) -> Iterator[Analysis]:
    for scenario, rows in points.groupby("scenario", sort=False):
        mine = table.loc[table["scenario"] == scenario]
        means = mine.groupby("point")["value"].mean().reindex(rows["point"]).to_numpy(dtype=np.float64)
        interest, told = _interest(means, what[0], *level)
        box: Box | str = "the sweep has no factors"
        if results.factors:
            try:
                finished = np.isfinite(means)
                box = find_box(rows.loc[finished, list(results.factors)], interest[finished], seed=seed)
            except InputError as error:
                box = str(error)
        noise = noise_share(mine.set_index("point")["value"])
        yield Analysis(str(scenario), *what, noise, _indices(results, rows, means, seed), box, told)


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
