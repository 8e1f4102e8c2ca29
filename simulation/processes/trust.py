"""C.4 Trust: a Beta reputation of each pair, and what third parties report.

Direct trust is the mean τ=α/(α+β) of a Beta opinion whose evidence beyond the prior fades
with rate λ (Jøsang & Ismail 2002). Trust with witnesses τ̂ adds the reports r_j of the other
partners of j, each weighted by how much evidence beyond its own prior it holds, so that a
world without experience reports nothing.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.processes.links import Links
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import F, State


def perceive_trust(state: State, par: Parameters, mech: Mechanisms, partners: Links) -> None:
    """Step 2: fill ``state.trust_hat`` with τ̂, (n, n) in [0, 1], zero on the diagonal."""
    mass = par.witness_mass if mech.on("witnesses") else 0.0
    trust_with_witnesses(
        state.alpha, state.beta, partners, par.prior_mass, mass, par.witness_prior, state.trust_hat
    )


@njit(cache=True, error_model="numpy")
def trust_with_witnesses(
    alpha: F, beta: F, partners: Links, prior_mass: float, witness_mass: float, witness_prior: float, out: F
) -> None:
    """τ̂_ij = (α_ij + m_w r_ij)/(n_ij + m_w), r_ij over the partners k≠i of j, prior r0 of mass one.

    Column sums are taken once; where i is a partner of j itself its own report is subtracted.
    """
    n = alpha.shape[0]
    start, partner = partners.start, partners.partner
    reports, masses = np.zeros(n), np.zeros(n)
    if witness_mass > 0.0:
        for k in range(n):
            for j in partner[start[k] : start[k + 1]]:
                total = alpha[k, j] + beta[k, j]
                evidence = max(0.0, total - prior_mass)
                if total > 0.0:
                    reports[j] += evidence * alpha[k, j] / total
                    masses[j] += evidence
    heard = np.empty(n)
    for j in range(n):
        heard[j] = witness_mass * ((reports[j] + witness_prior) / (masses[j] + 1.0))
    for i in range(n):
        _listen(alpha[i], beta[i], heard, witness_mass, out[i])
        for j in partner[start[i] : start[i + 1]]:
            total = alpha[i, j] + beta[i, j]
            if total > 0.0 and witness_mass > 0.0:
                own = max(0.0, total - prior_mass)
                # max: the difference of two equal sums may round below zero
                report = max(0.0, reports[j] - own * alpha[i, j] / total)
                text = (report + witness_prior) / (max(0.0, masses[j] - own) + 1.0)
                out[i, j] = min(1.0, (alpha[i, j] + witness_mass * text) / (total + witness_mass))
        out[i, i] = 0.0


@njit(cache=True, error_model="numpy")
def _listen(alpha: F, beta: F, heard: F, witness_mass: float, out: F) -> None:
    """Trust of one actor in everybody, as if it had no deals."""
    for j in range(alpha.size):
        weight = alpha[j] + beta[j] + witness_mass
        out[j] = min(1.0, (alpha[j] + heard[j]) / weight) if weight > 0.0 else 0.0


@njit(cache=True, error_model="numpy")
def fade(alpha: F, beta: F, prior: F, prior_mass: float, memory: float) -> None:
    """Let all evidence beyond the prior fade: α←α⁰+λ(α−α⁰), β alike, in place on (n, n)."""
    n = alpha.shape[0]
    for i in range(n):
        for j in range(n):
            first = prior_mass * prior[i, j]
            alpha[i, j] = first + memory * (alpha[i, j] - first)
            first = prior_mass - first
            beta[i, j] = first + memory * (beta[i, j] - first)


@njit(cache=True, error_model="numpy", inline="always")
def direct_trust(alpha: float, beta: float) -> float:
    """τ = α/(α+β) in [0, 1]; 0 without any mass."""
    total = alpha + beta
    return alpha / total if total > 0.0 else 0.0


def initial_evidence(prior: F, prior_mass: float) -> tuple[F, F]:
    """α and β of the prior opinion, each (n, n): mass ``prior_mass`` at mean ``prior``."""
    alpha = prior_mass * prior
    return alpha, prior_mass - alpha


def transparency_threshold(par: Parameters, prior: float) -> float:
    """Compliance π above which transparency raises trust at rest, if every breach is seen (C.4).

    Solves η⁺π/(η⁺π+η⁻(1−π)) = τ⁰ for π. With the defaults .714 at τ⁰=.5, .672 at .45, .789 at .6.
    """
    odds = prior / (1.0 - prior) * par.loss_of_trust / par.gain_of_trust
    return odds / (1.0 + odds)
