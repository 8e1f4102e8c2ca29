"""The shipped posterior sample of the free parameters, and one draw of it for every replicate."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from simulation.analysis.summary import BAND_LABEL, POSTERIOR_LABEL
from simulation.data.tables import FITTED
from simulation.errors import DataError, Fault, InputError
from simulation.experiments.engine.worker import Simulate
from simulation.experiments.prior import free_parameters
from simulation.randomness import Stream, key, uniform
from simulation.scenario.parameters import Parameters, check_value
from simulation.scenario.schema import Scenario
from simulation.state import F

FILE = FITTED / "posterior.csv"
POSTERIOR, DEFAULTS = "posterior", "defaults"
SOURCES = (POSTERIOR, DEFAULTS)
"""Where a run may take its free parameters from."""
BANDS = {POSTERIOR: POSTERIOR_LABEL, DEFAULTS: BAND_LABEL}
"""What an interval over replicates holds, by the source of the parameters."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """Parameter sets with weights.

    Attributes
    ----------
    names
        Of the k parameters.
    values
        (m, k).
    weights
        (m,) sum 1.
    summaries
        What the accepted simulation of each set gave, a column a summary.
    reported
        (m,) probability of an agreement being recorded that went with each set.
    """

    names: tuple[str, ...]
    values: F
    weights: F
    summaries: pd.DataFrame
    reported: F

    def draw(self, seed: int, replicate: int) -> dict[str, float]:
        """The set of one replicate: the same whatever the scenario and the number of replicates."""
        luck = uniform(key(seed, replicate, -1, Stream.PARAMETERS), np.uint64(0), np.uint64(0))
        row = min(int(np.searchsorted(np.cumsum(self.weights), luck)), len(self.weights) - 1)
        return dict(zip(self.names, map(float, self.values[row]), strict=True))

    def quantile(self, name: str, share: float) -> float:
        """Weighted quantile of one parameter by itself."""
        column = self.values[:, self.names.index(name)]
        order = np.argsort(column, kind="stable")
        place = int(np.searchsorted(np.cumsum(self.weights[order]), share))
        return float(column[order][min(place, len(column) - 1)])


@lru_cache(maxsize=2)
def load(path: Path = FILE) -> Posterior:
    """The sample of a table.

    Raises
    ------
    DataError
        If it is missing, or does not have the free parameters of this version within their bounds.
    """
    try:
        table = pd.read_csv(path)
    except FileNotFoundError:
        advice = "make it with python -m simulation.evidence.calibration.calibrate"
        raise DataError(f"{path} is missing: {advice}") from None
    names = tuple(entry.name for entry in free_parameters())
    missing = [name for name in ("weight", "reported", *names) if name not in table.columns]
    if missing:
        raise DataError(f"{path} lacks {', '.join(missing)}: calibrate anew")
    wrong = [name for name in names for value in table[name] if check_value(name, float(value))]
    if wrong:
        raise DataError(f"{path} has {wrong[0]} out of its bounds: calibrate anew")
    weights = table["weight"].to_numpy(np.float64)
    result = table[[name for name in table.columns if name.startswith("summary: ")]]
    result = result.rename(columns=lambda name: str(name).removeprefix("summary: "))
    values = table[list(names)].to_numpy(np.float64)
    return Posterior(names, values, weights / weights.sum(), result, table["reported"].to_numpy(np.float64))


def file_hash() -> str:
    """SHA-256 of the shipped table."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()


def check_source(source: str) -> None:
    """Refuse a word that names no source of parameters.

    Raises
    ------
    InputError
        Naming the two there are.
    """
    if source not in SOURCES:
        raise InputError(Fault("", f"{source!r} is neither posterior nor defaults", "--parameters"))


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
    drawn = load().draw(scenario.seed, replicate)
    return scenario.model_copy(update={"parameters": Parameters({**drawn, **scenario.parameters.chosen})})
