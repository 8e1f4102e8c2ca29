"""Run a scenario: replicates over processes, contrasts beside them, results out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from simulation.errors import RunError, warn_of
from simulation.experiments import prior
from simulation.experiments.analysis import summary
from simulation.experiments.analysis.contrasts import Absence, paired, without
from simulation.experiments.ask import Model, Question, failures_of, load, model, simulator, slim
from simulation.experiments.engine import store
from simulation.experiments.engine.dispatch import DEATH_ADVICE
from simulation.experiments.engine.executors import beside, workers_for
from simulation.experiments.engine.labels import Facts
from simulation.experiments.engine.runner import Ensemble, Progress
from simulation.experiments.engine.tables import to_frame
from simulation.experiments.engine.worker import Failure, check_means, no_forks
from simulation.experiments.results import Results
from simulation.scenario.dump import scenario_to_yaml
from simulation.source_code import source_hash

if TYPE_CHECKING:
    from simulation.actors.cast import Cast
    from simulation.experiments.engine.transport import Tweak
    from simulation.experiments.explanation import Explanation
    from simulation.experiments.explanation.watcher import Watching
    from simulation.scenario.schema import Scenario

CONTRASTS = ("fragmentation", "rivalry")
CONTRAST_REPLICATES = 50
HEADLINES = ("partners_new", "commitments_kept", "coverage", "dependence", "capacity")
"""What every comparison leads with."""
CONTRAST_METRICS = (
    *HEADLINES, "deals", "instruments_joined", "cooperation", "volume", "implementation", "autonomy", "safety",
)  # fmt: skip
"""What is contrasted, as far as it is recorded."""
MILESTONES = ("2027Q4", "2030Q4")
"""Quarters that tables show beside the horizon."""

SCENARIO = "scenario"
"""The point of a run that is the scenario itself; the others are its contrasts."""
_Explained = tuple[dict[str, pd.DataFrame], list[dict[str, Any]]]


def run(
    scenario: Scenario | Path | str,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    contrasts: Sequence[str] = (),
    parameters: str = prior.PRIOR,
    command: str = "",
    actors: Cast | None = None,
    tweak: Tweak | None = None,
    time_limit: float | None = None,
) -> Results:
    """Run the replicates of a scenario.

    Parameters
    ----------
    scenario
        A scenario, or the path of a scenario file.
    replicates, seed
        In place of the scenario's.
    workers
        Processes; by default one a usable core, or this one for a few replicates. The results do not depend on it.
    progress
        Called with the number of replicates done and planned.
    contrasts
        ``fragmentation`` and ``rivalry``: run up to :data:`CONTRAST_REPLICATES` replicates
        without each (or with it, where the scenario has none) and compare in pairs.
    parameters
        ``prior``: each replicate draws the free parameters that the scenario does not set itself
        from their prior, the same draw for what is contrasted. ``defaults``: none is drawn.
    command
        Kept in ``run.json``.
    actors
        Replacement classes by actor id or by kind, e.g. ``{"ocp": MyFirm, "ngo": MyNGO}``.
    tweak
        A function of the model, called in each replicate before it runs: what it writes into
        agents and arrays is part of the run, e.g. ``model.states["SEN"].trust["FRA"] = 0.9``.
    time_limit
        Seconds that a replicate may take; without one, for ever. The first of a machine compiles too.

    Returns
    -------
    Results
        Failed replicates are rows of ``results.failures`` and a warning
        (:class:`simulation.errors.FailedReplicates`); the tables are of the others. One replicate is
        explained, unless the scenario says ``record: {ties: none}``.

    Raises
    ------
    InputError
        If the scenario is at fault.
    ModelError
        If a class cannot play whom it is given to.
    RunError
        If every replicate failed.
    """
    check_means(workers, time_limit)
    scenario = load(scenario, replicates=replicates, seed=seed)
    arms = [without(scenario, what) for what in contrasts]
    points = {SCENARIO: scenario} | {arm.what: slim(_other_arm(arm, scenario)) for arm in arms}
    counts = dict.fromkeys(points, min(CONTRAST_REPLICATES, scenario.replicates)) | {SCENARIO: scenario.replicates}
    asked = Question(points, counts, parameters, dict.fromkeys(points, actors), dict.fromkeys(points, tweak))
    alone = workers_for(sum(counts.values()), workers) == 1 and time_limit is None
    processes = 0 if alone or workers == 1 or not asked.plain else 1
    with beside([partial(model().describe, scenario)], processes) as described:
        early = [] if processes else described()  # a world that cannot be built is told before any work
        watching = _watching(asked) if alone else None
        result = asked.run(workers, progress, limit=time_limit, simulate=watching)
        (known,) = early or described()
    ensemble = _some(result[SCENARIO])
    failures = failures_of(result)
    calls = _explanations(asked, ensemble, watching.explanation if watching else None)
    with beside(calls, processes) as explained:
        compared = [row for arm in arms for row in _contrast_rows(arm, scenario, ensemble, result[arm.what])]
        tables = _tables(ensemble, known)
        for more, failed in explained():
            tables |= more
            failures += failed
    results = _collect(asked, ensemble, known, compared, failures, command, tables)
    warn_of(results.failures, "results.failures")
    return results


def _some(ensemble: Ensemble) -> Ensemble:
    """The ensemble, if any replicate of it finished."""
    if not ensemble.outcomes:
        first = ensemble.failures[0]
        advice = f". {DEATH_ADVICE}" if first.stage == "worker" else ""
        text = f"the first: {first.type}: {first.message}{advice}"
        raise RunError(f"all {ensemble.scenario.replicates} replicates failed; {text}")
    return ensemble


def _other_arm(arm: Absence, scenario: Scenario) -> Scenario:
    return arm.absent if arm.present is scenario else arm.present


def _contrast_rows(arm: Absence, scenario: Scenario, ensemble: Ensemble, other: Ensemble) -> list[dict[str, Any]]:
    with_it, without_it = (ensemble, other) if arm.present is scenario else (other, ensemble)
    table = paired(with_it.series, without_it.series, scenario.focal, CONTRAST_METRICS, milestones(ensemble.series))
    table = table.astype(object).where(table.notna(), None)  # JSON knows no missing number but null
    table.insert(0, "contrast", arm.what)
    table.insert(1, "statement", arm.statement)
    rows: list[dict[str, Any]] = table.to_dict("records")  # type: ignore[assignment]
    return rows


def milestones(series: pd.DataFrame) -> list[str]:
    """Quarters worth a column: those of :data:`MILESTONES` that were recorded, and the horizon."""
    recorded = [str(quarter) for quarter in series["quarter"].cat.categories]
    return [*(quarter for quarter in MILESTONES if quarter in recorded[1:-1]), recorded[-1]]


def _watching(asked: Question) -> Watching | None:
    """The model that explains what it simulates, where that is one replicate; another's has its own ways to explain."""
    scenario = asked.points[SCENARIO]
    if scenario.replicates > 1 or not asked.plain or model() != Model():
        return None
    from simulation.experiments.explanation.watcher import Watching  # here: whoever has workers needs no model

    return Watching(simulator(asked.parameters), scenario.focal)


