"""C.5 Compliance: who keeps promises, what is seen, what it does to trust and to deals."""

from __future__ import annotations

from simulation.randomness import Stream
from tests.reference.contracts import upkeep_load
from tests.reference.deals import continuation, shared_partners
from tests.reference.society import detection
from tests.reference.trust import affinity, fade
from tests.reference.world import Actor, Deal, World, end_deal


def keep_promises(w: World) -> None:
    """Conduct of everybody in every deal, old and new."""
    for i in w.actors:
        i.load = upkeep_load(w, i)
    fade(w)
    for i in w.actors:
        i.compliance = mean_compliance(w, i)
    fallen = set()
    for i in w.actors:
        for j, deal in i.deals.items():
            if conduct(w, i, j, deal):
                fallen.add(deal)
    for i in w.actors:
        for j in [j for j, deal in i.deals.items() if i.row < j.row and deal in fallen]:
            i.deals[j].depth -= 1
            if i.deals[j].depth == 0:
                end_deal(i, j)


def annual_compliance(w: World, i: Actor, j: Actor) -> float:
    """π_ij = clip(π1 − π2·load² − π3(1−a_ij) − π4·capture, .02, .995)."""
    if not w.on("breach"):
        return 1.0
    return clip(w, i, w.par.compliance_distance * (1.0 - affinity(w, i, j.position)))


def clip(w: World, i: Actor, distance: float) -> float:
    """The same for a given loss by distance."""
    par = w.par
    p = par.compliance_base - par.compliance_load * i.load**2 - distance - par.compliance_capture * i.capture
    return min(0.995, max(0.02, p))


def mean_compliance(w: World, i: Actor) -> float:
    """Mean annual π over an actor's deals; without any, towards a text after its own heart."""
    if i.deals:
        return sum(annual_compliance(w, i, j) for j in i.deals) / len(i.deals)
    return clip(w, i, 0.0) if w.on("breach") else 1.0


def conduct(w: World, i: Actor, j: Actor, deal: Deal) -> bool:
    """Whether i breaches towards j, whether that is seen, what j thinks then; returns whether a rung is lost."""
    evidence = deal.depth / 3.0 * (0.5 + 0.5 * i.transparency)
    opinion = j.opinion_of[i]
    if w.draw(Stream.COMPLIANCE, i.uid, j.uid) < annual_compliance(w, i, j) ** 0.25:
        opinion.alpha += w.par.gain_of_trust * evidence
        return False
    i.broke[j] = w.quarter
    i.breaches += 1
    if w.draw(Stream.DETECTION, i.uid, j.uid) >= max(detection(w, i), detection(w, j)):
        opinion.alpha += w.par.gain_of_trust * evidence  # unseen, it passes for compliance
        return False
    opinion.beta += w.par.loss_of_trust * evidence
    return w.draw(Stream.BREACH_DEPTH, i.uid, j.uid) < w.par.breach_lowers_depth


def let_lapse(w: World) -> None:
    """A deal of negative continuation value to either side lapses with probability p_d; planned ones do not."""
    degree = {i: len(i.deals) for i in w.actors}
    over = []
    for i in w.actors:
        for j, deal in i.deals.items():
            if i.row < j.row and not deal.planned:
                shared = shared_partners(i, j)
                worth = continuation(w, i, j, degree[j], shared), continuation(w, j, i, degree[i], shared)
                if min(worth) < 0.0 and w.luck.symmetric(Stream.LAPSE, i.uid, j.uid) < w.par.lapse:
                    over.append((i, j))
    for i, j in over:
        end_deal(i, j)
