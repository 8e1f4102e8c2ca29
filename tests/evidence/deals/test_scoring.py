"""Scores of which pairs, waves of the record, lives, and pooling over domains."""

import numpy as np
import pytest

from simulation.evidence.deals.fits import filter_counts, pool
from simulation.evidence.deals.scoring import Scored, gains
from simulation.intensity.lives import RENEWED, in_force
from simulation.intensity.wave import KEPT, Wave


def test_a_gain_is_the_mean_lead_an_event():
    counts = np.array([[0, 1, 2], [1, 0, 0], [2, 0, 0]], dtype=float)
    ours, rival = np.log(np.full((3, 3), 1 / 3)), np.log(np.full((3, 3), 1 / 6))
    found = gains([Scored("x", 2000, counts, {"intensity": ours, "half": rival})], "half")
    assert found["gain"] == pytest.approx(np.log(2))
    assert found["2.5 %"] == pytest.approx(np.log(2))
    assert found["events"] == 3


def test_the_wave_follows_a_jump_and_is_surer_after_many_deals():
    before, after = filter_counts(np.array([10, 11, 9, 10])), filter_counts(np.array([10, 11, 9, 10, 40]))
    assert np.exp(before.mean) == pytest.approx(10.0, rel=0.1)
    assert 30.0 < np.exp(after.mean) < 40.0  # most of the way: a single year may be chance
    assert after.walk > before.walk
    assert filter_counts(np.zeros(0, dtype=int)).sd > 2 * before.sd


def test_a_deal_lives_its_term_and_then_half_are_renewed():
    assert in_force(np.array([0.0, 2.9])).tolist() == [1.0, 1.0]
    assert in_force(np.array([5.5]))[0] == pytest.approx(RENEWED, abs=0.02)
    assert in_force(np.array([-1.0, 60.0])).tolist() == [0.0, 0.0]
    mean_life = in_force(np.arange(0.0, 39.9, 0.05)).sum() * 0.05
    assert mean_life == pytest.approx(4.0 / (1.0 - RENEWED), abs=0.15)  # X23: L/(1 − r)


def test_pooling_trusts_precise_domains_and_sees_their_spread():
    alike = pool(np.array([1.0, 1.02, 0.98, 1.0]), np.full(4, 0.05))
    apart = pool(np.array([-1.0, 1.0, 3.0, 0.0]), np.full(4, 0.05))
    assert alike.mean == pytest.approx(1.0, abs=0.02)
    assert alike.tau < 0.1
    assert apart.tau > 0.8
    assert pool(np.array([0.0, 1.0]), np.array([1.0, 0.01])).mean > 0.7


def test_the_expected_flow_stays_where_it_is_and_wanders_no_further_than_its_steps_are_kept():
    luck, wave = np.random.default_rng(2), Wave(3.0, 0.1, 0.3)
    steps, level = luck.normal(size=(12, 40000)), luck.normal(size=40000)
    for ahead in (1, 5, 12):
        logs = wave.logs(ahead, level, steps)
        kept = sum(KEPT ** (2 * k) for k in range(ahead))
        assert logs.var() == pytest.approx(0.1**2 + 0.3**2 * kept, rel=0.03)
        assert np.exp(logs).mean() == pytest.approx(np.exp(3.0 + 0.1**2 / 2.0), rel=0.02)
