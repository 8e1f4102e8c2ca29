"""The manual names everything there is, and says of it what the code says."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import typer

import simulation
from docs.pages import commands, keys, names, python, registries, scenarios
from simulation import __version__, actors, load_scenario, run
from simulation.actors import HOOKS
from simulation.cli.commands import app
from simulation.data.world import load_world
from simulation.scenario.checks import RECORD_END
from simulation.scenario.json_schema import json_schema
from simulation.state import State

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def first_cells(text: str) -> list[str]:
    """Code in the first cell of each row."""
    return re.findall(r"^\| \[?`([^`]+)`", text, re.MULTILINE)


def test_a_section_for_every_command() -> None:
    group: Any = typer.main.get_command(app)
    assert re.findall(r"^## wifaq (\w+)$", commands.commands_page(), re.MULTILINE) == list(group.commands)


def test_every_key_of_a_scenario() -> None:
    schema, text = json_schema(), keys.keys_page()
    assert set(first_cells(text.split("\n## ")[0])) == set(schema["properties"])
    for section, part in zip(schema["$defs"].values(), text.split("\n## ")[1:], strict=True):
        assert first_cells(part) == list(keys.section_of(section)["properties"])
        assert "\nIn `" in part  # somebody uses it


def test_defaults_in_the_schema_are_what_a_file_may_say() -> None:
    assert json_schema()["properties"]["horizon"]["default"] == "2035Q4"


def test_every_scenario_and_sweep_that_ships() -> None:
    found = first_cells(scenarios.scenarios_page())
    assert sorted(found) == sorted(path.name for path in (ROOT / "scenarios").rglob("*.yaml"))


def test_everybody_who_can_be_named() -> None:
    world, found = load_world(RECORD_END, "full"), set(first_cells(names.names_page()))
    states = set(world.ids[: int((world.kind == 0).sum())])
    wanted = {bloc.id for bloc in world.blocs} | {text.id for text in world.instruments} | set(world.ids) - states
    assert found == wanted


def test_every_public_name_and_column() -> None:
    text = python.python_page()
    classes = {f"actors.{name}" for name in actors.__all__ if name not in ("BY_KIND", "HOOKS")}
    public = {name for name in simulation.__all__ if not name.startswith("__")} | classes
    assert public <= set(re.findall(r"^\.\. auto(?:class|function):: simulation\.([\w.]+)$", text, re.MULTILINE))
    columns = set(first_cells(text.split("## Columns of the state")[1]))
    assert columns == {column.name for column in dataclasses.fields(State)}


def test_every_hook_with_its_default() -> None:
    text = registries.hooks_page()
    assert [name for name in HOOKS if f"\n## {name}\n" not in text or f"def {name}(self" not in text] == []


def test_the_tutorial_was_printed_by_this_version() -> None:
    assert f"printed by Wifaq {__version__};" in (DOCS / "tutorial.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result folder with everything that can be asked for."""
    asked = {"record.ties": "all", "record.events": True}
    scenario = load_scenario(ROOT / "scenarios" / "baseline.yaml", overrides=asked, horizon="2025Q2")
    return run(scenario, replicates=1, workers=1).save(tmp_path_factory.mktemp("results") / "all", charts=False)


def test_the_page_of_the_result_folder_has_every_file_and_column(folder: Path) -> None:
    text = (DOCS / "result_folder.md").read_text(encoding="utf-8") + (DOCS / "reports.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `([\w.]+)` \| `([\w, ]+)`", text, re.MULTILINE))
    for path in folder.iterdir():
        if path.suffix == ".csv":
            assert told[path.name] == path.read_text(encoding="utf-8").splitlines()[0].replace(",", ", ")
        elif path.suffix == ".parquet":
            assert told[path.name] == ", ".join(pq.read_schema(path).names)
        else:
            assert f"| `{path.name}` |" in text
