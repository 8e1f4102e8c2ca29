"""Which design points a contrast pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from simulation.data.country_names import resolve
from simulation.errors import Fault, InputError, suggest
from simulation.experiments.sweeps.schema import label

Select = str | Mapping[str, Any]
"""Id of a design point, or values of factors."""


def pairs_of(points: pd.DataFrame, factors: Sequence[str], a: Select, b: Select) -> pd.DataFrame:
    """Points of A and B that agree in all factors that neither names.

    Parameters
    ----------
    points
        Frame with ``point`` and a column a factor.
    factors
        Keys of the factors, the scenario among them.
    a, b
        The two sides.

    Returns
    -------
    DataFrame
        ``a, b``: ids, a row a pair.

    Raises
    ------
    InputError
        If nothing can be paired.
    """
    left, right = _selected(points, factors, a), _selected(points, factors, b)
    chosen = {key for select in (a, b) if isinstance(select, Mapping) for key in select}
    if isinstance(a, str) or isinstance(b, str):
        if len(left) != 1 or len(right) != 1:
            raise InputError("contrast: an id names one point, so the other side must be one point too")
        return pd.DataFrame({"a": left["point"].to_numpy(), "b": right["point"].to_numpy()})
    others = [key for key in factors if key not in chosen]
    if not others:
        return left[["point"]].merge(right[["point"]], how="cross").set_axis(["a", "b"], axis=1)
    both = left[["point", *others]].merge(right[["point", *others]], on=others, suffixes=("_a", "_b"))
    if both.empty:
        raise InputError("contrast: no points of A and B agree in all other factors")
    return both[["point_a", "point_b"]].set_axis(["a", "b"], axis=1)


def _selected(points: pd.DataFrame, factors: Sequence[str], select: Select) -> pd.DataFrame:
    wanted = {"point": select} if isinstance(select, str) else select
    for key, value in wanted.items():
        if key != "point" and key not in factors:
            raise InputError(Fault(key, f"is no factor of this sweep; {suggest(key, list(factors))}"))
        column = points[key]
        if pd.api.types.is_numeric_dtype(column):
            try:
                points = points.loc[np.isclose(column, float(value))]
            except (TypeError, ValueError):
                raise InputError(Fault(key, f"is a number in this sweep, not {value!r}")) from None
        else:
            text = label(value, exact=True)
            points = points.loc[column == (resolve(text) if key == "focal" else text)]
    if points.empty:
        raise InputError(f"contrast: no design point has {', '.join(f'{k} {v}' for k, v in wanted.items())}")
    return points


# --- dead factors: design points that differ in a factor, and in nothing that was recorded


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
