"""Sensitivity of an outcome to the factors of a sweep: Sobol indices, Morris screening, replicate noise.

The estimators are SALib's; what is added is which part of the variance is luck, and a plain
word on what has not converged.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from simulation.errors import InputError
from simulation.experiments.analysis.coalitions import shapley
from simulation.experiments.analysis.contrasts import CONFIDENCE, contrast
from simulation.state import F

RESAMPLES = 500
WIDEST = 0.1
"""Widest interval that counts as converged: of an index, or of a μ* as a share of the largest."""
SOBOL_COLUMNS = (
    "factor", "first", "first_low", "first_high", "total", "total_low", "total_high", "converged",
)  # fmt: skip
MORRIS_COLUMNS = ("factor", "mu_star", "mu_star_low", "mu_star_high", "mu", "sigma", "converged")

Values = NDArray[np.float64]


def problem(factors: Sequence[str]) -> dict[str, Any]:
    """What SALib calls a problem: factors in the unit cube."""
    return {"num_vars": len(factors), "names": list(factors), "bounds": [[0.0, 1.0]] * len(factors)}


def _check(values: Values) -> None:
    if not np.isfinite(values).all():
        raise InputError("analyse: some design points have no finished run, and the design needs them all")
    if np.ptp(values) == 0:
        raise InputError("analyse: the outcome is the same in all design points, so there is nothing to explain")


def _reach_of(interval: Any, values: Values, rows: int) -> Values:
    """Half-widths of bootstrap intervals; missing for a single sample (of so many rows), which has no other to draw."""
    reach = np.asarray(interval, np.float64)
    return reach if len(values) > rows else np.full_like(reach, np.nan)


def sobol(factors: Sequence[str], values: Values, seed: int = 0) -> pd.DataFrame:
    """First-order and total indices with bootstrap intervals.

    Parameters
    ----------
    factors
        Names, in the order of the design.
    values
        Outcome of each design point in the order of Saltelli's design without second order, shape (N(k+2),).
    seed
        Of the bootstrap.

    Returns
    -------
    DataFrame
        Columns :data:`SOBOL_COLUMNS`: indices with 90 % intervals (normal, with the bootstrap's
        standard deviation; missing with one sample); converged: both are at most :data:`WIDEST` wide.

    References
    ----------
    Saltelli et al. 2010, *Computer Physics Communications* 181; SALib (Iwanaga et al. 2022).
    """
    from SALib.analyze import sobol as method

    _check(values)
    result = method.analyze(
        problem(factors), values, calc_second_order=False, num_resamples=RESAMPLES, conf_level=CONFIDENCE, seed=seed
    )
    first, total = np.asarray(result["S1"]), np.asarray(result["ST"])
    reach, reach_total = (_reach_of(result[name], values, len(factors) + 2) for name in ("S1_conf", "ST_conf"))
    converged = 2 * np.maximum(reach, reach_total) <= WIDEST
    columns = (
        list(factors), first, first - reach, first + reach, total, total - reach_total, total + reach_total, converged,
    )  # fmt: skip
    return pd.DataFrame(dict(zip(SOBOL_COLUMNS, columns, strict=True)))


def morris(factors: Sequence[str], cube: Values, values: Values, levels: int, seed: int = 0) -> pd.DataFrame:
    """Elementary effects over the factors' whole ranges, with bootstrap intervals.

    Parameters
    ----------
    factors, values, seed
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
    with warnings.catch_warnings():  # a single trajectory has no spread: sigma is missing then
        warnings.filterwarnings("ignore", "Degrees of freedom|invalid value", RuntimeWarning)
        result = method.analyze(
            problem(factors), cube, values, num_resamples=RESAMPLES, conf_level=CONFIDENCE, num_levels=levels,
            seed=seed,
        )  # fmt: skip
    star, reach = np.asarray(result["mu_star"], float), _reach_of(result["mu_star_conf"], values, len(factors) + 1)
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


# --- how much of the spread of an outcome is chance, how much parameters, how much the choice of rule


RULE, PARAMETERS, CHANCE = "rule", "parameters", "chance"
SOURCES = (RULE, PARAMETERS, CHANCE)


def shares(values: F) -> dict[str, float]:
    """Shapley effects of the sources (Owen 2014): shares of the variance that sum to 1; 0 without variance.

    The worth of a set of sources is the variance of the mean outcome given them. Chance is what is left
    between replicates that share rule and parameters.

    Parameters
    ----------
    values
        (rules, draws, lucks): every rule with the same draws of the parameters and the same lucks.
        The lucks of one draw are others than those of the next.
    """
    total = float(values.var())
    if total == 0.0:
        return dict.fromkeys(SOURCES, 0.0)
    lucks = values.shape[2]
    noise = float(values.var(axis=2, ddof=1).mean())
    joint = float(values.mean(axis=2).var()) - noise / lucks  # the mean over lucks still holds some luck
    by_rule = float(values.mean(axis=(1, 2)).var())
    by_draw = float(values.mean(axis=(0, 2)).var()) - _noise_of_draws(values)
    worth = {
        frozenset[str](): 0.0,
        frozenset({RULE}): by_rule,
        frozenset({PARAMETERS}): max(0.0, by_draw),
        frozenset({RULE, PARAMETERS}): max(0.0, joint, by_rule),
    }
    everything = max(0.0, worth[frozenset({RULE, PARAMETERS})]) + noise
    # chance is drawn inside each rule and draw: alone it explains what it adds
    worth |= {group | {CHANCE}: value + noise for group, value in worth.items()}
    result = shapley(SOURCES, lambda group: worth[group])
    return {source: value / everything if everything else 0.0 for source, value in result.items()}


