"""What the list of AI deals can bear: the estimate, the rates of reporting, and what rests on priors."""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from simulation.data.world import World, load_world
from simulation.errors import DataError
from simulation.evidence.deals import deals
from simulation.evidence.deals.choice_model import evaluate
from simulation.evidence.deals.deal_page import PAGE, render
from simulation.outcomes.observed import priors_alone
from tests.docs.test_pages import pages

SEARCHED = "MAR"


@functools.cache
def world() -> World:
    return load_world(date(2024, 12, 31))


@functools.cache
def weights() -> pd.DataFrame:
    return deals.estimate(deals.history(world(), SEARCHED))[1].set_index("effect")


@pytest.mark.slow
def test_the_list_knows_who_was_searched_and_little_of_affinity() -> None:
    assert weights().loc["searched country", "low"] > 0
    assert weights().loc["affinity", "low"] < 0 < weights().loc["affinity", "high"]
    assert (weights()["low"] < weights()["weight"]).all()
    assert (weights()["weight"] < weights()["high"]).all()


def test_rates_of_reporting_follow_from_the_weights() -> None:
    names = ["searched country", "with a firm", "with another organisation"]
    made_up = pd.DataFrame(
        {"effect": names, "weight": [1.5, 0.5, -1.0], "low": [0.8, 0.1, -2.0], "high": [2.5, 1.2, -0.4]}
    ).assign(rests_on="list")
    found = deals.reporting(world(), SEARCHED, made_up)
    assert found.coverage == pytest.approx(np.exp(-1.5))
    assert found.table["ratio"].tolist() == pytest.approx(np.exp([0.0, 0.5, -1.0]))
    assert found.coverage_low < found.coverage < found.coverage_high < 1
    assert int(found.table[["searched", "other"]].to_numpy().sum()) == len(world().deals)
    assert found.implied[1] < found.implied[0] < found.implied[2]


def test_without_the_searched_country_nobody_is_recorded_better() -> None:
    """A world in which another country was searched has no deal of it: its weight falls below zero."""
    data = deals.history(world(), "SEN")
    place = data.effects.index("searched country")
    assert evaluate(data, np.zeros(len(data.effects)))[1][place] < 0


def test_one_kind_without_deals_is_bounded_from_above_only() -> None:
    table = deals.yearly(world(), SEARCHED).set_index("partner")
    assert table.loc["think_tank", "low"] == 0 < table.loc["think_tank", "high"] < 0.5
    assert table.loc["state", "low"] < table.loc["state", "rate"] < table.loc["state", "high"]


@pytest.mark.parametrize(("left", "told"), [(0.95, "prior alone"), (0.7, "mostly prior"), (0.3, "list")])
def test_what_a_weight_rests_on(left: float, told: str) -> None:
    assert deals.rests_on(left) == told


def test_no_deal_and_no_state_are_told() -> None:
    with pytest.raises(DataError, match="no state 'XXX'"):
        deals.history(world(), "XXX")
    with pytest.raises(DataError, match="no deal"):
        deals.history(replace(world(), deals=()), SEARCHED)


def test_outcomes_without_observations_are_marked() -> None:
    own = priors_alone(world(), SEARCHED)
    assert {"deals_think_tank", "deals_ngo", "deals_trilateral", "implementation", "safety", "world_deals"} <= own
    assert not own & {"deals", "deals_state", "deals_firm", "instruments_joined", "volume", "cooperation"}
    assert {"deals", "deals_state", "deals_firm"} <= priors_alone(world(), "SEN")


@pytest.mark.slow
def test_page_is_what_the_list_gives() -> None:
    text = pages.between(PAGE.read_text(encoding="utf-8"), "deals")
    assert text == render(world(), SEARCHED).strip()
