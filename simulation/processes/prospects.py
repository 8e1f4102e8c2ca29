"""C.8 What the tracks of deals promise: the best partners of everybody, without sorting anybody's row."""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.kernels import insert, largest, make_room
from simulation.state import B, F


@njit(cache=True, error_model="numpy")
def prospects(possible: B, states: int, rows: B, gain: F, size: int) -> tuple[F, F, F, F]:
    """What the tracks of deals promise each marked actor, three arrays (n,), and its outside options, (n, 2).

    Mean utility of its ``size`` best state partners, of its best other partners, and of its best
    partners of any kind (for a deal of three); the very best alone is not to be had every time.
    -inf where there is nobody (fewer than two for a deal of three). States are the first ``states`` rows.
    The outside options, as in :func:`simulation.processes.bargaining.outside_options`, are the first two of the best.
    """
    n = rows.size
    means, outside = np.full((3, n), -np.inf), np.zeros((n, 2))
    top = np.empty((3, max(size, 2)))
    offer, room = np.empty(n), make_room(n)
    for i in range(n):
        if not rows[i]:
            continue
        may, own = possible[i], gain[i]
        for j in range(n):
            offer[j] = own[j] if may[j] else -np.inf
        largest(offer[:states], room, top[0])
        largest(offer[states:], room, top[1])
        top[2] = -np.inf
        insert(top[0], top[2])
        insert(top[1], top[2])
        for sort in range(3):
            means[sort, i] = _mean_of_kept(top[sort, :size], 2 if sort == 2 else 1)
        for place in range(2):
            outside[i, place] = max(top[2, place], 0.0)
    return means[0], means[1], means[2], outside


@njit(cache=True, error_model="numpy", forceinline=True)
def _mean_of_kept(top: F, least: int) -> float:
    """Mean of what was kept; -inf if fewer than ``least`` were."""
    total, result = 0.0, 0
    for u in top:
        if u > -np.inf:
            total += u
            result += 1
    return total / result if result >= least else -np.inf
