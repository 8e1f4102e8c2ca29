"""C.4, C.5 Conduct before the first quarter: the evidence that held deals have left, and recent breaches.

Without it every partner would begin as if unknown, and every promise as if kept for ever.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.kernels import power
from simulation.processes.capture import capture_index
from simulation.processes.compliance import expect_conduct, expect_evidence, write_compliance
from simulation.processes.contracts import upkeep_load
from simulation.processes.links import Links, links
from simulation.processes.norms import detection_probability, ngo_partners
from simulation.randomness import Stream, key, uniform
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import I32, U64, F, State

RECALLED = 4
"""Quarters before the start whose breaches are drawn: those that outcomes look back on."""


def recall_conduct(state: State, par: Parameters, mech: Mechanisms, seed: int, replicate: int) -> None:
    """Give the book at the start a past, at the rate at which each party now keeps its word.

    Evidence is what its quarters since ``state.since`` are expected to have left, the same in ``alpha`` and
    ``alpha_ref`` (``beta`` alike). ``last_breach`` is drawn for the last four. Sets ``load``, ``capture``, ``watch``
    and ``compliance``.
    """
    state.load = upkeep_load(state, par)
    capture_index(state, par, mech)
    partners = links(state.depth)
    probability = expect_conduct(state, par, mech, partners)
    write_compliance(state, par, mech, partners, probability)
    seen = detection_probability(ngo_partners(state), par, mech)
    quarters = _quarters_left(partners, state.since, par.memory)
    for alpha, beta in ((state.alpha, state.beta), (state.alpha_ref, state.beta_ref)):
        expect_evidence(
            state.depth, partners, probability, seen, state.transparency, par.gain_of_trust, par.loss_of_trust,
            quarters, alpha, beta,
        )  # fmt: skip
    for quarter in range(-RECALLED, 0):
        stream = key(seed, replicate, quarter, Stream.COMPLIANCE)
        _draw(stream, quarter, state.uid, partners, probability, state.since, state.last_breach)


@njit(cache=True, error_model="numpy")
def _quarters_left(partners: Links, since: I32, memory: float) -> F:
    """(1−λᵗ)/(1−λ) of each deal, t its quarters before the start, in the order of the lists, (m,)."""
    start, partner = partners
    left = np.zeros(partner.size)
    for i in range(start.size - 1):
        for p in range(start[i], start[i + 1]):
            left[p] = (1.0 - power(memory, float(-since[i, partner[p]]))) / (1.0 - memory)
    return left


@njit(cache=True, error_model="numpy")
def _draw(
    stream: np.uint64, quarter: int, uid: U64, partners: Links, probability: F, since: I32, last_breach: I32
) -> None:
    """Breaches of one quarter in the deals that there were."""
    start, partner = partners
    for i in range(start.size - 1):
        for p in range(start[i], start[i + 1]):
            j = partner[p]
            kept = uniform(stream, uid[i], uid[j]) < np.sqrt(np.sqrt(probability[p]))
            if since[i, j] <= quarter and not kept:
                last_breach[i, j] = quarter
