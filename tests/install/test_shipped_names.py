"""Shipped files are found by name from anywhere; a file of the user's own comes first; starters are copied."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulation.cli.commands import app
from simulation.errors import InputError
from simulation.evidence.joins.instrument_file import read_instruments
from simulation.experiments.check import check_files
from simulation.experiments.starters import TEMPLATE, copy_notebooks, new_scenario
from simulation.experiments.strategies import candidates
from simulation.experiments.sweeps.load import load_sweep
from simulation.scenario import shipped
from simulation.scenario.listing import list_scenarios
from simulation.scenario.load import load_scenario

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("given", ["baseline", "baseline.yaml", "scenarios/baseline.yaml", "./baseline"])
def test_a_shipped_scenario_by_name(given: str) -> None:
    assert load_scenario(given) == load_scenario(ROOT / "scenarios" / "baseline.yaml")


@pytest.mark.parametrize("base", ["baseline", "baseline.yaml", "scenarios/baseline.yaml"])
def test_a_base_by_name(base: str, elsewhere: Path) -> None:
    (elsewhere / "mine.yaml").write_text(f"extends: {base}\nseed: 7\n", encoding="utf-8")
    assert load_scenario("mine.yaml").seed == load_scenario("mine").seed == 7
    assert load_scenario("mine").peers == load_scenario("baseline").peers


def test_a_sweep_and_its_base_by_name(elsewhere: Path) -> None:
    assert load_sweep("fragmentation_rivalry").name == "fragmentation_rivalry"
    (elsewhere / "two.yaml").write_text("scenarios: [baseline, lock_in_eu.yaml]\ndesign: list\n", encoding="utf-8")
    assert [base.name for base in load_sweep("two").bases] == ["baseline", "lock_in_eu"]
    assert check_files(["fragmentation_rivalry", "two", "baseline"]) == []


def test_a_file_of_ones_own_comes_first_and_that_is_told(elsewhere: Path) -> None:
    def told(given: str) -> str:
        return CliRunner().invoke(app, ["compare", given, "--workers", "1"]).stderr  # refused: one is none to compare

    assert "note:" not in told("baseline")
    (elsewhere / "baseline.yaml").write_text("extends: lock_in_eu\ntitle: Own\n", encoding="utf-8")
    assert load_scenario("baseline").title == load_scenario("baseline.yaml").title == "Own"
    assert told("baseline").startswith("note: baseline.yaml of this folder is taken, not the shipped")
    assert "note:" not in told(str(elsewhere / "baseline.yaml"))


def test_a_folder_of_that_name_is_no_scenario(elsewhere: Path) -> None:
    (elsewhere / "baseline").mkdir()  # such as the results of an earlier run
    assert load_scenario("baseline").name == "baseline"
    assert "is a folder" in check_files(["./"])[0].message


def test_a_missing_file_of_a_kind_that_does_not_ship_is_not_sought_among_scenarios(elsewhere: Path) -> None:
    with pytest.raises(InputError, match=rf"baselin\.yaml: no such file in {re.escape(str(elsewhere))}$"):
        read_instruments("baselin.yaml", date(2024, 12, 31))
    with pytest.raises(InputError, match=rf"no such file in {re.escape(str(elsewhere))}$"):
        candidates(load_scenario("baseline"), Path("baselin.yaml"), [])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("basline", r"no such file in {here}; did you mean the shipped 'baseline'\?"),
        ("fragmentation_rivalri.yaml", r"in {here}; did you mean the shipped 'fragmentation_rivalry'\?"),
        ("own_scenarios.yaml", r"no such file; did you mean 'own_scenario.yaml'\?"),
        ("quite_other.yaml", r"no such file in {here}; what ships: `wifaq list scenarios`"),
        ("deep/baseline.yaml", r"no such file in {here}.deep; did you mean the shipped 'baseline'\?"),
    ],
)
def test_an_unknown_name(given: str, told: str, elsewhere: Path) -> None:
    (elsewhere / "own_scenario.yaml").write_text("extends: baseline\n", encoding="utf-8")
    (fault,) = check_files([given])
    assert re.search(told.format(here=re.escape(str(elsewhere))), fault.message), fault.message
    (elsewhere / "uses.yaml").write_text(f"seed: 1\nextends: {given}\n", encoding="utf-8")
    (fault,) = check_files(["uses.yaml"])
    assert (fault.line, fault.key) == (2, "extends")
    assert fault.message.startswith(f"no such file {given!r}")


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_the_base_of_a_link_is_sought_beside_the_link_and_that_is_told(elsewhere: Path) -> None:
    (elsewhere / "far").mkdir()
    (elsewhere / "far" / "mine.yaml").write_text("extends: other_base.yaml\n", encoding="utf-8")
    (elsewhere / "far" / "other_base.yaml").write_text("extends: baseline\n", encoding="utf-8")
    (elsewhere / "linked.yaml").symlink_to(elsewhere / "far" / "mine.yaml")
    (fault,) = check_files(["linked.yaml"])
    assert f"in {elsewhere}, beside the link and not beside the file it leads to" in fault.message


def test_own_scenarios_are_listed_first_and_other_yaml_is_left_out(elsewhere: Path) -> None:
    (elsewhere / "mine.yaml").write_text("extends: baseline\ntitle: Own\n", encoding="utf-8")
    (elsewhere / "services.yaml").write_text("services: [web]\n", encoding="utf-8")
    rows = list_scenarios()
    assert [row["file"] for row in rows] == ["mine.yaml", *shipped.names()]
    assert rows[0]["title"] == "Own"


def test_a_scenario_is_checked_without_the_compiler(elsewhere: Path) -> None:
    (elsewhere / "mine.yaml").write_text("extends: baseline\n", encoding="utf-8")
    code = (
        "import sys; from simulation.experiments.check import check_files; print(check_files(['mine', 'baseline']), "
        "'numba' in sys.modules)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "[] False\n"


# --- files to start from


def test_a_new_scenario_is_good_with_and_without_its_comments(elsewhere: Path) -> None:
    path = new_scenario("my_scenario")
    assert path.read_text("utf-8") == TEMPLATE.read_text("utf-8")
    assert load_scenario("my_scenario").focal == "MAR"
    head, body = path.read_text("utf-8").split("question:")
    path.write_text(f"{head}question:{re.sub('^#', '', body, flags=re.M)}", encoding="utf-8")
    scenario = load_scenario("my_scenario")
    assert (scenario.focal, len(scenario.deals), len(scenario.shocks)) == ("SEN", 1, 1)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("taken", "taken.yaml: is there already"),
        ("taken.yml", "taken.yaml: is there already"),
        ("baseline", "'baseline' is the name of a shipped file"),
        ("consent_agenda.yaml", "'consent_agenda' is the name of a shipped file"),
        ("../up", "cannot name a folder"),
        ("", "cannot name a folder"),
        ("x" * 300, "at most 100"),
    ],
)
def test_a_name_that_a_new_scenario_cannot_have(name: str, told: str, elsewhere: Path) -> None:
    (elsewhere / "taken.yaml").write_text("kept", encoding="utf-8")
    with pytest.raises(InputError, match=told):
        new_scenario(name)
    assert [(path.name, path.read_text("utf-8")) for path in elsewhere.iterdir()] == [("taken.yaml", "kept")]


def test_notebooks_are_copied_once(elsewhere: Path) -> None:
    copies = copy_notebooks("lessons/here")
    assert {path.name for path in copies} == {path.name for path in (ROOT / "notebooks").iterdir() if path.is_file()}
    copies[0].unlink()
    with pytest.raises(InputError, match="is there already") as refused:
        copy_notebooks("lessons/here")
    assert len(refused.value.faults) == len(copies) - 1
    assert not copies[0].exists()
