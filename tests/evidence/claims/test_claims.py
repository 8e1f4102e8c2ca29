"""The claims of the paper: what each is tested by stands in tables, and the page is never behind the model."""

from __future__ import annotations

import csv
import re
import shutil
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulation.errors import DataError, InputError
from simulation.evidence.claims import LEDGER, measure, read_table
from simulation.evidence.claims.__main__ import estimate, main
from simulation.evidence.claims.arms import ARMS, CONSENT, RULES, VARIED, arm, given, scenario_of, without
from simulation.evidence.claims.ledger import BUILT_IN, DATA, FINDING, FIRST, FOLDER, UNITS, Check
from simulation.evidence.claims.measures import DECIDED, MEASURES, level
from simulation.evidence.claims.measuring import COLUMNS, NUMBERS, definition, fingerprint, judged, reason, stale
from simulation.evidence.claims.page import (
    CHECKS_PAGE,
    COMMAND,
    PAGE,
    TABLE,
    render,
    render_checks,
    section,
    verdict_of,
    write_all,
)
from simulation.evidence.claims.records import FIGURES, TABLES
from simulation.evidence.claims.running import controlled
from simulation.evidence.claims.verdicts import (
    BATCHES,
    NO_DIFFERENCE,
    NO_EFFECT,
    NOT_RUN,
    NOT_TESTABLE,
    NOT_TOLD,
    OPPOSITE,
    OTHER_CHANNEL,
    REFUTED,
    SAME_AS,
    SUPPORTED,
    VERDICTS,
)
from simulation.scenario.fields import CLAIMS
from simulation.scenario.mechanisms import MECHANISMS
from simulation.scenario.parameters import PARAMETERS

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
PROPOSITIONS = [f"P{k}" for k in range(2, 26) if k not in (12, 23)]
CHECKS = [check for claim in LEDGER.values() for check in claim.checks]


@cache
def shipped() -> pd.DataFrame:
    return read_table(DOCS / "claims.csv")


def made_up(seed: int = 1) -> pd.DataFrame:
    """A table with a number for every check, none of them from a run."""
    luck = np.random.default_rng(seed)
    rows = []
    for claim in LEDGER.values():
        base = {"claim": claim.id, "definition": "d", "model": "m", "version": "0"}
        rows += [base] if not claim.checks else []
        for check in claim.checks:
            a, b = luck.normal(5, 1, 2)
            row = {"check": check.number, "a": a, "b": b, "difference": a - b, "smallest": 0.1}
            if check.kind == DATA:
                row |= {"low": a - b, "high": a - b}
            else:
                reach = luck.uniform(0.01, 2)
                row |= {"low": a - b - reach, "high": a - b + reach, "pairs": 40, "p": abs(a - b) < reach}
            rows.append(base | row)
    return judged(pd.DataFrame(rows, columns=list(COLUMNS)).astype({"p": float}))


# --- the ledger


def test_every_claim_of_the_paper_and_every_proposition_is_there() -> None:
    assert list(LEDGER) == [*CLAIMS, *PROPOSITIONS] == list(FIRST)
    assert {name: LEDGER[name].role for name in CLAIMS} == ROLES
    assert all(claim.checks or claim.remark for claim in LEDGER.values())
    assert len({claim.statement for claim in LEDGER.values()}) == len(LEDGER)
    for name in PROPOSITIONS:
        assert set(LEDGER[name].bears_on) <= set(CLAIMS)
        assert LEDGER[name].bears_on


def test_no_check_of_the_table_is_lost() -> None:
    with (FOLDER / "estimands.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len(CHECKS)
    for claim in LEDGER.values():
        assert [check.number for check in claim.checks] == list(range(1, len(claim.checks) + 1)), claim.id


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.claim}-{check.number}")
def test_everything_is_written_down_before_it_is_run(check: Check) -> None:
    assert check.what
    assert check.compared
    if check.kind == DATA:
        assert check.metric in FIGURES
        return
    assert check.predicted in ("higher", "lower", "different", "not higher", "not lower", SAME_AS)
    assert check.kind in (FINDING, BUILT_IN)
    assert check.smallest > 0
    assert check.unit in UNITS
    assert check.matched
    assert (bool(check.control) != bool(check.no_control)) == (check.kind == FINDING)
    # a number of one state has a spread between states, one of the world has none
    if check.unit == "states":
        assert level(check.metric) == "actor"
        assert check.smallest == 0.1


