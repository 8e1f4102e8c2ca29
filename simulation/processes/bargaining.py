"""C.2 Terms of a deal: where between the two positions the parties agree.

``nash``: y_ij = θ x_i + (1−θ) x_j with θ = b_i/(b_i + b_j), b = 1 + U⁺ of the best alternative
(Nash 1950, with outside options as bargaining power). ``challenge``: θ is the probability that i
prevails if it challenges j, third states supporting whichever side they are closer to, in
proportion to capability times salience (Bueno de Mesquita 1985). A concession p moves the terms
towards the courted side: θ ← θ + (1−θ) p/(p + V).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.kernels import largest, make_room
from simulation.processes.affinity import squared_distance
from simulation.state import B, F


@njit(cache=True, error_model="numpy")
def outside_options(possible: B, gain: F, rows: B) -> F:
    """U of the best and the second best partner of each marked actor, (n, 2); at least 0."""
    n = rows.size
    best, offer, room = np.zeros((n, 2)), np.empty(n), make_room(n)
    for i in range(n):
        if rows[i]:
            may, own = possible[i], gain[i]
            for j in range(n):
                offer[j] = own[j] if may[j] else 0.0
            largest(offer, room, best[i])
            for place in range(2):
                best[i, place] = max(best[i, place], 0.0)
    return best


@njit(cache=True, error_model="numpy", inline="always")
def best_alternative(outside: F, possible: B, gain: F, i: int, j: int) -> float:
    """U⁺ of i's best partner other than j: the second best where j is the best."""
    if possible[i, j] and gain[i, j] == outside[i, 0]:
        return outside[i, 1]
    return outside[i, 0]


@njit(cache=True, error_model="numpy")
def nash_share(outside: F, possible: B, gain: F, i: int, j: int) -> float:
    """θ_ij in (0, 1): the weight of i's position in the terms; ``outside`` of :func:`outside_options`."""
    b_i = 1.0 + best_alternative(outside, possible, gain, i, j)
    b_j = 1.0 + best_alternative(outside, possible, gain, j, i)
    return b_i / (b_i + b_j)


@njit(cache=True, error_model="numpy")
def challenge_share(position: F, weight: F, size: F, salience: F, un_member: B, i: int, j: int) -> float:
    """Probability that i prevails over j, in [0, 1]; one half if nobody cares.

    P = Σ_{k for i} c_k s_k (u_ki − u_kj) / Σ_k c_k s_k |u_ki − u_kj|, u the negative distance to
    either side as k sees it; the parties count among the supporters.
    """
    for_i = 0.0
    total = 0.0
    for k in range(size.size):
        if not (un_member[k] or k in (i, j)):
            continue
        power = size[k] * salience[k]
        preference = np.sqrt(squared_distance(position[k], position[j], weight[k])) - np.sqrt(
            squared_distance(position[k], position[i], weight[k])
        )
        total += power * abs(preference)
        if preference > 0.0:
            for_i += power * preference
    return for_i / total if total > 0.0 else 0.5


@njit(cache=True, error_model="numpy", inline="always")
def concede(share: float, concession: float, worth: float) -> float:
    """θ after a concession p to the side whose weight θ is."""
    if concession <= 0.0:
        return share
    return share + (1.0 - share) * concession / (concession + worth)


@njit(cache=True, error_model="numpy")
def write_terms(terms: F, position: F, i: int, j: int, share: float) -> None:
    """y = θ x_i + (1−θ) x_j, written for both directions of the pair."""
    for d in range(4):
        y = share * position[i, d] + (1.0 - share) * position[j, d]
        terms[i, j, d] = y
        terms[j, i, d] = y
