"""C.16 Learning: which track pays (step 13 of a quarter).

Two rival rules for the actors that learn. ``roth_erev``: own rewards reinforce the track they
came from and the past is slowly forgotten, q ← (1 - φ)q + reward (Roth & Erev 1995, *Learning in
Extensive-Form Games*). ``fermi``: one copies all propensities of a random other learner, the
likelier the more that one earned this quarter (Szabó & Tőke 1998, *Evolutionary prisoner's
dilemma game on a square lattice*). All learners move at once.

Imitation invents nothing: it spreads what is there. So under ``fermi`` the learners start from
different propensities, drawn at random with mean one; under ``roth_erev`` all start at one.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.kernels import Draws, Stream, exp, key, log, uniform
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import TRACKS, B, F, State


@njit(cache=True, error_model="numpy")
def reinforce(propensity: F, reward: F, learns: B, forgetting: float) -> None:
    """Roth-Erev reinforcement in place: (n, 5) propensities and this quarter's rewards."""
    for i in range(len(learns)):
        if learns[i]:
            for track in range(propensity.shape[1]):
                propensity[i, track] = (1.0 - forgetting) * propensity[i, track] + reward[i, track]


@njit(cache=True, error_model="numpy")
def random_other(i: int, learns: B, uid: np.ndarray, stream: np.uint64) -> int:
    """Another learner, each as likely: the one with the highest draw; -1 if there is none."""
    chosen, best = -1, -1.0
    for j in range(len(learns)):
        if learns[j] and j != i:
            u = uniform(stream, uid[i], uid[j])
            if u > best or (u == best and uid[j] < uid[chosen]):
                chosen, best = j, u
    return chosen


@njit(cache=True, error_model="numpy")
def imitate(
    propensity: F, reward: F, learns: B, uid: np.ndarray, noise: float, model: np.uint64, copies: np.uint64
) -> None:
    """Fermi imitation in place: i copies j with probability σ((payoff_j - payoff_i)/noise)."""
    before = propensity.copy()
    payoff = np.zeros(len(learns))
    for i in range(len(learns)):
        for track in range(reward.shape[1]):
            payoff[i] += reward[i, track]
    for i in range(len(learns)):
        if learns[i]:
            j = random_other(i, learns, uid, model)
            if j >= 0:
                chance = 1.0 / (1.0 + exp((payoff[i] - payoff[j]) / noise))
                if uniform(copies, uid[i], uid[j]) < chance:
                    propensity[i] = before[j]


def first_propensities(uid: np.ndarray, mech: Mechanisms, seed: int, replicate: int) -> F:
    """Propensities (n, 5) before the first quarter: one each, or exponential with mean one under ``fermi``."""
    propensity = np.ones((len(uid), len(TRACKS)))
    if mech["learning"] == "fermi":
        _draw(propensity, uid, key(seed, replicate, -1, Stream.IMITATION))
    return propensity


@njit(cache=True, error_model="numpy")
def _draw(propensity: F, uid: np.ndarray, stream: np.uint64) -> None:
    for i in range(len(uid)):
        for track in range(propensity.shape[1]):
            propensity[i, track] = -log(uniform(stream, uid[i], np.uint64(track)))


def learn(state: State, par: Parameters, mech: Mechanisms, draws: Draws) -> None:
    """Update ``State.propensity`` of the learners from ``State.reward``; off: nothing happens."""
    if mech["learning"] == "roth_erev":
        reinforce(state.propensity, state.reward, state.learns, par.forgetting)
    elif mech["learning"] == "fermi":
        imitate(
            state.propensity,
            state.reward,
            state.learns,
            state.uid,
            par.imitation_noise,
            draws.key(Stream.IMITATION_MODEL),
            draws.key(Stream.IMITATION),
        )
