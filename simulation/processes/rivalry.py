"""C.3 Rivalry and concessions: leaders bid for partners, the second price sets the concession.

Leader h values state i at W_hi = [Ũ_hi + ρ·geo·g_i·max_h' d̃_hh']⁺, where Ũ is its utility
before bonus and payment and d̃ the distance of two leaders. It concedes
p_hi = φ n_i min(W_hi, max_{h'≠h} d̃_hh' W_h'i): what it takes to outbid the strongest rival,
scaled by how non-aligned i still is. A concession is a transfer of utility, never of budget.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import I8, I32, MAX_DEPTH, NOBODY, Asked, B, F, State


def court(
    state: State, par: Parameters, mech: Mechanisms, possible: B, gain: F, asked: Asked = NOBODY
) -> None:
    """Step 3, second half: add rivalry bonus and concessions to U, and record the concessions.

    Parameters
    ----------
    possible
        Pairs that may make a deal, (n, n).
    gain
        Utilities U, (n, n), changed in place in the rows and columns of the leaders.
    asked
        Leaders that decide for themselves what winning a state is worth.
    """
    state.concession[:] = 0.0
    strength = par.rivalry * par.geopolitics if mech.on("rivalry") else 0.0
    gaps = leader_distance(state.position, state.leaders, par.rivalry_distance)
    if mech.on("concessions"):
        alone = non_alignment(state.depth, state.leaders, state.in_union, state.un_member)
        worth = bids(state.leaders, gaps, strength, state.strategic_weight, alone, possible, gain)
        for a, leader in enumerate(state.leaders):
            if leader in asked:
                for i in np.flatnonzero(worth[:, a] >= 0.0):
                    worth[i, a] = asked[leader](int(i), float(worth[i, a]))
        concessions(gaps, par.concession_split, alone, worth, state.concession)
    apply_bids(state.leaders, gaps, strength, state.strategic_weight, possible, state.concession, gain)


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
def bids(leaders: I32, gaps: F, strength: float, strategic: F, alone: F, possible: B, gain: F) -> F:
    """What winning each state is worth to each leader, W ≥ 0, (n, h); -1 where it does not bid."""
    n, h = gain.shape[0], leaders.size
    worth = np.full((n, h), -1.0)
    for i in range(n):
        if alone[i] <= 0.0 or is_leader(leaders, i):
            continue
        for a in range(h):
            leader = leaders[a]
            if possible[leader, i]:
                worth[i, a] = max(0.0, gain[leader, i] + strength * strategic[i] * _widest(gaps, a))
    return worth


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
def apply_bids(
    leaders: I32, gaps: F, strength: float, strategic: F, possible: B, concession: F, gain: F
) -> None:
    """Add ρ·geo·g·max d̃ − p to the leaders' utilities and p to those of the courted, in place.

    The leader's own utility includes the rivalry term, or its bid would make it refuse its own deal.
    """
    n = gain.shape[0]
    for a in range(leaders.size):
        leader = leaders[a]
        widest = _widest(gaps, a)
        for i in range(n):
            if is_leader(leaders, i) or not possible[leader, i]:
                continue
            gain[leader, i] += strength * strategic[i] * widest - concession[i, a]
            gain[i, leader] += concession[i, a]


def bid_terms(
    state: State, par: Parameters, mech: Mechanisms, possible: B, i: int, j: int
) -> dict[str, float]:
    """What rivalry adds to U_ij this quarter, by name: the bonus of winning j, the concession paid or received."""
    own, other = (np.flatnonzero(state.leaders == k) for k in (i, j))
    if own.size == other.size or not possible[i, j]:  # neither leads, or both do
        return {"rivalry": 0.0, "concession": 0.0}
    if other.size:
        return {"rivalry": 0.0, "concession": float(state.concession[i, other[0]])}
    strength = par.rivalry * par.geopolitics if mech.on("rivalry") else 0.0
    widest = _widest(leader_distance(state.position, state.leaders, par.rivalry_distance), int(own[0]))
    bonus = strength * state.strategic_weight[j] * widest
    return {"rivalry": float(bonus), "concession": float(-state.concession[j, own[0]])}


def add_concessions(state: State, rows: B, gain: F) -> None:
    """Add the concessions on the table to the utilities of some rows that were filled after the bids."""
    for a, leader in enumerate(state.leaders):
        gain[rows, leader] += state.concession[rows, a]


@njit(cache=True, error_model="numpy")
def is_leader(leaders: I32, i: int) -> bool:
    """Whether row i is one of the paradigm leaders."""
    for leader in leaders:
        if leader == i:
            return True
    return False


@njit(cache=True, error_model="numpy")
def _widest(gaps: F, a: int) -> float:
    widest = 0.0
    for b in range(gaps.shape[1]):
        widest = max(widest, gaps[a, b])
    return widest
