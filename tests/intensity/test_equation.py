"""The intensity, its likelihood and what the likelihood's slope and curvature must be (X20, X22, X24)."""

from dataclasses import replace

import numpy as np
import pytest

from simulation.evidence.deals.fitting import fit
from simulation.intensity.equation import (
    Prior,
    approach_chances,
    consent_chances,
    information,
    log_likelihood,
    log_shares,
    pair_rates,
    rates_from_odds,
    recorded_shares,
    utility,
)

from .worlds import small_period

THETA = np.array([0.4, -0.3, 0.2, 0.5, 0.3, -0.2])
LEVEL = -1.0


def slope_by_differences(f, theta, step=1e-5):
    return np.array([(f(theta + e) - f(theta - e)) / (2 * step) for e in step * np.eye(len(theta))])


def test_the_gradient_is_that_of_finite_differences():
    periods = [small_period(1), small_period(2)]
    _, gradient = log_likelihood(THETA, periods, LEVEL)
    by_hand = slope_by_differences(lambda t: log_likelihood(t, periods, LEVEL)[0], THETA)
    np.testing.assert_allclose(gradient, by_hand, atol=1e-6)


def test_the_information_is_the_curvature_where_the_record_is_as_expected():
    period = small_period(3)
    expected = replace(period, counts=40.0 * np.exp(log_shares(THETA, period, LEVEL)))
    curvature = -slope_by_differences(lambda t: log_likelihood(t, [expected], LEVEL)[1], THETA)
    np.testing.assert_allclose(information(THETA, [expected], LEVEL), curvature, atol=1e-4)


def test_rates_are_symmetric_and_nothing_is_forbidden_but_happens():
    period = small_period(4)
    u = utility(period.x, THETA[:3])
    rates = pair_rates(u, 0.5, period.mask)
    np.testing.assert_allclose(rates, rates.T)
    assert (rates[period.mask == 0] == 0).all()
    assert (rates[period.mask > 0] > 0).all()
    np.testing.assert_allclose(rates_from_odds(np.exp(u) * period.mask, 0.5), rates, rtol=1e-12)


def test_an_actor_without_a_possible_partner_turns_to_nobody():
    mask = 1.0 - np.eye(4)
    mask[0], mask[:, 0] = 0.0, 0.0
    p = approach_chances(np.zeros((4, 4)), mask)
    assert p[0].sum() == 0.0
    np.testing.assert_allclose(p[1:].sum(axis=1), 1.0)


def test_approaches_drawn_one_by_one_give_the_intensity_on_the_mean():
    """A softmax is the chance of being a Gumbel maximum, so simulation and likelihood are one and the same."""
    period, luck, years = small_period(5), np.random.default_rng(5), 40_000
    u, omega = utility(period.x, THETA[:3]), 1.5
    allowed = np.where(period.mask > 0, u, -np.inf)
    consent = consent_chances(u, 0.5)
    made = np.zeros_like(u)
    for i in range(len(u)):
        approaches = luck.poisson(omega, years).sum()
        chosen = (allowed[i] + luck.gumbel(size=(approaches, len(u)))).argmax(axis=1)
        agreed = luck.random(approaches) < consent[chosen, i]
        made[i] += np.bincount(chosen[agreed], minlength=len(u))
    made += made.T
    rates = pair_rates(u, 0.5, period.mask, omega)
    error = np.sqrt(rates / years)
    assert (np.abs(made / years - rates) <= 4.5 * error).all()


def test_shares_recorded_stay_within_their_bounds():
    z = np.linspace(-9, 9, 16).reshape(1, 4, 4)
    shares = recorded_shares(0.0, np.array([1.0]), z)
    assert shares.min() == 0.1
    assert shares.max() == 0.85


def test_a_fit_finds_the_coefficients_behind_a_long_record():
    period, luck = small_period(6, actors=14), np.random.default_rng(6)
    theta = np.array([0.8, -0.5, 0.3, 1.0])
    bare = replace(period, z=np.zeros((0, 14, 14)))
    counts = np.triu(luck.poisson(30_000 * np.nan_to_num(np.exp(log_shares(theta, bare)))), 1).astype(float)
    found = fit([replace(bare, counts=counts + counts.T)], list("abck"), Prior(np.zeros(4), np.full(4, 5.0)))
    assert (np.abs(found.mode - theta) <= 4 * found.sd).all()
    assert found.events == counts.sum()


def test_without_a_record_a_fit_is_its_prior():
    period = small_period(7)
    empty = replace(period, counts=np.zeros_like(period.counts))
    prior = Prior(np.arange(6.0), np.full(6, 0.5))
    found = fit([empty], list("abcdef"), prior)
    np.testing.assert_allclose(found.mode, prior.mean)
    np.testing.assert_allclose(found.sd, prior.sd)


@pytest.mark.parametrize("seed", [1, 2])
def test_masked_pairs_have_no_share(seed):
    period = small_period(seed)
    shares = log_shares(THETA, period, LEVEL)
    assert np.isneginf(shares[period.mask == 0]).all()
    assert np.exp(shares).sum() / 2 == pytest.approx(1.0)
