"""What can be named in a scenario, as tables for ``wifaq list``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from simulation.errors import InputError
from simulation.report.terminal import table

Rows = tuple[tuple[str, ...], list[tuple[str, ...]]]
SCENARIO_FOLDER = "scenarios"


def listing(topic: str) -> Table:
    """A table of everything of a kind that has a name."""
    columns, rows = TOPICS[topic]()
    made = table(f"{len(rows)} {topic}", [(name, "left") for name in columns])
    for row in rows:
        made.add_row(*map(escape, row))
    return made


def _scenarios() -> Rows:
    from simulation.scenario.load import load_scenario

    places = (Path.cwd(), Path(__file__).parents[2])
    folder = next((place / SCENARIO_FOLDER for place in places if (place / SCENARIO_FOLDER).is_dir()), None)
    if folder is None:
        raise InputError(f"no folder {SCENARIO_FOLDER!r} here; run this where the scenario files are")
    rows = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            scenario = load_scenario(path)
            rows.append((path.name, scenario.title, " ".join(scenario.claims)))
        except InputError as error:
            rows.append((path.name, f"faulty: {error.faults[0]}", ""))
    return ("file", "title", "claims"), rows


def _parameters() -> Rows:
    from simulation.scenario.parameters import PARAMETERS

    rows = [
        (p.name, f"{p.default:g}", f"{p.low:g} – {p.high:g}", p.section, p.meaning) for p in PARAMETERS.values()
    ]
    return ("name", "default", "range", "section", "meaning"), rows


def _mechanisms() -> Rows:
    from simulation.scenario.mechanisms import MECHANISMS

    rows = [(m.name, " | ".join(m.options), m.section, m.meaning) for m in MECHANISMS.values()]
    return ("name", "options (default first)", "section", "meaning"), rows


def _actors() -> Rows:
    from simulation.data.world import KINDS, load_world
    from simulation.scenario.schema import Scenario

    world = load_world(Scenario.model_fields["as_of"].default, "full")
    homes = [world.ids[home] if home >= 0 else "" for home in world.home]
    rows = [
        (world.ids[k], world.names[k], KINDS[world.kind[k]].replace("_", " "), homes[k]) for k in range(len(world))
    ]
    return ("id", "name", "kind", "home"), rows


def _blocs() -> Rows:
    from simulation.data.world import load_world
    from simulation.scenario.schema import Scenario

    world = load_world(Scenario.model_fields["as_of"].default)
    rows = [
        (b.id, b.name, str(len(b.members)), b.rule.replace("_", " "), f"{b.agenda_rate:g}", f"{b.enforcement:g}")
        for b in world.blocs
    ]
    return ("id", "name", "members", "rule", "agenda a quarter", "enforcement"), rows


def _instruments() -> Rows:
    from simulation.data.world import load_world
    from simulation.scenario.schema import Scenario

    world = load_world(Scenario.model_fields["as_of"].default)
    rows = [
        (
            i.id,
            i.title,
            i.domain,
            "binding" if i.binding else "",
            f"{len(i.joined)} of {len(i.eligible)}",
            "open" if i.open_at_as_of else "closed",
        )
        for i in world.instruments
    ]
    return ("id", "title", "domain", "", "joined", "on the default day"), rows


def _metrics() -> Rows:
    from simulation.outcomes import METRICS

    rows = [(m.name, m.unit, m.level, "" if m.default else "on request", m.formula) for m in METRICS.values()]
    return ("name", "unit", "of", "recorded", "formula"), rows


def _hooks() -> Rows:
    from simulation.actors.base import HOOKS, Actor

    rows = []
    for name in HOOKS:
        hook = getattr(Actor, name)
        rows.append((name, str(inspect.signature(hook)), (inspect.getdoc(hook) or "").splitlines()[0]))
    return ("name", "signature", "meaning"), rows


TOPICS: Mapping[str, Callable[[], Rows]] = {
    "scenarios": _scenarios,
    "parameters": _parameters,
    "mechanisms": _mechanisms,
    "actors": _actors,
    "blocs": _blocs,
    "instruments": _instruments,
    "metrics": _metrics,
    "hooks": _hooks,
}
"""What ``wifaq list`` can list."""
