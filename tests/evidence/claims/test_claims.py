"""The claims of the paper: one rule for all verdicts, and a table that is never behind the model."""

from __future__ import annotations

import math
import re
import shutil
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from simulation.errors import DataError
from simulation.evidence.claims import LEDGER, measure, read_table
from simulation.evidence.claims.__main__ import main
from simulation.evidence.claims.arms import ARMS, OWN
from simulation.evidence.claims.checks import (
    AS_PREDICTED,
    MIXED,
    NO_DIFFERENCE,
    NOT_RUN,
    NOT_TESTABLE,
    NOT_TOLD,
    OPPOSITE,
    REFUTED,
    SUPPORTED,
    VERDICTS,
    Contrast,
    Record,
    outcome,
    verdict,
)
from simulation.evidence.claims.ledger import arms_of, basis, counted, tables
from simulation.evidence.claims.measures import OWN_MEASURES
from simulation.evidence.claims.measuring import COLUMNS, NUMBERS, judged, stale
from simulation.evidence.claims.page import COMMAND, render, verdict_of, write_both
from simulation.evidence.claims.propositions.effects import level
from simulation.evidence.claims.propositions.measures import registered
from simulation.scenario.fields import CLAIMS

ROOT = Path(__file__).parents[3]
DOCS, SCENARIOS = ROOT / "docs" / "results", ROOT / "scenarios"
ROLES = dict.fromkeys(CLAIMS, "E") | {
    "C16": "DE", "C18": "DS", "C23": "AD", "C27": "DE", "C35": "SE", "C37": "DE", "C48": "SE", "C56": "SE",
    **dict.fromkeys(("C1", "C5", "C8", "C10", "C11", "C22", "C32", "C33", "C40", "C41", "C43", "C46", "C47", "C49",
                     "C52", "C61"), "A"),
    **dict.fromkeys(("C14", "C15", "C19", "C21", "C38", "C39", "C62"), "D"),
    **dict.fromkeys(("C20", "C26", "C36", "C44", "C50", "C53"), "S"),
}  # fmt: skip
"""Roles of the ledger of the model description."""


@cache
def shipped() -> pd.DataFrame:
    return read_table(DOCS / "claims.csv")


# --- the rule


@pytest.mark.parametrize(
    ("low", "high", "predicted", "expected"),
    [
        (0.1, 0.3, "higher", AS_PREDICTED),
        (0.1, 0.3, "lower", OPPOSITE),
        (-0.3, -0.1, "lower", AS_PREDICTED),
        (-0.3, -0.1, "higher", OPPOSITE),
        (-0.1, 0.3, "higher", NOT_TOLD),
        (0.001, 0.009, "higher", NO_DIFFERENCE),  # told from zero, and too small to matter
        (-0.009, 0.009, "lower", NO_DIFFERENCE),
        (0.001, 0.02, "higher", AS_PREDICTED),
        (-0.3, -0.1, "different", AS_PREDICTED),
        (-0.009, 0.009, "different", NO_DIFFERENCE),
        (-0.1, 0.1, "different", NOT_TOLD),
        (-0.5, 0.009, "not higher", AS_PREDICTED),
        (-0.5, 0.02, "not higher", NOT_TOLD),
        (0.005, 0.02, "not higher", OPPOSITE),
        (-0.009, 0.5, "not lower", AS_PREDICTED),
        (-0.02, -0.005, "not lower", OPPOSITE),
        (math.nan, math.nan, "higher", NOT_TOLD),
    ],
)
def test_outcome_of_an_interval(low: float, high: float, predicted: str, expected: str) -> None:
    """The sides are .99 and 1, so a difference of .01 is the margin."""
    assert outcome(0.99, 1.0, low, high, predicted) == expected


