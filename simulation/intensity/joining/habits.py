"""Habits: how often a state joined earlier texts of the same domain, or of the same act, beyond the average.

Each earlier list counts by its age, half after six years, and tells of a state only that it joined more
or less than the mean of those who could. Sums and weights ship by state, so that habits can be
carried to the day of a text without the lists.
"""

from __future__ import annotations

import numpy as np

from simulation.arithmetic import power
from simulation.intensity.joining.design import ACTS, DOMAIN_GROUPS
from simulation.state import F

HALF_LIFE = 6.0
PRIOR = 3.0
"""Weight of the average behind a habit, in lists of today."""
KINDS = (*DOMAIN_GROUPS, *ACTS)


def kinds_of(domain: str, treaty: bool) -> tuple[int, int]:
    """Index of the domain and of the act of a text."""
    return KINDS.index(domain), KINDS.index(ACTS[0] if treaty else ACTS[1])


def habit(excess: F, weight: F, domain: str, treaty: bool, years: float = 0.0) -> F:
    """Habit of the domain and of the act, shape (s, 2), ``years`` after the day of the sums."""
    chosen = list(kinds_of(domain, treaty))
    fade = float(power(0.5, years / HALF_LIFE))
    return np.asarray(fade * excess[:, chosen] / (PRIOR + fade * weight[:, chosen]))
