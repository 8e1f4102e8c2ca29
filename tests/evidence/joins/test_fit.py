"""The fit finds what made the lists, sees nothing later than its day, and ships as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from simulation.evidence.joins import posterior as pace_module
from simulation.evidence.joins.fit import fit, rows_of
from simulation.evidence.joins.posterior import fit_as_of, fit_pace, write
from simulation.evidence.joins.record import NEVER, RECORD_END, as_known, read_record, sums
from simulation.intensity.joining.design import KINDS, PRIOR, REACH, Form, habit
from simulation.intensity.joining.posterior import YEARS, names, shipped
from simulation.intensity.joining.states import NAMES, covariates, known_years
from tests.evidence.joins.lists import SHARED, VOTES, made_up

gathered = pytest.mark.skipif(not SHARED.is_dir(), reason="the gathered sources are not beside the project")


def test_the_slope_that_made_the_lists_is_found() -> None:
    record = made_up()
    found = fit([rows_of(one, record, RECORD_END) for one in record], Form(covariates=2.0, habit=0.001))
    value = found.mode[found.names.index("votes")]
    sd = found.covariance[len(REACH), len(REACH)] ** 0.5
    assert abs(value - VOTES) < 4 * sd + 0.25  # shrunk a little: states have effects of their own
    others = [found.mode[found.names.index(name)] for name in NAMES[1:]]
    assert np.abs(others).max() < VOTES / 3


def test_a_start_near_by_ends_at_the_same_mode() -> None:
    record = made_up(12)
    rows = [rows_of(one, record, RECORD_END) for one in record]
    whole = fit(rows, Form())
    cold, warm = fit(rows[1:], Form()), fit(rows[1:], Form(), whole)
    assert warm.mode == pytest.approx(cold.mode, abs=1e-6)
    assert warm.state == pytest.approx(cold.state, abs=1e-6)


def test_a_count_without_names_moves_reach_and_nothing_else() -> None:
    record = made_up(12)
    call = record[-3]
    nameless = replace(call, id="count", family="count", observed=np.zeros_like(call.observed), count=185)
    rows = [rows_of(one, record, RECORD_END) for one in record]
    plain, more = fit(rows, Form()), fit([*rows, rows_of(nameless, record, RECORD_END)], Form())
    political = plain.names.index("political")
    assert more.mode[political] > plain.mode[political]
    votes = plain.names.index("votes")
    assert more.mode[votes] == pytest.approx(plain.mode[votes], abs=0.02)


def test_deleting_what_came_later_changes_no_fit() -> None:
    record, day = made_up(), date(2014, 12, 31)
    trimmed = [
        replace(one, day=np.where(one.day <= day.toordinal(), one.day, NEVER)) for one in record if one.opens <= day
    ]
    a, b = fit_as_of(record, day), fit_as_of(trimmed, day)
    assert np.array_equal(a.mode, b.mode)
    assert np.array_equal(a.pace.mode, b.pace.mode)
    assert np.array_equal(a.excess, b.excess)


def test_no_figure_is_later_than_the_day() -> None:
    for year in YEARS:
        for name in NAMES:
            assert all(known <= year for known in known_years(name, date(year, 12, 31)))
    assert not covariates(date(2020, 6, 1), date(2020, 6, 1))[:, NAMES.index("effectiveness")].any()
    assert covariates(date(2021, 12, 31), date(2021, 12, 31))[:, NAMES.index("effectiveness")].any()


def test_a_habit_is_worth_half_after_six_years() -> None:
    record = made_up(6)
    excess, weight = sums(record, date(2012, 1, 1))
    then = habit(excess, weight, "digital", False)
    assert np.abs(then).max() > 0.05
    far = habit(excess, weight, "digital", False, years=600.0)
    assert np.abs(far).max() < 1e-12
    one = np.zeros((1, len(KINDS)))
    assert habit(one + 1, one + 1, "digital", True, 6.0)[0, 0] == pytest.approx(0.5 / (PRIOR + 0.5))


def test_the_slope_of_the_pace_is_the_derivative_of_its_likelihood() -> None:
    record = made_up(8)
    rows = [rows_of(one, record, RECORD_END) for one in record]
    steps, _ = pace_module._steps(fit(rows, Form()), rows)
    odds, nudge = np.full(len(steps.of), -2.0), 1e-5
    for k in (0, len(odds) // 2, len(odds) - 1):
        step = np.eye(1, len(odds), k)[0] * nudge
        up, down = (pace_module._log_likelihood(steps, odds + sign * step)[0] for sign in (1, -1))
        assert pace_module._log_likelihood(steps, odds)[1][k] == pytest.approx((up - down) / (2 * nudge), rel=1e-4)


def test_a_faster_record_gives_a_faster_pace() -> None:
    slow = made_up(10)
    fast = [replace(one, day=np.where(one.eligible & (one.day == NEVER), one.opens.toordinal() + 200, one.day))
            for one in slow]  # fmt: skip
    rates = []
    for record in (slow, fast):
        rows = [rows_of(one, record, RECORD_END) for one in record]
        rates.append(fit_pace(fit(rows, Form()), rows).mode[0])
    assert rates[1] > rates[0] + 0.5


def test_what_ships_is_read_back(tmp_path, monkeypatch) -> None:
    made = fit_as_of(made_up(12), date(2024, 12, 31))
    write([made], tmp_path)
    monkeypatch.setattr("simulation.intensity.joining.posterior.TABLES", tmp_path)
    shipped.cache_clear()
    read = shipped(date(2025, 3, 1))
    shipped.cache_clear()
    assert read.mode == pytest.approx(made.mode, rel=1e-3)
    assert read.covariance == pytest.approx(made.covariance, rel=1e-3, abs=1e-9)
    assert read.state == pytest.approx(made.state, abs=6e-4)
    assert read.pace.call_sd == pytest.approx(made.pace.call_sd, rel=1e-3)


@gathered
def test_the_record_is_what_was_coded() -> None:
    record = read_record(SHARED)
    assert len(record) == 141
    with (SHARED / "treaties" / "coding.csv").open(encoding="utf-8") as stream:
        coded = {line.split(",")[0]: line.rstrip("\n").split(",") for line in stream}
    for one in record:
        if one.id not in coded:
            continue
        joined, eligible = one.joined.sum(), one.eligible.sum()
        assert abs((joined if one.count is None else one.count) - int(coded[one.id][13])) <= 5, one.id
        # the coding lets states in that were members of the United Nations a few years later
        assert abs(eligible - int(coded[one.id][11])) <= 12, one.id
        assert not (one.joined & ~one.eligible).any()
        assert one.end <= RECORD_END


@gathered
def test_nothing_of_the_record_is_known_too_early() -> None:
    record, day = read_record(SHARED), date(2019, 12, 31)
    for one in as_known(record, day):
        assert one.opens <= day
        assert one.end <= day
        assert one.day[one.day < NEVER].max(initial=0) <= day.toordinal()


@gathered
@pytest.mark.slow
def test_the_shipped_tables_are_those_of_the_fit(tmp_path) -> None:
    from simulation.intensity.joining.states import TABLES

    write([fit_as_of(read_record(SHARED), date(year, 12, 31)) for year in YEARS], tmp_path)
    for name in ("coefficients", "states", "shares"):
        assert (tmp_path / f"{name}.csv").read_bytes() == (TABLES / f"{name}.csv").read_bytes(), name


def test_every_year_ships_the_coefficients_of_this_form() -> None:
    for year in YEARS:
        found = shipped(date(year, 12, 31))
        assert found.mode.shape == (len(names()),)
        assert np.linalg.eigvalsh(found.covariance).min() > -1e-4
