"""C.2 Tempo: how often an actor gets round to its dossiers, apart from what it prefers.

Each slot opens in a quarter with probability ω0·Q^ω_Q, clipped to one (Snijders 2001 separates
the rate of change from its objective). Without tempo every slot is open every quarter.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.kernels import power
from simulation.randomness import Draws, Stream, uniform
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import I32, State


def open_slots(state: State, par: Parameters, mech: Mechanisms, draws: Draws) -> NDArray[np.bool_]:
    """Draw each actor's open slots into ``state.open_slots``.

    Returns
    -------
    ndarray
        (n,) whether an actor's own broker slot opens (used where no track is chosen).
    """
    rate = tempo(par, mech, state.capability)
    state.open_slots = _open(draws.key(Stream.SLOT_OPENS), state.uid, state.slots, rate)
    return _broker_opens(draws.key(Stream.BROKER_OPENS), state.uid, state.slots, rate)


def tempo(par: Parameters, mech: Mechanisms, capability: float) -> float:
    """Probability that one slot opens in a quarter."""
    if not mech.on("tempo"):
        return 1.0
    return float(min(1.0, par.tempo * power(capability, par.tempo_capability)))


@njit(cache=True, error_model="numpy")
def _open(key: np.uint64, uid: NDArray[np.uint64], slots: I32, rate: float) -> I32:
    opened = np.zeros(uid.size, np.int32)
    for i in range(uid.size):
        for slot in range(slots[i]):
            if uniform(key, uid[i], np.uint64(slot)) < rate:
                opened[i] += 1
    return opened


@njit(cache=True, error_model="numpy")
def _broker_opens(key: np.uint64, uid: NDArray[np.uint64], slots: I32, rate: float) -> NDArray[np.bool_]:
    opened = np.zeros(uid.size, np.bool_)
    for i in range(uid.size):
        opened[i] = slots[i] > 0 and uniform(key, uid[i], np.uint64(0)) < rate
    return opened
