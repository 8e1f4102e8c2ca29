"""The runner: same bits for any number of workers, and nothing that goes wrong is lost."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulation.errors import InputError, ModelError, RunError
from simulation.experiments.engine import executors
from simulation.experiments.engine.runner import run_points, run_replicates
from simulation.experiments.engine.tables import Outcome
from simulation.outcomes.metrics import metric, unregister
from tests.experiments import fakes
from tests.experiments.fakes import FakeScenario, simulate
from tests.experiments.killed import alive

ROOT = Path(__file__).parents[2]


def run(scenario: FakeScenario, replicates: int, workers: int, **options):
    return run_replicates(scenario, replicates, workers, simulate=simulate, **options)


def test_any_number_of_workers_gives_the_same_tables():
    scenario = FakeScenario()
    ensembles = [run(scenario, 11, workers) for workers in (1, 2, 4)]
    for name in ("series", "ties", "joins"):
        first, *others = (ensemble.table(name) for ensemble in ensembles)
        assert first.num_rows > 0
        assert all(first.equals(other) for other in others)
    assert ensembles[0].replicates == tuple(range(11))
    frame = ensembles[1].series
    assert list(frame.columns) == ["replicate", "quarter", "actor", "metric", "value"]
    assert frame["replicate"].is_monotonic_increasing
    assert frame["quarter"].astype(str).iloc[0] == "2025Q1"


def test_a_replicate_that_raises_is_a_row_and_the_others_are_kept():
    ensemble = run(FakeScenario(seed=7, raises=(2, 5)), 8, 2)
    assert ensemble.replicates == (0, 1, 3, 4, 6, 7)
    first = ensemble.failures[0]
    assert (first.replicate, first.seed, first.stage, first.type) == (2, 7, "run", "ZeroDivisionError")
    assert first.message == "no luck in replicate 2"
    assert [failure.replicate for failure in ensemble.failures] == [2, 5]
    assert ensemble.failures == run(FakeScenario(seed=7, raises=(2, 5)), 8, 1).failures


def test_raise_on_error_stops():
    with pytest.raises(RunError, match="replicate 1 of fake: ZeroDivisionError"):
        run(FakeScenario(raises=(1,)), 3, 1, on_error="raise")


def test_a_killed_worker_costs_nothing(tmp_path):
    scenario = FakeScenario(kills_once=str(tmp_path / "mark"), slow=0.01)
    ensemble = run(scenario, 12, 2)
    assert (tmp_path / "mark").exists()
    assert ensemble.failures == ()
    assert ensemble.table("series").equals(run(scenario, 12, 1).table("series"))


def test_a_replicate_that_kills_its_worker_each_time_is_isolated():
    ensemble = run(FakeScenario(kills=(6,)), 9, 2)
    assert ensemble.replicates == (0, 1, 2, 3, 4, 5, 7, 8)
    (failure,) = ensemble.failures
    assert (failure.replicate, failure.stage, failure.type) == (6, "worker", "WorkerDied")


@pytest.mark.parametrize(("leaves", "workers"), [("thread", 2), ("fork", 2), ("fork", 1)])
def test_what_a_hook_leaves_behind_does_not_hold_up_the_run(tmp_path, leaves, workers):
    """In a process of its own, so that one that hangs, or two that go on, are seen."""
    code = (
        "import sys; from tests.experiments.fakes import FakeScenario, simulate\n"
        "from simulation.experiments.engine.runner import run_replicates\n"
        "if __name__ == '__main__':\n"
        "    scenario = FakeScenario(replicates=6, leaves=sys.argv[1])\n"
        "    done = run_replicates(scenario, workers=int(sys.argv[2]), simulate=simulate)\n"
        "    print(done.replicates, done.failures, flush=True)"
    )
    (tmp_path / "script.py").write_text(code)
    command = [sys.executable, tmp_path / "script.py", leaves, str(workers)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.splitlines() == ["(0, 1, 2, 3, 4, 5) ()"], done.stderr


@pytest.mark.parametrize("workers", [1, 2])
def test_a_replicate_that_ignores_the_time_limit_is_a_row(workers):
    points = {"fake": FakeScenario(replicates=4, deaf=(1,))}
    found = run_points(points, {"fake": 4}, workers, simulate=simulate, limit=0.5)["fake"]
    assert found.replicates == (0, 2, 3)
    rows = [(row.replicate, row.stage, row.type, row.message) for row in found.failures]
    assert rows == [(1, "time", "TimeoutError", "took longer than 0.5 s")]


@pytest.mark.parametrize("limit", [0, -1, float("nan"), float("inf"), "5"])
def test_a_time_limit_that_cannot_be(limit):
    with pytest.raises(InputError, match=r"time limit: .* is not a positive number of seconds"):
        run_points({"fake": FakeScenario()}, {"fake": 1}, 1, simulate=simulate, limit=limit)


def test_workers_that_all_die_are_told_in_one_error():
    with pytest.raises(RunError, match="worker processes died before any finished"):
        run(FakeScenario(kills=tuple(range(40))), 40, 2)


def test_a_result_that_cannot_travel_is_a_row():
    ensemble = run_replicates(FakeScenario(), 4, 2, simulate=fakes.simulate_untransferable)
    assert ensemble.replicates == (0, 1, 3)
    assert ensemble.failures[0].stage == "transfer"


@pytest.mark.parametrize("workers", [1, 2])
def test_bad_input_is_not_a_row_a_replicate(workers):
    with pytest.raises(InputError, match="scenario fake is at fault"):
        run_replicates(FakeScenario(), 4, workers, simulate=fakes.simulate_badly)


@pytest.mark.parametrize(("replicates", "workers", "word"), [(0, 1, "replicates"), (3, 0, "workers")])
def test_numbers_that_cannot_be(replicates, workers, word):
    with pytest.raises(InputError, match=word):
        run(FakeScenario(), replicates, workers)


def test_several_scenarios_share_one_pool_and_progress_counts_all():
    points = {"low": FakeScenario(level=0.1), "high": FakeScenario(level=0.9)}
    seen: list[tuple[int, int]] = []
    found = run_points(points, {"low": 3, "high": 2}, 2, lambda *now: seen.append(now), simulate=simulate)
    assert found["low"].replicates == (0, 1, 2)
    assert found["high"].replicates == (0, 1)
    assert found["high"].series["value"].mean() > found["low"].series["value"].mean()
    assert seen[-1] == (5, 5)
    assert found["low"].table("series").equals(run(points["low"], 3, 1).table("series"))


class Enough(Exception):
    pass


def test_who_has_had_enough_waits_for_no_chunk():
    """All of them hang: nothing will ever come of it."""
    asked: list[int] = []

    def progress(done: int, total: int) -> None:
        asked.append(done)
        if len(asked) == 3:
            raise Enough

    with pytest.raises(Enough):
        run_points({"fake": FakeScenario(deaf=tuple(range(16)))}, {"fake": 16}, 2, progress, simulate=simulate)
    assert asked == [0, 0, 0]


@pytest.mark.skipif(not executors.forked(), reason="calls wait here where processes take long to start")
def test_who_has_had_enough_waits_for_no_call_beside():
    def told(done: int) -> None:
        raise Enough

    begin = time.monotonic()
    with pytest.raises(Enough), executors.beside([partial(time.sleep, 60)], 1) as slept:
        slept(told)
    assert time.monotonic() - begin < 30


def test_a_value_that_is_no_number_is_refused():
    frame = pd.DataFrame({"quarter": ["2025Q1"] * 2, "actor": "AAA", "metric": "volume"})
    with pytest.raises(ModelError, match="metric volume of AAA is nan in 2025Q1"):
        Outcome.from_frames(0, series=frame.assign(value=[0.5, np.nan]))


@pytest.mark.parametrize("function", [fakes.custom, lambda view: 1.0], ids=["of a module", "typed in"])
def test_a_users_metric_travels_to_the_workers(function):
    metric("mine", "1", (0, 1))(function)
    try:
        frame = run_replicates(FakeScenario(), 4, 2, simulate=fakes.simulate_metrics).series
    finally:
        unregister("mine")
    assert frame["metric"].tolist() == ["mine"] * 4
    assert str(os.getpid()) not in set(frame["actor"])


def test_a_metric_that_cannot_travel_keeps_the_run_at_home():
    lock = threading.Lock()
    metric("mine", "1", (0, 1))(lambda view: float(not lock.locked()))
    try:
        with pytest.warns(UserWarning, match="metric 'mine' cannot travel .*lock.* run in this one"):
            frame = run_replicates(FakeScenario(), 4, 2, simulate=fakes.simulate_metrics).series
    finally:
        unregister("mine")
    assert set(frame["actor"]) == {str(os.getpid())}


def _script(body: str) -> subprocess.Popen:
    code = (
        "from tests.experiments.fakes import FakeScenario, simulate\n"
        "from simulation.experiments.engine.runner import run_replicates\n"
        "import multiprocessing, sys, threading, time\n"
        "def tell():\n"
        "    while len(multiprocessing.active_children()) < 2:\n"
        "        time.sleep(0.05)\n"
        "    print(*(c.pid for c in multiprocessing.active_children()), flush=True)\n"
        "threading.Thread(target=tell, daemon=True).start()\n" + body
    )
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # a test run in the background ignores Ctrl-C, and its children would too
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_their_parent(how):
    parent = _script("run_replicates(FakeScenario(slow=30), 8, 2, simulate=simulate)")
    workers = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(workers) == 2
    if how == signal.SIGINT:  # as the terminal does: to the whole group
        os.killpg(parent.pid, how)
    else:
        os.kill(parent.pid, how)
    _, error = parent.communicate(timeout=30)
    deadline = time.monotonic() + 10
    while any(map(alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, workers))
    assert error.count("Traceback") == (1 if how == signal.SIGINT else 0), error


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="kills by process id")
@pytest.mark.parametrize("seed", range(12))
def test_workers_killed_at_random_moments_leave_no_trace(seed):
    scenario = FakeScenario(slow=0.05)
    expected = run(scenario, 40, 1).table("series")
    dice = random.Random(seed)
    stop = threading.Event()

    def kill_now_and_then():
        for _ in range(dice.randint(1, 3)):
            if stop.wait(dice.uniform(0.1, 3.0)):
                return
            children = multiprocessing.active_children()
            if children:
                os.kill(dice.choice(children).pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_now_and_then)
    killer.start()
    try:
        ensemble = run(scenario, 40, 3)
    finally:
        stop.set()
        killer.join()
    assert ensemble.failures == ()
    assert ensemble.table("series").equals(expected)
    assert multiprocessing.active_children() == []
