"""What may stand in a ``run.json`` that a report is made of: the file may come from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from simulation.data.reading import shown
from simulation.scenario.messages import key_text

_MOST_TOLD = 20
_LONGEST = 200  # characters of a fault, in which keys of the file stand
_Text = Annotated[str, Field(max_length=10_000)]
_Quarter = Annotated[str, Field(pattern=r"^[0-9]{4}Q[1-4]$")]
_Number = Annotated[float, Field(ge=-1e15, le=1e15)]
_Count = Annotated[int, Field(ge=0, lt=2**63)]


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
    focal: _Actor
    horizon: _Quarter
    seed: _Count
    replicates: _Counts
    peers: list[_Actor]
    failures: list[_Failure]
    contrasts: list[_Contrast]
    notes: list[_Text]
    priors_alone: list[_Text] = []
    parameters: _Text = ""
    hashes: dict[str, str | dict[str, str]]
    versions: dict[str, str]


def shape_faults(info: Mapping[str, Any]) -> list[str]:
    """What in the content of a ``run.json`` is not of the kind that a run writes, one sentence each."""
    try:
        _RunJson.model_validate(dict(info))
    except ValidationError as error:
        result = error.errors(include_url=False, include_input=False, include_context=False)
        text = list(dict.fromkeys(shown(f"{key_text(item['loc'])}: {item['msg']}", _LONGEST)[1:-1] for item in result))
        rest = [f"{len(text) - _MOST_TOLD} more such faults"] if len(text) > _MOST_TOLD else []
        return text[:_MOST_TOLD] + rest
    return []
