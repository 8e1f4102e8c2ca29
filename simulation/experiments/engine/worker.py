"""What runs inside a worker process. Light to import: numerical libraries load later.

A worker gets tasks: a few jobs, their scenarios, the simulate function, and where to put the
outcomes. A worker of this machine ends by itself when its parent is gone or lets go of the
*lifeline*: the parent holds one end of a pipe, and the operating system closes it however the
parent dies.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import math
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection, wait
from numbers import Integral, Real
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TextIO

from simulation.errors import Fault, InputError, RunError, TimeLimit, is_own_fault
from simulation.experiments.engine.transport import Cargo, Goods

_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
STARTED_BY = "WIFAQ_STARTED_BY"
"""Environment variable that tells the process workers are forked from which one started it."""
DRAW = "WIFAQ_DRAWS"
"""Environment variable that tells it that they will draw, and need no model."""
_LIFELINE_CHECK = 1.0  # seconds between two looks at the parent
_PATIENCE = 2.0  # a run that ignores its time limit ends its process at this multiple of it
_ONE_AT_A_TIME = threading.Lock()  # a cluster's worker may have several threads; a model wants none


class SinkError(Exception):
    """Outcomes cannot be kept: a full disk, a folder that this worker does not see."""


class ReplicateError(Exception):
    """An exception in a replicate, with the stage it happened in as first argument, then the user's line, if any."""

    @property
    def stage(self) -> str:
        """``build``, ``tweak``, ``run`` or ``record``."""
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
        ``build``, ``tweak``, ``run`` or ``record`` of the model, ``transfer`` of its tables, or ``worker``
        if it ends its process each time, ``time`` if it took too long; ``explain`` if it finished,
        but failed when it was simulated once more to be explained.
    type, message
        The exception.
    """

    point: str
    replicate: int
    seed: int
    stage: str
    type: str
    message: str

    @property
    def row(self) -> dict[str, Any]:
        """The failure as it stands in a result's JSON file."""
        return asdict(self)


Simulate = Callable[..., Any]
"""``simulate(scenario, replicate) -> Outcome``; importable by name, so that it can travel.

Where a user replaces actors it is given ``actors`` too, a mapping of classes by id or kind; where
something is written into the model before it runs, ``tweak``.
"""

class Sink(Protocol):
    """Keeps the outcomes of a task, in a worker."""

    def keep(self, jobs: Sequence[Job], results: Sequence[Any]) -> None:
        """Keep the outcome or :class:`Failure` of each job, or raise :class:`SinkError`."""


@dataclass(frozen=True)
class Task:
    """What a worker is sent.

    Attributes
    ----------
    simulate, points, jobs
        What to run: the jobs, and the scenarios they name.
    cargo
        What the user has written: outcomes registered in the parent, classes of actors.
    sink
        Where outcomes go; without one they travel back.
    limit
        Seconds that a run may take.
    code
        Hash of the package that must be installed where this runs; empty: not looked at.
    diary
        Folder of this machine in which a worker keeps a file that says which job it is at, so that one that
        has to be ended for its time is known; empty: none.
    """

    simulate: Simulate
    points: Mapping[str, Any]
    jobs: Sequence[Job]
    cargo: Goods | Cargo = field(default_factory=Goods)
    sink: Sink | None = None
    limit: float | None = None
    code: str = ""
    diary: str = ""


def start(lifeline: Connection, parent: int, environ: Mapping[str, str]) -> None:
    """Prepare this process: one thread, deaf to Ctrl-C, alive only as long as its parent.

    Parameters
    ----------
    lifeline, parent
        End of a pipe that closes with the process that called for this one, and that process's id.
    environ
        Its environment variables as they now are.
    """
    os.environ.clear()
    os.environ.update(environ)
    one_thread()
    # the terminal sends Ctrl-C to the whole group; the parent decides what it means
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(lifeline, parent), daemon=True, name="lifeline").start()


def one_thread() -> None:
    """Keep numerical libraries that load from now on to one thread."""
    for variable in _ONE_THREAD:
        os.environ[variable] = "1"


def _watch(lifeline: Connection, parent: int) -> None:
    with contextlib.suppress(OSError, EOFError):  # the pipe may be held open by a fork of the parent
        if os.getppid() != parent:
            wait([lifeline, os.pidfd_open(parent)])
        while not lifeline.poll(_LIFELINE_CHECK):
            if os.getppid() != parent:
                break
    os._exit(1)  # in the middle of whatever runs: nothing here is worth finishing


@contextlib.contextmanager
def same_imports(more: Mapping[str, str] = MappingProxyType({})) -> Iterator[None]:
    """A Python started now imports from where this one does, above all the same copy of this package.

    ``more`` are further variables of its environment.
    """
    ours = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONSAFEPATH": "1", STARTED_BY: str(os.getpid()), **more}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def run_task(task: Task) -> list[Any]:
    """Run the jobs of a task in order.

    Returns
    -------
    list
        Outcome or :class:`Failure` of each job; with a sink, nothing in place of an outcome.

    Raises
    ------
    RunError
        If another version of the package is installed here.
    SinkError
        If the outcomes cannot be kept.
    """
    with _ONE_AT_A_TIME:
        _check_code(task.code)
        _register(task.cargo.open().metrics)
        results = [_run(task, job) for job in task.jobs]
        if task.sink is None:
            return results
        task.sink.keep(task.jobs, results)
        return [result if isinstance(result, Failure) else None for result in results]