def test_two_sides_that_are_zero_do_not_differ() -> None:
    assert outcome(0.0, 0.0, 0.0, 0.0, "higher") == NO_DIFFERENCE


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([AS_PREDICTED, AS_PREDICTED], SUPPORTED),
        ([OPPOSITE], REFUTED),
        ([NO_DIFFERENCE, NO_DIFFERENCE], REFUTED),
        ([OPPOSITE, NOT_TOLD], REFUTED),
        ([OPPOSITE, NO_DIFFERENCE], REFUTED),
        ([AS_PREDICTED, OPPOSITE], MIXED),
        ([AS_PREDICTED, NO_DIFFERENCE], MIXED),
        ([NOT_TOLD], MIXED),
        ([NO_DIFFERENCE, NOT_TOLD], MIXED),
    ],
)
def test_verdict(outcomes: list[str], expected: str) -> None:
    assert verdict(outcomes) == expected


def test_no_verdict_without_a_check() -> None:
    with pytest.raises(ValueError, match="needs an outcome"):
        verdict([])


# --- the ledger


def test_every_claim_of_the_paper_is_there_with_its_role() -> None:
    assert list(LEDGER) == list(CLAIMS)
    assert {name: claim.role for name, claim in LEDGER.items()} == ROLES
    assert all(claim.checks or claim.remark for claim in LEDGER.values())
    assert len({claim.statement for claim in LEDGER.values()}) == len(LEDGER)


def test_what_is_built_in_never_decides_beside_anything_else() -> None:
    assert basis(LEDGER["C22"]) == "built in"
    mixed = [claim for claim in LEDGER.values() if 0 < len(counted(claim)) < len(claim.checks)]
    assert mixed
    for claim in mixed:
        assert basis(claim) in ("experiment", "data", "data and experiment"), claim.id


def test_a_switch_is_never_called_an_experiment() -> None:
    """Turning a mechanism off and on again shows what it does, unless the claim is about something further off."""
    for claim in LEDGER.values():
        for check in claim.checks:
            if isinstance(check, Contrast) and "the switch `" in check.effect.compared:
                assert check.kind == "built in", claim.id


def test_no_check_reads_an_index_of_diversity() -> None:
    for claim in LEDGER.values():
        for check in claim.checks:
            if isinstance(check, Contrast):
                assert "diversity" not in {r.metric for _, r in check.effect.terms}, claim.id


def test_every_check_reads_what_exists() -> None:
    own = {entry.name for entry in OWN_MEASURES}
    with registered(OWN_MEASURES):
        for claim in LEDGER.values():
            assert set(arms_of(claim)) <= set(ARMS)
            for check in claim.checks:
                if isinstance(check, Contrast):
                    for _, reading in check.effect.terms:
                        assert level(reading.metric) in ("actor", "system")
                        own -= {reading.metric}
    assert not own
    used = {name for claim in LEDGER.values() for name in arms_of(claim)}
    assert {name for name in ARMS if name in OWN or " without " in name} <= used
    folder = ROOT / "simulation" / "data" / "tables"
    assert all((folder / f"{name}.csv").is_file() for claim in LEDGER.values() for name in tables(claim))


# --- the shipped table and page


def test_no_row_is_missing_or_stale() -> None:
    behind = [claim.id for claim in stale(shipped(), SCENARIOS)]
    assert behind == [], f"run: {COMMAND} --stale"
    assert set(shipped()["claim"]) == set(LEDGER)
    assert set(shipped()["verdict"]) <= set(VERDICTS) - {NOT_RUN}


def test_the_page_is_of_the_table() -> None:
    page = (DOCS / "claims.md").read_text(encoding="utf-8")
    assert page == render(shipped())
    rows = re.findall(r"^\| (C\d+) \|.*\| `(.+?)` \|$", page, re.MULTILINE)
    assert rows == [(name, f"{COMMAND} --only {name}") for name in LEDGER]


def test_words_and_verdicts_follow_from_numbers_and_ledger() -> None:
    again = judged(shipped().assign(verdict="", outcome="", what="", kind="", predicted=""))
    pd.testing.assert_frame_equal(again, shipped(), check_dtype=False)


def test_a_verdict_turns_with_its_numbers() -> None:
    turned = shipped().copy()
    rows = turned["claim"] == "C29"
    turned.loc[rows, ["a", "b", "low", "high"]] = (0.5, 0.6, -0.2, -0.1)
    assert set(judged(turned).query("claim == 'C29'")["verdict"]) == {REFUTED}


