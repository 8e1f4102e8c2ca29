"""One run of the world, quarter by quarter, with what is drawn of each quarter.

It is a replicate of ``wifaq run`` and of ``wifaq explain``, to the bit: what is kept here is only read. A quarter
that has been simulated is kept as a :class:`Frame`, so that going back costs nothing; whatever a reader changes, the
world starts again with the same luck (draws are keyed) and comes back to the quarter that was shown. A model of the
reader's own making goes on from where it is, and is never begun again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulation.errors import ModelError
from simulation.experiments import prior
from simulation.experiments.ask import Question
from simulation.experiments.engine.labels import Facts, facts_of
from simulation.experiments.explanation.tables import frames
from simulation.experiments.explanation.watcher import Watcher
from simulation.experiments.run import HEADLINES
from simulation.model import QUARTER, GovernanceModel
from simulation.model.sheet import Watch, nobody
from simulation.processes.links import links
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
        Every quarter so far that was seen, in order.
    first
        Number of the first of them: 0 is the quarter before the run, with which all begin but an own model.
    own
        Whether the model is the reader's own: see :meth:`of`.
    scenario
        With this replicate's draw of the free parameters.
    """

    own = False

    def __init__(self, scenario: Scenario, replicate: int = 0, watched: tuple[str, ...] = ()):
        asked = Question({SCENARIO: scenario}, replicate + 1, prior.PRIOR)
        self.given, self.scenario = scenario, asked.drawn(SCENARIO, replicate)
        self._begin(GovernanceModel(self.scenario, replicate=replicate))
        for name in watched:
            if name in self.model.rows:
                self.look_at(name)

    @classmethod
    def of(cls, model: GovernanceModel) -> Live:
        """The run of a model as it stands, with all that was written into it; whoever steps it, it is seen here too.

        What was before is not known: its first frame is the quarter it has reached when it is first looked at.
        """
        if "actors" not in vars(model):
            raise ModelError("the model was closed; build another")
        if isinstance(model.watch, _Eyes):
            return model.watch.live
        made = cls.__new__(cls)
        made.given = made.scenario = model.scenario
        made.own = True
        made._begin(model)
        return made

    def _begin(self, model: GovernanceModel) -> None:
        self.model, self.replicate, self.first = model, model.replicate, int(model.state.quarter)
        self._lock = threading.RLock()
        self._watchers: dict[str, tuple[Watcher, int]] = {}
        self.frames = [self._frame(self.first)]
        self.look_at(self.scenario.focal)
        model.watch = _Eyes(self, model.watch)

    @property
    def last(self) -> int:
        """Number of the last frame there will be."""
        return int(self.scenario.quarters)

    @property
    def newest(self) -> int:
        """Number of the last frame so far."""
        return self.first + len(self.frames) - 1

    def frame(self, number: int) -> Frame:
        """The quarter of a number; the newest of an own model as it stands, for anybody may have written into it."""
        with self._lock:
            if self.own and number == self.newest:
                self.frames[-1] = self._frame(number)
            return self.frames[number - self.first]

    def look_at(self, actor: str) -> None:
        """Keep what happens to an actor from the next quarter on."""
        if actor not in self._watchers:
            self._watchers[actor] = Watcher(self.model, self.model.index(actor)), self.newest

    @property
    def watched(self) -> tuple[str, ...]:
        """Ids of the actors whose events are kept, the focal state first."""
        return tuple(self._watchers)

    def forward(self) -> Frame:
        """Simulate one quarter."""
        with self._lock:
            self.model.step()
            return self.frames[-1]

    def until(self, number: int, stop: Callable[[], bool] = lambda: False) -> Live:
        """Simulate until the frame of a number is there, or somebody says stop."""
        with self._lock:
            while self.newest < min(number, self.last) and not stop():
                self.forward()
        return self

    def paths(self) -> dict[str, list[float]]:
        """Headline metrics of the focal state so far, a value a quarter from the one before the run on.

        A quarter that the scenario does not record has the value of the last one that it does.
        """
        known = self.model.recorder.focal_paths()
        return {name: known[name] for name in HEADLINES if name in known}

    def events(self, actor: str, number: int) -> dict[str, pd.DataFrame] | None:
        """What happened to an actor in the quarter of a frame and why: ``events`` and ``terms``; None if not watched.

        Rows are those of :class:`simulation.experiments.explanation.Explanation`.
        """
        watcher, since = self._watchers.get(actor, (None, 0))
        if watcher is None or number <= since:
            return None
        return frames(self.model, (entry for entry in watcher.events if entry[0] == number - 1))

    def facts(self) -> Facts:
        """Names, kinds, camps, continents and blocs of its world."""
        return facts_of(self.model, self.given)

    def see(self, moment: str) -> None:
        """Note what a step of the model has done."""
        for watcher, _ in self._watchers.values():
            watcher(moment)
        if moment == QUARTER[-1].name:
            self.frames.append(self._frame(self.newest + 1))

    def _frame(self, number: int) -> Frame:
        state = self.model.state
        partners = links(state.depth)
        first, second = np.repeat(np.arange(state.n), np.diff(partners.start)), partners.partner
        first, second = first[first < second], second[first < second]  # each deal once
        mass = state.alpha + state.beta
        return Frame(
            quarter=str(self.scenario.start + (number - 1)),
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


class _Eyes:
    """What a model tells of its steps, first to whom it told before; a copy of the model is seen by nobody."""

    def __init__(self, live: Live, before: Watch):
        self.live, self._before = live, before

    def __call__(self, moment: str) -> None:
        self._before(moment)
        self.live.see(moment)

    def __reduce__(self) -> tuple[Callable[[], Watch], tuple[()]]:
        return _no_eyes, ()


def _no_eyes() -> Watch:
    return nobody
