"""Habits: how often a state joined earlier texts of the same domain, or of the same act, beyond the average.

Each earlier list counts by its age, half after six years, and tells of a state only that it joined more
or less than the mean of those who could. Sums and weights ship by state, so that habits can be
carried to the day of a text without the lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from simulation.evidence.joins.design import ACTS, DOMAIN_GROUPS
from simulation.evidence.joins.record import Listed
from simulation.evidence.joins.states import ids
from simulation.state import F

HALF_LIFE = 6.0
PRIOR = 3.0
"""Weight of the average behind a habit, in lists of today."""
KINDS = (*DOMAIN_GROUPS, *ACTS)


def sums(record: Sequence[Listed], day: date) -> tuple[F, F]:
    """Weighted excess of joins and weight of the lists known on a day, by state and kind.

    Returns
    -------
    float64[s, len(KINDS)] each.
    """
    excess, weight = np.zeros((len(ids()), len(KINDS))), np.zeros((len(ids()), len(KINDS)))
    for one in record:
        if one.end > day or one.count is not None:
            continue
        who = one.eligible & one.observed
        heft = 0.5 ** ((day - one.end).days / 365.25 / HALF_LIFE)
        beyond = heft * np.where(who, one.joined - one.joined[who].mean(), 0.0)
        for kind in kinds_of(one.domain, one.treaty):
            excess[:, kind] += beyond
            weight[:, kind] += heft * who
    return excess, weight


def kinds_of(domain: str, treaty: bool) -> tuple[int, int]:
    """Index of the domain and of the act of a text."""
    return KINDS.index(domain), KINDS.index(ACTS[0] if treaty else ACTS[1])


def habit(excess: F, weight: F, domain: str, treaty: bool, years: float = 0.0) -> F:
    """Habit of the domain and of the act, shape (s, 2), ``years`` after the day of the sums."""
    chosen = list(kinds_of(domain, treaty))
    fade = 0.5 ** (years / HALF_LIFE)
    return np.asarray(fade * excess[:, chosen] / (PRIOR + fade * weight[:, chosen]))
