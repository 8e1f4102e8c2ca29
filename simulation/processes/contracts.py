"""Step 7: which agreed contracts are signed, under hard budgets (C.15, C.2).

Upkeep comes first: an actor whose upkeep exceeds its budget sheds its least valued deals. Then
contracts are signed in the order of their joint surplus while both (all three) parties can pay
set-up and the upkeep of the new rungs. Depth rises one rung at a time; the last rung of a state
needs its public (Putnam 1988). A signed concession moves the terms and enters the side payments.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.processes.bargaining import challenge_share, concede, nash_share, write_terms
from simulation.processes.links import count_shared, rungs
from simulation.processes.value import View, Weights, continuation, value
from simulation.randomness import Draws, Stream, uniform
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import BILATERAL, I8, I32, MAX_DEPTH, NEVER, NGO, NON_STATE, STATE, TRILATERAL, U64, B, F, State

KEPT_TO_THE_LAST = 1e6
"""Added to the worth of the scenario's own deals, which are shed last."""
ROUNDING = 1e-12
"""A price may exceed what is left by so much."""


def upkeep_load(state: State, par: Parameters) -> F:
    """Upkeep of every actor's deals as a share of its budget, min(1, c_m Σℓ/B), (n,)."""
    return _load(state.depth, state.budget, par.upkeep_cost)


@njit(cache=True, error_model="numpy")
def _load(depth: I8, budget: F, cost: float) -> F:
    load = np.zeros(budget.size)
    for i, total in enumerate(rungs(depth)):
        if total > 0:
            load[i] = min(1.0, cost * total / budget[i]) if budget[i] > 0.0 else 1.0
    return load


@njit(cache=True, error_model="numpy")
def end_deal(
    depth: I8, track: NDArray[np.int8], since: I32, exclusive: B, planned: B, i: int, j: int
) -> None:
    """Remove a deal in both directions."""
    _forget(depth, track, since, exclusive, planned, i, j)
    _forget(depth, track, since, exclusive, planned, j, i)


@njit(cache=True, error_model="numpy")
def _forget(
    depth: I8, track: NDArray[np.int8], since: I32, exclusive: B, planned: B, i: int, j: int
) -> None:
    depth[i, j] = 0
    track[i, j] = -1
    since[i, j] = NEVER
    exclusive[i, j] = False
    planned[i, j] = False


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
    start = depth.copy()  # who sheds first must not change what the others think of their deals
    for i in range(n):
        total = 0
        for j in range(n):
            total += depth[i, j]
        while total > 0 and cost * total > budget[i]:
            worst = -1
            lowest = np.inf
            for j in range(n):
                if depth[i, j] == 0:
                    continue
                worth = value(v, w, i, j, count_shared(start, i, j))
                kept = continuation(v, w, i, j, worth)
                if planned[i, j]:  # the scenario's own deals go last
                    kept += KEPT_TO_THE_LAST
                if kept < lowest or (kept == lowest and uid[j] < uid[worst]):
                    lowest, worst = kept, j
            total -= depth[i, worst]
            end_deal(depth, track, since, exclusive, planned, i, worst)
            lapsed[i] += 1
            lapsed[worst] += 1


class Parties(NamedTuple):
    """Columns of the actors that sign. Shapes as in :class:`simulation.state.State`."""

    uid: U64
    kind: I8
    position: F
    weight: F
    size: F
    salience: F  # [n] AI salience
    un_member: B
    leaders: I32
    support: F  # [n] probability that the public ratifies a binding deal


class Table(NamedTuple):
    """What is on the table this quarter: mask, V and U of pairs (n, n), concessions (n, h)."""

    possible: B
    worth: F
    gain: F
    concession: F
    outside: F  # [n, 2] U of the best and the second best partner of each party


class Books(NamedTuple):
    """Where a signature is written. Shapes as in :class:`simulation.state.State`."""

    depth: I8
    track: I8
    since: I32
    terms: F
    formed: I32
    reward: F
    track_success: F
    payment: F
    conceded: F


