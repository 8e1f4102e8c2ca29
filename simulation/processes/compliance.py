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
from simulation.kernels import Draws, Stream, exp, put, uniform
from simulation.processes.affinity import affinity, falloff, squared_distance
from simulation.processes.books import BREACH, Deals, count_end, deals_of, end_deal
from simulation.processes.ends import load_of
from simulation.processes.links import Links, links
from simulation.processes.norms import watch_all
from simulation.processes.trust import EVERYBODY, fade_now, update
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
    standing: Links  # the lists of the deals that are left


LOWEST, HIGHEST = 0.02, 0.995
"""Bounds of the annual probability of compliance (MODEL C.5)."""


def keep_promises(
    state: State, par: Parameters, mech: Mechanisms, draws: Draws, keep: F, asked: Asked = NOBODY,
    partners: Links | None = None, known: Links = EVERYBODY,
) -> Conduct:  # fmt: skip
    """Step 10: conduct, detection, trust and the depth of breached deals.

    ``keep`` (6, 4) is what a quarter of a deal costs by layer and depth.
    ``asked`` are actors that decide for themselves, about each partner they have; what there was to expect
    of them is the rule of all others. ``partners`` are the lists of the deals as they stand, if they are at hand;
    ``known`` is who is acquainted, or else everybody.
    """
    partners = partners or links(state.depth)
    expected, seen = expect_conduct(state, par, mech, partners, keep)
    probability = expected
    if asked:
        known = fade_now(state, par, known)  # who decides sees what is left of the evidence
        probability = expected.copy()
    for i, annual in asked.items():
        for p in range(partners.start[i], partners.start[i + 1]):
            probability[p] = annual(int(partners.partner[p]))
    marks, shown, standing = _conduct(
        draws.key(Stream.COMPLIANCE), draws.key(Stream.DETECTION), draws.key(Stream.BREACH_DEPTH), state.uid,
        *partners, expected, probability, bool(asked), seen, state.transparency, state.transparency_ref,
        par.gain_of_trust, par.loss_of_trust, par.breach_lowers_depth, state.conduct, state.quarter % REMEMBERED,
        state.breaches, state.lapsed, state.ended, deals_of(state),
        state.load, state.capture, state.watch, par.compliance_base, par.compliance_load, par.compliance_capture,
        par.shaming, not mech.on("breach"), state.compliance,
    )  # fmt: skip
    update(state, par, known, partners, shown)
    return Conduct(partners, probability, marks[0], marks[1], marks[2], Links(*standing))


def expect_conduct(state: State, par: Parameters, mech: Mechanisms, partners: Links, keep: F) -> tuple[F, F]:
    """What is to be expected; sets ``state.load`` and ``state.watch``.

    Returns
    -------
    tuple
        Annual π of each actor towards each of its partners, in the order of the lists, (m,), and the probability
        that a breach of each actor's deals is seen, (n,).
    """
    looking = mech.on("watching")
    expected, seen = _expect_conduct(
        state.depth, *partners, state.kind, state.free_press, keep, state.budget, state.position, state.weight,
        par.affinity_width, state.capture, par.compliance_base, par.compliance_load, par.compliance_distance,
        par.compliance_capture, par.shaming, not mech.on("breach"), par.detection, par.ngo_monitoring, looking,
        state.load, state.watch,
    )  # fmt: skip
    return expected, seen


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
def _expect_conduct(
    depth: I8, start: I32, partner: I32, kind: I8, free_press: B, keep: F, income: F, position: F, weight: F,
    width: float, capture: F, base: float, by_load: float, by_distance: float, by_capture: float, shaming: float,
    perfect: bool, detection: float, monitoring: float, ngos_look: bool, load: F, watch: F,
) -> tuple[F, F]:  # fmt: skip
    """:func:`expect_conduct` of columns of the state."""
    put(load_of(depth, Links(start, partner), kind, keep, income), load)
    seen = watch_all(depth, kind, free_press, detection, monitoring, ngos_look, watch)
    result = np.ones(partner.size)
    if perfect:
        return result, seen
    for i in range(kind.size):
        for p in range(start[i], start[i + 1]):
            result[p] = squared_distance(position[i], position[partner[p]], weight[i]) * falloff(width)
    for p in range(result.size):  # affinities apart, so that several are worked on at once
        result[p] = exp(result[p])
    for i in range(kind.size):
        for p in range(start[i], start[i + 1]):
            result[p] = annual_compliance(
                load[i], result[p], capture[i], watch[i], base, by_load, by_distance, by_capture, shaming
            )
    return result, seen


@njit(cache=True, error_model="numpy")
def mean_compliance(
    start: I32, probability: F, load: F, capture: F, watch: F, base: float, by_load: float,
    by_capture: float, shaming: float, perfect: bool, out: F,
) -> None:  # fmt: skip
    """Mean annual π of each actor over its deals; without deals that towards itself; (n,)."""
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


@njit(cache=True, error_model="numpy", inline="always")
def expected_evidence(
    kept: float, seen: float, depth: int, openness: float, gain: float, loss: float
) -> tuple[float, float]:
    """What conduct of a deal at its expectation adds to α and β; ``seen`` is the chance that a breach would be."""
    missed = (1.0 - kept) * seen
    return gain * (depth / 3.0 * openness) * (1.0 - missed), loss * openness * missed


