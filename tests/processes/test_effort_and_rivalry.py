"""C.3 and C.8: the nearest rival counts, whose firms tie one to it, and no track is left without a share."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.processes.effort import LEAST_SHARE, first_shares, multiply_effort, promises
from simulation.processes.rivalry import leader_distance, rivals_of, shift_pulls, tied_to
from simulation.state import BILATERAL, FIRM, MULTILATERAL, NGO, NON_STATE, REGIONAL, STATE, TRILATERAL

LEADERS = np.array([0, 1, 2], np.int32)
KIND = np.array([STATE, STATE, STATE, STATE, STATE, FIRM, FIRM, NGO], np.int8)
CAMP = np.array([0, 1, 2, -1, 1, 1, -1, 1], np.int8)  # 3 is contested, 4 and the firm 5 are of the camp of 1


@given(st.lists(st.integers(0, 30), min_size=5, max_size=5), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_every_track_has_its_least_share(deals, regional, other, texts):
    count = np.array([deals, [0] * 5], float)
    shares = first_shares(count, *(np.array([some, 0]) for some in (regional, other, texts)))
    assert np.allclose(shares.sum(axis=1), 1.0)
    assert (shares >= LEAST_SHARE).all()  # exactly, after normalising


PATIENCE = 0.9
NOWHERE = {
    "member": np.zeros((0, 2), bool), "bloc_regional": np.zeros(0, bool), "bloc_enforcement": np.zeros(0),
    "bloc_tabled": np.zeros(0, np.int32), "bloc_passed": np.zeros(0, np.int32),
    "eligible": np.zeros((0, 4), bool), "joined": np.zeros((0, 4), bool), "instrument_regional": np.zeros(0, bool),
    "binding": np.zeros(0, bool), "in_force": np.zeros(0, bool), "instrument_enforcement": np.zeros(0),
    "opens": np.zeros(0, np.int32), "closes": np.zeros(0, np.int32), "quarter": 0,
}  # fmt: skip


def _promises(log_odds, **forums):
    """What the tracks promise to two states among two firms, where each agrees with these log odds."""
    state = SimpleNamespace(
        s=2, pull=np.full((4, 4), log_odds), kind=np.array([STATE, STATE, FIRM, FIRM], np.int8),
        reluctance=np.zeros(8), **{**NOWHERE, **forums},
    )  # fmt: skip
    return promises(state, SimpleNamespace(patience=PATIENCE), ~np.eye(4, dtype=bool))


@pytest.mark.parametrize("chance", [0.05, 0.3, 0.8])
def test_a_deal_is_discounted_for_each_effort_that_it_takes(chance):
    """E[u] = z·q·β^{1/q} with z = 1/3: a yes of chance q takes 1/q approaches in the mean, two yeses 1/q²."""
    promise = _promises(np.log(chance / (1.0 - chance)))
    for track, q in ((BILATERAL, chance), (NON_STATE, chance), (TRILATERAL, chance * chance)):
        assert np.allclose(promise[:, track], q / 3.0 * PATIENCE ** (1.0 / q), rtol=1e-12)


def test_what_cannot_be_had_promises_nothing():
    assert (_promises(-800.0) == 0.0).all()
    assert _promises(-400.0)[0, TRILATERAL] == 0.0  # where the square of a chance is no number any more


def test_a_forum_promises_the_mean_of_its_blocs_and_of_the_texts_still_to_join():
    """Two blocs of e = .1 and .8, one decision in three items and two in two; a text that one of three joined."""
    forums = {
        "member": np.array([[1, 0, 0, 0], [1, 1, 0, 0]], bool), "bloc_regional": np.array([True, True]),
        "bloc_enforcement": np.array([0.1, 0.8]), "bloc_tabled": np.array([3, 2], np.int32),
        "bloc_passed": np.array([1, 2], np.int32),
        "eligible": np.array([[1, 1, 1, 0]], bool), "joined": np.array([[0, 1, 0, 0]], bool),
        "instrument_regional": np.array([True]), "binding": np.array([False]), "in_force": np.array([False]),
        "instrument_enforcement": np.array([0.9]), "opens": np.array([0]), "closes": np.array([9]),
    }  # fmt: skip
    one, two = _promises(0.0, **forums)[:, REGIONAL]
    chances, worths = np.array([2 / 5, 3 / 4, 2 / 5]), np.array([0.5, 0.8, 0.9]) / 3
    assert one == pytest.approx((worths * chances).mean() * PATIENCE ** (1 / chances.mean()))
    assert two == pytest.approx(worths[1] * chances[1] * PATIENCE ** (1 / chances[1]))  # it has joined the text
    assert (_promises(0.0, **forums)[:, MULTILATERAL] == 0.0).all()


def test_a_paralysed_bloc_promises_less_with_every_item_and_a_lively_one_more():
    def promise(tabled, passed):
        blocs = {
            "member": np.ones((1, 4), bool), "bloc_regional": np.array([True]), "bloc_enforcement": np.array([0.5]),
            "bloc_tabled": np.array([tabled], np.int32), "bloc_passed": np.array([passed], np.int32),
        }  # fmt: skip
        return _promises(0.0, **blocs)[0, REGIONAL]

    assert promise(0, 0) > promise(1, 0) > promise(5, 0) > 0.0
    assert promise(0, 0) < promise(1, 1) < promise(5, 5)


def test_the_nearest_rival_is_the_one_that_counts():
    position = np.zeros((8, 4))
    position[1], position[2] = 0.1, 0.4
    gaps = leader_distance(position, LEADERS, 0.5)
    pull = np.zeros((8, 8))
    un_member = KIND == STATE
    shift_pulls(LEADERS, CAMP, KIND, un_member, gaps, 1.0, 0.0, np.ones(8), np.zeros((8, 8), np.int8), pull)
    assert np.allclose(pull[[0, 1, 2], 3], [0.2, 0.2, 0.6])
    assert pull[4, 3] == pull[1, 3] / 2.0  # its camp is drawn by half of that


def test_one_is_tied_to_a_rival_by_its_leader_and_its_firms():
    depth = np.zeros((8, 8), np.int8)

    def tied(partner, rung, own):
        depth[:] = 0
        depth[3, partner] = depth[partner, 3] = rung
        return tied_to(rivals_of(own, LEADERS, CAMP, KIND), depth[3])

    assert tied(1, 2, own=0) == 2 / 3
    assert tied(5, 3, own=0) == 1.0
    assert tied(1, 1, own=0) == 0.0  # a memorandum binds nobody
    assert tied(1, 3, own=1) == 0.0  # its own ties are no rival's
    assert tied(4, 3, own=0) == tied(7, 3, own=0) == tied(6, 3, own=0) == 0.0  # an ally, an NGO, a firm of no camp


@pytest.mark.parametrize(("returns", "expected"), [(1.0, [2.0, 0.0]), (0.5, [2.0**0.5, 0.0])])
def test_effort_moved_to_another_track_makes_approaches_at_its_returns(returns, expected):
    """(P_k/P_k(0))^r: a track that has all of twice its recorded effort, beside one that has been closed."""
    start = np.array([[0.5, 0.5, 0.0, 0.0, 0.0]])
    effort = np.full((1, 5), np.nan)
    multiply_effort(start, np.array([[1.0, 0.0, 0.0, 0.0, 0.0]]), returns, effort)
    assert effort[0].tolist() == pytest.approx([*expected, 0.0, 0.0, 0.0], rel=1e-15)
