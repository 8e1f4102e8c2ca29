"""One event of an explained run, in rows of the model's arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from simulation.state import MAX_DEPTH

RUNG = 1.0 / MAX_DEPTH
"""What a rung of a deal counts as a commitment."""


@dataclass(frozen=True)
class Side:
    """What one actor weighed up: terms that add up to what decided.

    Attributes
    ----------
    actor, other
        Whose view, and of whom; -1 of nobody.
    sum
        What the terms add up to: one of :data:`simulation.experiments.explanation.tables.SUMS`.
    decided
        The sum as the model computed it.
    terms
        By name; none where the actor has a rule of its own.
    given
        Other numbers that bore on it.
    """

    actor: int
    other: int
    sum: str
    decided: float
    terms: Mapping[str, float]
    given: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """Something that happened to a deal, a bloc or an instrument of the explained actor.

    Attributes
    ----------
    kind
        One of :data:`simulation.experiments.explanation.tables.KINDS`.
    about
        Rows of the partners; the one number of the instrument or the bloc.
    reason
        Of :data:`simulation.experiments.explanation.tables.REASONS`, in the order in which they are told.
    track, depth
        Code of the track, -1 none; depth afterwards.
    by, third, who
        Who turned to the other, broke a promise or gave up; who joined the two; who could not pay or whose public
        refused.
    probability, luck
        Of the answer that mattered, and the uniform draw that had to lie below it; missing where none was drawn.
    commitments
        Change of the actor's commitments, in binding deals.
    """

    kind: str
    about: tuple[int, ...]
    reason: tuple[str, ...]
    track: int = -1
    depth: int = 0
    by: tuple[int, ...] = ()
    third: tuple[int, ...] = ()
    who: tuple[int, ...] = ()
    probability: float = math.nan
    luck: float = math.nan
    commitments: float = 0.0
    sides: tuple[Side, ...] = ()
