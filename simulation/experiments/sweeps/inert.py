"""Dead factors: design points that differ in a factor, and in nothing that was recorded."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def equal_points(points: pd.DataFrame, factors: Sequence[str], prints: pd.Series) -> pd.DataFrame:
    """Pairs of points with the same digest although factors differ.

    Parameters
    ----------
    points
        Frame with ``point`` and a column a factor.
    factors
        Keys of the factors.
    prints
        Digest of what was recorded, by point.

    Returns
    -------
    DataFrame
        ``point_a, point_b, factors``.
    """
    known = points.set_index("point").loc[prints.index, list(factors)]
    rows = []
    for _, group in known.groupby(prints, sort=False):
        first = group.iloc[0]
        for place in range(1, len(group)):
            differing = [key for key in factors if group.iloc[place][key] != first[key]]
            if differing:
                rows.append((group.index[0], group.index[place], ", ".join(differing)))
    return pd.DataFrame(rows, columns=["point_a", "point_b", "factors"])


def dead_factors(points: pd.DataFrame, factors: Sequence[str], prints: pd.Series) -> tuple[str, ...]:
    """Factors that never mattered in a pair of points which differ in them alone.

    Parameters and columns as in :func:`equal_points`. A factor that never differs alone, as in
    a Latin hypercube, cannot be called dead.
    """
    known = points.set_index("point").loc[prints.index, list(factors)]
    dead = []
    for factor in factors:
        others = [key for key in factors if key != factor]
        groups = known.groupby(others, sort=False) if others else [((), known)]
        compared = alive = False
        for _, group in groups:
            if group[factor].nunique() > 1:
                compared = True
                alive = alive or prints[group.index].nunique() > 1
        if compared and not alive:
            dead.append(factor)
    return tuple(dead)
