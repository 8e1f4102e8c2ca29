"""What can be named in a scenario, as tables for ``wifaq list``."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from simulation.data.world import load_world
from simulation.errors import Fault, InputError, suggest
from simulation.report.terminal import titled
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
    from simulation.actors import HOOKS
    from simulation.actors.cast import deciders, whose

    defaults = {name: getattr(deciders(name)[0], name) for name in HOOKS}
    return [
        {
            "name": f"{hook.name}({', '.join(list(inspect.signature(defaults[hook.name]).parameters)[1:])})",
            "of": whose(hook.name),
            "returns": hook.unit,
            "range": hook.range,
            "asked": hook.asked,
            "section": hook.section,
            "meaning": (inspect.getdoc(defaults[hook.name]) or "").splitlines()[0],
            "code": textwrap.dedent(inspect.getsource(defaults[hook.name])),
        }
        for hook in HOOKS.values()
    ]


def list_blocs() -> list[Row]:
    """Every bloc, with the power of each camp if its members vote together (Shapley–Shubik, Banzhaf)."""
    from simulation.experiments.analysis.coalitions import banzhaf, camp_power, shapley_shubik
    from simulation.model.start import RULE_CODES
    from simulation.processes.blocs import needed_votes

    world = load_world(RECORD_END)
    rows = LISTS["blocs"]()
    for row, bloc in zip(rows, world.blocs, strict=True):
        inside = [int(world.camp[i]) for i in bloc.members]
        needed = int(needed_votes(RULE_CODES[bloc.rule], bloc.threshold, len(inside)))
        for name, index in (("power", shapley_shubik), ("swings", banzhaf)):
            shares = camp_power(inside, len(CAMPS), needed, index)
            row |= {f"{name}_{label}": round(share, 3) for label, share in zip(CAMPS, shares, strict=True)}
    return rows


_FROM_HERE = {"blocs": list_blocs, "metrics": list_metrics, "hooks": list_hooks}
TOPICS: Mapping[str, Callable[[], list[Row]]] = {**LISTS, **_FROM_HERE}
"""What ``wifaq list`` can list, by word."""

_SHOWN: Mapping[str, Sequence[str]] = {
    # what a line has room for, its key first, what is long last; the details of a name have everything
    "scenarios": ("file", "title"),
    "parameters": ("name", "default", "meaning"),
    "mechanisms": ("name", "default", "meaning"),
    "actors": ("id", "kind", "home", "name"),
    "blocs": ("id", "members", "name"),
    "instruments": ("id", "open", "joined", "title"),
    "metrics": ("name", "formula"),
    "hooks": ("name", "of", "meaning"),
}


def listing(topic: str, names: Sequence[str] = (), width: int | None = 80) -> RenderableType:
    """Everything of a kind that has a name, a line of so many columns each; or all that is known of some names.

    Without a width nothing is cut.

    Raises
    ------
    InputError
        For each name that there is not, with advice.
    """
    rows = TOPICS[topic]()
    return _details(topic, rows, names) if names else _lines(topic, rows, width)


def _lines(topic: str, rows: Sequence[Row], width: int | None) -> RenderableType:
    """One line an entry; what is long stands last and is cut where the line ends, if it does."""
    columns = _SHOWN[topic]
    cells = [[name.replace("_", " ") for name in columns], *([_text(row[name]) for name in columns] for row in rows)]
    wide = [max(len(line[place]) for line in cells) for place in range(len(columns) - 1)]
    right = [all(_is_number(row[name]) for row in rows) for name in columns]
    lines = []
    for line in cells:
        short = [cell.rjust(size) if to_right else cell.ljust(size)
                 for cell, size, to_right in zip(line, wide, right, strict=False)]  # fmt: skip
        text = "  ".join([*short, line[-1]]).rstrip()
        lines.append(text if width is None or len(text) <= width else text[: width - 1] + "…")
    heading = Text(f"{len(rows)} {topic}", style="bold")
    return Group(heading, *map(Text, lines), Text(f"All about one: wifaq list {topic} NAME"))


def _details(topic: str, rows: Sequence[Row], names: Sequence[str]) -> RenderableType:
    """Every field of each named entry, a field a line."""
    known = {alias: row for row in reversed(rows) for alias in _aliases(str(row[_SHOWN[topic][0]]))}
    faults = [Fault("", f"there is no {name!r} among the {topic}; {suggest(name, list(known))}".rstrip("; "), "NAME")
              for name in names if name not in known]  # fmt: skip
    if faults:
        raise InputError(faults)
    parts: list[RenderableType] = []
    for name in names:
        key, *others = known[name].items()
        made = Table.grid(padding=(0, 2, 0, 0))
        for field, value in others:
            if field != "code":
                made.add_row(f"  {field.replace('_', ' ')}", escape(_text(value)))
        parts += ["", titled(_text(key[1]), made)] if parts else [titled(_text(key[1]), made)]
        if "code" in known[name]:  # what a student copies and changes
            parts += ["", Syntax(str(known[name]["code"]), "python", background_color="default", word_wrap=True)]
    return Group(*parts)


def _aliases(key: str) -> tuple[str, ...]:
    """How an entry may be called: as it is listed, a hook without its arguments, a scenario by its name alone."""
    return key, key.partition("(")[0], Path(key).stem


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
