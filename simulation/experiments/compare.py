"""Compare scenarios in pairs of replicates that share their luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from simulation.errors import Fault, InputError, warn_of
from simulation.experiments import prior
from simulation.experiments.analysis.contrasts import CONTRAST_COLUMNS, paired
from simulation.experiments.analysis.summary import QUANTILES, SYSTEM, by_replicate
from simulation.experiments.ask import Question, failures_of, load, named, slim
from simulation.experiments.engine import store
from simulation.experiments.engine.runner import Ensemble, Progress
from simulation.experiments.kept import Format, Kept, Table
from simulation.experiments.run import CONTRAST_METRICS, milestones
from simulation.outcomes.metrics import METRICS, unknown
from simulation.scenario.dump import scenario_to_yaml
from simulation.scenario.quarter import Quarter

if TYPE_CHECKING:
    from simulation.actors.cast import Cast
    from simulation.scenario.schema import Scenario


VALUE_COLUMNS = ("scenario", "metric", "quarter", "mean", *QUANTILES, "replicates")


@dataclass(frozen=True, repr=False)
class Comparison(Kept):
    """Scenarios side by side, and each against the first.

    Attributes
    ----------
    info
        What was compared: focal state, scenarios and what each sets, versions, failures (``comparison.json``).
    scenario_text
        The scenarios with every key written out, a YAML document each.
    """

    FORMAT = Format(
        "comparison.json",
        "wifaq compare",
        {
            "values": Table(("scenario", "metric", "quarter"), VALUE_COLUMNS),
            "comparison": Table(("scenario", "metric", "quarter"), ("scenario", *CONTRAST_COLUMNS)),
        },
        {"focal": dict, "scenarios": list, "bands": str, "failures": list},
    )

    @property
    def titles(self) -> Mapping[str, str]:
        """Title of each scenario by its key, the first one first."""
        return {entry["key"]: entry["title"] for entry in self.info["scenarios"]}

    @property
    def sets(self) -> Mapping[str, Sequence[str]]:
        """Calibrated parameters that each scenario sets itself, by its key; they are not drawn."""
        return {entry["key"]: entry["sets"] for entry in self.info["scenarios"]}

    @property
    def values(self) -> pd.DataFrame:
        """Mean and quantiles over all replicates of each scenario: columns :data:`VALUE_COLUMNS`."""
        return self.tables["values"]

    @property
    def contrasts(self) -> pd.DataFrame:
        """``scenario`` and the columns of :func:`.analysis.contrasts.paired`: it minus the first."""
        return self.tables["comparison"]

    def __repr__(self) -> str:
        against = ", ".join(map(repr, self.titles.values()))
        text = f"failed: {len(self.failures)}; see .values, .contrasts"
        return f"<Comparison of {against} for {self.focal}; {text}>"


def compare(
    scenarios: Sequence[Scenario | str | Path],
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    metrics: Sequence[str] = (),
    quarters: Sequence[str] = (),
    parameters: str = prior.PRIOR,
    actors: Cast | Sequence[Cast | None] | None = None,
    out: Path | None = None,
) -> Comparison:
    """Put scenarios side by side and contrast each with the first one, replicate by replicate.

    The numbers of a scenario, and of its contrast with the first, do not depend on what others are compared with.

    Parameters
    ----------
    scenarios
        Two or more, or the paths of their files, of one focal state and one seed; each has its own number
        of replicates, and pairs are those that both have.
    workers, progress
        As in :func:`simulation.experiments.engine.runner.run_points`.
    metrics
        Any of the focal state or of the world, a user's own too; by default :data:`CONTRAST_METRICS`.
    quarters
        When; by default the milestones and the horizon that a scenario and the first have both.
    parameters
        ``prior``: in each replicate a scenario draws the free parameters that it does not set itself,
        all of them from the same draw. ``defaults``: none is drawn.
    actors
        Replacement classes by actor id or by kind: one mapping for all scenarios, or one a
        scenario (``[None, {"ocp": MyFirm}]`` compares a scenario given twice with and without).
    out
        Folder for both tables, written whole or not at all.

    Raises
    ------
    InputError
        If the scenarios cannot be paired, a metric is unknown, or the folder cannot be written.
    """
    if isinstance(scenarios, str | Path):
        raise InputError(f"give a list of scenarios to compare, not {str(scenarios)!r} alone")
    if out is not None:
        store.check_target(out)
    arms = [load(scenario) for scenario in scenarios]
    _check_pairable(arms)
    wanted = _metrics(metrics)
    points = _keys(arms)
    casts = dict(zip(points, _casts(actors, len(arms)), strict=True))
    when = _asked(quarters, arms)
    kept = {key: _recording(scenario, wanted) for key, scenario in points.items()}
    asked = Question(kept, {key: scenario.replicates for key, scenario in points.items()}, parameters, casts)
    results = asked.run(workers, progress)
    tables = _tables(results, wanted, when, arms[0].focal)
    failures = failures_of(results)
    warn_of(failures, "comparison.failures")
    free = [entry.name for entry in prior.free_parameters()] if parameters == prior.PRIOR else ()
    info = {
        "focal": named(arms[0].focal),
        "scenarios": [_entry(key, scenario, casts[key], free) for key, scenario in points.items()],
        "seed": arms[0].seed,
        "metrics": list(wanted),
        "quarters": when,
        "parameters": parameters,
        "bands": asked.bands,
        "failures": failures,
        "versions": store.versions(),
        "hashes": asked.hashes,
    }
    result = Comparison(info, "---\n".join(map(scenario_to_yaml, points.values())), tables)
    if out is not None:
        result.save(out)
    return result


def _entry(key: str, scenario: Scenario, cast: Cast | None, free: Sequence[str]) -> dict[str, Any]:
    """What a folder says of one scenario."""
    return {
        "key": key,
        "title": scenario.title or scenario.name,
        "horizon": str(scenario.horizon),
        "replicates": scenario.replicates,
        "sets": [name for name in free if name in scenario.parameters.chosen],
        "hashes": store.hashes(scenario, scenario_to_yaml(scenario), cast),
    }


def _metrics(metrics: Sequence[str]) -> tuple[str, ...]:
    """The metrics asked for, each a known one."""
    faults = [Fault("", message, "--metric") for _, message in unknown(metrics)]
    if faults:
        raise InputError(faults)
    return tuple(dict.fromkeys(metrics)) or tuple(name for name in CONTRAST_METRICS if name in METRICS)


def _recording(scenario: Scenario, metrics: tuple[str, ...]) -> Scenario:
    """The scenario recording what is compared, in every quarter; recording changes no bit of a run."""
    lean = slim(scenario)
    return lean.model_copy(update={"record": lean.record.model_copy(update={"metrics": metrics, "every": 1})})


def _tables(
    found: Mapping[str, Ensemble], metrics: Sequence[str], quarters: Sequence[str], focal: str
) -> dict[str, pd.DataFrame]:
    """Values of every scenario, and every scenario minus the first."""
    first, *others = found
    values = [_values(found[key], key, metrics, quarters or _milestones(found[key]), focal) for key in found]
    contrasts = []
    for key in others:
        one, base = found[key], found[first]
        when = quarters or [quarter for quarter in _milestones(one) if quarter in _milestones(base)]
        rows = [paired(one.series, base.series, _whose(metric, focal), [metric], when) for metric in metrics]
        contrasts.append(pd.concat(rows, ignore_index=True))
        contrasts[-1].insert(0, "scenario", key)
    return {
        "values": pd.concat(values, ignore_index=True),
        "comparison": pd.concat(contrasts, ignore_index=True),
    }


def _values(ensemble: Ensemble, key: str, metrics: Sequence[str], quarters: Sequence[str], focal: str) -> pd.DataFrame:
    rows = []
    for metric in metrics:
        for quarter in quarters if ensemble.outcomes else ():
            wide = by_replicate(ensemble.series, metric, quarter)
            if _whose(metric, focal) in wide:
                own = wide[_whose(metric, focal)].dropna()
                rows.append((key, metric, quarter, own.mean(), *own.quantile(list(QUANTILES.values())), len(own)))
    return pd.DataFrame(rows, columns=list(VALUE_COLUMNS))


def _milestones(ensemble: Ensemble) -> list[str]:
    return milestones(ensemble.series) if ensemble.outcomes else []


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


def _check_pairable(scenarios: Sequence[Scenario]) -> None:
    """Refuse scenarios whose replicates do not share their luck: of another focal state or seed, or one alone."""
    if len(scenarios) < 2:
        raise InputError("name at least two scenarios to compare")
    for key, advice in (("focal", "--focal"), ("seed", "--seed")):
        values = list(dict.fromkeys(getattr(scenario, key) for scenario in scenarios))
        if len(values) > 1:
            text = ", ".join(map(str, values))
            raise InputError(Fault(key, f"the scenarios differ ({text}); give all the same with {advice}"))


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
                text = f"{quarter} is outside the run of {scenario.name}, {scenario.start} to {scenario.horizon}"
                faults.append(Fault("", text, "--quarter"))
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
