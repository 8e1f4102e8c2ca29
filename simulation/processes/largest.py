"""The few largest numbers of a row, without sorting it: the kernel behind prospects and outside options."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

F = NDArray[np.float64]

_LANES = 16
"""So many numbers are looked at at once."""


class Room(NamedTuple):
    """Room for :func:`largest`; its content means nothing outside it."""

    lanes: F  # maximum of each lane
    near: F  # numbers that may be among the largest


@njit(cache=True, error_model="numpy")
def make_room(n: int) -> Room:
    """Room for rows of up to n numbers."""
    return Room(np.empty(_LANES), np.empty(n + 1))


@njit(cache=True, error_model="numpy", forceinline=True)
def largest(offer: F, room: Room, top: F) -> None:
    """The largest numbers of ``offer`` in falling order, written to ``top``; -inf where there are too few.

    The maxima of the lanes are numbers of ``offer`` too, so the least of the best of them is a bound
    that few numbers reach.
    """
    lanes, near = room
    _maxima(offer, lanes)
    top[:] = -np.inf
    insert(lanes, top)
    least = top[top.size - 1]
    count = 0
    for j in range(offer.size):
        near[count] = offer[j]  # no branch: whether it counts is hard to guess
        count += offer[j] >= least
    top[:] = -np.inf
    insert(near[:count], top)


@njit(cache=True, error_model="numpy", forceinline=True)
def _maxima(offer: F, lanes: F) -> None:
    """Maximum of every sixteenth number, by lane."""
    lanes[:] = -np.inf
    whole = offer.size - offer.size % _LANES
    for first in range(0, whole, _LANES):
        block = offer[first : first + _LANES]
        for lane in range(_LANES):
            lanes[lane] = block[lane] if block[lane] > lanes[lane] else lanes[lane]
    for j in range(whole, offer.size):
        lanes[j - whole] = max(lanes[j - whole], offer[j])


@njit(cache=True, error_model="numpy", forceinline=True)
def insert(numbers: F, top: F) -> None:
    """Put those of some numbers that are among the largest into ``top``, kept in falling order."""
    last = top.size - 1
    for u in numbers:
        if u > top[last]:
            place = last
            while place > 0 and u > top[place - 1]:
                top[place] = top[place - 1]
                place -= 1
            top[place] = u
