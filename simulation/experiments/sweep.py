"""Run a sweep: a folder that can be left at any moment and taken up again, to the same bits."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulation.errors import InputError, RunError, warn_of
from simulation.experiments.ask import model, simulator
from simulation.experiments.engine import store
from simulation.experiments.engine.dispatch import Dispatch
from simulation.experiments.engine.executors import Pool, open_pool
from simulation.experiments.engine.runner import Progress, check_cast, end_if_inherited
from simulation.experiments.engine.transport import EVERY_POINT, goods_for, pack
from simulation.experiments.engine.worker import Failure, Job, Simulate, Task, check_means, run_task
from simulation.experiments.results import RESULTS
from simulation.experiments.sweeps import ledger
from simulation.experiments.sweeps.design import Cached, is_number, point_id
from simulation.experiments.sweeps.load import load_sweep
from simulation.experiments.sweeps.manifest import FILE, manifest, same_sweep
from simulation.experiments.sweeps.plan import MAX_RUNS, Plan, make_plan
from simulation.experiments.sweeps.prior import draws
from simulation.experiments.sweeps.results import DRAWS, POINTS, SweepResults
from simulation.experiments.sweeps.schema import label
from simulation.scenario.dump import scenario_to_yaml

if TYPE_CHECKING:
    from simulation.actors.cast import Cast

CHUNK_MAX = 25  # runs a chunk: what the death of a worker can cost
_CHUNKS_A_WORKER = 8  # at least, so that nobody waits long for the last one


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a sweep; the message says what is kept."""


def sweep(
    source: str | os.PathLike[str] | Mapping[str, Any] | Plan,
    *,
    out: Path | str | None = None,
    workers: int | None = None,
    executor: str | Executor = "local",
    sets: Sequence[str] = (),
    focal: str | None = None,
    replicates: int | None = None,
    samples: int | None = None,
    seed: int | None = None,
    max_runs: int = MAX_RUNS,
    chunk_size: int | None = None,
    time_limit: float | None = None,
    progress: Progress | None = None,
    actors: Cast | None = None,
) -> SweepResults:
    """Run what is missing of a sweep.

    Parameters
    ----------
    source
        A sweep file, a mapping with its keys, or a plan made from either.
    out
        The folder; by default ``results/<sweep>/<id>``. A folder with the same sweep is gone on with.
    workers, executor
        Processes of this machine, or ``dask://HOST:PORT``, or ``mpi``, or any executor of
        ``concurrent.futures``, which is left open. The results do not depend on it.
    sets, focal, replicates, samples, seed
        Changes, as in :func:`simulation.experiments.sweeps.load.load_sweep`.
    max_runs
        More runs are refused.
    chunk_size
        Runs a file; the results do not depend on it.
    time_limit
        Seconds a run may take; without one, for ever. The first run of a machine compiles too.
    progress
        Called with the number of runs done and planned.
    actors
        Replacement classes by actor id or by kind, in every run.

    Raises
    ------
    InputError
        For faults of the sweep, a folder with another sweep, or one in which a sweep is running.
    RunError
        If results cannot be kept or no worker lives; what was finished stays.
    Interrupted
        On Ctrl-C; what was finished stays.
    """
    end_if_inherited()
    check_means(workers, time_limit)
    if time_limit is not None and isinstance(executor, ThreadPoolExecutor):
        raise InputError("time limit: a thread cannot be ended; give an executor of processes")
    if chunk_size is not None and chunk_size < 1:
        raise InputError(f"chunk size: {chunk_size} is less than 1")
    if isinstance(source, Plan):
        plan = source
    else:
        asked = load_sweep(source, sets=sets, focal=focal, replicates=replicates, samples=samples, seed=seed)
        plan = make_plan(asked, max_runs)
    content = manifest(plan, actors)
    folder = store.folder_of(out) if out is not None else RESULTS / plan.sweep.name / content["sweep"]
    pool = open_pool(executor, workers)  # before anything compiles: there may be no such executor
    try:
        if not same_sweep(folder, content):
            _check_new(folder, content["sweep"])
            model().describe(plan.points[point_id(0)])
            check_cast(plan.points[point_id(0)], actors or {})
        _make(folder)
        with ledger.locked(folder):
            _write_head(folder, plan, content, new=not same_sweep(folder, content))  # nobody else can change it now
            chance = simulator(content["parameters"])
            work = _Work(folder, plan, content["sweep"], chance, time_limit, progress, actors)
            work.run(pool, chunk_size)
            results = SweepResults.open(folder)
            _check_complete(results)
            _write_tables(results)
    finally:
        pool.close(busy=True)
    warn_of(results.failures, "results.failures")
    return results


