"""Types of single values in a scenario file: how each is read, and what the message says if it cannot be.

A parser raises ``ValueError`` with the sentence that the user reads; pydantic adds the place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from simulation.data.dates import EARLIEST, TOO_EARLY
from simulation.errors import InputError, suggest, unseen
from simulation.scenario.mechanisms import MECHANISMS, Mechanisms
from simulation.scenario.parameters import PARAMETERS, Parameters
from simulation.scenario.quarter import Quarter
from simulation.scenario.source import describe
from simulation.state import DEPTHS

PARTS = ("bloc_splitting", "trust", "decision_rule", "rewiring")
"""The separable parts of fragmentation."""
NAME_BYTES = 100
"""Longest name of a result folder; a file system counts bytes, and most take 255 with what is put around it."""
CLAIMS = tuple(f"C{number}" for number in range(1, 64))
"""The claims of the paper, as numbered in the model description."""


def advice(word: str, known: Sequence[str]) -> str:
    """``(did you mean 'x'?)`` with a leading blank, or nothing."""
    text = suggest(word, known, limit=0)
    return f" ({text})" if text else ""


def _quarter(value: object) -> Quarter:
    if isinstance(value, Quarter):
        return value
    if not isinstance(value, str):
        raise ValueError(f"must be a quarter such as 2027Q1, not {describe(value)}")
    return Quarter.parse(value)


def _date(value: object) -> date:
    if type(value) is date:
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{value!r} is not a day of the calendar; write year-month-day") from None
    raise ValueError(f"must be a date such as 2024-12-31, not {describe(value)}")


def _gregorian(day: date) -> date:
    if day.year < EARLIEST:
        raise ValueError(f"{day} {TOO_EARLY}")
    return day


def _first_day(value: object) -> date:
    quarter = _quarter_or_none(value)
    return quarter.first_day if quarter else _date(value)


def _last_day(value: object) -> date:
    quarter = _quarter_or_none(value)
    return quarter.last_day if quarter else _date(value)


def _quarter_or_none(value: object) -> Quarter | None:
    looks_like_one = isinstance(value, Quarter) or (isinstance(value, str) and "Q" in value)
    return _quarter(value) if looks_like_one else None


def _depth(value: object) -> int:
    if value == "memorandum":
        return 1
    if isinstance(value, str) and value in DEPTHS:
        return DEPTHS.index(value) + 1
    if type(value) is int and 1 <= value <= len(DEPTHS):
        return value
    near = advice(value, DEPTHS) if isinstance(value, str) else ""
    raise ValueError(f"must be mou, programme or binding (or 1, 2, 3), not {describe(value)}{near}")


def _claim(value: str) -> str:
    if value not in CLAIMS:
        raise ValueError(f"{value!r} is not a claim; they are numbered {CLAIMS[0]} to {CLAIMS[-1]}")
    return value


def _file_name(value: str) -> str:
    if not re.fullmatch(r"\w[\w .+-]*", value):
        raise ValueError(f"{value!r} cannot name a folder; use letters, digits, '_', '-', '.' and blanks")
    size = len(value.encode())
    if size > NAME_BYTES:  # what a file system counts: an Arabic letter takes two, a Chinese one three
        raise ValueError(f"must be at most {NAME_BYTES} bytes long in UTF-8, not {size}; give a shorter `name`")
    return value


def _visible(value: str) -> str:
    if signs := unseen(value):
        raise ValueError(f"holds the control character {', '.join(map(ascii, signs))}; take it out")
    return value


def _path(value: object) -> object:
    return Path(value) if isinstance(value, str) and value else value


def fragmentation_parts(value: object) -> object:
    """A bare number as a mapping that sets all four parts of fragmentation; anything else unchanged."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if not 0 <= value <= 1:  # false for NaN too
        raise ValueError(f"{value:g} is outside [0, 1]")
    return dict.fromkeys(PARTS, float(value))


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, tuple | list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"must be a list of names, not {describe(value)}")
    return tuple(value)


def _words_or_names(*words: str) -> Callable[[object], str | tuple[str, ...]]:
    def parse(value: object) -> str | tuple[str, ...]:
        if isinstance(value, str):
            if value in words:
                return value
        elif value in ((), []):
            raise ValueError(f"names nobody; write {' or '.join(words)}, or a list of names")
        elif isinstance(value, tuple | list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        near = advice(value, words) if isinstance(value, str) else ""
        raise ValueError(f"must be {' or '.join(words)}, or a list of names, not {describe(value)}{near}")

    return parse


def _metrics(value: object) -> str | tuple[str, ...]:
    if value in ((), []):
        raise ValueError("must name at least one metric, or be default or all")
    return _words_or_names("default", "all")(value)


def _words_schema(*words: str) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [{"enum": list(words)}, {"type": "array", "items": {"type": "string"}}]})


def _lines(value: object) -> str | tuple[tuple[str, ...], ...]:
    words = ("camp", "region")
    if isinstance(value, str) and value in words:
        return value
    if isinstance(value, tuple | list) and value:
        return tuple(_names(cell) for cell in value)
    near = advice(value, words) if isinstance(value, str) else ""
    raise ValueError(f"must be camp, region or a list of lists of actors, not {describe(value)}{near}")


def _eligible(value: object) -> str | tuple[str, ...] | dict[str, tuple[str, ...]]:
    if isinstance(value, Mapping):
        if set(value) != {"blocs"}:
            raise ValueError("must be all, a list of actors, or a mapping with the one key `blocs`")
        if value["blocs"] in ((), []):
            raise ValueError("names nobody; write all, a list of names, or blocs with the id of one at least")
        return {"blocs": _names(value["blocs"])}
    return _words_or_names("all")(value)


