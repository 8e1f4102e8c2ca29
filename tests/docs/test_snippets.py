"""Every command and Python snippet of README.md, docs/ and notebooks/ runs, or is checked where it cannot.

How: blocks are taken page by page, in order, in an empty folder that has the scenarios
(:mod:`tests.docs.snippets` says what each kind of block is).

- ``wifaq`` lines are called in this process, with two replicates in place of however many the page says, to the last
  quarter that the page's blocks name, with one worker, no charts, no contrasts. Lines that build an environment or
  start the tests are not run here (``.ci/run`` does that): they must be what ``make`` would do, as ``make -n`` tells.
  A line of no known form fails.
- What a page says is printed must be printed, where no replicates are in it; the rest of the tutorial's output is
  compared by a slow test, which runs its commands as they are.
- Lines for clusters are parsed by the commands they call; snippets for clusters must compile, and call this package
  as it can be called. A slow test runs the commands for dask.
- Commands, options, keys and files that sentences name must exist.
"""

from __future__ import annotations

import ast
import inspect
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib
import pytest
import typer
from typer.testing import CliRunner

import simulation
from simulation.cli.commands import app
from simulation.experiments.engine import executors
from simulation.outcomes.metrics import unregister, user_metrics
from simulation.scenario.json_schema import json_schema
from tests.docs import tutorial
from tests.docs.snippets import PAGES, ROOT, TAGS, Block, blocks, commands, part

FEW = 2
REPLICATES = re.compile(r"(--replicates |replicates=)\d+")
MAKES_OWN = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEFILES")  # of the make that started the tests
SILENT = (" --quiet", " --disable-pip-version-check")
REPLICATED = ("run", "compare")
SIMULATING = (*REPLICATED, "sweep")
LOOK = {"run": ("--no-charts", "--no-contrasts"), "spread": ("--set", "horizon=2025Q2")}
"""What makes a command cheap."""
MILESTONE = "2027Q4"
"""The first milestone of the baseline: reports speak of it, so no run ends before."""
CODE = re.compile(r"^(?:\$ |wifaq |python|pip |make |dask |mpiexec |from \w+ import|import ).*", re.MULTILINE)
"""What a block of output does not begin a line with."""
COMMANDS: Any = typer.main.get_command(app)
SOURCE = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "simulation").rglob("*.py"))
ARGPARSE = set(re.findall(r'add_argument\(\s*"(--[\w-]+)"', SOURCE))
"""Options of the modules that are run with ``python -m``."""


def read(page: Path) -> list[Block]:
    """The blocks of a page."""
    return blocks(page.read_text(encoding="utf-8"))


