"""C.2 The books of deals: what a deal is, how deep and how long, what it costs, and how it is written and erased.

A first signing is a memorandum, a programme or a binding deal, by shares of the coded record; a term lasts some years.
Prices and terms of each kind of partner stand in ``data/judged/prices.csv`` and ``terms.csv``. The purse they are paid
from is filled in :mod:`.ends` (upkeep first), and :mod:`.contracts` pays for what is signed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit

from simulation import arithmetic
from simulation.data.tables import judged
from simulation.kernels import exp, log
from simulation.processes.affinity import affinity
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import (
    BILATERAL,
    FIRM,
    I8,
    I32,
    INFLUENCER,
    KINDS,
    MAX_DEPTH,
    NEVER,
    NGO,
    NON_STATE,
    SECRETARIAT,
    STATE,
    THINK_TANK,
    TRILATERAL,
    B,
    F,
    State,
)

COMMITTED_TO = (STATE, FIRM, SECRETARIAT)
"""Kinds of partners deals with whom are commitments; work with all others is a means."""
EXPIRY, BREACH, MONEY = range(3)
"""Why a deal ended; columns of ``State.ended``."""
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
    levers: F  # [4] price of a quarter of each of LEVERS at full strength, as a share of usual income
    lock_in: F  # [6] log odds that presence adds to renewal
    leave: F  # [6, 4] what a state pays when money ends presence, by depth
    at_once: I32  # [6] engagements that an organisation can run at once, 0 where there is no such limit


LEVERS = ("agency", "oversight", "transparency", "fund_local")
"""Levers of a state that cost it something every quarter; see ``judged/levers.csv``."""
_SURE = 50.0
"""Log odds of what always happens."""


PRESENCE = 2
"""Depth from which a deal with a firm is presence: a cloud region, a licence, a centre (C.10)."""


@lru_cache(maxsize=16)
def terms(renewal: float, price: float, prices_bind: bool, presence: bool = True) -> Terms:
    """The tables, with the chance that a deal with a state or a firm is renewed, and a multiple of all prices.

    Without ``presence`` nothing is sunk: leaving costs nothing, and no renewal is likelier for it.
    """
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
    cost = {row["lever"]: float(row["price"]) for row in judged("levers")}
    levers = np.array([price * cost[name] if prices_bind else 0.0 for name in LEVERS])
    lock_in, leave = np.zeros(len(KINDS)), np.zeros((len(KINDS), MAX_DEPTH + 1))
    for k, kind in enumerate(KINDS if presence else ()):
        lock_in[k] = float(rows[kind]["lock_in"])
        leave[k, PRESENCE:] = float(rows[kind]["exit"]) * sign[k, PRESENCE:]
    at_once = np.array([int(rows[kind]["at_once"]) for kind in KINDS], np.int32)
    return Terms(whole[0], whole[1], odds, np.array(rung), whole[2], sign, keep, levers, lock_in, leave, at_once)


def terms_of(par: Parameters, mech: Mechanisms) -> Terms:
    """:func:`terms` of a scenario."""
    return terms(par.renewal, par.prices, mech.on("budget"), mech.on("presence"))


@lru_cache(maxsize=64)  # nearly all are the same in every replicate
def _odds(chance: float) -> float:
    if chance <= 0.0 or chance >= 1.0:
        return _SURE if chance >= 1.0 else -_SURE
    return float(arithmetic.log(chance / (1.0 - chance)))


@njit(cache=True, error_model="numpy", inline="always")
def chance_of(odds: float) -> float:
    """σ of log odds."""
    return 1.0 / (1.0 + exp(-odds))


@njit(cache=True, error_model="numpy", inline="always")
def binds(layer: int) -> bool:
    """Whether deals of a layer are commitments: those with states, firms and secretariats; all others are means."""
    return layer in COMMITTED_TO


@njit(cache=True, error_model="numpy", inline="always")
def pot_of(layer: int) -> int:
    """Column of ``State.pot`` that pays for a layer: think tanks and NGOs are knowledge, and share one."""
    return THINK_TANK if layer == NGO else layer


@njit(cache=True, error_model="numpy", inline="always")
def staying(rules: Terms, layer: int, depth: int) -> float:
    """Log odds that a deal of a depth is renewed, pull and likeness apart: presence is sunk, and stays."""
    return rules.renewed[layer] + (rules.lock_in[layer] if depth >= PRESENCE else 0.0)


@njit(cache=True, error_model="numpy", forceinline=True)
def life(luck: float, layer: int, rules: Terms) -> int:
    """Quarters of a term, evenly between the shortest and the longest."""
    return rules.shortest[layer] + int(luck * (rules.longest[layer] - rules.shortest[layer] + 1))


@njit(cache=True, error_model="numpy", forceinline=True)
def first_rung(luck: float, layer: int, alike: float, rules: Terms) -> int:
    """Depth of a first signing: one luck for both steps, so that closer interests never make it shallower."""
    deeper = chance_of(rules.rung[layer, 0] + alike)
    binding = deeper * chance_of(rules.rung[layer, 1] + alike)
    depth = 1
    if luck < deeper:
        depth = 2
    if luck < binding:
        depth = 3
    return min(depth, rules.deepest[layer])


@njit(cache=True, error_model="numpy", forceinline=True)
def likeness(position: F, weight: F, width: float, mean: float, sd: float, i: int, j: int) -> float:
    """ã: log affinity of a pair (of both sides, as each sees it), standardised over the states, within ±2.5."""
    both = log(affinity(position[i], position[j], weight[i], width))
    both += log(affinity(position[j], position[i], weight[j], width))
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


@njit(cache=True, error_model="numpy", inline="always")
def track_of(kind: I8, i: int, j: int, three: bool) -> int:
    """The track on which a deal of two is made."""
    return TRILATERAL if three else (BILATERAL if kind[i] == STATE and kind[j] == STATE else NON_STATE)


@njit(cache=True, error_model="numpy", forceinline=True)
def write_signing(deals: Deals, kind: I8, i: int, j: int, depth: int, quarter: int, until: int, three: bool) -> None:
    """Write a deal of a depth and its term into the books, both ways."""
    track = track_of(kind, i, j, three)
    again = kind[i] == INFLUENCER or kind[j] == INFLUENCER  # a campaign bought again is a new one
    _write(deals, i, j, depth, track, quarter, until, again)
    _write(deals, j, i, depth, track, quarter, until, again)


@njit(cache=True, error_model="numpy", forceinline=True)
def _write(deals: Deals, i: int, j: int, depth: int, track: int, quarter: int, until: int, again: bool) -> None:
    if again or deals.depth[i, j] == 0:
        deals.since[i, j] = quarter
    deals.depth[i, j] = depth
    deals.track[i, j] = track
    deals.until[i, j] = until
    deals.drawn[i, j] = False


@njit(cache=True, error_model="numpy", forceinline=True)
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


@njit(cache=True, error_model="numpy", forceinline=True)
def _forget(deals: Deals, i: int, j: int) -> None:
    deals.depth[i, j] = 0
    deals.track[i, j] = -1
    deals.since[i, j] = NEVER
    deals.until[i, j] = NEVER
    deals.exclusive[i, j] = False
    deals.planned[i, j] = False
    deals.drawn[i, j] = False
