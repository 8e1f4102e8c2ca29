"""Run replicates over processes: any number of workers, the same bits, nothing lost.

The plan is a list of jobs, a job one replicate of one named scenario. Jobs go out in chunks
of a few; results are kept by job and put in the order of the plan at the end, so neither the
number of workers nor the order of completion leaves a trace. An exception is a row.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from simulation.errors import InputError, RunError
from simulation.experiments.engine import worker
from simulation.experiments.engine.dispatch import Dispatch
from simulation.experiments.engine.executors import LocalPool, workers_for
from simulation.experiments.engine.simulate import simulate as simulate_model
from simulation.experiments.engine.tables import Outcome, stack, to_frame
from simulation.experiments.engine.transport import Cargo, Goods, Tweak, goods_for, pack
from simulation.experiments.engine.worker import Failure, Job, Simulate, Task

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from simulation.actors.cast import Cast
    from simulation.scenario.schema import Scenario

_CHUNK = 4  # most jobs a chunk

Progress = Callable[[int, int], None]
"""``progress(done, total)`` after each chunk, and about twice a second while worker processes are at one; what it
raises ends them."""


@dataclass(frozen=True)
class Ensemble:
    """The finished replicates of one scenario.

    Attributes
    ----------
    scenario
        What was simulated.
    outcomes
        Finished replicates by number.
    failures
        Replicates that did not finish, by number.
    """

    scenario: Scenario
    outcomes: tuple[Outcome, ...] = field(repr=False)
    failures: tuple[Failure, ...] = ()

    @property
    def replicates(self) -> tuple[int, ...]:
        """Numbers of the finished replicates."""
        return tuple(outcome.replicate for outcome in self.outcomes)

    def table(self, name: str) -> pa.Table:
        """One of :data:`.tables.SCHEMAS`, of all replicates."""
        if name not in self._stacked:
            self._stacked[name] = stack(self.outcomes, name)
        return self._stacked[name]

    @cached_property
    def _stacked(self) -> dict[str, pa.Table]:
        return {}

    @cached_property
    def series(self) -> pd.DataFrame:
        """Frame ``replicate, quarter, actor, metric, value``."""
        return to_frame(self.table("series"))

    @cached_property
    def ties(self) -> pd.DataFrame:
        """Frame ``replicate, quarter, a, b, track, depth``."""
        return to_frame(self.table("ties"))

    @cached_property
    def joins(self) -> pd.DataFrame:
        """Frame ``replicate, instrument, actor, quarter, eligible, joined_before``."""
        return to_frame(self.table("joins"))


def run_replicates(
    scenario: Scenario,
    replicates: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    on_error: Literal["row", "raise"] = "row",
    simulate: Simulate = simulate_model,
) -> Ensemble:
    """Run replicates ``0 … replicates - 1`` of one scenario; see :func:`run_points`."""
    count = scenario.replicates if replicates is None else replicates
    points = {scenario.name: scenario}
    return run_points(points, {scenario.name: count}, workers, progress, on_error, simulate)[scenario.name]


def run_points(
    points: Mapping[str, Scenario],
    replicates: Mapping[str, int | range],
    workers: int | None = None,
    progress: Progress | None = None,
    on_error: Literal["row", "raise"] = "row",
    simulate: Simulate = simulate_model,
    casts: Mapping[str, Cast] | None = None,
    tweaks: Mapping[str, Tweak] | None = None,
    limit: float | None = None,
) -> dict[str, Ensemble]:
    """Run several scenarios over one pool of processes.

    Parameters
    ----------
    points
        Scenarios by name.
    replicates
        How many replicates of each, at least 1, or their numbers.
    workers
        Processes; by default what :func:`workers_for` says. With 1 everything runs in this process.
    progress
        Called with the number of replicates done and planned.
    on_error
        ``"row"`` keeps a failed replicate as a :class:`Failure`; ``"raise"`` stops at the first.
    simulate
        ``simulate(scenario, replicate) -> Outcome``, importable by name.
    casts
        Replacement classes of actors, by scenario.
    tweaks
        Functions that write into each model before it runs, by scenario.
    limit
        Seconds that a replicate may take; with a limit even one worker is a process of its own, for a replicate
        that ignores it has to be ended.

    Returns
    -------
    dict
        An :class:`Ensemble` a scenario, the same whatever the number of workers.

    Raises
    ------
    InputError
        For a number that cannot be, or a scenario that no replicate can be built from.
    ModelError
        For a class that cannot play whom it is given to.
    RunError
        With ``on_error="raise"``, or if no worker process lives long enough to finish anything.
    """
    end_if_inherited()
    worker.check_means(workers, limit)
    numbers = {name: range(of) if isinstance(of := replicates[name], int) else of for name in points}
    for name in points:
        if not numbers[name]:
            raise InputError(f"replicates: {replicates[name]} is less than 1")
    for name, cast in (casts or {}).items():
        check_cast(points[name], cast)
    plan = [Job(name, number) for name in points for number in numbers[name]]
    goods = goods_for(casts or {}, tweaks)
    workers = workers_for(len(plan), workers, plain=goods == Goods())
    collect = _Collector(len(plan), progress, on_error)
    cargo = pack(goods) if workers > 1 or limit is not None else None
    if cargo is None:
        for job in plan:
            collect.add([job], [worker.run_job(simulate, points, job, limit, goods)])
    else:
        _over_processes(points, plan, workers, simulate, cargo, collect, limit)
    return {name: _ensemble(scenario, name, plan, collect.found) for name, scenario in points.items()}


def end_if_inherited() -> None:
    """End a worker that imports a script without the guard of ``__main__`` instead of starting its work.

    The parent, which sees it die, says so once.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        sys.exit(1)


