"""Send chunks of jobs to workers until every job has a result, whatever dies on the way.

A dead worker costs its chunk a second try; a job that kills its worker each time is found by
halving its chunk, and becomes a row. One that ignores its time limit is known by name, tried once more
and told.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Protocol

from simulation.errors import InputError, RunError
from simulation.experiments.engine import worker
from simulation.experiments.engine.executors import LOOK, Pool
from simulation.experiments.engine.worker import Failure, Job, SinkError, Task

_CHUNKS_AHEAD = 2  # chunks in flight a worker: one running, one waiting at its door
_SUSPECT = 2  # a chunk in flight at this many deaths of a worker goes on alone
_GUILTY = 3  # a job alone in flight at the last of this many deaths is not tried again
_GIVE_UP = 5  # deaths in a row, with nothing ever finished, after which the cause is general; and one a halving


class Collector(Protocol):
    """Takes results as they come."""

    def add(self, jobs: Sequence[Job], results: Sequence[Any]) -> None:
        """Results of the jobs of a chunk, in order."""

    def fail(self, failure: Failure) -> None:
        """A job that no worker could finish."""

    def wait(self) -> None:
        """Nothing has come for a moment; what this raises ends the work."""


@dataclass
class _Chunk:
    jobs: list[Job]
    deaths: int = 0

    def halves(self) -> list[_Chunk]:
        middle = len(self.jobs) // 2
        return [_Chunk(half, _SUSPECT - 1) for half in (self.jobs[:middle], self.jobs[middle:])]


class Dispatch:
    """Send chunks to a pool.

    Parameters
    ----------
    pool
        The workers.
    chunks
        Lists of jobs; taken as they are needed.
    task
        What a worker is sent for some jobs.
    collect
        Takes the results.
    seed
        Seed of a job, for the row of one that failed.
    """

    def __init__(
        self,
        pool: Pool,
        chunks: Iterable[list[Job]],
        task: Callable[[list[Job]], Task],
        collect: Collector,
        seed: Callable[[Job], int],
    ):
        self.fresh: Iterator[list[Job]] = iter(chunks)
        self.again: deque[_Chunk] = deque()
        self.suspects: deque[_Chunk] = deque()  # run one at a time, so that a death has one cause
        self.running: dict[Future[list[Any]], _Chunk] = {}
        self.pool, self.task, self.collect, self.seed = pool, task, collect, seed
        self.late: set[Job] = set()  # ended once for their time
        self.deaths_in_a_row = 0
        self.any_finished = False
        self.largest = 1

    def run(self) -> None:
        """Until nothing waits. Whatever interrupts it, no worker is left behind.

        Raises
        ------
        InputError
            A scenario at fault.
        RunError
            No worker lives long enough, results cannot be kept, or a cluster is gone.
        """
        try:
            while True:
                try:
                    self._fill()
                except BrokenProcessPool:  # a worker died since the last look
                    self._recover()
                    continue
                if not self.running:
                    break
                done, _ = wait(self.running, LOOK, return_when=FIRST_COMPLETED)
                if done:
                    self._take(done)
                else:
                    self.collect.wait()
        finally:
            self.pool.close(busy=bool(self.running))

    def _fill(self) -> None:
        while len(self.running) < self.pool.workers * _CHUNKS_AHEAD:
            if not self.again:
                jobs = next(self.fresh, None)
                if jobs is None:
                    break
                self.largest = max(self.largest, len(jobs))
                self.again.append(_Chunk(jobs))
            self._submit(self.again)
        if self.suspects and not self.running:
            self._submit(self.suspects)

    def _submit(self, queue: deque[_Chunk]) -> None:
        future = self.pool.submit(self.task(queue[0].jobs))
        self.running[future] = queue.popleft()

    def _take(self, done: Iterable[Future[list[Any]]]) -> None:
        """Keep what has finished; chunks of a broken pool stay among the running."""
        broken = False
        for future in done:
            error = _error_of(future)
            if isinstance(error, self.pool.deaths) and self.pool.breaks:
                broken = True
                continue
            chunk = self.running.pop(future)
            if error is None:
                self.deaths_in_a_row, self.any_finished = 0, True
                self.collect.add(chunk.jobs, future.result())
            else:
                self._mishap(chunk, error)
        if broken:
            self._recover()

    def _mishap(self, chunk: _Chunk, error: BaseException) -> None:
        if isinstance(error, InputError | RunError):
            raise error
        if isinstance(error, SinkError):
            raise RunError(str(error)) from error
        if isinstance(error, CancelledError | ConnectionError | BrokenExecutor):
            raise RunError(f"the workers are gone ({type(error).__name__}); what was finished is kept") from error
        if len(chunk.jobs) > 1:  # it died with it, or one job's result cannot travel: find which
            self.suspects.extend(chunk.halves())
        elif isinstance(error, self.pool.deaths):
            self._guilty(chunk.jobs[0], "its worker process died each time it was tried")
        else:
            job = chunk.jobs[0]
            self.collect.fail(worker.failure(job, self.seed(job), error, "transfer"))

    def _recover(self) -> None:
        """A worker died: note who may have done it, and go on in a new pool."""
        done, _ = wait(self.running)  # a broken pool ends all of them
        self._take([future for future in done if not isinstance(_error_of(future), self.pool.deaths)])
        chunks = list(self.running.values())
        self.running.clear()
        late = self.pool.late()
        self.pool.close(busy=False)
        if late:
            self._try_once_more(chunks, late)
            return
        self.deaths_in_a_row += 1
        if self.deaths_in_a_row >= _GIVE_UP + math.ceil(math.log2(self.largest)) and not self.any_finished:
            raise RunError(
                f"{self.deaths_in_a_row} worker processes died before any finished a replicate. {DEATH_ADVICE}"
            )
        for chunk in chunks:
            chunk.deaths += 1
            self._retry(chunk, alone=len(chunks) == 1)

    def _try_once_more(self, chunks: Iterable[_Chunk], late: set[Job]) -> None:
        """Jobs that had to be ended for their time get a second chance, alone; their neighbours are not to blame."""
        for chunk in chunks:
            rest: list[Job] = []
            for job in chunk.jobs:
                if job not in late:
                    rest.append(job)
                    continue
                self._again(rest, chunk.deaths)
                rest = []
                if job in self.late:
                    error = worker.too_long(self.task([job]).limit)
                    self.collect.fail(worker.failure(job, self.seed(job), error, "time"))
                else:
                    self.late.add(job)
                    self._again([job], chunk.deaths)
            self._again(rest, chunk.deaths)

    def _again(self, jobs: list[Job], deaths: int) -> None:
        if jobs:
            self.again.append(_Chunk(jobs, deaths))

    def _retry(self, chunk: _Chunk, *, alone: bool) -> None:
        if chunk.deaths < _SUSPECT:
            self.again.appendleft(chunk)
        elif alone and len(chunk.jobs) > 1:
            self.suspects.extendleft(reversed(chunk.halves()))
        elif alone and chunk.deaths >= _GUILTY:
            self._guilty(chunk.jobs[0], f"its worker process died each of the {chunk.deaths} times it was tried")
        else:
            self.suspects.appendleft(chunk)

    def _guilty(self, job: Job, message: str) -> None:
        self.collect.fail(Failure(job.point, job.replicate, self.seed(job), "worker", "WorkerDied", message))


DEATH_ADVICE = (
    "A script that runs several workers must start them under `if __name__ == '__main__':`. Is there enough "
    "memory? Does a hook end its process? With one worker everything runs in this process"
)


def _error_of(future: Future[list[Any]]) -> BaseException | None:
    try:
        return future.exception()
    except CancelledError as error:
        return error
