"""The reader of a run: it looks at the model between steps, keeps copies of what will change, changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simulation.experiments.explanation.conditions import Book, breaches, lapses, planned, shed
from simulation.experiments.explanation.deals import Table, negotiated
from simulation.experiments.explanation.events import Event
from simulation.experiments.explanation.joins import hazards, joins
from simulation.processes.norms import detection_probability, ngo_partners
from simulation.state import I8

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
        self._model, self._row = model, row
        self._readers = {
            "broker": self._keep_start,
            "planned": self._read_plans,
            "shed": self._read_shed,
            "sign": self._read_talks,
            "decide_in_blocs": self._keep_hazards,
            "join_instruments": self._read_joins,
            "conduct": self._read_conduct,
            "keep_promises": self._read_lapses,
        }

    def __call__(self, moment: str) -> None:
        """Read what this moment is for."""
        if moment in self._readers:
            self._readers[moment]()

    def _note(self, events: Iterator[Event]) -> None:
        self.events += [(self._model.state.quarter, event) for event in events]

    def _depth(self) -> I8:
        return self._model.state.depth.copy()

    def _book(self) -> Book:
        return Book(self._model, self._row, self._before)

    def _keep_start(self) -> None:
        self._start = self._before = self._depth()

    def _read_plans(self) -> None:
        self._note(planned(self._book()))
        self._before = self._depth()

    def _read_shed(self) -> None:
        self._note(shed(self._book()))
        self._before = self._depth()

    def _read_talks(self) -> None:
        self._note(negotiated(Table(self._model, self._row, self._start, self._before)))

    def _keep_hazards(self) -> None:
        self._hazards = hazards(self._model, self._row)

    def _read_joins(self) -> None:
        self._note(joins(self._model, self._row, self._hazards))
        state, par, mech = self._model.state, self._model.parameters, self._model.mechanisms
        self._watched = detection_probability(ngo_partners(state), par, mech)
        self._before = self._depth()

    def _read_conduct(self) -> None:
        self._note(breaches(self._book(), self._watched))
        self._before = self._depth()

    def _read_lapses(self) -> None:
        self._note(lapses(self._book()))
