"""Languages: nothing is left untranslated, numbers and dates are as their readers write them."""

from __future__ import annotations

import re
import string

import numpy as np
import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from simulation.data.tables import table
from simulation.display.words import catalogue, terms
from simulation.display.words.glossary import GLOSSARY
from simulation.display.words.language import ENGLISH, FOLDER, Words
from simulation.display.words.rounding import decimal, percent, rounded, signed
from simulation.errors import InputError
from simulation.experiments.analysis.contrasts import without
from simulation.experiments.analysis.summary import BAND_LABEL, PRIOR_LABEL
from simulation.experiments.prior import free_parameters
from simulation.experiments.sweeps.futures import uncertainties
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


def test_a_percent_sign_of_arabic_stays_right_of_its_number() -> None:
    """It stands between marks, as those of numbers do (Words.share)."""
    told = {m.id: "".join(m.string) for m in catalogue.read("ar") if m.id}
    assert [text for text in told.values() if re.search(r"\d[\s\u00a0]*%", text)] == []


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


@pytest.mark.parametrize(("language", "place"), [("fr", 0), ("ar", 1)])
@pytest.mark.parametrize("term", GLOSSARY)
def test_a_concept_has_one_word(term: str, language: str, place: int) -> None:
    names, stem = set(catalogue.proper_names()), GLOSSARY[term][place]
    found = 0
    for message in catalogue.read(language):
        plain = message.id[0] if isinstance(message.id, tuple) else message.id
        if plain in names or not re.search(rf"\b({term})\b", re.sub(r"\{.*?\}|--\S+", "", plain), re.IGNORECASE):
            continue
        found += 1
        for text in message.string if isinstance(message.string, tuple) else (message.string,):
            assert re.search(stem, re.sub(r"\{.*?\}", "", text), re.IGNORECASE), (plain, text)
    assert found, "a term that no message has"


@pytest.mark.parametrize("language", TRANSLATED)
def test_organisations_have_their_names_in_the_language(language: str) -> None:
    words = Words(language)
    expected = {
        "unesco": ("UNESCO", "اليونسكو"), "itu": ("UIT", "الاتحاد الدولي للاتصالات"), "undp": ("PNUD", None),
        "coe": ("Conseil de l’Europe", "مجلس أوروبا"),
    }  # fmt: skip
    names = {row["id"]: row["name"] for row in table("nonstate")}
    for actor, told in expected.items():
        name = told[TRANSLATED.index(language)]
        assert name is None or words.actor(actor, names[actor]) == name
    forum = ("Forum économique mondial", "المنتدى الاقتصادي العالمي")[TRANSLATED.index(language)]
    assert words.actor("world_economic_forum", names["world_economic_forum"]) == forum
    kinds = [row["name"] for row in table("nonstate") if row["kind"] == "influencer"]  # no proper names: what they do
    assert [name for name in kinds if words.known(name) == name] == []
    assert words.actor("ibm", names["ibm"]) == "IBM"
    blocs = {row["id"]: words.known(row["name"]) for row in table("blocs")}
    wanted = {"AU": ("Union africaine", "الاتحاد الإفريقي"), "G7": (None, "مجموعة السبع"),
              "OIC": ("Organisation de la coopération islamique", "منظمة التعاون الإسلامي"),
              "AMU": ("Union du Maghreb arabe", "اتحاد المغرب العربي")}  # fmt: skip
    for bloc, told in wanted.items():
        name = told[TRANSLATED.index(language)]
        assert name is None or blocs[bloc] == name


