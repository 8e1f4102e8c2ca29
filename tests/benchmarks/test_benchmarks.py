"""The benchmark runs, its page is made of its numbers alone, and the small model is the same in every tool."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from simulation.model import QUARTER
from simulation.model.governance import perceive
from tests.benchmarks import bench_engine
from tests.benchmarks.engine import AROUND, made_up_world, maker
from tests.benchmarks.floor_page import floor_of, verdict
from tests.benchmarks.least import OPERATIONS, _evidence, runs
from tests.benchmarks.page import Numbers, goals, render, spread
from tests.benchmarks.peers import beside


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a quick run."""
    page = tmp_path_factory.mktemp("bench") / "performance.md"
    bench_engine.main(["--quick", "--out", str(page)])
    return page


def _numbers(page: Path) -> Numbers:
    return json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))


def test_a_quick_run_measures_every_step_and_goal_it_can(quick: Path) -> None:
    numbers = _numbers(quick)
    size = numbers["sizes"][0]
    assert list(size["seconds"]) == [AROUND, *(step.name for step in QUARTER)]
    assert all(seconds > 0.0 for row in size["seconds"].values() for seconds in row)
    assert all(size["calls"][name] > 0 for name in size["seconds"])
    assert size["actors"] == 30
    assert {row["command"] for row in numbers["commands"]} == {"wifaq --help", "wifaq check"}
    text = quick.read_text(encoding="utf-8")
    assert "no measurement" in text
    assert not re.search(r"\bnan\b|\binf\b", text)
    assert text.count("| not in this run |") == len(goals(numbers))  # nothing that could be held against a goal


@pytest.mark.parametrize("where", ["quick", "shipped"])
def test_the_page_is_made_of_the_numbers_beside_it(quick: Path, where: str) -> None:
    page = quick if where == "quick" else bench_engine.PAGE
    assert page.read_text(encoding="utf-8") == render(_numbers(page))


def test_a_quick_run_does_not_overwrite_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench_engine.main(["--quick"])
    assert "--out" in capsys.readouterr().err


def test_a_goal_is_missed_by_the_median_and_told_as_missed(quick: Path) -> None:
    numbers = _numbers(quick)
    numbers["machine"]["quick"] = False
    numbers["oracle"] = {"actors": 12, "oracle": [500.0], "kernels": [1.0]}
    assert "| times as fast as the oracle, same results | at least 500 | 500 | yes |" in render(numbers)
    numbers["oracle"]["kernels"] = [1.01]
    assert "| times as fast as the oracle, same results | at least 500 | 495 | **no** |" in render(numbers)


def test_a_goal_is_also_a_share_of_the_first_edition_on_the_same_machine(quick: Path) -> None:
    numbers = _numbers(quick)
    numbers["machine"]["quick"] = False
    numbers["commands"].append({"command": "one replicate", "replicates": 1, "seconds": [9.0, 8.0, 10.0]})
    numbers["first"] = {"one replicate, whole command, s": [20.0, 18.0, 22.0]}
    assert "| one replicate, whole command, s | 7 | 0.29 | 20.00 (18.00 to 22.00) | 0.45 |" in render(numbers)


def test_the_floor_is_below_what_a_quarter_of_the_model_takes(quick: Path) -> None:
    numbers = _numbers(quick)
    size, worlds = numbers["sizes"][0], numbers["least"]["worlds"]
    for world in worlds:
        assert all(price > 0.0 for price in world["prices"].values())
        assert all(world["counts"][name] >= 0.0 for name in OPERATIONS)
        assert 0.0 < floor_of(world) < sum(_each(world))
    small = next(world for world in worlds if not world["shipped"])
    assert floor_of(small) < min(sum(row) for row in zip(*size["seconds"].values(), strict=True)) / 30**2 * 1e9


def _each(world: Numbers) -> list[float]:
    """Ns a pair of every operation, and a little for what rounds."""
    pairs = world["actors"] ** 2
    return [1e-9, *(world["counts"][name] * world["prices"][name] / pairs for name in OPERATIONS)]


def test_a_larger_world_asks_for_more_in_all(quick: Path) -> None:
    large, small = sorted(_numbers(quick)["least"]["worlds"], key=lambda world: -world["actors"])
    assert large["shipped"]
    assert all(large["counts"][name] > small["counts"][name] for name in OPERATIONS)


