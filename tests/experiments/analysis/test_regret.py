"""Regret, satisficing and ties on tables small enough to do by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simulation.experiments.analysis import regret

TWO = pd.DataFrame({"a": [1.0, 4.0, 3.0, 0.0], "b": [2.0, 1.0, 3.0, 5.0]})


def table(values: pd.DataFrame, **options) -> pd.DataFrame:
    return regret.strategy_table(values, 2.0, higher=True, **options).set_index("strategy")


def test_by_hand():
    rows = table(TWO)
    assert regret.regret(TWO, higher=True).to_dict("list") == {"a": [1, 0, 0, 5], "b": [0, 3, 0, 0]}
    assert rows.loc["a", ["median", "regret_median", "regret_mean", "satisficed", "futures"]].tolist() == [
        2.0, 0.5, 1.5, 0.5, 4,
    ]  # fmt: skip
    assert rows["best_share"].tolist() == [0.375, 0.625]  # they share the third future
    assert rows.at["a", "worst_tenth"] == pytest.approx(0.3)


def test_lower_is_better_is_the_mirror_image():
    one = table(TWO)
    two = regret.strategy_table(-TWO, -2.0, higher=False).set_index("strategy")
    pd.testing.assert_frame_equal(
        one.drop(columns=["median", "worst_tenth", "mean"]), two.drop(columns=["median", "worst_tenth", "mean"])
    )
    pd.testing.assert_frame_equal(one[["median", "worst_tenth", "mean"]], -two[["median", "worst_tenth", "mean"]])


def test_what_is_better_in_every_future_has_no_regret_and_is_chosen():
    rng = np.random.default_rng(1)
    others = pd.DataFrame(rng.normal(size=(60, 4)), columns=list("wxyz"))
    values = others.assign(best=others.max(axis=1) + rng.uniform(0.01, 0.3, 60))
    rows = regret.strategy_table(values, 0.0, higher=True)
    assert all(regret.chosen(rows, criterion) == "best" for criterion in ("regret_mean", "regret_q90", "best_share"))
    best = rows.set_index("strategy").loc["best"]
    assert (best["regret_mean"], best["regret_q90"], best["best_share"], best["tied_with"]) == (0.0, 0.0, 1.0, "")


def test_identical_strategies_tie_and_share_the_futures():
    rng = np.random.default_rng(2)
    twin = rng.normal(1.0, 0.1, 50)
    rows = table(pd.DataFrame({"one": twin, "two": twin, "poor": twin - 1.0 + 0.01 * rng.normal(size=50)}))
    assert rows["tied_with"].tolist() == ["two", "one", ""]
    assert rows["best_share"].tolist() == [0.5, 0.5, 0.0]


@pytest.mark.parametrize("higher", [True, False])
def test_regret_is_never_below_zero_and_somebody_is_best(higher):
    values = pd.DataFrame(np.random.default_rng(3).normal(size=(80, 6)), columns=list("abcdef"))
    for controls in ((), ("a",)):
        lost = regret.regret(values, higher=higher, controls=controls)
        assert (lost.to_numpy() >= 0).all()
        assert (lost.drop(columns=list(controls)).min(axis=1) == 0).all()
        shares = regret.best_share(values, higher=higher, controls=controls)
        assert shares.drop(list(controls)).sum() == pytest.approx(1.0)


def test_a_control_is_never_chosen_and_no_reason_for_regret():
    rows = regret.strategy_table(TWO.assign(rich=9.0), 2.0, higher=True, controls=["rich"])
    plain = regret.strategy_table(TWO, 2.0, higher=True)
    assert regret.chosen(rows) == regret.chosen(plain)
    pd.testing.assert_frame_equal(rows.iloc[:2], plain)
    assert rows["control"].tolist() == [False, False, True]
    assert rows["best_share"].iloc[2] == 1.0


def test_least_mean_regret_is_the_highest_mean():
    rng = np.random.default_rng(4)
    for _ in range(5):
        values = pd.DataFrame(rng.normal(size=(25, 5)), columns=list("abcde"))
        assert regret.chosen(regret.strategy_table(values, 0.0, higher=True)) == values.mean().idxmax()


def test_overall_is_the_mean_place_in_the_range():
    outcomes = {"much": TWO, "little": 10.0 - 2.0 * TWO, "same": 0.0 * TWO}
    result = regret.overall(outcomes, {"much": True, "little": False, "same": True})
    pd.testing.assert_frame_equal(result, TWO / 5.0)