def _noise_of_draws(values: F) -> float:
    """Variance that luck adds to the mean of a draw: rules share their luck, so it is taken over their mean."""
    of_means = values.mean(axis=0)
    return float(of_means.var(axis=1, ddof=1).mean()) / values.shape[2]


# --- what each level of a factor does in a full grid, and whether that depends on the other factor


EFFECT_COLUMNS = (
    "factor", "level", "reference", "beside", "beside_level", "beside_reference",
    "difference", "low", "high", "probability", "pairs",
)  # fmt: skip


def effects(table: pd.DataFrame, factors: Sequence[str]) -> pd.DataFrame:
    """Every level of every factor against the factor's first, replicate by replicate.

    Parameters
    ----------
    table
        A row a run of a full grid under common random numbers: a column a factor, ``replicate``, ``value``.
    factors
        Columns of factors.

    Returns
    -------
    DataFrame
        Columns :data:`EFFECT_COLUMNS`: the mean at a level minus that at the factor's first level
        (``reference``), over all values of the other factors, with its 90 % interval (Student,
        over replicates), the probability that it is above 0 in a replicate, and the number of
        replicates that have both (none: the rest is missing). Where ``beside`` names a second
        factor the row is an interaction: by how much
        the difference between the first factor's ends is larger at ``beside_level`` than at the
        second factor's first level.
    """
    rows = [row for factor in factors for row in _alone(table, factor)]
    rows += [row for one, two in combinations(factors, 2) for row in _together(table, one, two)]
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def _alone(table: pd.DataFrame, factor: str) -> Iterator[tuple[object, ...]]:
    means = _means(table, [factor])
    first, *others = _levels(table, factor)
    for level in others:
        yield (factor, level, first, "", "", "", *_told(means[level], means[first]))


def _together(table: pd.DataFrame, one: str, two: str) -> Iterator[tuple[object, ...]]:
    means = _means(table, [one, two])
    low, high = _levels(table, one)[0], _levels(table, one)[-1]
    first, *others = _levels(table, two)
    for level in others:
        at_level, at_first = (means[high, beside] - means[low, beside] for beside in (level, first))
        yield (one, high, low, two, level, first, *_told(at_level, at_first))


def _means(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Mean by replicate (rows) and values of some factors (columns); missing where no run finished."""
    levels = [_levels(table, key) for key in keys]
    columns = pd.Index(levels[0]) if len(keys) == 1 else pd.MultiIndex.from_product(levels)
    return table.groupby(["replicate", *keys])["value"].mean().unstack(keys).reindex(columns=columns)


def _levels(table: pd.DataFrame, factor: str) -> list[object]:
    """Values of a factor in the order of the design."""
    return list(dict.fromkeys(table[factor]))


def _told(a: pd.Series, b: pd.Series) -> tuple[float, ...]:
    both = pd.DataFrame({"a": a, "b": b}).dropna()
    if both.empty:
        return (*[float("nan")] * 4, 0)
    result = contrast(both)
    return tuple(result[name] for name in ("difference", "low", "high", "probability", "pairs"))


# --- what a sweep's outcome does between the two ends of each factor: the table of a tornado


SWING_COLUMNS = ("factor", "from", "to", "effect", "low", "high", "pairs")
TAIL = 0.25
"""Share of a sampled design's points that count as an end of a factor."""


def swings(table: pd.DataFrame, factors: Sequence[str], *, sampled: bool, paired: bool) -> pd.DataFrame:
    """Mean outcome at the upper end of each factor minus that at its lower end.

    Parameters
    ----------
    table
        A row a run: a column a factor, ``replicate``, ``value``.
    factors
        Columns of factors.
    sampled
        Whether factors take values drawn from ranges: an end is then the lowest or highest
        :data:`TAIL` of the values. Else it is the lowest or highest level; of categories the first or last.
    paired
        Whether replicate k has the same luck in all design points: the interval is then that of
        the mean difference over replicates (Student, 90 %); else missing.

    Returns
    -------
    DataFrame
        Columns :data:`SWING_COLUMNS`, the largest effect first: factor; values at its ends (for a
        sampled design their means); effect in the outcome's unit, over all values of the other
        factors; the interval, which holds chance between replicates alone, not the choice of
        design points; and the number of replicates. A factor with one value is left out.
    """
    rows = []
    for factor in factors:
        ends = _ends(table[factor], sampled)
        if ends is None:
            continue
        (low, start), (high, stop) = ends
        means = [table.loc[end].groupby("replicate")["value"].mean() for end in (low, high)]
        difference = (means[1] - means[0]).dropna().to_numpy()
        effect = float(table.loc[high, "value"].mean() - table.loc[low, "value"].mean())
        reach = _reach(difference) if paired else float("nan")
        rows.append((factor, start, stop, effect, effect - reach, effect + reach, len(difference)))
    result = pd.DataFrame(rows, columns=list(SWING_COLUMNS))
    return result.sort_values("effect", key=lambda values: -values.abs(), kind="stable", ignore_index=True)


def _ends(values: pd.Series, sampled: bool) -> tuple[tuple[pd.Series, object], tuple[pd.Series, object]] | None:
    """Which rows lie at the lower and the upper end of a factor, and what its value is there."""
    if values.nunique() < 2:
        return None
    if not pd.api.types.is_numeric_dtype(values):
        levels = list(dict.fromkeys(values))
        return (values == levels[0], levels[0]), (values == levels[-1], levels[-1])
    tail = TAIL if sampled else 0.0
    low, high = values <= values.quantile(tail), values >= values.quantile(1 - tail)
    return (low, float(values[low].mean())), (high, float(values[high].mean()))


def _reach(difference: np.ndarray) -> float:
    if len(difference) < 2:
        return float("nan")
    error = difference.std(ddof=1) / np.sqrt(len(difference))
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, len(difference) - 1) * error)
