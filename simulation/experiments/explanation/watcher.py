"""The reader of a run: it looks at the model between steps, keeps copies of what will change, changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING

from simulation.experiments.explanation.deals import Desk, broken, cut, left, negotiated, planned, renewed
from simulation.experiments.explanation.events import Event
from simulation.experiments.explanation.forums import decisions, hazards, joins, votes
from simulation.experiments.explanation.views import Views

if TYPE_CHECKING:
    from simulation.model import GovernanceModel


class Watcher:
    """Collects the events of one actor while a model runs; to be set as the model's ``watch``.

    Parameters
    ----------
    model
        A model whose run has not begun.
    row
        The actor.

    Attributes
    ----------
    events
        Quarter index and event, in the order of the steps.
    """

    def __init__(self, model: GovernanceModel, row: int):
        self.events: list[tuple[int, Event]] = []
        self._model, self._row, self._views = model, row, Views(model)
        self._keep_depth()
        self._readers: Mapping[str, Callable[[], None]] = {
            "expect": self._keep_renewals,
            "planned": lambda: self._note(planned(self._desk())),
            "paid": lambda: self._note(cut(self._desk())),
            "renewed": lambda: self._note(renewed(self._desk(), self._due)),
            "sign": self._read_negotiations,
            "decide_in_blocs": self._read_decisions,
            "join_instruments": lambda: self._note(joins(model, self._views, row, self._hazards)),
            "keep_promises": lambda: self._note(chain(broken(self._desk()), left(self._desk()))),
        }

    def __call__(self, moment: str) -> None:
        """Read what this moment is for."""
        if moment in self._readers:
            self._readers[moment]()

    def _desk(self) -> Desk:
        return Desk(self._model, self._views, self._row, self._before)

    def _note(self, events: Iterator[Event]) -> None:
        self.events += [(self._model.state.quarter, event) for event in events]
        self._keep_depth()

    def _keep_depth(self) -> None:
        self._before = self._model.state.depth.copy()

    def _keep_renewals(self) -> None:
        due = self._model.sheet.due
        pairs = [] if due is None else [pair for pair in due.tolist() if self._row in pair]
        self._due = {other: self._views.renewing(self._row, other) for pair in pairs for other in pair
                     if other != self._row}  # fmt: skip

    def _read_negotiations(self) -> None:
        self._note(negotiated(self._desk()))
        self._votes = votes(self._model, self._row)

    def _read_decisions(self) -> None:
        self._note(decisions(self._model, self._views, self._row, self._votes))
        self._hazards = hazards(self._model, self._row)
