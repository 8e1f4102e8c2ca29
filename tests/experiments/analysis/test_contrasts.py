"""Paired contrasts, and what a scenario is compared with to show what something does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from simulation.errors import InputError
from simulation.experiments.analysis.contrasts import CONTRAST_FRAGMENTATION, more_pairs, paired, without
from simulation.scenario.load import load_scenario
from tests.experiments.analysis.test_summary import series

BASELINE = "scenarios/baseline.yaml"


def one(values: list[float]) -> pd.DataFrame:
    return series({("2035Q4", "MAR", "cooperation"): values})


def test_paired_contrast_is_that_of_the_textbook():
    a, b = np.array([0.5, 0.6, 0.9, 0.4]), np.array([0.4, 0.6, 0.6, 0.5])
    (row,) = paired(one(list(a)), one(list(b)), "MAR", ["cooperation"], ["2035Q4"]).to_dict("records")
    test = stats.ttest_rel(a, b)
    interval = test.confidence_interval(0.9)
    assert row["difference"] == pytest.approx((a - b).mean())
    assert row["standard_error"] == pytest.approx((a - b).std(ddof=1) / 2)
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))
    assert row["probability"] == pytest.approx((2 + 0.5) / 4)
    assert row["pairs"] == 4


def test_only_replicates_that_both_have_are_paired():
    b = one([0.1, 0.2, 0.3])
    b = b.loc[b["replicate"] != 1]
    (row,) = paired(one([0.2, 9.0, 0.4]), b, "MAR", ["cooperation"], ["2035Q4"]).to_dict("records")
    assert row["pairs"] == 2
    assert row["difference"] == pytest.approx(0.1)


def test_one_pair_has_no_interval_and_what_was_not_recorded_no_row():
    table = paired(one([0.2]), one([0.1]), "MAR", ["cooperation", "volume"], ["2035Q4"])
    assert len(table) == 1
    assert table[["standard_error", "low", "high"]].isna().all(axis=None)


def test_what_is_there_is_taken_away():
    scenario = load_scenario(BASELINE, fragmentation=0.3)
    arm = without(scenario, "fragmentation")
    assert arm.present is scenario
    assert arm.absent.fragmentation.trust == 0
    assert arm.absent.seed == scenario.seed
    arm = without(scenario, "rivalry")
    assert arm.present is scenario
    assert (arm.absent.mechanisms.on("rivalry"), arm.absent.parameters.rivalry) == (True, 0)


@pytest.mark.parametrize("what", ["rivalries", "", None, ["rivalry"]])
def test_a_contrast_that_there_is_not_is_told_with_those_that_there_are(what):
    with pytest.raises(InputError, match=r"contrasts: no contrast for .*; there are fragmentation, rivalry"):
        without(load_scenario(BASELINE), what)


def test_rivalry_switched_off_is_that_of_the_recorded_world_and_can_be_taken_away():
    scenario = load_scenario(BASELINE, overrides={"mechanisms.rivalry": "off"})
    arm = without(scenario, "rivalry")
    assert arm.present is scenario
    assert (arm.absent.mechanisms.on("rivalry"), arm.absent.parameters.rivalry) == (True, 0)


def test_what_is_not_there_is_added_and_told():
    scenario = load_scenario(BASELINE, overrides={"fragmentation": 0, "parameters.rivalry": 0})
    arm = without(scenario, "fragmentation")
    assert arm.absent is scenario
    assert arm.present.fragmentation.bloc_splitting == CONTRAST_FRAGMENTATION
    assert "the scenario has none" in arm.statement
    arm = without(scenario, "rivalry")
    assert arm.absent is scenario
    assert arm.present.parameters.rivalry == 1
    assert "the scenario has none" in arm.statement


def test_unknown_contrast():
    with pytest.raises(InputError, match=r"no contrast .*; there are fragmentation, rivalry"):
        without(load_scenario(BASELINE), "weather")


@pytest.mark.parametrize(("spread", "precision"), [(1.0, 0.1), (0.2, 0.05), (3.0, 2.9)])
def test_more_pairs_are_just_enough(spread, precision):
    pairs = 10

    def reach(count: int) -> float:
        return stats.t.ppf(0.95, count - 1) * spread / np.sqrt(count)

    more = more_pairs(spread / np.sqrt(pairs), pairs, precision)
    assert more is not None
    if more:
        assert reach(pairs + more) <= precision < reach(pairs + more - 1)
    else:
        assert reach(pairs) <= precision
    assert more_pairs(float("nan"), 1, 0.1) is None
    assert more_pairs(0.0, 5, 0.1) == 0
