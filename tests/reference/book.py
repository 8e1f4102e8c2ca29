"""C.2 The book at the start: what a replicate believes of the intensity, the deals that no record holds, purses.

Covariates, masks, the fit and the factors of the wave are data; everything that is made of them is made here again,
one pair after the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from simulation.data.kinds import DealFacts
from simulation.data.tables import table
from simulation.data.world import World as Facts
from simulation.intensity.posterior import SIZE_ACTIVITY, posterior_of
from simulation.intensity.standing import LayerFacts, Year, layers
from simulation.intensity.wave import factors
from simulation.kernels import Stream, stable_hash
from simulation.scenario.quarter import Quarter
from tests.reference.books import likeness, rules_of, usual_rules
from tests.reference.contracts import write
from tests.reference.draws import Key, Luck, logistic, normal, poisson
from tests.reference.ends import deals_once
from tests.reference.pull import activity, layer_of, usual_activity
from tests.reference.world import KINDS, Actor, World

ESTIMATED = ("state", "firm")
ORGANISED = ("think_tank", "ngo", "influencer", "secretariat")
CHANGING = {"state": {"activity", "past", "recent"}, "firm": {"firm activity", "past"}}
"""Covariates that are counted from the ledger while a run goes on."""
BAND, BOUNDS = (0.25, 0.6), (0.1, 0.85)
"""Least and greatest share of the world's deals in the record, and of those of a pair."""
COMPLETE = 0.9
"""Least share recorded of a pair of a state whose record is called complete."""
YEARLY = {"think_tank": 3.0, "ngo": 1.5, "influencer": 0.8, "secretariat": 0.5}
"""Approaches a year of the mean state to each kind of organisation."""
Pair = tuple[Actor, Actor]


def setup_luck(w: World) -> Luck:
    """Draws made while the world is set up have quarter −1."""
    return Luck(w.scenario.seed, w.replicate, -1)


# --- beliefs


@dataclass
class Belief:
    """One draw of a layer: coefficients by covariate, κ, coefficients of being recorded, share recorded, flows."""

    weight: dict[str, float]
    reluctance: float
    recording: list[float]
    share: float
    flows: list[float]


