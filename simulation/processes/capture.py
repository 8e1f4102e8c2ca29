"""C.10 Firms: drift of positions and conduct towards their own.

Regulatory capture (Stigler 1971; Dal Bó 2006): the less transparent a state and the weaker
its oversight, the more the firms it deals with move it. Research-minded firms move it less
(C56).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.kernels import put
from simulation.processes.affinity import squared_distance
from simulation.processes.links import weight_with
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import FIRM, I8, MAX_DEPTH, F, State

_DIMENSIONS = 4


def capture_index(state: State, mech: Mechanisms) -> F:
    """Sets and returns ``state.capture``, the capture of each actor by firms (C.5).

    ``(1 - T_i)(1 - oversight_i) Σz/(1 + Σz)`` over deals with firms, in [0, 1); 0 for actors that
    are not states and with the mechanism off.
    """
    _expose(
        state.transparency, state.oversight, state.depth, state.kind, state.s if mech.on("capture") else 0,
        state.capture,
    )  # fmt: skip
    return state.capture


def drift_by_capture(state: State, par: Parameters, mech: Mechanisms) -> None:
    """Moves positions of states towards the firms they deal with, and sets ``state.capture`` (C.10).

    ``Δx_i = κ_F (1-T_i)(1-oversight_i) Σ_F z (1 - restraint·research_j)(x_j - x_i) / (1 + Σ_F z)``: more of them
    move more, whatever there is already.
    The weighted distance moved is added to ``state.capture_drift``.
    """
    if not mech.on("capture"):
        capture_index(state, mech)
        return
    _drift(
        state.position, state.capture, state.capture_drift, state.transparency, state.oversight, state.depth,
        state.kind, state.research, state.weight, state.s, par.capture, par.research_restraint,
    )  # fmt: skip


@njit(cache=True, error_model="numpy", inline="always")
def _opening(transparency: float, oversight: float) -> float:
    """How open a state is to capture."""
    return (1.0 - transparency) * (1.0 - oversight)


@njit(cache=True, error_model="numpy")
def _expose(transparency: F, oversight: F, depth: I8, kind: I8, s: int, capture: F) -> None:
    """Write the capture of the first ``s`` of (n,) actors, and 0 of the others."""
    ties = weight_with(np.flatnonzero(kind == FIRM), depth, s)
    for i in range(kind.size):
        capture[i] = _opening(transparency[i], oversight[i]) * ties[i] / (1.0 + ties[i]) if i < s else 0.0


@njit(cache=True, error_model="numpy")
def _drift(
    position: F, capture: F, drifted: F, transparency: F, oversight: F, depth: I8, kind: I8, research: F, weight: F,
    s: int, speed: float, restraint: float,
) -> None:  # fmt: skip
    _expose(transparency, oversight, depth, kind, s, capture)
    firms, pull, before = np.flatnonzero(kind == FIRM), np.empty(_DIMENSIONS), np.empty(_DIMENSIONS)
    # firms hold their positions, so that moving states one after the other is moving them at once
    for i in range(s):
        ties = 0.0
        pull[:] = 0.0
        for j in firms:
            if depth[i, j] > 0:
                z = depth[i, j] / MAX_DEPTH
                ties += z
                for d in range(_DIMENSIONS):
                    pull[d] += z * (1.0 - restraint * research[j]) * (position[j, d] - position[i, d])
        if ties > 0.0:
            opening = _opening(transparency[i], oversight[i])
            put(position[i], before)
            for d in range(_DIMENSIONS):
                step = speed * opening * pull[d] / (1.0 + ties)
                position[i, d] = min(1.0, max(0.0, position[i, d] + step))
            drifted[i] += np.sqrt(squared_distance(position[i], before, weight[i]))
