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

from simulation.randomness import Draws, Stream, fill_uniform, gumbel, gumbel_bound, symmetric_uniform, uniform
from simulation.scenario.parameters import Parameters
from simulation.state import BILATERAL, NON_STATE, State

F = NDArray[np.float64]
I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
U64 = NDArray[np.uint64]
B = NDArray[np.bool_]

ANY, STATES_ONLY, OTHERS_ONLY = -1, 0, 1
"""Which partners a pool of slots may be used for."""


class Offers(NamedTuple):
    """Proposals of a quarter, one entry each: ``sender``, ``receiver`` (m,), and both utilities (m,)."""

    sender: I32
    receiver: I32
    sender_gain: F
    receiver_gain: F


def propose(
    state: State, par: Parameters, draws: Draws, shared_pool: B, possible: B, worth: F, gain: F
) -> Offers:
    """Step 4, second half: the proposals of every actor with open slots.

    Parameters
    ----------
    shared_pool
        Actors whose open slots serve any partner, (n,); the others keep one pool of slots for
        states and one for the rest.
    possible, worth, gain
        Mask, V and U of pairs, each (n, n); the rows of actors with open slots are current.
    """
    send, receive, mine, theirs = rank_partners(
        draws.key(Stream.PROPOSAL), state.uid, state.kind, state.slots_by_track, shared_pool, possible,
        state.trust_hat, worth, gain, par.choice_noise,
    )  # fmt: skip
    return Offers(send, receive, mine, theirs)


@njit(cache=True, error_model="numpy")
def pool_size(slots: I32, shared: bool, partner_is_state: bool) -> int:
    """Open slots of an actor for a partner of one sort, from its (5,) slots by track."""
    if shared:
        return slots[BILATERAL]
    return slots[BILATERAL] if partner_is_state else slots[NON_STATE]


@njit(cache=True, error_model="numpy")
def _open_to(slots: I32, shared: bool, partner_is_state: bool) -> bool:
    return pool_size(slots, shared, partner_is_state) > 0


@njit(cache=True, error_model="numpy")
def rank_partners(
    key: np.uint64, uid: U64, kind: I8, slots: I32, shared_pool: B, possible: B, trust: F, worth: F,
    gain: F, noise: float,
) -> tuple[I32, I32, F, F]:  # fmt: skip
    """Gumbel-top-k proposals of all actors. A deal needs τ̂V > 0 on both sides and slots on both."""
    n = uid.size
    limit = slots[:, BILATERAL].sum() + slots[:, NON_STATE].sum()
    send, receive = np.empty(limit, np.int32), np.empty(limit, np.int32)
    desk = Desk(
        np.empty(n + 1, np.int32), np.empty(n, np.uint64), np.empty(n), np.empty(n),
        np.empty(limit + 1, np.int32), np.empty(limit + 1),
    )  # fmt: skip
    ready = (_ready(kind, slots, shared_pool, False), _ready(kind, slots, shared_pool, True))
    count = 0
    for i in range(n):
        for pool in range(2):
            if shared_pool[i] and pool == 1:
                continue
            sort = ANY if shared_pool[i] else pool
            size = slots[i, BILATERAL] if pool == 0 else slots[i, NON_STATE]
            if size == 0:
                continue
            able = _able(ready[1 if kind[i] == 0 else 0], kind, possible, trust, worth, i, sort, desk.able)
            found = _top(key, uid, gain[i], noise, i, pool, size, able, desk)
            send[count : count + found] = i
            receive[count : count + found] = desk.best[:found]
            count += found
    mine, theirs = np.empty(count), np.empty(count)
    for m in range(count):
        mine[m] = gain[send[m], receive[m]]
        theirs[m] = gain[receive[m], send[m]]
    return send[:count], receive[:count], mine, theirs


@njit(cache=True, error_model="numpy")
def _ready(kind: I8, slots: I32, shared_pool: B, for_state: bool) -> I32:
    """Actors with an open slot for a partner of one sort."""
    found = np.empty(kind.size, np.int32)
    count = 0
    for j in range(kind.size):
        found[count] = j
        count += _open_to(slots[j], shared_pool[j], for_state)
    return found[:count]


@njit(cache=True, error_model="numpy")
def _able(
    ready: I32, kind: I8, possible: B, trust: F, worth: F, i: int, sort: int, found: I32
) -> int:
    """Those of the ready with whom i may deal, and for whom, as for i, the deal is worth something."""
    count = 0
    for j in ready:
        found[count] = j  # no branch: whether it counts is hard to guess
        wanted = (sort == ANY) | ((kind[j] == 0) == (sort == STATES_ONLY))
        worthwhile = (trust[i, j] * worth[i, j] > 0.0) & (trust[j, i] * worth[j, i] > 0.0)
        count += possible[i, j] & wanted & worthwhile
    return count


class Desk(NamedTuple):
    """Room for one actor's choice; its content means nothing outside it."""

    able: I32  # [n] possible partners
    uid: U64  # [n] theirs
    luck: F  # [n] uniform draw of each
    bound: F  # [n] upper bound of each mark
    best: I32  # the best partners so far, in order
    score: F  # their marks