def sentences(page: Path) -> str:
    """A page without its blocks and comments."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


def make_recipe(target: str) -> list[str]:
    """What make would do for a target in a fresh clone."""
    call = ["make", "-n", target, "PYTHON=python3.11", "VENV=nowhere"]
    outside = {name: value for name, value in os.environ.items() if name not in MAKES_OWN}
    done = subprocess.run(call, cwd=ROOT, env=outside, capture_output=True, text=True, check=True)
    lines = [line.strip() for line in done.stdout.replace("nowhere", ".venv").splitlines()]
    for silent in SILENT:
        lines = [line.replace(silent, "") for line in lines]
    return [line for line in lines if line and not line.startswith("touch ")]


def horizon_of(page: Path) -> str:
    """The last quarter that the commands and files of a page name."""
    text = "".join(block.text for block in read(page) if block.tag in ("sh", "yaml", "python"))
    return max([MILESTONE, *re.findall(r"\b20\d\dQ[1-4]\b", text)])


def run_wifaq(words: list[str], status: int, horizon: str) -> str:
    """Run one ``wifaq`` command in this process, cheaply; what it printed."""
    few = ["--replicates", str(FEW)] if words[0] in REPLICATED and "--replicates" not in words else []
    short = ["--set", f"horizon={horizon}"] if words[0] in SIMULATING else []
    result = CliRunner(env=tutorial.PLAIN).invoke(app, [*words, *few, *short, *LOOK.get(words[0], ())])
    assert result.exit_code == status, result.output
    assert result.output.strip()
    return result.output


def run_line(line: str, status: int, horizon: str) -> str:
    """Run one line of a ``sh`` block, or check that make would do it; what it printed."""
    line = REPLICATES.sub(rf"\g<1>{FEW}", line)
    words = shlex.split(line)
    if words[0] == "make":
        assert make_recipe(words[1]), line
    elif Path(words[0]).name == "wifaq":
        return run_wifaq(words[1:], status, horizon)
    elif words[1:3] in (["-m", "venv"], ["-m", "pip"], ["-m", "pytest"]):
        assert line in make_recipe("forecast") + make_recipe("test"), line
    else:
        pytest.fail(f"no rule for the command {line!r}: add one here")
    return ""


def run_python(text: str, namespace: dict[str, Any]) -> None:
    """Run one ``python`` block as a script would."""
    source = REPLICATES.sub(rf"\g<1>{FEW}", text)
    exec(compile(source, "snippet", "exec"), namespace)


def run_block(block: Block, namespace: dict[str, Any], horizon: str) -> str | None:
    """Run a block; what it printed, if that does not depend on the number of replicates."""
    if block.tag == "python":
        run_python(block.text, namespace)
    if block.tag != "sh":
        return None
    output = [run_line(line, status, horizon) for line, status in commands(block.text)]
    return None if "--replicates" in block.text else output[-1]


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder with the scenarios, one worker, no window, no metric left behind."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(executors, "usable_cores", lambda: 1)
    # pictures are made but not written out, which takes most of the time of a page: tests/report looks at them
    monkeypatch.setattr("simulation.report.parts.drawing", lambda axes, words: "<svg ></svg>")
    matplotlib.use("Agg")
    yield tmp_path
    for entry in user_metrics():
        unregister(entry.name)


def test_the_pages_have_snippets() -> None:
    found = {block.tag for page in PAGES for block in read(page)}
    assert found == TAGS


def _cost(page: Path) -> Any:
    """Two pages have a command of every sort."""
    return pytest.param(page, marks=pytest.mark.long) if page.stem in ("tasks", "reports") else page


@pytest.mark.parametrize("page", [_cost(page) for page in PAGES], ids=lambda page: page.stem)
def test_snippets(page: Path, workplace: Path) -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    output: str | None = None
    for block in read(page):
        if block.tag in ("yaml", "csv"):
            assert block.file, f"which file is this? {block.text[:60]}"
            (workplace / block.file).write_text(block.text, encoding="utf-8")
        elif block.output and output is not None:
            assert part(output, block.output) == block.text
        elif block.runs and block.tag in ("sh", "python"):
            output = run_block(block, namespace, horizon_of(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_workers_repeat_nothing_of_a_script(page: Path) -> None:
    for text in (block.text for block in read(page) if block.tag == "python" and "__main__" in block.text):
        assert [ast.unparse(node) for node in ast.parse(text).body if isinstance(node, ast.Expr)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_snippet_goes_unseen(page: Path) -> None:
    found = read(page)
    assert {block.tag for block in found} <= TAGS
    ran = "\n".join(block.text for block in found if block.tag in ("sh", "python", "yaml"))
    named = re.findall(r"[\w/]+\.(?:yaml|csv)", re.sub(r"^# .*", "", ran, flags=re.MULTILINE))
    unused = [block.file for block in found if block.file and block.file not in named]
    assert unused == [], "a file that no command of the page reads"
    shown = "\n".join(block.text for block in found if block.tag == "text")
    assert CODE.findall(shown) == []


# --- what machines without a cluster cannot run


def parsed(words: list[str]) -> None:
    """Parse a ``wifaq`` call, as far as it can be without its result folder."""
    assert [word for word in words if word.endswith(".yaml") and not (ROOT / word).exists()] == []
    command = COMMANDS.commands[words[0]]
    command.make_context(f"wifaq {words[0]}", words[1:])


def checked_line(line: str) -> None:
    """Check a line for a cluster against the command line that it calls."""
    words = shlex.split(line)
    if words[0] == "dask":
        main = getattr(pytest.importorskip(f"distributed.cli.dask_{words[1]}"), "main")  # noqa: B009
        known = {name for entry in main.params for name in (*entry.opts, *entry.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= known, line
    elif words[0] == "mpiexec":
        assert words[3:8] == ["python", "-m", "mpi4py.futures", "-m", "simulation.cli"], line
        parsed(words[8:])
    else:
        assert words[0] == "wifaq", line
        parsed(words[1:])


def checked_python(text: str) -> None:
    """Check that a snippet compiles, and that its calls of this package fit."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module == "simulation":
            assert {alias.name for alias in node.names} <= set(simulation.__all__)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in simulation.__all__:
            call = inspect.signature(getattr(simulation, node.func.id))
            call.bind(*node.args, **{str(word.arg): word.value for word in node.keywords})


