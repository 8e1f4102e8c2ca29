"""The page of the keys of a scenario file, from its JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from docs.pages import NOTE
from simulation.display.pages import table
from simulation.scenario.json_schema import json_schema

Schema = Mapping[str, Any]

_TOP = """\
Every key of a scenario file. None has to be given but `focal`, by the file itself or by the base that it `extends`.
A command changes one with `--set KEY=VALUE`, Python with `load_scenario(..., overrides={KEY: VALUE})`; the keys of a
section are dotted (`strategy.budget`). An editor that knows JSON Schema completes them from
[scenario.schema.json](../scenario.schema.json). What can be named in them: [names.md](names.md).
"""
_ELSEWHERE = {
    "parameters": "numbers of the model: [parameters.md](parameters.md)",
    "mechanisms": "switches and rival rules: [mechanisms.md](mechanisms.md)",
}
"""Sections that have a page of their own."""
_KINDS = {"string": "text", "boolean": "`true` / `false`", "integer": "whole number"}
"""Types of JSON Schema in plain words; others stand as they are."""
_MANY = 20
"""Of more choices than this only the first and the last are shown."""


def keys_page() -> str:
    """Every key of a scenario, then those of each section."""
    schema = json_schema()
    sections = {name: section_of(entry) for name, entry in schema["$defs"].items()}
    lines = ["# Keys of a scenario\n", NOTE, _TOP, _table(schema["properties"])]
    for name, section in sections.items():
        users = ", ".join(f"`{user}`" for user in _users(schema, name))
        lines += [f"## {_title(name)}\n", f"In {users}. {section['description']}\n", _table(section["properties"])]
    return "\n".join(lines)


def section_of(entry: Schema) -> Schema:
    """The section itself, of one that a name alone may stand for."""
    return entry if "properties" in entry else next(each for each in entry["anyOf"] if "properties" in each)


def _table(properties: Mapping[str, Schema]) -> str:
    rows = [
        (f"`{key}`", _ELSEWHERE.get(key) or _allowed(entry), _default(entry), _words(entry))
        for key, entry in properties.items()
    ]
    return table(("key", "value", "default", "meaning"), rows)


def _words(entry: Schema) -> str:
    return " ".join(entry.get("description", "").split())


def _title(name: str) -> str:
    """``BlocOverride``: Bloc override."""
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
    return spaced.capitalize()


def _users(schema: Schema, name: str) -> Iterator[str]:
    """Keys whose value is a section, or holds some of its kind."""
    owners = [("", schema), *((f"{_title(other).lower()}: ", body) for other, body in schema["$defs"].items())]
    for prefix, owner in owners:
        for key, entry in section_of(owner)["properties"].items():
            if f'"#/$defs/{name}"' in json.dumps(entry):
                yield prefix + key


def _allowed(entry: Schema) -> str:
    """What the value of a key may be, in a few words."""
    if "$ref" in entry:
        title = _title(entry["$ref"].rpartition("/")[2])
        return f"[{title}](#{title.lower().replace(' ', '-')})"
    if "anyOf" in entry:
        return " or ".join(_allowed(choice) for choice in entry["anyOf"] if choice.get("type") != "null")
    if "enum" in entry:
        return _choices(entry["enum"])
    if "const" in entry:
        return f"`{entry['const']}`"
    kind = entry.get("type")
    if kind == "array":
        return f"list of {_allowed(entry.get('items', {}))}"
    if kind == "object":
        inside = entry['additionalProperties']
        return f"mapping of id to {_allowed(inside)}" if inside else "mapping"
    return _scalar(entry)


def _choices(values: list[Any]) -> str:
    if len(values) > _MANY:
        return f"`{values[0]}` to `{values[-1]}`"
    return " / ".join(f"`{value}`" for value in values)


def _scalar(entry: Schema) -> str:
    kind = _KINDS.get(entry.get("type", ""), str(entry.get("type", "anything")))
    if entry.get("format") == "date":
        return "date"
    if "Q[1-4]" in entry.get("pattern", ""):
        return "quarter, as 2027Q1"
    low, high = entry.get("minimum"), entry.get("maximum")
    above = entry.get("exclusiveMinimum")
    if above is not None:
        return f"{kind} above {above:g}" + (f" up to {high:g}" if high is not None else "")
    if low is not None and high is not None:
        return f"{kind}, {_count(low)} to {_count(high)}"
    return kind if low is None else f"{kind}, at least {_count(low)}"


def _count(number: float) -> str:
    """A bound: short, and a power of two as one."""
    if number > 1e9 and (int(number) + 1).bit_count() == 1:
        return f"2^{(int(number) + 1).bit_length() - 1} − 1"
    return f"{number:,}"


def _default(entry: Schema) -> str:
    value = entry.get("default")
    if value in (None, "", []) or isinstance(value, dict):  # that of a section is told key by key
        return "–"
    if isinstance(value, list):
        return "`[" + ", ".join(map(str, value)) + "]`"
    return f"`{json.dumps(value).strip(chr(34))}`"
