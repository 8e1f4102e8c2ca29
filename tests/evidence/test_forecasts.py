"""The register of forecasts: dated, resolvable, and of this version."""

from __future__ import annotations

import re
from datetime import date
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest

from simulation.evidence.calibration.calibrate import BASELINE
from simulation.evidence.joins.fit import RECORD_END
from simulation.evidence.joins.forecasts import COLUMNS, COMMAND, on_texts
from simulation.scenario.load import load_scenario

PAGE = Path(__file__).parents[2] / "docs" / "results" / "forecasts.csv"


def register() -> pd.DataFrame:
    return pd.read_csv(PAGE, keep_default_na=False, dtype={"probability": float})


def test_questions_are_dated_and_say_how_they_are_resolved() -> None:
    table = register()
    assert tuple(table.columns) == COLUMNS
    assert len(table) >= 30
    assert table["id"].is_unique
    assert table["question"].is_unique
    assert (table["made"] == str(RECORD_END)).all()
    assert all(date.fromisoformat(day) > RECORD_END for day in table["resolves"])
    assert table["probability"].between(0, 1).all()
    assert (table["how_resolved"].str.len() > 20).all()
    assert set(table["source"]) == {"joining forecast", "run of the world"}


def test_they_are_of_this_version_and_of_runs_with_drawn_parameters() -> None:
    table = register()
    assert set(table["version"]) == {version("wifaq")}
    assert set(table["command"]) == {COMMAND}
    assert not re.search("--parameters defaults", COMMAND)


def test_chances_of_joining_are_those_of_the_shipped_weights() -> None:
    known = register().set_index("question")["probability"]
    for question, _, probability, _ in on_texts(load_scenario(BASELINE).focal):
        assert known[question] == pytest.approx(probability, abs=6e-4), question
