"""X18, the other way round: what is kept varies, and what is declared is read."""

from __future__ import annotations

import ast
import re
from typing import Any

import pandas as pd
import pytest

from simulation.model import GovernanceModel
from simulation.outcomes.metrics import METRICS
from simulation.scenario.mechanisms import MECHANISMS
from simulation.scenario.parameters import PARAMETERS
from simulation.scenario.schema import RecordSpec
from tests.shipped import EVERYTHING, HORIZON, NAMES, SCENARIOS, build, shipped

# --- what is kept

RECORD: dict[str, Any] = {
    "metrics": ("cooperation",), "actors": ("SEN",), "every": 3, "ties": "none", "events": True,
}  # fmt: skip


def test_every_field_of_the_record_is_listed() -> None:
    assert set(RECORD) == set(RecordSpec.model_fields)


@pytest.fixture(scope="module")
def kept_by_default() -> GovernanceModel:
    return build(shipped()).run()


@pytest.mark.parametrize("name", RECORD)
def test_every_field_of_the_record_changes_what_is_kept(name: str, kept_by_default: GovernanceModel) -> None:
    before, after = (model.recorder for model in (
        kept_by_default, build(shipped(record={name: RECORD[name]})).run()
    ))  # fmt: skip
    same = [getattr(before, table)().equals(getattr(after, table)()) for table in ("series", "ties", "events")]
    assert not all(same)


def test_events_account_for_the_deals() -> None:
    model = build(shipped(record={"events": True, "ties": "all"})).run()
    ties, events = model.recorder.ties(), model.recorder.events()
    count = events["kind"].value_counts()
    first, last = (int((ties["quarter"] == q).sum()) for q in ("2024Q4", HORIZON))
    assert last == first + count["made"] - count["ended"]
    assert count["breached"] > 0
    made = events[events["kind"] == "made"]
    assert (made["depth"] >= 1).all()
    assert set(made["track"]) <= {"bilateral", "trilateral", "non_state"}


# --- metrics


@pytest.fixture(scope="module")
def all_shipped() -> pd.DataFrame:
    """Every metric of every state in every shipped scenario, at every quarter."""
    frames = []
    for name in NAMES:
        model = build(shipped(name, record=EVERYTHING)).run()
        frames.append(model.recorder.series().astype({"actor": str, "metric": str}))
        model.close()
    return pd.concat(frames)


def test_no_metric_is_constant(all_shipped: pd.DataFrame) -> None:
    values = all_shipped.groupby("metric")["value"].nunique()
    assert set(values.index) == set(METRICS)
    assert values[values == 1].index.tolist() == []


# --- read at all

SOURCE = {path: path.read_text(encoding="utf-8") for path in (SCENARIOS.parent / "simulation").rglob("*.py")}


def _names_read(owners: set[str]) -> tuple[set[str], list[str]]:
    """Attributes read of objects of these names, and patterns of names put together in ``getattr``."""
    names, patterns = set(), []
    for path, text in SOURCE.items():
        if path.name in ("parameters.py", "mechanisms.py"):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Attribute) and _last_name(node.value) in owners:
                names.add(node.attr)
            elif isinstance(node, ast.Call) and _last_name(node.func) == "getattr":
                owner, asked = node.args[:2]
                if _last_name(owner) in owners and isinstance(asked, ast.JoinedStr):
                    patterns.append("".join(map(_pattern, asked.values)))
    return names, patterns


def _pattern(part: ast.expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z_]+"


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def test_every_parameter_is_read() -> None:
    names, patterns = _names_read({"par", "parameters", "_par"})
    unread = [n for n in PARAMETERS if n not in names and not any(re.fullmatch(p, n) for p in patterns)]
    assert unread == []


def test_every_mechanism_is_read() -> None:
    text = "".join(text for path, text in SOURCE.items() if path.name != "mechanisms.py")
    asked = set(re.findall(r"""\bmech(?:anisms)?(?:\.on\(|\[)["'](\w+)["']""", text))
    assert asked == set(MECHANISMS)
