"""C.15 needs: supplies, coverage between its own part and one, and what draws a state to who fills more of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.processes.needs import (
    NEEDS,
    add_to_pull,
    coverage,
    covered_now,
    gain_since_start,
    needs,
    note_start,
    own_part,
    refresh_supply,
    supply_of,
)
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import KINDS
from tests.worlds import small_state

MECH = Mechanisms()


def test_the_tables_are_those_of_the_model_description():
    names = ("firm", "firm", "firm", "think_tank", "ngo", "influencer", "secretariat")
    kinds = np.array([KINDS.index(name) for name in names], np.int8)
    sorts = ["infrastructure", "models", "other", "", "", "", ""]
    assert supply_of(kinds, sorts).tolist() == [
        [0.9, 0.9, 0.5, 0.1], [0.4, 0.9, 0.5, 0.1], [0.3, 0.9, 0.5, 0.1], [0.05, 0.8, 0.05, 0.4],
        [0.0, 0.4, 0.05, 0.8], [0.0, 0.1, 0.05, 0.3], [0.1, 0.6, 0.4, 0.9],
    ]  # fmt: skip
    assert needs().scale.tolist() == [3, 6, 4, 5]


def test_what_states_supply_and_have_rises_with_size_readiness_and_capacity():
    state = small_state()
    refresh_supply(state)
    m, ready, k = state.size[0], state.capacity_start[0], state.capacity[0]
    assert state.supply[0] == pytest.approx([0.1 + 0.8 * m * ready, 0.15 + 0.7 * k, 0.2 + 0.8 * m, 0.6])
    assert own_part(state)[0] == pytest.approx([0.1 + 0.8 * m * ready, 0.15 + 0.7 * k, 0.2 + 0.8 * m, 0.3])
    before = state.supply.copy()
    state.capacity[0] += 0.05
    refresh_supply(state)
    assert np.argwhere(state.supply != before).tolist() == [[0, NEEDS.index("skills")]]


@given(st.integers(0, 50), st.integers(0, 8), st.integers(9, 14))
@settings(max_examples=40, deadline=None)
def test_coverage_lies_between_own_and_one_and_no_deal_lowers_it(seed, i, j):
    state = small_state(rng_seed=seed)
    own, before = own_part(state), covered_now(state)
    assert (before >= own).all()
    assert (before <= 1).all()
    state.depth[i, j] = min(3, state.depth[i, j] + 1)
    assert (covered_now(state) >= before).all()
    state.depth[:] = 0
    assert (covered_now(state) == own).all()


def test_one_deal_covers_by_the_equation():
    state = small_state()
    state.depth[:] = 0
    state.depth[0, 10] = 2
    own = own_part(state)[0]
    expected = own + (1 - own) * (1 - np.exp(-2 / 3 * state.supply[10] / np.array([3, 6, 4, 5])))
    assert covered_now(state)[0] == pytest.approx(expected)
    assert coverage(covered_now(state))[0] == pytest.approx(expected.mean())


@pytest.mark.parametrize(("pull", "switch"), [(0.0, "on"), (4.0, "off")])
def test_no_pull_of_needs_changes_no_bit(pull, switch):
    state = small_state()
    state.depth[:] = 0
    before = state.pull.copy()
    add_to_pull(state, Parameters({"need_pull": pull}), MECH.replace(needs=switch))
    assert (state.pull == before).all()


def test_only_what_differs_from_the_recorded_start_draws():
    state, par = small_state(), Parameters({"need_pull": 2.0})
    add_to_pull(state, par, MECH)
    assert (state.pull == 0).all()
    note_start(state)
    state.depth[0] = 0  # more is open now
    add_to_pull(state, par, MECH)
    assert (state.pull[1:] == 0).all()
    opened = covered_now(state)[0] - (1 - state.open_start[0])
    for j in range(state.n):
        assert state.pull[0, j] == pytest.approx(-2 * (opened * state.supply[j]).sum())
        assert state.pull[0, j] == pytest.approx(2 * gain_since_start(state, 0, j))
    assert gain_since_start(state, 10, 0) == 0.0
