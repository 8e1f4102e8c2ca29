"""Scores of probabilities of things that happened or not: Brier, log, AUC, calibration, coverage, bootstrap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from simulation.state import F

FLOOR = 1e-4
"""No probability is taken as nearer to 0 or 1 than this in a log score, unless said otherwise."""


def brier(p: F, y: F) -> float:
    """Mean squared error of probabilities (Brier 1950), in [0, 1]."""
    return float(np.mean((p - y) ** 2))


def adjusted_brier(p: F, y: F) -> float:
    """Brier score less the difficulty of its questions: what "as many as happened, for each alike" would have scored.

    Sets of questions with other shares of yes can so be compared; below 0 is better than to know the share alone.
    """
    share = float(y.mean())
    return brier(p, y) - share * (1.0 - share)


def log_scores(p: F, y: F, floor: float = FLOOR) -> F:
    """Negative log probability of what happened, one by one, in nats."""
    sure = np.clip(p, floor, 1.0 - floor)
    return np.asarray(-np.where(y > 0, np.log(sure), np.log1p(-sure)))


def log_score(p: F, y: F) -> float:
    """Mean negative log probability of what happened, in nats."""
    return float(np.mean(log_scores(p, y)))


def inside(draws: NDArray[np.number], happened: float, level: float) -> bool:
    """Whether what happened lies in the central interval of an ensemble, its ends included."""
    low, high = np.quantile(draws, (0.5 - level / 2, 0.5 + level / 2))
    return bool(low <= happened <= high)


def auc(p: F, y: F) -> float:
    """Chance that a joiner's probability beats a non-joiner's; NaN where all did the same."""
    yes = y > 0
    n, m = int(yes.sum()), int((~yes).sum())
    return float((rankdata(p)[yes].sum() - n * (n + 1) / 2) / (n * m)) if n and m else float("nan")


def average_precision(p: F, y: F) -> float:
    """Area under precision against recall, as the mean precision at every event (Davis & Goadrich 2006).

    Of forecasts that tie, those that happened are ranked in the middle of the tie, on average.
    """
    order = np.argsort(-p, kind="stable")
    level, hits = p[order], y[order]
    ends = np.append(np.flatnonzero(np.diff(level)), len(level) - 1)
    true = np.cumsum(hits)[ends]
    precision, step = true / (ends + 1), np.diff(np.append(0.0, true))
    return float((precision * step).sum() / hits.sum()) if hits.any() else float("nan")


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """95 % Wilson interval of a share (Wilson 1927)."""
    z = float(norm.ppf(0.975))
    centre = (hits + z * z / 2) / (trials + z * z)
    half = z / (trials + z * z) * np.sqrt(hits * (trials - hits) / trials + z * z / 4)
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))  # rounding leaves ends beyond


@dataclass(frozen=True)
class Coverage:
    """How many of so many lie inside, with the Wilson interval of the share; its text is that of files."""

    hits: int
    trials: int

    @property
    def interval(self) -> tuple[float, float]:
        """Of the share."""
        return wilson(self.hits, self.trials)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.hits} of {self.trials} ({low:.2f} to {high:.2f})"


@dataclass(frozen=True)
class Span:
    """Counts between which something lies; its text is that of files."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:.0f}-{self.high:.0f}"


def covered(inside: Iterable[bool]) -> Coverage:
    """How many lie inside."""
    result = list(inside)
    return Coverage(sum(result), len(result))


def bands(p: F, y: F, edges: Sequence[float]) -> pd.DataFrame:
    """Forecast against frequency between edges from 0 to 1, with a 95 % Wilson interval of the frequency.

    Returns
    -------
    DataFrame
        Columns ``forecast, frequency, low, high, rows``; bands without a row are left out.
    """
    band = np.clip(np.searchsorted(edges, p, side="right") - 1, 0, len(edges) - 2)
    result = []
    for k in np.unique(band):
        own = band == k
        hits, trials = int((y[own] > 0).sum()), int(own.sum())
        low, high = wilson(hits, trials)
        result.append({"forecast": p[own].mean(), "frequency": hits / trials, "low": low, "high": high, "rows": trials})
    return pd.DataFrame(result)


def crps(draws: NDArray[np.number], happened: float) -> float:
    """Continuous ranked probability score of an ensemble (Gneiting & Raftery 2007, eq. 21), in units of the count.

    E|X − y| − E|X − X'|/2 over the distribution that puts 1/m on each of the m draws; 0 is perfect.
    """
    ordered, m = np.sort(draws), len(draws)
    spread = float(((2 * np.arange(1, m + 1) - m - 1) * ordered).sum()) / m**2
    return float(np.abs(draws - happened).mean()) - spread


def interval_score(low: float, high: float, happened: float, level: float) -> float:
    """Width of an interval and a fine for what lies outside it (Gneiting & Raftery 2007, eq. 43); less is better."""
    fine = 2.0 / (1.0 - level)
    return float(high - low + fine * max(0.0, low - happened) + fine * max(0.0, happened - high))


def quantile_score(quantiles: F, levels: Sequence[float], happened: F) -> F:
    """Twice the mean pinball loss of quantiles (Gneiting & Raftery 2007, sec. 6), in units of the count; 0 is perfect.

    With levels spread evenly over (0, 1) it tends to the :func:`crps`.

    Parameters
    ----------
    quantiles
        float64[n, k].
    levels
        k levels in (0, 1).
    happened
        float64[n].

    Returns
    -------
    float64[n]
    """
    short = happened[:, None] - quantiles
    return np.asarray(2.0 * (short * (np.array(levels) - (short < 0.0))).mean(axis=1))


def variogram(drawn: F, y: F, pairs: NDArray[np.int64]) -> float:
    """Variogram score of order 1 of an ensemble of vectors (Scheuerer & Hamill 2015), mean over pairs of members.

    Parameters
    ----------
    drawn
        float64[d, n].
    y
        float64[n], what happened.
    pairs
        int64[2, m], indexes of the pairs of members.
    """
    i, j = pairs
    return float(((np.abs(y[i] - y[j]) - np.abs(drawn[:, i] - drawn[:, j]).mean(axis=0)) ** 2).mean())
