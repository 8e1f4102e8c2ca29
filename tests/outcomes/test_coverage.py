"""Coverage and dependence: losses by camp, Shapley shares that add up, nobody's own organisations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.outcomes.coverage import SUPPLIES, outcomes, tally_supplies
from simulation.processes.needs import coverage, covered_now, own_part
from simulation.state import CAMPS, State
from tests.worlds import relabelled, small_state


def found(state: State) -> dict[str, np.ndarray]:
    kept = np.zeros(state.n, SUPPLIES)
    tally_supplies(state, np.arange(state.n), kept)
    return outcomes(kept)


@given(st.integers(0, 60))
@settings(max_examples=40, deadline=None)
def test_shapley_shares_add_up_to_what_the_camps_cover(seed):
    state = small_state(12, 15, seed)
    s = state.s
    result = found(state)
    assert result["coverage"][:s] == pytest.approx(coverage(covered_now(state)))
    assert not any(values[s:].any() for values in result.values())
    given_by_all = result["coverage"][:s] - coverage(own_part(state))
    shares = sum(result[f"coverage_by_{camp.lower()}"] for camp in CAMPS)[:s]
    bare = small_state(12, 15, seed)
    side = (state.camp >= 0)[None, :] & (state.home[None, :] != np.arange(state.n)[:, None])
    side[:, :s] |= (state.camp >= 0)[None, :s]
    bare.depth[side] = 0
    left = coverage(covered_now(bare)) - coverage(own_part(bare))
    assert shares * given_by_all == pytest.approx(given_by_all - left, abs=1e-12)
    losses = np.array([result[f"dependence_{camp.lower()}"] for camp in CAMPS])
    assert (result["dependence"] == losses.max(axis=0)).all()
    assert (losses.sum(axis=0)[:s] <= shares + 1e-12).all()  # camps stand in for each other
    assert (losses >= 0).all()


def test_one_camp_alone_is_all_there_is_to_depend_on():
    state = small_state()
    state.depth[:] = 0
    assert found(state)["dependence"][0] == 0.0
    state.depth[0, 3], state.camp[3] = 3, 1
    result = found(state)
    assert result["dependence"][0] == result["dependence_cn"][0] == 1.0
    assert result["coverage_by_cn"][0] == pytest.approx(1.0)
    state.depth[0, 4], state.camp[4], state.supply[4] = 3, 2, state.supply[3]
    result = found(state)
    assert result["coverage_by_cn"][0] == pytest.approx(0.5) == pytest.approx(result["coverage_by_us"][0])
    assert result["dependence"][0] < 0.5


def test_own_organisations_are_nobodys_camp():
    state = small_state()
    state.depth[:] = 0
    state.depth[0, 10], state.camp[10] = 3, 2
    for home, expected in ((0, 0.0), (1, 1.0)):
        state.home[10] = home
        assert found(state)["dependence"][0] == expected


def test_relabelling_actors_changes_nothing():
    state = small_state(8, 10)
    order = np.concatenate([np.random.default_rng(0).permutation(state.s), state.s + np.arange(10)[::-1]])
    plain, twin = found(state), found(relabelled(state, order))
    for name, values in plain.items():
        assert twin[name] == pytest.approx(values[order], abs=1e-12)
