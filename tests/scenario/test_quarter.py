from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.scenario.quarter import Quarter

quarters = st.integers(4, 9999 * 4 - 1).map(Quarter)


@given(quarters)
def test_text_and_days_round_trip(quarter: Quarter) -> None:
    assert Quarter.parse(str(quarter)) == quarter
    assert Quarter.of(quarter.first_day) == Quarter.of(quarter.last_day) == quarter
    assert Quarter.of(quarter.last_day + timedelta(days=1)) == quarter + 1


@given(quarters, st.integers(-3, 400))
def test_arithmetic_is_that_of_integers(quarter: Quarter, step: int) -> None:
    assert (quarter + step) - quarter == (quarter + step).index_from(quarter) == step
    assert (quarter + step) - step == quarter
    assert (quarter + step > quarter) == (step > 0)


def test_parts() -> None:
    quarter = Quarter.parse("2027Q3")
    assert (quarter.year, quarter.number) == (2027, 3)
    assert (quarter.first_day, quarter.last_day) == (date(2027, 7, 1), date(2027, 9, 30))
    assert repr(quarter) == "Quarter('2027Q3')"


@pytest.mark.parametrize(
    "text", ["2027Q0", "2027Q5", "27Q1", "2027q1", "2027Q1 ", "2027-Q1", "Q12027", "", "٢٠٢٧Q1"]
)
def test_what_is_no_quarter(text: str) -> None:
    with pytest.raises(ValueError, match="is not a quarter"):
        Quarter.parse(text)
