"""The fenced blocks of the pages, and what becomes of each kind.

- ``yaml`` blocks begin with a comment naming the file they are; ``csv`` blocks stand below a line that names it.
- ``sh`` blocks are commands. ``# exits with 2`` says what a command is to end with, if not with 0.
- ``python`` blocks are run in one namespace a page, as a script.
- ``text`` blocks show output, formulas, calls. Below ``<!-- output: 9 lines -->`` or
  ``<!-- output: from "Likeliest", 9 lines -->`` stands what the command above it printed (:mod:`tests.docs.tutorial`).
- ``powershell`` blocks say what the ``sh`` block before them says.
- Below ``<!-- not run here: why -->`` a block is for machines that tests have not got: it is checked without running.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
WRITTEN = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "docs" / "results" / "index.md"]
"""Pages that people write."""
RESULTS = [page for page in sorted((ROOT / "docs" / "results").glob("*.md")) if page not in WRITTEN]
"""Pages that commands write, or fill."""
PAGES = [*WRITTEN, *RESULTS, *sorted((ROOT / "notebooks").glob("*.md"))]
TAGS = {"sh", "python", "yaml", "csv", "powershell", "text"}
EXIT = re.compile(r"# exits with (\d+)")
OUTPUT = re.compile(r'<!-- output: (?:from "(?P<start>[^"]+)", )?(?P<count>\d+) lines? -->')
NOT_RUN = re.compile(r"<!-- not run here: .+ -->")


@dataclass(frozen=True)
class Block:
    """A fenced block: its tag, its text, the line above it, and where it stands in the page."""

    tag: str
    text: str
    above: str
    start: int

    @property
    def runs(self) -> bool:
        """Whether it can be run on any machine."""
        return not NOT_RUN.fullmatch(self.above)

    @property
    def file(self) -> str:
        """Name of the file that a ``yaml`` or ``csv`` block is; empty if it names none."""
        found = (
            re.match(r"# ([\w/]+\.yaml)$", self.text, re.MULTILINE)
            if self.tag == "yaml"
            else re.search(r"`([\w/]+\.csv)`[^`]*:$", self.above)
        )
        return found[1] if found else ""

    @property
    def output(self) -> re.Match[str] | None:
        """Which part of the output above it the block shows, if it shows one."""
        return OUTPUT.fullmatch(self.above)


def blocks(text: str) -> list[Block]:
    """Every fenced block of a page, in order."""
    found, inside = [], 0
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        before = [line for line in text[inside : match.start()].splitlines() if line.strip()]
        found.append(Block(match[1], match[2], before[-1].strip() if before else "", match.start(2)))
        inside = match.end()
    return found


def commands(text: str) -> Iterator[tuple[str, int]]:
    """Commands of a block, without comments, each with the status it is to end with."""
    for line in text.replace("\\\n", " ").splitlines():
        command = line.split(" #")[0].strip()
        if command and not command.startswith("#"):
            told = EXIT.search(line)
            yield " ".join(command.split()), int(told[1]) if told else 0


def part(output: str, wanted: re.Match[str]) -> str:
    """The part of an output that a page shows; three dots where it goes on."""
    lines = [line.rstrip() for line in output.strip("\n").splitlines()]
    begin = 0
    if start := wanted["start"]:
        begin = next(k for k, line in enumerate(lines) if line.startswith(start))
    end = begin + int(wanted["count"])
    return "\n".join(lines[begin:end] + ["…"] * (end < len(lines))) + "\n"
