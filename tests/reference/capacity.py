"""C.15 Capacity: what states can teach, learning, coordination, decay."""

from __future__ import annotations

from tests.reference.world import Actor, World

KINDS = 6


def refresh_expertise(w: World) -> None:
    """The table of actors: what a state can teach follows its capacity; what others can stays."""
    for i in w.states:
        i.expertise = min(1.0, w.par.state_expertise + w.par.state_expertise_capacity * i.capacity)


def grow(w: World) -> None:
    """ΔK = h_K(1−K)L − d_K,i·m·K + catching up, all at once."""
    if not w.on("capacity"):
        return
    change = {}
    for i in w.states:
        change[i] = w.par.capacity_growth * (1.0 - i.capacity) * learning(w, i, i.budget)
        change[i] -= i.capacity_decay * w.par.capacity_decay * i.capacity
        change[i] += w.par.shared_learning * lag(w, i)
    for i, step in change.items():
        i.capacity = min(1.0, max(0.0, i.capacity + step))


def learning(w: World, i: Actor, budget: float) -> float:
    """.3 min(1,B)(1−κ_f·foreign share) + .1 Σ z e O(.3+.7K), times coordination (C22)."""
    par = w.par
    taught = {j: deal.depth / 3.0 * expertise(w, j) for j, deal in i.deals.items()}
    tanks = sum(t for j, t in taught.items() if j.kind == "think_tank")
    foreign = sum(t for j, t in taught.items() if j.kind == "think_tank" and j.home is not i)
    share = foreign / tanks if tanks > 0.0 else 0.0
    at_home = par.domestic_learning * min(1.0, budget)
    at_home *= 1.0 - w.when("dependence", par.dependence) * share * (1.0 - i.local_funding)
    absorbed = par.absorption_floor + (1.0 - par.absorption_floor) * i.capacity
    kinds = len({j.kind for j in i.deals})
    together = 1.0 + w.when("coordination", par.coordination_gain) * kinds / KINDS
    together += w.when("coordination", par.agency_gain) * i.agency
    return (at_home + par.partner_learning * sum(taught.values()) * absorbed) * together


def expertise(w: World, j: Actor) -> float:
    """e·O of a teacher; firms (C.10) and think tanks, by research (C.11), each with a switch."""
    worth = j.expertise * j.objectivity
    if j.kind == "firm":
        return w.when("firm_expertise", worth)
    return w.when("think_tank_research", worth) if j.kind == "think_tank" else worth


def lag(w: World, i: Actor) -> float:
    """How far the abler fellow members are ahead on average, once for every shared bloc."""
    ahead = [
        j.capacity - i.capacity
        for bloc in w.blocs
        if i in bloc.members
        for j in bloc.members
        if j.capacity > i.capacity
    ]
    return sum(ahead) / len(ahead) if ahead else 0.0