def test_checks_read_what_exists_and_everything_there_is_read() -> None:
    used = set()
    for check in CHECKS:
        for term in check.terms:
            used |= {term.arm.split(" without ")[0]}
            assert term.metric == DECIDED or level(term.metric) in ("actor", "system")
    assert used == set(ARMS)
    read = {metric for check in CHECKS for metric in (check.per, *(term.metric for term in check.terms))}
    assert set(MEASURES) <= read
    assert {check.metric for check in CHECKS if check.kind == DATA} == set(FIGURES) == set(TABLES)
    tables = ROOT / "simulation" / "data" / "tables"
    assert all((tables / f"{name}.csv").is_file() for names in TABLES.values() for name in names)
    with pytest.raises(InputError, match="no metric is called 'peace'"):
        level("peace")


def test_arms_differ_and_share_their_luck() -> None:
    plain = {}
    for name in ARMS:
        scenario = scenario_of(name, SCENARIOS)
        plain[name] = scenario.model_dump_json(exclude={"name", "title", "question", "claims", "record"})
    assert len(set(plain.values())) == len(plain), Counter(plain.values()).most_common(1)
    scenarios = [scenario_of(name, SCENARIOS) for name in ARMS]
    assert len({(s.seed, s.focal, s.as_of, s.horizon, s.roster) for s in scenarios}) == 1


def test_no_check_reads_an_index_of_diversity() -> None:
    assert not {"diversity", "autonomy"} & {term.metric for check in CHECKS for term in check.terms}


def test_what_is_built_in_never_decides_beside_anything_else() -> None:
    assert LEDGER["C22"].basis == BUILT_IN
    for claim in LEDGER.values():
        assert len({check.kind == BUILT_IN for check in claim.counted}) <= 1, claim.id
        if any(check.kind != BUILT_IN for check in claim.checks):
            assert BUILT_IN not in claim.basis, claim.id
    for name in ("P6", "P9", "P11"):
        assert {check.kind for check in LEDGER[name].checks} == {BUILT_IN}


def test_a_switch_is_never_called_a_finding() -> None:
    """Turning a mechanism off and on again shows what it does, unless the claim is about something further off."""
    for check in CHECKS:
        assert "the switch `" not in check.compared or check.kind == BUILT_IN


def test_the_phase_boundary_is_held_against_its_formula() -> None:
    held = {check.a[0].arm for check in LEDGER["P4"].checks if check.predicted == SAME_AS}
    assert held == {f"{rule}_{p:g}" for rule in RULES for p in CONSENT}


# --- negative controls, rules


def test_a_control_takes_the_channel_from_both_sides_and_nothing_else() -> None:
    assert arm("firms without capture shaming=0").overrides == {"mechanisms.capture": "off", "parameters.shaming": 0.0}
    for check in CHECKS:
        twin = controlled(check)
        assert (twin is None) == (not check.control)
        if twin is None:
            continue
        for term, other in zip(check.terms, twin.terms, strict=True):
            assert other == replace(term, arm=without(check.control, term.arm))
        for item in check.control.split():
            assert item.partition("=")[0] in (PARAMETERS if "=" in item else MECHANISMS), check
        for name in check.controls:
            assert scenario_of(name, SCENARIOS) != scenario_of(name.split(" without ")[0], SCENARIOS)


