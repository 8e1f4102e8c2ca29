"""Search for strategies that hold in many futures (many-objective robust decision making, Kasprzyk et al. 2013).

Several searches evolve the same kind of places (:mod:`simulation.experiments.search.purse`) in step: a generation of
all of them is one sweep over the same futures, kept in a folder of its own, so a search can be left and taken up again.
What is found is judged elsewhere, on futures that had no part in finding it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from simulation.analysis import fronts
from simulation.analysis.regret import WORST, gains
from simulation.errors import Fault, InputError
from simulation.experiments.objectives import OBJECTIVES, RECORDED_METRICS, by_future
from simulation.experiments.search.evolve import Evolution
from simulation.experiments.search.purse import COLUMNS, Purse
from simulation.experiments.strategies import Candidate, candidate
from simulation.experiments.sweeps.futures import draw_futures, plan_futures
from simulation.experiments.sweeps.plan import Plan
from simulation.experiments.sweeps.results import SweepResults
from simulation.scenario.schema import SEED_MAX, Scenario
from simulation.state import F

EVALUATIONS = 200
"""Strategies that each search tries, unless told otherwise."""
SEARCHES = 3
POPULATION = 20
FUTURES = 40
"""Of a search, at most; other ones than those in which strategies are compared."""
CARRIED = 5
"""So many of the front, at most, are compared with the other strategies."""
BESIDE = ("kept_commitments", "capacity", "dependence")
"""Objectives beside the one that is asked for."""
MEDIAN, WORST_TENTH = "median", "worst_tenth"
_FAILED = -1e12  # value of a strategy no run of which was finished
_TITLE = {
    "state": "states", "firm": "firms", "secretariat": "secretariats", "knowledge": "knowledge",
    "campaigns": "campaigns", "agency": "agency", "oversight": "oversight", "transparency": "transparency",
    "fund_local": "own research",
}  # fmt: skip
_TOLD = 0.05  # parts of the budget that a title names

Run = Callable[[Plan, Path], SweepResults]


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes
    ----------
    candidates
        Those of the front that are to be compared with the others.
    optimised, convergence
        The tables ``optimised.csv`` and ``convergence.csv``.
    info
        What was asked, and whether the search has converged.
    """

    candidates: tuple[Candidate, ...]
    optimised: pd.DataFrame
    convergence: pd.DataFrame
    info: Mapping[str, Any]


def check(objective: str, evaluations: int) -> None:
    """Whether a search can be made at all.

    Raises
    ------
    InputError
        If a package is missing, for too few evaluations, or an objective that is a mean of the others: its scale
        would change with whatever is tried.
    """
    if find_spec("pymoo") is None:
        raise InputError("--optimise needs the package pymoo; pip install 'wifaq[optimise]'")
    faults = []
    if evaluations < POPULATION:
        faults.append(Fault("", f"{evaluations} is less than {POPULATION}, one generation", "--evaluations"))
    if not OBJECTIVES[objective].metric:
        faults.append(Fault("", f"a search cannot aim at {objective}; give another objective", "--objective"))
    if faults:
        raise InputError(faults)


def aims(objective: str) -> tuple[tuple[str, str], ...]:
    """Objectives and measures over futures that a search goes for: the one asked for by both, two others by median."""
    others = [name for name in BESIDE if name != objective][:2]
    return ((objective, MEDIAN), (objective, WORST_TENTH), *((name, MEDIAN) for name in others))


def generations(evaluations: int) -> int:
    """How many generations a search makes of so many evaluations; what is left over is not made."""
    return evaluations // POPULATION


