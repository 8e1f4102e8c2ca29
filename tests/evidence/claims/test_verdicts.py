"""The rule by which numbers become verdicts: what follows from theory, on made-up numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from simulation.evidence.claims.verdicts import (
    AS_PREDICTED,
    BATCHES,
    MIXED,
    NARROW,
    NO_DIFFERENCE,
    NO_EFFECT,
    NOT_TOLD,
    OPPOSITE,
    OTHER_CHANNEL,
    RATE,
    REFUTED,
    SUPPORTED,
    SURE,
    TOO_SMALL,
    chance,
    clear,
    narrow,
    outcome,
    shown_by_control,
    told,
    verdict,
)
from simulation.experiments.analysis.contrasts import CONFIDENCE

SMALLEST = 0.01


@pytest.mark.parametrize(
    ("low", "high", "predicted", "is_told", "expected"),
    [
        (0.1, 0.3, "higher", True, AS_PREDICTED),
        (0.1, 0.3, "lower", True, OPPOSITE),
        (-0.3, -0.1, "lower", True, AS_PREDICTED),
        (-0.3, -0.1, "different", True, AS_PREDICTED),
        (0.1, 0.3, "higher", False, NOT_TOLD),  # among many findings it may be luck
        (-0.1, 0.3, "higher", False, NOT_TOLD),
        (0.001, 0.02, "higher", True, AS_PREDICTED),  # may matter, and is told
        (0.001, 0.009, "higher", True, TOO_SMALL),
        (0.001, 0.009, "lower", True, TOO_SMALL),
        (-0.009, 0.009, "lower", False, NO_DIFFERENCE),
        (0.0, 0.0, "higher", False, NO_DIFFERENCE),
        (-0.5, 0.009, "not higher", True, AS_PREDICTED),
        (-0.5, 0.02, "not higher", False, NOT_TOLD),
        (0.005, 0.02, "not higher", True, OPPOSITE),
        (-0.009, 0.5, "not lower", True, AS_PREDICTED),
        (-0.02, -0.005, "not lower", True, OPPOSITE),
        (-0.009, 0.009, "same", True, AS_PREDICTED),
        (-0.009, 0.02, "same", False, NOT_TOLD),
        (0.005, 0.02, "same", True, OPPOSITE),
        (-0.02, -0.005, "same", True, OPPOSITE),
        (math.nan, math.nan, "higher", False, NOT_TOLD),
    ],
)
def test_outcome_of_an_interval(low: float, high: float, predicted: str, is_told: bool, expected: str) -> None:
    assert outcome(low, high, predicted, SMALLEST, is_told) == expected


@pytest.mark.parametrize(
    ("outcomes", "expected", "as_a_shape"),
    [
        ([AS_PREDICTED, AS_PREDICTED], SUPPORTED, SUPPORTED),
        ([OPPOSITE], REFUTED, REFUTED),
        ([OPPOSITE, NOT_TOLD], REFUTED, REFUTED),
        ([OPPOSITE, NO_DIFFERENCE], REFUTED, REFUTED),
        ([AS_PREDICTED, OPPOSITE], MIXED, REFUTED),
        ([AS_PREDICTED, NO_DIFFERENCE], MIXED, MIXED),
        ([NO_DIFFERENCE, TOO_SMALL], NO_EFFECT, NO_EFFECT),
        ([NOT_TOLD], MIXED, MIXED),
        ([NO_DIFFERENCE, NOT_TOLD], MIXED, MIXED),
        ([OTHER_CHANNEL], MIXED, MIXED),  # the effect is there, but not what makes it
        ([AS_PREDICTED, OTHER_CHANNEL], MIXED, MIXED),
    ],
)
def test_verdict(outcomes: list[str], expected: str, as_a_shape: str) -> None:
    assert verdict(outcomes) == expected
    assert verdict(outcomes, shape=True) == as_a_shape


def test_no_verdict_without_a_check() -> None:
    with pytest.raises(ValueError, match="needs an outcome"):
        verdict([])


# --- told from zero


def test_chance_is_that_of_students_test() -> None:
    pairs = np.array([0.3, -0.1, 0.4, 0.2, 0.5])
    error = pairs.std(ddof=1) / math.sqrt(5)
    assert chance(pairs.mean(), error, 5) == pytest.approx(stats.ttest_1samp(pairs, 0).pvalue)
    assert chance(0.0, 0.0, 5) == 1.0
    assert chance(1e-15, 1e-17, 5) == 1.0  # rounding is no effect
    assert chance(0.2, 0.0, 5) == 0.0  # the same in every pair


def test_the_step_up_rule_on_an_example_by_hand() -> None:
    """Of six, the k-th smallest is held against k/6 of the rate: .0167, .033, .05, .067, .083, .1."""
    assert told([0.9, 0.001, 0.06, 0.03, 0.2, 0.055]) == [False, True, True, True, False, True]
    assert told([]) == []


def test_few_discoveries_are_false() -> None:
    """Among 60 findings without effect and 20 with one, at most a tenth of those told is false, on average."""
    luck = np.random.default_rng(3)
    shares = []
    for _ in range(300):
        scores = np.concatenate([luck.normal(size=60), luck.normal(3.5, 1, 20)])
        found = np.array(told(list(2 * stats.norm.sf(abs(scores)))))
        shares.append(found[:60].sum() / max(1, found.sum()))
        assert found[60:].any()
    assert np.mean(shares) < RATE + 3 * np.std(shares) / math.sqrt(len(shares))


def test_what_is_told_has_an_interval_without_zero() -> None:
    luck = np.random.default_rng(4)
    samples = [luck.normal(shift, 1, 30) for shift in np.repeat((0, 0.3, 0.8), 20)]
    errors = [sample.std(ddof=1) / math.sqrt(30) for sample in samples]
    found = told([chance(sample.mean(), error, 30) for sample, error in zip(samples, errors, strict=True)])
    reach = stats.t.ppf((1 + CONFIDENCE) / 2, 29)
    assert any(found)
    for is_told, sample, error in zip(found, samples, errors, strict=True):
        assert not is_told or abs(sample.mean()) > reach * error


# --- how many pairs


def _stopped(sample: np.ndarray, smallest: float) -> tuple[float, float, int]:
    """Mean, reach of the interval and pairs of a sample that is looked at as checks are."""
    for pairs in BATCHES:
        own = sample[:pairs]
        reach = stats.t.ppf((1 + CONFIDENCE) / 2, pairs - 1) * own.std(ddof=1) / math.sqrt(pairs)
        mean, low, high = own.mean(), own.mean() - reach, own.mean() + reach
        if narrow(low, high, smallest) or clear(mean, low, high, smallest, pairs):
            break
    return float(own.mean()), float(reach), pairs


def test_an_interval_is_narrow_wherever_it_lies() -> None:
    for low, high in ((-0.002, 0.002), (5.0, 5.004), (-9.004, -9.0)):
        assert narrow(low, high, 0.004 / 2 / NARROW)
        assert not narrow(low, high, 0.0039 / 2 / NARROW)


def test_the_rule_of_stopping_does_not_look_at_the_sign() -> None:
    sample = np.random.default_rng(5).normal(size=BATCHES[-1])
    for shift in (0.0, 0.4, 0.6, 7.0):
        for smallest in (0.05, 0.3, 0.4, 0.55):
            assert _stopped(sample + shift, smallest)[2] == _stopped(-sample - shift, smallest)[2]


def test_what_is_clear_is_so_by_students_law() -> None:
    """At 40 pairs with a standard error of 1: clear from 3.313 beyond the smallest effect on (Student's t, .999)."""
    reach = stats.t.ppf((1 + CONFIDENCE) / 2, 39)
    beyond = stats.t.ppf(1 - SURE, 39)
    for sign in (1, -1):
        for difference, expected in ((2 + beyond + 1e-6, True), (2 + beyond - 1e-6, False), (2.0, False), (0.0, False)):
            mean = sign * difference
            assert clear(mean, mean - reach, mean + reach, 2.0, 40) is expected
    assert clear(3.0, 3.0, 3.0, 2.0, 40)
    assert not clear(2.0, 2.0, 2.0, 2.0, 40)
    assert not clear(*[math.nan] * 4, 40)


def test_stopping_early_without_an_effect_leaves_the_mean_unbiased_and_the_interval_honest() -> None:
    luck = np.random.default_rng(6)
    runs = [_stopped(luck.normal(size=BATCHES[-1]), 0.5) for _ in range(2_000)]
    means, reaches, pairs = map(np.array, zip(*runs, strict=True))
    assert set(pairs) >= set(BATCHES[:2])  # some stop early, some later
    assert abs(means.mean()) < 3 * means.std() / math.sqrt(len(means))
    covered = (abs(means) <= reaches).mean()
    assert abs(covered - CONFIDENCE) < 0.02
    assert abs((means > reaches).mean() - (means < -reaches).mean()) < 0.02


def test_what_ends_early_for_its_size_looks_larger_by_as_much_as_the_page_says() -> None:
    """The worst is an effect of four times the smallest that is told from few pairs as often as from many."""
    luck, true, bias, covered = np.random.default_rng(8), (0.3, 0.4, 0.6, 1.0), [], []
    for effect in true:
        runs = [_stopped(luck.normal(effect, 1, BATCHES[-1]), 0.1) for _ in range(1_500)]
        means, reaches, _ = map(np.array, zip(*runs, strict=True))
        bias.append(means.mean() / effect - 1)
        covered.append((abs(means - effect) <= reaches).mean())
    assert 0.05 < max(bias) < 0.13
    assert min(bias) > -0.02
    assert 0.83 < min(covered) < CONFIDENCE


def test_looking_several_times_rarely_calls_larger_what_is_not() -> None:
    """An effect of exactly the smallest size is called clearly larger in few of many samples, at whatever look."""
    luck = np.random.default_rng(7)
    called = 0
    for _ in range(4_000):
        sample = luck.normal(0.05, 1, BATCHES[-1])
        for pairs in BATCHES:
            own = sample[:pairs]
            reach = stats.t.ppf((1 + CONFIDENCE) / 2, pairs - 1) * own.std(ddof=1) / math.sqrt(pairs)
            if clear(own.mean(), own.mean() - reach, own.mean() + reach, 0.05, pairs):
                called += 1
                break
    assert called / 4_000 < 2 * len(BATCHES) * SURE


# --- negative controls


@pytest.mark.parametrize(
    ("effect", "control", "low", "high", "expected"),
    [
        (0.4, 0.4, 0.3, 0.5, True),
        (0.4, 0.2, 0.1, 0.3, True),
        (0.4, 0.19, 0.1, 0.28, False),  # less than half is left: most of it went through the channel
        (0.4, 0.3, -0.1, 0.7, False),  # not told
        (0.4, -0.4, -0.5, -0.3, False),
        (-0.4, -0.4, -0.5, -0.3, True),
        (-0.4, 0.0, 0.0, 0.0, False),
    ],
)
def test_an_effect_that_outlives_its_channel(
    effect: float, control: float, low: float, high: float, expected: bool
) -> None:
    assert shown_by_control(effect, control, low, high) is expected
