"""C.2 How deals are kept and how they end: upkeep, the end of a term, renewal; C.10 presence, which is sunk.

Upkeep is paid before anything new; who cannot pay it ends the deals that draw it least. At the end of its term a deal
is renewed with σ(logit r + η(Ū − its mean over the deals of the layer) + .5ã), Ū = U_ij + U_ji, or it ends.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from simulation.kernels import Draws, Stream, borrowed, symmetric_uniform
from simulation.processes.books import (
    EXPIRY,
    MONEY,
    Deals,
    Terms,
    chance_of,
    count_end,
    deals_of,
    end_deal,
    life,
    likeness,
    pot_of,
    staying,
)
from simulation.processes.links import Links, links
from simulation.processes.pull import layer_of
from simulation.scenario.parameters import Parameters
from simulation.state import I8, I32, INFLUENCER, KINDS, STATE, U64, B, F, State

CARRIED = 3.0
"""A purse holds at most so many quarters' income: this one's and two carried over."""
ROUNDING = 1e-12
"""A price may exceed what is left by so much."""


@njit(cache=True, error_model="numpy", forceinline=True)
def _due(i: int, partners: I32, kind: I8, keep: F, depth: I8) -> float:
    """What the deals of one actor cost it this quarter; all its partners are among those given, in rising order."""
    due = 0.0
    for j in partners:
        if depth[i, j] > 0:
            due += keep[layer_of(kind, i, j), depth[i, j]]
    return due


@njit(cache=True, error_model="numpy", forceinline=True)
def _due_from(pot: int, i: int, partners: I32, kind: I8, keep: F, depth: I8, given_up: B) -> float:
    """The same of those that one pot pays for, less those given up."""
    due = 0.0
    for j in partners:
        if depth[i, j] > 0 and not given_up[j] and pot_of(layer_of(kind, i, j)) == pot:
            due += keep[layer_of(kind, i, j), depth[i, j]]
    return due


@njit(cache=True, error_model="numpy")
def _least(
    pot: int, i: int, partners: I32, uid: U64, kind: I8, pull: F, keep: F, deals: Deals, given_up: B
) -> int:
    """Whom an actor gives up first, of those that a pot pays for (-1: any); -1 if nobody costs anything.

    What costs nothing is kept, and the scenario's own deals go last.
    """
    worst, lowest = -1, np.inf
    for j in partners:
        if deals.depth[i, j] > 0 and not given_up[j] and keep[layer_of(kind, i, j), deals.depth[i, j]] > 0.0:
            worth = pull[i, j] + (1e6 if deals.planned[i, j] else 0.0)
            mine = pot < 0 or pot_of(layer_of(kind, i, j)) == pot
            if mine and (worth < lowest or (worth == lowest and uid[j] < uid[worst])):
                worst, lowest = j, worth
    return worst


@njit(cache=True, error_model="numpy")
def upkeep(depth: I8, partners: Links, kind: I8, keep: F) -> F:
    """What each actor's deals cost it a quarter, (n,)."""
    due, (start, partner) = np.empty(kind.size), partners
    for i in range(kind.size):
        due[i] = _due(i, partner[start[i] : start[i + 1]], kind, keep, depth)
    return due


def load(state: State, rules: Terms) -> F:
    """Upkeep as a share of income, at most 1, (n,); 1 for who must pay and has none."""
    return np.asarray(load_of(state.depth, links(state.depth), state.kind, rules.keep, state.budget))


@njit(cache=True, error_model="numpy")
def load_of(depth: I8, partners: Links, kind: I8, keep: F, income: F) -> F:
    """:func:`load` of columns of the state."""
    due = upkeep(depth, partners, kind, keep)
    for i in range(due.size):
        if due[i] > 0.0:
            due[i] = min(1.0, due[i] / income[i]) if income[i] > 0.0 else 1.0
    return due


def price_of_levers(state: State, rules: Terms) -> F:
    """What the levers that each state pulls cost it this quarter, (n,): no lever is free (X26).

    Transparency costs what it is above the recorded one. Prices are shares of the income at the start.
    """
    return np.asarray(_price_of_levers(
        rules.levers, state.agency, state.oversight, state.transparency, state.transparency_ref, state.local_funding,
        state.budget_start,
    ))  # fmt: skip


