"""C.7 Instruments: who joins, when, and what it counts."""

from __future__ import annotations

import copy
import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.data.world import load_world
from simulation.intensity.joining.design import REACH
from simulation.intensity.joining.posterior import CHOSEN, shipped
from simulation.intensity.joining.setting import setting
from simulation.intensity.joining.states import ids
from simulation.kernels import Draws
from simulation.model.joining import recorded_text
from simulation.processes.affinity import affinity
from simulation.processes.instruments import (
    FACTORS,
    SETTLED,
    affinity_to_texts,
    all_log_odds,
    instrument_z,
    join_instruments,
    joining_of,
    joining_terms,
)
from simulation.processes.peers import habit, peer_weights
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import MULTILATERAL, NEVER, REGIONAL, SECRETARIAT, State
from tests.worlds import relabelled, same_state, small_state

ON, PAR = Mechanisms(), Parameters({"join_sponsor": 0.7, "join_affinity": 0.7})
SURE, NEVER_JOIN = 60.0, -200.0


def run(state: State, quarters: int, par: Parameters = PAR, mech: Mechanisms = ON, seed: int = 1) -> State:
    for state.quarter in range(quarters):
        join_instruments(state, par, mech, Draws(seed, 0, state.quarter))
    return state


def terms_of(state: State, mech: Mechanisms, i: int, q: int) -> dict[str, float]:
    """The terms of one state and one text as they stand."""
    return joining_terms(state, joining_of(state, PAR, mech), i, q)


def candidate(state: State, q: int) -> int:
    """A state that can still join."""
    return int(np.flatnonzero(state.eligible[q, : state.s] & ~state.joined[q, : state.s])[0])


def inclined(state: State, log_odds: float) -> None:
    """The average state has these log odds of joining any text, when it opens and later."""
    state.reach[:] = state.pace[:] = log_odds


def opening(seed: int = 4) -> State:
    """A world whose text 2 opens this quarter, with nobody in."""
    state = small_state(9, 6, seed)
    state.quarter, state.joined[2] = 4, False
    state.join_quarter[2] = NEVER
    return state


# --- the log odds