def _check_complete(results: SweepResults) -> None:
    """A worker of an earlier session, on a cluster that nobody told of its end, may have written over a chunk."""
    if not results.complete:
        lost = results.planned - len(results.runs())
        raise RunError(f"{lost} runs are gone from {results.folder} again; give the same command to run them anew")


def _write_tables(results: SweepResults) -> None:
    try:
        results.write_tables()
    except OSError as error:
        text = f"the tables of the sweep were not written: {ledger.reason_of(error)} ({results.folder})"
        raise RunError(text) from error


class _Work:
    """One session of work on a sweep's folder."""

    def __init__(
        self,
        folder: Path,
        plan: Plan,
        name: str,
        simulate: Simulate,
        limit: float | None,
        progress: Progress | None,
        actors: Cast | None,
    ):
        self.folder, self.plan, self.name = folder.absolute(), plan, name
        self.simulate, self.limit, self.progress = simulate, limit, progress
        self.done, self.damaged = ledger.take_stock(folder, name, plan.runs)
        self.finished = int(self.done.sum())
        self.code, self.cast = "", actors or {}

    def run(self, pool: Pool, chunk_size: int | None) -> None:
        """Every run that is not in a good chunk."""
        self.goods = goods_for({EVERY_POINT: self.cast})
        cargo = pack(self.goods)
        self.cargo = cargo or self.goods
        self.wait()
        size = chunk_size or self._size(pool.workers)
        try:
            if cargo is None:
                for jobs in self._chunks(size):
                    self.add(jobs, run_task(self.task(jobs)))
            else:
                self.code = store.code_hash() if pool.elsewhere else ""
                Dispatch(pool, self._chunks(size), self.task, self, self.seed).run()
        except KeyboardInterrupt:
            text = f"interrupted; {self.finished} of {self.plan.runs} runs are kept in {self.folder}"
            raise Interrupted(f"{text}, and the same command goes on from there") from None

    def _size(self, workers: int) -> int:
        missing = self.plan.runs - self.finished
        return max(1, min(CHUNK_MAX, math.ceil(missing / (workers * _CHUNKS_A_WORKER))))

    def _chunks(self, size: int) -> Iterator[list[Job]]:
        """Missing runs in stretches of at most a size; none reaches over what is there."""
        for start, stop in _gaps(self.done.copy()):
            for first in range(start, stop, size):
                yield [self.plan.job(run) for run in range(first, min(first + size, stop))]

    def task(self, jobs: list[Job]) -> Task:
        points = self.plan.points.only(list(dict.fromkeys(job.point for job in jobs)))
        seeds = {point: points.seed_of(int(point[1:])) for point in points}
        sink = ledger.ChunkSink(str(self.folder), self.name, self.plan.sweep.replicates, seeds)
        return Task(self.simulate, Cached(points), jobs, self.cargo, sink, self.limit, self.code)

    def seed(self, job: Job) -> int:
        return self.plan.points.seed_of(int(job.point[1:]))

    # --- Collector

    def add(self, jobs: Sequence[Job], results: Sequence[Any]) -> None:
        """A worker has written a chunk: does this machine see it?"""
        first = self._number(jobs[0])
        if not (self.folder / ledger.chunk_name(first)).exists():
            raise RunError(f"a worker wrote a chunk that is not in {self.folder}; all machines must share that folder")
        self.finished += len(jobs)
        self.wait()

    def fail(self, failure: Failure) -> None:
        """A run that no worker could finish is a chunk of its own."""
        job = Job(failure.point, failure.replicate)
        sink = self.task([job]).sink
        assert sink is not None
        sink.keep([job], [failure])
        self.add([job], [None])

    def _number(self, job: Job) -> int:
        return int(job.point[1:]) * self.plan.sweep.replicates + job.replicate

    def wait(self) -> None:
        """Say how far it is."""
        if self.progress is not None:
            self.progress(self.finished, self.plan.runs)


