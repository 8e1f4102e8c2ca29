"""C.3 Rivalry and concessions: leaders bid for partners, the second price sets the concession."""

from __future__ import annotations

import math

from tests.reference.world import FULL_DEPTH, Actor, World


def court(w: World) -> None:
    """Leaders bid; rivalry bonus and concessions enter the utilities of leaders and courted."""
    strength = w.when("rivalry", w.par.rivalry * w.par.geopolitics)
    for i in w.actors:
        i.offered = dict.fromkeys(w.leaders, 0.0)
        if w.on("concessions") and i.un_member and i not in w.leaders:
            bid_for(w, i, strength)
    for leader in w.leaders:
        for i in w.actors:
            if i in w.leaders or i not in leader.possible:
                continue
            leader.gain[i] += strength * i.strategic_weight * greatest_rivalry(w, leader) - i.offered[leader]
            if i.gain:  # others look at it when they look around
                i.gain[leader] += i.offered[leader]


def rivalry(w: World, h: Actor, other: Actor) -> float:
    """d̃_hh' = min(1, RMS distance/.5)."""
    squares = sum((a - b) ** 2 for a, b in zip(h.position, other.position, strict=True))
    return min(1.0, math.sqrt(squares / 4.0) / w.par.rivalry_distance)


def greatest_rivalry(w: World, h: Actor) -> float:
    """max_h' d̃_hh'."""
    return max((rivalry(w, h, other) for other in w.leaders if other is not h), default=0.0)


def non_alignment(w: World, i: Actor) -> float:
    """n_i = 1 − (share of i's largest leader − 1/H)/(1 − 1/H), shares (ℓ+1)/(Σℓ+H); 0 with one leader.

    Membership of the first leader (the EU) counts as a binding tie with it.
    """
    count = len(w.leaders)
    if count < 2:
        return 0.0
    ties = [i.depth(h) for h in w.leaders]
    if i.in_union:
        ties[0] = FULL_DEPTH
    share = (max(ties) + 1.0) / (sum(ties) + count)
    return 1.0 - (share - 1.0 / count) / (1.0 - 1.0 / count)


def bid_for(w: World, i: Actor, strength: float) -> None:
    """p_hi = φ n_i min(W_hi, max_{h'≠h} d̃_hh' W_h'i), W_hi = [Ũ_hi + ρ·geo·g_i·max_h' d̃_hh']⁺."""
    worth = {}
    for h in w.leaders:
        bid = h.gain[i] + strength * i.strategic_weight * greatest_rivalry(w, h) if i in h.possible else 0.0
        worth[h] = max(0.0, bid)
    for h in w.leaders:
        second = max((rivalry(w, h, other) * worth[other] for other in w.leaders if other is not h), default=0.0)
        i.offered[h] = w.par.concession_split * non_alignment(w, i) * min(worth[h], second)


def hear_late(w: World, i: Actor) -> None:
    """An actor that looks around after the bids finds the concessions on the table."""
    for h in w.leaders:
        if h is not i:
            i.gain[h] += i.offered[h]
