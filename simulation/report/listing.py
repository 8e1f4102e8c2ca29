"""What can be named in a scenario, as tables for ``wifaq list``."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.syntax import Syntax

from simulation.data.world import load_world
from simulation.report.terminal import table, titled
from simulation.scenario.checks import RECORD_END
from simulation.scenario.listing import LISTS, Row
from simulation.state import CAMPS


def list_metrics() -> list[Row]:
    """Every outcome, the built-in ones first."""
    from simulation.outcomes import METRICS

    return [
        {
            "name": entry.name,
            "unit": entry.unit,
            "level": entry.level,
            "recorded": "always" if entry.default else "on request",
            "formula": entry.formula,
        }
        for entry in METRICS.values()
    ]


def list_hooks() -> list[Row]:
    """Every decision of an actor that a subclass or a single agent can replace, with its default code."""
    from simulation.actors import HOOKS, StateActor

    return [
        {
            "name": f"{hook.name}({', '.join(list(inspect.signature(getattr(StateActor, hook.name)).parameters)[1:])})",
            "of": "every actor" if hook.owner == "Actor" else "states",
            "returns": hook.unit,
            "range": hook.range,
            "asked": hook.asked,
            "section": hook.section,
            "meaning": (inspect.getdoc(getattr(StateActor, hook.name)) or "").splitlines()[0],
            "code": textwrap.dedent(inspect.getsource(getattr(StateActor, hook.name))),
        }
        for hook in HOOKS.values()
    ]


def list_blocs() -> list[Row]:
    """Every bloc, with the power of each camp if its members vote together (Shapley–Shubik, Banzhaf)."""
    from simulation.analysis.coalitions import banzhaf, camp_power, shapley_shubik
    from simulation.model.start import RULE_CODES, camps
    from simulation.processes.blocs import needed_votes
    from simulation.scenario.parameters import Parameters

    world = load_world(RECORD_END)
    camp = camps(world, Parameters())
    rows = LISTS["blocs"]()
    for row, bloc in zip(rows, world.blocs, strict=True):
        inside = [int(camp[i]) for i in bloc.members]
        needed = int(needed_votes(RULE_CODES[bloc.rule], bloc.threshold, len(inside)))
        for name, index in (("power", shapley_shubik), ("swings", banzhaf)):
            shares = camp_power(inside, len(CAMPS), needed, index)
            row |= {f"{name}_{label}": round(share, 3) for label, share in zip(CAMPS, shares, strict=True)}
    return rows


_FROM_HERE = {"blocs": list_blocs, "metrics": list_metrics, "hooks": list_hooks}
TOPICS: Mapping[str, Callable[[], list[Row]]] = {**LISTS, **_FROM_HERE}
"""What ``wifaq list`` can list, by word."""

_SHOWN: Mapping[str, Sequence[str]] = {
    # columns that fit a terminal; Python has the others
    "scenarios": ("file", "title", "claims"),
    "parameters": ("name", "default", "low", "high", "meaning"),
    "mechanisms": ("name", "options", "meaning"),
    "actors": ("id", "name", "kind", "home", "core"),
    "blocs": ("id", "name", "rule", "agenda_rate", "enforcement", "members", "power_EU", "power_CN", "power_US"),
    "instruments": ("id", "title", "domain", "open", "eligible", "joined"),
    "hooks": ("name", "of", "returns", "range", "asked"),
}


def listing(topic: str) -> RenderableType:
    """A table of everything of a kind that has a name."""
    rows = TOPICS[topic]()
    columns = _SHOWN.get(topic, tuple(rows[0]) if rows else ())
    numeric = {name for name in columns if all(_is_number(row[name]) for row in rows)}
    heads = [(name.replace("_", " "), "right" if name in numeric else "left") for name in columns]
    made = table(heads)
    if heads:
        made.columns[0].no_wrap = True  # a name that can be copied
    for row in rows:
        made.add_row(*(escape(_text(row[name])) for name in columns))
    shown = titled(f"{len(rows)} {topic}", made)
    if topic == "hooks":  # what a student copies and changes
        return Group(shown, "", *(Syntax(str(row["code"]), "python", background_color="default") for row in rows))
    return shown


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
