"""What one replicate takes the intensity to be: a draw of the posterior, of the share recorded and of the wave (C.2).

Every draw is keyed by seed and replicate alone, so that all scenarios of a seed share their replicates' beliefs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.intensity.equation import LEAST_RECORDED, MOST_RECORDED
from simulation.intensity.record import LEAST_SHARE, MOST_SHARE
from simulation.intensity.standing import LayerFacts, Year
from simulation.intensity.wave import KEPT
from simulation.kernels import Stream, exp, fill_uniform, key, log, normal, stable_hash
from simulation.state import FIRM, I32, I64, STATE, U64, B, F

_HALVINGS = 40
_LANES = 256
"""Sums of so many pairs that are far from each other run side by side."""
_STEPS, _ENOUGH, _NEAR = 16, 1e-11, 2e-10
"""Steps of a search for the level before it is halved to, the share of the flow it may miss, and how near it lies."""
_SETUP = -1
"""Quarter of draws that are made while the world is set up."""


@dataclass(frozen=True, eq=False)
class Belief:
    """One draw of a layer.

    Attributes
    ----------
    weights
        (K,) coefficients of the covariates.
    reluctance
        κ.
    recording
        (R,) coefficients of the reasons of being recorded.
    share
        Share of the world's deals that the record holds.
    flows
        (years,) recorded deals a year of the layer in the run's first year, second, …
    """

    weights: F
    reluctance: float
    recording: F
    share: float
    flows: F


def draw_belief(facts: LayerFacts, kind: int, seed: int, replicate: int, spread: float, years: int) -> Belief:
    """A belief on a layer.

    Parameters
    ----------
    kind
        Kind of its partners: of the name of its draws.
    spread
        Multiplies every deviation from the most probable values; 0 takes those.
    years
        Length of the run.
    """
    known, layer = facts.posterior, ("firm" if kind == FIRM else "state")
    theta = _correlated(known.mode, known.factor, spread * _normals(f"{layer} parameter", known.names, seed, replicate))
    k = len(facts.names)
    # the share recorded is one of the world: both layers were found by the same searches
    luck = float(_uniforms("share recorded", ["world"], seed, replicate)[0])
    share = LEAST_SHARE + (MOST_SHARE - LEAST_SHARE) * (0.5 + min(spread, 1.0) * (luck - 0.5))
    level = spread * float(_normals(f"{layer} wave", ["level"], seed, replicate)[0])
    steps = spread * _normals(f"{layer} wave", [f"step {y}" for y in range(years)], seed, replicate)
    return Belief(theta[:k], float(theta[k]), theta[k + 1 :], share,
                  _flows(known.wave.mean, known.wave.sd, known.wave.walk, level, steps, spread))  # fmt: skip


def _uniforms(what: str, names: Sequence[str], seed: int, replicate: int) -> F:
    uids = np.array([stable_hash(name) for name in names], np.uint64)
    result = np.empty(len(names))
    fill_uniform(key(seed, replicate, _SETUP, Stream.BELIEF), stable_hash(what), uids, result)
    return result


def _normals(what: str, names: Sequence[str], seed: int, replicate: int) -> F:
    return normals_of(_uniforms(what, names, seed, replicate))


@njit(cache=True, error_model="numpy")
def normals_of(luck: F) -> F:
    """Standard normals by inversion of uniforms, (m,)."""
    result = np.empty(luck.size)
    for k in range(luck.size):
        result[k] = normal(luck[k])
    return result


@njit(cache=True, error_model="numpy")
def _correlated(mode: F, factor: F, scores: F) -> F:
    result = mode.copy()
    for k in range(mode.size):
        total = 0.0
        for j in range(k + 1):
            total += factor[k, j] * scores[j]
        result[k] += total
    return result


@njit(cache=True, error_model="numpy")
def _flows(mean: float, sd: float, walk: float, level: float, steps: F, spread: float) -> F:
    """Recorded deals in each year: the log flow wanders about its level, and the expected flow stays where it is."""
    result = np.empty(steps.size)
    apart, variance = 0.0, 0.0
    for year in range(steps.size):
        apart = KEPT * apart + walk * steps[year]
        variance = KEPT * KEPT * variance + (walk * min(spread, 1.0)) ** 2
        result[year] = exp(mean + sd * level + apart - 0.5 * variance)
    return result


def pair_utilities(year: Year, weights: F) -> F:
    """U_ij = Σ_k β_k pair_k(i, j) + Σ_k β_k partner_k(j) of the possible pairs, (2, P): of a, and of b."""
    pairs = year.possible
    of_pairs = np.where(year.of_pair, weights, 0.0)
    return np.asarray(_pair_utilities(
        pairs.first, pairs.spot, pairs.x, of_pairs, year.partner, weights, pairs.a, pairs.b
    ))  # fmt: skip


@njit(cache=True, error_model="numpy")
def _pair_utilities(first: I64, spot: I32, x: F, of_pairs: F, partner: F, weights: F, a: I32, b: I32) -> F:
    """Zero weights and zero covariates, which are most, cost nothing."""
    appeal, result = np.zeros(partner.shape[1]), np.zeros((2, a.size))
    for k in range(weights.size):
        for j in range(appeal.size):
            appeal[j] += weights[k] * partner[k, j]
    shared, other = result
    for k in range(of_pairs.size):
        if of_pairs[k] == 0.0:
            continue
        row, there = x[first[k] : first[k + 1]], spot[first[k] : first[k + 1]]
        if row.size == a.size:
            for p in range(row.size):
                shared[p] += of_pairs[k] * row[p]
        else:
            for m in range(row.size):
                shared[there[m]] += of_pairs[k] * row[m]
    for p in range(a.size):
        other[p] = shared[p] + appeal[a[p]]
        shared[p] += appeal[b[p]]
    return result


@njit(cache=True, error_model="numpy")
def pair_rates(utility: F, a: I32, b: I32, n: int, reluctance: float) -> F:
    """λ_ij at one approach a year of everybody, of the possible pairs (P,) of n actors; see :mod:`.equation`."""
    total, still = np.zeros(n), exp(reluctance)
    forth, back = np.empty(a.size), np.empty(a.size)
    for p in range(a.size):  # apart from sums and look-ups, so that several are worked on at once
        forth[p] = exp(utility[0, p])
    for p in range(a.size):
        back[p] = exp(utility[1, p])
    for p in range(a.size):
        total[a[p]] += forth[p]
        total[b[p]] += back[p]
    rate, other = np.empty(a.size), np.empty(a.size)
    for p in range(a.size):
        rate[p], other[p] = total[a[p]], total[b[p]]
    for p in range(a.size):
        rate[p] = forth[p] / rate[p] * (back[p] / (back[p] + still))
        rate[p] += back[p] / other[p] * (forth[p] / (forth[p] + still))
    return rate


@njit(cache=True, error_model="numpy")
def recorded_shares(reasons: F, weights: F, rate: F, share: float) -> F:
    """ρ of the possible pairs (P,): e^{c + Σ γ z}, bounded, with c such that the record holds ``share`` of the flow."""
    odds, flow = np.zeros(rate.size), 0.0
    for k in range(weights.size):
        for p in range(rate.size):
            odds[p] += weights[k] * reasons[k, p]
    for p in range(rate.size):
        odds[p] = exp(odds[p])
    for p in range(rate.size):
        flow += rate[p]
    low, high, lanes, unsure = -20.0, 20.0, np.empty(_LANES), _unsure(rate.size) * flow
    below, above = _bracket(odds, rate, share * flow, lanes)
    for _ in range(_HALVINGS):  # bisection: the share rises with c
        middle = (low + high) / 2
        if middle <= below:
            short = -1.0
        elif middle >= above:
            short = 1.0
        else:
            short = _held_in_lanes(odds, rate, exp(middle), lanes) - share * flow
            if abs(short) < unsure:  # so near that the order of the sum could decide
                short = _held(odds, rate, exp(middle)) - share * flow
        if short < 0.0:
            low = middle
        else:
            high = middle
    factor = exp((low + high) / 2)
    for p in range(rate.size):
        odds[p] = min(MOST_RECORDED, max(LEAST_RECORDED, factor * odds[p]))
    return odds


@njit(cache=True, error_model="numpy", inline="always")
def _unsure(terms: int) -> float:
    """Two orders of a sum of so many positive terms differ by less than this share of it."""
    return 4.0 * terms * 2.220446049250313e-16


@njit(cache=True, error_model="numpy")
def _bracket(odds: F, rate: F, wanted: float, lanes: F) -> tuple[float, float]:
    """Two levels between which c lies for certain, near to each other if they are found; else without bounds.

    Secants from where c would be without bounds find it, and halves of what is left where a secant leaves it: the
    share is flat at both ends.
    """
    low, high, before, gap_before = -20.0, 20.0, 0.0, 0.0
    c = min(19.0, max(-19.0, log(wanted / sum_of_products(odds, rate))))
    gap = _held_in_lanes(odds, rate, exp(c), lanes) - wanted
    step = -gap / wanted
    for _ in range(_STEPS):
        if gap > 0.0:
            high = c
        else:
            low = c
        before, gap_before = c, gap
        c = c + step if low < c + step < high else (low + high) / 2.0
        gap = _held_in_lanes(odds, rate, exp(c), lanes) - wanted
        if abs(gap) < _ENOUGH * wanted:
            break
        step = -gap * (c - before) / (gap - gap_before)
    enough = _unsure(rate.size) * rate.sum()
    if _held_in_lanes(odds, rate, exp(c - _NEAR), lanes) - wanted > -enough:
        return -np.inf, np.inf
    if _held_in_lanes(odds, rate, exp(c + _NEAR), lanes) - wanted < enough:
        return -np.inf, np.inf
    return c - _NEAR, c + _NEAR


@njit(cache=True, error_model="numpy")
def _held(odds: F, rate: F, factor: float) -> float:
    """What of the flow the record holds."""
    total = 0.0
    for p in range(rate.size):
        total += rate[p] * min(MOST_RECORDED, max(LEAST_RECORDED, factor * odds[p]))
    return total


@njit(cache=True, error_model="numpy")
def _held_in_lanes(odds: F, rate: F, factor: float, lanes: F) -> float:
    """The same up to rounding, several pairs at once."""
    lanes[:] = 0.0
    for first in range(0, rate.size, lanes.size):
        chance, flow = odds[first : first + lanes.size], rate[first : first + lanes.size]
        for lane in range(flow.size):
            lanes[lane] += flow[lane] * min(MOST_RECORDED, max(LEAST_RECORDED, factor * chance[lane]))
    return lanes.sum()


@njit(cache=True, error_model="numpy")
def unrecorded(rate: F, times: float, share: F, possible: B) -> F:
    """What the record does not hold of a flow that is so many times the rate, of the pairs that are still possible."""
    result = np.empty(rate.size)
    for p in range(rate.size):
        result[p] = rate[p] * times * (1.0 - share[p]) * possible[p]
    return result


@njit(cache=True, error_model="numpy")
def write_pairs(matrix: F, a: I32, b: I32, forth: F, back: F) -> None:
    """Write to an (n, n) matrix what some pairs have in the one direction and in the other, (P,) each."""
    for p in range(a.size):
        matrix[a[p], b[p]] = forth[p]
        matrix[b[p], a[p]] = back[p]


@njit(cache=True, error_model="numpy")
def sum_of_products(a: F, b: F) -> float:
    """Σ a_p b_p in order."""
    total = 0.0
    for p in range(a.size):
        total += a[p] * b[p]
    return total


def attraction_scores(uid: U64, kind: NDArray[np.int8], year: int, seed: int, replicate: int) -> F:
    """(n,) standard normal scores of what states and firms have beyond their covariates in a year; 0 for others."""
    luck = np.empty(len(uid))
    fill_uniform(key(seed, replicate, _SETUP, Stream.ATTRACTION), np.uint64(year), uid, luck)
    return np.where(np.isin(kind, (STATE, FIRM)), normals_of(luck), 0.0)


def next_attraction(before: F, scores: F, sd: float, kept: float) -> F:
    """A year on: a stationary walk of the first order with standard deviation ``sd``."""
    return np.asarray(kept * before + sd * np.sqrt(1.0 - kept * kept) * scores)
