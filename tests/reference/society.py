"""C.12 NGOs and norms, C.13 influencers and publics."""

from __future__ import annotations

from simulation.randomness import Stream
from tests.reference.draws import logistic
from tests.reference.world import Actor, World

# --- C.12


def detection(w: World, i: Actor) -> float:
    """1 − (1−d0)(1−.1)^{n_NGO}: NGOs that an actor works with see its breaches."""
    watchers = sum(j.kind == "ngo" for j in i.deals)
    return 1.0 - (1.0 - w.par.detection) * (1.0 - w.when("ngo_monitoring", w.par.ngo_monitoring)) ** watchers


def ties(i: Actor, *kinds: str) -> float:
    """Σz over i's deals with some kinds of actor."""
    return sum(deal.depth / 3.0 for j, deal in i.deals.items() if j.kind in kinds)


def spread_norms(w: World) -> None:
    """A state adopts when the weighted share of adopters reaches its threshold, lowered by NGO ties; all at once."""
    if not w.on("norm_cascade"):
        return
    adopting = [i for i in w.states if not i.norm and adopter_share(w, i) >= threshold(w, i)]
    for i in adopting:
        i.norm = True


def threshold(w: World, i: Actor) -> float:
    """θ_i less what NGOs take off it."""
    return i.norm_threshold - w.par.norm_ngo * ties(i, "ngo")


def adopter_share(w: World, i: Actor) -> float:
    """Weighted share of adopters among the states that i looks at."""
    total = sum(weight for j, weight in i.peers.items() if j is not i)
    return sum(weight for j, weight in i.peers.items() if j.norm and j is not i) / total if total > 0.0 else 0.0


# --- C.13


def support(i: Actor) -> float:
    """L: share of a public in favour."""
    return sum(y > 0.5 for y in i.public) / len(i.public)


def ratification(w: World, i: Actor) -> float:
    """σ((L − .5)/.1): a public lets a binding deal pass (Putnam 1988)."""
    return logistic((support(i) - 0.5) / w.par.ratification_noise)


def move_opinions(w: World) -> None:
    """Influencers speak one after the other, in the order of their uids; a hidden payment may come out."""
    if not w.on("opinion"):
        return
    watch = {i: detection(w, i) for i in w.actors}
    for b in sorted((i for i in w.actors if i.kind == "influencer"), key=lambda i: i.uid):
        payer = b.paid_by
        hidden = payer is not None and not b.disclosed
        if hidden and w.draw(Stream.EXPOSURE_OF_CAMPAIGN, b.uid, payer.uid) < watch[payer]:
            come_out(w, b, payer)
        else:
            speak(w, b)


def come_out(w: World, b: Actor, payer: Actor) -> None:
    """Publics turn away from cooperation, and the payer's partners note evidence against it."""
    b.disclosed = True
    for state, reach in b.audience.items():
        state.public = [y * (1.0 - w.par.backlash * reach) for y in state.public]
    for j in payer.deals:
        j.opinion_of[payer].beta += w.par.backlash_trust


def speak(w: World, b: Actor) -> None:
    """y ← y + μ_D·reach(b − y) where |b − y| < ε; disclosed payment costs reach: 1 − T·.5 (Deffuant et al. 2000)."""
    for state, audience in b.audience.items():
        reach = w.par.message_rate * audience
        if b.paid_by is not None and b.disclosed:
            reach *= 1.0 - state.transparency * w.par.disclosure_cost
        step = w.par.persuasion * reach
        state.public = [y + step * (b.stance - y) if abs(b.stance - y) < w.par.tolerance else y for y in state.public]
