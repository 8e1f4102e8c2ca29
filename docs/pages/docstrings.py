"""NumPy-style docstrings and signatures as Markdown."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import Any

_SECTIONS = ("Parameters", "Attributes", "Returns", "Raises", "Examples")
LONGEST = 100
"""Signs of a line of code."""
_HEAD = re.compile(rf"^({'|'.join(_SECTIONS)})\n-+\n", re.MULTILINE)
_ROLE = re.compile(r":\w+:`[~.]?([^`]+)`")
_DOCTEST = re.compile(r"  # doctest: .*$", re.MULTILINE)


def signature(function: Callable[..., Any]) -> str:
    """How it is called: names and defaults, without types and without what only tests give."""
    hidden = hidden_parameters(function) | {"self", "cls"}
    shown = [_bare(entry) for entry in inspect.signature(function).parameters.values() if entry.name not in hidden]
    return str(inspect.Signature(shown))


def broken(call: str) -> str:
    """A call that is too long for a line, with one argument a line."""
    if len(call) <= LONGEST:
        return call
    name, _, inside = call.partition("(")
    arguments = re.split(r", (?![^(]*\))", inside[:-1])
    return f"{name}(\n" + "".join(f"    {argument},\n" for argument in arguments) + ")"


def _bare(entry: inspect.Parameter) -> inspect.Parameter:
    """A parameter without its type; a path as text, for its type depends on the machine."""
    default = entry.default.as_posix() if isinstance(entry.default, PurePath) else entry.default
    return entry.replace(annotation=inspect.Parameter.empty, default=default)


def docstring(thing: Any, hidden: frozenset[str] = frozenset()) -> str:
    """The docstring as Markdown: prose, then a list for each section; ``hidden`` parameters are left out."""
    text = _prose(inspect.getdoc(thing) or "")
    before, *rest = _HEAD.split(text)
    parts = [before.strip()]
    for title, body in zip(rest[::2], rest[1::2], strict=True):
        parts.append(_section(title, body, hidden))
    return "\n\n".join(part for part in parts if part)


def first_paragraph(thing: Any) -> str:
    """The first paragraph of a docstring in one line, as Markdown."""
    return _prose(inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")


def hidden_parameters(function: Callable[..., Any]) -> frozenset[str]:
    """Parameters whose default is a function: they are for tests."""
    found = inspect.signature(function).parameters.values()
    return frozenset(p.name for p in found if callable(p.default) and p.default is not inspect.Parameter.empty)


def _prose(text: str) -> str:
    """Markup of Sphinx as that of Markdown."""
    text = _ROLE.sub(r"`\1`", text).replace("``", "`")
    return re.sub(r"::$", ":", _DOCTEST.sub("", text), flags=re.MULTILINE)


def _section(title: str, body: str, hidden: frozenset[str]) -> str:
    if title == "Examples":
        return f"```text\n{body.strip()}\n```"
    rows = [f"- {row}" for row in _entries(body, hidden)]
    return "\n".join([f"*{title}*", "", *rows]) if rows else ""


def _entries(body: str, hidden: frozenset[str]) -> Iterator[str]:
    """``name: meaning`` of each entry of a section."""
    for entry in re.split(r"\n(?=\S)", body.strip()):
        names, _, meaning = entry.partition("\n")
        if not set(names.split(", ")) <= hidden:
            yield f"`{names}`: {' '.join(meaning.split())}"
