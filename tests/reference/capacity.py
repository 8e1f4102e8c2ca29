"""C.15 Capacity: learning at home and from partners, coordination, coverage, return to rest."""

from __future__ import annotations

from collections.abc import Mapping

from tests.reference import needs
from tests.reference.world import KINDS, Actor, World


def grow(w: World) -> None:
    """ΔK = h_K(1−K)L − d_K,i(K(0) + m(K − K(0))) + catching up, all at once."""
    if not w.on("capacity"):
        return
    change = {}
    for i in w.states:
        lively = learning(w, i, i.budget / i.budget_start if i.budget_start > 0.0 else 1.0)
        change[i] = w.par.capacity_growth * (1.0 - i.capacity) * lively
        away = i.capacity - i.capacity_start
        change[i] -= i.capacity_decay * (i.capacity_start + w.par.capacity_decay * away)
        change[i] += w.par.shared_learning * ahead(i)
    for i, step in change.items():
        i.capacity = min(1.0, max(0.0, i.capacity + step))


def learning(w: World, i: Actor, budget: float) -> float:
    """L of the deals in force, times coordination (C22) and how much of what it needs is covered."""
    kinds = len({j.kind for j, deal in i.deals.items() if deal.depth >= 2}) / len(KINDS)
    found = plain_learning(w, i, {j: deal.depth / 3.0 for j, deal in i.deals.items()}, budget, i.local_funding)
    found *= together(w, kinds, i.agency)
    if w.on("needs") and i.coverage_rest > 0.0:
        found *= 0.5 + 0.5 * needs.mean(needs.covered_now(i)) / i.coverage_rest
    return found


def together(w: World, kinds: float, agency: float) -> float:
    """1 + .3·share of the kinds in programmes + .3·agency."""
    return 1.0 + w.when("coordination", w.par.coordination_gain * kinds + w.par.agency_gain * agency)


def plain_learning(w: World, i: Actor, weight: Mapping[Actor, float], budget: float, local_funding: float) -> float:
    """.3 min(1,B/B(0))(1 − κ_f F/(1+F)) + .3 X/(1+X), X = Σ z e O (.3+.7K), F the net foreign dose of research."""
    par = w.par
    taught = {j: z * expertise(w, j) for j, z in weight.items()}
    tanks = {j: t for j, t in taught.items() if j.kind == "think_tank"}
    net = sum(t if j.home is not i else -t for j, t in tanks.items())
    dose = max(0.0, net) * (1.0 - local_funding)
    at_home = par.domestic_learning * min(1.0, budget)
    at_home *= 1.0 - w.when("dependence", par.dependence) * dose / (1.0 + dose)
    x = sum(taught.values()) * (par.absorption_floor + (1.0 - par.absorption_floor) * i.capacity)
    return at_home + par.partner_learning * x / (1.0 + x)


def expertise(w: World, j: Actor) -> float:
    """e·O of a teacher, e the skills it supplies; firms (C.10) and think tanks (C.11), each with a switch."""
    worth = j.supply[needs.NEEDS.index("skills")] * j.objectivity
    if j.kind == "firm":
        return w.when("firm_expertise", worth)
    return w.when("think_tank_research", worth) if j.kind == "think_tank" else worth


def ahead(i: Actor) -> float:
    """X/(1+X), X the lead of abler states in programmes with it, by the weight of the deal."""
    lead = sum(
        deal.depth / 3.0 * (j.capacity - i.capacity)
        for j, deal in i.deals.items()
        if j.is_state and deal.depth >= 2 and j.capacity > i.capacity
    )
    return lead / (1.0 + lead)
