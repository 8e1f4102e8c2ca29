"""Worker processes: forked from one that has loaded the model, yet as if each had started by itself."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from simulation.experiments.engine import executors
from simulation.experiments.engine.executors import LocalPool, beside, forked
from tests.experiments import fakes

ROOT = Path(__file__).parents[2]
on_linux = pytest.mark.skipif(not forked(), reason="workers are forked on Linux only")


def in_worker(function, *args):
    pool = LocalPool(1)
    try:
        return pool.call(function, *args).result()
    finally:
        pool.close(busy=False)


def test_workers_see_the_environment_as_it_now_is(monkeypatch):
    monkeypatch.setenv("TEST_NOW", "first")
    assert in_worker(os.getenv, "TEST_NOW") == "first"
    monkeypatch.setenv("TEST_NOW", "second")
    assert in_worker(os.getenv, "TEST_NOW") == "second"
    assert in_worker(os.getenv, "PYTHONSAFEPATH") == os.getenv("PYTHONSAFEPATH")
    assert in_worker(os.getenv, "OPENBLAS_NUM_THREADS") == "1"
    assert in_worker(os.getenv, "NUMBA_NUM_THREADS") == "1"  # rows of a large world are then its own work


@on_linux
def test_workers_come_from_a_process_that_has_loaded_the_model_and_has_one_thread():
    loaded, threads = in_worker(fakes.look_at_the_parent)
    assert loaded
    others = [name for name in threads if name != "jemalloc_bg_thd"]  # of pyarrow's allocator, which looks after forks
    assert len(others) == 1


def test_where_workers_cannot_be_forked_they_are_started_from_nothing(monkeypatch):
    monkeypatch.setattr(executors, "forked", lambda: False)
    assert in_worker(os.getppid) == os.getpid()


def test_where_each_would_compile_the_same_it_is_compiled_before_they_start(monkeypatch):
    asked = []
    monkeypatch.setattr(executors, "forked", lambda: False)
    monkeypatch.setattr(executors, "must_compile", lambda: True)
    monkeypatch.setattr(executors, "compile_ahead", asked.append)
    assert in_worker(os.getppid) == os.getpid()
    assert asked == [executors.usable_cores()]


def test_a_few_replicates_get_workers_where_kernels_are_to_be_compiled(monkeypatch):
    monkeypatch.setattr(executors, "usable_cores", lambda: 3)
    monkeypatch.setattr(executors, "_said_ready", set())
    monkeypatch.setattr(executors, "must_compile", lambda: True)
    assert executors.workers_for(3) == 3
    assert executors.workers_for(3, plain=False) == 3
    assert executors.workers_for(3, 1) == 1
    monkeypatch.setattr(executors, "must_compile", lambda: False)
    assert executors.workers_for(3) == 1


SCRIPT = """
import time
import simulation
from multiprocessing import forkserver
from simulation.experiments.engine.executors import LocalPool
if __name__ == "__main__":
    pool = LocalPool(1)
    print(simulation.__file__)
    print(pool.call(eval, "__import__('simulation').__file__").result())
    print(forkserver._forkserver._forkserver_pid, flush=True)
    pool.close(busy=False)
"""


DRAWING = """
from simulation.experiments.engine.executors import LocalPool, get_ready_to_draw, workers_for
from tests.experiments import fakes
if __name__ == "__main__":
    get_ready_to_draw()
    print(workers_for(3))
    pool = LocalPool(1)
    print(*pool.call(fakes.loaded, "simulation.model", "simulation.display.pictures").result())
    pool.close(busy=False)
"""


@on_linux
@pytest.mark.skipif(executors.usable_cores() < 2 or executors.must_compile(), reason="drawn and simulated here")
def test_who_only_draws_is_forked_from_a_process_without_the_model_and_replicates_stay_here(tmp_path):
    (tmp_path / "script.py").write_text(DRAWING)
    command = [sys.executable, str(tmp_path / "script.py")]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["1", "False", "True"]


@on_linux
def test_workers_have_the_package_of_their_parent_and_end_with_it(tmp_path):
    """Another package of that name lies where the command is given."""
    (tmp_path / "here" / "simulation").mkdir(parents=True)
    (tmp_path / "here" / "simulation" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "script.py")],
        cwd=tmp_path / "here",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    ours, theirs, forks = done.stdout.split()
    assert ours == theirs == str(ROOT / "simulation" / "__init__.py")
    deadline = time.monotonic() + 10
    while Path(f"/proc/{forks}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{forks}").exists()


INTERRUPTED = """
import gc, os, signal, threading, time
from simulation.experiments.engine import executors
executors._READY = "loads_slowly"
signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background ignore it
pool = executors.LocalPool(2)
threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT]).start()
begin = time.monotonic()
try:
    pool.call(pow, 2, 3)
except KeyboardInterrupt:
    print(time.monotonic() - begin < 4.5)
pool.close(busy=True)
del pool
gc.collect()
last = executors.LocalPool(1)
print(last.call(pow, 2, 3).result())
last.close(busy=False)
"""


@on_linux
def test_who_is_interrupted_before_workers_can_be_made_leaves_none_that_looks_for_what_is_gone(tmp_path):
    """A later pool waits its turn, so what the first had asked for has been begun by then."""
    (tmp_path / "loads_slowly.py").write_text("import time\ntime.sleep(5)")
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], env=environ, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout.split() == ["True", "8"]


def test_a_pool_closes_while_results_are_on_their_way():
    """A worker that ends in the middle of a result leaves half of it in the pipe, and nobody waits for the rest."""
    for _ in range(2):
        pool = LocalPool(2)
        sent = [pool.call(bytes, 20_000_000) for _ in range(100)]
        sent[1].result()
        closing = threading.Thread(target=pool.close, kwargs={"busy": True}, daemon=True)
        closing.start()
        closing.join(10)
        assert not closing.is_alive()
        assert not sent[-1].done() or sent[-1].cancelled() or sent[-1].exception()


@pytest.mark.parametrize("workers", [0, 2])
def test_calls_beside_give_their_results_in_order(workers):
    with beside([partial(divmod, 7, k) for k in (2, 3, 4)], workers) as results:
        assert results() == [(3, 1), (2, 1), (1, 3)]


@pytest.mark.parametrize("workers", [0, 1])
def test_what_a_call_beside_raises_is_raised(workers):
    with beside([partial(divmod, 7, 0)], workers) as results, pytest.raises(ZeroDivisionError):
        results()


@on_linux
def test_a_call_whose_process_dies_runs_here():
    with beside([partial(fakes.pid_unless_worker, os.getpid())], 1) as results:
        assert results() == [os.getpid()]