@pytest.mark.parametrize(
    ("actor", "within"),
    [("MAR", "le Maroc"), ("FRA", "la France"), ("USA", "les États-Unis"), ("EGY", "l’Égypte"), ("SGP", "Singapour"),
     ("MEX", "le Mexique"), ("CIV", "la Côte d’Ivoire"), ("EU", "l’Union européenne"), ("COM", "les Comores"),
     ("SLE", "la Sierra Leone"), ("YEM", "le Yémen"), ("unesco", "unesco")],
)  # fmt: skip
def test_french_names_of_states_have_their_article_in_a_sentence(actor: str, within: str) -> None:
    french = Words("fr")
    assert french.within(actor, french.actor(actor, actor)) == within
    assert ENGLISH.within(actor, "Morocco") == Words("ar").within(actor, "Morocco") == "Morocco"


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("la part de <bdi>le Maroc</bdi>", "la part du <bdi>Maroc</bdi>"),
        ("de les États-Unis à les Comores, à le Mexique", "des États-Unis aux Comores, au Mexique"),
        ("de la France, de l’Égypte et de Oman", "de la France, de l’Égypte et d’Oman"),
        ("le nombre de accords", "le nombre d’accords"),
        ("afin de le faire", "afin de le faire"),  # no name follows
        ("Vrai ? « Oui » : 5 %", "Vrai\u00a0? «\u00a0Oui\u00a0»\u00a0: 5\u00a0%"),
    ],
)  # fmt: skip
def test_french_is_printed_as_grammar_has_it(written: str, printed: str) -> None:
    assert Words("fr").typeset(written) == printed


def test_a_french_sentence_begins_with_a_capital_and_organisations_have_an_article() -> None:
    french = Words("fr")
    assert french("{third} joins the two.", third="le Maroc").startswith("Le Maroc ")
    told = [french.within("x", name) for name in ("Banque mondiale", "OCDE", "PNUD", "Nations unies (ODET)", "Huawei")]
    assert told == ["la Banque mondiale", "l’OCDE", "le PNUD", "les Nations unies (ODET)", "Huawei"]
    voices = {row["id"]: french.known(row["name"]) for row in table("nonstate") if row["kind"] == "influencer"}
    assert french.within("inf_youth", "Voix du mouvement des jeunes") == "la Voix du mouvement des jeunes"
    assert {french.within(one, name).removesuffix(name) for one, name in voices.items()} == {"le ", "la ", "l’"}
    texts = [french.known(row["title"]) for row in table("instruments")]
    bare = {text.split()[0] for text in texts if french.within("x", text) == text}
    assert bare == {"AGNU"}  # a number of a resolution


def test_english_names_that_need_an_article_have_it_in_a_sentence() -> None:
    states = {row["name"] for row in table("states") if ENGLISH.within(row["iso3"], row["name"]) != row["name"]}
    assert states == {
        "Bahamas", "Central African Republic", "Comoros", "Congo Republic", "Dominican Republic", "Gambia", "Maldives",
        "Marshall Islands", "Netherlands", "Philippines", "Seychelles", "Solomon Islands", "United Arab Emirates",
        "United Kingdom", "United States",
    }  # fmt: skip
    with_article = {"European Union", "African Union Commission (with AUDA-NEPAD)", "World Bank", "Council of Europe",
                    "OECD (OECD.AI, GPAI secretariat)", "ITU", "Centre for the Governance of AI"}  # fmt: skip
    assert {name for name in with_article if ENGLISH.within("x", name) != f"the {name}"} == set()
    bare = {"UNESCO", "Smart Africa", "OCP Group", "Al Akhawayn University", "EIDIA, Euromed University of Fes"}
    assert {name for name in bare if ENGLISH.within("x", name) != name} == set()
    archetypes = [row for row in table("nonstate") if row["kind"] == "influencer"]  # what they do is no name
    assert archetypes
    assert all(ENGLISH.within(row["id"], row["name"]).startswith("the ") for row in archetypes)


def test_an_article_that_begins_an_english_sentence_has_a_capital_and_no_other_name_does() -> None:
    joins = "{actor} joins: {partner}."
    assert ENGLISH(joins, actor="the European Union", partner="x").startswith("The European Union joins")
    assert ENGLISH.typeset("<bdi>the ITU</bdi> joins.", sentence=True) == "<bdi>The ITU</bdi> joins."
    assert ENGLISH(joins, actor="xAI (with X)", partner="x").startswith("xAI")
    assert ENGLISH("No deal with {partner}.", partner="the ITU") == "No deal with the ITU."


