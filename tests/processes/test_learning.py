"""C.16 Learning: reinforcement and imitation."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest

from simulation.kernels import Draws, Stream, uniform
from simulation.processes.learning import learn, random_other
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import State
from tests.worlds import same_state, small_state

ROTH_EREV = Mechanisms({"learning": "roth_erev"})
FERMI = Mechanisms({"learning": "fermi"})


def world(seed: int = 1) -> State:
    state = small_state(8, 4, seed)
    rng = np.random.default_rng(seed)
    state.reward, state.propensity = rng.random((state.n, 5)), rng.random((state.n, 5))
    state.learns[:6] = True
    return state


def test_roth_erev_is_exact_and_only_for_learners() -> None:
    state = world()
    before = copy.deepcopy(state)
    learn(state, Parameters({"forgetting": 0.25}), ROTH_EREV, Draws(1, 0, 0))
    expected = 0.75 * before.propensity[:6] + before.reward[:6]
    assert np.array_equal(state.propensity[:6], expected)
    assert np.array_equal(state.propensity[6:], before.propensity[6:])


def test_constant_reward_leads_to_reward_over_forgetting() -> None:
    state, par = world(), Parameters({"forgetting": 0.2})
    for t in range(200):
        learn(state, par, ROTH_EREV, Draws(1, 0, t))
    assert state.propensity[:6] == pytest.approx(state.reward[:6] / 0.2)


def test_without_reward_propensities_fade_geometrically() -> None:
    state = world()
    start = state.propensity[0, 0]
    state.reward[:] = 0
    for t in range(7):
        learn(state, Parameters(), ROTH_EREV, Draws(1, 0, t))
    assert state.propensity[0, 0] == pytest.approx(start * 0.9**7)


def test_fermi_copies_the_model_with_the_fermi_probability() -> None:
    state, par = world(), Parameters({"imitation_noise": 0.5})
    before, draws = copy.deepcopy(state), Draws(3, 1, 2)
    learn(state, par, FERMI, draws)
    payoff = before.reward.sum(axis=1)
    copied = 0
    for i in range(6):
        others = [j for j in range(6) if j != i]
        pick = draws.key(Stream.IMITATION_MODEL)
        j = max(others, key=lambda j: uniform(pick, before.uid[i], before.uid[j]))
        chance = 1 / (1 + math.exp(-(payoff[j] - payoff[i]) / 0.5))
        copies = uniform(draws.key(Stream.IMITATION), before.uid[i], before.uid[j]) < chance
        copied += copies
        assert np.array_equal(state.propensity[i], before.propensity[j if copies else i])
    assert 0 < copied < 6
    assert np.array_equal(state.propensity[6:], before.propensity[6:])


def test_fermi_without_noise_never_copies_a_poorer_one() -> None:
    state, par = world(2), Parameters({"imitation_noise": 0.01})
    state.reward = np.zeros_like(state.reward)
    state.reward[0, 0] = 5.0
    best = state.propensity[0].copy()
    for t in range(40):
        learn(state, par, FERMI, Draws(1, 0, t))
    assert np.array_equal(state.propensity[0], best)
    assert (state.propensity[:6] == best).all()


def test_a_lone_learner_has_nobody_to_imitate() -> None:
    state = world()
    state.learns[:] = False
    state.learns[3] = True
    before = copy.deepcopy(state)
    learn(state, Parameters(), FERMI, Draws(1, 0, 0))
    assert same_state(state, before) == []
    assert random_other(3, state.learns, state.uid, np.uint64(1)) == -1


def test_off_nothing_happens() -> None:
    state = world()
    before = copy.deepcopy(state)
    learn(state, Parameters(), Mechanisms(), Draws(1, 0, 0))
    assert same_state(state, before) == []
