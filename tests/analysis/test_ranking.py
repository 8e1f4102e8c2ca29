"""Ranks from paired replicates: the better first, what pairs cannot tell apart is a tie."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simulation.analysis.ranking import interval, ranked

NOISE = pd.Series(np.random.default_rng(3).normal(0.0, 1.0, 30))


def test_common_luck_tells_apart_what_means_alone_could_not() -> None:
    """A difference of a tenth under noise of one: the noise is that of both."""
    found = ranked(pd.DataFrame({"worse": NOISE, "better": NOISE + 0.1}))
    assert found.index.tolist() == ["better", "worse"]
    assert found["rank"].tolist() == [1, 2]
    assert found["tied_with"].tolist() == [(), ()]


def test_equals_are_ties_in_the_order_they_came_in() -> None:
    found = ranked(pd.DataFrame({"one": NOISE, "two": NOISE, "last": NOISE - 5.0}))
    assert found.index.tolist() == ["one", "two", "last"]
    assert found["tied_with"].to_dict() == {"one": ("two",), "two": ("one",), "last": ()}


def test_a_tie_is_with_all_who_are_not_told_apart_not_with_neighbours_only() -> None:
    own = pd.Series(np.random.default_rng(4).normal(0.0, 1.0, 30))
    found = ranked(pd.DataFrame({"one": own + 0.3, "two": NOISE - NOISE.mean() + own.mean() + 0.15, "three": own}))
    assert found["tied_with"]["two"] == ("one", "three")
    assert found["tied_with"]["one"] == ("two",)  # of three its luck is its own


def test_no_spread_by_chance_is_no_certainty() -> None:
    """Two that happen to be constant are judged by the spread that the others show."""
    others = {f"other {k}": pd.Series(np.random.default_rng(k).normal(0.0, 1.0, 12)) for k in range(4)}
    found = ranked(pd.DataFrame({"one": np.full(12, 0.2), "two": np.full(12, 0.1)} | others))
    assert "two" in found["tied_with"]["one"]
    assert ranked(pd.DataFrame({"one": np.full(12, 0.2), "two": np.full(12, 0.1)}))["tied_with"].tolist() == [(), ()]


def test_one_pair_tells_nothing_apart() -> None:
    assert ranked(pd.DataFrame({"one": [7.0], "two": [0.0]}))["tied_with"].tolist() == [("two",), ("one",)]


def test_what_is_missing_is_left_out() -> None:
    assert interval(pd.Series([1.0, np.nan, 3.0]))["difference"] == pytest.approx(2.0)
    assert interval(pd.Series([1.0, np.nan, 3.0]))["pairs"] == 2
