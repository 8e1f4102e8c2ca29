"""A sweep over a dask cluster and over MPI: real schedulers and workers in processes of their own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from simulation.errors import RunError
from simulation.experiments.sweeps.results import SweepResults
from tests.experiments.sweeps.fakes import ROOT
from tests.experiments.sweeps.test_sweeping import SCRIPT, run, same, wait_for_chunks

HERE = str(Path(sys.executable).parent)
MPIEXEC = shutil.which("mpiexec", path=HERE) or "mpiexec"
"""That of the MPI library in this environment; nothing here is skipped where it is missing."""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> SweepResults:
    return run(tmp_path_factory.mktemp("sweep") / "out")


def environment(**told) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "WIFAQ_FAKE": json.dumps(told)}


@contextlib.contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, subprocess.Popen, list[subprocess.Popen]]]:
    """A scheduler on a free port and its workers; all are gone at the end."""
    file = folder / "scheduler.json"
    options = {"env": environment(slow=0.1), "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    module = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    command = [*module, "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    processes = [subprocess.Popen(command, **options)]
    try:
        deadline = time.monotonic() + 60
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        module = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-dashboard", "--no-nanny"]
        for _ in range(workers):
            processes.append(subprocess.Popen([*module, "--nthreads", "1"], **options))
        from distributed import Client

        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
        yield address.replace("tcp://", "dask://"), processes[0], processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


@contextlib.contextmanager
def killed(process: subprocess.Popen, out: Path, chunks: int) -> Iterator[None]:
    """Kill a process once a sweep has so many chunks."""

    def kill() -> None:
        wait_for_chunks(out, chunks)
        process.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    yield
    killer.join()
    assert process.wait(10) == -signal.SIGKILL


@pytest.mark.long
def test_dask_with_a_worker_killed_on_the_way_and_at_last_the_scheduler(tmp_path, undisturbed):
    """A worker's death costs nothing; a cluster that goes away leaves a sweep that goes on."""
    one, other = tmp_path / "one", tmp_path / "other"
    with cluster(tmp_path, 2) as (address, scheduler, workers):
        with killed(workers[0], one, 3):
            results = run(one, executor=address, chunk_size=2)
        with killed(scheduler, other, 2), pytest.raises(RunError, match="the workers are gone"):
            run(other, executor=address, chunk_size=1)
    assert same(results, undisturbed)
    assert same(run(other), undisturbed)


def start_ranks(script: Path, *arguments: object, **told) -> subprocess.Popen:
    """One rank that hands out the work and one that does it, in a process group of their own."""
    command = [MPIEXEC, "-n", "2", sys.executable, "-m", "mpi4py.futures", str(script), *map(str, arguments)]
    options = {"env": environment(**told), "cwd": ROOT, "text": True, "start_new_session": True}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


def ranks(job: subprocess.Popen) -> list[psutil.Process]:
    """The Python processes of an MPI job, by rank."""
    found = [p for p in psutil.Process(job.pid).children(recursive=True) if "mpi4py.futures" in p.cmdline()]
    return sorted(found, key=lambda p: int(p.environ()["PMI_RANK"]))


@pytest.mark.long
def test_mpi_with_a_rank_killed_on_the_way(tmp_path, undisturbed):
    """The library ends the job when a rank dies; the same command goes on from what is there."""
    out, script = tmp_path / "out", tmp_path / "script.py"
    script.write_text(SCRIPT.replace("workers=2", 'executor="mpi"'))
    job = start_ranks(script, out, slow=0.2)
    wait_for_chunks(out, 2)
    killed = ranks(job)
    assert len(killed) == 2
    killed[1].kill()
    told, _ = job.communicate(timeout=30)
    assert job.returncode != 0, told
    _, alive = psutil.wait_procs(killed, timeout=5)
    assert not alive
    kept = len(SweepResults.open(out).runs())
    assert 4 <= kept < 30
    job = start_ranks(script, out)
    told, _ = job.communicate(timeout=60)
    assert job.returncode == 0, told
    assert same(SweepResults.open(out), undisturbed)
    assert len(list(out.glob("chunk-*"))) == -(-30 // 2)


def test_a_worker_with_other_code_is_refused(tmp_path, monkeypatch):
    from simulation.experiments.engine.worker import Task, run_task

    with pytest.raises(RunError, match="another version of the package"):
        run_task(Task(print, {}, [], code="0" * 64))
