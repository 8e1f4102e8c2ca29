"""Ranks from paired replicates: the better first, what pairs cannot tell apart is a tie."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simulation.experiments.analysis.ranking import interval, pooled, ranked

NOISE = pd.Series(np.random.default_rng(3).normal(0.0, 1.0, 30))


def test_common_luck_tells_apart_what_means_alone_could_not() -> None:
    """A difference of a tenth under noise of one: the noise is that of both."""
    found = ranked(pd.DataFrame({"worse": NOISE, "better": NOISE + 0.1}))
    assert found.index.tolist() == ["better", "worse"]
    assert found["rank"].tolist() == [1, 2]
    assert found["tied_with"].tolist() == [(), ()]


def test_equals_share_a_rank_in_the_order_they_came_in() -> None:
    found = ranked(pd.DataFrame({"one": NOISE, "two": NOISE, "last": NOISE - 5.0}))
    assert found.index.tolist() == ["one", "two", "last"]
    assert found["rank"].tolist() == [1, 1, 2]
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


def test_those_who_are_alike_share_their_mean_and_the_luckiest_is_not_ahead() -> None:
    """Three with the same true mean and one a spread above them, all of one group; one of another group alone."""
    rng = np.random.default_rng(6)
    luck = pd.DataFrame(rng.normal(0.5, 0.2, (24, 3)), columns=["a", "b", "c"])
    values = luck.assign(alone=luck["a"] + 0.001)
    found = pooled(values, ["x", "x", "x", "y"])
    assert found[["a", "b", "c"]].tolist() == pytest.approx([luck.to_numpy().mean()] * 3)
    assert found["alone"] == pytest.approx(luck["a"].mean() + 0.001)
    better = luck.assign(c=luck["c"] + 0.5)
    assert pooled(better, ["x"] * 3).tolist() == pytest.approx(better.mean().tolist())


def test_alike_are_taken_for_different_as_rarely_as_is_said() -> None:
    rng = np.random.default_rng(7)
    told = [pooled(pd.DataFrame(rng.random((12, 5)) < 0.8, dtype=float), ["x"] * 5).nunique() > 1 for _ in range(400)]
    assert np.mean(told) < 0.04  # 1 of 100 is expected


def test_what_never_varies_is_alike_only_if_it_is_the_same() -> None:
    same = pd.DataFrame({"a": NOISE, "b": NOISE})
    assert pooled(same, ["x", "x"]).nunique() == 1
    assert pooled(same.assign(b=NOISE + 0.1), ["x", "x"]).nunique() == 2
    assert pooled(same.iloc[:1].assign(b=2.0), ["x", "x"]).nunique() == 1  # one replicate tells nothing
    gap = same.assign(b=NOISE.where(NOISE.index > 3))
    assert pooled(gap, ["x", "x"])["a"] == pytest.approx(gap.stack().mean())  # of all values


def test_the_order_goes_by_what_is_given_and_ties_by_the_pairs() -> None:
    scores = pd.DataFrame({"one": NOISE, "two": NOISE + 0.1})
    found = ranked(scores, pd.Series({"two": 1.0, "one": 1.0}))
    assert found.index.tolist() == ["one", "two"]
    assert found["tied_with"].tolist() == [(), ()]


def test_more_replicates_of_some_tell_these_apart_and_change_nothing_between_others() -> None:
    noise = np.random.default_rng(11).normal(0.0, 1.0, (90, 2))
    noise = np.concatenate([part - part.mean(axis=0) for part in (noise[:10], noise[10:])])
    values = pd.DataFrame(np.tile(noise + np.array([0.5, 0.0]), 2), columns=list("abcd"))
    few = ranked(values.iloc[:10])
    some = ranked(values.assign(**{name: values[name].iloc[:10] for name in "cd"}))
    for found, apart in ((few, False), (some, True)):
        assert ("b" not in found["tied_with"]["a"]) == apart
        assert "d" in found["tied_with"]["c"]
