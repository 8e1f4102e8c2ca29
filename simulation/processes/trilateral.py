"""C.18 Third parties: a signed pair of states is joined by a third.

A pair (i, j) is joined by k with hazard r3·(p_i(k) + p_j(k))/2·q_k(i)·q_k(j): as likely as the two would have turned
to it, and if it agrees to both. One contract of three, on a track of its own.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.kernels import Draws, Stream, exp, log, philox, uniform
from simulation.processes.approaches import agreement
from simulation.state import I32, STATE, TRILATERAL, U64, B, F, State

_SURELY = 1.0 + 1e-9
"""A chance worked out may exceed one by rounding, never by so much."""


def third_parties(state: State, draws: Draws, rate: F, possible: B, parties: I32, number: I32) -> I32:
    """Step 6: who joins each agreement, (m,); -1 for nobody.

    Parameters
    ----------
    rate
        r3 of each actor, (n,); an agreement has the mean of both.
    parties, number
        The two of each agreement (m, 2 or more), and which approach it came from, (m,).
    """
    return np.asarray(_third_parties(
        draws.key(Stream.THIRD_PARTY), state.uid, rate, state.effort, possible, state.pull, state.reluctance, parties,
        number, state.s,
    ))  # fmt: skip


@njit(cache=True, error_model="numpy")
def _third_parties(
    key: np.uint64, uid: U64, rate: F, effort: F, possible: B, pull: F, reluctances: F, parties: I32, number: I32,
    s: int,
) -> I32:  # fmt: skip
    result, luck, reluctance = np.full(parties.shape[0], -1, np.int32), np.empty(s), reluctances[STATE]
    for m in range(parties.shape[0]):
        i, j = parties[m, 0], parties[m, 1]
        if i >= s or j >= s:
            continue
        hazard = (rate[i] * effort[i, TRILATERAL] + rate[j] * effort[j, TRILATERAL]) / 2.0
        if hazard <= 0.0:
            continue
        own, nearest, asked = philox(key, uid[i] ^ uid[j], np.uint64(number[m])), np.inf, False
        of_i = of_j = 0.0
        for k in range(s):  # apart from the choice, so that several are drawn at once
            luck[k] = uniform(own, uid[k], np.uint64(0))
        for k in range(s):
            if luck[k] > hazard * _SURELY or k in (i, j) or not (possible[i, k] and possible[j, k]):
                continue  # nobody joins more surely than the third parties come up
            if not asked:
                of_i, of_j = _total(pull[i, :s], possible[i, :s]), _total(pull[j, :s], possible[j, :s])
                asked = True
            chance = hazard * _joining(pull, of_i, of_j, reluctance, i, j, k)
            away = luck[k] / chance if chance > 0.0 else np.inf
            if away < 1.0 and away < nearest:  # of several the one that had the most luck
                nearest = away
                result[m] = k
    return result


@njit(cache=True, error_model="numpy", forceinline=True)
def _joining(pull: F, of_i: float, of_j: float, reluctance: float, i: int, j: int, k: int) -> float:
    turned = (exp(pull[i, k] - of_i) + exp(pull[j, k] - of_j)) / 2.0
    return turned * agreement(pull[k, i], reluctance) * agreement(pull[k, j], reluctance)


def chance_of_joining(state: State, rate: F, possible: B, i: int, j: int, k: int) -> float:
    """The chance that k joins an agreement of i and j; arguments as of :func:`third_parties`."""
    effort = state.effort[:, TRILATERAL]
    of_i, of_j = (_total(state.pull[a, : state.s], possible[a, : state.s]) for a in (i, j))
    hazard = (rate[i] * effort[i] + rate[j] * effort[j]) / 2.0
    return float(hazard * _joining(state.pull, of_i, of_j, float(state.reluctance[STATE]), i, j, k))


@njit(cache=True, error_model="numpy")
def _total(pull: F, possible: B) -> float:
    """log Σ e^U over possible ones."""
    mass, total = np.empty(pull.size), 0.0
    for k in range(pull.size):  # apart from the sum, so that several are worked on at once
        mass[k] = exp(pull[k])
    for k in range(pull.size):
        if possible[k]:
            total += mass[k]
    return log(total) if total > 0.0 else 0.0
