"""Worlds shared by the tests of the data: loaded once, they are read-only."""

from datetime import date

import pytest

from simulation.data.world import load_world


@pytest.fixture(scope="session")
def world():
    """The default world."""
    return load_world(date(2024, 12, 31))


@pytest.fixture(scope="session")
def full_world():
    """The default day with every non-state actor."""
    return load_world(date(2024, 12, 31), "full")