def believe(w: World, facts: LayerFacts, kind: str) -> Belief:
    """The most probable coefficients and a correlated deviation from them; a flow that wanders about its level."""
    spread, known = w.par.intensity_uncertainty, facts.posterior
    z = [spread * score(w, f"{kind} parameter", name) for name in known.names]
    theta = [
        float(known.mode[k]) + sum(float(known.factor[k, j]) * z[j] for j in range(k + 1)) for k in range(len(z))
    ]
    low, high = BAND
    share = low + (high - low) * (0.5 + min(spread, 1.0) * (luck(w, "share recorded", "world") - 0.5))
    level = known.wave.mean + known.wave.sd * spread * score(w, f"{kind} wave", "level")
    flows, steps = [], []
    for year in range(w.scenario.quarters // 4 + 1):
        steps.append(spread * score(w, f"{kind} wave", f"step {year}"))
        apart = variance = 0.0  # a step loses a fifth of what is left of it each year
        for step in steps:
            apart = 0.8 * apart + known.wave.walk * step
            variance = 0.8 * 0.8 * variance + (known.wave.walk * min(spread, 1.0)) ** 2
        flows.append(math.exp(level + apart - variance / 2.0))
    count = len(facts.names)
    weight = dict(zip(facts.names, theta[:count], strict=True))
    return Belief(weight, theta[count], theta[count + 1 :], share, flows)


def luck(w: World, what: str, name: str) -> float:
    """The uniform of one number that is believed."""
    return setup_luck(w).uniform(Stream.BELIEF, int(stable_hash(what)), int(stable_hash(name)))


def score(w: World, what: str, name: str) -> float:
    """A standard normal."""
    return normal(luck(w, what, name))


# --- the fitted intensity of pairs


def pairs_of(w: World, year: Year) -> list[Pair]:
    """Pairs that can make a deal of a layer, the earlier actor first."""
    return [(i, j) for i in w.actors for j in w.actors if i.row < j.row and year.mask[i.row, j.row]]


def utility(facts: LayerFacts, year: Year, weight: Mapping[str, float], i: Actor, j: Actor) -> float:
    """Σ_k β_k x_k(i, j)."""
    return sum(
        weight[name] * float(year.pair[k, i.row, j.row] + year.partner[k, j.row]) for k, name in enumerate(facts.names)
    )


def intensities(w: World, facts: LayerFacts, year: Year, belief: Belief) -> dict[Pair, float]:
    """λ_ij = p_i(j) q_j(i) + p_j(i) q_i(j) of every pair, each approaching once a year."""
    pairs = pairs_of(w, year)
    odds = {(a, b): math.exp(utility(facts, year, belief.weight, a, b)) for i, j in pairs for a, b in ((i, j), (j, i))}
    total = dict.fromkeys(w.actors, 0.0)
    for (a, _), weight in odds.items():
        total[a] += weight
    still = math.exp(belief.reluctance)
    yes = {pair: weight / (weight + still) for pair, weight in odds.items()}
    return {
        (i, j): odds[i, j] / total[i] * yes[j, i] + odds[j, i] / total[j] * yes[i, j] for i, j in pairs
    }  # fmt: skip


def shares_recorded(year: Year, belief: Belief, rate: Mapping[Pair, float]) -> dict[Pair, float]:
    """ρ = clip(e^{c + Σγz}, .1, .85), with c such that the record holds the share of the flow that is believed."""
    low, high = BOUNDS
    reason = {
        (i, j): sum(g * float(year.reasons[k, i.row, j.row]) for k, g in enumerate(belief.recording)) for i, j in rate
    }

    def shares(c: float) -> dict[Pair, float]:
        return {pair: min(high, max(low, math.exp(c + z))) for pair, z in reason.items()}

    bottom, top = -20.0, 20.0
    for _ in range(40):
        middle = (bottom + top) / 2.0
        held = sum(rate[pair] * share for pair, share in shares(middle).items())
        bottom, top = (middle, top) if held < belief.share * sum(rate.values()) else (bottom, middle)
    return shares((bottom + top) / 2.0)


def as_complete(w: World, shares: Mapping[Pair, float]) -> dict[Pair, float]:
    """The same where the scenario calls the records of some states nearly whole."""
    whole = {w.by_id[name] for name in w.scenario.records.complete}
    return {pair: max(COMPLETE, share) if whole & set(pair) else share for pair, share in shares.items()}


@dataclass
class Layers:
    """What follows from facts and beliefs, by kind of partner or by pair."""

    belief: dict[str, Belief] = field(default_factory=dict)
    reluctance: dict[str, float] = field(default_factory=lambda: dict.fromkeys(KINDS, 0.0))
    base: dict[Pair, float] = field(default_factory=dict)
    recorded: dict[Pair, float] = field(default_factory=dict)
    allowed: set[Pair] = field(default_factory=set)
    course: list[dict[str, float]] = field(default_factory=list)
    zeal: dict[tuple[Actor, str], float] = field(default_factory=dict)


def layers_of(w: World, facts: Facts) -> Layers:
    """The intensity at the start, of all layers."""
    known = Layers(course=[dict.fromkeys(KINDS, 0.0) for _ in range(w.scenario.quarters // 4 + 1)])
    for code, layer in layers(facts).items():
        if KINDS[code] == "state" and w.rules["partner_choice"] == "size_activity":
            layer = replace(layer, posterior=posterior_of(facts.as_of, SIZE_ACTIVITY))
        add_estimated(w, known, layer, KINDS[code])
    language = layers(facts)[0].current.pair[layers(facts)[0].names.index("language")]
    add_organised(w, known, facts, {(i, h): float(language[i.row, h.row]) for i in w.states for h in w.states})
    union = w.leaders[0]
    known.allowed -= {pair for i in w.actors if i.in_union for pair in ((i, union), (union, i))}
    return known


def add_estimated(w: World, known: Layers, facts: LayerFacts, kind: str) -> None:
    """States and firms: what is fitted."""
    belief, now = believe(w, facts, kind), facts.current
    known.belief[kind], known.reluctance[kind] = belief, belief.reluctance
    fixed = {name: 0.0 if name in CHANGING[kind] else weight for name, weight in belief.weight.items()}
    rate = intensities(w, facts, now, belief)
    off = 0.0  # a run counts the activity of firms from the mean of those it has, the fit from that of all
    if kind == "firm":
        k = facts.names.index("firm activity")
        counted_from = [float(now.partner[k, j.row]) for j in w.actors if j.kind == "firm"]
        off = belief.weight["firm activity"] * sum(counted_from) / len(counted_from) if counted_from else 0.0
    share = shares_recorded(now, belief, rate)
    known.recorded |= as_complete(w, share)
    for i, j in rate:
        for a, b in ((i, j), (j, i)):
            known.base[a, b] = utility(facts, now, fixed, a, b) + (off if b.kind == "firm" else 0.0)
            known.zeal[a, kind] = 1.0
            known.allowed.add((a, b))
    flow = sum(rate[pair] * share[pair] for pair in rate)
    steady = factors(KINDS.index(kind), len(belief.flows)).tolist()
    for year, wave in enumerate(belief.flows):
        known.course[year][kind] = wave / flow * steady[year] if flow > 0.0 else 0.0


def add_organised(w: World, known: Layers, facts: Facts, language: Mapping[Pair, float]) -> None:
    """Think tanks, NGOs, influencers, secretariats: home 1, language .3, consent .4 z(readiness), by prior."""
    ready = scores({i: float(facts.capacity[i.row]) for i in w.states})
    size = scores({i: math.log(max(float(facts.gdp_usd[i.row]), 1.0)) for i in w.states})
    for j in w.actors:
        if j.kind in ORGANISED:
            barred = {frozenset(r.pair) for r in w.scenario.relations if not r.open}
            for i in w.states:
                known.base[i, j] = 1.0 * (j.home is i) + 0.3 * (language[i, j.home] if j.home else 0.0)
                known.base[j, i] = 0.4 * ready[i]
                known.zeal[i, j.kind] = math.exp(0.3 * (ready[i] + size[i]) - 0.09)
                heard = j.kind != "influencer" or i in j.audience  # nobody buys what nobody at home hears
                if heard and frozenset((i.id, j.id)) not in barred:
                    known.allowed |= {(i, j), (j, i)}
            for year in known.course:
                year[j.kind] = YEARLY[j.kind]


def scores(values: dict[Actor, float]) -> dict[Actor, float]:
    """Deviations from the mean in standard deviations; 0 where all are alike."""
    mean = sum(values.values()) / len(values)
    sd = math.sqrt(sum((x - mean) ** 2 for x in values.values()) / len(values))
    alike = min(values.values()) == max(values.values())
    return {i: 0.0 if alike else (x - mean) / sd for i, x in values.items()}


# --- deals before the start


@dataclass(frozen=True)
class Event:
    """A signing before the start; depth 0 where it was drawn."""

    a: Actor
    b: Actor
    quarter: int
    depth: int = 0
    three: bool = False


def recorded_events(w: World, deals: Iterable[DealFacts], known: Layers) -> list[Event]:
    """Every pair of every recorded deal that may still deal."""
    events = []
    for deal in deals:
        quarter = min(-1, Quarter.of(deal.date).index_from(w.scenario.start))
        rows = deal.parties
        for p, one in enumerate(rows):
            for other in rows[p + 1 :]:
                i, j = w.actors[min(one, other)], w.actors[max(one, other)]
                if (i, j) in known.allowed:
                    events.append(Event(i, j, quarter, deal.depth, len(rows) > 2))
    return events


def drawn_events(w: World, facts: LayerFacts, known: Layers, kind: str) -> list[Event]:
    """Deals that no record holds, year by year: Poisson with mean λ(1 − ρ), scaled to what the record has and half."""
    events = []
    for back, year in enumerate(reversed(facts.past), start=1):
        belief = known.belief[kind]
        rate = intensities(w, facts, year, belief)
        share = shares_recorded(year, belief, rate)
        scale = (year.events + 0.5) / sum(rate[pair] * share[pair] for pair in rate)
        found = as_complete(w, share)
        own = setup_luck(w).of(Stream.BOOK, KINDS.index(kind), back)
        first = Quarter.of(date(facts.posterior.year - back + 1, 1, 1)).index_from(w.scenario.start)
        for (i, j), flow in rate.items():
            if facts.current.mask[i.row, j.row]:
                places = counted(own, i, j, flow * scale * (1.0 - found[i, j]))
                events += [Event(i, j, min(-1, first + place)) for place in places]
    return events


def counted(own: Key, i: Actor, j: Actor, mean: float) -> list[int]:
    """A Poisson number of deals, each in one of four quarters."""
    number = poisson(own.symmetric(i.uid, j.uid), mean)
    return [int(4.0 * own.of(turn, 1).symmetric(i.uid, j.uid)) for turn in range(number)]


def engagements(w: World, known: Layers, kind: str) -> list[Event]:
    """Those with organisations of a kind in the quarters before the start from which some can still run."""
    events = []
    there = [j for j in w.actors if j.kind == kind]
    for back in range(1, rules_of(w, kind).longest + 1):
        own = setup_luck(w).of(Stream.BOOK, KINDS.index(kind), back)
        for i in w.states:
            open_to = [j for j in there if (i, j) in known.allowed]
            total = sum(math.exp(known.base[i, j]) for j in open_to)
            for j in open_to:
                chance = math.exp(known.base[i, j]) / total / (1.0 + math.exp(-known.base[j, i]))
                mean = chance * known.course[0][kind] / 4.0 * known.zeal[i, kind]
                events += [Event(i, j, -back) for _ in counted(own, i, j, mean)]
    return events


def open_book(w: World, facts: Facts, known: Layers) -> None:
    """Give the actors, who have no deals, those that are in force at the start."""
    events = recorded_events(w, facts.deals, known)
    if w.on("latent_book"):
        for code, layer in layers(facts).items():
            events += drawn_events(w, layer, known, KINDS[code])
        for kind in ORGANISED:
            events += engagements(w, known, kind)
    turns: dict[tuple[int, Actor, Actor], int] = {}
    for event in sorted(events, key=lambda e: (e.quarter, *sorted((e.a.uid, e.b.uid)))):
        place = turns.get((event.quarter, event.a, event.b), 0)
        turns[event.quarter, event.a, event.b] = place + 1
        live(w, event, place)
    for i, j in deals_once(w):
        if i.deals[j].until <= 0:
            del i.deals[j], j.deals[i]
        else:
            i.deals[j].terms = [(x + y) / 2.0 for x, y in zip(i.position, j.position, strict=True)]


def live(w: World, event: Event, place: int) -> None:
    """Sign a deal in its quarter and renew it until it runs into the start or ends."""
    i, j, quarter = event.a, event.b, event.quarter
    rules, own = rules_of(w, layer_of(i, j)), setup_luck(w).of(Stream.BOOK_LIFE, -quarter, place)
    old = i.deals.get(j)
    if old and old.until <= quarter:
        del i.deals[j], j.deals[i]
        old = None
    if event.depth:
        depth = max(event.depth, i.depth(j))
    elif old:
        depth = max(old.depth, min(old.depth + 1, rules.deepest))
    else:
        depth = rules.first_rung(own.symmetric(i.uid, j.uid), w.par.depth_likeness * likeness(w, i, j))
    until, turn = quarter + rules.first_term(own.of(1, 0).symmetric(i.uid, j.uid)), 2
    while until <= 0 and own.of(turn, 0).symmetric(i.uid, j.uid) < logistic(rules.odds_of_renewal(depth)):
        until += rules.first_term(own.of(turn, 1).symmetric(i.uid, j.uid))
        turn += 1
    drawn = event.depth == 0 and (old is None or old.drawn)
    deal = write(w, i, j, depth, until, event.three)
    deal.drawn = drawn
    if old is None or "influencer" in (i.kind, j.kind):  # a campaign bought again is a new one
        deal.since = quarter


def ledger_of(w: World, facts: Facts, known: Layers) -> list[tuple[Actor, Actor, int, float]]:
    """All recorded signings, in force or not, each whole; those of texts of many say little of two of them."""
    joint = {row["id"] for row in table("deals") if row["kind"] == "joint_initiative"}
    told = [deal for deal in facts.deals if deal.id not in joint]
    return [(event.a, event.b, event.quarter, 1.0) for event in recorded_events(w, told, known)]


# --- purses


def expected_flows(w: World, known: Layers) -> dict[Pair, float]:
    """Mean agreements a quarter that the first of a pair reaches by turning to the other in the recorded world."""
    usual = {kind: usual_activity(w, kind) for kind in ESTIMATED}
    plain = {
        (i, j): known.base[i, j] + (activity(w, j, usual) if i.is_state else 0.0) for i, j in known.allowed
    }  # fmt: skip
    flows = {}
    for i in w.actors:
        for kind in KINDS:
            there = [j for a, j in known.allowed if a is i and layer_of(i, j) == kind]
            total = sum(math.exp(plain[i, j]) for j in there)
            for j in there:
                yes = 1.0 / (1.0 + math.exp(known.reluctance[kind] - plain[j, i]))
                flow = known.course[0][kind] * known.zeal.get((i, kind), 0.0) / 4.0
                flows[i, j] = flow * math.exp(plain[i, j]) / total * yes
    return flows


def expected_spending(w: World, known: Layers) -> dict[Actor, float]:
    """Mean spending a quarter in the recorded world: on the flow of deals, and on keeping those that it leads to."""
    spending = dict.fromkeys(w.actors, 0.0)
    for (i, j), flow in expected_flows(w, known).items():
        cost = flow * price_of_life(w, layer_of(i, j))
        spending[i] += cost
        spending[j] += cost
    return spending


def quarters_of_life(w: World, kind: str) -> float:
    """How long a deal is in force, renewals included."""
    rules = rules_of(w, kind)
    return (rules.shortest + rules.longest) / 2.0 / (1.0 - rules.renewed)


def price_of_life(w: World, kind: str) -> float:
    """What a deal costs either side from its signing to its end."""
    rules = usual_rules(w, kind)  # a purse is of the usual prices
    terms = 1.0 / (1.0 - rules.renewed)
    quarters = quarters_of_life(w, kind)
    return sum(
        share * (sign * terms + keep * quarters)
        for share, sign, keep in zip(rules.shares, rules.sign[1:], rules.keep[1:], strict=True)
    )


# --- the deals that the recorded world would hold


def expected_stock(w: World, facts: Facts) -> tuple[dict[Actor, dict[Actor, float]], dict[Actor, float]]:
    """C.15: expected z of each partner, and share of kinds in programmes, by the most probable intensity.

    Σλ·life/(1−r)·z; a pair has one deal, which more signings deepen: z = 1 − e^{−N·mean ℓ/3} of N lives.
    """
    sure = w.scenario.parameters.replace(intensity_uncertainty=0.0)
    calm = World(w.scenario.model_copy(update={"parameters": sure, "relations": ()}), 0, w.actors, w.leaders, w.blocs,
                 w.texts)  # fmt: skip
    known = layers_of(calm, facts)
    calm.draw_of_busy = {
        kind: belief.weight["activity" if kind == "state" else "firm activity"]
        for kind, belief in known.belief.items()
    }
    lives = dict.fromkeys(known.allowed, 0.0)
    for (i, j), flow in expected_flows(calm, known).items():
        for pair in ((i, j), (j, i)):
            lives[pair] += flow * quarters_of_life(w, layer_of(i, j))
    weight: dict[Actor, dict[Actor, float]] = {i: {} for i in w.actors}
    programmes = {i: dict.fromkeys(KINDS, 0.0) for i in w.actors}
    for (i, j), number in lives.items():
        first, second, third = rules_of(w, layer_of(i, j)).shares
        weight[i][j] = 1.0 - math.exp(-number * (first + 2.0 * second + 3.0 * third) / 3.0)
        programmes[i][j.kind] += number * (second + third)
    share = {i: sum(1.0 - math.exp(-number) for number in by_kind.values()) / len(KINDS)
             for i, by_kind in programmes.items()}  # fmt: skip
    return weight, share
