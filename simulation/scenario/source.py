"""Reading a YAML file into values that know where they stand, with guards against hostile files.

The text is read event by event with the parser of ruamel.yaml (YAML 1.2) and put together here,
without recursion: a fault can then name the line and column of any key, and depth, size and
aliases are limited before anything is expanded. Scalars follow the core schema of YAML 1.2, in
which ``NO`` and ``on`` are text; tags (``!!python/...``) and merge keys are refused.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from simulation.data.reading import control_character, place_of, read_bytes, text_of
from simulation.errors import Fault, InputError
from simulation.scenario.shipped import missing

MAX_BYTES = 1_000_000
"""Largest file that is read at all."""
MAX_VALUES = 20_000
"""Most values (scalars, lists and mappings) in one file."""
MAX_ALIASED = 1_000
"""Most values that the aliases of one file may stand for together."""
MAX_NESTING = 20
"""Deepest nesting; a scenario needs five."""
MAX_DIGITS = 100
"""Longest whole number."""
MAX_SCALAR = 10_000
"""Longest text or number, in characters."""

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character: an escape such as ``"\\ud800"`` passes the parser, but no file can store it."""
_NULL = ("", "~", "null", "Null", "NULL")
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in an input: file as the user wrote it, 1-based line and column (0 if there is none)."""

    file: str
    line: int = 0
    column: int = 0

    def fault(self, key: str, message: str) -> Fault:
        """A fault at this place."""
        return Fault(key, message, self.file, self.line, self.column)


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its place: that of its key in a mapping, its own in a list.

    Attributes
    ----------
    value
        A scalar (``None``, ``bool``, ``int``, ``float``, ``str``, ``date``), a tuple of nodes or
        a dict from text to node.
    """

    value: Any
    mark: Mark


def plain(node: Node) -> Any:
    """The value without places: scalars, tuples and dicts."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, tuple):
        return tuple(plain(child) for child in node.value)
    return node.value


def describe(value: object) -> str:
    """A value in the words of a message: ``text 'abc'``, ``the number 3``, ``a list``."""
    if isinstance(value, tuple | list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {_shortened(str(value))}"
    return f"text {_shortened(str(value))!r}"


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def read_file(path: str, faults: list[Fault], *, ships: bool = True, form: str = "") -> Node | None:
    """Read a YAML file whose top level is a mapping.

    Parameters
    ----------
    path
        As the user wrote it; faults name it so.
    faults
        Collects what is wrong: no such file, a folder, too large, not UTF-8, empty, not YAML, not
        a mapping, duplicate or non-text keys, tags, too many aliases, ….
    ships
        Whether files of this kind ship: a missing one may be meant to be one of them.
    form
        What such a file looks like, where it is no scenario.

    Returns
    -------
    Node | None
        The top level as far as it can be used, or nothing.
    """
    return mapping(read_any(path, faults, ships=ships, form=form), faults, form)


def mapping(root: Node | None, faults: list[Fault], form: str = "") -> Node | None:
    """The top level of a scenario, or of what has another form, if it is a mapping; another shape is a fault."""
    if root is not None and not isinstance(root.value, dict):
        wanted = form or "a mapping of keys such as `focal: SEN`"
        faults.append(root.mark.fault("", f"must be {wanted}, not {describe(root.value)}"))
        return None
    return root


def read_any(path: str, faults: list[Fault], *, ships: bool = True, form: str = "") -> Node | None:
    """Read a YAML file of any shape; see :func:`read_file`."""
    try:
        text = _read_text(path, ships)
    except InputError as error:
        faults += error.faults
        return None
    return parse_all(text, path, faults, form)


def parse_all(text: str, file: str, faults: list[Fault], form: str = "") -> Node | None:
    """Parse the whole text of a file, which may not be empty; see :func:`read_file`."""
    if not text.strip():
        ours = "a scenario is a mapping of keys such as `extends: baseline.yaml`"
        faults.append(Fault("", f"is empty; {f'the file must be {form}' if form else ours}", file))
        return None
    return parse(text, file, faults)


def parse(text: str, file: str, faults: list[Fault]) -> Node | None:
    """Read YAML text; ``file`` is the name that faults give to it. See :func:`read_file`."""
    builder = _Builder(file, faults)
    sign = control_character(text)
    if sign:
        words = f"is not valid YAML: the control character {sign[0]!a} is no text; take it out"
        faults.append(Fault("", words, file, *place_of(text, sign.start())))
        return None
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except InputError as error:
        faults += error.faults
        return None
    except MarkedYAMLError as error:
        faults.append(_syntax_fault(error, file))
        return None
    except Exception as error:  # on some broken text (escapes, directives) the parser raises plain errors
        faults.append(builder.behind.fault("", f"is not valid YAML from here on: {_one_line(error)}"))
        return None
    return builder.root or Node(None, Mark(file))


def _read_text(path: str, ships: bool) -> str:
    """The text of a file; what cannot be one is refused."""
    if "\0" not in path:  # reading tells of that
        if not os.path.exists(path):
            raise InputError(Fault("", missing(path, ships=ships), path))
        if os.path.isdir(path):
            inside = glob.glob(os.path.join(glob.escape(path), "*.yaml"))  # a result folder has one
            file = inside[0] if len(inside) == 1 else "a .yaml file in it"
            raise InputError(Fault("", f"is a folder; name {file}", path))
    return text_of(read_bytes(path, MAX_BYTES), path)


def _syntax_fault(error: MarkedYAMLError, file: str) -> Fault:
    where = error.problem_mark or error.context_mark
    parts = [error.context, error.problem]
    message = "is not valid YAML: " + ", ".join(_one_line(part) for part in parts if part)
    if "'\\t'" in message:
        message += "; indent with spaces, not tabs"
    if "mapping values are not allowed" in message:
        message += "; a text that holds a colon goes into quotes"
    if where is None:
        return Fault("", message, file)
    return Fault("", message, file, where.line + 1, where.column + 1)


def _one_line(message: object) -> str:
    return " ".join(str(message).split())


_PLACE = re.compile(r"\[\d+\]")


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is still being read."""

    mark: Mark
    is_mapping: bool
    anchor: str | None
    size: int = 1  # values inside, expanded
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    key: Node | None = None  # key that waits for its value
    expects_key: bool = True

    def node(self) -> Node:
        return Node(self.entries if self.is_mapping else tuple(self.items), self.mark)


