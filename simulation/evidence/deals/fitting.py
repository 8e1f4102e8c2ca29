"""Fit of the intensity: the mode under normal priors, and the covariance around it (Laplace)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulation.errors import ModelError
from simulation.intensity.equation import Period, Prior, information, log_likelihood
from simulation.state import F

_STEPS, _HALVINGS = 200, 8
_ENOUGH = 1e-5
"""The search ends where a full step promises, or has brought, less than this, in nats."""


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted intensity.

    Attributes
    ----------
    names
        Of the P parameters: covariates, ``kappa``, reasons of being recorded.
    mode
        (P,) the most probable parameters.
    covariance
        (P, P), the inverse of the expected curvature there.
    events
        Recorded agreements behind it.
    """

    names: tuple[str, ...]
    mode: F
    covariance: F
    events: int

    @property
    def sd(self) -> F:
        """(P,) posterior standard deviations."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))


def fit(
    periods: Sequence[Period], names: Sequence[str], prior: Prior, level: float = 0.0, start: F | None = None
) -> Fit:
    """Mode and covariance of the parameters given a record, by scoring (Fisher) with halved steps.

    Parameters
    ----------
    periods
        What the record has; see :class:`Period`.
    names
        Of the parameters, in the order of :func:`simulation.intensity.equation.split`.
    prior
        Of the same length.
    level
        c of the recording model, which a record alone cannot tell.
    start
        Where the search begins; the prior's mean by default.

    Raises
    ------
    ModelError
        If the search does not end.
    """

    theta = np.array(prior.mean if start is None else start, dtype=float)
    weight = np.diag(1.0 / prior.sd**2)
    value, slope = _posterior(theta, periods, prior, level)
    for _ in range(_STEPS):
        curvature = information(theta, periods, level) + weight
        step = np.asarray(np.linalg.solve(curvature, slope), dtype=float)
        if float(step @ slope) < _ENOUGH:
            break
        before = value
        theta, value, slope = _uphill(theta, step, value, periods, prior, level)
        if value - before < _ENOUGH:
            break
    else:
        raise ModelError(f"the fit of {', '.join(names)} is not at its maximum after {_STEPS} steps")
    events = int(sum(period.counts.sum() for period in periods) / 2)
    covariance = np.asarray(np.linalg.inv(information(theta, periods, level) + weight), dtype=float)
    return Fit(tuple(names), theta, covariance, events)


def _posterior(theta: F, periods: Sequence[Period], prior: Prior, level: float) -> tuple[float, F]:
    """Log posterior up to a constant, and its gradient."""
    value, slope = log_likelihood(theta, periods, level)
    off = (theta - prior.mean) / prior.sd
    return value - 0.5 * float(off @ off), slope - off / prior.sd


def _uphill(
    theta: F, step: F, value: float, periods: Sequence[Period], prior: Prior, level: float
) -> tuple[F, float, F]:
    """Take a step, halved until it climbs; where not even a tiny one does, stay (at a kink of the recording model)."""
    for halving in range(_HALVINGS):
        there = theta + step / 2**halving
        reached, slope = _posterior(there, periods, prior, level)
        if reached > value:
            return there, reached, slope
    return theta, value, np.zeros_like(theta)
