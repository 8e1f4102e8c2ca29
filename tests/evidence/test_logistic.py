"""Logistic regression where its mode is known exactly."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logit

from simulation.evidence.logistic import fit_logistic, shortened

GROUP = np.repeat([0.0, 1.0], [40, 60])
HAPPENED = np.concatenate([np.arange(40) < 10, np.arange(60) < 45]).astype(float)
"""10 of 40, and 45 of 60."""


def test_two_groups_have_the_log_odds_of_their_shares() -> None:
    mode, curvature = fit_logistic(np.column_stack([np.ones(100), GROUP]), HAPPENED)
    assert mode == pytest.approx([logit(0.25), logit(0.75) - logit(0.25)], abs=1e-9)
    assert np.linalg.inv(curvature)[0, 0] == pytest.approx(1 / (40 * 0.25 * 0.75), rel=1e-5)


def test_sizes_of_columns_do_not_matter_without_a_prior() -> None:
    """Unit and origin of a column change its weight and the level only, also far from zero."""
    plain, _ = fit_logistic(np.column_stack([np.ones(100), GROUP]), HAPPENED)
    moved, _ = fit_logistic(np.column_stack([np.ones(100), 50.0 + GROUP / 100.0]), HAPPENED)
    assert moved[1] == pytest.approx(100.0 * plain[1], rel=1e-6)


def test_a_narrow_prior_leaves_the_level() -> None:
    mode, _ = fit_logistic(np.column_stack([GROUP, np.ones(100)]), HAPPENED, np.array([1e8, 0.0]))
    assert mode == pytest.approx([0.0, logit(0.55)], abs=1e-5)


def test_a_step_too_long_is_halved_until_it_gains() -> None:
    def loss(at: np.ndarray) -> float:
        return float((at**2).sum())

    assert shortened(np.array([-8.0]), np.array([1.0]), loss).tolist() == [-2.0]
    assert shortened(np.array([-1.0]), np.array([1.0]), loss).tolist() == [-1.0]
