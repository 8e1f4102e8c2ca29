"""The benchmark runs, its page is made of its numbers alone, and the small model is the same in every tool."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from simulation.model import QUARTER
from tests.benchmarks import bench_engine
from tests.benchmarks.engine import AROUND, made_up_world
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


def test_what_the_equations_ask_for_is_counted_in_the_shipped_world(quick: Path) -> None:
    least = _numbers(quick)["least"]
    pairs = least["actors"] ** 2
    assert least["counts"]["bytes"] == 120 * pairs
    assert 0 < least["counts"]["keyed draws"] < pairs
    assert least["counts"]["exponentials"] < least["counts"]["chances of a yes"] < 2 * pairs
    assert all(price > 0.0 for price in least["prices"].values())


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
