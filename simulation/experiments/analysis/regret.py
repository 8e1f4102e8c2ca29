"""How strategies do over futures: regret, satisficing, who is best, and who is not told apart.

Every table has a row a future and a column a strategy, and all strategies of a row met the same future. Regret:
Savage 1951; how robustness is measured: McPhail et al. 2018, *Earth's Future* 6.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

WORST = 0.1  # share of the futures beyond which an outcome counts as bad
HIGH_REGRET = 0.9  # share of the futures below the high regret (Kasprzyk et al. 2013)
CONFIDENCE = 0.95  # of the intervals that tell two strategies apart
RESAMPLES = 2_000
COLUMNS = (
    "strategy", "median", "worst_tenth", "regret_median", "regret_q90", "satisficed", "best_share", "futures",
    "tied_with", "mean", "regret_mean", "control",
)  # fmt: skip
CRITERIA: Mapping[str, bool] = {
    "regret_mean": False, "regret_q90": False, "regret_median": False, "median": True, "worst_tenth": True,
    "satisficed": True, "best_share": True,
}  # fmt: skip
"""Columns by which a strategy can be chosen, and whether more is better; the first is the one that is used."""


def gains(values: pd.DataFrame, *, higher: bool) -> pd.DataFrame:
    """Outcomes such that more is better."""
    return values if higher else -values


def overall(outcomes: Mapping[str, pd.DataFrame], higher: Mapping[str, bool]) -> pd.DataFrame:
    """Mean over the objectives of the place in the range over all strategies and futures, from 0 (worst) to 1.

    An objective that is the same everywhere tells nothing and has no part.
    """
    parts = []
    for name, table in outcomes.items():
        good = gains(table, higher=higher[name])
        low, high = float(good.to_numpy().min()), float(good.to_numpy().max())
        if high > low:
            parts.append((good - low) / (high - low))
    if not parts:
        return next(iter(outcomes.values())) * 0.0
    total: pd.DataFrame = sum(parts[1:], parts[0]) / len(parts)
    return total


def regret(values: pd.DataFrame, *, higher: bool, controls: Collection[str] = ()) -> pd.DataFrame:
    """What each strategy falls short of the best one in the same future, at least 0.

    Parameters
    ----------
    values
        Outcomes, a row a future, a column a strategy.
    higher
        Whether more is better.
    controls
        Strategies that cannot be chosen, such as those with another budget; they are not among the best.
    """
    good = gains(values, higher=higher)
    best = good.drop(columns=list(controls)).max(axis=1)
    return good.rsub(best, axis=0).clip(lower=0.0)


def best_share(values: pd.DataFrame, *, higher: bool, controls: Collection[str] = ()) -> pd.Series:
    """Share of the futures in which a strategy is the best; those equally good share a future.

    Of a control it is the share in which it is at least as good as all others; the others' shares sum to 1.
    """
    good = gains(values, higher=higher)
    rivals = good.drop(columns=list(controls))
    winners = rivals.eq(rivals.max(axis=1), axis=0)
    shares = winners.div(winners.sum(axis=1), axis=0).mean()
    for name in controls:
        shares[name] = float((good[name] >= rivals.max(axis=1)).mean())
    return shares.reindex(values.columns)


def satisficed(values: pd.DataFrame, threshold: float, *, higher: bool) -> pd.Series:
    """Share of the futures in which the outcome is no worse than a threshold (Starr 1963)."""
    return (gains(values, higher=higher) >= (threshold if higher else -threshold)).mean()


def not_told(values: pd.DataFrame, seed: int = 0) -> NDArray[np.bool_]:
    """Which strategies are not told apart: the paired bootstrap interval of the mean difference holds 0.

    Returns
    -------
    ndarray
        Symmetric, shape (strategies, strategies).
    """
    count = len(values)
    draws = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    numbers = values.to_numpy(np.float64)
    means = draws @ (numbers - numbers.mean(axis=1, keepdims=True)) / count  # what a whole future adds is not looked at
    differences = means[:, :, None] - means[:, None, :]
    same = (numbers[:, :, None] == numbers[:, None, :]).all(axis=0)
    low, high = np.quantile(differences, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0)
    result: NDArray[np.bool_] = ((low <= 0) & (high >= 0)) | same
    return result


def strategy_table(
    values: pd.DataFrame, threshold: float, *, higher: bool, controls: Collection[str] = (), seed: int = 0
) -> pd.DataFrame:
    """One row a strategy: how it does over all futures.

    Parameters
    ----------
    values, higher, controls
        As in :func:`regret`.
    threshold
        Outcome that satisfies.
    seed
        Of the bootstrap.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`, in the objective's unit or shares of futures; ``worst_tenth`` is the outcome that
        one future in ten falls short of; ``tied_with`` names those not told apart, controls left out.
    """
    lost = regret(values, higher=higher, controls=controls)
    names = list(values.columns)
    equal = pd.DataFrame(not_told(values, seed), index=names, columns=names)
    rivals = [name for name in names if name not in controls]
    table = pd.DataFrame({
        "strategy": names,
        "median": values.median(),
        "worst_tenth": values.quantile(WORST if higher else 1 - WORST),
        "regret_median": lost.median(),
        "regret_q90": lost.quantile(HIGH_REGRET),
        "satisficed": satisficed(values, threshold, higher=higher),
        "best_share": best_share(values, higher=higher, controls=controls),
        "futures": len(values),
        "tied_with": [" ".join(other for other in rivals if other != name and equal.at[name, other]) for name in names],
        "mean": values.mean(),
        "regret_mean": lost.mean(),
        "control": [name in controls for name in names],
    })  # fmt: skip
    return table.loc[:, list(COLUMNS)].reset_index(drop=True)


def chosen(table: pd.DataFrame, criterion: str = "regret_mean") -> str:
    """The strategy that a criterion chooses, the first one named where several are equal; never a control.

    Least mean regret, the default, chooses as the highest mean does (Laplace): all futures count alike.
    """
    rows = table.loc[~table["control"].astype(bool)].set_index("strategy")[criterion]
    return str(rows.idxmax() if CRITERIA[criterion] else rows.idxmin())
