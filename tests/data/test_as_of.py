"""Nothing later than the as-of date leaks into the world."""

from datetime import date

import numpy as np
import pytest

from simulation.data.dates import surely_by
from simulation.data.facts import load_facts
from simulation.data.tables import table
from simulation.data.world import load_world

DAYS = [date(2019, 5, 21), date(2020, 1, 1), date(2022, 6, 30), date(2023, 11, 13), date(2024, 12, 30)]


@pytest.mark.parametrize("day", DAYS)
def test_no_record_is_dated_later(day):
    world = load_world(day, "full")
    assert all(deal.date <= day for deal in world.deals)
    for text in world.instruments:
        assert text.opens <= day
        assert text.closes is None or text.closes <= day
        assert text.in_force is None or text.in_force <= day
        assert all(joined <= day for _, joined in text.joined)


def test_a_figure_of_a_later_year_is_not_used_where_an_earlier_exists():
    early, late = load_facts(date(2020, 1, 1)), load_facts(date(2024, 12, 31))
    place = early.iso3.index("MAR")
    figures = {(row["variable"], row["year"]): float(row["value"])
               for row in table("state_facts") if row["iso3"] == "MAR"}
    assert early["libdem"][place] == figures["libdem", "2019"]
    assert late["libdem"][place] == figures["libdem", "2024"]
    assert early["readiness"][place] == figures["readiness", "2023"]
    assert late["readiness"][place] == figures["readiness", "2024"]
    assert early["gdp_usd"][place] == figures["gdp_usd", "2023"]
    votes = [figures["ideal_point", year] for year in ("2017", "2018", "2019")]
    assert early["ideal_point"][place] == pytest.approx(np.mean(votes))
    assert any(note.startswith("readiness: the figure of 2023 is used for 191") for note in early.notes)


def test_a_year_is_known_from_its_last_day():
    place = load_facts(DAYS[0]).iso3.index("MAR")
    before, after = load_facts(date(2024, 12, 30)), load_facts(date(2024, 12, 31))
    assert before["libdem"][place] != after["libdem"][place]


@pytest.mark.parametrize(("text", "day"), [
    ("2024-05-29", date(2024, 5, 29)), ("2024-02", date(2024, 2, 29)), ("2023", date(2023, 12, 31)),
])
def test_vague_dates_count_from_their_last_day(text, day):
    assert surely_by(text) == day


@pytest.mark.parametrize("text", ["", "2024-13", "2024-02-30", "24-02-01", "2024/02/01", "0000", "٢٠٢٤"])
def test_bad_dates_are_refused(text):
    with pytest.raises(ValueError, match="no date"):
        surely_by(text)


def test_blocs_of_an_earlier_day():
    world = load_world(date(2020, 1, 1))
    blocs = {bloc.id: {world.ids[index] for index in bloc.members} for bloc in world.blocs}
    assert "ARE" not in blocs["BRICS"]
    assert "GBR" in blocs["EU"]
    assert "RUS" in blocs["CoE"]
    assert "FIN" not in blocs["NATO"]
    assert "AUKUS" not in blocs
    assert "DCO" not in blocs
    assert "dco" not in world.ids


def test_joins_in_steps():
    def joined(day):
        world = load_world(day)
        text = next(item for item in world.instruments if item.id == "us_poldecl_2023")
        return len(text.joined)

    assert joined(date(2023, 11, 12)) == 0
    assert joined(date(2023, 11, 13)) == 45  # 46, one of them is not loaded
    assert joined(date(2024, 12, 31)) == 57


def test_a_day_after_the_record_or_long_before_it_loads():
    assert len(load_world(date(2030, 1, 1)).deals) == len(load_world(date(2024, 12, 31)).deals)
    assert np.isfinite(load_world(date(2012, 1, 1), "full").position).all()
