"""Pages that advise: sentences from the tables, only what was given, names escaped, one page of brief."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from markupsafe import Markup

from simulation.display.words.language import ENGLISH, Words
from simulation.errors import InputError
from simulation.report import choice
from simulation.report.answer import Subject
from simulation.report.brief import blocks
from simulation.report.brief import render as render_brief
from simulation.report.decision import Advised, Decision, open_decision
from simulation.report.page import content_of_advice, page_of
from simulation.report.parts import Teller
from simulation.report.write import report
from tests.report import decisions
from tests.report.pages import Page, render

LANGUAGES = ("en", "fr", "ar")
SECTIONS = ["opportunities", "strategies", "advice-limits"]


def told(decision: Decision | None = None, words: Words = ENGLISH) -> Advised:
    return Advised(decision or decisions.decision(), words, Teller(words))


def plain(text: Markup | None) -> str:
    assert text is not None
    return re.sub(r"<[^>]+>", "", text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


# --- sentences


def test_the_advice_is_the_chosen_strategy_and_the_first_new_partner_with_a_word_for_each_chance() -> None:
    strategy, partner = map(plain, choice.advice(told()))
    assert strategy == (
        "Of 2 strategies, “As recorded” does best by the criterion “kept commitments”: over 40 futures it falls short "
        "of the best one for each future by 0 on average, in nine of ten by 0 at most. It is likely (70\u00a0%) that "
        f"no other does better. Not to be told from it: “One camp, {decisions.EVIL}”."
    )
    assert partner == (
        "First of the new partners comes Senegal: a yes to one offer is about as likely as not (60\u00a0%). Signed, "
        "the deal adds 0.9 to the commitments kept by Q4 2029 (90\u00a0% interval 0.8–1.0), for a "
        f"price of 0.25 times the budget of a quarter. Partners that cannot be told from it: {decisions.EVIL}. After "
        "them: the Global Partnership on AI."
    )


@pytest.mark.parametrize(("language", "told_as"), [
    ("en", "fall by 0.33 (the same in all 8 pairs of replicates)."),
    ("fr", "diminueraient de 0,33 (la même dans les 8 paires de réplications)."),
    ("ar", "القيمة نفسها في 8 أزواج من التكرارات"),
])  # fmt: skip
def test_an_interval_without_width_is_no_interval_in_a_sentence(language, told_as) -> None:
    table = decisions.portfolio()
    table.loc[0, ["loss_commitments", "q05", "q95"]] = 0.333
    advised = told(Decision(decisions.opportunities(portfolio=table)), Words(language))
    assert told_as.replace(" ", "") in re.sub("[\\s\u200e\u200f]", "", plain(choice.loss_sentence(advised)))


def test_a_loss_that_is_not_told_from_nothing_is_called_uncertain() -> None:
    table = decisions.portfolio()
    assert "zero" not in plain(choice.loss_sentence(told()))
    table.loc[0, ["loss_commitments", "q05", "q95"]] = (0.33, -1.8, 2.4)
    text = plain(choice.loss_sentence(told(Decision(decisions.opportunities(portfolio=table)))))
    assert text.endswith("interval −1.8\u202f–\u202f2.4). The interval holds zero: this loss is not certain.")


def test_after_the_first_only_those_are_named_whose_worth_is_told_from_nothing() -> None:
    table = decisions.candidates()
    small = {"tx": (4.5e-6, 0.9e-6, 8.2e-6), "AU": (0.1, -0.05, 0.25)}
    for partner, values in small.items():
        table.loc[table["partner"] == partner, ["gain_commitments", "q05", "q95"]] = values
    asked = decisions.opportunities(opportunities=table)
    assert "After them" not in plain(choice.partner_sentence(told(Decision(asked))))
    asked = decisions.opportunities()
    asked.info["criterion"] = "gain_coverage"  # which has no interval
    assert "After them" not in plain(choice.partner_sentence(told(Decision(asked))))


def test_what_is_at_stake_and_what_would_change_the_advice() -> None:
    advised = told()
    assert plain(choice.loss_sentence(advised)).startswith("Of the partners it holds, France would be missed most")
    assert "rivalry between the leaders above 0.62" in plain(choice.failure_sentence(advised))
    changed = plain(choice.change_sentence(advised))
    assert changed.startswith("To find out first: rivalry between the leaders. Knowing it before choosing is worth 0.4")
    assert changed.endswith(f"where it is high, “One camp, {decisions.EVIL}” does.")
    nothing = told(Decision(advice=decisions.advice(information=decisions.information(worth=0.0))))
    assert plain(choice.change_sentence(nothing)) == (
        "Of the numbers that differ between futures, none was shown to change the choice, if it were known, by more "
        "than chance would."
    )
    (_, table), (_, empty) = (
        [table for table in choice.sections(one)[-2].tables if table.key in ("failures", "information")]
        for one in (advised, nothing)
    )
    assert [[row[0] for row in table.rows], table.note] == [["rivalry between the leaders"], "1 more is in the file."]
    assert (list(empty.rows), empty.note, len(empty.frame)) == ([], "", 2)  # the file has them, the page one sentence
    assert empty.caption.endswith("no number was shown to be worth knowing before choosing. The file has all of them.")
    unruled = told(Decision(advice=decisions.advice(failures=decisions.failures().tail(1))))
    assert plain(choice.failure_sentence(unruled)) == "No rule of two conditions tells where “As recorded” fails."


def test_where_nothing_was_found_it_says_so() -> None:
    nobody = {"opportunities": decisions.candidates(0).head(0), "portfolio": decisions.portfolio().head(0)}
    none = decisions.opportunities(**nobody)
    advised = told(Decision(none, None))
    assert choice.advice(advised) == []
    section, _ = choice.sections(advised)
    assert plain(section.paragraphs[0]).startswith("No partner, text or bloc was found")
    assert (section.charts, section.tables) == ([], [])


def test_every_number_of_a_sentence_is_kept() -> None:
    advised = told()
    page = Page("".join(map(str, choice.advice(advised))))
    kept = {f"{row['value']:.8g}" for row in advised.teller.rows}
    assert {number["value"] for number in page.all("data")} <= kept
    assert {row["from"] for row in advised.teller.rows} == {"strategies.csv", "opportunities.csv"}


# --- tables


def test_new_partners_come_before_held_ones_and_the_rest_is_in_the_file() -> None:
    section = choice.sections(told())[0]
    table = section.tables[0]
    assert [row[1] for row in table.rows] == ["1", "2", "4", "5", "3"]
    told_as = ["state (new)", "firm (new)", "text to join (new)", "agenda of a bloc (new)", "state (held)"]
    assert [row[2] for row in table.rows] == told_as
    assert len(table.frame) == 6
    assert table.note.startswith("1 more candidate was screened")


@pytest.mark.parametrize(
    ("ends", "shown"), [((-2e-5, 8e-5), "0"), ((0.3492, 0.3508), "0.35 (8 pairs of replicates)"),
                        ((0.2, 0.5), "0.35 (0.20–0.50)")]
)  # fmt: skip
def test_an_interval_without_width_is_told_as_so_many_pairs_and_nothing_as_nothing(ends, shown) -> None:
    table = decisions.candidates()
    table.loc[:, ["gain_commitments", "q05", "q95"]] = (sum(ends) / 2, *ends)
    sections = choice.sections(told(Decision(decisions.opportunities(opportunities=table))))
    rows = next(t for section in sections for t in section.tables if t.key == "opportunities").rows
    assert {row[5] for row in rows} == {shown}


def test_strategies_stand_against_objectives_the_least_regret_first() -> None:
    table = choice.sections(told())[1].tables[0]
    assert [row[0] for row in table.rows] == ["As recorded", f"One camp, {decisions.EVIL}",
                                              "As recorded, on half the budget (control)"]  # fmt: skip
    assert table.note.startswith("Controls have another budget or number of approaches")
    some = decisions.strategies(2)  # none of them a control
    assert choice.sections(told(Decision(advice=decisions.advice(strategies=some))))[0].tables[0].note == ""
    assert table.heads[1] == "kept commitments"
    assert table.rows[1][1] == "11.0 (8.0; 0.8)"


# --- pages


@pytest.mark.usefixtures("undrawn")
def test_the_sections_appear_only_where_they_were_asked_for(results) -> None:
    def found(decision: Decision | None) -> list[str]:
        page = Page(render(results[:1], ENGLISH, decision=decision))
        return [name for name in (str(one["id"]) for one in page.all("section")) if name in SECTIONS]

    assert found(None) == []
    assert found(Decision(decisions.opportunities())) == ["opportunities", "advice-limits"]
    assert found(Decision(advice=decisions.advice())) == ["strategies", "advice-limits"]
    assert found(decisions.decision()) == SECTIONS


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_without_a_run_is_whole_and_escaped(language) -> None:
    text = page_of(content_of_advice(decisions.decision(), Words(language)))
    page = Page(text)
    assert not page.open
    assert "<script" not in text
    assert [str(one["id"]) for one in page.all("section")][1:4] == SECTIONS
    assert len(page.all("svg")) >= 4
    files = page.files()
    assert {"opportunities", "portfolio", "strategies", "failures", "information", "answer"} <= set(files)
    assert files["opportunities"][1]["name"] == decisions.EVIL
    told_in = [row["value"] for row in files["answer"]]
    assert all(number["value"] in told_in for number in page.all("data"))


def test_failed_runs_are_told_before_the_first_number() -> None:
    failed = decisions.opportunities()
    failed = type(failed)({**failed.info, "failures": [{"point": "x"}]}, failed.scenario_text, failed.tables)
    text = page_of(content_of_advice(Decision(failed), ENGLISH))
    assert text.index("1 run of the opportunities and the advice failed") < text.index("<data ")


# --- the brief


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_brief_with_advice_is_one_page_with_a_picture(results, language) -> None:
    words = Words(language)
    assert render_brief(Subject(results[:1], words, decision=decisions.decision())).startswith(b"%PDF")
    found = blocks(Subject(results[:1], words, decision=decisions.decision()))
    assert [len(block.lines) for block in found] == [2, 3, 2, 2]


# --- folders


def test_folders_are_told_apart_by_their_files(results, folder, tmp_path) -> None:
    whom = decisions.opportunities().save(tmp_path / "whom")
    which = decisions.advice().save(tmp_path / "which")
    found = open_decision([which, whom], "MAR")
    assert (found.opportunities is None, found.advice is None) == (False, False)
    pd.testing.assert_frame_equal(found.table("information"), decisions.information())
    beside = report([folder, whom, which]).read_text()
    assert beside.index("With whom next") < beside.index("Deals, partners and tracks")
    alone = report([whom], out=tmp_path / "alone.html").read_text()
    assert "Which strategy" not in alone
    with pytest.raises(InputError, match="needs the folder of a run"):
        report([whom], form="brief")


def test_what_does_not_belong_together_is_refused(tmp_path) -> None:
    whom = decisions.opportunities().save(tmp_path / "whom")
    with pytest.raises(InputError, match="the focal state is MAR, that of the first folder SEN"):
        open_decision([whom], "SEN")
    with pytest.raises(InputError, match="is a second folder of `wifaq opportunities`"):
        open_decision([whom, whom], "MAR")
    (whom / "portfolio.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"portfolio\.csv: column partner is missing"):
        open_decision([whom], "MAR")


def test_a_price_that_is_not_told_is_a_dash() -> None:
    table = decisions.candidates(0).assign(price=np.nan)
    advised = told(Decision(decisions.opportunities(opportunities=table)))
    assert "–" in [text.get_text() for text in advised.pictures.opportunities().texts]
