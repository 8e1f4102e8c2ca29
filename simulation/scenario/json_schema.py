"""The JSON Schema of scenario files, with which an editor completes and checks them.

``python -m simulation.scenario.json_schema`` writes it to ``docs/scenario.schema.json``.
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from simulation.scenario.schema import Scenario
from simulation.scenario.strategy import Section

FILE = Path("docs/scenario.schema.json")
_DOTTED = "blocs|fragmentation|mechanisms|parameters|record|records|strategic_weight|strategy"


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a scenario file.

    No key is required, because a base named by ``extends`` may give it; a bare number may stand
    for fragmentation; keys of a section may be dotted (``parameters.rivalry``).
    """
    schema = Scenario.model_json_schema()
    _describe(schema)
    schema.pop("required", None)
    base = {
        "type": "string",
        "description": "A base file, relative to this one; its keys hold where this is silent.",
    }
    schema["properties"] = {"extends": base, **schema["properties"]}
    schema["properties"]["fragmentation"] = {
        "anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"$ref": "#/$defs/Fragmentation"}],
        "description": schema["properties"]["fragmentation"]["description"],
    }
    schema["properties"]["horizon"]["default"] = str(Scenario.model_fields["horizon"].default)
    schema["patternProperties"] = {rf"^({_DOTTED})\.": {}}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": FILE.name, **schema}


def _describe(schema: dict[str, Any]) -> None:
    """Give each property its field's docstring: read here, or pydantic would read them whenever a command starts."""
    whole = {"Scenario": schema, **schema["$defs"]}
    for section in (kind for kind in _below(Section) if kind.__name__ in whole):
        told = {name: text for kind in reversed(section.__mro__) if issubclass(kind, Section)
                for name, text in _docstrings(kind).items()}  # fmt: skip
        place = whole[section.__name__]
        for properties in (part["properties"] for part in (place, *place.get("anyOf", ())) if "properties" in part):
            for name, entry in section.model_fields.items():
                key = entry.alias or name
                if name in told and key in properties:
                    properties[key] = dict(sorted((properties[key] | {"description": told[name]}).items()))


def _below(kind: type[Section]) -> Iterator[type[Section]]:
    for section in kind.__subclasses__():
        yield section
        yield from _below(section)


def _docstrings(section: type[Section]) -> dict[str, str]:
    """What stands below each field, by its name."""
    (whole,) = ast.parse(textwrap.dedent(inspect.getsource(section))).body
    result = {}
    for line, below in pairwise(whole.body if isinstance(whole, ast.ClassDef) else ()):
        if isinstance(line, ast.AnnAssign) and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            result[ast.unparse(line.target)] = inspect.cleandoc(str(below.value.value))
    return result


def schema_text() -> str:
    """The text of the schema file."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema_text(), encoding="utf-8")
