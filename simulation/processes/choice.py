"""C.2 Who proposes to whom, and who consents.

``consent: logistic`` — an actor with k open slots ranks its possible partners and the outside
option (u0 = 0) by U/s plus Gumbel noise and proposes to those of the first k that rank above
the outside option: a draw of k alternatives without replacement from the multinomial logit
(Kool, van Hoof & Welling 2019). The partner consents with probability σ(U_ji/s) while it has
slots; it answers the offers it likes best first.

``consent: choice`` — both sides are multinomial logits (outside option included) and pairs are
drawn with probability proportional to p(i→j)p(j→i) (Stadtfeld, Hollway & Block 2017); the
number of agreements is half of the slots not given to the outside option.

With choice noise s = 0 both rules become the best choice with U > 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.kernels import exp, log
from simulation.randomness import Draws, Stream, fill_uniform, gumbel, gumbel_bound, symmetric_uniform, uniform
from simulation.scenario.parameters import Parameters
from simulation.state import BILATERAL, I8, I32, NON_STATE, STATE, U64, B, F, State

ANY, STATES_ONLY, OTHERS_ONLY = 0, 1, 2
"""Which partners a pool of slots may be used for."""


class Offers(NamedTuple):
    """Proposals of a quarter, one entry each: ``sender``, ``receiver`` (m,), and both utilities (m,)."""

    sender: I32
    receiver: I32
    sender_gain: F
    receiver_gain: F


def propose(
    state: State, par: Parameters, draws: Draws, shared_pool: B, possible: B, worth: F, gain: F, keen: B
) -> Offers:
    """Step 4, second half: the proposals of every actor with open slots.

    Parameters
    ----------
    shared_pool
        Actors whose open slots serve any partner, (n,); the others keep one pool of slots for
        states and one for the rest.
    possible, worth, gain
        Mask, V and U of pairs, each (n, n); the rows of actors with open slots are current.
    keen
        Actors to whom a deal with anybody is worth something, (n,).
    """
    send, receive, own, theirs = rank_partners(
        draws.key(Stream.PROPOSAL), state.uid, state.kind, state.slots_by_track, shared_pool, possible,
        keen, state.trust_hat, worth, gain, par.choice_noise,
    )  # fmt: skip
    return Offers(send, receive, own, theirs)


@njit(cache=True, error_model="numpy", forceinline=True)
def pool_size(slots: I32, shared: bool, partner_is_state: bool) -> int:
    """Open slots of an actor for a partner of one sort, from its (5,) slots by track."""
    if shared:
        return slots[BILATERAL]
    return slots[BILATERAL] if partner_is_state else slots[NON_STATE]


@njit(cache=True, error_model="numpy", forceinline=True)
def _open_to(slots: I32, shared: bool, partner_is_state: bool) -> bool:
    return pool_size(slots, shared, partner_is_state) > 0


@njit(cache=True, error_model="numpy")
def rank_partners(
    key: np.uint64, uid: U64, kind: I8, slots: I32, shared_pool: B, possible: B, keen: B, trust: F,
    worth: F, gain: F, noise: float,
) -> tuple[I32, I32, F, F]:  # fmt: skip
    """Gumbel-top-k proposals of all actors. A deal needs τ̂V > 0 on both sides and slots on both."""
    n = uid.size
    limit = slots[:, BILATERAL].sum() + slots[:, NON_STATE].sum()
    send, receive = np.empty(limit, np.int32), np.empty(limit, np.int32)
    desk = make_desk(n, limit)
    ready = (
        _ready(kind, slots, shared_pool, False, ANY), _ready(kind, slots, shared_pool, False, STATES_ONLY),
        _ready(kind, slots, shared_pool, False, OTHERS_ONLY), _ready(kind, slots, shared_pool, True, ANY),
        _ready(kind, slots, shared_pool, True, STATES_ONLY), _ready(kind, slots, shared_pool, True, OTHERS_ONLY),
    )  # fmt: skip
    all_keen = _all_keen(slots, keen)
    count = 0
    for i in range(n):
        for pool in range(2):
            if shared_pool[i] and pool == 1:
                continue
            sort = ANY if shared_pool[i] else STATES_ONLY + pool
            size = slots[i, BILATERAL] if pool == 0 else slots[i, NON_STATE]
            if size == 0:
                continue
            open_to_i = ready[3 * (kind[i] == STATE) + sort]
            able = _able(open_to_i, keen, all_keen, possible, trust, worth, i, desk.able)
            result = _top(key, uid, gain[i], noise, i, pool, size, able, desk)
            send[count : count + result] = i
            receive[count : count + result] = desk.best[:result]
            count += result
    own, theirs = np.empty(count), np.empty(count)
    for m in range(count):
        own[m] = gain[send[m], receive[m]]
        theirs[m] = gain[receive[m], send[m]]
    return send[:count], receive[:count], own, theirs


@njit(cache=True, error_model="numpy")
def _ready(kind: I8, slots: I32, shared_pool: B, for_state: bool, sort: int) -> I32:
    """Actors of one sort with an open slot for a state, or for another partner."""
    result = np.empty(kind.size, np.int32)
    count = 0
    for j in range(kind.size):
        result[count] = j
        wanted = (sort == ANY) | ((kind[j] == STATE) == (sort == STATES_ONLY))
        count += wanted & _open_to(slots[j], shared_pool[j], for_state)
    return result[:count]


@njit(cache=True, error_model="numpy")
def _all_keen(slots: I32, keen: B) -> bool:
    """Whether to each actor with open slots a deal with anybody is worth something."""
    everybody = True
    for j in range(keen.size):
        everybody &= keen[j] | (slots[j, BILATERAL] + slots[j, NON_STATE] == 0)
    return everybody


@njit(cache=True, error_model="numpy", forceinline=True)
def _able(ready: I32, keen: B, all_keen: bool, possible: B, trust: F, worth: F, i: int, found: I32) -> int:
    """Those of the ready with whom i may deal, and for whom, as for i, the deal is worth something.

    The values of one actor to all others lie far apart in memory, so they are looked up for the few
    only to whom some deal is worth nothing.
    """
    count = 0
    may = possible[i]
    for j in ready:
        found[count] = j  # no branch: whether it counts is hard to guess
        count += may[j]
    if all_keen:
        return count
    kept = 0
    for p in range(count):
        j = found[p]
        found[kept] = j
        worthwhile = trust[i, j] * worth[i, j] > 0.0
        kept += worthwhile and (keen[j] or trust[j, i] * worth[j, i] > 0.0)
    return kept


class Desk(NamedTuple):
    """Room for one actor's choice; its content means nothing outside it."""

    able: I32  # [n] possible partners
    uid: U64  # [n] theirs
    luck: F  # [n] uniform draw of each
    bound: F  # [n] upper bound of each mark
    best: I32  # the best partners so far, in order
    score: F  # their marks


