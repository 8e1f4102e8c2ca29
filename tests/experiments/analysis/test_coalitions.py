"""Power and value in coalitions: published examples."""

from __future__ import annotations

import pytest

from simulation.experiments.analysis.coalitions import banzhaf, camp_power, shapley, shapley_shubik

EEC_1958 = [4, 4, 4, 2, 2, 1]
"""Votes of France, Germany, Italy, Belgium, the Netherlands, Luxembourg; 12 pass."""


def test_shapley_of_the_airport() -> None:
    worth = {"1": 6, "2": 12, "3": 42, "12": 12, "13": 42, "23": 42, "123": 42, "": 0}
    found = shapley("123", lambda group: worth["".join(sorted(group))])
    assert found == pytest.approx({"1": 2, "2": 5, "3": 35})


def test_power_in_the_eec() -> None:
    assert shapley_shubik(EEC_1958, 12) == pytest.approx([7 / 30] * 3 + [3 / 20] * 2 + [0])
    assert banzhaf(EEC_1958, 12) == pytest.approx([5 / 21] * 3 + [1 / 7] * 2 + [0])


def test_power_is_shapleys_value_of_the_vote() -> None:
    weights, quota = [5, 3, 2, 2, 1], 8
    game = shapley(range(5), lambda group: float(sum(weights[i] for i in group) >= quota))
    assert shapley_shubik(weights, quota) == pytest.approx(list(game.values()))


def test_under_unanimity_all_have_the_same_power_and_a_majority_camp_has_it_all() -> None:
    assert shapley_shubik([1] * 193, 193) == pytest.approx([1 / 193] * 193)
    assert camp_power([0] * 6 + [1] * 2 + [-1] * 2, 3, 6, banzhaf) == [1, 0, 0]
    assert camp_power([0, 1, -1], 3, 2, shapley_shubik) == pytest.approx([1 / 3, 1 / 3, 0])


def test_what_cannot_pass_gives_no_power() -> None:
    assert banzhaf([1, 1], 3) == [0, 0]
