"""C.2 Terms of a deal: where between the two positions the parties agree.

y_ij = θ x_i + (1−θ) x_j with θ = b_i/(b_i + b_j) and b_i = 1 + max over others l of q_l(i)·log(1 + e^{U_il}): who has
the better alternative gets the better terms (Nash 1950).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from simulation.kernels import borrowed, by_rows, exp, log1p
from simulation.state import I8, I32, STATE, B, F

_SOFTEST = 0.6932
"""log(1 + e^U) is never more than this and max(U, 0), nor than this and U/2 + U²/8: log 2, rounded up."""


_AT_ONCE = 64
"""Of so many actors the columns of U are read at once: more memory would have to be fetched anew every quarter."""


class Alternatives(NamedTuple):
    """The partner that is worth most to each actor at a table, what it is worth, and what the next best is."""

    partner: I32  # [n] -1 nobody
    best: F  # [n]
    second: F  # [n]


def alternatives(possible: B, pull: F, reluctance: F, kind: I8, parties: I32) -> Alternatives:
    """Alternatives of those who sit at a table this quarter, (m, 3) rows of actors or -1; nothing for the others."""
    n = kind.size
    known = Alternatives(np.full(n, -1, np.int32), np.zeros(n), np.zeros(n))
    by_rows(_look_round, n, parties, possible, pull, reluctance, kind, known)
    return known


@njit(cache=True, error_model="numpy", nogil=True)
def _look_round(
    first: int, last: int, parties: I32, possible: B, pull: F, reluctance: F, kind: I8, known: Alternatives
) -> None:
    seated = _seated(parties, max(first, 0), last)
    possible, pull, known = borrowed((possible, pull, known))
    n = kind.size
    theirs, chance, most, of_kind = np.empty((_AT_ONCE, n)), np.empty(n), np.empty(n), reluctance[kind]
    states = 0  # of those up to the last state
    for j in range(n):
        states = j + 1 if kind[j] == STATE else states
    for k in range(seated.size):
        i, own, many, row = seated[k], pull[seated[k]], n, theirs[k % _AT_ONCE]
        if k % _AT_ONCE == 0:
            _columns(pull, seated[k : k + _AT_ONCE], theirs)
        if kind[i] == STATE:
            for j in range(n):
                chance[j] = of_kind[j] - row[j]
        else:  # one layer, whoever the partner is; and that is a state
            many = states
            for j in range(many):
                chance[j] = of_kind[i] - row[j]
        for j in range(many):  # without a condition inside, so that several are worked on at once
            chance[j] = 1.0 / (1.0 + exp(chance[j]))
        for j in range(many):
            most[j] = chance[j] * (_SOFTEST + min(max(own[j], 0.0), 0.5 * own[j] + 0.125 * own[j] * own[j]))
            most[j] = most[j] if possible[i, j] else 0.0
        known.partner[i], known.best[i], known.second[i] = _best_two(own, chance, most[:many])


@njit(cache=True, error_model="numpy")
def _seated(parties: I32, first: int, last: int) -> I32:
    """Who of some rows is a party to anything, ascending."""
    inside, seated, count = np.zeros(last, np.bool_), np.empty(last, np.int32), 0
    for c in range(parties.shape[0]):
        for p in range(parties.shape[1]):
            if 0 <= parties[c, p] < last:
                inside[parties[c, p]] = True
    for i in range(first, last):
        seated[count] = i
        count += inside[i]
    return seated[:count]


@njit(cache=True, error_model="numpy")
def _columns(matrix: F, chosen: I32, out: F) -> None:
    """Write some columns of a matrix to rows: read along its rows, for the way down a column is a long one."""
    for i in range(matrix.shape[0]):
        row = matrix[i]
        for k in range(chosen.size):
            out[k, i] = row[chosen[k]]


@njit(cache=True, error_model="numpy", forceinline=True)
def _best_two(own: F, chance: F, most: F) -> tuple[int, float, float]:
    """Who is worth most, what it is worth, and what the next best is.

    ``most`` (n,) that each can be worth is written over.
    """
    first, then = -1, -1  # with these two few others are left that could be worth more
    for j in range(most.size):
        if then < 0 or most[j] > most[then]:
            first, then = (j, first) if first < 0 or most[j] > most[first] else (first, j)
    partner, best, second = -1, 0.0, 0.0
    for turn in range(-2, most.size):
        j = turn if turn >= 0 else (first, then)[turn]
        if j < 0 or most[j] <= second:
            continue
        most[j] = 0.0  # once is enough
        worth = chance[j] * softplus(own[j])
        if worth > best:
            partner, best, second = j, worth, best
        elif worth > second:
            second = worth
    return partner, best, second


@njit(cache=True, error_model="numpy", inline="always")
def best_alternative(known: Alternatives, i: int, j: int) -> float:
    """Worth of i's best partner other than j: what an agreement is worth times the chance that it agrees."""
    return known.second[i] if known.partner[i] == j else known.best[i]


@njit(cache=True, error_model="numpy", inline="always")
def softplus(utility: float) -> float:
    """log(1 + e^U): the expected gain of a choice that may be refused."""
    return max(utility, 0.0) + log1p(exp(-abs(utility)))


@njit(cache=True, error_model="numpy", inline="always")
def nash_share(known: Alternatives, i: int, j: int) -> float:
    """θ_ij in (0, 1): the weight of i's position in the terms."""
    b_i, b_j = 1.0 + best_alternative(known, i, j), 1.0 + best_alternative(known, j, i)
    return b_i / (b_i + b_j)


@njit(cache=True, error_model="numpy", inline="always")
def write_terms(terms: F, position: F, i: int, j: int, share: float) -> None:
    """y = θ x_i + (1−θ) x_j, written for both directions of the pair."""
    for d in range(4):
        y = share * position[i, d] + (1.0 - share) * position[j, d]
        terms[i, j, d] = y
        terms[j, i, d] = y