@njit(cache=True, error_model="numpy")
def _conduct(
    comply_key: np.uint64, see_key: np.uint64, depth_key: np.uint64, uid: U64, start: I32, partner: I32, expected: F,
    probability: F, own: bool, seen: F, transparency: F, transparency_ref: F, gain: float, loss: float, lowers: float,
    conduct: I8, turn: int, breaches: I32, lapsed: I32, ended: I32, deals: Deals, load: F, capture: F, watch: F,
    base: float, by_load: float, by_capture: float, shaming: float, perfect: bool, compliance: F,
) -> tuple[B, F, Links]:  # fmt: skip
    """Which promises are broken, breaches seen and deals lowered, (3, m), and what partners are shown, (m + 1, 4).

    The last are the lists of the deals that are left.

    ``own``: somebody has decided for itself, so that probabilities are other than those expected.
    """
    mean_compliance(
        start, probability, load, capture, watch, base, by_load, by_capture, shaming, perfect, compliance
    )
    mirror, depth = _mirrored(start, partner), deals.depth
    marks, shown = np.zeros((3, partner.size), np.bool_), np.zeros((partner.size + 1, 4))
    broken, noticed, fall = marks[0], marks[1], marks[2]
    usual, luck, before = a_quarters(expected), _luck(comply_key, uid, start, partner), np.empty(partner.size, np.int8)
    kept = a_quarters(probability) if own else usual
    now = conduct[turn]
    now[:] = 0
    for i in range(uid.size):
        openness, usual_openness = 0.5 + 0.5 * transparency[i], 0.5 + 0.5 * transparency_ref[i]
        for p in range(start[i], start[i + 1]):
            j = partner[p]
            q, sees = mirror[p], max(seen[i], seen[j])
            before[p] = depth[i, j]
            shown[q, 0], shown[q, 1] = gain * (depth[i, j] / 3.0 * openness), 0.0
            shown[q, 2], shown[q, 3] = expected_evidence(usual[p], sees, depth[i, j], usual_openness, gain, loss)
            now[i, j] = 1
            if luck[p] < kept[p]:
                continue
            now[i, j] = -1
            breaches[i] += 1
            broken[p] = True
            # a breach is seen by j, or by an NGO that watches either side
            if uniform(see_key, uid[i], uid[j]) >= sees:
                continue
            noticed[p] = True
            shown[q, 0], shown[q, 1] = 0.0, loss * openness  # whatever the depth: a breach is remembered as one
            fall[p] = uniform(depth_key, uid[i], uid[j]) < lowers
    _lower(deals, start, partner, before, fall, lapsed, ended)
    return marks, shown, _standing(start, partner, before, fall, mirror)


@njit(cache=True, error_model="numpy")
def _mirrored(start: I32, partner: I32) -> I32:
    """Where i stands among the partners of each of its own, in the order of the lists, (m,).

    A deal that somebody's tweak wrote for one side alone shows nobody anything: its place is that behind the last.
    """
    place, mirror = start[:-1].copy(), np.empty(partner.size, np.int32)
    for i in range(start.size - 1):
        for p in range(start[i], start[i + 1]):
            j = partner[p]
            q, last = place[j], start[j + 1]
            while q < last and partner[q] < i:
                q += 1
            both = q < last and partner[q] == i
            mirror[p] = q if both else partner.size
            place[j] = q + both
    return mirror


@njit(cache=True, error_model="numpy")
def _lower(deals: Deals, start: I32, partner: I32, before: I8, fall: B, lapsed: I32, ended: I32) -> None:
    """Lower deals by a rung: ``fall`` (m,) says which, and then which were; ``before`` (m,) how deep they are."""
    depth = deals.depth
    for i in range(start.size - 1):
        for p in range(start[i], start[i + 1]):
            j = partner[p]
            fall[p] &= depth[i, j] == before[p]  # a deal that both sides broke falls by one rung, not by two
            if fall[p]:
                depth[i, j] -= 1
                depth[j, i] -= 1
                if depth[i, j] == 0:
                    end_deal(deals, i, j)
                    count_end(lapsed, ended, BREACH, i, j)


@njit(cache=True, error_model="numpy")
def _standing(start: I32, partner: I32, before: I8, fall: B, mirror: I32) -> Links:
    """Lists of partners without those whose deal has fallen to nothing, by either side's breach."""
    begin, left, count = np.zeros_like(start), np.empty_like(partner), 0
    for i in range(start.size - 1):
        for p in range(start[i], start[i + 1]):
            theirs = mirror[p] < partner.size and fall[mirror[p]]
            left[count] = partner[p]
            count += before[p] - fall[p] - theirs > 0
        begin[i + 1] = count
    return Links(begin, left[:count])


@njit(cache=True, error_model="numpy")
def _luck(key: np.uint64, uid: U64, start: I32, partner: I32) -> F:
    """A draw of each actor about each of its partners, in the order of the lists, (m,).

    Apart from what it decides, so that several are drawn at once.
    """
    first, second = np.empty(partner.size, np.uint64), uid[partner]
    for i in range(uid.size):
        first[start[i] : start[i + 1]] = uid[i]
    luck = np.empty(first.size)
    for p in range(luck.size):
        luck[p] = uniform(key, first[p], second[p])
    return luck
