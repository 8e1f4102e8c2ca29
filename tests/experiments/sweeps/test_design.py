"""Designs: what points they make, that they are the same each time, and what each point's scenario is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulation.experiments import prior as fitted
from simulation.experiments.sweeps import prior
from simulation.experiments.sweeps.design import Points, point_id
from simulation.experiments.sweeps.load import load_sweep
from simulation.experiments.sweeps.plan import Plan, make_plan
from simulation.experiments.sweeps.schema import Categories, Range
from simulation.scenario.load import load_scenario

BASE = "scenarios/baseline.yaml"
FACTORS = {
    "parameters.rivalry": {"low": 0.5, "high": 2.5},
    "fragmentation": {"low": 0, "high": 0.6, "distribution": "uniform"},
    "strategy.partners": {"categories": [["state"], ["state", "firm"]]},
}


def plan(**keys) -> Plan:
    return make_plan(load_sweep({"base": BASE, "factors": FACTORS, "replicates": 3, **keys}))


def values(points: Points) -> list[tuple]:
    return [points.rows[place][1] for place in range(len(points))]


def test_the_grammar_of_the_design_document_is_read(tmp_path: Path) -> None:
    (tmp_path / "sweep.yaml").write_text(
        f"""title: Fragmentation against rivalry
base: {Path(BASE).absolute()}
design: grid
factors:
  parameters.rivalry: [0.5, 2.0]
  fragmentation: {{low: 0, high: 0.6, distribution: uniform}}
  strategy.partners: {{categories: [[state], [state, firm, think_tank, ngo, influencer]]}}
