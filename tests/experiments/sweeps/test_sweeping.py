"""A sweep ends with the results of an undisturbed run, whatever happens to it on the way."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import forkserver
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from simulation.errors import InputError, RunError
from simulation.experiments.sweeps import ledger
from simulation.experiments.sweeps.results import SweepResults
from tests.experiments.killed import alive
from tests.experiments.sweeps import fakes
from tests.experiments.sweeps.fakes import GRID, ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")


def run(out: Path, source=GRID, **options) -> SweepResults:
    return fakes.swept(source, out=out, **options)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory) -> SweepResults:
    return run(tmp_path_factory.mktemp("sweep") / "out", chunk_size=7)


@pytest.fixture
def misbehave(monkeypatch):
    def tell(**how):
        monkeypatch.setenv("WIFAQ_FAKE", json.dumps(how))

    tell()
    return tell


def copy(undisturbed: SweepResults, tmp_path: Path) -> Path:
    return Path(shutil.copytree(undisturbed.folder, tmp_path / "out"))


def same(a: SweepResults, b: SweepResults) -> bool:
    """All tables, categories and their order too."""
    one, two = a.series(), b.series()
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    pd.testing.assert_frame_equal(a.runs(), b.runs())
    pd.testing.assert_frame_equal(a.points(), b.points(), check_exact=True)
    return len(one) > 0


@pytest.mark.parametrize(("workers", "size"), [(1, 1), (2, 50), (4, 7)])
def test_workers_and_chunk_sizes_leave_no_trace(tmp_path, undisturbed, workers, size):
    results = run(tmp_path / "out", workers=workers, chunk_size=size)
    assert same(results, undisturbed)
    assert results.complete
    assert len(list((tmp_path / "out").glob("chunk-*.parquet"))) == -(-30 // size)


def test_a_run_that_raises_is_a_row(tmp_path, misbehave):
    misbehave(raises=[[1, 3]])
    results = run(tmp_path / "out")
    rows = [(row["point"], row["replicate"], row["stage"], row["type"], row["seed"]) for row in results.failures]
    assert rows == [(p, 3, "run", "ZeroDivisionError", 2025) for p in ("p000002", "p000003")]
    assert len(results.series("commitments_kept", "2035Q4")) == 28
    misbehave()
    assert run(tmp_path / "out").failures == results.failures  # the model's fault: not tried again


def test_a_killed_worker_costs_nothing(tmp_path, undisturbed, misbehave):
    misbehave(kills_once=[[2, 1]], mark=str(tmp_path / "mark"))
    results = run(tmp_path / "out", workers=2, chunk_size=4)
    assert (tmp_path / "mark").exists()
    assert same(results, undisturbed)


def test_a_run_that_kills_its_worker_is_isolated_told_and_tried_again_next_time(tmp_path, undisturbed, misbehave):
    folder = copy(undisturbed, tmp_path)
    (folder / ledger.chunk_name(21)).unlink()
    misbehave(kills=[[2, 4]])
    results = run(folder, workers=1, chunk_size=5)
    rows = [(row["run"], row["point"], row["replicate"], row["stage"], row["type"]) for row in results.failures]
    assert rows == [(24, "p000004", 4, "worker", "WorkerDied")]
    assert results.complete
    misbehave()
    assert same(run(folder), undisturbed)


def test_a_run_over_its_time_is_a_row(tmp_path, undisturbed, misbehave):
    misbehave(hangs=[[0.5, 2]])
    results = run(tmp_path / "out", workers=1, time_limit=0.5)
    rows = [(row["point"], row["stage"], row["type"], row["message"]) for row in results.failures]
    assert rows == [(p, "time", "TimeoutError", "took longer than 0.5 s") for p in ("p000000", "p000001")]
    misbehave()
    assert same(run(tmp_path / "out"), undisturbed)


@pytest.mark.long
def test_a_run_that_ignores_its_time_is_tried_once_more_and_told(tmp_path, undisturbed, misbehave):
    misbehave(deaf=[[1, 2]], mark=str(tmp_path / "mark"))
    before = set(Path(tempfile.gettempdir()).glob("wifaq-*"))
    results = run(tmp_path / "out", workers=1, time_limit=0.5, chunk_size=5)
    rows = [(row["point"], row["replicate"], row["stage"], row["type"], row["message"]) for row in results.failures]
    assert rows == [(p, 2, "time", "TimeoutError", "took longer than 0.5 s") for p in ("p000002", "p000003")]
    assert (tmp_path / "mark").read_text() == 2 * 2 * "x"
    assert set(Path(tempfile.gettempdir()).glob("wifaq-*")) <= before
    misbehave()
    assert same(run(tmp_path / "out"), undisturbed)


def damage(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "garbage":
        path.write_bytes(random.Random(1).randbytes(len(content)))
    elif how == "flipped":
        place = 200  # in the middle of the values
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :])
    elif how == "another":
        path.write_bytes((path.parent / ledger.chunk_name(7)).read_bytes())
    else:  # as another program writes it
        table = pq.read_table(path)
        table = table.append_column("more", table["value"]) if how == "more" else table.drop_columns([how])
        pq.write_table(table, path)


@pytest.mark.parametrize("how", ["truncated", "empty", "garbage", "flipped", "another"])
def test_a_damaged_chunk_is_found_and_redone(tmp_path, undisturbed, how):
    copy(undisturbed, tmp_path)
    damage(tmp_path / "out" / ledger.chunk_name(14), how)
    assert same(run(tmp_path / "out", chunk_size=3), undisturbed)


@pytest.mark.parametrize("how", ["more", "value", "point"])
def test_a_chunk_with_other_columns_is_none(tmp_path, undisturbed, how):
    folder = copy(undisturbed, tmp_path)
    damage(folder / ledger.chunk_name(14), how)
    opened = SweepResults.open(folder)
    assert 0 < len(opened.runs()) < len(undisturbed.runs())
    assert set(opened.table("volume")["point"]) < set(undisturbed.table("volume")["point"])
    assert same(run(folder), undisturbed)


@pytest.mark.parametrize("place", range(20, 4000, 173))
def test_one_wrong_byte_anywhere_is_found_or_harmless(tmp_path, undisturbed, place):
    source = undisturbed.folder / ledger.chunk_name(7)
    path = tmp_path / source.name
    content = bytearray(source.read_bytes())
    content[place % len(content)] ^= 0xFF
    path.write_bytes(content)
    sweep_id = undisturbed.info["sweep"]
    with contextlib.suppress(ledger.Damaged):
        runs = ledger.runs_of(path, sweep_id)
        ledger.checked_table(path)
        assert runs == ledger.runs_of(source, sweep_id)


@pytest.mark.parametrize("how", ["folder", "full folder", "pipe", "device"])
def test_what_is_no_file_in_the_place_of_a_chunk_is_a_damaged_chunk(tmp_path, undisturbed, how):
    folder = copy(undisturbed, tmp_path)
    path = folder / ledger.chunk_name(14)
    path.unlink()
    if how == "pipe":
        os.mkfifo(path)
    elif how == "device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
        if how == "full folder":
            (path / "notes.txt").write_text("somebody's")
    assert len(SweepResults.open(folder).runs()) == 23
    assert same(run(folder), undisturbed)
    assert [note.read_text() for note in folder.glob("*/notes.txt")] == ["somebody's"] * (how == "full folder")


def test_a_pipe_in_the_place_of_the_design_is_replaced(tmp_path, undisturbed):
    folder = copy(undisturbed, tmp_path)
    (folder / "points.parquet").unlink()
    os.mkfifo(folder / "points.parquet")
    assert same(run(folder), undisturbed)


def edited(content: dict, how: str) -> str | None:
    if how == "gone":
        return None
    return "{" if how == "cut" else json.dumps({**content, **json.loads(how)})


@pytest.mark.parametrize("how", ["gone", "cut", '{"sweep": "0123456789ab"}', '{"seed": 1}', '{"order": ["x"]}'])
def test_good_chunks_are_not_stranded_by_their_manifest(tmp_path, undisturbed, how):
    folder = copy(undisturbed, tmp_path)
    manifest = folder / "sweep.json"
    before, chunks = manifest.read_text(), {p: p.stat().st_mtime_ns for p in folder.glob("chunk-*")}
    manifest.unlink()
    if (text := edited(json.loads(before), how)) is not None:
        manifest.write_text(text)
    assert same(run(folder), undisturbed)
    assert manifest.read_text() == before
    assert chunks == {p: p.stat().st_mtime_ns for p in folder.glob("chunk-*")}


def test_chunks_of_two_sweeps_in_one_folder_belong_to_neither(tmp_path, undisturbed):
    folder = copy(undisturbed, tmp_path)
    other = run(tmp_path / "other", {**GRID, "seed": 1}, chunk_size=7)
    shutil.copy(other.folder / ledger.chunk_name(7), folder)
    (folder / "sweep.json").unlink()
    with pytest.raises(InputError, match="exists and is not empty"):
        run(folder)
    assert len(list(folder.glob("chunk-*"))) == 5


@pytest.mark.parametrize("change", [{"order": ["x"]}, {"order": [["x"]]}, {"order": ["x"], "factors": {"x": {}}}])
def test_a_manifest_whose_factors_are_others_is_told_in_one_line(tmp_path, undisturbed, change):
    folder = copy(undisturbed, tmp_path)
    manifest = folder / "sweep.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), **change}))
    with pytest.raises(InputError) as caught:
        SweepResults.open(folder).summary()
    assert len(str(caught.value).splitlines()) == 1


def test_chunks_of_another_size_fill_the_gaps(tmp_path, undisturbed):
    copy(undisturbed, tmp_path)
    for first in (0, 21):
        (tmp_path / "out" / ledger.chunk_name(first)).unlink()
    (tmp_path / "out" / ".chunk-000000.parquet.abc.partial").write_text("left by a killed worker")
    (tmp_path / "out" / ".trial.abc.partial" / "deep").mkdir(parents=True)
    partly = SweepResults.open(tmp_path / "out")
    assert not partly.complete
    assert len(partly.runs()) == 16
    assert same(run(tmp_path / "out", chunk_size=50), undisturbed)
    assert not list((tmp_path / "out").glob("*.partial"))


def test_a_finished_sweep_starts_no_worker(tmp_path, undisturbed):
    before = {path.name: path.stat().st_mtime_ns for path in undisturbed.folder.glob("chunk-*")}
    begin = time.monotonic()
    run(undisturbed.folder)
    assert time.monotonic() - begin < 5
    assert before == {path.name: path.stat().st_mtime_ns for path in undisturbed.folder.glob("chunk-*")}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"replicates": 6}, "replicates was 5, now 6"),
        ({"seed": 1}, "seed was 2025, now 1"),
        ({"factors": {**GRID["factors"], "parameters.rivalry": [0.5, 1, 3]}}, r"rivalry.categories was \[0.5, 1, 2\]"),
        ({"base": str(ROOT / "scenarios" / "lock_in_eu.yaml")}, "scenarios lock_in_eu changed"),
    ],
)
def test_a_changed_sweep_is_refused_with_what_changed(undisturbed, change, told):
    with pytest.raises(InputError, match="has changed since, so it cannot go on") as caught:
        run(undisturbed.folder, {**GRID, **change})
    assert re.search(told, str(caught.value))


def test_changed_code_is_refused_but_a_title_is_not(tmp_path, undisturbed, monkeypatch):
    assert run(undisturbed.folder, {**GRID, "title": "Another"}).complete
    monkeypatch.setattr("simulation.experiments.engine.store.code_hash", lambda: "0" * 64)
    with pytest.raises(InputError, match="code changed"):
        run(undisturbed.folder)


def test_foreign_and_unwritable_folders_are_refused(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.docx").touch()
    with pytest.raises(InputError, match="exists and is not empty"):
        run(tmp_path / "thesis")
    with pytest.raises(InputError, match="cannot be written"):
        run(tmp_path / "thesis" / "chapter.docx" / "out")
    assert not (tmp_path / "thesis" / "sweep.json").exists()
    done = run(tmp_path / "out", {**GRID, "replicates": 1})
    (done.folder / ledger.LOCK).unlink()
    (done.folder / ledger.LOCK).mkdir()  # stands for a folder that has become read-only: no right stops root
    with pytest.raises(InputError, match="out: cannot be written: Is a directory"):
        run(done.folder, {**GRID, "replicates": 1})


def test_a_sweep_that_died_before_it_began_is_begun(tmp_path, undisturbed):
    (tmp_path / "out" / "scenarios").mkdir(parents=True)
    (tmp_path / "out" / "sweep.lock").touch()
    assert same(run(tmp_path / "out"), undisturbed)


@pytest.mark.parametrize("how", ["truncated", "empty", "garbage"])
def test_a_damaged_design_is_written_anew(tmp_path, undisturbed, how):
    folder = copy(undisturbed, tmp_path)
    damage(folder / "points.parquet", how)
    with pytest.raises(InputError, match=r"points\.parquet is damaged; give the sweep's command again"):
        SweepResults.open(folder).points()
    assert same(run(folder), undisturbed)


def test_a_chunk_that_goes_while_the_sweep_runs_is_told(tmp_path):
    folder = tmp_path / "out"

    def lose(done: int, total: int) -> None:
        if done == total:
            (folder / ledger.chunk_name(7)).unlink()

    with pytest.raises(RunError, match=r"7 runs are gone from .* again; give the same command"):
        run(folder, chunk_size=7, progress=lose)
    assert run(folder).complete


def test_any_executor_will_do_and_is_left_open(tmp_path, undisturbed):
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as executor:
        assert same(run(tmp_path / "out", executor=executor), undisturbed)
        assert executor.submit(abs, -1).result() == 1
    with pytest.raises(RunError, match=r"takes no more work \(cannot schedule new futures after shutdown\)"):
        run(tmp_path / "another", executor=executor)
    with pytest.raises(InputError, match="time limit: a thread cannot be ended"):
        run(tmp_path / "another", executor=fakes.HERE, time_limit=1)


def test_a_worker_of_an_executor_that_dies_is_told_and_the_sweep_goes_on(tmp_path, undisturbed, misbehave):
    misbehave(kills=[[2, 1]])
    executor = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
    with executor, pytest.raises(RunError, match=r"the workers are gone \(BrokenProcessPool\)"):
        run(tmp_path / "out", executor=executor, chunk_size=4)
    assert 0 < len(SweepResults.open(tmp_path / "out").runs()) < 30
    misbehave()
    assert same(run(tmp_path / "out"), undisturbed)


def test_two_sweeps_into_one_folder(tmp_path):
    results = run(tmp_path / "out", {**GRID, "replicates": 1})
    with ledger.locked(results.folder), pytest.raises(InputError, match=f"process {os.getpid()} on "):
        run(tmp_path / "out", {**GRID, "replicates": 1})
    code = (
        "import os, sys; from pathlib import Path; from simulation.experiments.sweeps import ledger\n"
        "with ledger.locked(Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "out")], cwd=ROOT, check=False)
    assert "process" in (tmp_path / "out" / ledger.LOCK).read_text()  # stale: its process is gone
    assert run(tmp_path / "out", {**GRID, "replicates": 1}).complete


@pytest.fixture
def own_forks():
    """Workers are forked from a process that starts within the test and ends with it."""
    forkserver._forkserver._stop()
    yield
    forkserver._forkserver._stop()


def test_a_full_disk_is_one_clear_error_and_the_sweep_goes_on_after(tmp_path, undisturbed, own_forks):
    """A limit on the size of files stands for the disk; workers inherit it."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    copy(undisturbed, tmp_path)
    (tmp_path / "out" / ledger.chunk_name(7)).unlink()
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(RunError, match=r"cannot be written: .*same command again"):
            run(tmp_path / "out", workers=1, chunk_size=7)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list((tmp_path / "out").glob("*.partial"))
    assert not (tmp_path / "out" / ledger.chunk_name(7)).exists()
    assert same(run(tmp_path / "out"), undisturbed)


