"""Running the arms in batches until every check is told, and taking effects within replicates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from simulation.evidence.claims.arms import given, recording, scenario_of, simulate_given, without
from simulation.evidence.claims.ledger import BUILT_IN, FINDING, Check, Term
from simulation.evidence.claims.measures import DECIDED, decided, level
from simulation.evidence.claims.verdicts import AS_PREDICTED, BATCHES, RATE, SAME_AS, chance, clear, narrow, outcome
from simulation.experiments.analysis.contrasts import contrast
from simulation.experiments.analysis.summary import SYSTEM, by_replicate
from simulation.experiments.engine.runner import Ensemble, Progress, run_points
from simulation.scenario.schema import Scenario

SPREAD_PAIRS = 24
"""Replicates of the baseline in which all states are recorded, for the spread between them."""
YEARLY = 4  # quarters between two records, where all that is read stands at the end of a year
_BASE = "baseline"


@dataclass(frozen=True)
class Number:
    """An effect as measured.

    Attributes
    ----------
    a, b
        Means of its two sides.
    difference, low, high
        Mean of A minus B within replicates, and its 90 % interval (Student).
    p
        Probability of so large a difference by luck alone.
    smallest
        Smallest difference that matters, in the number's own unit.
    pairs
        Number of replicates.
    """

    a: float
    b: float
    difference: float
    low: float
    high: float
    p: float
    smallest: float
    pairs: int

    @property
    def settled(self) -> bool:
        """Whether no more pairs are needed."""
        own = self.low, self.high, self.smallest
        return narrow(*own) or clear(self.difference, *own, self.pairs)

    def is_as(self, predicted: str) -> bool:
        """Whether the prediction could hold, at the most generous rate of discoveries that any check can get."""
        return outcome(self.low, self.high, predicted, self.smallest, self.p <= RATE) == AS_PREDICTED


@dataclass
class Runs:
    """What was read in the replicates of the arms so far.

    Attributes
    ----------
    folder
        Of the scenarios.
    wanted
        Metrics and quarters that are read, by arm.
    workers, progress
        As in :func:`simulation.experiments.engine.runner.run_points`.
    keep
        Folder in which readings are kept from one run of this program to the next; None: nowhere.
    made_from
        Names the model in what is kept.
    """

    folder: Path
    wanted: dict[str, set[tuple[str, str]]]
    workers: int | None = None
    progress: Progress | None = None
    keep: Path | None = None
    made_from: str = ""
    _read: dict[str, pd.DataFrame] = field(default_factory=dict)

    def extend(self, arms: Iterable[str], pairs: int) -> None:
        """Run what the arms lack of so many replicates.

        Raises
        ------
        InputError
            If an arm is at fault.
        RunError
            If a replicate fails: an effect is not taken from what is left.
        """
        groups: dict[int, list[str]] = {}
        for name in dict.fromkeys(arms):
            if name not in self._read:
                self._read[name] = self._kept(name)
            if len(self._read[name]) < pairs:
                groups.setdefault(len(self._read[name]), []).append(name)
        for first, names in groups.items():
            points = {name: self.scenario(name) for name in names}
            further = dict.fromkeys(names, range(first, pairs))
            found = run_points(points, further, self.workers, self.progress, "raise", simulate_given)
            for name, ensemble in found.items():
                self._read[name] = pd.concat([self._read[name], self._readings(name, ensemble)])
                if self.keep is not None:
                    self._read[name].to_parquet(self._file(name))

    def scenario(self, name: str) -> Scenario:
        """The scenario of an arm, recording what is read."""
        plain = scenario_of(name, self.folder)
        yearly = all(not quarter or quarter.endswith("Q4") for _, quarter in self.wanted[name])
        metrics = sorted({metric for metric, _ in self.wanted[name] if metric != DECIDED})
        return recording(plain, metrics, (plain.focal,), YEARLY if yearly else 1)

    def values(self, term: Term, pairs: int) -> pd.Series:
        """A term without its weight, a value a replicate."""
        return self._read[term.arm][_column(term.metric, term.quarter)].iloc[:pairs]

    def _readings(self, name: str, ensemble: Ensemble) -> pd.DataFrame:
        scenario = ensemble.scenario
        columns = {}
        for metric, quarter in sorted(self.wanted[name]):
            if metric == DECIDED:
                told = {k: decided(given(scenario, k)) for k in ensemble.replicates}
                columns[_column(metric, quarter)] = pd.Series(told)
                continue
            actor = SYSTEM if level(metric) == "system" else scenario.focal
            table = by_replicate(ensemble.series, metric, quarter or str(scenario.horizon))
            if actor not in table:
                raise ValueError(f"{metric} was not recorded in {quarter or scenario.horizon} of {name}")
            columns[_column(metric, quarter)] = table[actor]
        return pd.DataFrame(columns).sort_index()

    def _file(self, name: str) -> Path:
        assert self.keep is not None
        text = f"{self.made_from} {self.scenario(name).model_dump_json()} {sorted(self.wanted[name])}"
        return self.keep / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.parquet"

    def _kept(self, name: str) -> pd.DataFrame:
        if self.keep is None or not self._file(name).is_file():
            return pd.DataFrame()
        return pd.read_parquet(self._file(name))


def _column(metric: str, quarter: str) -> str:
    return f"{metric}@{quarter}"


def wanted(checks: Sequence[Check]) -> dict[str, set[tuple[str, str]]]:
    """What has to be read for some checks, their negative controls included, by arm."""
    found: dict[str, set[tuple[str, str]]] = {}
    for check in checks:
        for each in filter(None, (check, controlled(check))):
            for term in each.terms:
                own = found.setdefault(term.arm, set())
                own.add((term.metric, term.quarter))
                if check.per:
                    own.add((check.per, term.quarter))
    return found


def controlled(check: Check) -> Check | None:
    """The check with the claimed channel gone on both sides; None where there is no control."""
    if not check.control:
        return None
    a, b = (tuple(replace(term, arm=without(check.control, term.arm)) for term in side) for side in (check.a, check.b))
    return replace(check, a=a, b=b)


def spreads(checks: Sequence[Check], runs: Runs) -> dict[str, float]:
    """Standard deviation between states at the horizon of the baseline, by metric; mean over replicates."""
    metrics = {check.metric for check in checks if check.unit == "states"}
    metrics |= {term.metric for check in checks for term in check.terms if term.in_spreads}
    if not metrics:
        return {}
    wide = recording(scenario_of(_BASE, runs.folder), sorted(metrics), "states", 1_000)
    point = {_BASE: wide}
    found = run_points(point, {_BASE: SPREAD_PAIRS}, runs.workers, runs.progress, "raise", simulate_given)
    tables = {metric: by_replicate(found[_BASE].series, metric, str(wide.horizon)) for metric in metrics}
    return {
        metric: float(table.drop(columns=SYSTEM, errors="ignore").std(axis=1, ddof=0).mean())
        for metric, table in tables.items()
    }


def measured(check: Check, runs: Runs, spread: Mapping[str, float], pairs: int) -> Number:
    """A check on the first so many replicates of its arms."""
    a = _side(check.a, check.per, runs, spread, pairs)
    b = _side(check.b, check.per, runs, spread, pairs) if check.b else a * 0.0
    found = contrast(pd.DataFrame({"a": a, "b": b}).dropna())
    unit = {
        "states": spread.get(check.metric, np.nan), "points": 1.0,
        "share": max(abs(found["mean_a"]), abs(found["mean_b"])),
    }[check.unit]  # fmt: skip
    return Number(
        found["mean_a"], found["mean_b"], found["difference"], found["low"], found["high"],
        chance(found["difference"], found["standard_error"], found["pairs"]), check.smallest * unit,
        int(found["pairs"]),
    )  # fmt: skip


def _side(
    terms: Sequence[Term], per: str, runs: Runs, spread: Mapping[str, float], pairs: int
) -> pd.Series:
    total = _sum(terms, runs, spread, pairs)
    if not per:
        return total
    # a ratio of means: its linear part a replicate, so that the interval is that of the ratio (Cochran 1977, 6.4)
    below = _sum([replace(term, metric=per) for term in terms], runs, spread, pairs)
    ratio = total.mean() / below.mean() if below.mean() else np.nan
    return ratio + (total - ratio * below) / below.mean()


def _sum(terms: Sequence[Term], runs: Runs, spread: Mapping[str, float], pairs: int) -> pd.Series:
    parts = [
        term.weight * runs.values(term, pairs) / (spread[term.metric] if term.in_spreads else 1.0) for term in terms
    ]
    return sum(parts[1:], parts[0])


def _is_no_news(check: Check) -> bool:
    """Whether only the size of an effect is asked for: its sign is the equation's own."""
    return check.kind == BUILT_IN and check.predicted != SAME_AS


