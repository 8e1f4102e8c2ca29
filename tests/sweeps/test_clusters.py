"""A sweep over a dask cluster and over MPI: real schedulers and workers in processes of their own."""

from __future__ import annotations

import contextlib
import importlib.util
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

import pytest

from simulation.errors import RunError
from simulation.sweeps.results import SweepResults
from tests.sweeps.test_sweeping import ROOT, SCRIPT, run, same, wait_for_chunks

HAS_DASK = importlib.util.find_spec("distributed") is not None
MPIEXEC = shutil.which("mpiexec") or shutil.which("mpiexec", path=str(Path(sys.executable).parent))
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


@pytest.mark.skipif(not HAS_DASK, reason="needs wifaq[cluster]")
def test_dask_with_a_worker_killed_on_the_way(tmp_path, undisturbed):
    out = tmp_path / "out"
    with cluster(tmp_path, 2) as (address, _, workers):

        def kill() -> None:
            wait_for_chunks(out, 3)
            workers[0].send_signal(signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        results = run(out, executor=address, chunk_size=2)
        killer.join()
        assert workers[0].wait(10) == -signal.SIGKILL
    assert same(results, undisturbed)


@pytest.mark.skipif(not HAS_DASK, reason="needs wifaq[cluster]")
def test_a_cluster_that_goes_away_leaves_a_sweep_that_goes_on(tmp_path, undisturbed):
    out = tmp_path / "out"
    with cluster(tmp_path, 1) as (address, scheduler, _):

        def kill() -> None:
            wait_for_chunks(out, 2)
            scheduler.kill()

        killer = threading.Thread(target=kill)
        killer.start()
        with pytest.raises(RunError, match="the cluster is gone"):
            run(out, executor=address, chunk_size=1)
        killer.join()
    assert same(run(out), undisturbed)


@pytest.mark.skipif(MPIEXEC is None or importlib.util.find_spec("mpi4py") is None, reason="needs MPI and mpi4py")
def test_mpi(tmp_path, undisturbed):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.replace("workers=2", 'executor="mpi"'))
    command = [str(MPIEXEC), "-n", "3", sys.executable, "-m", "mpi4py.futures", str(script), str(tmp_path / "out")]
    options = {"env": environment(), "cwd": ROOT, "capture_output": True, "text": True}
    done = subprocess.run(command, timeout=120, check=False, **options)
    assert done.returncode == 0, done.stderr
    assert same(SweepResults.open(tmp_path / "out"), undisturbed)
    assert len(list((tmp_path / "out").glob("chunk-*"))) == -(-30 // 2)


def test_a_worker_with_other_code_is_refused(tmp_path, monkeypatch):
    from simulation.experiments.worker import Task, run_task

    with pytest.raises(RunError, match="another version of the package"):
        run_task(Task(print, {}, [], code="0" * 64))
