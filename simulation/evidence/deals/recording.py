"""Why a deal of a pair is in the record: whose press was searched, in which language, and how large the states are."""

from __future__ import annotations

import numpy as np

from simulation.arithmetic import exp
from simulation.data.judged_pairs import Places
from simulation.data.tables import table
from simulation.evidence.deals.places import judged_states
from simulation.kernels import exp as exp_of_one
from simulation.state import F

REASONS = ("searched", "english", "size")
"""Reasons in the order of every array."""
SEARCHED = frozenset(state for (state,) in judged_states("searched"))
"""States whose press was searched for the list of AI deals, see ``SOURCES.md``."""
_HALVINGS = 40
SHARE, LEAST_SHARE, MOST_SHARE = 0.4, 0.25, 0.6
"""Share of the world's AI deals that the list is taken to hold, and the band of it: assumptions, no data tell it."""


def reasons(places: Places, size: F) -> F:
    """(R, n, n) symmetric, in the order of :data:`REASONS`.

    Parameters
    ----------
    places
        Actors.
    size
        (n,) log gross domestic product less the mean.
    """
    searched = np.isin(places.homes, list(SEARCHED))
    english = np.isin(places.homes, list(english_speaking()))
    either = [(marks | marks[:, None]).astype(float) for marks in (searched, english)]
    return np.stack([*either, size[:, None] + size])


def english_speaking() -> frozenset[str]:
    """States with English as an official language."""
    return frozenset(row["iso3"] for row in table("states") if "English" in (row["language_1"], row["language_2"]))


def level_for(share: float, rate: F, raw: F, least: float, most: float) -> float:
    """c of ρ = clip(e^{c + raw}) at which the record holds a share of the flow.

    Parameters
    ----------
    share
        Wanted: Σ λ ρ / Σ λ.
    rate
        Intensities of pairs, in any shape.
    raw
        Σ_k γ_k z_k, alike.
    least, most
        Bounds of ρ.
    """
    inside = rate > 0
    weight, reason = rate[inside] / rate[inside].sum(), exp(raw[inside])
    low, high = -20.0, 20.0
    for _ in range(_HALVINGS):  # bisection: the share rises with c
        middle = (low + high) / 2
        if float((weight * np.clip(exp_of_one(middle) * reason, least, most)).sum()) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2
