"""An old scenario is told what to write instead of each key that is gone, wherever the key stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from simulation.errors import InputError
from simulation.scenario.load import load_scenario
from simulation.scenario.mechanisms import MECHANISMS, Mechanisms
from simulation.scenario.mechanisms import REMOVED as NO_MECHANISMS
from simulation.scenario.messages import REMOVED_KEYS
from simulation.scenario.parameters import PARAMETERS, Parameters
from simulation.scenario.parameters import REMOVED as NO_PARAMETERS
from simulation.scenario.shipped import folder
from simulation.scenario.strategy import Strategy

HERE = Path(__file__).parent
BEFORE = YAML(typ="safe", pure=True).load((HERE / "first_edition.yaml").read_text(encoding="utf-8"))
NOW: Mapping[str, Mapping[str, object]] = {
    "parameters": PARAMETERS, "mechanisms": MECHANISMS, "strategy": Strategy.model_fields,
}  # fmt: skip
INSTEAD = {"parameters": NO_PARAMETERS, "mechanisms": NO_MECHANISMS, "strategy": REMOVED_KEYS["strategy",]}
GONE = {section: [name for name in names.split() if name not in NOW[section]] for section, names in BEFORE.items()}


def test_what_is_gone_is_told_and_nothing_else() -> None:
    for section, names in GONE.items():
        assert names
        assert set(INSTEAD[section]) == set(names), section


@pytest.mark.parametrize("section", GONE)
def test_a_file_is_told_at_each_line(section: str, tmp_path: Path) -> None:
    path = tmp_path / "old.yaml"
    lines = [f"  {name}: 1\n" for name in GONE[section]]
    path.write_text(f"extends: {folder() / 'baseline.yaml'}\n{section}:\n{''.join(lines)}", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    told = [(fault.line, fault.key, fault.message) for fault in caught.value.faults]
    assert [(line, key) for line, key, _ in told] == [
        (row, f"{section}.{name}") for row, name in enumerate(GONE[section], start=3)
    ]
    assert all("is no longer a" in message and ": " in message for *_, message in told)


@pytest.mark.parametrize("section", GONE)
def test_the_command_line_is_told(section: str) -> None:
    for name in GONE[section]:
        with pytest.raises(InputError) as caught:
            load_scenario(folder() / "baseline.yaml", sets=[f"{section}.{name}=1"])
        (fault,) = caught.value.faults
        assert INSTEAD[section][name] in fault.message


def test_python_is_told() -> None:
    with pytest.raises(InputError) as caught:
        Parameters(dict.fromkeys(GONE["parameters"], 1.0))
    assert len(caught.value.faults) == len(GONE["parameters"])
    with pytest.raises(InputError) as caught:
        Mechanisms(dict.fromkeys(GONE["mechanisms"], "off"))
    assert len(caught.value.faults) == len(GONE["mechanisms"])
    assert all("is no longer" in fault.message for fault in caught.value.faults)


def test_what_to_write_instead_exists() -> None:
    """A name in back quotes is a parameter, a mechanism, a key of the strategy or a section of a scenario."""
    known = {*PARAMETERS, *MECHANISMS, *Strategy.model_fields, "trust"}
    for section in INSTEAD.values():
        for name, text in section.items():
            for word in text.split("`")[1::2]:
                assert word.removeprefix("strategy.") in known, (name, word)
