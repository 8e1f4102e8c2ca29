"""The world at the end of a run, and what its blocs did on the way, as small tables.

A few hundred rows a replicate beside tens of thousands of metrics; left out where a scenario
says ``record: {ties: none}``. Names of actors are categories.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulation.outcomes.columns import Columns, frame
from simulation.state import I8, STATE, F, State


class WorldRecord:
    """Keeps the last state's deals and trust, and each quarter's decisions of blocs.

    Parameters
    ----------
    labels
        Name of each observation; the first is before the first quarter.
    core
        Rows among which trust is kept in full, the focal one first; shape (c,).
    """

    def __init__(self, labels: Sequence[str], core: NDArray[np.int64]):
        self._labels, self._core = labels, core
        none = np.zeros(0, np.int64)
        self._blocs: list[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]]] = []
        self._ids: tuple[str, ...] = ()
        self._bloc_ids: tuple[str, ...] = ()
        self._own: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._depth: I8 = np.zeros((0, 0), np.int8)
        self._trust: tuple[NDArray[np.int64], NDArray[np.int64], F] = (none, none, np.zeros(0))

    def observe(self, state: State) -> None:
        """Read the state at the end of a quarter; deals and trust at the last one only."""
        self._blocs.append((state.bloc_tabled.copy(), state.bloc_passed.copy(), state.bloc_depth.copy()))
        self._bloc_ids, self._own = state.bloc_ids, state.member[:, self._core[0]].copy()
        if len(self._blocs) == len(self._labels):
            self._ids = state.ids
            self._depth = state.depth.copy()
            self._trust = _trust(state, self._core)

    def world(self) -> pd.DataFrame:
        """Deals standing at the horizon: ``a, b, depth``, each once."""
        return frame(self._world())

    def trust(self) -> pd.DataFrame:
        """Direct trust at the horizon, ``a`` in ``b``: ``a, b, trust``."""
        return frame(self._pairs())

    def blocs(self) -> pd.DataFrame:
        """Quarters in which a bloc tabled something: ``bloc, member, quarter, tabled, passed, depth``.

        ``member``: the focal actor is in it, which differs between replicates where blocs are split by camp.
        """
        return frame(self._decisions()).astype({"bloc": str, "quarter": str})

    def columns(self) -> Mapping[str, Columns]:
        """The three tables by name."""
        return {"world": self._world(), "trust": self._pairs(), "blocs": self._decisions()}

    def _world(self) -> Columns:
        a, b = np.nonzero(np.triu(self._depth))
        return {"a": (a, self._ids), "b": (b, self._ids), "depth": self._depth[a, b]}

    def _pairs(self) -> Columns:
        a, b, trust = self._trust
        return {"a": (a, self._ids), "b": (b, self._ids), "trust": trust}

    def _decisions(self) -> Columns:
        kept = self._blocs or [(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int8))]
        tabled, passed, depth = (np.array(column) for column in zip(*kept, strict=True))
        texts, passes = np.diff(tabled, axis=0), np.diff(passed, axis=0)
        before, bloc = np.nonzero(texts > 0)
        return {
            "bloc": (bloc, self._bloc_ids), "member": self._own[bloc], "quarter": (before + 1, self._labels),
            "tabled": texts[before, bloc].astype(np.int16), "passed": passes[before, bloc].astype(np.int16),
            "depth": depth[before + 1, bloc],
        }  # fmt: skip


def _trust(state: State, core: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], F]:
    """Trust of every state in the focal one and back, and among the core: rows of both sides, and trust."""
    n, states, focal = state.n, np.flatnonzero(state.kind == STATE), core[0]
    pairs = np.concatenate([states * n + focal, focal * n + states, (core[:, None] * n + core).ravel()])
    a, b = np.divmod(np.unique(pairs), n)
    alpha, beta = state.alpha[a, b], state.beta[a, b]
    mass = alpha + beta
    kept = (mass > 0) & (a != b)
    return a[kept], b[kept], alpha[kept] / mass[kept]
