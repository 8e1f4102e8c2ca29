"""Files of instruments: what the table has, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from simulation.errors import InputError
from simulation.evidence.joins.instrument_table import COLUMNS, forecast_file

FILE = Path(__file__).with_name("texts.yaml")
DAY, BY = date(2024, 12, 31), date(2025, 12, 31)


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


def test_another_calendar_and_a_name_twice_are_told(tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    names = "sponsors: [MAR, Maroc], eligible: [MAR, FRA, MAR], joined: [FRA, FRA]"
    path.write_text(f"- {{id: a, opens: 1446-01-01, {names}}}\n")
    with pytest.raises(InputError) as caught:
        forecast_file(path, str(DAY), str(BY))
    assert [line.partition(": ")[2] for line in str(caught.value).splitlines()] == [
        "instruments[0].opens: 1446-01-01 is before 1900; write the year of the Gregorian calendar",
        "instruments[0].sponsors[1]: 'MAR' is named twice",
        "instruments[0].eligible[2]: 'MAR' is named twice",
        "instruments[0].joined[1]: 'FRA' is named twice",
    ]


def test_a_text_that_opens_after_the_day_of_the_forecast_is_refused(tmp_path: Path) -> None:
    path, out = tmp_path / "late.yaml", tmp_path / "out.csv"
    path.write_text("- {id: a, opens: 2025-12-31}\n- {id: b, opens: 2026Q1}\n")
    with pytest.raises(InputError) as caught:
        forecast_file(path, str(DAY), str(BY), out)
    assert str(caught.value) == (
        f"{path}:2:11: instruments[1].opens: 2026-01-01 is after the day of the forecast, 2025-12-31: "
        "nobody can have joined by then"
    )
    assert not out.exists()


def test_an_empty_file_is_told_what_a_file_of_instruments_is(tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.touch()
    with pytest.raises(InputError, match="is empty; the file must be a list of at least one instrument"):
        forecast_file(path, str(DAY), str(BY))


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
