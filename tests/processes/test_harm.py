"""C.14 harm: capability, world governance, incidents and what follows from them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simulation.kernels import Draws
from simulation.processes.harm import _power_mean as power_mean
from simulation.processes.harm import (
    capability_path,
    grow_capability,
    instrument_strength,
    suffer_harm,
)
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import NGO, SECRETARIAT, THINK_TANK, State
from tests.worlds import small_state

PAR, MECH = Parameters(), Mechanisms()
CALM = MECH.replace(disinformation="off", urgency="off")


def draws(quarter: int = 0, replicate: int = 0) -> Draws:
    return Draws(5, replicate, quarter)


# --- capability


def test_capability_starts_at_one_grows_and_levels_off():
    assert capability_path(0, 0.03, 0.25) == 1.0
    assert capability_path(44, 0.03, 0.0) == pytest.approx(math.exp(0.03 * 44))
    grown = math.exp(0.03 * 20)
    assert capability_path(20, 0.03, 0.25) == pytest.approx(grown / (1 + 0.25 * (grown - 1)))
    assert capability_path(1e5, 0.08, 0.25) == pytest.approx(4)
    assert capability_path(30, 0.03, 1.0) == pytest.approx(1)


def test_growth_has_a_switch():
    state = small_state()
    grow_capability(state, PAR, MECH, 44)
    assert state.capability > 2
    grow_capability(state, PAR, MECH.replace(capability_growth="off"), 44)
    assert state.capability == 1.0


# --- world governance

FLOOR = PAR.governance_floor
CAPACITY = np.array([0.1, 0.4, 0.8, 0.01])
FLOORED = np.maximum(CAPACITY, FLOOR)


def test_limits_of_world_governance():
    assert power_mean(CAPACITY, 1.0, FLOOR) == pytest.approx(FLOORED.mean())
    assert power_mean(CAPACITY, 0.0, FLOOR) == pytest.approx(np.exp(np.log(FLOORED).mean()))
    assert power_mean(CAPACITY, -1.0, FLOOR) == pytest.approx(1 / (1 / FLOORED).mean())
    assert power_mean(CAPACITY, 2.0, FLOOR) == pytest.approx(np.sqrt((FLOORED**2).mean()))
    assert power_mean(np.zeros(3), 1.0, 0.2) == 0.2
    for infinite, large, limit in ((np.inf, 1e5, 0.8), (-np.inf, -1e5, 0.05)):
        assert power_mean(CAPACITY, infinite, FLOOR) == limit
        assert power_mean(CAPACITY, large, FLOOR) == pytest.approx(limit, rel=1e-4)


@pytest.mark.parametrize("exponent", [1e-3, 1e-6, 1e-9, 1e-12, 1e-300, -1e-9, -1e-300])
def test_world_governance_is_continuous_at_zero(exponent):
    geometric = power_mean(CAPACITY, 0.0, FLOOR)
    assert power_mean(CAPACITY, exponent, FLOOR) == pytest.approx(geometric, rel=max(1e-12, abs(exponent)))


@given(arrays(np.float64, st.integers(1, 12), elements=st.floats(0, 1)), st.floats(-50, 50), st.floats(0, 20))
def test_world_governance_lies_between_extremes_and_rises_with_the_exponent(capacity, exponent, more):
    floored = np.maximum(capacity, FLOOR)
    low = power_mean(capacity, exponent, FLOOR)
    assert floored.min() <= low <= floored.max()
    assert power_mean(capacity, exponent + more, FLOOR) >= low - 1e-12


# --- shields


def test_strength_of_instruments():
    strength = instrument_strength(
        np.array([False, True, True, False]),
        np.array([False, False, True, True]),
        np.array([0.9, 0.9, 0.9, 0.3]),
    )
    assert strength == pytest.approx([0.3, 0.6, 0.9, 0.1])


def test_shield_is_the_equation():
    state = small_state()
    state.joined[:] = False
    state.member[:] = False
    state.joined[[0, 1], 0] = True  # a declaration and a binding text not in force
    state.member[0, 0] = True
    state.bloc_depth[0] = 2
    suffer_harm(state, PAR, MECH, draws())
    members = state.capacity[state.un_member]
    assert state.world_governance == pytest.approx(power_mean(members, -2.0, FLOOR))
    e = state.instrument_enforcement
    joint = 1 - (1 - e[0] / 3) * (1 - e[1] * 2 / 3) * (1 - state.bloc_enforcement[0] * 2 / 3)
    assert state.shield[0] == pytest.approx(state.world_governance * (1 + 0.5 * joint))
    assert state.shield[1] == state.world_governance
    assert (state.shield[~state.un_member] == 0).all()


def test_shield_is_at_most_one():
    state = small_state()
    state.capacity[: state.s] = 0.9
    state.instrument_enforcement[:] = 1.0
    state.binding[:] = state.in_force[:] = True
    state.joined[:, 0] = True
    state.member[:] = False
    suffer_harm(state, PAR.replace(joint_shield=2), MECH, draws())
    assert state.shield[0] == 1.0


# --- incidents


def run(par: Parameters = PAR, mech: Mechanisms = MECH, quarters: int = 20, seed: int = 1) -> State:
    state = small_state(n_others=10, rng_seed=seed)
    for t in range(quarters):
        suffer_harm(state, par, mech, draws(t))
    return state


def test_no_hazard_no_incidents():
    for state in (run(PAR.replace(hazard=0)), run(mech=MECH.replace(harm="off"))):
        assert state.incidents_total.sum() == 0
        assert (state.harm_memory == 0).all()


@given(st.integers(0, 20), st.floats(0, 2), st.floats(0, 2))
@settings(max_examples=25, deadline=None)
def test_a_higher_hazard_never_gives_fewer_incidents_of_any_kind(seed, one, other):
    low = run(PAR.replace(hazard=min(one, other)), CALM, 5, seed)
    high = run(PAR.replace(hazard=max(one, other)), CALM, 5, seed)
    assert (high.incidents_total >= low.incidents_total).all()
    assert (high.harm_memory >= low.harm_memory).all()


def test_capability_and_surge_act_as_hazard():
    for column in ("capability", "surge"):
        state, twin = small_state(), small_state()
        setattr(state, column, 3.0)
        for t in range(10):
            suffer_harm(state, PAR, CALM, draws(t))
            suffer_harm(twin, PAR.replace(hazard=0.9), CALM, draws(t))
        assert (state.incidents_total == twin.incidents_total).all()
        assert state.incidents_total.sum() > 0


def test_only_un_members_suffer():
    state = run(PAR.replace(hazard=2))
    assert (state.incidents_total[state.un_member].sum(axis=1) > 0).any()
    assert (state.incidents_total[~state.un_member] == 0).all()
    assert (state.net_benefit[~state.un_member] == 0).all()


def test_full_capacity_protects_fully():
    state = small_state()
    state.capacity[0] = 1.0
    for t in range(30):
        suffer_harm(state, PAR.replace(hazard=2), CALM, draws(t))
    assert state.incidents_total[0].sum() == 0


def test_incidents_come_at_the_rate_and_in_the_shares():
    state = small_state()
    par = PAR.replace(hazard=2, share_cyber=0.8, share_market=0.4, share_disinformation=0.6, share_social=0.2)
    for t in range(2000):
        suffer_harm(state, par, CALM, draws(t))
    rate = 2 * (1 - state.capacity) * (1 - 0.5 * state.shield)
    members = state.un_member
    expected = 2000 * rate[members]
    got = state.incidents_total[members].sum(axis=1)
    assert (np.abs(got - expected) < 5 * np.sqrt(expected)).all()
    shares = state.incidents_total.sum(axis=0) / state.incidents_total.sum()
    assert shares == pytest.approx([0.4, 0.2, 0.3, 0.1], abs=0.02)


def test_memory_of_harm():
    state = small_state()
    state.harm_memory[:] = 1.0
    suffer_harm(state, PAR, CALM, draws())
    count = state.incidents.sum(axis=1)
    members = state.un_member
    assert state.harm_memory[members] == pytest.approx(0.9 + count[members])
    assert (state.incidents_total == state.incidents).all()


def test_benefit_is_the_equation():
    state = small_state()
    state.capability = 2.0
    suffer_harm(state, PAR, MECH, draws())
    members = state.un_member
    expected = 0.1 * 2 * state.adoption[members] * state.capacity[members]
    assert state.net_benefit[members] == pytest.approx(expected)


# --- disinformation


def test_disinformation_lowers_support_and_trust_in_partners():
    state = small_state()
    opinion, beta = state.opinion.copy(), state.beta.copy()
    state.wave[1] = 2
    suffer_harm(state, PAR.replace(hazard=0), MECH, draws())
    assert state.opinion[1] == pytest.approx(np.maximum(0, opinion[1] - 0.02))
    assert (np.delete(state.opinion, 1, 0) == np.delete(opinion, 1, 0)).all()
    assert state.beta - beta == pytest.approx(0.1 * ((np.arange(state.n) == 1)[:, None] & (state.depth > 0)))


def test_disinformation_has_a_switch():
    on, off = run(PAR.replace(hazard=2)), run(PAR.replace(hazard=2), MECH.replace(disinformation="off"))
    start = small_state(n_others=10)
    assert (on.opinion < start.opinion).any()
    assert (off.opinion == start.opinion).all()
    assert (off.beta == start.beta).all()
    assert (on.incidents_total == off.incidents_total).all()


# --- urgency


def with_incidents(count_seed: int = 0) -> State:
    state = small_state(n_others=10)
    state.depth[:] = 0
    state.urgency[:] = 0.0
    return state


def test_urgency_without_noise_is_the_equation():
    state = with_incidents()
    state.urgency[:] = 0.5
    suffer_harm(state, PAR.replace(hazard=1), MECH.replace(perception="off"), draws())
    members = state.un_member
    count = state.incidents[members].sum(axis=1)
    assert state.urgency[members] == pytest.approx(0.8 * 0.5 + 0.2 * np.minimum(1, count / 2))
    assert len(set(count)) > 1
    assert (state.urgency[~members] == 0.5).all()


def perceived(state: State, replicates: int = 300) -> np.ndarray:
    """Perceived incidents over true ones, wherever a state suffered any."""
    par = PAR.replace(hazard=2, alarm=20, urgency_memory=0)
    ratios = []
    for replicate in range(replicates):
        state.urgency[:] = 0.0
        suffer_harm(state, par, MECH.replace(disinformation="off"), draws(0, replicate))
        count = state.incidents.sum(axis=1)
        seen = state.urgency * 20
        inside = (count > 0) & (seen < 20)
        ratios.append(seen[inside] / count[inside])
    return np.concatenate(ratios)


def test_perception_is_right_in_the_median_and_sharper_with_experts():
    log = np.log(perceived(with_incidents()))
    assert np.median(log) == pytest.approx(0, abs=0.05)
    assert log.std() == pytest.approx(0.5, abs=0.05)
    informed = with_incidents()
    for kind in (THINK_TANK, SECRETARIAT, NGO):
        j = np.flatnonzero(informed.kind == kind)[0]
        informed.depth[: informed.s, j] = informed.depth[j, : informed.s] = 1
    log = np.log(perceived(informed))
    assert np.median(log) == pytest.approx(0, abs=0.03)
    assert log.std() == pytest.approx(0.25, abs=0.03)


def test_switched_off_urgency_stays():
    state = small_state()
    before = state.urgency.copy()
    suffer_harm(state, PAR.replace(hazard=2), MECH.replace(urgency="off"), draws())
    assert (state.urgency == before).all()
