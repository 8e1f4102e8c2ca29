"""C.2 Who may deal with whom, who turns to whom this quarter, and who agrees."""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulation.kernels import Stream
from tests.reference.books import rules_of
from tests.reference.draws import gumbel, poisson
from tests.reference.ends import QUARTERS_KEPT, ROUNDING, price_of_levers, upkeep
from tests.reference.pull import agreement, layer_of
from tests.reference.world import FULL_DEPTH, KINDS, Actor, World

TARGETED = 1000
"""Number of the first approach that a strategy aims at a named partner."""


@dataclass(eq=False, slots=True)
class Approach:
    """One actor turns to another: for the n-th time this quarter to somebody of that kind."""

    sender: Actor
    receiver: Actor
    number: int


# --- who may


def find_possible(w: World) -> None:
    """Note for each actor with whom it may sign this quarter."""
    closed = {i: closed_camps(i) for i in w.actors}
    full = {i: wants_home_partners_only(i) for i in w.actors}
    busy = {i for i in w.actors if is_busy(w, i)}
    for i in w.actors:
        i.possible = {
            j for j in i.allowed
            if j.camp not in closed[i] and i.camp not in closed[j]
            and (j in i.deals or not ((full[i] and is_foreign(j, i)) or (full[j] and is_foreign(i, j))))
            and (j in i.deals or not busy & {i, j})
        }  # fmt: skip
    hedge(w.by_id[w.scenario.focal], w.scenario.strategy.hedge, w)


def hedge(focal: Actor, most: float | None, w: World) -> None:
    """A camp that holds more than its share of the focal state's commitments gets no more of them."""
    total = sum(deal.depth for deal in focal.deals.values())
    for camp in range(3) if most is not None and total else ():
        members = {j for j in w.actors if j.camp == camp and j.home is not focal}
        if sum(deal.depth for j, deal in focal.deals.items() if j in members) / total > most:
            focal.possible -= members
            for j in members:
                j.possible.discard(focal)


def is_busy(w: World, i: Actor) -> bool:
    """C.2: whether an organisation runs as many engagements as one of its kind can."""
    most = rules_of(w, i.kind).at_once
    return 0 < most <= len(i.deals)


def closed_camps(i: Actor) -> set[int]:
    """C.17: an exclusive deal bars its parties from the camps of neither."""
    return {c for k, deal in i.deals.items() if deal.exclusive for c in range(3) if c not in (i.camp, k.camp)}


def wants_home_partners_only(i: Actor) -> bool:
    """Whether one more foreign non-state partner would push a state's home share below its least share."""
    if not i.is_state or i.local_share <= 0.0:
        return False
    partners = [j for j in i.deals if not j.is_state]
    at_home = sum(j.home is i for j in partners)
    return at_home < i.local_share * (len(partners) + 1)


def is_foreign(j: Actor, i: Actor) -> bool:
    """A non-state actor that is not at home in state i."""
    return not j.is_state and j.home is not i


# --- who turns to whom


