"""From pydantic's errors to sentences for the user: what is wrong, what is allowed, did you mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from simulation.errors import suggest
from simulation.scenario.fields import advice
from simulation.scenario.schema import Scenario
from simulation.scenario.source import describe

Path = tuple[str | int, ...]

_WANTED = {
    "string_type": "text (put it in quotes if it looks like something else)",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "date_type": "a date such as 2024-12-31",
    "path_type": "the path of a file",
    "is_instance_of": "the path of a file",
}


def key_text(path: Path) -> str:
    """``("deals", 0, "start")`` as ``deals[0].start``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def sentence(error: ErrorDetails, schema: type[BaseModel] = Scenario) -> str:
    """What the user reads about one error of a schema."""
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    if kind in _WANTED:
        return f"must be {_WANTED[kind]}, not {describe(given)}"
    if kind == "value_error":
        return str(context["error"])
    if kind == "fault":
        return error["msg"]
    if kind == "missing":
        return _missing(error["loc"], schema)
    if kind == "extra_forbidden":
        return _unknown_key(error["loc"], schema)
    if kind == "literal_error":
        options = re.findall(r"'([^']*)'", str(context["expected"]))
        near = advice(given, options) if isinstance(given, str) else ""
        shown = repr(given) if isinstance(given, str) else describe(given)
        return f"{shown} is not one of {', '.join(options)}{near}"
    if kind == "finite_number":
        return "must be a finite number, not NaN or infinity"
    return _bound(kind, given, context) or error["msg"]


def _bound(kind: str, given: object, context: Mapping[str, Any]) -> str:
    words = {
        "greater_than_equal": ("ge", "must be at least {}"),
        "greater_than": ("gt", "must be greater than {}"),
        "less_than_equal": ("le", "must be at most {}"),
        "less_than": ("lt", "must be less than {}"),
    }
    if kind in words:
        name, text = words[kind]
        return f"{text.format(format(context[name], 'g'))}, not {_number(given)}"
    if kind in ("too_short", "too_long"):
        limit = context["min_length"] if kind == "too_short" else context["max_length"]
        most = "at least" if kind == "too_short" else "at most"
        return f"must have {most} {limit} entr{'y' if limit == 1 else 'ies'}, not {context['actual_length']}"
    if kind == "string_too_short":
        return "must not be empty"
    if kind == "string_too_long":
        return f"must be at most {context['max_length']} characters long"
    return ""


def _number(value: object) -> str:
    return describe(value).removeprefix("the number ")


def _missing(path: Path, schema: type[BaseModel]) -> str:
    if path == ("focal",):
        return "is missing; name a UN member by its ISO 3166 alpha-3 code, such as SEN, or extend a base"
    known = ", ".join(
        name for name, field in _fields_at(path[:-1], schema).items() if field.is_required()
    )
    return f"is missing; needed here: {known}"


REMOVED_KEYS: Mapping[tuple[str | int, ...], Mapping[str, str]] = {
    ("strategy",): {"slots": "nobody has slots; `effort` multiplies how often the state turns to others"},
}
"""Keys that earlier scenario files may have, by where they stood, and what does their work now."""


def _unknown_key(path: Path, schema: type[BaseModel]) -> str:
    if str(path[-1]) in REMOVED_KEYS.get(tuple(path[:-1]), {}):
        return f"is no longer a key: {REMOVED_KEYS[tuple(path[:-1])][str(path[-1])]}"
    known = list(_fields_at(path[:-1], schema))
    if len(path) == 1 and schema is Scenario:
        known.append("extends")
    near = suggest(str(path[-1]), known, limit=0)
    return f"unknown key; {near or 'allowed: ' + ', '.join(known)}"


def _fields_at(path: Path, schema: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a section, as a file names them."""
    return {field.alias or name: field for name, field in _model_at(path, schema).model_fields.items()}


def _model_at(path: Path, model: type[BaseModel]) -> type[BaseModel]:
    """The section of a schema to which a path leads."""
    for part in path:
        if isinstance(part, str) and part in model.model_fields:
            model = _section_in(model.model_fields[part].annotation) or model
    return model


def _section_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_section_in, get_args(annotation))), None)
