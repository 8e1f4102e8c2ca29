"""C.4, C.5 Conduct before the first quarter: the evidence that held deals have left, and recent breaches.

Without it every partner would begin as if unknown, and every promise as if kept for ever.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.kernels import Stream, key, power, uniform
from simulation.processes.books import terms_of
from simulation.processes.capture import capture_index
from simulation.processes.compliance import a_quarters, expect_conduct, expected_evidence, mean_compliance
from simulation.processes.links import Links, links
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import I8, I32, REMEMBERED, U64, F, State


def recall_conduct(state: State, par: Parameters, mech: Mechanisms, seed: int, replicate: int) -> None:
    """Give the book at the start a past, at the rate at which each party now keeps its word.

    Evidence is what its quarters since ``state.since`` are expected to have left, the same in ``alpha`` and
    ``alpha_ref`` (``beta`` alike). ``conduct`` is drawn for the last four. Sets ``load``, ``capture``, ``watch``
    and ``compliance``.
    """
    capture_index(state, mech)
    partners = links(state.depth)
    probability, seen = expect_conduct(state, par, mech, partners, terms_of(par, mech).keep)
    mean_compliance(
        partners.start, probability, state.load, state.capture, state.watch, par.compliance_base, par.compliance_load,
        par.compliance_capture, par.shaming, not mech.on("breach"), state.compliance,
    )  # fmt: skip
    quarters = _quarters_left(partners, state.since, par.memory)
    _remember(
        partners, state.depth, a_quarters(probability), seen, state.transparency, par.gain_of_trust, par.loss_of_trust,
        quarters, state.alpha, state.beta, state.alpha_ref, state.beta_ref,
    )  # fmt: skip
    for quarter in range(-REMEMBERED, 0):
        stream = key(seed, replicate, quarter, Stream.COMPLIANCE)
        _draw(stream, quarter, state.uid, partners, probability, state.since, state.conduct[quarter % REMEMBERED])


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
def _remember(
    partners: Links, depth: I8, kept: F, seen: F, transparency: F, gain: float, loss: float, quarters: F, alpha: F,
    beta: F, alpha_ref: F, beta_ref: F,
) -> None:  # fmt: skip
    """Add what conduct at its expectation has shown each partner in so many quarters, less what has faded."""
    start, partner = partners
    for i in range(start.size - 1):
        openness = 0.5 + 0.5 * transparency[i]
        for p in range(start[i], start[i + 1]):
            j = partner[p]
            good, bad = expected_evidence(kept[p], max(seen[i], seen[j]), depth[i, j], openness, gain, loss)
            alpha[j, i] += good * quarters[p]
            beta[j, i] += bad * quarters[p]
            alpha_ref[j, i] += good * quarters[p]
            beta_ref[j, i] += bad * quarters[p]


@njit(cache=True, error_model="numpy")
def _draw(
    stream: np.uint64, quarter: int, uid: U64, partners: Links, probability: F, since: I32, conduct: I8
) -> None:
    """Conduct of one quarter in the deals that there were."""
    start, partner = partners
    for i in range(start.size - 1):
        for p in range(start[i], start[i + 1]):
            j = partner[p]
            kept = uniform(stream, uid[i], uid[j]) < np.sqrt(np.sqrt(probability[p]))
            if since[i, j] <= quarter:
                conduct[i, j] = 1 if kept else -1
