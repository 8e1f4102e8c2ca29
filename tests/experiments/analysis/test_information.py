"""The value of information, where it is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simulation.experiments.analysis.information import bins_of, information

COUNT = 200


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Strategy a pays the number x, strategy b 1 - x; z says nothing; a good future is good for both."""
    rng = np.random.default_rng(11)
    x, z, good = rng.random(COUNT), rng.random(COUNT), rng.normal(size=COUNT)
    gains = pd.DataFrame({"a": x + good, "b": 1 - x + good, "poor": good - 1.0})
    known = pd.DataFrame({"x": x, "z": z, "word": np.where(x > 0.5, "high", "low"), "good": good})
    return information(gains, known).set_index("uncertainty")


def test_what_flips_the_choice_is_worth_what_theory_says(table):
    """E max(x, 1 - x) - 1/2 = 1/4, less what shuffled numbers seem worth."""
    assert table.at["x", "value"] == pytest.approx(0.22, abs=0.04)
    assert table.at["word", "value"] == pytest.approx(0.22, abs=0.04)
    assert (table.at["x", "best_low"], table.at["x", "best_high"]) == ("b", "a")
    assert (table.at["word", "best_low"], table.at["word", "best_high"]) == ("a", "b")  # "high" comes first
    assert table.at["word", "share_changed"] == pytest.approx(0.5, abs=0.1)


def test_an_inert_number_is_worth_nothing(table):
    for name in ("z", "good"):  # what is good for all strategies alike changes no choice either
        assert table.loc[name, ["value", "share_changed"]].tolist() == [0.0, 0.0]
        assert table.at[name, "best_low"] == table.at[name, "best_high"]


def test_noise_is_worth_nothing_though_the_best_of_noisy_means_is_above_the_mean():
    told = 0
    for seed in range(5):
        rng = np.random.default_rng(100 + seed)
        gains = pd.DataFrame(rng.normal(size=(100, 8)), columns=list("abcdefgh"))
        known = pd.DataFrame(rng.random((100, 10)), columns=[f"u{k}" for k in range(10)])
        told += int((information(gains, known)["value"] > 0).any())
    assert told <= 1  # one table in twenty is expected to have a false one


def test_one_strategy_leaves_nothing_to_choose():
    rng = np.random.default_rng(6)
    table = information(pd.DataFrame({"a": rng.normal(size=60)}), pd.DataFrame({"x": rng.random(60)}))
    assert table["value"].tolist() == [0.0]


def test_bins():
    assert np.bincount(bins_of(pd.Series(np.random.default_rng(7).random(200)))).tolist() == [40] * 5
    assert bins_of(pd.Series(["b", "a", "b"])).tolist() == [1, 0, 1]
    assert bins_of(pd.Series([1.0, 2.0] * 20)).tolist() == [0, 1] * 20
