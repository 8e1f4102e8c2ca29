"""The page of the public Python names: directives of autodoc, and the columns of the state."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator

import simulation
from docs.pages import NOTE
from simulation import actors, state
from simulation.display.pages import table
from simulation.display.pictures import Pictures
from simulation.experiments.advise import Advice
from simulation.experiments.compare import Comparison
from simulation.experiments.opportunities import Opportunities
from simulation.experiments.sweeps.results import SweepResults
from simulation.experiments.what_changed import Changes
from simulation.model.bounds import interval

_TOP = """\
What `from simulation import …` gives, what it hands back, and the actors. Examples that run:
[Work from Python](../python.md). Replacing a decision of an actor: [Hooks](../hooks.md).
"""
_ACTORS_TOP = "`from simulation.actors import Firm`, and so on. A model makes them; each is a view of its row.\n"
_COLUMNS_TOP = """\
What a user's metric reads: `view.depth` is the column `depth`. `n` actors, `s` states and the EU (the first `s` rows),
`b` blocs, `q` instruments, `h` paradigm leaders. `view.index("SEN")` is the row of an actor. Arrays are read-only.
"""
_GROUP = re.compile(r"^    # --- (.+)$")
_FIELD = re.compile(r"^    (\w+): [^#]+(?:  # (?P<meaning>.+))?$")


def python_page() -> str:
    """Every public name of the package, what they give, the actors, and the columns of the state."""
    names = sorted((name for name in simulation.__all__ if not name.startswith("__")), key=str.lower)
    lines = ["# Python\n", NOTE, _TOP, "## Names\n"]
    lines += [_directive(f"simulation.{name}", getattr(simulation, name)) for name in names]
    lines += ["## What they give\n"]
    lines += [_directive(f"{made.__module__}.{made.__qualname__}", made)
              for made in (Advice, Changes, Comparison, Opportunities, Pictures, SweepResults)]  # fmt: skip
    lines += ["## Actors\n", _ACTORS_TOP]
    classes = [name for name in actors.__all__ if inspect.isclass(getattr(actors, name))]
    lines += [_directive(f"simulation.actors.{name}", getattr(actors, name))
              for name in sorted(classes, key=lambda name: (name != "Actor", name))]  # fmt: skip
    return "\n".join([*lines, "## Columns of the state\n", _COLUMNS_TOP, *_columns()])


def _directive(path: str, thing: object) -> str:
    directive = f".. autoclass:: {path}\n   :members:" if inspect.isclass(thing) else f".. autofunction:: {path}"
    return f"```{{eval-rst}}\n{directive}\n```\n"


def _columns() -> Iterator[str]:
    """A table for each group of columns: the groups from the source, shapes and meanings as they are declared."""
    declared = {column.name: column.metadata for column in dataclasses.fields(state.State)}
    group = ""
    rows: list[tuple[str, str, str, str]] = []
    for line in [*inspect.getsource(state.State).splitlines(), "    # --- end"]:
        if head := _GROUP.match(line):
            if rows:
                yield f"**{group.capitalize()}**\n"
                yield table(("column", "shape", "range", "meaning"), rows)
            group, rows = head[1], []
        elif (column := _FIELD.match(line)) and column[1] in declared:
            told = declared[column[1]]
            meaning = told.get("meaning") or column["meaning"] or "who or what stands in which row"
            within = interval(*state.ranges()[column[1]][:2]) if column[1] in state.ranges() else "–"
            rows.append((f"`{column[1]}`", told.get("shape", "–"), within, meaning))
