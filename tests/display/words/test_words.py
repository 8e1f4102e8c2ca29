"""Languages: nothing is left untranslated, numbers and dates are as their readers write them."""

from __future__ import annotations

import re
import string

import numpy as np
import pytest
from babel.messages.pofile import read_po

from simulation.analysis.contrasts import without
from simulation.analysis.summary import BAND_LABEL, POSTERIOR_LABEL
from simulation.display.words import catalogue, terms
from simulation.display.words.language import ENGLISH, FOLDER, Words
from simulation.errors import InputError
from simulation.outcomes.metrics import METRICS
from simulation.report import sections
from simulation.scenario.load import load_scenario
from simulation.state import CAMPS, DOMAINS, KINDS, TRACKS

TRANSLATED = ("fr", "ar")
ARABIC = re.compile(r"[\u0600-\u06ff]")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_and_none_is_stale(language: str) -> None:
    found = catalogue.read(language)
    known = {message.id for message in found if message.id}
    assert known == set(catalogue.messages())
    for message in found:
        if message.id:
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(texts), message.id
            assert not message.fuzzy


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_the_places_of_their_messages(language: str) -> None:
    for message in catalogue.read(language):
        if not message.id:
            continue
        if isinstance(message.id, tuple):
            _one, many = message.id
            assert all(places(text) <= places(many) for text in message.string), message.id
            assert places(message.string[-1]) == places(many)
        else:
            assert places(message.string) == places(message.id), message.id


def test_arabic_is_written_in_arabic() -> None:
    worded = (m for m in catalogue.read("ar") if m.id and re.search("[A-Za-z]", re.sub(r"{.*?}", "", str(m.id))))
    assert [m.id for m in worded if not ARABIC.search("".join(m.string))] == []


def test_files_are_as_the_catalogue_writes_them(tmp_path, monkeypatch) -> None:
    for language in TRANSLATED:
        before = (FOLDER / f"{language}.po").read_bytes()
        found = catalogue.updated(language)
        monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
        catalogue.write(found, language)
        monkeypatch.undo()
        assert (tmp_path / f"{language}.po").read_bytes() == before
        with (tmp_path / f"{language}.po").open("rb") as source:
            assert read_po(source, locale=language)


def test_terms_cover_the_model() -> None:
    assert set(terms.TRACK) == set(TRACKS)
    assert set(terms.KIND) == set(KINDS)
    assert set(terms.CAMP) == {*CAMPS, "none"}
    assert set(terms.DOMAIN) == set(DOMAINS)
    assert set(terms.METRIC) <= set(METRICS)
    assert {*sections.INDICES, *sections.COUNTS, *sections.PRICE} <= set(terms.METRIC)
    assert {METRICS[name].unit for name in ("cooperation", "deals", "instruments_joined")} <= set(terms.UNIT)
    assert terms.BANDS == BAND_LABEL
    assert terms.DRAWN_BANDS == POSTERIOR_LABEL
    plain = load_scenario("scenarios/baseline.yaml")
    split = load_scenario(plain, overrides={"fragmentation": 0.2, "mechanisms.rivalry": "off"})
    told = {without(scenario, what).statement for scenario in (plain, split) for what in ("fragmentation", "rivalry")}
    assert told == set(terms.STATEMENT)


@pytest.mark.parametrize(
    ("probability", "word"),
    [(1, "very likely"), (0.9, "very likely"), (0.89, "likely"), (0.66, "likely"), (0.5, "about as likely as not"),
     (0.32, "unlikely"), (0.1, "unlikely"), (0.09, "very unlikely"), (0, "very unlikely")],
)  # fmt: skip
def test_words_for_probabilities(probability: float, word: str) -> None:
    assert terms.likelihood(probability) == word


def test_a_probability_is_one() -> None:
    with pytest.raises(ValueError, match="no probability"):
        terms.likelihood(1.01)


def test_numbers_dates_and_names_by_language() -> None:
    french, arabic = Words("fr"), Words("ar")
    assert ENGLISH.number(1234.5, 1) == "1,234.5"
    assert french.number(0.734, 2) == "0,73"
    assert french.share(0.5) == "50\u00a0%"
    assert arabic.number(0.734, 2) == "0,73"  # Western digits, as in Morocco
    assert arabic.date("2024-08-31") == "31 غشت 2024"  # August as in Morocco
    assert arabic.quarter("2035Q4") == "الربع الرابع 2035"
    assert french.quarter("2035Q4") == "T4 2035"
    assert french.date("2024-12-31") == "31 décembre 2024"
    assert arabic.actor("MAR", "Morocco") == "المغرب"
    assert french.actor("EU", "European Union") == "Union européenne"
    assert french.actor("huawei", "Huawei") == "Huawei"
    assert ENGLISH.actor("CIV", "Côte d'Ivoire") == "Côte d'Ivoire"


def test_a_number_is_rounded_alike_wherever_it_comes_from() -> None:
    for value in (13.95, 15.35, 0.05, 10.95):
        assert ENGLISH.number(np.float64(value), 1) == ENGLISH.number(value, 1) == f"{value:.1f}"
        assert ENGLISH.signed(np.float64(value), 1) == f"+{value:.1f}"


def test_signs_and_shares_do_not_mislead() -> None:
    assert ENGLISH.signed(-0.0004, 3) == "0.000"
    assert ENGLISH.signed(0.02, 2) == "+0.02"
    assert Words("ar").signed(-0.02, 2) == "\u200e-0,02"  # the sign stays in front of its number
    assert [ENGLISH.share(value) for value in (0, 0.001, 0.5, 0.999, 1)] == ["0%", "1%", "50%", "99%", "100%"]


def test_arabic_plurals() -> None:
    arabic = Words("ar")
    told = [arabic.plural("{count} replicate.", "{count} replicates.", n) for n in (1, 2, 3, 10, 11, 40, 100, 103)]
    assert told == [
        "تكرار واحد.", "تكراران.", "3 تكرارات.", "10 تكرارات.", "11 تكرارا.", "40 تكرارا.", "100 تكرار.",
        "103 تكرارات.",
    ]  # fmt: skip


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(InputError, match=r"--lang: 'de' is no language of reports; allowed: en, fr, ar"):
        Words("de")
