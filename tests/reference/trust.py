"""C.1 affinity and C.4 trust."""

from __future__ import annotations

import math
from collections.abc import Callable

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
    """C.4: τ̂ = (nτ + m r_j)/(n + m), trust with what third parties report, and the same of the reference."""
    for i in w.actors:
        for j in w.actors:
            if i is not j:
                i.trust[j] = trust_with_witnesses(w, i, j, evidence)
                i.reference[j] = trust_with_witnesses(w, i, j, reference_evidence)


def evidence(k: Actor, j: Actor) -> tuple[float, float]:
    """α and β of k's opinion of j."""
    opinion = k.opinion_of[j]
    return opinion.alpha, opinion.beta


def reference_evidence(k: Actor, j: Actor) -> tuple[float, float]:
    """The same had the recorded world gone on without surprise."""
    opinion = k.opinion_of[j]
    return opinion.alpha_ref, opinion.beta_ref


def trust_with_witnesses(w: World, i: Actor, j: Actor, of: Callable[[Actor, Actor], tuple[float, float]]) -> float:
    """C.4: own evidence and, with mass m = m_w·M/(M+1), what those other than i who deal with j report of it.

    Each weighs ñ, its evidence beyond the prior's; r_j is their weighted mean of τ, M their sum. None weighs nothing.
    """
    alpha, beta = of(i, j)
    told = witnesses = 0.0
    for k in j.deals:
        if k is not i and sum(of(k, j)) > 0.0:
            own = max(0.0, sum(of(k, j)) - w.par.prior_mass)
            told += own * of(k, j)[0] / sum(of(k, j))
            witnesses += own
    if witnesses > 0.0:
        mass = w.when("witnesses", w.par.witness_mass) * witnesses / (witnesses + 1.0)
        alpha, beta = alpha + mass * told / witnesses, beta + mass * (1.0 - told / witnesses)
    return min(1.0, alpha / (alpha + beta)) if alpha + beta > 0.0 else 0.0


def fade(w: World) -> None:
    """C.4: α ← α⁰ + λ(α − α⁰), β alike: evidence beyond the prior fades, in the reference too."""
    for i in w.actors:
        for opinion in i.opinion_of.values():
            opinion.alpha = faded(w, opinion.alpha, w.par.prior_mass * opinion.prior)
            opinion.beta = faded(w, opinion.beta, w.par.prior_mass * (1.0 - opinion.prior))
            opinion.alpha_ref = faded(w, opinion.alpha_ref, w.par.prior_mass * opinion.prior_ref)
            opinion.beta_ref = faded(w, opinion.beta_ref, w.par.prior_mass * (1.0 - opinion.prior_ref))


def faded(w: World, now: float, first: float) -> float:
    """What is left of evidence after a quarter."""
    return first + w.par.memory * (now - first)