def optimise(scenario: Scenario, objective: str, evaluations: int, futures: int, folder: Path, run: Run) -> Found:
    """Search.

    Parameters
    ----------
    scenario
        Where strategies are tried; each has its budget and effort.
    objective
        One of :data:`simulation.experiments.objectives.OBJECTIVES` but the overall one.
    evaluations
        Strategies that each of :data:`SEARCHES` searches tries.
    futures
        Futures that each strategy meets.
    folder
        Of the sweeps, one a generation.
    run
        Runs a plan in a folder, or goes on with it.
    """
    other = scenario.model_copy(update={"seed": (scenario.seed + 1) % SEED_MAX})
    drawn, purse, wanted = draw_futures(other, futures), Purse.of(scenario), aims(objective)
    searches = [Evolution(purse.starts(), POPULATION, len(wanted), _seed(scenario, one)) for one in range(SEARCHES)]
    parts = []
    for step in range(generations(evaluations)):
        asked = [search.ask() for search in searches]
        shares = [purse.shares(place) for places in asked for place in places]
        names = [f"s{number:03d}" for number in range(len(shares))]
        tried = {
            name: candidate(other, purse.section(share), name, name) for name, share in zip(names, shares, strict=True)
        }
        plan = plan_futures(other, {name: one.scenario for name, one in tried.items()}, drawn, RECORDED_METRICS)
        values = measured(by_future(run(plan, folder / f"{step:03d}"), names, futures), wanted)
        ends = np.cumsum([len(places) for places in asked])
        for search, one in zip(searches, np.split(values, ends[:-1]), strict=True):
            search.tell(one)
        who = np.repeat(range(1, SEARCHES + 1), [len(places) for places in asked])
        parts.append(pd.DataFrame(shares).assign(search=who, generation=step, value=list(values)))
    return _found(scenario, purse, pd.concat(parts, ignore_index=True), wanted, futures)


def _seed(scenario: Scenario, search: int) -> int:
    return int(np.random.SeedSequence([scenario.seed, search]).generate_state(1)[0])


def measured(outcomes: Mapping[str, pd.DataFrame], wanted: Sequence[tuple[str, str]]) -> F:
    """What each strategy is worth by each aim, (strategies, aims), more being better, over the futures it finished."""
    columns = []
    for name, measure in wanted:
        good = gains(outcomes[name], higher=OBJECTIVES[name].higher)
        columns.append(good.median() if measure == MEDIAN else good.quantile(WORST))
    return np.column_stack([column.fillna(_FAILED).to_numpy(np.float64) for column in columns])


def _found(
    scenario: Scenario, purse: Purse, tried: pd.DataFrame, wanted: Sequence[tuple[str, str]], futures: int
) -> Found:
    """The front of everything that was tried, and what became of each search."""
    values = np.stack(tried["value"].to_list())
    finished = (values > _FAILED).all(axis=1)
    tried, values = tried.iloc[np.flatnonzero(finished)].reset_index(drop=True), values[finished]
    path = fronts.convergence(values, tried["search"].to_numpy(np.int64), tried["generation"].to_numpy(np.int64))
    spots = fronts.places(values)
    front = tried.index[fronts.on_front(values)]
    front = front[~tried.loc[front, list(COLUMNS)].duplicated()]
    together = fronts.hypervolume(spots[front])
    chosen = _carried(spots[front])
    carried = {int(front[place]): f"found_{number}" for number, place in enumerate(chosen, 1)}
    signs = [1.0 if OBJECTIVES[name].higher else -1.0 for name, _ in wanted]
    table = tried.loc[front, ["search", *COLUMNS]].assign(
        **{f"{name}_{measure}": values[front, k] * signs[k] + 0.0 for k, (name, measure) in enumerate(wanted)}
    )
    table.insert(0, "strategy", [carried.get(int(row), "") for row in front])
    places = [list(carried).index(row) if row in carried else len(carried) + row for row in front]
    order = np.argsort(places, kind="stable")
    found = [
        candidate(scenario, purse.section(shares := _shares(tried, row)), name, title(shares))
        for row, name in carried.items()
    ]
    info = {
        "searches": SEARCHES, "evaluations": len(tried), "population": POPULATION, "futures": futures,
        "aims": [f"{name}_{measure}" for name, measure in wanted], "front": len(front), "hypervolume": together,
        **fronts.settled(path, together),
    }  # fmt: skip
    return Found(tuple(found), table.iloc[order].reset_index(drop=True), path, info)


def _shares(tried: pd.DataFrame, row: int) -> dict[str, float]:
    return dict(zip(COLUMNS, tried.loc[[row], list(COLUMNS)].to_numpy(np.float64)[0].tolist(), strict=True))


def _carried(spots: F) -> list[int]:
    """Of a front the best compromise (the highest mean place), then the best by each aim; at most so many."""
    order = [int(spots.mean(axis=1).argmax()) if spots.size else 0, *map(int, spots.argmax(axis=0))]
    return list(dict.fromkeys(order))[:CARRIED]


def title(shares: Mapping[str, float]) -> str:
    """What a strategy that was found spends its budget on, the largest parts first."""
    parts = sorted(((shares[name], word) for name, word in _TITLE.items() if shares[name] >= _TOLD), reverse=True)
    told = ", ".join(f"{word} {share:.0%}" for share, word in parts)
    return f"Found: {told}; home share {shares['local_share']:.0%}"
