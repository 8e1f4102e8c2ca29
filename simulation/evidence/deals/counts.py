"""What yearly counts of recorded deals say of their flow: a walk seen through Poisson counts, on a grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from simulation.intensity.wave import Wave

WALKS = np.linspace(0.05, 1.25, 25)
"""Standard deviations of a year's step of the log flow that are weighed."""
WALK_SCALE = 0.2
"""Scale of the half-normal prior of that step: the walk of a year that the model description assumes."""
START_MEAN, START_SD = 2.302585092994046, 1.0
"""Of the log flow before any count: an assumption, as wide as ignorance of a new field."""
_LOGS = np.linspace(np.log(0.1), np.log(500.0), 400)


def filter_counts(counts: NDArray[np.int64]) -> Wave:
    """What yearly counts (T,), T ≥ 0, say of the flow at their end: a walk seen through Poisson counts, on a grid."""
    weights, means, squares = [], [], []
    for walk in WALKS:
        step = np.exp(-0.5 * ((_LOGS[:, None] - _LOGS) / walk) ** 2)
        step /= step.sum(axis=0)
        state = np.exp(-0.5 * ((_LOGS - START_MEAN) / START_SD) ** 2)
        state /= state.sum()
        evidence = -0.5 * (walk / WALK_SCALE) ** 2
        for place, count in enumerate(counts):
            state = step @ state if place else state  # the start is the flow of the first year
            state = state * np.exp(count * _LOGS - np.exp(_LOGS) - gammaln(count + 1))
            evidence += float(np.log(state.sum()))
            state /= state.sum()
        weights.append(evidence)
        means.append(float(state @ _LOGS))
        squares.append(float(state @ _LOGS**2))
    weight = np.exp(np.array(weights) - max(weights))
    weight /= weight.sum()
    mean = float(weight @ means)
    return Wave(mean, float(np.sqrt(weight @ squares - mean**2)), float(np.sqrt(weight @ WALKS**2)))