def test_a_changed_scenario_makes_its_claims_stale(tmp_path: Path) -> None:
    shutil.copytree(SCENARIOS, tmp_path / "scenarios")
    file = tmp_path / "scenarios" / "lock_in_us.yaml"
    file.write_text(file.read_text().replace("only_camp: US", "only_camp: US\n  oversight: 0.5"))
    assert [claim.id for claim in stale(shipped(), tmp_path / "scenarios")] == ["C63"]


def test_missing_rows_and_another_model_are_stale() -> None:
    assert [claim.id for claim in stale(shipped().query("claim != 'C39'"), SCENARIOS)] == ["C39"]
    assert len(stale(shipped().assign(model="other"), SCENARIOS)) == len(LEDGER)
    less = shipped().drop(index=shipped().index[shipped()["claim"] == "C30"][0])
    assert [claim.id for claim in stale(less, SCENARIOS)] == ["C30"]


def test_a_claim_that_was_not_run_is_told_so() -> None:
    none = shipped().iloc[:0]
    assert verdict_of(LEDGER["C63"], none) == NOT_RUN
    assert verdict_of(LEDGER["C39"], none) == NOT_TESTABLE
    assert f"**{NOT_RUN}**" in render(none)


# --- the command


def test_the_command_of_a_row_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "C38", "C39", "--scenarios", str(SCENARIOS)]) == 0
    printed = capsys.readouterr().out
    page = (DOCS / "claims.md").read_text(encoding="utf-8")
    for part in printed.strip().split("\n### "):
        assert part.strip().removeprefix("### ") in page


def test_a_run_of_one_claim() -> None:
    frame = measure([LEDGER["C22"]], SCENARIOS, replicates=2, workers=1)
    assert list(frame.columns) == list(COLUMNS)
    row = frame.iloc[0]
    assert (row["claim"], row["pairs"], row["kind"]) == ("C22", 2, "built in")
    assert row["difference"] == pytest.approx(row["a"] - row["b"])
    assert row["difference"] > 0  # coordination is an input of capacity


def test_table_and_page_are_written_together(tmp_path: Path) -> None:
    write_both(shipped(), tmp_path / "claims.csv", tmp_path / "claims.md")
    for name in ("claims.csv", "claims.md"):
        assert (tmp_path / name).read_bytes() == (DOCS / name).read_bytes()
    assert main(["--stale", "--out", str(tmp_path), "--scenarios", str(SCENARIOS)]) == 0  # nothing to do
    assert (tmp_path / "claims.csv").read_bytes() == (DOCS / "claims.csv").read_bytes()


def test_bad_input_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "C64"]) == 2
    assert "no claim 'C64'" in capsys.readouterr().err
    assert main(["--only", "C1", "--replicates", "1"]) == 2
    assert "one pair has no interval" in capsys.readouterr().err
    assert main(["--stale", "--out", str(tmp_path)]) == 1
    assert "is missing" in capsys.readouterr().err
    (tmp_path / "claims.csv").write_text("claim,verdict\nC1,supported\n")
    with pytest.raises(DataError, match="other columns"):
        read_table(tmp_path / "claims.csv")


def test_records_are_of_the_shipped_tables() -> None:
    """Figures of the data, recomputed in a test that knows only the tables."""
    rows = shipped().loc[shipped()["claim"] == "C38"].iloc[0]
    text = (ROOT / "simulation" / "data" / "tables" / "deals.csv").read_text(encoding="utf-8")
    assert rows["a"] == len(re.findall(r"^MAR-", text, re.MULTILINE))
    assert all(isinstance(check, Record) for check in LEDGER["C38"].checks)


@pytest.mark.slow
def test_rows_come_out_again() -> None:
    """The same numbers from the same seed; mechanisms, data and experiments among them."""
    again = measure([LEDGER[name] for name in ("C5", "C22", "C27", "C37")], SCENARIOS, replicates=20)
    kept = shipped().loc[shipped()["claim"].isin(again["claim"])]
    assert list(again["outcome"]) == list(kept["outcome"])
    for name in NUMBERS:
        assert list(again[name]) == pytest.approx(list(kept[name]), rel=1e-6, abs=1e-9)
