"""C.2 Terms of a deal: where between the two positions the parties agree.

y_ij = θ x_i + (1−θ) x_j with θ = b_i/(b_i + b_j) and b_i = 1 + max over others l of q_l(i)·log(1 + e^{U_il}): who has
the better alternative gets the better terms (Nash 1950).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from simulation.kernels import exp, expm1, log, log1p
from simulation.processes.pull import layer_of
from simulation.state import I8, I32, B, F

_ROUNDING = 1e-9
"""Logarithm by which U must lie below what would be enough before a partner is left out."""
_SOFTEST = 0.6932
"""log(1 + e^U) − max(U, 0) is never more: log 2, rounded up."""


class Alternatives(NamedTuple):
    """The two partners that are worth most to each actor: looked up once, when it first sits at a table."""

    partner: I32  # [n] -2 not looked up, -1 nobody
    best: F  # [n]
    second: F  # [n]


@njit(cache=True, error_model="numpy")
def nothing_looked_up(n: int) -> Alternatives:
    """Alternatives of n actors before anybody has sat at a table."""
    return Alternatives(np.full(n, -2, np.int32), np.zeros(n), np.zeros(n))


@njit(cache=True, error_model="numpy")
def best_alternative(known: Alternatives, possible: B, pull: F, reluctance: F, kind: I8, i: int, j: int) -> float:
    """Worth of i's best partner other than j: what an agreement is worth times the chance that it agrees."""
    if known.partner[i] == -2:
        known.partner[i], known.best[i], known.second[i] = _best_two(possible, pull, reluctance, kind, i)
    return known.second[i] if known.partner[i] == j else known.best[i]


@njit(cache=True, error_model="numpy")
def _best_two(possible: B, pull: F, reluctance: F, kind: I8, i: int) -> tuple[int, float, float]:
    """Who is worth most to i, what it is worth, and what the next best is; who cannot be is not looked at."""
    partner, best, second, enough = -1, 0.0, 0.0, -np.inf
    yes = np.empty(kind.size)
    for other in range(kind.size):
        yes[other] = reluctance[layer_of(kind, i, other)] - pull[other, i]
    for other in range(kind.size):  # without a condition inside, so that several are worked on at once
        yes[other] = 1.0 / (1.0 + exp(yes[other]))
    for other in range(kind.size):
        if pull[i, other] < enough or not possible[i, other]:
            continue  # not worth more even if it surely agreed
        if yes[other] * (max(pull[i, other], 0.0) + _SOFTEST) <= second:
            continue
        worth = yes[other] * softplus(pull[i, other])
        if worth > best:
            partner, best, second = other, worth, best
        elif worth > second:
            second = worth
        else:
            continue
        enough = log(expm1(second)) - _ROUNDING if second > 0.0 else -np.inf
    return partner, best, second


@njit(cache=True, error_model="numpy", inline="always")
def softplus(utility: float) -> float:
    """log(1 + e^U): the expected gain of a choice that may be refused."""
    return max(utility, 0.0) + log1p(exp(-abs(utility)))


@njit(cache=True, error_model="numpy")
def nash_share(known: Alternatives, possible: B, pull: F, reluctance: F, kind: I8, i: int, j: int) -> float:
    """θ_ij in (0, 1): the weight of i's position in the terms."""
    b_i = 1.0 + best_alternative(known, possible, pull, reluctance, kind, i, j)
    b_j = 1.0 + best_alternative(known, possible, pull, reluctance, kind, j, i)
    return b_i / (b_i + b_j)


@njit(cache=True, error_model="numpy", inline="always")
def write_terms(terms: F, position: F, i: int, j: int, share: float) -> None:
    """y = θ x_i + (1−θ) x_j, written for both directions of the pair."""
    for d in range(4):
        y = share * position[i, d] + (1.0 - share) * position[j, d]
        terms[i, j, d] = y
        terms[j, i, d] = y


@njit(cache=True, error_model="numpy")
def satisfaction(terms: F, position: F, weight: F, depth: I8, actors: F, own: F, theirs: F) -> None:
    """How close the terms of each actor's deals are to its position and to its partner's, 1 − distance, (a, n)."""
    for k in range(actors.size):
        f = actors[k]
        for j in range(depth.shape[0]):
            if depth[f, j] > 0:
                mine, other = 0.0, 0.0
                for d in range(4):
                    mine += weight[f, d] * (terms[f, j, d] - position[f, d]) ** 2
                    other += weight[j, d] * (terms[f, j, d] - position[j, d]) ** 2
                own[k, j] = 1.0 - min(1.0, np.sqrt(mine))
                theirs[k, j] = 1.0 - min(1.0, np.sqrt(other))
