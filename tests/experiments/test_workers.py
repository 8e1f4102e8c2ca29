"""X8 on the real baseline: workers, chunks and restarts leave no trace in the results."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulation import run
from simulation.experiments.engine import runner
from simulation.experiments.explanation.watcher import explain_run
from simulation.experiments.results import Results
from tests.experiments.killed import MARK, simulate_killed_once
from tests.experiments.stand_in import stand_in
from tests.shipped import SCENARIOS, shipped

REPLICATES = 5
CHANGES: dict[str, Any] = {"horizon": "2026Q2", "record.ties": "all", "record.events": True}
TABLES = ("series.parquet", "edges.parquet", "events.parquet", "forecast.csv", "ties.csv", "instruments.csv")

Read = Callable[[Results, str], dict[str, bytes]]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Bytes of every table of a result folder."""
    root = tmp_path_factory.mktemp("results")

    def read(results: Results, name: str) -> dict[str, bytes]:
        folder = results.save(root / name, charts=False)
        return {table: (folder / table).read_bytes() for table in TABLES}

    return read


@pytest.fixture(scope="module")
def alone(files: Read) -> dict[str, bytes]:
    """The tables of one process."""
    tables = files(_run(workers=1), "alone")
    assert len(tables["series.parquet"]) > 10_000
    return tables


def _run(**options: Any) -> Results:
    return run(shipped(changes=CHANGES), replicates=REPLICATES, **options)


def test_run_again(alone: dict[str, bytes], files: Read) -> None:
    assert files(_run(workers=1), "again") == alone


def test_four_workers_in_chunks_of_one(alone: dict[str, bytes], files: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_CHUNK", 1)
    assert files(_run(workers=4), "four") == alone


def test_two_workers_of_which_one_dies(
    alone: dict[str, bytes], files: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(MARK, str(tmp_path / "died"))
    with stand_in(simulate_killed_once, explain=explain_run):
        results = _run(workers=2)
    assert (tmp_path / "died").exists()
    assert results.failures == ()
    assert files(results, "two") == alone


def test_another_process(alone: dict[str, bytes], tmp_path: Path) -> None:
    """What the command line writes on another day: same bits."""
    folder = tmp_path / "out"
    command = [sys.executable, "-c", "from simulation.cli import main; main()", "run"]
    command += [str(SCENARIOS / "baseline.yaml"), f"--replicates={REPLICATES}", "--workers=1", f"--out={folder}",
                "--no-charts", "--no-contrasts"]  # fmt: skip
    for key, value in CHANGES.items():
        command += ["--set", f"{key}={str(value).lower() if value is True else value}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert (folder / "series.parquet").read_bytes() == alone["series.parquet"]
    assert (folder / "edges.parquet").read_bytes() == alone["edges.parquet"]
