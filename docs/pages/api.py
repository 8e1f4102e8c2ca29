"""The page of the public Python names, from their signatures and docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cached_property
from types import FunctionType
from typing import Any

from simulation.manual.docstrings import broken, docstring, first_paragraph, hidden_parameters, signature
from simulation.manual.notes import NOTE

import simulation
from simulation import actors, state
from simulation.display.pages import table
from simulation.display.pictures import Pictures
from simulation.experiments.compare import Comparison
from simulation.experiments.sweeps.results import SweepResults
from simulation.experiments.what_changed import Changes

_TOP = """\
What `from simulation import …` gives, what it hands back, and the actors. Replacing a decision of an actor:
[hooks.md](hooks.md). Examples that run: [README](../README.md#from-python), [howto_python.md](howto_python.md).
"""
_ACTORS_TOP = "`from simulation.actors import Firm`, and so on. A model makes them; each is a view of its row.\n"
_COLUMNS_TOP = """\
What a user's metric reads: `view.depth` is the column `depth`. `n` actors, `s` states and the EU (the first `s` rows),
`b` blocs, `q` instruments, `h` paradigm leaders. `view.index("SEN")` is the row of an actor. Arrays are read-only.
"""
_HANDED_OUT = ("Explanation", "Results")
"""Classes that nobody makes by hand."""
_COLUMN = re.compile(r"^    (\w+): \w+.*?  # (.+)$")
_GROUP = re.compile(r"^    # --- (.+)$")


def api_page() -> str:
    """Every public name of the package, then the actors, then the columns of the state."""
    names = [name for name in simulation.__all__ if not name.startswith("__")]
    lines = ["# Python\n", NOTE, _TOP, "## Names\n"]
    for name in sorted(names, key=str.lower):
        lines += _entry(name, getattr(simulation, name), called=name not in _HANDED_OUT)
    lines += ["## What they give\n"]
    for made in (Changes, Comparison, Pictures, SweepResults):
        lines += _entry(made.__name__, made, called=False)
    lines += ["## Actors\n", _ACTORS_TOP]
    classes = [getattr(actors, name) for name in actors.__all__ if inspect.isclass(getattr(actors, name))]
    for made in sorted(classes, key=lambda made: (made is not actors.Actor, made.__name__)):
        lines += _entry(made.__name__, made, called=False)
    return "\n".join([*lines, "## Columns of the state\n", _COLUMNS_TOP, *_columns()])


def _entry(name: str, thing: Any, *, called: bool = True) -> list[str]:
    """Heading, call, docstring, and for a class a table of what is public on it."""
    lines = [f"### {name}\n"]
    if called:
        lines += [f"```text\n{broken(name + signature(thing))}\n```\n"]
    lines += [docstring(thing, hidden_parameters(thing)) + "\n"]
    if inspect.isclass(thing):
        rows = list(_members(thing))
        lines += [table(("member", "meaning"), rows)] if rows else []
    return lines


def _members(made: type) -> Iterator[tuple[str, str]]:
    """Documented public members that the class itself defines."""
    for name, member in vars(made).items():
        function = getattr(member, "__func__", member)
        if name.startswith("_") or not isinstance(function, FunctionType | property | cached_property):
            continue
        call = f"`{name}{signature(function)}`" if isinstance(function, FunctionType) else f"`{name}`"
        yield call, first_paragraph(function)


def _columns() -> Iterator[str]:
    """A table for each group of columns, from the comments that document them."""
    group = ""
    rows: list[tuple[str, str]] = []
    for line in [*inspect.getsource(state.State).splitlines(), "    # --- end"]:
        if head := _GROUP.match(line):
            if rows:
                yield f"**{group.capitalize()}**\n"
                yield table(("column", "shape, meaning"), rows)
            group, rows = head[1], []
        elif column := _COLUMN.match(line):
            rows.append((f"`{column[1]}`", column[2]))