def test_a_replicate_has_the_same_rules_and_draw_in_every_arm() -> None:
    arms = [scenario_of(name, SCENARIOS) for name in ("baseline", "lock_in_us", "agency")]
    for k in range(2 * len(VARIED)):
        found = [given(scenario, k) for scenario in arms]
        rules = {(one.mechanisms["partner_choice"], one.mechanisms["learning"]) for one in found}
        assert rules == {VARIED[k % len(VARIED)]}
        assert len({one.parameters for one in found}) == 1
    assert given(arms[0], 0).parameters != given(arms[0], 1).parameters
    assert all(not pairs % len(VARIED) for pairs in BATCHES)  # every rule has the same weight
    learner = scenario_of("agency_and_learning", SCENARIOS)
    assert {given(learner, k).mechanisms["learning"] for k in range(4)} == {"roth_erev"}  # as the arm says


# --- numbers to verdicts


def test_words_and_verdicts_follow_from_numbers_and_ledger() -> None:
    frame = made_up()
    again = judged(frame.assign(verdict="", outcome="", what="", kind="", predicted="", told=False, reason=""))
    pd.testing.assert_frame_equal(again, frame, check_dtype=False)
    for claim in LEDGER.values():
        assert len(frame.loc[frame["claim"] == claim.id]) == max(1, len(claim.checks))


def test_a_verdict_turns_with_its_numbers() -> None:
    frame = made_up()
    mine = frame["claim"] == "C29"
    for numbers, expected in (((0.2, 0.1, 0.3, 1e-6), SUPPORTED), ((-0.2, -0.3, -0.1, 1e-6), REFUTED)):
        frame.loc[mine, ["difference", "low", "high", "p"]] = numbers
        frame.loc[mine, "smallest"] = 0.05
        assert set(judged(frame).query("claim == 'C29'")["verdict"]) == {expected}


def test_what_one_finding_is_told_by_depends_on_all() -> None:
    """A probability of .04 tells a difference among many that are told, and not among many that are luck."""
    frame = made_up()
    findings = frame["kind"] == FINDING
    mine = frame["claim"] == "C29"
    frame.loc[mine, ["difference", "low", "high", "smallest", "p"]] = (0.2, 0.1, 0.3, 0.05, 0.04)
    for others, expected in ((0.001, SUPPORTED), (0.9, "mixed")):
        frame.loc[findings & ~mine, "p"] = others
        assert set(judged(frame).query("claim == 'C29'")["verdict"]) == {expected}


def test_a_finding_whose_control_shows_the_same_is_marked() -> None:
    frame = made_up()
    mine = (frame["claim"] == "C43") & (frame["kind"] == FINDING)
    frame.loc[frame["kind"] == FINDING, "p"] = 1e-9
    frame.loc[mine, ["difference", "low", "high", "smallest"]] = (0.2, 0.1, 0.3, 0.05)
    assert verdict_of(LEDGER["C43"], judged(frame).query("claim == 'C43'")) == SUPPORTED
    frame.loc[mine, ["control_difference", "control_low", "control_high"]] = (0.15, 0.1, 0.2)
    rows = judged(frame).query("claim == 'C43'")
    assert set(rows["outcome"]) == {OTHER_CHANNEL}
    assert "the negative control shows the same effect" in rows["reason"].iloc[0]


def test_the_reason_of_a_change_is_told_by_facts() -> None:
    def row(outcome: str) -> dict[str, object]:
        return {"outcome": outcome, "pairs": 72.0, "kind": FINDING}

    assert reason(LEDGER["C30"], SUPPORTED, [row("as predicted")]).startswith("posed anew: terms gained")
    assert "72 pairs or more in place of 20" in reason(LEDGER["C7"], SUPPORTED, [row("as predicted")])
    assert "nothing differed then either" in reason(LEDGER["C10"], NO_EFFECT, [row(NO_DIFFERENCE)])
    assert reason(LEDGER["C28"], SUPPORTED, [row("as predicted")]) == "the model is another"
    assert "not told" in reason(LEDGER["C7"], "mixed", [row(NOT_TOLD)])
    assert reason(LEDGER["C52"], NOT_TESTABLE, []) == LEDGER["C52"].remark
    assert reason(LEDGER["C7"], NOT_RUN, []) == ""


