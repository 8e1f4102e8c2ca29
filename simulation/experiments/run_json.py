"""What stands in a ``run.json``: the file may come from anywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from simulation.data.reading import shown
from simulation.experiments.engine import store
from simulation.scenario.messages import key_text, sentence

_MOST_TOLD = 20
_LONGEST = 200  # characters of a fault, in which keys of the file stand


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("must be a date (YYYY-MM-DD)") from None


_Text = Annotated[str, Field(max_length=10_000)]
_Day = Annotated[str, AfterValidator(_day)]
_Quarter = Annotated[str, Field(pattern=r"^[0-9]{4}Q[1-4]$")]
_Number = Annotated[float, Field(ge=-1e15, le=1e15)]
_Count = Annotated[int, Field(ge=0, lt=1 << 63)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, allow_inf_nan=False)


class _Actor(_Part):
    id: _Text
    name: _Text


class _Counts(_Part):
    planned: _Count
    done: _Count
    failed: _Count


class _Failure(_Part):
    point: _Text
    replicate: _Count
    seed: _Count
    stage: _Text
    type: _Text
    message: _Text


class _Contrast(_Part):
    contrast: _Text
    statement: _Text
    metric: _Text
    quarter: _Quarter
    mean_a: _Number
    mean_b: _Number
    difference: _Number
    percent: _Number | None
    standard_error: _Number | None
    low: _Number | None
    high: _Number | None
    probability: Annotated[float, Field(ge=0, le=1)]
    pairs: _Count


class _RunJson(_Part):
    run: _Text
    scenario: _Text
    title: _Text
    question: _Text
    bands: _Text
    command: _Text
    as_of: _Day
    focal: _Actor
    horizon: _Quarter
    seed: _Count
    replicates: _Counts
    peers: tuple[_Actor, ...]
    failures: tuple[_Failure, ...]
    contrasts: tuple[_Contrast, ...]
    notes: tuple[_Text, ...]
    priors_alone: tuple[_Text, ...] = ()
    parameters: _Text = ""
    hashes: dict[str, str | dict[str, str]]
    versions: dict[str, str]


def info_faults(info: Mapping[str, Any]) -> list[str]:
    """What a ``run.json`` lacks, or what in it is not of the kind that a run writes, one sentence each."""
    try:
        _RunJson.model_validate_json(json.dumps(dict(info)))
    except ValidationError as error:
        told = list(dict.fromkeys(map(_told, error.errors(include_url=False))))
        rest = [f"{len(told) - _MOST_TOLD} more such faults"] if len(told) > _MOST_TOLD else []
        return _of_another_version(info) or told[:_MOST_TOLD] + rest
    return []


def _told(fault: ErrorDetails) -> str:
    key = key_text(fault["loc"])
    text = f"{key} is missing" if fault["type"] == "missing" else f"{key}: {sentence(fault)}".removeprefix(": ")
    return shown(text, _LONGEST)[1:-1]


def _of_another_version(info: Mapping[str, Any]) -> list[str]:
    """Whether a file lacks something because another version wrote it."""
    versions = info.get("versions")
    writer = versions.get("wifaq") if isinstance(versions, dict) else None
    ours = store.versions()["wifaq"]
    if writer in (None, ours):
        return []
    return [f"was written by wifaq {writer}, and this is {ours}; run the scenario again"]
