"""The intensity a run begins with, and the book of deals at its start: recorded ones, and draws of the others (C.2).

Recorded deals are there as dated; deals that no record holds are drawn for each replicate, year by year, from the
thinned intensity λ(1 − ρ) of seven years (Poisson thinning is exact). Both have lives: what has ended by the as-of
date is in nobody's book, though a recorded deal still counts in what its pair has behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit

from simulation import arithmetic
from simulation.data.tables import table
from simulation.data.world import World
from simulation.intensity import belief as drawing
from simulation.intensity import organisations as prior
from simulation.intensity.belief import Belief
from simulation.intensity.covariates import NAMES
from simulation.intensity.ensemble import ATTRACTION_KEPT, ATTRACTION_SD
from simulation.intensity.lives import COMPLETE
from simulation.intensity.posterior import SIZE_ACTIVITY, posterior_of
from simulation.intensity.standing import LayerFacts, Pairs, Year, layers, quarter_of, still_possible
from simulation.intensity.wave import factors
from simulation.kernels import Stream, exp, key, philox, poisson, symmetric_uniform, uniform
from simulation.processes.bargaining import write_terms
from simulation.processes.books import (
    Deals,
    Terms,
    deals_of,
    end_deal,
    first_rung,
    life,
    likeness,
    staying,
    write_signing,
)
from simulation.processes.pull import appeals, layer_of
from simulation.scenario.schema import Scenario
from simulation.state import FIRM, I8, I32, I64, INFLUENCER, KINDS, STATE, U64, B, F, State

DATED = {STATE: ("activity", "past", "recent"), FIRM: ("firm activity", "past")}
"""Covariates that change during a run: they are counted from the ledger."""
_SETUP = -1
_ORGANISED = [k for k in range(len(KINDS)) if k not in (STATE, FIRM)]


class Events(NamedTuple):
    """Signings before the start, oldest first, one entry a pair."""

    pair: I32  # [m, 2]
    quarter: I32  # [m] negative
    depth: I32  # [m] coded depth; 0 for one that was drawn
    three: B  # [m] part of a contract of three


def believed(world: World, scenario: Scenario, replicate: int) -> dict[int, tuple[LayerFacts, Belief]]:
    """What a replicate knows and believes of the estimated layers, by kind of partner."""
    facts, spread = dict(layers(world)), scenario.parameters.intensity_uncertainty
    if scenario.mechanisms["partner_choice"] == "size_activity":
        facts[STATE] = replace(facts[STATE], posterior=posterior_of(world.as_of, SIZE_ACTIVITY))
    years = scenario.quarters // 4 + 1
    return {
        kind: (_as_asked(facts[kind], kind, world, scenario),
               drawing.draw_belief(facts[kind], kind, scenario.seed, replicate, spread, years))
        for kind in (STATE, FIRM)
    }  # fmt: skip


def believe(state: State, world: World, scenario: Scenario, replicate: int) -> Mapping[int, Belief]:
    """Fill the columns of the intensity: coefficients, ``base``, ``allowed``, ``recorded``, ``zeal``, ``course``."""
    known = believed(world, scenario, replicate)
    state.base[:], state.recorded[:] = 0.0, 1.0
    engaged = _engagements(state.kind)
    for relation in scenario.relations:
        if not relation.open:
            i, j = (world.index(name) for name in relation.pair)
            engaged[i, j] = engaged[j, i] = False
    influencers = np.flatnonzero(state.kind == INFLUENCER)
    heard = state.audience[influencers] > 0.0  # nobody buys a campaign that nobody at home hears
    state.allowed[influencers, : state.s] &= heard
    state.allowed[: state.s, influencers] &= heard.T
    state.allowed &= known[STATE][0].current.mask | known[FIRM][0].current.mask | engaged
    state.course = np.zeros((scenario.quarters // 4 + 1, len(KINDS)))
    for kind, (facts, belief) in known.items():
        _believe_layer(state, kind, facts, belief, [world.index(name) for name in scenario.records.complete])
    _believe_organisations(state, world, known[STATE][0].current)
    scores = drawing.attraction_scores(state.uid, state.kind, 0, scenario.seed, replicate)
    state.attraction = scenario.parameters.intensity_uncertainty * ATTRACTION_SD * scores
    return {kind: belief for kind, (_, belief) in known.items()}


def move_attraction(state: State, scenario: Scenario, replicate: int) -> None:
    """At the start of each further year actors' attraction walks on."""
    year, within = divmod(state.quarter, 4)
    if year and not within:
        scores = drawing.attraction_scores(state.uid, state.kind, year, scenario.seed, replicate)
        sd = scenario.parameters.intensity_uncertainty * ATTRACTION_SD
        state.attraction = drawing.next_attraction(state.attraction, scores, sd, ATTRACTION_KEPT)


