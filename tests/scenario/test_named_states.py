"""Wherever a scenario, a sweep or a call names a state, people's names do; what is kept is the id."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulation.data.world import load_world
from simulation.errors import InputError, ModelError
from simulation.evidence.joins.instrument_file import read_instruments
from simulation.experiments.sweeps.load import load_sweep
from simulation.experiments.sweeps.plan import make_plan
from simulation.scenario.dump import scenario_to_yaml
from simulation.scenario.load import load_scenario

BASE = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"
BY_NAME = """
focal: Sénégal
peers: [Maroc, NA, "Côte d'Ivoire"]
deals: [{parties: [SEN, المغرب, openai], depth: mou, start: 2026Q1}]
instruments: [{id: x, sponsors: [Türkiye, EU], eligible: [Inde, UK], joined: [India]}]
shocks: [{quarter: 2026Q1, kind: budget_cut, size: 0.5, actors: [Marruecos]}]
trust: [{pair: [U.S., Chine], value: 0.2}]
blocs: {AMU: {members: [Maroc, Tunisie]}}
fragmentation: {trust: 0.1, lines: [[Russia], ["Korea, Rep.", Japan]]}
strategic_weight: {Egypte: 0.3}
strategy: {targets: [Chine, {partner: Maroc, depth: memorandum, until: 2027Q4}]}
record: {actors: [Brasil]}
"""
BY_ID = """
focal: SEN
peers: [MAR, NAM, CIV]
deals: [{parties: [SEN, MAR, openai], depth: mou, start: 2026Q1}]
instruments: [{id: x, sponsors: [TUR, EU], eligible: [IND, GBR], joined: [IND]}]
shocks: [{quarter: 2026Q1, kind: budget_cut, size: 0.5, actors: [MAR]}]
trust: [{pair: [USA, CHN], value: 0.2}]
blocs: {AMU: {members: [MAR, TUN]}}
fragmentation: {trust: 0.1, lines: [[RUS], [KOR, JPN]]}
strategic_weight: {EGY: 0.3}
strategy: {targets: [CHN, {partner: MAR, depth: mou, until: 2027Q4}]}
record: {actors: [BRA]}
"""


def written(folder: Path, text: str, name: str = "s.yaml") -> Path:
    path = folder / name
    path.write_text(f"extends: {BASE}\n{text}", encoding="utf-8")
    return path


def faults_of(source: Path, **given: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_scenario(source, **given)  # type: ignore[arg-type]
    return [f"{fault.line}: {fault.key}: {fault.message}" for fault in caught.value.faults]


def test_names_and_ids_give_the_same_scenario(tmp_path: Path) -> None:
    by_name, by_id = (load_scenario(written(tmp_path, text)) for text in (BY_NAME, BY_ID))
    assert by_name == by_id
    assert scenario_to_yaml(by_name) == scenario_to_yaml(by_id)


def test_a_layer_above_may_use_another_name(tmp_path: Path) -> None:
    below = written(tmp_path, "focal: MAR\npeers: [TUN]\nstrategic_weight: {Tunisie: 0.2}\n", "below.yaml")
    above = tmp_path / "above.yaml"
    above.write_text(f"extends: {below}\nfocal: Maroc\nstrategic_weight.TUN: 0.4\n")
    scenario = load_scenario(above)
    assert (scenario.peers, scenario.strategic_weight) == (("TUN",), {"TUN": 0.4})
    assert load_scenario(above, focal="Egypte").focal == "EGY"
    assert load_scenario(above, sets=["focal=Türkiye"]).focal == "TUR"


@pytest.mark.parametrize(("text", "told"), [
    ("focal: TWN\n", "2: focal: 'TWN': Taiwan is no UN member state here"),
    ("focal: Kosovo\n", "2: focal: Kosovo is no UN member state here"),
    ("peers: [TUN, Tunisie]\n", "2: peers[1]: 'TUN' is named twice"),
    ("peers: [Korea]\n", "2: peers[0]: 'Korea': it may be KOR (South Korea) or PRK (North Korea); write the code"),
    ("strategic_weight: {MAR: 0.1, Maroc: 0.2}\n", "2: strategic_weight.MAR: conflicts with another value"),
    ("deals: [{parties: [Maroc, Marocco], depth: mou, start: 2026Q1}]\n", "'Marocco' is no actor of this world; did "
     "you mean 'MAR' (Morocco)?"),
    ("instruments: [{id: x, sponsors: [AU]}]\n", "'AU': it is the bloc African Union and the ISO code of Australia"),
])  # fmt: skip
def test_what_names_no_state_is_told(tmp_path: Path, text: str, told: str) -> None:
    (fault,) = faults_of(written(tmp_path, text))
    assert told in fault


def test_levels_of_a_sweep_may_be_names(tmp_path: Path) -> None:
    path = tmp_path / "sweep.yaml"
    path.write_text(f"base: {BASE}\ndesign: grid\nfactors:\n  focal: [Maroc, Sénégal]\nrecord: {{actors: [Egypte]}}\n")
    plan = make_plan(load_sweep(path))
    assert plan.sweep.factors["focal"].categories == ("MAR", "SEN")  # type: ignore[union-attr]
    assert plan.sweep.kept.actors == ("EGY",)


def test_a_file_of_instruments_may_use_names_and_means_blocs_by_their_ids(tmp_path: Path) -> None:
    from datetime import date

    path = tmp_path / "texts.yaml"
    path.write_text("- {id: x, opens: 2025-03-01, sponsors: [Maroc, AU], eligible: [Inde, UK], joined: [India]}\n")
    (text,) = read_instruments(path, date(2024, 12, 31))
    assert (text.sponsors, text.eligible, text.joined) == (("MAR", "AU"), ("GBR", "IND"), ("IND",))
    path.write_text("- {id: x, opens: 2025-03-01, eligible: [PSE]}\n")
    with pytest.raises(InputError, match="'PSE': Palestine is no UN member state here"):
        read_instruments(path, date(2024, 12, 31))


def test_calls_take_names() -> None:
    from datetime import date

    world = load_world(date(2024, 12, 31))
    assert world.index("المغرب") == world.index("MAR")
    with pytest.raises(ModelError, match="no actor 'TWN' in this world; Taiwan is no UN member state here"):
        world.index("TWN")


CASES = Path(__file__).parents[1] / "data" / "tables_people_have"


@pytest.mark.parametrize(("name", "line", "column", "says"), [
    ("cp1252.yaml", 2, 10, "is not UTF-8 text (byte 0xe9); save it as UTF-8"),
    ("ctrl.yaml", 2, 9, r"is not valid YAML: the control character '\x01' is no text; take it out"),
])  # fmt: skip
def test_bytes_that_are_no_text_are_told_with_line_and_column(name: str, line: int, column: int, says: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario(CASES / name)
    (fault,) = caught.value.faults
    assert (fault.line, fault.column, fault.message) == (line, column, says)


def test_what_the_parser_chokes_on_is_told_with_its_line(tmp_path: Path) -> None:
    (fault,) = faults_of(written(tmp_path, 'title: "\\U99999999"\n'))
    assert fault.startswith("2: : is not valid YAML")
