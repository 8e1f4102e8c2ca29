"""Strategies to compare: named `strategy:` sections over the scenario's own, shipped and the user's."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pydantic import Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from simulation.errors import Fault, InputError, RunError
from simulation.experiments.sweeps.design import point_place
from simulation.experiments.sweeps.results import SweepResults
from simulation.outcomes.metrics import METRICS
from simulation.scenario.checks import world_of
from simulation.scenario.fields import Text
from simulation.scenario.load import fault_at, in_file_order, load_scenario
from simulation.scenario.messages import Path as Place
from simulation.scenario.messages import sentence
from simulation.scenario.schema import Scenario
from simulation.scenario.source import Node, plain, read_file
from simulation.scenario.strategy import Section, Strategy

FILE = Path(__file__).parents[1] / "scenario" / "strategies.yaml"
OWN_REGION = "own_region"
"""In place of a list in ``wait_for``: the regional blocs of the focal state."""
_FORM = "a mapping `strategies: {NAME: {title: , strategy: {...}}}`"
RECORDED = "as_recorded"
"""The strategy with which all others are compared: the scenario's own."""


class _Entry(Section):
    """One strategy of a file."""

    title: Text = ""
    strategy: dict[str, Any] = Field(default_factory=dict)


class _File(Section):
    """A file of strategies."""

    strategies: dict[Annotated[str, StringConstraints(pattern=r"^[\w-]{1,60}$")], _Entry] = Field(min_length=1)


@dataclass(frozen=True)
class Candidate:
    """A strategy on the scenario that it is to be tried in.

    Attributes
    ----------
    id, title
        One word, and one line.
    scenario
        The scenario with the strategy in place, under the strategy's id as name.
    control
        Whether it has another budget, effort or other targets, which are approaches beside all others, than the
        scenario: its outcomes are shown, and it is never advised.
    """

    id: str
    title: str
    scenario: Scenario
    control: bool


def candidates(
    scenario: Scenario, own: str | os.PathLike[str] | None = None, notes: list[str] | None = None
) -> tuple[Candidate, ...]:
    """The shipped strategies and those of a file, as recorded first.

    Parameters
    ----------
    scenario
        Where they are tried.
    own
        A file of more; one with the name of a shipped strategy takes its place.
    notes
        Takes up which shipped strategies the focal state cannot have, and why.

    Raises
    ------
    InputError
        With every fault of the file, each with file, line, column and key.
    """
    said = [] if notes is None else notes
    found: dict[str, Candidate] = {}
    for name, entry, root in _entries(os.fspath(FILE)):
        try:
            found[name] = _candidate(scenario, name, entry, root)
        except InputError as error:
            said.append(f"{name} is left out: {error.faults[0].message}")
    faults: list[Fault] = []
    for name, entry, root in _entries(os.fspath(own)) if own is not None else ():
        try:
            found[name] = _candidate(scenario, name, entry, root)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(in_file_order(faults, os.fspath(own or "")))
    return tuple(found.values())


def _entries(path: str) -> Iterator[tuple[str, _Entry, Node]]:
    """The strategies of a file, with the file as read for the places of faults."""
    faults: list[Fault] = []
    root = read_file(path, faults, ships=False, form=_FORM)
    if root is None or faults:
        raise InputError(in_file_order(faults, path))
    try:
        file = _File.model_validate(plain(root))
    except ValidationError as error:
        for item in error.errors(include_url=False):
            place = tuple(part for part in item["loc"] if part != "[key]")
            faults.append(fault_at(root, place, _told(place, item)))
        raise InputError(in_file_order(faults, path)) from None
    yield from ((name, entry, root) for name, entry in file.strategies.items())


def _told(place: Place, item: ErrorDetails) -> str:
    if item["type"] == "string_pattern_mismatch":
        return "a strategy's name is one word of letters, digits, _ and -, at most 60"
    if item["type"] == "missing":
        return f"is missing; the file must be {_FORM}"
    item["loc"] = place
    return sentence(item, _File)


