"""How many deals the record takes a year: a flow that wanders about its level, known through Poisson counts.

One factor a year holds the expected recorded flow of the baseline at its wave. Within a run the flow drifts, for
active states draw more deals and become more active. The factors are measured once on the baseline (``python -m
simulation.evidence.deals.drift``) and are the same in every scenario: nothing is normalised inside one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simulation.data.tables import read_csv
from simulation.intensity.places import TABLES
from simulation.state import KINDS, F

KEPT = 0.8
"""What is left of a year's step a year later; an assumption that dense domains of treaties inform.

Counts of the field's first years tell how far a flow steps within a year, .38 in logs between states and .48 with
firms, and nothing of ten years. The log flows of five dense domains wander by a variance of .19 to .65 within ten
years, .45 on the mean (``python -m simulation.evidence.deals.dense``). Steps kept whole would make that of the field
1.4 and 2.3, a few worlds ten times busier than the rest; kept at this share they make it .39 and .64.
"""


@dataclass(frozen=True)
class Wave:
    """The recorded flow at the end of a year.

    Attributes
    ----------
    mean, sd
        Of the log of recorded deals a year.
    walk
        Standard deviation of a year's step of that log.
    """

    mean: float
    sd: float
    walk: float

    def logs(self, ahead: int, level: F, steps: F) -> F:
        """(d,) log recorded flow ``ahead`` years later, for standard normal scores of the level (d,) and of the steps
        (years, d) so far. Steps leave the expected flow where it is: steps in logs would lift it."""
        apart, spread = np.zeros_like(level), 0.0
        for step in steps[:ahead]:
            apart, spread = KEPT * apart + self.walk * step, KEPT * KEPT * spread + self.walk * self.walk
        return np.asarray(self.mean + self.sd * level + apart - 0.5 * spread)


# --- one factor a year that holds the expected recorded flow of the baseline at its wave (C.2)


NAME = "wave_factors"


@lru_cache(maxsize=16)
def factors(kind: int, years: int) -> F:
    """(years,) factors of a layer in the first, second, … year of a run; the last one holds beyond the table."""
    rows = [float(row["factor"]) for row in read_csv(TABLES / f"{NAME}.csv") if row["layer"] == KINDS[kind]]
    if not rows:
        return np.ones(years)
    return np.array([rows[min(year, len(rows) - 1)] for year in range(years)])
