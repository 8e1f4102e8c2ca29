"""Pages of docs/ that are partly written by a command: Markdown tables, and text between markers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from simulation.errors import DataError


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; bars inside a cell are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines) + "\n"


def _cell(cell: object) -> str:
    return str(cell).replace("|", "\\|")


def markers(name: str) -> tuple[str, str]:
    """The comments between which a command writes its part of a page."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def between(page: str, name: str) -> str:
    """The part of a page between its markers, without the line ends next to them.

    Raises
    ------
    DataError
        If the page does not have each marker once, in order.
    """
    begin, end = markers(name)
    if page.count(begin) != 1 or page.count(end) != 1 or page.index(begin) > page.index(end):
        raise DataError(f"the page must have the lines {begin} and {end} once each, in this order")
    return page[page.index(begin) + len(begin) : page.index(end)].strip("\n")


def replace_between(path: Path, name: str, text: str) -> None:
    """Put a text between the markers of a page.

    Raises
    ------
    DataError
        If the page lacks the markers.
    """
    page = path.read_text(encoding="utf-8")
    between(page, name)
    begin, end = markers(name)
    before, rest = page.split(begin)
    after = rest.split(end)[1]
    path.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}", encoding="utf-8", newline="\n")
