"""E: what a state of its size and place would have: kept commitments of deals by the fitted intensity alone."""

from __future__ import annotations

import math

from tests.reference.books import rules_of
from tests.reference.outcomes import clean_record
from tests.reference.pull import activity, history, usual_activity
from tests.reference.world import Actor, World

KINDS = ("state", "firm", "secretariat")
ALIKE = 20
"""States nearest in size, whose mean activity is taken for a state's own."""


def gravity(w: World, f: Actor) -> float:
    """Σ over partners of the chance of a deal times what the mean deal with that kind counts; at the start."""
    if not f.is_state:
        return 0.0
    total = 0.0
    for kind in KINDS:
        rules = rules_of(w, kind)
        life = (rules.shortest + rules.longest) / 2.0 / 4.0 / (1.0 - rules.renewed)
        partners = [j for j in w.actors if j in f.allowed and j.kind == kind]
        total += worth(w, kind) * sum(1.0 - math.exp(-intensity(w, f, j, partners) * life) for j in partners)
    return total


def worth(w: World, kind: str) -> float:
    """Mean of z·ō over all deals of states with a kind of partner."""
    counted = [deal.depth / 3.0 * clean_record(i, j) for i in w.states for j, deal in i.deals.items() if j.kind == kind]
    return sum(counted) / len(counted) if counted else 0.0


def intensity(w: World, f: Actor, j: Actor, partners: list[Actor]) -> float:
    """λ of f with j in the first year, f without its own record."""
    own = {k: towards(w, f, k) for k in partners}
    back = j.base[f] + (usual_appeal(w, f) if j.is_state else 0.0)
    rate = omega(w, f, j.kind) * math.exp(own[j]) / sum(map(math.exp, own.values())) * says_yes(w, j.kind, back)
    if omega(w, j, j.kind) > 0.0:
        others = [recorded(w, j, i) for i in w.states if i in j.allowed and i is not f]
        share = math.exp(back) / (math.exp(back) + sum(map(math.exp, others)))
        rate += omega(w, j, j.kind) * share * says_yes(w, j.kind, own[j])
    return rate


def omega(w: World, i: Actor, kind: str) -> float:
    """Approaches a year in the recorded world."""
    return w.course[0][kind] * i.zeal[kind]


def says_yes(w: World, kind: str, utility: float) -> float:
    """σ(U − κ)."""
    return 1.0 / (1.0 + math.exp(w.reluctance[kind] - utility))


def towards(w: World, f: Actor, j: Actor) -> float:
    """U of f, that has no deal behind it."""
    return f.base[j] + appeal(w, j) + j.attraction


def recorded(w: World, j: Actor, i: Actor) -> float:
    """U of j for another state, as it is."""
    return j.base[i] + (appeal(w, i) if j.is_state else 0.0) + i.attraction + history(w, j, i)


def appeal(w: World, j: Actor) -> float:
    """What its activity makes of an actor as a partner of a state."""
    return activity(w, j, {kind: usual_activity(w, kind) for kind in ("state", "firm")})


def usual_appeal(w: World, f: Actor) -> float:
    """What its activity would make of f, were it that of states of its size; nothing in a world without members."""
    if not any(i.un_member for i in w.actors):
        return 0.0
    others = sorted((i for i in w.states if i is not f), key=lambda i: (abs(i.size - f.size), i.uid))[:ALIKE]
    logs = [math.log1p(i.busy) for i in others or [f]]
    return w.draw_of_busy["state"] * (sum(logs) / len(logs) - usual_activity(w, "state"))