@given(seed=st.integers(0, 5000), q=st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_terms_sum_to_the_log_odds_of_the_kernel(seed: int, q: int) -> None:
    state = small_state(8, 6, seed)
    state.quarter, state.as_one[:] = 4 * (seed % 2), seed % 3 == 0
    state.effort[:8, [REGIONAL, MULTILATERAL]] = np.random.default_rng(seed).uniform(0.5, 2.0, (8, 2))
    joining = joining_of(state, PAR, ON)
    odds = all_log_odds(state, joining)
    for i in np.flatnonzero(joining.text.can[q, : state.s]):
        terms = terms_of(state, ON, int(i), q)
        assert list(terms) == ["intercept", *FACTORS, *SETTLED]
        assert sum(terms.values()) == pytest.approx(odds[q, i], abs=1e-12)


def test_each_factor_is_what_the_model_description_says() -> None:
    state = small_state(8, 6, 3)
    q = 1
    i = candidate(state, q)
    (sponsor,) = np.flatnonzero(state.sponsor[q])
    state.effort[i, MULTILATERAL] = np.e
    state.trust_reference[i] = 0.5 * state.trust_hat[i]
    state.affinity_start[q], state.crossed[q], state.consulted[i] = 0.2, 0.4, 0.5
    trust = 0.0 if sponsor == i else 0.5 * state.trust_hat[i, sponsor]
    close = affinity(state.position[i], state.instrument_position[q], state.weight[i], PAR.affinity_width)
    share = state.joined[q].sum() / state.eligible[q].sum()
    expected = {
        "intercept": state.pace[q, 1],  # open for two years
        "standing": state.pace_standing[q, i],
        "inside": state.pace_by_share[q] * math.log(share / (1 - share)),
        "affinity": PAR.join_affinity * (close - 0.2),
        "sponsor": PAR.join_sponsor * trust * state.size[sponsor],
        "urgency": PAR.join_urgency * (state.urgency[i] - PAR.urgency_usual),
        "norm": 0.0,  # not a civil text
        "attention": PAR.forum_attention,
        "crossing": -0.4,
        "consultation": PAR.consultation * 0.5,
        "union": 0.0,
        "convening": 0.0,
    }
    assert terms_of(state, ON, i, q) == pytest.approx(expected, abs=1e-12)


def test_nothing_but_urgency_has_happened_when_a_run_starts() -> None:
    state = small_state(8, 6, 3)
    state.urgency[:] = PAR.urgency_usual
    state.affinity_start[:] = affinity_to_texts(state, PAR, state.instrument_position)
    state.norm_first[:] = state.norm
    for q in (0, 1, 3):
        terms = terms_of(state, ON, candidate(state, q), q)
        assert not any(terms[name] for name in FACTORS[2:])
    state.urgency[:] = 0.9
    q, i = 0, candidate(state, 0)
    assert terms_of(state, Mechanisms({"urgency": "off"}), i, q)["urgency"] == 0.0


def test_the_sponsor_that_pulls_most_counts_and_a_secretariat_has_a_size() -> None:
    state = small_state(8, 6, 2)
    secretariat = int(np.flatnonzero(state.kind == SECRETARIAT)[0])
    i = candidate(state, 0)
    far = next(j for j in range(8) if j != i)
    state.sponsor[0] = False
    state.sponsor[0, [secretariat, far]] = True
    state.trust_reference[i] = 0.0
    state.size[far], state.trust_hat[i, far], state.trust_hat[i, secretariat] = 0.2, 0.5, 0.9
    assert terms_of(state, ON, i, 0)["sponsor"] == pytest.approx(PAR.join_sponsor * 0.9 * 0.5)
    state.size[far], state.trust_hat[i, far] = 1.0, 0.8
    assert terms_of(state, ON, i, 0)["sponsor"] == pytest.approx(PAR.join_sponsor * 0.8)
    state.sponsor[0] = False
    assert terms_of(state, ON, i, 0)["sponsor"] == 0.0


def test_attention_is_that_of_the_track_of_the_instrument() -> None:
    state = small_state(8, 0, 5)
    q = int(np.flatnonzero(state.instrument_regional)[0])
    i = candidate(state, q)
    state.effort[i, MULTILATERAL] = np.e
    assert terms_of(state, ON, i, q)["attention"] == 0.0
    state.effort[i, REGIONAL] = np.e
    assert terms_of(state, ON, i, q)["attention"] == pytest.approx(PAR.forum_attention)


def test_a_text_is_launched_in_its_first_quarter_and_then_has_a_pace_of_its_age() -> None:
    state = small_state(8, 0, 5)
    i = candidate(state, 2)
    state.pace[2] = [-1.0, -2.0, -3.0, -4.0]
    quarters = {4: state.reach[2], 5: -1.0, 8: -1.0, 9: -2.0, 12: -2.0, 13: -3.0, 28: -3.0, 29: -4.0}
    for state.quarter, level in quarters.items():
        assert terms_of(state, ON, i, 2)["intercept"] == level


MOVES = ("standing", "affinity", "trust", "share", "urgency", "norm", "attention", "crossing")


@pytest.mark.parametrize("change", MOVES)
def test_the_hazard_is_monotone_in_each_term(change: str) -> None:
    state, q = small_state(8, 6, 11), 0
    i = candidate(state, q)
    state.urgency[i], state.norm[i], state.crossed[q] = 0.3, False, 0.2
    twin = copy.deepcopy(state)
    if change == "affinity":
        twin.position[i] = twin.instrument_position[q]
    elif change == "trust":
        twin.trust_hat[i] = 1.0
    elif change == "share":
        twin.joined[q, : state.s] = twin.eligible[q, : state.s]
        twin.joined[q, i] = False
    elif change == "attention":
        twin.effort[i, MULTILATERAL] = 2.0
    elif change == "standing":
        twin.pace_standing[q, i] += 0.1
    elif change == "crossing":
        twin.crossed[q] = 0.0
    else:
        getattr(twin, change)[i] = True if change == "norm" else 0.9
    before, after = (sum(terms_of(one, ON, i, q).values()) for one in (state, twin))
    assert after > before


def test_closeness_counts_as_votes_do_in_the_fit() -> None:
    """The default weight: slope of the fitted log odds by votes on affinity to the recorded texts that bind nobody."""
    day = date(2024, 12, 31)
    world, known = load_world(day), shipped(day)
    names = [name for name, _ in CHOSEN.columns()]
    by_votes = [names.index(name) for name in ("votes x lean", "nearness")]
    slopes = []
    for facts in world.instruments:
        here = setting(recorded_text(facts, world), day)
        if facts.binding or len(here.who) < 100 or not facts.sponsors:
            continue
        fitted = here.columns[:, by_votes] @ known.mode[len(REACH) :][by_votes]
        rows = [world.ids.index(ids()[i]) for i in here.who]
        place, width = np.array(facts.position), PAR.affinity_width
        close = [affinity(world.position[i], place, world.weight[i], width) for i in rows]
        slopes.append(np.polyfit(close, fitted, 1)[0])
    assert np.median(slopes) == pytest.approx(Parameters().join_affinity, abs=0.3)


# --- the opening


def test_who_was_not_asked_joins_later_or_never() -> None:
    state = opening()
    inclined(state, SURE)
    asked = np.flatnonzero(state.eligible[2])[:2]
    state.barred[2] = state.eligible[2]
    state.barred[2, asked] = False
    join_instruments(state, PAR, ON, Draws(1, 0, 4))
    assert np.array_equal(np.flatnonzero(state.joined[2]), asked)
    state.quarter = 5
    join_instruments(state, PAR, ON, Draws(1, 0, 5))
    assert np.array_equal(state.joined[2], state.eligible[2])


def test_who_convenes_a_text_is_in_it_all_but_surely() -> None:
    inside = 0
    for seed in range(400):
        state = opening()
        inclined(state, NEVER_JOIN)
        state.sponsor[2] = False
        state.sponsor[2, candidate(state, 2)] = True
        join_instruments(state, PAR, ON, Draws(seed, 0, 4))
        inside += int(state.joined[2].sum())
    assert 0.95 - 4 * math.sqrt(0.95 * 0.05 / 400) < inside / 400 < 0.95 + 4 * math.sqrt(0.95 * 0.05 / 400)


def test_the_union_moves_as_one_or_one_by_one() -> None:
    together, apart = set(), set()
    for seed in range(60):
        for as_one, seen in ((True, together), (False, apart)):
            state = opening()
            inclined(state, 0.0)
            state.eligible[2, : state.s - 1], state.sponsor[2] = True, False
            state.as_one[:] = as_one
            join_instruments(state, PAR, ON, Draws(seed, 0, 4))
            seen.add(int(state.joined[2, state.in_union & (np.arange(state.n) < state.s)].sum()))
    assert together == {0, 2}
    assert apart == {0, 1, 2}


def test_as_one_its_chance_is_the_mean_of_its_members() -> None:
    state = opening()
    state.sponsor[2], state.eligible[2, :9] = False, True
    before = all_log_odds(state, joining_of(state, PAR, ON))[2]
    state.as_one[:] = True
    joining = joining_of(state, PAR, ON)
    after = all_log_odds(state, joining)[2]
    members = state.in_union[: state.s] & joining.text.can[2, : state.s]
    mean = (1 / (1 + np.exp(-before[members]))).mean()
    assert after[members] == pytest.approx(np.full(members.sum(), math.log(mean / (1 - mean))))
    assert np.array_equal(after[~members], before[~members])


# --- joining


def test_everybody_eligible_joins_if_nothing_stands_against_it() -> None:
    state = small_state(8, 6, 4)
    inclined(state, SURE)
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
    inclined(state, SURE)
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
    for column in ("instrument_position", "sponsor", "eligible", "joined", "instrument_domain", "pace_standing"):
        getattr(state, column)[:] = getattr(one, column)[0]
    state.opens[:], state.instrument_regional[:] = -8, False
    inclined(state, -1.0)
    i = candidate(state, 0)
    chance = 1 / (1 + math.exp(-sum(terms_of(state, ON, i, 0).values())))
    assert 0.02 < chance < 0.98
    count = 0
    for r in range(5):
        twin = copy.deepcopy(state)
        join_instruments(twin, PAR, ON, Draws(1, r, 0))
        count += int(twin.joined[:, i].sum())
    assert abs(count / 2000 - chance) < 4 * math.sqrt(chance * (1 - chance) / 2000)


def test_states_decide_on_what_was_so_at_the_start_of_the_step() -> None:
    state = small_state(8, 0, 4)
    state.pace_by_share[:] = 4.0
    state.joined[0] = False
    state.joined[0, 0] = True
    before = copy.deepcopy(state)
    order = np.concatenate([np.arange(8)[::-1], [8]])
    for one in (state, twin := relabelled(before, order)):
        run(one, 1)
    assert np.array_equal(twin.joined, state.joined[:, order])


def test_an_instrument_enters_into_force_with_the_needed_joins() -> None:
    state = small_state(8, 0, 4)
    inclined(state, NEVER_JOIN)
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
    inclined(state, NEVER_JOIN)
    state.joined[:], state.needed[:] = False, 0
    assert not run(state, 2).in_force.any()


def test_a_declaration_counts_a_third() -> None:
    state = small_state()
    state.binding[:] = False
    assert instrument_z(state) == pytest.approx(state.instrument_enforcement / 3)


def test_a_higher_hazard_never_gives_fewer_joins_from_the_same_draws() -> None:
    low, high = (small_state(9, 3, 12) for _ in range(2))
    inclined(low, -2.0)
    inclined(high, -1.0)
    run(low, 1)
    run(high, 1)
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


def test_higher_urgency_never_gives_fewer_joins_from_the_same_draws() -> None:
    calm, alarmed = (small_state(9, 3, 12) for _ in range(2))
    calm.urgency[:], alarmed.urgency[:] = 0.0, 1.0
    for state in (calm, alarmed):
        state.pace_by_share[:] = 0.1
        run(state, 8, Parameters({"join_urgency": 3.0}))
    assert (alarmed.joined >= calm.joined).all()
    assert alarmed.joined.sum() > calm.joined.sum()


# --- whom states heed


def test_peer_weights() -> None:
    likeness = np.array([[1.0, 0.5, 0.2], [0.4, 1.0, 0.3], [0.1, 0.6, 1.0]])
    member = np.array([[True, True, False, True], [True, True, True, True]])
    expected = [[0.0, 0.5 * 3, 0.2 * 2], [0.4 * 3, 0.0, 0.3 * 2], [0.1 * 2, 0.6 * 2, 0.0]]
    assert peer_weights(likeness, member) == pytest.approx(np.array(expected))


def test_habits_count_joins_among_the_eligible() -> None:
    eligible = np.array([[True, True], [True, False], [True, True]])
    joined = np.array([[True, False], [True, False], [False, True]])
    civil, digital, other = (habit(eligible, joined, np.array([0, 0, 3], np.int8), of) for of in (0, 3, 1))
    # a text of another domain counts half
    assert civil == pytest.approx([2.5 / 3.5, 1.0 / 2.5])
    assert digital == pytest.approx([1.5 / 3, 1.5 / 2.5])
    assert other == pytest.approx([1.5 / 2.5, 1.0 / 2])