def test_everything_that_differs_between_futures_has_a_name() -> None:
    known = [*uncertainties(load_scenario("scenarios/baseline.yaml")), *free_parameters()]
    assert [entry.name for entry in known if terms.uncertainty(entry.name, Words("ar")).isascii()] == []


def test_terms_cover_the_model() -> None:
    assert set(terms.TRACK) == set(TRACKS)
    assert set(terms.KIND) == set(KINDS)
    assert set(terms.CAMP) == {*CAMPS, "none"}
    assert set(terms.REGION) == {row["continent"] for row in table("states")} | {""}
    assert set(terms.DOMAIN) == set(DOMAINS)
    assert set(terms.METRIC) <= set(METRICS)
    assert {*sections.INDICES, *sections.COUNTS, *sections.PRICE} <= set(terms.METRIC)
    assert {METRICS[name].unit for name in ("cooperation", "deals", "instruments_joined")} <= set(terms.UNIT)
    assert terms.BANDS == BAND_LABEL
    assert terms.DRAWN_BANDS == PRIOR_LABEL
    plain = load_scenario("scenarios/baseline.yaml")
    split = load_scenario(plain, overrides={"fragmentation": 0.2, "parameters.rivalry": 0})
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
    for value, shown in ((13.95, "14.0"), (15.35, "15.4"), (0.05, "0.1"), (10.94, "10.9"), (2.675, "2.7")):
        assert ENGLISH.number(np.float64(value), 1) == ENGLISH.number(value, 1) == decimal(value, 1) == shown
        assert ENGLISH.signed(np.float64(value), 1) == signed(value, 1) == f"+{shown}"
        assert Words("fr").number(value, 1) == shown.replace(".", ",")


@given(value=st.floats(-1e6, 1e6), digits=st.integers(0, 3))
def test_text_charts_and_languages_round_alike(value: float, digits: int) -> None:
    near = rounded(value, digits)
    assert abs(float(near) - value) <= 0.5 * 10.0**-digits + 1e-9
    assert ENGLISH.number(value, digits).replace(",", "").replace("\u2212", "-") == decimal(value, digits)
    assert ENGLISH.signed(value, digits).replace(",", "").replace("\u2212", "-") == signed(value, digits)
    assert rounded(-value, digits) == -near  # halves away from zero, on both sides


@given(share=st.floats(0, 1))
def test_a_share_is_whole_only_where_it_is(share: float) -> None:
    assert (percent(share) == 100) == (share == 1)
    assert (percent(share) == 0) == (share == 0)
    assert ENGLISH.share(share) == f"{percent(share)}\u00a0%"


def test_signs_and_shares_do_not_mislead() -> None:
    assert ENGLISH.signed(-0.0004, 3) == "0.000"
    assert ENGLISH.signed(0.02, 2) == "+0.02"
    assert Words("ar").signed(-0.02, 2) == "\u200e\u22120,02"  # the sign stays in front of its number
    assert [ENGLISH.share(value) for value in (0, 0.001, 0.5, 0.999, 1)] == [f"{n}\u00a0%" for n in (0, 1, 50, 99, 100)]


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


def test_items_with_a_comma_are_listed_between_semicolons() -> None:
    assert ENGLISH.listing(["Chad", "Micronesia, Fed. Sts.", "{x}"]) == "Chad; Micronesia, Fed. Sts.; and {x}"
    assert ENGLISH.listing(["Chad", "Mali", "Oman"]) == "Chad, Mali, and Oman"
    assert Words("fr").listing(["A, b", "C", "D"]) == "A, b; C et D"
    assert ENGLISH.listing([]) == ""
