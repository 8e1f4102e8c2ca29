"""C.15 capacity and C.11 dose: the point of rest, what each source of learning adds, what no book can buy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.processes import needs
from simulation.processes.capacity import Stock, set_rest, update_capacity
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import FIRM, INFLUENCER, MAX_DEPTH, NGO, THINK_TANK, State
from tests.synthetic import make_deal, make_model, make_world
from tests.worlds import small_state

PAR, MECH = Parameters(), Mechanisms()
PLAIN = MECH.replace(coordination="off", needs="off")
"""Learning alone."""


def world(seed: int = 1, par: Parameters = PAR, mech: Mechanisms = MECH) -> State:
    """A world at rest: it holds the deals that it is expected to hold."""
    state = small_state(n_others=10, rng_seed=seed)
    kinds = [len({state.kind[j] for j in np.flatnonzero(row >= 2)}) / 6 for row in state.depth]
    set_rest(state, par, mech, Stock(state.depth / MAX_DEPTH, np.array(kinds)))
    return state


def alone(par: Parameters = PAR, mech: Mechanisms = MECH, **changes: float) -> State:
    """A world that holds and expects no deal, at rest; ``changes`` are columns of the first state."""
    state = small_state(n_others=10)
    state.depth[:] = 0
    for name, value in changes.items():
        getattr(state, name)[0] = value
    set_rest(state, par, mech, Stock(np.zeros((state.n, state.n)), np.zeros(state.n)))
    return state


def tie(state: State, i: int, j: int, depth: int = 2) -> None:
    state.depth[i, j] = state.depth[j, i] = depth


def first(state: State, kind: int, home: int | None = None, number: int = 0) -> int:
    """Row of an actor of a kind; with ``home``, made an organisation of that state."""
    j = int(np.flatnonzero(state.kind == kind)[number])
    if home is not None:
        state.home[j] = home
    return j


def step(state: State, par: Parameters = PAR, mech: Mechanisms = MECH) -> np.ndarray:
    before = state.capacity.copy()
    update_capacity(state, par, mech)
    return state.capacity - before


# --- the point of rest


@given(st.integers(0, 30), st.floats(0, 3))
@settings(max_examples=20, deadline=None)
def test_a_world_with_its_rest_stock_stays_where_it_is_whatever_the_speed_of_return(seed, decay):
    assert np.abs(step(world(seed), PAR.replace(capacity_decay=decay))).max() < 1e-15


def test_the_multiplier_of_decay_moves_the_speed_of_return_only():
    changes = []
    for decay in (0.0, 1.0, 2.0):
        par, state = PAR.replace(capacity_decay=decay), world()
        state.capacity[0] += 0.05
        changes.append(step(state, par)[0])
        for _ in range(4000 if decay else 0):
            update_capacity(state, par, MECH)
        if decay:
            assert state.capacity[0] == pytest.approx(state.capacity_start[0], abs=1e-6)
    assert changes[1] - changes[0] == pytest.approx(changes[2] - changes[1])
    assert changes[2] < changes[1] < 0


def test_rest_is_that_of_the_expected_deals_whatever_is_in_the_starting_book():
    facts = make_world(6, {"firm": 3, "think_tank": 2}, deals=[make_deal((0, 2), 2), make_deal((1, 3), 3)])
    full, empty = (make_model(facts, 4, replicate, mechanisms={"latent_book": book}).state
                   for replicate, book in ((0, "on"), (7, "off")))  # fmt: skip
    assert (full.depth != empty.depth).any()
    for column in ("capacity_decay", "coverage_rest", "capacity_start"):
        assert (getattr(full, column) == getattr(empty, column)).all()


@pytest.mark.slow
def test_no_book_at_the_start_moves_the_mean_capacity_of_states():
    """Filled, emptied or with records struck, it is the deals of the years to come that count."""
    from simulation.data.kinds import Records
    from simulation.data.world import load_world
    from simulation.model import GovernanceModel
    from simulation.scenario.load import load_scenario

    scenario = load_scenario("scenarios/baseline.yaml", horizon="2029Q4")
    facts = load_world(scenario.as_of)
    struck = load_world(scenario.as_of, records=Records(strike=tuple(deal.id for deal in facts.deals[::2])))
    means = []
    for known, book in ((facts, "on"), (facts, "off"), (struck, "on")):
        model = GovernanceModel(scenario, world=known, mechanisms={"latent_book": book})
        model.run()
        state = model.state
        means.append(state.capacity[state.un_member].mean())
    assert np.ptp(means) < 0.1 * state.capacity_start[state.un_member].std()


def test_levers_move_capacity_from_its_rest():
    assert step(alone())[0] == 0.0
    state = alone()
    state.agency[0] = 1.0
    assert step(state)[0] > 1e-5
    state = alone()
    state.budget[0] /= 2
    assert step(state)[0] < -1e-5
    state = alone()
    state.budget[0] *= 2
    assert step(state)[0] == 0.0


@given(st.integers(0, 20), st.floats(0, 3), st.floats(0.005, 0.05), st.floats(0, 0.2))
@settings(max_examples=30, deadline=None)
def test_capacity_stays_in_the_unit_interval(seed, decay, growth, sharing):
    par = PAR.replace(capacity_decay=decay, capacity_growth=growth, shared_learning=sharing)
    state = world(seed, par)
    state.capacity[:2] = 0.0, 1.0
    state.agency[:] = 1.0
    for _ in range(20):
        update_capacity(state, par, MECH)
        assert ((state.capacity >= 0) & (state.capacity <= 1)).all()


def test_zero_capacity_has_a_finite_decay_and_stays_near_zero():
    state = alone(capacity=0.0)
    assert state.capacity_decay[0] == 1.0
    for _ in range(50):
        update_capacity(state, PAR, MECH)
    assert 0 < state.capacity[0] < PAR.capacity_growth


def test_full_capacity_is_at_rest():
    state = alone(capacity=1.0)
    assert state.capacity_decay[0] == step(state)[0] == 0.0


# --- learning


def test_the_gain_from_one_partner_is_the_equation():
    state = alone(mech=PLAIN)
    j = first(state, NGO)
    tie(state, 0, j)
    state.budget[0] *= 0.5
    k = state.capacity[0]
    know_how = 2 / 3 * state.supply[j, needs.SKILLS] * 0.7 * (0.3 + 0.7 * k)
    learning = 0.3 * 0.5 + 0.3 * know_how / (1 + know_how)
    assert step(state, mech=PLAIN)[0] == pytest.approx(0.02 * (1 - k) * (learning - 0.3), abs=1e-15)


def test_absorption_favours_the_able():
    gains = []
    for k in (0.2, 0.8):
        state = alone(mech=PLAIN, capacity=k)
        tie(state, 0, first(state, NGO))
        gains.append(step(state, mech=PLAIN)[0] / (1 - k))  # per unit of room left to learn
    assert gains[0] < gains[1]


def test_all_partners_together_teach_no_more_than_the_bound():
    state = alone(mech=PLAIN)
    state.depth[0, 1:] = 3
    assert 0 < step(state, mech=PLAIN)[0] < 0.02 * (1 - state.capacity_start[0]) * 0.3


@pytest.mark.parametrize(("kind", "switch"), [(FIRM, "firm_expertise"), (THINK_TANK, "think_tank_research")])
def test_switches_silence_their_teachers(kind, switch):
    for option, heard in (("on", True), ("off", False)):
        state = alone()
        tie(state, 0, first(state, kind, home=0))
        assert (step(state, mech=PLAIN.replace(**{switch: option}))[0] > 1e-5) == heard


# --- dependence is a dose


def dosed(foreign: int, own: int, funding: float = 0.0, switch: str = "on") -> float:
    """What capacity gains at home with so many programmes of research of either sort, know-how set aside."""
    state = alone()
    for number in range(foreign + own):
        tie(state, 0, first(state, THINK_TANK, home=int(number < foreign), number=number))
    state.local_funding[0] = funding
    return step(state, PAR.replace(partner_learning=0.0), PLAIN.replace(dependence=switch))[0]


def test_no_dose_changes_no_bit():
    assert dosed(0, 0) == dosed(0, 1) == dosed(1, 1, switch="off") == dosed(1, 0, funding=1.0) == 0.0


def test_foreign_research_costs_learning_at_home_by_its_dose():
    state = alone()
    dose = 2 / 3 * state.supply[first(state, THINK_TANK), needs.SKILLS] * 0.7
    k = state.capacity[0]
    assert dosed(1, 0) == pytest.approx(-0.02 * (1 - k) * 0.3 * 0.5 * dose / (1 + dose))
    assert dosed(2, 0) < dosed(1, 0) < 0.0
    assert dosed(2, 0) > -0.02 * (1 - k) * 0.3 * 0.5  # however much: half of it


def test_own_programmes_and_own_funds_offset_it():
    assert dosed(1, 0) < dosed(1, 0, funding=0.5) < 0.0
    state = alone()
    one, other = (state.supply[first(state, THINK_TANK, number=k), needs.SKILLS] for k in (0, 1))
    assert (dosed(1, 1) == 0.0) == (one <= other)
    assert dosed(1, 1) > dosed(1, 0)


# --- coordination, coverage, shared learning


def test_coordination_counts_kinds_in_programmes():
    def gain_ratio(partners: list[int], depth: int = 2) -> float:
        with_it, without = alone(), alone()
        for state in (with_it, without):
            for j in partners:
                tie(state, 0, j, depth)
            state.capacity_decay[:] = 0
        return step(with_it, mech=MECH.replace(needs="off"))[0] / step(without, mech=PLAIN)[0]

    state = alone()
    ngo, firm = np.flatnonzero(state.kind == NGO), np.flatnonzero(state.kind == FIRM)
    assert gain_ratio([ngo[0]]) == pytest.approx(1 + 0.3 / 6)
    assert gain_ratio([ngo[0], ngo[1]]) == pytest.approx(1 + 0.3 / 6)
    assert gain_ratio([ngo[0], firm[0], 1]) == pytest.approx(1 + 0.3 * 3 / 6)
    assert gain_ratio([ngo[0], firm[0], first(state, INFLUENCER)], 1) == pytest.approx(1)


def test_learning_follows_coverage_beyond_that_of_the_expected_deals():
    covered, plain = alone(), alone()
    for state in (covered, plain):
        tie(state, 0, first(state, NGO), 3)
        state.capacity_decay[:] = 0
    gained = needs.coverage(needs.covered_now(covered))[0] / covered.coverage_rest[0]
    mech = PLAIN.replace(needs="on")
    assert step(covered, mech=mech)[0] == pytest.approx((0.5 + 0.5 * gained) * step(plain, mech=PLAIN)[0])


def test_shared_learning_draws_towards_abler_states_in_programmes():
    state = alone(mech=PLAIN)
    state.capacity[:3] = 0.2, 0.5, 0.8
    set_rest(state, PAR, PLAIN, Stock(np.zeros((state.n, state.n)), np.zeros(state.n)))
    tie(state, 0, 1)
    tie(state, 0, 2, 3)
    tie(state, 1, 2, 1)  # a memorandum teaches nothing
    shared = step(state, PAR.replace(shared_learning=0.1, partner_learning=0.0), PLAIN)
    lead = 2 / 3 * 0.3 + 0.6
    assert shared[:4] == pytest.approx([0.1 * lead / (1 + lead), 0, 0, 0], abs=1e-15)


def test_switched_off_capacity_stays():
    state = world()
    tie(state, 0, first(state, NGO))
    assert (step(state, PAR.replace(capacity_decay=0), MECH.replace(capacity="off")) == 0).all()