@njit(cache=True, error_model="numpy")
def _top(key: np.uint64, uid: U64, gain: F, noise: float, i: int, pool: int, size: int, able: int, desk: Desk) -> int:
    """The ``size`` best of the able in ``desk.best``, in order; only those above the outside option."""
    outside = gumbel(uniform(key, uid[i], np.uint64(pool))) if noise > 0.0 else 0.0
    _mark_at_most(key, uid, gain, noise, i, able, desk)
    best, score = desk.best, desk.score
    found = 0
    for k in range(able):
        if desk.bound[k] < (score[size - 1] if found == size else outside):
            continue  # cannot be among the best: no logarithm needed
        j = desk.able[k]
        mark = gain[j] / noise + gumbel(desk.luck[k]) if noise > 0.0 else gain[j]
        if mark <= outside:
            continue
        place = found if found < size else size
        while place > 0 and (
            mark > score[place - 1] or (mark == score[place - 1] and uid[j] < uid[best[place - 1]])
        ):
            if place < size:
                score[place], best[place] = score[place - 1], best[place - 1]
            place -= 1
        if place < size:
            score[place], best[place] = mark, j
            found = min(found + 1, size)
    return found


@njit(cache=True, error_model="numpy")
def _mark_at_most(key: np.uint64, uid: U64, gain: F, noise: float, i: int, able: int, desk: Desk) -> None:
    """Draw the luck of all the able at once (a loop without branches does several at a time); bound the marks."""
    uids, bound, mine = desk.uid[:able], desk.bound[:able], uid[i]
    for k in range(able):
        uids[k], bound[k] = uid[desk.able[k]], gain[desk.able[k]]
    if noise > 0.0:
        fill_uniform(key, mine, uids, desk.luck)
        for k in range(able):
            bound[k] = bound[k] / noise + gumbel_bound(desk.luck[k])


def consent_probability(offers: Offers, noise: float) -> F:
    """σ(U_ji/s) of every offer, (m,); without noise 1 where U_ji > 0."""
    return acceptances(offers.receiver_gain, noise)


@njit(cache=True, error_model="numpy")
def acceptance(gain: float, noise: float) -> float:
    """Probability σ(U/s) of saying yes to an offer of utility U; without noise 1 where U > 0."""
    if noise > 0.0:
        return 1.0 / (1.0 + np.exp(-gain / noise))
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
    send, receive, mine, theirs = _choose_pairs(
        draws.key(Stream.PAIR_EVENT), draws.key(Stream.EVENT_COUNT), state.uid, state.kind,
        state.slots_by_track, shared_pool, possible, state.trust_hat, worth, gain,
        max(par.choice_noise, 1e-6),
    )  # fmt: skip
    return Offers(send, receive, mine, theirs)


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
                total += np.exp(min(gain[i, j] / noise, 600.0))
                pairs += 1
        log_total[i] = np.log(total)
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
    mine = np.empty(size)
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
            send[count], receive[count], mine[count], theirs[count] = i, j, gain[i, j], gain[j, i]
            count += 1
    return send[:count], receive[:count], mine[:count], theirs[:count]


@njit(cache=True, error_model="numpy")
def prospects(possible: B, states: int, rows: B, gain: F, size: int) -> tuple[F, F, F]:
    """What the tracks of deals promise each marked actor, three arrays (n,).

    Mean utility of its ``size`` best state partners, of its best other partners, and of its best
    partners of any kind (for a deal of three); the very best alone is not to be had every time.
    -inf where there is nobody (fewer than two for a deal of three). States are the first ``states`` rows.
    """
    n = rows.size
    means = np.full((3, n), -np.inf)
    top = np.empty((3, size))
    offer = np.empty(n)
    for i in range(n):
        if not rows[i]:
            continue
        may, mine = possible[i], gain[i]
        for j in range(n):
            offer[j] = mine[j] if may[j] else -np.inf
        top[:] = -np.inf
        _keep_best(offer[:states], top[0])
        _keep_best(offer[states:], top[1])
        _keep_best(top[0], top[2])
        _keep_best(top[1], top[2])
        for sort in range(3):
            means[sort, i] = _mean_of_kept(top[sort], 2 if sort == 2 else 1)
    return means[0], means[1], means[2]


_BLOCK = 16
"""So many utilities are compared with the least of the best at once."""


@njit(cache=True, error_model="numpy")
def _keep_best(offer: F, top: F) -> None:
    """Put the largest numbers of ``offer`` into ``top``, in falling order."""
    last = top.size - 1
    for first in range(0, offer.size, _BLOCK):
        end = min(first + _BLOCK, offer.size)
        higher = 0
        for j in range(first, end):
            higher += offer[j] > top[last]
        if higher == 0:
            continue
        for j in range(first, end):
            if offer[j] > top[last]:
                place = last
                while place > 0 and offer[j] > top[place - 1]:
                    top[place] = top[place - 1]
                    place -= 1
                top[place] = offer[j]


@njit(cache=True, error_model="numpy")
def _mean_of_kept(top: F, least: int) -> float:
    """Mean of what was kept; -inf if fewer than ``least`` were."""
    total, found = 0.0, 0
    for u in top:
        if u > -np.inf:
            total += u
            found += 1
    return total / found if found >= least else -np.inf
