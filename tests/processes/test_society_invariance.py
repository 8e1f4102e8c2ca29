"""Twin worlds: what the submodels of C.6, C.7 and C.9 to C.16 may not depend on."""

import numpy as np
import pytest

from simulation.kernels import Draws
from simulation.processes.bias import drift_by_funders
from simulation.processes.blocs import decide_blocs
from simulation.processes.capacity import Stock, set_rest, update_capacity
from simulation.processes.capture import capture_index, drift_by_capture
from simulation.processes.diffusion import diffuse_positions
from simulation.processes.harm import grow_capability, suffer_harm
from simulation.processes.instruments import join_instruments
from simulation.processes.learning import learn
from simulation.processes.needs import refresh_supply
from simulation.processes.norms import spread_norms
from simulation.processes.opinion import move_opinions
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import INFLUENCER, KINDS, MAX_DEPTH, STATE, State
from tests.worlds import relabelled, same_state, small_state, with_inert_actor

PAR = Parameters({"shared_learning": 0.05, "hazard": 1.0, "agenda_raises": 1.0, "vote_cost": 0.02})
MECH = Mechanisms({"learning": "fermi"})
STEPS = (
    decide_blocs, join_instruments, learn, update_capacity, diffuse_positions, drift_by_capture, drift_by_funders,
    move_opinions, spread_norms, suffer_harm,
)  # fmt: skip
LUCKY = (decide_blocs, join_instruments, learn, move_opinions, suffer_harm)


def world(seed: int = 3) -> State:
    state = small_state(n_others=15, rng_seed=seed)
    voice, payer = np.flatnonzero(state.kind == INFLUENCER)[0], 2
    state.depth[voice, payer] = state.depth[payer, voice] = 1
    state.since[voice, payer] = state.since[payer, voice] = 0
    state.campaign_weight[payer] = 0.5
    state.bloc_depth[:] = 1
    state.reach[:] = state.pace[:] = -3.5  # some join every text, some none
    state.learns[:6], state.propensity = True, np.random.default_rng(seed).random((state.n, 5))
    return state


def live(state: State, quarters: int = 8) -> State:
    stock = Stock(0.9 * state.depth / MAX_DEPTH, np.full(state.n, 0.3))
    set_rest(state, PAR, MECH, stock)
    capture_index(state, MECH)
    for t in range(quarters):
        draws = Draws(11, 2, t)
        grow_capability(state, PAR, MECH, t)
        state.quarter = t
        refresh_supply(state)
        for step in STEPS:
            step(state, PAR, MECH, *([draws] if step in LUCKY else []))
    return state


def test_the_world_lives():
    state, start = live(world()), world()
    moved = set(same_state(state, start))
    assert {"capacity", "position", "opinion", "urgency", "incidents_total", "beta", "capture"} <= moved
    assert {"bloc_tabled", "bloc_passed", "bloc_depth", "joined", "in_force", "reward", "propensity"} <= moved
    for column in moved:
        values = getattr(state, column)
        if getattr(values, "dtype", None) == np.float64:
            assert np.isfinite(values).all(), column


def test_same_draws_same_bits():
    assert same_state(live(world()), live(world())) == []


@pytest.mark.parametrize("kind", range(1, len(KINDS)))
def test_inert_actor_changes_no_bit(kind):
    plain = live(world())
    twin = live(with_inert_actor(world(), kind=kind))
    n = plain.n
    for column in vars(plain):
        mine, theirs = getattr(plain, column), getattr(twin, column)
        if isinstance(mine, np.ndarray) and mine.shape != theirs.shape:
            cut = tuple(slice(0, n) if size == n else slice(None) for size in mine.shape)
            assert (mine == theirs[cut]).all(), column
        elif isinstance(mine, np.ndarray):
            assert (mine == theirs).all(), column
        elif column != "ids":
            assert mine == theirs, column


def test_relabelling_gives_the_same_world():
    state = world()
    generator = np.random.default_rng(0)
    s = int((state.kind == STATE).sum())
    order = np.concatenate([generator.permutation(s), s + generator.permutation(state.n - s)])
    plain, twin = relabelled(live(world()), order), live(relabelled(state, order))
    for column in vars(plain):
        mine, theirs = getattr(plain, column), getattr(twin, column)
        if isinstance(mine, np.ndarray) and mine.dtype == np.float64:
            assert theirs == pytest.approx(mine, abs=1e-9), column
        elif isinstance(mine, np.ndarray):
            assert (mine == theirs).all(), column


def test_steps_leave_the_deals_and_blocs_members_alone():
    state, start = live(world()), world()
    kept = {"depth", "member", "trust_prior", "alpha", "budget", "purse", "terms", "weight"}
    assert not kept & set(same_state(state, start))
