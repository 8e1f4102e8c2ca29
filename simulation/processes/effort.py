"""C.8 Forum choice: how a state divides its effort over the tracks.

Effort starts at the recorded shares P_k(0) and follows P_k ∝ P_k(0)·exp((E[u_k] − E_0[u_k])/s_f) (Keohane & Victor
2011; Busch 2007). E[u_k] is the commitment that a unit of effort on a track brings, times its chance of success,
discounted by β for each effort that a success has taken so far. A paralysed bloc loses effort because its chance is
low: forum shift emerges. The multiple P_k/P_k(0) acts on the approaches of the track's layers, on agendas, on third
parties and, in logs, on joining; at the recorded shares it is one.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation import arithmetic
from simulation.kernels import exp, power
from simulation.processes.approaches import agreement
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import (
    BILATERAL,
    FIRM,
    I8,
    I32,
    MAX_DEPTH,
    MULTILATERAL,
    NON_STATE,
    REGIONAL,
    STATE,
    TRACKS,
    TRILATERAL,
    B,
    F,
    State,
)

_TRACKS = len(TRACKS)
LEAST_SHARE = 0.02
"""Least share of effort on any track in the recorded world (MODEL C.8)."""
_DOUBT = 2.0
"""Agenda items that count as seen before a bloc has voted: half passed. Assumption."""


_HOPELESS = 1e4
"""Efforts a success beyond which nothing is promised: a power of more would overflow."""


def divide_effort(state: State, par: Parameters, mech: Mechanisms, possible: B) -> None:
    """Step 4, first half: fill ``track_share`` and ``effort`` of every state.

    With ``forum_choice`` off the recorded shares stay; tracks that a strategy bars get nothing, and what it does not
    spend there goes to the others. With learning on, learners follow their propensities.
    """
    s = state.s
    promise = promises(state, par, possible)
    if state.quarter == 0:
        state.promise_start[:s] = promise
    gain = (promise - state.promise_start[:s]) / par.forum_noise
    if not mech.on("forum_choice"):
        gain[:] = 0.0
    if mech["learning"] != "off":
        learners = state.learns[:s]
        usual = state.propensity[:s].mean(axis=1, keepdims=True)
        relative = np.divide(state.propensity[:s], usual, out=np.ones((s, len(TRACKS))), where=usual > 0)
        gain[learners] = arithmetic.log(np.maximum(relative, 1e-6))[learners]  # who has forgotten all prefers nothing
    _divide(state.track_start, gain, state.track_allowed, state.track_share, state.effort)


@njit(cache=True, error_model="numpy")
def _divide(start: F, gain: F, allowed: B, share: F, effort: F) -> None:
    for i in range(gain.shape[0]):
        total, top = 0.0, -np.inf
        for k in range(_TRACKS):
            if allowed[i, k] and gain[i, k] > top:
                top = gain[i, k]
        for k in range(_TRACKS):
            share[i, k] = start[i, k] * exp(gain[i, k] - top) if allowed[i, k] else 0.0
            total += share[i, k]
        for k in range(_TRACKS):
            if total > 0.0:
                share[i, k] /= total
            effort[i, k] = share[i, k] / start[i, k] if start[i, k] > 0.0 else 0.0


def promises(state: State, par: Parameters, possible: B) -> F:
    """E[u] of every track to every state, discounted, (s, 5)."""
    s = state.s
    deals, firms = _hopes(state.pull, possible, state.kind, state.reluctance, par.patience, s)
    result = np.zeros((s, _TRACKS))
    result[:, BILATERAL], result[:, NON_STATE] = deals, firms
    result[:, TRILATERAL] = deals * deals
    for track, regional in ((REGIONAL, True), (MULTILATERAL, False)):
        result[:, track] = _bloc_hopes(
            state.member, state.bloc_regional == regional, state.bloc_enforcement, state.bloc_tabled,
            state.bloc_passed, par.patience, s,
        )  # fmt: skip
    return result


@njit(cache=True, error_model="numpy")
def _hopes(pull: F, possible: B, kind: I8, reluctance: F, patience: float, s: int) -> tuple[F, F]:
    """A memorandum times the chance that an approach to a state, and to a firm, is agreed to, discounted, each (s,)."""
    result = np.zeros((2, s))
    for i in range(s):
        for side in range(2):
            sort = STATE if side == 0 else FIRM
            total, agreed = 0.0, 0.0
            for j in range(kind.size):
                if possible[i, j] and kind[j] == sort:
                    weight = exp(pull[i, j])
                    total += weight
                    agreed += weight * agreement(pull[j, i], reluctance[sort])
            if total > 0.0:
                chance = agreed / total
                result[side, i] = chance / MAX_DEPTH * power(patience, min(1.0 / chance, _HOPELESS))
    return result[0], result[1]


@njit(cache=True, error_model="numpy")
def _bloc_hopes(member: B, counts: B, enforcement: F, tabled: I32, passed: I32, patience: float, s: int) -> F:
    """What a rung of a state's blocs of one door is worth times its chance to pass, mean over them, (s,)."""
    total, count = np.zeros(s), np.zeros(s)
    for k in range(counts.size):
        if not counts[k]:
            continue
        chance = (passed[k] + _DOUBT / 2.0) / (tabled[k] + _DOUBT)
        worth = max(enforcement[k], 0.5) / MAX_DEPTH * chance * power(patience, 1.0 / chance)
        for i in range(s):
            if member[k, i]:
                total[i] += worth
                count[i] += 1.0
    for i in range(s):
        if count[i] > 0.0:
            total[i] /= count[i]
    return total


def first_shares(deals: F, blocs_regional: F, blocs_other: F, texts: F) -> F:
    """P(0) of each state, (s, 5): recorded deals by track, blocs and texts, and the world's mean as one more record.

    Parameters
    ----------
    deals
        (s, 5) recorded deals by track.
    blocs_regional, blocs_other, texts
        (s,) memberships of blocs of either door, and texts joined.
    """
    count = deals.copy()
    count[:, REGIONAL] += blocs_regional
    count[:, MULTILATERAL] += blocs_other + texts
    usual = count.sum(axis=0) / count.sum() if count.any() else np.full(_TRACKS, 1.0 / _TRACKS)
    share = (count + usual) / (count.sum(axis=1, keepdims=True) + 1.0)
    return np.asarray(LEAST_SHARE + (1.0 - LEAST_SHARE * _TRACKS) * share)
