"""How far each parameter moves the headline: the shipped table, and how a row is made."""

from __future__ import annotations

import numpy as np

from simulation.data.tables import read_csv
from simulation.evidence.parameter_effects import COLUMNS, ends, measure, table_text
from simulation.scenario.listing import EFFECTS, list_parameters
from simulation.scenario.parameters import PARAMETERS


def test_the_table_has_every_parameter_and_no_other() -> None:
    rows = read_csv(EFFECTS)
    assert [row["parameter"] for row in rows] == list(PARAMETERS)
    assert tuple(rows[0]) == COLUMNS
    for row in rows:
        entry = PARAMETERS[row["parameter"]]
        assert (float(row["low"]), float(row["high"])) == (entry.low, entry.high), row["parameter"]


def test_an_end_differs_from_the_baseline_in_its_parameter_alone() -> None:
    points = ends(("rivalry",))
    assert set(points) == {"baseline", "rivalry low", "rivalry high"}
    usual = points["baseline"].parameters.as_dict()
    for side, value in (("low", 0.0), ("high", 4.0)):
        assert points[f"rivalry {side}"].parameters.as_dict() == usual | {"rivalry": value}


def test_what_cannot_move_the_headline_does_not() -> None:
    """A multiplier of the harm that is shown in the safety index touches no commitment; prices that bind do."""
    safety, prices = measure(2, ("harm_scale", "prices"), workers=1)
    assert float(safety["change_at_low"]) == float(safety["change_at_high"]) == 0.0
    assert float(prices["change_at_high"]) < float(prices["change_at_low"])
    assert table_text([safety]).splitlines()[0] == ",".join(COLUMNS)


def test_the_list_says_how_far_each_moves_the_headline() -> None:
    rows = {row["name"]: row["moves"] for row in list_parameters()}
    told = {row["parameter"]: row for row in read_csv(EFFECTS)}
    moved = max(told, key=lambda name: abs(float(told[name]["change_at_high"])))
    assert "%" in str(rows[moved])
    assert np.mean([str(moves) != "" for moves in rows.values()]) == 1.0
