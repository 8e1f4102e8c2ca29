"""The levers of a strategy: what a scenario lets its focal state (and its imitators) do.

Each lever is one short function on the rows of the states that use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from simulation.arithmetic import ordered_sum
from simulation.data.world import World
from simulation.kernels import Stream, key, uniform
from simulation.model.book import spending_by_kind
from simulation.processes.books import Terms, terms, terms_of
from simulation.processes.ends import ROUNDING, price_of_levers, to_spend
from simulation.processes.opinion import WEIGHT_OF_PAYMENT
from simulation.processes.pull import layer_of
from simulation.scenario.schema import Scenario
from simulation.scenario.strategy import Split, Strategy
from simulation.state import (
    CAMPS,
    FIRM,
    I8,
    I32,
    I64,
    INFLUENCER,
    KINDS,
    MAX_DEPTH,
    MULTILATERAL,
    NGO,
    REGIONAL,
    SECRETARIAT,
    STATE,
    THINK_TANK,
    TRACKS,
    B,
    State,
)


def apply_strategy(state: State, world: World, scenario: Scenario, replicate: int) -> None:
    """Apply the scenario's strategy to the focal state and to the share of states that imitate it."""
    strategy, playing = scenario.strategy, players(state, scenario, replicate)
    state.learns[playing[0]] = strategy.learn
    rules = terms_of(scenario.parameters, scenario.mechanisms)
    usual = [usual_shares(state, scenario, i) for i in playing] if strategy.split else []
    for i in playing:
        _resources(state, i, strategy)
        _conduct(state, i, strategy)
        _partners(state, i, strategy)
        _advocate(state, i, strategy)
        _decide(state, i, strategy)
    for i, shares in zip(playing if strategy.split else (), usual, strict=True):
        assert strategy.split is not None
        _divide(state, i, strategy.split, rules, shares)


def players(state: State, scenario: Scenario, replicate: int) -> list[int]:
    """The focal state, then the non-aligned states that play its strategy, drawn by keyed uniforms.

    A state that imitates at a lower share also imitates at a higher one.
    """
    focal = state.ids.index(scenario.focal)
    if scenario.strategy.imitators == 0.0:
        return [focal]
    draw = key(scenario.seed, replicate, -1, Stream.OPPORTUNISM)
    candidates = np.flatnonzero(state.un_member & (state.camp < 0))
    share = scenario.strategy.imitators
    return [focal, *(int(i) for i in candidates if i != focal and uniform(draw, state.uid[i], np.uint64(0)) < share)]


def _resources(state: State, i: int, strategy: Strategy) -> None:
    state.budget[i] *= strategy.budget
    state.zeal[i] *= np.sqrt(strategy.budget) * strategy.effort


_PAYS: Mapping[str, tuple[int, ...]] = {
    "state": (STATE,), "firm": (FIRM,), "secretariat": (SECRETARIAT,), "knowledge": (THINK_TANK, NGO),
    "campaigns": (INFLUENCER,),
}  # fmt: skip
"""Kinds of partner that each part of a split budget pays for; the first is the column of its pot."""


def usual_shares(state: State, scenario: Scenario, i: int) -> Mapping[str, float]:
    """Shares of what a state is expected to spend on partners before any lever is pulled, at the usual prices."""
    spent = spending_by_kind(state, terms(scenario.parameters.renewal, 1.0, True), i)
    total = float(spent.sum())
    return {part: float(spent[list(kinds)].sum()) / total if total > 0.0 else 0.0 for part, kinds in _PAYS.items()}


