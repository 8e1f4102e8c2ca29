"""Section E, outcomes of the world: hand-computed cases, networkx, invariances."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from simulation.outcomes import network
from simulation.outcomes.metrics import METRICS
from simulation.outcomes.system import COSTLY, EffortUse, WorldBook, system_outcomes
from simulation.processes.links import links
from simulation.scenario.parameters import Parameters
from simulation.state import BILATERAL, State
from tests.outcomes.worlds import add_deal, bare_world, random_world
from tests.worlds import relabelled, with_inert_actor

PAR = Parameters()


def outcomes(state: State, effort: EffortUse | None = None) -> dict[str, float]:
    return system_outcomes(state, PAR, effort or EffortUse(), COSTLY)


def two_cliques(size: int = 4) -> np.ndarray:
    depth = np.zeros((2 * size, 2 * size), np.int8)
    depth[:size, :size] = depth[size:, size:] = 2
    depth[0, size] = depth[size, 0] = 1
    np.fill_diagonal(depth, 0)
    return depth


def weighted_graph(depth: np.ndarray) -> nx.Graph:
    return nx.from_numpy_array(depth.astype(int))


# --- networks


def test_modularity_of_two_cliques_equals_networkx():
    depth, group = two_cliques(), np.repeat([0, 1], 4)
    within, strength = np.zeros(2, np.int64), np.zeros(2, np.int64)
    network.tie_sums(depth, links(depth), group, within, strength)
    cells = [set(range(4)), set(range(4, 8))]
    expected = nx.community.modularity(weighted_graph(depth), cells, weight="weight")
    assert network.modularity(within, strength) == pytest.approx(expected)
    assert network.external_internal_index(within, strength) == pytest.approx((1 - 24) / 25)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_network_measures_equal_networkx(seed):
    state = random_world(seed, n_states=9)
    s = state.s
    graph = weighted_graph(state.depth[:s, :s])
    found = outcomes(state)
    if graph.number_of_edges():
        cells = [{i for i in range(s) if state.camp[i] == camp} for camp in (0, 1, 2, -1)]
        expected = nx.community.modularity(graph, [cell for cell in cells if cell], weight="weight")
        assert found["modularity_camps"] == pytest.approx(expected)
    assert found["transitivity"] == pytest.approx(nx.transitivity(graph))
    degrees = [degree for _, degree in graph.degree()]
    assert found["mean_degree"] == pytest.approx(np.mean(degrees))
    if len(set(degrees)) > 1:
        assert found["degree_skewness"] == pytest.approx(stats.skew(degrees))
    assert found["density_states"] == pytest.approx(graph.size(weight="weight") / 3 / (s * (s - 1) / 2))


def test_a_world_without_ties_has_zeros():
    found = outcomes(bare_world())
    names = ("density_states", "density_all", "modularity_camps", "ei_index", "transitivity", "mean_degree")
    assert {name: found[name] for name in names} == dict.fromkeys(names, 0.0)
    assert found["degree_skewness"] == found["world_deals"] == found["incumbent_share"] == 0.0


def test_density_over_all_counts_only_those_who_take_part():
    state = bare_world(n_states=3, n_others=2)
    state.supply[4], state.supply[5] = 0.0, 0.5
    add_deal(state, 0, 5, 3)
    assert outcomes(state)["density_all"] == pytest.approx(1 / 10)


def test_mean_trust_over_partners_and_states():
    state = bare_world(n_states=2, n_others=0)
    state.alpha[:], state.beta[:] = 1.0, 3.0
    state.alpha[0, 1], state.beta[0, 1] = 3.0, 1.0
    state.alpha[2, 1] = state.beta[2, 1] = 0.0
    add_deal(state, 0, 1, 1)
    found = outcomes(state)
    assert found["trust_partners"] == pytest.approx((0.75 + 0.25) / 2)
    assert found["trust_states"] == pytest.approx((0.75 + 4 * 0.25 + 0) / 6)


# --- groups and inequality


def test_esteban_ray_of_two_points():
    far = np.array([[0.0], [1.0]])
    assert network.esteban_ray(np.ones(2), far, 1.3) == pytest.approx(1.0)
    assert network.esteban_ray(np.ones(2), far / 2, 1.0) == pytest.approx(0.5)
    uneven = 2**2.3 * (0.25**2.3 * 0.75 + 0.75**2.3 * 0.25)
    assert network.esteban_ray(np.array([1.0, 3.0]), far, 1.3) == pytest.approx(uneven)
    assert network.esteban_ray(np.array([4.0, 0.0]), far, 1.3) == 0.0
    assert network.esteban_ray(np.zeros(2), far, 1.3) == 0.0


@given(st.lists(st.floats(0, 10), min_size=4, max_size=4), st.floats(1, 1.6), st.integers(0, 99))
def test_polarisation_is_at_most_that_of_two_far_halves(size, sensitivity, seed):
    centre = np.random.default_rng(seed).integers(0, 2, (4, 4)).astype(float)
    assert 0 <= network.esteban_ray(np.array(size), centre, sensitivity) <= 1


def test_laakso_taagepera():
    assert network.effective_number(np.array([5.0, 5, 5, 0])) == pytest.approx(3)
    assert network.effective_number(np.array([2.0, 1, 1])) == pytest.approx(1 / (0.25 + 2 / 16))
    assert network.effective_number(np.zeros(0)) == 0.0


def test_gini_by_hand():
    assert network.gini(np.array([0.0, 0, 0, 1])) == pytest.approx(0.75)
    assert network.gini(np.full(5, 0.3)) == pytest.approx(0, abs=1e-15)
    assert network.gini(np.array([3.0, 1])) == pytest.approx(0.25)
    assert network.gini(np.zeros(3)) == network.gini(np.zeros(0)) == 0.0


def test_divergence_is_the_mean_root_mean_square_distance():
    corners = np.array([[0.0, 0, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0]])
    assert network.mean_distance(corners) == pytest.approx((1 + 0.5 + 0.75**0.5) / 3)


def test_blocs_weigh_by_members_and_count_passages():
    state = bare_world()
    state.member[:] = False
    state.member[0, :4] = state.member[1, 4:8] = state.member[2, 0] = True
    state.bloc_depth[:] = [1, 1, 0]
    state.bloc_regional[:] = [True, False, True]
    state.bloc_passed[:], state.bloc_tabled[:] = [2, 1, 0], [4, 1, 4]
    found = outcomes(state)
    assert found["effective_blocs_active"] == pytest.approx(2)
    assert found["effective_blocs"] == pytest.approx(81 / 33)
    assert (found["bloc_passages_regional"], found["bloc_passages_multilateral"]) == (2, 1)
    assert (found["bloc_passage_rate_regional"], found["bloc_passage_rate_multilateral"]) == (0.25, 1.0)


def test_time_to_agreement_is_effort_spent_over_agreements():
    state = bare_world()
    effort = EffortUse()
    state.track_share[:] = 0.0
    state.track_share[:2, BILATERAL] = 3
    state.track_share[state.s :, BILATERAL] = 9  # only states count
    for _ in range(4):
        effort.add(state)
    assert outcomes(state, effort)["time_to_agreement_bilateral"] == 24
    state.track_success[0, BILATERAL] = 8
    assert outcomes(state, effort)["time_to_agreement_bilateral"] == 3
    assert outcomes(state, effort)["time_to_agreement_regional"] == 0


def test_deals_are_new_in_their_first_quarter_and_live_as_long_as_they_stood_for_each_that_ended():
    state = bare_world()
    state.quarter = 7
    add_deal(state, 2, 3, 1)
    add_deal(state, 2, 4, 1)
    add_deal(state, 3, state.s, 2)
    for a, b, since in ((2, 3, 7), (2, 4, 6), (3, state.s, 7)):
        state.since[a, b] = state.since[b, a] = since
    state.lapsed[[5, 6]] = 1
    effort = EffortUse()
    for _ in range(8):
        effort.add(state)
    found = outcomes(state, effort)
    assert (found["world_deals"], found["world_deals_new"], found["world_deals_ended"]) == (3, 2, 1)
    assert found["world_deal_life"] == pytest.approx(3 * 8 / 8 / 4)
    assert outcomes(state)["world_deal_life"] == 0.0


def test_incumbents_are_firms_of_leaders_and_of_the_eu_camp():
    state = bare_world(n_others=11)
    eu, cn, _ = (int(row) for row in state.leaders)
    firms = np.flatnonzero(state.kind == 1)
    member = 3
    state.camp[member] = 0
    state.camp[6] = 1  # in the camp of a leader that is a state: not that leader's own
    for firm, home in zip(firms, (cn, member, 6), strict=True):
        state.home[firm], state.camp[firm] = home, state.camp[home]
    add_deal(state, 4, firms[0], 1)
    assert outcomes(state)["incumbent_share"] == 1.0
    add_deal(state, 5, firms[1], 2)
    add_deal(state, 5, firms[2], 3)
    assert outcomes(state)["incumbent_share"] == pytest.approx(3 / 6)
    assert eu == state.s - 1


# --- registry, bounds and invariances


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_every_metric_is_within_its_bounds(seed):
    found = outcomes(random_world(seed))
    assert set(found) == {name for name, entry in METRICS.items() if entry.level == "system"}
    for name, value in found.items():
        assert METRICS[name].check(value) == value


def test_outcomes_of_many_observations_are_those_of_each_to_the_bit():
    states = [random_world(seed) for seed in range(5)]
    book = WorldBook(states[0], len(states), COSTLY)
    for row, state in enumerate(states):
        book.write(row, state, PAR, EffortUse())
    together = book.outcomes(slice(1, 5), PAR)
    for row, state in enumerate(states[1:]):
        assert {name: values[row] for name, values in together.items()} == outcomes(state)


def test_relabelling_changes_nothing():
    state = random_world(3)
    order = np.concatenate([np.random.default_rng(2).permutation(state.s), np.arange(state.s, state.n)[::-1]])
    one, other = outcomes(state), outcomes(relabelled(state, order))
    assert other == pytest.approx(one, abs=1e-9)


@pytest.mark.parametrize("kind", [1, 2, 5])
def test_an_inert_actor_changes_no_bit(kind):
    state = random_world(4)
    assert outcomes(with_inert_actor(state, kind=kind)) == outcomes(state)
