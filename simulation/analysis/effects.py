"""What each level of a factor does in a full grid, and whether that depends on the other factor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import pandas as pd

from simulation.analysis.contrasts import contrast

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