def _candidate(scenario: Scenario, name: str, entry: _Entry, root: Node) -> Candidate:
    place: Place = ("strategies", name, "strategy")
    section = dict(entry.strategy)
    if section.get("wait_for") == OWN_REGION:
        section["wait_for"] = own_region(scenario)
        if not section["wait_for"]:
            raise InputError(fault_at(root, (*place, "wait_for"), f"{scenario.focal} is in no regional bloc"))
    try:
        return candidate(scenario, section, name, entry.title or name)
    except InputError as error:
        raise InputError([_placed(root, place, fault) for fault in error.faults]) from None


def candidate(scenario: Scenario, section: Mapping[str, Any], name: str, title: str) -> Candidate:
    """A strategy on a scenario; a budget that it gives multiplies the scenario's own, and without one it has that.

    Raises
    ------
    InputError
        If the scenario cannot have it.
    """
    section = dict(section)
    budget = section.get("budget", 1.0)
    if isinstance(budget, int | float) and not isinstance(budget, bool):
        section["budget"] = scenario.strategy.budget * budget
    tried = load_scenario(scenario, overrides={"strategy": section, "name": name, "title": title})
    return Candidate(name, tried.title, tried, control=_has_more(tried.strategy, scenario.strategy))


def _has_more(its: Strategy, ours: Strategy) -> bool:
    """Whether a strategy has another budget, or makes other numbers of approaches: by targets, or after a sign, too."""
    amounts = ("budget", "effort", "targets")
    later = {name for sign in its.when for name in sign.then.model_fields_set}
    return bool(later & set(amounts)) or any(getattr(its, name) != getattr(ours, name) for name in amounts)


def own_region(scenario: Scenario) -> tuple[str, ...]:
    """Ids of the regional blocs that the focal state is a member of."""
    world = world_of(scenario)
    place = world.index(scenario.focal)
    return tuple(bloc.id for bloc in world.blocs if bloc.regional and place in bloc.members)


def _placed(root: Node, place: Place, fault: Fault) -> Fault:
    """A fault of the scenario that a strategy makes, where it stands in the file of strategies."""
    parts = re.findall(r"\[(\d+)\]|([^.\[\]]+)", fault.key.removeprefix("strategy").lstrip("."))
    inner = tuple(int(number) if number else text for number, text in parts)
    return fault_at(root, (*place, *inner), fault.message)


# --- what strategies are judged by, and what came of each of them in each future


@dataclass(frozen=True)
class Objective:
    """Something that a strategy is judged by.

    Attributes
    ----------
    metric
        Of the focal state at the horizon; empty for the mean of all others.
    higher
        Whether more is better.
    """

    metric: str
    higher: bool = True

    @property
    def unit(self) -> str:
        """What it is measured in."""
        return METRICS[self.metric].unit if self.metric else "share of the range"


OBJECTIVES: Mapping[str, Objective] = {
    "kept_commitments": Objective("commitments_kept"),
    "coverage": Objective("coverage"),
    "capacity": Objective("capacity"),
    "dependence": Objective("dependence", higher=False),
    "incidents": Objective("incidents_so_far", higher=False),
    "overall": Objective(""),
}
RECORDED_METRICS = tuple(entry.metric for entry in OBJECTIVES.values() if entry.metric)
"""What a run of a strategy in a future records."""


def by_future(found: SweepResults, strategies: Sequence[str], count: int) -> dict[str, pd.DataFrame]:
    """Outcomes by objective but the overall one, of a sweep of strategies over futures.

    Parameters
    ----------
    found
        A sweep as :func:`simulation.experiments.sweeps.futures.plan_futures` plans it.
    strategies
        Their names in the order of the plan.
    count
        Futures.

    Returns
    -------
    dict
        Frames of a row a future, a column a strategy; missing where a run did not finish.

    Raises
    ------
    RunError
        If no run was finished.
    """
    if not found.quarters:
        raise RunError("no run was finished; see the failures above")
    result = {}
    for name, entry in OBJECTIVES.items():
        if entry.metric:
            rows = found.table(entry.metric)
            number = rows["point"].astype("str").map(point_place)
            rows = rows.assign(future=number % count, scenario=[strategies[place] for place in number // count])
            result[name] = rows.pivot(index="future", columns="scenario", values="value").reindex(
                index=range(count), columns=list(strategies)
            )
    return result
