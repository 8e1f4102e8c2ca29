"""Search for strategies that hold in many futures (many-objective robust decision making, Kasprzyk et al. 2013).

Several searches evolve the same kind of places (:class:`Purse`) in step: a generation of
all of them is one sweep over the same futures, kept in a folder of its own, so a search can be left and taken up again.
What is found is judged elsewhere, on futures that had no part in finding it.

The search is NSGA-II of pymoo (Deb et al. 2002), step by step, over places in a unit cube: a budget divided over
kinds of partner and levers, and a home share. All of the budget is on one simplex, so nothing is free: what goes to a
lever buys as much of it as its price allows, and is not there for partners.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import qmc

from simulation import arithmetic
from simulation.errors import Fault, InputError
from simulation.experiments.analysis import fronts
from simulation.experiments.analysis.regret import WORST, gains
from simulation.experiments.strategies import OBJECTIVES, RECORDED_METRICS, Candidate, by_future, candidate
from simulation.experiments.sweeps.futures import draw_futures, plan_futures
from simulation.experiments.sweeps.plan import Plan
from simulation.experiments.sweeps.results import SweepResults
from simulation.model.levers import usual_shares
from simulation.model.start import build_state
from simulation.processes.books import terms_of
from simulation.scenario.checks import world_of
from simulation.scenario.schema import SEED_MAX, Scenario
from simulation.state import F

KINDS = ("state", "firm", "secretariat", "knowledge", "campaigns")
"""Parts of a split budget that pay for partners."""
LEVERS = ("agency", "oversight", "transparency", "fund_local")
"""Levers with a price, in the order of :attr:`simulation.processes.books.Terms.levers`."""
COLUMNS = (*KINDS, *LEVERS, "local_share")
"""What a place says: shares of the budget, which sum to 1, and the least share of home organisations."""
_STEPS = 1e4  # shares are told to a hundredth of a per cent
_NEVER_ONE = 1.0 - 1e-9


@dataclass(frozen=True)
class Purse:
    """What a place in the cube is worth to the focal state of a scenario.

    Attributes
    ----------
    usual
        (5,) shares of :data:`KINDS` that it is expected to spend as recorded; they sum to 1.
    prices
        (4,) price of :data:`LEVERS` at full strength, as a share of the budget; 0 where prices do not
        bind, and then it is not pulled.
    opened
        How open its deals are as recorded: transparency starts from there.
    """

    usual: F
    prices: F
    opened: float

    @classmethod
    def of(cls, scenario: Scenario) -> Purse:
        """Of a scenario as recorded, in its first replicate."""
        world = world_of(scenario)
        state, row = build_state(world, scenario, 0), world.index(scenario.focal)
        shares = usual_shares(state, scenario, row)
        usual = np.array([shares[name] for name in KINDS])
        rules = terms_of(scenario.parameters, scenario.mechanisms)
        total = float(usual.sum())
        even = np.full(len(KINDS), 1 / len(KINDS))
        return cls(usual / total if total > 0.0 else even, rules.levers, float(state.transparency_ref[row]))

    def shares(self, place: F) -> dict[str, float]:
        """Shares of the budget, and the home share, of a place in the unit cube; columns :data:`COLUMNS`.

        Parts are squared logarithms of the coordinates, over their sum: logarithms alone are uniform on the simplex and
        hardly ever leave a part out. A lever takes no more than it costs at full strength; the rest goes to partners in
        their proportions.
        """
        weight = arithmetic.log(1.0 - np.minimum(place[:-1], _NEVER_ONE)) ** 2
        total = float(weight.sum())
        parts = weight / total if total > 0.0 else np.concatenate([self.usual, np.zeros(len(LEVERS))])
        bought = np.floor(np.minimum(parts[len(KINDS) :], self.prices * self._reach()) * _STEPS) / _STEPS
        partners = parts[: len(KINDS)]
        partners = partners / partners.sum() if partners.sum() > 0.0 else self.usual
        paid = np.floor(partners * (1.0 - bought.sum()) * _STEPS) / _STEPS
        home = round(float(place[-1]), 3)
        return dict(zip(COLUMNS, [*map(float, paid), *map(float, bought + 0.0), home], strict=True))

    def place(self, shares: F, home: float) -> F:
        """A place in the unit cube that has shares of :data:`KINDS` and :data:`LEVERS`, as far as they can be had."""
        return np.append(1.0 - arithmetic.exp(-np.sqrt(len(shares) * shares)), home)

    def section(self, shares: Mapping[str, float]) -> dict[str, Any]:
        """The ``strategy:`` section of shares as :meth:`shares` gives them."""
        bought = np.array([shares[name] for name in LEVERS])
        strength = np.divide(bought, self.prices, out=np.zeros(len(LEVERS)), where=self.prices > 0.0)
        pulled = {name: round(float(min(1.0, value)), 4) for name, value in zip(LEVERS, strength, strict=True)}
        pulled["transparency"] = round(min(1.0, self.opened + pulled["transparency"]), 4)
        split = {name: shares[name] for name in KINDS} | {"levers": round(float(bought.sum()), 4)}
        return {"split": split, **pulled, "local_share": shares["local_share"]}

    def starts(self) -> F:
        """Places to begin with, (1 + 4, 10): the recorded split, and the same with each lever at full strength."""
        plain = np.concatenate([self.usual, np.zeros(len(LEVERS))])
        rows = [plain]
        for lever, cost in enumerate(self.prices * self._reach()):
            row = plain * (1.0 - cost)
            row[len(KINDS) + lever] = cost
            rows.append(row)
        return np.array([self.place(row, 0.0) for row in rows])

    def _reach(self) -> F:
        """(4,) strength of each lever that can be bought."""
        return np.array([1.0, 1.0, 1.0 - self.opened, 1.0])


class Evolution:
    """One search: ask for places, tell what came of them, again and again; the same for the same seed.

    Parameters
    ----------
    starts
        (k, d) places that it begins with; the rest of the first generation is a Latin hypercube.
    population
        Places a generation, more than k.
    objectives
        How many.
    seed
        Of all its chance.
    """

    def __init__(self, starts: F, population: int, objectives: int, seed: int):
        from pymoo.algorithms.moo.nsga2 import NSGA2
        from pymoo.core.problem import Problem

        size = starts.shape[1]
        cube = qmc.LatinHypercube(size, rng=np.random.default_rng(seed)).random(population - len(starts))
        self._problem = Problem(n_var=size, n_obj=objectives, xl=0.0, xu=1.0)
        self._algorithm = NSGA2(pop_size=population, sampling=np.concatenate([starts, cube]))
        self._algorithm.setup(self._problem, termination=("n_gen", np.inf), seed=seed, verbose=False)
        self._asked: Any = None

    def ask(self) -> F:
        """The next places to try, (places, d)."""
        self._asked = self._algorithm.ask()
        return np.asarray(self._asked.get("X"), np.float64)

    def tell(self, values: F) -> None:
        """What came of them, (places, objectives), more being better."""
        from pymoo.core.evaluator import Evaluator
        from pymoo.problems.static import StaticProblem

        Evaluator().eval(StaticProblem(self._problem, F=-values), self._asked)
        self._algorithm.tell(infills=self._asked)


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
        One of :data:`simulation.experiments.strategies.OBJECTIVES` but the overall one.
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
