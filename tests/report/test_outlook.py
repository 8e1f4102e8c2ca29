"""What a report begins with: partners with their source, scenarios by metrics, the record with its sources."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from simulation.data.history import shipped_deals
from simulation.display.words.language import ENGLISH, LANGUAGES, Words
from simulation.display.words.terms import METRIC
from simulation.experiments.analysis.contrasts import paired
from simulation.report import outlook
from simulation.report.answer import Subject, lever_sentence
from simulation.report.findings import levers
from simulation.report.page import content_of
from simulation.report.word import plain
from simulation.report.world import scenarios
from tests.report import folders


@pytest.fixture(scope="module")
def subject(results):
    return Subject(results, ENGLISH)


def test_new_partners_stand_beside_held_ones_with_their_source(subject, results) -> None:
    new, held = outlook.partner_tables(subject)
    ties = results[0].ties().drop_duplicates("partner").set_index("partner")
    assert list(new.bars) == sorted(new.bars, reverse=True)
    assert [row[1] for row in new.rows] == [ENGLISH.share(bar) for bar in new.bars]
    assert new.rows[0][0].startswith("Elm")  # signed after the start, in every replicate
    assert {row[0]: row[2] for row in held.rows} == {"France": "on record", "China": "drawn"}
    together = ties["probability_recorded"] + ties["probability_drawn"]
    assert list(held.frame.set_index("partner")["probability_held"]) == list(together.loc[held.frame["partner"]])


def test_numbers_that_stand_out_are_those_of_the_forecast(subject, results) -> None:
    shown = {figure.name: figure for figure in outlook.figures(subject)}
    names = ("commitments_kept", "partners_new", "partners_held", "autonomy")
    assert list(shown) == [METRIC[name] for name in names]
    last = results[0].forecast("autonomy").iloc[-1]
    assert f'<data value="{last["mean"]:.8g}"' in shown["autonomy"].value
    assert all(f'<data value="{last[end]:.8g}"' in shown["autonomy"].band for end in ("q05", "q95"))


def test_scenarios_stand_side_by_side_in_several_metrics(subject, results) -> None:
    table = outlook.side_by_side(subject)
    assert table is not None
    pairs = paired(results[1].series(), results[0].series(), "MAR", outlook.BESIDE, (results[0].horizon,))
    pd.testing.assert_frame_equal(table.frame.drop(columns="scenario"), pairs)
    assert [row[0] for row in table.rows] == ["Baseline, the world as recorded", "Another world"]
    row = pairs.set_index("metric").loc["autonomy"]
    cell = table.rows[1][2 + outlook.BESIDE.index("autonomy")]
    assert cell.startswith(ENGLISH.signed(row["difference"], 3))
    assert table.heads[1] == "pairs"
    assert [line[1] for line in table.rows] == ["–", "8"]
    assert outlook.side_by_side(Subject(results[:1], ENGLISH)) is None


def test_fragmentation_is_told_for_commitments_partners_and_autonomy(subject, results) -> None:
    table = outlook.absences(subject)
    assert table is not None
    names = ["kept commitments", "partners new since the start", "autonomy", "cooperation"]
    assert list(table.heads[1:]) == [*names, "pairs"]
    assert {*table.frame["contrast"]} == {"fragmentation", "rivalry"}
    cells = {cell for row in table.rows for cell in row[1:-1]}
    assert any("(" in cell for cell in cells)
    assert all("(" in cell for cell in cells - {"0"})  # each with its interval
    without = folders.result(replicates=2, contrasts=())
    assert outlook.absences(Subject([without], ENGLISH)) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_difference_that_is_nothing_in_every_pair_is_0_without_an_interval(results, language) -> None:
    words = Words(language)
    table = outlook.side_by_side(Subject([results[0], dataclasses.replace(results[0])], words))
    assert table is not None
    assert set(table.rows[1][2:]) == {"0"}
    agreed = [{**row, "difference": 0.5, "low": 0.4999, "high": 0.5001} for row in results[0].info["contrasts"]]
    same = dataclasses.replace(results[0], info={**results[0].info, "contrasts": agreed})
    table = outlook.absences(Subject([same], words))
    assert table is not None
    pairs = words.plural("{count} pair of replicates", "{count} pairs of replicates", 8)
    assert {cell for row in table.rows for cell in row[1:-1]} == {f"{words.signed(0.5, 2)} ({pairs})"}


def test_the_record_is_listed_with_its_sources(subject, results) -> None:
    table = outlook.recorded_deals(subject)
    assert table is not None
    own = {deal.id for deal in shipped_deals() if "MAR" in deal.parties and deal.date.isoformat() <= "2024-12-31"}
    assert set(table.frame["id"]) == own
    assert list(table.frame["date"]) == sorted(table.frame["date"], reverse=True)
    assert all(row[-1] for row in table.rows)
    main = results[0]
    struck = dataclasses.replace(main, scenario_text=f"records: {{strike: [{min(own)}]}}\n")
    fewer = outlook.recorded_deals(Subject([struck], ENGLISH))
    assert fewer is not None
    assert set(fewer.frame["id"]) == own - {min(own)}
    elsewhere = dataclasses.replace(main, info={**main.info, "hashes": {**main.info["hashes"], "data": "0"}})
    assert outlook.recorded_deals(Subject([elsewhere], ENGLISH)) is None  # made from another record


@pytest.mark.parametrize("language", LANGUAGES)
def test_small_pictures_say_their_numbers(results, language) -> None:
    words = Words(language)
    pictures = Subject(results, words).pictures
    figure = pictures.small_fans("†").figure
    shown = [axes for axes in figure.axes if axes.axison]
    assert len(shown) == 6
    last = results[0].forecast("commitments_kept").iloc[-1]
    told = " ".join(text.get_text() for text in shown[0].texts)
    assert words.number(last["mean"], 2) in told
    last = results[0].forecast("partners_new").iloc[-1]  # counts: whole ends, as in tables and sentences
    told = " ".join(text.get_text() for text in shown[1].texts)
    assert words.interval(*(words.number(last[end], 0) for end in ("q05", "q95"))) in told
    bars = pictures.outlook(["A", "B"], [0.9, 0.05]).figure.axes[1]
    assert [patch.get_width() for patch in bars.patches] == [0.9, 0.05]
    assert [words.share(share) in text.get_text() for share, text in zip((0.9, 0.05), bars.texts, strict=True)]
    heading = next(filter(None, map(bars.get_title, ("left", "center", "right"))))
    assert " " in heading.rpartition("\n")[2]  # no year is left alone


def test_what_to_do_comes_first_where_it_was_asked(results, undrawn) -> None:
    from tests.report import decisions

    content = content_of(Subject(results[:1], ENGLISH, decision=decisions.decision()))
    assert content.lead == 2
    assert content_of(Subject(results[:1], ENGLISH)).lead == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_difference_says_over_how_many_pairs_it_is(results, language) -> None:
    words = Words(language)
    fewer = folders.result(replicates=3, fragmentation=0.4, title="Another world", contrasts=())
    subject = Subject([results[0], fewer], words)
    tables = {table.key: table for table in scenarios(subject).tables}
    for key in ("scenarios_by_metric", "differences"):
        assert (tables[key].heads[1], tables[key].rows[-1][1]) == (words("pairs"), "3")
    row = next(row for row in levers(subject.results).to_dict("records") if row["kind"] == "scenario")
    counted = words.plural("{count} pair of replicates", "{count} pairs of replicates", 3)
    assert counted in plain(lever_sentence(subject, row))
