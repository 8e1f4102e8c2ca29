"""Effects, and what is made of them: paired differences over replicates, and a verdict.

An *arm* is a scenario, a *reading* a recorded number of an arm, an *effect* a weighted sum of
readings with a predicted sign, a *proposition* a claim with its effects. All arms share their
seed, and so their luck, replicate by replicate; an effect is taken within replicates.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pandas as pd

from simulation.analysis.contrasts import contrast
from simulation.analysis.summary import SYSTEM, by_replicate
from simulation.errors import InputError
from simulation.evidence.claims.propositions.measures import MEASURES, registered
from simulation.experiments.engine.runner import Ensemble, Progress, run_points
from simulation.experiments.engine.simulate import simulate as simulate_model
from simulation.experiments.engine.worker import Simulate
from simulation.outcomes.metrics import METRICS
from simulation.scenario.load import load_scenario
from simulation.scenario.schema import RecordSpec, Scenario

Kind = Literal["finding", "mechanism check"]

HORIZON = ""
"""Quarter of a reading: the last one, whatever the horizon."""

AS_PREDICTED, OPPOSITE, UNSEEN, REPORTED = "as predicted", "opposite", "not seen", "reported"
SUPPORTED, REFUTED, MIXED, NO_EFFECT = "supported", "refuted", "mixed", "no effect seen"
VERDICTS = (SUPPORTED, REFUTED, MIXED, NO_EFFECT)

_ZERO = 1e-12  # sums of equal numbers in another order differ by no more


@dataclass(frozen=True)
class Arm:
    """A scenario that is compared.

    Attributes
    ----------
    file
        Name of a shipped scenario, without its ending.
    overrides
        Dotted keys that differ from the file.
    every, actors
        What is recorded: every so many quarters, of the focal state (``focal``) or all states.
    times
        How many times the replicates of other arms it has.
    """

    file: str
    overrides: Mapping[str, object] = field(default_factory=dict)
    every: int = 4
    actors: Literal["focal", "states"] = "focal"
    times: int = 1


@dataclass(frozen=True)
class Reading:
    """A recorded number of an arm: of the focal state or of the world, as the metric is.

    Attributes
    ----------
    spread_of
        An arm that records all states: the reading is then in standard deviations between states
        in that arm at the same time (mean over replicates).
    """

    arm: str
    metric: str
    quarter: str = HORIZON
    spread_of: str = ""


@dataclass(frozen=True)
class Effect:
    """A weighted sum of readings and its predicted sign.

    Attributes
    ----------
    what, compared
        The number and the comparison, in words that go together.
    terms
        Weights and readings. Those of positive weight make side A, the others side B.
    sign
        Predicted: 1 or -1; 0 for an effect that is reported and not judged.
    """

    what: str
    compared: str
    terms: tuple[tuple[float, Reading], ...]
    sign: int


@dataclass(frozen=True)
class Proposition:
    """A claim with the effects that test it.

    Attributes
    ----------
    kind
        ``finding``, or ``mechanism check`` where the sign is that of an equation of the model.
    shape
        Whether the effects make one shape, such as a rise and a fall, and stand or fall together.
    also
        Readings that are recorded for a table beside the effects.
    """

    id: str
    claims: tuple[str, ...]
    statement: str
    kind: Kind
    effects: tuple[Effect, ...]
    shape: bool = False
    also: tuple[Reading, ...] = ()

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Everything that has to be recorded."""
        return (*(reading for effect in self.effects for _, reading in effect.terms), *self.also)


@dataclass(frozen=True)
class Measured:
    """An effect as measured.

    Attributes
    ----------
    a, b
        Means of its two sides.
    difference, low, high
        Mean of A minus B within replicates, and its 90 % interval (Student).
    spread
        Standard deviation of side B over replicates (of A where B is nothing), for scale.
    pairs
        Number of replicates.
    outcome
        :data:`AS_PREDICTED`, :data:`OPPOSITE`, :data:`UNSEEN`, or :data:`REPORTED` without a prediction.
    """

    effect: Effect
    a: float
    b: float
    difference: float
    low: float
    high: float
    spread: float
    pairs: int
    outcome: str


@dataclass(frozen=True)
class Finding:
    """A proposition with its measured effects and the verdict."""

    proposition: Proposition
    effects: tuple[Measured, ...]
    verdict: str


# --- judging


def outcome(low: float, high: float, sign: int) -> str:
    """On which side of zero an interval lies, seen from the predicted sign."""
    if sign == 0:
        return REPORTED
    if math.isnan(low) or math.isnan(high) or (low <= _ZERO and high >= -_ZERO):
        return UNSEEN
    return AS_PREDICTED if (low > 0) == (sign > 0) else OPPOSITE


def verdict(outcomes: Iterable[str], shape: bool = False) -> str:
    """The verdict on a proposition from the outcomes of its effects.

    All as predicted: supported. None as predicted and some opposite: refuted. None either way: no
    effect seen. Anything else, such as one effect as predicted and another not seen: mixed. One
    effect on the wrong side refutes a ``shape``.

    Raises
    ------
    ValueError
        If nothing is predicted.
    """
    judged = [found for found in outcomes if found != REPORTED]
    if not judged:
        raise ValueError("a proposition needs an effect with a predicted sign")
    if all(found == AS_PREDICTED for found in judged):
        return SUPPORTED
    if AS_PREDICTED in judged and not (shape and OPPOSITE in judged):
        return MIXED
    return REFUTED if OPPOSITE in judged else NO_EFFECT