def _divide(state: State, i: int, split: Split, rules: Terms, usual: Mapping[str, float]) -> None:
    """Divide the income of a state: a pot for each part, approaches by its square root, levers as far as it bears."""
    cost = float(price_of_levers(state, rules)[i])
    levers = min(1.0, cost / state.budget[i]) if state.budget[i] > 0.0 else float(cost > 0.0)
    if split.levers is not None:
        if levers > split.levers:
            _weaken(state, i, split.levers / levers)
        levers = split.levers
    given = {part: share for part in _PAYS if (share := getattr(split, part)) is not None}
    rest = max(0.0, 1.0 - levers - ordered_sum(given.values()))
    open_parts = [part for part in _PAYS if part not in given]
    whole = ordered_sum(usual[part] for part in open_parts)
    for part, kinds in _PAYS.items():
        own = usual[part] / whole if whole > 0.0 else 1.0 / max(len(open_parts), 1)
        share = given[part] if part in given else rest * own
        state.share[i, kinds[0]], state.pot[i, kinds[0]] = share, share * state.budget[i]
        if usual[part] > 0.0:
            state.zeal[i, list(kinds)] *= np.sqrt(share / usual[part])


def _weaken(state: State, i: int, strength: float) -> None:
    """What a state pulls with less money than it costs."""
    for column in (state.agency, state.oversight, state.local_funding):
        column[i] *= strength
    opened = state.transparency[i] - state.transparency_ref[i]
    if opened > 0.0:
        state.transparency[i] = state.transparency_ref[i] + strength * opened


def _decide(state: State, i: int, strategy: Strategy) -> None:
    """Its own answer to single texts."""
    for name, answer in strategy.texts.items():
        state.answer[state.instrument_ids.index(name), i] = 1 if answer == "join" else -1


def _conduct(state: State, i: int, strategy: Strategy) -> None:
    if strategy.transparency is not None:
        state.transparency[i] = strategy.transparency
    state.oversight[i] = strategy.oversight
    state.agency[i] = strategy.agency
    state.local_share[i] = strategy.local_share
    state.local_funding[i] = strategy.fund_local
    state.track_allowed[i] = [track in strategy.tracks for track in TRACKS]


def _partners(state: State, i: int, strategy: Strategy) -> None:
    """Close new deals with the kinds, camps and sorts of firm that the strategy leaves out."""
    closed = ~np.isin(state.kind, [KINDS.index(kind) for kind in strategy.partners])
    closed |= np.isin(state.camp, [CAMPS.index(camp) for camp in strategy.exclude_camps])
    if strategy.only_camp is not None:
        closed |= (state.camp >= 0) & (state.camp != CAMPS.index(strategy.only_camp))
    if strategy.firms != "all":
        research = state.research >= RESEARCH_MINDED
        closed |= (state.kind == FIRM) & (research if strategy.firms == "business" else ~research)
    state.allowed[i, closed] = False
    state.allowed[closed, i] = False


RESEARCH_MINDED = 0.5
"""From here on a firm counts as research-minded (C56)."""


def _advocate(state: State, i: int, strategy: Strategy) -> None:
    """What its campaigns say, whether they are paid for and openly so, and who campaigns against them."""
    plan = strategy.advocacy
    state.campaign_line[i], state.campaign_counter[i] = plan.message, plan.counter
    if plan.influencers != "none":
        state.campaign_weight[i] = WEIGHT_OF_PAYMENT if plan.paid else 0.0
        state.campaign_open[i] = plan.disclosed


NEVER_ENDS = int(np.iinfo(np.int32).max)


class Targets(NamedTuple):
    """Whom a strategy has its state turn to, one entry each, in the order in which they have their turn."""

    partner: I64  # rows
    first: I32  # first quarter of the run, counted from 0
    last: I32  # last quarter
    depth: I8  # deepest rung wanted, MAX_DEPTH without one
    ends: B  # turned to no more once the rung wanted is reached
    queues: B  # turned to only while the purse bears it
    ends_with: I32  # last quarter of the deal, NEVER_ENDS without one
    exits: B  # left once it is seen to break a promise


