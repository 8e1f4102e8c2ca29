"""Result folders: whole or not at all, the same bytes for the same tables."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from simulation.errors import InputError, RunError
from simulation.experiments.engine import store
from simulation.experiments.engine.runner import run_replicates
from simulation.experiments.results import Results
from simulation.experiments.starters import copy_notebooks
from tests.experiments.fakes import FakeScenario, simulate


def test_a_folder_appears_whole(tmp_path):
    target = tmp_path / "deep" / "result"
    with store.atomic_folder(target) as folder:
        (folder / "charts").mkdir()
        (folder / "charts" / "a.txt").write_text("a")
        assert not target.exists()
    assert (target / "charts" / "a.txt").read_text() == "a"
    assert os.listdir(target.parent) == ["result"]


def test_the_longest_name_that_a_system_takes(tmp_path):
    with store.atomic_folder(tmp_path / ("x" * 255)) as folder:
        (folder / "a.txt").touch()
    with store.atomic_file(tmp_path / ("y" * 255)) as partial:
        partial.touch()
    assert sorted(map(len, os.listdir(tmp_path))) == [255, 255]
    with pytest.raises(InputError, match="cannot be written"):
        store.check_target(tmp_path / ("x" * 256))


def interrupted(target):
    with store.atomic_folder(target) as folder:
        (folder / "new.txt").touch()
        raise KeyboardInterrupt


def test_failure_leaves_the_old_folder_and_nothing_else(tmp_path):
    target = tmp_path / "result"
    with store.atomic_folder(target) as folder:
        (folder / "old.txt").touch()
    with pytest.raises(KeyboardInterrupt):
        interrupted(target)
    assert os.listdir(target) == ["old.txt"]
    assert os.listdir(tmp_path) == ["result"]


def test_a_folder_is_replaced(tmp_path):
    target = tmp_path / "result"
    for name in ("old.txt", "new.txt"):
        with store.atomic_folder(target) as folder:
            (folder / name).touch()
    assert os.listdir(target) == ["new.txt"]
    assert os.listdir(tmp_path) == ["result"]


def test_a_named_folder_must_be_free(tmp_path):
    store.check_target(tmp_path / "new" / "deep")
    (tmp_path / "empty").mkdir()
    store.check_target(tmp_path / "empty")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.docx").touch()
    with pytest.raises(InputError, match="exists and is not empty"):
        store.check_target(tmp_path / "full")
    for words in (store.check_target, store.folder_of, Results.open, copy_notebooks):
        with pytest.raises(InputError, match="an empty text names no folder"):
            words("")
    with pytest.raises(InputError, match="is not a folder"):
        store.check_target(tmp_path / "full" / "thesis.docx")
    with pytest.raises(InputError, match="cannot be written"):
        store.check_target(tmp_path / "full" / "thesis.docx" / "inside")


def test_parquet_bytes_do_not_depend_on_workers(tmp_path):
    files = []
    for workers in (1, 2):
        ensemble = run_replicates(FakeScenario(), 9, workers, simulate=simulate)
        files.append(tmp_path / f"{workers}.parquet")
        store.write_table(ensemble.table("series"), files[-1])
    assert files[0].read_bytes() == files[1].read_bytes()
    back = pd.read_parquet(files[0])
    assert list(back.columns) == ["replicate", "quarter", "actor", "metric", "value"]
    assert back.equals(ensemble.series)


def test_csv_keeps_namibia_and_missing_values(tmp_path):
    frame = pd.DataFrame({"id": ["NA", None], "value": [1 / 3, math.nan], "flag": [True, False]})
    store.write_csv(frame, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "id,value,flag\nNA,0.33333333,True\n,,False\n"
    back = store.read_csv(tmp_path / "a.csv", ["id"])
    assert back["id"].iloc[0] == "NA"
    assert back["id"].isna().tolist() == [False, True]
    assert back["flag"].tolist() == [True, False]


def test_json_refuses_what_is_no_number(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        store.write_json({"a": math.nan}, tmp_path / "a.json")


def test_tree_hash_sees_content_and_names_but_not_line_ends(tmp_path):
    (tmp_path / "a.py").write_bytes(b"x = 1\n")
    first = store.tree_hash(tmp_path, "*.py")
    (tmp_path / "a.py").write_bytes(b"x = 1\r\n")
    assert store.tree_hash(tmp_path, "*.py") == first
    (tmp_path / "a.py").write_bytes(b"x = 2\n")
    assert store.tree_hash(tmp_path, "*.py") != first
    (tmp_path / "a.py").write_bytes(b"x = 1\n")
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert store.tree_hash(tmp_path, "*.py") != first


def test_run_id_follows_what_determines_the_results():
    base = store.run_id(1, {"scenario": "a"}, ["rivalry"])
    assert base == store.run_id(1, {"scenario": "a"}, ["rivalry"])
    others = {
        store.run_id(0, {"scenario": "a"}, ["rivalry"]),
        store.run_id(1, {"scenario": "b"}, ["rivalry"]),
        store.run_id(1, {"scenario": "a"}, []),
    }
    assert len(others | {base}) == 4


@pytest.mark.parametrize("name", ["table.csv", "forecast.xlsx", "report.HTML"])
def test_a_folder_is_not_called_like_a_file(tmp_path, name):
    with pytest.raises(InputError, match=r"ends in \.\w+ as a file does, and a folder is written"):
        store.check_target(tmp_path / name)
    store.check_target(tmp_path / "version_1.2")


def test_a_file_is_what_its_name_says(tmp_path):
    store.check_output(tmp_path / "table.csv", (".csv",))
    store.check_output(tmp_path / "table", (".csv",))
    with pytest.raises(InputError, match=r"ends in \.xlsx, but what is written is \.csv"):
        store.check_output(tmp_path / "table.xlsx", (".csv",))
    with pytest.raises(InputError, match="is a folder"):
        store.check_output(tmp_path, (".csv",))
    with pytest.raises(InputError, match="there is no folder"):
        store.check_output(tmp_path / "none" / "table.csv", (".csv",))
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not os.path.exists(os.devnull) or os.name == "nt", reason="needs a device")
def test_a_device_is_no_file_to_replace():
    with pytest.raises(InputError, match="is no regular file"):
        store.check_output(Path(os.devnull), (".csv",))


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs a file system that says yes and takes nothing")
@pytest.mark.parametrize("name", ["/proc/results", "/proc/deep/results"])
def test_a_place_that_takes_nothing_is_found_out_by_trying(name):
    with pytest.raises(InputError, match="cannot be written"):
        store.check_target(Path(name))


def test_trying_a_place_leaves_nothing_there(tmp_path):
    store.check_target(tmp_path / "a" / "b" / "c")
    assert os.listdir(tmp_path) == []


def test_what_cannot_be_seen_is_written_out_when_it_is_read(tmp_path):
    hostile = "a\x1b[31mb\x07\u202ec"
    told = r"a\x1b[31mb\x07\u202ec"
    (tmp_path / "run.json").write_text(json.dumps({"title": hostile, "peers": [{"name": hostile}], "n": 1}))
    assert store.read_json(tmp_path / "run.json") == {"title": told, "peers": [{"name": told}], "n": 1}
    (tmp_path / "ties.csv").write_text(f'name,depth\r\n"{hostile}",1.5\r\nNA,2\r\n', newline="")
    frame = store.read_csv(tmp_path / "ties.csv", ("name",))
    assert frame["name"].tolist() == [told, "NA"]
    assert frame["depth"].tolist() == [1.5, 2.0]


def test_a_name_that_was_taken_meanwhile_is_left_alone_and_nothing_is_lost(tmp_path):
    target = tmp_path / "out"

    def overtaken() -> None:
        with store.atomic_folder(target, replace=False) as folder:
            (folder / "mine").touch()
            target.mkdir(exist_ok=True)
            (target / "theirs").touch()

    for number in (2, 3):
        with pytest.raises(RunError, match=f"filled by another process meanwhile; .*out-{number}$"):
            overtaken()
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()) == [
        "out-2/mine", "out-3/mine", "out/theirs",
    ]  # fmt: skip


def test_an_empty_folder_that_was_named_is_filled(tmp_path):
    (tmp_path / "out").mkdir()
    with store.atomic_folder(tmp_path / "out", replace=False) as folder:
        (folder / "mine").touch()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "mine").exists()


def test_two_processes_replace_one_folder_at_once(tmp_path):
    """Both have what the other has; neither fails and one whole folder remains."""

    def save(content: str) -> None:
        for _ in range(30):
            with store.atomic_folder(tmp_path / "out") as folder:
                (folder / "whole").write_text(content)

    with ThreadPoolExecutor(2) as threads:
        for future in [threads.submit(save, name) for name in "ab"]:
            future.result()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "whole").read_text() in "ab"


LEFT = """
import os, sys
from pathlib import Path
from simulation.experiments.engine import store
target = Path(sys.argv[1])
with store.atomic_folder(target / "out") as folder, store.atomic_file(target / "out.html") as file:
    (folder / "half").touch()
    file.touch()
    os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_what_a_killed_process_left_is_cleared_by_the_next_one(tmp_path):
    subprocess.run([sys.executable, "-c", LEFT, str(tmp_path)], check=False, cwd=Path(__file__).parents[2])
    left, _ = sorted(tmp_path.glob(".out.*.partial"), key=Path.is_file)
    busy = tmp_path / re.sub(r"-\d+\.", f"-{os.getpid()}.", left.name)  # of a process that lives
    busy.mkdir()
    with store.atomic_folder(tmp_path / "out") as folder, store.atomic_file(tmp_path / "out.html") as file:
        (folder / "whole").touch()
        file.touch()
    assert sorted(path.name for path in tmp_path.iterdir()) == [busy.name, "out", "out.html"]
