"""The registers of forecasts: dated, resolvable, and never changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulation.errors import InputError
from simulation.evidence import register
from simulation.evidence.register_runs import LEVELS, chance, number

FOLDER = Path(__file__).parents[2] / "docs" / "forecasts"
FILES = sorted(FOLDER.glob("*.csv"))


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, na_values={"probability": "", "mean": ""})


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_questions_are_dated_and_say_how_they_are_resolved(path: Path) -> None:
    table = read(path)
    outer = [name for name in register.COLUMNS if name not in register.QUANTILES[1:-1]]
    assert list(table.columns) in (list(register.COLUMNS), outer)
    assert len(table) >= 60
    assert table["id"].is_unique
    assert not table.duplicated(["question", "by"]).any()
    assert {"join", "joiners", "deal", "deals"} <= set(table["kind"]) <= set(register.KINDS)
    assert (table["made_on"] < table["by"]).all()  # ISO 8601
    assert all(date.fromisoformat(day) for day in table["by"])
    assert (table["resolved_by"].str.len() > 40).all()
    assert table["model_version"].str.contains("edition").all()


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_question_has_a_chance_or_a_number_within_its_bounds(path: Path) -> None:
    table = read(path)
    single = table["kind"].isin(register.CHANCES)
    assert (table["probability"].notna() == single).all()
    assert (table["mean"].notna() == ~single).all()
    assert table.loc[single, ["probability", "q05", "q95"]].stack().between(0, 1).all()
    counted = table[~single]
    quantiles = [name for name in register.QUANTILES if name in table.columns]
    assert (np.diff(counted[quantiles].to_numpy(float), axis=1) >= 0).all()
    assert (table["q05"].astype(float) <= table["q95"].astype(float)).all()
    # a rare large number may lift the mean above the last quantile, by less than one
    assert counted["mean"].between(counted["q05"].astype(float), counted["q95"].astype(float) + 1).all()


def test_no_register_was_changed() -> None:
    lines = (FOLDER / register.SUMS).read_text(encoding="utf-8").splitlines()
    told = dict(reversed(line.split("  ")) for line in lines)
    assert {path.name: register.digest(path) for path in FILES} == told


def test_a_later_day_is_never_less_likely() -> None:
    for path in FILES:
        deals = read(path).query("kind == 'deal'").pivot(index="question", columns="by", values="probability")
        assert (np.diff(deals.to_numpy(), axis=1) >= 0).all()


def test_a_register_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by = date(2025, 12, 31)
    monkeypatch.setattr(register, "questions", lambda *_: [
        chance("Is it so", "deal", by, 0.25, 0.1, 0.5, "by looking"),
        number("How many", "signed", by, np.arange(101), "by counting")])  # fmt: skip
    path = tmp_path / "2025Q2.csv"
    table = register.register(path, date(2024, 12, 31), "KEN")
    assert table["id"].tolist() == ["2025Q2-001", "2025Q2-002"]
    assert table[list(register.QUANTILES)].to_numpy().tolist() == [
        ["0.1000", "", "", "", "0.5000"], ["5.0000", "25.0000", "50.0000", "75.0000", "95.0000"]]  # fmt: skip
    assert set(table["command"]) == {
        "python -m simulation.evidence.register 2025Q2.csv --as-of 2024-12-31 --focal KEN --replicates 200"
    }
    before = path.read_bytes()
    with pytest.raises(InputError, match="never changed"):
        register.register(path)
    assert path.read_bytes() == before
    assert (tmp_path / register.SUMS).read_text(encoding="utf-8") == f"{register.digest(path)}  2025Q2.csv\n"


def test_counts_are_poisson_in_each_draw() -> None:
    sure = register._count("A", date(2025, 12, 31), np.full(50, 4.0))
    unsure = register._count("A", date(2025, 12, 31), np.linspace(0.0, 8.0, 50))
    assert (sure.mean, sure.quantiles) == (4.0, (1, 3, 4, 5, 8))  # of a Poisson of mean 4
    assert unsure.mean == pytest.approx(4.0)
    assert unsure.quantiles[-1] - unsure.quantiles[0] > 8 - 1


def test_quantiles_are_numbers_that_a_count_can_have() -> None:
    found = number("How many", "signed", date(2025, 12, 31), np.array([0, 1, 1, 2]), "by counting")
    assert (found.mean, found.quantiles, len(LEVELS)) == (1.0, (0, 0, 1, 1, 2), 5)
