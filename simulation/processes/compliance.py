"""C.5 Compliance: who keeps promises, what is seen, and what it does to trust and deals.

Annual probability π_ij = clip(π1 − π2·load² − π3(1−a_ij) − π4·capture_i), raised by w_n(1−π)·watch_i,
a quarter's being its fourth root: most actors comply with most of what they agree on, the rest is
capacity, distance and capture (Chayes & Chayes 1993; Downs, Rocke & Barsoom 1996), and being watched
changes conduct (Hendrix & Wong 2013). A breach is seen with a probability that NGOs raise; unseen, it
passes for compliance. A kept promise is evidence by the depth of the deal, a seen breach as one of the
deepest, both by the transparency of who gave it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from simulation.arithmetic import ordered_sum
from simulation.kernels import Draws, Stream, exp, uniform
from simulation.processes.affinity import affinity, falloff, squared_distance
from simulation.processes.books import BREACH, Deals, count_end, deals_of, end_deal
from simulation.processes.links import Links, links
from simulation.processes.norms import detection_probability, ngo_partners, watching
from simulation.processes.trust import EVERYBODY, fade
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import I8, I32, NOBODY, REMEMBERED, U64, Asked, B, F, State


class Conduct(NamedTuple):
    """How promises were kept in a quarter, one entry a partner of an actor, in the order of the lists."""

    partners: Links
    probability: F  # [m] annual
    broken: B  # [m]
    seen: B  # [m] broken, and seen
    lowered: B  # [m] the deal fell by a rung for it


LOWEST, HIGHEST = 0.02, 0.995
"""Bounds of the annual probability of compliance (MODEL C.5)."""


def keep_promises(
    state: State, par: Parameters, mech: Mechanisms, draws: Draws, asked: Asked = NOBODY,
    partners: Links | None = None, known: Links = EVERYBODY,
) -> Conduct:  # fmt: skip
    """Step 10: conduct, detection, trust and the depth of breached deals.

    ``asked`` are actors that decide for themselves, about each partner they have; what there was to expect
    of them is the rule of all others. ``partners`` are the lists of the deals as they stand, if they are at hand;
    ``known`` is who is acquainted, or else everybody.
    """
    fade(state.alpha, state.beta, state.trust_prior, par.prior_mass, par.memory, known)
    fade(state.alpha_ref, state.beta_ref, state.prior_ref, par.prior_mass, par.memory, known)
    seen = detection_probability(ngo_partners(state), par, mech)
    partners = partners or links(state.depth)
    expected = expect_conduct(state, par, mech, partners)
    probability = expected.copy()
    for i, annual in asked.items():
        for p in range(partners.start[i], partners.start[i + 1]):
            probability[p] = annual(int(partners.partner[p]))
    write_compliance(state, par, mech, partners, probability)
    expect_evidence(
        state.depth, partners, expected, seen, state.transparency_ref, par.gain_of_trust, par.loss_of_trust,
        np.ones(partners.partner.size), state.alpha_ref, state.beta_ref,
    )  # fmt: skip
    now = state.conduct[state.quarter % REMEMBERED]
    now[:] = 0
    broken = _conduct(
        draws.key(Stream.COMPLIANCE), draws.key(Stream.DETECTION), draws.key(Stream.BREACH_DEPTH), state.uid,
        deals_of(state), partners, probability, seen, state.transparency, par.gain_of_trust,
        par.loss_of_trust, par.breach_lowers_depth, state.alpha, state.beta, now,
        state.breaches, state.lapsed, state.ended,
    )  # fmt: skip
    return Conduct(partners, probability, *broken)


def expect_conduct(state: State, par: Parameters, mech: Mechanisms, partners: Links) -> F:
    """Annual π of each actor towards each of its partners, in the order of the lists, (m,); sets ``state.watch``."""
    state.watch = watching(state, par, mech)
    return np.asarray(compliance_by_deal(
        partners, state.position, state.weight, par.affinity_width, state.load, state.capture, state.watch,
        par.compliance_base, par.compliance_load, par.compliance_distance, par.compliance_capture, par.shaming,
        not mech.on("breach"),
    ))  # fmt: skip


def write_compliance(state: State, par: Parameters, mech: Mechanisms, partners: Links, probability: F) -> None:
    """Fill ``state.compliance`` from the annual π of each actor towards each partner, (m,)."""
    mean_compliance(
        partners, probability, state.load, state.capture, state.watch, par.compliance_base, par.compliance_load,
        par.compliance_capture, par.shaming, not mech.on("breach"), state.compliance,
    )  # fmt: skip


@njit(cache=True, error_model="numpy", inline="always")
def annual_compliance(
    load: float, likeness: float, capture: float, watch: float, base: float, by_load: float, by_distance: float,
    by_capture: float, shaming: float,
) -> float:  # fmt: skip
    """π in [.02, .995] of one party towards one partner (or text) of the given affinity."""
    p = base - by_load * load * load - by_distance * (1.0 - likeness) - by_capture * capture
    p = min(HIGHEST, max(LOWEST, p))
    return min(HIGHEST, p + shaming * (1.0 - p) * watch)


def promise(state: State, par: Parameters, i: int, j: int) -> float:
    """Annual probability π_ij with which i keeps its word to j, in [.02, .995]."""
    likeness = affinity(state.position[i], state.position[j], state.weight[i], par.affinity_width)
    probability = annual_compliance(
        state.load[i], likeness, state.capture[i], state.watch[i], par.compliance_base, par.compliance_load,
        par.compliance_distance, par.compliance_capture, par.shaming,
    )  # fmt: skip
    return float(probability)


def compliance_terms(state: State, par: Parameters, i: int, j: int) -> dict[str, float]:
    """The terms that add up to :func:`promise`, by name.

    ``bounds`` is what the bounds of the probability add. ``load``, ``capture`` and ``watch`` of the state are those
    of :func:`keep_promises`.
    """
    likeness = float(affinity(state.position[i], state.position[j], state.weight[i], par.affinity_width))
    terms = {
        "base": par.compliance_base,
        "load": float(-par.compliance_load * (state.load[i] * state.load[i])),
        "distance": -par.compliance_distance * (1.0 - likeness),
        "capture": float(-par.compliance_capture * state.capture[i]),
    }
    alone = min(HIGHEST, max(LOWEST, ordered_sum(terms.values())))
    terms["watched"] = float(par.shaming * (1.0 - alone) * state.watch[i])
    return {**terms, "bounds": min(HIGHEST, alone + terms["watched"]) - ordered_sum(terms.values())}


@njit(cache=True, error_model="numpy")
def compliance_by_deal(
    partners: Links, position: F, weight: F, width: float, load: F, capture: F, watch: F, base: float,
    by_load: float, by_distance: float, by_capture: float, shaming: float, perfect: bool,
) -> F:  # fmt: skip
    """Annual π_ij of i towards each of its partners, in the order of the lists, (m,)."""
    start, partner = partners
    result = np.ones(partner.size)
    if perfect:
        return result
    for i in range(start.size - 1):
        for p in range(start[i], start[i + 1]):
            result[p] = squared_distance(position[i], position[partner[p]], weight[i]) * falloff(width)
    for p in range(result.size):  # affinities apart, so that several are worked on at once
        result[p] = exp(result[p])
    for i in range(start.size - 1):
        for p in range(start[i], start[i + 1]):
            result[p] = annual_compliance(
                load[i], result[p], capture[i], watch[i], base, by_load, by_distance, by_capture, shaming
            )
    return result


@njit(cache=True, error_model="numpy")
def mean_compliance(
    partners: Links, probability: F, load: F, capture: F, watch: F, base: float, by_load: float, by_capture: float,
    shaming: float, perfect: bool, out: F,
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
            out[i] = annual_compliance(load[i], 1.0, capture[i], watch[i], base, by_load, 0.0, by_capture, shaming)


@njit(cache=True, error_model="numpy")
def a_quarters(probability: F) -> F:
    """The probability of a quarter of each annual one, (m,): its fourth root."""
    result = np.empty(probability.size)
    for p in range(result.size):
        result[p] = np.sqrt(np.sqrt(probability[p]))
    return result


@njit(cache=True, error_model="numpy")
def expect_evidence(
    depth: I8, partners: Links, probability: F, seen: F, transparency: F, gain: float, loss: float, quarters: F,
    alpha: F, beta: F,
) -> None:  # fmt: skip
    """Add to ``alpha`` and ``beta`` (n, n) what conduct at its expectation shows each partner.

    ``quarters`` (m,) says how many quarters' evidence, less what has faded.
    """
    (start, partner), kept = partners, a_quarters(probability)
    for i in range(start.size - 1):
        openness = 0.5 + 0.5 * transparency[i]
        for p in range(start[i], start[i + 1]):
            j = partner[p]
            missed = (1.0 - kept[p]) * max(seen[i], seen[j])
            alpha[j, i] += gain * (depth[i, j] / 3.0 * openness) * (1.0 - missed) * quarters[p]
            beta[j, i] += loss * openness * missed * quarters[p]


@njit(cache=True, error_model="numpy")
def _conduct(
    comply_key: np.uint64, see_key: np.uint64, depth_key: np.uint64, uid: U64, deals: Deals,
    partners: Links, probability: F, seen: F, transparency: F, gain: float, loss: float, lowers: float,
    alpha: F, beta: F, now: I8, breaches: I32, lapsed: I32, ended: I32,
) -> tuple[B, B, B]:  # fmt: skip
    start, partner = partners
    m, depth, before = partner.size, deals.depth, np.empty(partner.size, np.int8)
    broken, noticed, fall = np.zeros(m, np.bool_), np.zeros(m, np.bool_), np.zeros(m, np.bool_)
    kept, luck = a_quarters(probability), _luck(comply_key, uid, partners)
    for i in range(uid.size):
        openness = 0.5 + 0.5 * transparency[i]
        for p in range(start[i], start[i + 1]):
            j = partner[p]
            before[p] = depth[i, j]
            evidence = depth[i, j] / 3.0 * openness
            if luck[p] < kept[p]:
                alpha[j, i] += gain * evidence
                now[i, j] = 1
                continue
            now[i, j] = -1
            breaches[i] += 1
            broken[p] = True
            # a breach is seen by j, or by an NGO that watches either side
            if uniform(see_key, uid[i], uid[j]) >= max(seen[i], seen[j]):
                alpha[j, i] += gain * evidence
                continue
            noticed[p] = True
            beta[j, i] += loss * openness  # whatever the depth: a breach is remembered as one
            fall[p] = uniform(depth_key, uid[i], uid[j]) < lowers
    for i in range(uid.size):
        for p in range(start[i], start[i + 1]):
            j = partner[p]
            fall[p] &= depth[i, j] == before[p]  # a deal that both sides broke falls by one rung, not by two
            if fall[p]:
                depth[i, j] -= 1
                depth[j, i] -= 1
                if depth[i, j] == 0:
                    end_deal(deals, i, j)
                    count_end(lapsed, ended, BREACH, i, j)
    return broken, noticed, fall


@njit(cache=True, error_model="numpy")
def _luck(key: np.uint64, uid: U64, partners: Links) -> F:
    """A draw of each actor about each of its partners, in the order of the lists, (m,).

    Apart from what it decides, so that several are drawn at once.
    """
    first, second = np.empty(partners.partner.size, np.uint64), uid[partners.partner]
    for i in range(uid.size):
        first[partners.start[i] : partners.start[i + 1]] = uid[i]
    luck = np.empty(first.size)
    for p in range(luck.size):
        luck[p] = uniform(key, first[p], second[p])
    return luck
