"""Where actors stand as far as we know: measured positions and the error of measuring them."""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.kernels import Stream, key, normal, uniform
from simulation.scenario.parameters import Parameters
from simulation.state import U64, B, F


def measured_positions(
    measured: F, spread: F, placed: B, uid: U64, par: Parameters, seed: int, replicate: int
) -> F:  # fmt: skip
    """Positions with their measurement error, (n, 4) in [0, 1].

    One draw an actor and dimension, the same in every scenario of the same seed and replicate.

    Parameters
    ----------
    measured
        Positions as measured, (n, 4).
    spread
        Standard deviation of the error of each actor, (n,).
    placed
        Who is placed with an error, (n,): states but the leaders, who fix the map.
    """
    position = measured.copy()
    if par.position_uncertainty > 0.0:
        draw = key(seed, replicate, -1, Stream.POSITION)
        _displace(position, spread, placed, uid, draw, par.position_uncertainty)
    return position


@njit(cache=True, error_model="numpy")
def _displace(position: F, spread: F, placed: B, uid: U64, draw: np.uint64, uncertainty: float) -> None:
    for i in range(placed.size):
        if placed[i]:
            for d in range(4):
                error = spread[i] * normal(uniform(draw, uid[i], np.uint64(d)))
                position[i, d] = min(1.0, max(0.0, position[i, d] + uncertainty * error))
