"""Files of a result folder may come from anywhere: bounded, regular, and no formula for a spreadsheet."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.errors import InputError
from simulation.experiments.engine import store
from simulation.experiments.results import Results
from simulation.experiments.sweeps import ledger
from simulation.experiments.sweeps.results import SweepResults
from tests.experiments.sweeps import fakes
from tests.experiments.sweeps.fakes import BASE
from tests.report.folders import result

TEXTS = st.text("ab'=+-@\t\r1.,\"", max_size=6).filter(lambda text: text == "" or text.strip())


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_no_cell_of_a_csv_file_is_a_formula_and_all_read_back(tmp_path_factory, texts) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    frame = pd.DataFrame({"name": pd.Series(texts, dtype="str"), "number": np.linspace(-1.5, 1, len(texts))})
    store.write_csv(frame, path)
    plain = pd.read_csv(path, dtype="str", keep_default_na=False)
    for cell in plain["name"]:
        assert cell[:1] not in set("=+-@\t\n\r") or float(cell) is not None
    assert [float(cell) for cell in plain["number"]] == pytest.approx(list(frame["number"]))
    read = store.read_csv(path, ("name",))
    assert list(read["name"].fillna("")) == [text.replace("\r", "\n") for text in texts]


def test_numbers_in_words_stay_numbers() -> None:
    frame = pd.DataFrame({"level": ["-0.5", "+3", "-1e-3", "-x", "@a", "=1+1"]})
    assert store.csv_text(frame).split("\n")[1:-1] == ["-0.5", "+3", "-1e-3", "'-x", "'@a", "'=1+1"]


def test_a_table_that_unpacks_to_far_more_than_it_is_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "series.parquet"
    table = pa.table({"value": pa.array(np.zeros(40_000_000)), "replicate": pa.array(np.zeros(40_000_000, np.int8))})
    pq.write_table(table, path, compression="zstd")
    assert path.stat().st_size < 500_000
    with pytest.raises(ValueError, match=r"is said to have 40000000 rows, which take 0.6 GB, from 0.. MB"):
        store.read_parquet(path)


def test_a_table_that_is_only_too_large_for_this_machine_is_told_as_that_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    factors = {"parameters.rivalry": [0.5, 1]}
    source = {"title": "One factor", "base": BASE, "design": "grid", "factors": factors, "replicates": 2}
    folder = tmp_path / "out"
    results = fakes.swept(source, out=folder)
    before = sorted(path.name for path in folder.iterdir())
    monkeypatch.setattr(store, "_FITS", 1.0)
    monkeypatch.setattr(store, "_MOST_TIMES", 1e9)
    monkeypatch.setattr(store, "_memory", lambda: 100.0)
    text = r"rows, which take .* GB; read it on a machine with more memory"
    with pytest.raises(InputError, match=text):
        SweepResults.open(folder).series()
    with pytest.raises(InputError, match=text):
        ledger.take_stock(folder, results.info["sweep"], results.planned)
    assert sorted(path.name for path in folder.iterdir()) == before


@pytest.mark.parametrize("column", [pa.array([b"\x00\x01"]), pa.array([[1, 2]]), pa.array([{"a": 1}])])
def test_columns_that_no_table_of_ours_has_are_refused(tmp_path: Path, column: pa.Array) -> None:
    pq.write_table(pa.table({"value": column}), tmp_path / "a.parquet")
    with pytest.raises(ValueError, match="column 'value' is of the type"):
        store.read_parquet(tmp_path / "a.parquet")


def test_a_table_of_ours_is_read(tmp_path: Path) -> None:
    table = pa.table({"name": pa.array(["a", "b"]).dictionary_encode(), "value": [1.0, 2.0], "done": [True, False]})
    store.write_table(table, tmp_path / "a.parquet")
    assert store.read_parquet(tmp_path / "a.parquet").equals(table)
    assert store.read_parquet(tmp_path / "a.parquet", ["value"]).column_names == ["value"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("name", ["run.json", "scenario.resolved.yaml", "series.parquet", "forecast.csv"])
def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path, name: str) -> None:
    (tmp_path / "run.json").write_text("{}")
    (tmp_path / "scenario.resolved.yaml").write_text("focal: MAR\n")
    pq.write_table(pa.table({"value": [1.0]}), tmp_path / "series.parquet")
    (tmp_path / "forecast.csv").write_text("focal,metric,quarter,unit\n")
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    with pytest.raises(InputError, match="is not a regular file"):
        Results.open(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("scenario.resolved.yaml", "x: [", r"scenario\.resolved\.yaml is not what this was made from"),
        ("scenario.resolved.yaml", "name: another\n", r"scenario\.resolved\.yaml is not what this was made from"),
        ("forecast.csv", "", r"forecast\.csv is damaged"),
        ("forecast.csv", 'a,b\n"open,1\n', r"forecast\.csv"),
        ("run.json", '{"a": ', r"run\.json is damaged"),
        ("series.parquet", "PAR1", r"series\.parquet is damaged"),
    ],
)
def test_a_file_that_is_damaged_is_named(tmp_path: Path, name: str, content: str, told: str) -> None:
    folder = result(replicates=2).save(tmp_path / "result", charts=False)
    Results.open(folder)
    (folder / name).write_text(content)
    with pytest.raises(InputError, match=told):
        Results.open(folder)
