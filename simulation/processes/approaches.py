"""C.2 Who turns to whom this quarter, and who agrees.

An actor makes a Poisson number of approaches to each kind of partner. Each goes to the partner with the greatest
U_ij plus Gumbel noise, which is a draw with probability p_i(j) = M_ij e^{U_ij} / Σ_l M_il e^{U_il} (McFadden 1974);
the partner agrees with q_j(i) = σ(U_ji − κ). So a pair signs λ_ij = ω_i p_i(j) q_j(i) + ω_j p_j(i) q_i(j) a year.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.kernels import (
    Draws,
    Stream,
    borrowed,
    by_rows,
    exp,
    gumbel,
    gumbel_bound,
    philox,
    poisson,
    uniform,
)
from simulation.processes.links import Links
from simulation.processes.pull import layer_of
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import BILATERAL, I8, I32, I64, INFLUENCER, KINDS, NON_STATE, STATE, U64, B, F, State

_KINDS = len(KINDS)
QUARTERS_A_YEAR = 4.0
TARGETED = 1000
"""Number of the first approach that a strategy aims at a named partner; counted apart from the others."""


class Approaches(NamedTuple):
    """Approaches of a quarter, one entry each."""

    sender: I32
    receiver: I32
    number: I32  # which of the sender's to this kind of partner
    own: F  # U of the sender, nats
    theirs: F  # U of the receiver


def rates(state: State, par: Parameters, mech: Mechanisms) -> F:
    """Mean approaches a year of each actor to each kind of partner, (n, 6)."""
    return np.asarray(_rates(*_for_rates(state, par, mech)))


def _for_rates(state: State, par: Parameters, mech: Mechanisms) -> tuple[I8, F, F, F, F, float, float]:
    course = state.course[min(state.quarter // 4, len(state.course) - 1)]
    by_urgency = par.urgency_pull if mech.on("urgency") else 0.0
    return state.kind, state.zeal, course, state.effort, state.urgency, by_urgency, par.urgency_usual


@njit(cache=True, error_model="numpy")
def _rates(kind: I8, zeal: F, course: F, effort: F, urgency: F, by_urgency: float, usual: float) -> F:
    result = np.empty(zeal.shape)
    for i in range(zeal.shape[0]):
        urge = max(0.0, 1.0 + by_urgency * (urgency[i] - usual)) if kind[i] == STATE else 1.0
        for layer in range(_KINDS):
            track = BILATERAL if layer == STATE else NON_STATE
            result[i, layer] = course[layer] * zeal[i, layer] * effort[i, track] * urge
    return result


def approach(
    state: State, par: Parameters, mech: Mechanisms, draws: Draws, possible: B, targets: I64, focal: int
) -> Approaches:
    """Step 4: the approaches of everybody.

    Parameters
    ----------
    possible
        Pairs that may make a deal, (n, n).
    targets
        Partners to whom the strategy of ``focal`` has it turn this quarter, beside all others, in this order.
    """
    parts = by_rows(
        _approach, state.n, draws.key(Stream.APPROACHES), draws.key(Stream.APPROACH), state.uid,
        *_for_rates(state, par, mech), possible, state.pull,
    )  # fmt: skip
    found = Approaches(*(parts[0] if len(parts) == 1 else map(np.concatenate, zip(*parts, strict=True))))
    return _with_aimed(state, found, possible, targets, focal) if targets.size > 0 else found


def _with_aimed(state: State, found: Approaches, possible: B, targets: I64, focal: int) -> Approaches:
    running = (state.kind == INFLUENCER) & (state.depth[focal] > 0)  # a campaign is bought again when it is over
    aimed = np.array([j for j in targets if possible[focal, j] and not running[j]], np.int32)
    return Approaches(
        np.concatenate([found.sender, np.full(aimed.size, focal, np.int32)]),
        np.concatenate([found.receiver, aimed]),
        np.concatenate([found.number, TARGETED + np.arange(aimed.size, dtype=np.int32)]),
        np.concatenate([found.own, state.pull[focal, aimed]]),
        np.concatenate([found.theirs, state.pull[aimed, focal]]),
    )


class _Field(NamedTuple):
    """Whom an actor can turn to, and room for the draws: the first places of arrays of n."""

    able: I32
    uid: U64
    pull: F
    luck: F
    most: F


class _Made(NamedTuple):
    """Room for approaches."""

    sender: I32
    receiver: I32
    number: I32


@njit(cache=True, error_model="numpy", nogil=True)
def _approach(
    first: int, last: int, count_key: np.uint64, choice_key: np.uint64, uid: U64, kind: I8, zeal: F, course: F,
    effort: F, urgency: F, by_urgency: float, usual: float, possible: B, pull: F,
) -> tuple[I32, I32, I32, F, F]:  # fmt: skip
    n, rate = uid.size, _rates(kind, zeal, course, effort, urgency, by_urgency, usual)
    times, most = _times(max(first, 0), last, count_key, uid, rate)
    room = _Field(np.empty(n, np.int32), np.empty(n, np.uint64), np.empty(n), np.empty(n), np.empty(n))
    made = _Made(np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int32))
    total = _turn(first, last, choice_key, uid, kind, times, possible, pull, *_by_kind(kind), room, made)
    sender, receiver, number = made.sender[:total], made.receiver[:total], made.number[:total]
    own, theirs = np.empty(total), np.empty(total)
    for m in range(total):
        own[m], theirs[m] = pull[sender[m], receiver[m]], pull[receiver[m], sender[m]]
    return sender, receiver, number, own, theirs


@njit(cache=True, error_model="numpy")
def _times(first: int, last: int, key: np.uint64, uid: U64, rate: F) -> tuple[I32, int]:
    """How often each of some rows turns to each kind of partner, (n, 6), and how often in all."""
    times, most, luck = np.zeros(rate.shape, np.int32), 0, np.empty(uid.size)
    for layer in range(_KINDS):
        for i in range(first, last):  # apart, so that several are drawn at once
            luck[i] = uniform(key, uid[i], np.uint64(layer))
        for i in range(first, last):
            if rate[i, layer] > 0.0:
                times[i, layer] = poisson(luck[i], rate[i, layer] / QUARTERS_A_YEAR)
                most += times[i, layer]
    return times, most


@njit(cache=True, error_model="numpy", nogil=True)
def _turn(
    first: int, last: int, key: np.uint64, uid: U64, kind: I8, times: I32, possible: B, pull: F, begin: I32,
    rows: I32, room: _Field, made: _Made,
) -> int:  # fmt: skip
    """Write who turns to whom, and say how many do; apart from where the room is made, so that it can be borrowed."""
    uid, kind, times, possible, pull, begin = borrowed((uid, kind, times, possible, pull, begin))
    (sender, receiver, number), rows, room, total = borrowed(made), borrowed(rows), borrowed(room), 0
    for i in range(max(first, 0), last):
        for layer in range(_KINDS):
            sort, count = layer if kind[i] == STATE else STATE, 0
            if times[i, layer] > 0:
                count = _able(rows[begin[sort] : begin[sort + 1]], possible[i], room.able)
            for k in range(count):
                room.uid[k], room.pull[k] = uid[room.able[k]], pull[i, room.able[k]]
            for turn in range(times[i, layer] if count > 0 else 0):
                own = approach_key(key, layer, turn)
                sender[total], receiver[total] = i, _choose(own, uid[i], room, count)
                number[total] = turn
                total += 1
    return total


@njit(cache=True, error_model="numpy", forceinline=True)
def approach_key(key: np.uint64, layer: int, turn: int) -> np.uint64:
    """Key of the draws of an approach: those of one quarter are independent of one another."""
    return philox(key, np.uint64(layer), np.uint64(turn))


@njit(cache=True, error_model="numpy")
def _by_kind(kind: I8) -> tuple[I32, I32]:
    """Where each kind begins in the rows sorted by kind, (7,), and these, in rising order within a kind, (n,)."""
    begin, rows, count = np.zeros(_KINDS + 1, np.int32), np.empty(kind.size, np.int32), 0
    for sort in range(_KINDS):
        for j in range(kind.size):
            if kind[j] == sort:
                rows[count] = j
                count += 1
        begin[sort + 1] = count
    return begin, rows


@njit(cache=True, error_model="numpy", forceinline=True)
def _able(rows: I32, possible: B, able: I32) -> int:
    """Write those of some rows with whom a deal is possible to ``able``, and say how many they are."""
    count = 0
    for j in rows:
        able[count] = j
        count += possible[j]
    return count


def chance_of_turning(state: State, possible: B, i: int, j: int) -> float:
    """p_i(j): the chance that an approach of i to partners of j's kind goes to j; 0 where it may not."""
    sort = layer_of(state.kind, i, j) if state.kind[i] == STATE else STATE
    able = np.flatnonzero(possible[i] & (state.kind == sort)).astype(np.int32)
    return float(_share(state.pull[i], able, j)) if possible[i, j] else 0.0


