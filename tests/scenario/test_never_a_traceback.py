"""Whatever is in a file or an override: a scenario, or an InputError with faults on one line each."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.errors import InputError
from simulation.scenario.load import load_scenario
from simulation.scenario.schema import Scenario

ROOT = Path(__file__).parents[2]
BASE = ROOT / "scenarios" / "baseline.yaml"
TEXTS = [
    path.read_text(encoding="utf-8").replace("extends: baseline.yaml", f"extends: {BASE}")
    for path in sorted((ROOT / "scenarios").glob("*.yaml"))
]
PIECES = [
    "\n",
    "\n  ",
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "&a ",
    "*a",
    "!!",
    "!",
    "|",
    "'",
    '"',
    "\\",
    '"\\U99999999"',
    "%",
    "---\n",
    "...\n",
    "#",
    "~",
    ".nan",
    "-.inf",
    "1e999",
    "9" * 50,
    "true",
    "null",
    "0x",
    "2025Q1",
    "9999Q4",
    "0000Q1",
    "0001-01-01",
    "é",
    "\u2028",
    "\x85",
    "\ufeff",
    "😀",
    "\t",
    "? ",
    "<<",
    ",",
    "0",
    "-1",
    "MAR",
    "all",
    "extends: ",
    "records: {deals: /}",
    "deals: [{parties: [MAR, MAR], depth: mou, start: 2026Q1}]\n",
    "focal: EU\n",
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A shipped scenario with some pieces put in, cut out or doubled."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 6))):
        first = draw(st.integers(0, len(text)))
        last = min(len(text), first + draw(st.integers(0, 12)))
        piece = draw(
            st.sampled_from(PIECES) | st.just("") | st.text(max_size=4) | st.just(text[first:last] * 2)
        )
        text = text[:first] + piece + text[last:]
    return text


def loads_or_tells(*arguments: object, **keywords: object) -> None:
    faults = None
    try:
        assert isinstance(load_scenario(*arguments, **keywords), Scenario)  # type: ignore[arg-type]
    except InputError as error:
        faults = error.faults
    assert faults != ()
    for fault in faults or ():
        assert fault.message
        assert "\n" not in str(fault)
        assert fault.line >= 0
        assert fault.column >= (fault.line > 0)


@settings(max_examples=300, deadline=None)
@given(text=mutated())
def test_mutated_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "mutated.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    loads_or_tells(path)


@settings(max_examples=50, deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.yaml"
    path.write_bytes(data)
    loads_or_tells(path)


KEYS = st.sampled_from(
    [
        *Scenario.model_fields,
        "strategy.effort",
        "strategy.advocacy.paid",
        "blocs.AMU",
        "blocs.AMU.rule",
        "extends",
        "",
        "parameters.rivalry",
        "mechanisms.capture",
        "fragmentation.trust",
        "fragmentation.lines",
        "deals.0",
        ".",
        "a..b",
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.binary(max_size=3)
    | st.sampled_from(["MAR", "EU", "AMU", "mou", "2026Q1", "all", "state", "region", "unesco"]),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(
            st.sampled_from(["parties", "depth", "start", "pair", "value", "rule", "id", "lines"]), inside
        )
        | st.dictionaries(st.text(max_size=4), inside, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(overrides=st.dictionaries(KEYS, VALUES, max_size=4))
def test_any_value_of_an_override(overrides: dict[str, object]) -> None:
    loads_or_tells(BASE, overrides=overrides)


@settings(max_examples=100, deadline=None)
@given(
    sets=st.lists(st.builds("{}={}".format, KEYS, st.text(max_size=12)) | st.text(max_size=12), max_size=3)
)
def test_any_text_of_a_setting(sets: list[str]) -> None:
    loads_or_tells(BASE, sets=sets)
