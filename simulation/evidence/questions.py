"""One dated question of a register: its chance or its number, with quantiles, and how it will be resolved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Of the quantiles of a number; a chance has the outer two."""


@dataclass(frozen=True)
class Question:
    """One forecast; exactly one of ``probability`` and ``mean`` is a number.

    Attributes
    ----------
    kind
        See :data:`simulation.evidence.register.KINDS`.
    quantiles
        At :data:`LEVELS`; of a chance NaN but for the outer two.
    """

    question: str
    kind: str
    by: date
    probability: float | None
    mean: float | None
    quantiles: tuple[float, ...]
    resolved_by: str


def chance(question: str, kind: str, by: date, probability: float, low: float, high: float, how: str) -> Question:
    """A question that is answered by yes or no, with a 90 % interval of its probability."""
    return Question(question, kind, by, probability, None, (low, *[np.nan] * (len(LEVELS) - 2), high), how)


def number(question: str, kind: str, by: date, draws: NDArray[np.number], how: str) -> Question:
    """A question for a count, of which there are draws; quantiles are numbers that a count can have."""
    found = np.quantile(draws, LEVELS, method="inverted_cdf")
    return Question(question, kind, by, None, float(draws.mean()), tuple(found.tolist()), how)
