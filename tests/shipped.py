"""Short runs of the shipped scenarios, and what they have written down after each quarter.

One world is loaded for all of them, and an unperturbed run is stepped once, as far as anybody asks.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from simulation.data.world import World, load_world
from simulation.model import GovernanceModel
from simulation.scenario.load import load_scenario
from simulation.scenario.schema import Scenario

SCENARIOS = Path(__file__).parents[1] / "scenarios"
NAMES = tuple(sorted(path.stem for path in SCENARIOS.glob("*.yaml")))
EVERYTHING = {"metrics": "all", "actors": "states", "ties": "all"}
HORIZON = "2027Q4"
"""Twelve quarters: the shortest run that every shipped scenario allows (one has a shock in 2027)."""
QUARTERS = 12

Kept = tuple[np.ndarray, pd.DataFrame, pd.DataFrame]


def shipped(name: str = "baseline", changes: Mapping[str, Any] | None = None, **keys: Any) -> Scenario:
    """A shipped scenario over twelve quarters, with changes by dotted key and top-level keys."""
    overrides = {"horizon": HORIZON} | dict(changes or {})
    return load_scenario(SCENARIOS / f"{name}.yaml", overrides=overrides, **keys)


@functools.cache
def _world(as_of: date, roster: str) -> World:
    return load_world(as_of, roster)


def world_for(scenario: Scenario) -> World:
    """The shipped world of a scenario without records of its own, loaded once."""
    return _world(scenario.as_of, scenario.roster)


def build(scenario: Scenario, **options: Any) -> GovernanceModel:
    """A model of a shipped scenario in the world that all tests share."""
    return GovernanceModel(scenario, world=world_for(scenario), **options)


def bits_of(model: GovernanceModel) -> dict[str, bytes]:
    """Every column of the state, to the last bit."""
    return {field.name: np.asarray(getattr(model.state, field.name)).tobytes() for field in fields(model.state)}


def recorded(model: GovernanceModel) -> Kept:
    """Everything a run has written down so far: values of metrics, deals, joins."""
    record = model.recorder
    return record.series()["value"].to_numpy(), record.ties(), record.joins()


def alike(one: Kept, two: Kept) -> bool:
    """Whether two records are the same to the last bit."""
    return np.array_equal(one[0], two[0]) and one[1].equals(two[1]) and one[2].equals(two[2])


class Unperturbed:
    """The run that others are compared with; remembers its record after each quarter."""

    def __init__(self, scenario: Scenario, replicate: int = 0):
        self.replicate = replicate
        self._model = build(scenario, replicate=replicate)
        self._after = [recorded(self._model)]

    def after(self, quarters: int) -> Kept:
        """Record after so many quarters."""
        while len(self._after) <= quarters:
            self._model.step()
            self._after.append(recorded(self._model))
        return self._after[quarters]


def first_difference(scenario: Scenario, other: Unperturbed) -> int | None:
    """Quarters until a run records anything else than another of the same luck; None if it never does.

    0 if the start is different already.
    """
    model = build(scenario, replicate=other.replicate)
    try:
        for quarter in range(scenario.quarters + 1):
            if quarter:
                model.step()
            if not alike(recorded(model), other.after(quarter)):
                return quarter
    finally:
        model.close()
    return None
