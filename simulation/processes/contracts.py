"""C.2 Contracts: what is signed of what was agreed, how deep, for how long, at what price.

A signing with a partner one holds deepens one rung, and at the deepest renews; either starts a new life. What a purse
cannot bear is not signed, and counted. Publics are asked about every step beyond a memorandum, work with think tanks,
NGOs and influencers apart, and what one refuses is signed a rung lower (C.13). NGOs are heard on drafts (C.12).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.kernels import Draws, Stream, borrowed, philox, symmetric_uniform, uniform
from simulation.processes.bargaining import Alternatives, alternatives, nash_share, write_terms
from simulation.processes.books import (
    Deals,
    Terms,
    binds,
    deals_of,
    first_rung,
    life,
    likeness,
    pot_of,
    track_of,
    write_signing,
)
from simulation.processes.consultation import move_draft
from simulation.processes.pull import layer_of
from simulation.scenario.parameters import Parameters
from simulation.state import I8, I32, MAX_DEPTH, U64, B, F, State

ROUNDING = 1e-12
"""A price may exceed what is left by so much."""
PAIRS = ((0, 1), (0, 2), (1, 2))
"""Pairs of a contract of three, as places of its parties; of one of two the first is the only one."""


class Signing(NamedTuple):
    """What became of the contracts of a quarter, one entry each.

    Pairs of a contract are its first and second party, first and third, second and third.
    """

    parties: I32  # [m, 3] -1 in the last column of one of two
    number: I32  # [m] which approach of the pair it came from
    rungs: I32  # [m, 3] depth that it brings each pair to, 0 where there is none
    before: I32  # [m, 3] depth of each pair when its turn came
    left: F  # [m, 3] what each party had for it then
    price: F  # [m, 3] what it costs each party
    unpaid: B  # [m] a purse could not bear it: nothing was signed
    public: I32  # [m] whose public refused, so that it is signed a rung lower; -1 nobody's


def sign(
    state: State, par: Parameters, draws: Draws, rules: Terms, parties: I32, number: I32, support: F, possible: B
) -> Signing:  # fmt: skip
    """Sign contracts while both (all three) purses last, in an order that is luck.

    Parameters
    ----------
    parties
        (m, 3) actors of each contract; -1 in the last column of a bilateral one.
    number
        (m,) which approach of its pair each came from.
    support
        (n,) probability that the public of each actor lets a deal go beyond a memorandum (1 without a public).
    possible
        Pairs that may deal, (n, n).
    """
    keys = Keys(*map(draws.key, (Stream.SIGNING_ORDER, Stream.RUNG, Stream.TERM, Stream.RATIFICATION)))
    who = Signers(state.uid, state.kind, state.position, state.weight, support, state.leaders, state.concession,
                  state.consulted, state.wanted)  # fmt: skip
    alike = par.affinity_width, state.likeness_mean, state.likeness_sd, par.depth_likeness
    credit = Credit(state.purse, state.pot, state.unpaid, state.formed, state.reward, state.track_success,
                    state.payment, state.conceded)  # fmt: skip
    known = alternatives(possible, state.pull, state.reluctance, state.kind, parties)
    signing = Signing(
        parties, number,
        *_sign(keys, state.quarter, parties, number, who, rules, alike, deals_of(state), credit, known),
    )  # fmt: skip
    _note(state, parties, signing.unpaid)
    return signing


class Keys(NamedTuple):
    """Keys of the draws of a signature."""

    order: np.uint64
    rung: np.uint64
    term: np.uint64
    public: np.uint64


class Signers(NamedTuple):
    """What a signature reads of the actors. Shapes as in :class:`simulation.state.State`."""

    uid: U64
    kind: I8
    position: F
    weight: F
    support: F
    leaders: I32
    concession: F
    consulted: F
    wanted: I8


class Credit(NamedTuple):
    """What a signature pays and earns."""

    purse: F
    pot: F
    unpaid: I32
    formed: I32
    reward: F
    success: F
    payment: F
    conceded: F


class Drawn(NamedTuple):
    """What is known of contracts before their turn comes: draws, and how near the parties are."""

    turn: F  # [m] who signs first is luck, not place
    rung: F  # [m, 3] of each pair, in the order of PAIRS
    term: F  # [m, 3]
    near: F  # [m, 3] ã


@njit(cache=True, error_model="numpy")
def _sign(
    keys: Keys, quarter: int, parties: I32, number: I32, who: Signers, rules: Terms,
    alike: tuple[float, float, float, float], deals: Deals, credit: Credit, known: Alternatives,
) -> tuple[I32, I32, F, F, B, I32]:  # fmt: skip
    parties, who, rules, deals, credit, known = borrowed((parties, who, rules, deals, credit, known))
    m = parties.shape[0]
    drawn = Drawn(np.empty(m), np.empty((m, 3)), np.empty((m, 3)), np.empty((m, 3)))
    _draw(keys, parties, number, who.uid, drawn)
    _liken(parties, who.position, who.weight, alike, drawn.near)
    turns = np.argsort(drawn.turn, kind='mergesort')
    rungs, before = np.zeros((m, 3), np.int32), np.zeros((m, 3), np.int32)
    left, price = np.zeros((m, 3)), np.zeros((m, 3))
    unpaid, public = np.zeros(m, np.bool_), np.full(m, -1, np.int32)
    for c in turns:
        three = parties[c, 2] >= 0
        count = 3 if three else 1
        for p in range(count):
            a, b = parties[c, PAIRS[p][0]], parties[c, PAIRS[p][1]]
            before[c, p] = deals.depth[a, b]
            rungs[c, p], held_back = _depth(
                drawn.rung[c, p], alike[3] * drawn.near[c, p], who.wanted[a, b], before[c, p],
                layer_of(who.kind, a, b), keys.public, who.uid, who.support, rules, a, b,
            )  # fmt: skip
            if public[c] < 0:
                public[c] = held_back
        if not _paid(parties[c, : 2 + three], count, rungs[c], who.kind, rules, credit, left[c], price[c]):
            unpaid[c] = True
            for a in parties[c, : 2 + three]:
                credit.unpaid[a] += 1
            continue
        for p in range(count):
            a, b = parties[c, PAIRS[p][0]], parties[c, PAIRS[p][1]]
            until = quarter + life(drawn.term[c, p], layer_of(who.kind, a, b), rules)
            write_signing(deals, who.kind, a, b, rungs[c, p], quarter, max(until, deals.until[a, b]), three)
    signed = turns[~unpaid[turns]]
    _agree(signed, parties, rungs, who, known, credit, deals.terms)
    _give_credit(signed, parties, rungs, who.kind, credit)
    return rungs, before, left, price, unpaid, public


@njit(cache=True, error_model="numpy")
def _draw(keys: Keys, parties: I32, number: I32, uid: U64, drawn: Drawn) -> None:
    uid, drawn = borrowed((uid, drawn))
    for c in range(parties.shape[0]):
        three = parties[c, 2] >= 0
        turn = philox(keys.order, np.uint64(number[c]), np.uint64(three))
        rung = philox(keys.rung, np.uint64(number[c]), np.uint64(0))
        term = philox(keys.term, np.uint64(number[c]), np.uint64(1))
        drawn.turn[c] = uniform(turn, uid[parties[c, 0]], uid[parties[c, 1]])
        for p in range(3 if three else 1):
            one, two = uid[parties[c, PAIRS[p][0]]], uid[parties[c, PAIRS[p][1]]]
            drawn.rung[c, p] = symmetric_uniform(rung, one, two)
            drawn.term[c, p] = symmetric_uniform(term, one, two)


@njit(cache=True, error_model="numpy")
def _liken(parties: I32, position: F, weight: F, alike: tuple[float, float, float, float], near: F) -> None:
    width, mean, sd, _ = alike
    for c in range(parties.shape[0]):
        for p in range(3 if parties[c, 2] >= 0 else 1):
            a, b = parties[c, PAIRS[p][0]], parties[c, PAIRS[p][1]]
            near[c, p] = likeness(position, weight, width, mean, sd, a, b)


@njit(cache=True, error_model="numpy", forceinline=True)  # a call would count references to every column
def _depth(
    luck: float, near: float, wanted: int, before: int, layer: int, key: np.uint64, uid: U64, support: F,
    rules: Terms, a: int, b: int,
) -> tuple[int, int]:  # fmt: skip
    """Depth that a signature brings a pair to, and whose public held it back, -1 nobody's."""
    # a plan may have made it deeper than the deepest
    further = max(before, min(before + 1, rules.deepest[layer]))
    depth = max(before, min(further if before > 0 else first_rung(luck, layer, near, rules), wanted))
    if depth > max(before, 1) and binds(layer):
        refusing = _refusing(key, uid, support, a, b)
        if refusing >= 0:
            return max(before, depth - 1), refusing
    return depth, -1


