"""Every bad sweep file is refused with file, line, key and advice, and nothing else is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from simulation.errors import InputError
from simulation.experiments import ask
from simulation.experiments.check import check_files
from simulation.experiments.sweeps.load import is_sweep, load_sweep
from simulation.experiments.sweeps.plan import make_plan

FOLDER = Path(__file__).parents[2] / "bad_sweeps"
EXPECTED = YAML(typ="safe", pure=True).load((FOLDER / "expected.yaml").read_text(encoding="utf-8"))


def test_the_table_covers_the_folder() -> None:
    assert {path.name for path in FOLDER.glob("*.yaml")} - {"expected.yaml"} == set(EXPECTED)
    assert len(EXPECTED) >= 35


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_bad_file(name: str) -> None:
    with pytest.raises(InputError) as caught:
        make_plan(load_sweep(FOLDER / name))
    faults, wanted = caught.value.faults, EXPECTED[name]
    assert [(fault.line, fault.key) for fault in faults] == [(item["line"], item["key"]) for item in wanted]
    for fault, item in zip(faults, wanted, strict=True):
        assert item["says"] in fault.message
        assert "\n" not in str(fault)
        assert fault.file
        assert fault.column >= 1


def test_a_fault_reads_file_line_column_key_message() -> None:
    path = FOLDER / "level_out_of_bounds.yaml"
    with pytest.raises(InputError) as caught:
        load_and_plan(path)
    assert str(caught.value) == f"{path}:6:7: factors.parameters.rivalry[1]: 7 is outside [0, 4] (multiplier)"


def load_and_plan(path: Path) -> None:
    make_plan(load_sweep(path))


def test_more_runs_than_allowed_are_refused_before_the_design_is_drawn(tmp_path: Path) -> None:
    factors = "".join(f"  parameters.{name}: {{low: 0.1, high: 0.2, levels: 1000}}\n" for name in ("hazard", "shield"))
    base = Path("scenarios/baseline.yaml").absolute()
    (tmp_path / "huge.yaml").write_text(f"base: {base}\ndesign: grid\nreplicates: 9\nfactors:\n{factors}")
    with pytest.raises(InputError, match="9000000 runs, more than 100000; make it smaller"):
        load_and_plan(tmp_path / "huge.yaml")


def test_a_sweep_is_told_from_a_scenario(tmp_path: Path) -> None:
    assert is_sweep(FOLDER / "unknown_design.yaml")
    assert not is_sweep("scenarios/baseline.yaml")
    assert not is_sweep(FOLDER / "no_such_file.yaml")
    for key in ("base", "scenarios"):
        (tmp_path / "astray.yaml").write_text(f"extends: baseline\n{key}: baseline\n")
        with pytest.raises(InputError) as caught:
            ask.load(tmp_path / "astray.yaml")
        assert str(caught.value).startswith(f"{tmp_path / 'astray.yaml'}:2:1: {key}: unknown key")


def test_what_a_scenario_extends_is_no_sweep(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("focal: SEN\nextends: budget_partners\n")
    with pytest.raises(InputError) as caught:
        ask.load(tmp_path / "one.yaml")
    told = "extends: 'budget_partners' is a sweep; name a scenario"
    assert str(caught.value) == f"{tmp_path / 'one.yaml'}:2:1: {told}"


def test_a_sweep_for_a_scenario_and_a_scenario_for_a_sweep_are_one_sentence() -> None:
    for load, file, told in (
        (ask.load, FOLDER / "unknown_design.yaml", "is a sweep; give it to `wifaq sweep`"),
        (ask.load, "fragmentation_rivalry", "is a sweep; give it to `wifaq sweep`"),
        (load_sweep, "scenarios/baseline.yaml", "is a scenario; give it to `wifaq run`"),
    ):
        with pytest.raises(InputError) as caught:
            load(file)
        assert str(caught.value) == f"{file}: {told}"


def test_wifaq_check_tells_the_faults_of_scenarios_and_sweeps() -> None:
    names = ("many_faults.yaml", "../bad_scenarios/negative_budget.yaml", "../../scenarios/baseline.yaml")
    faults = check_files(FOLDER / name for name in names)
    assert len(faults) == len(EXPECTED["many_faults.yaml"]) + 1