@njit(cache=True, error_model="numpy")
def _share(pull: F, able: I32, j: int) -> float:
    total = 0.0
    for k in able:
        total += exp(pull[k] - pull[j])
    return 1.0 / total


@njit(cache=True, error_model="numpy", forceinline=True)
def _choose(key: np.uint64, uid: np.uint64, room: _Field, count: int) -> int:
    """The able partner with the greatest U plus Gumbel noise; ties go to the smaller uid."""
    uids, pull, luck, most = room.uid[:count], room.pull[:count], room.luck[:count], room.most[:count]
    for k in range(count):  # apart from the search, so that several are drawn and bounded at once
        luck[k] = uniform(key, uid, uids[k])
    for k in range(count):
        most[k] = pull[k] + gumbel_bound(luck[k])
    first = 0
    for k in range(1, count):
        if most[k] > most[first]:
            first = k
    best, top = first, pull[first] + gumbel(luck[first])
    for k in range(count):
        if most[k] < top or k == first:
            continue  # cannot be the best: no logarithm needed
        mark = pull[k] + gumbel(luck[k])
        if mark > top or (mark == top and uids[k] < uids[best]):
            best, top = k, mark
    return room.able[best]


@njit(cache=True, error_model="numpy", inline="always")
def agreement(utility: float, reluctance: float) -> float:
    """q = σ(U − κ), the chance of agreeing to an approach."""
    return 1.0 / (1.0 + exp(reluctance - utility))


