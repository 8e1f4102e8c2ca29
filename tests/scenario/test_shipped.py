"""Every shipped scenario is small, asks a question, names its claims, and is listed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from simulation.errors import InputError
from simulation.experiments.check import check_files
from simulation.scenario.checks import RECORD_END
from simulation.scenario.fields import CLAIMS
from simulation.scenario.json_schema import json_schema, schema_text
from simulation.scenario.listing import LISTS, list_scenarios
from simulation.scenario.load import load_scenario
from simulation.scenario.mechanisms import MECHANISMS
from simulation.scenario.parameters import PARAMETERS
from simulation.scenario.schema import SHOCKS, Scenario, Shock

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "scenarios").glob("*.yaml"))
# the sixteen of the model description, every arm of each
NAMES = """
baseline wait_for_the_maghreb wait_for_the_region maghreb_thaw opportunism rivalry_harvest
rivalry_absent lock_in_eu lock_in_china lock_in_us state_only_diplomacy mixed_portfolio
tech_capture tech_with_oversight foreign_think_tanks local_think_tanks transparent_and_reliable
transparent_and_unreliable opaque_and_reliable opaque_and_unreliable society_unpaid
society_paid_disclosed society_paid_hidden society_counter_campaign budget_quarter budget_half
budget_double budget_four_times global_settlement splintering_regions splintering_camps
malicious_surge everyone_opportunistic_quarter everyone_opportunistic_half
everyone_opportunistic_three_quarters everyone_opportunistic_all governance_agency
""".split()  # noqa: SIM905


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_scenario(path: Path) -> None:
    scenario = load_scenario(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 60
    assert [line.split(":")[0] for line in lines if not line.startswith(("#", "extends"))][:3] == [
        "title", "question", "claims",
    ]  # fmt: skip
    assert scenario.title != scenario.name
    assert scenario.question.endswith("?")
    assert scenario.claims
    assert (scenario.focal, scenario.replicates, scenario.seed) == ("MAR", 200, 2025)
    assert (scenario.as_of, str(scenario.horizon)) == (RECORD_END, "2035Q4")
    if path.stem != "baseline":
        assert lines[0] == "extends: baseline.yaml"
        assert scenario != load_scenario(ROOT / "scenarios" / "baseline.yaml", **{
            key: getattr(scenario, key) for key in ("name", "title", "question", "claims")
        })  # fmt: skip


def test_all_named_scenarios_are_there() -> None:
    assert set(NAMES) <= {path.stem for path in FILES}
    assert check_files(FILES) == []


def test_every_claim_of_the_paper_has_a_scenario() -> None:
    assert {claim for path in FILES for claim in load_scenario(path).claims} == set(CLAIMS)


def test_titles_differ() -> None:
    titles = [load_scenario(path).title for path in FILES]
    assert len(set(titles)) == len(titles)


def test_every_kind_of_shock_is_named() -> None:
    assert set(SHOCKS) == set(Shock.model_fields["kind"].annotation.__args__)


# --- lists


def test_lists() -> None:
    sizes = {word: len(rows()) for word, rows in LISTS.items() if word != "scenarios"}
    assert sizes["parameters"] == len(PARAMETERS)
    assert sizes["mechanisms"] == len(MECHANISMS)
    assert sizes["actors"] > 193
    assert sizes["blocs"] >= 40
    assert sizes["instruments"] >= 20
    for word, rows in LISTS.items():
        if word != "scenarios":
            found = rows()
            assert len({tuple(row) for row in found}) == 1  # the same columns in every row
            assert all(isinstance(value, str | int | float | bool) for row in found for value in row.values())


def test_list_of_scenarios(tmp_path: Path) -> None:
    rows = list_scenarios(ROOT / "scenarios")
    assert [Path(str(row["file"])).stem for row in rows] == [path.stem for path in FILES]
    assert all(row["title"] and row["question"] and row["claims"] for row in rows)
    (tmp_path / "bad.yaml").write_text("focl: MAR\n")
    assert "2 faults" in str(list_scenarios(tmp_path)[0]["title"])
    with pytest.raises(InputError, match="cannot be read"):
        list_scenarios(tmp_path / "none")


# --- JSON Schema


def test_the_schema_file_is_current() -> None:
    text = (ROOT / "docs" / "scenario.schema.json").read_text(encoding="utf-8")
    assert text == schema_text(), "run: python -m simulation.scenario.json_schema"


def test_no_source_is_read_for_descriptions_before_somebody_asks_for_the_schema() -> None:
    assert Scenario.model_fields["focal"].description is None
    assert json_schema()["properties"]["focal"]["description"]


def test_the_schema_describes_every_key() -> None:
    schema = json_schema()
    assert set(schema["properties"]) == {*Scenario.model_fields, "extends"}
    assert set(schema["properties"]["parameters"]["properties"]) == set(PARAMETERS)
    assert set(schema["properties"]["mechanisms"]["properties"]) == set(MECHANISMS)
    sections = [schema, *schema["$defs"].values()]
    for section in (entry if "properties" in entry else entry["anyOf"][1] for entry in sections):
        assert section["additionalProperties"] is False
        for name, field in section["properties"].items():
            assert field.get("description"), name
    assert re.compile(next(iter(schema["patternProperties"]))).match("parameters.rivalry")
    json.dumps(schema, allow_nan=False)
