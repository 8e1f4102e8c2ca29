"""What stands in a ``run.json``: the file may come from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from simulation.data.reading import shown
from simulation.experiments.engine import store
from simulation.scenario.messages import key_text

_KEYS = ("bands", "as_of", "command", "contrasts", "failures", "focal", "hashes", "horizon", "notes", "peers",
         "question", "replicates", "run", "scenario", "seed", "title", "versions")  # fmt: skip
_WORDS = ("as_of", "bands", "command", "horizon", "question", "run", "scenario", "title")
_LISTS = ("contrasts", "failures", "notes", "peers")
_PARTS = {"focal": ("id", "name"), "replicates": ("planned", "done", "failed")}
_MOST_TOLD = 20
_LONGEST = 200  # characters of a fault, in which keys of the file stand
_Text = Annotated[str, Field(max_length=10_000)]
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


def info_faults(info: Mapping[str, Any]) -> list[str]:
    """What a ``run.json`` lacks, or what in it is not of the kind that a run writes, one sentence each."""
    faults = [f"{key} is missing" for key in _KEYS if key not in info]
    for key, parts in _PARTS.items():
        if key in info and not (isinstance(info[key], dict) and all(part in info[key] for part in parts)):
            faults.append(f"{key} needs {', '.join(parts)}")
    faults += [f"{key} is not text" for key in _WORDS if key in info and not isinstance(info[key], str)]
    if isinstance(info.get("as_of"), str) and not _is_day(info["as_of"]):
        faults.append(f"as_of is {info['as_of']!r}, not a date")
    faults += [f"{key} is not a list" for key in _LISTS if key in info and not isinstance(info[key], list)]
    faults = faults or _shape_faults(info)
    return _of_another_version(info) or faults if faults else []


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _of_another_version(info: Mapping[str, Any]) -> list[str]:
    """Whether a file lacks something because another version wrote it."""
    versions = info.get("versions")
    writer = versions.get("wifaq") if isinstance(versions, dict) else None
    ours = store.versions()["wifaq"]
    if writer in (None, ours):
        return []
    return [f"was written by wifaq {writer}, and this is {ours}; run the scenario again"]


def _shape_faults(info: Mapping[str, Any]) -> list[str]:
    try:
        _RunJson.model_validate(dict(info))
    except ValidationError as error:
        result = error.errors(include_url=False, include_input=False, include_context=False)
        text = list(dict.fromkeys(shown(f"{key_text(item['loc'])}: {item['msg']}", _LONGEST)[1:-1] for item in result))
        rest = [f"{len(text) - _MOST_TOLD} more such faults"] if len(text) > _MOST_TOLD else []
        return text[:_MOST_TOLD] + rest
    return []