class Rules(NamedTuple):
    """Prices and rules of a signature."""

    setup: float
    upkeep: float
    rights: float  # shift of terms on rights towards an NGO in a deal of three, 0 if switched off
    challenge: bool  # terms by expected-utility challenge, not by outside options
    quarter: int


def sign(
    state: State, par: Parameters, mech: Mechanisms, draws: Draws, parties: I32, surplus: F, support: F,
    possible: B, worth: F, gain: F, outside: F,
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
    possible, worth, gain
        Mask, V and U of pairs, each (n, n); the rows of all parties are current.
    outside
        U of the best and the second best partner of all parties, (n, 2).

    Returns
    -------
    ndarray
        (m,) number of pairs that each contract made or deepened, in signing order.
    """
    salience = par.salience_floor + par.salience_capacity * state.capacity
    who = Parties(
        state.uid, state.kind, state.position, state.weight, state.size, salience, state.un_member,
        state.leaders, support,
    )  # fmt: skip
    books = Books(
        state.depth, state.track, state.since, state.terms, state.formed, state.reward, state.track_success,
        state.payment, state.conceded,
    )  # fmt: skip
    rules = Rules(
        par.setup_cost, par.upkeep_cost, par.rights_terms if mech.on("rights_terms") else 0.0,
        mech["bargaining"] == "challenge", state.quarter,
    )  # fmt: skip
    table = Table(possible, worth, gain, state.concession, outside)
    order = signing_order(state.uid, parties, surplus)
    return _sign(draws.key(Stream.RATIFICATION), order, parties, state.budget, who, table, books, rules)


def signing_order(uid: U64, parties: I32, surplus: F) -> NDArray[np.int64]:
    """Contracts by falling surplus, ties by the uids of the parties."""
    if parties.shape[0] == 0:
        return np.zeros(0, np.int64)
    third = np.where(parties[:, 2] < 0, np.uint64(0), uid[parties[:, 2]])
    return np.lexsort((third, uid[parties[:, 1]], uid[parties[:, 0]], -surplus))


@njit(cache=True, error_model="numpy")
def _sign(
    key: np.uint64, order: NDArray[np.int64], parties: I32, budget: F, who: Parties, table: Table, books: Books,
    rules: Rules,
) -> I32:  # fmt: skip
    left = _after_upkeep(books.depth, budget, rules.upkeep)
    signed = np.zeros(order.size, np.int32)
    start = books.depth.copy()  # one rung a quarter for a pair, whatever it agreed on how many tracks
    for c in order:
        i, j, k = parties[c, 0], parties[c, 1], parties[c, 2]
        three = k >= 0
        pairs = ((i, j), (i, k), (j, k)) if three else ((i, j), (i, j), (i, j))
        count = 3 if three else 1
        level = books.depth[i, j] + 1
        if three:
            level = min(books.depth[i, j], books.depth[i, k], books.depth[j, k]) + 1
        level = min(level, MAX_DEPTH)
        if not _affordable(pairs, count, level, books.depth, start, left, rules.setup, rules.upkeep):
            continue
        for p in range(count):
            a, b = pairs[p]
            if books.depth[a, b] >= level or books.depth[a, b] > start[a, b]:
                continue
            if level == MAX_DEPTH and not _ratified(key, who.uid, who.support, a, b):
                continue
            cost = rules.setup * (1.0 + books.depth[a, b]) + rules.upkeep
            left[a] -= cost
            left[b] -= cost
            _agree_terms(who, table, books, rules, a, b, _ngo_beside(who.kind, i, j, k, a, b))
            _enter(who.kind, table.gain, books, rules.quarter, a, b, three)
            signed[c] += 1
    return signed


@njit(cache=True, error_model="numpy")
def _after_upkeep(depth: I8, budget: F, upkeep: float) -> F:
    """What is left of each budget after the upkeep of all rungs."""
    left: F = budget - upkeep * rungs(depth)
    return left


@njit(cache=True, error_model="numpy")
def _ngo_beside(kind: I8, i: int, j: int, k: int, a: int, b: int) -> int:
    """The third party of a contract i, j, k beside the pair a, b if it is an NGO, else -1."""
    if k < 0:
        return -1
    third = i + j + k - a - b
    return third if kind[third] == NGO else -1


@njit(cache=True, error_model="numpy", forceinline=True)
def _agree_terms(who: Parties, table: Table, books: Books, rules: Rules, a: int, b: int, ngo: int) -> None:
    """Bargain, settle the concession, and let an NGO beside the pair write rights into the terms."""
    if rules.challenge:
        share = challenge_share(who.position, who.weight, who.size, who.salience, who.un_member, a, b)
    else:
        share = nash_share(table.outside, table.possible, table.gain, a, b)
    share = _pay(who.leaders, table, books, a, b, share)
    write_terms(books.terms, who.position, a, b, share)
    if rules.rights > 0.0 and ngo >= 0:
        y = books.terms[a, b, 0]
        y += rules.rights * (who.position[ngo, 0] - y)
        books.terms[a, b, 0] = y
        books.terms[b, a, 0] = y


@njit(cache=True, error_model="numpy", forceinline=True)
def _enter(kind: I8, gain: F, books: Books, quarter: int, a: int, b: int, three: bool) -> None:
    """Write one more rung of a pair into the books, both ways."""
    track = BILATERAL if kind[a] == STATE and kind[b] == STATE else NON_STATE
    if three:
        track = TRILATERAL
    for x, y in ((a, b), (b, a)):
        if books.depth[x, y] == 0:
            books.since[x, y] = quarter
        books.depth[x, y] += 1
        books.track[x, y] = track
        books.formed[x, track] += 1
        books.reward[x, track] += max(0.0, gain[x, y])
        books.track_success[x, track] += 1.0


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
            if due > left[a] + ROUNDING:
                return False
    return rung


@njit(cache=True, error_model="numpy", forceinline=True)
def _ratified(key: np.uint64, uid: U64, support: F, a: int, b: int) -> bool:
    for x, y in ((a, b), (b, a)):
        if support[x] < 1.0 and uniform(key, uid[x], uid[y]) >= support[x]:
            return False
    return True


@njit(cache=True, error_model="numpy", forceinline=True)
def _pay(leaders: I32, table: Table, books: Books, a: int, b: int, share: float) -> float:
    """Settle the concession of a leader among the parties; returns a's weight in the terms."""
    for h in range(leaders.size):
        leader = leaders[h]
        if leader == b and table.concession[a, h] > 0.0:
            p = table.concession[a, h]
            _transfer(books, leader, a, p)
            share = concede(share, p, table.worth[a, b])
        elif leader == a and table.concession[b, h] > 0.0:
            p = table.concession[b, h]
            _transfer(books, leader, b, p)
            share = 1.0 - concede(1.0 - share, p, table.worth[b, a])
    return share


@njit(cache=True, error_model="numpy", forceinline=True)
def _transfer(books: Books, payer: int, receiver: int, p: float) -> None:
    books.payment[receiver] += p
    books.payment[payer] -= p
    books.conceded[receiver] += p


def impose(
    state: State, par: Parameters, i: int, j: int, depth: int, terms: F | None, exclusive: bool, three: bool
) -> bool:
    """Sign a deal that the scenario plans, ahead of all others; False if a party cannot pay its upkeep.

    Room is made by shedding (the next step), so only the deal's own upkeep must fit the budget.
    """
    lowest = min(state.budget[i], state.budget[j])
    if par.upkeep_cost * depth > lowest:
        return False
    track = BILATERAL if state.kind[i] == STATE and state.kind[j] == STATE else NON_STATE
    if three:
        track = TRILATERAL
    for a, b in ((i, j), (j, i)):
        if state.depth[a, b] == 0:
            state.since[a, b] = state.quarter
        state.depth[a, b] = max(state.depth[a, b], depth)
        state.track[a, b] = track
        state.exclusive[a, b] = exclusive
        state.planned[a, b] = True
        state.terms[a, b] = (state.position[i] + state.position[j]) / 2 if terms is None else terms
    return True
