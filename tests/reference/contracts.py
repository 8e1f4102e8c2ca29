"""C.2 What is signed of what was agreed: how deep, for how long, at what price, on which terms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

from simulation.kernels import Stream
from simulation.scenario.schema import Deal as PlannedDeal
from simulation.scenario.schema import Scenario
from tests.reference.books import likeness, rules_of
from tests.reference.ends import can_pay, pay
from tests.reference.pull import agreement, layer_of
from tests.reference.society import draft, ratification
from tests.reference.world import FULL_DEPTH, Actor, Deal, World

Pair = tuple[Actor, Actor]


@dataclass(eq=False, slots=True)
class Contract:
    """What two or three have agreed to sign, and the number of the approach it came from."""

    parties: tuple[Actor, ...]
    number: int

    @property
    def pairs(self) -> list[Pair]:
        """First and second party, first and third, second and third."""
        return list(combinations(self.parties, 2))


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


def pairs_of(w: World, plan: Plan) -> list[Pair]:
    """The pairs of a planned deal, in the order of the actors."""
    return list(combinations(sorted((w.by_id[name] for name in plan.deal.parties), key=lambda i: i.row), 2))


def is_planned(a: Actor, b: Actor) -> bool:
    """Whether two actors have a deal that is kept by plan."""
    return b in a.deals and a.deals[b].planned


def impose(w: World, plan: PlannedDeal, a: Actor, b: Actor, three: bool) -> bool:
    """Sign a planned deal for the longest term; not if one side could not even keep it up."""
    rules, depth = rules_of(w, layer_of(a, b)), max(a.depth(b), plan.depth)
    if rules.keep[depth] > min(a.budget, b.budget):
        return False
    deal = write(w, a, b, depth, w.quarter + rules.longest, three)
    deal.exclusive, deal.planned = plan.exclusive, True
    half_way = [(x + y) / 2.0 for x, y in zip(a.position, b.position, strict=True)]
    deal.terms = half_way if plan.terms is None else list(plan.terms)
    return True


def write(w: World, a: Actor, b: Actor, depth: int, until: int, three: bool) -> Deal:
    """Enter a deal of a depth in the books of both, for no shorter than it would have run anyway."""
    if b not in a.deals:
        a.deals[b] = b.deals[a] = Deal(0, "", w.quarter, until)
    deal = a.deals[b]
    if "influencer" in (a.kind, b.kind):
        deal.since = w.quarter  # a campaign bought again is a new one
    deal.depth, deal.until, deal.drawn = depth, max(until, deal.until), False
    deal.track = "trilateral" if three else ("bilateral" if a.is_state and b.is_state else "non_state")
    return deal


# --- what is signed


def sign(w: World, contracts: list[Contract]) -> None:
    """Sign contracts while the purses of all parties last, in an order that is luck; enter all in the ledger."""
    signed = {c for c in sorted(contracts, key=lambda c: place(w, c)) if execute(w, c)}
    for c in contracts:
        for pair in c.pairs if c in signed else []:
            a, b = sorted(pair, key=lambda i: i.row)
            w.ledger.append((a, b, w.quarter, a.recorded[b]))


def place(w: World, c: Contract) -> float:
    """Its place in the order."""
    luck = w.luck.of(Stream.SIGNING_ORDER, c.number, len(c.parties) == 3)
    return luck.uniform(c.parties[0].uid, c.parties[1].uid)


def execute(w: World, c: Contract) -> bool:
    """Sign a contract whole or not at all."""
    depth = {(a, b): rung(w, a, b, c.number) for a, b in c.pairs}
    price = {pair: rules_of(w, layer_of(*pair)).sign[depth[pair]] for pair in c.pairs}
    first, second = c.parties[:2]
    owed = {i: sum(price[pair] for pair in c.pairs if i in pair) for i in c.parties}
    if not all(can_pay(i, second if i is first else first, owed[i]) for i in c.parties):
        for i in c.parties:
            i.unpaid += 1
        return False
    for a, b in c.pairs:
        pay(a, b, price[a, b])
        pay(b, a, price[a, b])
        enter(w, c, a, b, depth[a, b])
    return True


def rung(w: World, a: Actor, b: Actor, number: int) -> int:
    """A first signing is as deep as its luck, a further one a rung deeper; what a public refuses is a rung less."""
    rules, before = rules_of(w, layer_of(a, b)), a.depth(b)
    if before > 0:
        depth = max(before, min(before + 1, rules.deepest))
    else:
        luck = w.luck.of(Stream.RUNG, number, 0).symmetric(a.uid, b.uid)
        depth = rules.first_rung(luck, w.par.depth_likeness * likeness(w, a, b))
    depth = max(before, min(depth, a.wanted[b]))
    if depth > max(before, 1) and is_commitment(a, b) and not ratified(w, a, b):
        return max(before, depth - 1)
    return depth


def is_commitment(a: Actor, b: Actor) -> bool:
    """Work with think tanks, NGOs and influencers is a means."""
    return layer_of(a, b) in ("state", "firm", "secretariat")


def ratified(w: World, a: Actor, b: Actor) -> bool:
    """C.13: both publics let what is more than a memorandum pass (Putnam 1988); only UN members have one that votes."""
    if not w.on("ratification"):
        return True
    return all(
        w.draw(Stream.RATIFICATION, x.uid, y.uid) < ratification(w, x) for x, y in ((a, b), (b, a)) if x.un_member
    )


def enter(w: World, c: Contract, a: Actor, b: Actor, depth: int) -> None:
    """Write one pair's deal, with its terms and a new life; either side has made an agreement."""
    share = settle(a, b, nash(w, a, b))
    luck = w.luck.of(Stream.TERM, c.number, 1).symmetric(a.uid, b.uid)
    until = w.quarter + rules_of(w, layer_of(a, b)).first_term(luck)
    deal = write(w, a, b, depth, until, len(c.parties) == 3)
    deal.terms = [share * x + (1.0 - share) * y for x, y in zip(a.position, b.position, strict=True)]
    if depth > 1 and is_commitment(a, b):
        deal.terms[0] = draft(deal.terms[0], a, b)
    for i in (a, b):
        i.credit(deal.track, depth / FULL_DEPTH)


# --- terms


def nash(w: World, a: Actor, b: Actor) -> float:
    """θ = b_a/(b_a + b_b), b_i = 1 + max over others l of q_l(i)·log(1 + e^{U_il}) (Nash 1950)."""
    power = [
        1.0 + max((agreement(w, k, i) * softplus(i.pull[k]) for k in i.possible if k is not partner), default=0.0)
        for i, partner in ((a, b), (b, a))
    ]
    return power[0] / (power[0] + power[1])


def softplus(utility: float) -> float:
    """log(1 + e^U)."""
    return max(utility, 0.0) + math.log1p(math.exp(-abs(utility)))


def settle(a: Actor, b: Actor, share: float) -> float:
    """A leader pays its concession p, and the terms move: θ ← θ + (1−θ)p/(p+1) for the courted (C.3)."""
    for courted, leader in ((a, b), (b, a)):
        p = courted.offered.get(leader, 0.0)
        if p > 0.0:
            courted.payment += p
            leader.payment -= p
            courted.conceded += p
            own = share if courted is a else 1.0 - share
            own += (1.0 - own) * p / (p + 1.0)
            share = own if courted is a else 1.0 - own
    return share
