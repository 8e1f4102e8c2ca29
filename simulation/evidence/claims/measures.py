"""Numbers that only the claims need; registered while their arms run, as those of the propositions are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulation.evidence.claims.propositions.measures import measure_of
from simulation.outcomes.metrics import StateView

REGION = ("AMU", "Arab_League")
"""The regional bodies of which the paper speaks (C37, C62)."""


def _fellows(view: StateView, row: int) -> NDArray[np.bool_]:
    """States that share one of the regional bodies with an actor."""
    blocs = [k for k, name in enumerate(view.bloc_ids) if name in REGION and view.member[k, row]]
    shared = np.asarray(view.member[blocs], bool)[:, : view.s]
    fellows = np.logical_or.reduce(shared, axis=0)
    fellows[row] = False
    return fellows


def deals_in_region(view: StateView, actor: str) -> float:
    """Partner states in the regional bodies of the actor."""
    row = view.index(actor)
    return float((_fellows(view, row) & (view.depth[row, : view.s] > 0)).sum())


def deals_beyond_region(view: StateView, actor: str) -> float:
    """Partner states outside the regional bodies of the actor."""
    row = view.index(actor)
    return float((~_fellows(view, row) & (view.depth[row, : view.s] > 0)).sum())


OWN_MEASURES = (
    measure_of(deals_in_region, "deals", None, "actor"),
    measure_of(deals_beyond_region, "deals", None, "actor"),
)
