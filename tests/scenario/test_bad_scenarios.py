"""Every bad scenario file is refused with file, line, key and advice, and nothing else is said.

``expected.yaml`` beside the files is a table for the tests of the command line too.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from simulation.errors import InputError
from simulation.experiments.check import check_files
from simulation.scenario.load import load_scenario
from simulation.scenario.parameters import Parameters
from simulation.scenario.source import MAX_BYTES

FOLDER = Path(__file__).parents[1] / "bad_scenarios"
EXPECTED = YAML(typ="safe", pure=True).load((FOLDER / "expected.yaml").read_text(encoding="utf-8"))
HELPERS = {"expected.yaml", "extends_in_a_circle_too.yaml"}


def faults_of(path: Path, **given):
    with pytest.raises(InputError) as caught:
        load_scenario(path, **given)
    return caught.value.faults


def test_the_table_covers_the_folder() -> None:
    assert {path.name for path in FOLDER.glob("*.yaml")} - HELPERS == set(EXPECTED)
    assert len(EXPECTED) >= 45


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_bad_file(name: str) -> None:
    faults = faults_of(FOLDER / name)
    wanted = EXPECTED[name]
    told = [(Path(fault.file).name, fault.line, fault.key) for fault in faults]
    assert told == [(item.get("file", name), item["line"], item["key"]) for item in wanted]
    for fault, item in zip(faults, wanted, strict=True):
        assert item["says"] in fault.message
        assert "\n" not in str(fault)
        assert fault.column >= (1 if fault.line else 0)


def test_faults_read_file_line_column_key_message() -> None:
    path = FOLDER / "negative_budget.yaml"
    (fault,) = faults_of(path)
    assert str(fault) == f"{path}:3:3: strategy.budget: must be at least 0, not -0.5"


def test_check_files_tells_the_faults_of_all_files() -> None:
    names = ["negative_budget.yaml", "many_faults.yaml", "empty.yaml"]
    assert len(check_files(FOLDER / name for name in names)) == sum(len(EXPECTED[name]) for name in names)


def test_a_huge_file_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)
    begin = time.perf_counter()
    (fault,) = faults_of(path)
    assert time.perf_counter() - begin < 0.5
    assert fault.message == "is too large: 50.0 MB; at most 1 MB is allowed"


@pytest.mark.parametrize(
    "text",
    [
        "title: " + "a" * (MAX_BYTES - 50),
        "- " * 400_000,
        "{" * 900_000,
        "a: " * 300_000,
        "? " * 400_000,
        "&a " * 300_000,
        "#" * 900_000,
        "\n" * 900_000 + "a",
        '"' + "\\" * 800_000,
        "title: |\n" + " x\n" * 300_000,
        "".join(f"k{i}: &a{i} {i}\n" for i in range(60_000)),
    ],
    ids=range(11),
)
def test_a_hostile_file_of_the_largest_size_is_refused_soon(tmp_path: Path, text: str) -> None:
    path = tmp_path / "hostile.yaml"
    path.write_text(text[: MAX_BYTES - 1], encoding="utf-8")
    begin = time.perf_counter()
    assert faults_of(path)
    assert time.perf_counter() - begin < 10


@pytest.mark.parametrize("data", [b"title: caf\xe9\n", "focal: MAR\n".encode("utf-16"), b"\xff\xfe\x00\x00"])
def test_not_utf8(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(data)
    (fault,) = faults_of(path)
    assert "is not UTF-8 text" in fault.message
    assert "save it as UTF-8" in fault.message


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbffocal: SEN\r\nseed: 3\r\n")
    assert load_scenario(path).seed == 3


def test_control_characters(tmp_path: Path) -> None:
    path = tmp_path / "bell.yaml"
    path.write_bytes(b"focal: MAR\ntitle: \x07\x00\n")
    (fault,) = faults_of(path)
    assert "the control character '\\x07' is no text" in fault.message
    assert (fault.line, fault.column) == (2, 8)


def test_a_colon_in_a_title(tmp_path: Path) -> None:
    path = tmp_path / "colon.yaml"
    path.write_text("focal: MAR\ntitle: Two worlds: one colder\n")
    (fault,) = faults_of(path)
    assert (fault.line, fault.message.endswith("a text that holds a colon goes into quotes")) == (2, True)


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    assert faults_of(tmp_path)[0].message == "is a folder; name a .yaml file in it"
    (tmp_path / "baseline.yaml").write_text("focal: MAR\n")
    assert faults_of(tmp_path)[0].message == f"is a folder; name {tmp_path / 'baseline.yaml'}"
    (fault,) = faults_of(tmp_path / "basline.yaml")
    assert fault.message == "no such file; did you mean 'baseline.yaml'?"
    assert "cannot be read" in faults_of(Path("a\0b"))[0].message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert "is not a regular file" in faults_of(tmp_path / "pipe.yaml")[0].message


def test_a_long_chain_of_bases_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s0.yaml").write_text("focal: MAR\n")
    for number in range(1, 30):
        (tmp_path / f"s{number}.yaml").write_text(f"extends: s{number - 1}.yaml\n")
    assert load_scenario(tmp_path / "s19.yaml").focal == "MAR"
    assert "longer than 20 files" in faults_of(tmp_path / "s29.yaml")[0].message


BASE = FOLDER.parents[1] / "scenarios" / "baseline.yaml"


@pytest.mark.parametrize(
    ("sets", "key", "says"),
    [
        (["strategy.budgt=1"], "strategy.budgt", "did you mean 'budget'?"),
        (["replicates"], "", "is not KEY=VALUE"),
        (["=3"], "", "is not KEY=VALUE"),
        (["strategy.partners=[state"], "strategy.partners", "is not valid YAML"),
        (["strategy.effort=two"], "strategy.effort", "must be a number, not text 'two'"),
        (["seed=1", "seed=1"], "seed", "conflicts with another value given for it; keep one"),
        (["strategy={effort: 2}", "strategy.effort=3"], "strategy.effort", "conflicts"),
        (["fragmentation=0.4", "fragmentation.trust=0.2"], "fragmentation", "conflicts"),
        (["extends=other.yaml"], "extends", "can only stand in a file"),
        (["deals.0.depth=mou"], "deals", "must be a list, not a mapping"),
        (["title=!!python/name:os.system x"], "title", "is not allowed"),
        (["focal=MRA"], "focal", "did you mean 'MAR' (Morocco)?"),
        (["horizon=2020Q1"], "horizon", "is before the first quarter of the run"),
    ],
)
def test_bad_settings_of_the_command_line(sets: list[str], key: str, says: str) -> None:
    (fault,) = faults_of(BASE, sets=sets)
    assert (fault.file, fault.line, fault.key) == ("--set", 0, key)
    assert says in fault.message


def test_bad_keywords() -> None:
    (fault,) = faults_of(BASE, focl="SEN")
    assert str(fault) == "focl: unknown key; did you mean 'focal'?"
    (fault,) = faults_of(BASE, focal="SEN", sets=["focal=KEN"])
    assert (fault.key, "conflicts" in fault.message) == ("focal", True)
    assert {fault.key for fault in faults_of(BASE, parameters={"rivalry": 9}, strategy=object())} == {
        "parameters.rivalry",
        "strategy",
    }


@pytest.mark.parametrize("value", ["2", True, float("nan"), float("inf"), 9])
def test_parameters_say_the_same_of_a_value_as_a_scenario(value: object) -> None:
    (fault,) = faults_of(BASE, parameters={"rivalry": value})
    with pytest.raises(InputError) as caught:
        Parameters({"rivalry": value})  # type: ignore[dict-item]
    assert caught.value.faults[0].message == fault.message