def _gaps(done: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Stretches ``start, stop`` of what is not done."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], done, [True])).astype(np.int8)))
    yield from ((int(a), int(b)) for a, b in edges.reshape(-1, 2))


# --- the folder


def _check_new(folder: Path, sweep: str) -> None:
    """A folder for a new sweep: none yet, one in which a sweep died before it began, or its own without a manifest."""
    ours = (ledger.LOCK, POINTS, DRAWS, FILE, "scenarios")
    begun = folder.is_dir() and all(path.name in ours or path.suffix == store.PARTIAL for path in folder.iterdir())
    if begun or ledger.belongs(folder, sweep):
        store.check_writable(folder)
    else:
        store.check_target(folder)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"result folder: {folder}: cannot be made: {error.strerror}") from None


def _write_head(folder: Path, plan: Plan, content: Mapping[str, Any], *, new: bool) -> None:
    """The design, the scenarios, and last the manifest, which makes the folder a sweep's.

    In a folder that is one already, what the disk has lost of the design is written anew.
    """
    sweep = plan.sweep
    tables = {POINTS: points_table(plan)}
    if sweep.drawn:
        tables[DRAWS] = _draws_table(plan)
    try:
        for name, table in tables.items():
            if new or not _holds(folder / name, table):
                with store.atomic_file(folder / name) as partial:
                    store.write_table(table, partial)
        if new:
            (folder / "scenarios").mkdir(exist_ok=True)
            for base in sweep.bases:
                with store.atomic_file(folder / "scenarios" / f"{base.name}.yaml") as partial:
                    partial.write_text(scenario_to_yaml(base), encoding="utf-8", newline="\n")
            with store.atomic_file(folder / FILE) as partial:
                store.write_json(content, partial)
    except OSError as error:
        raise RunError(f"the folder of the sweep cannot be written: {ledger.reason_of(error)} ({folder})") from error


def _draws_table(plan: Plan) -> pa.Table:
    seeds = dict.fromkeys(map(plan.points.seed_of, range(len(plan.points))))
    return pa.Table.from_pandas(draws(seeds, plan.sweep.replicates, plan.drawn), preserve_index=False)


def _holds(path: Path, table: pa.Table) -> bool:
    try:
        return bool(store.read_parquet(path).equals(table))
    except (OSError, ValueError, pa.ArrowException):
        return False


def points_table(plan: Plan) -> pa.Table:
    """One row a design point.

    Returns
    -------
    Table
        ``point, scenario, title, focal, as_of, horizon, seed``; a column a factor (numbers, or words);
        ``parameter.NAME`` with the effective value of each parameter that differs between
        points, missing where replicates draw it; ``share.FACTOR`` with the place in the unit cube,
        where the design has one.
    """
    points = plan.points
    rows = [points.rows[place] for place in range(len(points))]
    bases = points.bases
    columns: dict[str, Any] = {
        "point": list(points),
        "scenario": [name for name, _ in rows],
        "title": [bases[name].title for name, _ in rows],
        "as_of": [str(bases[name].as_of) for name, _ in rows],
        "focal": [bases[name].focal for name, _ in rows],
        "horizon": [str(bases[name].horizon) for name, _ in rows],
        "seed": [points.seed_of(place) for place in range(len(rows))],
    }
    for place, (key, factor) in enumerate(plan.sweep.factors.items()):
        values = [row[place] for _, row in rows]
        number = is_number(factor)
        columns[key] = [float(value) if number else label(value, exact=True) for value in values]
    columns |= {f"parameter.{name}": values for name, values in plan.effective.items()}
    if plan.cube is not None:
        cube = np.tile(plan.cube, (len(bases), 1))
        columns |= {f"share.{key}": cube[:, place] for place, key in enumerate(plan.sweep.factors)}
    return pa.table(columns)