@njit(cache=True, error_model="numpy")
def make_desk(n: int, chosen: int) -> Desk:
    """A desk for a choice of up to ``chosen`` among n actors."""
    return Desk(
        np.empty(n + 1, np.int32), np.empty(n, np.uint64), np.empty(n), np.empty(n),
        np.empty(chosen + 1, np.int32), np.empty(chosen + 1),
    )  # fmt: skip


@njit(cache=True, error_model="numpy", forceinline=True)
def _top(key: np.uint64, uid: U64, gain: F, noise: float, i: int, pool: int, size: int, able: int, desk: Desk) -> int:
    """The ``size`` best of the able in ``desk.best``, in order; only those above the outside option."""
    outside = gumbel(uniform(key, uid[i], np.uint64(pool))) if noise > 0.0 else 0.0
    bound_marks(key, uid, gain, noise, i, able, desk)
    best, score = desk.best, desk.score
    result = 0
    for k in range(able):
        if desk.bound[k] < (score[size - 1] if result == size else outside):
            continue  # cannot be among the best: no logarithm needed
        j = desk.able[k]
        mark = gain[j] / noise + gumbel(desk.luck[k]) if noise > 0.0 else gain[j]
        if mark <= outside:
            continue
        place = result if result < size else size
        while place > 0 and (
            mark > score[place - 1] or (mark == score[place - 1] and uid[j] < uid[best[place - 1]])
        ):
            if place < size:
                score[place], best[place] = score[place - 1], best[place - 1]
            place -= 1
        if place < size:
            score[place], best[place] = mark, j
            result = min(result + 1, size)
    return result


@njit(cache=True, error_model="numpy")
def bound_marks(key: np.uint64, uid: U64, gain: F, noise: float, i: int, able: int, desk: Desk) -> None:
    """Draw the luck of all the able at once (a loop without branches does several at a time); bound the marks."""
    uids, bound, own = desk.uid[:able], desk.bound[:able], uid[i]
    for k in range(able):
        uids[k], bound[k] = uid[desk.able[k]], gain[desk.able[k]]
    if noise > 0.0:
        fill_uniform(key, own, uids, desk.luck)
        for k in range(able):
            bound[k] = bound[k] / noise + gumbel_bound(desk.luck[k])


def consent_probability(offers: Offers, noise: float) -> F:
    """σ(U_ji/s) of every offer, (m,); without noise 1 where U_ji > 0."""
    return acceptances(offers.receiver_gain, noise)


@njit(cache=True, error_model="numpy")
def acceptance(gain: float, noise: float) -> float:
    """Probability σ(U/s) of saying yes to an offer of utility U; without noise 1 where U > 0."""
    if noise > 0.0:
        return 1.0 / (1.0 + exp(-gain / noise))
    return 1.0 if gain > 0.0 else 0.0


@njit(cache=True, error_model="numpy")
def acceptances(gain: F, noise: float) -> F:
    """:func:`acceptance` of every utility of a flat array."""
    result = np.empty(gain.size)
    for k in range(gain.size):
        result[k] = acceptance(gain[k], noise)
    return result


