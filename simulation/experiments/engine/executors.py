"""Where tasks run: processes of this machine, a dask cluster, or the ranks of an MPI job.

Every executor is one of ``concurrent.futures``; what differs is how it is opened and closed,
and what the death of a worker looks like.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import cache
from multiprocessing.connection import Connection
from types import FrameType, MappingProxyType
from typing import Any, TypeVar

from simulation.errors import Fault, InputError, RunError
from simulation.experiments.engine.ahead import compile_ahead
from simulation.experiments.engine.worker import (
    DRAW,
    Job,
    Task,
    check_means,
    read_diaries,
    run_beside_others,
    run_task,
    same_imports,
    start,
)
from simulation.source_code import must_compile, tell_of_workers

DASK = "dask://"
CONNECT_SECONDS = 10.0  # a scheduler that has not answered by then is not there
FEW = 4
"""So many replicates are done here before a worker has loaded the model."""
LOOK = 0.5
"""Seconds between two moments in which whoever waits for workers may have had enough."""
_READY = "simulation.experiments.engine.preload"
_said_ready: set[int] = set()
"""This process, once it has asked for the one that workers are forked from."""
T = TypeVar("T")


def usable_cores() -> int:
    """Processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def workers_for(jobs: int, workers: int | None = None, *, plain: bool = True) -> int:
    """Processes that pay for so many replicates.

    Parameters
    ----------
    jobs
        Replicates, of all scenarios together.
    workers
        What the user has said, if anything; by default one a usable core, for a :data:`FEW` only this one, unless
        the others are ready or kernels are to be compiled.
    plain
        Whether nothing of the user's own takes part; what he has written may end its process.
    """
    if workers is None:
        alone = plain and jobs <= FEW and not _said_ready and not must_compile()  # to compile, several are quicker
        workers = 1 if alone else usable_cores()
    return min(workers, jobs)


@cache
def forked() -> bool:
    """Whether workers are forked from one process that has loaded the model already.

    That is so on Linux; elsewhere each worker starts from nothing.
    """
    try:
        os.close(os.pidfd_open(os.getpid()))  # what a worker sees the end of the run by that is not its parent
    except (AttributeError, OSError):
        return False
    return "forkserver" in multiprocessing.get_all_start_methods()


def get_ready(workers: int | None = None) -> int | None:
    """Start the process that several workers will be forked from, if it is not there; returns at once.

    It loads the model while this process goes on with something else.

    Parameters
    ----------
    workers
        How many there will be; by default one a usable core.

    Returns
    -------
    int or None
        ``workers``.
    """
    if forked() and (usable_cores() if workers is None else workers) > 1:
        _said_ready.add(os.getpid())
        _start_server()
    return workers


def get_ready_to_draw() -> None:
    """The same where one replicate is simulated here, and several cores then draw: the pictures' libraries alone load.

    Nothing where kernels are to be compiled: that is for workers who know the model.
    """
    if forked() and usable_cores() > 1 and not must_compile():
        _start_server({DRAW: "1"})


def _start_server(more: Mapping[str, str] = MappingProxyType({})) -> None:
    from multiprocessing import forkserver, resource_tracker  # not on every system

    resource_tracker.ensure_running()  # it unblocks interrupts, so before they are held
    forkserver.set_forkserver_preload([_READY])
    with _interrupts_held(), same_imports(more):
        forkserver.ensure_running()


