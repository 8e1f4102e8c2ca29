"""C.12 norm cascade (Granovetter's crowd, tipping) and monitoring by NGOs."""

import numpy as np
import pytest

from simulation.kernels import stable_hash
from simulation.processes.norms import count_ngos, draw_thresholds, spread_norms, watch_all
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import NGO, STATE, State
from tests.worlds import small_state

PAR, MECH = Parameters(), Mechanisms()


def crowd(n_states: int) -> State:
    """States that look at all others alike; nobody has adopted, nobody has a deal."""
    state = small_state(n_states=n_states, n_others=10)
    state.depth[:] = 0
    state.norm[:] = False
    state.norm_threshold[:] = 2.0  # out of reach, for the EU actor and the organisations
    state.peer_weight[:] = 1.0
    state.peer_weight[:, n_states] = 0.0
    np.fill_diagonal(state.peer_weight, 0.0)
    return state


def cascade(state: State, quarters: int) -> int:
    for _ in range(quarters):
        spread_norms(state, PAR, MECH)
    return int(state.norm.sum())


def test_granovetter_uniform_thresholds_bring_everybody_and_one_gap_stops_all():
    n = 25
    state = crowd(n)
    state.norm_threshold[:n] = np.arange(n) / (n - 1)
    assert [cascade(state, 1) for _ in range(3)] == [1, 2, 3]
    assert cascade(state, n) == n
    state = crowd(n)
    state.norm_threshold[:n] = np.arange(n) / (n - 1)
    state.norm_threshold[1] = state.norm_threshold[2]  # Granovetter's second crowd
    assert cascade(state, n) == 1


@pytest.mark.parametrize(("adopters", "expected"), [(6, 6), (7, 20)])
def test_cascade_tips_at_the_threshold(adopters, expected):
    state = crowd(20)
    state.norm_threshold[:20] = 0.33  # six of nineteen others are .316, seven .368
    state.norm[:adopters] = True
    assert cascade(state, 10) == expected


def test_ngo_ties_lower_the_threshold():
    state = crowd(20)
    state.norm_threshold[:20] = 0.33
    state.norm[:6] = True
    ngos = np.flatnonzero(state.kind == NGO)
    state.depth[10, ngos[0]] = state.depth[ngos[0], 10] = 1
    spread_norms(state, PAR, MECH)  # .33 - .05/3 = .3133
    assert np.flatnonzero(state.norm).tolist() == [0, 1, 2, 3, 4, 5, 10]


def test_no_norm_spreads_without_peers_or_mechanism_and_none_is_given_up():
    state = crowd(20)
    state.norm_threshold[:20] = 0.05
    state.norm[0] = True
    spread_norms(state, PAR, MECH.replace(norm_cascade="off"))
    assert state.norm.sum() == 1
    state.peer_weight[:] = 0.0
    assert cascade(state, 3) == 1


def test_thresholds_are_normal_and_belong_to_the_actor():
    uid = np.array([stable_hash(f"actor {i}") for i in range(20_000)], np.uint64)
    thresholds = draw_thresholds(uid, PAR, seed=7, replicate=3)
    assert thresholds.mean() == pytest.approx(0.33, abs=0.004)
    assert thresholds.std() == pytest.approx(0.1, abs=0.003)
    assert (draw_thresholds(uid[::-1], PAR, 7, 3) == thresholds[::-1]).all()
    assert (draw_thresholds(uid, PAR, 7, 4) != thresholds).all()
    assert (draw_thresholds(uid, PAR.replace(norm_spread=0), 7, 3) == 0.33).all()


def test_monitoring_raises_detection():
    counts, kind = np.array([0, 1, 2, 200]), np.repeat(np.array([STATE, NGO], np.int8), (4, 200))
    depth = np.zeros((204, 204), np.int8)
    for i, count in enumerate(counts):
        depth[i, 4 : 4 + count] = depth[4 : 4 + count, i] = 1
    free_press, watch = np.zeros(204, bool), np.zeros(204)
    assert watch_all(depth, kind, free_press, 0.3, 0.1, True, watch)[:4] == pytest.approx(1 - 0.7 * 0.9**counts)
    assert watch[:4] == pytest.approx(1 - 0.9**counts)
    assert watch_all(depth, kind, free_press, 0.3, 0.1, False, watch) == pytest.approx(0.3)
    assert not watch.any()
    assert (watch_all(depth, kind, free_press, 1.0, 0.1, True, watch) == 1).all()


def test_ngo_partners_are_counted_whatever_the_depth():
    state = crowd(5)
    ngos = np.flatnonzero(state.kind == NGO)
    for j, depth in zip(ngos, (1, 3), strict=True):
        state.depth[2, j] = state.depth[j, 2] = depth
    counted = count_ngos(state.depth, state.kind)
    assert counted[2] == 2
    assert counted.sum() == 2