def _as_asked(facts: LayerFacts, kind: int, world: World, scenario: Scenario) -> LayerFacts:
    """The facts with the relations that a scenario opens or breaks, and without export controls where they are off."""
    changes = []
    for relation in scenario.relations:
        i, j = (world.index(name) for name in relation.pair)
        if max(world.kind[i], world.kind[j]) == kind and min(world.kind[i], world.kind[j]) == STATE:
            changes.append((i, j, relation.open))
    current = _year_as_asked(facts.current, scenario.mechanisms.on("export_controls"), tuple(changes))
    return replace(facts, current=current)


@lru_cache(maxsize=8)  # the same in all replicates of a scenario, and so are its pairs
def _year_as_asked(now: Year, controlled: bool, changes: tuple[tuple[int, int, bool], ...]) -> Year:
    mask = (now.mask if controlled else now.uncontrolled).copy()
    for i, j, is_open in changes:
        mask[i, j] = mask[j, i] = is_open
    return replace(now, mask=mask)


def _believe_layer(state: State, kind: int, facts: LayerFacts, belief: Belief, complete: Sequence[int]) -> None:
    names, dated = facts.names, DATED[kind]
    state.reluctance[kind] = belief.reluctance
    weights = dict(zip(names, belief.weights.tolist(), strict=True))
    state.draw_of_busy[kind] = weights.get("activity", weights.get("firm activity", 0.0))
    state.draw_of_past[kind], state.draw_of_recent[kind] = weights["past"], weights.get("recent", 0.0)
    fixed = np.array([0.0 if name in dated else weights[name] for name in names])
    forth, back = drawing.pair_utilities(facts.current, fixed)
    pairs, rate, share = _in_the_record(facts.current, belief)
    drawing.write_pairs(state.base, pairs.a, pairs.b, forth + recentred_activity(facts, belief, kind, state.kind), back)
    recorded = drawing.sum_of_products(rate, share)  # before: who keeps whole records signs no less for it
    share = _completed(share, pairs, complete, state.n)
    drawing.write_pairs(state.recorded, pairs.a, pairs.b, share, share)
    if recorded > 0.0:  # a world without firms has no approaches to them
        state.course[:, kind] = belief.flows / recorded * factors(kind, len(belief.flows))
    who = facts.current.mask.any(axis=1)
    state.zeal[who, kind] = 1.0
    state.zeal[(state.kind != STATE) & (state.kind != kind), kind] = 0.0


def recentred_activity(facts: LayerFacts, belief: Belief, kind: int, kinds: I8) -> float:
    """What a run leaves out of a firm's activity in the eyes of states, nats.

    The fit counts activity from the mean of all firms, a run from the mean of those in its world.
    """
    if kind != FIRM or not (kinds == FIRM).any():
        return 0.0
    k = facts.names.index("firm activity")
    return float(belief.weights[k] * facts.current.partner[k][kinds == FIRM].mean())


def _engagements(kinds: I8) -> B:
    """Pairs of a state with an organisation that is no firm, (n, n)."""
    states, organised = kinds == STATE, np.isin(kinds, _ORGANISED)
    return np.asarray((states[:, None] & organised) | (organised[:, None] & states))


def _believe_organisations(state: State, world: World, now: Year) -> None:
    """Layers that no record tells: routine work with think tanks, NGOs, influencers and secretariats, by prior."""
    states = state.kind == STATE
    ready, size = _scores(world.capacity, states), _scores(arithmetic.log(np.maximum(world.gdp_usd, 1.0)), states)
    for kind in _ORGANISED:
        if (state.kind == kind).any():
            state.course[:, kind] = prior.CAMPAIGNS if kind == INFLUENCER else prior.APPROACHES[KINDS[kind]]
            state.zeal[states, kind] = arithmetic.exp(prior.PULL * (ready + size) - prior.PULL**2)[states]
            state.draw_of_recent[kind] = prior.RECENT
    for pairs, terms in _engagement_base(world, now):
        state.base[pairs] = terms


