"""Priors of the free parameters: the ranges of the registry, as standard normal scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from simulation.scenario.parameters import PARAMETERS, Parameter

F = NDArray[np.float64]
_DECADE = 10.0  # a range whose ends differ by this factor or more is one of orders of magnitude


def free_parameters() -> tuple[Parameter, ...]:
    """The entries marked *calibrated*, in the order of the registry.

    Those of joining are not among them: they were fitted on dated lists of joiners.
    """
    return tuple(
        entry
        for entry in PARAMETERS.values()
        if "calibrated" in entry.source and "dated lists" not in entry.source and entry.low < entry.high
    )


def is_logarithmic(entry: Parameter) -> bool:
    """Whether the prior is uniform in the logarithm: where the range spans a decade above 0."""
    return entry.low > 0 and entry.high / entry.low >= _DECADE


def value_at(entry: Parameter, share: F) -> F:
    """Quantile of the prior at a share in [0, 1]."""
    if is_logarithmic(entry):
        return np.asarray(entry.low * (entry.high / entry.low) ** share)
    return np.asarray(entry.low + (entry.high - entry.low) * share)


def values(entries: tuple[Parameter, ...], scores: F) -> F:
    """Values (m, k) of standard normal scores (m, k)."""
    shares = ndtr(scores)
    columns = [value_at(entry, shares[:, k]) for k, entry in enumerate(entries)]
    return np.clip(np.stack(columns, axis=1), [e.low for e in entries], [e.high for e in entries])
