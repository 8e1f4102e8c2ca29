"""What runs inside a worker process. Light to import: numerical libraries load later.

A worker gets the scenarios and the simulate function once, when it starts, and then short
lists of jobs. It ends by itself when its parent is gone or lets go of the *lifeline*: the
parent holds one end of a pipe, and the operating system closes it however the parent dies.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from simulation.errors import InputError

_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
_LIFELINE_CHECK = 1.0  # seconds between two looks at the parent


class ReplicateError(Exception):
    """An exception in a replicate, with the stage it happened in as first argument."""

    @property
    def stage(self) -> str:
        """``build``, ``run`` or ``record``."""
        return str(self.args[0])


@dataclass(frozen=True, slots=True, order=True)
class Job:
    """One replicate of one scenario of a plan."""

    point: str
    replicate: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A replicate that did not finish.

    Attributes
    ----------
    point, replicate, seed
        Which one: name of the scenario in the plan, number of the replicate, the scenario's seed.
    stage
        ``build``, ``run`` or ``record`` of the model, ``transfer`` of its tables, or ``worker``
        if it ends its process each time.
    type, message
        The exception.
    trace
        Its traceback, for ``--debug``; not part of any result.
    """

    point: str
    replicate: int
    seed: int
    stage: str
    type: str
    message: str
    trace: str = field(default="", repr=False, compare=False)


Simulate = Callable[[Any, int], Any]
"""``simulate(scenario, replicate) -> Outcome``; importable by name, so that it can travel."""

_simulate: Simulate | None = None
_points: Mapping[str, Any] = {}


def start(
    simulate: Simulate, points: Mapping[str, Any], metrics: Sequence[Any], lifeline: Connection, parent: int
) -> None:
    """Prepare this process: one thread, deaf to Ctrl-C, alive only as long as its parent.

    Parameters
    ----------
    simulate, points
        What to run, and the scenarios by name.
    metrics
        Outcomes that the user registered in the parent.
    lifeline, parent
        End of a pipe that closes with the parent, and the parent's process id.
    """
    global _simulate, _points
    for variable in _ONE_THREAD:
        os.environ[variable] = "1"
    # the terminal sends Ctrl-C to the whole group; the parent decides what it means
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    _simulate, _points = simulate, points
    if metrics:
        from simulation.outcomes.metrics import METRICS, register

        for entry in metrics:
            if entry.name not in METRICS:  # a script's own are there already: it was imported here
                register(entry)
    threading.Thread(target=_watch, args=(lifeline, parent), daemon=True, name="lifeline").start()


def _watch(lifeline: Connection, parent: int) -> None:
    with contextlib.suppress(OSError, EOFError):
        while not lifeline.poll(_LIFELINE_CHECK):
            if os.getppid() != parent:  # the pipe may be held open by a fork of the parent
                break
    os._exit(1)  # in the middle of whatever runs: nothing here is worth finishing


def run_chunk(jobs: Sequence[Job]) -> list[Any]:
    """Outcome or :class:`Failure` of each job of a chunk, in order."""
    if _simulate is None:
        raise RuntimeError("worker was not started")
    return [run_job(_simulate, _points, job) for job in jobs]


def run_job(simulate: Simulate, points: Mapping[str, Any], job: Job) -> Any:
    """Outcome of one job, or its :class:`Failure`.

    Raises
    ------
    InputError
        The scenario itself is at fault, so no replicate of it can run.
    """
    scenario = points[job.point]
    try:
        return simulate(scenario, job.replicate)
    except InputError:
        raise
    except (Exception, SystemExit) as error:  # a hook of the user's may raise anything
        return failure(job, int(scenario.seed), error)


def failure(job: Job, seed: int, error: BaseException, stage: str = "run") -> Failure:
    """The row that an exception leaves."""
    cause = error
    if isinstance(error, ReplicateError):
        stage, cause = error.stage, error.__cause__ or error
    message = " ".join(str(cause).split()) or type(cause).__name__
    trace = "".join(traceback.format_exception(cause))
    return Failure(job.point, job.replicate, seed, stage, type(cause).__name__, message, trace)
