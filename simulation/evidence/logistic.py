"""Logistic regression with a normal prior around zero: for rivals of the models, and for small fits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import expit

from simulation.errors import DataError
from simulation.state import F

STEPS = 60
ENOUGH = 1e-10
"""What a step must have promised to lower the loss by, for another to follow."""
SHORTEST = 1e-6
"""Share of a step below which it is not halved any more: the loss is then flat to rounding."""


def fit_logistic(design: F, happened: F, precision: F | float = 0.0) -> tuple[F, F]:
    """The mode, by Newton's method, and the curvature of the loss there, whose inverse is the covariance.

    Parameters
    ----------
    design
        float64[rows, columns].
    happened
        float64[rows] of 0 and 1.
    precision
        One over the variance of the prior of each coefficient, float64[columns] or one for all; 0: no prior.

    Raises
    ------
    DataError
        If the search does not end.
    """
    weight = np.broadcast_to(np.asarray(precision, dtype=float), design.shape[1])
    mode = np.zeros(design.shape[1])

    def loss(at: F) -> float:
        odds = design @ at
        return float((np.logaddexp(0.0, odds) - happened * odds).sum() + 0.5 * (weight * at**2).sum())

    for _ in range(STEPS):
        chance = expit(design @ mode)
        slope = design.T @ (happened - chance) - weight * mode
        curvature = (design.T * (chance * (1.0 - chance))) @ design + np.diag(weight)
        step = np.linalg.solve(curvature, slope)
        mode = mode + shortened(step, mode, loss)
        if float(step @ slope) < ENOUGH:
            return mode, curvature
    raise DataError(f"the logistic regression found no mode in {STEPS} steps")


def shortened(step: F, start: F, loss: Callable[[F], float]) -> F:
    """The step, halved until it lowers the loss: whole steps of Newton's method may circle around the mode."""
    here, length = loss(start), 1.0
    while loss(start + length * step) > here and length > SHORTEST:
        length /= 2
    return length * step
