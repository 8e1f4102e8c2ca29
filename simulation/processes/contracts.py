"""C.2 Contracts: how deep a deal is signed, for how long, at what price; and how deals end.

A first signing is a memorandum, a programme or a binding deal; a signing with a partner one holds deepens one rung,
and at the deepest renews. Either starts a new life, at whose end the deal is renewed or ends. Upkeep is paid before
anything new; what a purse cannot bear is not signed, and counted.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit

from simulation.data.tables import judged
from simulation.processes.affinity import affinity
from simulation.processes.bargaining import nash_share, write_terms
from simulation.processes.pull import layer_of
from simulation.randomness import Draws, Stream, philox, symmetric_uniform, uniform
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import (
    BILATERAL,
    I8,
    I32,
    KINDS,
    MAX_DEPTH,
    NEVER,
    NON_STATE,
    STATE,
    TRILATERAL,
    U64,
    B,
    F,
    State,
)

EXPIRY, BREACH, MONEY = range(3)
"""Why a deal ended; columns of ``State.ended``."""
CARRIED = 3.0
"""A purse holds at most so many quarters' income: this one's and two carried over."""
ROUNDING = 1e-12
"""A price may exceed what is left by so much."""
_ALIKE = 2.5
"""Bound of the standardised log affinity of a pair."""


class Terms(NamedTuple):
    """Lives, depths and prices by layer; see ``judged/terms.csv`` and ``judged/prices.csv``."""

    shortest: I32  # [6] quarters
    longest: I32
    renewed: F  # [6] log odds of renewal
    rung: F  # [6, 2] log odds that a first signing is more than a memorandum, and then that it is binding
    deepest: I32  # [6]
    sign: F  # [6, 4] price of signing by depth
    keep: F  # [6, 4] price of a quarter by depth


_SURE = 50.0
"""Log odds of what always happens."""


@lru_cache(maxsize=16)
def terms(renewal: float, price: float, prices_bind: bool) -> Terms:
    """The tables, with the chance that a deal with a state or a firm is renewed, and a multiple of all prices."""
    rows = {row["kind"]: row for row in judged("terms")}
    sign, keep = np.zeros((len(KINDS), MAX_DEPTH + 1)), np.zeros((len(KINDS), MAX_DEPTH + 1))
    for row in judged("prices") if prices_bind else ():
        place = KINDS.index(row["kind"]), int(row["depth"])
        sign[place], keep[place] = price * float(row["sign"]), price * float(row["keep"])
    usual = float(rows["state"]["renewed"])
    renewed = [renewal if float(rows[k]["renewed"]) == usual else float(rows[k]["renewed"]) for k in KINDS]
    rung = []
    for kind in KINDS:
        first, second, third = (float(rows[kind][name]) for name in ("memorandum", "programme", "binding"))
        rung.append([_odds(1.0 - first), _odds(third / (second + third) if second + third > 0 else 0.0)])
    whole = [np.array([int(rows[k][name]) for k in KINDS], np.int32) for name in ("shortest", "longest", "deepest")]
    odds = np.array([_odds(chance) for chance in renewed])
    return Terms(whole[0], whole[1], odds, np.array(rung), whole[2], sign, keep)


def terms_of(par: Parameters, mech: Mechanisms) -> Terms:
    """:func:`terms` of a scenario."""
    return terms(par.renewal, par.prices, mech.on("budget"))


def _odds(chance: float) -> float:
    if chance <= 0.0 or chance >= 1.0:
        return _SURE if chance >= 1.0 else -_SURE
    return float(np.log(chance / (1.0 - chance)))


@njit(cache=True, error_model="numpy", inline="always")
def _chance(odds: float) -> float:
    return 1.0 / (1.0 + np.exp(-odds))


@njit(cache=True, error_model="numpy")
def life(luck: float, layer: int, rules: Terms) -> int:
    """Quarters of a term, evenly between the shortest and the longest."""
    return rules.shortest[layer] + int(luck * (rules.longest[layer] - rules.shortest[layer] + 1))


@njit(cache=True, error_model="numpy")
def first_rung(luck: float, layer: int, alike: float, rules: Terms) -> int:
    """Depth of a first signing: one luck for both steps, so that closer interests never make it shallower."""
    deeper = _chance(rules.rung[layer, 0] + alike)
    binding = deeper * _chance(rules.rung[layer, 1] + alike)
    depth = 1
    if luck < deeper:
        depth = 2
    if luck < binding:
        depth = 3
    return min(depth, rules.deepest[layer])


@njit(cache=True, error_model="numpy")
def likeness(position: F, weight: F, width: float, mean: float, sd: float, i: int, j: int) -> float:
    """ã: log affinity of a pair (of both sides, as each sees it), standardised over the states, within ±2.5."""
    both = np.log(affinity(position[i], position[j], weight[i], width))
    both += np.log(affinity(position[j], position[i], weight[j], width))
    return min(_ALIKE, max(-_ALIKE, (both / 2.0 - mean) / sd))


class Deals(NamedTuple):
    """Columns that a signature writes. Shapes as in :class:`simulation.state.State`."""

    depth: I8
    track: I8
    since: I32
    until: I32
    exclusive: B
    planned: B
    drawn: B
    terms: F


def deals_of(state: State) -> Deals:
    """The columns of a state."""
    return Deals(state.depth, state.track, state.since, state.until, state.exclusive, state.planned, state.drawn,
                 state.terms)  # fmt: skip


@njit(cache=True, error_model="numpy")
def write_signing(deals: Deals, kind: I8, i: int, j: int, depth: int, quarter: int, until: int, three: bool) -> None:
    """Write a deal of a depth and its term into the books, both ways."""
    track = TRILATERAL if three else (BILATERAL if kind[i] == STATE and kind[j] == STATE else NON_STATE)
    _write(deals, i, j, depth, track, quarter, until)
    _write(deals, j, i, depth, track, quarter, until)


@njit(cache=True, error_model="numpy")
def _write(deals: Deals, i: int, j: int, depth: int, track: int, quarter: int, until: int) -> None:
    if deals.depth[i, j] == 0:
        deals.since[i, j] = quarter
    deals.depth[i, j] = depth
    deals.track[i, j] = track
    deals.until[i, j] = until
    deals.drawn[i, j] = False


@njit(cache=True, error_model="numpy")
def end_deal(deals: Deals, i: int, j: int) -> None:
    """Remove a deal in both directions."""
    _forget(deals, i, j)
    _forget(deals, j, i)


@njit(cache=True, error_model="numpy")
def count_end(lapsed: I32, ended: I32, reason: int, i: int, j: int) -> None:
    """Count an ended deal for both sides, with its reason."""
    lapsed[i] += 1
    lapsed[j] += 1
    ended[i, reason] += 1
    ended[j, reason] += 1


@njit(cache=True, error_model="numpy")
def _forget(deals: Deals, i: int, j: int) -> None:
    deals.depth[i, j] = 0
    deals.track[i, j] = -1
    deals.since[i, j] = NEVER
    deals.until[i, j] = NEVER
    deals.exclusive[i, j] = False
    deals.planned[i, j] = False
    deals.drawn[i, j] = False


@njit(cache=True, error_model="numpy")
def upkeep(depth: I8, kind: I8, keep: F) -> F:
    """What each actor's deals cost it a quarter, (n,)."""
    n = kind.size
    due = np.zeros(n)
    for i in range(n):
        for j in range(n):
            if depth[i, j] > 0:
                due[i] += keep[layer_of(kind, i, j), depth[i, j]]
    return due


