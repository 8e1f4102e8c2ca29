"""The model itself, not one in miniature: the same bits over workers, chunks, dask, MPI, and after kills."""

from __future__ import annotations

import subprocess
import sys

import pytest

from simulation.experiments.sweep import sweep
from simulation.experiments.sweeps.results import SweepResults
from tests.experiments.sweeps.fakes import BASE, ROOT
from tests.experiments.sweeps.test_clusters import cluster, environment, start_ranks
from tests.experiments.sweeps.test_sweeping import same, wait_for_chunks, workers_of

GRID = {
    "base": BASE,
    "design": "grid",
    "factors": {"parameters.rivalry": [0.5, 2], "fragmentation": [0, 0.4]},
    "replicates": 5,
}
SETS = ("horizon=2025Q2",)
SCRIPT = """
import sys
from simulation.experiments.sweep import sweep
from tests.experiments.sweeps.test_real_model import GRID, SETS
if __name__ == "__main__":
    sweep(GRID, out=sys.argv[1], sets=SETS, executor=sys.argv[2], chunk_size=2, workers=2)
"""
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> SweepResults:
    return sweep(GRID, out=tmp_path_factory.mktemp("real") / "out", sets=SETS, workers=1, chunk_size=7)


@pytest.mark.parametrize(("workers", "size"), [(1, 50), (2, 1), (4, 7)])
def test_workers_and_chunks(tmp_path, undisturbed, workers, size):
    assert same(sweep(GRID, out=tmp_path / "out", sets=SETS, workers=workers, chunk_size=size), undisturbed)


def test_dask(tmp_path, undisturbed):
    with cluster(tmp_path, 2) as (address, _, _):
        assert same(sweep(GRID, out=tmp_path / "out", sets=SETS, executor=address, chunk_size=3), undisturbed)


def test_mpi(tmp_path, undisturbed):
    (tmp_path / "script.py").write_text(SCRIPT)
    job = start_ranks(tmp_path / "script.py", tmp_path / "out", "mpi")
    told, _ = job.communicate(timeout=300)
    assert job.returncode == 0, told
    assert same(SweepResults.open(tmp_path / "out"), undisturbed)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("victim", ["worker", "parent"])
def test_killed(tmp_path, undisturbed, victim):
    (tmp_path / "script.py").write_text(SCRIPT)
    command = [sys.executable, str(tmp_path / "script.py"), str(tmp_path / "out"), "local"]
    parent = subprocess.Popen(command, env=environment(), cwd=ROOT)
    wait_for_chunks(tmp_path / "out", 2)
    workers = workers_of(parent.pid)
    subprocess.run(["kill", "-9", str(workers[0] if victim == "worker" else parent.pid)], check=True)
    assert parent.wait(300) == (0 if victim == "worker" else -9)
    assert same(sweep(GRID, out=tmp_path / "out", sets=SETS, workers=1), undisturbed)
