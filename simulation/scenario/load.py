"""Loading a scenario: files, overrides, schema, world; all faults of it together or a frozen object."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from simulation.errors import Fault, InputError
from simulation.scenario.checks import check_against_world, record_faults
from simulation.scenario.fields import PARTS
from simulation.scenario.layers import merge, node_of, read_chain, read_overrides
from simulation.scenario.messages import Path, key_text, sentence
from simulation.scenario.schema import Scenario
from simulation.scenario.shipped import find
from simulation.scenario.source import Mark, Node, describe, plain, walk

Check = Callable[[Scenario], Iterator[tuple[Path, str]]]
Places = dict[Path, list[int]]
_Whole = TypeVar("_Whole", bound=BaseModel)
NOTHING: Mapping[str, object] = MappingProxyType({})
_STAND_IN = {"name": "unnamed", "focal": "?"}
"""For keys without a default, so that the rest of a faulty scenario can still be checked."""
_NEEDED = {"depth": "mou", "start": "2030Q1", "quarter": "2030Q1", "kind": "malicious_surge", "size": 0.1}
"""The same inside entries of lists."""
_JUDGED_BY = {"start": "end", "kind": "size"}
"""What is right or wrong by another key of its entry."""


def load_scenario(
    source: str | os.PathLike[str] | Scenario,
    *,
    sets: Iterable[str] = (),
    overrides: Mapping[str, object] | None = None,
    **keywords: object,
) -> Scenario:
    """Load a scenario file, or change a scenario.

    Parameters
    ----------
    source
        Path of a YAML file, the name of a shipped scenario (a file of that name in the working folder
        comes first), or a scenario already loaded.
    sets
        ``KEY=VALUE`` texts of the command line: dotted keys, values in YAML.
    overrides
        Values by dotted key, e.g. ``{"strategy.partners": ["state"]}``.
    keywords
        Values by top-level key, e.g. ``focal="SEN", parameters={"rivalry": 2}``; mappings are
        merged into what the file says, lists replace.

    Raises
    ------
    InputError
        With every fault found, each with file, line, column and key.

    Examples
    --------
    >>> load_scenario("baseline", focal="SEN").focal  # doctest: +SKIP
    'SEN'
    """
    return load_checked(source, _nothing, sets, overrides or {}, keywords)


def load_checked(
    source: str | os.PathLike[str] | Scenario,
    also: Check,
    sets: Iterable[str] = (),
    overrides: Mapping[str, object] = NOTHING,
    keywords: Mapping[str, object] = NOTHING,
) -> Scenario:
    """Load a scenario as :func:`load_scenario` does, and check of it what only a higher part of the package knows.

    Parameters
    ----------
    also
        Yields place and message of what it finds wrong; told with all other faults. Not asked about a scenario
        that is given and not changed.
    source, sets, overrides, keywords
        As in :func:`load_scenario`.

    Raises
    ------
    InputError
        With every fault found, each with file, line, column and key.
    """
    sets = (sets,) if isinstance(sets, str) else tuple(sets)
    if isinstance(source, Scenario) and not (sets or overrides or keywords):
        return source
    if not isinstance(source, str | os.PathLike | Scenario):
        text = f"a scenario is a path, a name or a Scenario, not {describe(source)}"
        raise InputError(f"{text}; keys are given beside it: load_scenario('baseline', focal='SEN')")
    faults: list[Fault] = []
    if isinstance(source, Scenario):
        layers, complete = [node_of(source, Mark(""))], True
    else:
        layers, complete = read_chain(find(os.fspath(source)), faults)
    if not layers:
        raise InputError(in_file_order(faults, ""))
    top = layers[-1].mark
    layers.append(read_overrides(sets, overrides, keywords, faults))
    root = _named(merge(layers), top)
    scenario = _validate(root, complete, faults, also)
    if faults or scenario is None:
        raise InputError(in_file_order(faults, top.file))
    return scenario


def _nothing(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    return iter(())


def _named(root: Node, top: Mark) -> Node:
    """Name after the file, title after the name, where nothing else is said."""
    entries = dict(root.value)
    stem = re.sub(r"[^\w .+-]|^\W", "_", os.path.splitext(os.path.basename(top.file))[0]) or "unnamed"
    entries.setdefault("name", Node(stem, top))
    entries.setdefault("title", entries["name"])
    return Node(entries, top)


def _validate(root: Node, complete: bool, faults: list[Fault], also: Check) -> Scenario | None:
    """Check the schema, then the cross-checks on all that the schema lets pass."""
    data = plain(root)
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        wrong = [item for item in error.errors(include_url=False) if complete or item["type"] != "missing"]
        paths: list[Path] = [item["loc"] for item in wrong]
        faults += [fault_at(root, path, sentence(item)) for path, item in zip(paths, wrong, strict=True)]
        if complete:
            _check_rest(root, data, paths, faults, also)
        return None
    if complete:
        result = (*check_against_world(scenario, frozenset()), *_idle_lines(root, scenario), *also(scenario))
        faults += [fault_at(root, path, text) for path, text in result]
        faults += record_faults(scenario)
    return scenario


def _idle_lines(root: Node, scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """Lines along which nothing breaks, unless who drew them says so: with a part of zero in the same file."""
    section = root.value.get("fragmentation")
    if section is None or not isinstance(section.value, dict) or "lines" not in section.value:
        return
    given = {section.value[part].mark.file for part in PARTS if part in section.value}
    if section.value["lines"].mark.file not in given and not any(getattr(scenario.fragmentation, p) for p in PARTS):
        yield ("fragmentation", "lines"), f"does nothing by itself; give {', '.join(PARTS)} (0 to 1), or take it out"


def _check_rest(root: Node, data: dict[str, Any], paths: list[Path], faults: list[Fault], also: Check) -> None:
    """Cross-check a scenario from which the faulty values have been taken out."""
    scenario, places = mended(Scenario, data, paths, _STAND_IN)
    if scenario is None:
        return
    broken = frozenset(str(path[0]) for path in paths if path)
    for path, text in (*check_against_world(scenario, broken), *_idle_lines(root, scenario), *also(scenario)):
        place = written(path, places)
        if not _stands_in(place, paths):
            faults.append(fault_at(root, place, text))
    faults += record_faults(scenario)


def mended(
    schema: type[_Whole], data: dict[str, Any], paths: list[Path], stand_in: Mapping[str, object]
) -> tuple[_Whole | None, Places]:
    """What a schema lets pass without the values on some paths; what holds one that must not be missing goes too.

    Parameters
    ----------
    schema, data, paths
        Of a file; what it says; places of what the schema does not let pass.
    stand_in
        Values of keys without a default.

    Returns
    -------
    tuple
        The rest, None where nothing passes; and which items of each list are left, for :func:`written`.
    """
    out = set(paths)
    while True:
        places: Places = {}
        try:
            return schema.model_validate({**stand_in, **_without(data, (), out, places)}), places
        except ValidationError as error:
            found = [written(item["loc"], places) for item in error.errors(include_url=False)]
        more = {path[:-1] if path in out else path for path in found} - {()}
        if more <= out:
            return None, {}
        out |= more


def _without(value: Any, here: Path, out: set[Path], places: Places) -> Any:
    """A value without what is on some paths, stand-ins in its place; and which items of each list are left."""
    if isinstance(value, dict):
        kept = {key: _without(inside, (*here, key), out, places) for key, inside in value.items()
                if (*here, key) not in out}  # fmt: skip
        return kept | {key: stand_in for key, stand_in in _NEEDED.items() if here and (*here, key) in out}
    if isinstance(value, tuple):
        places[here] = [place for place in range(len(value)) if (*here, place) not in out]
        return tuple(_without(value[place], (*here, place), out, places) for place in places[here])
    return value


def written(path: Path, places: Places) -> Path:
    """Where in the file something is that was found where some items of lists are left."""
    result: Path = ()
    for part in path:
        left = places.get(result, ())
        result = (*result, left[part] if isinstance(part, int) and part < len(left) else part)
    return result


def _stands_in(path: Path, paths: list[Path]) -> bool:
    """Whether what is found wrong on a path may be so because of what was taken out, or of a stand-in."""
    judged = [(*faulty[:-1], _JUDGED_BY.get(str(faulty[-1]))) for faulty in paths if faulty]
    below = [faulty for faulty in paths if path and len(faulty) > len(path) and faulty[: len(path)] == path]
    entry = any(isinstance(part, int) for faulty in below for part in (path[-1], faulty[len(path)]))
    return entry or path in (*paths, *judged)  # an entry like another, or a list that has too few


def fault_at(root: Node, path: Path, message: str) -> Fault:
    """A fault at the deepest place of a path that stands in an input."""
    nodes = list(walk(root, path))
    mark = nodes[-1].mark
    if len(nodes) == 1 and not mark.line:  # a key that nobody wrote: say which file lacks it
        mark = root.mark
    return mark.fault(key_text(path), message)


def in_file_order(faults: list[Fault], top: str) -> list[Fault]:
    """Each fault once and on one line; those of the scenario's own file first."""
    lines = (replace(f, key=_printable(f.key), message=_printable(f.message)) for f in faults)
    return sorted(dict.fromkeys(lines), key=lambda f: (f.file != top, f.file, f.line, f.column))


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)
