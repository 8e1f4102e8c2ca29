"""The test worlds themselves are valid states."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.state import NEVER, STATE
from tests.worlds import relabelled, same_state, small_state, with_inert_actor


@pytest.mark.parametrize(("n_states", "n_others"), [(1, 0), (2, 1), (8, 6), (20, 12)])
def test_shapes_and_ranges(n_states: int, n_others: int) -> None:
    state = small_state(n_states, n_others, 3)
    n, s = n_states + 1 + n_others, n_states + 1
    assert (state.n, state.s) == (n, s)
    assert np.array_equal(np.flatnonzero(state.kind == STATE), np.arange(s))
    assert state.un_member.sum() == n_states
    assert np.array_equal(state.depth, state.depth.T)
    assert not state.depth.diagonal().any()
    assert len(set(state.uid.tolist())) == n
    assert np.allclose(state.weight.sum(axis=1), 1)
    assert not (state.joined & ~state.eligible).any()
    shares = ("position", "capacity", "transparency", "trust_prior", "trust_hat", "supply", "recorded")
    for column in shares:
        values = getattr(state, column)
        assert (values >= 0).all(), column
        assert (values <= 1).all(), column


def test_same_seed_gives_the_same_world() -> None:
    assert same_state(small_state(5, 3, 7), small_state(5, 3, 7)) == []
    assert same_state(small_state(5, 3, 7), small_state(5, 3, 8)) != []


def test_an_inert_actor_only_appends() -> None:
    state = small_state()
    twin = with_inert_actor(state)
    assert twin.n == state.n + 1
    assert twin.s == state.s
    assert np.array_equal(twin.alpha[:-1, :-1], state.alpha)
    assert not twin.zeal[-1].any()
    assert not twin.allowed[-1].any()
    assert (twin.since[-1] == NEVER).all()


def test_relabelling_back_and_forth_restores_the_world() -> None:
    state = small_state(6, 5, 2)
    order = np.concatenate([np.random.default_rng(0).permutation(6), [6], 7 + np.arange(5)[::-1]])
    twin = relabelled(state, order)
    assert twin.ids[0] == state.ids[order[0]]
    assert twin.alpha[0, 1] == state.alpha[order[0], order[1]]
    assert same_state(relabelled(twin, np.argsort(order)), state) == []
