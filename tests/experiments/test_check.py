"""`check` refuses what `run` refuses, with line and advice; what is no fault and yet strange is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulation.data.world import load_world
from simulation.errors import Fault, InputError
from simulation.experiments.ask import load
from simulation.experiments.check import check_files
from simulation.experiments.engine.labels import describe
from simulation.outcomes import metric
from simulation.outcomes.metrics import unregister
from simulation.scenario.load import load_scenario
from simulation.scenario.remarks import remarks

BASE = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"


def written(folder: Path, text: str, name: str = "case.yaml") -> Path:
    path = folder / name
    path.write_text(f"extends: {BASE}\n{text}", encoding="utf-8")
    return path


def test_unknown_metrics_are_refused_by_check_and_run_alike_with_all_other_faults(tmp_path: Path) -> None:
    path = written(tmp_path, "focal: MRA\nrecord:\n  metrics:\n    - cooperation\n    - cooperatoin\n    - xyz\n")
    faults = check_files([path])
    assert [(fault.line, fault.column, fault.key) for fault in faults] == [
        (2, 1, "focal"), (6, 7, "record.metrics[1]"), (7, 7, "record.metrics[2]"),
    ]  # fmt: skip
    assert faults[1].message == "unknown metric 'cooperatoin'; did you mean 'cooperation'?"
    assert faults[2].message == "unknown metric 'xyz'; see `wifaq list metrics`"
    with pytest.raises(InputError) as caught:
        load(path)
    assert list(caught.value.faults) == faults


def test_a_signpost_is_in_a_metric_of_the_focal_state(tmp_path: Path) -> None:
    names = ("coverge", "modularity_camps", "capacity")
    signs = "".join(f"    - {{metric: {name}, above: 0.1, then: {{agency: 1}}}}\n" for name in names)
    faults = check_files([written(tmp_path, "focal: MRA\nstrategy:\n  when:\n" + signs)])
    assert [(fault.line, fault.key) for fault in faults] == [
        (2, "focal"), (5, "strategy.when[0].metric"), (6, "strategy.when[1].metric"),
    ]  # fmt: skip
    assert faults[1].message == "unknown metric 'coverge'; did you mean 'coverage'?"
    assert "'modularity_camps' is a metric of the world" in faults[2].message


def test_a_metric_of_the_users_own_may_be_registered_after_the_scenario_was_loaded(tmp_path: Path) -> None:
    path = written(tmp_path, "record: {metrics: [one_of_my_own]}\n")
    scenario = load_scenario(path)
    assert check_files([path])
    metric("one_of_my_own", unit="1", bounds=(0, 1))(lambda view: 0.5)
    try:
        assert check_files([path]) == []
        assert load(path) == scenario
    finally:
        unregister("one_of_my_own")


def test_records_of_later_days_are_told_with_the_day_that_takes_them_in(tmp_path: Path) -> None:
    head = "date,party_a,party_b,depth\n"
    (tmp_path / "deals.csv").write_text(head + "2023-05-01,MAR,SEN,1\n2024-03-02,MAR,KEN,1\n2024-06-05,MAR,FRA,2\n")
    path = written(tmp_path, "as_of: 2023-12-31\nrecords: {deals: deals.csv}\n")
    notes: list[Fault] = []
    assert check_files([path], notes) == []
    (note,) = notes
    assert note.file == str(path)
    assert "note: records: 2 of the user's records are dated after 2023-12-31 and not loaded" in note.message
    assert "set the as-of date to 2024-06-05 (`as_of` in the scenario, --set as_of=2024-06-05)" in note.message
    scenario = load_scenario(path)
    (remark,) = remarks(scenario)
    assert describe(scenario).notes.count(remark) == 1  # so it stands in the result
    assert remarks(load_scenario(path, sets=["as_of=2024-06-05"])) == ()


def test_deals_of_ones_own_that_make_no_partners_are_remarks(tmp_path: Path) -> None:
    rows = ("2020-05-10,MAR,DZA,1", "2021-05-10,oracle,microsoft,1", "2021-05-10,MAR,palantir,1", "2021,MAR,SEN,1")
    (tmp_path / "deals.csv").write_text("\n".join(("date,party_a,party_b,depth", *rows)))
    path = written(tmp_path, "records: {deals: deals.csv}\n")
    lost, stateless, apart = (
        "records: deals with actors not in the roster are left out: MAR-palantir-2021-05-10",
        "records: deals without a state among their parties change nothing: oracle-microsoft-2021-05-10",
        "records: MAR-DZA-2020-05-10 is not in force: DZA and MAR make no deals on 2024-12-31;"
        " `relations` of the scenario opens them",
    )
    assert remarks(load_scenario(path)) == (lost, stateless, apart)
    assert remarks(load_scenario(path, roster="full")) == (stateless, apart)
    again = load_scenario(path, relations=[{"pair": ["MAR", "DZA"], "open": True}])
    assert remarks(again) == (lost, stateless)


def test_a_deal_between_strategic_rivals_is_a_remark() -> None:
    scenario = load_scenario(BASE)
    world = load_world(scenario.as_of)
    a, b = sorted(world.ids[i] for i in world.rivals[0])
    deal = {"parties": [b, a], "depth": "mou", "start": "2026Q1"}
    harmless = {"parties": ["MAR", "SEN"], "depth": "mou", "start": "2026Q1"}
    found = remarks(load_scenario(scenario, deals=[harmless, deal]))
    assert found == (f"deals[1]: {a} and {b} are strategic rivals; the deal is made as planned",)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"shocks": [{"quarter": "2027Q1", "kind": "budget_cut", "size": 1.0}]}, "shocks[0]: a budget_cut of size 1"),
        ({"blocs": {"AMU": {}}}, "blocs.AMU: changes nothing"),
        ({"fragmentation": {"lines": "camp", "trust": 0}}, "fragmentation: its lines do nothing while"),
    ],
)
def test_what_changes_nothing_is_a_remark(changes: dict[str, object], told: str) -> None:
    (found,) = remarks(load_scenario(load_scenario(BASE), **changes))
    assert found.startswith(told)


def test_shipped_scenarios_give_no_cause_for_remarks() -> None:
    for path in sorted(BASE.parent.glob("*.yaml")):
        assert remarks(load_scenario(path)) == (), path


def test_a_base_that_is_not_there_is_told_with_the_folder_that_was_searched(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "base.yaml").write_text("focal: SEN\n")
    (tmp_path / "there" / "mine.yaml").write_text("extends: base.yaml\n")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "there" / "mine.yaml")
    assert check_files([tmp_path / "there" / "mine.yaml"]) == []
    (fault,) = check_files([tmp_path / "link.yaml"])
    told = f"no such file 'base.yaml' in {tmp_path}, beside the link and not beside the file it leads to"
    assert (fault.line, fault.key) == (1, "extends")
    assert fault.message.startswith(told)
