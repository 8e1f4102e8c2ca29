"""C.4 Trust: a Beta reputation of each pair, what third parties report, and what there was to expect.

Direct trust is the mean τ=α/(α+β) of a Beta opinion whose evidence beyond the prior fades
with rate λ (Jøsang & Ismail 2002); conduct adds to it, in :mod:`.compliance`. Trust with
witnesses τ̂ adds the reports r_j of the other partners of j, each weighted by how much evidence
beyond its own prior it holds, so that a world without experience reports nothing.

In a large world few pairs have evidence beyond the prior, and of all others fading leaves α and β bit for bit as they
were. There it is known who has any (:func:`acquainted`), and the evidence of the others is not looked at.

A reference τ̂^ref follows the same rules from the recorded world, with everybody's conduct at its
expectation. What τ̂ differs from it is news: a tweak, a thaw, a breach; ordinary conduct is none.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.kernels import borrowed, by_rows
from simulation.processes.links import Links, links, together
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import I8, I32, F, State

EVERYBODY = Links(np.zeros(0, np.int32), np.zeros(0, np.int32))
"""In place of lists of who has evidence: it may be anybody."""
_FEWEST = 512
"""Actors from whom on such lists pay; in a smaller world too many pairs have some."""


def acquainted(state: State, par: Parameters, known: Links | None = None, partners: Links | None = None) -> Links:
    """Pairs with evidence beyond the prior; in a small world :data:`EVERYBODY`.

    Parameters
    ----------
    known
        Those that had some before and are still all but ``partners``; without them all pairs are looked at.
    partners
        Those that get some now.
    """
    if state.n < _FEWEST:
        return EVERYBODY
    known = known or _by_looking(state, par)
    return known if partners is None else Links(*together(known, partners))


def _by_looking(state: State, par: Parameters) -> Links:
    s, differs = state, np.empty((state.n, state.n), np.int8)
    by_rows(_differ, s.n, s.alpha, s.beta, s.trust_prior, par.prior_mass, False, differs)
    by_rows(_differ, s.n, s.alpha_ref, s.beta_ref, s.prior_ref, par.prior_mass, True, differs)
    return Links(*links(differs))


@njit(cache=True, error_model="numpy", nogil=True)
def _differ(first: int, last: int, alpha: F, beta: F, prior: F, prior_mass: float, also: bool, out: I8) -> None:
    """Write whether evidence is other than at first; with ``also``, or whatever stands there."""
    for i in range(max(first, 0), last):
        for j in range(alpha.shape[1]):
            kept = prior_mass * prior[i, j]
            out[i, j] = (also & (out[i, j] != 0)) | (alpha[i, j] != kept) | (beta[i, j] != prior_mass - kept)


def perceive_trust(state: State, par: Parameters, mech: Mechanisms, partners: Links, known: Links = EVERYBODY) -> None:
    """Step 2: fill ``state.trust_hat`` with τ̂ and ``state.trust_reference`` with τ̂^ref, zero on the diagonal.

    ``partners`` are the lists of the deals as they stand, ``known`` who is :func:`acquainted`.
    """
    s, mass = state, par.witness_mass if mech.on("witnesses") else 0.0
    told = _all_told(s.alpha, s.beta, s.alpha_ref, s.beta_ref, partners, par.prior_mass, mass)
    by_rows(
        _listen_to_all, s.n, s.alpha, s.beta, s.trust_prior, s.alpha_ref, s.beta_ref, s.prior_ref, partners, known,
        par.prior_mass, mass, told, s.trust_hat, s.trust_reference,
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def _all_told(
    alpha: F, beta: F, alpha_ref: F, beta_ref: F, partners: Links, prior_mass: float, witness_mass: float
) -> F:
    """What all partners of each actor report of it and how much evidence they have, then the same by the reference.

    (4, n); nothing where witnesses do not count.
    """
    told = np.zeros((4, alpha.shape[0]))
    if witness_mass > 0.0:
        _witnesses(alpha, beta, partners, prior_mass, told[0], told[1])
        _witnesses(alpha_ref, beta_ref, partners, prior_mass, told[2], told[3])
    return told


@njit(cache=True, error_model="numpy")
def _witnesses(alpha: F, beta: F, partners: Links, prior_mass: float, reports: F, masses: F) -> None:
    alpha, beta, (start, partner) = borrowed((alpha, beta, partners))
    for k in range(alpha.shape[0]):
        for j in partner[start[k] : start[k + 1]]:
            total = alpha[k, j] + beta[k, j]
            evidence = max(0.0, total - prior_mass)
            if total > 0.0:
                reports[j] += evidence * alpha[k, j] / total
                masses[j] += evidence


@njit(cache=True, error_model="numpy", nogil=True)
def _listen_to_all(
    first: int, last: int, alpha: F, beta: F, prior: F, alpha_ref: F, beta_ref: F, prior_ref: F, partners: Links,
    known: Links, prior_mass: float, witness_mass: float, told: F, out: F, out_ref: F,
) -> None:  # fmt: skip
    masses = prior_mass, witness_mass
    _listen(first, last, alpha, beta, prior, partners, known, *masses, told[0], told[1], out)
    _listen(first, last, alpha_ref, beta_ref, prior_ref, partners, known, *masses, told[2], told[3], out_ref)


@njit(cache=True, error_model="numpy", nogil=True)
def _listen(
    first: int, last: int, alpha: F, beta: F, prior: F, partners: Links, known: Links, prior_mass: float,
    witness_mass: float, reports: F, masses: F, out: F,
) -> None:  # fmt: skip
    """τ̂_ij = (α_ij + m r_ij)/(n_ij + m), r_ij over the partners k≠i of j, (n, n) in [0, 1].

    m = m_w M/(M+1) grows with the evidence M that the witnesses have, so that no witness is no evidence.
    Column sums are taken once; where i is a partner of j itself its own report is subtracted.
    """
    told, weight = witness_mass * reports / (masses + 1.0), witness_mass * masses / (masses + 1.0)
    alpha, beta, prior, known, (start, partner), out = borrowed((alpha, beta, prior, known, partners, out))
    for i in range(max(first, 0), last):
        if known.start.size == 0:
            _as_told(alpha[i], beta[i], told, weight, out[i])
        else:
            _as_first_told(prior[i], prior_mass, told, weight, out[i])
            for j in known.partner[known.start[i] : known.start[i + 1]]:
                out[i, j] = _trust(alpha[i, j], beta[i, j], told[j], weight[j])
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


@njit(cache=True, error_model="numpy", forceinline=True)
def _as_told(alpha: F, beta: F, told: F, mass: F, out: F) -> None:
    """Trust of one actor in everybody, as if it had no deals."""
    for j in range(alpha.size):
        out[j] = _trust(alpha[j], beta[j], told[j], mass[j])


@njit(cache=True, error_model="numpy", forceinline=True)
def _as_first_told(prior: F, prior_mass: float, told: F, mass: F, out: F) -> None:
    """The same if it had no evidence of its own either."""
    for j in range(prior.size):
        kept = prior_mass * prior[j]
        out[j] = _trust(kept, prior_mass - kept, told[j], mass[j])


@njit(cache=True, error_model="numpy", inline="always")
def _trust(alpha: float, beta: float, told: float, mass: float) -> float:
    weight = alpha + beta + mass
    return min(1.0, (alpha + told) / weight) if weight > 0.0 else 0.0


def update(state: State, par: Parameters, known: Links, partners: Links, shown: F) -> None:
    """Step 10: let evidence beyond the prior fade, and add what partners have shown, in place.

    Parameters
    ----------
    known
        Who may have any evidence: :func:`acquainted`.
    shown
        (m or more, 4) what each actor's partners have shown it, in the order of the lists: added to ``alpha``,
        ``beta``, ``alpha_ref`` and ``beta_ref``.
    """
    s = state
    by_rows(
        _update, s.n, s.alpha, s.beta, s.trust_prior, s.alpha_ref, s.beta_ref, s.prior_ref, par.prior_mass, par.memory,
        *known, *partners, shown,
    )  # fmt: skip


def fade_now(state: State, par: Parameters, known: Links) -> Links:
    """Let evidence fade before anything is shown; returns who is left to fade: nobody."""
    nobody = Links(np.zeros(state.n + 1, np.int32), np.zeros(0, np.int32))
    update(state, par, known, nobody, np.zeros((0, 4)))
    return nobody


@njit(cache=True, error_model="numpy", nogil=True)
def _update(
    first: int, last: int, alpha: F, beta: F, prior: F, alpha_ref: F, beta_ref: F, prior_ref: F, prior_mass: float,
    memory: float, known_start: I32, known: I32, start: I32, partner: I32, shown: F,
) -> None:  # fmt: skip
    alpha, beta, prior, alpha_ref, beta_ref, prior_ref, known_start, known, start, partner, shown = borrowed(
        (alpha, beta, prior, alpha_ref, beta_ref, prior_ref, known_start, known, start, partner, shown)
    )
    for i in range(max(first, 0), last):
        fade(i, alpha, beta, prior, prior_mass, memory, known_start, known)
        fade(i, alpha_ref, beta_ref, prior_ref, prior_mass, memory, known_start, known)
        for p in range(start[i], start[i + 1]):
            j = partner[p]
            alpha[i, j] += shown[p, 0]
            beta[i, j] += shown[p, 1]
            alpha_ref[i, j] += shown[p, 2]
            beta_ref[i, j] += shown[p, 3]


@njit(cache=True, error_model="numpy", forceinline=True)
def fade(i: int, alpha: F, beta: F, prior: F, prior_mass: float, memory: float, start: I32, known: I32) -> None:
    """Let evidence of i beyond the prior fade: α←α⁰+λ(α−α⁰), β alike, in place on (n, n).

    ``start`` and ``known`` are lists of who may have any, or empty.
    """
    if start.size == 0:
        for j in range(alpha.shape[1]):
            kept = prior_mass * prior[i, j]
            alpha[i, j] = _faded(alpha[i, j], kept, memory)
            beta[i, j] = _faded(beta[i, j], prior_mass - kept, memory)
    else:
        for p in range(start[i], start[i + 1]):
            j = known[p]
            kept = prior_mass * prior[i, j]
            alpha[i, j] = _faded(alpha[i, j], kept, memory)
            beta[i, j] = _faded(beta[i, j], prior_mass - kept, memory)


@njit(cache=True, error_model="numpy", inline="always")
def _faded(evidence: float, first: float, memory: float) -> float:
    return first + memory * (evidence - first)


@njit(cache=True, error_model="numpy", inline="always")
def direct_trust(alpha: float, beta: float) -> float:
    """τ = α/(α+β) in [0, 1]; 0 without any mass."""
    total = alpha + beta
    return alpha / total if total > 0.0 else 0.0


def initial_evidence(prior: F, prior_mass: float) -> tuple[F, F]:
    """α and β of the prior opinion, each (n, n): mass ``prior_mass`` at mean ``prior``."""
    alpha = prior_mass * np.ascontiguousarray(prior)
    return alpha, prior_mass - alpha
