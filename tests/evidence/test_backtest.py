"""``wifaq backtest``: what is scored, and from which days; how it is told, written and drawn: ``test_past_runs.py``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulation.errors import InputError
from simulation.evidence import backtest, scores
from simulation.evidence.deals.scoring import OURS
from simulation.evidence.joins.backtest import MODEL
from tests.evidence.joins.lists import made_up


@pytest.mark.parametrize("day", ["2022", "31-12-2022", "2024-12-31", "2012-12-31", "2018-12-30"])
def test_days_without_a_past_or_a_future_are_refused(tmp_path: Path, day: str) -> None:
    with pytest.raises(InputError, match="--as-of"):
        backtest.backtest(day, out=tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_a_day_stands_for_the_last_year_end() -> None:
    assert [backtest._year(day) for day in ("2022-12-31", "2023-01-01", "2023-12-30")] == [2022, 2022, 2022]


@pytest.mark.long
def test_pairs_of_the_focal_state_are_a_part_of_all() -> None:
    tables = backtest.deals_tables("USA", (2022,))
    assert {name.split("_")[0] for name in tables} == {"deals"}
    own = tables["deals_focal"].set_index("forecast")
    assert set(own.index) == set(tables["deals_pairs"]["forecast"])
    assert own.loc[OURS, "pairs"] < tables["deals_calibration"]["rows"].sum()
    assert 0 < own.loc[OURS, "happened"] <= tables["deals_focal_counts"].iloc[0]["happened"]


@pytest.mark.long
def test_joins_from_one_day_use_lists_known_by_then() -> None:
    tables = backtest.joins_tables(made_up(), "MAR", 2017)
    assert set(tables) == {"joins_rolling", "joins_rolling_counts", "joins_state"}
    best = tables["joins_rolling"].set_index("forecast")
    assert best.loc[MODEL, "texts"] == 2  # of 2018
    assert best.loc[MODEL, "Brier"] < best.loc["base rate of the kind", "Brier"]
    assert "MAR" in set(tables["joins_state"]["iso3"])
    assert backtest.joins_tables(made_up(), "MAR", 2022) == {}


def test_bands_hold_every_row_once() -> None:
    luck = np.random.default_rng(2)
    p = np.concatenate([luck.random(5000), [0.0, 1.0]])
    y = (luck.random(len(p)) < p).astype(float)
    table = scores.bands(p, y, backtest.JOIN_BANDS)
    assert table["rows"].sum() == len(p)
    assert ((table["low"] <= table["frequency"]) & (table["frequency"] <= table["high"])).all()
    assert ((table["low"] <= table["forecast"]) & (table["forecast"] <= table["high"])).mean() >= 0.8
    assert len(scores.bands(np.array([0.95]), np.array([1.0]), backtest.JOIN_BANDS)) == 1