# --- the page


def test_the_page_leads_with_what_surprised_and_holds_every_claim(tmp_path: Path) -> None:
    write_all(made_up(), tmp_path)
    frame, page, checks = (
        read_table(tmp_path / TABLE), *((tmp_path / name).read_text(encoding="utf-8") for name in (PAGE, CHECKS_PAGE))
    )  # fmt: skip
    assert (page, checks) == (render(frame), render_checks(frame))
    pd.testing.assert_frame_equal(judged(frame), frame, check_dtype=False)  # nothing is lost in the file
    assert re.findall(r"^## (.*)$", page, re.MULTILINE)[0] == "What surprised"
    assert re.findall(r"^\| ([CP]\d+) \|", page.split("## The claims")[1], re.MULTILINE) == list(LEDGER)
    lead = page.split("## Verdicts")[0]
    against = frame.loc[frame["counts"].eq(True) & frame["outcome"].isin((OPPOSITE, OTHER_CHANNEL)), "claim"]
    for name in {*against, *frame.loc[frame["verdict"] == REFUTED, "claim"]}:
        assert f"| {name} |" in lead
    for claim in LEDGER.values():
        mine = frame.loc[frame["claim"] == claim.id]
        assert f"## {claim.id} {claim.statement}: {mine['verdict'].iloc[0]}" in checks
        changed = mine["verdict"].iloc[0] != FIRST[claim.id].verdict
        assert bool(mine["reason"].iloc[0]) == changed
        assert (f"First edition: {FIRST[claim.id].verdict}." in "\n".join(section(claim, mine))) == changed


def test_a_control_that_could_not_have_failed_is_told() -> None:
    frame = made_up()
    mine = frame["claim"] == "C50"
    frame.loc[mine, "verdict"] = SUPPORTED
    frame.loc[mine, ["control_difference", "control_low", "control_high"]] = (0.0, -0.1, 0.1)
    told = "Supported where every control is one that could not have failed (rule 7)"
    assert told not in render(frame)
    frame.loc[mine, ["control_low", "control_high"]] = 0.0
    assert f"{told}: C50." in render(frame)
    assert f"In 2 of {frame['control_difference'].notna().sum()} *nothing* at all is left" in render(frame)
    assert render_checks(frame).count("| nothing (`campaigns`) |") == 2


def test_a_claim_that_was_not_run_is_told_so() -> None:
    none = made_up().iloc[:0]
    assert verdict_of(LEDGER["C63"], none) == NOT_RUN
    assert verdict_of(LEDGER["C39"], none) == NOT_TESTABLE
    assert f"**{NOT_RUN}**" in render(none)


def test_a_finding_that_two_claims_rest_on_is_counted_once() -> None:
    frame = shipped()
    again = frame.loc[frame["claim"] == "C56"].assign(claim="C44")
    ended = [re.search(r"(\d+) findings ended there", render(one)) for one in (frame, pd.concat([frame, again]))]
    assert [found and found[1] for found in ended] == ["6", "6"]


# --- never behind the model


@cache
def current() -> pd.DataFrame:
    """Made-up numbers with the hashes of this model and its ledger."""
    frame = made_up().assign(model=fingerprint(SCENARIOS))
    return frame.assign(definition=[definition(LEDGER[name], SCENARIOS) for name in frame["claim"]])


def test_nothing_is_stale_that_is_of_this_model() -> None:
    assert stale(current(), SCENARIOS) == []


def test_a_changed_scenario_makes_its_claims_stale(tmp_path: Path) -> None:
    shutil.copytree(SCENARIOS, tmp_path / "scenarios")
    file = tmp_path / "scenarios" / "lock_in_us.yaml"
    file.write_text(file.read_text().replace("only_camp: US", "only_camp: US\n  oversight: 0.5"))
    assert [claim.id for claim in stale(current(), tmp_path / "scenarios")] == ["C63"]