def _explanations(
    asked: Question, ensemble: Ensemble, known: Explanation | None
) -> list[Callable[[], _Explained]]:
    """Calls that explain the median replicate to the focal state, if the scenario wants that; one or none.

    The only replicate may be explained already.
    """
    scenario = ensemble.scenario
    if scenario.record.ties == "none":
        return []
    if known is not None:
        return [partial(_explanation, lambda: known, known.replicate, scenario.seed)]
    median = explained_replicate(ensemble.series, scenario.focal, str(scenario.horizon))
    lean = replace(asked, points={**asked.points, SCENARIO: slim(scenario)})
    explain = lean.explainer(SCENARIO, median, scenario.focal)
    return [] if explain is None else [partial(_explanation, explain, median, scenario.seed)]


def _explanation(explain: Callable[[], Explanation], replicate: int, seed: int) -> _Explained:
    """What happened to the focal state in one replicate, as tables; or why it could not be told."""
    try:
        with no_forks():
            result = explain()
    except Exception as error:  # a hook that decides otherwise the second time must not cost the results
        return {}, [Failure(SCENARIO, replicate, seed, "explain", type(error).__name__, str(error)).row]
    events = result.events.copy()
    events.insert(0, "replicate", replicate)
    return {"explained": events, "explained_terms": result.most_important().terms}, []


