"""C.5 Compliance: who keeps promises, what is seen, what it does to trust and to deals."""

from __future__ import annotations

from simulation.kernels import Stream
from tests.reference.books import rules_of
from tests.reference.ends import pot_of, upkeep_load
from tests.reference.pull import layer_of
from tests.reference.society import detection
from tests.reference.trust import affinity, fade
from tests.reference.world import Actor, Deal, World, end_deal


def keep_promises(w: World) -> None:
    """Conduct of everybody in every deal, old and new."""
    for i in w.actors:
        i.load = upkeep_load(w, i)
    fade(w)
    for i in w.actors:
        i.watch = watching(w, i)
    for i in w.actors:
        i.compliance = mean_compliance(w, i)
        for j, deal in i.deals.items():
            expect(w, i, j, deal.depth)
    for i in w.actors:
        for told in i.kept.values():
            told.pop(w.quarter - 4, None)
    fallen: set[Deal] = set()
    seen: set[tuple[Actor, Actor]] = set()
    for i in w.actors:
        for j, deal in i.deals.items():
            if conduct(w, i, j, deal, seen):
                fallen.add(deal)
    for i in w.actors:
        for j in [j for j, deal in i.deals.items() if i.row < j.row and deal in fallen]:
            i.deals[j].depth -= 1
            if i.deals[j].depth == 0:
                end_deal(i, j, "breach")
    use_exits(w, w.by_id[w.scenario.focal], seen)


def use_exits(w: World, focal: Actor, seen: set[tuple[Actor, Actor]]) -> None:
    """Deals whose clause is due, or allows to leave who was seen to break its word, are over for good."""
    for target in sorted(w.scenario.strategy.targets, key=lambda target: target.priority or 0):
        j = w.by_id[target.partner]
        over = target.ends is not None and w.scenario.start + w.quarter >= target.ends
        planned = j in focal.deals and focal.deals[j].planned
        if planned or not (over or (target.exit and (j, focal) in seen)):
            continue
        if j in focal.deals:
            price = rules_of(w, layer_of(focal, j)).leaving(focal.depth(j))
            focal.purse = max(0.0, focal.purse - price)
            focal.pot[pot_of(focal, j)] = max(0.0, focal.pot[pot_of(focal, j)] - price)
            end_deal(focal, j, "expiry" if over else "breach")
        focal.allowed.discard(j)
        j.allowed.discard(focal)


def annual_compliance(w: World, i: Actor, j: Actor) -> float:
    """π_ij = clip(π1 − π2·load² − π3(1−a_ij) − π4·capture, .02, .995), raised by w_n(1 − π)·watch."""
    if not w.on("breach"):
        return 1.0
    return clip(w, i, w.par.compliance_distance * (1.0 - affinity(w, i, j.position)))


def clip(w: World, i: Actor, distance: float) -> float:
    """The same for a given loss by distance."""
    par = w.par
    p = par.compliance_base - par.compliance_load * i.load**2 - distance - par.compliance_capture * i.capture
    p = min(0.995, max(0.02, p))
    return min(0.995, p + par.shaming * (1.0 - p) * i.watch)


def watching(w: World, i: Actor) -> float:
    """1 − .9^(NGO engagements + 1[free press]): who is watched behaves (Hendrix & Wong 2013)."""
    ngos = sum(j.kind == "ngo" for j in i.deals)
    return 1.0 - (1.0 - w.par.ngo_monitoring) ** (w.when("watching", ngos) + i.free_press)


def missed(w: World, i: Actor, j: Actor) -> float:
    """Probability that i breaks its word to j within a quarter and is seen."""
    return (1.0 - annual_compliance(w, i, j) ** 0.25) * max(detection(w, i), detection(w, j))


def expect(w: World, i: Actor, j: Actor, depth: int) -> None:
    """The reference hears of i what its conduct in the recorded world lets one expect."""
    openness = 0.5 + 0.5 * i.transparency_ref
    opinion = j.opinion_of[i]
    opinion.alpha_ref += w.par.gain_of_trust * depth / 3.0 * openness * (1.0 - missed(w, i, j))
    opinion.beta_ref += w.par.loss_of_trust * openness * missed(w, i, j)


def mean_compliance(w: World, i: Actor) -> float:
    """Mean annual π over an actor's deals; without any, towards a text after its own heart."""
    if i.deals:
        return sum(annual_compliance(w, i, j) for j in i.deals) / len(i.deals)
    return clip(w, i, 0.0) if w.on("breach") else 1.0


def conduct(w: World, i: Actor, j: Actor, deal: Deal, seen: set[tuple[Actor, Actor]]) -> bool:
    """Whether i breaches towards j, whether that is seen, what j thinks then; returns whether a rung is lost."""
    openness = 0.5 + 0.5 * i.transparency
    evidence = deal.depth / 3.0 * openness
    opinion = j.opinion_of[i]
    if w.draw(Stream.COMPLIANCE, i.uid, j.uid) < annual_compliance(w, i, j) ** 0.25:
        opinion.alpha += w.par.gain_of_trust * evidence
        i.kept[j][w.quarter] = True
        return False
    i.kept[j][w.quarter] = False
    i.breaches += 1
    if w.draw(Stream.DETECTION, i.uid, j.uid) >= max(detection(w, i), detection(w, j)):
        opinion.alpha += w.par.gain_of_trust * evidence  # unseen, it passes for compliance
        return False
    seen.add((i, j))
    opinion.beta += w.par.loss_of_trust * openness  # a breach counts as one of the deepest deal
    return w.draw(Stream.BREACH_DEPTH, i.uid, j.uid) < w.par.breach_lowers_depth
