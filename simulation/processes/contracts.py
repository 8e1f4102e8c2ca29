"""Step 7: which agreed contracts are signed, under hard budgets (C.15, C.2).

Upkeep comes first: an actor whose upkeep exceeds its budget sheds its least valued deals. Then
contracts are signed in the order of their joint surplus while both (all three) parties can pay
set-up and the upkeep of the new rungs. Depth rises one rung at a time; the last rung of a state
needs its public (Putnam 1988). A signed concession moves the terms and enters the side payments.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.processes.bargaining import challenge_share, concede, nash_share, write_terms
from simulation.processes.value import View, Weights, continuation, count_shared, value
from simulation.randomness import Draws, Stream, uniform
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import BILATERAL, MAX_DEPTH, NEVER, NGO, NON_STATE, STATE, TRILATERAL, State

F = NDArray[np.float64]
I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
U64 = NDArray[np.uint64]
B = NDArray[np.bool_]


def upkeep_load(state: State, par: Parameters) -> F:
    """Upkeep of every actor's deals as a share of its budget, min(1, c_m Σℓ/B), (n,)."""
    return _load(state.depth, state.budget, par.upkeep_cost)


@njit(cache=True, error_model="numpy")
def _load(depth: I8, budget: F, cost: float) -> F:
    n = budget.size
    load = np.zeros(n)
    for i in range(n):
        rungs = 0
        for j in range(n):
            rungs += depth[i, j]
        if rungs > 0:
            load[i] = min(1.0, cost * rungs / budget[i]) if budget[i] > 0.0 else 1.0
    return load


@njit(cache=True, error_model="numpy")
def end_deal(
    depth: I8, track: NDArray[np.int8], since: I32, exclusive: B, planned: B, i: int, j: int
) -> None:
    """Remove a deal in both directions."""
    for a, b in ((i, j), (j, i)):
        depth[a, b] = 0
        track[a, b] = -1
        since[a, b] = NEVER
        exclusive[a, b] = False
        planned[a, b] = False


