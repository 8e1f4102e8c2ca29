"""C.2 Why one actor turns to another, and agrees to it: utility U_ij in nats, and what the pair has behind it."""

from __future__ import annotations

import math

from tests.reference.needs import gain
from tests.reference.trust import squared_distance
from tests.reference.world import Actor, World

RECENT = 20
"""Quarters over which a signing counts as recent: five years."""


def layer_of(i: Actor, j: Actor) -> str:
    """The layer of a pair as i sees it: the kind of the one that is no state, or states."""
    return j.kind if i.is_state else i.kind


def remember(w: World) -> None:
    """Count what every pair ever signed and signed lately, and how busy each state and firm is."""
    for i in w.actors:
        i.busy, i.ever, i.lately = 0.0, {}, {}
    for a, b, quarter, weight in w.ledger:
        recent = quarter >= w.quarter - RECENT
        for i, j in ((a, b), (b, a)):
            i.ever[j] = i.ever.get(j, 0.0) + weight
            i.lately[j] = i.lately.get(j, 0.0) + weight * recent
            # activity is that of states among states, and of firms among states
            if recent and (i.kind == j.kind or (i.kind == "firm" and j.is_state)):
                i.busy += weight
    for i in w.actors:
        i.behind = {j: history(w, i, j) for j in i.ever}
    for i in w.actors:  # the fit saw no firm busier than the record's busiest
        if i.kind == "firm":
            i.busy = min(i.busy, w.busiest_firm)


def look_around(w: World) -> None:
    """Work out U of every ordered pair, before rivalry."""
    usual = {kind: usual_activity(w, kind) for kind in ("state", "firm")}
    for i in w.actors:
        i.pull = {j: sum(terms(w, i, j, usual).values()) for j in w.actors if j is not i}


def usual_activity(w: World, kind: str) -> float:
    """Mean of log(1 + activity) over UN members, or over firms."""
    logs = [math.log1p(j.busy) for j in w.actors if (j.un_member if kind == "state" else j.kind == kind)]
    return sum(logs) / len(logs) if logs else 0.0


def terms(w: World, i: Actor, j: Actor, usual: dict[str, float]) -> dict[str, float]:
    """U_ij by its terms."""
    nearer = squared_distance(i.position_start, j.position_start, i.weight)
    nearer -= squared_distance(i.position, j.position, i.weight)
    return {
        "standing": i.base[j],
        "activity": activity(w, j, usual) if i.is_state else 0.0,
        "attraction": j.attraction if i.kind in ("state", "firm") else 0.0,
        "history": i.behind.get(j, 0.0),
        "trust": w.par.trust_pull * (i.trust[j] - i.reference[j]),
        "interests": w.par.interest_pull * nearer / 2.0,
        "needs": w.when("needs", w.par.need_pull) * gain(i, j) if w.par.need_pull > 0.0 else 0.0,
    }


def activity(w: World, j: Actor, usual: dict[str, float]) -> float:
    """What its activity, beyond that of its kind, makes of a state or firm as a partner."""
    return w.draw_of_busy[j.kind] * (math.log1p(j.busy) - usual[j.kind]) if j.kind in usual else 0.0


def history(w: World, i: Actor, j: Actor) -> float:
    """What deals of the pair add; an organisation that is no firm does not choose by them."""
    layer, lately = layer_of(i, j), i.lately.get(j, 0.0)
    if layer in ("state", "firm"):
        past = w.draw_of_past[layer] * math.log1p(i.ever.get(j, 0.0))
        return past + w.draw_of_recent[layer] * math.log1p(lately)
    return w.draw_of_recent[layer] * min(1.0, lately) if i.is_state else 0.0


def agreement(w: World, i: Actor, j: Actor) -> float:
    """q_i(j) = σ(U_ij − κ): the chance that i agrees when j turns to it."""
    return 1.0 / (1.0 + math.exp(w.reluctance[layer_of(i, j)] - i.pull[j]))
