"""C.4 Trust: a Beta reputation of each pair, what third parties report, and what there was to expect.

Direct trust is the mean τ=α/(α+β) of a Beta opinion whose evidence beyond the prior fades
with rate λ (Jøsang & Ismail 2002); conduct adds to it, in :mod:`.compliance`. Trust with
witnesses τ̂ adds the reports r_j of the other partners of j, each weighted by how much evidence
beyond its own prior it holds, so that a world without experience reports nothing.

A reference τ̂^ref follows the same rules from the recorded world, with everybody's conduct at its
expectation. What τ̂ differs from it is news: a tweak, a thaw, a breach; ordinary conduct is none.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.kernels import by_rows
from simulation.processes.links import Links
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import F, State


def perceive_trust(state: State, par: Parameters, mech: Mechanisms, partners: Links) -> None:
    """Step 2: fill ``state.trust_hat`` with τ̂ and ``state.trust_reference`` with τ̂^ref, zero on the diagonal."""
    mass = par.witness_mass if mech.on("witnesses") else 0.0
    trust_with_witnesses(state.alpha, state.beta, partners, par.prior_mass, mass, state.trust_hat)
    trust_with_witnesses(state.alpha_ref, state.beta_ref, partners, par.prior_mass, mass, state.trust_reference)


def trust_with_witnesses(
    alpha: F, beta: F, partners: Links, prior_mass: float, witness_mass: float, out: F
) -> None:
    """τ̂_ij = (α_ij + m r_ij)/(n_ij + m), r_ij over the partners k≠i of j, (n, n) in [0, 1].

    m = m_w M/(M+1) grows with the evidence M that the witnesses have, so that no witness is no evidence.
    Column sums are taken once; where i is a partner of j itself its own report is subtracted.
    """
    told = _witnesses(alpha, beta, partners, prior_mass, witness_mass)
    by_rows(_listen, len(alpha), alpha, beta, partners, prior_mass, witness_mass, *told, out)


@njit(cache=True, error_model="numpy")
def _witnesses(alpha: F, beta: F, partners: Links, prior_mass: float, witness_mass: float) -> tuple[F, F]:
    """What all partners of each actor report of it, and how much evidence they have, (n,) each."""
    n = alpha.shape[0]
    start, partner = partners
    reports, masses = np.zeros(n), np.zeros(n)
    if witness_mass > 0.0:
        for k in range(n):
            for j in partner[start[k] : start[k + 1]]:
                total = alpha[k, j] + beta[k, j]
                evidence = max(0.0, total - prior_mass)
                if total > 0.0:
                    reports[j] += evidence * alpha[k, j] / total
                    masses[j] += evidence
    return reports, masses


@njit(cache=True, error_model="numpy", nogil=True)
def _listen(
    first: int, last: int, alpha: F, beta: F, partners: Links, prior_mass: float, witness_mass: float, reports: F,
    masses: F, out: F,
) -> None:  # fmt: skip
    start, partner = partners
    told, weight = witness_mass * reports / (masses + 1.0), witness_mass * masses / (masses + 1.0)
    for i in range(max(first, 0), last):
        _trust_as_told(alpha[i], beta[i], told, weight, out[i])
        for j in partner[start[i] : start[i + 1]]:
            total = alpha[i, j] + beta[i, j]
            if total > 0.0 and witness_mass > 0.0:
                own = max(0.0, total - prior_mass)
                # max: the difference of two equal sums may round below zero
                others = max(0.0, masses[j] - own)
                report = max(0.0, reports[j] - own * alpha[i, j] / total)
                share = witness_mass / (others + 1.0)
                out[i, j] = min(1.0, (alpha[i, j] + share * report) / (total + share * others))
        out[i, i] = 0.0


@njit(cache=True, error_model="numpy")
def _trust_as_told(alpha: F, beta: F, told: F, mass: F, out: F) -> None:
    """Trust of one actor in everybody, as if it had no deals."""
    for j in range(alpha.size):
        weight = alpha[j] + beta[j] + mass[j]
        out[j] = min(1.0, (alpha[j] + told[j]) / weight) if weight > 0.0 else 0.0


def fade(alpha: F, beta: F, prior: F, prior_mass: float, memory: float) -> None:
    """Let all evidence beyond the prior fade: α←α⁰+λ(α−α⁰), β alike, in place on (n, n)."""
    by_rows(_fade, len(alpha), alpha, beta, prior, prior_mass, memory)


@njit(cache=True, error_model="numpy", nogil=True)
def _fade(first: int, last: int, alpha: F, beta: F, prior: F, prior_mass: float, memory: float) -> None:
    for i in range(max(first, 0), last):
        for j in range(alpha.shape[1]):
            kept = prior_mass * prior[i, j]
            alpha[i, j] = kept + memory * (alpha[i, j] - kept)
            kept = prior_mass - kept
            beta[i, j] = kept + memory * (beta[i, j] - kept)


@njit(cache=True, error_model="numpy", inline="always")
def direct_trust(alpha: float, beta: float) -> float:
    """τ = α/(α+β) in [0, 1]; 0 without any mass."""
    total = alpha + beta
    return alpha / total if total > 0.0 else 0.0


def initial_evidence(prior: F, prior_mass: float) -> tuple[F, F]:
    """α and β of the prior opinion, each (n, n): mass ``prior_mass`` at mean ``prior``."""
    alpha = prior_mass * prior
    return alpha, prior_mass - alpha
