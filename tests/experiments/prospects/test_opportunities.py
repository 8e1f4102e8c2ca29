"""Known answers: the useful partner first, equals tie, who never agrees is not recommended; the folder's contract."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner

import simulation
from simulation.cli.commands import app
from simulation.data.world import World
from simulation.display.words.rounding import percent
from simulation.errors import InputError
from simulation.experiments import opportunities as module
from simulation.experiments.opportunities import Opportunities, opportunities
from simulation.experiments.prospects.tables import COLUMNS, PORTFOLIO_COLUMNS
from simulation.model import governance
from simulation.report import opportunities as report
from simulation.report.opportunities import meaning, print_opportunities
from simulation.scenario.schema import Relation, Strategy
from tests.printed import printed
from tests.report import decisions
from tests.shipped import shipped
from tests.synthetic import QUIET, make_bloc, make_deal, make_instrument, make_scenario, make_world

CLOSED = Relation(pair=("A00", "A02"), open=False)


def found_in(world: World, patch: pytest.MonkeyPatch, criterion: str = "value", **fields: Any) -> Opportunities:
    """Opportunities of the first state of a made-up world over four quarters."""
    for place in (governance, module):
        patch.setattr(place, "world_of", lambda scenario: world)
    scenario = make_scenario(4, **({"mechanisms": QUIET} | fields))
    return opportunities(scenario, criterion=criterion, replicates=6, workers=1, parameters="defaults")


def rows(found: Opportunities) -> pd.DataFrame:
    return found.table.set_index("partner")


def test_the_one_useful_partner_is_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """States supply by their size; one is large, the others are small."""
    size = np.full(11, 0.01)
    size[3] = 0.9
    result = found_in(make_world(10, size=size), monkeypatch, "gain_coverage")
    best = result.table.iloc[0]
    told = printed(print_opportunities, result)
    assert "coverage" in told
    assert f"{best['gain_coverage']:+.3f}" in told
    assert (best["partner"], best["rank"], best["tied_with"]) == ("A03", 1, "")
    assert best["gain_coverage"] > 0.0


def test_two_alike_tie(monkeypatch: pytest.MonkeyPatch) -> None:
    result = found_in(make_world(8), monkeypatch)
    found = rows(result)
    for one, other in (("A03", "A04"), ("A04", "A03")):
        assert other in found["tied_with"][one].split()
    assert found["q05"]["A03"] <= found["gain_commitments"]["A03"] <= found["q95"]["A03"]
    told = printed(print_opportunities, result)
    first = result.table.iloc[0]
    last = found.loc[first["tied_with"].split(), "rank"].max()
    assert f"1 (1–{last})" in told
    assert f"{percent(first['p_accept'])} %" in told
    assert first["name"] in meaning(result)


def test_a_loss_that_is_the_same_in_all_pairs_says_in_how_many() -> None:
    same = decisions.portfolio().assign(loss_commitments=0.33, q05=0.33, q95=0.33)
    found = decisions.opportunities(portfolio=same)
    found.info["criterion_means"] = "what it adds"
    told = printed(print_opportunities, found)
    assert re.search(r"France +state +0\.33 +8 pairs", told)
    assert "Pairs in the place of an interval: it is the same in so many." in told


def test_all_who_have_a_rank_are_named_and_what_orders_them_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """More are ranked than a table shows: the others stand below it, each with its rank."""
    monkeypatch.setattr(report, "SHOWN", 2)
    result = found_in(make_world(8), monkeypatch)
    text = " ".join(printed(print_opportunities, result).split())
    assert "those of one kind and depth that are not told apart share their mean gain." in text
    best = result.table.dropna(subset="rank")
    assert len(best) > 2
    rest = text[text.index("Ranked and not shown: ") :]
    assert all(f"{row['name']} ({row['rank']})" in rest for row in best.tail(len(best) - 2).to_dict("records"))
    assert "(tied_with in opportunities.csv)" in meaning(result)


def test_a_free_partner_who_never_agrees_is_not_recommended(monkeypatch: pytest.MonkeyPatch) -> None:
    found = rows(found_in(make_world(6), monkeypatch, relations=(CLOSED,)))
    assert found["price"]["A02"] == found["p_accept"]["A02"] == 0.0
    assert pd.isna(found["rank"]["A02"])
    assert not found["confirmed"]["A02"]
    assert found["rank"].drop(["A02", "EU"]).notna().all()


def test_what_the_strategy_rules_out_is_not_recommended(monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(5, {"firm": 2})
    kinds = found_in(world, monkeypatch, strategy=Strategy(partners=("firm",))).table.dropna(subset="rank")["kind"]
    assert set(kinds) == {"firm"}


def test_texts_and_blocs_are_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text adds what it counts; a bloc a rung, for whoever is in it; both are charged for."""
    world = make_world(
        5, blocs=[make_bloc(range(5), "majority", 0.5, agenda_rate=0.0), make_bloc((1, 2), id="C")],
        instruments=[make_instrument(range(5)), make_instrument((1, 2), id="R")],
    )  # fmt: skip
    on = {"blocs": "on", "instruments": "on", "budget": "on"}
    monkeypatch.setattr(module, "READINGS_A_PAIR", module.PAIRS_OF_CONTESTED)  # so that who joins anyway is the same
    found = rows(found_in(world, monkeypatch, mechanisms=QUIET | on, parameters={"vote_probability": 0.9}))
    assert found["kind"]["B"] == "bloc"
    assert found["kind"]["Q"] == "instrument"
    assert not {"C", "R"} & set(found.index)
    assert found["gain_commitments"]["B"] == pytest.approx(1.0 / 6.0)
    assert found["gain_commitments"]["Q"] == pytest.approx((1.0 - found["p_alone"]["Q"]) / 6.0)
    assert (found["price"][["B", "Q"]] > 0.0).all()