def load(state: State, rules: Terms) -> F:
    """Upkeep as a share of income, at most 1, (n,); 1 for who must pay and has none."""
    due = upkeep(state.depth, state.kind, rules.keep)
    share = np.divide(due, state.budget, out=np.ones(state.n), where=state.budget > 0)
    return np.where(due > 0, np.minimum(1.0, share), 0.0)


def open_purses(state: State, rules: Terms) -> None:
    """Income comes, upkeep is paid; who cannot pay it ends the deals that draw it least."""
    _open_purses(
        state.purse, state.budget, state.uid, state.kind, state.pull, rules.keep, deals_of(state), state.lapsed,
        state.ended,
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def _open_purses(
    purse: F, income: F, uid: U64, kind: I8, pull: F, keep: F, deals: Deals, lapsed: I32, ended: I32
) -> None:
    n = uid.size
    for i in range(n):
        purse[i] = min(purse[i] + income[i], CARRIED * income[i])
        due = 0.0
        for j in range(n):
            if deals.depth[i, j] > 0:
                due += keep[layer_of(kind, i, j), deals.depth[i, j]]
        while due > purse[i] + ROUNDING:
            worst, lowest = -1, np.inf
            for j in range(n):
                # what costs nothing is kept, and the scenario's own deals go last
                if deals.depth[i, j] > 0 and keep[layer_of(kind, i, j), deals.depth[i, j]] > 0.0:
                    worth = pull[i, j] + (1e6 if deals.planned[i, j] else 0.0)
                    if worth < lowest or (worth == lowest and uid[j] < uid[worst]):
                        worst, lowest = j, worth
            if worst < 0:
                break
            due -= keep[layer_of(kind, i, worst), deals.depth[i, worst]]
            end_deal(deals, i, worst)
            count_end(lapsed, ended, MONEY, i, worst)
        purse[i] -= max(0.0, due)


def renew_or_end(state: State, par: Parameters, draws: Draws, rules: Terms, chance: F, due: I32) -> None:
    """Renew the deals whose term ends, each with its chance, where both purses bear it; end the others.

    Parameters
    ----------
    chance, due
        Of :func:`renewal_chances`.
    """
    _renew_or_end(
        draws.key(Stream.RENEWAL), draws.key(Stream.TERM), state.uid, state.kind, state.quarter, due, chance,
        state.purse, rules, deals_of(state), state.lapsed, state.ended, state.unpaid, state.renewed,
    )  # fmt: skip


def due_now(state: State) -> I32:
    """Pairs a < b whose deal ends or is renewed at the start of this quarter, (m, 2)."""
    over = np.triu((state.depth > 0) & (state.until <= state.quarter) & ~state.planned, 1)
    return np.argwhere(over).astype(np.int32)


def renewal_chances(state: State, par: Parameters, rules: Terms, due: I32) -> F:
    """σ(logit r + η(Ū − its mean over the deals of the layer) + .5ã) of each deal whose term ends, (m,)."""
    return np.asarray(_renewal_chances(
        due, state.depth, state.kind, state.pull, state.position, state.weight, par.affinity_width,
        state.likeness_mean, state.likeness_sd, par.renewal_pull, par.renewal_likeness, rules.renewed,
    ))  # fmt: skip


@njit(cache=True, error_model="numpy")
def _renewal_chances(
    due: I32, depth: I8, kind: I8, pull: F, position: F, weight: F, width: float, mean: float, sd: float,
    by_pull: float, by_likeness: float, renewed: F,
) -> F:  # fmt: skip
    total, count = np.zeros(len(KINDS)), np.zeros(len(KINDS))
    for i in range(kind.size):
        for j in range(i + 1, kind.size):
            if depth[i, j] > 0:
                layer = layer_of(kind, i, j)
                total[layer] += pull[i, j] + pull[j, i]
                count[layer] += 1.0
    result = np.empty(due.shape[0])
    for m in range(due.shape[0]):
        i, j = due[m, 0], due[m, 1]
        layer = layer_of(kind, i, j)
        drawn = pull[i, j] + pull[j, i] - total[layer] / count[layer]
        alike = likeness(position, weight, width, mean, sd, i, j)
        result[m] = _chance(renewed[layer] + by_pull * drawn + by_likeness * alike)
    return result


@njit(cache=True, error_model="numpy")
def _renew_or_end(
    key: np.uint64, term_key: np.uint64, uid: U64, kind: I8, quarter: int, due: I32, chance: F, purse: F,
    rules: Terms, deals: Deals, lapsed: I32, ended: I32, unpaid: I32, renewed: I32,
) -> None:  # fmt: skip
    luck = np.empty(due.shape[0])
    for m in range(luck.size):
        luck[m] = symmetric_uniform(key, uid[due[m, 0]], uid[due[m, 1]])
    for m in np.argsort(luck):  # who pays first is luck, not place
        i, j = due[m, 0], due[m, 1]
        layer, depth = layer_of(kind, i, j), deals.depth[i, j]
        price, reason = rules.sign[layer, depth], EXPIRY
        if luck[m] < chance[m]:
            if price <= purse[i] + ROUNDING and price <= purse[j] + ROUNDING:
                purse[i] -= price
                purse[j] -= price
                until = quarter + life(symmetric_uniform(term_key, uid[i], uid[j]), layer, rules)
                deals.until[i, j] = deals.until[j, i] = until
                renewed[i] += 1
                renewed[j] += 1
                continue
            reason = MONEY
            unpaid[i] += 1
            unpaid[j] += 1
        end_deal(deals, i, j)
        count_end(lapsed, ended, reason, i, j)


class Signing(NamedTuple):
    """What became of the contracts of a quarter, one entry each."""

    parties: I32  # [m, 3] -1 in the last column of one of two
    number: I32  # [m] which approach of the pair it came from
    rung: I32  # [m] depth signed for the first two, 0 if nothing was
    unpaid: B  # [m] a purse could not bear it
    refused: B  # [m] a public refused what binds: signed as a programme


def sign(
    state: State, par: Parameters, mech: Mechanisms, draws: Draws, rules: Terms, parties: I32, number: I32,
    support: F, possible: B,
) -> Signing:  # fmt: skip
    """Sign contracts while both (all three) purses last, in an order that is luck.

    Parameters
    ----------
    parties
        (m, 3) actors of each contract; -1 in the last column of a bilateral one.
    number
        (m,) which approach of its pair each came from.
    support
        (n,) probability that the public of each actor ratifies a binding deal (1 without a public).
    possible
        Pairs that may deal, (n, n).
    """
    keys = Keys(*map(draws.key, (Stream.SIGNING_ORDER, Stream.RUNG, Stream.TERM, Stream.RATIFICATION)))
    who = Signers(state.uid, state.kind, state.position, state.weight, support, possible, state.pull,
                  state.reluctance, state.leaders, state.concession)  # fmt: skip
    alike = par.affinity_width, state.likeness_mean, state.likeness_sd, par.depth_likeness
    credit = Credit(state.purse, state.unpaid, state.formed, state.reward, state.track_success, state.payment,
                    state.conceded)  # fmt: skip
    rung, unpaid, refused = _sign(keys, state.quarter, parties, number, who, rules, alike, deals_of(state), credit)
    signed = rung > 0
    _note(state, parties[signed], state.quarter)
    return Signing(parties, number, rung, unpaid, refused)


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
    possible: B
    pull: F
    reluctance: F
    leaders: I32
    concession: F


class Credit(NamedTuple):
    """What a signature pays and earns."""

    purse: F
    unpaid: I32
    formed: I32
    reward: F
    success: F
    payment: F
    conceded: F


@njit(cache=True, error_model="numpy")
def _sign(
    keys: Keys, quarter: int, parties: I32, number: I32, who: Signers, rules: Terms,
    alike: tuple[float, float, float, float], deals: Deals, credit: Credit,
) -> tuple[I32, B, B]:  # fmt: skip
    m = parties.shape[0]
    rung, unpaid, refused = np.zeros(m, np.int32), np.zeros(m, np.bool_), np.zeros(m, np.bool_)
    luck = np.empty(m)
    for c in range(m):
        own = philox(keys.order, np.uint64(number[c]), np.uint64(parties[c, 2] >= 0))
        luck[c] = uniform(own, who.uid[parties[c, 0]], who.uid[parties[c, 1]])
    for c in np.argsort(luck):
        i, j, k = parties[c]
        three = k >= 0
        pairs = ((i, j), (i, k), (j, k)) if three else ((i, j), (i, j), (i, j))
        count = 3 if three else 1
        depth = np.empty(3, np.int32)
        for p in range(count):
            a, b = pairs[p]
            depth[p], held_back = _depth(keys, quarter, number[c], who, rules, alike, deals, a, b)
            refused[c] |= held_back
        if not _paid(pairs, count, depth, who.kind, rules, credit.purse):
            unpaid[c] = True
            for a in parties[c, : 2 + three]:
                credit.unpaid[a] += 1
            continue
        for p in range(count):
            a, b = pairs[p]
            _enter(keys, quarter, number[c], who, rules, deals, credit, a, b, depth[p], three)
        rung[c] = depth[0]
    return rung, unpaid, refused


@njit(cache=True, error_model="numpy")
def _depth(
    keys: Keys, quarter: int, number: int, who: Signers, rules: Terms, alike: tuple[float, float, float, float],
    deals: Deals, a: int, b: int,
) -> tuple[int, bool]:  # fmt: skip
    """Depth that a signature brings a pair to, and whether a public held it back from binding."""
    layer, before = layer_of(who.kind, a, b), deals.depth[a, b]
    if before > 0:
        depth = min(before + 1, rules.deepest[layer])
    else:
        width, mean, sd, gain = alike
        near = likeness(who.position, who.weight, width, mean, sd, a, b)
        own = philox(keys.rung, np.uint64(number), np.uint64(0))
        depth = first_rung(symmetric_uniform(own, who.uid[a], who.uid[b]), layer, gain * near, rules)
    if depth == MAX_DEPTH and before < MAX_DEPTH and not _ratified(keys.public, who.uid, who.support, a, b):
        return max(before, MAX_DEPTH - 1), True
    return depth, False


@njit(cache=True, error_model="numpy", forceinline=True)
def _ratified(key: np.uint64, uid: U64, support: F, a: int, b: int) -> bool:
    for x, y in ((a, b), (b, a)):
        if support[x] < 1.0 and uniform(key, uid[x], uid[y]) >= support[x]:
            return False
    return True


@njit(cache=True, error_model="numpy")
def _paid(
    pairs: tuple[tuple[int, int], ...], count: int, depth: I32, kind: I8, rules: Terms, purse: F
) -> bool:
    """Pay for a contract out of every party's purse if all can; it is signed whole or not at all."""
    for p in range(count):
        for a in pairs[p]:
            due = 0.0
            for r in range(count):
                x, y = pairs[r]
                if x == a or y == a:
                    due += rules.sign[layer_of(kind, x, y), depth[r]]
            if due > purse[a] + ROUNDING:
                return False
    for p in range(count):
        a, b = pairs[p]
        price = rules.sign[layer_of(kind, a, b), depth[p]]
        purse[a] -= price
        purse[b] -= price
    return True


@njit(cache=True, error_model="numpy")
def _enter(
    keys: Keys, quarter: int, number: int, who: Signers, rules: Terms, deals: Deals, credit: Credit, a: int, b: int,
    depth: int, three: bool,
) -> None:  # fmt: skip
    """Write a signature of a pair: depth, term, terms, and the credit of it."""
    layer = layer_of(who.kind, a, b)
    share = nash_share(who.possible, who.pull, who.reluctance, who.kind, a, b)
    share = _concede(who.leaders, who.concession, credit, a, b, share)
    write_terms(deals.terms, who.position, a, b, share)
    own = philox(keys.term, np.uint64(number), np.uint64(1))
    until = quarter + life(symmetric_uniform(own, who.uid[a], who.uid[b]), layer, rules)
    write_signing(deals, who.kind, a, b, depth, quarter, max(until, deals.until[a, b]), three)
    track = deals.track[a, b]
    for x in (a, b):
        credit.formed[x, track] += 1
        credit.reward[x, track] += depth / MAX_DEPTH
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


def _note(state: State, parties: I32, quarter: int) -> None:
    """Enter signatures into the ledger that activity and history are counted from, each with its share recorded."""
    rows = []
    for a, b, c in parties.tolist():
        rows += [(a, b), (a, c), (b, c)] if c >= 0 else [(a, b)]
    if rows:
        pairs = np.array([(min(p), max(p), quarter) for p in rows], np.int32)
        state.ledger = np.concatenate([state.ledger, pairs])
        weight = state.recorded[pairs[:, 0], pairs[:, 1]]
        state.ledger_weight = np.concatenate([state.ledger_weight, weight])


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


