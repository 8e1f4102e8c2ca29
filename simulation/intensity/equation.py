"""The intensity of agreements of a pair, and the likelihood of a dated record under it (C.2).

Pure functions on arrays: n actors, K covariates. Row i of a pair matrix is how i sees j. The same
functions serve pairs of states and, with a mask that lets only states meet firms, states and firms.

An actor turns to somebody ω times a year, to j with the chance p_i(j) = M_ij e^{U_ij} / Σ_l M_il e^{U_il}; j agrees
with q_j(i) = σ(U_ji − κ). So λ_ij = ω_i p_i(j) q_j(i) + ω_j p_j(i) q_i(j). A record holds a share ρ_ij of all.
U of a run is in :mod:`simulation.processes.pull`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulation.arithmetic import exp, log, weighted
from simulation.state import F

LEAST_RECORDED, MOST_RECORDED = 0.1, 0.85
"""Bounds of the share of a pair's deals that a record holds."""


def utility(x: F, beta: F) -> F:
    """U_ij = Σ_k β_k x_k(i, j), in nats.

    Parameters
    ----------
    x
        (K, n, n) covariates.
    beta
        (K,) coefficients.

    Returns
    -------
    F
        (n, n).
    """
    return weighted(beta, x)


def approach_chances(u: F, mask: F) -> F:
    """p_i(j): the chance that an approach of i goes to j; a row without a possible partner is zero.

    Parameters
    ----------
    u
        (..., n, n) utilities.
    mask
        (n, n) symmetric, 1 where two actors can make a deal.
    """
    top = np.max(np.where(mask > 0, u, -np.inf), axis=-1, keepdims=True)
    weight = exp(np.where(mask > 0, u - np.where(np.isfinite(top), top, 0.0), -np.inf))
    total = weight.sum(axis=-1, keepdims=True)
    return np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)


def consent_chances(u: F, kappa: float | F) -> F:
    """(..., n, n): σ(U_ij − κ), the chance that i agrees when j turns to it, which is q_i(j)."""
    return np.asarray(1.0 / (1.0 + exp(kappa - u)))


def pair_rates(u: F, kappa: float | F, mask: F, omega: F | float = 1.0) -> F:
    """λ_ij, agreements a year of every pair; symmetric, zero where the mask is.

    Parameters
    ----------
    u
        (..., n, n) utilities.
    kappa
        Reluctance to agree, in nats; broadcasts to ``u``.
    mask
        (n, n) symmetric.
    omega
        (n,) approaches a year, or one number for all.
    """
    own = approach_chances(u, mask) * np.swapaxes(consent_chances(u, kappa), -1, -2)
    own *= np.asarray(omega, dtype=float)[..., None] if np.ndim(omega) else float(omega)
    return own + np.swapaxes(own, -1, -2)


def rates_from_odds(odds: F, kappa: float) -> F:
    """:func:`pair_rates` at ω = 1 from e^{U_ij}, zero where masked: no exponential, for many draws.

    Parameters
    ----------
    odds
        (n, n) e^{U_ij}, finite.
    kappa
        Reluctance to agree.
    """
    total = odds.sum(axis=1, keepdims=True)
    own = odds / np.where(total > 0, total, 1.0)
    own *= (odds / (odds + exp(kappa))).T
    return np.asarray(own + own.T)


def recorded_shares(level: float | F, gamma: F, z: F) -> F:
    """ρ_ij = clip(e^{c + Σ_k γ_k z_k(i, j)}, .1, .85): the share of the deals of a pair that the record holds.

    Parameters
    ----------
    level
        c.
    gamma, z
        (R,) coefficients and (R, n, n) symmetric reasons of being recorded.
    """
    return np.clip(exp(level + weighted(gamma, z)), LEAST_RECORDED, MOST_RECORDED)


@dataclass(frozen=True, eq=False)
class Prior:
    """Independent normal priors of the parameters: mean and standard deviation, both (P,)."""

    mean: F
    sd: F


@dataclass(frozen=True, eq=False)
class Period:
    """What a record has of one period, and what was known before it.

    Attributes
    ----------
    x
        (K, n, n) covariates at the start of the period.
    mask
        (n, n) symmetric, 1 where a deal is possible.
    counts
        (n, n) recorded agreements of the period, symmetric, zero diagonal.
    z
        (R, n, n) reasons of being recorded; R may be 0.
    """

    x: F
    mask: F
    counts: F
    z: F


def split(theta: F, period: Period) -> tuple[F, float, F]:
    """β (K,), κ and γ (R,) of one vector of parameters in that order."""
    k = len(period.x)
    return theta[:k], float(theta[k]), theta[k + 1 :]


