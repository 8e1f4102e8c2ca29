"""The loaded world: known facts of the world, and what must hold on any day."""

from datetime import date

import numpy as np
import pytest

from simulation.data.world import load_world


@pytest.fixture(scope="module")
def world():
    return load_world(date(2024, 12, 31))


def test_there_are_193_states_and_the_union(world):
    assert world.un_member.sum() == 193
    assert world.ids[193] == "EU"
    assert "NAM" in world.ids


def test_no_figure_is_missing(world):
    for name, value in vars(world).items():
        if isinstance(value, np.ndarray):
            assert np.isfinite(value.astype(float)).all(), name


def test_the_check_state_lies_near_its_anchor(world):
    place = world.position[world.index("MAR")]
    assert np.sqrt(np.mean((place - [0.55, 0.5, 0.6, 0.7]) ** 2)) <= 0.15
