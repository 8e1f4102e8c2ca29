"""C.1 Issue space: distance and affinity of positions.

Four dimensions in [0, 1] (rights, control, market, sovereignty), weighted by each actor's own
salience (Enelow & Hinich 1984). Affinity falls with squared distance as a Gaussian.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.arithmetic import exp

F = NDArray[np.float64]


@njit(cache=True, error_model="numpy", inline="always")
def squared_distance(x_i: F, x_j: F, w_i: F) -> float:
    """Weighted squared distance d² of two positions (each of shape (4,)) as i sees it."""
    d0 = x_i[0] - x_j[0]
    d1 = x_i[1] - x_j[1]
    d2 = x_i[2] - x_j[2]
    d3 = x_i[3] - x_j[3]
    return w_i[0] * d0 * d0 + w_i[1] * d1 * d1 + w_i[2] * d2 * d2 + w_i[3] * d3 * d3


@njit(cache=True, error_model="numpy", inline="always")
def falloff(width: float) -> float:
    """The factor -1/2δ² of d² in the exponent of affinity."""
    return -0.5 / (width * width)


@njit(cache=True, error_model="numpy", inline="always")
def affinity(x_i: F, x_j: F, w_i: F, width: float) -> float:
    """Affinity a_ij = exp(-d²/2δ²) in (0, 1]; 1 for identical positions."""
    return exp(squared_distance(x_i, x_j, w_i) * falloff(width))


@njit(cache=True, error_model="numpy")
def affinity_matrix(position: F, weight: F, width: float) -> F:
    """Affinity of every ordered pair, shape (n, n), for (n, 4) positions and weights."""
    n = position.shape[0]
    result = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            result[i, j] = affinity(position[i], position[j], weight[i], width)
    return result
