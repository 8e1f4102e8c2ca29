"""What each member of a group is worth: Shapley's value, and power where members vote.

Used for the share of each source of uncertainty (Owen 2014) and for the power of camps inside blocs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Hashable, Sequence
from itertools import combinations
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Player = TypeVar("Player", bound=Hashable)


def shapley(players: Sequence[Player], worth: Callable[[frozenset[Player]], float]) -> dict[Player, float]:
    """Shapley's value of each of a few players (Shapley 1953).

    Parameters
    ----------
    players
        Up to about fifteen: every coalition is looked at.
    worth
        Of a coalition; what the empty one is worth is given to nobody.

    Examples
    --------
    >>> shapley("ab", lambda group: 10.0 * len(group) ** 2)
    {'a': 20.0, 'b': 20.0}
    """
    n = len(players)
    value = dict.fromkeys(players, 0.0)
    for player in players:
        others = [other for other in players if other != player]
        for size in range(n):
            weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            for group in combinations(others, size):
                inside = frozenset(group)
                value[player] += weight * (worth(inside | {player}) - worth(inside))
    return value


def _swings(weights: Sequence[int], quota: int, voter: int) -> NDArray[np.float64]:
    """Number of coalitions of others, by size, that win with the voter and lose without it, (n,)."""
    others = [weight for place, weight in enumerate(weights) if place != voter]
    ways = np.zeros((len(weights), quota))  # by size, by weight below the quota
    ways[0, 0] = 1.0
    for weight in others:
        if weight < quota:
            ways[1:, weight:] += ways[:-1, : quota - weight].copy()
    return np.asarray(ways[:, max(0, quota - weights[voter]) :].sum(axis=1))


def shapley_shubik(weights: Sequence[int], quota: int) -> list[float]:
    """Share of the orders of joining in which a voter turns a losing coalition (Shapley & Shubik 1954).

    Parameters
    ----------
    weights
        Votes of each voter, at least 0.
    quota
        Votes that pass, at least 1.
    """
    n = len(weights)
    share = np.array([1.0 / (n * math.comb(n - 1, size)) for size in range(n)])
    power = {weight: float(_swings(weights, quota, weights.index(weight)) @ share) for weight in set(weights)}
    return [power[weight] for weight in weights]


def banzhaf(weights: Sequence[int], quota: int) -> list[float]:
    """Share of all swings that are a voter's (Banzhaf 1965, normalised); 0 for all if nothing can pass."""
    swings = {weight: float(_swings(weights, quota, weights.index(weight)).sum()) for weight in set(weights)}
    total = sum(swings[weight] for weight in weights)
    return [swings[weight] / total if total else 0.0 for weight in weights]


def camp_power(
    camps: Collection[int], groups: int, needed: int, index: Callable[[Sequence[int], int], list[float]]
) -> list[float]:
    """Power of camps whose members vote together, each state of no camp for itself.

    Parameters
    ----------
    camps
        Camp of each member, -1 for none.
    groups
        Number of camps.
    needed
        Votes that pass.
    index
        :func:`shapley_shubik` or :func:`banzhaf`.
    """
    sizes = [sum(camp == group for camp in camps) for group in range(groups)]
    alone = sum(camp < 0 for camp in camps)
    return index([*sizes, *[1] * alone], needed)[:groups]