@njit(cache=True, error_model="numpy")
def _price_of_levers(
    price: F, agency: F, oversight: F, transparency: F, recorded: F, local_funding: F, income: F
) -> F:
    result = np.empty(income.size)
    for i in range(income.size):
        strength = price[0] * agency[i] + price[1] * oversight[i]
        strength += price[2] * max(0.0, transparency[i] - recorded[i]) + price[3] * local_funding[i]
        result[i] = strength * income[i]
    return result


class Purses(NamedTuple):
    """Columns of what can be spent. Shapes as in :class:`simulation.state.State`."""

    purse: F
    pot: F
    share: F


def to_spend(state: State, rules: Terms) -> F:
    """What each actor will have for signatures this quarter, (n,): purse and income, less levers and upkeep."""
    purse = np.minimum(state.purse + state.budget, CARRIED * state.budget) - price_of_levers(state, rules)
    return np.maximum(0.0, np.maximum(0.0, purse) - upkeep(state.depth, links(state.depth), state.kind, rules.keep))


def open_purses(state: State, rules: Terms, partners: Links | None = None) -> I32:
    """Income comes, levers and upkeep are paid; who cannot pay upkeep ends the deals that draw it least.

    Parameters
    ----------
    partners
        Lists of the deals as they stand, if they are at hand.

    Returns
    -------
    I32
        (k, 2) who ended its deal with whom.
    """
    return np.asarray(_open_purses(
        Purses(state.purse, state.pot, state.share), state.budget, price_of_levers(state, rules), state.uid,
        state.kind, state.pull, rules.keep, rules.leave, deals_of(state), partners or links(state.depth),
        state.lapsed, state.ended,
    ))  # fmt: skip


@njit(cache=True, error_model="numpy")
def _open_purses(
    own: Purses, income: F, levers: F, uid: U64, kind: I8, pull: F, keep: F, leave: F, deals: Deals,
    partners: Links, lapsed: I32, ended: I32,
) -> I32:  # fmt: skip
    """Who must cut chooses before anybody's cuts are made: no place in the order of the actors is a better one."""
    own, deals, uid, kind, pull, keep, leave = borrowed((own, deals, uid, kind, pull, keep, leave))
    purse, n, count, exits, owed = own.purse, uid.size, 0, np.zeros(uid.size), np.empty(uid.size)
    cut, given_up, (start, partner) = np.empty((16, 2), np.int32), np.empty(n, np.bool_), borrowed(partners)
    for i in range(n):
        purse[i] = max(0.0, min(purse[i] + income[i], CARRIED * income[i]) - levers[i])
        fill_pots(own, i, income[i])
        ours = partner[start[i] : start[i + 1]]
        given_up[ours] = False
        for pot in range(-1, own.pot.shape[1]):  # the whole purse bears what is kept, then each part of it
            if pot >= 0 and own.share[i, pot] < 0.0:
                continue
            has = purse[i] if pot < 0 else own.pot[i, pot]
            if pot < 0:
                due = owed[i] = _due(i, ours, kind, keep, deals.depth)
            else:
                due = _due_from(pot, i, ours, kind, keep, deals.depth, given_up)
            while due > has + ROUNDING:
                worst = _least(pot, i, ours, uid, kind, pull, keep, deals, given_up)
                if worst < 0:
                    break
                due -= keep[layer_of(kind, i, worst), deals.depth[i, worst]]
                given_up[worst] = True
                if count == cut.shape[0]:
                    cut = np.concatenate((cut, np.empty_like(cut)))
                cut[count, 0], cut[count, 1], count = i, worst, count + 1
    for c in range(count):
        i, j = cut[c, 0], cut[c, 1]
        if deals.depth[i, j] > 0:  # else the other has cut it, too
            payer, layer = i if kind[i] == STATE else j, layer_of(kind, i, j)
            exits[payer] += leave[layer, deals.depth[i, j]]
            own.pot[payer, pot_of(layer)] -= leave[layer, deals.depth[i, j]]
            end_deal(deals, i, j)
            count_end(lapsed, ended, MONEY, i, j)
    for i in range(n):
        ours = partner[start[i] : start[i + 1]]
        if count > 0:  # somebody has cut something
            owed[i] = _due(i, ours, kind, keep, deals.depth)
        purse[i] = max(0.0, purse[i] - owed[i] - exits[i])
        pay_upkeep(own, i, ours, kind, keep, deals.depth)
    return cut[:count]


