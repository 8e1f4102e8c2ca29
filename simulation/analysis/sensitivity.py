"""Sensitivity of an outcome to the factors of a sweep: Sobol indices, Morris screening, replicate noise.

The estimators are SALib's; what is added is which part of the variance is luck, and a plain
word on what has not converged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulation.errors import InputError

CONFIDENCE = 0.9
RESAMPLES = 500
WIDEST = 0.1
"""Widest interval that counts as converged: of an index, or of a μ* as a share of the largest."""
SOBOL_COLUMNS = (
    "factor", "first", "first_low", "first_high", "total", "total_low", "total_high", "converged",
)  # fmt: skip
MORRIS_COLUMNS = ("factor", "mu_star", "mu_star_low", "mu_star_high", "mu", "sigma", "converged")

Values = NDArray[np.float64]


def _problem(factors: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(factors), "names": list(factors), "bounds": [[0.0, 1.0]] * len(factors)}


def _check(values: Values) -> None:
    if not np.isfinite(values).all():
        raise InputError("analyse: some design points have no finished run, and the design needs them all")
    if np.ptp(values) == 0:
        raise InputError("analyse: the outcome is the same in all design points, so there is nothing to explain")


def sobol(factors: Sequence[str], values: Values, seed: int = 0, resamples: int = RESAMPLES) -> pd.DataFrame:
    """First-order and total indices with bootstrap intervals.

    Parameters
    ----------
    factors
        Names, in the order of the design.
    values
        Outcome of each design point in the order of Saltelli's design without second order, shape (N(k+2),).
    seed, resamples
        Of the bootstrap.

    Returns
    -------
    DataFrame
        Columns :data:`SOBOL_COLUMNS`: indices with 90 % intervals (normal, with the bootstrap's
        standard deviation); converged: both intervals are at most :data:`WIDEST` wide.

    References
    ----------
    Saltelli et al. 2010, *Computer Physics Communications* 181; SALib (Iwanaga et al. 2022).
    """
    from SALib.analyze import sobol as method

    _check(values)
    result = method.analyze(
        _problem(factors), values, calc_second_order=False, num_resamples=resamples, conf_level=CONFIDENCE, seed=seed
    )
    first, total = np.asarray(result["S1"]), np.asarray(result["ST"])
    reach, reach_total = np.asarray(result["S1_conf"]), np.asarray(result["ST_conf"])
    converged = 2 * np.maximum(reach, reach_total) <= WIDEST
    columns = (
        list(factors), first, first - reach, first + reach, total, total - reach_total, total + reach_total, converged,
    )  # fmt: skip
    return pd.DataFrame(dict(zip(SOBOL_COLUMNS, columns, strict=True)))


def morris(
    factors: Sequence[str], cube: Values, values: Values, levels: int, seed: int = 0, resamples: int = RESAMPLES
) -> pd.DataFrame:
    """Elementary effects over the factors' whole ranges, with bootstrap intervals.

    Parameters
    ----------
    factors, values, seed, resamples
        As in :func:`sobol`; values in the order of the trajectories.
    cube
        Places of the design points in the unit cube, shape (N(k+1), k).
    levels
        Of the design's grid.

    Returns
    -------
    DataFrame
        Columns :data:`MORRIS_COLUMNS`, in the outcome's unit; converged: the interval is at most
        :data:`WIDEST` of the largest μ* wide.

    References
    ----------
    Campolongo, Cariboni & Saltelli 2007, *Environmental Modelling & Software* 22.
    """
    from SALib.analyze import morris as method

    _check(values)
    result = method.analyze(
        _problem(factors), cube, values, num_resamples=resamples, conf_level=CONFIDENCE, num_levels=levels, seed=seed
    )
    star, reach = np.asarray(result["mu_star"], float), np.asarray(result["mu_star_conf"], float)
    columns = (
        list(factors), star, star - reach, star + reach, np.asarray(result["mu"]), np.asarray(result["sigma"]),
        2 * reach <= WIDEST * star.max(),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(MORRIS_COLUMNS, columns, strict=True)))


def noise_share(values: Mapping[str, Values] | pd.Series) -> float:
    """Share of the variance of single runs that is luck, not design.

    Parameters
    ----------
    values
        A series of outcomes with the design point as index: a row a run.

    Returns
    -------
    float
        Variance within points over that within plus between, where the mean's own noise is taken
        out of the variance between (one-way analysis of variance); NaN with one replicate.
    """
    groups = pd.Series(values).groupby(level=0)
    counts = groups.size()
    if len(counts) < 2 or counts.max() < 2:
        return float("nan")
    within = float((groups.var(ddof=1).fillna(0) * (counts - 1)).sum() / (counts - 1).sum())
    between = max(0.0, float(groups.mean().var(ddof=1)) - within * float((1 / counts).mean()))
    return within / (within + between) if within + between else float("nan")
