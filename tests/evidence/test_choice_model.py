"""Two-sided choice estimated by likelihood: against a published data set, and against itself."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from scipy import optimize

from simulation.errors import DataError, ModelError
from simulation.evidence.deals.choice_model import ChoiceData, Event, Fit, evaluate, fit, profile_interval
from simulation.evidence.deals.deal_history import (
    TIE,
    Change,
    Standing,
    choice_data,
    inertia,
    pair,
    shared_partners,
)
from tests.evidence import fisheries

published = pytest.mark.skipif(
    not fisheries.FOLDER.is_dir(),
    reason="the treaties of Stadtfeld et al. (GPL-3) are not shipped; put them into ../shared/data/reference/fisheries",
)
NULL, AT_PUBLISHED, TOP = -640.592, -386.0, -349.2
"""Log-likelihood of the treaties: no weights, published weights, and what the maximum must reach."""


@functools.cache
def treaties() -> ChoiceData:
    return fisheries.history()


@functools.cache
def top() -> Fit:
    return fit(treaties())


# --- the published data set


@published
def test_treaties_have_the_published_likelihoods() -> None:
    assert len(treaties().events) == 69
    assert evaluate(treaties(), np.zeros(8))[0] == pytest.approx(NULL, abs=5e-4)
    assert evaluate(treaties(), np.array(fisheries.PUBLISHED))[0] == pytest.approx(AT_PUBLISHED, abs=0.5)


@published
def test_treaties_have_a_higher_maximum_where_the_gradient_vanishes() -> None:
    """The published weights are not the maximum: inertia is far lower there (see the reference's own note)."""
    assert top().log_likelihood >= TOP
    assert np.abs(top().gradient * top().standard_errors).max() < 1e-5
    independent = optimize.minimize(
        lambda weights: -evaluate(treaties(), weights)[0],
        np.array(fisheries.PUBLISHED),
        jac=lambda weights: -evaluate(treaties(), weights)[1],
        method="BFGS",
        options={"gtol": 1e-4},
    )
    assert -independent.fun == pytest.approx(top().log_likelihood, abs=1e-6)
    assert np.abs((independent.x - top().weights) / top().standard_errors).max() < 1e-3


@published
@pytest.mark.parametrize("effect", ["inertia", "shared partners"])
def test_intervals_of_the_treaties(effect: str) -> None:
    place = treaties().effects.index(effect)
    low, high = profile_interval(treaties(), top(), effect, 0.95)
    reach = 1.96 * top().standard_errors[place]
    assert top().weights[place] - low == pytest.approx(reach, rel=0.15)
    assert high - top().weights[place] == pytest.approx(reach, rel=0.15)
    if effect == "inertia":
        assert high < fisheries.PUBLISHED[place]


# --- worlds of our own


def _event(rng: np.random.Generator, weights: np.ndarray, actors: int = 9, recorded: int = 1) -> Event:
    """A deal drawn from the model itself."""
    statistics = rng.normal(size=(len(weights) - recorded, actors, actors))
    half = rng.normal(size=(recorded, actors, actors))
    possible = ~np.eye(actors, dtype=bool)
    possible[0, 1] = possible[1, 0] = False
    event = Event(statistics, half + half.transpose(0, 2, 1), possible, 2, 3)
    a, b = event.pairs
    probability = np.array([_by_hand(event, weights, int(i), int(j)) for i, j in zip(a, b, strict=True)])
    drawn = rng.choice(len(a), p=probability / probability.sum())
    return Event(event.statistics, event.recording, possible, int(b[drawn]), int(a[drawn]))


def _by_hand(event: Event, weights: np.ndarray, i: int, j: int) -> float:
    """p(i→j) p(j→i) r_ij, one sum at a time."""
    choices = len(event.statistics)

    def choose(one: int, other: int) -> float:
        worth = {
            k: float(np.exp(sum(weights[e] * event.statistics[e, one, k] for e in range(choices))))
            for k in range(len(event.possible))
            if event.possible[one, k]
        }
        return worth[other] / sum(worth.values())

    recorded = np.exp(sum(weights[choices + e] * event.recording[e, i, j] for e in range(len(event.recording))))
    return choose(i, j) * choose(j, i) * float(recorded)


TRUE = np.array([0.8, -0.5, 0.4])


@functools.cache
def synthetic(count: int) -> ChoiceData:
    rng = np.random.default_rng(20)
    return ChoiceData(("one", "two", "recorded"), 2, tuple(_event(rng, TRUE) for _ in range(count)))


def test_likelihood_is_the_formula() -> None:
    data = synthetic(5)
    total = 0.0
    for event in data.events:
        a, b = event.pairs
        every = [_by_hand(event, TRUE, int(i), int(j)) for i, j in zip(a, b, strict=True)]
        total += np.log(_by_hand(event, TRUE, event.first, event.second) / sum(every))
    assert evaluate(data, TRUE)[0] == pytest.approx(total, rel=1e-12)


def test_gradient_and_hessian_are_exact() -> None:
    data, at, step = synthetic(5), np.array([0.3, 0.2, -0.6]), 1e-5
    _, gradient, hessian = evaluate(data, at)
    for k, unit in enumerate(np.eye(3)):
        up, down = evaluate(data, at + step * unit), evaluate(data, at - step * unit)
        assert (up[0] - down[0]) / (2 * step) == pytest.approx(gradient[k], rel=1e-7)
        assert (up[1] - down[1]) / (2 * step) == pytest.approx(hessian[k], rel=1e-6)


def test_weights_that_made_the_deals_are_found() -> None:
    found = fit(synthetic(400))
    assert np.abs((found.weights - TRUE) / found.standard_errors).max() < 2.5
    assert found.standard_errors.max() < 0.1
    low, high = profile_interval(synthetic(400), found, "two")
    assert low < TRUE[1] < high


def test_a_prior_pulls_towards_nought() -> None:
    free, held = fit(synthetic(20)), fit(synthetic(20), [0.1, np.inf, np.inf])
    assert abs(held.weights[0]) < 0.5 * abs(free.weights[0])
    assert held.log_likelihood < free.log_likelihood


def test_what_separates_has_no_weight_but_with_a_prior_an_open_one() -> None:
    tie = np.zeros((4, 4))
    tie[0, 1] = tie[1, 0] = 1.0
    event = Event(tie[None], np.zeros((0, 4, 4)), ~np.eye(4, dtype=bool), 0, 1)
    data = ChoiceData(("always",), 1, (event,) * 3)
    with pytest.raises(ModelError, match="no top"):
        fit(data)
    assert fit(data, [2.0]).weights[0] > 0.5


def test_faults_are_told() -> None:
    with pytest.raises(DataError, match="no deal"):
        ChoiceData(("one",), 1, ())
    with pytest.raises(DataError, match="no effect 'three'"):
        profile_interval(synthetic(5), fit(synthetic(5)), "three")


# --- histories


def _standing() -> Standing:
    possible = ~np.eye(4, dtype=bool)
    possible[2, 3] = possible[3, 2] = False
    return Standing(
        tuple("abcd"), np.zeros((4, 4)), np.ones(4, bool), possible, {}, {"near": np.arange(16.0).reshape(4, 4)}
    )


EFFECTS = {"inertia": inertia, "shared": shared_partners, "near": pair("near")}


def test_a_deal_sees_what_was_there_before_it() -> None:
    deals = [Change(2.0, TIE, ("a", "c"), 1), Change(1.0, TIE, ("a", "b"), 1), Change(3.0, TIE, ("b", "c"), 1)]
    first, second, third = choice_data(_standing(), deals, EFFECTS).events
    assert first.statistics[0].sum() == 0
    assert second.statistics[0].sum() == 2
    assert third.statistics[1][1, 2] == 1
    assert third.statistics[2][1, 2] == 6
    assert (third.first, third.second) == (1, 2)


def test_who_is_absent_is_no_choice() -> None:
    changes = [Change(1.0, "present", ("d",), 0), Change(1.0, TIE, ("a", "b"), 1)]
    (event,) = choice_data(_standing(), changes, EFFECTS).events
    assert event.statistics.shape == (3, 3, 3)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Change(1.0, TIE, ("a", "x"), 1), "no actor 'x'"),
        (Change(1.0, TIE, ("c", "d"), 1), "not possible"),
        (Change(1.0, "far", ("a", "b"), 1), "nothing that the history starts with"),
    ],
)
def test_a_history_that_cannot_be(change: Change, told: str) -> None:
    with pytest.raises(DataError, match=told):
        choice_data(_standing(), [change, Change(2.0, TIE, ("a", "b"), 1)], EFFECTS)