class _Builder:
    """Puts events together to nodes, collecting faults on the way."""

    def __init__(self, file: str, faults: list[Fault]):
        self.file = file
        self.faults = faults
        self.root: Node | None = None
        self.behind = Mark(file, 1, 1)
        """The end of what was read so far."""
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._open_anchors: set[str] = set()
        self._values = 0
        self._aliased = 0
        self._documents = 0

    def fault(self, mark: Mark, key: str, message: str) -> None:
        self.faults.append(mark.fault(key, message))

    def take(self, event: Any) -> None:
        """Handle one event of the parser."""
        self.behind = Mark(self.file, event.end_mark.line + 1, event.end_mark.column + 1)
        kind = type(event).__name__
        if kind in ("ScalarEvent", "SequenceStartEvent", "MappingStartEvent", "AliasEvent"):
            self._guard(event)
            getattr(self, f"_{kind}")(event)
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            self._close()
        elif kind == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1:
                self._refuse(event, "holds a second document (`---`); one file is one scenario")
            if event.version not in (None, (1, 2)):
                self._refuse(event, "must be YAML 1.2; take the %YAML line out")

    def _mark(self, event: Any) -> Mark:
        return Mark(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _path(self) -> str:
        path = ""
        for frame in self._stack:
            if not frame.is_mapping:
                path += f"[{len(frame.items)}]"
            elif frame.key is not None and isinstance(frame.key.value, str):
                path += f".{frame.key.value}" if path else frame.key.value
        return path

    def _refuse(self, event: Any, message: str) -> NoReturn:
        raise InputError(self._mark(event).fault(_PLACE.sub("", self._path()), message))  # it may be nested deep

    def _guard(self, event: Any) -> None:
        self._values += 1
        if self._values > MAX_VALUES:
            self._refuse(event, f"is one value too many; a file holds at most {MAX_VALUES}")
        if len(self._stack) >= MAX_NESTING:
            self._refuse(event, f"is nested deeper than {MAX_NESTING} levels")
        if getattr(event, "tag", None) is not None and str(event.tag) != "!":
            self._refuse(event, f"the tag {event.tag} is not allowed; write a plain value")

    def _ScalarEvent(self, event: Any) -> None:
        if len(event.value) > MAX_SCALAR:
            self._refuse(event, f"is longer than {MAX_SCALAR} characters")
        if sign := _SURROGATE.search(event.value):
            self._refuse(event, f"holds half a character, {sign[0]!r}, which cannot be stored; take it out")
        plain_style = event.style is None and event.tag is None
        if plain_style and len(event.value) > MAX_DIGITS and _INT.fullmatch(event.value):
            self._refuse(event, f"has more than {MAX_DIGITS} digits")
        node = Node(_scalar(event.value) if plain_style else event.value, self._mark(event))
        if event.anchor:
            self._anchors[event.anchor] = (node, 1)
        self._add(node, 1)

    def _AliasEvent(self, event: Any) -> None:
        if event.anchor in self._open_anchors:
            self._refuse(event, f"the alias *{event.anchor} contains itself")
        if event.anchor not in self._anchors:
            self._refuse(event, f"the alias *{event.anchor} has no anchor before it")
        node, size = self._anchors[event.anchor]
        self._aliased += size
        if self._aliased > MAX_ALIASED:
            self._refuse(event, f"aliases stand for more than {MAX_ALIASED} values; write them out")
        self._add(replace(node, mark=self._mark(event)), size)

    def _SequenceStartEvent(self, event: Any) -> None:
        self._open(event, is_mapping=False)

    def _MappingStartEvent(self, event: Any) -> None:
        self._open(event, is_mapping=True)

    def _open(self, event: Any, *, is_mapping: bool) -> None:
        if event.anchor:
            self._open_anchors.add(event.anchor)
            self._anchors.pop(event.anchor, None)
        self._stack.append(_Frame(self._mark(event), is_mapping, event.anchor))

    def _close(self) -> None:
        frame = self._stack.pop()
        if frame.anchor:
            self._open_anchors.discard(frame.anchor)
            self._anchors[frame.anchor] = (frame.node(), frame.size)
        self._add(frame.node(), frame.size)

    def _add(self, node: Node, size: int) -> None:
        if not self._stack:
            self.root = node
            return
        frame = self._stack[-1]
        frame.size += size
        if not frame.is_mapping:
            frame.items.append(node)
        elif frame.expects_key:
            frame.key, frame.expects_key = node, False
        else:
            self._enter(frame, node)
            frame.key, frame.expects_key = None, True

    def _enter(self, frame: _Frame, node: Node) -> None:
        assert frame.key is not None
        name, mark = frame.key.value, frame.key.mark
        if not isinstance(name, str):
            frame.key = None
            advice = "put a name in quotes, and write 2.5, not 2,5"
            self.fault(mark, self._path(), f"keys must be text, not {describe(name)}; {advice}")
        elif name == "<<":
            self.fault(mark, self._path(), "merge keys are not allowed; use `extends: base.yaml`")
        elif name in frame.entries:
            first = frame.entries[name].mark
            self.fault(mark, self._path(), f"is given twice (first on line {first.line}); keep one")
        else:
            frame.entries[name] = replace(node, mark=mark)


def _scalar(text: str) -> Any:
    """A plain scalar by the core schema of YAML 1.2."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def _integer(text: str) -> int:
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    return int(text[2:] if base != 10 else text, base)


def walk(root: Node, path: tuple[str | int, ...]) -> Iterator[Node]:
    """The nodes along a path from the root, as far as they exist."""
    node = root
    yield node
    for part in path:
        inside = node.value
        if not (isinstance(inside, dict) and part in inside) and not (
            isinstance(inside, tuple) and isinstance(part, int) and part < len(inside)
        ):
            return
        node = inside[part]  # type: ignore[index]
        yield node
