"""States as people write them: four languages, codes, short forms; what is no member is told as that."""

import pytest
from babel import Locale

from simulation.data import country_names
from simulation.data.actor_advice import nearest, unknown_actor
from simulation.data.country_names import LANGUAGES, known_names, meaning, refusal, resolve, titles
from simulation.data.tables import table

STATES = [row["iso3"] for row in table("states")]


@pytest.mark.parametrize(("written", "id"), [
    ("Maroc", "MAR"), ("Sénégal", "SEN"), ("المغرب", "MAR"), ("فرنسا", "FRA"), ("Marruecos", "MAR"),
    ("España", "ESP"), ("Türkiye", "TUR"), ("Turkey", "TUR"), ("Côte d'Ivoire", "CIV"), ("Côte d’Ivoire", "CIV"),
    ("Cote dIvoire", "CIV"), ("Ivory Coast", "CIV"), ("Korea, Rep.", "KOR"), ("Republic of Korea", "KOR"),
    ("Korea (Republic of)", "KOR"), ("Korea, Dem. People's Rep.", "PRK"), ("UK", "GBR"), ("U.K.", "GBR"),
    ("Great Britain", "GBR"), ("USA", "USA"), ("U.S.", "USA"), ("EE.UU.", "USA"), ("Etats-Unis", "USA"),
    ("Russia", "RUS"), ("Russian Federation", "RUS"), ("Iran (Islamic Republic of)", "IRN"), ("Viet Nam", "VNM"),
    ("Bolivia (Plurinational State of)", "BOL"), ("Congo, Dem. Rep.", "COD"), ("RDC", "COD"), ("Congo", "COG"),
    ("St. Kitts & Nevis", "KNA"), ("Micronesia, Fed. Sts.", "FSM"), ("The Gambia", "GMB"), ("Gambia, The", "GMB"),
    ("Czech Republic", "CZE"), ("Burma", "MMR"), ("Swaziland", "SWZ"), ("Cape Verde", "CPV"), ("Holland", "NLD"),
    ("Guinea", "GIN"), ("Niger", "NER"), ("Dominica", "DMA"), ("Dominican Republic", "DOM"), ("South Sudan", "SSD"),
    ("People's Republic of China", "CHN"), ("الإمارات", "ARE"), ("UAE", "ARE"), ("KSA", "SAU"), ("السعودية", "SAU"),
    ("NA", "NAM"), ("NAM", "NAM"), ("ma", "MAR"), ("mar", "MAR"), ("NO", "NOR"), ("EU", "EU"), ("UE", "EU"),
    ("European Union", "EU"), ("الاتحاد الأوروبي", "EU"), (" MOROCCO ", "MAR"), ("Royaume du Maroc", "MAR"),
])  # fmt: skip
def test_a_name_is_its_state(written, id):
    assert resolve(written) == id


def test_every_name_of_the_cldr_and_every_code_is_its_state():
    two_of = {three: two for two, three in country_names._iso_two().items() if two not in ("UK", "EL")}
    for code in STATES:
        assert resolve(code) == code
        assert resolve(code.lower()) == code
        assert resolve(titles()[code]) == code
        assert two_of[code] == "AU" or resolve(two_of[code]) == code
        for language in LANGUAGES:
            assert resolve(str(Locale(language).territories[two_of[code]])) == code


def test_ids_of_organisations_stay_what_they_are():
    for row in table("nonstate"):
        assert resolve(row["id"]) == row["id"]
        assert not meaning(row["id"]).ids  # none is a name or a code of a state in other letters


@pytest.mark.parametrize("word", ["all", "none", "focal", "states", "region", "camp", "free", "recorded", "system"])
def test_words_of_a_scenario_are_no_names(word):
    assert resolve(word) == word
    assert meaning(word).ids == ()


@pytest.mark.parametrize(("written", "title"), [
    ("TWN", "Taiwan"), ("tw", "Taiwan"), ("Taïwan", "Taiwan"), ("Chinese Taipei", "Taiwan"), ("تايوان", "Taiwan"),
    ("PSE", "Palestine"), ("PS", "Palestine"), ("State of Palestine", "Palestine"), ("فلسطين", "Palestine"),
    ("Kosovo", "Kosovo"), ("XKX", "Kosovo"), ("XK", "Kosovo"), ("VAT", "Vatican City"), ("Holy See", "Vatican City"),
    ("Saint-Siège", "Vatican City"), ("HKG", "Hong Kong"), ("Hong Kong", "Hong Kong"), ("MO", "Macao"),
    ("ESH", "Western Sahara"), ("Sahara occidental", "Western Sahara"), ("England", "England"),
    ("Somaliland", "Somaliland"), ("Greenland", "Greenland"), ("Africa", "Africa"), ("URSS", "Soviet Union"),
])  # fmt: skip
def test_what_is_no_member_is_told_as_that(written, title):
    assert resolve(written) == written
    told = unknown_actor(written, STATES)
    assert f"{title} is no UN member state here; " in told
    assert "did you mean" not in told


def test_no_other_state_is_offered_for_a_known_name():
    for key, meant in known_names().items():
        if meant.other:
            assert nearest(key, tuple(STATES)) == ""
            assert "did you mean" not in unknown_actor(meant.other, STATES)


@pytest.mark.parametrize(("written", "told"), [
    ("Korea", "it may be KOR (South Korea) or PRK (North Korea); write the code"),
    ("AU", "it is the bloc African Union and the ISO code of Australia; for the state write AUS"),
])
def test_a_name_with_two_readings_is_none(written, told):
    assert resolve(written) == written
    assert refusal(written) == told


@pytest.mark.parametrize(("written", "id"), [
    ("Marocco", "MAR"), ("Allemange", "DEU"), ("MRA", "MAR"), ("Sengal", "SEN"), ("OpenAI", "openai"),
])  # fmt: skip
def test_a_misspelt_name_is_advised_never_taken(written, id):
    assert resolve(written) == written
    assert f"did you mean {id!r}" in unknown_actor(written, tuple(titles()))


def test_a_strange_word_gets_no_state():
    for written in ("xyzzy", "Taïwann", "Kosova", "q" * 5000, "Türkmenbaşı ve diğerleri"):
        told = unknown_actor(written, STATES)
        assert "did you mean" not in told
        assert len(told) < 120
