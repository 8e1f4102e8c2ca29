"""C.3 Rivalry: what it pays and what it costs.

The fitted world is ρ = 1. Beyond it a leader h is drawn to a contested non-aligned state i by (ρ−1)(b·g_i·d̃ − c_r·z'),
d̃ the distance to its nearest rival, z' the depth of i's programmes with rival leaders and their camps' firms; its camp
by half of that; leaders turn from one another by (ρ−1)·c_r·d̃. Leaders bid: W_hi = log(1 + e^{U_hi + ρ·b·g_i·d̃ − κ}),
and concede p_hi = φ n_i min(W_hi, max_{h'≠h} d̃_hh' W_h'i), what it takes to outbid the strongest rival, scaled by how
non-aligned i still is. A concession moves the terms; beyond what the fitted world has of it, also U. So rivalry can pay
and cost (anchors: Hernandez 2017; Watkins 2021).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.processes.bargaining import softplus
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import FIRM, I8, I32, MAX_DEPTH, NOBODY, STATE, Asked, B, F, State

_PROGRAMME = 2
FITTED = 1.0
"""Rivalry of the world that the intensity was fitted on."""


def court(state: State, par: Parameters, mech: Mechanisms, possible: B, asked: Asked = NOBODY) -> None:
    """Step 3, second half: rivalry's shifts of ``state.pull``, and the concessions on the table.

    Parameters
    ----------
    possible
        Pairs that may make a deal, (n, n).
    asked
        Leaders that decide for themselves what winning a state is worth.
    """
    state.concession[:] = 0.0
    strength = strength_of(par, mech)
    if mech.on("concessions"):
        _bid(state, par, strength, possible, asked, state.concession)
        if strength != FITTED or asked:  # else nothing is conceded beyond the fitted world
            usual = np.zeros_like(state.concession)
            _bid(state, par, FITTED, possible, NOBODY, usual)
            apply_concessions(state.leaders, state.concession - usual, state.pull)
    if strength != FITTED:
        surplus = strength - FITTED
        gaps = leader_distance(state.position, state.leaders, par.rivalry_distance)
        shift_pulls(
            state.leaders, state.camp, state.kind, state.un_member, gaps, surplus * par.rivalry_bonus,
            surplus * par.rivalry_cost, state.strategic_weight, state.depth, state.pull,
        )  # fmt: skip


def strength_of(par: Parameters, mech: Mechanisms) -> float:
    """ρ; that of the recorded world where rivalry is switched off."""
    return par.rivalry if mech.on("rivalry") else FITTED


def _bid(state: State, par: Parameters, strength: float, possible: B, asked: Asked, out: F) -> None:
    """Concessions of every leader to every state at a strength of rivalry, written to ``out`` (n, h)."""
    gaps, alone, worth = bids(
        state.position, state.leaders, par.rivalry_distance, state.depth, state.in_union, state.un_member,
        strength * par.rivalry_bonus, float(state.reluctance[STATE]), state.strategic_weight, possible, state.pull,
    )  # fmt: skip
    for a, leader in enumerate(state.leaders):
        if leader in asked:
            for i in np.flatnonzero(worth[:, a] >= 0.0):
                worth[i, a] = asked[leader](int(i), float(worth[i, a]))
    concessions(gaps, par.concession_split, alone, worth, out)


@njit(cache=True, error_model="numpy")
def leader_distance(position: F, leaders: I32, scale: float) -> F:
    """d̃ = min(1, RMS distance / scale) of each pair of leaders, (h, h), zero on the diagonal."""
    h = leaders.size
    gaps = np.zeros((h, h))
    for a in range(h):
        for b in range(h):
            total = 0.0
            for d in range(4):
                step = position[leaders[a], d] - position[leaders[b], d]
                total += step * step
            gaps[a, b] = min(1.0, np.sqrt(total / 4.0) / scale)
    return gaps


@njit(cache=True, error_model="numpy")
def non_alignment(depth: I8, leaders: I32, in_union: B, un_member: B) -> F:
    """n_i = 1 − (share of i's largest leader − 1/H)/(1 − 1/H), (n,) in [0, 1].

    Shares are (ℓ_ih + 1)/(Σ_h ℓ_ih + H), so that n does not vanish at the first tie. Membership
    of the first leader (the EU) counts as a binding tie with it. One leader: everybody is aligned.
    """
    n = depth.shape[0]
    h = leaders.size
    result = np.zeros(n)
    if h < 2:
        return result
    for i in range(n):
        if not un_member[i]:
            continue
        total = float(h)
        largest = 0.0
        for a in range(h):
            tie = float(depth[i, leaders[a]])
            if a == 0 and in_union[i]:
                tie = float(MAX_DEPTH)
            total += tie
            largest = max(largest, tie + 1.0)
        share = largest / total
        result[i] = 1.0 - (share - 1.0 / h) / (1.0 - 1.0 / h)
    return result


@njit(cache=True, error_model="numpy")
def bids(
    position: F, leaders: I32, scale: float, depth: I8, in_union: B, un_member: B, bonus: float, reluctance: float,
    strategic: F, possible: B, pull: F,
) -> tuple[F, F, F]:  # fmt: skip
    """What winning each state is worth to each leader, W ≥ 0, (n, h); -1 where it does not bid.

    It comes after what it rests on, d̃ (h, h) and n_i (n,).
    """
    gaps = leader_distance(position, leaders, scale)
    alone = non_alignment(depth, leaders, in_union, un_member)
    n, h = pull.shape[0], leaders.size
    worth = np.full((n, h), -1.0)
    for i in range(n):
        if alone[i] <= 0.0 or is_leader(leaders, i):
            continue
        for a in range(h):
            leader = leaders[a]
            if possible[leader, i]:
                worth[i, a] = softplus(pull[leader, i] + bonus * strategic[i] * _nearest(gaps, a) - reluctance)
    return gaps, alone, worth


@njit(cache=True, error_model="numpy")
def concessions(gaps: F, split: float, alone: F, worth: F, out: F) -> None:
    """Concessions p of each leader to each state, at the second price, written to ``out`` (n, h)."""
    n, h = worth.shape
    for i in range(n):
        for a in range(h):
            if worth[i, a] > 0.0:
                rival = 0.0
                for b in range(h):
                    if b != a:
                        rival = max(rival, gaps[a, b] * worth[i, b])
                out[i, a] = split * alone[i] * min(worth[i, a], rival)


@njit(cache=True, error_model="numpy")
def apply_concessions(leaders: I32, surplus: F, pull: F) -> None:
    """What is conceded beyond the fitted world: +p for the courted, −p for the leader, in place."""
    for a in range(leaders.size):
        for i in range(pull.shape[0]):
            pull[leaders[a], i] -= surplus[i, a]
            pull[i, leaders[a]] += surplus[i, a]


@njit(cache=True, error_model="numpy")
def shift_pulls(
    leaders: I32, camp: I8, kind: I8, un_member: B, gaps: F, bonus: float, cost: float, strategic: F, depth: I8,
    pull: F,
) -> None:  # fmt: skip
    """Add (ρ−1)(b·g·d̃ − c_r·z') to U of leaders, half of it to U of their camps, and −(ρ−1)c_r·d̃ among leaders."""
    n = kind.size
    courted = np.empty(n, np.int32)
    count = 0
    for i in range(n):
        courted[count] = i
        count += camp[i] < 0 and un_member[i] and not is_leader(leaders, i)
    courted, shift = courted[:count], np.empty(count)
    for a in range(leaders.size):
        leader = leaders[a]
        for b in range(leaders.size):
            if b != a:
                pull[leader, leaders[b]] -= cost * gaps[a, b]
        rivals = rivals_of(a, leaders, camp, kind)
        for k in range(count):
            i = courted[k]
            shift[k] = bonus * strategic[i] * _nearest(gaps, a) - cost * tied_to(rivals, depth[i])
            pull[leader, i] += shift[k]
        for j in range(n):
            if camp[j] == a and kind[j] == STATE and j != leader:
                for k in range(count):
                    pull[j, courted[k]] += shift[k] / 2.0


@njit(cache=True, error_model="numpy")
def rivals_of(own: int, leaders: I32, camp: I8, kind: I8) -> I32:
    """The other leaders and the firms of their camps, ascending; a world may have fewer leaders than camps."""
    result, count = np.empty(kind.size, np.int32), 0
    for j in range(kind.size):
        result[count] = j
        leads = 0 <= camp[j] < leaders.size and leaders[camp[j]] == j
        count += camp[j] >= 0 and camp[j] != own and (kind[j] == FIRM or leads)
    return result[:count]


@njit(cache=True, error_model="numpy")
def tied_to(rivals: I32, depth: I8) -> float:
    """z': depth of the deepest programme of the row of one actor (n,) with any of some others, in [0, 1]."""
    deepest = 0
    for j in rivals:
        if depth[j] >= _PROGRAMME and depth[j] > deepest:
            deepest = depth[j]
    return deepest / MAX_DEPTH


def rivalry_terms(state: State, before: float, i: int, j: int) -> dict[str, float]:
    """What rivalry adds to U_ij this quarter: all that ``state.pull`` has beyond what it had ``before``."""
    return {"rivalry": float(state.pull[i, j]) - before}


@njit(cache=True, error_model="numpy")
def is_leader(leaders: I32, i: int) -> bool:
    """Whether row i is one of the paradigm leaders."""
    for leader in leaders:
        if leader == i:
            return True
    return False


@njit(cache=True, error_model="numpy")
def _nearest(gaps: F, a: int) -> float:
    """d̃ of a leader to the nearest of its rivals; 0 where it has none."""
    nearest = np.inf
    for b in range(gaps.shape[1]):
        if b != a:
            nearest = min(nearest, gaps[a, b])
    return nearest if gaps.shape[1] > 1 else 0.0
