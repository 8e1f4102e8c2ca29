"""The state a run starts with: world and scenario turned into arrays.

Data flow one way: facts of the world as of a date, then the scenario's changes (blocs, trust,
fragmentation, deals, instruments), then the levers of the focal state.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.data.tables import table
from simulation.data.world import World
from simulation.intensity.firms import INFRASTRUCTURE
from simulation.intensity.joining.texts import SignupText
from simulation.kernels import stable_hash
from simulation.model import book
from simulation.model.joining import (
    Joined,
    believe_in_texts,
    planned_text,
    recorded_joiners,
    recorded_text,
)
from simulation.model.levers import apply_strategy
from simulation.model.rest import expected_stock, open_pairs, union_members
from simulation.outcomes.gravity import gravity
from simulation.processes import capacity, capture, consultation, learning, needs, norms, opinion, peers
from simulation.processes.affinity import affinity_matrix, log_affinity_matrix
from simulation.processes.bargaining import write_terms
from simulation.processes.books import terms, terms_of
from simulation.processes.effort import first_shares
from simulation.processes.ends import load
from simulation.processes.fragmentation import Bloc, cells, crossing, harden_rules, lower_trust, rewire, split_blocs
from simulation.processes.instruments import affinity_to_texts
from simulation.processes.measurement import measured_positions
from simulation.processes.past import recall_conduct
from simulation.processes.pull import remember
from simulation.processes.trust import initial_evidence
from simulation.scenario.checks import eligible_actors
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.scenario.quarter import Quarter
from simulation.scenario.schema import InstrumentSpec, Scenario
from simulation.state import (
    BILATERAL,
    DOMAINS,
    DRAWN,
    FIRM,
    KINDS,
    NEVER,
    NON_STATE,
    RECORDED,
    SECRETARIAT,
    STATE,
    TRACKS,
    TRILATERAL,
    F,
    State,
)

RULE_CODES = {"unanimity": 0, "consensus": 1, "qualified_majority": 2, "majority": 2}
FAR = 10_000
"""A quarter after any horizon: an instrument without a closing date."""


def build_state(world: World, scenario: Scenario, replicate: int) -> State:
    """The state before the first quarter of one replicate.

    Parameters
    ----------
    world
        Facts as of the scenario's date, with the roster it asks for.
    scenario
        A checked scenario.
    replicate
        Number of the replicate; draws of positions, thresholds and reach depend on it.
    """
    par, mech, seed = scenario.parameters, scenario.mechanisms, scenario.seed
    uid = np.array([stable_hash(name) for name in world.ids], np.uint64)
    if len(set(uid.tolist())) != uid.size:  # one in 10^13 for a thousand actors; never silent
        raise ValueError("two actor ids share a hash")
    free = (world.kind == STATE) & ~np.isin(np.arange(len(uid)), world.leaders)
    position = measured_positions(world.position, world.position_sd, free, uid, par, seed, replicate)
    cell = cells_of(world, scenario)
    prior = first_trust(world, scenario, cell)
    blocs = start_blocs(world, scenario, cell)
    columns: dict[str, Any] = {}
    columns |= _who(world, scenario, uid, prior)
    columns |= _actors(world, scenario, position)
    columns |= _blocs(blocs, world, mech.on("soft_law"))
    columns |= _instruments(world, scenario)
    columns["alpha"], columns["beta"] = initial_evidence(prior, par.prior_mass)
    columns["alpha_ref"], columns["beta_ref"] = initial_evidence(world.trust_prior, par.prior_mass)
    columns["learns"] = (world.kind == STATE) & (np.arange(uid.size) != world.index(scenario.focal))
    state = State(**columns)
    state.likeness_mean, state.likeness_sd = likeness_scale(state, par)
    _fill_books(state, world, scenario, replicate)
    # decay that holds each state where it is in the recorded world, before any lever is pulled; that world has every
    # mechanism, so that one that is switched off is missed
    capacity.set_rest(state, par, Mechanisms(), expected_stock(world, scenario))
    needs.note_start(state)
    _first_adopters(state, world, par)
    recall_conduct(state, par, mech, seed, replicate)
    _first_effort(state, world)
    state.gravity = gravity(state, par, mech, terms_of(par, mech))  # before any lever is pulled
    _fragment(state, scenario, cell, replicate)
    state.held[state.depth > 0] = RECORDED
    state.held[(state.depth > 0) & state.drawn] = DRAWN
    apply_strategy(state, world, scenario, replicate)
    state.purse[:] = state.budget
    _derive(state, world, scenario, replicate)
    return state


def cells_of(world: World, scenario: Scenario) -> NDArray[np.int32]:
    """Cell of each actor between the scenario's lines of fragmentation, (n,); -1 for who lies in none."""
    # a union of states of several regions lies on no side of a regional line
    regions = [
        name if home >= 0 and world.un_member[home] else ""
        for name, home in zip(world.subregion, world.home, strict=True)
    ]
    split = scenario.fragmentation
    return cells(split.lines, world.ids, world.camp, regions, world.home, split.outsiders == "own_cell")


