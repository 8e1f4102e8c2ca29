"""Run replicates over processes: any number of workers, the same bits, nothing lost.

The plan is a list of jobs, a job one replicate of one named scenario. Jobs go out in chunks
of a few; results are kept by job and put in the order of the plan at the end, so neither the
number of workers nor the order of completion leaves a trace. An exception is a row, a dead
worker costs its chunk a second try, and a job that kills its worker each time is found by
halving its chunk and becomes a row too.
"""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import os
import signal
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import cached_property
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Literal

from simulation.errors import InputError, RunError
from simulation.experiments import worker
from simulation.experiments.simulate import simulate as simulate_model
from simulation.experiments.tables import Outcome, stack, to_frame
from simulation.experiments.worker import Failure, Job, Simulate

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from simulation.scenario.schema import Scenario

_CHUNK = 4  # most jobs a chunk: short enough that the last chunk does not keep others waiting
_CHUNKS_AHEAD = 2  # chunks in flight a worker: one running, one waiting at its door
_SUSPECT = 2  # a chunk in flight at this many deaths of a worker goes on alone
_GUILTY = 3  # a job alone in flight at the last of this many deaths is not tried again
_GIVE_UP = 5  # deaths in a row, with nothing ever finished, after which the cause is general

Progress = Callable[[int, int], None]
"""``progress(done, total)`` after each chunk."""


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
        return stack(self.outcomes, name)

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


def usable_cores() -> int:
    """Processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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
    replicates: Mapping[str, int],
    workers: int | None = None,
    progress: Progress | None = None,
    on_error: Literal["row", "raise"] = "row",
    simulate: Simulate = simulate_model,
) -> dict[str, Ensemble]:
    """Run several scenarios over one pool of processes.

    Parameters
    ----------
    points
        Scenarios by name.
    replicates
        How many replicates of each, at least 1.
    workers
        Processes; by default one a usable core. With 1 everything runs in this process.
    progress
        Called with the number of replicates done and planned.
    on_error
        ``"row"`` keeps a failed replicate as a :class:`Failure`; ``"raise"`` stops at the first.
    simulate
        ``simulate(scenario, replicate) -> Outcome``, importable by name.

    Returns
    -------
    dict
        An :class:`Ensemble` a scenario, the same whatever the number of workers.

    Raises
    ------
    InputError
        For a number that cannot be, or a scenario that no replicate can be built from.
    RunError
        With ``on_error="raise"``, or if no worker process lives long enough to finish anything.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        # a worker that imports a script without the guard of __main__ comes here instead of
        # starting its work; the parent, which sees it die, says so once
        sys.exit(1)
    workers = usable_cores() if workers is None else workers
    if workers < 1:
        raise InputError(f"workers: {workers} is less than 1")
    for name in points:
        if replicates[name] < 1:
            raise InputError(f"replicates: {replicates[name]} is less than 1")
    plan = [Job(name, number) for name in points for number in range(replicates[name])]
    workers = min(workers, len(plan), 1 if _tied_to_this_process() else len(plan))
    collect = _Collector(len(plan), progress, on_error)
    if workers == 1:
        for job in plan:
            collect.add([job], [worker.run_job(simulate, points, job)])
    else:
        _Dispatch(points, plan, workers, simulate, collect).run()
    return {name: _ensemble(scenario, name, plan, collect.found) for name, scenario in points.items()}


def _tied_to_this_process() -> bool:
    """Whether an outcome that the user registered cannot be had in another process; says so."""
    from simulation.outcomes.metrics import user_metrics

    interactive = not hasattr(sys.modules["__main__"], "__file__")
    for entry in user_metrics():
        home = (entry.function.__module__, entry.function.__qualname__)
        if "<" in home[1] or (interactive and home[0] == "__main__"):
            message = f"metric {entry.name!r} was typed in here, so all replicates run in this process"
            warnings.warn(message + "; define it in a module to use several", stacklevel=4)
            return True
    return False


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
        if self._progress is not None:
            self._progress(len(self.found), self._total)


@dataclass
class _Chunk:
    jobs: list[Job]
    deaths: int = 0

    def halves(self) -> list[_Chunk]:
        middle = len(self.jobs) // 2
        return [_Chunk(half, _SUSPECT - 1) for half in (self.jobs[:middle], self.jobs[middle:])]


