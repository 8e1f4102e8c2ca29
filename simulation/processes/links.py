"""The network of deals as lists of partners, so that kernels need not look at every pair for a deal.

A few in a hundred pairs have a deal. The lists are made anew from the depths where they are needed,
which costs less than keeping them in step with every signature and breach.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from simulation.kernels import trailing_zeros
from simulation.state import I8, I32, I64, MAX_DEPTH, F

_BLOCK = 8
"""Depths in a word of 64 bits."""
_AT_ONCE = 2048
"""Words that are looked at before those that have any are taken apart."""


class Links(NamedTuple):
    """Partners of everybody: those of i are ``partner[start[i]:start[i + 1]]``, in rising order."""

    start: I32  # [n + 1]
    partner: I32  # [m], m twice the number of deals


@njit(cache=True, error_model="numpy")
def links(depth: I8) -> Links:
    """The lists of partners of a matrix of depths, (n, n), or other ties, (n, m)."""
    n, width = depth.shape
    place = _places(depth.reshape(-1))
    start, partner = np.zeros(n + 1, np.int32), np.empty(place.size, np.int32)
    row, end = 0, width
    for p in range(place.size):
        while place[p] >= end:
            row, end = row + 1, end + width
            start[row] = p
        partner[p] = place[p] - (end - width)
    start[row + 1 :] = place.size
    return Links(start, partner)


@njit(cache=True, error_model="numpy")
def _places(depth: I8) -> I32:
    """Where the positive among (m,) depths stand, in rising order.

    Eight are looked at as one word, whose lowest byte is the first. No branch says whether a word has any, because
    that is hard to guess; of one that has, its lowest is taken and blotted out until there is none.
    """
    whole = depth.size - depth.size % _BLOCK
    words = depth[:whole].view(np.uint64)
    busy, place, result = np.empty(_AT_ONCE + 1, np.int32), np.empty(_AT_ONCE * _BLOCK, np.int32), 0
    for first in range(0, words.size, _AT_ONCE):
        count = 0
        for k in range(first, min(first + _AT_ONCE, words.size)):
            busy[count] = k
            count += words[k] != 0
        while result + _BLOCK * (count + 1) > place.size:
            place = np.concatenate((place, np.empty_like(place)))
        for k in busy[:count]:
            word = words[k]
            while word != 0:
                byte = trailing_zeros(word) // np.uint64(8)
                place[result] = _BLOCK * k + np.int32(byte)
                result += 1
                word &= ~(np.uint64(255) << (np.uint64(8) * byte))
    for p in range(whole, depth.size):
        place[result] = p
        result += depth[p] > 0
    return place[:result]


@njit(cache=True, error_model="numpy")
def together(one: Links, two: Links) -> Links:
    """The lists of partners of two networks in one."""
    n, count = one.start.size - 1, 0
    start, partner = np.zeros(n + 1, np.int32), np.empty(one.partner.size + two.partner.size, np.int32)
    for i in range(n):
        p, q, last, end = one.start[i], two.start[i], one.start[i + 1], two.start[i + 1]
        while p < last or q < end:
            a = one.partner[p] if p < last else n
            b = two.partner[q] if q < end else n
            partner[count] = min(a, b)
            count, p, q = count + 1, p + (a <= b), q + (b <= a)
        start[i + 1] = count
    return Links(start, partner[:count])


@njit(cache=True, error_model="numpy")
def weight_with(others: I64, depth: I8, n: int) -> F:
    """Σz of the deals of each of the first n actors with some others, (n,); along the rows of these."""
    ties = np.zeros(n)
    for j in others:
        row = depth[j]
        for i in range(n):
            ties[i] += row[i] / MAX_DEPTH
    return ties
