"""Forecasts of joining: what they know, what they refuse, and that the shipped fit is that of the code."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from simulation.data import texts
from simulation.data.tables import table
from simulation.errors import InputError
from simulation.evidence.calibration import joining_covariates as covariates
from simulation.evidence.calibration import joining_weights as fit
from simulation.evidence.calibration.joining_covariates import STATIC, Text, setting
from simulation.evidence.calibration.joining_weights import CHOSEN, NAMES, fit_all, history, shipped_weights
from simulation.evidence.joins.instrument_table import COLUMNS, forecast_file
from simulation.scenario.parameters import Parameters

FILE = Path(__file__).with_name("texts.yaml")
DAY, BY = date(2024, 12, 31), date(2025, 12, 31)
EVERYBODY = tuple(row["iso3"] for row in table("states"))
CALL = Text(id="call", opens=date(2025, 3, 1), sponsors=("FRA",), eligible=EVERYBODY)


# --- the command


def test_the_table_has_a_row_for_every_eligible_state(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    rows = [line.split(",") for line in forecast_file(FILE, str(DAY), str(BY), out).splitlines()]
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 1 + 4 * 193 + 46 + 54
    for _, _, probability, low, high in rows[1:]:
        assert 0 <= float(low) <= float(high) <= 1
        assert 0 <= float(probability) <= 1
    assert out.read_text(encoding="utf-8") == forecast_file(FILE, str(DAY), str(BY))
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


BAD = """instruments:
  - {id: a, opens: 2025-02-11, sponsors: [FRAN], domaine: civil}
  - {id: b, sponsors: [FRA], eligible: {blocs: [AUX]}, domain: navy}
  - {id: c, opens: 2025-02-31, eligible: [MAR], joined: [FRA]}
  - {id: d, opens: 2025-03-01, closes: 2025-02-01}
  - {id: d, opens: 2025-03-01}
