"""What one replicate takes the intensity to be: a draw of the posterior, of the share recorded and of the wave (C.2).

Every draw is keyed by seed and replicate alone, so that all scenarios of a seed share their replicates' beliefs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.intensity.equation import LEAST_RECORDED, MOST_RECORDED
from simulation.intensity.recording import LEAST_SHARE, MOST_SHARE
from simulation.intensity.standing import LayerFacts, Year
from simulation.intensity.wave import KEPT
from simulation.kernels import exp
from simulation.randomness import Stream, fill_uniform, key, normal, stable_hash
from simulation.state import FIRM, I32, STATE, U64, F

_HALVINGS = 40
_SETUP = -1
"""Quarter of draws that are made while the world is set up."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """The possible pairs of a layer, a < b, both (P,)."""

    a: I32
    b: I32


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


def utilities(year: Year, weights: F) -> F:
    """U_ij = Σ_k β_k pair_k(i, j) + Σ_k β_k partner_k(j) where i and j can make deals, (n, n); elsewhere no matter."""
    n, pairs = year.mask.shape[0], possible_pairs(year)
    result = np.zeros((n, n))
    _add_utilities(year.pair, year.partner, weights, pairs.a, pairs.b, result)
    return result


@njit(cache=True, error_model="numpy")
def _add_utilities(pair: F, partner: F, weights: F, a: I32, b: I32, out: F) -> None:
    """Add U to ``out`` (n, n), in each row from its first possible partner to its last; zero weights cost nothing."""
    n = out.shape[0]
    appeal, first, last = np.zeros(n), np.full(n, n), np.zeros(n, np.int64)
    for p in range(a.size):
        for i, j in ((a[p], b[p]), (b[p], a[p])):
            first[i], last[i] = min(first[i], j), max(last[i], j + 1)
    for k in range(weights.size):
        for j in range(n):
            appeal[j] += weights[k] * partner[k, j]
    for i in range(n):
        there = out[i]
        for k in range(weights.size):
            if weights[k] != 0.0:
                row = pair[k, i]
                for j in range(first[i], last[i]):
                    there[j] += weights[k] * row[j]
        for j in range(first[i], last[i]):
            there[j] += appeal[j]


@njit(cache=True, error_model="numpy")
def pair_rates(utility: F, a: I32, b: I32, reluctance: float) -> F:
    """λ_ij at one approach a year of everybody, of the possible pairs (P,); see :mod:`.equation`."""
    n = utility.shape[0]
    total = np.zeros(n)
    forth, back = np.empty(a.size), np.empty(a.size)
    for p in range(a.size):
        forth[p], back[p] = exp(utility[a[p], b[p]]), exp(utility[b[p], a[p]])
        total[a[p]] += forth[p]
        total[b[p]] += back[p]
    still = exp(reluctance)
    rate = np.empty(a.size)
    for p in range(a.size):
        rate[p] = forth[p] / total[a[p]] * (back[p] / (back[p] + still))
        rate[p] += back[p] / total[b[p]] * (forth[p] / (forth[p] + still))
    return rate


@njit(cache=True, error_model="numpy")
def recorded_shares(reasons: F, weights: F, a: I32, b: I32, rate: F, share: float) -> F:
    """ρ of the possible pairs (P,): e^{c + Σ γ z}, bounded, with c such that the record holds ``share`` of the flow."""
    odds = np.empty(a.size)
    for p in range(a.size):
        total = 0.0
        for k in range(weights.size):
            total += weights[k] * reasons[k, a[p], b[p]]
        odds[p] = exp(total)
    flow = 0.0
    for p in range(a.size):
        flow += rate[p]
    low, high = -20.0, 20.0
    for _ in range(_HALVINGS):  # bisection: the share rises with c
        middle = (low + high) / 2
        factor, held = exp(middle), 0.0
        for p in range(a.size):
            held += rate[p] * min(MOST_RECORDED, max(LEAST_RECORDED, factor * odds[p]))
        if held < share * flow:
            low = middle
        else:
            high = middle
    factor = exp((low + high) / 2)
    for p in range(a.size):
        odds[p] = min(MOST_RECORDED, max(LEAST_RECORDED, factor * odds[p]))
    return odds


@njit(cache=True, error_model="numpy")
def sum_of_products(a: F, b: F) -> float:
    """Σ a_p b_p in order."""
    total = 0.0
    for p in range(a.size):
        total += a[p] * b[p]
    return total


@lru_cache(maxsize=64)  # a year is made once for all replicates of a world
def possible_pairs(year: Year) -> Pairs:
    """The pairs of a layer that can make deals."""
    a, b = np.nonzero(np.triu(year.mask, 1))
    return Pairs(a.astype(np.int32), b.astype(np.int32))


def attraction_scores(uid: U64, kind: NDArray[np.int8], year: int, seed: int, replicate: int) -> F:
    """(n,) standard normal scores of what states and firms have beyond their covariates in a year; 0 for others."""
    luck = np.empty(len(uid))
    fill_uniform(key(seed, replicate, _SETUP, Stream.ATTRACTION), np.uint64(year), uid, luck)
    return np.where(np.isin(kind, (STATE, FIRM)), normals_of(luck), 0.0)


def next_attraction(before: F, scores: F, sd: float, kept: float) -> F:
    """A year on: a stationary walk of the first order with standard deviation ``sd``."""
    return np.asarray(kept * before + sd * np.sqrt(1.0 - kept * kept) * scores)
