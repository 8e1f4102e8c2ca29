"""C.10 Firms: drift of positions and conduct towards their own.

Regulatory capture (Stigler 1971; Dal Bó 2006): the less transparent a state and the weaker
its oversight, the more the firms it deals with move it. Research-minded firms move it less
(C56).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.kernels import Draws
from simulation.processes.affinity import squared_distance
from simulation.processes.links import weight_with
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import FIRM, MAX_DEPTH, F, State

_DIMENSIONS = 4


def capture_index(state: State, par: Parameters, mech: Mechanisms) -> F:
    """Sets and returns ``state.capture``, the capture of each actor by firms (C.5).

    ``(1 - T_i)(1 - oversight_i) Σz/(1 + Σz)`` over deals with firms, in [0, 1); 0 for actors that
    are not states and with the mechanism off.
    """
    capture = np.zeros(state.n)
    if mech.on("capture"):
        openings = _openings(state.transparency, state.oversight, state.s)
        ties = weight_with(np.flatnonzero(state.kind == FIRM), state.depth, state.s)
        capture[: state.s] = openings * ties / (1.0 + ties)
    state.capture = capture
    return capture


def drift_by_capture(state: State, par: Parameters, mech: Mechanisms, draws: Draws | None = None) -> None:
    """Moves positions of states towards the firms they deal with, and sets ``state.capture`` (C.10).

    ``Δx_i = κ_F (1-T_i)(1-oversight_i) Σ_F z (1 - restraint·research_j)(x_j - x_i) / (1 + Σ_F z)``: more of them
    move more, whatever there is already.
    The weighted distance moved is added to ``state.capture_drift``.
    """
    capture_index(state, par, mech)
    if not mech.on("capture"):
        return
    openings = _openings(state.transparency, state.oversight, state.s)
    _drift(
        state.position,
        state.capture_drift,
        openings,
        state.depth,
        np.flatnonzero(state.kind == FIRM),
        state.research,
        state.weight,
        par.capture,
        par.research_restraint,
    )


@njit(cache=True, error_model="numpy")
def _openings(transparency: F, oversight: F, s: int) -> F:
    """How open each state is to capture, ``(1-T)(1-oversight)``, shape (s,)."""
    openings = np.empty(s)
    for i in range(s):
        openings[i] = (1.0 - transparency[i]) * (1.0 - oversight[i])
    return openings


@njit(cache=True, error_model="numpy")
def _drift(
    position: F,
    drifted: F,
    openings: F,
    depth: NDArray[np.int8],
    firms: NDArray[np.int64],
    research: F,
    weight: F,
    speed: float,
    restraint: float,
) -> None:
    # firms hold their positions, so that moving states one after the other is moving them at once
    for i in range(len(openings)):
        ties = 0.0
        pull = np.zeros(_DIMENSIONS)
        for j in firms:
            if depth[i, j] > 0:
                z = depth[i, j] / MAX_DEPTH
                ties += z
                for d in range(_DIMENSIONS):
                    pull[d] += z * (1.0 - restraint * research[j]) * (position[j, d] - position[i, d])
        if ties > 0.0:
            before = position[i].copy()
            for d in range(_DIMENSIONS):
                step = speed * openings[i] * pull[d] / (1.0 + ties)
                position[i, d] = min(1.0, max(0.0, position[i, d] + step))
            drifted[i] += np.sqrt(squared_distance(position[i], before, weight[i]))
