"""Fit of the intensity: the mode under normal priors, and the covariance around it (Laplace)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from simulation.errors import ModelError
from simulation.evidence.intensity.equation import Period, log_likelihood

F = NDArray[np.float64]
_STEP = 1e-4
"""Of the central difference of the gradient that gives the curvature."""


@dataclass(frozen=True, eq=False)
class Prior:
    """Independent normal priors of the parameters: mean and standard deviation, both (P,)."""

    mean: F
    sd: F


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
        (P, P), the inverse curvature there.
    log_likelihood
        In nats, without the prior.
    events
        Recorded agreements behind it.
    """

    names: tuple[str, ...]
    mode: F
    covariance: F
    log_likelihood: float
    events: int

    @property
    def sd(self) -> F:
        """(P,) posterior standard deviations."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    def draws(self, scores: F) -> F:
        """(d, P) parameters for d rows of standard normal scores (d, P)."""
        return np.asarray(self.mode + scores @ np.linalg.cholesky(self.covariance).T)


def fit(
    periods: Sequence[Period], names: Sequence[str], prior: Prior, level: float = 0.0, start: F | None = None
) -> Fit:
    """Mode and covariance of the parameters given a record.

    Parameters
    ----------
    periods
        What the record has; see :class:`Period`.
    names
        Of the parameters, in the order of :func:`equation.split`.
    prior
        Of the same length.
    level
        c of the recording model, which a record alone cannot tell.
    start
        Where the search begins; the prior's mean by default.

    Raises
    ------
    ModelError
        If the search does not end at a maximum.
    """

    def loss(theta: F) -> tuple[float, F]:
        value, slope = log_likelihood(theta, periods, level)
        off = (theta - prior.mean) / prior.sd
        return 0.5 * float(off @ off) - value, off / prior.sd - slope

    first = prior.mean if start is None else start
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-5})
    mode = np.asarray(found.x, dtype=float)
    curvature = _curvature(lambda theta: loss(theta)[1], mode)
    try:
        covariance = np.linalg.inv(curvature)
        np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        raise ModelError(f"the fit of {', '.join(names)} did not end at a maximum: {found.message}") from None
    value, _ = log_likelihood(mode, periods, level)
    return Fit(tuple(names), mode, (covariance + covariance.T) / 2, value, int(sum(p.counts.sum() for p in periods) / 2))


def _curvature(gradient: object, mode: F) -> F:
    """(P, P) symmetric matrix of second derivatives, from central differences of the gradient."""
    rows = []
    for k in range(len(mode)):
        step = np.zeros_like(mode)
        step[k] = _STEP
        rows.append((gradient(mode + step) - gradient(mode - step)) / (2 * _STEP))  # type: ignore[operator]
    matrix = np.array(rows)
    return np.asarray((matrix + matrix.T) / 2)