def shed(state: State, par: Parameters, v: View, w: Weights) -> None:
    """Cut each over-committed actor's least valued deals until its upkeep fits its budget."""
    _shed(
        state.depth, state.track, state.since, state.exclusive, state.planned, state.budget, state.uid,
        par.upkeep_cost, v, w, state.lapsed,
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def _shed(
    depth: I8, track: I8, since: I32, exclusive: B, planned: B, budget: F, uid: U64, cost: float, v: View,
    w: Weights, lapsed: I32,
) -> None:  # fmt: skip
    n = budget.size
    for i in range(n):
        rungs = 0
        for j in range(n):
            rungs += depth[i, j]
        while rungs > 0 and cost * rungs > budget[i]:
            worst = -1
            lowest = np.inf
            for j in range(n):
                if depth[i, j] == 0:
                    continue
                worth = value(v, w, i, j, count_shared(depth, i, j))
                kept = continuation(v, w, i, j, worth)
                if planned[i, j]:  # the scenario's own deals go last
                    kept += 1e6
                if kept < lowest or (kept == lowest and uid[j] < uid[worst]):
                    lowest, worst = kept, j
            rungs -= depth[i, worst]
            end_deal(depth, track, since, exclusive, planned, i, worst)
            lapsed[i] += 1
            lapsed[worst] += 1


def sign(
    state: State, par: Parameters, mech: Mechanisms, draws: Draws, parties: I32, surplus: F, support: F,
    possible: B, worth: F, gain: F,
) -> I32:  # fmt: skip
    """Sign contracts in order of joint surplus while budgets last.

    Parameters
    ----------
    parties
        (m, 3) actors of each contract; -1 in the last column of a bilateral one.
    surplus
        (m,) sum of the parties' utilities.
    support
        (n,) probability that the public of each actor ratifies a binding deal (1 without a public).

    Returns
    -------
    ndarray
        (m,) number of pairs that each contract made or deepened.
    """
    order = _order(state.uid, parties, surplus)
    salience = par.salience_floor + par.salience_capacity * state.capacity
    return _sign(
        draws.key(Stream.RATIFICATION), order, parties, state.uid, state.kind, state.budget, state.depth,
        state.track, state.since, state.quarter, state.terms, state.position, state.weight, state.size,
        salience, state.un_member, state.leaders, state.concession, state.payment, state.conceded,
        state.formed, state.reward, state.track_success, support, possible, worth, gain, par.setup_cost,
        par.upkeep_cost, mech["bargaining"] == "challenge",
        par.rights_terms if mech.on("rights_terms") else 0.0,
    )  # fmt: skip


def _order(uid: U64, parties: I32, surplus: F) -> NDArray[np.int64]:
    """Contracts by falling surplus, ties by the uids of the parties."""
    if parties.shape[0] == 0:
        return np.zeros(0, np.int64)
    third = np.where(parties[:, 2] < 0, np.uint64(0), uid[parties[:, 2]])
    return np.lexsort((third, uid[parties[:, 1]], uid[parties[:, 0]], -surplus))


@njit(cache=True, error_model="numpy")
def _sign(
    key: np.uint64, order: NDArray[np.int64], parties: I32, uid: U64, kind: I8, budget: F, depth: I8,
    track: I8, since: I32, quarter: int, terms: F, position: F, weight: F, size: F, salience: F,
    un_member: B, leaders: I32, concession: F, payment: F, conceded: F, formed: I32, reward: F,
    track_success: F, support: F, possible: B, worth: F, gain: F, setup: float, upkeep: float,
    challenge: bool, rights: float,
) -> I32:  # fmt: skip
    n = budget.size
    left = np.empty(n)
    for i in range(n):
        rungs = 0
        for j in range(n):
            rungs += depth[i, j]
        left[i] = budget[i] - upkeep * rungs
    signed = np.zeros(order.size, np.int32)
    start = depth.copy()  # one rung a quarter for a pair, whatever it agreed on how many tracks
    for c in order:
        i, j, k = parties[c, 0], parties[c, 1], parties[c, 2]
        pairs = ((i, j), (i, k), (j, k)) if k >= 0 else ((i, j), (i, j), (i, j))
        level = depth[i, j] + 1
        if k >= 0:
            level = min(depth[i, j], depth[i, k], depth[j, k]) + 1
        level = min(level, MAX_DEPTH)
        count = 3 if k >= 0 else 1
        if not _affordable(pairs, count, level, depth, start, left, setup, upkeep):
            continue
        ngo = -1
        for a in (i, j, k):
            if a >= 0 and kind[a] == NGO:
                ngo = a
        for p in range(count):
            a, b = pairs[p]
            if depth[a, b] >= level or depth[a, b] > start[a, b]:
                continue
            if level == MAX_DEPTH and not _ratified(key, uid, support, a, b):
                continue
            cost = setup * (1.0 + depth[a, b]) + upkeep
            left[a] -= cost
            left[b] -= cost
            share = (
                challenge_share(position, weight, size, salience, un_member, a, b)
                if challenge
                else nash_share(possible, gain, a, b)
            )
            share = _pay(leaders, concession, payment, conceded, worth, a, b, share)
            write_terms(terms, position, a, b, share)
            if rights > 0.0 and ngo >= 0 and k >= 0 and a != ngo and b != ngo:
                y = terms[a, b, 0] + rights * (position[ngo, 0] - terms[a, b, 0])
                terms[a, b, 0] = y
                terms[b, a, 0] = y
            kind_of_track = TRILATERAL if k >= 0 else (
                BILATERAL if kind[a] == STATE and kind[b] == STATE else NON_STATE
            )
            for x, y_ in ((a, b), (b, a)):
                if depth[x, y_] == 0:
                    since[x, y_] = quarter
                depth[x, y_] += 1
                track[x, y_] = kind_of_track
                formed[x, kind_of_track] += 1
                reward[x, kind_of_track] += max(0.0, gain[x, y_])
                track_success[x, kind_of_track] += 1.0
            signed[c] += 1
    return signed


@njit(cache=True, error_model="numpy")
def _affordable(
    pairs: tuple[tuple[int, int], ...], count: int, level: int, depth: I8, start: I8, left: F, setup: float,
    upkeep: float,
) -> bool:  # fmt: skip
    """Whether every party can pay for its own new rungs in full; a contract is signed whole or not at all."""
    rung = False
    for p in range(count):
        for a in pairs[p]:
            due = 0.0
            for r in range(count):
                x, y = pairs[r]
                if (x == a or y == a) and depth[x, y] < level and depth[x, y] == start[x, y]:
                    due += setup * (1.0 + depth[x, y]) + upkeep
                    rung = True
            if due > left[a] + 1e-12:
                return False
    return rung


@njit(cache=True, error_model="numpy")
def _ratified(key: np.uint64, uid: U64, support: F, a: int, b: int) -> bool:
    for x, y in ((a, b), (b, a)):
        if support[x] < 1.0 and uniform(key, uid[x], uid[y]) >= support[x]:
            return False
    return True


@njit(cache=True, error_model="numpy")
def _pay(
    leaders: I32, concession: F, payment: F, conceded: F, worth: F, a: int, b: int, share: float
) -> float:
    """Settle the concession of a leader among the parties; returns a's weight in the terms."""
    for h in range(leaders.size):
        leader = leaders[h]
        if leader == b and concession[a, h] > 0.0:
            p = concession[a, h]
            payment[a] += p
            payment[b] -= p
            conceded[a] += p
            share = concede(share, p, worth[a, b])
        elif leader == a and concession[b, h] > 0.0:
            p = concession[b, h]
            payment[b] += p
            payment[a] -= p
            conceded[b] += p
            share = 1.0 - concede(1.0 - share, p, worth[b, a])
    return share


def impose(
    state: State, par: Parameters, i: int, j: int, depth: int, terms: F | None, exclusive: bool
) -> bool:
    """Sign a deal that the scenario plans, ahead of all others; False if a party cannot pay its upkeep.

    Room is made by shedding (the next step), so only the deal's own upkeep must fit the budget.
    """
    lowest = min(state.budget[i], state.budget[j])
    if par.upkeep_cost * depth > lowest:
        return False
    track = BILATERAL if state.kind[i] == STATE and state.kind[j] == STATE else NON_STATE
    for a, b in ((i, j), (j, i)):
        if state.depth[a, b] == 0:
            state.since[a, b] = state.quarter
        state.depth[a, b] = max(state.depth[a, b], depth)
        state.track[a, b] = track
        state.exclusive[a, b] = exclusive
        state.planned[a, b] = True
        state.terms[a, b] = (state.position[i] + state.position[j]) / 2 if terms is None else terms
    return True
