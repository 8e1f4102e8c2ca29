"""Compare scenarios in pairs of replicates that share their luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from simulation.analysis.contrasts import CONTRAST_COLUMNS, paired
from simulation.analysis.summary import SYSTEM
from simulation.errors import Fault, InputError, warn_of
from simulation.experiments import posterior
from simulation.experiments.ask import Question, failures_of, load, named, slim
from simulation.experiments.engine.runner import Ensemble, Progress
from simulation.experiments.kept import Format, Kept, Table
from simulation.experiments.run import CONTRAST_METRICS, milestones
from simulation.outcomes.metrics import METRICS
from simulation.scenario.quarter import Quarter

if TYPE_CHECKING:
    from simulation.actors.cast import Cast
    from simulation.scenario.schema import Scenario


@dataclass(frozen=True, repr=False)
class Comparison(Kept):
    """Every scenario against the first.

    Attributes
    ----------
    info
        What was compared: focal state, scenarios, versions, hashes, failures (``comparison.json``).
    """

    FORMAT = Format(
        "comparison.json",
        "wifaq compare",
        {"comparison": Table(("scenario", "metric", "quarter"), ("scenario", *CONTRAST_COLUMNS))},
        {"focal": dict, "scenarios": list, "bands": str, "failures": list},
    )

    @property
    def titles(self) -> Mapping[str, str]:
        """Title of each scenario by its key, the first one first."""
        return {entry["key"]: entry["title"] for entry in self.info["scenarios"]}

    @property
    def contrasts(self) -> pd.DataFrame:
        """``scenario`` and the columns of :func:`simulation.analysis.contrasts.paired`: it minus the first."""
        return self.tables["comparison"]

    def __repr__(self) -> str:
        against = ", ".join(map(repr, self.titles.values()))
        return f"<Comparison of {against} for {self.focal}; failed: {len(self.failures)}; see .contrasts>"


def compare(
    scenarios: Sequence[Scenario | str | Path],
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    metrics: Sequence[str] = CONTRAST_METRICS,
    quarters: Sequence[str] = (),
    parameters: str = posterior.POSTERIOR,
    actors: Cast | Sequence[Cast | None] | None = None,
) -> Comparison:
    """Contrast scenarios with the first one, replicate by replicate.

    Parameters
    ----------
    scenarios
        Two or more, or the paths of their files, of one focal state and one seed; the fewest
        replicates of any are run of each.
    workers, progress
        As in :func:`simulation.experiments.engine.runner.run_points`.
    metrics
        Recorded ones, of the focal state or of the world.
    quarters
        When; by default the milestones and the earliest horizon.
    parameters
        ``posterior``: in each replicate the calibrated parameters are drawn anew, the same draw
        for all scenarios; what a scenario sets itself is not drawn. ``defaults``: none is.
    actors
        Replacement classes by actor id or by kind: one mapping for all scenarios, or one a
        scenario (``[None, {"ocp": MyFirm}]`` compares a scenario given twice with and without).

    Raises
    ------
    InputError
        If the scenarios cannot be paired.
    """
    if isinstance(scenarios, str | Path):
        raise InputError(f"give a list of scenarios to compare, not {str(scenarios)!r} alone")
    arms = [load(scenario) for scenario in scenarios]
    _check(arms)
    points = _keys(arms)
    count = min(scenario.replicates for scenario in arms)
    casts = dict(zip(points, _casts(actors, len(arms)), strict=True))
    asked = Question({key: slim(scenario) for key, scenario in points.items()}, count, parameters, casts)
    when = _asked(quarters, arms)
    found = asked.run(workers, progress)
    table = _contrasts(found, metrics, when or _common_quarters(found.values()), arms[0].focal)
    failures = failures_of(found)
    warn_of(failures, "comparison.failures")
    info = {
        "focal": named(arms[0].focal),
        "scenarios": [{"key": key, "title": scenario.title or scenario.name} for key, scenario in points.items()],
        "seed": arms[0].seed,
        "replicates": count,
        "parameters": parameters,
        "bands": asked.bands,
        "failures": failures,
    }
    return Comparison(info, "", {"comparison": table})


def _contrasts(
    found: Mapping[str, Ensemble], metrics: Sequence[str], quarters: Sequence[str], focal: str
) -> pd.DataFrame:
    """Every scenario minus the first."""
    first, *others = found
    tables = []
    for key in others:
        for metric in metrics:
            table = paired(found[key].series, found[first].series, _whose(metric, focal), [metric], quarters)
            table.insert(0, "scenario", key)
            tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _whose(metric: str, focal: str) -> str:
    """The actor of a metric: the focal state, or the whole world."""
    return SYSTEM if metric in METRICS and METRICS[metric].level == "system" else focal


def _casts(actors: Cast | Sequence[Cast | None] | None, count: int) -> list[Cast | None]:
    """The cast of each scenario."""
    if actors is None or isinstance(actors, Mapping):
        return [actors] * count
    if len(actors) != count:
        raise InputError(f"actors: {len(actors)} mappings for {count} scenarios; give one, or one a scenario")
    return list(actors)


def _check(scenarios: Sequence[Scenario]) -> None:
    if len(scenarios) < 2:
        raise InputError("name at least two scenarios to compare")
    for key, advice in (("focal", "--focal"), ("seed", "--seed")):
        values = list(dict.fromkeys(getattr(scenario, key) for scenario in scenarios))
        if len(values) > 1:
            told = ", ".join(map(str, values))
            raise InputError(Fault(key, f"the scenarios differ ({told}); give all the same with {advice}"))


def _asked(quarters: Sequence[str], scenarios: Sequence[Scenario]) -> list[str]:
    """The quarters asked for, each in the run of every scenario."""
    faults = []
    for quarter in quarters:
        try:
            number = Quarter.parse(quarter)
        except ValueError as error:
            faults.append(Fault("", str(error), "--quarter"))
            continue
        for scenario in scenarios:
            if not scenario.start <= number <= scenario.horizon:
                told = f"{quarter} is outside the run of {scenario.name}, {scenario.start} to {scenario.horizon}"
                faults.append(Fault("", told, "--quarter"))
    if faults:
        raise InputError(faults)
    return list(quarters)


def _keys(scenarios: Sequence[Scenario]) -> dict[str, Scenario]:
    """Scenarios by name; a name that comes again gets a number."""
    points: dict[str, Scenario] = {}
    for scenario in scenarios:
        key, number = scenario.name, 1
        while key in points:
            number += 1
            key = f"{scenario.name} ({number})"
        points[key] = scenario
    return points


def _common_quarters(ensembles: Sequence[Ensemble] | Any) -> list[str]:
    """Milestones of every ensemble, in order; at least the earliest horizon."""
    series = [ensemble.series for ensemble in ensembles if ensemble.outcomes]
    if not series:
        return []
    wanted = {quarter for frame in series for quarter in milestones(frame)}
    recorded = [{str(name) for name in frame["quarter"].cat.categories} for frame in series]
    return sorted(wanted.intersection(*recorded))
