"""Numbers of sentences follow one rule, in every language and wherever they are written."""

from __future__ import annotations

import re

import pytest
from rich.console import Console

from simulation.display.words.language import ENGLISH, LANGUAGES, Words
from simulation.display.words.stated import Measure, decimals
from simulation.report import brief
from simulation.report.answer import Subject, forecast_sentences, lever_sentence
from simulation.report.decision import Decision
from simulation.report.findings import levers
from simulation.report.page import content_of
from simulation.report.terminal import print_results
from simulation.report.word import plain
from tests.report import decisions, folders

_MARKS = re.compile("[\u200e\u200f\u2068\u2069]")
_NUMBER = r"[+\u2212]?\d+[.,]\d+"  # a measured one: what lies from 0 to 1 is no interval of a forecast
_STRAY = {
    "a hyphen before a number, where a minus belongs": r"(?:^|[\s(])-\d",
    "an interval in words": rf"(?:\bbetween|\bentre|بين) {_NUMBER} (?:and|et|و) ?{_NUMBER}"
    rf"|\({_NUMBER} (?:to|à|إلى) {_NUMBER}\)",
    "an interval with a hyphen": r"\d-\d",
    "a sign of % that stands apart, or too near": r"\d%|\d %",
    "more than three decimals": r"\d[.,]\d{4,}",
}


@pytest.mark.parametrize(
    ("measure", "values", "expected"),
    [
        (Measure.COUNT, (11.0,), 0), (Measure.COUNT, (15.2,), 1), (Measure.COUNT, (4.0, 21.15), 0),
        (Measure.AMOUNT, (9.4,), 1), (Measure.AMOUNT, (0.36,), 2), (Measure.AMOUNT, (0.004,), 3),
        (Measure.AMOUNT, (0.0,), 0), (Measure.AMOUNT, (-0.01, 0.46), 2), (Measure.AMOUNT, (0.8, 2.6), 1),
        (Measure.INDEX, (0.4,), 2), (Measure.EFFECT, (-10.62,), 1),
    ],
)  # fmt: skip
def test_decimals_by_measure(measure: Measure, values: tuple[float, ...], expected: int) -> None:
    assert decimals(measure, *values) == expected


def test_an_interval_has_a_dash_and_the_lower_end_on_the_left() -> None:
    assert ENGLISH.interval("5.7", "18.1") == "5.7–18.1"
    french, arabic = Words("fr"), Words("ar")
    assert french.interval(french.signed(-15.8, 1), french.signed(-5.4, 1)) == "−15,8\u202f–\u202f−5,4"
    assert arabic.interval(arabic.signed(-0.5, 1), "2") == "\u200e−0,5\u202f–\u202f2"  # one mark before all of it
    assert [words.percent(-10.62) for words in (ENGLISH, french, arabic)] == [
        "−10.6\u00a0%", "−10,6\u00a0%", "\u200e−10,6\u200e%\u200e",
    ]  # fmt: skip


def sentences(results: list, words: Words) -> list[str]:
    """Every sentence of report, file of Word and brief, as it is read."""
    decision = Decision(decisions.opportunities(), decisions.advice())
    spread = folders.spread(results[0])
    content = content_of(Subject(results, words, spread, decision=decision))
    told = [*content.facts, *content.notes, content.shown]
    for section in (content.answer, *content.sections):
        told += map(plain, section.paragraphs)
        told += [plain(f"{figure.value} {figure.band}") for figure in section.figures]
        told += [chart.alternative for chart in section.charts]
        told += [table.caption for table in section.tables]
    for asked in (None, decision):
        subject = Subject(results, words, spread, decision=asked)
        told += [plain(line.text) for block in brief.blocks(subject) for line in block.lines]
    return told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", _STRAY)
def test_no_sentence_has_a_stray_form(results, undrawn, language: str, fault: str) -> None:
    # in Arabic the sign of per cent stands beside its number, between marks of direction
    pattern = r"\d %" if language == "ar" and "%" in fault else _STRAY[fault]
    told = [_MARKS.sub("", text) for text in sentences(results, Words(language))]
    assert [text for text in told if re.search(pattern, text)] == []


def test_a_level_is_named_once_a_sentence(results, undrawn) -> None:
    for text in sentences(results, ENGLISH):
        for sentence in text.split(". "):
            assert sentence.count("90\u00a0%") <= 1, sentence


def test_sentences_of_the_terminal_follow_it(results) -> None:
    console = Console(width=200, record=True)
    print_results(results[0], console)
    lines = [line for line in console.export_text().splitlines() if line.startswith(("·", "Rank", "Its deals"))]
    assert lines
    for fault in ("a hyphen before a number, where a minus belongs", "an interval in words"):
        assert [line for line in lines if re.search(_STRAY[fault], line)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sign_of_per_cent_runs_with_its_number(results, language: str) -> None:
    subject = Subject(results, Words(language))
    told = [lever_sentence(subject, row) for row in levers(results).to_dict("records")]
    text = " ".join([*told, *forecast_sentences(subject)])
    assert 'data-table="answer" dir="ltr">\u200e−' in text or language != "ar"  # one below zero is among them
    assert re.search(r"%[^<]*</data></span>", text)  # at an interval once, after it
    # beside an element of its own direction, a sign of an Arabic line would stand on the other side
    assert not re.search(r"</(?:data|span)>[\s\u00a0\u200e]*%", text)
