"""The connections model of Jackson & Wolinsky (1996) on all networks of five."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from simulation.outcomes.network import connection_values
from simulation.outcomes.system import CONNECTION_DECAY

N = 5
PAIRS = list(combinations(range(N), 2))
COMPLETE, STAR, EMPTY = (1 << len(PAIRS)) - 1, sum(1 << k for k, pair in enumerate(PAIRS) if 0 in pair), 0


def _payoffs(code: int) -> tuple[np.ndarray, np.ndarray]:
    depth = np.zeros((N, N), np.int8)
    for k, (i, j) in enumerate(PAIRS):
        depth[i, j] = depth[j, i] = code >> k & 1
    return connection_values(depth, CONNECTION_DECAY), depth.sum(axis=1)


ALL = [_payoffs(code) for code in range(1 << len(PAIRS))]


def _efficient(cost: float) -> int:
    return int(np.argmax([(value - cost * ties).sum() for value, ties in ALL]))


def _stable(code: int, cost: float) -> bool:
    """Nobody gains by cutting a tie, and no two by making one."""
    now = ALL[code][0] - cost * ALL[code][1]
    for k, (i, j) in enumerate(PAIRS):
        value, ties = ALL[code ^ (1 << k)]
        change = (value - cost * ties - now)[[i, j]]
        if code >> k & 1:
            if (change > 1e-12).any():
                return False
        elif (change > 1e-12).any() and (change > -1e-12).all():
            return False
    return True


@pytest.mark.parametrize(("cost", "best"), [(0.2, COMPLETE), (0.3, STAR), (0.85, STAR), (0.9, EMPTY)])
def test_efficient_network(cost: float, best: int) -> None:
    found = _efficient(cost)
    value, ties = ALL[best]
    assert (ALL[found][0] - cost * ALL[found][1]).sum() == pytest.approx((value - cost * ties).sum())
    assert sorted(ALL[found][1]) == sorted(ties)


@pytest.mark.parametrize(("cost", "only"), [(0.10, COMPLETE), (0.60, EMPTY)])
def test_pairwise_stable_networks(cost: float, only: int) -> None:
    assert [code for code in range(1 << len(PAIRS)) if _stable(code, cost)] == [only]
