"""One run of the world, quarter by quarter, with what is drawn of each quarter.

It is a replicate of ``wifaq run`` and of ``wifaq explain``, to the bit: what is kept here is only read. A quarter
that has been simulated is kept as a :class:`Frame`, so that going back costs nothing; whatever a reader changes, the
world starts again with the same luck (draws are keyed) and comes back to the quarter that was shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulation.experiments import prior
from simulation.experiments.ask import Question
from simulation.experiments.engine.labels import Facts, describe
from simulation.experiments.explanation.tables import frames
from simulation.experiments.explanation.watcher import Watcher
from simulation.experiments.run import HEADLINES
from simulation.model import GovernanceModel
from simulation.scenario.schema import Scenario
from simulation.state import I8, I32, F

SCENARIO = "scenario"


@dataclass(frozen=True)
class Frame:
    """What is drawn and told of one quarter.

    Attributes
    ----------
    quarter
        ``2027Q4``; the first is the one before the run.
    edges
        (m, 4): rows of both parties, depth 1 to 3, track.
    trust
        (n, n) direct trust of the row in the column, [0, 1].
    capacity, incidents, budget, purse, urgency
        (n,) of each actor; incidents since the start.
    position
        (n, 4) in the issue space.
    tabled, passed, bloc_depth
        (b,) of each bloc: so far, so far, depth 0 to 3.
    """

    quarter: str
    edges: I32
    trust: F
    capacity: F
    incidents: F
    budget: F
    purse: F
    urgency: F
    position: F
    tabled: I32
    passed: I32
    bloc_depth: I8

    def deals(self) -> F:
        """(n,) number of partners of each actor."""
        return np.bincount(self.edges[:, :2].ravel(), minlength=len(self.capacity)).astype(float)

    def partners(self, row: int) -> dict[int, tuple[int, int]]:
        """Depth and track of each deal of an actor, by the row of the partner."""
        own = self.edges[(self.edges[:, :2] == row).any(axis=1)]
        return {int(a + b - row): (int(depth), int(track)) for a, b, depth, track in own}


class Live:
    """A run that goes on when it is asked to.

    Parameters
    ----------
    scenario
        What is simulated.
    replicate
        Which of ``wifaq run``'s.
    watched
        Ids of the actors whose events are kept, beside the focal state.

    Attributes
    ----------
    frames
        Every quarter so far, the one before the run first.
    scenario
        With this replicate's draw of the free parameters.
    """

    def __init__(self, scenario: Scenario, replicate: int = 0, watched: tuple[str, ...] = ()):
        asked = Question({SCENARIO: scenario}, replicate + 1, prior.PRIOR)
        self.given, self.replicate = scenario, replicate
        self.scenario = asked.drawn(SCENARIO, replicate)
        self.model = GovernanceModel(self.scenario, replicate=replicate)
        actors = dict.fromkeys([scenario.focal, *(name for name in watched if name in self.model.rows)])
        self._watchers = {name: Watcher(self.model, self.model.index(name)) for name in actors}
        self.model.watch = self._watch
        self.frames = [self._frame()]

    @property
    def last(self) -> int:
        """Number of the last frame there will be."""
        return int(self.scenario.quarters)

    @property
    def watched(self) -> tuple[str, ...]:
        """Ids of the actors whose events are kept, the focal state first."""
        return tuple(self._watchers)

    def forward(self) -> Frame:
        """Simulate one quarter."""
        self.model.step()
        self.frames.append(self._frame())
        return self.frames[-1]

    def until(self, number: int, stop: Callable[[], bool] = lambda: False) -> Live:
        """Simulate until the frame of a number is there, or somebody says stop."""
        while len(self.frames) <= min(number, self.last) and not stop():
            self.forward()
        return self

    def paths(self) -> dict[str, list[float]]:
        """Headline metrics of the focal state so far, a value a frame."""
        series = self.model.recorder.series()
        own = series.loc[series["actor"] == self.scenario.focal]
        return {
            name: own.loc[own["metric"] == name, "value"].tolist()
            for name in HEADLINES
            if (own["metric"] == name).any()
        }

    def events(self, actor: str, number: int) -> dict[str, pd.DataFrame] | None:
        """What happened to an actor in the quarter of a frame and why: ``events`` and ``terms``; None if not watched.

        Rows are those of :class:`simulation.experiments.explanation.Explanation`.
        """
        watcher = self._watchers.get(actor)
        if watcher is None:
            return None
        return frames(self.model, (entry for entry in watcher.events if entry[0] == number - 1))

    def facts(self) -> Facts:
        """Names, kinds, camps, continents and blocs of its world."""
        return describe(self.given)

    def _watch(self, moment: str) -> None:
        for watcher in self._watchers.values():
            watcher(moment)

    def _frame(self) -> Frame:
        state = self.model.state
        first, second = np.nonzero(np.triu(state.depth, 1))
        mass = state.alpha + state.beta
        return Frame(
            quarter=str(self.scenario.start + (state.quarter - 1)),
            edges=np.stack([first, second, state.depth[first, second], state.track[first, second]], 1).astype(np.int32),
            trust=np.divide(state.alpha, mass, out=np.zeros_like(mass), where=mass > 0),
            capacity=state.capacity.copy(),
            incidents=state.incidents_total.sum(axis=1),
            budget=state.budget.copy(),
            purse=state.purse.copy(),
            urgency=state.urgency.copy(),
            position=state.position.copy(),
            tabled=state.bloc_tabled.copy(),
            passed=state.bloc_passed.copy(),
            bloc_depth=state.bloc_depth.copy(),
        )

