"""What a sweep's folder was made for: hashes of design, data and code, and what has changed since."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.errors import Fault, InputError
from simulation.experiments.engine import store
from simulation.experiments.prior import DEFAULTS, PRIOR, prior_hash
from simulation.experiments.sweeps import ledger
from simulation.experiments.sweeps.plan import Plan
from simulation.experiments.sweeps.schema import label
from simulation.scenario.dump import scenario_to_yaml

if TYPE_CHECKING:
    from simulation.actors.cast import Cast

FILE = "sweep.json"
_SHAPE: Mapping[str, type] = {
    "sweep": str, "title": str, "question": str, "design": str, "random_numbers": str, "points": int,
    "replicates": int, "factors": dict, "order": list, "show": list, "notes": list,
}  # fmt: skip
_TOLD = 12  # changes named in one message
_WORDS = ("sweep", "name", "title", "question", "show", "notes", "held")  # these change no number


def manifest(plan: Plan, actors: Cast | None = None) -> dict[str, Any]:
    """Everything that determines the results of a sweep."""
    sweep = plan.sweep
    points = json.dumps([plan.points.rows[place] for place in range(len(plan.points))])
    texts = {base.name: scenario_to_yaml(base) for base in sweep.bases}
    hashes = [store.hashes(base, texts[base.name], actors) for base in sweep.bases]
    content: dict[str, Any] = {
        "name": sweep.name,
        "title": sweep.title,
        "question": sweep.question,
        "design": sweep.design,
        "factors": {key: factor.model_dump(mode="json") for key, factor in sweep.factors.items()},
        "order": list(sweep.factors),  # JSON objects are written with their keys sorted
        "samples": sweep.samples,
        "replicates": sweep.replicates,
        "seed": sweep.seed,
        "random_numbers": "common" if sweep.common else "independent",
        "parameters": PRIOR if sweep.drawn else DEFAULTS,
        "record": sweep.kept.model_dump(mode="json"),
        "points": len(plan.points),
        "hashes": {
            "points": store.text_hash(points),
            "scenarios": {base.name: result["scenario"] for base, result in zip(sweep.bases, hashes, strict=True)},
            "records": {base.name: result["records"] for base, result in zip(sweep.bases, hashes, strict=True)},
            "prior": prior_hash() if sweep.drawn else "",
            **{key: hashes[0][key] for key in ("data", "code", "metrics", "actors")},
        },
        "versions": store.versions(),
        "show": list(sweep.show),
        "notes": list(sweep.notes),
        "held": sweep.held,
    }
    content = json.loads(json.dumps(content))  # tuples as lists, as they will be read
    binding = {key: value for key, value in content.items() if key not in _WORDS}
    content["sweep"] = store.text_hash(json.dumps(binding, sort_keys=True))[: store.RUN_ID_LENGTH]
    return content


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a sweep's folder.

    Raises
    ------
    OSError, ValueError
        If it cannot be read, or lacks what a reader of the sweep needs.
    """
    content = store.read_json(folder / FILE)
    wrong = [key for key, kind in _SHAPE.items() if not isinstance(content.get(key), kind)]
    if wrong:
        raise ValueError(f"{FILE} lacks {', '.join(wrong)}")
    for key in ("order", "show", "notes"):
        if not all(isinstance(entry, str) for entry in content[key]):
            raise ValueError(f"{FILE}: {key} is not a list of texts")
    if sorted(content["order"]) != sorted(content["factors"]):
        raise ValueError(f"{FILE}: order names other factors than factors")
    return content


def same_sweep(folder: Path, now: Mapping[str, Any]) -> bool:
    """Whether a folder holds this very sweep and says so.

    A folder without a sweep does not. Nor does one whose manifest is gone, damaged or another's while its
    chunks are of this sweep: then the manifest is to be written anew.

    Raises
    ------
    InputError
        If it holds another, naming what has changed, or something else.
    """
    path = folder / FILE
    try:
        if not path.exists():
            return False
        then = store.read_json(path)
    except (OSError, ValueError) as error:
        if ledger.belongs(folder, now["sweep"]):
            return False
        raise InputError(Fault(str(path), f"cannot be read: {error}", file="result folder")) from None
    changed = list(_changes(then, now, ""))
    if not changed:
        return bool(then.get("sweep") == now["sweep"])
    if ledger.belongs(folder, now["sweep"]):
        return False
    rest = f"; and {len(changed) - _TOLD} more" if len(changed) > _TOLD else ""
    text = "; ".join(changed[:_TOLD]) + rest
    message = f"holds a sweep that has changed since, so it cannot go on: {text}. Name another folder with --out"
    raise InputError(Fault(str(folder), message, file="result folder"))


def _changes(then: Any, now: Any, where: str) -> Iterator[str]:
    if where in _WORDS or then == now:
        return
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for key in sorted({*then, *now}):
            yield from _changes(then.get(key), now.get(key), f"{where}.{key}" if where else key)
    elif where.startswith("hashes."):
        yield f"{where.removeprefix('hashes.').replace('.', ' ')} changed"
    else:
        yield f"{where} was {label(then, exact=True)}, now {label(now, exact=True)}"
