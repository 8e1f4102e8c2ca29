"""Where a strategy fails, told by a rule that is known beforehand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simulation.experiments.analysis.boxes import COLUMNS, failures


@pytest.fixture(scope="module")
def known() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    table = pd.DataFrame(rng.random((300, 4)), columns=["rivalry", "surge", "x", "y"])
    return table.assign(lines=np.where(rng.random(300) < 0.5, "camp", "region"))


def of(values: pd.DataFrame, known: pd.DataFrame, **options) -> pd.DataFrame:
    return failures(values, 0.5, known, **{"higher": True, **options}).set_index("strategy")


def test_a_rule_of_two_conditions_is_found(known):
    failing = (known["rivalry"] > 0.6) & (known["lines"] == "camp")
    table = of(pd.DataFrame({"weak": 1.0 - failing}), known)
    assert tuple(table.reset_index().columns) == COLUMNS
    row = table.loc["weak"]
    parts = sorted(row["conditions"].split(" and "))
    assert parts[0] == "lines = camp"
    assert parts[1].startswith("rivalry > 0.")
    assert float(parts[1].split()[-1]) == pytest.approx(0.6, abs=0.06)
    assert row["share_failing"] == pytest.approx(failing.mean())
    assert min(row["coverage"], row["density"]) > 0.85


def test_one_condition_is_told_where_one_does_as_well(known):
    row = of(pd.DataFrame({"weak": 1.0 * (known["lines"] == "camp")}), known).loc["weak"]
    assert row[["conditions", "coverage", "density"]].tolist() == ["lines = region", 1.0, 1.0]


def test_less_can_be_better(known):
    failing = 1.0 * (known["lines"] == "camp")
    pd.testing.assert_frame_equal(
        of(pd.DataFrame({"weak": failing}), known, higher=False), of(pd.DataFrame({"weak": 1.0 - failing}), known)
    )


def test_luck_has_no_rule_nor_has_what_always_or_never_fails(known):
    rng = np.random.default_rng(9)
    luck = pd.DataFrame({f"luck{k}": 1.0 * (rng.random(300) < 0.6) for k in range(40)})
    told = of(luck.assign(sure=1.0, lost=0.0), known)
    assert (told["conditions"] != "").sum() <= 3  # one in a hundred is expected
    assert told.loc[["sure", "lost"], "conditions"].tolist() == ["", ""]
    assert told.loc[["sure", "lost"], "share_failing"].tolist() == [0.0, 1.0]
