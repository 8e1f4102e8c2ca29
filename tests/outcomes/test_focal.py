"""Section E, outcomes of an actor: X14, hand-computed cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.outcomes.focal import actor_outcomes, camp_concentration, hill_diversity, volume
from simulation.outcomes.metrics import METRICS
from simulation.outcomes.portfolio import CATEGORIES
from simulation.scenario.parameters import Parameters
from simulation.state import DRAWN, KINDS, RECORDED, SOURCES, TRACKS, TRILATERAL, State
from tests.outcomes.worlds import add_deal, bare_world, random_world
from tests.worlds import relabelled, with_inert_actor

PAR = Parameters()
weights = st.lists(st.floats(0, 50), min_size=4, max_size=11).map(np.array)


def outcomes(state: State, rows: list[int] | None = None, par: Parameters = PAR) -> dict[str, np.ndarray]:
    actors = np.arange(state.n) if rows is None else np.array(rows)
    return actor_outcomes(state, par, actors)


def of_one(state: State, row: int, par: Parameters = PAR) -> dict[str, float]:
    return {name: float(values[0]) for name, values in outcomes(state, [row], par).items()}


# --- X14


def test_empty_portfolio_has_the_values_of_section_e():
    state = bare_world()
    state.position[2] = 1 - state.position_start[2]
    found = of_one(state, 2)
    zero = ("deals", "commitments", "volume", "implementation", "cooperation", "diversity", "reciprocity")
    zero += ("alignment",)
    assert {name: found[name] for name in zero} == dict.fromkeys(zero, 0.0)
    assert found["autonomy"] == 1.0
    assert not any(found[name] for name in found if name.startswith("partners_"))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_every_metric_of_every_actor_is_within_its_bounds(seed):
    found = outcomes(random_world(seed))
    assert set(found) == {name for name, entry in METRICS.items() if entry.level == "actor"}
    for name, values in found.items():
        for value in values:
            assert METRICS[name].check(value) == value


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_volume_decomposes_by_partner_and_by_track(seed):
    found = outcomes(random_world(seed))
    rest = 1 - found["volume"]
    by_category = np.prod([1 - found[f"volume_{name}"] for name in CATEGORIES], axis=0)
    by_track = np.prod([1 - found[f"volume_by_{name}"] for name in TRACKS], axis=0)
    np.testing.assert_allclose(by_category, rest, rtol=0, atol=1e-12)
    np.testing.assert_allclose(by_track, rest, rtol=0, atol=1e-12)


@given(weights)
def test_diversity_and_concentration_lie_between_zero_and_one(weight):
    assert 0 <= hill_diversity(weight) <= 1
    assert 0 <= camp_concentration(weight) <= 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_kept_commitments_are_those_of_deals_blocs_and_instruments(seed):
    found = outcomes(random_world(seed))
    deals = sum(found[f"kept_{source}"] for source in SOURCES)
    np.testing.assert_allclose(found["kept_deals"], deals, rtol=0, atol=1e-12)
    whole = deals + found["kept_blocs"] + found["kept_instruments"]
    np.testing.assert_allclose(whole, found["commitments_kept"], rtol=0, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_rank_is_one_more_than_the_number_of_states_that_kept_more(seed):
    state = random_world(seed)
    found = outcomes(state)
    kept = found["commitments_kept"]
    more = (kept[None, : state.s] > kept[:, None] + 1e-9).sum(axis=1)
    assert found["kept_rank"].tolist() == (1 + more).tolist()


def test_states_that_kept_alike_share_a_rank():
    state = bare_world()
    add_deal(state, 0, 1, 3)
    add_deal(state, 2, 3, 1)
    found = outcomes(state)
    assert found["kept_rank"][: state.s].tolist() == [1, 1, 3, 3] + [5] * (state.s - 4)
    assert of_one(state, 2)["kept_new"] == pytest.approx(1 / 3)
    state.held[2, 3] = state.held[3, 2] = DRAWN
    found = of_one(state, 2)
    assert (found["kept_new"], found["kept_recorded"], found["kept_drawn"]) == pytest.approx((0, 0, 1 / 3))


def test_deals_are_told_as_a_multiple_of_what_the_fitted_intensity_would_give():
    state = bare_world()
    add_deal(state, 2, 3, 3)
    assert of_one(state, 2)["kept_against_gravity"] == 0.0  # nothing was expected of anybody
    state.gravity[2] = 0.25
    assert of_one(state, 2)["kept_against_gravity"] == 4.0


# --- counts and categories


def test_counts_by_kind_depth_camp_and_track():
    state = bare_world()
    eu, cn, us = (int(row) for row in state.leaders)
    state.camp[3] = 0  # a member of the EU's camp
    add_deal(state, 2, eu, 1)
    add_deal(state, 2, 3, 2, TRILATERAL)
    add_deal(state, 2, cn, 3)
    add_deal(state, 2, 5, 3)
    add_deal(state, 2, state.s, 1, track=-1)  # a firm, in the record without a track
    found = of_one(state, 2)
    expected = {
        "deals": 5, "deals_state": 4, "deals_firm": 1, "deals_mou": 2, "deals_programme": 1,
        "deals_binding": 2, "deals_eu_states": 2, "deals_cn_states": 1, "deals_us_states": 0,
        "deals_other_states": 1, "deals_bilateral": 3, "deals_trilateral": 1, "deals_non_state": 1,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == expected
    assert found["commitments_eu_states"] == pytest.approx(1.0)
    assert found["commitments_other_states"] == pytest.approx(1.0)
    assert found["commitments_firm"] == pytest.approx(1 / 3)
    assert found["commitments_by_non_state"] == pytest.approx(1 / 3)
    assert us == 1


def test_the_eu_itself_counts_deals_with_its_camp_as_eu_states():
    state = bare_world()
    eu = int(state.leaders[0])
    state.camp[4] = 0
    add_deal(state, eu, 4, 3)
    add_deal(state, eu, 5, 3)
    found = of_one(state, eu)
    assert found["deals_eu_states"] == found["deals_other_states"] == 1
    assert of_one(state, 4)["deals_eu_states"] == 1


def test_weights_of_instruments_and_blocs():
    state = bare_world()
    state.instrument_enforcement[:] = 0.7
    state.joined[:, 2] = True
    state.binding[:] = [False, True, True, False]
    state.in_force[:] = [True, False, True, False]
    state.instrument_regional[:] = [False, False, True, False]
    state.member[:] = False
    state.member[0, 2] = True
    state.bloc_depth[0], state.bloc_enforcement[0], state.bloc_regional[0] = 2, 0.3, True
    found = of_one(state, 2)
    assert found["instruments_joined"] == 4
    assert found["blocs_active"] == 1
    assert found["commitments_multilateral"] == pytest.approx(0.7 * (1 / 3 + 2 / 3 + 1 / 3))
    assert found["commitments_regional"] == pytest.approx(0.7 * 1 + 0.5 * 2 / 3)  # an enforcement of .3 counts as .5
    assert found["commitments_by_regional"] == found["commitments_regional"]


def test_partners_are_new_held_or_lost_since_the_start():
    state = bare_world()
    firm, ngo = state.s, state.s + 2
    for j in (3, 4, firm):
        state.held[2, j] = state.held[j, 2] = DRAWN if j == 4 else RECORDED
    add_deal(state, 2, 4, 2)  # held
    add_deal(state, 2, 5, 1)
    add_deal(state, 2, ngo, 1)
    found = of_one(state, 2)
    assert (found["partners_new"], found["partners_held"], found["partners_lost"]) == (2, 1, 2)
    assert (found["partners_held_recorded"], found["partners_held_drawn"]) == (0, 1)
    assert (found["partners_new_state"], found["partners_new_ngo"], found["partners_new_firm"]) == (1, 1, 0)
    assert (found["partners_lost_state"], found["partners_lost_firm"], found["partners_held_state"]) == (1, 1, 1)
    other = of_one(state, firm)
    assert (other["partners_lost_state"], other["partners_new"]) == (1, 0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_new_and_held_partners_are_the_deals_there_are(seed):
    state = random_world(seed)
    found = outcomes(state)
    np.testing.assert_array_equal(found["partners_new"] + found["partners_held"], found["deals"])
    np.testing.assert_array_equal(found["partners_held"] + found["partners_lost"], (state.held > 0).sum(axis=1))
    sources = found["partners_held_recorded"] + found["partners_held_drawn"]
    np.testing.assert_array_equal(sources, found["partners_held"])
    for kind in KINDS:
        now = found[f"partners_new_{kind}"] + found[f"partners_held_{kind}"]
        np.testing.assert_array_equal(now, found[f"deals_{kind}"])


def test_means_are_counted_and_are_no_commitments():
    state = bare_world()
    for j in range(state.s + 1, state.s + 4):  # a think tank, an NGO, an influencer
        add_deal(state, 2, j, 3, track=4)
    found = of_one(state, 2)
    assert found["deals"] == found["partners_new"] == 3
    assert found["commitments"] == found["commitments_kept"] == found["cooperation"] == 0
    add_deal(state, 2, state.s + 4, 3, track=4)  # a secretariat
    assert of_one(state, 2)["commitments_secretariat"] == 1


# --- indices by hand


def test_ten_binding_equivalents_give_half():
    assert volume(np.array(10.0), 10.0) == pytest.approx(0.5)
    assert volume(np.array([0.0, 20.0]), 10.0) == pytest.approx([0, 0.75])


@pytest.mark.parametrize(
    ("weight", "expected"),
    [([5, 0, 0], 0.0), ([2, 2, 0], 0.5), ([1, 1, 1], 1.0), ([0, 0, 0], 0.0), ([7, 7] + [0] * 9, 0.1)],
)
def test_diversity_of_equal_classes_is_their_number_less_one_over_the_greatest(weight, expected):
    assert hill_diversity(np.array(weight, float)) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        ([3, 0, 0, 0], 1.0),  # one camp alone
        ([1, 1, 1, 0], 0.0),  # the three alike
        ([0, 0, 0, 5], 0.0),  # none
        ([2, 0, 0, 2], 0.25),  # half of it with one camp: the square of the camps' share
        ([1, 1, 0, 0], 0.25),
        ([0, 0, 0, 0], 0.0),
    ],
)
def test_concentration_over_camps(weight, expected):
    assert camp_concentration(np.array(weight, float)) == pytest.approx(expected, abs=1e-15)


def test_promises_kept_are_the_share_of_the_last_quarters_of_both_sides():
    state = bare_world()
    add_deal(state, 2, 5, 3)
    assert of_one(state, 2)["implementation"] == 1.0  # signed this moment: nothing was broken
    state.conduct[:, 2, 5] = state.conduct[:, 5, 2] = 1
    state.conduct[3, 2, 5] = -1
    assert of_one(state, 2)["implementation"] == pytest.approx((3 / 4 + 1) / 2)
    assert of_one(state, 2)["commitments_kept"] == pytest.approx((3 / 4 + 1) / 2)
    state.conduct[:2, 2, 5] = state.conduct[:2, 5, 2] = 0  # two quarters old
    assert of_one(state, 2)["implementation"] == pytest.approx((1 / 2 + 1) / 2)
    state.conduct[2:, 5, 2] = -1
    assert of_one(state, 2)["implementation"] == pytest.approx((1 / 2 + 0) / 2)


def test_implementation_of_a_bloc_is_its_members_mean_compliance():
    state = bare_world()
    state.member[:] = False
    state.member[0, [2, 3, 4]] = True
    state.bloc_depth[0] = 1
    state.compliance[[2, 3, 4]] = [0.9, 0.6, 0.3]
    found = of_one(state, 2)
    assert found["implementation"] == pytest.approx(0.6)
    assert found["commitments_kept"] == pytest.approx(0.6 * found["commitments"])


def test_reciprocity_compares_how_close_the_terms_of_deals_are_to_both_sides():
    state = bare_world()
    state.weight[:] = 0.25
    state.position[[2, 3, 4]] = np.array([[0.2], [0.6], [1.0]])
    add_deal(state, 2, 3, 1, terms=np.full(4, 0.3))  # gains 0.9 and 0.7
    add_deal(state, 2, 4, 1, terms=np.full(4, 0.8))  # gains 0.4 and 0.8
    assert of_one(state, 2)["reciprocity"] == pytest.approx(1 - 0.2 / 2.8)


def test_alignment_measures_terms_from_the_first_position():
    state = bare_world()
    state.weight[2] = 0.25
    state.position_start[2] = 0.2
    state.position[2] = 0.7
    add_deal(state, 2, 3, 3)
    add_deal(state, 2, 4, 1, terms=np.full(4, 0.6))
    found = of_one(state, 2)
    assert found["alignment"] == pytest.approx((3 * 1 + 1 * 0.6) / 4)
    assert found["position_drift"] == pytest.approx(0.5)
    assert found["autonomy"] == pytest.approx(0.5)  # partners of no camp, drift .5


def test_safety_falls_with_remembered_incidents():
    state = bare_world()
    state.harm_memory[2] = 3.0
    assert of_one(state, 2)["safety"] == pytest.approx(np.exp(-1))


def test_support_is_the_mean_of_how_sure_the_public_is():
    state = bare_world()
    state.opinion[2] = np.linspace(0, 1, 101)
    found = outcomes(state)
    sure = 1 / (1 + np.exp(-(np.linspace(0, 1, 101) - 0.5) / 0.1))
    assert found["support"][2] == pytest.approx(sure.mean(), abs=1e-12)
    assert (found["support"][state.s :] == 0).all()


# --- invariances and errors


def test_relabelling_moves_values_with_their_actors():
    state = random_world(5)
    order = np.concatenate([np.random.default_rng(1).permutation(state.s), np.arange(state.s, state.n)[::-1]])
    one, other = outcomes(state), outcomes(relabelled(state, order))
    for name, values in one.items():
        np.testing.assert_allclose(other[name], values[order], rtol=0, atol=1e-9, err_msg=name)


def test_an_inert_actor_changes_no_bit():
    state = random_world(6)
    twin = with_inert_actor(state)
    rows = np.arange(state.n)
    one, other = actor_outcomes(state, PAR, rows), actor_outcomes(twin, PAR, rows)
    for name, values in one.items():
        np.testing.assert_array_equal(other[name], values, err_msg=name)
