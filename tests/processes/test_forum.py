"""C.8 Forum choice: slots that open, and the track each takes."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.processes.affinity import affinity, squared_distance
from simulation.processes.forum import choose_tracks, draw_track, shared_pools, track_probabilities, track_worth
from simulation.processes.tempo import open_slots, tempo
from simulation.randomness import Draws
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import BILATERAL, MULTILATERAL, NON_STATE, REGIONAL, STATE, TRILATERAL, State
from tests.worlds import relabelled, same_state, small_state, with_inert_actor

ON, OFF = Mechanisms(), Mechanisms({"forum_choice": "off"})
ALWAYS = Parameters({"tempo": 1.0})
PAR = Parameters()
ALL = np.ones(5, bool)


def choose(
    state: State, quarter: int = 0, par: Parameters = ALWAYS, mech: Mechanisms = ON, best: float = 0.2
) -> State:
    state.quarter = quarter
    utility, draws = np.full(state.n, best), Draws(1, 0, quarter)
    brokers = open_slots(state, par, mech, draws)
    choose_tracks(state, par, mech, draws, utility, utility - 0.05, utility - 0.1, brokers)
    return state


def states_of(state: State) -> np.ndarray:
    return state.kind == STATE


# --- tempo


def test_opening_probability_is_clipped_tempo_times_capability() -> None:
    par = Parameters({"tempo": 0.1, "tempo_capability": 2.0})
    assert tempo(par, ON, 2.0) == pytest.approx(0.4)
    assert tempo(par, ON, 100.0) == 1.0
    assert tempo(par, Mechanisms({"tempo": "off"}), 1.0) == 1.0


def test_slots_open_at_the_tempo_and_never_more_than_there_are() -> None:
    slow, fast = small_state(400, 0, 1), small_state(400, 0, 1)
    for state, rate in ((slow, 0.3), (fast, 0.5)):
        brokers = open_slots(state, Parameters({"tempo": rate}), ON, Draws(1, 0, 0))
        assert (state.open_slots <= state.slots).all()
        assert abs(state.open_slots.sum() - rate * state.slots.sum()) < 4 * math.sqrt(state.slots.sum() / 4)
        assert abs(brokers.sum() - rate * state.n) < 4 * math.sqrt(state.n / 4)
    assert (fast.open_slots >= slow.open_slots).all()


def test_without_tempo_every_slot_is_open() -> None:
    state = choose(small_state(), par=PAR, mech=Mechanisms({"tempo": "off"}))
    assert np.array_equal(state.open_slots, state.slots)


# --- the formula


def test_shares_follow_the_formula() -> None:
    worth, wait = np.array([0.3, 0.1, 0.0, -0.4, 0.2]), np.array([2.0, 8.0, 40.0, 10.0, 1.0])
    share = track_probabilities(worth, wait, ALL, 0.9, 0.1)
    expected = np.exp(np.maximum(worth, 0) * 0.9**wait / 0.1)
    assert share == pytest.approx(expected / expected.sum())


@given(
    worth=st.lists(st.floats(-5, 5), min_size=5, max_size=5),
    wait=st.lists(st.floats(0, 1e4), min_size=5, max_size=5),
    allowed=st.lists(st.booleans(), min_size=5, max_size=5),
    noise=st.floats(0.02, 2),
)
@settings(max_examples=100, deadline=None)
def test_shares_sum_to_one_and_respect_the_mask(
    worth: list[float], wait: list[float], allowed: list[bool], noise: float
) -> None:
    mask = np.array(allowed)
    share = track_probabilities(np.array(worth), np.array(wait), mask, 0.98, noise)
    assert (share[~mask] == 0).all()
    assert (share >= 0).all()
    assert share.sum() == pytest.approx(1.0 if mask.any() else 0.0)


def test_a_track_without_partners_is_closed() -> None:
    worth = np.array([0.1, -np.inf, -np.inf, 0.0, 0.2])
    share = track_probabilities(worth, np.ones(5), ALL, 0.98, 0.25)
    assert share[1] == share[2] == 0.0
    assert not track_probabilities(np.full(5, -np.inf), np.ones(5), ALL, 0.98, 0.25).any()


def test_perfect_patience_removes_waiting() -> None:
    worth = np.array([0.3, 0.1, 0.0, 0.2, 0.2])
    one = track_probabilities(worth, np.array([1.0, 2, 3, 4, 5]), ALL, 1.0, 0.25)
    other = track_probabilities(worth, np.array([500.0, 1, 9, 0, 50]), ALL, 1.0, 0.25)
    assert np.array_equal(one, other)


def test_draws_follow_the_shares() -> None:
    share = np.array([0.5, 0.0, 0.2, 0.3, 0.0])
    drawn = [draw_track(share, (m + 0.5) / 1000) for m in range(1000)]
    assert np.bincount(drawn, minlength=5).tolist() == [500, 0, 200, 300, 0]
    assert draw_track(share, 1 - 1e-16) == 3
    assert draw_track(np.zeros(5), 0.5) == -1


# --- what a track is worth


def best_by_hand(state: State, par: Parameters, i: int) -> dict[int, float]:
    """Best regional and multilateral utility of state i, written out."""
    best = {REGIONAL: -math.inf, MULTILATERAL: -math.inf}
    salience = par.salience_floor + par.salience_capacity * state.capacity[i]
    for k in range(len(state.bloc_ids)):
        members = [j for j in range(state.s) if state.member[k, j]]
        if i not in members or len(members) < 2 or state.bloc_depth[k] == 3:
            continue
        d2 = {j: squared_distance(state.position[i], state.position[j], state.weight[i]) for j in members}
        near = [
            math.exp(-d2[j] / (2 * par.affinity_width**2)) * state.trust_hat[i, j] for j in members if j != i
        ]
        far = [math.sqrt(d2[j]) for j in members]
        u = salience * state.bloc_salience[k] * sum(near) / len(near)
        u -= par.vote_cost * (1 + state.bloc_depth[k]) + par.vote_distance * sum(far) / len(far)
        track = REGIONAL if state.bloc_regional[k] else MULTILATERAL
        best[track] = max(best[track], u)
    for q in range(len(state.instrument_ids)):
        is_open = state.opens[q] <= state.quarter <= state.closes[q]
        if is_open and state.eligible[q, i] and not state.joined[q, i]:
            z = (1 if state.in_force[q] else 2 / 3) if state.binding[q] else 1 / 3
            close = affinity(
                state.position[i], state.instrument_position[q], state.weight[i], par.affinity_width
            )
            track = REGIONAL if state.instrument_regional[q] else MULTILATERAL
            best[track] = max(best[track], salience * close * z * state.instrument_enforcement[q])
    return best


@given(seed=st.integers(0, 5000))
@settings(max_examples=20, deadline=None)
def test_worth_of_the_forums_is_the_best_bloc_or_instrument(seed: int) -> None:
    state = small_state(7, 3, seed, n_blocs=5)
    state.bloc_depth[:] = np.random.default_rng(seed).integers(0, 4, 5)
    one = np.full(state.n, 0.1)
    worth = track_worth(state, PAR, ON, states_of(state), one, one, one)
    for i in range(state.s):
        expected = best_by_hand(state, PAR, i)
        assert worth[i, REGIONAL] == pytest.approx(expected[REGIONAL], abs=1e-12)
        assert worth[i, MULTILATERAL] == pytest.approx(expected[MULTILATERAL], abs=1e-12)
    assert (worth[:, [BILATERAL, TRILATERAL, NON_STATE]] == 0.1).all()


def test_learners_go_by_what_they_learnt() -> None:
    state = small_state()
    state.learns[2] = True
    state.propensity[2] = [5.0, 1.0, 2.0, 3.0, 4.0]
    one = np.full(state.n, 0.1)
    alone = one.copy()
    alone[2] = -np.inf
    asks = states_of(state)
    worth = track_worth(state, PAR, Mechanisms({"learning": "roth_erev"}), asks, one, alone, one)
    assert worth[2, [BILATERAL, TRILATERAL]].tolist() == [5.0, 1.0]
    assert worth[2, NON_STATE] == -np.inf
    assert worth[3, BILATERAL] == 0.1
    assert track_worth(state, PAR, ON, asks, one, alone, one)[2, BILATERAL] == 0.1


# --- the step


def test_every_open_slot_of_a_state_takes_one_allowed_track() -> None:
    state = small_state(12, 8, 3)
    state.track_allowed[:6, BILATERAL] = False
    state.track_allowed[3, NON_STATE] = False
    choose(state)
    states = states_of(state)
    assert np.array_equal(state.slots_by_track[states].sum(axis=1), state.open_slots[states])
    assert not state.slots_by_track[~state.track_allowed].any()
    assert state.track_share[states].sum(axis=1) == pytest.approx(np.ones(state.s))
    assert not state.track_share[~state.track_allowed].any()


def test_a_state_whose_tracks_are_all_barred_does_nothing() -> None:
    state = small_state()
    state.track_allowed[2] = False
    for mech in (ON, OFF):
        choose(state, mech=mech)
        assert not state.slots_by_track[2].any()
        assert state.open_slots[2] == state.slots[2]


def test_actors_without_slots_never_open() -> None:
    state = small_state()
    state.slots[:] = 0
    for mech in (ON, OFF):
        choose(state, mech=mech)
        assert not state.open_slots.any()
        assert not state.slots_by_track.any()


def test_other_actors_have_one_pool_and_one_attempt_to_broker() -> None:
    state = choose(small_state(5, 10, 2))
    others = ~states_of(state)
    assert np.array_equal(state.slots_by_track[others, BILATERAL], state.slots[others])
    assert (state.slots_by_track[others, TRILATERAL] == 1).all()
    assert not state.slots_by_track[others][:, [REGIONAL, MULTILATERAL, NON_STATE]].any()


def test_without_forum_choice_states_have_a_pool_and_broker_too() -> None:
    state = small_state(6, 4, 2)
    state.track_allowed[1, TRILATERAL] = False
    state.track_allowed[2, BILATERAL] = False
    choose(state, mech=OFF)
    assert np.array_equal(state.slots_by_track[3:6, BILATERAL], state.slots[3:6])
    assert state.slots_by_track[2].tolist() == [0, 1, 0, 0, state.slots[2]]
    assert state.slots_by_track[:3, TRILATERAL].tolist() == [1, 0, 1]
    assert not state.slots_by_track[:, [REGIONAL, MULTILATERAL]].any()


def test_brokering_opens_at_the_tempo_of_one_slot() -> None:
    state = small_state(3, 2, 2)
    state.slots[:] = 4
    total = sum(choose(state, t, PAR, OFF).slots_by_track[:, TRILATERAL].sum() for t in range(400))
    trials = 400 * state.n
    rate = PAR.tempo
    assert abs(total - rate * trials) < 4 * math.sqrt(trials * rate * (1 - rate))


def test_pools_are_of_those_who_choose_no_track() -> None:
    state = small_state(4, 3, 1)
    assert np.array_equal(shared_pools(state, ON), ~states_of(state))
    assert shared_pools(state, OFF).all()


def test_without_trilaterals_nobody_brokers() -> None:
    for forum in ("on", "off"):
        state = choose(small_state(8, 6, 3), mech=Mechanisms({"trilateral": "off", "forum_choice": forum}))
        assert not state.slots_by_track[:, TRILATERAL].any()
        assert not state.track_share[:, TRILATERAL].any()


def test_states_turn_from_a_track_that_never_succeeds() -> None:
    state = small_state(8, 0, 5)
    state.bloc_enforcement[:] = 1.0
    state.position[:], state.trust_hat[:], state.capacity[:] = 0.5, 1.0, 1.0
    state.member[:, :8], state.bloc_regional[:] = True, True
    state.opens[:] = 10_000
    early = choose(state, 0).track_share[:8, REGIONAL].copy()
    state.track_success[:, BILATERAL] = 30.0  # deals are made, blocs stay where they are
    late = choose(state, 40).track_share[:8, REGIONAL].copy()
    assert (late < early).all()
    patient = Parameters({"tempo": 1.0, "patience": 1.0})
    before, after = (choose(state, t, patient).track_share[:8].copy() for t in (0, 40))
    assert np.array_equal(before, after)


def test_shares_stay_as_last_chosen_where_no_slot_opens() -> None:
    state = choose(small_state())
    before = state.track_share.copy()
    state.slots[:] = 0
    choose(state, 1, best=0.9)
    assert np.array_equal(state.track_share, before)


def test_same_draws_same_choice() -> None:
    one, other = (choose(small_state(9, 5, 4), 3, PAR) for _ in range(2))
    assert same_state(one, other) == []


def test_inert_actor_and_order_of_rows_play_no_part() -> None:
    state = small_state(9, 5, 4)
    twin = with_inert_actor(state)
    order = np.concatenate([np.random.default_rng(5).permutation(9), [9], 10 + np.arange(5)])
    mixed = relabelled(state, order)
    before = copy.deepcopy(state)
    for t in range(4):
        for one in (state, twin, mixed):
            choose(one, t)
        assert np.array_equal(twin.slots_by_track[:-1], state.slots_by_track)
        assert np.array_equal(twin.track_share[:-1], state.track_share)
        assert not twin.slots_by_track[-1].any()
        assert np.array_equal(mixed.slots_by_track, state.slots_by_track[order])
    assert "position" not in same_state(state, before)
