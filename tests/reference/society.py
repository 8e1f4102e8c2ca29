"""C.12 NGOs and norms, C.13 influencers and publics."""

from __future__ import annotations

from simulation.kernels import Stream
from tests.reference.draws import logistic
from tests.reference.world import Actor, World

# --- C.12


def detection(w: World, i: Actor) -> float:
    """1 − (1−d0)(1−.1)^{n_NGO}: NGOs that an actor works with see its breaches."""
    watchers = sum(j.kind == "ngo" for j in i.deals)
    return 1.0 - (1.0 - w.par.detection) * (1.0 - w.when("watching", w.par.ngo_monitoring)) ** watchers


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


def consult(w: World) -> None:
    """A state is consulted by D/(1 + D) of the D NGOs it works with."""
    for i in w.actors:
        dose = sum(j.kind == "ngo" for j in i.deals)
        i.consulted = dose / (1.0 + dose) if i.is_state and w.on("consultation") else 0.0


def draft(rights: float, a: Actor, b: Actor) -> float:
    """Either side's consultation moves a draft a tenth of the way to full rights, by its dose (Tallberg et al.)."""
    for i in (a, b):
        rights += 0.1 * i.consulted * (1.0 - rights)
    return rights


# --- C.13


def support(i: Actor) -> float:
    """L: mean of σ((y − .5)/.1) over a public."""
    return sum(logistic((y - 0.5) / 0.1) for y in i.public) / len(i.public)


def ratification(w: World, i: Actor) -> float:
    """σ((L − .5)/.1): a public lets what is more than a memorandum pass (Putnam 1988)."""
    return logistic((support(i) - 0.5) / w.par.ratification_noise)


def move_opinions(w: World) -> None:
    """Campaigns speak one after the other, in the order of their influencers; a hidden payment may come out."""
    if not w.on("campaigns"):
        return
    watch = {i: detection(w, i) for i in w.actors}
    for b in sorted((i for i in w.actors if i.kind == "influencer"), key=lambda i: i.uid):
        for i in w.states:
            if i not in b.deals or b.audience.get(i, 0.0) <= 0.0:
                continue
            hidden = i.campaign_weight > 0.0 and not i.campaign_open
            if hidden and w.draw(Stream.EXPOSURE_OF_CAMPAIGN, b.uid, i.uid) < watch[i]:
                come_out(w, b, i)
            else:
                speak(w, b, i)


def come_out(w: World, b: Actor, payer: Actor) -> None:
    """The public turns away from cooperation, and the payer's partners note evidence against it."""
    payer.campaign_open = True
    payer.public = [y * (1.0 - w.par.backlash * b.audience[payer]) for y in payer.public]
    for j in payer.deals:
        j.opinion_of[payer].beta += w.par.backlash_trust


def message(b: Actor, i: Actor) -> float:
    """The official line by the weight of its payment, for the rest the influencer's own; less a counter-campaign."""
    own = i.campaign_weight * i.campaign_line + (1.0 - i.campaign_weight) * b.stance
    return own * (1.0 - i.campaign_counter)


def speak(w: World, b: Actor, i: Actor) -> None:
    """y ← y + μ_D·reach(b − y) where |b − y| < ε, the reach halving every two quarters (Deffuant et al. 2000)."""
    reach = b.audience[i] * 2.0 ** (-(w.quarter - b.deals[i].since) / 2.0)
    if i.campaign_weight > 0.0 and i.campaign_open:
        reach *= 1.0 - i.transparency * w.par.disclosure_cost
    step, told = w.par.persuasion * reach, message(b, i)
    i.public = [y + step * (told - y) if abs(told - y) < w.par.tolerance else y for y in i.public]