@njit(cache=True, error_model="numpy", forceinline=True)
def _refusing(key: np.uint64, uid: U64, support: F, a: int, b: int) -> int:
    """Which of the two has a public that does not ratify, -1 neither."""
    for x, y in ((a, b), (b, a)):
        if support[x] < 1.0 and uniform(key, uid[x], uid[y]) >= support[x]:
            return x
    return -1


@njit(cache=True, error_model="numpy", forceinline=True)  # a call would count references to every column
def _paid(
    parties: I32, count: int, depth: I32, kind: I8, rules: Terms, credit: Credit, left: F, price: F
) -> bool:
    """Pay for a contract out of every party's purse if all can; it is signed whole or not at all.

    What the parties had for it and what each owes is written to ``left`` and ``price`` (3,).
    """
    pot = pot_of(layer_of(kind, parties[0], parties[1]))  # of three, all are states
    for p in range(count):
        x, y = PAIRS[p]
        due = rules.sign[layer_of(kind, parties[x], parties[y]), depth[p]]
        price[x] += due
        price[y] += due
    enough = True
    for x in range(parties.size):
        left[x] = min(credit.purse[parties[x]], credit.pot[parties[x], pot])
        enough &= price[x] <= left[x] + ROUNDING
    for p in range(count if enough else 0):
        x, y = parties[PAIRS[p][0]], parties[PAIRS[p][1]]
        due = rules.sign[layer_of(kind, x, y), depth[p]]
        for z in (x, y):
            credit.purse[z] -= due
            credit.pot[z, pot] -= due
    return enough


