"""The network of deals as lists of partners, so that kernels need not look at every pair for a deal.

A few in a hundred pairs have a deal. The lists are made anew from the depths where they are needed,
which costs less than keeping them in step with every signature and breach.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

I8 = NDArray[np.int8]
I32 = NDArray[np.int32]

_BLOCK = 8
"""So many pairs are looked at at once."""


class Links(NamedTuple):
    """Partners of everybody: those of i are ``partner[start[i]:start[i + 1]]``, in rising order."""

    start: I32  # [n + 1]
    partner: I32  # [m], m twice the number of deals


@njit(cache=True, error_model="numpy")
def degrees(depth: I8) -> I32:
    """Number of partners of each actor, (n,)."""
    n = depth.shape[0]
    degree = np.zeros(n, np.int32)
    for i in range(n):
        count = 0
        for j in range(n):
            count += depth[i, j] > 0
        degree[i] = count
    return degree


@njit(cache=True, error_model="numpy")
def rungs(depth: I8) -> I32:
    """Sum of the depths of each actor's deals, (n,)."""
    n = depth.shape[0]
    total = np.zeros(n, np.int32)
    for i in range(n):
        count = 0
        for j in range(n):
            count += depth[i, j]
        total[i] = count
    return total


@njit(cache=True, error_model="numpy")
def links(depth: I8) -> Links:
    """The lists of partners of an (n, n) matrix of depths."""
    n = depth.shape[0]
    start = np.zeros(n + 1, np.int32)
    start[1:] = np.cumsum(degrees(depth))
    partner = np.empty(start[n] + 1, np.int32)  # one more, so that writing needs no branch
    found = 0
    for i in range(n):
        row = depth[i]
        for first in range(0, n - _BLOCK + 1, _BLOCK):
            any_deal = 0
            for j in range(first, first + _BLOCK):
                any_deal |= row[j]
            if any_deal:
                found = _take(row, first, first + _BLOCK, partner, found)
        found = _take(row, n - n % _BLOCK, n, partner, found)
    return Links(start, partner[: start[n]])


@njit(cache=True, error_model="numpy", inline="always")
def _take(row: I8, first: int, end: int, partner: I32, found: int) -> int:
    for j in range(first, end):
        partner[found] = j
        found += row[j] > 0
    return found


@njit(cache=True, error_model="numpy")
def count_shared(depth: I8, i: int, j: int) -> int:
    """Number of partners that i and j share."""
    a, b = depth[i], depth[j]
    total = 0
    for k in range(a.size):
        total += (a[k] > 0) & (b[k] > 0)
    return total
