"""What happened to deals in a quarter, found by comparing the state before and after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from simulation.outcomes.portfolio import deal_tracks
from simulation.state import I8, I32, State

Event = tuple[str, tuple[int, ...], int, int]
"""Kind, rows of the actors, depth afterwards, track afterwards (-1 none)."""


@dataclass(frozen=True, slots=True)
class Deals:
    """Depth of every deal and quarter of every last breach at one moment, each (n, n)."""

    depth: I8
    last_breach: I32

    @classmethod
    def of(cls, state: State) -> Deals:
        """A copy of the present ones."""
        return cls(state.depth.copy(), state.last_breach.copy())


def deal_events(before: Deals, state: State) -> Iterator[Event]:
    """Deals made and deepened, breaches (by the first actor towards the second), deals lowered and ended.

    Net of the quarter: a deal that is made and lost within it leaves only the breach, if there was one.
    """
    old, new = np.triu(before.depth), np.triu(state.depth)
    yield from _changes("made", (old == 0) & (new > 0), state)
    yield from _changes("deepened", (old > 0) & (new > old), state)
    yield from _changes("breached", state.last_breach > before.last_breach, state)
    yield from _changes("lowered", (new > 0) & (new < old), state)
    yield from _changes("ended", (old > 0) & (new == 0), state)


def _changes(kind: str, where: np.ndarray, state: State) -> Iterator[Event]:
    a, b = np.nonzero(where)
    tracks = np.where(state.depth[a, b] > 0, deal_tracks(state, a, b), -1)
    for i, j, track in zip(a.tolist(), b.tolist(), tracks.tolist(), strict=True):
        yield kind, (i, j), int(state.depth[i, j]), track
