"""What a quarter leaves for the next, partners and publics, is what the next would have found by looking."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.errors import ModelError
from simulation.model import GovernanceModel
from simulation.scenario.load import load_scenario
from simulation.scenario.shipped import folder
from tests.synthetic import make_model, make_world
from tests.worlds import same_state

SCENARIOS = [path for path in sorted(folder("scenarios").glob("*.yaml")) if load_scenario(path).deals][:3]
SIGNPOSTS = [p for p in sorted(folder("scenarios").glob("*.yaml")) if load_scenario(p).strategy.when][:1]


def some_model() -> GovernanceModel:
    return make_model(make_world(6, {"firm": 2, "ngo": 2}), 4)


@pytest.mark.parametrize("path", ["scenarios/baseline.yaml", *SCENARIOS, *SIGNPOSTS], ids=lambda path: str(path)[-20:])
def test_a_run_is_what_stepping_by_hand_is(path) -> None:
    """Who steps by hand may write between two quarters, so there everything is looked up anew."""
    scenario = load_scenario(path, horizon="2027Q4")
    alone, by_hand = GovernanceModel(scenario), GovernanceModel(scenario)
    while by_hand.running:
        by_hand.step()
    assert same_state(alone.run().state, by_hand.state) == []
    assert alone.recorder.series().equals(by_hand.recorder.series())


def test_what_is_written_between_two_steps_counts() -> None:
    """A deal made by hand after a quarter is a deal in the next, on the lists too."""
    model = some_model()
    model.step()
    i, j = np.argwhere((model.state.depth == 0) & model.state.allowed)[0]
    model.state.depth[i, j] = model.state.depth[j, i] = 2
    model.state.until[i, j] = model.state.until[j, i] = 99
    model.step()
    links = model.sheet.links
    assert j in links.partner[links.start[i] : links.start[i + 1]]


def test_a_deal_of_one_side_alone_shows_nobody_anything() -> None:
    model = some_model()
    state = model.state
    i, j = np.argwhere((state.depth == 0) & state.allowed & (state.kind[:, None] == 0) & (state.kind == 0))[0]
    state.depth[i, j], state.until[i, j] = 1, 99
    model.step()
    assert np.isfinite(state.alpha).all()
    assert np.isfinite(state.beta).all()


def test_a_column_of_another_shape_is_refused_before_a_kernel_reads_it() -> None:
    model = some_model()
    model.state.capacity = np.zeros(2)
    with pytest.raises(ModelError, match=r"capacity of the state has shape \(2,\), not \(\d+,\)"):
        model.step()
