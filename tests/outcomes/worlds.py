"""Worlds, specifications and portfolios for the tests of outcomes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from simulation.scenario.parameters import Parameters
from simulation.state import DRAWN, NEVER, NEW, RECORDED, State
from tests.worlds import small_state


@dataclass(frozen=True)
class Quarter:
    """Just what the recorder needs of a quarter."""

    ordinal: int

    def __add__(self, quarters: int) -> Quarter:
        return Quarter(self.ordinal + quarters)

    def __str__(self) -> str:
        return f"{self.ordinal // 4}Q{self.ordinal % 4 + 1}"


@dataclass(frozen=True)
class Spec:
    metrics: str | tuple[str, ...] = "all"
    actors: str | tuple[str, ...] = "focal"
    every: int = 1
    ties: str = "focal"
    events: bool = False


@dataclass(frozen=True)
class Scenario:
    focal: str = "S02"
    peers: tuple[str, ...] | None = ("S04", "S03")
    start: Quarter = Quarter(4 * 2025)
    quarters: int = 6
    parameters: Parameters = field(default_factory=Parameters)


def bare_world(n_states: int = 8, n_others: int = 6, rng_seed: int = 1) -> State:
    """A world in which nobody has a commitment, states have no camp, and positions stand still."""
    state = small_state(n_states, n_others, rng_seed)
    state.depth[:], state.track[:], state.held[:] = 0, -1, NEW
    state.joined[:] = False
    state.join_quarter[:] = NEVER
    state.camp[:] = -1
    for camp, leader in enumerate(state.leaders):
        state.camp[leader] = camp
    return state


def add_deal(state: State, a: int, b: int, depth: int, track: int = 0, terms: object = None) -> None:
    """Sign a deal, by default on terms that are where ``a`` began."""
    for i, j in ((a, b), (b, a)):
        state.depth[i, j], state.track[i, j] = depth, track
        state.terms[i, j] = state.position_start[a] if terms is None else terms


def random_world(rng_seed: int, n_states: int = 7, n_others: int = 7) -> State:
    """A random world with every kind of commitment, breaches, moved positions and incidents."""
    rng = np.random.default_rng(rng_seed)
    state = small_state(n_states, n_others, rng_seed)
    n, s = state.n, state.s
    state.quarter = int(rng.integers(0, 20))
    state.capability = 1.5
    upper = np.triu(rng.integers(-1, 5, (n, n)), 1).astype(np.int8)
    state.track[:] = np.where(state.depth > 0, upper + upper.T, -1)
    before = np.triu((state.depth > 0) & (rng.random((n, n)) < 0.5) | (rng.random((n, n)) < 0.1), 1)
    before = np.where(before, rng.integers(RECORDED, DRAWN + 1, (n, n)), NEW)
    state.held[:] = before + before.T
    state.conduct[:] = rng.integers(-1, 2, state.conduct.shape)
    state.bloc_depth[:] = rng.integers(0, 4, len(state.bloc_depth))
    state.bloc_tabled[:] = rng.integers(0, 9, len(state.bloc_depth))
    state.bloc_passed[:] = np.minimum(state.bloc_tabled, state.bloc_depth)
    state.in_force[:] = rng.random(len(state.in_force)) < 0.5
    state.compliance[:] = rng.uniform(0.02, 0.995, n)
    state.position[:] = rng.random((n, 4))
    state.harm_memory[:s] = rng.uniform(0, 9, s)
    state.incidents[:s] = rng.integers(0, 4, (s, 4))
    state.track_share[:] = rng.dirichlet(np.ones(5), n)
    state.track_success[:] = rng.integers(0, 4, (n, 5))
    state.formed[:] = rng.integers(0, 3, (n, 5))
    state.conceded[:s] = rng.random(s)
    state.world_governance = 0.4
    return state
