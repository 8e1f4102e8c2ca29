"""Section E: what a state of its size and place would have: kept commitments of deals by the fitted intensity alone.

The state is stripped of its own record: no deal behind any of its pairs, no attraction beyond its covariates, and the
mean activity of the :data:`ALIKE` states nearest to it in size. All others are as they are at the start. With λ_j
its intensity with partner j in the first year and L_k = (mean term)/(1 − chance of renewal) the mean life of a deal
with a partner of kind k, the lives that run at a time are Poisson, so that it holds a deal with j with the chance
1 − e^{−λ_j L_k}; and each counts as much as the mean deal with that kind of partner in the book of all states.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.kernels import exp, log1p
from simulation.outcomes.portfolio import kept_deal
from simulation.processes.approaches import QUARTERS_A_YEAR
from simulation.processes.books import COMMITTED_TO, Terms, chance_of
from simulation.processes.pull import appeals, fill_pull
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import I8, KINDS, STATE, B, F, State

ALIKE = 20
"""States nearest in size, of equals those of smaller uid, whose mean activity is taken for a state's own."""


def gravity(state: State, par: Parameters, mech: Mechanisms, rules: Terms) -> F:
    """Kept commitments of deals that the fitted intensity alone would give each state, shape (n,), 0 for others.

    Parameters
    ----------
    state
        The recorded world: before fragmentation, levers and the first quarter, with its book and past conduct.
        ``pull`` is overwritten.
    rules
        Terms and chances of renewal.
    """
    fill_pull(state, par, mech)
    s, result = state.s, np.zeros(state.n)
    worth = _mean_worth(state.depth, state.kind, state.conduct, s)
    own = _usual_appeal(state)
    appeal = appeals(state.busy, state.kind, state.un_member, state.draw_of_busy)
    for kind in COMMITTED_TO:
        term = (rules.shortest[kind] + rules.longest[kind]) / 2.0 / QUARTERS_A_YEAR
        life = float(term / (1.0 - chance_of(rules.renewed[kind])))
        omega = state.course[0, kind] * state.zeal[:, kind]
        held = _expected_partners(
            kind, state.kind, state.base, state.pull, state.allowed, own, state.attraction, appeal,
            omega, float(state.reluctance[kind]), life,
        )  # fmt: skip
        result[:s] += worth[kind] * held[:s]
    return result


def _usual_appeal(state: State) -> F:
    """What its activity would add to each state as a partner if it were as busy as states of its size, nats, (s,)."""
    s, members = state.s, np.flatnonzero(state.un_member)
    if not members.size:
        return np.zeros(s)
    busy = np.array([log1p(value) for value in state.busy[:s]])
    nearest = _nearest(tuple(state.size[:s].tolist()), tuple(state.uid[:s].tolist()))
    usual = busy[nearest].mean(axis=1) if s > 1 else busy
    return np.asarray(state.draw_of_busy[STATE] * (usual - busy[members].mean()))


@lru_cache(maxsize=8)  # the same in all replicates
def _nearest(size: tuple[float, ...], uid: tuple[int, ...]) -> NDArray[np.int64]:
    """Rows of the states whose size is nearest to that of each, the nearest first, (s, at most ALIKE)."""
    gap = np.abs(np.subtract.outer(size, size))
    np.fill_diagonal(gap, np.inf)
    order = np.lexsort((np.broadcast_to(np.array(uid, np.uint64), gap.shape), gap))
    return np.asarray(order[:, : min(ALIKE, len(size) - 1)])


@njit(cache=True, error_model="numpy")
def _mean_worth(depth: I8, kind: I8, conduct: I8, s: int) -> F:
    """Kept commitments of the mean deal of a state by kind of partner, (6,); 0 where there is none."""
    worth, count = np.zeros(len(KINDS)), np.zeros(len(KINDS))
    for i in range(s):
        for j in range(kind.size):
            if depth[i, j] > 0:
                worth[kind[j]] += kept_deal(depth, conduct, i, j)
                count[kind[j]] += 1
    return worth / np.maximum(count, 1.0)


@njit(cache=True, error_model="numpy")
def _expected_partners(
    layer: int, kind: I8, base: F, pull: F, allowed: B, usual: F, attraction: F, appeal: F, omega: F, reluctance: float,
    life: float,
) -> F:  # fmt: skip
    """Partners of a kind that each state would hold at a time, (s,)."""
    s, n = usual.size, kind.size
    total, held, still, seen = np.zeros(n), np.zeros(s), exp(reluctance), base.T.copy()
    turning = np.zeros((n, s))
    layers = np.flatnonzero(kind == layer)
    first, last = (layers[0], layers[-1] + 1) if layers.size else (0, 0)  # nobody else is looked at
    own, back, kept = np.empty(last - first), np.empty(last - first), np.empty(last - first)
    for i in range(n):  # of those who choose among states, or states of the layer
        if kind[i] == layer and omega[i] > 0.0:
            for j in range(s):  # exponentials apart from the conditions, so that several are worked on at once
                turning[i, j] = exp(pull[i, j])
            for j in range(s):
                total[i] += turning[i, j] if allowed[i, j] else 0.0
    its_appeal, its_attraction, its_kind = appeal[first:last], attraction[first:last], kind[first:last]
    for f in range(s):
        among, own_base, their_base = 0.0, base[f, first:last], seen[f, first:last]
        there, can = usual[f] if layer == STATE else 0.0, allowed[f, first:last]
        for j in range(own.size):
            own[j] = exp(own_base[j] + its_appeal[j] + its_attraction[j])
        for j in range(own.size):
            back[j] = exp(their_base[j] + there)
        for j in range(own.size):
            kept[j] = 0.0
            if its_kind[j] == layer and can[j]:
                among += own[j]
        for j in range(own.size):
            if its_kind[j] == layer and can[j]:
                rate = omega[f] * own[j] / among * (back[j] / (back[j] + still))
                if omega[first + j] > 0.0:
                    others = total[first + j] - turning[first + j, f] + back[j]
                    rate += omega[first + j] * back[j] / others * (own[j] / (own[j] + still))
                kept[j] = -rate * life
        for j in range(own.size):
            kept[j] = 1.0 - exp(kept[j])
        for j in range(own.size):
            held[f] += kept[j]
    return held
