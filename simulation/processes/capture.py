"""C.10 Firms: drift of positions and conduct towards their own, and voluntary commitments.

Regulatory capture (Stigler 1971; Dal Bó 2006): the less transparent a state and the weaker
its oversight, the more the firms it deals with move it. Research-minded firms move it less
(C56). Large firms also conduct a diplomacy of their own by joining voluntary instruments (C41).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.processes.affinity import squared_distance
from simulation.randomness import Draws, Stream, uniform
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import FIRM, MAX_DEPTH, F, State

_DIMENSIONS = 4


def capture_index(state: State, par: Parameters, mech: Mechanisms) -> F:
    """Sets and returns ``state.capture``, the capture of each actor by firms (C.5).

    ``(1 - T_i)(1 - oversight_i) Σz/(1 + Σz)`` over deals with firms, in [0, 1); 0 for actors that
    are not states and with the mechanism off. Oversight is that of :func:`_openings`.
    """
    capture = np.zeros(state.n)
    if mech.on("capture"):
        openings = _openings(state.transparency, state.oversight, state.norm, par.norm_oversight, state.s)
        _capture(capture, openings, state.depth, np.flatnonzero(state.kind == FIRM))
    state.capture = capture
    return capture


def drift_by_capture(state: State, par: Parameters, mech: Mechanisms, draws: Draws | None = None) -> None:
    """Moves positions of states towards the firms they deal with, and sets ``state.capture`` (C.10).

    ``Δx_i = κ_F (1-T_i)(1-oversight_i) Σ_F z (1 - restraint·research_j)(x_j - x_i) / max(1, Σ_F z)``.
    The weighted distance moved is added to ``state.capture_drift``.
    """
    capture_index(state, par, mech)
    if not mech.on("capture"):
        return
    openings = _openings(state.transparency, state.oversight, state.norm, par.norm_oversight, state.s)
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


def commit_firms(state: State, par: Parameters, mech: Mechanisms, draws: Draws) -> None:
    """Each firm joins one more voluntary instrument of firms with a probability a quarter (C41)."""
    if mech.on("firm_diplomacy"):
        _commit(
            state.commitments, state.kind, state.uid, draws.key(Stream.FIRM_COMMITMENT), par.commitment_rate
        )


@njit(cache=True, error_model="numpy")
def _openings(transparency: F, oversight: F, norm: NDArray[np.bool_], norm_oversight: float, s: int) -> F:
    """How open each state is to capture, ``(1-T)(1-min(1, oversight + gain of the norm))``, shape (s,)."""
    openings = np.empty(s)
    for i in range(s):
        watched = oversight[i] + norm_oversight if norm[i] else oversight[i]
        openings[i] = (1.0 - transparency[i]) * (1.0 - min(1.0, watched))
    return openings


@njit(cache=True, error_model="numpy")
def _capture(capture: F, openings: F, depth: NDArray[np.int8], firms: NDArray[np.int64]) -> None:
    for i in range(len(openings)):
        ties = 0.0
        for j in firms:
            if depth[i, j] > 0:
                ties += depth[i, j] / MAX_DEPTH
        capture[i] = openings[i] * ties / (1.0 + ties)


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
                step = speed * openings[i] * pull[d] / max(1.0, ties)
                position[i, d] = min(1.0, max(0.0, position[i, d] + step))
            drifted[i] += np.sqrt(squared_distance(position[i], before, weight[i]))


@njit(cache=True, error_model="numpy")
def _commit(
    commitments: F, kind: NDArray[np.int8], uid: NDArray[np.uint64], key: np.uint64, rate: float
) -> None:
    for i in range(len(kind)):
        if kind[i] == FIRM and uniform(key, uid[i], np.uint64(0)) < rate:
            commitments[i] += 1.0
