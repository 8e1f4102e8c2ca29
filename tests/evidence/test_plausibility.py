"""The page of plausibility: life tables, ranks and balances on made-up books, and the page of a short run."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest

from simulation.evidence import plausibility, plausibility_runs
from simulation.evidence.plausibility_runs import AGES, BASE, STRUCK, Ground, Seen
from simulation.scenario.load import load_scenario
from simulation.scenario.schema import Scenario


@cache
def _short() -> tuple[Scenario, Ground, dict[str, list[Seen]]]:
    scenario = load_scenario("scenarios/baseline.yaml", horizon="2025Q4")
    return scenario, plausibility_runs.ground(scenario), plausibility_runs.run(scenario, 2, workers=1)


# --- arithmetic


def test_mean_life_is_that_of_the_deals_whatever_is_cut_off() -> None:
    at_risk, died = np.zeros(AGES, np.int64), np.zeros(AGES, np.int64)
    at_risk[1:9], died[8] = 100, 100  # all live eight quarters
    assert plausibility_runs.mean_life(at_risk, died) == 2.0
    steady = np.zeros(AGES, np.int64)
    steady[1:41] = 1000  # a twentieth ends a quarter, at any age: twenty quarters, of which forty were watched
    assert plausibility_runs.mean_life(steady, steady // 20) == pytest.approx(5.0)
    assert plausibility_runs.mean_life(at_risk, np.zeros_like(died)) == np.inf


def test_order_alone_makes_a_rank_correlation() -> None:
    values = np.array([1.0, 5.0, 2.0, 8.0])
    assert plausibility_runs.rank_correlation(values, values**3) == pytest.approx(1.0)
    assert plausibility_runs.rank_correlation(values, -values) == pytest.approx(-1.0)
    assert plausibility_runs.rank_correlation(values, np.ones(4)) == 0.0


def test_trade_explains_trust_that_is_made_of_it() -> None:
    rng = np.random.default_rng(1)
    trade = np.triu(rng.uniform(0.01, 0.2, (30, 30)), 1)
    trade += trade.T
    spread, share = plausibility_runs.explained(0.3 + 2 * trade, trade)
    assert spread == pytest.approx(2 * trade[np.triu_indices(30, 1)].std())
    assert share == pytest.approx(1.0)
    other = np.triu(rng.uniform(size=(30, 30)), 1)
    assert plausibility_runs.explained(other + other.T, trade)[1] < 0.05


# --- a short run


def test_the_book_of_a_run_adds_up() -> None:
    """Stock grows by what is made and shrinks by what ends, counted from pairs and from the model's own reasons."""
    for one in _short()[2][BASE]:
        assert one.at_risk[0].sum() == one.stock[:-1].sum()
        assert one.at_risk[1].sum() == one.among_states[:-1].sum()
        assert np.diff(one.stock).sum() == one.flow.sum() - one.died[0].sum()
        assert 0 <= one.ended.sum() - one.died[0].sum() <= 5  # those made and broken within one quarter
        assert 0 <= one.engaged.sum() - one.died[2].sum() <= 5
        assert one.died[2].sum() > 0
        assert (one.near <= (one.start | one.new)).all()
        assert not (one.start & one.new).any()


def test_striking_the_own_record_leaves_nothing_recorded() -> None:
    scenario, before, found = _short()
    row = before.ids.index("MAR")
    assert before.recorded[row].any()
    struck = plausibility_runs.ground(plausibility_runs.points(scenario, 2)[STRUCK][0])
    assert not struck.recorded[row].any()
    assert all(-1 <= value <= 1 for value in plausibility.struck_correlations(before, found, "MAR"))


def test_trust_raises_the_intensity_of_its_pair() -> None:
    _, before, found = _short()
    low, high = (
        plausibility_runs.mean_of(found, f"{value:g}", "intensity")[before.ids.index("FRA")]
        for value in plausibility_runs.TRUSTS
    )
    assert 0 < low < high


def test_every_verdict_of_the_page_follows_from_its_numbers() -> None:
    scenario, before, found = _short()
    page = plausibility.render(scenario, before, found)
    assert page.count("\n## ") == 7
    missed = [name for name, (_, _, holds) in plausibility.measures(before, found).items() if holds is False]
    absurd = page.split("## What is still absurd")[1]
    for name in missed:
        assert name[1:] in absurd
    for words in plausibility.absurd_pairs(before, found).values():
        assert words in absurd
    sure = [dataclasses.replace(one, new=np.ones_like(one.new), near=np.ones_like(one.near)) for one in found[BASE]]
    assert ("MAR", "ESP") not in plausibility.absurd_pairs(before, {**found, BASE: sure})
    assert ("MAR", "DZA") in plausibility.absurd_pairs(before, {**found, BASE: sure})
