"""Counting agreements and partners, in the record and in the model."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from simulation.analysis import plausibility
from simulation.analysis.plausibility import band, inside, rates, read_record
from simulation.data.kinds import DealFacts
from simulation.scenario.load import load_scenario
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
    assert (inside(50, values), inside(96, values), inside(4, values)) == ("in the band", "model below", "model above")


@pytest.mark.parametrize("focal", ["MAR", "SGP"])
def test_the_page_of_a_short_run(focal: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    scenario = load_scenario("scenarios/baseline.yaml", focal=focal, horizon="2028Q1", peers=None)
    ensemble = plausibility.run(scenario, 2, workers=1)
    quarters, partners, depth = plausibility.partner_depths(ensemble)
    assert (quarters[0], quarters[-1]) == ("2024Q4", "2028Q1")
    assert depth.shape == (2, 14, len(partners))
    page = plausibility.render(scenario, ensemble)
    name = {"MAR": "Morocco", "SGP": "Singapore"}[focal]
    assert f"Recorded agreements of {name}" in page
    start = plausibility.read_record(plausibility.world_of(scenario), focal)
    held = (depth[:, 0] > 0).sum(axis=1)
    assert held.tolist() == [sum(start.kinds)] * 2  # the run starts from the record
    deals = sum(
        plausibility._metric(ensemble, focal, f"deals_{kind}", "2027Q4") for kind in KINDS
    )
    assert (depth[:, quarters.index("2027Q4")] > 0).sum(axis=1).tolist() == np.asarray(deals).tolist()
