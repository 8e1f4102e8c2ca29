"""What a claim is tested by, and the one rule by which a verdict follows.

The rule, in words, is on the page that :mod:`simulation.evidence.claims.page` writes; here it is code.
Nothing else decides a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from simulation.data.world import World
from simulation.evidence.claims.propositions.effects import HORIZON, Effect, Reading

Predicted = Literal["higher", "lower", "not higher", "not lower", "different"]
Kind = Literal["experiment", "built in"]

MARGIN = 0.01
"""A difference below this share of the larger side is no difference that matters."""

AS_PREDICTED, OPPOSITE, NO_DIFFERENCE, NOT_TOLD = "as predicted", "opposite", "no difference", "not told"
SUPPORTED, REFUTED, MIXED, NOT_TESTABLE, NOT_RUN = "supported", "refuted", "mixed", "not testable", "not yet run"
VERDICTS = (SUPPORTED, REFUTED, MIXED, NOT_TESTABLE, NOT_RUN)


@dataclass(frozen=True)
class Contrast:
    """A number in one run less the same in another that shares its luck.

    Attributes
    ----------
    effect
        Arms, metrics and quarters; its own ``sign`` is not used.
    predicted
        What the claim says of side A against side B.
    kind
        ``built in`` where the sign is that of an equation or a switch of the model, so that the
        effect shows the size of an assumption and not that the claim is true.
    """

    effect: Effect
    predicted: Predicted
    kind: Kind = "experiment"


@dataclass(frozen=True)
class Record:
    """A figure of the shipped data against another.

    Attributes
    ----------
    what, compared
        In words that go together.
    figures
        Both figures, from the world of the baseline and the id of its focal state.
    tables
        Shipped tables that they come from.
    """

    what: str
    compared: str
    predicted: Predicted
    figures: Callable[[World, str], tuple[float, float]]
    tables: tuple[str, ...]


Check = Contrast | Record


@dataclass(frozen=True)
class Claim:
    """A claim of the paper.

    Attributes
    ----------
    id, section
        Number in the ledger, and section of the paper.
    statement
        The claim in our own short words.
    role
        Letters of the ledger: ``A`` mechanism, ``E`` experiment, ``D`` data, ``S`` lever.
    checks
        What it is tested by. The first one is the headline.
    remark
        What the checks leave out; for a claim without checks the reason why it is not testable.
    part
        Whether the checks leave out a part of the claim, so that the verdict is on the rest.
    """

    id: str
    section: str
    statement: str
    role: str
    checks: tuple[Check, ...]
    remark: str = ""
    part: bool = False


def outcome(a: float, b: float, low: float, high: float, predicted: str) -> str:
    """What an interval says of a prediction.

    Parameters
    ----------
    a, b
        Means of both sides; :data:`MARGIN` is a share of the larger.
    low, high
        Interval of A less B; for figures of the data both are their difference.
    predicted
        As in :data:`Predicted`.

    Returns
    -------
    str
        :data:`NO_DIFFERENCE` where the whole interval lies within the margin, else on which side
        of zero all of it lies, else :data:`NOT_TOLD`. "Not higher" and "not lower" hold as soon
        as the interval stays on their side of the margin.
    """
    margin = MARGIN * max(abs(a), abs(b))
    if any(map(math.isnan, (low, high))):
        return NOT_TOLD
    if predicted in ("not higher", "not lower"):
        reach, start = (high, low) if predicted == "not higher" else (-low, -high)
        return AS_PREDICTED if reach <= margin else (OPPOSITE if start > 0 else NOT_TOLD)
    if low >= -margin and high <= margin:
        return NO_DIFFERENCE
    if low <= 0 <= high:
        return NOT_TOLD
    wanted = {"higher": low > 0, "lower": high < 0, "different": True}[predicted]
    return AS_PREDICTED if wanted else OPPOSITE


def verdict(outcomes: Iterable[str]) -> str:
    """The verdict on a claim from the outcomes of its checks.

    All as predicted: supported. None as predicted, and one opposite or all without difference:
    refuted. Anything else: mixed.

    Raises
    ------
    ValueError
        If there is no outcome.
    """
    found = list(outcomes)
    if not found:
        raise ValueError("a verdict needs an outcome")
    if all(one == AS_PREDICTED for one in found):
        return SUPPORTED
    if AS_PREDICTED not in found and (OPPOSITE in found or all(one == NO_DIFFERENCE for one in found)):
        return REFUTED
    return MIXED


# --- short ways to write contrasts


def gap(
    what: str,
    compared: str,
    metric: str,
    arms: tuple[str, str],
    predicted: Predicted,
    quarter: str = HORIZON,
    kind: Kind = "experiment",
) -> Contrast:
    """A metric in the first arm less the same in the second."""
    a, b = arms
    return combined(what, compared, predicted, (1.0, a, metric, quarter), (-1.0, b, metric, quarter), kind=kind)


def switch(what: str, metric: str, mechanism: str, predicted: Predicted, base: str = "baseline") -> Contrast:
    """A metric with a mechanism on less the same with it off."""
    arms = (base, without(mechanism, base))
    return gap(what, f"with the switch `{mechanism}` on against off", metric, arms, predicted, kind="built in")


def combined(
    what: str, compared: str, predicted: Predicted, *terms: tuple[float, str, str, str], kind: Kind = "experiment"
) -> Contrast:
    """A weighted sum of (weight, arm, metric, quarter)."""
    readings = tuple((weight, Reading(arm, metric, quarter)) for weight, arm, metric, quarter in terms)
    return Contrast(Effect(what, compared, readings, 0), predicted, kind)


def without(mechanism: str, base: str = "baseline") -> str:
    """Name of an arm with a mechanism off."""
    return f"{base} without {mechanism}"
