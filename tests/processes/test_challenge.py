"""C.6 Expected-utility challenge: the published series, and the plain rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.processes.challenge import challenge, settle, weighted_mean
from tests.reference.challenge import tendency

# EU car-emission standards, ten member states in the order Netherlands, Belgium, Luxembourg, Germany, France, Italy,
# UK, Ireland, Denmark, Greece (Bueno de Mesquita 1994; Scholz, Calbert & Smith 2011)
CAPABILITY = np.array([0.08, 0.08, 0.03, 0.16, 0.16, 0.16, 0.16, 0.05, 0.05, 0.08])
POSITION = np.array([4.0, 7, 4, 4, 10, 10, 10, 7, 4, 7])
SALIENCE = np.array([80, 40, 20, 80, 60, 60, 90, 10, 100, 70]) / 100
CHART = (7.4, 7.4, 7.5, 7.6, 7.3, 7.3, 7.4, 7.5, 7.6, 7.3, 7.2)
"""Published means of rounds 0 to 10, read off a chart."""
REPLICATION = (7.39, 7.46, 7.55, 7.59, 7.36, 7.35, 7.41, 7.51, 7.57, 7.32, 7.24)


def mean_after(rounds: int) -> float:
    return float(weighted_mean(challenge(POSITION, CAPABILITY, SALIENCE, rounds), CAPABILITY * SALIENCE))


def test_start_is_the_published_one() -> None:
    assert round(mean_after(0), 2) == 7.39
    power = CAPABILITY * SALIENCE
    order = np.argsort(POSITION)
    half = np.searchsorted(np.cumsum(power[order]), power.sum() / 2)
    assert POSITION[order][half] == 7  # the median voter's


@pytest.mark.parametrize("rounds", range(11))
def test_car_emissions(rounds: int) -> None:
    assert mean_after(rounds) == pytest.approx(CHART[rounds], abs=0.1)
    assert mean_after(rounds) == pytest.approx(REPLICATION[rounds], abs=0.006)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 7), st.integers(0, 4))
def test_kernel_is_the_plain_rule(seed: int, actors: int, rounds: int) -> None:
    rng = np.random.default_rng(seed)
    position, capability, salience = rng.random(actors).round(1), rng.random(actors), rng.random(actors)
    plain = tendency(list(position), list(capability), list(salience), rounds)
    assert settle(position[:, None], capability, salience, rounds)[0] == pytest.approx(plain, abs=1e-9)


def test_nobody_leaves_the_line_and_one_mind_stays_as_it_is() -> None:
    rng = np.random.default_rng(1)
    x = rng.random(30)
    moved = challenge(x, rng.random(30), rng.random(30), 10)
    assert x.min() <= moved.min() <= moved.max() <= x.max()
    assert (challenge(np.full(4, 0.3), np.ones(4), np.ones(4), 5) == 0.3).all()


def test_no_power_is_the_plain_mean() -> None:
    assert weighted_mean(np.array([0.0, 1.0]), np.zeros(2)) == 0.5
