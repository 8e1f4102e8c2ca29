"""C.5 Compliance: who keeps promises, what is seen, and what it does to trust and deals.

Annual probability π_ij = clip(π1 − π2·load² − π3(1−a_ij) − π4·capture_i), a quarter's being its
fourth root: most actors comply with most of what they agree on, the rest is capacity, distance
and capture (Chayes & Chayes 1993; Downs, Rocke & Barsoom 1996). A breach is seen with a
probability that NGOs raise; unseen, it passes for compliance.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.arithmetic import ordered_sum
from simulation.processes.affinity import affinity
from simulation.processes.books import BREACH, Deals, count_end, deals_of, end_deal
from simulation.processes.links import Links, links
from simulation.processes.norms import detection_probability, ngo_partners
from simulation.processes.trust import fade
from simulation.randomness import Draws, Stream, uniform
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import I32, NOBODY, U64, Asked, F, State

LOWEST, HIGHEST = 0.02, 0.995
"""Bounds of the annual probability of compliance (MODEL C.5)."""


def keep_promises(
    state: State, par: Parameters, mech: Mechanisms, draws: Draws, asked: Asked = NOBODY
) -> None:
    """Step 10: conduct, detection, trust and the depth of breached deals.

    ``asked`` are actors that decide for themselves, about each partner they have.
    """
    fade(state.alpha, state.beta, state.trust_prior, par.prior_mass, par.memory)
    seen = detection_probability(ngo_partners(state), par, mech)
    partners = links(state.depth)
    probability = compliance_by_deal(
        partners, state.position, state.weight, par.affinity_width, state.load, state.capture,
        par.compliance_base, par.compliance_load, par.compliance_distance, par.compliance_capture,
        not mech.on("breach"),
    )  # fmt: skip
    for i, annual in asked.items():
        for p in range(partners.start[i], partners.start[i + 1]):
            probability[p] = annual(int(partners.partner[p]))
    mean_compliance(
        partners, probability, state.load, state.capture, par.compliance_base, par.compliance_load,
        par.compliance_capture, not mech.on("breach"), state.compliance,
    )  # fmt: skip
    _conduct(
        draws.key(Stream.COMPLIANCE), draws.key(Stream.DETECTION), draws.key(Stream.BREACH_DEPTH), state.uid,
        state.quarter, deals_of(state), partners, probability, seen, state.transparency, par.gain_of_trust,
        par.loss_of_trust, par.breach_lowers_depth, state.alpha, state.beta, state.last_breach,
        state.breaches, state.lapsed, state.ended,
    )  # fmt: skip


@njit(cache=True, error_model="numpy", inline="always")
def annual_compliance(
    load: float, likeness: float, capture: float, base: float, by_load: float, by_distance: float, by_capture: float
) -> float:
    """π in [.02, .995] of one party towards one partner (or text) of the given affinity."""
    p = base - by_load * load * load - by_distance * (1.0 - likeness) - by_capture * capture
    return min(HIGHEST, max(LOWEST, p))


def promise(state: State, par: Parameters, i: int, j: int) -> float:
    """Annual probability π_ij with which i keeps its word to j, in [.02, .995]."""
    likeness = affinity(state.position[i], state.position[j], state.weight[i], par.affinity_width)
    probability = annual_compliance(
        state.load[i], likeness, state.capture[i], par.compliance_base, par.compliance_load, par.compliance_distance,
        par.compliance_capture,
    )  # fmt: skip
    return float(probability)


def compliance_terms(state: State, par: Parameters, i: int, j: int) -> dict[str, float]:
    """The terms that add up to :func:`promise`, by name.

    ``bounds`` is what the bounds of the probability add. The ``load`` and ``capture`` of the state are those of
    :func:`keep_promises`.
    """
    likeness = float(affinity(state.position[i], state.position[j], state.weight[i], par.affinity_width))
    terms = {
        "base": par.compliance_base,
        "load": float(-par.compliance_load * (state.load[i] * state.load[i])),
        "distance": -par.compliance_distance * (1.0 - likeness),
        "capture": float(-par.compliance_capture * state.capture[i]),
    }
    free = ordered_sum(terms.values())
    return {**terms, "bounds": min(HIGHEST, max(LOWEST, free)) - free}


@njit(cache=True, error_model="numpy")
def compliance_by_deal(
    partners: Links, position: F, weight: F, width: float, load: F, capture: F, base: float, by_load: float,
    by_distance: float, by_capture: float, perfect: bool,
) -> F:  # fmt: skip
    """Annual π_ij of i towards each of its partners, in the order of the lists, (m,)."""
    start, partner = partners
    result = np.ones(partner.size)
    if perfect:
        return result
    for i in range(start.size - 1):
        for p in range(start[i], start[i + 1]):
            likeness = affinity(position[i], position[partner[p]], weight[i], width)
            result[p] = annual_compliance(
                load[i], likeness, capture[i], base, by_load, by_distance, by_capture
            )
    return result


@njit(cache=True, error_model="numpy")
def mean_compliance(
    partners: Links, probability: F, load: F, capture: F, base: float, by_load: float, by_capture: float,
    perfect: bool, out: F,
) -> None:  # fmt: skip
    """Mean annual π of each actor over its deals; without deals that towards itself; (n,)."""
    start = partners.start
    for i in range(start.size - 1):
        total = 0.0
        deals = start[i + 1] - start[i]
        for p in range(start[i], start[i + 1]):
            total += probability[p]
        if deals > 0:
            out[i] = total / deals
        elif perfect:
            out[i] = 1.0
        else:
            out[i] = annual_compliance(load[i], 1.0, capture[i], base, by_load, 0.0, by_capture)


@njit(cache=True, error_model="numpy")
def _conduct(
    comply_key: np.uint64, see_key: np.uint64, depth_key: np.uint64, uid: U64, quarter: int, deals: Deals,
    partners: Links, probability: F, seen: F, transparency: F, gain: float, loss: float, lowers: float,
    alpha: F, beta: F, last_breach: I32, breaches: I32, lapsed: I32, ended: I32,
) -> None:  # fmt: skip
    start, partner = partners
    depth = deals.depth
    fall = np.zeros(partner.size, np.bool_)
    for i in range(uid.size):
        for p in range(start[i], start[i + 1]):
            j = partner[p]
            evidence = depth[i, j] / 3.0 * (0.5 + 0.5 * transparency[i])
            # a breach is seen by j, or by an NGO that watches either side
            eye = max(seen[i], seen[j])
            if uniform(comply_key, uid[i], uid[j]) < np.sqrt(np.sqrt(probability[p])):  # a quarter's
                alpha[j, i] += gain * evidence
                continue
            last_breach[i, j] = quarter
            breaches[i] += 1
            if uniform(see_key, uid[i], uid[j]) >= eye:
                alpha[j, i] += gain * evidence
                continue
            beta[j, i] += loss * evidence
            fall[p] = uniform(depth_key, uid[i], uid[j]) < lowers
    before = depth.copy()  # a deal that both sides broke falls by one rung, not by two
    for i in range(uid.size):
        for p in range(start[i], start[i + 1]):
            j = partner[p]
            if fall[p] and depth[i, j] == before[i, j]:
                depth[i, j] -= 1
                depth[j, i] -= 1
                if depth[i, j] == 0:
                    end_deal(deals, i, j)
                    count_end(lapsed, ended, BREACH, i, j)
