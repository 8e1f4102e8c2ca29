"""C.15 Governance capacity: learning at home and from partners, coordination, coverage, decay.

Know-how from partners is taken up in proportion to what a state already knows (Cohen &
Levinthal 1990). Each state decays at its own rate, set so that its first capacity is a point of
rest of the deals that it is *expected* to hold: a rate common to all would pull every state to one
value and fake convergence, and one set by the starting book would make filling or emptying that book a gain.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from simulation.processes import needs
from simulation.processes.links import Links, links
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import FIRM, I8, I32, KINDS, MAX_DEPTH, PROGRAMME, THINK_TANK, F, State

_KINDS = len(KINDS)


class Stock(NamedTuple):
    """Deals that the fitted intensity of the first quarter would hold if it stayed as it is."""

    weight: F  # [n, n] expected z of each pair
    kinds: F  # [n] expected share of the kinds of partner in programmes or deeper


class Teaching(NamedTuple):
    """Parameters of learning at home and from partners."""

    domestic: float
    partner: float
    floor: float
    dependence: float
    firms: bool  # whether they teach
    think_tanks: bool


class Growth(NamedTuple):
    """Parameters of what learning makes of capacity."""

    coordination: float
    agency: float
    speed: float
    return_speed: float
    sharing: float
    covering: bool  # whether what partners cover of the needs acts


def update_capacity(state: State, par: Parameters, mech: Mechanisms, partners: Links | None = None) -> None:
    """One quarter of capacity building and decay of every state, the EU included (C.15).

    ``K ← K + h_K (1-K) L_i c_i v_i - d_K,i (K_i(0) + m_d (K - K_i(0))) + shared learning``, clipped to [0, 1], with
    learning ``L_i`` of :func:`_learn`, coordination ``c_i``, coverage ``v_i = .5 + .5 cov/cov(0)``, the state's own
    decay ``d_K,i`` (:func:`set_rest`) and its multiplier ``m_d``, which moves the speed of return and not the rest.
    All states move at once, from the capacities at the start of the step. ``partners`` are the lists of the deals as
    they stand, if they are at hand.
    """
    if not mech.on("capacity"):
        return
    partners, coordinated = partners or links(state.depth), mech.on("coordination")
    growth = Growth(
        par.coordination_gain if coordinated else 0.0, par.agency_gain if coordinated else 0.0,
        par.capacity_growth, par.capacity_decay, par.shared_learning, mech.on("needs"),
    )  # fmt: skip
    _build(
        state.depth, partners, state.kind, state.home, state.supply, state.objectivity, state.local_funding,
        state.agency, state.budget, state.budget_start, state.size, *needs.needs(), state.coverage_rest,
        state.capacity_start, state.capacity_decay, _teaching(par, mech), growth, state.s, state.capacity,
    )  # fmt: skip


def set_rest(state: State, par: Parameters, mech: Mechanisms, stock: Stock) -> None:
    """Decay rates that make the present capacity of every state a point of rest of the expected deals.

    Called once, on the world as recorded: before a strategy changes budgets and agencies and
    before a scenario changes ties, so that those changes move capacity. An agency, funds for local
    research and shared learning are levers and therefore left out of the point of rest.

    Writes ``capacity_start``, ``budget_start``, ``coverage_rest`` and ``capacity_decay``, the share of capacity lost
    a quarter in [0, 1]; 0 for non-state actors. Where capacity is zero, or so small that one quarter's learning
    exceeds it, the rate is 1: capacity stays at about one quarter's learning.
    """
    s = state.s
    state.capacity_start[:], state.budget_start[:] = state.capacity, state.budget
    needs.refresh_supply(state)
    total = needs.supplied(stock.weight[:s], state.supply)
    state.coverage_rest[:s] = needs.coverage(needs.covered(needs.own_part(state), total, needs.needs().scale))
    partners = links((stock.weight > 0.0).astype(np.int8))
    weight = stock.weight[stock.weight > 0.0]
    learning = _learn(
        partners, weight, state.kind, state.home, np.ones(s), state.capacity, state.supply, state.objectivity,
        np.zeros(state.n), _teaching(par, mech),
    )  # fmt: skip
    if mech.on("coordination"):
        learning *= 1.0 + par.coordination_gain * stock.kinds[:s]
    _rest(state.capacity_decay, state.capacity, learning, par.capacity_growth)


def _teaching(par: Parameters, mech: Mechanisms) -> Teaching:
    return Teaching(
        par.domestic_learning, par.partner_learning, par.absorption_floor,
        par.dependence if mech.on("dependence") else 0.0, mech.on("firm_expertise"), mech.on("think_tank_research"),
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def _build(
    depth: I8, partners: Links, kind: I8, home: I32, supply: F, objectivity: F, local_funding: F, agency: F,
    budget: F, budget_start: F, size: F, own: F, rise: F, scale: F, coverage_rest: F, start: F, decay: F,
    teaching: Teaching, growth: Growth, s: int, capacity: F,
) -> None:  # fmt: skip
    """One quarter of the first ``s`` actors, the states; ``own``, ``rise`` and ``scale`` are those of the needs."""
    share = np.ones(s)
    for i in range(s):
        if budget_start[i] > 0.0:
            share[i] = budget[i] / budget_start[i]
    weight = _weights(depth, partners)
    learning = _learn(partners, weight, kind, home, share, capacity, supply, objectivity, local_funding, teaching)
    if growth.coordination != 0.0 or growth.agency != 0.0:
        kinds = _kinds_in_programmes(depth, partners, kind, s)
        for i in range(s):
            learning[i] *= 1.0 + growth.coordination * kinds[i] + growth.agency * agency[i]
    if growth.covering:
        part = needs.covered_by(depth, partners, size, start, capacity, supply, own, rise, scale, s)
        for i in range(s):
            cover = ((part[i, 0] + part[i, 1]) + (part[i, 2] + part[i, 3])) / part.shape[1]
            learning[i] *= 0.5 + 0.5 * (cover / coverage_rest[i] if coverage_rest[i] > 0.0 else 1.0)
    ahead = _ahead(depth, capacity, s) if growth.sharing > 0.0 else np.zeros(s)
    _advance(capacity, start, learning, decay, ahead, growth)


@njit(cache=True, error_model="numpy")
def _learn(
    partners: Links, weight: F, kind: I8, home: I32, budget: F, capacity: F, supply: F, objectivity: F,
    local_funding: F, teaching: Teaching,
) -> F:  # fmt: skip
    """Learning at home and from partners by the weight of each, in the order of the lists (m,); shape (s,).

    ``L_i = a min(1, B_i/B_i(0))(1 - κ_f F/(1+F)) + b X/(1+X)``, ``X = Σ_j z_ij e_j O_j (f + (1-f) K_i)``: a first
    partner teaches b of what it knows, all together at most b. (Without a limit the record of a state's last five
    years decided whether it gains or loses a third of its capacity in the next ten.) F is the dose of foreign think
    tanks, Σ z e O, beyond that of the state's own, at least 0, and smaller by λ_i as the state funds its own research
    in their place (C.11, C58).
    """
    learning, floor = np.empty(budget.size), teaching.floor
    worth, of_think_tank = np.zeros(kind.size), np.zeros(kind.size)
    for j in range(kind.size):
        if not ((kind[j] == FIRM and not teaching.firms) or (kind[j] == THINK_TANK and not teaching.think_tanks)):
            worth[j] = supply[j, needs.SKILLS] * objectivity[j]
        of_think_tank[j] = worth[j] if kind[j] == THINK_TANK else 0.0
    for i in range(learning.size):
        taught = foreign = own = 0.0
        for p in range(partners.start[i], partners.start[i + 1]):
            j = partners.partner[p]
            taught += weight[p] * worth[j]
            research = weight[p] * of_think_tank[j]
            foreign += 0.0 if home[j] == i else research  # no branch: who is whose is hard to guess
            own += research if home[j] == i else 0.0
        dose = max(0.0, foreign - own) * (1.0 - local_funding[i])
        at_home = teaching.domestic * min(1.0, budget[i]) * (1.0 - teaching.dependence * dose / (1.0 + dose))
        taught *= floor + (1.0 - floor) * capacity[i]
        learning[i] = at_home + teaching.partner * taught / (1.0 + taught)
    return learning


@njit(cache=True, error_model="numpy")
def _weights(depth: I8, partners: Links) -> F:
    """z of each deal in the order of the lists, (m,)."""
    weight = np.empty(partners.partner.size)
    for i in range(depth.shape[0]):
        for p in range(partners.start[i], partners.start[i + 1]):
            weight[p] = depth[i, partners.partner[p]] / MAX_DEPTH
    return weight


@njit(cache=True, error_model="numpy")
def _kinds_in_programmes(depth: I8, partners: Links, kind: I8, s: int) -> F:
    """Share of the kinds of actors with which each state has a programme or something deeper (C22), (s,)."""
    share, met = np.empty(s), np.empty(_KINDS, np.bool_)
    for i in range(s):
        met[:] = False
        for p in range(partners.start[i], partners.start[i + 1]):
            j = partners.partner[p]
            if depth[i, j] >= PROGRAMME:
                met[kind[j]] = True
        share[i] = met.sum() / _KINDS
    return share


@njit(cache=True, error_model="numpy")
def _ahead(depth: I8, capacity: F, s: int) -> F:
    """How much the abler states in programmes with each state can teach it, X/(1+X) of X = Σ z (K_j - K_i), (s,)."""
    ahead = np.zeros(s)
    for i in range(s):
        total = 0.0
        for j in range(s):
            if depth[i, j] >= PROGRAMME and capacity[j] > capacity[i]:
                total += depth[i, j] / MAX_DEPTH * (capacity[j] - capacity[i])
        ahead[i] = total / (1.0 + total)
    return ahead


@njit(cache=True, error_model="numpy")
def _advance(capacity: F, start: F, learning: F, decay: F, ahead: F, growth: Growth) -> None:
    for i in range(learning.size):
        gain = growth.speed * (1.0 - capacity[i]) * learning[i]
        lost = decay[i] * (start[i] + growth.return_speed * (capacity[i] - start[i]))
        capacity[i] = min(1.0, max(0.0, capacity[i] + (gain - lost + growth.sharing * ahead[i])))


@njit(cache=True, error_model="numpy")
def _rest(decay: F, capacity: F, learning: F, speed: float) -> None:
    for i in range(learning.size):
        gain = speed * (1.0 - capacity[i]) * learning[i]
        decay[i] = gain / capacity[i] if gain < capacity[i] else 1.0
