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
    assert scores.brier(P, Y, np.array([1, 0, 0, 0])) == pytest.approx(0.01)
    assert scores.log_score(np.array([0.0]), np.array([1.0])) == pytest.approx(-math.log(scores.FLOOR))


def test_auc_counts_pairs() -> None:
    assert scores.auc(P, Y) == pytest.approx(3 / 4)
    assert scores.auc(np.full(4, 0.5), Y) == pytest.approx(0.5)
    assert math.isnan(scores.auc(P, np.ones(4)))


def test_skill_and_wilson() -> None:
    assert scores.skill(0.1, 0.2) == pytest.approx(0.5)
    low, high = scores.wilson(9, 9)
    assert low == pytest.approx(9 / (9 + 1.959964**2), abs=1e-6)
    assert high == pytest.approx(1.0)


def test_bootstrap_holds_the_score() -> None:
    blocks = [np.column_stack([P, Y]), np.column_stack([P[::-1], Y])]
    low, high = scores.bootstrap(lambda chosen: float(np.mean([b[:, 0].mean() for b in chosen])), blocks, 200)
    assert low < P.mean() < high