@njit(cache=True, error_model="numpy")
def fill_pots(own: Purses, i: int, income: float) -> None:
    """Each kind of partner gets its share of the income, carried over as the purse is; none where none is divided."""
    for pot in range(own.pot.shape[1]):
        if own.share[i, pot] >= 0.0:
            part = own.share[i, pot] * income
            own.pot[i, pot] = min(own.pot[i, pot] + part, CARRIED * part)


@njit(cache=True, error_model="numpy", forceinline=True)
def pay_upkeep(own: Purses, i: int, partners: I32, kind: I8, keep: F, depth: I8) -> None:
    """Upkeep out of the pots of an actor that divides its income."""
    for pot in range(own.pot.shape[1]):
        if own.share[i, pot] >= 0.0:
            due = _due_from(pot, i, partners, kind, keep, depth, np.zeros(kind.size, np.bool_))
            own.pot[i, pot] = max(0.0, own.pot[i, pot] - due)


def renew_or_end(state: State, draws: Draws, rules: Terms, due: I32, chance: F) -> tuple[I32, F, F]:
    """Renew the deals whose term ends, each with its chance, where both purses bear it; end the others.

    Parameters
    ----------
    due, chance
        Of :func:`renewals`.

    Returns
    -------
    tuple
        (m, 2) of these deals those that stand and are planned by nobody, (m,) their chances, and (m, 2) what both had
        for it when the turn of each came.
    """
    due, chance, left = _renew_or_end(
        draws.key(Stream.RENEWAL), draws.key(Stream.TERM), state.uid, state.kind, state.quarter, due, chance,
        state.purse, state.pot, rules, deals_of(state), state.lapsed, state.ended, state.unpaid, state.renewed,
    )  # fmt: skip
    return np.asarray(due), np.asarray(chance), np.asarray(left)


@njit(cache=True, error_model="numpy")
def _due_now(partners: Links, until: I32, planned: B, quarter: int) -> I32:
    """Pairs a < b whose deal ends or is renewed at the start of this quarter, (m, 2)."""
    start, partner = partners
    found, count = np.empty((partner.size, 2), np.int32), 0
    for i in range(start.size - 1):
        for j in partner[start[i] : start[i + 1]]:
            if j > i and until[i, j] <= quarter and not planned[i, j]:
                found[count, 0], found[count, 1] = i, j
                count += 1
    return found[:count]


@njit(cache=True, error_model="numpy")
def _still_due(due: I32, chance: F, depth: I8, planned: B) -> tuple[I32, F]:
    """Of deals whose term is over, and their chances, those that stand and are planned by nobody."""
    kept, chances, count = np.empty_like(due), np.empty_like(chance), 0
    for m in range(chance.size):
        i, j = due[m, 0], due[m, 1]
        if depth[i, j] > 0 and not planned[i, j]:
            kept[count, 0], kept[count, 1], chances[count] = i, j, chance[m]
            count += 1
    return kept[:count], chances[:count]


def renewals(state: State, par: Parameters, rules: Terms, partners: Links) -> tuple[I32, F]:
    """Pairs a < b whose term ends at the start of this quarter, (m, 2), and the chance that each is renewed, (m,).

    σ(logit r + η(Ū − its mean over the deals of the layer) + .5ã).
    """
    due, chance = _renewals(
        partners, state.until, state.planned, state.quarter, state.depth, state.kind, state.pull, state.position,
        state.weight, par.affinity_width, state.likeness_mean, state.likeness_sd, par.renewal_pull,
        par.renewal_likeness, rules,
    )  # fmt: skip
    return np.asarray(due), np.asarray(chance)


@njit(cache=True, error_model="numpy")
def _renewals(
    partners: Links, until: I32, planned: B, quarter: int, depth: I8, kind: I8, pull: F, position: F, weight: F,
    width: float, mean: float, sd: float, by_pull: float, by_likeness: float, rules: Terms,
) -> tuple[I32, F]:  # fmt: skip
    due = _due_now(partners, until, planned, quarter)
    return due, _renewal_chances(
        due, depth, partners, kind, pull, position, weight, width, mean, sd, by_pull, by_likeness, rules
    )


