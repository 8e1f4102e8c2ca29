"""One factor a year that holds the expected recorded flow of the baseline at its wave (C.2).

Within a run the flow drifts, for active states draw more deals and become more active. The factors are measured once
on the baseline (``python -m simulation.evidence.deals.drift``) and are the same in every scenario: nothing is
normalised inside one.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from simulation.data.tables import read_csv
from simulation.intensity.places import TABLES
from simulation.state import KINDS, F

NAME = "wave_factors"


@lru_cache(maxsize=16)
def factors(kind: int, years: int) -> F:
    """(years,) factors of a layer in the first, second, … year of a run; the last one holds beyond the table."""
    rows = [float(row["factor"]) for row in read_csv(TABLES / f"{NAME}.csv") if row["layer"] == KINDS[kind]]
    if not rows:
        return np.ones(years)
    return np.array([rows[min(year, len(rows) - 1)] for year in range(years)])