@lru_cache(maxsize=8)  # the same in all replicates of a scenario
def _engagement_base(world: World, now: Year) -> tuple[tuple[tuple[I64, ...], F], ...]:
    """Pairs of states with organisations, and of these with states, each with what adds up to ``base``; shared."""
    states, organised = np.flatnonzero(world.kind == STATE), np.flatnonzero(np.isin(world.kind, _ORGANISED))
    ways = np.ix_(states, organised), np.ix_(organised, states)
    return tuple((way, np.asarray(sum(engagement_terms(world, now, *way).values()))) for way in ways)


def engagement_terms(world: World, now: Year, i: I64, j: I64) -> dict[str, F]:
    """Why states turn to organisations, and why these agree to it: terms of ``base`` of pairs by name."""
    states, organised, home = world.kind == STATE, np.isin(world.kind, _ORGANISED), world.home[j]
    turning, agreeing = states[i] & organised[j] & (home >= 0), organised[i] & states[j]
    language = now.covariate(NAMES.index("language"))
    return {
        "home": prior.HOME * (turning & (home == i)),
        "language": prior.LANGUAGE * (language[i, home] * turning),
        "readiness": prior.READY * (_scores(world.capacity, states)[j] * agreeing),
    }


def _scores(values: F, states: B) -> F:
    known = values[states]
    if known.min() == known.max():  # a deviation of equals would be rounding
        return np.zeros(len(values))
    return np.where(states, (values - known.mean()) / known.std(), 0.0)


def open_book(
    state: State, world: World, scenario: Scenario, replicate: int, beliefs: Mapping[int, Belief], rules: Terms
) -> None:
    """Write the ledger and the deals in force at the start."""
    recorded = recorded_events(state, world)
    parts = [recorded]
    if scenario.mechanisms.on("latent_book"):
        complete = [world.index(name) for name in scenario.records.complete]
        parts += [_drawn(state, facts, beliefs[kind], kind, scenario.seed, replicate, world, complete)
                  for kind, facts in layers(world).items()]  # fmt: skip
        parts.append(_engaged(state, scenario.seed, replicate, rules))
    together = Events(*map(np.concatenate, zip(*parts, strict=True)))
    one, two = state.uid[together.pair[:, 0]], state.uid[together.pair[:, 1]]
    order = np.lexsort((np.maximum(one, two), np.minimum(one, two), together.quarter))
    events = Events._make(column[order] for column in together)
    streams = key(scenario.seed, replicate, _SETUP, Stream.BOOK_LIFE)
    par = scenario.parameters
    alike = par.affinity_width, state.likeness_mean, state.likeness_sd, par.depth_likeness
    _live(streams, events, state.uid, state.kind, state.position, state.weight, rules, alike, deals_of(state))
    _write_middles(state.depth, state.position, state.terms)


@njit(cache=True, error_model="numpy")
def _write_middles(depth: I8, position: F, terms: F) -> None:
    """Agree in the middle on every deal in force."""
    for i in range(depth.shape[0]):
        for j in range(i + 1, depth.shape[0]):
            if depth[i, j] > 0:
                write_terms(terms, position, i, j, 0.5)


def recorded_events(state: State, world: World) -> Events:
    """The recorded deals as events, and as the ledger: all of them count, in force or not."""
    rows = _record(world)
    rows = rows[state.allowed[rows[:, 0], rows[:, 1]]]
    state.ledger = np.ascontiguousarray(rows[rows[:, 5] > 0, :3])
    state.ledger_weight = np.ones(len(state.ledger))
    return Events(rows[:, :2], rows[:, 2], rows[:, 3], rows[:, 4] > 0)


@lru_cache(maxsize=8)
def _record(world: World) -> I32:
    """Each pair of each recorded deal: its rows, quarter, depth, whether of three, whether counted; shared, (m, 6)."""
    joint, rows = {row["id"] for row in table("deals") if row["kind"] == "joint_initiative"}, []
    for deal in world.deals:
        quarter = min(-1, quarter_of(deal.date, world.as_of))
        for p, i in enumerate(deal.parties):
            for j in deal.parties[p + 1 :]:
                three = len(deal.parties) > 2
                rows.append((min(i, j), max(i, j), quarter, deal.depth, three, deal.id not in joint))
    return np.array(rows, np.int32).reshape(-1, 6)


