"""C.18 Trilateral deals: an actor brokers one contract of three.

A broker with an open broker slot draws a present partner and a third actor by their utility to
it (Gumbel noise) and tables one contract. It passes with probability r3·Πσ(U/s), the mean
utility of each party over the pairs that the contract adds. It lifts the weakest pair of the
triangle by one rung and any pair below that depth with it: triadic closure by design of one
actor, not by accident of two choices.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from simulation.processes.choice import Desk, bound_marks, make_desk
from simulation.processes.links import count_shared
from simulation.processes.rivalry import is_leader
from simulation.processes.value import View, Weights, utility, value
from simulation.randomness import Draws, Stream, gumbel, uniform
from simulation.state import I32, TRILATERAL, U64, B, F, State

NO_DEAL = -1e9
"""Utility of a contract that has no value, or of partners without any trust."""


class Triples(NamedTuple):
    """Contracts of three on the table: ``parties`` (m, 3), each broker, partner, third; utilities (m, 3)."""

    parties: I32
    gain: F


def table(state: State, draws: Draws, v: View, w: Weights, noise: float, possible: B, gain: F) -> Triples:
    """Step 6, first half: the contract that each broker with an open slot would table.

    Parameters
    ----------
    possible, gain
        Mask and U of pairs, (n, n); the brokers' rows of ``gain`` are current.
    """
    parties, gains = _table(
        draws.key(Stream.BROKER_PARTNER), draws.key(Stream.BROKER_THIRD), state.uid, state.slots_by_track, v, w,
        noise, possible, gain, state.concession, state.leaders,
    )  # fmt: skip
    return Triples(parties, gains)


def passes(state: State, draws: Draws, triples: Triples, rate: F, consent: F) -> tuple[I32, F]:
    """Step 6, second half: the contracts that pass.

    Parameters
    ----------
    rate
        Probability r3 that a triple is put on the table, by broker, (n,).
    consent
        Probability of a yes of each party, (m, 3).

    Returns
    -------
    tuple
        Triples (k, 3) and the sum of their utilities (k,).
    """
    kept = _passes(draws.key(Stream.BROKER_CONSENT), state.uid, triples.parties, rate, consent)
    return triples.parties[kept], triples.gain[kept, 0] + triples.gain[kept, 1] + triples.gain[kept, 2]


@njit(cache=True, error_model="numpy")
def _table(
    partner_key: np.uint64, third_key: np.uint64, uid: U64, slots: I32, v: View, w: Weights, noise: float,
    possible: B, gain: F, concession: F, leaders: I32,
) -> tuple[I32, F]:  # fmt: skip
    n = uid.size
    triples = np.empty((n, 3), np.int32)
    gains = np.empty((n, 3))
    desk = make_desk(n, 1)
    count = 0
    for i in range(n):
        if slots[i, TRILATERAL] == 0:
            continue
        j = _draw(partner_key, uid, gain[i], noise, i, _partners(v, i, desk.able), desk)
        if j < 0:
            continue
        k = _draw(third_key, uid, gain[i], noise, i, _thirds(possible, i, j, desk.able), desk)
        if k < 0:
            continue
        level = min(v.depth[i, j], v.depth[i, k], v.depth[j, k]) + 1
        if v.depth[i, j] < level and not possible[i, j]:
            continue  # a contract of three is no way round a ban
        triples[count, 0], triples[count, 1], triples[count, 2] = i, j, k
        gains[count, 0] = _mean_gain(v, w, leaders, concession, gain, i, j, k)
        gains[count, 1] = _mean_gain(v, w, leaders, concession, gain, j, i, k)
        gains[count, 2] = _mean_gain(v, w, leaders, concession, gain, k, i, j)
        count += 1
    return triples[:count], gains[:count]


@njit(cache=True, error_model="numpy")
def _passes(key: np.uint64, uid: U64, triples: I32, rate: F, consent: F) -> B:
    kept = np.zeros(triples.shape[0], np.bool_)
    for t in range(triples.shape[0]):
        i, j, k = triples[t]
        chance = rate[i] * consent[t, 0] * consent[t, 1] * consent[t, 2]
        kept[t] = uniform(key, uid[i], uid[j] ^ uid[k]) < chance
    return kept


@njit(cache=True, error_model="numpy", forceinline=True)
def _partners(v: View, i: int, able: I32) -> int:
    """The present partners of i."""
    own = v.links.partner[v.links.start[i] : v.links.start[i + 1]]
    able[: own.size] = own
    return own.size


@njit(cache=True, error_model="numpy", forceinline=True)
def _thirds(possible: B, i: int, j: int, able: I32) -> int:
    """Third actors that may deal with both i and j."""
    own, theirs = possible[i], possible[j]
    count = 0
    for k in range(own.size):
        able[count] = k
        count += own[k] & theirs[k]
    return count


@njit(cache=True, error_model="numpy", forceinline=True)
def _draw(key: np.uint64, uid: U64, gain: F, noise: float, i: int, able: int, desk: Desk) -> int:
    """One of the able by its utility to i; -1 if there is none."""
    bound_marks(key, uid, gain, noise, i, able, desk)
    best, top = -1, -np.inf
    for p in range(able):
        if desk.bound[p] < top:
            continue  # cannot be the best: no logarithm needed
        k = desk.able[p]
        mark = gain[k] / noise + gumbel(desk.luck[p]) if noise > 0.0 else gain[k]
        if mark > top or (mark == top and best >= 0 and uid[k] < uid[best]):
            best, top = k, mark
    return best


@njit(cache=True, error_model="numpy", forceinline=True)
def _mean_gain(
    v: View, w: Weights, leaders: I32, concession: F, gain: F, a: int, b: int, c: int
) -> float:
    """Mean utility to a of the pairs a-b and a-c that lie below the contract's depth."""
    level = min(v.depth[a, b], v.depth[a, c], v.depth[b, c]) + 1
    total = 0.0
    pairs = 0
    for other in (b, c):
        if v.depth[a, other] < level:
            worth = value(v, w, a, other, count_shared(v.depth, a, other))
            if worth <= 0.0 or v.trust_hat[a, other] <= 0.0:
                return NO_DEAL
            if is_leader(leaders, a):
                total += gain[a, other]  # with its rivalry term, or its bid would make it refuse its own deal
            else:
                total += utility(v, w, a, other, worth)
                for h in range(leaders.size):  # concessions on the table count here as they do elsewhere
                    if leaders[h] == other:
                        total += concession[a, h]
            pairs += 1
    return total / pairs if pairs > 0 else 0.0
