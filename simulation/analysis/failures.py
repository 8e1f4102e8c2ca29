"""Where a strategy fails: futures in which its outcome misses a threshold, told by a rule of at most two conditions.

The rule is the best of all rules of one or two conditions, tried one by one (scenario discovery; PRIM, which peels
greedily, needs seconds a strategy and limits more than two numbers). It is found in every other future and weighed in
the rest, so that what it says holds outside the futures it was made from.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import fisher_exact

from simulation.analysis.regret import gains

COLUMNS = ("strategy", "share_failing", "conditions", "coverage", "density", "futures")
CUTS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
"""Shares of the futures at which a number is cut in two."""
CHANCE = 0.01
"""A rule that chance makes as good as this often, or more often, is none."""

Mask = NDArray[np.bool_]


def failures(values: pd.DataFrame, threshold: float, uncertainties: pd.DataFrame, *, higher: bool) -> pd.DataFrame:
    """Where each strategy misses a threshold.

    Parameters
    ----------
    values
        Outcomes: a row a future, a column a strategy.
    threshold
        Outcome that satisfies.
    uncertainties
        Numbers or words, in the same rows, a column an uncertainty.
    higher
        Whether more is better.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`: share of the futures in which it fails; the rule with the best balance (harmonic
        mean) of coverage, the share of the failing futures that it holds, and density, the share of failing futures
        among those it holds. Both are of futures that had no part in finding it. Where no rule does better there
        than chance ``conditions`` is empty and the two are missing.
    """
    missed = gains(values, higher=higher) < (threshold if higher else -threshold)
    halves = list(_halves(uncertainties))
    texts = [text for text, _ in halves]
    masks = np.array([mask for _, mask in halves], dtype=bool).reshape(len(halves), len(values))
    rows = [(name, *_rule(texts, masks, missed[name].to_numpy(bool))) for name in values]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _halves(uncertainties: pd.DataFrame) -> Iterator[tuple[str, Mask]]:
    """Every condition on one uncertainty, with the futures in which it holds."""
    for name in uncertainties:
        column = uncertainties[name].to_numpy()
        if column.dtype.kind not in "fiu":
            yield from ((f"{name} = {word}", np.asarray(column == word)) for word in sorted(set(map(str, column))))
            continue
        for cut in dict.fromkeys(float(f"{value:.3g}") for value in np.quantile(column, CUTS)):
            yield f"{name} < {cut:g}", np.asarray(column < cut)
            yield f"{name} > {cut:g}", np.asarray(column > cut)


def _rule(texts: list[str], masks: Mask, missed: Mask) -> tuple[float, str, float, float, int]:
    share, none, count = float(missed.mean()), float("nan"), len(missed)
    nothing = (share, "", none, none, count)
    if not len(texts) or not 0 < missed[::2].sum() < len(missed[::2]):
        return nothing
    one, two = _best_pair(masks[:, ::2], missed[::2])
    held, failed = (masks[one] & masks[two])[1::2], missed[1::2]
    cells = [[(held & failed).sum(), (held & ~failed).sum()], [(~held & failed).sum(), (~held & ~failed).sum()]]
    if not held.any() or not failed.any() or fisher_exact(cells, alternative="greater").pvalue >= CHANCE:
        return nothing
    both = float((held & failed).sum())
    return share, " and ".join(dict.fromkeys([texts[one], texts[two]])), both / failed.sum(), both / held.sum(), count


def _best_pair(masks: Mask, missed: Mask) -> tuple[int, int]:
    """The two conditions that balance coverage and density best; twice the same where one does as well."""
    numbers = masks.astype(np.float64)
    held = numbers @ numbers.T
    both = (numbers * missed) @ numbers.T
    balance = 2 * both / (held + missed.sum())  # the harmonic mean of both / missed and both / held
    single = int(balance.diagonal().argmax())
    one, two = np.unravel_index(int(balance.argmax()), balance.shape)
    return (int(one), int(two)) if balance[one, two] > balance[single, single] else (single, single)
