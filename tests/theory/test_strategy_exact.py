"""The strategy of the focal state: named targets, each with a window, a depth wanted and a place in the queue."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation.processes.approaches import TARGETED
from simulation.state import FIRM, STATE
from tests.synthetic import QUIET, START, make_model, make_world


def _model(quarters: int = 6, mechanisms: dict[str, str] | None = None, **fields: Any):
    """A small quiet world in which nobody turns to anybody unasked and everybody agrees."""
    world = make_world(6, {"firm": 2, "ngo": 1})
    model = make_model(world, quarters, mechanisms=QUIET | (mechanisms or {}), **fields)
    model.state.zeal[:] = 0.0
    model.state.reluctance[:] = -700.0
    return model


def _targeted(model) -> list[str]:
    """Names of those to whom the strategy had the focal state turn in the last quarter, in order."""
    made = model.sheet.approaches
    return [model.state.ids[j] for j in made.receiver[made.number >= TARGETED]]


class TestTargets:
    def test_a_name_is_turned_to_every_quarter(self):
        model = _model(3, strategy={"targets": ("A03", "firm_0")})
        for _ in range(3):
            model.step()
            assert _targeted(model) == ["A03", "firm_0"]

    def test_a_target_is_turned_to_in_its_window_alone(self):
        window = {"partner": "A03", "from": str(START + 1), "until": str(START + 2)}
        model = _model(4, strategy={"targets": (window,)})
        seen = []
        while model.running:
            model.step()
            seen.append(_targeted(model))
        assert seen == [[], ["A03"], ["A03"], []]

    @pytest.mark.parametrize(("depth", "rung"), [("memorandum", 1), ("mou", 1), ("programme", 2), ("binding", 3)])
    def test_nothing_deeper_than_wanted_is_signed_and_what_is_reached_is_enough(self, depth, rung):
        model = _model(8, strategy={"targets": ({"partner": "A03", "depth": depth}, "A04")})
        found = []
        while model.running:
            held = int(model.state.depth[0, 3])
            model.step()
            assert _targeted(model) == (["A03", "A04"] if held < rung else ["A04"])
            found.append(int(model.state.depth[0, 3]))
        assert max(found) == found[-1] == rung
        assert model.state.depth[0, 4] == 3  # who is named without a depth goes on to the deepest
        assert (model.state.wanted != 3).sum() == (2 if rung < 3 else 0)

    def test_the_rung_wanted_holds_for_whoever_turns_to_whom_and_only_while_the_window_is_open(self):
        target = {"partner": "A03", "depth": "mou", "until": str(START + 3)}
        model = _model(8, strategy={"targets": (target,)})
        model.state.zeal[3, STATE] = 1000.0
        found = []
        while model.running:
            model.step()
            found.append(int(model.state.depth[0, 3]))
        assert found[:4] == [1, 1, 1, 1]
        assert found[-1] == 3

    @pytest.mark.parametrize("purse", [0.0, 0.09, 0.1, 0.29, 0.3, 0.9])
    def test_those_with_a_priority_queue_for_the_money_that_is_left(self, purse):
        """Prices: a programme with a state .10, with a firm .12; a memorandum with an NGO .02."""
        price = {"A03": 0.10, "firm_0": 0.12, "A04": 0.10, "ngo_0": 0.02}
        first = ({"partner": "ngo_0", "priority": 3}, {"partner": "firm_0", "depth": "programme", "priority": 2})
        also = tuple({"partner": name, "depth": "programme", "priority": 1} for name in ("A03", "A04"))
        model = _model(1, {"budget": "on"}, strategy={"targets": (*first, *also, "A05")})
        model.state.budget[0] = model.state.budget_start[0] = purse / 2.0
        model.state.purse[0] = purse / 2.0
        left, expected = purse, ["A05"]  # without a priority, whatever the purse holds
        for name in ("A03", "A04", "firm_0", "ngo_0"):
            if price[name] <= left + 1e-12:
                expected.append(name)
                left -= price[name]
        model.step()
        assert _targeted(model) == expected
        assert model.state.kind[model.index("firm_0")] == FIRM

    def test_no_window_no_depth_and_no_priority_change_no_bit_of_a_name(self):
        plain, written = (
            make_model(make_world(6, {"firm": 2}), 6, strategy={"targets": targets}).run().state
            for targets in (("A03", "firm_0"), ({"partner": "A03"}, {"partner": "firm_0", "from": str(START)}))
        )
        assert np.array_equal(plain.depth, written.depth)
        assert np.array_equal(plain.purse, written.purse)
