"""Run the small model of README.md in every tool that can be had, each in an environment of its own.

``build/peers/NAME`` is made with pip where it is not there (``make clean`` takes it away, so that newer versions are
found); a tool that cannot be installed is told as absent, with the reason. Wifaq and the Mesa it uses run in the
project's own environment.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
ENVIRONMENTS = ROOT / "build" / "peers"
TOLD = ("deals", "trust", "signed", "ended")


class Tool(NamedTuple):
    """A tool: its file, the versions of Python that may run it and what they install (nothing: the project's own)."""

    name: str
    file: str
    versions: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


TOOLS = (
    Tool("Mesa, the project's", "mesa_model.py"),
    Tool("Mesa, newest", "mesa_model.py", ("3.13", "3.12"), ("mesa", "networkx")),
    Tool("mesa-frames", "frames_model.py", ("3.12", "3.11"), ("mesa-frames",)),
    Tool("Wifaq's way (numba)", "wifaq_model.py"),
)
OTHERS = {"Agents.jl": "julia", "NetLogo": "netlogo-headless.sh"}
"""Programs that would run what is not written in Python."""


class Amount(NamedTuple):
    """How much is run: timed at (actors, steps), by so many seeds; compared at one size over other seeds."""

    timed: tuple[tuple[int, int], ...]
    repeats: int
    compared_at: int
    steps: int
    seeds: int


FULL = Amount(((100, 40), (300, 40), (1000, 12)), 5, 100, 40, 60)
QUICK = Amount(((12, 2),), 2, 12, 4, 3)


def measure(amount: Amount) -> dict[str, Any]:
    """Times of every tool, its means and how far they are from those of the last; and what is absent, why."""
    tools, absent = [], {name: why for name, program in OTHERS.items() if (why := _missing(program))}
    for tool in TOOLS:
        python = _python(tool)
        if isinstance(python, str):
            absent[tool.name] = python
            continue
        tools.append({"tool": tool.name, **_measured(tool, python, amount)})
    own = tools[-1]["means"]
    for tool_told in tools[:-1]:
        tool_told["apart"] = max(_apart(tool_told["means"][name], own[name]) for name in TOLD)
    tools[-1]["apart"] = None
    sizes = [actors for actors, _ in amount.timed]
    return {"sizes": sizes, **amount._asdict(), "tools": tools, "absent": absent}


def _missing(program: str) -> str:
    if shutil.which(program):
        return f"`{program}` is there, but nobody has written the model for it"
    return f"no `{program}` on this machine"


def _apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The difference of two means in standard errors."""
    return abs(one[0] - other[0]) / max(float(np.hypot(one[1], other[1])), 1e-12)


def _measured(tool: Tool, python: Path, amount: Amount) -> dict[str, Any]:
    timed = [
        {"actors": actors, "milliseconds": row["seconds"] / steps * 1e3}
        for actors, steps in amount.timed
        for row in _run(tool, python, actors, steps, range(amount.repeats))
    ]
    rows = list(_run(tool, python, amount.compared_at, amount.steps, range(1000, 1000 + amount.seeds)))
    values = np.array([[row[name] for name in TOLD] for row in rows])
    errors = values.std(axis=0, ddof=1) / np.sqrt(len(rows))
    means = dict(zip(TOLD, zip(values.mean(axis=0).tolist(), errors.tolist(), strict=True), strict=True))
    return {"version": rows[0]["version"], "timed": timed, "means": means}


def _run(tool: Tool, python: Path, actors: int, steps: int, seeds: range) -> Iterator[dict[str, Any]]:
    """What the tool's file prints of each seed."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "POLARS_MAX_THREADS"), "1")
    command = [python, HERE / tool.file, *map(str, (actors, steps, *seeds))]
    path = {"PYTHONPATH": "" if tool.packages else str(ROOT)}
    done = subprocess.run(command, env={**os.environ, **one, **path}, check=True, stdout=subprocess.PIPE, text=True)
    yield from map(json.loads, done.stdout.splitlines())


def _python(tool: Tool) -> Path | str:
    """The Python that runs a tool, with what it needs; or why there is none."""
    if not tool.packages:
        return Path(sys.executable)
    folder = ENVIRONMENTS / tool.file.removesuffix(".py")
    python = folder / "bin" / "python"
    whole = folder / "installed"
    if whole.exists():
        return python
    reason = f"no Python {' or '.join(tool.versions)} on this machine"
    for base in filter(None, map(_python_of, tool.versions)):
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *tool.packages]
        try:
            for command in ([base, "-m", "venv", "--clear", folder], pip):
                subprocess.run(command, check=True, capture_output=True, text=True)
        except subprocess.CalledProcessError as error:
            reason = " ".join((error.stderr or str(error)).split())[-200:]
            continue
        whole.touch()
        return python
    return reason


def _python_of(version: str) -> str:
    """A Python of a version that starts, as .ci/run looks for one; empty if there is none."""
    check = f"import sys; sys.exit('%d.%d' % sys.version_info[:2] != '{version}')"
    kept = map(str, (Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))
    for name in filter(shutil.which, (f"python{version}", *kept)):
        if subprocess.run([name, "-c", check], capture_output=True).returncode == 0:
            return name
    return ""
