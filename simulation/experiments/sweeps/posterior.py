"""The posterior of the calibrated parameters in a sweep.

As a rule replicate k draws a whole set, the same in every design point, so that points differ in their factors and
in nothing else; a point keeps what it sets itself. In a sampled design each of them may be a factor by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from simulation.experiments.posterior import DEFAULTS, load
from simulation.experiments.sweeps.schema import Factor, Range
from simulation.scenario.schema import Scenario

TAIL = 0.05
_PREFIX = "parameters."


def ranges() -> dict[str, Range]:
    """Range of every calibrated parameter by dotted key, in the order of the registry."""
    sample = load()
    return {
        _PREFIX + name: Range(low=sample.quantile(name, TAIL), high=sample.quantile(name, 1 - TAIL))
        for name in sample.names
    }


def held(source: str, bases: Sequence[Scenario], factors: Mapping[str, Factor]) -> str:
    """What is drawn, and which calibrated parameters are held fixed and by whom, in one sentence."""
    if source == DEFAULTS:
        return "parameters: none is drawn; all are held at their defaults, but for what a scenario or a factor sets"
    calibrated = load().names
    by_factor = [name for name in calibrated if _PREFIX + name in factors]
    if source == "factors":
        return (
            "parameters: the calibrated ones vary over the central 90 % of their posterior, each by itself; "
            "what the posterior says of them together is in a run's own draws only; all others are held fixed"
        )
    setting = {base.name: [name for name in calibrated if name in base.parameters.chosen] for base in bases}
    text = [f"{', '.join(by_factor)} (factor)"] if by_factor else []
    text += [f"{', '.join(names)} ({base})" for base, names in setting.items() if names]
    kept = ["what is not calibrated", *text]
    return (
        "parameters: replicate k draws the calibrated ones from their posterior, the same draw in every design point; "
        f"held fixed: {'; '.join(kept)}"
    )


def draws(seeds: Iterable[int], replicates: int, kept: Sequence[str]) -> pd.DataFrame:
    """What each replicate of each seed draws: ``seed, replicate``, and a column a parameter that is drawn."""
    sample = load()
    runs = [(seed, number) for seed in seeds for number in range(replicates)]
    rows = [{"seed": seed, "replicate": number, **sample.draw(seed, number)} for seed, number in runs]
    return pd.DataFrame(rows).loc[:, ["seed", "replicate", *kept]]
