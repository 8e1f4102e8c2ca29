"""C.2 What a partner is worth, which deals are possible, whose slots open."""

from __future__ import annotations

from simulation.randomness import Stream
from tests.reference.trust import affinity
from tests.reference.world import FULL_DEPTH, Actor, World


def tempo(w: World) -> float:
    """Probability ω0·Q^ω_Q, at most 1, that a slot opens; 1 with tempo off (Snijders 2001)."""
    if not w.on("tempo"):
        return 1.0
    return min(1.0, w.par.tempo * w.capability**w.par.tempo_capability)


def open_slots(w: World) -> None:
    """Each slot of each actor opens or not; so does the broker slot of those who choose no track."""
    rate = tempo(w)
    for i in w.actors:
        i.open_slots = sum(w.draw(Stream.SLOT_OPENS, i.uid, slot) < rate for slot in range(i.slots))
        i.own_broker = i.slots > 0 and w.draw(Stream.BROKER_OPENS, i.uid) < rate


def shared_partners(i: Actor, j: Actor) -> int:
    """cn_ij: partners that both have."""
    return sum(k in j.deals for k in i.deals)


def complementarity(w: World, i: Actor, j: Actor) -> float:
    """comp_ij = need_i·offer_j/Σ need_i; voluntary commitments raise a firm's expertise (C.10)."""
    if sum(i.needs) <= 0.0:
        return 0.0
    boost = w.when("firm_diplomacy", w.par.commitment_worth) * j.commitments / (1.0 + j.commitments)
    met = i.needs[0] * j.offers[0] * (1.0 + boost)
    for good in (1, 2, 3):
        met += i.needs[good] * j.offers[good]
    return met / sum(i.needs)


def value(w: World, i: Actor, j: Actor, degree: int, shared: int) -> float:
    """V_ij = a·comp·(1 + ν_t cn/(3+cn) + ν_p deg_j/(10+deg_j))(1+ν_u urgency)(1+ν_x X)(1+ν_r 1[ℓ≥1])."""
    worth = appeal(w, i, j) * surroundings(w, i.exposure[j], degree, shared)
    return worth * (1.0 + w.par.inertia) if j in i.deals else worth


def appeal(w: World, i: Actor, j: Actor) -> float:
    """The part of V_ij that lies in what the two are like: a·comp·(1+ν_u urgency)."""
    fit = complementarity(w, i, j) * affinity(w, i, j.position)
    return fit * (1.0 + w.when("urgency", w.par.urgency_weight) * i.urgency)


def surroundings(w: World, exposure: float, degree: int, shared: int) -> float:
    """The part that lies around them: (1 + ν_t cn/(3+cn) + ν_p deg_j/(10+deg_j))(1+ν_x X)."""
    network = 1.0
    network += w.when("network_effects", w.par.shared_partners) * shared / (3 + shared)
    network += w.when("network_effects", w.par.partner_activity) * degree / (10 + degree)
    return network * (1.0 + w.when("exposure", w.par.exposure_weight) * exposure)


def expected(w: World, i: Actor, j: Actor, worth: float) -> float:
    """V[τ̂ − Λ(1−τ̂)]: trust is the subjective probability that the partner complies."""
    return worth * (i.trust[j] - w.par.breach_loss * (1.0 - i.trust[j]))


def utility(w: World, i: Actor, j: Actor, worth: float) -> float:
    """U_ij = V[τ̂ − Λ(1−τ̂)] − c0(1+ℓ)(1+load), before rivalry bonus and concession."""
    return expected(w, i, j, worth) - w.par.setup_cost * (1.0 + i.depth(j)) * (1.0 + i.load)


def continuation(w: World, i: Actor, j: Actor, degree: int, shared: int) -> float:
    """What keeping a deal another quarter is worth: set-up is sunk, upkeep c_m ℓ is not."""
    worth = value(w, i, j, degree, shared)
    return expected(w, i, j, worth) - w.par.upkeep_cost * i.depth(j) * (1.0 + i.load)


def look_around(w: World, i: Actor) -> None:
    """Actor i works out V and U of everybody, as things stand at the start of the quarter."""
    for j in w.actors:
        if j is not i:
            i.worth[j] = value(w, i, j, j.degree, shared_partners(i, j))
            i.gain[j] = utility(w, i, j, i.worth[j])


def trusted(i: Actor, j: Actor) -> bool:
    """A deal needs τ̂V > 0 on both sides."""
    return i.trust[j] * i.worth[j] > 0.0 and j.trust[i] * j.worth[i] > 0.0


def find_possible(w: World) -> None:
    """Note for each actor with whom it may make or deepen a deal this quarter."""
    closed = {i: closed_camps(w, i) for i in w.actors}
    full = {i: wants_home_partners_only(i) for i in w.actors}
    for i in w.actors:
        i.possible = set()
        for j in i.allowed:
            if i.depth(j) >= FULL_DEPTH or j.camp in closed[i] or i.camp in closed[j]:
                continue
            if j not in i.deals and ((full[i] and is_foreign(j, i)) or (full[j] and is_foreign(i, j))):
                continue
            i.possible.add(j)


def closed_camps(w: World, i: Actor) -> set[int]:
    """C.17: an exclusive deal bars its parties from the camps of neither."""
    return {c for k, deal in i.deals.items() if deal.exclusive for c in range(3) if c not in (i.camp, k.camp)}


def wants_home_partners_only(i: Actor) -> bool:
    """Whether one more foreign non-state partner would push a state's home share below its least share."""
    if i.local_share <= 0.0:
        return False
    partners = [j for j in i.deals if not j.is_state]
    at_home = sum(j.home is i for j in partners)
    return at_home < i.local_share * (len(partners) + 1)


def is_foreign(j: Actor, i: Actor) -> bool:
    """A non-state actor that is not at home in state i."""
    return not j.is_state and j.home is not i
