"""Run a scenario: replicates over processes, contrasts beside them, results out."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from simulation.analysis import summary, world_summary
from simulation.analysis.contrasts import Absence, paired, without
from simulation.analysis.summary import BAND_LABEL, POSTERIOR_LABEL
from simulation.errors import RunError, warn_of
from simulation.experiments import posterior
from simulation.experiments.engine import store
from simulation.experiments.engine.dispatch import DEATH_ADVICE
from simulation.experiments.engine.executors import beside
from simulation.experiments.engine.labels import Facts, describe
from simulation.experiments.engine.runner import Ensemble, Progress, run_points
from simulation.experiments.engine.simulate import simulate as simulate_model
from simulation.experiments.engine.tables import to_frame
from simulation.experiments.engine.transport import Goods, goods_for
from simulation.experiments.engine.worker import Failure, Simulate
from simulation.experiments.explanation import Explanation, explain_run
from simulation.experiments.results import Results
from simulation.source_code import source_hash

if TYPE_CHECKING:
    from simulation.actors.cast import Cast
    from simulation.experiments.engine.transport import Tweak
    from simulation.scenario.schema import Scenario

CONTRASTS = ("fragmentation", "rivalry")
CONTRAST_REPLICATES = 50
CONTRAST_METRICS = (
    "cooperation",
    "volume",
    "implementation",
    "quality",
    "autonomy",
    "capacity",
    "safety",
)
MILESTONES = ("2027Q4", "2030Q4")
"""Quarters that tables show beside the horizon."""

Describe = Callable[[Any], Facts]
Explain = Callable[..., Explanation]
"""``explain(scenario, actor, replicate, actors) -> Explanation``."""


def run(
    scenario: Scenario | Path | str,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    contrasts: Sequence[str] = (),
    parameters: str = posterior.POSTERIOR,
    command: str = "",
    actors: Cast | None = None,
    tweak: Tweak | None = None,
    simulate: Simulate = simulate_model,
    facts: Describe = describe,
    explain: Explain = explain_run,
) -> Results:
    """Run the replicates of a scenario.

    Parameters
    ----------
    scenario
        A scenario, or the path of a scenario file.
    replicates, seed
        In place of the scenario's.
    workers
        Processes; by default one a usable core. The results do not depend on it.
    progress
        Called with the number of replicates done and planned.
    contrasts
        ``fragmentation`` and ``rivalry``: run up to :data:`CONTRAST_REPLICATES` replicates
        without each (or with it, where the scenario has none) and compare in pairs.
    parameters
        ``posterior``: each replicate draws the free parameters that the scenario does not set itself
        from the shipped posterior, the same draw for what is contrasted. ``defaults``: none is drawn.
    command
        Kept in ``run.json``.
    actors
        Replacement classes by actor id or by kind, e.g. ``{"ocp": MyFirm, "ngo": MyNGO}``.
    tweak
        A function of the model, called in each replicate before it runs: what it writes into
        agents and arrays is part of the run, e.g. ``model.states["SEN"].trust["FRA"] = 0.9``.
    simulate, facts, explain
        The model; others only in tests.

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
    posterior.check_source(parameters)
    scenario = load(scenario, replicates=replicates, seed=seed)
    known = facts(scenario)
    arms = [without(scenario, what) for what in contrasts]
    points = {"scenario": scenario}
    points |= {arm.what: slim(_other_arm(arm, scenario)) for arm in arms}
    few = min(CONTRAST_REPLICATES, scenario.replicates)
    counts = dict.fromkeys(points, few) | {"scenario": scenario.replicates}
    casts = dict.fromkeys(points, actors) if actors else {}
    tweaks = dict.fromkeys(points, tweak) if tweak else {}
    explains = explain is not explain_run or simulate is simulate_model  # it tells of no other model
    if tweak:
        explain = partial(explain, tweak=tweak)
    if parameters == posterior.POSTERIOR:
        fixed = posterior.chosen(*points.values())
        simulate = posterior.Drawing(simulate, fixed)
        explain = _Drawn(explain, fixed)
    found = run_points(points, counts, workers, progress, simulate=simulate, casts=casts, tweaks=tweaks)
    ensemble = found["scenario"]
    if not ensemble.outcomes:
        first = ensemble.failures[0]
        advice = f". {DEATH_ADVICE}" if first.stage == "worker" else ""
        told = f"the first: {first.type}: {first.message}{advice}"
        raise RunError(f"all {scenario.replicates} replicates failed; {told}")
    failures = [failure for point in found.values() for failure in point.failures]
    asked = []
    if explains and scenario.record.ties != "none":
        median = explained_replicate(ensemble.series, scenario.focal, str(scenario.horizon))
        asked.append(partial(_explanation, scenario, median, explain, actors))
    travels = workers != 1 and goods_for(casts, tweaks) == Goods()
    with beside(asked, 1 if travels else 0) as explained:
        compared = [row for arm in arms for row in _contrast_rows(arm, scenario, ensemble, found[arm.what])]
        tables = _tables(ensemble, known)
        for more, failed in explained():
            tables |= more
            failures += failed
    results = _collect(ensemble, known, compared, failures, command, parameters, actors, tweak, tables)
    warn_of(results.failures, "results.failures")
    return results


