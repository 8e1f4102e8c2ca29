"""One event of an explained run, in rows of the model's arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from simulation.processes.links import count_shared
from simulation.processes.value import View, Weights, value, value_factors
from simulation.state import MAX_DEPTH

RUNG = 1.0 / MAX_DEPTH
"""What a rung of a deal counts as a commitment."""


@dataclass(frozen=True)
class Side:
    """What one actor weighed up: factors that multiply to ``value``, terms that add up to what decided.

    Attributes
    ----------
    actor, other
        Whose view, and of whom; -1 of nobody.
    weight
        Of this partner in the actor's mean, 1 unless a contract of three gives it two new partners.
    factors, value
        Factors of V, and V as the model computes it; none where no value is involved.
    terms
        Of the utility, the log odds or the probability.
    given
        Other numbers that bore on it.
    """

    actor: int
    other: int
    terms: Mapping[str, float]
    factors: Mapping[str, float] = field(default_factory=dict)
    value: float = math.nan
    given: Mapping[str, float] = field(default_factory=dict)
    weight: float = 1.0


@dataclass(frozen=True)
class Event:
    """Something that happened to a deal or an instrument of the explained actor.

    Attributes
    ----------
    kind
        One of :data:`simulation.experiments.explanation.tables.KINDS`.
    about
        Rows of the partners; of a join the one number of the instrument.
    track, depth
        Code of the track, -1 none; depth of the deal afterwards, or that was refused.
    by, refused_by
        Who offered, broke, shed or wanted out; who said no or could not.
    reason
        One of :data:`simulation.experiments.explanation.tables.REASONS`.
    probability, luck
        Of the yes that mattered, and the uniform draw that had to lie below it; missing where none was drawn.
    decided
        By actor, the utility, log odds or probability as the model computed it.
    commitments
        Change of the actor's commitments, in binding deals.
    """

    kind: str
    about: tuple[int, ...]
    track: int = -1
    depth: int = 0
    by: tuple[int, ...] = ()
    refused_by: tuple[int, ...] = ()
    reason: str = ""
    probability: float = math.nan
    luck: float = math.nan
    decided: Mapping[int, float] = field(default_factory=dict)
    commitments: float = 0.0
    sides: tuple[Side, ...] = ()


def worth(v: View, w: Weights, i: int, j: int) -> float:
    """V_ij as the model computes it."""
    return float(value(v, w, i, j, count_shared(v.depth, i, j)))


def valued(
    v: View, w: Weights, i: int, j: int, terms: Mapping[str, float], given: Mapping[str, float], weight: float = 1.0
) -> Side:
    """A side that weighs up a deal: with the factors of its value."""
    known = {"trust": float(v.trust_hat[i, j]), "depth": float(v.depth[i, j]), "load": float(v.load[i])}
    return Side(i, j, terms, value_factors(v, w, i, j), worth(v, w, i, j), {**known, **given}, weight)
