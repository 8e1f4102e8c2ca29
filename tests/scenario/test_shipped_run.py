"""Every shipped scenario runs, its levers do what they say, and any state can be the focal one."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from simulation.model import GovernanceModel
from simulation.scenario.load import load_scenario
from simulation.state import KINDS
from tests.shipped import EVERYTHING, NAMES, SCENARIOS, Unperturbed, build, first_difference, shipped

ROOT = SCENARIOS.parent
SAME_AS_BASELINE = {"baseline", "maghreb_majority_only"}
"""The second asks whether a majority moves rivals: each of the two votes no, three of five are not four."""


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", NAMES)
def test_every_scenario_runs_as_it_is_shipped(name: str) -> None:
    model = GovernanceModel(load_scenario(SCENARIOS / f"{name}.yaml"))
    for _ in range(3):
        model.step()
    series = model.recorder.series()
    assert list(series["quarter"].unique()) == ["2024Q4", "2025Q1", "2025Q2", "2025Q3"]
    assert np.isfinite(series["value"]).all()
    assert series["value"].nunique() > 100
    model.close()


def test_every_scenario_differs_from_the_baseline() -> None:
    same = set(NAMES)
    for replicate in range(3):
        plain = Unperturbed(shipped(record=EVERYTHING), replicate)
        same = {name for name in same if first_difference(shipped(name, record=EVERYTHING), plain) is None}
    assert same <= SAME_AS_BASELINE


class TestStatesOnly:
    """`--set strategy.partners=[state]` closes new deals with all others."""

    @staticmethod
    def _partners(model: GovernanceModel) -> np.ndarray:
        """Number of the focal state's partners by kind."""
        row = model.state.depth[model.index(model.scenario.focal)]
        return np.bincount(model.state.kind[row > 0], minlength=len(KINDS))

    def test_composition_changes(self) -> None:
        scenarios = [
            load_scenario(SCENARIOS / "baseline.yaml", sets=("horizon=2030Q4", *sets))
            for sets in ((), ("strategy.partners=[state]",))
        ]
        first, last = np.zeros((2, len(KINDS))), np.zeros((2, len(KINDS)))
        for arm, scenario in enumerate(scenarios):
            for replicate in range(4):
                model = build(scenario, replicate=replicate)
                first[arm] += self._partners(model)
                start = model.state.depth[model.index("MAR")].copy()
                model.run()
                last[arm] += self._partners(model)
                if arm == 1:  # nothing new, and nothing deeper, with anybody but states
                    now = model.state.depth[model.index("MAR")]
                    assert (now <= start)[model.state.kind > 0].all()
        assert (first[0] == first[1]).all()
        assert last[0, 1:].sum() > last[1, 1:].sum()
        assert last[1, 0] / last[1].sum() > 1.5 * last[0, 0] / last[0].sum()  # terms end, so their number may fall


@pytest.fixture(scope="module")
def stories() -> dict[str, tuple[set[str], dict[str, float], GovernanceModel]]:
    found = {}
    for focal in ("MAR", "SEN", "NZL"):
        scenario = load_scenario(SCENARIOS / "baseline.yaml", focal=focal, horizon="2030Q4", peers=None)
        model = build(scenario).run()
        series = model.recorder.series()
        rows = series[(series["quarter"] == "2030Q4") & (series["actor"] == focal)]
        levels = dict(zip(rows["metric"], rows["value"], strict=True))
        found[focal] = (set(model.states[focal].partners), levels, model)
    return found


class TestFocal:
    """Another focal state, another story."""

    def test_partners_differ(self, stories: dict) -> None:
        for one, two in (("MAR", "SEN"), ("MAR", "NZL"), ("SEN", "NZL")):
            mine, theirs = stories[one][0], stories[two][0]
            assert mine
            assert theirs
            assert len(mine & theirs) < len(mine | theirs) / 2

    def test_levels_differ(self, stories: dict) -> None:
        for metric in ("cooperation", "capacity", "commitments", "commitments_kept"):
            levels = [story[1][metric] for story in stories.values()]
            assert min(np.diff(sorted(levels))) > 0.001, metric

    def test_peers_are_of_the_region_and_size(self, stories: dict) -> None:
        for focal, (_, _, model) in stories.items():
            peers = model.scenario.peers
            assert len(peers) == 5
            assert focal not in peers
        assert set(stories["SEN"][2].scenario.peers) != set(stories["NZL"][2].scenario.peers)

    def test_a_lever_is_the_focal_states_own(self) -> None:
        scenario = load_scenario(SCENARIOS / "tech_capture.yaml", focal="NZL", peers=None)
        model = build(scenario)
        plain = build(load_scenario(SCENARIOS / "baseline.yaml", focal="NZL", peers=None))
        changed = model.state.transparency != plain.state.transparency
        assert [model.state.ids[row] for row in np.flatnonzero(changed)] == ["NZL"]


def test_nothing_in_the_package_names_the_state_of_the_shipped_scenarios() -> None:
    pattern = re.compile(r"\b(MAR|Morocco|Moroccan)\b")
    files = sorted((ROOT / "simulation").rglob("*.py"))
    assert len(files) > 80
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []
    assert pattern.search(Path(SCENARIOS / "baseline.yaml").read_text(encoding="utf-8"))
