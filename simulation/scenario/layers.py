"""Layers of a scenario: a chain of files joined by ``extends``, then what the command line sets.

Later layers override earlier ones: mappings are merged key by key, at every level; lists and
single values are replaced whole. Inside one layer a key may be set once only, whether nested
(``parameters: {rivalry: 2}``) or dotted (``parameters.rivalry: 2``). Three rules go beyond
merging: ``name``, ``title``, ``question`` and ``claims`` describe one file and are not inherited;
inherited ``peers`` are dropped by a layer that changes ``focal`` (they were chosen for another
state); a bare number for ``fragmentation`` sets its four parts. States may be named as people name
them (``focal: Maroc``): a layer holds their ids, before it is merged.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from simulation.data.country_names import resolve
from simulation.errors import Fault
from simulation.scenario.fields import fragmentation_parts
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.scenario.quarter import Quarter
from simulation.scenario.schema import Scenario
from simulation.scenario.shipped import find, missing
from simulation.scenario.source import Mark, Node, parse, read_file

EXTENDS = "extends"
COMMAND_LINE = "--set"
"""Stands for the file in faults of ``--set KEY=VALUE``."""
OWN_KEYS = ("name", "title", "question", "claims")
"""Keys that describe one file and are not inherited."""
NAMING = frozenset(
    ["focal", "peers", "parties", "sponsors", "eligible", "joined", "actors", "pair", "members", "lines", "partner",
     "targets", "complete", "initiator", "attending", "invited", "yes", "no", "abstain"]
)  # fmt: skip
"""Keys whose texts name actors, wherever they stand."""
KEYED = "strategic_weight"
"""The section whose keys name actors."""
MAX_CHAIN = 20
_OF_SWEEPS, _ASTRAY = {"design", "factors"}, {"base", "scenarios"}  # the latter beside EXTENDS: one key too many


def read_chain(path: str, faults: list[Fault]) -> tuple[list[Node], bool]:
    """The layers of a file and its bases, the farthest base first.

    Returns
    -------
    tuple[list[Node], bool]
        The layers that could be read, and whether that is all of them.
    """
    layers: list[Node] = []
    seen: list[str] = []
    extends: Node | None = None
    while True:
        root = read_file(path, faults)
        if root is None:
            return layers[::-1], False
        if extends is not None and means_sweep(root):
            faults.append(extends.mark.fault(EXTENDS, f"{extends.value!r} is a sweep; name a scenario"))
            return layers[::-1], False
        seen.append(os.path.realpath(path))
        extends = root.value.pop(EXTENDS, None)
        layers.append(_tidy(root, faults))
        if extends is None:
            return layers[::-1], True
        base = _base_of(extends, path, seen, faults)
        if base is None:
            return layers[::-1], False
        path = base


def means_sweep(root: Node) -> bool:
    """Whether a file is meant as a sweep, not as a scenario."""
    keys = set(root.value)
    return bool(keys & _OF_SWEEPS or (keys & _ASTRAY and not keys & {EXTENDS, "focal"}))


def _base_of(extends: Node, path: str, seen: list[str], faults: list[Fault]) -> str | None:
    """Path of the base that a file names, or nothing and a fault."""
    message = ""
    base = ""
    if not isinstance(extends.value, str) or not extends.value or "\0" in extends.value:
        message = "must be the path of one base file, such as baseline.yaml"
    else:
        base = find(extends.value, os.path.dirname(path))
        real = os.path.realpath(base)
        if real == seen[-1]:
            message = "a file cannot extend itself"
        elif real in seen:
            message = f"goes round in a circle: {extends.value!r} extends this file in turn"
        elif not os.path.exists(base):
            message = missing(base, extends.value, os.path.islink(path))
        elif os.path.isdir(base):
            message = f"{extends.value!r} is a folder; name a .yaml file in it"
        elif len(seen) >= MAX_CHAIN:
            message = f"the chain of bases is longer than {MAX_CHAIN} files"
    if message:
        faults.append(extends.mark.fault(EXTENDS, message))
        return None
    return base


def read_overrides(
    sets: Iterable[str], overrides: Mapping[str, object], keywords: Mapping[str, object], faults: list[Fault]
) -> Node:
    """One layer of all that is set outside files: ``KEY=VALUE`` texts, dotted keys, keywords."""
    merged: dict[str, Node] = {}
    for text in sets:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            faults.append(Fault("", f"{text!r} is not KEY=VALUE, such as parameters.rivalry=2", COMMAND_LINE))
            continue
        result: list[Fault] = []
        node = parse(value, COMMAND_LINE, result)
        faults += [replace(fault, key=key.strip(), line=0, column=0) for fault in result]
        if node is not None and not result:
            _place(merged, key.strip(), _marked(node, Mark(COMMAND_LINE)), faults)
    for given in (overrides, keywords):
        for key, item in given.items():
            _place(merged, str(key), node_of(item, Mark("")), faults)
    layer = Node(merged, Mark(COMMAND_LINE if list(sets) else ""))
    extends = merged.pop(EXTENDS, None)
    if extends is not None:
        faults.append(extends.mark.fault(EXTENDS, "can only stand in a file"))
    return _tidy(layer, faults)


def node_of(value: object, mark: Mark) -> Node:
    """A Python value as a node: mappings, lists, scenario sections, NumPy scalars, dates, quarters, paths."""
    if isinstance(value, Parameters):
        value = value.chosen
    elif isinstance(value, Mechanisms):
        value = value.as_dict()
    elif isinstance(value, BaseModel):
        chosen = {"parameters": dict(value.parameters.chosen)} if isinstance(value, Scenario) else {}
        value = value.model_dump(mode="json", exclude_none=True) | chosen
    if isinstance(value, Mapping):
        return Node({str(key): node_of(item, mark) for key, item in value.items()}, mark)
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return Node(tuple(node_of(item, mark) for item in items), mark)
    return Node(_scalar(value), mark)


def _scalar(value: object) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, Quarter | Path):
        return str(value)
    item = getattr(value, "item", None)  # a NumPy bool is no number of the numeric tower
    return item() if callable(item) and type(value).__module__ == "numpy" else repr(value)


def merge(layers: Iterable[Node]) -> Node:
    """All layers as one, the later over the earlier. See the rules at the head of this file."""
    merged = Node({}, Mark(""))
    for layer in layers:
        below = {
            key: node for key, node in merged.value.items() if key not in OWN_KEYS or not layer.mark.line
        }
        focal = layer.value.get("focal")
        if focal is not None and "focal" in below and focal.value != below["focal"].value:
            below.pop("peers", None)
        merged = _over(Node(below, layer.mark), layer)
    return merged


def _over(below: Node, above: Node) -> Node:
    if not (isinstance(below.value, dict) and isinstance(above.value, dict)):
        return above
    merged = dict(below.value)
    for key, node in above.value.items():
        merged[key] = _over(merged[key], node) if key in merged else node
    return Node(merged, above.mark)


def _tidy(root: Node, faults: list[Fault]) -> Node:
    """A layer with dotted keys nested, a bare fragmentation in its parts, and paths made absolute."""
    merged: dict[str, Node] = {}
    for key, node in root.value.items():
        if key == "fragmentation":
            node = _fragmentation(node)
        _place(merged, key, node, faults)
    merged = with_ids(Node(merged, root.mark)).value
    if KEYED in merged and isinstance(merged[KEYED].value, dict):
        merged[KEYED] = _keyed_by_ids(merged[KEYED], faults)
    records = merged.get("records")
    if records is not None and isinstance(records.value, dict):
        merged["records"] = replace(records, value={k: _absolute(k, n) for k, n in records.value.items()})
    return Node(merged, root.mark)


def with_ids(node: Node, *, named: bool = False) -> Node:
    """A node in which every text that names a state is its id; what names none stays as it is.

    Parameters
    ----------
    node
        Of a scenario, a sweep or a file of instruments, or of a part of one.
    named
        Whether the node's own texts name actors; below, :data:`NAMING` says it.
    """
    value = node.value
    if isinstance(value, str):
        return replace(node, value=resolve(value)) if named else node
    if isinstance(value, tuple):
        return replace(node, value=tuple(with_ids(item, named=named) for item in value))
    if isinstance(value, dict):
        inside = {
            key: with_ids(item, named=key.rpartition(".")[2] in NAMING or (named and key == "categories"))
            for key, item in value.items()
        }
        return replace(node, value=inside)
    return node


def _keyed_by_ids(section: Node, faults: list[Fault]) -> Node:
    """A section keyed by actors, with the ids of states as keys."""
    inside: dict[str, Node] = {}
    for key, item in section.value.items():
        _join(inside, resolve(key), item, KEYED, faults)
    return replace(section, value=inside)


def _fragmentation(node: Node) -> Node:
    try:
        parts = fragmentation_parts(node.value)
    except ValueError:  # out of range: the schema says so
        return node
    return node_of(parts, node.mark) if parts is not node.value else node


def _absolute(key: str, node: Node) -> Node:
    if key not in ("deals", "joins") or not isinstance(node.value, str) or not node.value:
        return node
    folder = os.path.dirname(node.mark.file) if node.mark.line else ""
    return replace(node, value=os.path.abspath(os.path.join(folder, node.value)))


def _place(tree: dict[str, Node], key: str, node: Node, faults: list[Fault]) -> None:
    """Put a node under a dotted key of a layer, merging mappings and refusing a second value."""
    for part in reversed(key.split(".")[1:]):
        node = Node({part: node}, node.mark)
    _join(tree, key.split(".")[0], node, "", faults)


def _join(tree: dict[str, Node], key: str, node: Node, above: str, faults: list[Fault]) -> None:
    path = f"{above}.{key}" if above else key
    if key not in tree:
        tree[key] = node
        return
    first = tree[key]
    if isinstance(first.value, dict) and isinstance(node.value, dict):
        inside = dict(first.value)
        for name, item in node.value.items():
            _join(inside, name, item, path, faults)
        tree[key] = Node(inside, first.mark)
        return
    where = f" on line {first.mark.line}" if first.mark.line else ""
    faults.append(node.mark.fault(path, f"conflicts with another value given for it{where}; keep one"))


def _marked(node: Node, mark: Mark) -> Node:
    """A copy with one mark throughout."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _marked(child, mark) for key, child in value.items()}
    elif isinstance(value, tuple):
        value = tuple(_marked(child, mark) for child in value)
    return Node(value, mark)
