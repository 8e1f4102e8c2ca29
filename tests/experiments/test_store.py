"""Result folders: whole or not at all, the same bytes for the same tables."""

from __future__ import annotations

import math
import os

import pandas as pd
import pytest

from simulation.errors import InputError
from simulation.experiments.engine import store
from simulation.experiments.engine.runner import run_replicates
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
