"""Forecasts of pairs as of a day: what is refused, what is the same, what nothing later may change."""

from datetime import date

import numpy as np
import pytest

from simulation.data.judged_pairs import judged_pairs, states_and_union
from simulation.errors import InputError
from simulation.evidence.deals.forecast import COLUMNS, forecast_pairs, table_text
from simulation.intensity.covariates import NAMES, covariates
from simulation.intensity.places import with_firms
from simulation.intensity.posterior import posterior_of, shipped_posteriors
from simulation.intensity.record import ai_deals, shipped_treaties

DRAWS = 12


@pytest.fixture(scope="module")
def everybody():
    return forecast_pairs("2024-12-31", "2026-06-30", draws=DRAWS)


def test_every_fault_is_named_at_once():
    with pytest.raises(InputError) as error:
        forecast_pairs("2016-12-31", "soon", focal="mar", kinds=["staet", "ngo"], flow="all")
    assert str(error.value).splitlines() == [
        "--by: 'soon' is no date: write YYYY-MM-DD",
        "--as-of: 2016-12-31 is before 2017-12-31, the first day with a fit of deals",
        "--focal: 'mar' is no state; did you mean 'MAR'?",
        "--kinds: 'staet' is no kind of partner; did you mean 'state'?",
        "--flow: 'all' is no flow; allowed: recorded, signed",
    ]


def test_a_forecast_needs_time_ahead():
    with pytest.raises(InputError, match="--by: 2024-12-31 is not after the as-of date"):
        forecast_pairs(date(2024, 12, 31), date(2024, 12, 31))


def test_organisations_need_a_focal_state():
    with pytest.raises(InputError, match="'ngo' needs a focal state"):
        forecast_pairs("2024-12-31", "2025-12-31", kinds=["ngo"])


def test_probabilities_are_probabilities(everybody):
    assert tuple(everybody.columns) == COLUMNS
    assert len(everybody) > 18_000
    assert everybody["probability"].between(0, 1).all()
    assert (everybody["q05"] <= everybody["q95"]).all()
    assert (everybody["expected"] >= everybody["probability"] - 1e-12).all()  # 1 − e^{−x} ≤ x
    assert (everybody["a"] != everybody["b"]).all()
    pairs = set(zip(everybody["a"], everybody["b"], strict=True))
    assert not pairs & {("RUS", "UKR"), ("KOR", "PRK"), ("FRA", "EU")}  # X22


def test_a_focal_state_has_the_same_figures_as_in_the_whole_table(everybody):
    own = forecast_pairs("2024-12-31", "2026-06-30", focal="SEN", kinds=["state"], draws=DRAWS)
    assert set(own["a"]) == {"SEN"}
    mine = everybody[(everybody["a"] == "SEN") | (everybody["b"] == "SEN")]
    other = np.where(mine["a"] == "SEN", mine["b"], mine["a"])
    assert dict(zip(own["b"], own["probability"], strict=True)) == dict(zip(other, mine["probability"], strict=True))


def test_more_time_and_unrecorded_signings_never_lower_a_chance(everybody):
    longer = forecast_pairs("2024-12-31", "2027-06-30", draws=DRAWS).set_index(["a", "b"])
    signed = forecast_pairs("2024-12-31", "2026-06-30", flow="signed", draws=DRAWS).set_index(["a", "b"])
    short = everybody.set_index(["a", "b"])["expected"]
    assert (longer["expected"].reindex(short.index) > short).all()
    assert (signed["expected"].reindex(short.index) > short).all()
    assert 1.5 < signed["expected"].sum() / short.sum() < 4.0


def test_a_focal_state_meets_partners_of_every_kind():
    found = forecast_pairs("2024-12-31", "2025-12-31", focal="KEN", draws=DRAWS)
    assert set(found["kind_b"]) == {"state", "firm", "think_tank", "ngo", "secretariat"}
    lines = table_text(found).splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert len(lines) == len(found) + 1
    assert all(line.count(",") == 8 for line in lines)


def test_nothing_later_enters_the_covariates_of_a_year():
    places = states_and_union()
    record, treaties = ai_deals(places), shipped_treaties(places)
    known = covariates(places, 2020, record.until(2020), treaties.until(2020))
    np.testing.assert_array_equal(covariates(places, 2020, record, treaties), known)
    assert (covariates(places, 2024, record, treaties)[NAMES.index("past")] > known[NAMES.index("past")]).any()


def test_a_past_day_uses_the_latest_fit_not_after_it():
    assert posterior_of(date(2020, 12, 31)).year == 2020
    assert posterior_of(date(2020, 12, 30)).year == 2019
    assert posterior_of(date(2026, 3, 1)).year == 2024
    events = [one.events for _, one in sorted(shipped_posteriors().items())]
    record = ai_deals(states_and_union())
    assert events == [int((record.year <= year).sum()) for year in range(2017, 2025)]


def test_draws_do_not_depend_on_how_many_are_asked_for():
    known = posterior_of(date(2024, 12, 31))
    np.testing.assert_array_equal(known.draws(5), known.draws(9)[:5])
    spread = known.draws(400)
    np.testing.assert_allclose(spread.mean(axis=0), known.mode, atol=0.25 * known.sd.max())
    np.testing.assert_allclose(spread.std(axis=0), known.sd, rtol=0.2)


def test_masks_are_dated():
    places = with_firms()
    usa, huawei = places.place["USA"], places.place["huawei"]
    assert judged_pairs("masks", places, date(2018, 1, 1))[usa, huawei] == 0.0
    assert judged_pairs("masks", places, date(2024, 12, 31))[usa, huawei] == 1.0
    marks = judged_pairs("masks", places, date(2024, 12, 31))
    np.testing.assert_array_equal(marks, marks.T)
