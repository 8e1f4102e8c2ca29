"""C.11 Bias of funded research: think tanks draw positions towards their funders.

What a think tank teaches is part of capacity (C.15); here is the price. The funder of a think
tank is taken to be the leader of its home state's camp or, outside the camps, its home state.
A state's own think tanks follow the state itself and do not bias it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import I8, I32, MAX_DEPTH, THINK_TANK, F, State

_DIMENSIONS = 4


def drift_by_funders(state: State, par: Parameters, mech: Mechanisms) -> None:
    """Moves positions of states towards the funders of the think tanks they deal with (C.11).

    ``Δx_i = κ_T Σ_T z (1 - O_j)(x_funder(j) - x_i) / (1 + Σ_T z)``, for all states at once: a dose, not a share,
    which programmes at home dilute.
    """
    if not mech.on("think_tank_bias"):
        return
    _drift(
        state.position, state.kind, state.home, state.camp, state.leaders, state.depth, state.objectivity,
        par.funder_bias, state.s,
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def funders(kind: I8, home: I32, camp: I8, leaders: I32) -> I32:
    """Row of the actor whose position each think tank's funder holds, shape (n,); -1 for others."""
    funder = np.full(len(kind), -1, np.int32)
    for j in range(len(kind)):
        if kind[j] == THINK_TANK and home[j] >= 0:
            cell = camp[home[j]]
            funder[j] = leaders[cell] if 0 <= cell < len(leaders) else home[j]
    return funder


@njit(cache=True, error_model="numpy")
def _drift(
    position: F, kind: I8, home: I32, camp: I8, leaders: I32, depth: I8, objectivity: F, speed: float, s: int
) -> None:
    before, pull = position.copy(), np.empty(_DIMENSIONS)
    funder, think_tanks = funders(kind, home, camp, leaders), np.flatnonzero(kind == THINK_TANK)
    for i in range(s):
        ties = 0.0
        pull[:] = 0.0
        for j in think_tanks:
            if depth[i, j] > 0:
                z = depth[i, j] / MAX_DEPTH
                ties += z
                if funder[j] >= 0 and home[j] != i:
                    for d in range(_DIMENSIONS):
                        pull[d] += z * (1.0 - objectivity[j]) * (before[funder[j], d] - before[i, d])
        for d in range(_DIMENSIONS):
            step = speed * pull[d] / (1.0 + ties)
            position[i, d] = min(1.0, max(0.0, before[i, d] + step))
