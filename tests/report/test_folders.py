"""Folders that a report is made of: broken, incomplete, huge, of another version, or not to be compared."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from rich.console import Console
from typer.testing import CliRunner

from simulation.cli.commands import app
from simulation.display.words.language import ENGLISH
from simulation.errors import InputError, RunError, unseen
from simulation.experiments.results import Results
from simulation.report.opening import open_all
from simulation.report.page import LARGEST
from simulation.report.terminal import print_results
from simulation.report.write import report
from tests.report import folders
from tests.report.pages import render

pytestmark = pytest.mark.usefixtures("undrawn")


def test_a_folder_of_a_spread_stands_beside_its_run(folder, tmp_path) -> None:
    of = Results.open(folder)
    folders.spread(of).save(tmp_path / "spread")
    names = {path.name for path in (tmp_path / "spread" / "charts").iterdir()}
    assert names == {f"spread_{name}.{kind}" for name in ("shares", "commitments_kept") for kind in ("png", "svg")}
    _, found = open_all([folder, tmp_path / "spread"])
    assert found is not None
    assert found.differs_from(of.scenario_text) == []
    assert found.differs_from(of.scenario_text.replace("focal: MAR", "focal: SEN")) == ["focal"]
    with pytest.raises(InputError, match="name that of a run too"):
        open_all([tmp_path / "spread"])
    (tmp_path / "spread" / "shares.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"shares\.csv: column metric is missing"):
        open_all([folder, tmp_path / "spread"])
    for garbage in ("a: [", "text", "- a"):
        with pytest.raises(InputError):
            found.differs_from(garbage)
    shutil.rmtree(tmp_path / "spread")
    folders.spread(folders.result(replicates=2, contrasts=(), fragmentation=0.4)).save(tmp_path / "spread")
    with pytest.raises(InputError, match="spread of another scenario than the first folder: fragmentation differ"):
        open_all([folder, tmp_path / "spread"])


# --- failures


def test_failed_replicates_are_told_before_the_first_number(results) -> None:
    failing = folders.result(model=folders.simulate_failing)
    text = render([failing], ENGLISH)
    told = text.index("1 of 8 replicates failed")
    assert text.index("<header>") < told < text.index("</header>") < text.index("<data ")
    assert "gone" in text[text.index('id="provenance"') :]
    assert "not complete" not in render(results[:1], ENGLISH)


def test_missing_replicates_are_told(results) -> None:
    whole = results[0]
    info = {**whole.info, "replicates": {"planned": 10, "done": 8, "failed": 1}}
    less = Results(info, whole.scenario_text, whole.tables, whole._series, whole._more)
    text = render([less], ENGLISH)
    assert "1 of 10 replicates failed" in text
    assert "1 of 10 replicates is missing" in text


def test_a_run_that_recorded_little_gives_a_report(results) -> None:
    bare = results[0]
    kept = {name: table for name, table in bare.tables.items() if name in ("forecast", "ties", "instruments")}
    kept["forecast"] = kept["forecast"].query("metric in ('capacity', 'urgency')")
    series = bare._series.filter(
        pa.compute.is_in(bare._series["metric"].cast(pa.string()), pa.array(["capacity", "urgency"]))
    )
    info = {**bare.info, "contrasts": [], "peers": []}
    text = render([Results(info, bare.scenario_text, {**kept, "ties": kept["ties"].iloc[:0]}, series, {})], ENGLISH)
    assert "needs were not recorded" in text
    assert "no contrasts" in text


def test_a_file_that_was_cut_off_is_told(folder) -> None:
    for name in ("ties", "world", "joining"):
        path = folder / f"{name}.csv"
        whole = path.read_text()
        lines = whole.splitlines()
        path.write_text("\n".join([*lines[:-1], lines[-1].split(",")[0]]))
        with pytest.raises(InputError, match=rf"{name}\.csv: line {len(lines)} has no "):
            open_all([folder])
        path.write_text(whole)
    open_all([folder])


def test_what_cannot_be_seen_in_a_title_is_written_out_on_page_and_terminal(folder, tmp_path) -> None:
    info = json.loads((folder / "run.json").read_text())
    info["title"] = info["question"] = "red\x1b[31m bell\x07 turned \u202etxt"
    (folder / "run.json").write_text(json.dumps(info, ensure_ascii=False))
    text = report([folder], out=tmp_path / "page.html").read_text(encoding="utf-8")
    assert not unseen(text)
    assert r"red\x1b[31m bell\x07 turned \u202etxt" in text
    console = Console(file=io.StringIO(), width=200)
    print_results(Results.open(folder), console)
    assert not unseen(console.file.getvalue())


def test_words_in_place_of_numbers_are_told(folder) -> None:
    for name, column in (("ties", "probability"), ("joining", "probability"), ("forecast", "mean")):
        path = folder / f"{name}.csv"
        whole = path.read_text()
        head, first, *rest = whole.splitlines()
        cells = dict(zip(head.split(","), first.split(","), strict=True)) | {column: "x"}
        path.write_text("\n".join([head, ",".join(cells.values()), *rest]))
        with pytest.raises(InputError, match=rf"{name}\.csv: line 2: {column} is no number"):
            open_all([folder])
        path.write_text(whole)
    open_all([folder])


@pytest.mark.parametrize(("path", "value", "told"), [
    (("peers", 0), 7, r"peers\[0\]: "), (("peers", 0, "name"), None, r"peers\[0\]\.name: "),
    (("contrasts", 0, "low"), [], r"contrasts\[0\]\.low: "),
    (("contrasts", 0, "high"), 10**400, r"contrasts\[0\]\.high: "),
    (("contrasts", 0, "difference"), 1e300, r"contrasts\[0\]\.difference: "), (("horizon",), "2035Q9", "horizon: "),
    (("replicates", "done"), -1, r"replicates\.done: "), (("versions", "\x1b[31m"), 1, r"versions\.\\{1,2}x1b\[31m: "),
    (("notes", 0), {"a": {"b": ["c"]}}, r"notes\[0\]: "), (("seed",), True, "seed: "),
])  # fmt: skip
def test_an_edited_manifest_is_told(folder, path, value, told) -> None:
    info = json.loads((folder / "run.json").read_text())
    part = info
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    (folder / "run.json").write_text(json.dumps(info))
    with pytest.raises(InputError, match=f"run.json: {told}"):
        open_all([folder])


@pytest.mark.parametrize(("name", "column", "value", "told"), [
    ("joining", "quarter", "2035Q9", "quarter is '2035Q9'"), ("states", "camp", "x", "camp is 'x'"),
    ("instruments", "median_quarter", "soon", "median_quarter is 'soon'"),
    ("ties", "camp", "\u202e", r"camp is '\\{1,2}u202e'"),
    ("blocs", "replicates", "1" * 30, "replicates is no number"), ("forecast", "mean", "inf", "mean is no number"),
])  # fmt: skip
def test_an_edited_cell_is_told(folder, name, column, value, told) -> None:
    path = folder / f"{name}.csv"
    head, first, *rest = path.read_text().splitlines()
    cells = dict(zip(head.split(","), first.split(","), strict=True)) | {column: value}
    path.write_text("\n".join([head, ",".join(cells.values()), *rest]), encoding="utf-8")
    with pytest.raises(InputError, match=rf"{name}\.csv: line 2: {told}"):
        open_all([folder])


def test_a_folder_of_another_version_is_told(folder) -> None:
    info = json.loads((folder / "run.json").read_text())
    del info["bands"]
    (folder / "run.json").write_text(json.dumps({**info, "versions": {"wifaq": "0.0.1"}}))
    with pytest.raises(InputError, match=r"written by wifaq 0\.0\.1, and this is .*; run the scenario again"):
        open_all([folder])


def broken(folder: Path) -> dict[str, str]:
    """Ways to break a folder, and a piece of what is then said."""
    return {
        "run.json": "{",
        "series.parquet": "no parquet",
        "forecast.csv": "",
        "ties.csv": "a,b\n1,2\n",
        "instruments.csv": "\x00",
        "scenario.resolved.yaml": None,
    }


FILES = ("run.json", "series.parquet", "forecast.csv", "ties.csv", "instruments.csv", "scenario.resolved.yaml")


@pytest.mark.parametrize("name", FILES)
def test_broken_folders_are_told_and_nothing_is_written(folder, name) -> None:
    content = broken(folder)[name]
    (folder / name).unlink() if content is None else (folder / name).write_text(content)
    before = sorted(folder.iterdir())
    done = CliRunner().invoke(app, ["report", str(folder)])
    assert done.exit_code == 2, done.output
    assert done.output.startswith(f"{folder}: ")
    assert "Traceback" not in done.output
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda info: {}, "run.json: horizon is missing"),
        (lambda info: {**info, "replicates": 3}, "replicates: must be a mapping, not the number 3"),
        (lambda info: {**info, "failures": "none"}, "failures: must be a list, not text 'none'"),
        (lambda info: {**info, "as_of": "today"}, "as_of: must be a date (YYYY-MM-DD)"),
        (lambda info: {**info, "title": 3}, "title: must be text"),
        (lambda info: {**info, "horizon": "2031Q1"}, "has no row of the horizon 2031Q1"),
        (lambda info: {**info, "focal": {"id": "XXX", "name": "x"}}, "has no row of XXX"),
    ],
)
def test_a_run_file_that_lies_is_told(folder, change, told) -> None:
    info = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(change(info)))
    with pytest.raises(InputError, match=re.escape(told)):
        open_all([folder])


def test_tables_of_two_runs_are_not_mixed(folder) -> None:
    table = pd.read_csv(folder / "forecast.csv", keep_default_na=False)
    table["mean"] *= 1.001
    table.to_csv(folder / "forecast.csv", index=False)
    with pytest.raises(InputError, match=r"forecast\.csv: disagrees with series\.parquet"):
        open_all([folder])


def test_folders_that_are_none(tmp_path, folder) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    names = [str(tmp_path / name) for name in ("empty", "file", "missing")]
    done = CliRunner().invoke(app, ["report", *names])
    assert done.exit_code == 2
    assert [line.removeprefix(str(tmp_path)) for line in done.output.splitlines()] == [
        "/empty: is empty; name a result folder that `wifaq run` wrote",
        "/file: is a file; name the result folder that holds it",
        "/missing: there is no such folder; name one that `wifaq run` wrote",
    ]
    done = CliRunner().invoke(app, ["report", str(folder), "--lang", "de"])
    assert (done.exit_code, done.output) == (2, "--lang: 'de' is no language of reports; allowed: en, fr, ar\n")
    done = CliRunner().invoke(app, ["report", str(folder), "--out", str(tmp_path / "no" / "x.html")])
    assert done.exit_code == 2


def test_results_that_cannot_be_compared(tmp_path, folder) -> None:
    other = folders.folder(tmp_path / "seed", seed=7)
    with pytest.raises(InputError, match="seed: the seed is 7, that of the first folder 2025"):
        open_all([folder, other])
    with pytest.raises(InputError, match="is the same run as the first folder"):
        open_all([folder, folder])
    with pytest.raises(InputError, match="at most 7"):
        open_all([folder] * 8)


def test_five_hundred_metrics_fit(folder) -> None:
    bare = report([folder]).read_text(encoding="utf-8")
    table = pd.read_csv(folder / "forecast.csv", keep_default_na=False)
    one = table.loc[table["metric"] == "capacity"]
    many = [one.assign(metric=f"mine_{place:03d}") for place in range(500)]
    pd.concat([table, *many]).to_csv(folder / "forecast.csv", index=False)
    page = report([folder]).read_text(encoding="utf-8")
    more = [re.search(r"(\d+) more metrics were recorded", text) for text in (bare, page)]
    assert [int(found[1]) for found in more if found] == [int(more[0][1]), int(more[0][1]) + 500]
    assert len(page) < len(bare) + 10  # what is not shown takes no room
    assert len(page.encode()) < LARGEST


def test_a_page_that_is_too_large_is_refused(results, monkeypatch) -> None:
    monkeypatch.setattr("simulation.report.page.LARGEST", 10_000)
    with pytest.raises(InputError, match="name fewer folders, or run with fewer metrics"):
        render(results, ENGLISH)


def test_the_file_is_put_in_place_whole(folder, monkeypatch) -> None:
    written = report([folder], language="fr")
    assert written == folder / "report_fr.html"
    first = written.read_bytes()
    assert report([folder], language="fr").read_bytes() == first  # the same bytes for the same result
    assert Results.open(folder).focal == "MAR"

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RunError, match="No space left"):
        report([folder], language="fr")
    assert written.read_bytes() == first
    assert not list(folder.glob(".*"))
    shutil.rmtree(folder)
