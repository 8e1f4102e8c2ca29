"""C.1 affinity and C.4 trust."""

from __future__ import annotations

import math

from tests.reference.world import Actor, World


def squared_distance(x: list[float], y: list[float], weight: list[float]) -> float:
    """C.1: d² = Σ_d w_d (x_d − y_d)²."""
    return sum(w * (a - b) * (a - b) for a, b, w in zip(x, y, weight, strict=True))


def distance(x: list[float], y: list[float], weight: list[float]) -> float:
    """C.1: d, in the eyes of the actor whose salience the weights are."""
    return math.sqrt(squared_distance(x, y, weight))


def affinity(w: World, i: Actor, position: list[float]) -> float:
    """C.1: a = exp(−d²/2δ²) of a position as i sees it."""
    return math.exp(-squared_distance(i.position, position, i.weight) / (2.0 * w.par.affinity_width**2))


def direct_trust(i: Actor, j: Actor) -> float:
    """C.4: τ = α/(α+β), the mean of a Beta opinion; 0 without any mass."""
    opinion = i.opinion_of[j]
    mass = opinion.alpha + opinion.beta
    return opinion.alpha / mass if mass > 0.0 else 0.0


def perceive(w: World) -> None:
    """C.4: τ̂ = (nτ + m_w r_j)/(n + m_w), trust with what third parties report."""
    for i in w.actors:
        for j in w.actors:
            if i is not j:
                i.trust[j] = trust_with_witnesses(w, i, j)


def trust_with_witnesses(w: World, i: Actor, j: Actor) -> float:
    """C.4: own evidence and, with mass m_w, the reports on j."""
    weight = w.when("witnesses", w.par.witness_mass)
    opinion = i.opinion_of[j]
    mass = opinion.alpha + opinion.beta + weight
    if mass <= 0.0:
        return 0.0
    heard = report(w, i, j) if weight > 0.0 else 0.0
    return min(1.0, (opinion.alpha + weight * heard) / mass)


def report(w: World, i: Actor, j: Actor) -> float:
    """C.4: r_j = (Σ_{k≠i} A_kj ñ_kj τ_kj + r0)/(Σ_{k≠i} A_kj ñ_kj + 1), ñ the evidence beyond the prior's."""
    told, evidence = w.par.witness_prior, 1.0
    for k in j.deals:
        if k is not i:
            opinion = k.opinion_of[j]
            own = max(0.0, opinion.alpha + opinion.beta - w.par.prior_mass)
            told += own * direct_trust(k, j)
            evidence += own
    return told / evidence


def fade(w: World) -> None:
    """C.4: α ← α⁰ + λ(α − α⁰), β alike: evidence beyond the prior fades."""
    for i in w.actors:
        for opinion in i.opinion_of.values():
            alpha0 = w.par.prior_mass * opinion.prior
            beta0 = w.par.prior_mass - alpha0
            opinion.alpha = alpha0 + w.par.memory * (opinion.alpha - alpha0)
            opinion.beta = beta0 + w.par.memory * (opinion.beta - beta0)