def test_trust_without_evidence_is_a_line_that_all_who_look_at_one_partner_share() -> None:
    """So it takes no division: what the floor leaves out."""
    model = maker(60, 8)(0)
    for _ in range(6):
        model.step()
    perceive(model)
    state, told = model.state, _evidence(model)
    assert 0 < told.sum() < told.size / 2
    for j in range(state.n):
        plain = np.flatnonzero(~told[:, j] & (np.arange(state.n) != j))
        prior, seen = state.trust_prior[plain, j], state.trust_hat[plain, j]
        if np.ptp(prior) > 0.0:
            assert np.allclose(np.polyval(np.polyfit(prior, seen, 1), prior), seen, atol=1e-12)
        else:
            assert np.ptp(seen) < 1e-12


def test_no_pair_is_counted_more_often_than_the_equations_can_ask(quick: Path) -> None:
    for world in _numbers(quick)["least"]["worlds"]:
        pairs, counts = world["actors"] ** 2, world["counts"]
        assert counts["bytes read"] <= 8 * 4 * pairs  # fixed part and trust, who looks at whom, votes
        assert counts["square roots"] < pairs  # half the pairs of members, and two a party to a deal
        assert counts["exponentials"] <= 3 * pairs


def test_only_a_floor_above_its_goal_puts_that_out_of_reach() -> None:
    assert "out of reach on this machine" in verdict(15.1, 15.0)
    assert verdict(15.0, 15.0) == verdict(3.0, 15.0) == "not shown to be out of reach"


def test_what_is_done_at_the_same_time_is_not_added_up() -> None:
    counts = dict.fromkeys(OPERATIONS, 100.0)
    prices = dict.fromkeys(OPERATIONS, 1.0) | {"bytes read": 9.0}
    assert floor_of({"actors": 10, "counts": counts, "prices": prices}) == 9.0
    assert floor_of({"actors": 10, "counts": counts, "prices": prices | {"bytes read": 1.0}}) == 3.0


def test_a_forecast_simulates_its_contrasts_too() -> None:
    assert runs(200, 1)["runs"] == 300
    assert runs(10, 1)["runs"] == 30


def test_a_missed_goal_stands_beside_its_floor(quick: Path) -> None:
    numbers = _numbers(quick)
    numbers["machine"]["quick"] = False
    numbers["commands"].append({"command": "one replicate", "replicates": 1, "seconds": [5.0, 6.0, 7.0]})
    row = "| one replicate, whole command, s | at most 2 | {} | 6.00 (5.00 to 7.00) | {} |"
    numbers["least"] |= {"start": [1.5], "quarters": 0}
    assert row.format("1.50", "not shown to be out of reach") in render(numbers)
    numbers["least"]["start"] = [2.5]
    assert row.format("2.50", verdict(2.5, 2.0)) in render(numbers)


def test_numbers_of_an_older_benchmark_have_no_floor(quick: Path) -> None:
    numbers = _numbers(quick)
    numbers["least"] = {"actors": 293, "counts": {}, "prices": {}}
    assert "## What any way of computing must spend\n\nNot in this run.\n" in render(numbers)


def test_spread_is_median_least_and_greatest() -> None:
    assert spread([3.0, 1.0, 2.0], 0) == "2 (1 to 3)"
    assert spread([4.0], 1) == "4.0"


@pytest.mark.parametrize("actors", [30, 100, 1000])
def test_a_made_up_world_has_the_actors_asked_for(actors: int) -> None:
    assert len(made_up_world(actors).ids) == actors


def test_the_small_model_gives_the_same_in_plain_mesa_and_on_wifaqs_way() -> None:
    amount = beside.Amount(((10, 1),), 1, compared_at=30, steps=20, seeds=40)
    mesa, own = (
        beside._measured(tool, Path(sys.executable), amount)["means"] for tool in beside.TOOLS if not tool.packages
    )
    assert max(beside._apart(mesa[name], own[name]) for name in beside.TOLD) < 4.0
    # what is signed and has not ended, holds
    assert np.isclose(own["signed"][0] - own["ended"][0], own["deals"][0] / 2)


def test_means_that_differ_are_apart() -> None:
    assert beside._apart((1.0, 0.1), (2.0, 0.1)) > 4.0


def test_a_tool_that_cannot_be_had_is_told_with_its_reason() -> None:
    tool = beside.Tool("nobody's", "nobodys_model.py", ("2.0",), ("mesa",))
    assert beside._python(tool) == "no Python 2.0 on this machine"