def measure(effect: Effect, a: pd.Series, b: pd.Series) -> Measured:
    """An effect from its two sides, each a value a replicate (only those that both have count)."""
    pairs = pd.DataFrame({"a": a, "b": b}).dropna()
    found = contrast(pairs)
    scale = pairs["a"] if (pairs["b"] == 0).all() else pairs["b"]
    return Measured(
        effect,
        a=found["mean_a"],
        b=found["mean_b"],
        difference=found["difference"],
        low=found["low"],
        high=found["high"],
        spread=float(scale.std(ddof=1)),
        pairs=int(found["pairs"]),
        outcome=outcome(found["low"], found["high"], effect.sign),
    )


def judge(proposition: Proposition, ensembles: Mapping[str, Ensemble]) -> Finding:
    """Measure the effects of a proposition on finished ensembles, and give the verdict."""
    effects = tuple(measured(effect, ensembles) for effect in proposition.effects)
    return Finding(proposition, effects, verdict((found.outcome for found in effects), proposition.shape))


def measured(effect: Effect, ensembles: Mapping[str, Ensemble]) -> Measured:
    """An effect on finished ensembles; its own metrics must be registered."""
    sides = []
    for sign in (1, -1):
        parts = [abs(w) * _values(reading, ensembles) for w, reading in effect.terms if w * sign > 0]
        sides.append(sum(parts[1:], parts[0]) if parts else None)
    a, b = sides
    if a is None:
        raise ValueError(f"{effect.what}: side A is empty")
    return measure(effect, a, a * 0.0 if b is None else b)


def _values(reading: Reading, ensembles: Mapping[str, Ensemble]) -> pd.Series:
    """A reading, a value a replicate."""
    ensemble = ensembles[reading.arm]
    actor = SYSTEM if level(reading.metric) == "system" else ensemble.scenario.focal
    values = _table(ensemble, reading)[actor]
    if reading.spread_of:
        spread = _table(ensembles[reading.spread_of], reading).drop(columns=SYSTEM, errors="ignore")
        values = values / float(spread.std(axis=1, ddof=0).mean())
    return values


def _table(ensemble: Ensemble, reading: Reading) -> pd.DataFrame:
    quarter = reading.quarter or str(ensemble.scenario.horizon)
    table = by_replicate(ensemble.series, reading.metric, quarter)
    if not len(table):
        raise ValueError(f"{reading.metric} was not recorded in {quarter} of {reading.arm}")
    return table


def level(metric: str) -> str:
    """Whether a metric is of an ``actor`` or of the ``system``.

    Raises
    ------
    InputError
        For a metric that nobody computes.
    """
    own = {entry.name: entry for entry in MEASURES}
    entry = own.get(metric) or METRICS.get(metric)
    if entry is None:
        raise InputError(f"no metric is called {metric!r}")
    return entry.level


# --- running


def run_arms(
    propositions: Sequence[Proposition],
    arms: Mapping[str, Arm],
    scenarios: Path,
    *,
    replicates: int,
    workers: int | None = None,
    progress: Progress | None = None,
    horizon: str | None = None,
    simulate: Simulate = simulate_model,
) -> dict[str, Ensemble]:
    """Run the arms that some propositions read, recording what they read and nothing else.

    Parameters
    ----------
    scenarios
        Folder of the shipped scenarios.
    replicates
        Of each arm (times its own multiple), at least 2.
    workers, progress
        As in :func:`simulation.experiments.engine.runner.run_points`.
    horizon
        In place of the scenarios' own.
    simulate
        The model; one that draws parameters, where effects are wanted over what is not known of them.

    Raises
    ------
    InputError
        If an arm is at fault.
    RunError
        If a replicate fails: an effect is not taken from what is left.
    """
    if replicates < 2:
        raise InputError(f"replicates: {replicates} is less than 2, and one pair has no interval")
    wanted: dict[str, set[str]] = {}
    for reading in (reading for proposition in propositions for reading in proposition.readings):
        for name in filter(None, (reading.arm, reading.spread_of)):
            wanted.setdefault(name, set()).add(reading.metric)
    points = {
        name: scenario_of(arms[name], scenarios, tuple(sorted(metrics)), horizon)
        for name, metrics in wanted.items()
    }
    counts = {name: replicates * arms[name].times for name in points}
    with registered():
        return run_points(points, counts, workers, progress, on_error="raise", simulate=simulate)


def scenario_of(arm: Arm, scenarios: Path, metrics: tuple[str, ...], horizon: str | None = None) -> Scenario:
    """The scenario of an arm, recording some metrics."""
    overrides = dict(arm.overrides) | ({} if horizon is None else {"horizon": horizon})
    scenario = load_scenario(scenarios / f"{arm.file}.yaml", overrides=overrides)
    actors = (scenario.focal,) if arm.actors == "focal" else arm.actors
    record = RecordSpec.model_construct(
        metrics=metrics, actors=actors, every=arm.every, ties="none", events=False
    )
    return scenario.model_copy(update={"record": record})
