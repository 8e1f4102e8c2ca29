"""The free parameters in a sweep.

As a rule replicate k draws a whole set, the same in every design point, so that points differ in their factors and
in nothing else; a point keeps what it sets itself. In a sampled design each of them may be a factor by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from simulation.experiments.prior import DEFAULTS, draw, free_parameters, value_at
from simulation.experiments.sweeps.schema import Factor, Range
from simulation.scenario.schema import Scenario

TAIL = 0.05
_PREFIX = "parameters."


def ranges() -> dict[str, Range]:
    """Range of every free parameter by dotted key, in the order of the registry."""
    ends = np.array([TAIL, 1 - TAIL])
    values = {entry.name: value_at(entry, ends) for entry in free_parameters()}
    return {_PREFIX + name: Range(low=float(low), high=float(high)) for name, (low, high) in values.items()}


def held(source: str, bases: Sequence[Scenario], factors: Mapping[str, Factor]) -> str:
    """What is drawn, and which free parameters are held fixed and by whom, in one sentence."""
    if source == DEFAULTS:
        return "parameters: none is drawn; all are held at their defaults, but for what a scenario or a factor sets"
    free = [entry.name for entry in free_parameters()]
    by_factor = [name for name in free if _PREFIX + name in factors]
    if source == "factors":
        return (
            "parameters: the free ones vary over the central 90 % of their prior, each by itself; "
            "all others are held fixed"
        )
    setting = {base.name: [name for name in free if name in base.parameters.chosen] for base in bases}
    text = [f"{', '.join(by_factor)} (factor)"] if by_factor else []
    text += [f"{', '.join(names)} ({base})" for base, names in setting.items() if names]
    kept = ["what is not free", *text]
    return (
        "parameters: replicate k draws the free ones from their prior, the same draw in every design point; "
        f"held fixed: {'; '.join(kept)}"
    )


def draws(seeds: Iterable[int], replicates: int, kept: Sequence[str]) -> pd.DataFrame:
    """What each replicate of each seed draws: ``seed, replicate``, and a column a parameter that is drawn."""
    runs = [(seed, number) for seed in seeds for number in range(replicates)]
    rows = [{"seed": seed, "replicate": number, **draw(seed, number)} for seed, number in runs]
    return pd.DataFrame(rows).loc[:, ["seed", "replicate", *kept]]