replicates: 50
"""
    )
    made = make_plan(load_sweep(tmp_path / "sweep.yaml"))
    assert len(made.points) == 2 * 5 * 2
    assert made.runs == 1000
    assert values(made.points)[0] == (0.5, 0.0, ("state",))
    assert values(made.points)[-1][:2] == (2.0, 0.6)


def test_a_point_is_the_base_with_its_values_and_the_common_seed() -> None:
    made = plan(design="grid", factors={"parameters.rivalry": [0.5, 2], "fragmentation": [0, 0.4]})
    scenario = made.points[point_id(3)]
    expected = load_scenario(BASE, overrides={"parameters.rivalry": 2, "fragmentation": 0.4})
    unrecorded = {"record", "replicates"}
    assert scenario.model_dump(exclude=unrecorded) == expected.model_dump(exclude=unrecorded)
    assert (scenario.replicates, scenario.record.actors, scenario.record.ties) == (3, ("MAR",), "none")
    assert {made.points[point].seed for point in made.points} == {2025}
    assert set(made.effective) == {"rivalry"}
    assert made.effective["rivalry"].tolist() == [0.5, 0.5, 2, 2]


def test_independent_random_numbers_have_a_seed_a_point() -> None:
    made = plan(design="grid", random_numbers="independent")
    assert len({made.points[point].seed for point in made.points}) == len(made.points)


@pytest.mark.parametrize(
    ("design", "keys", "rows"),
    [
        ("grid", {}, 5 * 5 * 2),
        ("fractional", {}, 8),
        ("lhs", {"samples": 7}, 7),
        ("sobol", {"samples": 8}, 8 * 5),
        ("morris", {"samples": 6}, 6 * 4),
    ],
)
def test_designs_have_their_size_and_are_the_same_each_time(design, keys, rows) -> None:
    before = np.random.get_state()[1].copy()  # type: ignore[index] # noqa: NPY002
    first, again = plan(design=design, **keys), plan(design=design, **keys)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
    assert len(first.points) == rows
    assert values(first.points) == values(again.points)
    other = plan(design=design, seed=7, **keys)
    drawn = design in ("lhs", "sobol", "morris")
    assert (values(first.points) != values(other.points)) == drawn


def test_a_latin_hypercube_has_one_point_a_stratum() -> None:
    made = plan(design="lhs", samples=10)
    rivalry = [row[0] for row in values(made.points)]
    strata = sorted(int((value - 0.5) / 2 * 10) for value in rivalry)
    assert strata == list(range(10))
    assert sorted(row[2] for row in values(made.points)) == [("state",)] * 5 + [("state", "firm")] * 5


def test_a_fractional_design_is_balanced_and_free_of_two_way_confounding() -> None:
    made = plan(design="fractional")
    signs = np.array([[row[0] > 1, row[1] > 0.3, len(row[2]) > 1] for row in values(made.points)]) * 2 - 1
    assert (signs.sum(axis=0) == 0).all()
    assert (signs.T @ signs == 8 * np.eye(3)).all()
    pairs = signs[:, 0] * signs[:, 1]
    assert (signs.T @ pairs == 0).all()
    assert {row[0] for row in values(made.points)} == {0.5, 2.5}


def test_a_morris_trajectory_moves_one_factor_at_a_time() -> None:
    cube = plan(design="morris", samples=4).cube
    assert cube is not None
    for start in range(0, 16, 4):
        steps = np.diff(cube[start : start + 4], axis=0)
        assert ((steps != 0).sum(axis=1) == 1).all()
        assert np.allclose(np.abs(steps).max(axis=1), 2 / 3)


def test_a_list_takes_levels_side_by_side_and_scenarios_cross_the_design() -> None:
    factors = {"parameters.rivalry": [0.5, 1, 2], "fragmentation": [0, 0.1, 0.2]}
    made = plan(design="list", factors=factors)
    assert values(made.points) == [(0.5, 0), (1, 0.1), (2, 0.2)]
    two = {"base": None, "scenarios": [BASE, "scenarios/lock_in_eu.yaml"]}
    made = plan(design="list", factors=factors, **two)
    assert [made.points.rows[place][0] for place in range(6)] == ["baseline"] * 3 + ["lock_in_eu"] * 3
    made = plan(design="list", factors={}, **two)
    assert len(made.points) == 2
    assert made.points[point_id(1)].strategy.exclude_camps or made.points[point_id(1)].strategy.only_camp


def test_settings_reach_every_base() -> None:
    made = make_plan(load_sweep({"base": BASE, "design": "grid", "factors": FACTORS}, sets=["horizon=2025Q2"]))
    assert str(made.points[point_id(0)].horizon) == "2025Q2"
    assert str(made.points[point_id(9)].horizon) == "2025Q2"


def test_ranges_follow_their_distributions() -> None:
    log = Range(low=0.01, high=100, distribution="loguniform")
    assert [log.at(share) for share in (0, 0.5, 1)] == pytest.approx([0.01, 1, 100])
    triangle = Range(low=0, high=4, distribution="triangular", mode=1)
    assert triangle.at(0.25) == pytest.approx(1)
    whole = Range(low=1, high=4, distribution="integer")
    assert [whole.at(share) for share in (0, 0.24, 0.26, 0.74, 0.76, 1)] == [1, 1, 2, 3, 4, 4]
    assert whole.values() == (1, 2, 3, 4)
    assert all(isinstance(value, int) for value in whole.values())
    assert Range(low=0, high=0.6).values()[-1] == 0.6
    choice = Categories(categories=("a", "b", "c"))
    assert [choice.at(share) for share in (0, 0.33, 0.34, 0.99, 1)] == ["a", "a", "b", "c", "c"]


def test_the_prior_varies_the_free_parameters_and_says_so() -> None:
    made = plan(design="lhs", samples=3, parameters="factors")
    assert "central 90 % of their prior" in made.sweep.held
    assert {"affinity_width", "vote_noise", "rivalry"} <= set(made.effective)
    assert "position_uncertainty" not in made.effective
    assert made.effective["rivalry"].max() <= prior.ranges()["parameters.rivalry"].high
    assert set(made.effective) == {entry.name for entry in fitted.free_parameters()}