def run_beside_others(task: Task) -> list[Any]:
    """:func:`run_task` in a cluster's worker: it keeps to one thread, for there are others on its machine."""
    one_thread()
    return run_task(task)


def _run(task: Task, job: Job) -> Any:
    try:
        return run_job(task.simulate, task.points, job, task.limit, task.cargo.open(), task.diary)
    except InputError as error:
        if task.sink is None:
            raise
        return failure(job, 0, error, "scenario")  # one of many scenarios; the sink knows its seed


def _check_code(code: str) -> None:
    if not code:
        return
    from simulation.experiments.engine.store import code_hash

    if code_hash() != code:
        raise RunError("a worker has another version of the package than the machine that started the sweep")


def _register(metrics: Sequence[Any]) -> None:
    if metrics:
        from simulation.outcomes.metrics import METRICS, register

        for entry in metrics:
            if entry.name not in METRICS:  # a script's own are there already: it was imported here
                register(entry)


def run_job(
    simulate: Simulate,
    points: Mapping[str, Any],
    job: Job,
    limit: float | None = None,
    goods: Goods | None = None,
    diary: str = "",
) -> Any:
    """Outcome of one job, or its :class:`Failure`.

    ``goods`` are the user's classes and functions by point; ``limit`` and ``diary`` as in :class:`Task`.

    Raises
    ------
    InputError
        The scenario itself is at fault, so no replicate of it can run.
    """
    scenario, options = points[job.point], goods.options(job.point) if goods else {}
    try:
        with no_forks(), time_limit(limit, Diary(diary, job) if diary else None):
            return simulate(scenario, job.replicate, **options)
    except InputError:
        raise
    except TimeLimit:
        return failure(job, int(scenario.seed), too_long(limit), "time")
    except BaseException as error:  # a hook of the user's may raise anything
        if not is_own_fault(error):
            raise
        return failure(job, int(scenario.seed), error)


@contextlib.contextmanager
def no_forks() -> Iterator[None]:
    """End the child of a fork that comes to the end of this block: it would do what its parent does once more."""
    process = os.getpid()
    try:
        yield
    finally:
        if os.getpid() != process:
            os._exit(0)


def check_means(workers: int | None, limit: float | None = None) -> None:
    """Refuse a number of processes that cannot be, or a time limit that is no positive number of seconds.

    Raises
    ------
    InputError
        Saying so.
    """
    faults = []
    if workers is not None and (not isinstance(workers, Integral) or isinstance(workers, bool)):
        faults.append(Fault("", f"workers: {workers!r} is no whole number"))
    elif workers is not None and workers < 1:
        faults.append(Fault("", f"workers: {workers} is less than 1"))
    if limit is not None and not (isinstance(limit, Real) and 0 < limit < math.inf):
        told = f"{limit:g}" if isinstance(limit, Real) else repr(limit)
        faults.append(Fault("", f"time limit: {told} is not a positive number of seconds"))
    if faults:
        raise InputError(faults)


def too_long(limit: float | None) -> TimeoutError:
    """What a run over its time is told by."""
    return TimeoutError(f"took longer than {limit:g} s")


@dataclass(frozen=True)
class Diary:
    """File of a worker that says which job it is at, and at last that it ran out of time.

    Attributes
    ----------
    folder
        Where all workers of a pool keep theirs.
    job
        The job.
    """

    folder: str
    job: Job

    def open(self) -> TextIO:
        """The file, with the job in its first line; what ends the process for its time writes below."""
        file = open(os.path.join(self.folder, str(os.getpid())), "w", encoding="utf-8")  # noqa: SIM115
        file.write(json.dumps([self.job.point, self.job.replicate]) + "\n")
        file.flush()
        return file


def read_diaries(folder: str) -> set[Job]:
    """Jobs whose workers were ended for their time since this was last asked."""
    late = set()
    for path in Path(folder).iterdir():
        first, _, rest = path.read_text(encoding="utf-8").partition("\n")
        if rest:  # the traceback that the timer writes
            late.add(Job(*json.loads(first)))
            path.unlink()
    return late


@contextlib.contextmanager
def time_limit(seconds: float | None, diary: Diary | None = None) -> Iterator[None]:
    """Raise :class:`TimeLimit` in what takes too long; end the process if that does not help.

    A compiled loop answers no signal, and only the main thread gets one: then the timer of
    ``faulthandler``, which needs no interpreter, ends the process after twice the time.
    """
    if seconds is None:
        yield
        return

    def ring(*_: object) -> None:
        raise TimeLimit

    alarm = hasattr(signal, "SIGALRM") and threading.current_thread() is threading.main_thread()
    with diary.open() if diary else open(os.devnull, "w") as file:
        faulthandler.dump_traceback_later(_PATIENCE * seconds, exit=True, file=file)
        before = signal.signal(signal.SIGALRM, ring) if alarm else None
        try:
            if alarm:
                signal.setitimer(signal.ITIMER_REAL, seconds)
            yield
        finally:
            if alarm:
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, before)
            faulthandler.cancel_dump_traceback_later()


def failure(job: Job, seed: int, error: BaseException, stage: str = "run") -> Failure:
    """The row that an exception leaves."""
    cause, place = error, ""
    if isinstance(error, ReplicateError):
        stage, cause, place = error.stage, error.__cause__ or error, "".join(error.args[1:])
    message = (f"{place}: " if place else "") + (" ".join(str(cause).split()) or type(cause).__name__)
    return Failure(job.point, job.replicate, seed, stage, type(cause).__name__, message)