class LocalPool:
    """Processes of this machine, which end with their parent.

    Attributes
    ----------
    workers
        How many tasks run at once.
    deaths
        Exceptions that mean a worker died.
    breaks
        Whether one death ends everything that is running, so that the pool must be opened anew.
    elsewhere
        Whether workers may have another version of the package.
    """

    deaths: tuple[type[BaseException], ...] = (BrokenProcessPool,)
    breaks = True
    elsewhere = False

    def __init__(self, workers: int):
        self.workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._lifeline: tuple[Connection, ...] = ()
        self._diaries: tempfile.TemporaryDirectory[str] | None = None

    def submit(self, task: Task) -> Future[list[Any]]:
        """Send a task to the pool, opening it if need be."""
        if task.limit is not None:
            self._diaries = self._diaries or tempfile.TemporaryDirectory(prefix="wifaq-")
            task = replace(task, diary=self._diaries.name)
        return self.call(run_task, task)

    def late(self) -> set[Job]:
        """Jobs that ignored their time limit, so that their workers were ended, since this was last asked."""
        return read_diaries(self._diaries.name) if self._diaries else set()

    def call(self, function: Callable[..., T], *args: Any) -> Future[T]:
        """Send a call, opening the pool if need be."""
        if self._pool is None:
            tell_of_workers()
        if self._pool is None and forked():
            get_ready(2)
            _await_server()
        elif self._pool is None and must_compile():  # each worker would compile the same
            compile_ahead(usable_cores())
        with _interrupts_held():  # a worker is known to the pool, or it is not begun
            if self._pool is None:
                self._pool = self._open()
            return self._pool.submit(function, *args)

    def _open(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("forkserver" if forked() else "spawn")
        theirs, ours = context.Pipe(duplex=False)
        self._lifeline = (ours, theirs)
        return ProcessPoolExecutor(self.workers, context, start, (theirs, os.getpid(), dict(os.environ)))

    def close(self, *, busy: bool) -> None:
        """End the workers, at once: what busy ones were at is dropped.

        Nor does one with nothing to do get time: what a hook has left in it, a thread or a fork, may never end.
        """
        if self._pool is not None:
            with _interrupts_held():
                self._pool._result_queue._writer.close()  # type: ignore[attr-defined]  # or half a result is waited for
                for process in list((self._pool._processes or {}).values()):
                    process.kill()
                self._pool.shutdown(wait=True, cancel_futures=True)
                for end in self._lifeline:
                    end.close()
                self._pool = None
        if self._diaries is not None:
            self._diaries.cleanup()
            self._diaries = None


@contextlib.contextmanager
def beside(calls: Sequence[Callable[[], T]], workers: int) -> Iterator[Callable[..., list[T]]]:
    """Run calls in other processes while this one goes on.

    Parameters
    ----------
    calls
        What to call; importable by name, so that it can travel.
    workers
        How many processes. With none, or where processes take long to start, the calls wait for
        someone who asks for their results, and run here.

    Yields
    ------
    callable
        Waits for the results and returns them in order; raises what a call raised. A call whose
        process dies runs here. It may be given a function that is told how many results are there, again while
        it waits; what it raises ends the processes.
    """
    if not (workers and forked()):
        yield lambda told=None: _gathered((call() for call in calls), told)
        return
    pool, busy = LocalPool(workers), True
    try:
        sent = [pool.call(call) for call in calls]
        yield lambda told=None: _gathered(_as_they_come(sent, calls, told), told)
        busy = not all(future.done() for future in sent)
    finally:
        pool.close(busy=busy)


def _gathered(results: Iterable[T], told: Callable[[int], None] | None) -> list[T]:
    found = []
    for result in results:
        found.append(result)
        if told is not None:
            told(len(found))
    return found


def _as_they_come(
    sent: Sequence[Future[T]], calls: Sequence[Callable[[], T]], told: Callable[[int], None] | None
) -> Iterator[T]:
    for number, (future, call) in enumerate(zip(sent, calls, strict=True)):
        while told is not None and not wait([future], LOOK).done:
            told(number)
        yield _here_if_it_died(future, call)


def _here_if_it_died(future: Future[T], call: Callable[[], T]) -> T:
    try:
        return future.result()
    except BrokenProcessPool:
        return call()


class _Nothing:
    """A process that does nothing: it answers as soon as it is forked, and ends."""

    def _bootstrap(self, parent_sentinel: int) -> int:
        return 0


def _await_server() -> None:
    """Wait until the process that workers are forked from has loaded the model.

    Here Ctrl-C may come at any moment, for what was asked for shares nothing with this process; once the
    server listens, making a worker takes no time, and can be one act.
    """
    from multiprocessing import forkserver, reduction  # not on every system

    with _interrupts_held():  # half a message would be told of as a fault
        answer, message = forkserver.connect_to_new_process([])
        with open(message, "wb") as file:
            reduction.dump({}, file)
            reduction.dump(_Nothing(), file)
    with open(answer, "rb") as file:
        file.read(1)  # its id; nothing if the server has ended, which then starts anew


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """What would end this process waits for the end of the block; a process started in it never sees Ctrl-C.

    The mask alone holds nothing back: another thread may take the signal, for this one to act on.
    """
    held: list[int] = []
    holding = True
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    ours: dict[int, Callable[[int, FrameType | None], Any]] = {}
    if threading.current_thread() is threading.main_thread():
        ours = {number: handler for number in numbers if callable(handler := signal.getsignal(number))}

    def hold(number: int, frame: FrameType | None) -> None:
        if holding:
            held.append(number)
        else:
            ours[number](number, frame)

    try:
        for number in ours:
            signal.signal(number, hold)
        with _masked():
            yield
    finally:
        holding = False  # from here on hold lets through: whatever interrupts this, nothing is lost
        for number, handler in ours.items():
            signal.signal(number, handler)
        for number in held[:1]:
            signal.raise_signal(number)


@contextlib.contextmanager
def _masked() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):  # Windows: the initializer deafens the worker
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class ClusterPool:
    """A cluster's executor, opened from the start and owned by others; attributes as of :class:`LocalPool`."""

    breaks = False
    elsewhere = True

    def __init__(self, executor: Executor, workers: int, deaths: tuple[type[BaseException], ...] = ()):
        self.workers, self.deaths, self._executor = workers, deaths, executor

    def submit(self, task: Task) -> Future[list[Any]]:
        """Send a task to the pool, opening it if need be."""
        return self._executor.submit(run_beside_others, task)

    def late(self) -> set[Job]:
        """None are known: the workers may be on other machines."""
        return set()

    def close(self, *, busy: bool) -> None:
        """Let go of the workers; with ``busy`` what they are at is dropped."""
        self._executor.shutdown(wait=not busy, cancel_futures=busy)


