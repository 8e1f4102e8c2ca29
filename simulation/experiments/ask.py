"""What is asked: scenarios side by side, and what each replicate of them is given.

Every experiment asks in the same way. Scenarios are *points*; replicate k of all of them has the same luck and the
same draw of the free parameters, of which each point takes those that it does not set itself; so no point's numbers
depend on which others are asked for. A point may have actors or a tweak of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from simulation.data.tables import table as shipped
from simulation.errors import Fault, InputError
from simulation.experiments import prior
from simulation.experiments.check import unknown_metrics
from simulation.experiments.engine.labels import Facts, describe
from simulation.experiments.engine.runner import Ensemble, Progress, run_points
from simulation.experiments.engine.simulate import simulate
from simulation.experiments.engine.worker import Simulate
from simulation.scenario.load import load_checked

if TYPE_CHECKING:
    from simulation.actors.cast import Cast
    from simulation.experiments.engine.transport import Tweak
    from simulation.experiments.explanation import Explanation
    from simulation.scenario.schema import Scenario


def _explain(scenario: Scenario, actor: str, *args: Any, **keywords: Any) -> Explanation:
    from simulation.experiments.explanation.watcher import explain_run  # here: whoever has workers needs no model

    return explain_run(scenario, actor, *args, **keywords)


@dataclass(frozen=True)
class Model:
    """What simulates, describes and explains a scenario.

    Attributes
    ----------
    simulate
        Runs one replicate; importable by name, so that worker processes find it.
    describe
        Facts of the scenario's world.
    explain
        Tells why one replicate went as it did; None for a model that cannot.
    """

    simulate: Simulate = simulate
    describe: Callable[[Any], Facts] = describe
    explain: Callable[..., Explanation] | None = _explain


_model = Model()
"""The model of every experiment. Only tests put another in its place."""


def model() -> Model:
    """The model of every experiment."""
    return _model


def load(
    scenario: Scenario | Path | str,
    *,
    sets: Sequence[str] = (),
    focal: str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
) -> Scenario:
    """Load a scenario with the changes that options of a run make to it.

    Raises
    ------
    InputError
        With every fault.
    """

    changes = {"focal": focal, "replicates": replicates, "seed": seed}
    overrides = {key: value for key, value in changes.items() if value is not None}
    try:
        return load_checked(scenario, unknown_metrics, sets, overrides)
    except InputError:
        from simulation.experiments.sweeps.load import is_sweep

        if isinstance(scenario, str | Path) and is_sweep(scenario):
            raise InputError(Fault("", "is a sweep; give it to `wifaq sweep`", str(scenario))) from None
        raise


def slim(scenario: Scenario) -> Scenario:
    """The scenario recording only what contrasts need; recording changes no bit of a run."""
    record = scenario.record.model_copy(update={"actors": (scenario.focal,), "ties": "none", "events": False})
    return scenario.model_copy(update={"record": record})


def simulator(parameters: str, lucks: int = 1) -> Simulate:
    """The model, with a draw of the parameters that a scenario does not set where they are drawn."""
    return prior.Drawing(_model.simulate, lucks) if parameters == prior.PRIOR else _model.simulate


@dataclass(frozen=True)
class Question:
    """Scenarios to run side by side.

    Attributes
    ----------
    points
        Scenarios by name.
    replicates
        How many of each, or of all, or the numbers of each.
    parameters
        ``prior``: replicate k draws the free parameters that its point does not set, the same draw in every
        point; ``defaults``: none is drawn.
    casts, tweaks
        Replacement classes of actors, and functions that write into a model before it runs, by point.
    lucks
        Replicates that share a draw, one after the other.

    Raises
    ------
    InputError
        If the parameters have no such source.
    """

    points: Mapping[str, Scenario]
    replicates: Mapping[str, int | range] | int
    parameters: str = prior.PRIOR
    casts: Mapping[str, Cast | None] = field(default_factory=dict)
    tweaks: Mapping[str, Tweak | None] = field(default_factory=dict)
    lucks: int = 1

    def __post_init__(self) -> None:
        prior.check_source(self.parameters)

    @property
    def bands(self) -> str:
        """What an interval over the replicates holds."""
        return prior.BANDS[self.parameters]

    @property
    def hashes(self) -> dict[str, str]:
        """Hash of the sample that parameters are drawn from, if they are."""
        return {"prior": prior.prior_hash() if self.parameters == prior.PRIOR else ""}

    @property
    def plain(self) -> bool:
        """Whether nothing of the user's own takes part."""
        from simulation.outcomes.metrics import user_metrics

        return not (any(self._own) or user_metrics())

    @property
    def _own(self) -> tuple[dict[str, Cast], dict[str, Tweak]]:
        casts = {point: cast for point, cast in self.casts.items() if cast}
        return casts, {point: tweak for point, tweak in self.tweaks.items() if tweak is not None}

    def run(
        self,
        workers: int | None = None,
        progress: Progress | None = None,
        on_error: Literal["row", "raise"] = "row",
        limit: float | None = None,
        simulate: Simulate | None = None,
    ) -> dict[str, Ensemble]:
        """An ensemble a point; see :func:`simulation.experiments.engine.runner.run_points`.

        ``simulate`` stands in place of the model and its draws.
        """
        count = self.replicates
        counts: Mapping[str, int | range] = dict.fromkeys(self.points, count) if isinstance(count, int) else count
        chance = simulate or simulator(self.parameters, self.lucks)
        return run_points(self.points, counts, workers, progress, on_error, chance, *self._own, limit)

    def drawn(self, point: str, replicate: int) -> Scenario:
        """The scenario that a replicate of a point simulates: with its draw of the parameters, where they are drawn."""
        scenario = self.points[point]
        if self.parameters != prior.PRIOR:
            return scenario
        return prior.with_draw(scenario, replicate // self.lucks)

    def explainer(self, point: str, replicate: int, actor: str) -> Callable[[], Explanation] | None:
        """A call that explains a replicate of a point for one actor; None where the model explains nothing."""
        if _model.explain is None:
            return None
        tweak = self.tweaks.get(point)
        explain = _model.explain if tweak is None else partial(_model.explain, tweak=tweak)
        return partial(explain, self.drawn(point, replicate), actor, replicate, self.casts.get(point))


def failures_of(found: Mapping[str, Ensemble]) -> list[dict[str, Any]]:
    """Replicates that did not finish, as they stand in a result's JSON file."""
    return [failure.row for ensemble in found.values() for failure in ensemble.failures]


def named(state: str) -> dict[str, str]:
    """Id and name of a state, as a result says whom it is about."""
    return {"id": state, "name": next(row["name"] for row in shipped("states") if row["iso3"] == state)}
