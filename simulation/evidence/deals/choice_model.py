"""C.2 Two-sided choice of partners, estimated by likelihood (Stadtfeld, Hollway & Block 2017).

The next deal falls on the pair {i, j} with probability

    P({i, j}) = p(i→j) p(j→i) r_ij / Σ_{a<b} p(a→b) p(b→a) r_ab,   p(i→j) ∝ exp(Σ_k β_k s_k(i, j)),

each p a multinomial logit over the partners that i could have: the coordination version of the
dynamic network actor model. r_ij = exp(Σ_k γ_k z_k(i, j)) is no choice of anybody: it is how likely
a deal of this pair is to be *recorded*, 1 where every deal is. Weights β and γ are estimated
together. Gradient and Hessian are exact. An observation counts a pair of a known time, so how
often deals are made is no part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import optimize, stats
from scipy.special import logsumexp

from simulation.errors import DataError, ModelError
from simulation.state import I64, B, F

VANISHED = 1e-6
"""Largest part of the gradient, in log-likelihood a standard error, that counts as none."""
_SHORT = 1e-3  # a step of Newton's method, in log odds, after which it may be over
_STEPS = 50  # of Newton's method before it is given up
_FARTHEST = 30.0  # standard errors within which an end of an interval is looked for
_NEAR = 1e-4  # of a standard error: precision of an end of an interval


@dataclass(frozen=True, eq=False)
class Event:
    """One dated deal, and the choice that everybody had then.

    Attributes
    ----------
    statistics
        (k, m, m) what partner j offers i by each effect, among the m actors present.
    recording
        (l, m, m) symmetric statistics of a pair being recorded; l may be 0.
    possible
        (m, m) symmetric: pairs that could make a deal; nobody is without a possible partner.
    first, second
        Rows of the two parties.
    """

    statistics: F
    recording: F
    possible: B
    first: int
    second: int

    @cached_property
    def pairs(self) -> tuple[I64, I64]:
        """Rows a < b of the possible pairs."""
        a, b = np.nonzero(np.triu(self.possible, 1))
        return a, b

    @cached_property
    def observed(self) -> int:
        """Place of the deal among :attr:`pairs`."""
        a, b = self.pairs
        low, high = min(self.first, self.second), max(self.first, self.second)
        return int(np.flatnonzero((a == low) & (b == high))[0])

    @cached_property
    def both_ways(self) -> F:
        """(k, pairs) statistics of the two choices of a pair, added."""
        a, b = self.pairs
        return np.ascontiguousarray(self.statistics[:, a, b] + self.statistics[:, b, a])


@dataclass(frozen=True, eq=False)
class ChoiceData:
    """Dated deals with the choices behind them.

    Attributes
    ----------
    effects
        Names of the statistics, then of the statistics of being recorded.
    choices
        How many of the effects are of choice; the others are of being recorded.
    events
        One a deal.
    """

    effects: tuple[str, ...]
    choices: int
    events: tuple[Event, ...]

    def __post_init__(self) -> None:
        if not self.events:
            raise DataError("there is no deal to estimate anything from")


Evaluation = tuple[float, F, F]


def evaluate(data: ChoiceData, weights: F) -> Evaluation:
    """Log-likelihood of the weights, its gradient (k,) and its Hessian (k, k)."""
    size = len(data.effects)
    value, gradient, hessian = 0.0, np.zeros(size), np.zeros((size, size))
    for event in data.events:
        part = _evaluate(event, weights, data.choices)
        value += part[0]
        gradient += part[1]
        hessian += part[2]
    return value, gradient, hessian


def _marks(event: Event, weights: F, choices: int) -> tuple[F, F]:
    """p(i→j), (m, m), and the logarithm of what the probability of each pair is proportional to, (pairs,)."""
    a, b = event.pairs
    utility = np.where(event.possible, np.tensordot(weights[:choices], event.statistics, 1), -np.inf)
    log_p = utility - logsumexp(utility, axis=1, keepdims=True)
    return np.exp(log_p), log_p[a, b] + log_p[b, a] + weights[choices:] @ event.recording[:, a, b]


def pair_chances(event: Event, weights: F, choices: int) -> F:
    """Probability that the deal falls on each of :attr:`Event.pairs`, (pairs,)."""
    _, mark = _marks(event, weights, choices)
    return np.asarray(np.exp(mark - logsumexp(mark)))


def _evaluate(event: Event, weights: F, choices: int) -> Evaluation:
    a, b = event.pairs
    k, m, _ = event.statistics.shape
    p, mark = _marks(event, weights, choices)
    recorded = event.recording[:, a, b]
    total = logsumexp(mark)
    share = np.exp(mark - total)
    expected = np.einsum("kij,ij->ki", event.statistics, p)  # of i's choice, by effect
    slope = np.concatenate([event.both_ways - expected[:, a] - expected[:, b], recorded])
    mean = slope @ share
    gradient = slope[:, event.observed] - mean
    hessian = np.outer(mean, mean) - (slope * share) @ slope.T
    # curvature of the logits: each enters with the weight of its actor's pairs, less the observed ones
    often = np.bincount(a, share, m) + np.bincount(b, share, m)
    np.subtract.at(often, [event.first, event.second], 1.0)
    flat = event.statistics.reshape(k, m * m)
    spread = (flat * (often[:, None] * p).ravel()) @ flat.T - (expected * often) @ expected.T
    hessian[:k, :k] += spread
    return float(mark[event.observed] - total), gradient, hessian


@dataclass(frozen=True, eq=False)
class Fit:
    """Weights of greatest (penalised) likelihood.

    Attributes
    ----------
    effects, weights, standard_errors
        By effect; errors from the observed information.
    log_likelihood, null
        At the weights, without the penalty, and at weights of zero.
    gradient
        Of what was maximised, at the weights: all but zero.
    covariance
        (k, k) inverse of the observed information, penalty included.
    prior_sd
        Spread of the normal prior around 0 of each weight; inf where there is none.
    """

    effects: tuple[str, ...]
    weights: F
    standard_errors: F
    log_likelihood: float
    null: float
    gradient: F
    covariance: F
    prior_sd: F


def _penalised(data: ChoiceData, weights: F, precision: F) -> Evaluation:
    value, gradient, hessian = evaluate(data, weights)
    return (
        value - 0.5 * float(precision @ weights**2),
        gradient - precision * weights,
        hessian - np.diag(precision),
    )


def _climb(data: ChoiceData, start: F, precision: F, free: B) -> tuple[F, float]:
    """Newton's method with halved steps over the free weights, from a start; the top and its value."""
    weights = start.copy()
    value, gradient, hessian = _penalised(data, weights, precision)
    for _ in range(_STEPS):
        uphill, inner = gradient[free], -hessian[np.ix_(free, free)]
        lowest = float(np.linalg.eigvalsh(inner)[0])
        if lowest <= 0.0:  # not yet where the likelihood is concave
            inner = inner + (1e-3 - 1.1 * lowest) * np.eye(len(uphill))
        step = np.linalg.solve(inner, uphill)
        # where an effect separates the deals the slope vanishes too, but steps stay long
        if float(uphill @ step) < VANISHED**2 and lowest > 0.0 and np.abs(step).max() < _SHORT:
            return weights, value
        length = 1.0
        while True:
            there = weights.copy()
            there[free] += length * step
            found = _penalised(data, there, precision)
            if found[0] > value or length < 1e-6:
                break
            length /= 2.0
        weights, (value, gradient, hessian) = there, found
    raise ModelError(f"the likelihood has no top that {_STEPS} steps reach: an effect may separate the deals")