def log_shares(theta: F, period: Period, level: float = 0.0) -> F:
    """(n, n): the log share of each pair in the recorded flow of the period; -inf where masked and on the diagonal."""
    beta, kappa, gamma = split(theta, period)
    flow = pair_rates(utility(period.x, beta), kappa, period.mask) * recorded_shares(level, gamma, period.z)
    with np.errstate(divide="ignore"):
        return np.asarray(log(flow) - log(flow.sum() / 2.0))


def log_likelihood(theta: F, periods: Sequence[Period], level: float = 0.0) -> tuple[float, F]:
    """Log likelihood of *which pairs* the record has, and its gradient.

    The flow of every period is free, so that how many deals there were carries nothing: each deal falls on a pair
    with its share of the recorded flow (the Poisson likelihood with ω at its best value, up to a constant).

    Parameters
    ----------
    theta
        (K + 1 + R,) β, κ, γ.
    periods
        At least one.
    level
        c of :func:`recorded_shares`.

    Returns
    -------
    float, F
        Value in nats and gradient (K + 1 + R,).
    """
    value, slope = 0.0, np.zeros_like(theta)
    for period in periods:
        if period.counts.any():
            own, gradient = _one(theta, period, level)
            value += own
            slope += gradient
    return value, slope


def _one(theta: F, period: Period, level: float) -> tuple[float, F]:
    beta, kappa, gamma = split(theta, period)
    u = utility(period.x, beta)
    p, q = approach_chances(u, period.mask), consent_chances(u, kappa)
    own = p * q.T
    rate = own + own.T
    raw = exp(level + weighted(gamma, period.z))
    share = np.clip(raw, LEAST_RECORDED, MOST_RECORDED)
    flow = rate * share
    total, events = flow.sum() / 2.0, period.counts.sum() / 2.0
    hit = period.counts > 0
    value = float((period.counts[hit] * log(flow[hit])).sum() / 2.0 - events * log(total))
    expected = events * flow / total  # deals that the shares give each pair
    # of the log likelihood by the rate of a pair; both halves of the matrix hold every pair once
    by_rate = np.divide(period.counts - expected, rate, out=np.zeros_like(rate), where=rate > 0)
    by_p = by_rate * q.T
    by_q = by_rate * p.T * q * (1.0 - q)
    by_u = p * (by_p - (p * by_p).sum(axis=1, keepdims=True)) + by_q
    free = (raw > LEAST_RECORDED) & (raw < MOST_RECORDED)
    surplus = np.where(free, period.counts - expected, 0.0) / 2.0
    return value, np.concatenate([
        np.einsum("kij,ij->k", period.x, by_u), [-by_q.sum()], np.einsum("kij,ij->k", period.z, surplus)
    ])  # fmt: skip


def information(theta: F, periods: Sequence[Period], level: float = 0.0) -> F:
    """Expected (Fisher) information of the parameters in the record, (P, P), of :func:`log_likelihood`.

    Of each period it is the number of deals times the covariance, over the shares of the flow, of how the log flow of
    a pair moves with each parameter.
    """
    total = np.zeros((len(theta), len(theta)))
    for period in periods:
        events = period.counts.sum() / 2.0
        if events:
            share, moves = _moves(theta, period, level)
            moves -= np.einsum("kp,p->k", moves, share)[:, None]
            total += events * ((moves * share) @ moves.T)
    return total


def _moves(theta: F, period: Period, level: float) -> tuple[F, F]:
    """Shares of the flow (pairs,) and derivatives of the log flow (P, pairs) of the possible pairs of a period."""
    beta, kappa, gamma = split(theta, period)
    u = utility(period.x, beta)
    p, q = approach_chances(u, period.mask), consent_chances(u, kappa)
    own, slack = p * q.T, 1.0 - q.T
    a, b = np.nonzero(np.triu(period.mask, 1))
    rate = own[a, b] + own[b, a]
    rows = []
    for x in period.x:
        moved = own * (x - (p * x).sum(axis=1, keepdims=True) + slack * x.T)
        rows.append((moved[a, b] + moved[b, a]) / rate)
    reluctant = own * slack
    rows.append(-(reluctant[a, b] + reluctant[b, a]) / rate)
    reasons = period.z[:, a, b]
    raw = exp(level + weighted(gamma, reasons))
    free = (raw > LEAST_RECORDED) & (raw < MOST_RECORDED)
    flow = rate * np.clip(raw, LEAST_RECORDED, MOST_RECORDED)
    return flow / flow.sum(), np.concatenate([np.array(rows), reasons * free])