def test_a_partner_that_is_held_is_deepened_and_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A memorandum is worth a third of a binding deal: so much is lost with it, and so much a rung adds."""
    held = found_in(make_world(5, deals=[make_deal((0, 1))]), monkeypatch)
    assert rows(held).loc["A01", ["held", "depth"]].tolist() == [1.0, 2]
    loss = held.portfolio.set_index("partner").loc["A01"]
    assert loss["loss_commitments"] >= 1.0 / 3.0 - 1e-9
    assert loss["loss_coverage"] > 0.0
    assert set(held.portfolio["partner"]) == {"A01"}


def test_what_is_held_at_its_deepest_cannot_be_deepened(monkeypatch: pytest.MonkeyPatch) -> None:
    found = rows(found_in(make_world(5, deals=[make_deal((0, 1), depth=3)]), monkeypatch))
    assert found["p_accept"]["A01"] > 0.0
    assert pd.isna(found["rank"]["A01"])


def test_the_best_are_told_from_more_pairs_but_for_those_of_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven states alike share the first place; texts have one of their own."""
    world = make_world(8, instruments=[make_instrument(range(8))])
    found = found_in(world, monkeypatch, "gain_commitments", mechanisms=QUIET | {"instruments": "on"})
    table = found.table.dropna(subset="rank").set_index("partner")
    assert table["pairs"].to_dict() == {"Q": 18, **dict.fromkeys(table.index.drop("Q"), 6)}
    assert table["rank"].drop("Q").nunique() == 1
    assert len(table) > 3


def test_dependence_is_better_the_less_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    camp = [-1, 1, 0, -1, -1, -1]
    found = found_in(make_world(6, camp=np.array([*camp, 0]), leaders=(6, 1, 2)), monkeypatch, "dependence").table
    ranked = found.dropna(subset="rank")
    assert set(ranked["partner"].head(3)) == {"A03", "A04", "A05"}  # of no camp; six pairs do not tell them apart
    assert ranked["partner"].iloc[-1] == "EU"


# --- the shipped world


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Two candidates over two quarters."""
    monkeypatch.setattr(module, "CONFIRMED", 2)
    monkeypatch.setattr(module, "OF_THEM_HELD", 1)
    return {"scenario": shipped(focal="SEN"), "by": "2025Q2", "replicates": 2}


def test_it_says_how_far_it_is_and_stops_while_it_screens(brief: dict[str, Any]) -> None:
    class Enough(Exception):
        """Somebody has had enough."""

    told: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        told.append((done, total))
        if done == 1:
            raise Enough

    with pytest.raises(Enough):
        simulation.opportunities(**brief, workers=1, progress=progress)
    assert [done for done, _ in told] == [1]


def test_the_folder_has_the_columns_that_readers_count_on(brief: dict[str, Any], tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    found = simulation.opportunities(
        **brief, workers=1, command="wifaq opportunities", out=tmp_path / "new",
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert told == sorted(told, key=lambda each: each[0])
    assert told[-1][0] == told[-1][1] == told[-2][0] + 1
    table = pd.read_csv(tmp_path / "new" / "opportunities.csv")
    assert table["pairs"].tolist() == [6, 6, *[0] * (len(table) - 2)]  # both are among the best
    assert tuple(table.columns) == COLUMNS
    assert tuple(pd.read_csv(tmp_path / "new" / "portfolio.csv").columns) == PORTFOLIO_COLUMNS
    assert table[["held", "p_alone", "p_accept"]].stack().between(0.0, 1.0).all()
    assert table["rank"].dropna().tolist() == [1, 2]
    assert table.loc[table["rank"].isna(), "q05"].isna().all()
    assert (table["price"] > 0.0).all()
    assert {"state", "firm", "think_tank", "ngo", "secretariat", "bloc", "instrument"} == set(table["kind"])
    assert "SEN" not in set(table["partner"])
    info = json.loads((tmp_path / "new" / "opportunities.json").read_text("utf-8"))
    assert (info["focal"]["id"], info["seed"], info["pairs"], info["by"]) == ("SEN", 2025, 2, "2025Q2")
    assert info["command"] == "wifaq opportunities"
    again = Opportunities.open(tmp_path / "new")
    assert_frame_equal(again.table.drop(columns="tied_with"), found.table.drop(columns="tied_with"), check_dtype=False)
    assert again.table["tied_with"].fillna("").tolist() == found.table["tied_with"].tolist()


@pytest.mark.slow
def test_the_same_bits_for_any_number_of_workers(brief: dict[str, Any]) -> None:
    one, two = (opportunities(**brief, workers=workers) for workers in (1, 2))
    assert_frame_equal(one.table, two.table, check_exact=True)
    assert_frame_equal(one.portfolio, two.portfolio, check_exact=True)


# --- bad input


def test_every_fault_is_told_at_once() -> None:
    command = "opportunities baseline --focal XYZ --by soon --criterion gain --replicates 1"
    result = CliRunner().invoke(app, command.split())
    assert result.exit_code == 2
    for words in ("XYZ", "--by: 'soon' is neither", "--criterion: 'gain' is no criterion", "--replicates: 1 is less"):
        assert words in result.output


@pytest.mark.parametrize("by", ["2024-12-31", "2036Q1", "2012Q4"])
def test_a_date_out_of_the_run_is_refused(by: str) -> None:
    with pytest.raises(InputError, match=f"--by: {by} is outside the run, 2025Q1 to 2035Q4"):
        opportunities("baseline", by=by)


def test_a_folder_that_holds_something_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match=re.escape(str(tmp_path))):
        opportunities("baseline", out=tmp_path)
