"""``wifaq instruments`` and ``wifaq backtest`` on the command line: what bad input gets."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulation.cli.commands import app


def wifaq(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout + result.stderr


def test_a_bad_file_of_instruments_is_refused_whole(tmp_path: Path) -> None:
    path, out = tmp_path / "texts.yaml", tmp_path / "out.csv"
    path.write_text("- {id: a, opens: 2025-02-11, domaine: civil}\n- {id: b, opens: 2025-13-01}\n", encoding="utf-8")
    days = ("--as-of", "2024-12-31", "--by", "2025-12-31")
    status, said = wifaq("instruments", str(path), *days, "--out", str(out))
    assert status == 2
    assert "did you mean 'domain'?" in said
    assert "'2025-13-01'" in said
    assert "Traceback" not in said
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--as-of", "2022-02-30"), "is no date"),
        (("--as-of", "2030-01-01"), "leaves no whole year of the record"),
        (("--scenario", "nowhere.yaml"), "nowhere.yaml"),
        (("--replicates", "-1"), "--replicates"),
    ],
)
def test_a_backtest_that_cannot_be_is_refused(arguments: tuple[str, ...], told: str) -> None:
    status, said = wifaq("backtest", *arguments)
    assert status == 2
    assert told in said
    assert "Traceback" not in said


@pytest.mark.parametrize(("as_of", "noted"), [("2024-12-31", False), ("2025-06-30", True)])
def test_a_day_after_the_record_is_noted(as_of: str, noted: bool, tmp_path: Path) -> None:
    path = tmp_path / "texts.yaml"
    path.write_text("- {id: a, opens: 2025-02-11, sponsors: [FRA]}\n", encoding="utf-8")
    status, said = wifaq("instruments", str(path), "--as-of", as_of, "--by", "2026-12-31")
    assert status == 0
    assert ("the shipped record ends on 2024-12-31" in said) == noted
