"""The calibrated parameters as factors: their posterior, or the registry's ranges until there is one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.stats import qmc

from simulation.experiments.worker import Simulate
from simulation.scenario.load import load_scenario
from simulation.scenario.parameters import PARAMETERS
from simulation.scenario.schema import Scenario
from simulation.sweeps.schema import Range

NOTE = "parameters: no posterior has been estimated; the calibrated parameters vary over the registry's ranges"
_CALIBRATED = "calibrated"  # the word by which the registry marks a free parameter


def ranges() -> dict[str, Range]:
    """Range of every calibrated parameter by dotted key, in the order of the registry."""
    return {
        f"parameters.{entry.name}": Range(low=float(entry.low), high=float(entry.high))
        for entry in PARAMETERS.values()
        if _CALIBRATED in entry.source and entry.low < entry.high
    }


@lru_cache(maxsize=4)
def draws(count: int, seed: int) -> tuple[dict[str, float], ...]:
    """Draws of the calibrated parameters, one Latin hypercube over the registry's ranges.

    Parameters
    ----------
    count
        Number of draws.
    seed
        Of the hypercube.

    Returns
    -------
    tuple of dict
        Overrides by dotted key.
    """
    factors = ranges()
    shares = qmc.LatinHypercube(len(factors), rng=np.random.default_rng(seed)).random(count)
    return tuple(
        {key: float(factor.at(share)) for (key, factor), share in zip(factors.items(), row, strict=True)}
        for row in shares
    )


@dataclass(frozen=True)
class Drawing:
    """A model that draws the calibrated parameters: replicate k of every scenario has draw k.

    Attributes
    ----------
    simulate
        The model.
    count, seed
        Number of draws and their seed.
    fixed
        Parameters that keep the scenario's value.
    """

    simulate: Simulate
    count: int
    seed: int
    fixed: tuple[str, ...] = ()

    def __call__(self, scenario: Scenario, replicate: int, **cast: Any) -> Any:
        drawn = draws(self.count, self.seed)[replicate]
        kept = {f"parameters.{name}" for name in self.fixed}
        overrides = {key: value for key, value in drawn.items() if key not in kept}
        return self.simulate(load_scenario(scenario, overrides=overrides), replicate, **cast)
