"""C.8 Forum choice: how a state divides its effort over the tracks.

Effort starts at the recorded shares P_k(0) and follows P_k ∝ P_k(0)·exp((E[u_k] − E_0[u_k])/s_f) (Keohane & Victor
2011; Busch 2007). E[u_k] is the mean over a track's candidates of commitment times chance of success, discounted by β
for each effort that a success takes, one over the mean chance. Candidates are partners by how likely a state is to turn
to them, pairs of partners, its blocs, and texts that it can join; the chance is of consent, of the consent of both, of
passage as seen so far, and of joining as others have. A paralysed bloc loses effort because its chance is low: forum
shift emerges. The multiple (P_k/P_k(0))^r, r = ``effort_returns``, acts on the approaches of the track's layers, on
agendas, on third parties and, in logs, on joining; at the recorded shares it is one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from simulation import arithmetic
from simulation.kernels import by_rows, exp, power
from simulation.processes.approaches import agreement
from simulation.processes.instruments import worth_of_texts
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
"""Agenda items, or states that could join, that count as seen before there were any: half with success. Assumption."""
_LEAST_COUNTED = 0.5
"""Least enforcement that counts in what a decision or a text commits to (MODEL E)."""
_AT_ONCE = 32
"""Partners whose columns of U are turned to rows at once: so many stay at hand."""
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
    learnt = _learnt(state) if mech["learning"] != "off" else np.zeros((0, _TRACKS))
    _divide(
        state.track_start, promise, state.promise_start, par.forum_noise, mech.on("forum_choice"), state.learns,
        learnt, state.track_allowed, par.effort_returns, state.track_share, state.effort,
    )  # fmt: skip


def _learnt(state: State) -> F:
    """Log of how much more than usual each state has learnt to prefer each track, (s, 5)."""
    propensity = state.propensity[: state.s]
    usual = propensity.mean(axis=1, keepdims=True)
    relative = np.divide(propensity, usual, out=np.ones_like(propensity), where=usual > 0)
    return np.asarray(arithmetic.log(np.maximum(relative, 1e-6)))  # who has forgotten all prefers nothing


@njit(cache=True, error_model="numpy")
def _divide(
    start: F, promise: F, usual: F, noise: float, responds: bool, learns: B, learnt: F, allowed: B, returns: float,
    share: F, effort: F,
) -> None:  # fmt: skip
    """Write ``share`` and ``effort`` of each state, by what it has learnt, or else by what the tracks promise."""
    s, gain = len(promise), np.empty(_TRACKS)
    for i in range(s):
        total, top = 0.0, -np.inf
        for k in range(_TRACKS):
            gain[k] = (promise[i, k] - usual[i, k]) / noise if responds else 0.0
            if len(learnt) > 0 and learns[i]:
                gain[k] = learnt[i, k]
            if allowed[i, k] and gain[k] > top:
                top = gain[k]
        for k in range(_TRACKS):
            share[i, k] = start[i, k] * exp(gain[k] - top) if allowed[i, k] else 0.0
            total += share[i, k]
        for k in range(_TRACKS):
            if total > 0.0:
                share[i, k] /= total
    multiply_effort(start[:s], share[:s], returns, effort)


@njit(cache=True, error_model="numpy")
def multiply_effort(start: F, share: F, returns: float, effort: F) -> None:
    """Write what shares (m, 5) make of approaches, as multiples of those at the start, into ``effort`` (m, 5)."""
    for i in range(share.shape[0]):
        for k in range(_TRACKS):
            multiple = share[i, k] / start[i, k] if start[i, k] > 0.0 else 0.0
            effort[i, k] = multiple if returns == 1.0 else power(multiple, returns)


def promises(state: State, par: Parameters, possible: B) -> F:
    """E[u] of every track to every state, discounted, (s, 5)."""
    s = state.s
    result = np.zeros((s, _TRACKS))
    by_rows(_promise_deals, s, state.pull, possible, state.kind, state.reluctance, par.patience, result)
    _promise_forums(
        Blocs(state.member, state.bloc_regional, state.bloc_enforcement, state.bloc_passed, state.bloc_tabled),
        Texts(state.eligible, state.joined, state.opens, state.closes, state.instrument_regional,
              state.binding, state.in_force, state.instrument_enforcement),
        state.quarter, par.patience, result,
    )  # fmt: skip
    return result


class Blocs(NamedTuple):
    """Columns of the blocs, with the shapes of :class:`State`."""

    member: B
    regional: B
    enforcement: F
    passed: I32
    tabled: I32


class Texts(NamedTuple):
    """Columns of the instruments, with the shapes of :class:`State`."""

    eligible: B
    joined: B
    opens: I32
    closes: I32
    regional: B
    binding: B
    in_force: B
    enforcement: F


@njit(cache=True, error_model="numpy", inline="always")
def _discount(chance: float, patience: float) -> float:
    """β for each effort that a success of this chance takes; 0 where there is no chance."""
    return power(patience, min(1.0 / chance, _HOPELESS)) if chance > 0.0 else 0.0


@njit(cache=True, error_model="numpy", nogil=True)
def _promise_deals(
    first: int, last: int, pull: F, possible: B, kind: I8, reluctance: F, patience: float, out: F
) -> None:
    """Write what a memorandum with a state, with two and with a firm promises each state into ``out`` (s, 5)."""
    first = max(first, 0)
    s = last - first
    states, firms = _Turned(np.zeros(s), np.zeros(s)), _Turned(np.zeros(s), np.zeros(s))
    own = np.empty((_AT_ONCE, s))
    for j in range(kind.size):
        k = j % _AT_ONCE
        if k == 0:
            _turn_round(pull[first:last, j : j + _AT_ONCE], own)
        if kind[j] == STATE:
            _turn(own[k], pull[j, first:last], possible[j, first:last], reluctance[STATE], states)
        elif kind[j] == FIRM:
            _turn(own[k], pull[j, first:last], possible[j, first:last], reluctance[FIRM], firms)
    for i in range(s):
        chance = states.agreeing[i] / states.all[i] if states.all[i] > 0.0 else 0.0
        both, firm = chance * chance, firms.agreeing[i] / firms.all[i] if firms.all[i] > 0.0 else 0.0
        out[first + i, BILATERAL] = chance / MAX_DEPTH * _discount(chance, patience)
        out[first + i, TRILATERAL] = both / MAX_DEPTH * _discount(both, patience)
        out[first + i, NON_STATE] = firm / MAX_DEPTH * _discount(firm, patience)


class _Turned(NamedTuple):
    """Sums over partners of one kind of e^U, and of that times the chance of consent, of each state (s,)."""

    all: F
    agreeing: F


@njit(cache=True, error_model="numpy")
def _turn_round(block: F, out: F) -> None:
    """Write the columns of a block (s, k) to rows of ``out``."""
    for i in range(block.shape[0]):
        for k in range(block.shape[1]):
            out[k, i] = block[i, k]


@njit(cache=True, error_model="numpy")
def _turn(own: F, theirs: F, possible: B, reluctance: float, turned: _Turned) -> None:
    """Add one partner: U of every state for it, its U for them, whether they may deal.

    Partners are the outer loop, so that several states are worked on at once, each with its sum in the same order.
    """
    everything, agreeing = turned
    for i in range(everything.size):
        weight = exp(own[i]) if possible[i] else 0.0
        everything[i] += weight
        agreeing[i] += weight * agreement(theirs[i], reluctance)


@njit(cache=True, error_model="numpy")
def _promise_forums(blocs: Blocs, texts: Texts, quarter: int, patience: float, out: F) -> None:
    """Write what the forums of either track promise each state into ``out`` (s, 5).

    It is the mean of worth times chance over a state's blocs and the texts that it can join, discounted by their mean
    chance; a text's is the share of those who could join it that did.
    """
    s, joining = out.shape[0], np.empty(texts.opens.size)
    of_text = worth_of_texts(texts.binding, texts.in_force, texts.enforcement, _LEAST_COUNTED)
    for q in range(joining.size):
        could, did = 0, 0
        for i in range(texts.eligible.shape[1]):
            could += texts.eligible[q, i]
            did += texts.eligible[q, i] & texts.joined[q, i]
        joining[q] = (did + _DOUBT / 2.0) / (could + _DOUBT)
    gain, likely, count = np.zeros((2, s)), np.zeros((2, s)), np.zeros((2, s))
    for b in range(blocs.enforcement.size):
        chance = (blocs.passed[b] + _DOUBT / 2.0) / (blocs.tabled[b] + _DOUBT)
        door, worth = int(blocs.regional[b]), max(blocs.enforcement[b], _LEAST_COUNTED) / MAX_DEPTH * chance
        for i in range(s):
            if blocs.member[b, i]:
                gain[door, i], likely[door, i] = gain[door, i] + worth, likely[door, i] + chance
                count[door, i] += 1.0
    for q in range(joining.size):
        door, worth, chance = int(texts.regional[q]), of_text[q] * joining[q], joining[q]
        for i in range(s if texts.opens[q] <= quarter <= texts.closes[q] else 0):
            if texts.eligible[q, i] and not texts.joined[q, i]:
                gain[door, i], likely[door, i] = gain[door, i] + worth, likely[door, i] + chance
                count[door, i] += 1.0
    for door, track in ((0, MULTILATERAL), (1, REGIONAL)):
        for i in range(s):
            if count[door, i] > 0.0:
                mean = likely[door, i] / count[door, i]
                out[i, track] = gain[door, i] / count[door, i] * _discount(mean, patience)


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
