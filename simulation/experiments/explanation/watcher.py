"""The reader of a run: it looks at the model between steps, keeps copies of what will change, changes nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from simulation.experiments.engine.simulate import apply
from simulation.experiments.explanation.deals import (
    Desk,
    Views,
    broken,
    cut,
    decisions,
    hazards,
    joins,
    left,
    negotiated,
    planned,
    renewed,
    votes,
)
from simulation.experiments.explanation.events import Event
from simulation.experiments.explanation.tables import Explanation, tables
from simulation.model import GovernanceModel

if TYPE_CHECKING:
    from simulation.actors.cast import Cast
    from simulation.data.world import World
    from simulation.experiments.engine.worker import Simulate
    from simulation.scenario.schema import Scenario



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


# --- run one replicate under the eyes of a watcher


@dataclass
class Watching:
    """A model that also keeps why what it simulates went as it did for one actor, so that it is not simulated twice.

    For this process alone, and one replicate; a scenario that does not record ties is simulated unwatched.

    Attributes
    ----------
    simulate
        The model; takes a tweak.
    actor
        Id of the actor.
    explanation
        What was kept; none before, or if watching failed: the replicate was simulated unwatched then.
    """

    simulate: Simulate
    actor: str
    explanation: Explanation | None = None

    def __call__(self, scenario: Scenario, replicate: int, **options: Any) -> Any:
        """Simulate a replicate; see :func:`simulation.experiments.engine.simulate.simulate`."""
        if scenario.record.ties == "none":
            return self.simulate(scenario, replicate, **options)
        seen: list[tuple[GovernanceModel, Watcher]] = []

        def watch(model: GovernanceModel) -> None:
            model.watch = watcher = Watcher(model, model.index(self.actor))
            seen.append((model, watcher))

        with contextlib.suppress(Exception):  # whatever it is, it is told of what is simulated or explained by itself
            outcome = self.simulate(scenario, replicate, tweak=watch, **options)
            ((model, watcher),) = seen
            self.explanation = tables(model, self.actor, watcher.events)
            return outcome
        return self.simulate(scenario, replicate, **options)


def explain_run(
    scenario: Scenario,
    actor: str,
    replicate: int = 0,
    actors: Cast | None = None,
    world: World | None = None,
    tweak: Callable[[GovernanceModel], object] | None = None,
) -> Explanation:
    """Run one replicate of a scenario to its horizon and explain it for one actor.

    Parameters
    ----------
    scenario
        Its seed and ``replicate`` determine every draw: this is the run that every other command simulates.
    actor
        Id of an actor of any kind.
    replicate
        Number of the replicate, from 0.
    actors
        Replacement classes by actor id or kind.
    world
        A world to use in place of the shipped one.
    tweak
        A function of the model, called before it runs: what it writes into agents and arrays is part of the run.

    Raises
    ------
    ModelError
        If there is no such actor, or the tweak does what no tweak may.
    InputError
        If the scenario cannot be built.
    """
    model = GovernanceModel(scenario, replicate=replicate, actors=actors, world=world)
    try:
        if tweak is not None:
            apply(tweak, model)
        watcher = Watcher(model, model.index(actor))
        model.watch = watcher
        model.run()
        return tables(model, actor, watcher.events)
    finally:
        model.close()
