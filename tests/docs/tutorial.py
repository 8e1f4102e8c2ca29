"""Run the commands of docs/tutorial.md and put what they print into the page.

``python -m tests.docs.tutorial`` (``make pages WHAT=tutorial``); a slow test says when the page is out of date.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.docs.snippets import ROOT, blocks, commands, part

PAGE = ROOT / "docs" / "tutorial.md"
PLAIN = {"COLUMNS": "80", "TERM": "dumb", "PYTHONPATH": str(ROOT)}


def printed(line: str, status: int, folder: Path) -> str:
    """What a ``wifaq`` command prints in a folder, on both streams."""
    call = [sys.executable, "-m", "simulation.cli", *shlex.split(line)[1:]]
    both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(call, cwd=folder, env=os.environ | PLAIN, text=True, encoding="utf-8", check=False, **both)
    if done.returncode != status:
        raise SystemExit(f"{line}: ended with {done.returncode}, not {status}\n{done.stdout}")
    return done.stdout


def rewritten(text: str, folder: Path) -> str:
    """The page with the output of its commands, which run in ``folder``."""
    output, pieces, done = "", [], 0
    for block in blocks(text):
        if block.file:
            (folder / block.file).write_text(block.text, encoding="utf-8")
        elif block.tag == "sh":
            for line, status in commands(block.text):
                if line.startswith("wifaq "):
                    output = printed(line, status, folder)
        elif wanted := block.output:
            pieces += [text[done : block.start], part(output, wanted)]
            done = block.start + len(block.text)
    return "".join([*pieces, text[done:]])


def main() -> None:
    """Write the page anew."""
    with tempfile.TemporaryDirectory() as name:
        shutil.copytree(ROOT / "scenarios", Path(name) / "scenarios")
        text = rewritten(PAGE.read_text(encoding="utf-8"), Path(name))
    PAGE.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