def explained_replicate(series: pd.DataFrame, focal: str, horizon: str) -> int:
    """The replicate that a result explains: the one whose cooperation at the end is the median.

    Of two in the middle the lower; the first one where cooperation was not recorded.
    """
    final = series.loc[
        (series["metric"] == summary.HEADLINE) & (series["actor"] == focal) & (series["quarter"] == horizon)
    ]
    if final.empty:
        return int(series["replicate"].min())
    ordered = final.sort_values(["value", "replicate"], kind="stable")["replicate"]
    return int(ordered.iloc[(len(ordered) - 1) // 2])


def _collect(
    asked: Question,
    ensemble: Ensemble,
    facts: Facts,
    contrasts: list[dict[str, Any]],
    failures: list[dict[str, Any]],
    command: str,
    tables: dict[str, pd.DataFrame],
) -> Results:
    scenario, tweak = ensemble.scenario, asked.tweaks[SCENARIO]
    names = facts.actors.set_index("id")
    text = scenario_to_yaml(scenario)
    hashes = store.hashes(scenario, text, asked.casts[SCENARIO]) | asked.hashes
    hashes |= {"tweak": source_hash(tweak)} if tweak else {}
    info = {
        "run": store.run_id(scenario.seed, hashes, [row["contrast"] for row in contrasts]),
        "scenario": scenario.name,
        "title": scenario.title,
        "question": scenario.question,
        "focal": _named(scenario.focal, names),
        "states": len(facts.states),
        "peers": [_named(peer, names) for peer in facts.peers],
        "as_of": scenario.as_of.isoformat(),
        "horizon": str(scenario.horizon),
        "seed": scenario.seed,
        "replicates": _counts(ensemble),
        "failures": failures,
        "parameters": asked.parameters,
        "bands": asked.bands,
        "contrasts": contrasts,
        "notes": list(facts.notes),
        "priors_alone": list(facts.priors_alone),
        "command": command,
        "versions": store.versions(),
        "hashes": hashes,
    }
    return Results(info, text, tables, ensemble.table("series"), _on_request(ensemble))


def _tables(ensemble: Ensemble, facts: Facts) -> dict[str, pd.DataFrame]:
    """Every table of a result but those of the explained replicate."""
    focal, horizon = ensemble.scenario.focal, str(ensemble.scenario.horizon)
    names = facts.actors.set_index("id")
    recorded = [str(actor) for actor in ensemble.series["actor"].cat.categories if actor != summary.SYSTEM]
    ties = summary.partners(ensemble.ties, focal, horizon, len(ensemble.outcomes))
    return {
        "forecast": summary.forecast(ensemble.series, focal, _units()),
        "ties": _name_partners(ties, names),
        "instruments": _name_instruments(summary.instruments(ensemble.joins, recorded, horizon), facts),
        **_world_tables(ensemble, facts),
    }


def _on_request(ensemble: Ensemble) -> dict[str, Any]:
    record = ensemble.scenario.record
    more = {"edges": ensemble.table("ties")} if record.ties == "all" else {}
    return more | ({"events": ensemble.table("events")} if record.events else {})


def _counts(ensemble: Ensemble) -> dict[str, int]:
    done, failed = len(ensemble.outcomes), len(ensemble.failures)
    return {"planned": ensemble.scenario.replicates, "done": done, "failed": failed}


def _world_tables(ensemble: Ensemble, facts: Facts) -> dict[str, pd.DataFrame]:
    """Tables of the world at the horizon, where it was recorded, and of joining over time."""
    done = len(ensemble.outcomes)
    quarters = [str(quarter) for quarter in ensemble.series["quarter"].cat.categories]
    joining = summary.joining(ensemble.joins, ensemble.scenario.focal, quarters)
    joining.insert(1, "title", joining["instrument"].map(facts.instruments.set_index("id")["title"]))
    result = {"joining": joining}
    deals = to_frame(ensemble.table("world"))
    if len(deals):
        result["world"] = summary.world(deals, done)
        result["trust"] = summary.trust(to_frame(ensemble.table("trust")))
        result["states"] = facts.states
    events = to_frame(ensemble.table("blocs"))
    if len(events):
        result["blocs"] = summary.blocs(events, done)
        whole = facts.blocs["id"].str.partition("/")[0]  # parts of a bloc differ between draws of the parameters
        names = dict(zip(whole, facts.blocs["name"], strict=True))
        result["blocs"].insert(1, "name", result["blocs"]["bloc"].str.partition("/")[0].map(names))
    return result


def _named(actor: str, names: pd.DataFrame) -> dict[str, str]:
    return {"id": actor, "name": str(names.loc[actor, "name"])}


def _units() -> dict[str, str]:
    from simulation.outcomes.metrics import METRICS

    return {name: entry.unit for name, entry in METRICS.items()}


def _name_partners(table: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    for place, column in enumerate(("name", "kind", "camp", "region"), start=2):
        table.insert(place, column, table["partner"].map(names[column]).astype("str"))
    return table


def _name_instruments(table: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    known = facts.instruments.set_index("id")
    for place, column in enumerate(("title", "domain", "binding", "open"), start=1):
        table.insert(place, column, table["instrument"].map(known[column]))
    return table
