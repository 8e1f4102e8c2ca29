"""The one rule by which numbers become outcomes, and outcomes a verdict.

In words it is on the page that :mod:`simulation.evidence.claims.page` writes; here it is code. Nothing else decides.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from scipy.special import stdtr, stdtrit
from scipy.stats import false_discovery_control

from simulation.experiments.analysis.contrasts import CONFIDENCE

RATE = 0.1
"""Share of false discoveries that is accepted among findings told from zero."""
NARROW = 0.5
"""An interval is narrow if its half width is at most this share of the smallest effect that matters."""
SURE = 0.001
"""Chance below which an effect is larger than what matters whatever further pairs say (Haybittle 1971; Peto and others
1976): so severe that looking several times adds next to nothing to the errors of the last look. What ends early looks
larger than it is, by a tenth on average at worst."""
SAME = 0.5
"""A negative control shows the same effect from this share of it on."""
BATCHES = (40, 72, 120, 200)
"""Pairs after which a finding is looked at, and the most it gets; mechanism checks and negative controls get the
first."""
SAME_AS = "same"
"""The prediction that both sides are equal."""

AS_PREDICTED, OPPOSITE, NO_DIFFERENCE = "as predicted", "opposite", "no difference that matters"
TOO_SMALL, NOT_TOLD, OTHER_CHANNEL = "too small to matter", "not told", "not by the claimed channel"
SUPPORTED, REFUTED, NO_EFFECT, MIXED = "supported", "refuted", "no effect that matters", "mixed"
NOT_TESTABLE, NOT_RUN = "not testable", "not yet run"
VERDICTS = (SUPPORTED, REFUTED, NO_EFFECT, MIXED, NOT_TESTABLE, NOT_RUN)

_ZERO = 1e-12  # sums of equal numbers in another order differ by no more


def chance(difference: float, error: float, pairs: float) -> float:
    """Probability of so large a mean difference by luck alone, on either side (Student); 1 where nothing differs.

    Parameters
    ----------
    difference, error
        Mean of the pairs and its standard error.
    pairs
        Their number, at least 2.
    """
    if abs(difference) <= _ZERO:
        return 1.0
    return float(2 * stdtr(pairs - 1, -abs(difference) / error)) if error > 0 else 0.0


def told(chances: Sequence[float]) -> list[bool]:
    """Which of several differences are told from zero at :data:`RATE` (Benjamini & Hochberg 1995)."""
    if not len(chances):
        return []
    return [bool(one) for one in false_discovery_control(np.asarray(chances, float), method="bh") <= RATE]


def narrow(low: float, high: float, smallest: float) -> bool:
    """Whether an interval needs no more pairs because of its width, wherever it lies."""
    return (high - low) / 2 <= NARROW * smallest


def clear(difference: float, low: float, high: float, smallest: float, pairs: float) -> bool:
    """Whether an effect needs no more pairs because it is larger than what matters beyond doubt, on either side.

    Parameters
    ----------
    difference, low, high
        Mean of the pairs and its 90 % interval (Student).
    smallest
        Smallest difference that matters.
    pairs
        Their number, at least 2.
    """
    error = (high - low) / 2 / stdtrit(pairs - 1, (1 + CONFIDENCE) / 2)
    margin = abs(difference) - smallest
    return bool(stdtr(pairs - 1, -margin / error) <= SURE) if error > 0 else margin > 0


def outcome(low: float, high: float, predicted: str, smallest: float, is_told: bool) -> str:
    """What an interval says of a prediction.

    Parameters
    ----------
    low, high
        Interval of A less B; for figures of the data both are their difference.
    predicted
        ``higher``, ``lower``, ``different``; ``not higher``, ``not lower`` and ``same`` hold as soon as the interval
        stays within the smallest effect on the sides that they close.
    smallest
        Smallest difference that matters.
    is_told
        Whether the difference is told from zero.
    """
    if any(map(math.isnan, (low, high, smallest))):
        return NOT_TOLD
    if predicted in ("not higher", "not lower", SAME_AS):
        below, above = predicted != "not higher", predicted != "not lower"
        if (low >= -smallest or not below) and (high <= smallest or not above):
            return AS_PREDICTED
        return OPPOSITE if is_told and ((low > 0 and above) or (high < 0 and below)) else NOT_TOLD
    if low >= -smallest and high <= smallest:
        return TOO_SMALL if is_told else NO_DIFFERENCE
    if not is_told or low <= 0 <= high:
        return NOT_TOLD
    return AS_PREDICTED if {"higher": low > 0, "lower": high < 0, "different": True}[predicted] else OPPOSITE


def shown_by_control(difference: float, control: float, low: float, high: float) -> bool:
    """Whether the same effect comes out with the claimed channel off: told from zero, same side, half as large.

    Parameters
    ----------
    difference
        The effect with the channel on.
    control, low, high
        The effect with the channel off, and its interval.
    """
    beyond = low > _ZERO if difference > 0 else high < -_ZERO
    return beyond and abs(control) >= SAME * abs(difference)


def verdict(outcomes: Iterable[str], shape: bool = False) -> str:
    """The verdict from the outcomes of the checks that count.

    All as predicted: supported. None as predicted, and one opposite: refuted. All without a difference that matters:
    no effect that matters. Anything else: mixed. One check on the wrong side refutes a ``shape``, whose checks stand
    or fall together.

    Raises
    ------
    ValueError
        If there is no outcome.
    """
    found = set(outcomes)
    if not found:
        raise ValueError("a verdict needs an outcome")
    if found == {AS_PREDICTED}:
        return SUPPORTED
    if OPPOSITE in found and (shape or AS_PREDICTED not in found):
        return REFUTED
    return NO_EFFECT if found <= {NO_DIFFERENCE, TOO_SMALL} else MIXED
