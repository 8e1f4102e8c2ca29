"""C.15 capacity: point of rest, bounds, and what each source of learning adds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.processes.capacity import refresh_expertise, rest_decay, update_capacity
from simulation.randomness import Draws
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import FIRM, NGO, THINK_TANK, State
from tests.worlds import small_state

PAR, MECH = Parameters(), Mechanisms()
DRAWS = Draws(1, 0, 0)


def world(seed: int = 1, n_others: int = 10) -> State:
    state = small_state(n_others=n_others, rng_seed=seed)
    refresh_expertise(state, PAR)
    state.capacity_decay = rest_decay(state, PAR, MECH)
    return state


def alone(seed: int = 1) -> State:
    """A world without any deal, at rest."""
    state = small_state(n_others=10, rng_seed=seed)
    state.depth[:] = 0
    refresh_expertise(state, PAR)
    state.capacity_decay = rest_decay(state, PAR, MECH)
    return state


def tie(state: State, i: int, j: int, depth: int = 3) -> None:
    state.depth[i, j] = state.depth[j, i] = depth


def first(state: State, kind: int, home: int | None = None) -> int:
    """Row of the first actor of a kind; with ``home``, made an organisation of that state."""
    j = int(np.flatnonzero(state.kind == kind)[0])
    if home is not None:
        state.home[j] = home
    return j


def step(state: State, par: Parameters = PAR, mech: Mechanisms = MECH) -> np.ndarray:
    before = state.capacity.copy()
    update_capacity(state, par, mech, DRAWS)
    return state.capacity - before


@given(st.integers(0, 30))
@settings(max_examples=20, deadline=None)
def test_recorded_world_is_a_point_of_rest(seed):
    assert np.abs(step(world(seed))).max() < 1e-15


def test_point_of_rest_draws_capacity_back_from_both_sides():
    for shift in (-0.05, 0.05):
        state = world()
        rest = state.capacity[0]
        state.capacity[0] += shift
        assert step(state)[0] * shift < 0
        for _ in range(4000):
            update_capacity(state, PAR, MECH, DRAWS)
        assert state.capacity[0] == pytest.approx(rest, abs=1e-6)


def test_states_keep_their_own_points_of_rest():
    state = world()
    spread = state.capacity[: state.s].std()
    for _ in range(44):
        update_capacity(state, PAR, MECH, DRAWS)
    assert state.capacity[: state.s].std() == pytest.approx(spread)


@given(st.integers(0, 20), st.floats(0, 3), st.floats(0.005, 0.05), st.floats(0, 0.2))
@settings(max_examples=30, deadline=None)
def test_capacity_stays_in_the_unit_interval(seed, decay, growth, sharing):
    state = world(seed)
    state.capacity[:2] = 0.0, 1.0
    state.agency[:] = 1.0
    par = PAR.replace(capacity_decay=decay, capacity_growth=growth, shared_learning=sharing)
    for _ in range(20):
        update_capacity(state, par, MECH, DRAWS)
        assert ((state.capacity >= 0) & (state.capacity <= 1)).all()


def test_zero_capacity_has_a_finite_decay_and_stays_near_zero():
    state = alone()
    state.capacity[0] = 0.0
    state.capacity_decay = rest_decay(state, PAR, MECH)
    assert state.capacity_decay[0] == 1.0
    for _ in range(50):
        update_capacity(state, PAR, MECH, DRAWS)
    assert 0 < state.capacity[0] < PAR.capacity_growth


def test_full_capacity_is_at_rest():
    state = alone()
    state.capacity[0] = 1.0
    state.capacity_decay = rest_decay(state, PAR, MECH)
    assert state.capacity_decay[0] == 0.0
    assert step(state)[0] == 0.0


def test_gain_from_one_partner_is_the_equation():
    state = alone()
    j = first(state, NGO)
    state.budget[0] = 0.5
    state.capacity_decay = rest_decay(state, PAR, MECH)
    tie(state, 0, j, 2)
    mech = MECH.replace(coordination="off")
    k = state.capacity[0]
    at_home = 0.3 * 0.5
    # the decay was set with coordination on, which without deals multiplies by one
    taught = 0.1 * (2 / 3) * state.expertise[j] * 0.7 * (0.3 + 0.7 * k)
    expected = 0.02 * (1 - k) * (at_home + taught) - state.capacity_decay[0] * k
    assert step(state, mech=mech)[0] == pytest.approx(expected, abs=1e-15)


def test_absorption_favours_the_able():
    low, high = alone(), alone()
    for state, k in ((low, 0.2), (high, 0.8)):
        state.capacity[0] = k
        state.capacity_decay = rest_decay(state, PAR, MECH)
        tie(state, 0, first(state, NGO))
    # per unit of room left to learn
    assert step(low)[0] / 0.8 < step(high)[0] / 0.2


@pytest.mark.parametrize(("kind", "switch"), [(FIRM, "firm_expertise"), (THINK_TANK, "think_tank_research")])
def test_switches_silence_their_teachers(kind, switch):
    mech = MECH.replace(coordination="off", **{switch: "off"})
    on, off = alone(), alone()
    for state in (on, off):
        tie(state, 0, first(state, kind, home=0))
    assert step(on, mech=MECH.replace(coordination="off"))[0] > 1e-5
    assert step(off, mech=mech)[0] == pytest.approx(0, abs=1e-15)


def test_foreign_research_crowds_out_domestic_learning():
    mech = MECH.replace(coordination="off")
    gains = {}
    for home, switch in ((0, "on"), (1, "on"), (1, "off")):
        state = alone()
        tie(state, 0, first(state, THINK_TANK, home=home))
        gains[home, switch] = step(state, mech=mech.replace(dependence=switch))[0]
    assert gains[0, "on"] == gains[1, "off"]
    k = alone().capacity[0]
    lost = 0.02 * (1 - k) * 0.3 * min(1, alone().budget[0]) * 0.5
    assert gains[1, "off"] - gains[1, "on"] == pytest.approx(lost)


def test_funds_for_local_research_undo_dependence():
    gains = []
    for funding in (0.0, 0.5, 1.0):
        state = alone()
        tie(state, 0, first(state, THINK_TANK, home=1))
        state.local_funding[0] = funding
        gains.append(step(state)[0])
    tied_to_own = alone()
    tie(tied_to_own, 0, first(tied_to_own, THINK_TANK, home=0))
    assert gains[1] == pytest.approx((gains[0] + gains[2]) / 2)
    assert gains[2] == pytest.approx(step(tied_to_own)[0])
    assert gains[0] < gains[2]


def test_coordination_counts_kinds_not_ties():
    def gain_ratio(partners: list[int]) -> float:
        with_it, without = alone(), alone()
        for state in (with_it, without):
            for j in partners:
                tie(state, 0, j)
            state.capacity_decay[:] = 0
        return step(with_it)[0] / step(without, mech=MECH.replace(coordination="off"))[0]

    state = alone()
    ngo, firm = np.flatnonzero(state.kind == NGO), np.flatnonzero(state.kind == FIRM)
    assert gain_ratio([ngo[0]]) == pytest.approx(1 + 0.3 / 6)
    assert gain_ratio([ngo[0], ngo[1]]) == pytest.approx(1 + 0.3 / 6)
    assert gain_ratio([ngo[0], firm[0], 1]) == pytest.approx(1 + 0.3 * 3 / 6)


def test_agency_raises_capacity_only_under_coordination():
    for switch, sign in (("on", 1), ("off", 0)):
        state = alone()
        state.agency[0] = 1.0
        state.capacity_decay = rest_decay(state, PAR, MECH)  # an agency is not part of the rest
        change = step(state, mech=MECH.replace(coordination=switch))[0]
        assert (change > 1e-5) == bool(sign)


def test_shared_learning_draws_towards_abler_members_only():
    state = alone()
    state.member[:] = False
    state.member[0, [0, 1, 2]] = True
    state.capacity[:3] = 0.2, 0.5, 0.8
    state.capacity_decay = rest_decay(state, PAR, MECH)
    change = step(state, PAR.replace(shared_learning=0.1))
    assert change[:3] == pytest.approx([0.1 * (0.3 + 0.6) / 2, 0.1 * 0.3, 0], abs=1e-15)
    assert change[3] == pytest.approx(0, abs=1e-15)


def test_switched_off_capacity_stays():
    state = world()
    tie(state, 0, first(state, NGO))
    assert (step(state, PAR.replace(capacity_decay=0), MECH.replace(capacity="off")) == 0).all()


def test_what_a_state_can_teach_rises_with_its_capacity():
    state = world()
    others = state.expertise[state.s :].copy()
    state.capacity[0] = 0.4
    refresh_expertise(state, PAR)
    assert state.expertise[0] == pytest.approx(0.15 + 0.7 * 0.4)
    assert (state.expertise[state.s :] == others).all()


def test_expertise_never_exceeds_one():
    state = world()
    state.capacity[0] = 1.0
    refresh_expertise(state, PAR.replace(state_expertise=1.0))
    assert state.expertise[0] == 1.0
