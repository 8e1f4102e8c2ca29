"""``wifaq sweep`` and what is new in ``wifaq compare``: exit statuses, messages, what is printed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from simulation.cli.commands import app
from simulation.experiments import ask, prior
from simulation.experiments.analysis.summary import BAND_LABEL, PRIOR_LABEL
from simulation.experiments.compare import compare
from simulation.experiments.engine.executors import GivenPool, Pool, open_pool
from simulation.report.sweep import digits_of
from simulation.scenario.load import load_scenario
from tests.experiments.sweeps import fakes
from tests.experiments.sweeps.fakes import BASE, ROOT
from tests.experiments.sweeps.test_sweeping import wait_for_chunks

TEXT = f"""title: Rivalry and budget
question: Does the budget do anything?
base: {BASE}
design: grid
replicates: 2
factors:
  parameters.rivalry: [0.5, 1]
  strategy.budget: [1, 2]
"""


def in_this_process(executor: str, workers: int | None = None) -> Pool:
    """What ``--workers 1`` gets here, for the sake of speed."""
    return GivenPool(fakes.HERE, 1) if (executor, workers) == ("local", 1) else open_pool(executor, workers)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    Path("grid.yaml").write_text(TEXT)
    monkeypatch.setattr(ask, "_model", ask.Model(fakes.simulate, fakes.check))
    monkeypatch.setattr("simulation.experiments.sweep.open_pool", in_this_process)


def wifaq(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize(("error", "digits"), [(0.05, 3), (1.0, 2), (12.0, 1), (float("nan"), 1)])
def test_means_of_a_sweep_have_the_decimals_that_their_errors_bear(error, digits):
    assert digits_of(pd.DataFrame({"mean": [8.3, 11.2], "standard_error": [error, error / 2]})) == digits


def test_a_sweep_prints_its_points_and_goes_on_by_itself():
    result = wifaq("sweep", "grid.yaml", "--workers", "1")
    assert result.exit_code == 0, result.output
    assert "4 design points, 2 replicates each; 8 runs done" in result.stdout
    assert "kept commitments of the focal state in 2035Q4" in result.stdout
    assert "Dead factor: strategy.budget" in result.stdout
    told = " ".join(result.stdout.split())
    assert told.index("held fixed: what is not free; rivalry (factor).") < told.index("kept commitments of")
    folder = Path(result.stdout.split("Results: ")[1].strip())
    assert folder.parent == Path("results/grid")
    next(iter(folder.glob("chunk-*"))).unlink()
    again = wifaq("sweep", "grid.yaml", "--workers", "1", "--quiet")
    assert again.stdout.strip() == str(folder)


def test_one_replicate_has_no_error_and_shows_none():
    result = wifaq("sweep", "grid.yaml", "--workers", "1", "--replicates", "1")
    assert result.exit_code == 0, result.output
    assert "4 runs done" in result.stdout
    assert "nan" not in result.stdout


def test_a_dry_run_writes_nothing():
    result = wifaq("sweep", "grid.yaml", "--dry-run", "--workers", "2")
    assert result.exit_code == 0, result.output
    assert "design: grid, seed 2025, common random numbers" in result.stdout
    assert "runs: 4 design points x 2 replicates = 8" in result.stdout
    assert "held fixed: what is not free; rivalry (factor)" in result.stdout
    assert "with 2 workers" in result.stdout
    assert "disk: about 0.0 MB" in result.stdout
    assert sorted(os.listdir()) == ["grid.yaml"]


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--max-runs", "7"], "grid.yaml:1:1: the sweep has 8 runs, more than 7"),
        (["--executor", "spark"], "--executor: 'spark' is not one of local, dask://HOST:PORT, mpi"),
        (["--executor", "mpi"], "--executor: mpi needs"),
        (["--time-limit", "0"], "time limit: 0 is not a positive number"),
        (["--chunk-size", "0"], "chunk size: 0 is less than 1"),
        (["--workers", "0"], "workers: 0 is less than 1"),
        (["--set", "strategy.budgt=2"], "--set: strategy.budgt: unknown key; did you mean 'budget'?"),
        (["--out", "grid.yaml"], "result folder: grid.yaml: is not a folder"),
    ],
)
def test_bad_options_are_one_line_and_nothing_is_written(arguments, told):
    result = wifaq("sweep", "grid.yaml", *arguments)
    assert result.exit_code == 2, result.output
    assert told in result.stderr
    assert "Traceback" not in result.output
    assert sorted(os.listdir()) == ["grid.yaml"]


def test_a_port_where_no_scheduler_listens(monkeypatch):
    monkeypatch.setattr("simulation.experiments.engine.executors.CONNECT_SECONDS", 1.0)
    result = wifaq("sweep", "grid.yaml", "--executor", f"dask://127.0.0.1:{unused_port()}")
    assert result.exit_code == 2
    assert "no dask scheduler answers at dask://127.0.0.1" in result.stderr
    assert sorted(os.listdir()) == ["grid.yaml"]


def test_failed_runs_are_lines_and_exit_status_1(monkeypatch):
    monkeypatch.setenv("WIFAQ_FAKE", json.dumps({"raises": [[1, 1]]}))
    result = wifaq("sweep", "grid.yaml", "--workers", "1")
    assert result.exit_code == 1
    assert "failed: p000002, replicate 1 (seed 2025), run: ZeroDivisionError: no luck" in result.stderr


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
@pytest.mark.parametrize(("number", "status"), [pytest.param("SIGINT", 130, marks=pytest.mark.slow), ("SIGTERM", 143)])
def test_a_signal_to_end_is_an_exit_status_and_one_line(number, status):
    code = (
        "from simulation.cli import main\nfrom simulation.experiments import ask\n"
        "from tests.experiments.sweeps import fakes\n"
        "ask._model = ask.Model(fakes.simulate, fakes.check)\n"
        "if __name__ == '__main__': main()"
    )
    Path("cli.py").write_text(code)
    env = {**os.environ, "PYTHONPATH": str(ROOT), "WIFAQ_FAKE": json.dumps({"slow": 0.5})}
    command = [sys.executable, "cli.py", "sweep", "grid.yaml", "--workers", "1", "--chunk-size", "1", "--out", "out"]
    process = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True, start_new_session=True)
    wait_for_chunks(Path("out"), 2)
    os.killpg(process.pid, getattr(signal, number))
    _, error = process.communicate(timeout=10)
    assert process.returncode == status
    assert "of 8 runs are kept in" in error
    assert "the same command goes on from there" in error
    assert len(error.strip().splitlines()) == 1
    assert wifaq("sweep", "grid.yaml", "--workers", "1", "--out", "out").exit_code == 0


# --- compare


def test_compare_at_asked_quarters_says_how_many_more_replicates():
    other = str(ROOT / "scenarios" / "rivalry_absent.yaml")
    options = ["--replicates", "4", "--workers", "1", "--precision", "0.001"]
    result = wifaq("compare", BASE, other, *options, "--quarter", "2030Q4")
    assert result.exit_code == 0, result.output
    assert "more for ±0.001" in result.stdout
    assert "2030Q4" in result.stdout
    assert "2035Q4" not in result.stdout
    bad = wifaq("compare", BASE, other, "--quarter", "2050Q1", "--quarter", "soon")
    assert bad.exit_code == 2
    assert "--quarter: 2050Q1 is outside the run of baseline, 2025Q1 to 2035Q4" in bad.stderr
    assert "'soon' is not a quarter" in bad.stderr


def test_compare_under_the_prior_shares_each_draw_and_says_so():
    arms = [load_scenario(BASE, replicates=6, fragmentation=value) for value in (0, 0.5)]
    arms[1] = arms[1].model_copy(update={"name": "apart"})
    found = compare(arms, workers=1, metrics=["commitments_kept"], parameters="prior")
    assert found.bands == PRIOR_LABEL
    row = found.contrasts.iloc[-1]
    assert row["difference"] == pytest.approx(-0.1)
    assert row["standard_error"] == pytest.approx(0, abs=1e-12)  # the draws of rivalry cancel within pairs
    plain = compare(arms, workers=1, metrics=["commitments_kept"], parameters="defaults")
    assert plain.bands == BAND_LABEL
    assert row["mean_b"] != plain.contrasts.iloc[-1]["mean_b"]
    bad = wifaq("compare", BASE, BASE, "--parameters", "posterior")
    assert bad.exit_code == 2
    assert "--parameters: 'posterior' is neither prior nor defaults" in bad.stderr


def test_a_parameter_that_the_scenarios_contrast_is_not_drawn():
    arms = [load_scenario(BASE, replicates=5, parameters={"rivalry": value}) for value in (1, 2)]
    found = compare(arms, workers=1, metrics=["commitments_kept"], parameters="prior")
    assert found.contrasts.iloc[-1]["difference"] == pytest.approx(0.1)
    assert found.contrasts.iloc[-1]["mean_b"] == pytest.approx(0.1, abs=0.06)
    drawn = [prior.draw(1, replicate)["rivalry"] for replicate in range(50)]
    assert len(set(drawn)) > 30
