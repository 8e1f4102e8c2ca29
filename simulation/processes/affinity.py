"""C.1 Issue space: distance and affinity of positions.

Four dimensions in [0, 1] (rights, control, market, sovereignty), weighted by each actor's own
salience (Enelow & Hinich 1984). Affinity falls with squared distance as a Gaussian.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.kernels import exp, log
from simulation.state import F


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


@njit(cache=True, error_model="numpy", forceinline=True)
def distances_to_all(axis: F, weight: F, i: int, out: F) -> None:
    """Squared distance of i from everybody as i sees it, written to ``out`` (m,).

    ``axis`` (4, m) holds the positions, a row a dimension; ``weight`` (4,) is i's salience.
    """
    a0, a1, a2, a3 = axis[0], axis[1], axis[2], axis[3]
    x0, x1, x2, x3 = a0[i], a1[i], a2[i], a3[i]
    w0, w1, w2, w3 = weight[0], weight[1], weight[2], weight[3]
    for j in range(out.size):
        d0, d1, d2, d3 = x0 - a0[j], x1 - a1[j], x2 - a2[j], x3 - a3[j]
        out[j] = w0 * d0 * d0 + w1 * d1 * d1 + w2 * d2 * d2 + w3 * d3 * d3


@njit(cache=True, error_model="numpy", forceinline=True)
def likeness_to_all(axis: F, weight: F, i: int, fall: float, out: F) -> None:
    """Affinity of i with everybody, written to ``out`` (m,); see :func:`distances_to_all`, :func:`falloff`."""
    distances_to_all(axis, weight, i, out)
    for j in range(out.size):
        out[j] = exp(out[j] * fall)


@njit(cache=True, error_model="numpy", forceinline=True)
def likeness_of_all(position: F, weight: F, place: F, fall: float, out: F) -> None:
    """Affinity of everybody, of ``position`` and ``weight`` (m, 4), with one place (4,), written to ``out`` (s,).

    Only the first s are looked at.
    """
    for i in range(out.size):
        out[i] = squared_distance(position[i], place, weight[i])
    for i in range(out.size):
        out[i] = exp(out[i] * fall)


@njit(cache=True, error_model="numpy")
def affinity_matrix(position: F, weight: F, width: float) -> F:
    """Affinity of every ordered pair, shape (n, n), for (n, 4) positions and weights."""
    n = position.shape[0]
    result = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            result[i, j] = affinity(position[i], position[j], weight[i], width)
    return result


@njit(cache=True, error_model="numpy")
def log_affinity_matrix(position: F, weight: F, width: float) -> F:
    """Logarithms of :func:`affinity_matrix`, (n, n)."""
    result = affinity_matrix(position, weight, width)
    for i in range(result.shape[0]):
        for j in range(result.shape[1]):
            result[i, j] = log(result[i, j])
    return result
