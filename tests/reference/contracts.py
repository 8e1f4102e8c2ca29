"""C.15 and C.2: what is signed, under hard budgets; the terms, the payments, the publics."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.randomness import Stream
from simulation.scenario.schema import Deal as PlannedDeal
from simulation.scenario.schema import Scenario
from tests.reference.choosing import Contract
from tests.reference.deals import continuation, shared_partners
from tests.reference.society import ratification
from tests.reference.trust import distance
from tests.reference.world import FULL_DEPTH, Actor, Deal, World, end_deal

Pair = tuple[Actor, Actor]


def upkeep_load(w: World, i: Actor) -> float:
    """C.5: load_i = min(1, c_m Σℓ/B)."""
    if not i.deals:
        return 0.0
    return min(1.0, w.par.upkeep_cost * i.rungs() / i.budget) if i.budget > 0.0 else 1.0


# --- what the scenario plans (C.17)


@dataclass(eq=False, slots=True)
class Plan:
    """A planned deal, and the last quarter in which it is kept by plan (None: until it is signed)."""

    deal: PlannedDeal
    due: int
    last: int | None


def plans_of(scenario: Scenario) -> list[Plan]:
    """The planned deals of a scenario, by the quarter they are due."""
    start = scenario.start
    return [
        Plan(deal, deal.start.index_from(start), None if deal.end is None else deal.end.index_from(start))
        for deal in sorted(scenario.deals, key=lambda deal: deal.start)
    ]


def sign_planned(w: World) -> None:
    """Planned deals come first: signed when due, signed again if lost before their last quarter, then let go."""
    over = [plan for plan in w.plans if plan.last is not None and w.quarter > plan.last]
    w.plans = [plan for plan in w.plans if plan not in over]
    kept = {frozenset(pair) for plan in w.plans if w.quarter >= plan.due for pair in pairs_of(w, plan)}
    for plan in over:
        for a, b in pairs_of(w, plan):
            if frozenset((a, b)) not in kept and b in a.deals:
                a.deals[b].planned = False
    for plan in w.plans:
        if w.quarter >= plan.due:
            pairs = pairs_of(w, plan)
            signed = [is_planned(a, b) or impose(w, plan.deal, a, b, len(pairs) == 3) for a, b in pairs]
            if plan.last is None and all(signed):
                plan.last = w.quarter


def pairs_of(w: World, plan: Plan) -> list[tuple[Actor, Actor]]:
    """The pairs of a planned deal, in the order of the actors."""
    actors = sorted((w.by_id[name] for name in plan.deal.parties), key=lambda actor: actor.row)
    return [(a, b) for n, a in enumerate(actors) for b in actors[n + 1 :]]


def is_planned(a: Actor, b: Actor) -> bool:
    """Whether two actors have a deal that is kept by plan."""
    return b in a.deals and a.deals[b].planned


def impose(w: World, plan: PlannedDeal, a: Actor, b: Actor, three: bool) -> bool:
    """Sign a planned deal; not if one side could not even keep it up."""
    if w.par.upkeep_cost * plan.depth > min(a.budget, b.budget):
        return False
    if b not in a.deals:
        a.deals[b] = b.deals[a] = Deal(0, "", w.quarter)
    deal = a.deals[b]
    deal.depth = max(deal.depth, plan.depth)
    deal.track = "trilateral" if three else ("bilateral" if a.is_state and b.is_state else "non_state")
    deal.exclusive, deal.planned = plan.exclusive, True
    half_way = [(x + y) / 2.0 for x, y in zip(a.position, b.position, strict=True)]
    deal.terms = half_way if plan.terms is None else list(plan.terms)
    return True


# --- what must go


def shed(w: World) -> None:
    """Upkeep first: whoever cannot pay it ends its least valued deals, planned ones last.

    Everybody judges by the deals that there were before anybody shed.
    """
    shared = {i: {j: shared_partners(i, j) for j in i.deals} for i in w.actors if over_committed(w, i)}
    for i in w.actors:
        while over_committed(w, i):
            worth = {j: continuation(w, i, j, j.degree, shared[i][j]) for j in i.deals}
            end_deal(i, min(i.deals, key=lambda j: (i.deals[j].planned, worth[j], j.uid)))


def over_committed(w: World, i: Actor) -> bool:
    """Whether upkeep exceeds the budget."""
    return bool(i.deals) and w.par.upkeep_cost * i.rungs() > i.budget


# --- what is signed


def sign(w: World, contracts: list[Contract]) -> None:
    """Sign in order of joint surplus while all parties can pay set-up and upkeep; a rung a quarter per pair."""
    left = {i: i.budget - w.par.upkeep_cost * i.rungs() for i in w.actors}
    lifted: set[frozenset[Actor]] = set()
    for contract in sorted(contracts, key=lambda c: (-c.surplus, [a.uid for a in c.parties])):
        due = rungs_due(contract, lifted)
        if not due or any(bill(w, i, due) > left[i] + 1e-12 for i in contract.parties):
            continue
        for a, b in due:
            if a.depth(b) + 1 == FULL_DEPTH and not ratified(w, a, b):
                continue
            for i in (a, b):
                left[i] -= price(w, a, b)
            terms = agree_terms(w, contract, a, b)
            lift(w, contract, a, b, terms)
            lifted.add(frozenset((a, b)))


def rungs_due(contract: Contract, lifted: set[frozenset[Actor]]) -> list[Pair]:
    """The pairs that a contract lifts: those at the lowest depth among its parties, once a quarter."""
    parties = contract.parties
    pairs = [(a, b) for n, a in enumerate(parties) for b in parties[n + 1 :]]
    level = min(min(a.depth(b) for a, b in pairs) + 1, FULL_DEPTH)
    return [(a, b) for a, b in pairs if a.depth(b) < level and frozenset((a, b)) not in lifted]


def price(w: World, a: Actor, b: Actor) -> float:
    """Set-up of the next rung, c0(1+ℓ), and its upkeep, to each side."""
    return w.par.setup_cost * (1.0 + a.depth(b)) + w.par.upkeep_cost


def bill(w: World, i: Actor, due: list[Pair]) -> float:
    """What a contract costs one party."""
    return sum(price(w, a, b) for a, b in due if i in (a, b))


def ratified(w: World, a: Actor, b: Actor) -> bool:
    """C.13: both publics let a binding deal pass (Putnam 1988); only UN members have one that votes."""
    if not w.on("ratification"):
        return True
    for x, y in ((a, b), (b, a)):
        if x.un_member and w.draw(Stream.RATIFICATION, x.uid, y.uid) >= ratification(w, x):
            return False
    return True


def lift(w: World, contract: Contract, a: Actor, b: Actor, terms: list[float]) -> None:
    """One rung more, entered in the books of both."""
    track = "bilateral" if a.is_state and b.is_state else "non_state"
    if len(contract.parties) == 3:
        track = "trilateral"
    if b not in a.deals:
        a.deals[b] = b.deals[a] = Deal(0, track, w.quarter)
    deal = a.deals[b]
    deal.depth += 1
    deal.track, deal.terms = track, terms
    a.credit(track, max(0.0, a.gain[b]))
    b.credit(track, max(0.0, b.gain[a]))


# --- terms


def agree_terms(w: World, contract: Contract, a: Actor, b: Actor) -> list[float]:
    """y = θ x_a + (1−θ) x_b; a concession moves θ; an NGO beside the pair writes rights into it (C.12)."""
    share = challenge(w, a, b) if w.rules["bargaining"] == "challenge" else nash(a, b)
    share = settle(w, a, b, share)
    terms = [share * x + (1.0 - share) * y for x, y in zip(a.position, b.position, strict=True)]
    beside = [i for i in contract.parties if i not in (a, b)]
    if beside and beside[0].kind == "ngo":
        terms[0] += w.when("rights_terms", w.par.rights_terms) * (beside[0].position[0] - terms[0])
    return terms


def nash(a: Actor, b: Actor) -> float:
    """θ = b_a/(b_a + b_b), b = 1 + U⁺ of the best alternative (Nash 1950)."""
    power = [
        1.0 + max(0.0, max((i.gain[k] for k in i.possible if k is not partner), default=0.0))
        for i, partner in ((a, b), (b, a))
    ]
    return power[0] / (power[0] + power[1])


def challenge(w: World, a: Actor, b: Actor) -> float:
    """θ as the probability that a prevails: states side with the nearer (Bueno de Mesquita 1985)."""
    for_a = total = 0.0
    for k in w.actors:
        if k.un_member or k in (a, b):
            power = k.size * (w.par.salience_floor + w.par.salience_capacity * k.capacity)
            prefers = distance(k.position, b.position, k.weight) - distance(k.position, a.position, k.weight)
            total += power * abs(prefers)
            for_a += power * max(0.0, prefers)
    return for_a / total if total > 0.0 else 0.5


def settle(w: World, a: Actor, b: Actor, share: float) -> float:
    """A leader pays its concession p, and the terms move: θ ← θ + (1−θ)p/(p+V) for the courted (C.3)."""
    for courted, leader in ((a, b), (b, a)):
        p = courted.offered.get(leader, 0.0)
        if p <= 0.0:
            continue
        courted.payment += p
        leader.payment -= p
        courted.conceded += p
        own = share if courted is a else 1.0 - share
        own += (1.0 - own) * p / (p + courted.worth[leader])
        share = own if courted is a else 1.0 - own
    return share
