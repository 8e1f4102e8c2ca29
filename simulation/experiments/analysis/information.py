"""What it would be worth to know an uncertain number before choosing: the expected value of partial information.

EVPPI = E[max over strategies of E(outcome | number)] - max over strategies of E(outcome): how much better one would
do on average if one chose knowing the number. Conditional means are taken within bins of futures (Strong & Oakley
2013, *Medical Decision Making* 33). The best of noisy means is too high by itself, so what shuffled numbers seem
worth is taken off, and a value that shuffling can explain is 0.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

COLUMNS = ("uncertainty", "value", "best_low", "best_high", "share_changed", "p_value")
SHUFFLES = 999
CHANCE = 0.05  # that any inert number at all is said to matter (Bonferroni)
_MOST_BINS, _LEAST_A_BIN = 5, 15
_TOLD = 1.645  # standard errors by which another strategy must lead in a bin to change the choice there

Values = NDArray[np.float64]


def information(gains: pd.DataFrame, uncertainties: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """What each uncertain number is worth.

    Parameters
    ----------
    gains
        Outcomes such that more is better: a row a future, a column a strategy that can be chosen.
    uncertainties
        Numbers or words, in the same rows, a column an uncertainty.
    seed
        Of the shuffling.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`, the most valuable first. ``value`` is in the outcome's unit, 0 where shuffling
        explains it; ``best_low, best_high``: the best strategy where the number is lowest and highest (of words:
        the first and the last); ``share_changed``: share of the futures in whose bin another strategy leads
        clearly; ``p_value`` of the shuffling.
    """
    numbers = gains.to_numpy(np.float64)
    numbers = numbers - numbers.mean(axis=1, keepdims=True)  # a good future is good for all: it tells nothing here
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(len(numbers)) for _ in range(SHUFFLES)]
    rows = [_row(numbers, bins_of(uncertainties[name]), orders) for name in uncertainties]
    table = pd.DataFrame(rows, columns=["value", "low", "high", "share_changed", "p_value"])
    table.insert(0, "uncertainty", list(uncertainties))
    matters = table["p_value"] * len(table) <= CHANCE
    best = int(np.argmax(numbers.mean(axis=0)))
    table.loc[~matters, ["value", "low", "high", "share_changed"]] = [0.0, best, best, 0.0]
    names = np.asarray(gains.columns)
    for end in ("low", "high"):
        table[f"best_{end}"] = names[table[end].astype(int)]
    table = table.sort_values(["value", "p_value"], ascending=[False, True], kind="stable")
    return table.loc[:, list(COLUMNS)].reset_index(drop=True)


def bins_of(column: pd.Series) -> NDArray[np.int64]:
    """Number of the bin of each future: a word or one of few numbers each its own, else bins of equal size."""
    values = column.to_numpy()
    distinct, codes = np.unique(values, return_inverse=True)
    most = max(2, min(_MOST_BINS, len(values) // _LEAST_A_BIN))
    if len(distinct) <= most or values.dtype.kind not in "fiu":
        return np.asarray(codes, np.int64)
    ranks = pd.Series(values).rank(method="average").to_numpy()
    return np.minimum((most * (ranks - 0.5) / len(values)).astype(np.int64), most - 1)


def _row(numbers: Values, bins: NDArray[np.int64], orders: list[NDArray[np.int64]]) -> tuple[float, ...]:
    _, bins = np.unique(bins, return_inverse=True)
    count, futures = int(bins.max()) + 1, len(bins)
    share = np.bincount(bins, minlength=count) / futures
    member = (bins == np.arange(count)[:, None]) / futures  # (bins, futures): its sums are means times shares
    best = int(np.argmax(numbers.mean(axis=0)))
    plain = float(numbers.mean(axis=0)[best])
    parts = member @ numbers
    value = float(parts.max(axis=1).sum()) - plain
    null = np.array([float((member @ numbers[order]).max(axis=1).sum()) - plain for order in orders])
    tolerance = 1e-12 * max(1.0, float(np.abs(numbers).max()))
    p_value = (1 + int((null >= value - tolerance).sum())) / (1 + len(null))
    leaders = parts.argmax(axis=1)
    changed = sum(float(share[k]) for k in range(count) if _leads(numbers[bins == k], int(leaders[k]), best))
    return max(0.0, value - float(null.mean())), float(leaders[0]), float(leaders[-1]), changed, p_value


def _leads(numbers: Values, leader: int, best: int) -> bool:
    """Whether another strategy is clearly ahead of the one that is best over all futures."""
    difference = numbers[:, leader] - numbers[:, best]
    if leader == best or len(difference) < 2:
        return False
    return bool(difference.mean() > _TOLD * difference.std(ddof=1) / np.sqrt(len(difference)))