@dataclass(frozen=True)
class Measured:
    """A check and its negative control as measured; without one None."""

    number: Number
    control: Number | None = None


def run(checks: Sequence[Check], runs: Runs, most: int) -> dict[Check, Measured]:
    """Measure checks, each with as many pairs as its own interval needs.

    A finding gets :data:`BATCHES` of pairs until its interval is narrow, or larger than what matters beyond doubt,
    whatever the sign and whatever other checks need, so that it comes out the same alone and among others; a
    mechanism check, whose sign is no news, the first batch. Negative controls are run where a prediction may hold.

    Parameters
    ----------
    checks
        Findings and mechanism checks.
    runs
        Where readings come from.
    most
        Most pairs that a check gets, at least 2.
    """
    spread = spreads(checks, runs)
    found: dict[Check, Number] = {}
    open_checks = list(checks)
    for pairs in dict.fromkeys(min(batch, most) for batch in BATCHES):
        runs.extend((arm for check in open_checks for arm in check.arms), pairs)
        found |= {check: measured(check, runs, spread, pairs) for check in open_checks}
        open_checks = [check for check in open_checks if not (found[check].settled or _is_no_news(check))]
    pairs = min(BATCHES[0], most)
    hopeful = [check for check in checks if check.kind == FINDING and found[check].is_as(check.predicted)]
    twins = {check: twin for check in hopeful if (twin := controlled(check)) is not None}
    runs.extend((arm for twin in twins.values() for arm in twin.arms), pairs)
    controls = {check: measured(twin, runs, spread, pairs) for check, twin in twins.items()}
    return {check: Measured(found[check], controls.get(check)) for check in checks}
