"""Fronts: of what no other is better in everything, how much of the space it holds, and whether a search has settled.

Every array has a row a solution and a column an objective, more being better. Hypervolume: Zitzler & Thiele 1999, *IEEE
Transactions on Evolutionary Computation* 3; search and hypervolume are pymoo's (Blank & Deb 2020, *IEEE Access* 8).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

COLUMNS = ("search", "evaluations", "hypervolume", "front")
LAST = 1 / 3  # part of the evaluations that a search that has settled gains nothing by
SETTLED = 0.01  # gain of the hypervolume in that part, and distance between searches, that count as nothing

Values = NDArray[np.float64]


def on_front(values: Values) -> NDArray[np.bool_]:
    """Which solutions no other one dominates; of equal ones all."""
    from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting

    result = np.zeros(len(values), bool)
    if len(values):
        result[NonDominatedSorting().do(-values, only_non_dominated_front=True)] = True
    return result


def places(values: Values) -> Values:
    """Place of each solution in the range of each objective, from 0 (worst) to 1; what is the same of all has no part.

    Returns
    -------
    ndarray
        Shape (solutions, objectives that differ).
    """
    low, high = values.min(axis=0), values.max(axis=0)
    differs = high > low
    return (values[:, differs] - low[differs]) / (high - low)[differs]


def hypervolume(spots: Values) -> float:
    """Share of the unit cube that solutions dominate, told by their :func:`places`."""
    from pymoo.indicators.hv import HV

    return float(HV(ref_point=np.ones(spots.shape[1]))(1.0 - spots)) if spots.size else 0.0


def convergence(values: Values, search: NDArray[np.int64], generation: NDArray[np.int64]) -> pd.DataFrame:
    """Hypervolume and size of the front of each search after each of its generations.

    Parameters
    ----------
    values
        Everything that was tried, all in the same ranges.
    search, generation
        Which search tried it, and when; shape (solutions,).

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`, a row a search and generation.
    """
    spots = places(values)
    return pd.DataFrame(_rows(spots, search, generation), columns=list(COLUMNS))


def _rows(spots: Values, search: NDArray[np.int64], generation: NDArray[np.int64]) -> Iterator[tuple[float, ...]]:
    for one in np.unique(search).tolist():
        for last in np.unique(generation[search == one]).tolist():
            tried = spots[(search == one) & (generation <= last)]
            front = np.unique(tried[on_front(tried)], axis=0)
            yield one, len(tried), hypervolume(front), len(front)


def settled(table: pd.DataFrame, together: float) -> dict[str, float | bool]:
    """Whether searches have converged, as far as numbers tell.

    Parameters
    ----------
    table
        As :func:`convergence` gives it.
    together
        Hypervolume of everything that all searches found.

    Returns
    -------
    dict
        ``gained``: the largest share of its hypervolume that a search gained in the last third of its evaluations;
        ``apart``: by which share of the hypervolume of all together the poorest search falls short of it;
        ``converged``: both are at most :data:`SETTLED`. One search alone cannot tell.
    """
    gained = []
    for _, rows in table.groupby("search"):
        end = rows.iloc[-1]
        before = rows.loc[rows["evaluations"] <= (1 - LAST) * end["evaluations"], "hypervolume"]
        reached = float(before.iloc[-1]) if len(before) else 0.0
        gained.append(1.0 - reached / end["hypervolume"] if end["hypervolume"] else 0.0)
    last = table.groupby("search")["hypervolume"].last()
    apart = 1.0 - float(last.min()) / together if together else 0.0
    sure = bool(len(last) > 1 and max(gained) <= SETTLED and apart <= SETTLED)
    return {"gained": float(max(gained)), "apart": apart, "converged": sure}