def rate(w: World, i: Actor, kind: str) -> float:
    """ω: approaches a year of i to partners of a kind; the course of the year, zeal, effort and urgency."""
    course = w.course[min(w.quarter // 4, len(w.course) - 1)][kind]
    urge = 1.0
    if i.is_state and w.on("urgency"):
        urge = max(0.0, 1.0 + w.par.urgency_pull * (i.urgency - w.par.urgency_usual))
    return course * i.zeal[kind] * i.effort["bilateral" if kind == "state" else "non_state"] * urge


def partners(w: World, i: Actor, kind: str) -> list[Actor]:
    """Those of a kind whom a state may turn to; states for all others."""
    return [j for j in w.actors if j in i.possible and j.kind == (kind if i.is_state else "state")]


def approach(w: World) -> list[Approach]:
    """A Poisson number of approaches of everybody to each kind, then those that a strategy aims."""
    made = []
    for i in w.actors:
        for code, kind in enumerate(KINDS):
            luck = w.draw(Stream.APPROACHES, i.uid, code)
            some = partners(w, i, kind)
            for number in range(poisson(luck, max(0.0, rate(w, i, kind)) / 4.0) if some else 0):
                made.append(Approach(i, choose(w, i, some, code, number), number))
    focal = w.by_id[w.scenario.focal]
    aimed = [j for j in targets(w, focal) + voices(w, focal)
             if j in focal.possible and not (j.kind == "influencer" and j in focal.deals)]  # fmt: skip
    return made + [Approach(focal, j, TARGETED + k) for k, j in enumerate(aimed)]


def targets(w: World, focal: Actor) -> list[Actor]:
    """Whom the strategy has the focal state turn to this quarter; what it signs with them goes no deeper than wanted.

    Not to those with whom it has what it wants; those with a priority by priority, while the purse bears them.
    """
    for j in w.actors:
        focal.wanted[j] = j.wanted[focal] = FULL_DEPTH
    now = w.scenario.start + w.quarter
    left = min(focal.purse + focal.budget, QUARTERS_KEPT * focal.budget) - price_of_levers(w, focal)
    left = max(0.0, max(0.0, left) - upkeep(w, focal))
    chosen = []
    for target in sorted(w.scenario.strategy.targets, key=lambda target: target.priority or 0):
        j = w.by_id[target.partner]
        if (target.start and now < target.start) or (target.until and now > target.until):
            continue
        if target.depth:
            focal.wanted[j] = j.wanted[focal] = target.depth
        if j not in focal.possible or (target.depth and focal.depth(j) >= target.depth):
            continue
        if target.priority:
            rules = rules_of(w, layer_of(focal, j))
            rung = focal.depth(j) + 1 if j in focal.deals else target.depth or 1
            price = rules.sign[max(focal.depth(j), min(rung, rules.deepest))]
            if price > left + ROUNDING:
                continue
            left -= price
        chosen.append(j)
    return chosen


def voices(w: World, focal: Actor) -> list[Actor]:
    """C.13: influencers whom the strategy has run campaigns: those named, or all heard at home who mean well."""
    chosen = w.scenario.strategy.advocacy.influencers
    if chosen == "all_allies":
        return [b for b in w.actors if b.kind == "influencer" and b.audience.get(focal, 0.0) > 0.0 and b.stance >= 0.5]
    return [] if chosen == "none" else [w.by_id[name] for name in chosen]


def choose(w: World, i: Actor, some: list[Actor], layer: int, number: int) -> Actor:
    """The greatest U plus Gumbel noise, which is a draw with p_i(j) = e^{U_ij}/Σ e^{U_il} (McFadden 1974)."""
    luck = w.luck.of(Stream.APPROACH, layer, number)
    return max(some, key=lambda j: (i.pull[j] + gumbel(luck.uniform(i.uid, j.uid)), -j.uid))


def consent(w: World, made: list[Approach]) -> list[Approach]:
    """Those that are agreed to, each with q."""
    return [a for a in made if agrees(w, a)]


def agrees(w: World, a: Approach) -> bool:
    """Whether the receiver says yes; its luck is of this approach alone."""
    layer = KINDS.index(layer_of(a.sender, a.receiver))
    luck = w.luck.of(Stream.ANSWER, layer, a.number).uniform(a.receiver.uid, a.sender.uid)
    return luck < agreement(w, a.receiver, a.sender)


# --- chances, for who expects


def expected_consent(w: World, i: Actor, kind: str) -> float:
    """Σ_j p_i(j) q_j(i) over partners of a kind: the chance that an approach is agreed to."""
    some = [j for j in i.possible if j.kind == kind]
    total = sum(math.exp(i.pull[j]) for j in some)
    return sum(math.exp(i.pull[j]) * agreement(w, j, i) for j in some) / total if total > 0.0 else 0.0
