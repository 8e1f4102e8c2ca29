"""The recipes for a metric and for a command, done on a copy of the project as the page says.

A block below ``<!-- into FILE, below LINE -->`` (or ``above``) goes into the file, next to its one line that begins
so. The copy is used in a process of its own, without compiling.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.snippets import ROOT, blocks

PAGE = ROOT / "docs" / "recipes.md"
INTO = re.compile(r"<!-- into (?P<file>[\w/.]+), (?P<side>below|above) (?P<line>.+) -->")
MOST_FILES = {"Add a metric": 3, "Add a command": 2}
MEASURED = """
from unittest.mock import MagicMock

import numpy as np

from simulation.outcomes.focal import ActorBook
from simulation.outcomes.metrics import METRICS
from simulation.outcomes.observed import _NEVER_OBSERVED
from simulation.scenario.parameters import Parameters
from tests.reference.outcomes import conditions

book = ActorBook(1, np.arange(3))
book._conditions["load"] = 0.25
assert (book.outcomes(slice(0, 1), Parameters())["slack"] == 0.75).all()
assert conditions(MagicMock(load=0.25, public=None, norm=False))["slack"] == 0.75
assert METRICS["slack"].formula == "1 - load"
assert "slack" in _NEVER_OBSERVED
"""
"""The example metric, by the kernel's side and by the oracle's."""


def sections() -> dict[str, str]:
    """The recipes by their title."""
    parts = PAGE.read_text(encoding="utf-8").split("\n## ")[1:]
    return {part.splitlines()[0]: part for part in parts}


def follow(recipe: str, copy: Path) -> list[str]:
    """Do what the blocks of a recipe say; the files that were changed."""
    done = [(found, block.text) for block in blocks(recipe) if (found := INTO.fullmatch(block.above))]
    for found, text in done:
        path = copy / found["file"]
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        (place,) = (k for k, line in enumerate(lines) if line.strip().startswith(found["line"]))
        lines.insert(place + (found["side"] == "below"), text)
        path.write_text("".join(lines), encoding="utf-8")
    return sorted({found["file"] for found, _ in done})


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package, its tests and the scenarios, to be changed."""
    kept = shutil.ignore_patterns("__pycache__")
    for name in ("simulation", "tests", "scenarios"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=kept)
    return tmp_path


def called(copy: Path, *words: str) -> str:
    """What Python prints in the copy; kernels run as plain Python."""
    env = os.environ | {"PYTHONPATH": str(copy), "NUMBA_DISABLE_JIT": "1", "TERM": "dumb"}
    done = subprocess.run([sys.executable, *words], cwd=copy, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_metric(copy: Path) -> None:
    assert len(follow(sections()["Add a metric"], copy)) <= MOST_FILES["Add a metric"]
    called(copy, "-c", MEASURED)
    assert "slack" in called(copy, "-m", "simulation.cli", "list", "metrics")


def test_a_command(copy: Path) -> None:
    assert len(follow(sections()["Add a command"], copy)) <= MOST_FILES["Add a command"]
    assert "293 actors" in called(copy, "-m", "simulation.cli", "count", "scenarios/baseline.yaml")


def test_every_file_that_a_recipe_names_exists() -> None:
    named = set(re.findall(r"`((?:simulation|tests|docs)/[\w/.]+)`", PAGE.read_text(encoding="utf-8")))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