def check_cast(scenario: Scenario, cast: Cast) -> None:
    """Refuse classes that cannot play whom they are given to, before any work.

    Raises
    ------
    ModelError
        Naming the class or the unknown id.
    """
    if cast:
        from simulation.actors.cast import classes
        from simulation.scenario.checks import world_of

        world = world_of(scenario)
        classes(world.ids, world.kind, cast)


def _over_processes(
    points: Mapping[str, Scenario],
    plan: Sequence[Job],
    workers: int,
    simulate: Simulate,
    cargo: Cargo,
    collect: _Collector,
    limit: float | None,
) -> None:
    def task(jobs: list[Job]) -> Task:
        return Task(simulate, {job.point: points[job.point] for job in jobs}, jobs, cargo, limit=limit)

    Dispatch(LocalPool(workers), _chunks(plan, workers), task, collect, lambda job: int(points[job.point].seed)).run()


def _chunks(plan: Sequence[Job], workers: int) -> Iterator[list[Job]]:
    """Ever smaller ones towards the end, so that all workers end together."""
    begin = 0
    while begin < len(plan):
        size = max(1, min(_CHUNK, (len(plan) - begin) // (2 * workers)))
        yield list(plan[begin : begin + size])
        begin += size


def _ensemble(scenario: Scenario, name: str, plan: Sequence[Job], found: Mapping[Job, Any]) -> Ensemble:
    results = [found[job] for job in plan if job.point == name]
    return Ensemble(
        scenario,
        tuple(result for result in results if not isinstance(result, Failure)),
        tuple(result for result in results if isinstance(result, Failure)),
    )


class _Collector:
    """Results by job, whatever the order they come in."""

    def __init__(self, total: int, progress: Progress | None, on_error: str):
        self.found: dict[Job, Any] = {}
        self._total = total
        self._progress = progress
        self._on_error = on_error

    def add(self, jobs: Sequence[Job], results: Sequence[Any]) -> None:
        for job, result in zip(jobs, results, strict=True):
            if isinstance(result, Failure) and self._on_error == "raise":
                raise RunError(f"replicate {job.replicate} of {job.point}: {result.type}: {result.message}")
            self.found[job] = result
        self.wait()

    def fail(self, failure: Failure) -> None:
        self.add([Job(failure.point, failure.replicate)], [failure])

    def wait(self) -> None:
        if self._progress is not None:
            self._progress(len(self.found), self._total)