class _Dispatch:
    """Send chunks to worker processes until every job has a result."""

    def __init__(
        self,
        points: Mapping[str, Scenario],
        plan: Sequence[Job],
        workers: int,
        simulate: Simulate,
        collect: _Collector,
    ):
        size = max(1, min(_CHUNK, math.ceil(len(plan) / (workers * _CHUNKS_AHEAD))))
        self.waiting = deque(_Chunk(list(plan[k : k + size])) for k in range(0, len(plan), size))
        self.suspects: deque[_Chunk] = deque()  # run one at a time, so that a death has one cause
        self.running: dict[Future[list[Any]], _Chunk] = {}
        self.workers = workers
        self.collect = collect
        self.deaths_in_a_row = 0
        self.any_finished = False
        from simulation.outcomes.metrics import user_metrics

        self._arguments = (simulate, points, user_metrics())
        self._seeds = {name: int(scenario.seed) for name, scenario in points.items()}
        self._pool: ProcessPoolExecutor | None = None
        self._lifeline: tuple[Connection, ...] = ()

    def run(self) -> None:
        """Until nothing waits. Whatever interrupts it, no worker is left behind."""
        try:
            while self.waiting or self.suspects or self.running:
                try:
                    self._fill()
                except BrokenProcessPool:  # a worker died since the last look
                    self._recover()
                    continue
                done, _ = wait(self.running, return_when=FIRST_COMPLETED)
                self._take(done)
        finally:
            self._close()

    def _fill(self) -> None:
        while self.waiting and len(self.running) < self.workers * _CHUNKS_AHEAD:
            self._submit(self.waiting)
        if self.suspects and not self.running:
            self._submit(self.suspects)

    def _submit(self, queue: deque[_Chunk]) -> None:
        if self._pool is None:
            self._open()
        assert self._pool is not None
        with _interrupts_held():  # a worker started now inherits the mask and never sees Ctrl-C
            future = self._pool.submit(worker.run_chunk, queue[0].jobs)
            self.running[future] = queue.popleft()

    def _take(self, done: Iterable[Future[list[Any]]]) -> None:
        """Keep what has finished; chunks of a broken pool stay among the running."""
        broken = False
        for future in done:
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                broken = True
                continue
            chunk = self.running.pop(future)
            if error is None:
                self.deaths_in_a_row, self.any_finished = 0, True
                self.collect.add(chunk.jobs, future.result())
            elif isinstance(error, InputError):
                raise error
            elif len(chunk.jobs) > 1:  # one job's result cannot travel: find which
                self.suspects.extend(chunk.halves())
            else:
                self._fail(chunk.jobs[0], error, "transfer")
        if broken:
            self._recover()

    def _recover(self) -> None:
        """A worker died: note who may have done it, and go on in a new pool."""
        done, _ = wait(self.running)  # a broken pool ends all of them
        self._take([future for future in done if not isinstance(future.exception(), BrokenProcessPool)])
        chunks = list(self.running.values())
        self.running.clear()
        self._close()
        self.deaths_in_a_row += 1
        if self.deaths_in_a_row >= _GIVE_UP and not self.any_finished:
            raise RunError(
                f"{self.deaths_in_a_row} worker processes died before any finished a replicate. "
                "Is there enough memory? A script that runs several workers must start them under "
                "`if __name__ == '__main__':`. With one worker everything runs in this process"
            )
        for chunk in chunks:
            chunk.deaths += 1
            self._retry(chunk, alone=len(chunks) == 1)

    def _retry(self, chunk: _Chunk, *, alone: bool) -> None:
        if chunk.deaths < _SUSPECT:
            self.waiting.appendleft(chunk)
        elif alone and len(chunk.jobs) > 1:
            self.suspects.extendleft(chunk.halves())
        elif alone and chunk.deaths >= _GUILTY:
            message = f"its worker process died each of the {chunk.deaths} times it was tried"
            job = chunk.jobs[0]
            row = Failure(job.point, job.replicate, self._seeds[job.point], "worker", "WorkerDied", message)
            self.collect.add([job], [row])
        else:
            self.suspects.appendleft(chunk)

    def _fail(self, job: Job, error: BaseException, stage: str) -> None:
        self.collect.add([job], [worker.failure(job, self._seeds[job.point], error, stage)])

    def _open(self) -> None:
        context = multiprocessing.get_context("spawn")  # as Mesa wants it, and as other systems do
        theirs, ours = context.Pipe(duplex=False)
        self._lifeline = (ours, theirs)
        arguments = (*self._arguments, theirs, os.getpid())
        self._pool = ProcessPoolExecutor(self.workers, context, worker.start, arguments)

    def _close(self) -> None:
        """End the workers. Busy ones end at once, and what they were at is dropped."""
        if self._pool is None:
            return
        if self.running:
            self._lifeline[0].close()
        self._pool.shutdown(wait=True, cancel_futures=True)
        for end in self._lifeline:
            end.close()
        self._pool = None


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):  # Windows: the initializer deafens the worker
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
