"""The calibrated parameters as factors: their posterior, or the registry's ranges until there is one."""

from __future__ import annotations

import numpy as np
from scipy.stats import qmc

from simulation.scenario.parameters import PARAMETERS
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


def draws(count: int, seed: int) -> list[dict[str, float]]:
    """Draws of the calibrated parameters, one Latin hypercube over the registry's ranges.

    Parameters
    ----------
    count
        Number of draws.
    seed
        Of the hypercube.

    Returns
    -------
    list of dict
        Overrides by dotted key.
    """
    factors = ranges()
    shares = qmc.LatinHypercube(len(factors), rng=np.random.default_rng(seed)).random(count)
    return [
        {key: float(factor.at(share)) for (key, factor), share in zip(factors.items(), row, strict=True)}
        for row in shares
    ]
