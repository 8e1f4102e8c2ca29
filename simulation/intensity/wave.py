"""How many deals the record takes a year: a flow that walks from year to year, known through Poisson counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.state import F


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
        (years, d) so far. Steps leave the expected flow where it is: a walk in logs would lift it."""
        drift = -0.5 * self.walk * self.walk * ahead
        return np.asarray(self.mean + self.sd * level + self.walk * steps[:ahead].sum(axis=0) + drift)
