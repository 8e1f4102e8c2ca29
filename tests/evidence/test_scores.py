"""Scores against numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulation.evidence import scores

P, Y = np.array([0.9, 0.2, 0.6, 0.4]), np.array([1.0, 0.0, 0.0, 1.0])


def test_brier_and_log() -> None:
    assert scores.brier(P, Y) == pytest.approx((0.01 + 0.04 + 0.36 + 0.36) / 4)
    assert scores.log_score(P, Y) == pytest.approx(-(math.log(0.9) + math.log(0.8) + 2 * math.log(0.4)) / 4)
    assert scores.log_score(np.array([0.0]), np.array([1.0])) == pytest.approx(-math.log(scores.FLOOR))


def test_auc_counts_pairs() -> None:
    assert scores.auc(P, Y) == pytest.approx(3 / 4)
    assert scores.auc(np.full(4, 0.5), Y) == pytest.approx(0.5)
    assert math.isnan(scores.auc(P, np.ones(4)))


def test_average_precision_by_hand() -> None:
    p, y = np.array([0.9, 0.8, 0.7, 0.6]), np.array([1.0, 0.0, 1.0, 0.0])
    assert scores.average_precision(p, y) == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert scores.average_precision(np.full(4, 0.5), y) == pytest.approx(0.5)  # no order: the base rate


def test_wilson() -> None:
    low, high = scores.wilson(9, 9)
    assert low == pytest.approx(9 / (9 + 1.959964**2), abs=1e-6)
    assert high == pytest.approx(1.0)


def test_crps_of_an_ensemble() -> None:
    """Against the integral of the squared difference of distribution functions, and for one sure draw."""
    assert scores.crps(np.array([2.0]), 5.0) == pytest.approx(3.0)
    draws, happened = np.array([0.0, 1.0, 1.0, 4.0]), 2.0
    x = np.linspace(-1, 6, 70_001)
    distance = (np.searchsorted(draws, x, side="right") / 4 - (x >= happened)) ** 2
    assert scores.crps(draws, happened) == pytest.approx(np.trapezoid(distance, x), abs=1e-3)
    # a standard normal at its mean: 2φ(0) − 1/√π (Gneiting & Raftery 2007, eq. 21)
    normal = np.random.default_rng(1).standard_normal(20_000)
    assert scores.crps(normal, 0.0) == pytest.approx(2 / math.sqrt(2 * math.pi) - 1 / math.sqrt(math.pi), abs=5e-3)


def test_intervals_hold_their_ends_and_are_counted() -> None:
    draws = np.arange(101)
    assert scores.inside(draws, 5, 0.9)
    assert not scores.inside(draws, 4, 0.9)
    assert str(scores.covered([True, True, False])) == "2 of 3 (0.21 to 0.94)"
    assert str(scores.covered([False] * 10)) == "0 of 10 (0.00 to 0.28)"  # rounding leaves the lower end below 0


def test_an_interval_is_fined_for_what_lies_outside() -> None:
    assert scores.interval_score(10, 20, 15, 0.9) == 10
    assert scores.interval_score(10, 20, 22, 0.9) == pytest.approx(10 + 2 * 20)


def test_difficulty_is_what_knowing_the_share_alone_would_score() -> None:
    assert scores.adjusted_brier(np.full(4, 0.5), Y) == 0.0
    assert scores.adjusted_brier(P, Y) == pytest.approx(0.1925 - 0.25)
    assert scores.adjusted_brier(Y, Y) == -0.25


def test_variogram_by_hand() -> None:
    """Two draws of two counts differ by 1 and 3, 2 on the mean; one happened: (1 − 2)²."""
    drawn, pair = np.array([[0.0, 1.0], [0.0, 3.0]]), np.array([[0], [1]])
    assert scores.variogram(drawn, np.array([2.0, 3.0]), pair) == pytest.approx(1.0)
    assert scores.variogram(drawn, np.array([0.0, 2.0]), pair) == 0.0


def test_quantiles_are_scored_by_their_pinball_loss() -> None:
    """By hand: 2 above and 1 below what happened; with many levels it is the CRPS of the distribution."""
    found = scores.quantile_score(np.array([[7.0, 4.0]]), (0.5, 0.9), np.array([5.0]))
    assert found == pytest.approx([2 * (0.5 * 2 + 0.9 * 1) / 2])
    draws, levels = np.array([0.0, 1.0, 1.0, 4.0]), (np.arange(4000) + 0.5) / 4000
    quantiles = np.quantile(draws, levels, method="inverted_cdf")
    assert scores.quantile_score(quantiles[None], levels, np.array([2.0])) == pytest.approx(scores.crps(draws, 2.0))
