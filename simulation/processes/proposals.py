"""C.13 (C52) Proposals from below: NGOs and individuals move a state's position on rights."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.randomness import Draws
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import INFLUENCER, MAX_DEPTH, NGO, F, State

_RIGHTS = 0


def drift_by_proposals(state: State, par: Parameters, mech: Mechanisms, draws: Draws | None = None) -> None:
    """Moves the position of states on rights towards the NGOs and influencers they deal with.

    ``Δx_i,rights = speed Σ z (x_j,rights - x_i,rights) / max(1, Σ z)``; other dimensions stay.
    """
    if mech.on("proposals"):
        proposers = np.flatnonzero((state.kind == NGO) | (state.kind == INFLUENCER))
        _drift(state.position, state.depth, proposers, par.proposals, state.s)


@njit(cache=True, error_model="numpy")
def _drift(position: F, depth: NDArray[np.int8], proposers: NDArray[np.int64], speed: float, s: int) -> None:
    # NGOs and influencers hold their positions, so that the order of states does not matter
    for i in range(s):
        ties = 0.0
        pull = 0.0
        for j in proposers:
            if depth[i, j] > 0:
                z = depth[i, j] / MAX_DEPTH
                ties += z
                pull += z * (position[j, _RIGHTS] - position[i, _RIGHTS])
        step = speed * pull / max(1.0, ties)
        position[i, _RIGHTS] = min(1.0, max(0.0, position[i, _RIGHTS] + step))
