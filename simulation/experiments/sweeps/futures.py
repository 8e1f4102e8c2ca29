"""Futures: what a strategy may meet, and a sweep in which every strategy meets the same ones.

A future is a row of a Latin hypercube over what the scenario leaves open, with luck, starting book and draw of the
free parameters of its own (a seed of its own), which all strategies share.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import qmc

from simulation.experiments.sweeps import prior
from simulation.experiments.sweeps.design import Points, check_points
from simulation.experiments.sweeps.load import Sweep
from simulation.experiments.sweeps.plan import Plan
from simulation.experiments.sweeps.schema import Categories, Factor, Kept, Range
from simulation.scenario.fields import PARTS
from simulation.scenario.mechanisms import MECHANISMS
from simulation.scenario.schema import QUARTERS_MAX, Scenario
from simulation.scenario.source import Mark, Node

RULES = ("partner_choice", "learning")
"""Mechanisms whose rival rules futures choose between."""
SURGE_QUARTERS = 8
_STRONGEST_FRAGMENTATION = 0.6  # as in the shipped worlds that splinter
_NOWHERE = Mark("")
_FIRST_PART = 3  # the surge comes after one part in so many of the run


@dataclass(frozen=True)
class Uncertainty:
    """Something that a scenario leaves open.

    Attributes
    ----------
    name, unit
        Its column in the table of futures, and what it is measured in; empty for words.
    factor
        Between what it lies; every value counts alike, for nobody knows how likely each is.
    """

    name: str
    unit: str
    factor: Factor


def uncertainties(scenario: Scenario) -> tuple[Uncertainty, ...]:
    """What a scenario leaves open; what it sets otherwise than by default it is held to."""
    return tuple(entry for entry in _all() if not _set_by(scenario, entry.name))


def _all() -> Iterator[Uncertainty]:
    yield Uncertainty("rivalry", "multiplier", Range(low=0.0, high=4.0))
    yield Uncertainty("fragmentation", "share", Range(low=0.0, high=_STRONGEST_FRAGMENTATION))
    yield Uncertainty("lines", "", Categories(categories=("region", "camp")))
    yield Uncertainty("surge", "multiple of the hazard", Range(low=1.0, high=4.0))
    yield Uncertainty("budget", "multiplier", Range(low=0.5, high=2.0, distribution="loguniform"))
    yield Uncertainty("prices", "multiplier", Range(low=0.5, high=2.0, distribution="loguniform"))
    yield Uncertainty("effort_returns", "exponent", Range(low=0.4, high=1.0))
    yield Uncertainty("renewal", "probability", Range(low=0.35, high=0.65))
    for rule in RULES:
        yield Uncertainty(rule, "", Categories(categories=MECHANISMS[rule].options))


def _set_by(scenario: Scenario, name: str) -> bool:
    """Whether a scenario says something of its own about an uncertainty."""
    broken = any(getattr(scenario.fragmentation, part) for part in PARTS)
    if name in ("fragmentation", "lines"):
        return broken
    if name == "surge":
        return any(shock.kind == "malicious_surge" for shock in scenario.shocks)
    if name in RULES:
        return scenario.mechanisms[name] != MECHANISMS[name].default
    return name in scenario.parameters.chosen


def draw_futures(scenario: Scenario, count: int) -> pd.DataFrame:
    """A Latin hypercube over what a scenario leaves open: a row a future, a column an uncertainty."""
    asked = uncertainties(scenario)
    cube = qmc.LatinHypercube(len(asked), rng=np.random.default_rng(scenario.seed)).random(count)
    return pd.DataFrame({
        entry.name: [entry.factor.at(float(share)) for share in column]
        for entry, column in zip(asked, cube.T, strict=True)
    })  # fmt: skip


def plan_futures(
    scenario: Scenario, strategies: Mapping[str, Scenario], futures: pd.DataFrame, metrics: Sequence[str]
) -> Plan:
    """The sweep in which every strategy meets every future once.

    Parameters
    ----------
    scenario
        What leaves the uncertainties open.
    strategies
        The scenario with each strategy in place, by name.
    futures
        As :func:`draw_futures` gives them.
    metrics
        What is recorded, at the horizon.

    Raises
    ------
    InputError
        If a strategy and a future cannot go together.
    """
    worlds = [_changes(scenario, future) for future in futures.to_dict("records")]
    rows = [
        (name, tuple(_value(base, key, value) for key, value in world.items()))
        for name, base in strategies.items()
        for world in worlds
    ]
    factors = {key: _factor([values[place] for _, values in rows]) for place, key in enumerate(worlds[0])}
    kept = Kept(metrics=tuple(metrics), every=QUARTERS_MAX)
    bases = tuple(strategies.values())
    sweep = Sweep(
        scenario.name, scenario.title, scenario.question, bases, "lhs", factors, len(futures), 1, scenario.seed,
        False, kept, True, prior.held("prior", bases, factors), (), (),
        Node({"factors": Node({key: Node({}, _NOWHERE) for key in factors}, _NOWHERE)}, _NOWHERE),
    )  # fmt: skip
    points = Points(
        dict(strategies), tuple(factors), dict(enumerate(rows)), sweep.seed, False, 1, kept, period=len(futures)
    )
    drawn = tuple(name for name, column in check_points(points, sweep).items() if np.isnan(column).any())
    return Plan(sweep, points, None, {}, drawn)


def _changes(scenario: Scenario, future: Mapping[Any, Any]) -> dict[str, Any]:
    """What a future changes in a scenario, by key."""
    result: dict[str, Any] = {}
    for name, value in future.items():
        if name == "fragmentation":
            result |= {f"fragmentation.{part}": value for part in PARTS}
        elif name == "lines":
            result["fragmentation.lines"] = value
        elif name == "surge":
            result["shocks"] = _with_surge(scenario, value)
        elif name == "budget":
            result["strategy.budget"] = value
        else:
            section = "mechanisms" if name in RULES else "parameters"
            result[f"{section}.{name}"] = value
    return result


def _with_surge(scenario: Scenario, size: float) -> list[dict[str, Any]]:
    when = scenario.start + scenario.quarters // _FIRST_PART
    surge = {"quarter": str(when), "kind": "malicious_surge", "size": size, "duration": SURGE_QUARTERS}
    return [*(shock.model_dump(mode="json") for shock in scenario.shocks), surge]


def _value(base: Scenario, key: str, value: Any) -> Any:
    """What a future sets in the scenario of a strategy: of the budget, a multiple of the strategy's own."""
    return base.strategy.budget * value if key == "strategy.budget" else value


def _factor(values: Sequence[Any]) -> Factor:
    """Numbers or words that a key takes, as a factor of the sweep."""
    if all(isinstance(value, float) for value in values):
        return Range(low=min(values), high=max(values))
    distinct = [value for place, value in enumerate(values) if value not in values[:place]]
    return Categories(categories=tuple(distinct))