def chances(state: State, offers: Approaches) -> F:
    """Probability of a yes of the receiver of every approach, (m,)."""
    return np.asarray(_chances(state.kind, state.reluctance, offers.sender, offers.receiver, offers.theirs))


@njit(cache=True, error_model="numpy")
def _chances(kind: I8, reluctance: F, sender: I32, receiver: I32, theirs: F) -> F:
    result = np.empty(theirs.size)
    for m in range(theirs.size):
        result[m] = reluctance[layer_of(kind, sender[m], receiver[m])]
    for m in range(theirs.size):  # apart from the rest, so that several are worked on at once
        result[m] = agreement(theirs[m], result[m])
    return result


def answers(state: State, draws: Draws, offers: Approaches, chance: F) -> NDArray[np.bool_]:
    """Step 5: which approaches are agreed to, (m,)."""
    key = draws.key(Stream.ANSWER)
    return np.asarray(_answers(key, state.uid, state.kind, offers.sender, offers.receiver, offers.number, chance))


def agreements(offers: Approaches, agreed: B) -> tuple[I32, I32]:
    """Parties (a, 3) of the approaches that were agreed to, -1 for the third, and which of the sender's each was."""
    parties, number = _agreements(offers.sender, offers.receiver, offers.number, agreed)
    return np.asarray(parties), np.asarray(number)


@njit(cache=True, error_model="numpy")
def _agreements(sender: I32, receiver: I32, number: I32, agreed: B) -> tuple[I32, I32]:
    parties, which, count = np.full((agreed.size, 3), -1, np.int32), np.empty(agreed.size, np.int32), 0
    for m in range(agreed.size):
        if agreed[m]:
            parties[count, 0], parties[count, 1], which[count] = sender[m], receiver[m], number[m]
            count += 1
    return parties[:count], which[:count]