ON_A_SMALL_DISK = """
import subprocess, sys, time
from pathlib import Path
from simulation.errors import RunError
from tests.experiments.sweeps.test_sweeping import run
if __name__ == "__main__":
    disk, size = Path(sys.argv[1]), sys.argv[2]
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", disk], check=True)
    try:
        run(disk / "out", workers=1, chunk_size=1)
    except RunError as error:
        print(error)
    for _ in range(100):  # who was still writing when the error was told clears away what it began
        partial = list((disk / "out").glob(".*partial"))
        if not partial:
            break
        time.sleep(0.1)
    print(len(list((disk / "out").glob("chunk-*"))), len(partial))
    subprocess.run(["mount", "-o", "remount,size=10m", disk], check=True)
    run(disk / "out", chunk_size=1)
    subprocess.run(["cp", "-r", disk / "out", sys.argv[3]], check=True)
"""
OWN_MOUNTS = ["unshare", "--map-root-user", "--mount"]


def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    command = [*OWN_MOUNTS, "mount", "-t", "tmpfs", "none", "/tmp"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.long
@pytest.mark.skipif(not can_mount(), reason="may not mount a small disk")
@pytest.mark.parametrize(
    ("size", "what"),
    [
        ("88k", "folder"),
        pytest.param("12k", "folder", marks=pytest.mark.slow),
        pytest.param("160k", "tables", marks=pytest.mark.slow),
    ],
)
def test_a_disk_that_is_really_full(tmp_path, undisturbed, size, what):
    (tmp_path / "disk").mkdir()
    (tmp_path / "script.py").write_text(ON_A_SMALL_DISK)
    command = [*OWN_MOUNTS, sys.executable, tmp_path / "script.py", tmp_path / "disk", size, tmp_path / "out"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    error, counts = done.stdout.splitlines()
    assert re.match(rf"the {what} of the sweep .* written: No space left on device", error)
    chunks, partial = map(int, counts.split())
    assert {"12k": chunks == 0, "88k": 0 < chunks < 30, "160k": chunks == 30}[size]
    assert partial == 0
    assert same(SweepResults.open(tmp_path / "out"), undisturbed)


# --- killed from outside

SCRIPT = """
import sys
from pathlib import Path
from tests.experiments.sweeps import fakes
if __name__ == "__main__":
    fakes.swept(fakes.GRID, out=Path(sys.argv[1]), workers=2, chunk_size=2)
"""


def start(folder: Path, tmp_path: Path, slow: float) -> subprocess.Popen:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    told = json.dumps({"slow": slow})
    env = {**os.environ, "PYTHONPATH": str(ROOT), "WIFAQ_FAKE": told}
    options = {"cwd": ROOT, "env": env, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    return subprocess.Popen([sys.executable, str(script), str(folder)], **options)


def wait_for_chunks(folder: Path, count: int) -> None:
    deadline = time.monotonic() + 300  # a busy machine loads for long
    while len(list(folder.glob("chunk-*"))) < count:
        assert time.monotonic() < deadline, f"no {count} chunks in {folder}"
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rsplit(")", 1)[1].split()
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(stat.parent.name))
    return found


def workers_of(pid: int) -> list[int]:
    """Workers that a process has called for: forked from one child of its, or, where that cannot be, its children."""
    ours = children(pid)
    forks = [child for child in ours if "forkserver" in Path(f"/proc/{child}/cmdline").read_text()]
    if forks:
        return [worker for fork in forks for worker in children(fork)]
    return [child for child in ours if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()]


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_ctrl_c_stops_at_once_and_says_what_is_kept(tmp_path, undisturbed, misbehave):
    parent = start(tmp_path / "out", tmp_path, slow=0.1)
    wait_for_chunks(tmp_path / "out", 3)
    workers = [*children(parent.pid), *workers_of(parent.pid)]
    os.killpg(parent.pid, signal.SIGINT)
    _, error = parent.communicate(timeout=10)
    assert "Interrupted: interrupted; " in error
    assert "of 30 runs are kept in" in error
    time.sleep(0.2)
    assert not any(map(alive, workers))
    kept = len(SweepResults.open(tmp_path / "out").runs())
    assert 6 <= kept < 30
    assert same(run(tmp_path / "out"), undisturbed)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("seed", [2, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(23) if seed != 2)])
def test_killed_at_random_moments_worker_parent_or_both(tmp_path, undisturbed, misbehave, seed):
    dice = random.Random(seed)
    folder = tmp_path / "out"
    for session in range(1 if seed < 3 else 2):
        parent = start(folder, tmp_path, slow=0.03)
        wait_for_chunks(folder, 1)
        time.sleep(dice.uniform(0, 0.4))
        workers = workers_of(parent.pid)
        victims = {0: workers[:1], 1: [parent.pid], 2: [*workers[:1], parent.pid]}[(seed + session) % 3]
        for pid in victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        parent.communicate(timeout=60)
        deadline = time.monotonic() + 5
        while any(map(alive, workers)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(map(alive, workers))
    assert same(run(folder), undisturbed)


def test_no_worker_is_left_behind():
    assert multiprocessing.active_children() == []
    assert threading.active_count() < 20
