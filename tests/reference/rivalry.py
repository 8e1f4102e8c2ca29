"""C.3 Rivalry: what it pays and what it costs. In the fitted world, of strength 1, it adds nothing to U."""

from __future__ import annotations

import math

from tests.reference.contracts import softplus
from tests.reference.world import FULL_DEPTH, Actor, World


def court(w: World) -> None:
    """Leaders bid for who is courted; what goes beyond the fitted world moves U."""
    strength = w.par.rivalry if w.on("rivalry") else 1.0
    offers, usual = ({i: concessions(w, i, rho) for i in w.actors} for rho in (strength, 1.0))
    shifts = [(*shift, (strength - 1.0)) for shift in surplus_shifts(w)]
    for i in w.actors:
        i.offered = offers[i]
        for h in w.leaders:
            if h is not i:
                h.pull[i] -= offers[i][h] - usual[i][h]
                i.pull[h] += offers[i][h] - usual[i][h]
    for i, j, shift, beyond in shifts:
        i.pull[j] += beyond * shift


def distance(w: World, h: Actor, other: Actor) -> float:
    """d̃_hh' = min(1, RMS distance/.5)."""
    squares = sum((a - b) ** 2 for a, b in zip(h.position, other.position, strict=True))
    return min(1.0, math.sqrt(squares / 4.0) / w.par.rivalry_distance)


def nearest_distance(w: World, h: Actor) -> float:
    """d̃: min_h' d̃_hh'."""
    return min((distance(w, h, other) for other in w.leaders if other is not h), default=0.0)


def non_alignment(w: World, i: Actor) -> float:
    """n_i = 1 − (share of i's largest leader − 1/H)/(1 − 1/H), shares (ℓ+1)/(Σℓ+H); 0 with one leader.

    Membership of the first leader (the EU) counts as a binding tie with it.
    """
    count = len(w.leaders)
    if count < 2 or not i.un_member:
        return 0.0
    ties = [i.depth(h) for h in w.leaders]
    if i.in_union:
        ties[0] = FULL_DEPTH
    share = (max(ties) + 1.0) / (sum(ties) + count)
    return 1.0 - (share - 1.0 / count) / (1.0 - 1.0 / count)


def concessions(w: World, i: Actor, strength: float) -> dict[Actor, float]:
    """p_hi = φ n_i min(W_hi, max_{h'≠h} d̃_hh' W_h'i), W_hi = log(1 + e^{U_hi + ρ·b·g_i·d̃ − κ}), by leader."""
    alone = non_alignment(w, i)
    if not w.on("concessions") or i in w.leaders or alone <= 0.0:
        return dict.fromkeys(w.leaders, 0.0)
    worth = {}
    for h in w.leaders:
        drawn = strength * w.par.rivalry_bonus * i.strategic_weight * nearest_distance(w, h)
        worth[h] = softplus(h.pull[i] + drawn - w.reluctance["state"]) if i in h.possible else 0.0
    second = {
        h: max((distance(w, h, other) * worth[other] for other in w.leaders if other is not h), default=0.0)
        for h in w.leaders
    }
    return {h: w.par.concession_split * alone * min(worth[h], second[h]) for h in w.leaders}


def surplus_shifts(w: World) -> list[tuple[Actor, Actor, float]]:
    """Who is drawn to whom by a unit of rivalry beyond the fitted one: (who, to whom, nats).

    b·g·d̃ − c_r·z' of a leader to a contested state of no camp, half of it of its camp's states; −c_r·d̃ of a leader to
    another.
    """
    shifts = []
    for camp, h in enumerate(w.leaders):
        shifts += [(h, other, -w.par.rivalry_cost * distance(w, h, other)) for other in w.leaders if other is not h]
        for i in w.actors:
            if i.un_member and i.camp < 0 and i not in w.leaders:
                drawn = w.par.rivalry_bonus * i.strategic_weight * nearest_distance(w, h)
                drawn -= w.par.rivalry_cost * tied_to_rivals(w, i, camp)
                shifts.append((h, i, drawn))
                shifts += [(j, i, drawn / 2.0) for j in w.states if j.camp == camp and j is not h]
    return shifts


def tied_to_rivals(w: World, i: Actor, camp: int) -> float:
    """z': depth of i's deepest programme, or what is deeper, with a rival leader or a firm of its camp."""
    rivals = [h for h in w.leaders if h is not w.leaders[camp]]
    deals = [deal.depth for j, deal in i.deals.items()
             if j in rivals or (j.kind == "firm" and j.camp not in (-1, camp))]  # fmt: skip
    deepest = max(deals, default=0)
    return deepest / FULL_DEPTH if deepest >= 2 else 0.0
