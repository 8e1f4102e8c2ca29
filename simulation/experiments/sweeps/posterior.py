"""The posterior of the calibrated parameters in a sweep.

In a sampled design each of them is a factor by itself. In the others replicate k draws a whole
set, the same in every design point, so that points differ in their factors and in nothing else.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from simulation.experiments.posterior import load
from simulation.experiments.sweeps.schema import Range

TAIL = 0.05
NOTE = (
    "parameters: the calibrated ones vary over the central 90 % of their posterior, each by itself; "
    "what the posterior says of them together is in a run's own draws only"
)

NOTE_DRAWN = (
    "parameters: replicate k draws the calibrated ones from their posterior, the same draw in every design point; "
    "what a scenario or a factor sets is not drawn"
)


def ranges() -> dict[str, Range]:
    """Range of every calibrated parameter by dotted key, in the order of the registry."""
    sample = load()
    return {
        f"parameters.{name}": Range(low=sample.quantile(name, TAIL), high=sample.quantile(name, 1 - TAIL))
        for name in sample.names
    }


def draws(seed: int, replicates: int, fixed: Collection[str]) -> pd.DataFrame:
    """What each replicate draws: ``replicate``, and a column a parameter that is not fixed."""
    sample = load()
    rows = [{"replicate": number, **sample.draw(seed, number)} for number in range(replicates)]
    return pd.DataFrame(rows).drop(columns=[name for name in sample.names if name in fixed])