@njit(cache=True, error_model="numpy")
def _agree(
    signed: NDArray[np.int64], parties: I32, rungs: I32, who: Signers, known: Alternatives, credit: Credit, terms: F
) -> None:
    """Write the terms of what was signed, in the order of signing: concessions and drafts are settled with them."""
    for c in signed:
        for p in range(3 if parties[c, 2] >= 0 else 1):
            a, b = parties[c, PAIRS[p][0]], parties[c, PAIRS[p][1]]
            share = _concede(who.leaders, who.concession, credit, a, b, nash_share(known, a, b))
            write_terms(terms, who.position, a, b, share)
            if rungs[c, p] > 1 and binds(layer_of(who.kind, a, b)):
                move_draft(terms, who.consulted, a, b)


@njit(cache=True, error_model="numpy", forceinline=True)
def _give_credit(signed: NDArray[np.int64], parties: I32, rungs: I32, kind: I8, credit: Credit) -> None:
    """What was signed counts for both sides on its track."""
    for c in signed:
        three = parties[c, 2] >= 0
        for p in range(3 if three else 1):
            a, b = parties[c, PAIRS[p][0]], parties[c, PAIRS[p][1]]
            track = track_of(kind, a, b, three)
            for x in (a, b):
                credit.formed[x, track] += 1
                credit.reward[x, track] += rungs[c, p] / MAX_DEPTH
                credit.success[x, track] += 1.0


@njit(cache=True, error_model="numpy", forceinline=True)
def _concede(leaders: I32, concession: F, credit: Credit, a: int, b: int, share: float) -> float:
    """Settle the concession of a leader among the parties; returns a's weight in the terms."""
    for h in range(leaders.size):
        leader = leaders[h]
        if leader == b and concession[a, h] > 0.0:
            p = concession[a, h]
            share += (1.0 - share) * p / (p + 1.0)
            _transfer(credit, leader, a, p)
        elif leader == a and concession[b, h] > 0.0:
            p = concession[b, h]
            share -= share * p / (p + 1.0)
            _transfer(credit, leader, b, p)
    return share


@njit(cache=True, error_model="numpy", forceinline=True)
def _transfer(credit: Credit, payer: int, receiver: int, p: float) -> None:
    credit.payment[receiver] += p
    credit.payment[payer] -= p
    credit.conceded[receiver] += p


def _note(state: State, parties: I32, unpaid: B) -> None:
    """Enter signatures into the ledger that activity and history are counted from, each with its share recorded."""
    state.ledger, state.ledger_weight = _enter(
        parties, unpaid, state.quarter, state.recorded, state.ledger, state.ledger_weight
    )


@njit(cache=True, error_model="numpy")
def _enter(parties: I32, unpaid: B, quarter: int, recorded: F, before: I32, weight_before: F) -> tuple[I32, F]:
    """The ledger (m, 3) with a row a pair of each contract after those before, and what each counts."""
    count = before.shape[0]
    rows, weight = np.empty((count + 3 * len(parties), 3), np.int32), np.empty(count + 3 * len(parties))
    for m in range(count):
        rows[m, 0], rows[m, 1], rows[m, 2] = before[m, 0], before[m, 1], before[m, 2]
        weight[m] = weight_before[m]
    for c in range(len(parties)):
        if unpaid[c]:
            continue
        for p in range(3 if parties[c, 2] >= 0 else 1):
            a, b = parties[c, PAIRS[p][0]], parties[c, PAIRS[p][1]]
            rows[count, 0], rows[count, 1], rows[count, 2] = min(a, b), max(a, b), quarter
            weight[count] = recorded[min(a, b), max(a, b)]
            count += 1
    return rows[:count], weight[:count]


def impose(
    state: State, rules: Terms, i: int, j: int, depth: int, agreed: F | None, exclusive: bool, three: bool
) -> bool:
    """Sign a deal that the scenario plans, ahead of all others; False if a party cannot pay its upkeep.

    It costs nothing to sign and lives until the plan ends, or for the longest term.
    """
    layer = int(layer_of(state.kind, i, j))
    depth = max(int(state.depth[i, j]), depth)
    if rules.keep[layer, depth] > min(state.budget[i], state.budget[j]):
        return False
    until = max(int(state.until[i, j]), state.quarter + int(rules.longest[layer]))
    write_signing(deals_of(state), state.kind, i, j, depth, state.quarter, until, three)
    for a, b in ((i, j), (j, i)):
        state.exclusive[a, b], state.planned[a, b] = exclusive, True
        state.terms[a, b] = (state.position[i] + state.position[j]) / 2 if agreed is None else agreed
    return True


