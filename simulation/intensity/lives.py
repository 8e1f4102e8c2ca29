"""How long a deal lives: terms of three to five years, each renewed or not; and what a complete record holds.

No record tells either: assumptions (C.2).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from simulation.state import F

SHORTEST, LONGEST = 3.0, 5.0
"""Years of a term, drawn evenly in between."""
RENEWED = 0.5
"""Chance that a term is followed by another."""
_STEP = 0.05
_OLDEST = 40.0


@lru_cache(maxsize=1)
def _alive() -> F:
    """Chance of being in force at ages 0, step, 2·step, …"""
    ages = np.arange(0.0, _OLDEST + _STEP / 2, _STEP)
    ended = np.clip((ages - SHORTEST) / (LONGEST - SHORTEST), 0.0, 1.0)
    result = 1.0 - ended
    ends = np.diff(ended, prepend=0.0)
    lags = np.flatnonzero(ends)
    for k in range(len(ages)):  # a renewed deal is as good as new
        past = lags[lags <= k]
        result[k] += RENEWED * float((ends[past] * result[k - past]).sum())
    return result


def in_force(age: F) -> F:
    """Chance that a deal signed ``age`` years ago is in force; 0 for the future, and beyond forty years."""
    place = np.asarray(age, dtype=float) / _STEP
    inside = (place >= 0) & (place < len(_alive()))
    return np.where(inside, _alive()[np.clip(place.round().astype(int), 0, len(_alive()) - 1)], 0.0)


COMPLETE = 0.9
"""Least share recorded of a pair of a state whose record is called complete."""
