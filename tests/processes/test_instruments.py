"""C.7 Instruments: who joins, when, and what it counts."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.processes.affinity import affinity
from simulation.processes.instruments import (
    FACTORS,
    coefficients,
    instrument_z,
    join_instruments,
    joining_factors,
    joining_terms,
    log_odds,
)
from simulation.processes.reach import centres, draw_reach, habits, peer_weights
from simulation.randomness import Draws
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import MULTILATERAL, NEVER, REGIONAL, SECRETARIAT, State
from tests.worlds import relabelled, same_state, small_state, with_inert_actor

ON, PAR = Mechanisms(), Parameters(
    dict.fromkeys(("join_affinity", "join_sponsor", "join_peers", "join_neighbours", "join_sovereignty"), 0.7)
)
SURE, NEVER_JOIN = 60.0, -200.0
MILD = Parameters(dict.fromkeys(("join_affinity", "join_sponsor", "join_habit", "join_capacity"), 1.0)
                  | {"join_votes": 0.0, "join_size": 0.0, "join_house": 0.0})
"""Slopes that do not move with the calibration, for tests that need a middling hazard."""


def run(state: State, quarters: int, par: Parameters = PAR, mech: Mechanisms = ON, seed: int = 1) -> State:
    for state.quarter in range(quarters):
        join_instruments(state, par, mech, Draws(seed, 0, state.quarter))
    return state


def candidate(state: State, q: int) -> int:
    """A state that can still join."""
    return int(np.flatnonzero(state.eligible[q, : state.s] & ~state.joined[q, : state.s])[0])


# --- the log odds


@given(seed=st.integers(0, 5000), q=st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_terms_sum_to_the_log_odds_of_the_kernel(seed: int, q: int) -> None:
    state = small_state(8, 6, seed)
    state.effort[:8, [REGIONAL, MULTILATERAL]] = np.random.default_rng(seed).uniform(0.5, 2.0, (8, 2))
    chosen = np.ones(4, bool)
    factors, coefficient = joining_factors(state, PAR, chosen), coefficients(PAR, ON)
    for i in range(state.s):
        if state.eligible[q, i] and not state.joined[q, i]:
            terms = joining_terms(state, PAR, ON, i, q)
            assert list(terms) == ["intercept", *FACTORS]
            assert sum(terms.values()) == pytest.approx(
                log_odds(state.reach_intercept[q], factors[q, i], coefficient), abs=1e-12
            )


def test_each_factor_is_what_the_model_description_says() -> None:
    state = small_state(8, 6, 3)
    q = 1  # binding
    i = candidate(state, q)
    state.effort[i, MULTILATERAL] = np.e
    terms = joining_terms(state, PAR, ON, i, q)
    others = [j for j in range(state.s) if state.eligible[q, j] and j != i]
    inside = [j for j in others if state.joined[q, j]]
    near = [j for j in others if state.contiguous[i, j]]
    weight = state.peer_weight[i]
    (sponsor,) = np.flatnonzero(state.sponsor[q])
    trust = 1.0 if sponsor == i else state.trust_hat[i, sponsor]
    close = affinity(state.position[i], state.instrument_position[q], state.weight[i], PAR.affinity_width)
    share_near = sum(state.joined[q, j] for j in near) / len(near) if near else 0.0
    expected = {
        "intercept": state.reach_intercept[q],
        "affinity": PAR.join_affinity * close,
        "sponsor": PAR.join_sponsor * trust * state.size[sponsor],
        "peers": PAR.join_peers * sum(weight[inside]) / sum(weight[others]),
        "neighbours": PAR.join_neighbours * share_near,
        "habit": PAR.join_habit * state.habit[state.instrument_domain[q], i],
        "capacity": PAR.join_capacity * state.capacity[i],
        "sovereignty": -PAR.join_sovereignty * state.position[i, 3],
        "urgency": PAR.join_urgency * state.urgency[i],
        "norm": 0.0,  # not a civil text
        "attention": PAR.forum_attention,
        "launch": 0.0,
        "votes": PAR.join_votes * (1 - abs(state.position[i, 3] - state.instrument_position[q, 3])),
        "size": PAR.join_size * math.log(state.size[i]),
        "house": PAR.join_house * state.instrument_house[q, i],
        "launch_binding": 0.0,
    }
    assert terms == pytest.approx(expected, abs=1e-12)


def test_the_sponsor_that_pulls_most_counts_and_a_secretariat_has_a_size() -> None:
    state = small_state(8, 6, 2)
    secretariat = int(np.flatnonzero(state.kind == SECRETARIAT)[0])
    i = candidate(state, 0)
    far = next(j for j in range(8) if j != i)
    state.sponsor[0] = False
    state.sponsor[0, [secretariat, far]] = True
    state.size[far], state.trust_hat[i, far], state.trust_hat[i, secretariat] = 0.2, 0.5, 0.9
    pull = joining_terms(state, PAR, ON, i, 0)["sponsor"]
    assert pull == pytest.approx(PAR.join_sponsor * 0.9 * PAR.join_secretariat)
    state.size[far], state.trust_hat[i, far] = 1.0, 0.8
    assert joining_terms(state, PAR, ON, i, 0)["sponsor"] == pytest.approx(PAR.join_sponsor * 0.8)
    state.sponsor[0] = False
    assert joining_terms(state, PAR, ON, i, 0)["sponsor"] == 0.0


def test_no_eligible_neighbours_or_peers_give_zero() -> None:
    state = small_state(5, 0, 1)
    i = candidate(state, 0)
    state.eligible[0] = False
    state.eligible[0, i] = True
    terms = joining_terms(state, PAR, ON, i, 0)
    assert terms["peers"] == terms["neighbours"] == 0.0


def test_attention_is_that_of_the_track_of_the_instrument() -> None:
    state = small_state(8, 0, 5)
    q = int(np.flatnonzero(state.instrument_regional)[0])
    i = candidate(state, q)
    state.effort[i, MULTILATERAL] = np.e
    assert joining_terms(state, PAR, ON, i, q)["attention"] == 0.0
    state.effort[i, REGIONAL] = np.e
    assert joining_terms(state, PAR, ON, i, q)["attention"] == pytest.approx(PAR.forum_attention)


def test_launch_counts_in_the_opening_quarter_only() -> None:
    state = small_state(8, 0, 5)
    i = candidate(state, 2)
    launches = []
    for state.quarter in (3, 4, 5):
        launches.append(joining_terms(state, PAR, ON, i, 2)["launch"])
    assert launches == [0.0, PAR.join_launch, 0.0]


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        ("affinity", 1),
        ("trust", 1),
        ("peers", 1),
        ("habit", 1),
        ("capacity", 1),
        ("sovereignty", -1),
        ("urgency", 1),
        ("norm", 1),
        ("attention", 1),
    ],
)
def test_the_hazard_is_monotone_in_each_term(change: str, sign: int) -> None:
    q = 1 if change == "sovereignty" else 0
    state = small_state(8, 6, 11)
    i = candidate(state, q)
    state.capacity[i] = state.urgency[i] = state.position[i, 3] = 0.3
    state.norm[i] = False
    state.instrument_position[q, 3] = 0.6  # as far from .3 as from .9: the votes say the same
    twin = copy.deepcopy(state)
    if change == "affinity":
        twin.position[i] = twin.instrument_position[q]
    elif change == "trust":
        twin.trust_hat[i] = 1.0
    elif change == "peers":
        twin.joined[q, : state.s] = twin.eligible[q, : state.s]
        twin.joined[q, i] = False
    elif change == "habit":
        twin.habit[:, i] = 1.0
    elif change == "sovereignty":
        twin.position[i, 3] = 0.9
        twin.weight[i] = state.weight[i] = [0.5, 0.25, 0.25, 0.0]  # the affinity of both stays the same
    elif change == "attention":
        twin.effort[i, MULTILATERAL] = 2.0
    else:
        getattr(twin, change)[i] = True if change == "norm" else 0.9
    before, after = (sum(joining_terms(one, PAR, ON, i, q).values()) for one in (state, twin))
    assert sign * (after - before) > 0


# --- joining


def test_everybody_eligible_joins_if_nothing_stands_against_it() -> None:
    state = small_state(8, 6, 4)
    state.reach_intercept[:] = SURE
    before = state.joined.copy()
    run(state, 1)
    opened = [0, 1, 3]
    assert np.array_equal(state.joined[opened], state.eligible[opened])
    assert np.array_equal(state.joined[2], before[2])  # opens in quarter 4
    new = state.joined & ~before
    assert (state.join_quarter[new] == 0).all()
    assert (state.join_quarter[before] == -1).all()
    assert (state.join_quarter[~state.joined] == NEVER).all()
    regional = new[state.instrument_regional].sum(axis=0)
    assert np.array_equal(state.track_success[:, REGIONAL], regional)
    assert np.array_equal(state.formed[:, MULTILATERAL], new.sum(axis=0) - regional)
    assert (state.reward[new.any(axis=0)].sum(axis=1) > 0).all()
    assert not state.reward[~new.any(axis=0)].any()


def test_closed_and_unopened_instruments_are_never_joined() -> None:
    state = small_state(8, 2, 4)
    state.reach_intercept[:] = SURE
    state.opens[:], state.closes[:] = [-5, 10, 2, -5], [-1, 20, 3, 20]
    before = state.joined.copy()
    run(state, 2)
    assert np.array_equal(state.joined[:3], before[:3])
    run(state, 3)
    assert np.array_equal(state.joined[2], state.eligible[2])
    assert np.array_equal(state.joined[:2], before[:2])
    assert not (state.joined & ~state.eligible).any()


def test_the_hazard_is_the_logistic_of_the_log_odds() -> None:
    state = small_state(6, 0, 9, n_instruments=400)
    one = small_state(6, 0, 9, n_instruments=1)
    for column in ("instrument_position", "sponsor", "eligible", "joined", "instrument_domain", "binding"):
        getattr(state, column)[:] = getattr(one, column)[0]
    state.opens[:], state.instrument_regional[:] = -8, False
    state.reach_intercept[:] = -3.5
    i = candidate(state, 0)
    chance = 1 / (1 + math.exp(-sum(joining_terms(state, MILD, ON, i, 0).values())))
    assert 0.02 < chance < 0.98
    count = 0
    for r in range(5):
        twin = copy.deepcopy(state)
        join_instruments(twin, MILD, ON, Draws(1, r, 0))
        count += int(twin.joined[:, i].sum())
    assert abs(count / 2000 - chance) < 4 * math.sqrt(chance * (1 - chance) / 2000)


def test_states_decide_on_what_was_so_at_the_start_of_the_step() -> None:
    state = small_state(8, 0, 4)
    par = Parameters({"join_peers": 8.0})
    state.joined[0] = False
    state.joined[0, 0] = True
    before = copy.deepcopy(state)
    order = np.concatenate([np.arange(8)[::-1], [8]])
    for one in (state, twin := relabelled(before, order)):
        run(one, 1, par)
    assert np.array_equal(twin.joined, state.joined[:, order])


def test_an_instrument_enters_into_force_with_the_needed_joins() -> None:
    state = small_state(8, 0, 4)
    state.reach_intercept[:] = NEVER_JOIN
    state.binding[:] = True
    state.joined[1] = False
    state.joined[1, np.flatnonzero(state.eligible[1])[:4]] = True
    state.needed[1] = 5
    run(state, 2)
    assert not state.in_force[1]
    z = instrument_z(state)
    assert z[1] == pytest.approx(2 / 3 * state.instrument_enforcement[1])
    state.joined[1, np.flatnonzero(state.eligible[1])[4]] = True
    run(state, 1)
    assert state.in_force[1]
    assert instrument_z(state)[1] == pytest.approx(state.instrument_enforcement[1])


def test_an_empty_instrument_is_not_in_force() -> None:
    state = small_state(4, 0, 4)
    state.reach_intercept[:] = NEVER_JOIN
    state.joined[:], state.needed[:] = False, 0
    assert not run(state, 2).in_force.any()


def test_a_declaration_counts_a_third() -> None:
    state = small_state()
    state.binding[:] = False
    assert instrument_z(state) == pytest.approx(state.instrument_enforcement / 3)


def test_a_higher_hazard_never_gives_fewer_joins_from_the_same_draws() -> None:
    low, high = (small_state(9, 3, 12) for _ in range(2))
    low.reach_intercept[:], high.reach_intercept[:] = -4.0, -3.0
    run(low, 1, MILD)
    run(high, 1, MILD)
    assert (high.joined >= low.joined).all()
    assert high.joined.sum() > low.joined.sum()


def test_off_and_without_instruments_nothing_happens() -> None:
    for state, mech in (
        (small_state(), Mechanisms({"instruments": "off"})),
        (small_state(n_instruments=0), ON),
    ):
        before = copy.deepcopy(state)
        join_instruments(state, PAR, mech, Draws(1, 0, 0))
        assert same_state(state, before) == []


def test_inert_actor_and_order_of_rows_play_no_part() -> None:
    state = small_state(9, 4, 7)
    state.reach_intercept[:] = -5.5
    twin = with_inert_actor(state)
    order = np.concatenate([np.random.default_rng(2).permutation(9), [9], 10 + np.arange(4)])
    mixed = relabelled(state, order)
    start = state.joined.sum()
    for one in (state, twin, mixed):
        run(one, 10, MILD)
    assert start < state.joined.sum() < state.eligible.sum()
    assert np.array_equal(twin.joined[:, :-1], state.joined)
    assert np.array_equal(twin.reward[:-1], state.reward)
    assert np.array_equal(mixed.joined, state.joined[:, order])
    assert np.array_equal(mixed.join_quarter, state.join_quarter[:, order])
    assert np.array_equal(mixed.in_force, state.in_force)


# --- set-up


def test_reach_is_drawn_by_instrument_and_replicate_only() -> None:
    state, other = small_state(n_instruments=300), small_state(4, 0, 9, n_instruments=300)
    state.instrument_club[:] = False
    draw_reach(state, PAR, ON, 5, 2)
    draw_reach(other, PAR, ON, 5, 2)
    reach = state.reach_intercept + centres(state, PAR, ON)
    club = PAR.join_club * other.instrument_club
    assert reach == pytest.approx(other.reach_intercept + centres(other, PAR, ON) + club)
    draw_reach(other, PAR, ON, 5, 3)
    assert not np.array_equal(state.reach_intercept, other.reach_intercept)
    z = (reach - PAR.join_intercept) / PAR.join_intercept_sd
    assert abs(z.mean()) < 4 / math.sqrt(300)
    assert abs(z.std() - 1) < 0.2
    par = Parameters({"join_intercept_sd": 0})
    draw_reach(state, par, ON, 5, 2)
    assert state.reach_intercept + centres(state, par, ON) == pytest.approx(np.full(300, par.join_intercept))


def test_the_reach_is_the_log_odds_of_the_average_eligible_state() -> None:
    state = small_state(8, 6, 3)
    par = Parameters({"join_intercept_sd": 0, "join_urgency": 0, "join_peers": 0, "join_neighbours": 0, "join_norm": 0})
    state.joined[:] = False
    state.instrument_club[:] = False
    draw_reach(state, par, ON, 1, 0)
    for q in range(4):
        may = np.flatnonzero(state.eligible[q, : state.s])
        odds = [sum(joining_terms(state, par, ON, int(i), q).values()) for i in may]
        assert np.mean(odds) == pytest.approx(par.join_intercept)


def test_peer_weights() -> None:
    likeness = np.array([[1.0, 0.5, 0.2], [0.4, 1.0, 0.3], [0.1, 0.6, 1.0]])
    member = np.array([[True, True, False, True], [True, True, True, True]])
    expected = [[0.0, 0.5 * 3, 0.2 * 2], [0.4 * 3, 0.0, 0.3 * 2], [0.1 * 2, 0.6 * 2, 0.0]]
    assert peer_weights(likeness, member) == pytest.approx(np.array(expected))


def test_habits_count_joins_among_the_eligible() -> None:
    eligible = np.array([[True, True], [True, False], [True, True]])
    joined = np.array([[True, False], [True, False], [False, True]])
    result = habits(eligible, joined, np.array([0, 0, 3], np.int8))
    assert result.shape == (5, 2)
    # a text of another domain counts half
    assert result[0] == pytest.approx([2.5 / 3.5, 1.0 / 2.5])
    assert result[3] == pytest.approx([1.5 / 3, 1.5 / 2.5])
    assert result[1] == pytest.approx([1.5 / 2.5, 1.0 / 2])
