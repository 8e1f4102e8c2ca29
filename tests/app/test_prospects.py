"""Tables of opportunities and advice: which folders are found, what the page shows of them."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pandas as pd
import pytest

from simulation.app import prospects, rooms
from simulation.display.words.language import Words
from simulation.experiments.opportunities import READINGS_A_PAIR, Opportunities
from simulation.experiments.prospects.tables import COLUMNS, PORTFOLIO_COLUMNS
from tests.report import decisions

INFO = {
    "scenario": "baseline", "focal": {"id": "MAR", "name": "Morocco"}, "by": "2029Q4", "criterion": "value", "pairs": 4,
    "bands": "", "failures": [],
}  # fmt: skip


@pytest.fixture
def found() -> Opportunities:
    row = dict.fromkeys(COLUMNS, 0.5) | {"partner": "FRA", "name": "France", "kind": "state", "tied_with": "SEN itu"}
    held = row | {"partner": "itu", "name": "ITU", "kind": "secretariat", "tied_with": "", "held": 1.0, "rank": None}
    lost = dict.fromkeys(PORTFOLIO_COLUMNS, 0.1) | {"partner": "itu", "name": "ITU", "kind": "secretariat"}
    tables = {"opportunities": pd.DataFrame([row | {"held": 0.0, "rank": 1.0}, held])[list(COLUMNS)],
              "portfolio": pd.DataFrame([lost])[list(PORTFOLIO_COLUMNS)]}  # fmt: skip
    return Opportunities(INFO, "focal: MAR\n", tables)


def test_numbers_stay_numbers_and_names_are_those_of_the_language(found) -> None:
    tables = prospects.tables(found, Words("fr"))
    assert set(tables) == {"candidates", "portfolio"}
    candidates = tables["candidates"]
    assert candidates.iloc[:, 1].tolist() == ["France", "UIT"]
    assert candidates.iloc[:, -1].tolist() == [2, 0]  # of ties
    assert candidates.iloc[:, 4].tolist() == [0.5, 0.5]
    assert tables["portfolio"].iloc[0, 3] == "4 paires de réplications"  # no width is no certainty
    assert "Q4 2029" in prospects.told(found, Words("en"))


def test_an_interval_stands_in_one_cell_and_is_a_dash_where_none_is_known() -> None:
    table = prospects.tables(decisions.decision().opportunities, Words("en"))["candidates"]
    assert table["90\u00a0% interval"].tolist()[0] == "0.80–1.00"
    assert table["90\u00a0% interval"].tolist()[-1] == "–"


def test_strategies_stand_as_in_a_report_controls_last_with_a_number_of_ties() -> None:
    rows = decisions.strategies()
    rows.loc[rows["control"], "regret_mean"] = -1.0
    table = prospects.tables(decisions.advice(strategies=rows), Words("fr"))["strategies"]
    assert table.iloc[0, 0] == "Comme enregistré"
    assert table.iloc[-1, 0] == "Comme enregistré, avec la moitié du budget (témoin)"
    assert table.iloc[:, -1].tolist() == [1, 0, 0]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_numbers_go_to_the_page_with_their_text_shares_in_per_cent(found, language) -> None:
    words, sent = Words(language), []

    async def send(what, told) -> None:
        sent.append(told)

    table = prospects.tables(found, words)["candidates"]
    asyncio.run(rooms.fill(SimpleNamespace(words=words, send=send), "candidates", table))
    row = dict(zip(sent[0]["columns"], sent[0]["rows"][0], strict=True))
    assert row[words("Probability of a yes")] == [0.5, "50\u00a0%"]
    assert row[words("Gain in kept commitments")] == [0.5, words.number(0.5, 2)]
    assert row[words("Rank")] == 1


def test_folders_are_found_inside_the_chosen_one_only(found, tmp_path) -> None:
    home, outside = tmp_path / "home", tmp_path / "outside"
    for place in (home / "a", home / "b" / "c", outside / "d"):
        place.parent.mkdir(exist_ok=True)
        found.save(place)
    (home / "link").symlink_to(outside / "d", target_is_directory=True)
    assert prospects.folders(home) == ("a", "b/c")
    assert prospects.read(home / "a").table["partner"].tolist() == found.table["partner"].tolist()


def test_the_bar_of_a_search_is_full_once_for_the_screen_and_once_for_the_pairs() -> None:
    screened, total = READINGS_A_PAIR * 6, READINGS_A_PAIR * 6 + 50
    desk = SimpleNamespace(words=Words("en"))
    told = [rooms._looked(done, total, 6, desk) for done in (0, screened, screened + 25, total)]
    assert [one["share"] for one in told] == [0.0, 1.0, 0.5, 1.0]
    assert [one["text"].partition(":")[0] for one in told] == ["Screening"] * 2 + ["Confirming the best"] * 2