def _drawn(
    state: State, facts: LayerFacts, belief: Belief, kind: int, seed: int, replicate: int, world: World,
    complete: Sequence[int],
) -> Events:  # fmt: skip
    """Deals of a layer that no record holds, year by year before the start."""
    found = [np.zeros((0, 3), np.int32)]
    last = facts.posterior.year
    for back, year in enumerate(reversed(facts.past), start=1):
        means = _unrecorded(year, facts.current, belief, complete)
        pairs = year.possible
        stream = np.uint64(philox(key(seed, replicate, _SETUP, Stream.BOOK), np.uint64(kind), np.uint64(back)))
        first = 4 * (last - back + 1) - (world.as_of.year * 4 + (world.as_of.month - 1) // 3 + 1)
        found.append(_count(stream, state.uid, pairs.a, pairs.b, means, first))
    columns = np.concatenate(found)
    zero = np.zeros(len(columns), np.int32)
    return Events(columns[:, :2], columns[:, 2], zero, zero > 0)


def _unrecorded(year: Year, now: Year, belief: Belief, complete: Sequence[int]) -> F:
    """Expected unrecorded deals of each possible pair in the year after a year's end: half more than recorded."""
    pairs, rate, share = _in_the_record(year, belief)
    times = (year.events + 0.5) / drawing.sum_of_products(rate, share)
    share = _completed(share, pairs, complete, len(now.mask))
    return np.asarray(drawing.unrecorded(rate, times, share, still_possible(year, now)))


def _in_the_record(year: Year, belief: Belief) -> tuple[Pairs, F, F]:
    """The possible pairs of a year, their intensity and the share of their deals that is recorded, (P,) each."""
    pairs = year.possible
    utility = drawing.pair_utilities(year, belief.weights)
    rate = drawing.pair_rates(utility, pairs.a, pairs.b, len(year.mask), belief.reluctance)
    return pairs, rate, drawing.recorded_shares(pairs.reasons, belief.recording, rate, belief.share)


def _completed(share: F, pairs: Pairs, complete: Sequence[int], n: int) -> F:
    """Shares recorded, (P,), where some actors keep whole records."""
    if not complete:
        return share
    whole = np.zeros(n, bool)
    whole[list(complete)] = True
    return np.where(whole[pairs.a] | whole[pairs.b], np.maximum(share, COMPLETE), share)


@njit(cache=True, error_model="numpy")
def _count(stream: np.uint64, uid: U64, a: I32, b: I32, mean: F, first: int) -> I32:
    """Rows (i, j, quarter) of a Poisson number of deals of every pair, spread over the four quarters from ``first``."""
    result, total, luck = np.empty((a.size, 3), np.int32), 0, np.empty(a.size)
    for p in range(a.size):  # apart from the choice, so that several are drawn at once
        one, two = uid[a[p]], uid[b[p]]
        luck[p] = uniform(stream, min(one, two), max(one, two))
    for p in range(a.size):
        if luck[p] <= 1.0 - mean[p]:  # at most e^-mean: none
            continue
        for turn in range(poisson(luck[p], mean[p])):
            own = philox(stream, np.uint64(turn), np.uint64(1))
            place = int(4.0 * symmetric_uniform(own, uid[a[p]], uid[b[p]]))
            if total == result.shape[0]:
                result = np.concatenate((result, np.empty_like(result)))
            result[total, 0], result[total, 1], result[total, 2] = a[p], b[p], min(-1, first + place)
            total += 1
    return result[:total]


def _engaged(state: State, seed: int, replicate: int, rules: Terms) -> Events:
    """Engagements of the quarters before the start that can still run, drawn from their prior."""
    found = [np.zeros((0, 3), np.int32)]
    states = np.flatnonzero(state.kind == STATE).astype(np.int32)
    for kind in _ORGANISED:
        rows = np.flatnonzero((state.kind == kind) & state.allowed.any(axis=0)).astype(np.int32)
        if not rows.size:
            continue
        mean = _engagement_rates(state.base, state.allowed, states, rows)
        mean *= (state.course[0, kind] / 4.0 * state.zeal[states, kind])[:, None]
        a, b = np.repeat(states, rows.size), np.tile(rows, states.size)
        for back in range(1, int(rules.longest[kind]) + 1):
            stream = np.uint64(philox(key(seed, replicate, _SETUP, Stream.BOOK), np.uint64(kind), np.uint64(back)))
            drawn = _count(stream, state.uid, a, b, mean.ravel(), -back)
            drawn[:, 2] = -back
            found.append(drawn)
    columns = np.concatenate(found)
    zero = np.zeros(len(columns), np.int32)
    return Events(columns[:, :2], columns[:, 2], zero, zero > 0)


@njit(cache=True, error_model="numpy")
def _engagement_rates(base: F, allowed: B, states: I32, rows: I32) -> F:
    """p_i(j)·q_j(i) of each state with each organisation of a kind, (states, rows)."""
    result = np.zeros((states.size, rows.size))
    for p in range(states.size):
        i, total = states[p], 0.0
        for k in range(rows.size):
            if allowed[i, rows[k]]:
                result[p, k] = exp(base[i, rows[k]])
                total += result[p, k]
        for k in range(rows.size):
            if total > 0.0:
                result[p, k] *= 1.0 / total / (1.0 + exp(-base[rows[k], i]))
    return result


@njit(cache=True, error_model="numpy")
def _live(
    stream: np.uint64, events: Events, uid: U64, kind: I8, position: F, weight: F, rules: Terms,
    alike: tuple[float, float, float, float], deals: Deals,
) -> None:  # fmt: skip
    """Sign and end the deals of the years before the start, one after the other; what is in force then stays."""
    width, mean, sd, gain = alike
    place = 0  # of several signings of a pair in a quarter
    for m in range(events.quarter.size):
        i, j, quarter = events.pair[m, 0], events.pair[m, 1], events.quarter[m]
        layer = layer_of(kind, i, j)
        again = m > 0 and i == events.pair[m - 1, 0] and j == events.pair[m - 1, 1]
        place = place + 1 if again and quarter == events.quarter[m - 1] else 0
        own = philox(stream, np.uint64(-quarter), np.uint64(place))
        running = deals.depth[i, j] > 0 and deals.until[i, j] > quarter
        if not running:
            end_deal(deals, i, j)  # a new one is no older than its first signing
        depth, drawn = events.depth[m], events.depth[m] == 0 and (not running or deals.drawn[i, j])
        if depth == 0:
            near = likeness(position, weight, width, mean, sd, i, j)
            depth = first_rung(symmetric_uniform(own, uid[i], uid[j]), layer, gain * near, rules)
            if running:
                depth = max(deals.depth[i, j], min(deals.depth[i, j] + 1, rules.deepest[layer]))
        elif running:
            depth = max(depth, deals.depth[i, j])
        term = philox(own, np.uint64(1), np.uint64(0))
        until = quarter + life(symmetric_uniform(term, uid[i], uid[j]), layer, rules)
        turn = 2
        while until <= 0:
            renewal = philox(own, np.uint64(turn), np.uint64(0))
            if symmetric_uniform(renewal, uid[i], uid[j]) >= 1.0 / (1.0 + exp(-staying(rules, layer, depth))):
                break
            term = philox(own, np.uint64(turn), np.uint64(1))
            until += life(symmetric_uniform(term, uid[i], uid[j]), layer, rules)
            turn += 1
        if running:
            until = max(until, deals.until[i, j])
        write_signing(deals, kind, i, j, depth, quarter, until, events.three[m])
        deals.drawn[i, j] = deals.drawn[j, i] = drawn
    _close(deals)


@njit(cache=True, error_model="numpy")
def _close(deals: Deals) -> None:
    """Forget the deals that ended before the start."""
    for i in range(deals.depth.shape[0]):
        for j in range(deals.depth.shape[0]):
            if deals.depth[i, j] > 0 and deals.until[i, j] <= 0:
                end_deal(deals, i, j)


def fill_purses(state: State, rules: Terms) -> None:
    """Income of at least twice what an actor is expected to spend in the recorded world, and a first purse of it.

    So the fitted flow is affordable, and a quarter of the budget is not (C.2).
    """
    expected = _expected_spending(expected_flows(state), state.kind, lives(rules))
    state.budget[:] = np.maximum(state.budget, 2.0 * expected)


def spending_by_kind(state: State, rules: Terms, i: int) -> F:
    """What an actor is expected to spend a quarter on each kind of partner, on flow and stock alike, (6,)."""
    of_a_life, flow = lives(rules), expected_flows(state)
    price = of_a_life.sign + of_a_life.keep * of_a_life.quarters
    return np.asarray(np.bincount(state.kind, flow[i] + flow[:, i], len(KINDS)) * price)


class Lives(NamedTuple):
    """What is expected of a deal from its signing to its end, by layer."""

    quarters: F  # [6] in force
    depth: F  # [6] mean ℓ of first signings
    programme: F  # [6] share of first signings that are a programme or deeper
    sign: F  # [6] price of signing and renewing
    keep: F  # [6] price of a quarter


@njit(cache=True, error_model="numpy")
def lives(rules: Terms) -> Lives:
    """What the tables say of a deal's life; interests and later rungs are left out."""
    quarters, mean, programme, sign, keep = np.zeros((5, len(KINDS)))
    for layer in range(len(KINDS)):
        deeper = 1.0 / (1.0 + exp(-rules.rung[layer, 0]))
        binding = deeper / (1.0 + exp(-rules.rung[layer, 1]))
        shares = (1.0 - deeper, deeper - binding, binding)
        for depth in range(3):
            sign[layer] += shares[depth] * rules.sign[layer, depth + 1]
            keep[layer] += shares[depth] * rules.keep[layer, depth + 1]
            mean[layer] += shares[depth] * (depth + 1)
        again = 1.0 / (1.0 + exp(-rules.renewed[layer]))
        quarters[layer] = (rules.shortest[layer] + rules.longest[layer]) / 2.0 / (1.0 - again)
        sign[layer] /= 1.0 - again
        programme[layer] = deeper
    return Lives(quarters, mean, programme, sign, keep)


def expected_flows(state: State) -> F:
    """Agreements a quarter that each actor is expected to reach by turning to each other in the first year, (n, n)."""
    appeal = appeals(state.busy, state.kind, state.un_member, state.draw_of_busy)
    return np.asarray(_expected_flows(
        state.base, appeal, state.kind, state.allowed, state.reluctance, state.course[0], state.zeal
    ))  # fmt: skip


@njit(cache=True, error_model="numpy")
def _expected_flows(base: F, appeal: F, kind: I8, allowed: B, reluctance: F, course: F, zeal: F) -> F:
    """Exponentials stand apart from conditions, so that several are worked on at once."""
    n = kind.size
    result, turning, seen = np.zeros((n, n)), np.empty(n), base.T.copy()
    total, still = np.empty(len(KINDS)), np.empty(n)
    for i in range(n):
        counts = 1.0 if kind[i] == STATE else 0.0
        for j in range(n):
            turning[j] = exp(base[i, j] + counts * appeal[j])
        total[:] = 0.0
        for j in range(n):
            if allowed[i, j]:
                total[layer_of(kind, i, j)] += turning[j]
        for j in range(n):
            still[j] = reluctance[layer_of(kind, i, j)] - (seen[i, j] + (appeal[i] if kind[j] == STATE else 0.0))
        for j in range(n):
            still[j] = exp(still[j])
        for j in range(n):
            layer = layer_of(kind, i, j)
            if allowed[i, j] and total[layer] > 0.0 and zeal[i, layer] > 0.0:
                flow = course[layer] * zeal[i, layer] / 4.0 * turning[j] / total[layer]
                result[i, j] = flow / (1.0 + still[j])
    return result


@njit(cache=True, error_model="numpy")
def _expected_spending(flow: F, kind: I8, of_a_life: Lives) -> F:
    """Mean spending a quarter on the flow of deals and on the stock that it holds, (n,)."""
    result = np.zeros(kind.size)
    for i in range(kind.size):
        for j in range(kind.size):
            if flow[i, j] > 0.0:
                layer = layer_of(kind, i, j)
                spent = flow[i, j] * (of_a_life.sign[layer] + of_a_life.keep[layer] * of_a_life.quarters[layer])
                result[i] += spent
                result[j] += spent
    return result
