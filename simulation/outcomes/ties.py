"""The deals that stand and who has joined what, as tables.

An observation only copies what it must; columns are made when they are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.outcomes.columns import Columns
from simulation.outcomes.portfolio import deal_tracks, tracks_of
from simulation.state import I8, I32, I64, SOURCES, TRACKS, B, State


class _Edges(NamedTuple):
    """Deals standing after one observation: rows of both sides, track, depth, where the partner comes from."""

    observation: int
    a: I64
    b: I64
    track: I64
    depth: I8
    held: I8


class _Row(NamedTuple):
    """Deals of one actor after an observation, each column of shape (n,)."""

    observation: int
    kind: I8
    track: I8
    depth: I8
    held: I8


class TieRecord:
    """Deals as the choice ``record.ties`` says: of the focal actor at the end, all of them, or none.

    Parameters
    ----------
    choice
        ``focal``, ``all`` or ``none``.
    focal
        Row of the focal actor.
    ids, labels
        Names of the actors and of the observations.
    """

    def __init__(self, choice: str, focal: int, ids: Sequence[str], labels: Sequence[str]):
        self._choice, self._focal = choice, focal
        self._ids, self._labels = ids, labels
        self._edges: list[_Edges] = []
        self._row: _Row | None = None

    def observe(self, observation: int, state: State, due: bool) -> None:
        """Read the state; all deals only where the observation is ``due``."""
        if self._choice == "focal":
            row = self._focal
            columns = (column[row].copy() for column in (state.track, state.depth, state.held))
            self._row = _Row(observation, state.kind, *columns)
        elif self._choice == "all" and due:
            a, b = np.nonzero(np.triu(state.depth))
            tracks = deal_tracks(state, a, b)
            self._edges.append(_Edges(observation, a, b, tracks, state.depth[a, b], state.held[a, b]))

    def columns(self) -> Columns:
        """Deals: ``quarter``, ``a``, ``b``, ``track``, ``depth``, ``source`` of the partner: new, recorded, drawn."""
        result = self._edges if self._row is None else [self._of_row(self._row)]
        quarter = [np.full(len(edges.a), edges.observation) for edges in result]
        return {
            "quarter": (_chain(quarter), self._labels),
            "a": (_chain([edges.a for edges in result]), self._ids),
            "b": (_chain([edges.b for edges in result]), self._ids),
            "track": (_chain([edges.track for edges in result]), TRACKS),
            "depth": _chain([edges.depth for edges in result]).astype(np.int8),
            "source": (_chain([edges.held for edges in result]), SOURCES),
        }

    def _of_row(self, row: _Row) -> _Edges:
        b = np.flatnonzero(row.depth)
        a = np.full(len(b), self._focal)
        tracks = tracks_of(row.track[b], row.kind[a], row.kind[b])
        return _Edges(row.observation, a, b, tracks, row.depth[b], row.held[b])


class JoinRecord:
    """Who had joined what after the last observation.

    Parameters
    ----------
    instruments, ids, labels
        Names of the instruments, of the actors and of the observations.
    """

    def __init__(self, instruments: Sequence[str], ids: Sequence[str], labels: Sequence[str]):
        self._instruments, self._ids, self._labels = instruments, ids, labels
        none = np.zeros((len(instruments), len(ids)), np.bool_)
        self._last: tuple[B, B, I32] = (none, none, none.astype(np.int32))

    def observe(self, state: State) -> None:
        """Read the state."""
        self._last = (state.eligible.copy(), state.joined.copy(), state.join_quarter.copy())

    def columns(self) -> Columns:
        """Who joined what when: ``instrument``, ``actor``, ``quarter``, ``eligible``, ``joined_before``."""
        could, did, when = self._last
        instrument, actor = np.nonzero(could | did)
        joined = did[instrument, actor]
        observation = np.maximum(when[instrument, actor].astype(np.int64) + 1, 0)
        return {
            "instrument": (instrument, self._instruments),
            "actor": (actor, self._ids),
            "quarter": (np.where(joined, observation, -1), self._labels),  # -1: missing
            "eligible": could[instrument, actor],
            "joined_before": joined & (observation == 0),
        }


def _chain(parts: Sequence[NDArray[np.integer]]) -> I64:
    """Arrays end to end; an empty one where there is none."""
    return np.concatenate([np.zeros(0, np.int64), *parts]).astype(np.int64)
