"""``wifaq deals`` on the command line: who is told, where it goes, what bad input gets."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulation.cli.commands import app

COLUMNS = ["a", "b", "kind_a", "kind_b", "probability", "q05", "q95", "expected", "held"]
DAYS = ("--as-of", "2024-12-31", "--by", "2025-12-31")


def wifaq(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["deals", *arguments])
    return result.exit_code, result.stdout, result.stderr


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_all_pairs_of_states_likeliest_first() -> None:
    status, said, noted = wifaq(*DAYS)
    table = rows(said)
    assert (status, noted) == (0, "")
    assert list(table[0]) == COLUMNS
    pairs = {(row["a"], row["b"]) for row in table}
    assert len(pairs) == len(table) > 18_000  # of 18,721 pairs of 193 states and the EU
    assert {("EU", "MAR"), ("MAR", "EU")} & pairs
    assert not {("EU", "FRA"), ("FRA", "EU")} & pairs  # the EU signs with no member
    assert {row["kind_a"] for row in table} == {row["kind_b"] for row in table} == {"state"}
    chances = [float(row["probability"]) for row in table]
    assert chances == sorted(chances, reverse=True)
    assert all(0 <= float(row["q05"]) <= float(row["q95"]) <= 1 for row in table)


def test_a_state_is_named_as_people_name_it_and_written_whole(tmp_path: Path) -> None:
    out = tmp_path / "deals.csv"
    status, said, _ = wifaq(*DAYS, "--focal", "Maroc", "--kinds", "state", "--kinds", "firm", "--out", str(out))
    table = rows(out.read_text(encoding="utf-8"))
    assert status == 0
    assert f"{len(table)} rows" in said
    assert {row["a"] for row in table} == {"MAR"}
    assert {row["kind_b"] for row in table} == {"state", "firm"}
    assert list(tmp_path.iterdir()) == [out]


def test_more_is_signed_than_recorded_and_more_by_a_later_day() -> None:
    def expected(*options: str) -> float:
        return sum(float(row["expected"]) for row in rows(wifaq(*options, "--focal", "KEN", "--kinds", "state")[1]))

    recorded = expected(*DAYS)
    assert expected(*DAYS, "--flow", "signed") > 1.2 * recorded
    assert expected("--as-of", "2024-12-31", "--by", "2026-12-31") > 1.2 * recorded


def test_everything_wrong_is_told_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    out = tmp_path / "deals.xlsx"
    status, said, told = wifaq("--as-of", "2024-13-01", "--by", "soon", "--focal", "Taiwan", "--kinds", "firms",
                               "--flow", "all", "--out", str(out))  # fmt: skip
    assert (status, said) == (2, "")
    for part in ("'2024-13-01' is no date", "'soon' is no date", "Taiwan", "no UN member", "did you mean 'firm'?",
                 "allowed: recorded, signed", "end the name in .csv"):  # fmt: skip
        assert part in told
    assert len(told.splitlines()) == 6
    assert "Traceback" not in told
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (("--as-of", "2016-12-31", "--by", "2018-12-31"), "the first day with a fit"),
        (("--as-of", "2024-12-31", "--by", "2024-12-31"), "not after the as-of date"),
        (("--as-of", "2024-12-31", "--by", "2060-12-31"), "more than 20 years"),
        ((*DAYS, "--kinds", "ngo"), "needs a focal state"),
        ((*DAYS, "--focal", "MAR", "--kinds", "influencer"), "no parties to deals"),
    ],
)
def test_what_cannot_be_forecast_is_refused(options: tuple[str, ...], part: str) -> None:
    status, said, told = wifaq(*options)
    assert (status, said) == (2, "")
    assert part in told


def test_a_day_after_the_record_is_noted() -> None:
    status, _, told = wifaq("--as-of", "2025-06-30", "--by", "2026-12-31", "--focal", "MAR", "--kinds", "firm")
    assert status == 0
    assert told.strip() == "note: the shipped record ends on 2024-12-31; of later days nothing is known"