def consent(state: State, draws: Draws, shared_pool: B, offers: Offers, probability: F) -> NDArray[np.int64]:
    """Step 5, logistic rule: indexes of the offers accepted, within the receivers' open slots."""
    key = draws.key(Stream.CONSENT)
    order = np.lexsort((state.uid[offers.sender], -offers.receiver_gain))
    return _consent(
        key, state.uid, state.kind, state.slots_by_track, shared_pool, offers.sender, offers.receiver,
        probability, order,
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def _consent(
    key: np.uint64, uid: U64, kind: I8, slots: I32, shared_pool: B, sender: I32, receiver: I32,
    probability: F, order: NDArray[np.int64],
) -> NDArray[np.int64]:  # fmt: skip
    left = np.empty((uid.size, 2), np.int32)
    for i in range(uid.size):
        left[i, 0] = slots[i, BILATERAL]
        left[i, 1] = slots[i, NON_STATE]
    accepted = np.empty(order.size, np.int64)
    count = 0
    for k in order:
        j, i = receiver[k], sender[k]
        pool = 0 if shared_pool[j] or kind[i] == 0 else 1
        if left[j, pool] > 0 and uniform(key, uid[j], uid[i]) < probability[k]:
            left[j, pool] -= 1
            accepted[count] = k
            count += 1
    return accepted[:count]


def choose_pairs(
    state: State, par: Parameters, draws: Draws, shared_pool: B, possible: B, worth: F, gain: F
) -> Offers:
    """Steps 4 and 5 under the two-sided choice rule: the agreements themselves."""
    send, receive, own, theirs = _choose_pairs(
        draws.key(Stream.PAIR_EVENT), draws.key(Stream.EVENT_COUNT), state.uid, state.kind,
        state.slots_by_track, shared_pool, possible, state.trust_hat, worth, gain,
        max(par.choice_noise, 1e-6),
    )  # fmt: skip
    return Offers(send, receive, own, theirs)


@njit(cache=True, error_model="numpy")
def _can(i: int, j: int, kind: I8, slots: I32, shared: B, possible: B, trust: F, worth: F) -> bool:
    if not possible[i, j] or trust[i, j] * worth[i, j] <= 0.0 or trust[j, i] * worth[j, i] <= 0.0:
        return False
    return _open_to(slots[i], shared[i], kind[j] == 0) and _open_to(slots[j], shared[j], kind[i] == 0)


@njit(cache=True, error_model="numpy")
def _choose_pairs(
    key: np.uint64, count_key: np.uint64, uid: U64, kind: I8, slots: I32, shared_pool: B, possible: B,
    trust: F, worth: F, gain: F, noise: float,
) -> tuple[I32, I32, F, F]:  # fmt: skip
    n = uid.size
    log_total = np.zeros(n)  # log of 1 + Σ exp(U/s): the outside option counts as one
    pairs = 0
    expected = 0.0
    for i in range(n):
        total = 1.0
        for j in range(n):
            if _can(i, j, kind, slots, shared_pool, possible, trust, worth):
                total += exp(min(gain[i, j] / noise, 600.0))
                pairs += 1
        log_total[i] = log(total)
        open_slots = slots[i, BILATERAL] + (0 if shared_pool[i] else slots[i, NON_STATE])
        expected += open_slots * (1.0 - 1.0 / total) / 2.0
    first = np.empty(pairs // 2, np.int32)
    second = np.empty(pairs // 2, np.int32)
    mark = np.empty(pairs // 2)
    m = 0
    for i in range(n):
        for j in range(i + 1, n):
            if _can(i, j, kind, slots, shared_pool, possible, trust, worth):
                chance = (gain[i, j] + gain[j, i]) / noise - log_total[i] - log_total[j]
                first[m], second[m] = i, j
                mark[m] = chance + gumbel(symmetric_uniform(key, uid[i], uid[j]))
                m += 1
    events = int(expected + uniform(count_key, np.uint64(0), np.uint64(0)))
    return _take(np.argsort(-mark, kind="mergesort"), first, second, events, kind, slots, shared_pool, gain)


@njit(cache=True, error_model="numpy")
def _take(
    order: NDArray[np.int64], first: I32, second: I32, events: int, kind: I8, slots: I32, shared_pool: B, gain: F
) -> tuple[I32, I32, F, F]:
    n = kind.size
    left = np.empty((n, 2), np.int32)
    for i in range(n):
        left[i, 0] = slots[i, BILATERAL]
        left[i, 1] = slots[i, NON_STATE]
    size = min(events, order.size)
    send = np.empty(size, np.int32)
    receive = np.empty(size, np.int32)
    own = np.empty(size)
    theirs = np.empty(size)
    count = 0
    for k in order:
        if count == size:
            break
        i, j = first[k], second[k]
        pool_i = 0 if shared_pool[i] or kind[j] == 0 else 1
        pool_j = 0 if shared_pool[j] or kind[i] == 0 else 1
        if left[i, pool_i] > 0 and left[j, pool_j] > 0:
            left[i, pool_i] -= 1
            left[j, pool_j] -= 1
            send[count], receive[count], own[count], theirs[count] = i, j, gain[i, j], gain[j, i]
            count += 1
    return send[:count], receive[:count], own[:count], theirs[:count]