"""


def test_every_fault_is_told_with_its_place_and_nothing_is_written(tmp_path: Path) -> None:
    path, out = tmp_path / "bad.yaml", tmp_path / "out.csv"
    path.write_text(BAD, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        forecast_file(path, str(DAY), "2025-13-01", out)
    told = str(caught.value).replace(f"{path}:", "")
    for expected in (
        "--by: '2025-13-01' is no date",
        "instruments[0].domaine: unknown key; did you mean 'domain'?",
        "instruments[0].sponsors[0]: 'FRAN' is no state, organisation or bloc; did you mean",
        "instruments[1].opens: is missing",
        "instruments[1].eligible.blocs[0]: 'AUX' is no bloc",
        "instruments[1].domain: 'navy' is not one of",
        "instruments[2].opens: '2025-02-31' is not a day of the calendar",
        "instruments[2].joined[0]: 'FRA' is not among the eligible",
        "instruments[3].closes: 2025-02-01 is before it opens",
        "instruments[4].id: 'd' is used twice",
    ):
        assert expected in told
    assert not out.exists()


@pytest.mark.parametrize("text", ["", "[]", "instruments: {}", "- 3", "texts: []", "{id: a, opens: 2025-01-01}"])
def test_other_shapes_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        forecast_file(path, str(DAY), str(BY))


def test_a_day_before_the_record_and_a_text_for_nobody_are_told(tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    nobody = "- {id: a, opens: 2025-01-01, eligible: []}\n- {id: b, opens: 2025-01-01, eligible: {blocs: []}}\n"
    path.write_text(nobody, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        forecast_file(path, "0001-01-01", str(BY))
    told = str(caught.value)
    assert "--as-of: 0001-01-01 is outside" in told
    assert all(f"instruments[{k}].eligible: names nobody" in told for k in (0, 1))


# --- what the forecast does


def test_another_text_in_the_file_changes_nothing(tmp_path: Path) -> None:
    first = FILE.read_text(encoding="utf-8").splitlines()[0]
    path = tmp_path / "one.yaml"
    path.write_text(first, encoding="utf-8")
    assert forecast_file(FILE, str(DAY), str(BY)).startswith(forecast_file(path, str(DAY), str(BY)))


def test_the_factors_are_those_of_a_run() -> None:
    here = setting(CALL, DAY)
    world = covariates.world_on(DAY)
    capacity = here.static[:, STATIC.index("capacity")]
    assert capacity == pytest.approx(world.capacity[:193] - world.capacity[:193].mean())
    assert here.static.mean(axis=0) == pytest.approx(np.zeros(len(STATIC)), abs=1e-9)


# --- the fit


def test_the_shipped_weights_are_near_those_of_the_fit() -> None:
    """They were fitted when capacity still read laws of 2025-26; runs keep them until they join as forecasts do."""
    fitted, shipped = fit_all(), shipped_weights()
    free = np.diag(fitted.covariance) > 0
    away = (shipped.mode - fitted.mode)[free] / np.sqrt(np.diag(fitted.covariance)[free])
    assert np.abs(away).max() < 1.0


def test_a_run_uses_the_fitted_weights() -> None:
    shipped, par = shipped_weights(), Parameters()
    for name in NAMES:
        assert getattr(par, f"join_{name}") == pytest.approx(shipped[name], rel=0.03), name
    assert par.join_intercept == pytest.approx(shipped["pace"], rel=0.02)
    assert par.join_launch == pytest.approx(shipped["launch"] - shipped["pace"], rel=0.02)
    assert par.join_launch_binding == pytest.approx(shipped["launch_binding"], rel=0.03)
    assert par.join_club == pytest.approx(shipped["club"], rel=0.03)


def test_the_gradient_is_that_of_the_likelihood() -> None:
    h = history("dco")
    luck = np.random.default_rng(1)
    weight = luck.uniform(0, 1, len(NAMES))
    _, slope, by_launch, by_pace = fit._one(h, weight, -2.0, -5.0)
    step = 1e-6
    for k in range(len(NAMES)):
        nudge = np.zeros(len(NAMES))
        nudge[k] = step
        up, down = (fit._one(h, weight + sign * nudge, -2.0, -5.0)[0] for sign in (1, -1))
        assert slope[k] == pytest.approx((up - down) / (2 * step), rel=1e-4, abs=1e-4)
    for given, ends in ((by_launch, ((-2 + step, -5), (-2 - step, -5))), (by_pace, ((-2, -5 + step), (-2, -5 - step)))):
        up, down = (fit._one(h, weight, *end)[0] for end in ends)
        assert given == pytest.approx((up - down) / (2 * step), rel=1e-4)


def test_weights_that_are_not_chosen_are_zero() -> None:
    shipped = shipped_weights()
    assert {name for name in NAMES if shipped[name] != 0} == set(CHOSEN)


# --- leakage


def test_a_record_after_the_day_changes_no_fit_and_no_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    day, name = date(2022, 12, 31), "gpai"
    before = fit_all(until=day).mode, setting(CALL, day).static
    rows = table("joins")
    kept = [row for row in rows if row["date"] <= str(day) and row["instrument"] != name]
    moved = [{**row, "date": "2023-06-01"} for row in rows if row["date"] > str(day) and row["instrument"] != "conv108"]
    assert moved
    now = [*kept, *(row for row in rows if row["instrument"] == name and row["date"] <= str(day)), *moved]

    def doctored(which: str) -> object:
        return tuple(now) if which == "joins" else table(which)

    for module in (texts, fit):
        monkeypatch.setattr(module, "table", doctored)
    covariates.world_on.cache_clear()
    try:
        after = fit_all(until=day).mode, setting(CALL, day).static
    finally:
        covariates.world_on.cache_clear()
    assert after[0] == pytest.approx(before[0], abs=1e-9)
    assert np.array_equal(after[1], before[1])