def test_missing_rows_and_another_model_are_stale() -> None:
    assert [claim.id for claim in stale(current().query("claim != 'C39'"), SCENARIOS)] == ["C39"]
    assert len(stale(current().assign(model="other"), SCENARIOS)) == len(LEDGER)
    less = current().drop(index=current().index[current()["claim"] == "C30"][0])
    assert [claim.id for claim in stale(less, SCENARIOS)] == ["C30"]


def test_the_shipped_table_is_whole_and_of_this_model() -> None:
    behind = [claim.id for claim in stale(shipped(), SCENARIOS)]
    assert behind == [], f"run: {COMMAND} --stale"
    assert set(shipped()["claim"]) == set(LEDGER)
    assert set(shipped()["verdict"]) <= set(VERDICTS) - {NOT_RUN}


def test_the_shipped_page_is_of_the_shipped_table() -> None:
    for name, text in ((PAGE, render(shipped())), (CHECKS_PAGE, render_checks(shipped()))):
        assert (DOCS / name).read_text(encoding="utf-8") == text
    pd.testing.assert_frame_equal(judged(shipped()), shipped(), check_dtype=False)


# --- the command


def test_figures_of_the_data_are_of_the_shipped_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Recomputed by a test that knows only the tables; a claim alone is told by what it alone says."""
    assert main(["--only", "C38", "C39", "--scenarios", str(SCENARIOS), "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    text = (ROOT / "simulation" / "data" / "tables" / "deals.csv").read_text(encoding="utf-8")
    with_and_without = re.search(r"\| higher \| (\d+) \| (\d+) \|", printed)
    assert with_and_without is not None
    assert sum(map(int, with_and_without.groups())) == len(re.findall(r"^MAR-", text, re.MULTILINE))
    assert "## C39" in printed
    assert not list(tmp_path.iterdir())  # --only writes nothing


def test_a_run_of_one_claim_goes_on_from_what_is_kept(tmp_path: Path) -> None:
    frame = measure([LEDGER["C46"]], SCENARIOS, most=4, workers=1, keep=tmp_path)
    assert list(frame.columns) == list(COLUMNS)
    row = frame.iloc[0]
    assert (row["claim"], row["pairs"], row["kind"]) == ("C46", 4, BUILT_IN)
    assert row["difference"] == pytest.approx(row["a"] - row["b"])
    assert row["difference"] > 0  # what becomes a norm is joined
    kept = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(kept) == 2
    again = measure([LEDGER["C46"]], SCENARIOS, most=4, workers=1, keep=tmp_path)
    pd.testing.assert_frame_equal(again, frame)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == kept


def test_the_estimate_counts_every_arm_once() -> None:
    told = estimate([LEDGER["C43"]], BATCHES[-1], 2)
    assert told.startswith("2 checks, 3 arms, 3 with a channel off: 144 to 744 replicates")
    assert estimate([LEDGER["C39"]], BATCHES[-1], 2).startswith("0 checks, 0 arms, 0 with a channel off: 0 to 0 ")


def test_bad_input_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "C64"]) == 2
    assert "no claim 'C64'" in capsys.readouterr().err
    assert main(["--only", "C1", "--pairs", "1"]) == 2
    assert "one pair has no interval" in capsys.readouterr().err
    assert main(["--stale", "--out", str(tmp_path)]) == 1
    assert "is missing" in capsys.readouterr().err
    (tmp_path / "claims.csv").write_text("claim,verdict\nC1,supported\n")
    with pytest.raises(DataError, match="other columns"):
        read_table(tmp_path / "claims.csv")


@pytest.mark.slow
def test_rows_come_out_again() -> None:
    """The same numbers from the same seed, whatever else is run; mechanisms, data and findings among them."""
    again = measure([LEDGER[name] for name in ("C22", "C27", "C43", "P6")], SCENARIOS)
    kept = shipped().loc[shipped()["claim"].isin(again["claim"])]
    for name in NUMBERS:
        assert list(again[name]) == pytest.approx(list(kept[name]), rel=1e-6, abs=1e-9, nan_ok=True)