def test_what_is_not_run_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    left = [(page, block) for page in PAGES for block in read(page) if not block.runs]
    assert {page.name for page, _ in left} == {"app.md", "sweeps.md", "tasks.md"}
    for _, block in left:
        if block.tag == "python":
            checked_python(block.text)
        else:
            for line, _ in commands(block.text):
                checked_line(line)


# --- what sentences name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_in_sentences_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    extras = set(re.findall(r"^(\w+) = \[", (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE))
    for code in re.findall(r"`([^`\n]+)`", sentences(page)):
        word, _, rest = code.partition(" ")
        if word == "wifaq" and rest and rest.split()[0].islower():
            options = {name for entry in COMMANDS.commands[rest.split()[0]].params for name in all_names(entry)}
            assert set(re.findall(r"--[a-z-]+", rest)) <= options | {"--help"}, code
        elif word == "make" and rest:
            assert rest.split()[0] in targets, code
        elif code.startswith(("python -m simulation", "python -m docs")):
            assert find_spec(rest.split()[1]), code
        elif code.startswith("pip install 'wifaq["):
            assert set(re.findall(r"\w+", code.split("[")[1])) <= extras, code


def all_names(entry: Any) -> list[str]:
    """Every way to write an option."""
    return [*entry.opts, *entry.secondary_opts]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_options_and_keys_in_sentences_exist(page: Path) -> None:
    known = ARGPARSE | {"--help"}
    known |= {name for command in COMMANDS.commands.values() for entry in command.params for name in all_names(entry)}
    schema = json_schema()
    inside = ("strategy", "record", "records", "fragmentation")
    keys = {section: set(schema["$defs"][section_of(schema, section)]["properties"]) for section in inside}
    keys |= {section: set(schema["properties"][section]["properties"]) for section in ("parameters", "mechanisms")}
    for code in re.findall(r"`([^`\n]+)`", sentences(page)):
        if re.match(r"--[a-z]", code):
            assert code.split()[0] in known, code
        for section, key in re.findall(rf"(?<![\w/.])({'|'.join(keys)})\.(\w+)", code):
            assert key in {*keys[section], "NAME", "md", "csv", "py"}, code
        for section, key in re.findall(rf"(?<![\w/.])({'|'.join(keys)}): \{{(\w+)", code):
            assert key in keys[section], code


def section_of(schema: dict[str, Any], key: str) -> str:
    """Name of the section that a key of a scenario holds."""
    return re.findall(r"#/\$defs/(\w+)", str(schema["properties"][key]))[0]


# --- the same thing said twice


def test_powershell_says_what_sh_says() -> None:
    found = read(ROOT / "README.md")
    for before, block in pairwise(found):
        if block.tag == "powershell":
            same = block.text.replace("py -3.11", "python3.11").replace(r"\Scripts", r"\bin").replace("\\", "/")
            assert (before.tag, before.text) == ("sh", same)


def test_the_plain_commands_are_those_of_make() -> None:
    plain = next([line for line, _ in commands(b.text)] for b in read(ROOT / "README.md") if "-m venv" in b.text)
    assert plain[:3] == make_recipe("forecast")
    assert plain[:2] + plain[3:] == make_recipe("test")


# --- slow: as they are


@pytest.mark.slow
def test_tutorial_shows_what_its_commands_print(workplace: Path) -> None:
    text = tutorial.PAGE.read_text(encoding="utf-8")
    assert tutorial.rewritten(text, workplace) == text, "run: make pages WHAT=tutorial"


@pytest.mark.slow
def test_the_commands_for_dask_run(workplace: Path) -> None:
    block = next(b for b in read(ROOT / "docs" / "sweeps.md") if b.text.startswith("dask scheduler"))
    text = block.text.replace("HOST", "127.0.0.1").replace("/shared/sweep", str(workplace / "sweep"))
    (scheduler, _), (worker, _), (call, _) = commands(text)
    cheap = [*shlex.split(call)[1:], "--replicates", str(FEW), "--set", "horizon=2025Q2", "--quiet"]
    env = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    started = [subprocess.Popen(shlex.split(line), env=env) for line in (scheduler, worker)]
    try:
        result = CliRunner().invoke(app, cheap)
        for _ in range(5):  # until the workers have come
            if "start some first" in result.output or "no dask scheduler answers" in result.output:
                time.sleep(2)
                result = CliRunner().invoke(app, cheap)
        assert result.exit_code == 0, result.output
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(60)
    assert simulation.Results.open(workplace / "sweep").complete
