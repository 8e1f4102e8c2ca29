"""C.9, C.10, C.11 and C.13 (C52): whatever moves positions moves them inside the initial hull."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.processes.bias import drift_by_funders, funders
from simulation.processes.capture import capture_index, drift_by_capture
from simulation.processes.diffusion import diffuse_positions
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import FIRM, THINK_TANK, State
from tests.worlds import small_state

PAR, MECH = Parameters(), Mechanisms()
MOVERS = (diffuse_positions, drift_by_capture, drift_by_funders)
SWITCHES = ("diffusion", "capture", "think_tank_bias")
FAST = PAR.replace(
    diffusion=0.05, anchor=1, learning_channel=1, competition_channel=1, imitation_channel=1,
    coercion_channel=1, market_pull=1, capture=0.1, funder_bias=0.1,
)  # fmt: skip
STILL = PAR.replace(diffusion=0, capture=0, funder_bias=0)


def move(state: State, par: Parameters = PAR, mech: Mechanisms = MECH, quarters: int = 1) -> None:
    for _ in range(quarters):
        for mover in MOVERS:
            mover(state, par, mech)


def bare() -> State:
    """A world without deals, trade or likeness."""
    state = small_state(n_others=10)
    state.depth[:] = 0
    state.trade_share[:] = 0
    state.trade_share_eu[:] = 0
    state.peer_weight[:] = 0
    state.norm[:] = False
    return state


def tie(state: State, i: int, j: int, depth: int = 3) -> None:
    state.depth[i, j] = state.depth[j, i] = depth


def follower(state: State) -> int:
    return next(i for i in range(state.s) if i not in state.leaders)


@given(st.integers(0, 40), st.integers(0, 12))
@settings(max_examples=30, deadline=None)
def test_positions_stay_in_the_initial_hull(seed, n_others):
    state = small_state(n_others=n_others, rng_seed=seed)
    low, high = state.position.min(axis=0), state.position.max(axis=0)
    for _ in range(30):
        move(state, FAST)
        assert (state.position >= low - 1e-12).all()
        assert (state.position <= high + 1e-12).all()


def test_positions_are_constant_without_speed():
    state = small_state(n_others=10)
    move(state, STILL, quarters=5)
    assert (state.position == state.position_start).all()


def test_positions_are_constant_with_all_switched_off():
    state = small_state(n_others=10)
    move(state, FAST, MECH.replace(**dict.fromkeys(SWITCHES, "off")), quarters=5)
    assert (state.position == state.position_start).all()


@pytest.mark.parametrize(("mover", "switch"), list(zip(MOVERS, SWITCHES, strict=True)))
def test_each_switch_stops_its_own_mover(mover, switch):
    state = small_state(n_others=10)
    for j in np.flatnonzero(np.isin(state.kind, (FIRM, THINK_TANK))):
        tie(state, follower(state), int(j))
    mover(state, FAST, MECH.replace(**{switch: "off"}))
    assert (state.position == state.position_start).all()
    mover(state, FAST, MECH)
    assert (state.position != state.position_start).any()


def test_identical_positions_do_not_move():
    state = small_state(n_others=10)
    state.position[:] = 0.3
    state.position_start[:] = 0.3
    move(state, FAST, quarters=5)
    assert (state.position == 0.3).all()


def test_organisations_and_leaders_hold_their_positions_in_diffusion():
    state = small_state(n_others=10)
    diffuse_positions(state, FAST, MECH)
    held = np.concatenate([state.leaders, np.arange(state.s, state.n)])
    assert (state.position[held] == state.position_start[held]).all()
    moved = np.setdiff1d(np.arange(state.s), state.leaders)
    assert (state.position[moved] != state.position_start[moved]).any(axis=1).all()


def diffuse_alone(state: State, i: int, channel: str, weight: float = 0.5) -> np.ndarray:
    """Step of i with all channels but one silenced, per unit of μ and weight."""
    silent = dict.fromkeys(
        ("learning_channel", "competition_channel", "imitation_channel", "coercion_channel", "market_pull"),
        0.0,
    )
    before = state.position[i].copy()
    diffuse_positions(state, PAR.replace(**{**silent, channel: weight}), MECH)
    return (state.position[i] - before) / (PAR.diffusion * weight)


def test_learning_follows_able_partners():
    state = bare()
    i = follower(state)
    a, b = 3, 4
    tie(state, i, a, 1)
    tie(state, i, b, 3)
    x, k = state.position.copy(), state.capacity
    mean = (k[a] * x[a] + 3 * k[b] * x[b]) / (k[a] + 3 * k[b])
    assert diffuse_alone(state, i, "learning_channel") == pytest.approx(mean - x[i])


def test_competition_and_imitation_follow_trade_and_likeness():
    for channel, column in (("competition_channel", "trade_share"), ("imitation_channel", "peer_weight")):
        state = bare()
        i = follower(state)
        getattr(state, column)[i, 3], getattr(state, column)[i, 4] = 0.1, 0.3
        x = state.position.copy()
        assert diffuse_alone(state, i, channel) == pytest.approx((x[3] + 3 * x[4]) / 4 - x[i])


def test_coercion_comes_from_leaders_with_a_deal_only():
    state = bare()
    i = follower(state)
    leader = int(state.leaders[1])
    tie(state, i, leader, 1)
    tie(state, i, 4, 3)
    assert 4 not in state.leaders
    x = state.position.copy()
    assert diffuse_alone(state, i, "coercion_channel") == pytest.approx(x[leader] - x[i])


def test_market_pull_is_in_proportion_to_trade_with_the_union():
    state = bare()
    i = follower(state)
    state.trade_share_eu[i] = 0.6
    x = state.position.copy()
    expected = 0.6 * (x[state.leaders[0]] - x[i])
    assert diffuse_alone(state, i, "market_pull") == pytest.approx(expected)


def test_anchor_pulls_back_to_the_start():
    state = bare()
    i = follower(state)
    state.position[i] = 0.2
    state.position_start[i] = 0.6
    diffuse_positions(state, PAR, MECH)
    assert state.position[i] == pytest.approx(0.2 + 0.01 * 0.05 * 0.4)


def test_positions_move_at_once():
    state = bare()
    i, j = 3, 4
    state.peer_weight[i, j] = state.peer_weight[j, i] = 1.0
    gap = state.position[j] - state.position[i]
    diffuse_positions(state, PAR, MECH)
    assert state.position[i] - state.position_start[i] == pytest.approx(0.01 * 0.2 * gap)
    assert state.position[j] - state.position_start[j] == pytest.approx(-0.01 * 0.2 * gap)


# --- C.10 firms


def captured(**columns: float) -> tuple[float, float]:
    """Drift and index of a state with one firm of research-mindedness 0, with columns changed."""
    state = bare()
    i, j = follower(state), int(np.flatnonzero(state.kind == FIRM)[0])
    state.research[j] = 0.0
    state.transparency[i], state.oversight[i] = 0.4, 0.2
    tie(state, i, j, int(columns.pop("depth", 3)))
    for name, value in columns.items():
        getattr(state, name)[j if name == "research" else i] = value
    drift_by_capture(state, PAR, MECH)
    return float(state.capture_drift[i]), float(state.capture[i])


def test_capture_is_the_equation():
    state = bare()
    i, j = follower(state), int(np.flatnonzero(state.kind == FIRM)[0])
    state.transparency[i], state.oversight[i], state.research[j] = 0.4, 0.2, 0.5
    tie(state, i, j, 2)
    x = state.position.copy()
    drift_by_capture(state, PAR, MECH)
    step = 0.02 * 0.6 * 0.8 * (2 / 3) / (5 / 3) * (1 - 0.6 * 0.5) * (x[j] - x[i])
    assert state.position[i] - x[i] == pytest.approx(step)
    assert state.capture_drift[i] == pytest.approx(np.sqrt((state.weight[i] * step**2).sum()))
    assert state.capture[i] == pytest.approx(0.6 * 0.8 * (2 / 3) / (5 / 3))


def test_capture_falls_with_transparency_and_oversight():
    drift, index = captured()
    for columns in ({"transparency": 0.8}, {"oversight": 0.7}):
        less_drift, less_index = captured(**columns)
        assert less_drift < drift
        assert less_index < index
    for columns in ({"transparency": 1.0}, {"oversight": 1.0}):
        assert captured(**columns) == (0.0, 0.0)


def test_research_minded_firms_drift_less_but_count_as_ties():
    assert captured(research=1.0)[0] == pytest.approx(0.4 * captured()[0])
    assert captured(research=1.0)[1] == captured()[1]


def test_more_presence_is_more_capture_at_any_level_and_ever_less_more():
    state = bare()
    i = follower(state)
    firms = np.flatnonzero(state.kind == FIRM)
    state.position[firms] = state.position[firms[0]]
    state.research[firms] = 0.0
    openness = (1 - state.transparency[i]) * (1 - state.oversight[i])
    assert len(firms) == 2
    for count, j in enumerate(firms, 1):
        tie(state, i, j)
        x = state.position.copy()
        drift_by_capture(state, PAR, MECH)
        dose = count / (1 + count)
        assert state.position[i] - x[i] == pytest.approx(0.02 * openness * dose * (x[firms[0]] - x[i]))
        assert state.capture[i] == pytest.approx(openness * dose)


def with_firms() -> State:
    state = small_state(n_others=10)
    for j in np.flatnonzero(state.kind == FIRM):
        tie(state, follower(state), int(j))
    return state


def test_capture_index_is_zero_without_the_mechanism_and_for_organisations():
    state = with_firms()
    index = capture_index(state, MECH)
    assert (index[state.s :] == 0).all()
    assert index[: state.s].max() > 0
    assert (index < 1).all()
    assert index is state.capture
    drift_by_capture(state, PAR, MECH.replace(capture="off"))
    assert (state.capture == 0).all()
    assert (state.capture_drift == 0).all()


def test_capture_drift_accumulates():
    state = with_firms()
    drift_by_capture(state, PAR, MECH)
    once = state.capture_drift.copy()
    drift_by_capture(state, PAR, MECH)
    assert (state.capture_drift >= once).all()
    assert state.capture_drift.max() > once.max()


# --- C.11 think tanks


def with_think_tank(home: int, camp: int) -> tuple[State, int, int]:
    state = bare()
    i, j = follower(state), int(np.flatnonzero(state.kind == THINK_TANK)[0])
    state.home[j] = home
    state.camp[home] = camp
    tie(state, i, j, 3)
    return state, i, j


@pytest.mark.parametrize("camp", [-1, 0, 1, 2])
def test_research_draws_towards_the_leader_of_the_funders_camp_or_its_home(camp):
    state, i, j = with_think_tank(home=5, camp=camp)
    x = state.position.copy()
    drift_by_funders(state, PAR, MECH)
    source = state.leaders[camp] if camp >= 0 else 5
    assert state.position[i] - x[i] == pytest.approx(0.01 * 0.3 * (x[source] - x[i]) / 2)
    assert funders(state.kind, state.home, state.camp, state.leaders)[j] == source


def test_domestic_and_fully_objective_research_does_not_bias():
    state, i, _ = with_think_tank(home=follower(bare()), camp=1)
    drift_by_funders(state, PAR, MECH)
    assert (state.position[i] == state.position_start[i]).all()
    state, i, j = with_think_tank(home=5, camp=1)
    state.objectivity[j] = 1.0
    drift_by_funders(state, PAR, MECH)
    assert (state.position[i] == state.position_start[i]).all()




