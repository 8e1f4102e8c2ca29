"""Counting agreements and partners, in the record and in the model."""

from __future__ import annotations

from datetime import date

import numpy as np

from simulation.data.kinds import DealFacts
from simulation.evidence import plausibility
from simulation.evidence.plausibility import band, rates, read_record, verdict
from simulation.scenario.load import load_scenario
from simulation.scenario.parameters import PARAMETERS
from simulation.state import KINDS
from tests.synthetic import make_world


def _deal(name: str, parties: tuple[int, ...], day: str, depth: int = 1) -> DealFacts:
    return DealFacts(name, parties, depth, date.fromisoformat(day), "", "", "")


def test_the_record_counts_each_partner_once() -> None:
    deals = (
        _deal("a", (0, 1), "2021-03-01"),
        _deal("b", (1, 0), "2021-09-01", 2),  # the same partner again: an agreement, no new partner
        _deal("c", (0, 2, 7), "2023-01-01"),  # two partners at once, one of them a firm
        _deal("d", (3, 4), "2022-01-01"),  # others
    )
    world = make_world(others={"firm": 1}, deals=deals)
    record = read_record(world, "A00")
    assert record.years == (2021, 2022, 2023, 2024)
    assert record.agreements == (2, 0, 1, 0)
    assert record.new_partners == (1, 0, 2, 0)
    assert dict(zip(KINDS, record.kinds, strict=True)) | {"state": 2, "firm": 1} == dict(
        zip(KINDS, record.kinds, strict=True)
    )
    empty = read_record(make_world(), "A00")
    assert (empty.years, empty.agreements) == ((2024,), (0,))


def test_rates_count_rungs_partners_and_endings() -> None:
    depth = np.zeros((2, 9, 3), np.int8)  # two replicates, two years, three partners
    depth[0, 1:, 0] = 1  # new in the first quarter,
    depth[0, 5:, 0] = 3  # two rungs deeper a year later
    depth[1, :3, 1] = 2  # there at the start, gone, and back: not new
    depth[1, 6:, 1] = 1
    found = rates(depth, 2)
    assert found["agreements"].tolist() == [1.5, 0.5]
    assert found["new_partners"].tolist() == [0.5, 0.0]
    assert found["lost"].tolist() == [0.0, 0.5]
    assert rates(depth, 1)["agreements"].tolist() == [1.0, 0.0]


def test_band_and_verdict() -> None:
    values = np.arange(101.0)
    assert band(values, 0) == "50 [5–95]"
    assert verdict(25, values) == "2.0 × the record; record in the band"
    assert verdict(100, values) == "0.5 × the record; record outside the band"
    assert verdict(0, values) == "record outside the band"


def test_the_page_of_a_short_run() -> None:
    scenario = load_scenario("scenarios/baseline.yaml", focal="SGP", horizon="2027Q4", peers=None)
    found = plausibility.run(scenario, 2, workers=1)
    base = found[plausibility.BASE]
    quarters, partners, depth = plausibility.partner_depths(base)
    assert (quarters[0], quarters[-1]) == ("2024Q4", "2027Q4")
    assert depth.shape == (2, 13, len(partners))
    for when, quarter in ((0, "2024Q4"), (-1, "2027Q4")):
        deals = sum(plausibility._metric(base, "SGP", f"deals_{kind}", quarter) for kind in KINDS)
        assert (depth[:, when] > 0).sum(axis=1).tolist() == np.asarray(deals).tolist()
    for name, sources in ((plausibility.BASE, {"recorded", "drawn"}), (plausibility.STRUCK, {"drawn"})):
        ties = found[name].ties
        own = ties.loc[(ties["quarter"] == "2024Q4") & ((ties["a"] == "SGP") | (ties["b"] == "SGP"))]
        assert set(own["source"].astype(str)) == sources  # struck deals leave what no record holds
    page = plausibility.render(scenario, found)
    assert "Recorded agreements of Singapore" in page
    for name, values in plausibility.MOVED.items():
        assert all(f"| {plausibility.moved_name(name, value)} |" in page for value in values)
        low, high = values
        assert PARAMETERS[name].low <= low < PARAMETERS[name].default < high <= PARAMETERS[name].high
