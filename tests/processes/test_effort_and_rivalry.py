"""C.3 and C.8: the nearest rival counts, whose firms tie one to it, and no track is left without a share."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.processes.effort import LEAST_SHARE, first_shares, promises
from simulation.processes.rivalry import leader_distance, shift_pulls, tied_to_rivals
from simulation.state import BILATERAL, FIRM, NGO, NON_STATE, STATE

LEADERS = np.array([0, 1, 2], np.int32)
KIND = np.array([STATE, STATE, STATE, STATE, STATE, FIRM, FIRM, NGO], np.int8)
CAMP = np.array([0, 1, 2, -1, 1, 1, -1, 1], np.int8)  # 3 is contested, 4 and the firm 5 are of the camp of 1


@given(st.lists(st.integers(0, 30), min_size=5, max_size=5), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_every_track_has_its_least_share(deals, regional, other, texts):
    count = np.array([deals, [0] * 5], float)
    shares = first_shares(count, *(np.array([some, 0]) for some in (regional, other, texts)))
    assert np.allclose(shares.sum(axis=1), 1.0)
    assert (shares >= LEAST_SHARE).all()  # exactly, after normalising


@pytest.mark.parametrize("chance", [0.05, 0.3, 0.8])
def test_a_deal_is_discounted_for_each_approach_that_a_yes_takes(chance):
    """E[u] = z·q·β^{1/q} with z = 1/3: a yes of chance q takes 1/q approaches in the mean."""
    reluctance, patience = 1.3, 0.9
    pull = np.full((4, 4), reluctance + np.log(chance / (1.0 - chance)))
    state = SimpleNamespace(
        s=2, pull=pull, kind=np.array([STATE, STATE, FIRM, FIRM], np.int8), reluctance=np.full(8, reluctance),
        member=np.zeros((0, 2), bool), bloc_regional=np.zeros(0, bool), bloc_enforcement=np.zeros(0),
        bloc_tabled=np.zeros(0, np.int32), bloc_passed=np.zeros(0, np.int32),
    )  # fmt: skip
    promise = promises(state, SimpleNamespace(patience=patience), ~np.eye(4, dtype=bool))
    assert np.allclose(promise[:, [BILATERAL, NON_STATE]], chance / 3.0 * patience ** (1.0 / chance), rtol=1e-12)


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
        return tied_to_rivals(own, 3, LEADERS, CAMP, KIND, depth)

    assert tied(1, 2, own=0) == 2 / 3
    assert tied(5, 3, own=0) == 1.0
    assert tied(1, 1, own=0) == 0.0  # a memorandum binds nobody
    assert tied(1, 3, own=1) == 0.0  # its own ties are no rival's
    assert tied(4, 3, own=0) == tied(7, 3, own=0) == tied(6, 3, own=0) == 0.0  # an ally, an NGO, a firm of no camp