@njit(cache=True, error_model="numpy")
def _renewal_chances(
    due: I32, depth: I8, partners: Links, kind: I8, pull: F, position: F, weight: F, width: float, mean: float,
    sd: float, by_pull: float, by_likeness: float, rules: Terms,
) -> F:  # fmt: skip
    usual = mean_pulls(partners, kind, pull)
    due, depth, kind, pull, position, weight, rules = borrowed((due, depth, kind, pull, position, weight, rules))
    result = np.empty(due.shape[0])
    for m in range(due.shape[0]):
        i, j = due[m, 0], due[m, 1]
        layer = layer_of(kind, i, j)
        drawn = pull[i, j] + pull[j, i] - usual[layer]
        alike = likeness(position, weight, width, mean, sd, i, j)
        result[m] = chance_of(staying(rules, layer, depth[i, j]) + by_pull * drawn + by_likeness * alike)
    return result


@njit(cache=True, error_model="numpy")
def mean_pulls(partners: Links, kind: I8, pull: F) -> F:
    """Mean of Ū over the deals of each layer, (6,); 0 where there is none."""
    total, count, (start, partner) = np.zeros(len(KINDS)), np.zeros(len(KINDS)), partners
    for i in range(kind.size):
        for j in partner[start[i] : start[i + 1]]:
            if j > i:
                layer = layer_of(kind, i, j)
                total[layer] += pull[i, j] + pull[j, i]
                count[layer] += 1.0
    for layer in range(len(KINDS)):
        if count[layer] > 0.0:
            total[layer] /= count[layer]
    return total


def renewal_terms(state: State, par: Parameters, rules: Terms, i: int, j: int) -> dict[str, float]:
    """The terms that add up to the log odds of renewing the deal of i and j now, by name."""
    layer = int(layer_of(state.kind, i, j))
    drawn = state.pull[i, j] + state.pull[j, i] - mean_pulls(links(state.depth), state.kind, state.pull)[layer]
    alike = likeness(state.position, state.weight, par.affinity_width, state.likeness_mean, state.likeness_sd, i, j)
    return {
        "usual": float(staying(rules, layer, int(state.depth[i, j]))),
        "mutual": float(par.renewal_pull * drawn),
        "likeness": float(par.renewal_likeness * alike),
    }


@njit(cache=True, error_model="numpy")
def _renew_or_end(
    key: np.uint64, term_key: np.uint64, uid: U64, kind: I8, quarter: int, due: I32, chance: F, purse: F,
    pot: F, rules: Terms, deals: Deals, lapsed: I32, ended: I32, unpaid: I32, renewed: I32,
) -> tuple[I32, F, F]:  # fmt: skip
    due, chance = _still_due(due, chance, deals.depth, deals.planned)
    rules, deals = borrowed((rules, deals))
    luck, left = np.empty(due.shape[0]), np.empty((due.shape[0], 2))
    for m in range(luck.size):
        luck[m] = symmetric_uniform(key, uid[due[m, 0]], uid[due[m, 1]])
    for m in np.argsort(luck, kind='mergesort'):  # who pays first is luck, not place
        i, j = due[m, 0], due[m, 1]
        layer, depth = layer_of(kind, i, j), deals.depth[i, j]
        own = pot_of(layer)
        left[m, 0], left[m, 1] = min(purse[i], pot[i, own]), min(purse[j], pot[j, own])
        price, reason = rules.sign[layer, depth], EXPIRY
        if luck[m] < chance[m]:
            if price <= left[m, 0] + ROUNDING and price <= left[m, 1] + ROUNDING:
                for x in (i, j):
                    purse[x] -= price
                    pot[x, own] -= price
                until = quarter + life(symmetric_uniform(term_key, uid[i], uid[j]), layer, rules)
                deals.until[i, j] = deals.until[j, i] = until
                if layer == INFLUENCER:  # a campaign bought again is a new one
                    deals.since[i, j] = deals.since[j, i] = quarter
                renewed[i] += 1
                renewed[j] += 1
                continue
            reason = MONEY
            unpaid[i] += 1
            unpaid[j] += 1
            payer = i if kind[i] == STATE else j
            purse[payer] = max(0.0, purse[payer] - rules.leave[layer, depth])
            pot[payer, own] = max(0.0, pot[payer, own] - rules.leave[layer, depth])
        end_deal(deals, i, j)
        count_end(lapsed, ended, reason, i, j)
    return due, chance, left