def targets_of(state: State, scenario: Scenario, rows: Mapping[str, int]) -> Targets:
    """Named partners: those without a priority first, then by priority, each in the order of the file; then voices."""
    plan = sorted(scenario.strategy.targets, key=lambda target: target.priority or 0)
    speaking = voices(state, scenario, rows[scenario.focal])
    plain, start, end = len(speaking), scenario.start, scenario.quarters - 1
    return Targets(
        np.array([*(rows[target.partner] for target in plan), *speaking], np.int64),
        np.array([t.start.index_from(start) if t.start else 0 for t in plan] + [0] * plain, np.int32),
        np.array([t.until.index_from(start) if t.until else end for t in plan] + [end] * plain, np.int32),
        np.array([t.depth or MAX_DEPTH for t in plan] + [MAX_DEPTH] * plain, np.int8),
        np.array([t.depth is not None for t in plan] + [False] * plain, bool),
        np.array([t.priority is not None for t in plan] + [False] * plain, bool),
        np.array([t.ends.index_from(start) if t.ends else NEVER_ENDS for t in plan] + [NEVER_ENDS] * plain, np.int32),
        np.array([t.exit for t in plan] + [False] * plain, bool),
    )


def _now(targets: Targets, quarter: int) -> B:
    """Targets whose window is open."""
    return np.asarray((targets.first <= quarter) & (quarter <= targets.last))


def want(state: State, targets: Targets, focal: int) -> None:
    """Write how deep the focal state goes with each of its targets this quarter; with all others any rung."""
    state.wanted[focal] = state.wanted[:, focal] = MAX_DEPTH
    for k in np.flatnonzero(_now(targets, state.quarter) & targets.ends) if targets.partner.size > 0 else ():
        j = targets.partner[k]
        state.wanted[focal, j] = state.wanted[j, focal] = targets.depth[k]


def turned_to(state: State, targets: Targets, focal: int, rules: Terms, possible: B) -> I64:
    """Rows of those to whom the focal state turns this quarter by its strategy, beside all others, in order.

    Not to one with whom it has reached the rung wanted. Those that queue for money are left out once what is left
    for signatures does not bear the price of the rung: the next one, with a new partner the rung wanted.
    """
    partner = targets.partner
    if partner.size == 0:
        return partner
    depth = state.depth[focal, partner]
    open_now = _now(targets, state.quarter) & possible[focal, partner] & ~(targets.ends & (depth >= targets.depth))
    if targets.queues.any():
        left = float(to_spend(state, rules)[focal])
        for k in np.flatnonzero(open_now & targets.queues):
            layer = layer_of(state.kind, focal, int(partner[k]))
            new = int(targets.depth[k]) if targets.ends[k] else 1
            rung = min(int(depth[k]) + 1 if depth[k] > 0 else new, int(targets.depth[k]), int(rules.deepest[layer]))
            price = rules.sign[layer, max(rung, int(depth[k]))]
            open_now[k] = price <= left + ROUNDING
            left -= price if open_now[k] else 0.0
    return partner[open_now]


def voices(state: State, scenario: Scenario, focal: int) -> list[int]:
    """Influencers whom the focal state's strategy has speak for it: it turns to those who have no campaign of its."""
    chosen = scenario.strategy.advocacy.influencers
    if chosen == "none":
        return []
    if chosen == "all_allies":
        allies = (state.kind == INFLUENCER) & (state.audience[:, focal] > 0) & (state.stance >= 0.5)
        return [int(i) for i in np.flatnonzero(allies)]
    return [state.ids.index(name) for name in chosen]


def wait_for_blocs(state: State, scenario: Scenario, focal: int) -> None:
    """While the focal state waits for its bloc it uses the regional and multilateral tracks only (C29)."""
    if scenario.strategy.wait_for:
        row = state.track_allowed[focal]
        row[:] = [track in scenario.strategy.tracks for track in TRACKS]
        if _waits(state, scenario):
            row &= np.isin(np.arange(len(TRACKS)), (REGIONAL, MULTILATERAL))


def _waits(state: State, scenario: Scenario) -> bool:
    """Whether none of the blocs that it has chosen to wait for has decided again."""
    awaited = scenario.strategy.wait_for
    passed = zip(state.bloc_ids, state.bloc_passed, strict=True)
    return not any(name.split("/")[0] in awaited and count > 0 for name, count in passed)