@njit(cache=True, error_model="numpy")
def _answers(key: np.uint64, uid: U64, kind: I8, sender: I32, receiver: I32, number: I32, chance: F) -> B:
    result, layer = np.empty(chance.size, np.bool_), np.empty(chance.size, np.int64)
    asker, asked, luck = uid[sender], uid[receiver], np.empty(chance.size)
    for m in range(chance.size):
        layer[m] = layer_of(kind, sender[m], receiver[m])
    for m in range(chance.size):  # apart from the rest, so that several are drawn at once
        luck[m] = uniform(approach_key(key, layer[m], number[m]), asked[m], asker[m])
    for m in range(chance.size):
        result[m] = luck[m] < chance[m]
    return result


def possible_deals(
    allowed: B, depth: I8, partners: Links, kind: I8, home: I32, camp: I8, exclusive: B, home_share: F, at_once: I32,
    out: B,
) -> None:  # fmt: skip
    """Pairs that may sign this quarter, symmetric, written to ``out`` (n, n).

    On top of the fixed mask: no third camp beside an exclusive deal; no further foreign organisation
    where a state's least share of home organisations binds; no further state for an organisation that runs as many
    engagements as its kind can, ``at_once`` (6,), 0 without a limit.
    """
    by_rows(_open_pairs, len(depth), allowed, depth, partners, kind, home, home_share, at_once, out)
    _close_third_camps(partners, exclusive, camp, out)


@njit(cache=True, error_model="numpy")
def _limits(partners: Links, kind: I8, home: I32, home_share: F, at_once: I32) -> tuple[B, B]:
    """Who can run no further engagement, and which states are short of organisations of their own, (n,) each."""
    start, partner = borrowed(partners)
    full, short = np.zeros(kind.size, np.bool_), np.zeros(kind.size, np.bool_)
    for i in range(kind.size):
        home_ties, foreign_ties = 0, 0
        ours = partner[start[i] : start[i + 1]]
        full[i] = 0 < at_once[kind[i]] <= ours.size
        if kind[i] == STATE and home_share[i] > 0.0:
            for k in ours:
                if kind[k] != STATE:
                    home_ties += home[k] == i
                    foreign_ties += home[k] != i
            short[i] = home_ties < home_share[i] * (home_ties + foreign_ties + 1.0)
    return full, short


@njit(cache=True, error_model="numpy", nogil=True)
def _open_pairs(
    first: int, last: int, allowed: B, depth: I8, partners: Links, kind: I8, home: I32, home_share: F, at_once: I32,
    out: B,
) -> None:  # fmt: skip
    """What either side's limits leave of the mask; a deal that stands may be deepened."""
    full, short = _limits(partners, kind, home, home_share, at_once)
    allowed, depth, out = borrowed((allowed, depth, out))
    any_short = short.any()
    for i in range(max(first, 0), last):
        mask, ties, row = allowed[i], depth[i], out[i]
        for j in range(row.size):
            row[j] = mask[j] & ((ties[j] > 0) | ~(full[i] | full[j]))
        if short[i]:
            for j in range(row.size):
                row[j] &= (ties[j] > 0) | (kind[j] == STATE) | (home[j] == i)
        elif any_short and kind[i] != STATE:
            for j in range(row.size):
                row[j] &= (ties[j] > 0) | ~short[j] | (home[i] == j)


@njit(cache=True, error_model="numpy")
def _close_third_camps(partners: Links, exclusive: B, camp: I8, out: B) -> None:
    start, partner = borrowed(partners)
    for i in range(camp.size):
        for k in partner[start[i] : start[i + 1]]:
            if exclusive[i, k]:
                for j in range(camp.size):
                    if camp[j] >= 0 and camp[j] != camp[i] and camp[j] != camp[k]:
                        out[i, j] = out[j, i] = False