def _registry(kind: type[Parameters] | type[Mechanisms]) -> Callable[[object], Parameters | Mechanisms]:
    """Parser of a section whose keys are the entries of a registry; every fault at once."""

    def parse(value: object) -> Parameters | Mechanisms:
        if isinstance(value, Parameters | Mechanisms):
            return value
        if not isinstance(value, Mapping):
            raise ValueError(f"must be a mapping, not {describe(value)}")
        try:
            return kind(value)
        except InputError as error:
            told = [(fault.key.partition(".")[2], fault.message) for fault in error.faults]
        raise ValidationError.from_exception_data("section", [
            InitErrorDetails(type=PydanticCustomError("fault", "{text}", {"text": text}), loc=(name,), input=value)
            for name, text in told
        ])  # fmt: skip

    return parse


def _parameters_schema() -> dict[str, Any]:
    entries = {
        p.name: {
            "type": "number", "minimum": p.low, "maximum": p.high, "default": p.default,
            "description": f"{p.meaning} [{p.unit}]; {p.source}",
        }
        for p in PARAMETERS.values()
    }  # fmt: skip
    return {"type": "object", "properties": entries, "additionalProperties": False}


def _mechanisms_schema() -> dict[str, Any]:
    entries = {
        m.name: {
            "enum": [*m.options, *([True, False] if "off" in m.options and "on" in m.options else [])],
            "default": m.default,
            "description": m.meaning,
        }
        for m in MECHANISMS.values()
    }
    return {"type": "object", "properties": entries, "additionalProperties": False}


_AS_IT_IS = PlainSerializer(lambda value: value)
_QUARTER_SCHEMA = {"type": "string", "pattern": "^[0-9]{4}Q[1-4]$"}
_DATE_SCHEMA = {"type": "string", "format": "date"}
_DAY_SCHEMA = WithJsonSchema({"anyOf": [_DATE_SCHEMA, _QUARTER_SCHEMA]})
_NAMES_SCHEMA = {"type": "array", "items": {"type": "string"}}
_BLOCS_SCHEMA = {
    "type": "object",
    "properties": {"blocs": _NAMES_SCHEMA},
    "required": ["blocs"],
    "additionalProperties": False,
}

Share = Annotated[float, Field(ge=0, le=1)]
Multiplier = Annotated[float, Field(ge=0, le=100)]
Text = Annotated[str, Field(max_length=2_000), AfterValidator(_visible)]
Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_visible)]
Names = tuple[Name, ...]
Point = Annotated[tuple[Share, ...], Field(min_length=4, max_length=4)]
FileName = Annotated[str, AfterValidator(_file_name), Field(max_length=NAME_BYTES)]
Claim = Annotated[str, AfterValidator(_claim), WithJsonSchema({"enum": list(CLAIMS)})]
FilePath = Annotated[Path, BeforeValidator(_path), WithJsonSchema({"type": "string"})]
QuarterField = Annotated[
    Quarter, PlainValidator(_quarter), PlainSerializer(str), WithJsonSchema(_QUARTER_SCHEMA)
]
DateField = Annotated[date, BeforeValidator(_date), AfterValidator(_gregorian)]
FirstDay = Annotated[date, BeforeValidator(_first_day), AfterValidator(_gregorian), _DAY_SCHEMA]
LastDay = Annotated[date, BeforeValidator(_last_day), AfterValidator(_gregorian), _DAY_SCHEMA]
Depth = Annotated[
    int,
    PlainValidator(_depth),
    PlainSerializer(lambda depth: DEPTHS[depth - 1]),
    WithJsonSchema({"enum": [*DEPTHS, "memorandum", 1, 2, 3]}),
]
Lines = Annotated[
    str | tuple[tuple[str, ...], ...],
    PlainValidator(_lines),
    _AS_IT_IS,
    WithJsonSchema({"anyOf": [{"enum": ["camp", "region"]}, {"type": "array", "items": _NAMES_SCHEMA}]}),
]
Eligible = Annotated[
    str | tuple[str, ...] | dict[str, tuple[str, ...]],
    PlainValidator(_eligible),
    _AS_IT_IS,
    WithJsonSchema({"anyOf": [{"enum": ["all"]}, _NAMES_SCHEMA, _BLOCS_SCHEMA]}),
]
Everybody = Annotated[
    str | tuple[str, ...], PlainValidator(_words_or_names("all")), _AS_IT_IS, _words_schema("all")
]
Influencers = Annotated[
    str | tuple[str, ...],
    PlainValidator(_words_or_names("none", "all_allies")),
    _AS_IT_IS,
    _words_schema("none", "all_allies"),
]
RecordedMetrics = Annotated[
    str | tuple[str, ...],
    PlainValidator(_metrics),
    _AS_IT_IS,
    _words_schema("default", "all"),
]
RecordedActors = Annotated[
    str | tuple[str, ...],
    PlainValidator(_words_or_names("focal", "states", "all")),
    _AS_IT_IS,
    _words_schema("focal", "states", "all"),
]
ParametersField = Annotated[
    Parameters,
    PlainValidator(_registry(Parameters)),
    PlainSerializer(lambda parameters: parameters.as_dict()),
    WithJsonSchema(_parameters_schema()),
]
MechanismsField = Annotated[
    Mechanisms,
    PlainValidator(_registry(Mechanisms)),
    PlainSerializer(lambda mechanisms: mechanisms.as_dict()),
    WithJsonSchema(_mechanisms_schema()),
]