def load(
    scenario: Scenario | Path | str,
    *,
    sets: Sequence[str] = (),
    focal: str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
) -> Scenario:
    """Load a scenario with the changes that options of a run make to it.

    Raises
    ------
    InputError
        With every fault.
    """
    from simulation.scenario.load import load_scenario

    changes = {"focal": focal, "replicates": replicates, "seed": seed}
    overrides = {key: value for key, value in changes.items() if value is not None}
    return load_scenario(scenario, sets=sets, overrides=overrides)


def _other_arm(arm: Absence, scenario: Scenario) -> Scenario:
    return arm.absent if arm.present is scenario else arm.present


def slim(scenario: Scenario) -> Scenario:
    """The scenario recording only what contrasts need; recording changes no bit of a run."""
    record = scenario.record.model_copy(update={"actors": (scenario.focal,), "ties": "none", "events": False})
    return scenario.model_copy(update={"record": record})


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


@dataclass(frozen=True)
class _Drawn:
    """Explains a replicate with the draw of the free parameters that it had."""

    explain: Explain
    fixed: tuple[str, ...]

    def __call__(self, scenario: Scenario, actor: str, replicate: int, actors: Cast | None) -> Explanation:
        return self.explain(posterior.with_draw(scenario, replicate, self.fixed), actor, replicate, actors)


def _explanation(
    scenario: Scenario, replicate: int, explain: Explain, actors: Cast | None
) -> tuple[dict[str, pd.DataFrame], list[Failure]]:
    """What happened to the focal state in one replicate, simulated once more, as tables; or why it failed."""
    try:
        found = explain(slim(scenario), scenario.focal, replicate, actors)
    except Exception as error:  # a hook that decides otherwise the second time must not cost the results
        told = (type(error).__name__, str(error), traceback.format_exc())
        return {}, [Failure("scenario", replicate, scenario.seed, "explain", *told)]
    events = found.events.copy()
    events.insert(0, "replicate", replicate)
    return {"explained": events, "explained_terms": found.most_important().terms}, []


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
    ensemble: Ensemble,
    facts: Facts,
    contrasts: list[dict[str, Any]],
    failures: list[Failure],
    command: str,
    parameters: str,
    actors: Cast | None,
    tweak: Tweak | None,
    tables: dict[str, pd.DataFrame],
) -> Results:
    from simulation.scenario.dump import scenario_to_yaml

    scenario = ensemble.scenario
    horizon = str(scenario.horizon)
    names = facts.actors.set_index("id")
    text = scenario_to_yaml(scenario)
    drawn = parameters == posterior.POSTERIOR
    hashes = store.hashes(scenario, text, actors) | {"posterior": posterior.file_hash() if drawn else ""}
    hashes |= {"tweak": source_hash(tweak)} if tweak else {}
    info = {
        "run": store.run_id(scenario.seed, hashes, [row["contrast"] for row in contrasts]),
        "scenario": scenario.name,
        "title": scenario.title,
        "question": scenario.question,
        "focal": _named(scenario.focal, names),
        "peers": [_named(peer, names) for peer in facts.peers],
        "as_of": scenario.as_of.isoformat(),
        "horizon": horizon,
        "seed": scenario.seed,
        "replicates": _counts(ensemble),
        "failures": [failure_row(row) for row in failures],
        **_source(parameters),
        "contrasts": contrasts,
        "notes": list(facts.notes),
        "priors_alone": list(facts.priors_alone),
        "command": command,
        "versions": store.versions(),
        "hashes": hashes,
    }
    return Results(info, text, ensemble.table("series"), _on_request(ensemble), tables)


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


def _source(parameters: str) -> dict[str, str]:
    drawn = parameters == posterior.POSTERIOR
    return {"parameters": parameters, "bands": POSTERIOR_LABEL if drawn else BAND_LABEL}


def _sample_hash(parameters: str) -> dict[str, str]:
    return {"posterior": posterior.file_hash() if parameters == posterior.POSTERIOR else ""}


def _counts(ensemble: Ensemble) -> dict[str, int]:
    done, failed = len(ensemble.outcomes), len(ensemble.failures)
    return {"planned": ensemble.scenario.replicates, "done": done, "failed": failed}


def _world_tables(ensemble: Ensemble, facts: Facts) -> dict[str, pd.DataFrame]:
    """Tables of the world at the horizon, where it was recorded, and of joining over time."""
    done = len(ensemble.outcomes)
    quarters = [str(quarter) for quarter in ensemble.series["quarter"].cat.categories]
    joining = world_summary.joining(ensemble.joins, ensemble.scenario.focal, quarters)
    joining.insert(1, "title", joining["instrument"].map(facts.instruments.set_index("id")["title"]))
    found = {"joining": joining}
    deals = to_frame(ensemble.table("world"))
    if len(deals):
        found["world"] = world_summary.world(deals, done)
        found["trust"] = world_summary.trust(to_frame(ensemble.table("trust")))
        found["states"] = facts.states
    events = to_frame(ensemble.table("blocs"))
    if len(events):
        found["blocs"] = world_summary.blocs(events, done)
        whole = facts.blocs["id"].str.partition("/")[0]  # parts of a bloc differ between draws of the parameters
        names = dict(zip(whole, facts.blocs["name"], strict=True))
        found["blocs"].insert(1, "name", found["blocs"]["bloc"].str.partition("/")[0].map(names))
    return found


def failure_row(failure: Failure) -> dict[str, Any]:
    """A failed replicate as it stands in ``run.json``."""
    return {
        "point": failure.point,
        "replicate": failure.replicate,
        "seed": failure.seed,
        "stage": failure.stage,
        "type": failure.type,
        "message": failure.message,
    }


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
