"""Every command and Python snippet of README.md and docs/*.md runs.

How: fenced blocks are taken page by page, in order, in an empty folder that has the scenarios.

- ``yaml`` blocks that begin with a comment naming a file are written to that file.
- ``sh`` blocks are run line by line. ``wifaq`` lines are called in this process, with two
  replicates in place of however many the page says, one worker, and no charts. Lines that build
  an environment or start the tests are not run here (``.ci/run`` does that): they must be what
  ``make`` would do, as ``make -n`` tells. A line of no known form fails.
- ``python`` blocks are run in one namespace a page, as a script, with ``replicates=2``.
- ``powershell`` blocks are not run: they must say the same as the ``sh`` block before them.
- ``text`` blocks show output, or recipes for machines that tests have not got, and are left alone.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib
import pytest
from typer.testing import CliRunner

from simulation.cli import app
from simulation.experiments import runner
from simulation.outcomes.metrics import unregister, user_metrics

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TAGS = {"sh", "python", "yaml", "powershell", "text"}
FEW = 2
REPLICATES = re.compile(r"(--replicates |replicates=)\d+")
MAKES_OWN = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEFILES")  # of the make that started the tests
SILENT = (" --quiet", " --disable-pip-version-check")
LOOK = {"run": ("--no-charts", "--no-contrasts"), "spread": ("--set", "horizon=2025Q2")}
"""What makes a command cheap."""


def blocks(page: Path) -> list[tuple[str, str]]:
    """Tag and text of each fenced block."""
    return FENCE.findall(page.read_text(encoding="utf-8"))


def commands(text: str) -> Iterator[str]:
    """Lines of a block without comments and empty ones."""
    for line in text.splitlines():
        command = line.split(" #")[0].strip()
        if command and not command.startswith("#"):
            yield command


def make_recipe(target: str) -> list[str]:
    """What make would do for a target in a fresh clone."""
    call = ["make", "-n", target, "PYTHON=python3.11", "VENV=nowhere"]
    outside = {name: value for name, value in os.environ.items() if name not in MAKES_OWN}
    done = subprocess.run(call, cwd=ROOT, env=outside, capture_output=True, text=True, check=True)
    lines = [line.strip() for line in done.stdout.replace("nowhere", ".venv").splitlines()]
    for silent in SILENT:
        lines = [line.replace(silent, "") for line in lines]
    return [line for line in lines if line and not line.startswith("touch ")]


def run_wifaq(words: list[str]) -> None:
    """Run one ``wifaq`` command in this process, cheaply."""
    few = ["--replicates", str(FEW)] if words[0] in ("run", "compare") and "--replicates" not in words else []
    result = CliRunner().invoke(app, [*words, *few, *LOOK.get(words[0], ())])
    assert result.exit_code == 0, result.output
    assert result.output.strip()


def run_line(line: str) -> None:
    """Run one line of a ``sh`` block, or check that make would do it."""
    line = REPLICATES.sub(rf"\g<1>{FEW}", line)
    words = shlex.split(line)
    if words[0] == "make":
        assert make_recipe(words[1]), line
    elif Path(words[0]).name == "wifaq":
        run_wifaq(words[1:])
    elif words[1:3] in (["-m", "venv"], ["-m", "pip"], ["-m", "pytest"]):
        assert line in make_recipe("forecast") + make_recipe("test"), line
    else:
        pytest.fail(f"no rule for the command {line!r}: add one here")


def run_python(text: str, namespace: dict[str, Any]) -> None:
    """Run one ``python`` block as a script would."""
    source = REPLICATES.sub(rf"\g<1>{FEW}", text)
    exec(compile(source, "snippet", "exec"), namespace)


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder with the scenarios, one worker, no window, no metric left behind."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runner, "usable_cores", lambda: 1)
    matplotlib.use("Agg")
    yield tmp_path
    for entry in user_metrics():
        unregister(entry.name)


def test_the_pages_have_snippets() -> None:
    found = {tag for tag, _ in blocks(ROOT / "README.md")}
    assert {"sh", "python", "yaml", "powershell"} <= found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_snippets(page: Path, workplace: Path) -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for tag, text in blocks(page):
        assert tag in TAGS, f"{page.name}: a block is tagged {tag!r}; use one of {sorted(TAGS)}"
        if tag == "yaml":
            first = text.splitlines()[0]
            assert re.fullmatch(r"# [\w/]+\.yaml", first), "begin with a comment naming the file"
            (workplace / first.removeprefix("# ")).write_text(text, encoding="utf-8")
        elif tag == "sh":
            for line in commands(text):
                run_line(line)
        elif tag == "python":
            run_python(text, namespace)


def test_powershell_says_what_sh_says() -> None:
    found = blocks(ROOT / "README.md")
    for k, (tag, text) in enumerate(found):
        if tag == "powershell":
            same = text.replace("py -3.11", "python3.11").replace(r"\Scripts", r"\bin").replace("\\", "/")
            assert found[k - 1] == ("sh", same)


def test_the_plain_commands_are_those_of_make() -> None:
    plain = next(
        list(commands(text)) for tag, text in blocks(ROOT / "README.md") if tag == "sh" and "venv" in text
    )
    assert plain[:3] == make_recipe("forecast")
    assert plain[:2] + plain[3:] == make_recipe("test")
