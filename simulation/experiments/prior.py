"""Priors of the free parameters, and one draw of them for every replicate.

Peaked at the default within the registry's range: an assumption. Six summaries of the record were tried on them by
approximate Bayesian computation and narrowed none (docs/results/calibration.md), so no posterior of them is shipped.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri

from simulation.errors import Fault, InputError
from simulation.experiments.analysis.summary import BAND_LABEL, PRIOR_LABEL
from simulation.experiments.engine.worker import Simulate
from simulation.kernels import Stream, key, uniform
from simulation.processes.opinion import DIGITS
from simulation.scenario.parameters import PARAMETERS, Parameter, Parameters
from simulation.scenario.schema import Scenario
from simulation.state import F

PRIOR, DEFAULTS = "prior", "defaults"
SOURCES = (PRIOR, DEFAULTS)
"""Where a run may take its free parameters from."""
BANDS = {PRIOR: PRIOR_LABEL, DEFAULTS: BAND_LABEL}
"""What an interval over replicates holds, by the source of the parameters."""
_PEAK = 4.0
"""How much likelier the default is than the ends; 4 is the custom for PERT distributions, here an assumption."""


def free_parameters() -> tuple[Parameter, ...]:
    """The entries that have a prior, in the order of the registry."""
    return tuple(entry for entry in PARAMETERS.values() if entry.prior != "fixed")


def value_at(entry: Parameter, share: F) -> F:
    """Quantile of the prior at a share in [0, 1], likeliest at the default and within the bounds.

    *normal*: of standard deviation ``entry.sd``, truncated at the bounds. *pert*: a Beta distribution over them with
    shapes 1 + 4(mode - low)/(high - low) and 1 + 4(high - mode)/(high - low) (Malcolm et al. 1959; Vose 2008).
    """
    width = entry.high - entry.low
    if entry.prior == "normal":
        low, high = ndtr((entry.low - entry.default) / entry.sd), ndtr((entry.high - entry.default) / entry.sd)
        place = (entry.default - entry.low + entry.sd * ndtri(low + np.asarray(share) * (high - low))) / width
    else:
        towards = (entry.default - entry.low) / width
        place = betaincinv(1.0 + _PEAK * towards, 1.0 + _PEAK * (1.0 - towards), share)
    place = np.clip(np.asarray(place).round(DIGITS), 0.0, 1.0)  # its last bit differs between processors
    return np.asarray(np.clip(entry.low + width * place, entry.low, entry.high))


def draw(seed: int, replicate: int) -> dict[str, float]:
    """The free parameters of one replicate: the same whatever the scenario and the number of replicates."""
    luck = key(seed, replicate, -1, Stream.PARAMETERS)
    return {
        entry.name: float(value_at(entry, np.array(uniform(luck, np.uint64(place), np.uint64(1)))))
        for place, entry in enumerate(free_parameters())
    }


def prior_hash() -> str:
    """SHA-256 of all that the draws follow from, but for the seed."""
    told = [(e.name, e.default, e.low, e.high, e.prior, e.sd) for e in free_parameters()]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def check_source(source: str) -> None:
    """Refuse a word that names no source of parameters.

    Raises
    ------
    InputError
        Naming the two there are.
    """
    if source not in SOURCES:
        raise InputError(Fault("", f"{source!r} is neither prior nor defaults", "--parameters"))


@dataclass(frozen=True)
class Drawing:
    """A model that draws the free parameters that a scenario does not set itself.

    Replicate k of every scenario has the same draw, whatever other scenarios are run and whatever they set.

    Attributes
    ----------
    simulate
        The model.
    lucks
        Replicates that share a draw, one after the other; more than one tells chance from parameters.
    """

    simulate: Simulate
    lucks: int = 1

    def __call__(self, scenario: Scenario, replicate: int, **cast: Any) -> Any:
        return self.simulate(with_draw(scenario, replicate // self.lucks), replicate, **cast)


def with_draw(scenario: Scenario, replicate: int) -> Scenario:
    """The scenario with the free parameters of one replicate's draw, but for those that it sets itself."""
    drawn = draw(scenario.seed, replicate)
    return scenario.model_copy(update={"parameters": Parameters({**drawn, **scenario.parameters.chosen})})
