"""Which strategy holds in most futures, where it fails, and what would change the choice (robust decision making).

Strategies meet the same futures (:mod:`simulation.experiments.sweeps.futures`); what is compared is regret. XLRM:
Lempert et al. 2006, *Management Science* 52; many objectives: Kasprzyk et al. 2013; measures: McPhail et al. 2018.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pandas as pd
import pyarrow as pa

from simulation.display.advice import AdvicePictures
from simulation.errors import Fault, InputError, RunError, suggest
from simulation.experiments.analysis import boxes as failing
from simulation.experiments.analysis import information, regret
from simulation.experiments.analysis.fronts import COLUMNS as SEARCH_COLUMNS
from simulation.experiments.ask import load, named
from simulation.experiments.engine import store
from simulation.experiments.engine.runner import Progress
from simulation.experiments.engine.tables import to_frame
from simulation.experiments.kept import SCENARIO, Format, Kept, Table
from simulation.experiments.optimise import (
    CARRIED,
    EVALUATIONS,
    POPULATION,
    SEARCHES,
    Found,
    generations,
    optimise,
)
from simulation.experiments.optimise import COLUMNS as SHARES
from simulation.experiments.optimise import FUTURES as SEARCH_FUTURES
from simulation.experiments.optimise import check as check_search
from simulation.experiments.prior import BANDS, PRIOR
from simulation.experiments.results import RESULTS
from simulation.experiments.strategies import OBJECTIVES, RECORDED, RECORDED_METRICS, Candidate, by_future, candidates
from simulation.experiments.sweep import sweep
from simulation.experiments.sweeps.futures import draw_futures, plan_futures, uncertainties
from simulation.experiments.sweeps.manifest import manifest
from simulation.experiments.sweeps.plan import Plan
from simulation.experiments.sweeps.results import PARAMETER, SweepResults
from simulation.scenario.dump import scenario_to_yaml
from simulation.scenario.parameters import PARAMETERS

if TYPE_CHECKING:
    from simulation.scenario.schema import Scenario

FUTURES = 200
LEAST_FUTURES = 20
"""With fewer no interval and no rule can be told."""
RUNS, SEARCH = "runs", "search"
"""Folders inside that of the advice: of the sweep, and of those of a search, one a generation."""
FUTURES_FILE = "futures.parquet"


STRATEGY_COLUMNS = (
    "strategy", "title", "objective", "unit", "median", "worst_tenth", "regret_median", "regret_q90", "satisficed",
    "best_share", "futures", "tied_with", "mean", "regret_mean", "control",
)  # fmt: skip
FAILURE_COLUMNS = ("strategy", "objective", "share_failing", "conditions", "coverage", "density", "futures")
INFORMATION_COLUMNS = ("uncertainty", "value", "unit", "best_low", "best_high", "share_changed", "p_value", "meaning")


@dataclass(frozen=True, repr=False)
class Advice(Kept):
    """What to choose, how sure that is, where it fails and what would change it.

    Attributes
    ----------
    info
        What was asked and what came out: ``chosen`` (the strategy of least mean regret), ``tied`` (those not told
        apart from it), ``facts`` (its row and what one sentence needs), versions, failures (``advice.json``).
    scenario_text
        The scenario with every key written out, as YAML.
    folder
        Where it is kept, with its runs in :data:`RUNS`.
    """

    folder: Path

    FORMAT = Format(
        "advice.json",
        "wifaq advise",
        {
            "strategies": Table(("strategy", "title", "objective", "unit", "tied_with"), STRATEGY_COLUMNS),
            "failures": Table(("strategy", "objective", "conditions"), FAILURE_COLUMNS),
            "information": Table(("uncertainty", "unit", "best_low", "best_high", "meaning"), INFORMATION_COLUMNS),
            "optimised": Table(("strategy",), ("strategy", "search", *SHARES), optional=True),
            "convergence": Table((), SEARCH_COLUMNS, optional=True),
        },
        {"scenario": str, "title": str, "focal": dict, "horizon": str, "objective": str, "chosen": str, "tied": list,
         "facts": dict, "bands": str, "failures": list},
    )  # fmt: skip

    @property
    def strategies(self) -> pd.DataFrame:
        """A row a strategy and objective: columns :data:`STRATEGY_COLUMNS`."""
        return self.tables["strategies"]

    @property
    def where_it_fails(self) -> pd.DataFrame:
        """A row a strategy and objective: columns :data:`FAILURE_COLUMNS`."""
        return self.tables["failures"]

    @property
    def information(self) -> pd.DataFrame:
        """What each uncertain number is worth for the objective asked for: columns :data:`INFORMATION_COLUMNS`."""
        return self.tables["information"]

    @property
    def optimised(self) -> pd.DataFrame:
        """The front that a search found: how each divides the budget, and what it aims at; empty without a search."""
        return self.tables.get("optimised", pd.DataFrame())

    @property
    def convergence(self) -> pd.DataFrame:
        """How each search went: columns ``search, evaluations, hypervolume, front``; empty without a search."""
        return self.tables.get("convergence", pd.DataFrame())

    @property
    def futures(self) -> pd.DataFrame:
        """A row a future and strategy: ``future, strategy, seed``, what the future was, what came of it."""
        return self.tables["futures"]

    @property
    def chosen(self) -> str:
        """The strategy of least mean regret."""
        return str(self.info["chosen"])

    @property
    def tied(self) -> tuple[str, ...]:
        """Strategies that are not told apart from it."""
        return tuple(self.info["tied"])

    @property
    def plot(self) -> AdvicePictures:
        """The pictures: ``.regret()``, ``.knowing()``; ``.front()`` and ``.searches()`` if strategies were searched."""
        return AdvicePictures(
            self.info["focal"]["name"], self.info["horizon"], strategies=self.strategies, information=self.information,
            objective=self.info["objective"], optimised=self.optimised, convergence=self.convergence,
            converged=self.converged,
        )  # fmt: skip

    @property
    def converged(self) -> bool:
        """Whether searches for strategies have settled; not if there were none."""
        return bool((self.info.get("search") or {}).get("converged"))

    def __repr__(self) -> str:
        tie = f", tied with {', '.join(self.tied)}" if self.tied else ""
        text = f"<Advice for {self.focal}: {self.chosen}{tie}; {self.info['objective']}, {self.info['futures']} futures"
        return f"{text}; see .strategies, .where_it_fails, .information, .futures>"

    def _write(self, folder: Path) -> None:
        """Each file whole, the one by which the folder is known last."""
        for name in (name for name in self.FORMAT.tables if name in self.tables):
            with store.atomic_file(folder / f"{name}.csv") as partial:
                store.write_csv(self.tables[name], partial)
        with store.atomic_file(folder / FUTURES_FILE) as partial:
            store.write_table(pa.Table.from_pandas(self.futures, preserve_index=False), partial)
        with store.atomic_file(folder / SCENARIO) as partial:
            partial.write_text(self.scenario_text, encoding="utf-8", newline="\n")
        with store.atomic_file(folder / self.FORMAT.file) as partial:
            store.write_json(self.info, partial)

    @classmethod
    def _read(cls, folder: Path) -> Self:
        info, text, tables = cls._parts(folder)
        for name, table in tables.items():  # an empty cell is no text, not a missing one
            tables[name] = table.fillna(dict.fromkeys(cls.FORMAT.tables[name].text, ""))
        return cls(info, text, {**tables, "futures": to_frame(store.read_parquet(folder / FUTURES_FILE))}, folder)


def advise(
    scenario: Scenario | Path | str,
    *,
    focal: str | None = None,
    futures: int = FUTURES,
    strategies: Path | str | None = None,
    objective: str = "kept_commitments",
    thresholds: Mapping[str, float] | None = None,
    search: bool = False,
    evaluations: int = EVALUATIONS,
    seed: int | None = None,
    sets: Sequence[str] = (),
    workers: int | None = None,
    executor: str | Executor = "local",
    time_limit: float | None = None,
    progress: Progress | None = None,
    out: Path | str | None = None,
) -> Advice:
    """Compare strategies over futures.

    Parameters
    ----------
    scenario
        A scenario, or the path of its file; what it sets otherwise than by default is held, the rest varies.
    focal, seed, sets
        Changes, as on the command line.
    futures
        How many, at least 20.
    strategies
        File of more strategies, written as the shipped ``simulation.experiments.strategies.yaml``.
    objective
        By which one is chosen: one of :data:`OBJECTIVES`.
    thresholds
        Outcome that satisfies, by objective; by default the median of the strategy as recorded.
    search
        Whether to search for strategies, too (:mod:`simulation.experiments.optimise`): the best of what is found are
        compared with the others, in futures that had no part in finding them.
    evaluations
        Strategies that each search tries, at least 20.
    workers, executor, time_limit, progress
        As in :func:`simulation.experiments.sweep.sweep`; the results do not depend on them.
    out
        Folder; by default ``results/SCENARIO/advice-ID``. One with the same strategies and futures is gone on with.

    Raises
    ------
    InputError
        With every fault of scenario, strategies and options, for a folder that holds something else, or if a
        search is asked for and its package is missing.
    RunError
        If no future was finished by all strategies, or the folder cannot be written.
    """
    _check_options(futures, objective, thresholds or {})
    if search:
        check_search(objective, evaluations)
    loaded = load(scenario, sets=sets, focal=focal, seed=seed)
    notes: list[str] = []
    tried = candidates(loaded, strategies, notes)
    drawn = draw_futures(loaded, futures)
    plan = _plan(loaded, tried, drawn)
    folder = store.folder_of(out) if out is not None else _folder(plan, objective, evaluations if search else 0)
    if not any((folder / runs).is_dir() for runs in (RUNS, SEARCH)):
        store.check_target(folder)
    run = _Session(workers, executor, time_limit, progress)
    searched = None
    if search:
        fewer = min(futures, SEARCH_FUTURES)
        run.total = generations(evaluations) * POPULATION * SEARCHES * fewer + (len(tried) + CARRIED) * futures
        searched = optimise(loaded, objective, evaluations, fewer, folder / SEARCH, run)
        tried = (*tried, *searched.candidates)
        plan = _plan(loaded, tried, drawn)
    found = run(plan, folder / RUNS)
    result = _advice(loaded, tried, found, (drawn, plan), objective, thresholds or {}, notes, searched)
    try:
        result._write(folder)
    except OSError as error:
        raise RunError(f"the advice was not written: {error.strerror} ({folder})") from error
    return result


def _plan(scenario: Scenario, tried: Sequence[Candidate], futures: pd.DataFrame) -> Plan:
    return plan_futures(scenario, {entry.id: entry.scenario for entry in tried}, futures, RECORDED_METRICS)


def _folder(plan: Plan, objective: str, evaluations: int) -> Path:
    """Where advice is kept by default: of the same question in the same folder."""
    asked = f"-search-{objective}-{evaluations}" if evaluations else ""
    return RESULTS / plan.sweep.name / f"advice-{manifest(plan)['sweep']}{asked}"


class _Session:
    """Runs the sweeps of one advice, one after the other, and tells how far all of them are."""

    def __init__(self, workers: int | None, executor: str | Executor, limit: float | None, progress: Progress | None):
        self._options: dict[str, Any] = {"workers": workers, "executor": executor, "time_limit": limit}
        self._progress, self._before, self.total = progress, 0, 0

    def __call__(self, plan: Plan, folder: Path) -> SweepResults:
        """Run a plan in a folder, or what is missing of it."""
        try:
            return sweep(plan, out=folder, progress=self._tell if self._progress else None, **self._options)
        finally:
            self._before += plan.runs

    def _tell(self, done: int, planned: int) -> None:
        assert self._progress is not None
        self._progress(self._before + done, max(self.total, self._before + planned))


def _check_options(futures: int, objective: str, thresholds: Mapping[str, float]) -> None:
    """Refuse what no advice can be told from, with every fault."""
    faults = []
    if futures < LEAST_FUTURES:
        faults.append(Fault("", f"{futures} is less than {LEAST_FUTURES}", "--futures"))
    for name, place in ((objective, "--objective"), *((name, "--threshold") for name in thresholds)):
        if name not in OBJECTIVES:
            near = suggest(name, list(OBJECTIVES)) or f"one of {', '.join(OBJECTIVES)}"
            faults.append(Fault("", f"{name!r} is no objective; {near}", place))
    if faults:
        raise InputError(faults)


def _advice(
    scenario: Scenario, tried: Sequence[Candidate], found: SweepResults, asked: tuple[pd.DataFrame, Plan],
    objective: str, thresholds: Mapping[str, float], notes: Sequence[str], searched: Found | None,
) -> Advice:  # fmt: skip
    """The tables made of the runs."""
    futures, plan = asked
    outcomes = _outcomes(found, [entry.id for entry in tried], len(futures))
    complete = next(iter(outcomes.values())).index
    known = _known(found, futures).loc[complete]
    controls = [entry.id for entry in tried if entry.control]
    levels = {name: thresholds.get(name, float(table[RECORDED].median())) for name, table in outcomes.items()}
    by_strategy, by_failure = _judged(outcomes, levels, known, controls, {entry.id: entry.title for entry in tried})
    tables = {
        "strategies": by_strategy,
        "failures": by_failure,
        "information": _information(outcomes[objective].drop(columns=controls), objective, known),
        "futures": _long(outcomes, known, plan.points.seed_of),
    }
    if searched is not None:
        tables |= {"optimised": searched.optimised, "convergence": searched.convergence}
    text = scenario_to_yaml(scenario)
    info = {
        "scenario": scenario.name, "title": scenario.title, "focal": named(scenario.focal),
        "horizon": str(scenario.horizon), "seed": scenario.seed, "bands": BANDS[PRIOR],
        "objective": objective, "unit": OBJECTIVES[objective].unit,
        "futures": len(complete), "futures_asked": len(futures), "thresholds": levels,
        "strategies": [{"id": entry.id, "title": entry.title, "control": entry.control} for entry in tried],
        "uncertainties": _described(scenario, [str(name) for name in known]),
        **_choice(tables, objective), "notes": list(notes), "failures": list(found.failures),
        "sweep": found.info["sweep"], "versions": store.versions(),
        "hashes": store.hashes(scenario, text) | {"prior": found.info["hashes"]["prior"]},
        "search": dict(searched.info) if searched else None,
    }  # fmt: skip
    return Advice(info, text, tables, found.folder.parent)


def _outcomes(found: SweepResults, strategies: Sequence[str], count: int) -> dict[str, pd.DataFrame]:
    """Outcomes by objective, a row a future that all strategies finished, a column a strategy."""
    result = {name: table.dropna() for name, table in by_future(found, strategies, count).items()}
    whole = next(iter(result.values())).index
    for table in result.values():
        whole = whole.intersection(table.index)
    if whole.empty:
        raise RunError("no future was finished by all strategies; see the failures")
    result = {name: table.loc[whole] for name, table in result.items()}
    result["overall"] = regret.overall(result, {name: entry.higher for name, entry in OBJECTIVES.items()})
    return result


def _known(found: SweepResults, futures: pd.DataFrame) -> pd.DataFrame:
    """What each future was: the design, and the draw of the free parameters that its runs made."""
    points = found.points().iloc[: len(futures)]
    if found.draws is None:
        return futures
    draws = found.draws.set_index("seed").loc[points["seed"]].drop(columns="replicate").reset_index(drop=True)
    return futures.join(draws.rename(columns=lambda name: name.removeprefix(PARAMETER)))


def _judged(
    outcomes: Mapping[str, pd.DataFrame], levels: Mapping[str, float], known: pd.DataFrame, controls: Sequence[str],
    titles: Mapping[str, str],
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """The table of strategies and that of failures."""
    judged, failed = [], []
    for name, values in outcomes.items():
        higher = OBJECTIVES[name].higher
        rows = regret.strategy_table(values, levels[name], higher=higher, controls=controls)
        judged.append(rows.assign(objective=name, unit=OBJECTIVES[name].unit, title=rows["strategy"].map(titles)))
        failed.append(failing.failures(values, levels[name], known, higher=higher).assign(objective=name))
    return (
        pd.concat(judged, ignore_index=True)[list(STRATEGY_COLUMNS)],
        pd.concat(failed, ignore_index=True)[list(FAILURE_COLUMNS)],
    )


def _information(values: pd.DataFrame, objective: str, known: pd.DataFrame) -> pd.DataFrame:
    entry = OBJECTIVES[objective]
    table = information.information(regret.gains(values, higher=entry.higher), known)
    meaning = [_MEANING.get(name) or PARAMETERS[name].meaning for name in table["uncertainty"]]
    return table.assign(unit=entry.unit, meaning=meaning)[list(INFORMATION_COLUMNS)]


_MEANING = {
    "fragmentation": "how far the world falls apart",
    "lines": "whether it breaks along regions or camps",
    "surge": "size of a surge of malicious use",
    "budget": "budget of the focal state as a multiple of the scenario's",
    "partner_choice": "rule by which states choose partners",
    "learning": "whether and how states learn which track pays",
}
"""What the uncertainties are that are no parameters."""


def _long(outcomes: Mapping[str, pd.DataFrame], known: pd.DataFrame, seed_of: Any) -> pd.DataFrame:
    """A row a future and strategy."""
    parts = []
    for strategy in next(iter(outcomes.values())):
        part = known.assign(**{name: table[strategy] for name, table in outcomes.items()})
        part.insert(0, "future", part.index)
        part.insert(1, "strategy", str(strategy))
        part.insert(2, "seed", [seed_of(future) for future in part.index])
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _described(scenario: Scenario, names: Sequence[str]) -> list[dict[str, Any]]:
    """What varied, and between what."""
    designed = {entry.name: entry for entry in uncertainties(scenario)}
    return [
        {"name": name, "unit": designed[name].unit, **designed[name].factor.model_dump(mode="json")}
        if name in designed
        else {"name": name, "unit": PARAMETERS[name].unit, "distribution": PRIOR}
        for name in names
    ]


def _choice(tables: Mapping[str, pd.DataFrame], objective: str) -> dict[str, Any]:
    """The choice, who ties with it, what other criteria and objectives would choose, and the facts of one sentence."""
    every = tables["strategies"]
    rows = every.loc[every["objective"] == objective]
    best = regret.chosen(rows)
    row = rows.loc[rows["strategy"] == best].to_dict("records")[0]
    worth = tables["information"].loc[tables["information"]["value"] > 0]
    fails = tables["failures"]
    failed = fails.loc[(fails["strategy"] == best) & (fails["objective"] == objective)].to_dict("records")[0]
    facts = ("median", "worst_tenth", "regret_median", "regret_q90", "satisficed", "best_share", "regret_mean")
    return {
        "chosen": best,
        "tied": str(row["tied_with"]).split(),
        "criteria": {criterion: regret.chosen(rows, criterion) for criterion in regret.CRITERIA},
        "by_objective": {
            name: {"chosen": (first := regret.chosen(part)), "tied": _tied(part, first)}
            for name, part in every.groupby("objective", sort=False)
        },
        "facts": {
            "title": str(row["title"]),
            **{name: float(row[name]) for name in facts},
            "fails": str(failed["conditions"]),
            "share_failing": float(failed["share_failing"]),
            "changed_by": list(worth["uncertainty"]),
        },
    }


def _tied(rows: pd.DataFrame, strategy: str) -> list[str]:
    return str(rows.set_index("strategy").at[strategy, "tied_with"]).split()


