"""C.6 Bargaining by expected-utility challenge, the rival of a random proposer in blocs.

Actors with a capability c, a salience s and a position x on one line challenge each other round after
round (Bueno de Mesquita 1985, 1994; in the form in which Scholz, Calbert & Smith 2011 computed it). i
weighs what it can win against j, given how much j cares and who would side with whom,

    E(U_ij) = s_j [P_ij U_s + (1 − P_ij) U_f] + (1 − s_j) U_s − U_q,
    U_s = 2 − 4 (½ − ½d_ij)^r,   U_f = 2 − 4 (½ + ½d_ij)^r,   U_q = 2 − 4 (½)^r,

d the distance over the range of positions at the start, r the risk that i's insecurity makes it take.
Everybody then takes the offer it fears most: it gives way to a stronger challenger, or meets one
half-way, or submits. The mean position, weighted by capability and salience, is what the group tends to.

P_ij counts what supporters of i gain against the votes on *all* pairs of positions, and compromises are
ranked by their place on the line and not by their length: so the published numbers were computed, and
only so are they reproduced (with the other readings the mean runs to the median within two rounds).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.kernels import power as raised
from simulation.state import F

_SAME = 1e-9  # utilities nearer to each other than this are equal: rounding decides nothing
_RISK = 3.0  # r runs from 1/2 to 2


@njit(cache=True, error_model="numpy")
def weighted_mean(position: F, power: F) -> float:
    """Mean position by power; the plain mean where nobody has any."""
    total, mean = 0.0, 0.0
    for i in range(position.size):
        total += power[i]
        mean += power[i] * position[i]
    return mean / total if total > 0.0 else position.mean()


@njit(cache=True, error_model="numpy")
def chances(distance: F, power: F, risk: F) -> F:
    """P_ij (n, n) that i prevails over j: gains of its supporters over all votes, as each k's risk sees them."""
    n = power.size
    felt = np.empty((n, n))
    for k in range(n):
        for i in range(n):
            felt[k, i] = raised(distance[k, i], risk[k])
    votes = 0.0
    for k in range(n):
        ordered = np.sort(felt[k])
        for i in range(n):
            votes += 2.0 * power[k] * (2.0 * i - n + 1.0) * ordered[i]
    chance = np.zeros((n, n))
    if votes <= 0.0:
        return chance
    for k in range(n):
        for i in range(n):
            for j in range(i):
                gain = power[k] * (felt[k, j] - felt[k, i])
                if gain > 0.0:
                    chance[i, j] += gain
                else:
                    chance[j, i] -= gain
    return chance / votes


@njit(cache=True, error_model="numpy", inline="always")
def expected_utility(distance: float, chance: float, salience: float, risk: float) -> float:
    """What a challenge promises over so much distance, against an actor of this salience."""
    win = 2.0 - 4.0 * raised(0.5 - 0.5 * distance, risk)
    lose = 2.0 - 4.0 * raised(0.5 + 0.5 * distance, risk)
    stay = 2.0 - 4.0 * raised(0.5, risk)
    return salience * (chance * win + (1.0 - chance) * lose) + (1.0 - salience) * win - stay


@njit(cache=True, error_model="numpy")
def risks(distance: F, power: F, salience: F) -> F:
    """r (n,) in [1/2, 2]: the more an actor has to fear from others' challenges, the smaller."""
    n = power.size
    neutral = np.ones(n)
    chance = chances(distance, power, neutral)
    danger = np.zeros(n)
    for i in range(n):
        for j in range(n):
            if j != i:
                danger[i] += expected_utility(distance[j, i], chance[j, i], salience[i], 1.0)
    low, high = danger.min(), danger.max()
    if high - low <= _SAME:
        return neutral
    fear = (2.0 * danger - high - low) / (high - low)
    return (1.0 - fear / _RISK) / (1.0 + fear / _RISK)


@njit(cache=True, error_model="numpy")
def answer(i: int, position: F, distance: F, chance: F, salience: F, risk: float) -> float:
    """Where i goes: to a stronger challenger, else into a compromise, else to whom it must submit."""
    best = np.full(3, np.inf)
    there = np.full(3, position[i])
    for j in range(position.size):
        if position[j] == position[i]:
            continue
        own = expected_utility(distance[i, j], chance[i, j], salience[j], risk)
        theirs = expected_utility(distance[j, i], chance[j, i], salience[i], risk)
        away = abs(position[j] - position[i])
        if theirs > own + _SAME and own > _SAME:
            sort, rank, place = 0, away, position[j]
        elif theirs > _SAME and own < -_SAME and theirs > _SAME - own:
            place = position[i] + (position[j] - position[i]) * (-own / theirs)
            sort, rank = 1, (theirs * position[j] - own * position[i]) / (theirs - own)
        elif theirs > _SAME and own < -_SAME:
            sort, rank, place = 2, away, position[j]
        else:
            continue
        if rank < best[sort] or (rank == best[sort] and place < there[sort]):
            best[sort], there[sort] = rank, place
    for sort in range(3):
        if best[sort] < np.inf:
            return there[sort]
    return position[i]


@njit(cache=True, error_model="numpy")
def challenge(position: F, capability: F, salience: F, rounds: int) -> F:
    """Positions (n,) after some rounds of challenges.

    Parameters
    ----------
    position, capability
        (n,) on one line, and at least 0.
    salience
        (n,) in [0, 1].
    rounds
        How many; each actor answers the others' offers of the round before.
    """
    now = position.copy()
    span = position.max() - position.min()
    if span <= 0.0:
        return now
    power = capability * salience
    n = position.size
    distance = np.empty((n, n))
    for _ in range(rounds):
        for i in range(n):
            for j in range(n):
                distance[i, j] = abs(now[i] - now[j]) / span
        risk = risks(distance, power, salience)
        chance = chances(distance, power, risk)
        moved = np.empty(n)
        for i in range(n):
            moved[i] = answer(i, now, distance, chance, salience, risk[i])
        now = moved
    return now


@njit(cache=True, error_model="numpy")
def settle(position: F, capability: F, salience: F, rounds: int) -> F:
    """What a group tends to in each of its dimensions: (n, d) positions to (d,) means by power."""
    result = np.empty(position.shape[1])
    power = capability * salience
    for d in range(position.shape[1]):
        line = np.ascontiguousarray(position[:, d])
        result[d] = weighted_mean(challenge(line, capability, salience, rounds), power)
    return result
