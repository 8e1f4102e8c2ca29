"""With whom next, worth what, at what price: every candidate partner of the focal state, screened, the best confirmed.

All are screened by the fitted intensity, read off a few undisturbed replicates. The best are imposed, one at a time, on
replicates that share their luck with the same replicates without them; so are the ends of the deals that are held.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from simulation.display.advice import AdvicePictures
from simulation.display.opportunities import HELD
from simulation.errors import Fault, InputError, suggest, warn_of
from simulation.experiments import prior
from simulation.experiments.analysis.summary import by_replicate
from simulation.experiments.ask import Question, failures_of, load, slim
from simulation.experiments.engine import store
from simulation.experiments.engine.executors import beside, usable_cores
from simulation.experiments.engine.runner import Ensemble, Progress
from simulation.experiments.engine.worker import check_means
from simulation.experiments.kept import Format, Kept, Table
from simulation.experiments.prospects.candidates import candidates, imposed, lose, reacting
from simulation.experiments.prospects.reading import Reading, read
from simulation.experiments.prospects.tables import (
    AS_IT_IS,
    COLUMNS,
    CRITERIA,
    LOST,
    METRICS,
    PORTFOLIO_COLUMNS,
    REACTED,
    arm,
    expected,
    holds,
    places,
    portfolio,
    ranking,
)
from simulation.scenario.checks import world_of
from simulation.scenario.dump import scenario_to_yaml
from simulation.scenario.quarter import Quarter
from simulation.scenario.schema import Scenario

YEARS = 5
"""By default opportunities are judged so many years after the as-of date, or at the horizon if that is sooner."""
REPLICATES = 24
CONFIRMED, OF_THEM_HELD, OF_A_KIND = 25, 8, 5
"""How many candidates are confirmed, how many of them at most are partners that are held, and how many new ones are of
one kind while others wait."""
LEAST_CHANCE = 0.01
"""Who agrees less likely than that to an offer is not recommended."""
READINGS_A_PAIR = 4
"""Undisturbed replicates that everybody is screened from, for each pair: they are cheap, and say who agrees."""
PAIRS_A_LOSS, PAIRS_A_REACTION = 2, 3
"""What is lost with a partner, and what rivals leave of a gain, is told from one pair for so many of the others: the
order does not go by it."""
CONTESTED, PAIRS_OF_CONTESTED = 8, 3
"""So many that come out best are told from so many times the pairs: what is worth about the same changes places by
luck, and among these it is read (sequential halving, Karnin and others 2013, cut once)."""


@dataclass(frozen=True, repr=False)
class Opportunities(Kept):
    """Candidate partners of the focal state, ranked, and what each partner that it holds is worth to it.

    Attributes
    ----------
    info
        What was asked: scenario, focal state, date, criterion, versions, failures (``opportunities.json``).
    scenario_text
        The scenario with every key written out, as YAML.
    """

    FORMAT = Format(
        "opportunities.json",
        "wifaq opportunities",
        {
            "opportunities": Table(("partner", "name", "kind", "tied_with"), COLUMNS),
            "portfolio": Table(("partner", "name", "kind"), PORTFOLIO_COLUMNS),
        },
        {"scenario": str, "focal": dict, "by": str, "criterion": str, "pairs": int, "bands": str, "failures": list},
    )

    @property
    def table(self) -> pd.DataFrame:
        """Columns :data:`COLUMNS`, a row a candidate: those that are ranked first, in their order."""
        return self.tables["opportunities"]

    @property
    def portfolio(self) -> pd.DataFrame:
        """Columns :data:`PORTFOLIO_COLUMNS`, a row a partner that is held, the greatest loss first."""
        return self.tables["portfolio"]

    @property
    def plot(self) -> AdvicePictures:
        """The pictures of both tables: ``.opportunities()`` and ``.losses()``."""
        return AdvicePictures(self.info["focal"]["name"], self.info["by"], self.table, self.portfolio,
                              criterion=self.info["criterion"])  # fmt: skip

    def _charts(self) -> list[Callable[[Path], object]]:
        return [self.plot.save]

    def __repr__(self) -> str:
        count = int(self.table["confirmed"].sum())
        text = f"{count} of {len(self.table)} candidates confirmed; see .table, .portfolio"
        return f"<Opportunities of {self.focal} by {self.info['by']}; {text}>"


def opportunities(
    scenario: Scenario | Path | str,
    *,
    focal: str | None = None,
    by: str | date | None = None,
    criterion: str = "value",
    replicates: int = REPLICATES,
    seed: int | None = None,
    sets: Sequence[str] = (),
    parameters: str = prior.PRIOR,
    workers: int | None = None,
    progress: Progress | None = None,
    command: str = "",
    out: Path | None = None,
) -> Opportunities:
    """Rank everybody the focal state could turn to next by what a deal would bring it.

    Parameters
    ----------
    scenario
        A scenario, or the path of its file.
    focal, seed, sets
        In place of the scenario's.
    by
        Day (``2029-12-31``) or quarter at whose end gains are measured; by default :data:`YEARS` after the as-of date.
    criterion
        One of :data:`CRITERIA`; ``value`` is ``gain_commitments`` times ``p_accept`` a unit of ``price``.
    replicates
        Pairs that each confirmed candidate is told from, at least 2; the best of them from
        :data:`PAIRS_OF_CONTESTED` times as many.
    parameters
        As in :func:`simulation.experiments.run.run`.
    workers
        As in :func:`simulation.experiments.engine.runner.run_points`.
    progress
        Called with the number of replicates done and planned; the first ones, one a pair, screen, and until they have
        said who is confirmed, as many are planned as there can be at most without the deals that are held.
    command
        Kept in ``opportunities.json``.
    out
        Folder for both tables, written whole or not at all.

    Returns
    -------
    Opportunities
        The same bits whatever the number of workers.

    Raises
    ------
    InputError
        With every fault.

    Notes
    -----
    A deal is imposed in the first quarter at the depth of ``depth``, for the longest term, without the price of its
    signature; a text is joined and a bloc a rung deeper before it. ``price`` has the signature. Texts and rungs of
    blocs cost nothing in the model; they are charged what a secretariat's deal of that depth costs (assumption).
    ``gain_reacted`` is the gain in a world in which rivalry is by 1 stronger (twice the recorded strength where the
    scenario leaves it; at most 4), which moves both camps: with the deal against without, both in that world, unless
    rivalry is switched off.
    """
    check_means(workers)
    scenario = _checked(scenario, criterion, replicates, by, (sets, focal, seed))
    asked = Question({AS_IT_IS: scenario}, replicates, parameters)
    if out is not None:
        store.check_target(out)
    world = world_of(scenario)
    table = candidates(scenario, world, _readings(asked, replicates, workers or usable_cores(), progress))
    chosen = _screened(table, criterion)
    values, failures = _measured(scenario, table, chosen, criterion, replicates, parameters, workers, progress)
    warn_of(failures, "opportunities.failures")
    text = scenario_to_yaml(scenario)
    info = {
        "scenario": scenario.name,
        "title": scenario.title,
        "focal": {"id": scenario.focal, "name": world.names[world.index(scenario.focal)]},
        "as_of": scenario.as_of.isoformat(),
        "by": str(scenario.horizon),
        "criterion": criterion,
        "criterion_means": CRITERIA[criterion],
        "seed": scenario.seed,
        "pairs": replicates,
        "pairs_reacted": _pairs_of(REACTED, replicates),
        "pairs_lost": _pairs_of(LOST, replicates),
        "parameters": parameters,
        "bands": asked.bands,
        "failures": failures,
        "command": command,
        "versions": store.versions(),
        "hashes": store.hashes(scenario, text) | asked.hashes,
    }
    tables = {"opportunities": ranking(table, chosen, values, criterion), "portfolio": portfolio(table, values)}
    result = Opportunities(info, text, tables)
    if out is not None:
        result.save(out)
    return result


def _readings(asked: Question, replicates: int, workers: int, progress: Progress | None) -> list[Reading]:
    """What undisturbed replicates say of everybody."""
    count = READINGS_A_PAIR * replicates
    most = count + (1 + CONFIRMED) * (replicates + _pairs_of(REACTED, replicates))
    most += (1 + CONTESTED) * (PAIRS_OF_CONTESTED - 1) * replicates
    calls = [partial(_reading, asked, number) for number in range(count)]
    with beside(calls, workers if workers > 1 else 0) as those_of:
        return those_of(None if progress is None else lambda done: progress(done, most))


def _reading(asked: Question, number: int) -> Reading:
    return read(asked.drawn(AS_IT_IS, number), number)


def _measured(
    scenario: Scenario, table: pd.DataFrame, chosen: Sequence[int], criterion: str, replicates: int, parameters: str,
    workers: int | None, progress: Progress | None,
) -> tuple[dict[str, pd.DataFrame], list[dict[str, Any]]]:  # fmt: skip
    """Metrics at the end by arm, and what failed: every arm on its pairs, then the best on further ones."""
    points, tweaks = _arms(scenario, table, chosen)
    counts = {name: _pairs_of(name, replicates) for name in points}
    more = range(replicates, PAIRS_OF_CONTESTED * replicates)
    done, still = READINGS_A_PAIR * replicates, len(more) * (1 + min(CONTESTED, len(chosen)))
    found = Question(points, counts, parameters, tweaks=tweaks).run(workers, _after(done, still, progress))
    values, failures = _at_the_end(found, scenario), failures_of(found)
    best = [arm(AS_IT_IS, row) for row in _contested(places(table, chosen, values, criterion))]
    if not best:
        return values, failures
    contested = {name: points[name] for name in (AS_IT_IS, *best)}
    own = {name: tweaks.get(name) for name in contested}
    again = Question(contested, dict.fromkeys(contested, more), parameters, tweaks=own)
    done += sum(counts.values())  # whole numbers
    found = again.run(workers, _after(done, 0, progress))
    further = _at_the_end(found, scenario)
    return {metric: pd.concat([one, further[metric]]) for metric, one in values.items()}, failures + failures_of(found)


def _pairs_of(name: str, replicates: int) -> int:
    """Replicates of an arm before the best are known."""
    share = PAIRS_A_REACTION if name.startswith(REACTED) else PAIRS_A_LOSS if name.startswith(LOST) else 1
    return max(2, replicates // share)


def _contested(order: pd.DataFrame) -> list[int]:
    """The best rows, but for those that share a place with so many that their mean rests on as many values anyway."""
    crowd = order.groupby("rank")["rank"].transform("size")
    return list(order.index[crowd < PAIRS_OF_CONTESTED][:CONTESTED])


def _after(before: int, still: int, progress: Progress | None) -> Progress | None:
    """The same bar going on after so many replicates, so many more to follow."""
    return None if progress is None else lambda done, total: progress(before + done, before + total + still)


def _checked(
    scenario: Scenario | Path | str, criterion: str, replicates: int, by: str | date | None, changes: tuple[Any, ...]
) -> Scenario:
    """The scenario up to the date by which gains are measured, if nothing is wrong with anything."""
    faults: list[Fault] = []
    if criterion not in CRITERIA:
        advice = suggest(criterion, list(CRITERIA), limit=0)
        faults.append(Fault("", f"{criterion!r} is no criterion; {advice}", "--criterion"))
    if replicates < 2:
        faults.append(Fault("", f"{replicates} is less than 2: one pair shows no spread", "--replicates"))
    end = _quarter(by, faults)
    sets, focal, seed = changes
    try:
        scenario = load(scenario, sets=sets, focal=focal, seed=seed)
    except InputError as error:
        raise InputError([*error.faults, *faults]) from None
    if end is None:
        end = min(scenario.horizon, scenario.start + (4 * YEARS - 1))
    if not scenario.start <= end <= scenario.horizon:
        faults.append(Fault("", f"{by} is outside the run, {scenario.start} to {scenario.horizon}", "--by"))
    if faults:
        raise InputError(faults)
    return scenario.model_copy(update={"horizon": end})


def _quarter(by: str | date | None, faults: list[Fault]) -> Quarter | None:
    """The quarter that somebody names, if it is one."""
    text = str(by)
    try:
        return None if by is None else Quarter.parse(text) if "Q" in text else Quarter.of(date.fromisoformat(text))
    except ValueError:
        faults.append(Fault("", f"{text!r} is neither a day such as 2029-12-31 nor a quarter such as 2029Q4", "--by"))
        return None


def _screened(table: pd.DataFrame, criterion: str) -> list[int]:
    """Rows that are confirmed: by what the screen says the best new one of each kind, some others, some held."""
    score = expected(table, criterion).loc[(table["p_accept"] >= LEAST_CHANCE) & table["deeper"]]
    order: list[int] = score.sort_values(ascending=False, kind="stable").index.tolist()
    is_held = table["held"] >= HELD
    held, new = [row for row in order if is_held[row]], [row for row in order if not is_held[row]]
    few = min(OF_THEM_HELD, len(held))
    place = table.loc[new].groupby("kind").cumcount()
    first = [row for least in (1, OF_A_KIND) for row in new if place[row] < least]  # so that every kind has its say
    new = list(dict.fromkeys([*first, *new]))
    kept = {*new[: CONFIRMED - few], *held[: max(few, CONFIRMED - len(new))]}
    return [row for row in order if row in kept]


def _arms(scenario: Scenario, table: pd.DataFrame, chosen: Sequence[int]) -> tuple[dict[str, Scenario], dict[str, Any]]:
    """Scenarios and tweaks by arm: with each candidate and without, in both worlds; without each held partner."""
    base = _lean(scenario)
    points, tweaks = {AS_IT_IS: base, REACTED: reacting(base)}, {}
    for world in (AS_IT_IS, REACTED):
        for row in chosen:
            who = table["partner"][row], table["kind"][row], int(table["depth"][row])
            points[arm(world, row)], tweaks[arm(world, row)] = imposed(points[world], *who)
    for row in table.index[holds(table)].tolist():
        points[arm(LOST, row)], tweaks[arm(LOST, row)] = base, partial(lose, partner=table["partner"][row])
    return points, tweaks


def _lean(scenario: Scenario) -> Scenario:
    """The scenario recording at its end, and only what is asked; recording changes no bit of a run."""
    lean = slim(scenario)
    record = lean.record.model_copy(update={"metrics": tuple(METRICS.values()), "every": lean.quarters})
    return lean.model_copy(update={"record": record})


def _at_the_end(found: Mapping[str, Ensemble], scenario: Scenario) -> dict[str, pd.DataFrame]:
    """Metrics at the end: a frame each, a row a replicate, a column an arm; missing where it did not finish."""
    series = {name: ensemble.series for name, ensemble in found.items() if ensemble.outcomes}
    end, focal = str(scenario.horizon), scenario.focal
    result = {}
    for metric in METRICS.values():
        columns = {name: by_replicate(one, metric, end)[focal] for name, one in series.items()}
        result[metric] = pd.DataFrame(columns).reindex(columns=list(found))
    return result
