"""Approximate Bayesian computation by sequential Monte Carlo (Del Moral, Doucet & Jasra 2012).

Particles start from the prior. In each round the tolerance falls to the median distance, the better
half is drawn anew in place of the worse, and every particle makes a few moves that keep the prior and
are taken only where a fresh simulation falls within the tolerance. Parameters live as independent
standard normals ("scores"), so a Crank–Nicolson step z' = √(1−b²) z + b ξ keeps their prior exactly and
many parameters at once cost nothing: particles never leave the prior's range and never need weights
between rounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from simulation.state import I64, F

Simulate = Callable[[F, Sequence[int]], F]
"""``simulate(scores (m, k), numbers of the simulations (m,)) -> summaries (m, l)``."""

MOVES = 2
"""Moves a particle makes in a round."""
_STEP = 0.4  # b of the first round
_LEAST, _MOST = 0.1, 0.8  # bounds of b
_ACCEPTED = 0.25  # share of moves taken that b aims at


@dataclass(frozen=True, eq=False)
class Sample:
    """A sample of the posterior.

    Attributes
    ----------
    scores, summaries, distances
        Of the different particles, (m, k), (m, l), (m,).
    weights
        (m,) sum 1: how often each came up.
    tolerances, accepted
        Of each round: greatest distance allowed, share of moves taken.
    simulations
        How many were run.
    """

    scores: F
    summaries: F
    distances: F
    weights: F
    tolerances: tuple[float, ...]
    accepted: tuple[float, ...]
    simulations: int


def samples(
    simulate: Simulate, distance: Callable[[F], F], parameters: int, particles: int, rounds: int, seed: int
) -> Iterator[Sample]:
    """Sample parameter sets whose simulations come close to what was observed, closer each round.

    Parameters
    ----------
    simulate
        Runs some simulations; each has a number of its own, from which its luck is to be drawn.
    distance
        Of summaries (m, l) from the observed ones, (m,).
    parameters, particles, rounds
        How many.
    seed
        Of every draw made here.

    Yields
    ------
    Sample
        After each round.
    """
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal((particles, parameters))
    summaries = simulate(scores, range(particles))
    far = distance(summaries)
    done, step = particles, _STEP
    tolerances, accepted = [], []
    for _ in range(rounds):
        tolerance = float(np.median(far))
        good = np.flatnonzero(far <= tolerance)
        chosen = good[_systematic(np.full(len(good), 1.0 / len(good)), particles, rng)]
        scores, summaries, far = scores[chosen], summaries[chosen], far[chosen]
        taken = 0
        for _ in range(MOVES):
            moved = np.sqrt(1.0 - step**2) * scores + step * rng.standard_normal(scores.shape)
            result = simulate(moved, range(done, done + particles))
            done += particles
            there = distance(result)
            take = there <= tolerance
            scores[take], summaries[take], far[take] = moved[take], result[take], there[take]
            taken += int(take.sum())
        tolerances.append(tolerance)
        accepted.append(taken / (MOVES * particles))
        step = float(np.clip(step * np.exp(accepted[-1] - _ACCEPTED), _LEAST, _MOST))
        different, first, count = np.unique(scores, axis=0, return_index=True, return_counts=True)
        weights = count / particles
        yield Sample(different, summaries[first], far[first], weights, tuple(tolerances), tuple(accepted), done)


def _systematic(weights: F, count: int, rng: np.random.Generator) -> I64:
    """Rows drawn in proportion to their weights by one uniform (systematic resampling)."""
    marks = (rng.random() + np.arange(count)) / count
    return np.minimum(np.searchsorted(np.cumsum(weights), marks), len(weights) - 1)
