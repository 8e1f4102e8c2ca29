"""``wifaq score``: what scores say of forecasts whose outcome is known, which rows count, what is refused."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from simulation.cli.commands import app
from simulation.errors import InputError
from simulation.evidence import scores
from simulation.evidence.register import COLUMNS as REGISTER
from simulation.evidence.register import QUANTILES
from simulation.evidence.score import FORECAST, HINDSIGHT, SAME, read_scored, score_file, score_tables, told
from simulation.experiments.engine.store import csv_text

JOINS = "instrument,iso3,probability,q05,q95\ncall,MAR,0.8,0.6,0.9\ncall,FRA,0.9,0.7,1\ncall,CHN,0.1,0,0.3\n"
DEALS = (
    "a,b,kind_a,kind_b,probability,q05,q95,expected,held\n"
    "MAR,USA,state,state,0.3,0.1,0.6,0.4,0\nMAR,FRA,state,state,0.1,0,0.3,0.1,0\nMAR,oracle,state,firm,0,0,0,0,0\n"
)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def files(folder: Path, forecast: str, outcomes: str) -> tuple[Path, Path]:
    return write(folder, "forecast.csv", forecast), write(folder, "outcomes.csv", outcomes)


def register(rows: list[dict[str, object]]) -> str:
    filled = [{name: row.get(name, "") for name in REGISTER} for row in rows]
    return pd.DataFrame(filled, columns=REGISTER).to_csv(index=False)


def test_the_registers_of_all_editions_are_read(tmp_path: Path) -> None:
    one = {"id": "1", "kind": "deals", "question": "q", "mean": 4, "q05": 1, "q95": 8}
    for columns in (REGISTER, [name for name in REGISTER if name not in ("q25", "q50", "q75")]):
        text = pd.DataFrame([{name: one.get(name, "") for name in columns}]).to_csv(index=False)
        kind, table, _ = read_scored(*files(tmp_path, text, "id,outcome\n1,3\n"))
        assert (kind, table["outcome"].tolist()) == ("register", [3.0])
        assert "quantile score" not in score_tables(kind, table)["numbers"]


def rows(p: np.ndarray, y: np.ndarray, group: str = "a") -> pd.DataFrame:
    return pd.DataFrame({"group": group, "name": "x", "probability": p, "mean": np.nan, "q05": 0.0, "q25": np.nan,
                         "q50": np.nan, "q75": np.nan, "q95": 1.0, "outcome": y})  # fmt: skip


# --- the scores


def test_a_true_probability_beats_the_same_for_all_and_is_calibrated() -> None:
    luck = np.random.default_rng(1)
    p = luck.beta(0.5, 2.0, 20_000)
    table = score_tables("register", rows(p, (luck.random(len(p)) < p).astype(float)))["chances"].set_index("by")
    assert (table.loc[FORECAST, ["log score", "Brier"]] < table.loc[HINDSIGHT, ["log score", "Brier"]]).all()
    assert table.loc[FORECAST, "reliability"] < 0.001
    assert table.loc[FORECAST, "resolution"] > 0.02
    parts = table.loc[FORECAST, ["reliability", "resolution", "uncertainty"]] @ [1.0, -1.0, 1.0]
    assert parts == pytest.approx(table.loc[FORECAST, "Brier"], abs=0.002)
    assert table.loc[SAME, "AUC"] == table.loc[HINDSIGHT, "AUC"] == 0.5
    assert table.loc[HINDSIGHT, "Brier"] == pytest.approx(table.loc[HINDSIGHT, "uncertainty"])


def test_scores_of_a_case_by_hand() -> None:
    table = score_tables("register", rows(np.array([0.8, 0.4]), np.array([1.0, 0.0])))["chances"].iloc[0]
    assert table["Brier"] == pytest.approx((0.04 + 0.16) / 2)
    assert table["log score"] == pytest.approx(-(np.log(0.8) + np.log(0.6)) / 2)
    assert (table["AUC"], table["PR-AUC"]) == (1.0, 1.0)
    assert (table["n"], table["happened"]) == (2, 1)


def test_what_is_written_as_zero_is_no_certainty() -> None:
    found = score_tables("deals", rows(np.array([0.0]), np.array([1.0])))["chances"].iloc[0]
    assert found["log score"] == pytest.approx(-np.log(5e-5))


# --- registers


def test_a_register_is_scored_by_kind_and_its_numbers_by_their_intervals(tmp_path: Path) -> None:
    forecast = register([
        {"id": "1", "kind": "join", "question": "q1", "probability": 0.7, "q05": 0.5, "q95": 0.9},
        {"id": "2", "kind": "deal", "question": "q2", "probability": 0.2, "q05": 0.1, "q95": 0.4},
        {"id": "3", "kind": "deals", "question": "q3", "mean": 4, "q05": 1, "q25": 3, "q50": 4, "q75": 5, "q95": 8},
        {"id": "4", "kind": "deals", "question": "q4", "mean": 2, "q05": 0, "q95": 5},
        {"id": "5", "kind": "deal", "question": "q5", "probability": 0.5, "q05": 0.1, "q95": 0.7},
    ])  # fmt: skip
    path, outcomes = files(tmp_path, forecast, "id,outcome\n1,1\n2,0\n3,6\n4,9\n9,1\n")
    kind, table, warnings = read_scored(path, outcomes)
    assert (kind, len(table)) == ("register", 4)
    assert warnings == ["1 outcomes have no forecast: 9", "1 questions have no outcome and are left out: 5"]
    found = score_tables(kind, table)
    assert set(found["chances"]["of"]) == {"all", "deal", "join"}
    numbers = found["numbers"].iloc[0]
    assert numbers["90 % covers"] == scores.Coverage(1, 2)
    assert numbers["mean absolute error"] == pytest.approx((2 + 7) / 2)
    assert numbers["interval score"] == pytest.approx((7 + 5 + 20 * 4) / 2)  # 9 lies 4 above 5
    # of the one that has all quantiles: 6 lies 5, 3, 2, 1 above and 2 below them
    assert numbers["50 % covers"] == scores.Coverage(0, 1)
    assert numbers["quantile score"] == pytest.approx(2 * (0.25 + 0.75 + 1.0 + 0.75 + 0.1) / 5)


def test_a_number_without_an_interval_counts_in_no_coverage(tmp_path: Path) -> None:
    one = {"kind": "deals", "question": "q", "mean": 4}
    path, outcomes = files(
        tmp_path, register([{"id": "1", **one}, {"id": "2", "q05": 1, "q95": 9, **one}]), "id,outcome\n1,3\n2,3\n"
    )
    numbers = score_tables(*read_scored(path, outcomes)[:2])["numbers"].iloc[0]
    assert (numbers["n"], numbers["interval score"]) == (2, 8.0)
    assert numbers["90 % covers"] == scores.Coverage(1, 1)


# --- joins


def test_only_listed_states_are_scored_unless_the_list_is_called_complete(tmp_path: Path) -> None:
    path, outcomes = files(tmp_path, JOINS, "instrument,iso3,joined\ncall,Maroc,1\n")
    _, table, (warning,) = read_scored(path, outcomes)
    assert table["name"].tolist() == ["call and MAR"]
    assert "2 states have no row" in warning
    assert "add the row call,*,0: FRA, CHN" in warning
    outcomes.write_text("instrument,iso3,joined\ncall,Maroc,1\ncall,*,0\n", encoding="utf-8")
    _, table, warnings = read_scored(path, outcomes)
    assert table["outcome"].tolist() == [1.0, 0.0, 0.0]
    assert warnings == []


# --- deals


def test_a_row_is_a_signing_and_no_row_is_none(tmp_path: Path) -> None:
    path, outcomes = files(tmp_path, DEALS, "a,b,date\nUSA,Morocco,2025-03-02\nMAR,USA,2025-06\nMAR,JPN,\n")
    kind, table, warnings = read_scored(path, outcomes)
    assert table["outcome"].tolist() == [2.0, 0.0, 0.0]
    assert warnings == ["1 outcomes have no forecast: JPN MAR"]
    found = score_tables(kind, table)
    assert found["chances"].iloc[0]["happened"] == 1
    assert set(found["chances"]["of"]) == {"all", "state with firm", "state with state"}
    assert found["counts"].iloc[0].tolist() == ["all", 3, 0.5, 2]


# --- the command


def test_what_is_zero_but_for_rounding_is_told_as_zero(tmp_path: Path) -> None:
    """Reliability of a forecast that says the share that happened: a square of the rounding of a mean."""
    wide = "".join(f"call,{state},0.1,0,0.3\n" for state in ("MAR", "FRA", "CHN", "USA", "TUN", "EGY", "SEN"))
    outcomes = "instrument,iso3,joined\ncall,MAR,1\ncall,*,0\n"
    text, _ = score_file(*files(tmp_path, JOINS.splitlines()[0] + "\n" + wide, outcomes))
    assert "e-" not in text


def test_a_column_has_as_many_decimals_throughout_and_no_line_is_wider_than_100_signs(tmp_path: Path) -> None:
    rows = [{"id": str(k), "kind": kind, "probability": 0.001 if k else 0.9} for k, kind in enumerate(["join"] * 3)]
    five = dict(zip(QUANTILES, (1, 5, 9, 15, 30), strict=True))
    rows += [{"id": str(k), "kind": "partners", "mean": 12.5, **five} for k in (7, 8, 9)]
    happened = "id,outcome\n0,1\n1,0\n2,0\n7,11\n8,12\n9,41\n"
    text, _ = score_file(*files(tmp_path, register(rows), happened))
    assert max(map(len, text.splitlines())) <= 100
    assert "Brier" not in text.split("\n\n")[0].splitlines()[-4]  # Brier and its parts stand below
    for part in text.split("\n\n")[:2]:
        cells = [line.split()[-2:] for line in part.splitlines()[-3:]]
        assert [{len(cell.partition(".")[2]) for cell in column} for column in zip(*cells, strict=True)][1] == {4}


def test_a_wide_table_is_folded_where_a_score_ends_not_among_its_parts() -> None:
    columns = ("log score", "Brier", "reliability", "resolution", "uncertainty", "AUC", "PR-AUC")
    table = pd.DataFrame({"by": ["x" * 43], "rows": [9]} | dict.fromkeys(columns, 0.5))
    parts = "".join(told({"some": table}, {"some": "A head"})).split("\n\n")
    heads = [" ".join(part.removeprefix("A head\n").partition("\n")[0].split()) for part in parts]
    assert heads == ["by rows log score", "by Brier reliability resolution uncertainty AUC PR-AUC"]
    wide = pd.DataFrame({"by": ["x" * 80]} | dict.fromkeys(columns, 0.5))
    assert max(len(line) for line in "".join(told({"some": wide}, {"some": ""})).splitlines()) <= 100


def test_what_files_write_shorter_is_told_in_words_and_signs_that_people_read() -> None:
    rows = {
        "known_on": ["2022-12-31", "2023-12-31"], "gain": [-0.25, 1.5], "events": [13.0, math.nan],
        "CRPS": [28.4, 0.31], "runs": [scores.Span(1, 6), scores.Span(3, 12)], "in50": [True, False],
        "90 % covers": [scores.Coverage(13, 19), scores.Coverage(0, 10)], "text": ["1-6", "(0.10 to 0.20)"],
    }  # fmt: skip
    frame = pd.DataFrame(rows)
    text = "\n".join(told({"some": frame}, {"some": "A head"}))
    assert [line.split() for line in text.splitlines()] == [
        ["A", "head"],
        ["known", "on", "gain", "events", "CRPS", "runs", "in", "50", "%", "90", "%", "covers", "text"],
        ["2022-12-31", "−0.250", "13", "28.40", "1–6", "yes", "13", "of", "19", "(46–85", "%)", "1-6"],
        ["2023-12-31", "1.500", "–", "0.31", "3–12", "no", "0", "of", "10", "(0–28", "%)", "(0.10", "to", "0.20)"],
    ]
    assert csv_text(frame[["runs", "90 % covers"]]).splitlines()[1:] == [
        "1-6,13 of 19 (0.46 to 0.85)",
        "3-12,0 of 10 (0.00 to 0.28)",
    ]


def test_it_prints_the_tables_and_writes_them(tmp_path: Path) -> None:
    path, outcomes = files(tmp_path, JOINS, "instrument,iso3,joined\ncall,MAR,1\ncall,*,0\nother,FRA,1\n")
    out = tmp_path / "scores"
    result = CliRunner().invoke(app, ["score", str(path), "--outcomes", str(outcomes), "--out", str(out)])
    assert result.exit_code == 0
    assert "Brier" in result.stdout
    assert "warning: 1 outcomes have no forecast: other FRA" in result.stderr
    assert {file.name for file in out.iterdir()} == {"calibration.csv", "chances.csv", "counts.csv", "rows.csv"}
    with pytest.raises(InputError, match="not empty"):
        score_file(path, outcomes, out)


@pytest.mark.parametrize(
    ("forecast", "outcomes", "parts"),
    [
        (JOINS, "instrument,iso3,joined\ncall,MAR,2\ncall,Taiwan,1\ncall,FRA,yes\n",
         ["outcomes.csv:2:1: joined", "outcomes.csv:3:1: iso3", "no UN member", "outcomes.csv:4:1: joined"]),
        (JOINS, "instrument,iso3,joined\ncall,MAR,0_1\n", ["outcomes.csv:2:1: joined: '0_1' is no number from 0 to 1"]),
        (JOINS.replace("0.8", "1.8"), "instrument,iso3,joined\ncall,MAR,1\n", ["forecast.csv:2:1", "from 0 to 1"]),
        (JOINS, "instrument,iso3\ncall,MAR\n", ["joined", "the column is missing"]),
        (JOINS, "instrument,iso3,joined\nanother,MAR,1\n", ["no outcome of any row"]),
        (JOINS + "call,MAR,.8,.6,.9\n", "instrument,iso3,joined\ncall,MAR,1\n", ["forecast.csv:5:1", "occurs twice"]),
        ("x,probability\n1,0.5\n", "id,outcome\n1,1\n", ["forecast.csv", "unknown column"]),
        ("iso3,probability\nMAR,0.5\n", "id,outcome\n1,1\n", ["is no table of forecasts"]),
        (DEALS, "a,b,date\nMAR,USA,soon\n", ["outcomes.csv:2:1: date"]),
        (register([{"id": "1", "kind": "join", "probability": 0.5}]), "id,outcome\n1,3\n",
         ["outcomes.csv:2:1: outcome: must be 0 or 1 for what has a probability"]),
        (register([{"id": "1", "kind": "joins", "probability": 0.5}]), "id,outcome\n1,1\n",
         ["forecast.csv:2:1: kind: no kind 'joins'; did you mean"]),
        (DEALS, "a,b\nMAR,*\n", ["outcomes.csv:2:1: b", "'*' is no actor"]),
        (DEALS, "a,b\nMAR,Morocco\n", ["outcomes.csv:2:1: b", "MAR makes no deal with itself"]),
        (DEALS.replace("0.6,0.4,0", "0.6,,0"), "a,b\nMAR,USA\n", ["forecast.csv:2:1: expected", "no number"]),
        (JOINS.replace("0.6,0.9", "0.9,0.6"), "instrument,iso3,joined\ncall,MAR,1\n",
         ["forecast.csv:2:1: q05", "the quantiles must not fall: 0.9, 0.6"]),
    ],
)  # fmt: skip
def test_bad_files_are_refused_with_the_line(tmp_path: Path, forecast: str, outcomes: str, parts: list[str]) -> None:
    path, happened = files(tmp_path, forecast, outcomes)
    with pytest.raises(InputError) as refused:
        score_file(path, happened, tmp_path / "out")
    for part in parts:
        assert part in str(refused.value)
    assert not (tmp_path / "out").exists()
