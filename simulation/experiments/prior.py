"""Priors of the free parameters: peaked at the default within the registry's range, as standard normal scores."""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv, ndtr

from simulation.processes.opinion import DIGITS
from simulation.randomness import Stream, key, uniform
from simulation.scenario.parameters import PARAMETERS, Parameter
from simulation.state import F

_PEAK = 4.0
"""How much likelier the default is than the ends; 4 is the custom for PERT distributions, here an assumption."""


def free_parameters() -> tuple[Parameter, ...]:
    """The entries marked *calibrated*, in the order of the registry.

    Those of joining are not among them: they were fitted on dated lists of joiners.
    """
    return tuple(
        entry
        for entry in PARAMETERS.values()
        if "calibrated" in entry.source and "dated lists" not in entry.source and entry.low < entry.high
    )


def value_at(entry: Parameter, share: F) -> F:
    """Quantile of the prior at a share in [0, 1]: a PERT distribution over the range, mode at the default.

    A Beta distribution with shapes 1 + 4(mode - low)/(high - low) and 1 + 4(high - mode)/(high - low)
    (Malcolm et al. 1959; Vose 2008): the default is the likeliest value, both ends are unlikely.
    """
    width = entry.high - entry.low
    towards = (entry.default - entry.low) / width
    quantile = np.asarray(betaincinv(1.0 + _PEAK * towards, 1.0 + _PEAK * (1.0 - towards), share))
    return np.asarray(entry.low + width * quantile.round(DIGITS))  # its last bit differs between processors


def values(entries: tuple[Parameter, ...], scores: F) -> F:
    """Values (m, k) of standard normal scores (m, k)."""
    shares = ndtr(scores)
    columns = [value_at(entry, shares[:, k]) for k, entry in enumerate(entries)]
    return np.clip(np.stack(columns, axis=1), [e.low for e in entries], [e.high for e in entries])


def draw(seed: int, replicate: int) -> dict[str, float]:
    """A set of free parameters from the prior, the same for the same seed and replicate."""
    luck = key(seed, replicate, -1, Stream.PARAMETERS)
    entries = free_parameters()
    return {
        entry.name: float(np.clip(value_at(entry, np.array(uniform(luck, np.uint64(place), np.uint64(1)))),
                                  entry.low, entry.high))
        for place, entry in enumerate(entries)
    }  # fmt: skip
