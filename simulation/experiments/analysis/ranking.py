"""Which of several changes is best, told from paired replicates, and which of them cannot be told apart."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import fdtrc, stdtrit

from simulation.experiments.analysis.contrasts import CONFIDENCE, contrast

RANK_COLUMNS = ("rank", "tied_with")
CHANCE = 0.01
"""That members of a group that are all alike are taken for different."""
EXACT = 1e-20
"""Share of the variance between columns below which there is none besides."""
LEAST_SPREAD = 0.25
"""Quantile of the spreads of all differences over replicates below which none counts."""


def interval(differences: pd.Series) -> dict[str, float]:
    """Mean of paired differences and its 90 % interval; see :func:`.contrasts.contrast`."""
    known = differences.dropna()
    return contrast(pd.DataFrame({"a": known, "b": 0.0}))


def pooled(values: pd.DataFrame, groups: Sequence[Hashable]) -> pd.Series:
    """Means over replicates; members of a group that are not told from each other have the mean of all their values.

    The best of several that are alike is the luckiest one, another with every seed. Alike are those of a group whose
    differences could be chance (F of a table of replicates by members): their own means would tell their luck.

    Parameters
    ----------
    values
        A row a replicate, a column a member; what is missing is left out.
    groups
        What each column belongs to.
    """
    result, count = values.mean(), values.count()
    names = pd.Series(list(groups), index=values.columns, dtype=object)
    for name in dict.fromkeys(names):
        members = names.index[[other == name for other in names]]
        if len(members) > 1 and _alike(values[members]):
            result[members] = (result[members] * count[members]).sum() / count[members].sum()
    return result


def _alike(values: pd.DataFrame) -> bool:
    """Whether the columns could have the same mean; only rows without a gap tell, and two of them at least."""
    table = values.dropna().to_numpy(np.float64)
    rows, columns = table.shape
    if rows < 2:
        return True
    column = table.mean(axis=0)
    rest = table - column - table.mean(axis=1, keepdims=True) + table.mean()
    between, within = rows * float(column.var(ddof=1)), float((rest**2).sum()) / ((rows - 1) * (columns - 1))
    if within <= EXACT * between:
        return between == 0.0
    return bool(fdtrc(columns - 1, (rows - 1) * (columns - 1), between / within) >= CHANCE)


def ranked(scores: pd.DataFrame, worth: pd.Series | None = None) -> pd.DataFrame:
    """Rank by the mean over replicates, with the ties.

    Parameters
    ----------
    scores
        A row a replicate, a column a candidate; what is missing is left out pair by pair. More is better.
    worth
        What the order goes by instead of the means, by candidate.

    Returns
    -------
    DataFrame
        Columns :data:`RANK_COLUMNS` by candidate, the best first: ranks from 1 without a gap, the same for those that
        are worth exactly the same, and a tuple of all the others that are not told apart from it. Of equals the one
        that comes first in ``scores`` is listed first.

    Notes
    -----
    Two are told apart if the 90 % interval (Student) of their difference does not hold zero, with the spread of that
    difference or the lower quartile of all, whichever is greater: among few replicates some pairs of candidates show
    hardly any spread by chance.
    """
    by = scores.mean() if worth is None else worth.reindex(scores.columns)
    order = by.sort_values(ascending=False, kind="stable").index.tolist()
    found = {pair: interval(scores[pair[0]] - scores[pair[1]]) for pair in combinations(order, 2)}
    spreads = [one["standard_error"] * math.sqrt(one["pairs"]) for one in found.values() if one["pairs"] > 1]
    least = float(np.quantile(spreads, LEAST_SPREAD)) if spreads else 0.0
    apart = {pair for pair, one in found.items() if _told(one, least)}
    tied = [
        tuple(other for other in order if other != one and not {(one, other), (other, one)} & apart) for one in order
    ]
    places = by[order].rank(method="dense", ascending=False).fillna(len(order)).astype(int)
    columns = {"rank": places.to_numpy(), "tied_with": tied}
    return pd.DataFrame(columns, index=order, columns=list(RANK_COLUMNS))


def _told(found: dict[str, float], least: float) -> bool:
    """Whether a difference is told from zero; one pair of replicates, or none, tells nothing."""
    if not found["pairs"] > 1:
        return False
    error = max(found["standard_error"], least / math.sqrt(found["pairs"]))
    reach = float(stdtrit(found["pairs"] - 1, (1.0 + CONFIDENCE) / 2.0)) * error
    return abs(found["difference"]) > reach