def _fill_books(state: State, world: World, scenario: Scenario, replicate: int) -> None:
    """What the replicate believes of the intensity, the deals at the start, and what they leave in the purses."""
    rules = terms_of(scenario.parameters, scenario.mechanisms)
    beliefs = book.believe(state, world, scenario, replicate)
    book.open_book(state, world, scenario, replicate, beliefs, rules)
    remember(state)
    state.busiest_firm = float(state.busy[state.kind == FIRM].max(initial=0.0))
    if scenario.mechanisms.on("budget"):
        book.fill_purses(state, terms(scenario.parameters.renewal, 1.0, True))  # at the usual prices
    else:
        state.budget[:] = UNLIMITED


def likeness_scale(state: State, par: Parameters) -> tuple[float, float]:
    """Mean and standard deviation of the log affinity of pairs of states at the start."""
    s = state.s
    likeness = log_affinity_matrix(state.position[:s], state.weight[:s], par.affinity_width)
    both = _both_ways(likeness)
    sd = float(both.std()) if both.size else 0.0
    return (float(both.mean()), sd) if sd > 0 else (0.0, 1.0)


@njit(cache=True, error_model="numpy")
def _both_ways(likeness: F) -> F:
    """Mean of the two likenesses of each pair, (s·(s - 1)/2,), in order."""
    s = likeness.shape[0]
    result, place = np.empty(s * (s - 1) // 2), 0
    for i in range(s):
        for j in range(i + 1, s):
            result[place] = (likeness[i, j] + likeness[j, i]) / 2.0
            place += 1
    return result


def _first_effort(state: State, world: World) -> None:
    """Shares of effort in the recorded world."""
    s, deals = state.s, _deals_by_track(world)
    member = state.member[:, :s]
    regional = member[state.bloc_regional].sum(axis=0)
    others = member[~state.bloc_regional].sum(axis=0)
    state.track_start[:s] = first_shares(deals, regional, others, state.joined[:, :s].sum(axis=0))
    state.track_share[:s] = state.track_start[:s]


@lru_cache(maxsize=8)  # the same in all replicates
def _deals_by_track(world: World) -> F:
    """Recorded deals of each state on each track, (s, 5); shared."""
    result = np.zeros((int((world.kind == STATE).sum()), len(TRACKS)))
    for deal in world.deals:
        track = TRILATERAL if len(deal.parties) == 3 else BILATERAL
        if any(world.kind[i] != STATE for i in deal.parties):
            track = NON_STATE
        for i in deal.parties:
            if i < len(result):
                result[i, track] += 1.0
    return result


def _fragment(state: State, scenario: Scenario, cell: NDArray[np.int32], replicate: int) -> None:
    """What the lines do to deals: fewer approaches across them, and a share of the book moved inside (C.17 b, d)."""
    lost = scenario.parameters.fragmentation_pull * scenario.fragmentation.trust
    if lost:
        across = crossing(cell)
        state.base[across] -= lost
        for q in range(len(state.instrument_ids)):
            if state.sponsor[q].any():
                state.crossed[q] = lost * across[:, state.sponsor[q]].mean(axis=1)
    move_deals(state, scenario, cell, replicate)


def first_trust(world: World, scenario: Scenario, cell: NDArray[np.int32]) -> F:
    """First trust τ⁰, (n, n): that of the recorded world, lowered by fragmentation, then the scenario's own pairs."""
    loss = scenario.parameters.fragmentation_trust * scenario.fragmentation.trust
    prior = lower_trust(world.trust_prior, cell, loss) if loss else world.trust_prior.copy()
    for own in scenario.trust:
        i, j = (world.index(name) for name in own.pair)
        prior[i, j] = own.value
        if own.symmetric:
            prior[j, i] = own.value
    return prior


def start_blocs(world: World, scenario: Scenario, cell: NDArray[np.int32]) -> list[Bloc]:
    """Blocs with the scenario's overrides, then its fragmentation."""
    blocs = []
    for facts in world.blocs:
        own = scenario.blocs.get(facts.id)
        values: dict[str, Any] = {
            "rule": facts.rule, "threshold": facts.threshold, "agenda_rate": facts.agenda_rate,
            "enforcement": facts.enforcement, "members": facts.members, "salience": 1.0,
            "depth": facts.depth,
        }  # fmt: skip
        if own is not None:
            given = {name: getattr(own, name) for name in values if getattr(own, name) is not None}
            if "members" in given:
                given["members"] = tuple(sorted(world.index(name) for name in given["members"]))
            if "rule" in given and "threshold" not in given:
                given["threshold"] = default_threshold(given["rule"])
            values |= given
        blocs.append(Bloc(id=facts.id, regional=facts.regional, universal=facts.universal, **values))
    blocs = split_blocs(blocs, scenario.fragmentation.bloc_splitting, cell)
    return harden_rules(blocs, scenario.fragmentation.decision_rule, cell)


def default_threshold(rule: str) -> float:
    """Share of members that must say yes where a scenario names a rule but no threshold."""
    return {"unanimity": 1.0, "consensus": 0.5, "qualified_majority": 2 / 3, "majority": 0.5}[rule]


def _who(world: World, scenario: Scenario, uid: NDArray[np.uint64], prior: F) -> dict[str, Any]:
    s = int((world.kind == STATE).sum())
    return {
        "ids": world.ids, "uid": uid, "kind": world.kind.copy(), "un_member": world.un_member.copy(),
        "home": world.home.copy(), "camp": world.camp.copy(), "leaders": np.array(world.leaders, np.int32),
        "size": world.size.copy(), "objectivity": world.objectivity.copy(), "research": world.research.copy(),
        "trust_prior": prior, "prior_ref": world.trust_prior.copy(),
        "free_press": world.free_press.copy(), "allowed": open_pairs(world),
        "in_union": union_members(world),
        "trade_share": world.trade_share[:s, :s].copy(order="F"),
        "trade_share_eu": world.trade_share_eu[:s].copy(),
        "strategic_weight": strategic_weight(world, scenario),
    }  # fmt: skip


def strategic_weight(world: World, scenario: Scenario) -> F:
    """g in [0, 1], (n,): the percentile of a state's size among UN members, or as the scenario says."""
    weight = np.zeros(len(world.ids))
    members = np.flatnonzero(world.un_member)
    sizes = np.sort(world.size[members])
    weight[members] = np.searchsorted(sizes, world.size[members], side="right") / members.size
    for name, given in scenario.strategic_weight.items():
        weight[world.index(name)] = given
    return weight


def _actors(world: World, scenario: Scenario, position: F) -> dict[str, Any]:
    par, n = scenario.parameters, len(world.ids)
    s = int((world.kind == STATE).sum())
    budget = np.zeros(n)
    for code, kind in enumerate(KINDS[1:], start=1):
        rows = world.kind == code
        budget[rows] = getattr(par, f"{kind}_budget")
    states = world.kind == STATE
    budget[states] = par.state_budget_floor + par.state_budget_size * world.size[states]
    return {
        "position": position, "position_start": position.copy(), "weight": world.weight.copy(),
        "capacity": world.capacity.copy(),
        "transparency": world.transparency.copy(), "transparency_ref": world.transparency.copy(),
        "adoption": world.adoption.copy(), "budget": budget, "supply": needs.supply_of(world.kind, firm_sorts(world)),
        "opinion": opinion.initial_opinion(world.opinion[:s], par.opinion_spread),
        "stance": world.stance.copy(), "audience": world.audience[:, :s].copy(),
        "campaign_line": np.where(states, opinion.OFFICIAL, 0.0),
        "campaign_weight": np.where(states, opinion.WEIGHT_OF_PAYMENT, 0.0), "campaign_open": states.copy(),
    }  # fmt: skip


def firm_sorts(world: World) -> list[str]:
    """What each actor sells, if it is a firm of the roster: infrastructure, models (it lives by AI) or other things."""
    focus = {row["id"]: float(row["ai_focus"] or 0.0) for row in table("nonstate")}
    return [
        "infrastructure" if name in INFRASTRUCTURE else "models" if focus.get(name, 0.0) >= LIVES_BY_AI else "other"
        for name in world.ids
    ]


LIVES_BY_AI = 0.7
"""From this share of AI in what it does a firm counts as a firm of models (assumption)."""


def _blocs(blocs: list[Bloc], world: World, soft: bool) -> dict[str, Any]:
    b, n = len(blocs), len(world.ids)
    member = np.zeros((b, n), bool)
    for k, bloc in enumerate(blocs):
        member[k, list(bloc.members)] = True
    return {
        "bloc_ids": tuple(bloc.id for bloc in blocs),
        "bloc_uid": np.array([stable_hash("bloc:" + bloc.id) for bloc in blocs], np.uint64),
        "member": member,
        "bloc_depth": np.array([bloc.depth for bloc in blocs], np.int8),
        "bloc_rule": np.array([RULE_CODES[bloc.rule] for bloc in blocs], np.int8),
        "bloc_threshold": np.array([bloc.threshold for bloc in blocs], float),
        "bloc_agenda": np.array([bloc.agenda_rate for bloc in blocs], float),
        "bloc_enforcement": np.array([bloc.enforcement if soft else 1.0 for bloc in blocs], float),
        "bloc_salience": np.array([bloc.salience for bloc in blocs], float),
        "bloc_regional": np.array([bloc.regional for bloc in blocs], bool),
    }  # fmt: skip


def _instruments(world: World, scenario: Scenario) -> dict[str, Any]:
    rows = instrument_rows(world, scenario)
    q, n = len(rows), len(world.ids)
    start = scenario.start
    soft = scenario.mechanisms.on("soft_law")
    eligible, joined, sponsor = (np.zeros((q, n), bool) for _ in range(3))
    when = np.full((q, n), NEVER, np.int32)
    for k, row in enumerate(rows):
        eligible[k, list(row.eligible)] = True
        sponsor[k, list(row.sponsors)] = True
        joined[k, list(row.joined)] = True
        when[k, list(row.joined)] = -1
    quarters = [Quarter.of(row.opens).index_from(start) for row in rows]
    closes = [FAR if row.closes is None else Quarter.of(row.closes).index_from(start) for row in rows]
    return {
        "instrument_ids": tuple(row.id for row in rows),
        "instrument_uid": np.array([stable_hash("instrument:" + row.id) for row in rows], np.uint64),
        "eligible": eligible, "joined": joined, "join_quarter": when, "sponsor": sponsor,
        "opens": np.array(quarters, np.int32), "closes": np.array(closes, np.int32),
        "binding": np.array([row.binding for row in rows], bool),
        "in_force": np.array([row.in_force for row in rows], bool),
        "needed": np.array([row.needed for row in rows], np.int32),
        "instrument_enforcement": np.array([row.enforcement if soft else 1.0 for row in rows], float),
        "instrument_regional": np.array([row.regional for row in rows], bool),
        "instrument_position": np.array([row.position for row in rows], float).reshape(q, 4),
        "instrument_domain": np.array([DOMAINS.index(row.domain) for row in rows], np.int8),
    }  # fmt: skip


def move_deals(state: State, scenario: Scenario, cell: NDArray[np.int32], replicate: int) -> None:
    """Rewire the share of cross-line deals that the scenario's fragmentation says (C.17 d)."""
    moves = rewire(
        state.depth, scenario.fragmentation.rewiring, cell, state.kind, state.allowed, state.uid,
        scenario.seed, replicate,
    )  # fmt: skip
    for i, j, k in moves:
        for column, empty in (
            (state.depth, 0), (state.track, -1), (state.since, NEVER), (state.until, NEVER), (state.drawn, False),
            *((conduct, 0) for conduct in state.conduct),  # a deal that moves takes its record with it
        ):  # fmt: skip
            column[i, k], column[k, i] = column[i, j], column[j, i]
            column[i, j] = column[j, i] = empty
        write_terms(state.terms, state.position, i, k, 0.5)


_CIVIL = DOMAINS.index("civil")


def _first_adopters(state: State, world: World, par: Parameters) -> None:
    """Who has adopted the norm: by the habit of joining civil texts."""
    s = state.s
    # lists without usable names, by invitation, or joined by all who may, say nothing about habit
    settled = np.zeros(len(state.instrument_ids), bool)
    for q, facts in enumerate(world.instruments):
        settled[q] = facts.complete and not facts.invitation_only and len(facts.joined) < len(facts.eligible)
    habit = peers.habit(state.eligible[settled], state.joined[settled], state.instrument_domain[settled], _CIVIL)
    state.norm[:s] = state.un_member[:s] & (habit[:s] >= par.norm_start)
    state.norm_first[:] = state.norm


def _derive(state: State, world: World, scenario: Scenario, replicate: int) -> None:
    """Columns that follow from the others."""
    par, mech, seed = scenario.parameters, scenario.mechanisms, scenario.seed
    s = state.s
    likeness = affinity_matrix(state.position[:s], state.weight[:s], par.affinity_width)
    state.peer_weight = np.asfortranarray(peers.peer_weights(likeness, state.member[:, :s]))
    rows = instrument_rows(world, scenario)
    state.affinity_start[:] = affinity_to_texts(state, par, np.array([row.usual for row in rows]).reshape(-1, 4))
    texts = [(row.text, row.known) for row in rows]
    believe_in_texts(state, world, scenario, replicate, texts)
    state.propensity = learning.first_propensities(state.uid, mech, seed, replicate)
    state.norm_threshold = norms.draw_thresholds(state.uid, par, seed, replicate)
    capture.capture_index(state, mech)
    state.consulted_start = consultation.consult(state, mech).copy()
    state.load = load(state, terms_of(par, mech))


UNLIMITED = 1e12
"""Income where budgets do not bind."""


@dataclass(frozen=True)
class InstrumentRow:
    """One instrument as a run starts with it; actors are indexes into the world."""

    id: str
    sponsors: tuple[int, ...]
    enforcement: float
    opens: date
    closes: date | None
    regional: bool
    eligible: tuple[int, ...]
    position: tuple[float, ...]
    usual: tuple[float, ...]
    """The place that its conveners stand for."""
    binding: bool
    in_force: bool
    needed: int
    domain: str
    joined: tuple[int, ...]
    text: SignupText
    known: Joined | None
    """Who is in, where the list is whole."""


def instrument_rows(world: World, scenario: Scenario) -> list[InstrumentRow]:
    """All instruments, the world's first."""
    return [*_recorded_rows(world), *(_planned(spec, world, scenario) for spec in scenario.instruments)]


@lru_cache(maxsize=8)  # the same in all scenarios of a world
def _recorded_rows(world: World) -> tuple[InstrumentRow, ...]:
    """The instruments of a world. A text that can no longer be joined is closed at once."""
    return tuple(
        InstrumentRow(
            id=facts.id, sponsors=facts.sponsors, enforcement=facts.enforcement, opens=facts.opens,
            closes=facts.closes if facts.open_at_as_of else (facts.closes or world.as_of),
            regional=facts.regional, eligible=facts.eligible, position=facts.position, usual=facts.position,
            binding=facts.binding, in_force=facts.in_force is not None, needed=facts.needed, domain=facts.domain,
            joined=tuple(i for i, _ in facts.joined),
            text=recorded_text(facts, world), known=recorded_joiners(facts, world),
        )
        for facts in world.instruments
    )


def _planned(spec: InstrumentSpec, world: World, scenario: Scenario) -> InstrumentRow:
    """A scenario's instrument, with stated defaults for what it leaves out.

    Position: :func:`sponsor_position`. Enforcement: :data:`DEFAULT_ENFORCEMENT`, whoever convenes.
    """
    sponsors = tuple(world.index(name) for name in spec.sponsors)
    brought = tuple(world.index(name) for name in spec.initiator)
    eligible = eligible_actors(spec.eligible, world)
    joined = tuple(world.index(name) for name in spec.joined)
    usual = sponsor_position(sponsors, world)
    return InstrumentRow(
        id=spec.id, sponsors=tuple(dict.fromkeys((*sponsors, *brought))),
        enforcement=DEFAULT_ENFORCEMENT if spec.enforcement is None else spec.enforcement,
        opens=spec.opens or scenario.start.first_day, closes=spec.closes,
        regional=spec.track == "regional", eligible=eligible,
        position=spec.position or usual, usual=usual, binding=spec.binding, in_force=False,
        needed=0, domain=spec.domain, joined=joined,
        text=planned_text(spec, eligible, world, scenario), known=spec.joined,
    )  # fmt: skip


DEFAULT_ENFORCEMENT = 0.1
"""Enforcement of a text that single states or the UN convene (MODEL C.6, assumption)."""


def sponsor_position(sponsors: tuple[int, ...], world: World) -> tuple[float, ...]:
    """Size-weighted mean position of the sponsors; that of secretariats unweighted if no state is among them.

    Without sponsors the mean of all UN members.
    """
    if not sponsors:
        states = np.flatnonzero(world.un_member)
        return tuple(float(x) for x in world.position[states].mean(axis=0))
    rows = [i for i in sponsors if world.kind[i] == STATE] or list(sponsors)
    size = np.array([world.size[i] if world.kind[i] != SECRETARIAT else 1.0 for i in rows])
    weight = size if size.sum() > 0 else np.ones(len(rows))
    return tuple(float(x) for x in np.average(world.position[rows], axis=0, weights=weight))
