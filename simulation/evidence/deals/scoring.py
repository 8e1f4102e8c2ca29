"""Scores of forecasts of *which pairs*: nats an event against rivals, areas under curves, bootstrap over actors.

All rivals but one are log-linear in symmetric terms of the pair, fitted to the same periods by the same likelihood of
*which pairs*; they differ in the terms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp
from scipy.stats import nbinom

from simulation.evidence import scores
from simulation.intensity.covariates import NAMES
from simulation.intensity.equation import Period
from simulation.state import F

OURS = "intensity"
BOOTSTRAPS = 400


@dataclass(frozen=True, eq=False)
class Scored:
    """A window with the log shares that every forecaster gave each pair.

    Attributes
    ----------
    domain, first
        Which window.
    counts
        (n, n) what happened.
    shares
        Forecaster -> (n, n) log shares.
    """

    domain: str
    first: int
    counts: F
    shares: Mapping[str, F]


def gains(windows: Sequence[Scored], name: str, by_event: bool = False) -> dict[str, object]:
    """Nats an event by which the intensity beats a rival, with a 95 % interval over actors drawn anew.

    Parameters
    ----------
    windows
        Forecasts and what happened.
    name
        The rival.
    by_event
        Whether every event counts alike; else every window does.

    Returns
    -------
    dict
        ``over, gain, 2.5 %, 97.5 %, windows won, events``.
    """
    luck = np.random.default_rng(1)
    edges = []
    for one in windows:
        a, b = np.nonzero(np.triu(one.counts))
        edges.append((a, b, one.counts[a, b], one.shares[OURS][a, b] - one.shares[name][a, b]))
    each = np.array([np.average(lead, weights=count) for _, _, count, lead in edges])
    drawn = []
    n = len(windows[0].counts)
    for _ in range(BOOTSTRAPS):
        often = np.bincount(luck.integers(n, size=n), minlength=n).astype(float)
        drawn.append(_mean([(count * often[a] * often[b], lead) for a, b, count, lead in edges], by_event))
    low, high = np.nanquantile(drawn, (0.025, 0.975))
    gain = _mean([(count, lead) for _, _, count, lead in edges], by_event)
    return {"over": name, "gain": gain, "2.5 %": float(low), "97.5 %": float(high),
            "windows won": f"{int((each > 0).sum())} of {len(each)}",
            "events": int(sum(count.sum() for _, _, count, _ in edges))}  # fmt: skip


def _mean(rows: Sequence[tuple[F, F]], by_event: bool) -> float:
    """Mean lead over (weights, leads) of windows; NaN where nothing has weight."""
    seen = [(weight, lead) for weight, lead in rows if weight.sum() > 0]
    if not seen:
        return float("nan")
    if by_event:
        return float(
            np.average(np.concatenate([lead for _, lead in seen]), weights=np.concatenate([w for w, _ in seen]))
        )
    return float(np.mean([np.average(lead, weights=weight) for weight, lead in seen]))


def ranking(windows: Sequence[Scored]) -> pd.DataFrame:
    """Mean AUC and PR-AUC of every forecaster over the windows, in columns ``forecast, AUC, PR-AUC``."""
    rows = []
    for name in windows[0].shares:
        areas = []
        for one in windows:
            a, b = np.nonzero(np.triu(np.isfinite(one.shares[OURS]), 1))
            happened = (one.counts[a, b] > 0).astype(float)
            share = one.shares[name][a, b]
            areas.append((scores.auc(share, happened), scores.average_precision(share, happened)))
        auc, precision = np.mean(areas, axis=0)
        rows.append({"forecast": name, "AUC": auc, "PR-AUC": precision})
    return pd.DataFrame(rows)


# --- simple rivals on the same rows: on which pairs the agreements of a period fall


Terms = Callable[[Period], F]

SPREAD = 5.0
"""Prior standard deviation of every slope, which only keeps a slope finite."""
PAIR_TERMS = tuple(name for name in NAMES if name not in ("size", "activity", "union"))
GRAVITY = ("distance", "trade", "border", "language", "colony", "common_coloniser")
HABIT = 0.5
"""Agreements that are spread over all pairs before "as often as before" counts."""
HALF = 0.5
"""Deals that are added to a count before it is called a rate (Jeffreys' prior of a Poisson rate)."""


def coming_year(known: float, last: float, years: int, draws: int) -> tuple[F, F]:
    """Quantiles (draws,) of the deals of a coming year: as often as in the years known, and as in the last of them.

    A Poisson count whose rate has the Gamma posterior of Jeffreys' prior.
    """
    share = (np.arange(draws) + 0.5) / draws
    return nbinom.ppf(share, known + HALF, years / (years + 1.0)), nbinom.ppf(share, last + HALF, 0.5)


def summed(*names: str, known: Sequence[str] = NAMES) -> Terms:
    """(T, n, n) sums over both sides of some of the covariates that a layer knows."""
    places = [known.index(name) for name in names]
    return lambda period: period.x[places] + period.x[places].transpose(0, 2, 1)


def gravity(period: Period) -> F:
    """(8, n, n) sizes, activities, distance, trade, border, language and colonial ties."""
    pairs = period.x[[NAMES.index(name) for name in GRAVITY]]
    return np.concatenate([summed("size", "activity")(period), pairs])


def log_linear(period: Period) -> F:
    """(23, n, n) every term of the pair, and sum, difference, product and lesser of sizes and of activities."""
    shaped = []
    for name in ("size", "activity"):
        own = np.array(period.x[NAMES.index(name)])
        shaped += [own + own.T, np.abs(own - own.T), own * own.T, np.minimum(own, own.T)]
    return np.stack([*shaped, *(period.x[NAMES.index(name)] for name in PAIR_TERMS)])


LOG_LINEAR: Mapping[str, Terms] = {
    "size": summed("size"), "size and activity": summed("size", "activity"), "gravity, size, activity": gravity,
    "log-linear of 23 terms": log_linear,
}  # fmt: skip


def fit_log_linear(periods: Sequence[Period], terms: Terms, spread: float = SPREAD) -> F:
    """Slopes of a log-linear rival.

    Parameters
    ----------
    periods
        What it learns from.
    terms
        Of a period, (T, n, n) symmetric.
    spread
        Prior standard deviation of every slope.
    """
    rows = []
    for period in periods:
        a, b = _possible(period)
        rows.append((terms(period)[:, a, b], period.counts[a, b]))

    def loss(slopes: F) -> tuple[float, F]:
        value, gradient = 0.5 * float(slopes @ slopes) / spread**2, slopes / spread**2
        for x, count in rows:
            score = np.einsum("k,kp->p", slopes, x)
            top = float(logsumexp(score))
            expected = np.exp(score - top) * count.sum()
            value -= float(count @ (score - top))
            gradient = gradient - np.einsum("kp,p->k", x, count - expected)
        return value, gradient

    return np.asarray(minimize(loss, np.zeros(len(rows[0][0])), jac=True, method="L-BFGS-B").x, dtype=float)


def _possible(period: Period) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    a, b = np.nonzero(np.triu(period.mask, 1))
    return a, b


def log_linear_shares(slopes: F, period: Period, terms: Terms) -> F:
    """(n, n) log shares of each pair in the coming agreements; -inf where masked."""
    score = np.einsum("k,kij->ij", slopes, terms(period))
    return normalised(np.where(period.mask > 0, score, -np.inf))


def as_before(period: Period) -> F:
    """(n, n) log shares in proportion to the pair's earlier agreements, with half a one spread over all pairs."""
    earlier = np.expm1(period.x[NAMES.index("past")])
    pairs = period.mask.sum() / 2.0
    return normalised(np.where(period.mask > 0, np.log(earlier + HABIT / pairs), -np.inf))


def normalised(score: F) -> F:
    """Scores of pairs as log shares that sum to one over the upper triangle."""
    a, b = np.triu_indices(len(score), 1)
    return np.asarray(score - logsumexp(score[a, b]))
