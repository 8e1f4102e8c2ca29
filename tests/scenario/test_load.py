"""Bases, overrides, defaults, paths, and the text that says everything."""

from __future__ import annotations

import pickle
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.errors import InputError, unseen
from simulation.scenario.checks import eligible_actors, load_records, world_of
from simulation.scenario.dump import scenario_to_yaml
from simulation.scenario.load import load_scenario
from simulation.scenario.names import default_peers
from simulation.scenario.parameters import PARAMETERS
from simulation.scenario.quarter import Quarter
from simulation.scenario.schema import Scenario
from simulation.state import KINDS, TRACKS

ROOT = Path(__file__).parents[2]
BASE = ROOT / "scenarios" / "baseline.yaml"


def write(folder: Path, text: str, name: str = "case.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_baseline() -> None:
    scenario = load_scenario(BASE)
    assert (scenario.name, scenario.focal, scenario.as_of) == ("baseline", "MAR", date(2024, 12, 31))
    assert (str(scenario.start), str(scenario.horizon), scenario.quarters) == ("2025Q1", "2035Q4", 44)
    assert (scenario.replicates, scenario.seed, scenario.roster) == (200, 2025, "core")
    assert scenario.peers == ("TUN", "SEN", "EGY", "JOR", "KEN")
    assert scenario.strategy.partners == KINDS
    assert scenario.strategy.tracks == TRACKS


def test_mappings_of_a_scenario_are_frozen_as_it_is() -> None:
    """Copies of a scenario and models of it have them in common."""
    added = {"id": "mine", "eligible": {"blocs": ["AU"]}}
    given = {"blocs": {"AU": {"depth": 2}}, "strategic_weight": {"MAR": 0.3}, "strategy.texts": {"mine": "join"}}
    scenario = load_scenario(BASE, overrides={**given, "instruments": [added]})
    for copy in (scenario, pickle.loads(pickle.dumps(scenario)), scenario.model_copy(deep=True)):
        assert (copy, scenario_to_yaml(copy)) == (scenario, scenario_to_yaml(scenario))
        for mapping in (copy.blocs, copy.strategic_weight, copy.strategy.texts, copy.instruments[0].eligible):
            assert isinstance(mapping, dict)
            with pytest.raises(TypeError, match="scenarios are frozen"):
                mapping["EU"] = 5
            with pytest.raises(TypeError, match="scenarios are frozen"):
                mapping.clear()


@pytest.mark.parametrize("source", [None, 3, {"focal": "MAR"}, ["baseline"]])
def test_what_is_no_scenario_is_told(source: object) -> None:
    with pytest.raises(InputError, match="a scenario is a path, a name or a Scenario, not"):
        load_scenario(source)  # type: ignore[arg-type]


def test_loading_is_quick() -> None:
    load_scenario(BASE)
    begin = time.perf_counter()
    load_scenario(BASE, focal="SEN")
    assert time.perf_counter() - begin < 0.3


def test_loading_compiles_nothing() -> None:
    code = "import sys, simulation.scenario.load; assert not {'numba', 'mesa'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_the_run_starts_in_the_quarter_after_the_day(tmp_path: Path) -> None:
    text = "focal: SEN\nas_of: 2022-05-01\nhorizon: 2024Q2\n"
    scenario = load_scenario(write(tmp_path, text))
    assert (str(scenario.start), scenario.quarters) == ("2022Q3", 8)


def test_bases_merge_mappings_and_replace_lists(tmp_path: Path) -> None:
    write(
        tmp_path,
        "focal: SEN\nclaims: [C1]\ntitle: Root\nseed: 7\n"
        "strategy: {effort: 2, budget: 3, partners: [state, firm], advocacy: {message: 0.7}}\n",
        "root.yaml",
    )
    write(tmp_path, "extends: root.yaml\nstrategy.budget: 4\nfragmentation: 0.4\n", "middle.yaml")
    leaf = write(tmp_path, "extends: middle.yaml\nfragmentation: {trust: 0.1, lines: camp}\n"
                 "strategy:\n  partners: [ngo]\n  advocacy: {paid: true}\n")  # fmt: skip
    scenario = load_scenario(leaf)
    assert (scenario.strategy.effort, scenario.strategy.budget, scenario.seed) == (2, 4, 7)
    assert scenario.strategy.partners == ("ngo",)
    assert (scenario.strategy.advocacy.message, scenario.strategy.advocacy.paid) == (0.7, True)
    assert scenario.fragmentation.model_dump() == {
        "bloc_splitting": 0.4, "trust": 0.1, "decision_rule": 0.4, "rewiring": 0.4, "lines": "camp",
        "outsiders": "free",
    }  # fmt: skip
    assert (scenario.name, scenario.title, scenario.claims) == ("case", "case", ())  # not inherited


def test_a_bare_fragmentation_keeps_the_lines_of_the_base(tmp_path: Path) -> None:
    write(tmp_path, "focal: SEN\nfragmentation: {lines: camp}\n", "root.yaml")
    scenario = load_scenario(write(tmp_path, "extends: root.yaml\nfragmentation: 0.2\n"))
    assert (scenario.fragmentation.lines, scenario.fragmentation.rewiring) == ("camp", 0.2)


def test_peers_of_the_base_go_with_its_focal_state() -> None:
    assert load_scenario(BASE, focal="MAR").peers == ("TUN", "SEN", "EGY", "JOR", "KEN")
    assert load_scenario(BASE, focal="SEN").peers is None
    assert load_scenario(BASE, focal="SEN", peers=["MLI"]).peers == ("MLI",)


@pytest.mark.parametrize("focal", ["SEN", "NZL", "USA", "TUV"])
def test_any_member_can_be_focal_in_any_scenario(focal: str) -> None:
    for path in sorted((ROOT / "scenarios").glob("*.yaml")):
        assert load_scenario(path, focal=focal).focal == focal


def test_settings_of_the_command_line_and_keywords_are_the_last_layer() -> None:
    sets = [
        "strategy.partners=[state]",
        "parameters.hazard=0.2",
        "fragmentation=0.3",
        "strategy.transparency=",
    ]
    scenario = load_scenario(
        BASE,
        sets=sets,
        overrides={"strategy.effort": np.float64(2), "mechanisms.capture": False},
        parameters={"rivalry": 2},
        replicates=np.int64(3),
        horizon=Quarter.parse("2030Q1"),
        as_of=date(2023, 12, 31),
    )
    assert scenario.strategy.partners == ("state",)
    assert (scenario.parameters.rivalry, scenario.parameters.hazard) == (2, 0.2)
    assert (scenario.strategy.effort, scenario.replicates, str(scenario.horizon)) == (2, 3, "2030Q1")
    assert not scenario.mechanisms.on("capture")
    assert scenario.strategy.transparency is None
    assert (scenario.title, scenario.as_of) == ("Baseline, the world as recorded", date(2023, 12, 31))


def test_a_scenario_can_be_changed_and_is_left_as_it_was() -> None:
    first = load_scenario(BASE)
    second = load_scenario(
        first, seed=0, deals=[{"parties": ["MAR", "FRA"], "depth": "mou", "start": "2026Q1"}]
    )
    third = load_scenario(second, overrides={"deals": second.deals, "strategy": second.strategy}, focal="SEN")
    assert load_scenario(first) is first
    assert (first.seed, second.seed, third.seed, first.deals) == (2025, 0, 0, ())
    assert second.deals == third.deals
    assert (second.name, second.title, second.claims) == (first.name, first.title, first.claims)


def test_scenarios_are_frozen_and_pickle() -> None:
    scenario = load_scenario(BASE)
    with pytest.raises(ValueError, match="frozen"):
        scenario.seed = 1  # type: ignore[misc]
    with pytest.raises(ValueError, match="frozen"):
        scenario.strategy.effort = 1  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_yaml_12_not_11(tmp_path: Path) -> None:
    scenario = load_scenario(
        write(tmp_path, "focal: NOR\ntitle: NO\nquestion: on\nmechanisms: {capture: off}\n")
    )
    assert (scenario.title, scenario.question, scenario.mechanisms["capture"]) == ("NO", "on", "off")


def test_anchors_and_aliases_of_modest_size(tmp_path: Path) -> None:
    text = "focal: SEN\npeers: &p [MLI, GIN]\nrecord: {actors: *p}\n"
    assert load_scenario(write(tmp_path, text)).record.actors == ("MLI", "GIN")


def test_record_tables_stand_beside_the_file_that_names_them(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    write(
        inner, "date,party_a,party_b,depth\n2024-03-01,SEN,FRA,binding\n2025-03-01,SEN,MLI,mou\n", "mine.csv"
    )
    write(
        inner,
        "focal: SEN\nas_of: 2025-06-30\nrecords: {deals: mine.csv, strike: [MAR-USA-2024-07]}\n",
        "root.yaml",
    )
    scenario = load_scenario(write(tmp_path, "extends: inner/root.yaml\n"))
    assert scenario.records.deals == inner / "mine.csv"
    assert len(load_records(scenario).deals) == 2
    world = world_of(scenario)
    ids = {deal.id for deal in world.deals}
    assert {"SEN-FRA-2024-03-01", "SEN-MLI-2025-03-01"} <= ids
    assert "MAR-USA-2024-07" not in ids


def test_one_of_the_own_deals_can_be_struck(tmp_path: Path) -> None:
    write(tmp_path, "id,date,party_a,party_b,depth\nx1,2024-03-01,SEN,FRA,binding\n", "mine.csv")
    text = "focal: SEN\nrecords: {deals: mine.csv, strike: [x1]}\n"
    assert "x1" not in {deal.id for deal in world_of(load_scenario(write(tmp_path, text))).deals}


# --- the text that says everything


def resolved(scenario: Scenario, folder: Path) -> Scenario:
    return load_scenario(write(folder, scenario_to_yaml(scenario), "scenario.resolved.yaml"))


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_scenarios_load_back(path: Path, tmp_path: Path) -> None:
    scenario = load_scenario(path)
    assert resolved(scenario, tmp_path) == scenario


def test_every_kind_of_value_loads_back(tmp_path: Path) -> None:
    write(tmp_path, "date,party_a,party_b,depth\n2024-03-01,SEN,FRA,binding\n", "mine.csv")
    text = """
name: '12'
focal: MAR
roster: full
fragmentation: {trust: 0.1, lines: [[MAR, DZA], [FRA]]}
blocs: {AMU: {rule: qualified_majority, threshold: 0.8, members: [MAR, TUN], depth: 1}}
deals:
  - {parties: [MAR, FRA, ibm], depth: 2, start: 2026Q1, end: 2040Q1, terms: [0.1, 0, 1, 1e-7],
     exclusive: true}
instruments:
  - {id: a, opens: 2026Q1, closes: 2030-05-01, eligible: {blocs: [AU]}, sponsors: [MAR, unesco],
     joined: [MAR]}
  - {id: b, title: 'b: #', eligible: [MAR, EU], position: [0, 0.5, 1, 0.25], enforcement: 0.5}
shocks: [{quarter: 2027Q1, kind: trust_shock, size: 0.5, duration: 4, actors: [MAR]}]
trust: [{pair: [MAR, DZA], value: 0.5, symmetric: false}]
strategic_weight: {MAR: 0.9}
strategy: {wait_for: [AMU], only_camp: EU,
           trilateral_rate: 0.333333333333, advocacy: {influencers: [inf_founder]}}
records: {deals: mine.csv, strike: [MAR-USA-2024-07]}
peers: [TUN]
record: {metrics: [cooperation], actors: states, every: 2, ties: all, events: true}
"""
    scenario = load_scenario(write(tmp_path, text))
    again = resolved(scenario, tmp_path)
    assert again == scenario
    assert scenario_to_yaml(again) == scenario_to_yaml(scenario)
    assert again.instruments[0].closes == date(2030, 5, 1)
    assert again.instruments[0].title == "a"


TEXT = st.text(st.characters(exclude_categories=["Cs"]).filter(lambda sign: not unseen(sign)), max_size=60)


@settings(max_examples=60, deadline=None)
@given(title=TEXT, question=TEXT, effort=st.floats(0, 100), rivalry=st.floats(0, 4))
def test_any_text_and_number_loads_back(
    tmp_path_factory: pytest.TempPathFactory, title: str, question: str, effort: float, rivalry: float
) -> None:
    given_values = {"strategy.effort": effort, "parameters.rivalry": rivalry}
    scenario = load_scenario(BASE, title=title, question=question, overrides=given_values)
    again = resolved(scenario, tmp_path_factory.mktemp("resolved"))
    assert again == scenario
    assert (again.strategy.effort, again.title) == (effort, title)


def test_what_is_set_to_its_default_is_set(tmp_path: Path) -> None:
    """A run may draw what nobody set; the text that says everything must not set it."""
    default = PARAMETERS["rivalry"].default
    path = write(tmp_path, f"extends: {BASE}\nparameters: {{rivalry: {default}}}\n")
    for scenario in (load_scenario(path), load_scenario(load_scenario(path), focal="SEN", peers=["TUN"])):
        assert resolved(scenario, tmp_path).parameters.chosen == scenario.parameters.chosen == {"rivalry": default}
    untouched = load_scenario(BASE)
    assert resolved(untouched, tmp_path).parameters.chosen == {} == load_scenario(untouched, seed=1).parameters.chosen
    assert untouched.parameters != load_scenario(path).parameters
    assert f"# rivalry: {default}" in scenario_to_yaml(untouched)


# --- helpers for the model


def test_default_peers_are_near_in_size_and_region() -> None:
    world = world_of(load_scenario(BASE))
    assert default_peers(world, "TUV") == ("NRU", "TON", "PLW", "MHL", "KIR")
    for focal in ("MAR", "SEN", "USA", "NZL"):
        peers = default_peers(world, focal)
        assert len(set(peers)) == 5
        assert focal not in peers
        assert all(world.un_member[world.index(peer)] for peer in peers)


def test_who_may_join(tmp_path: Path) -> None:
    text = """focal: MAR
instruments:
  - {id: a}
  - {id: b, sponsors: [EU]}
  - {id: c, eligible: {blocs: [AMU, GCC]}}
  - {id: d, eligible: [MAR, EU]}
"""
    scenario = load_scenario(write(tmp_path, text))
    world = world_of(scenario)
    sizes = [len(eligible_actors(spec.eligible, world)) for spec in scenario.instruments]
    assert sizes == [193, 193, 11, 2]
    last = eligible_actors(scenario.instruments[3].eligible, world)
    assert [world.ids[index] for index in last] == ["MAR", "EU"]