def fit(data: ChoiceData, prior_sd: Sequence[float] | None = None, start: Sequence[float] | None = None) -> Fit:
    """Weights of greatest likelihood, with their standard errors.

    Parameters
    ----------
    data
        The deals.
    prior_sd
        Spread of a normal prior around 0 of each weight (penalised likelihood); without, none.
    start
        Where the search starts; 0 by default.

    Raises
    ------
    ModelError
        If there is no greatest likelihood, because some effect separates what happened from what did not.
    """
    size = len(data.effects)
    spread = np.full(size, np.inf) if prior_sd is None else np.asarray(prior_sd, np.float64)
    precision = 1.0 / spread**2
    free = np.ones(size, np.bool_)
    weights, _ = _climb(data, np.zeros(size) if start is None else np.asarray(start, np.float64), precision, free)
    _, gradient, hessian = _penalised(data, weights, precision)
    covariance = np.asarray(np.linalg.inv(-hessian), np.float64)
    value = evaluate(data, weights)[0]
    null = evaluate(data, np.zeros(size))[0]
    errors: F = np.sqrt(np.diag(covariance))
    return Fit(data.effects, weights, errors, value, null, gradient, covariance, spread)


def profile_interval(data: ChoiceData, top: Fit, effect: str, level: float = 0.9) -> tuple[float, float]:
    """Interval of a weight by the profile of the (penalised) likelihood; open ends are infinite.

    Its ends are where the likelihood, the other weights fitted anew, falls by half the χ² quantile
    of ``level``. It need not be symmetric, as an interval from the standard error is.

    Raises
    ------
    DataError
        If there is no such effect.
    """
    if effect not in data.effects:
        raise DataError(f"no effect {effect!r} among {', '.join(data.effects)}")
    place = data.effects.index(effect)
    precision = 1.0 / top.prior_sd**2
    best = _penalised(data, top.weights, precision)[0]
    drop = float(stats.chi2.ppf(level, 1)) / 2.0
    free = np.arange(len(data.effects)) != place
    along = top.covariance[:, place] / top.covariance[place, place]  # how the others follow it
    error = float(top.standard_errors[place])

    def short_of(away: float) -> float:
        start = top.weights + along * away * error
        value = _climb(data, start, precision, free)[1] if free.any() else _penalised(data, start, precision)[0]
        return best - value - drop

    def end(side: float) -> float:
        reach = side * float(np.sqrt(2.0 * drop))
        while short_of(reach) < 0.0:
            if abs(reach) > _FARTHEST:
                return side * np.inf
            reach *= 1.5
        return float(top.weights[place]) + error * optimize.brentq(short_of, 0.0, reach, xtol=_NEAR)

    return end(-1.0), end(1.0)
