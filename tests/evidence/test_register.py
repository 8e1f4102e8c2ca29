"""The registers of forecasts: dated, resolvable, and never changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulation.errors import InputError
from simulation.evidence import register

FOLDER = Path(__file__).parents[2] / "docs" / "forecasts"
FILES = sorted(FOLDER.glob("*.csv"))


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, na_values={"probability": "", "mean": ""})


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_questions_are_dated_and_say_how_they_are_resolved(path: Path) -> None:
    table = read(path)
    assert tuple(table.columns) == register.COLUMNS
    assert len(table) >= 60
    assert table["id"].is_unique
    assert not table.duplicated(["question", "by"]).any()
    assert set(table["kind"]) == set(register.KINDS)
    assert (table["made_on"] < table["by"]).all()  # ISO 8601
    assert all(date.fromisoformat(day) for day in table["by"])
    assert (table["resolved_by"].str.len() > 40).all()
    assert table["model_version"].str.contains("edition").all()


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_question_has_a_chance_or_a_number_within_its_bounds(path: Path) -> None:
    table = read(path)
    single = table["kind"].isin(["join", "deal"])
    assert (table["probability"].notna() == single).all()
    assert (table["mean"].notna() == ~single).all()
    assert table.loc[single, ["probability", "q05", "q95"]].stack().between(0, 1).all()
    assert (table["q05"] <= table["q95"]).all()
    number = table[~single]
    assert ((number["q05"] <= number["mean"]) & (number["mean"] <= number["q95"])).all()


def test_no_register_was_changed() -> None:
    lines = (FOLDER / register.SUMS).read_text(encoding="utf-8").splitlines()
    told = dict(reversed(line.split("  ")) for line in lines)
    assert {path.name: register.digest(path) for path in FILES} == told


def test_a_later_day_is_never_less_likely() -> None:
    for path in FILES:
        deals = read(path).query("kind == 'deal'").pivot(index="question", columns="by", values="probability")
        assert (np.diff(deals.to_numpy(), axis=1) >= 0).all()


def test_a_register_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "questions", lambda day, focal: [
        register.Question("Is it so", "deal", date(2025, 12, 31), 0.25, None, 0.1, 0.5, "by looking")])  # fmt: skip
    path = tmp_path / "2025Q2.csv"
    table = register.register(path, date(2024, 12, 31), "KEN")
    assert table["id"].tolist() == ["2025Q2-001"]
    assert table["command"].item().endswith("2025Q2.csv --as-of 2024-12-31 --focal KEN")
    before = path.read_bytes()
    with pytest.raises(InputError, match="never changed"):
        register.register(path)
    assert path.read_bytes() == before
    assert (tmp_path / register.SUMS).read_text(encoding="utf-8") == f"{register.digest(path)}  2025Q2.csv\n"


def test_counts_are_poisson_in_each_draw() -> None:
    sure = register._count("A", date(2025, 12, 31), np.full(50, 4.0))
    unsure = register._count("A", date(2025, 12, 31), np.linspace(0.0, 8.0, 50))
    assert (sure.mean, sure.q05, sure.q95) == (4.0, 1.0, 8.0)  # quantiles of a Poisson of mean 4
    assert unsure.mean == pytest.approx(4.0)
    assert unsure.q95 - unsure.q05 > sure.q95 - sure.q05