class GivenPool(ClusterPool):
    """An executor of the caller's, who ends it too."""

    def __init__(self, executor: Executor, workers: int):
        super().__init__(executor, workers)
        self._sent: list[Future[list[Any]]] = []

    def submit(self, task: Task) -> Future[list[Any]]:
        """Send a task to the executor."""
        try:
            self._sent.append(super().submit(task))
        except RuntimeError as error:  # shut down, or broken
            raise RunError(f"the executor takes no more work ({error}); what was finished is kept") from error
        return self._sent[-1]

    def close(self, *, busy: bool) -> None:
        """Take back what has not begun."""
        for future in self._sent:
            future.cancel()


Pool = LocalPool | ClusterPool
"""Workers somewhere."""


def open_pool(executor: str | Executor, workers: int | None = None) -> Pool:
    """The pool that an ``--executor`` names.

    Parameters
    ----------
    executor
        ``local``, ``dask://HOST:PORT`` or ``mpi``; or an executor, which is left open.
    workers
        Processes of ``local``, or tasks that an executor runs at once; by default one a usable core.

    Raises
    ------
    InputError
        For another word, a missing package, or a scheduler that does not answer.
    """
    check_means(workers)
    count = usable_cores() if workers is None else workers
    if isinstance(executor, Executor):
        return GivenPool(executor, count)
    if executor == "local":
        return LocalPool(count)
    if executor.startswith(DASK):
        return _dask_pool(executor)
    if executor == "mpi":
        return _mpi_pool()
    raise _refusal(f"{executor!r} is not one of local, {DASK}HOST:PORT, mpi")


def _refusal(message: str) -> InputError:
    return InputError(Fault("", message, file="--executor"))


class _DaskPool(ClusterPool):
    def __init__(self, client: Any, workers: int, deaths: tuple[type[BaseException], ...]):
        super().__init__(client.get_executor(pure=False), workers, deaths)
        self._client = client

    def close(self, *, busy: bool) -> None:
        """Let go of the workers; with ``busy`` what they are at is dropped."""
        with contextlib.suppress(Exception):  # the scheduler may be gone, and with it all there is to close
            self._executor.shutdown(wait=not busy)
        with contextlib.suppress(Exception):
            self._client.close(timeout=CONNECT_SECONDS)


def _dask_pool(executor: str) -> Pool:
    try:
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise _refusal("dask needs the package distributed; pip install 'wifaq[cluster]'") from None
    address = "tcp://" + executor.removeprefix(DASK)
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        text = " ".join(str(error).split()) or type(error).__name__
        raise _refusal(f"no dask scheduler answers at {executor}: {text}") from None
    workers = sum(client.nthreads().values())
    if not workers:
        client.close()
        raise _refusal(f"the scheduler at {executor} has no workers; start some first")
    return _DaskPool(client, workers, (KilledWorker,))


def _mpi_pool() -> Pool:
    try:
        from mpi4py import MPI
        from mpi4py.futures import MPIPoolExecutor
    except (ImportError, RuntimeError) as error:
        raise _refusal(f"mpi needs mpi4py and an MPI library: {error}") from None
    if MPI.COMM_WORLD.Get_size() < 2:
        raise _refusal("mpi needs ranks; start with mpiexec -n 4 python -m mpi4py.futures -m simulation.cli sweep ...")
    return ClusterPool(MPIPoolExecutor(), MPI.COMM_WORLD.Get_size() - 1)
