"""Names of states as people write them: English, French, Arabic, Spanish, ISO 3166 codes, common short forms.

One resolver for every place where a state is named: scenario files, tables, options, Python calls.
Names come from the Unicode CLDR (Babel) and ISO 3166 (pycountry); ``short_names.tsv`` adds what
both lack. A name is read where it means one member of the United Nations, or the EU, and nothing
else that Wifaq knows; it is never guessed from its spelling.
"""

from __future__ import annotations

import gettext
import re
import unicodedata
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType

from babel import Locale

from simulation.data.roster import UNION
from simulation.data.tables import table

LANGUAGES = ("en", "fr", "ar", "es")
SHORT_NAMES = Path(__file__).parent / "short_names.tsv"
"""Abbreviations, the forms of the World Bank and the United Nations, what is no member under which names."""
_WORDS = {"rep": "republic", "dem": "democratic", "fed": "federation", "st": "saint", "ste": "sainte", "is": "islands"}
_DROPPED = frozenset(
    ["the", "of", "and", "la", "le", "les", "los", "las", "el", "de", "du", "des", "del", "d", "l", "et", "y", "e", "و"]
)
_ALSO = {"UK": "GB", "EL": "GR"}  # codes of the EU for ISO's
_UNKNOWN_REGIONS = frozenset({"ZZ", "XA", "XB", "EZ", "QO", "UN"})
_CODE = re.compile(r"[A-Za-z]{2,3}")


@dataclass(frozen=True)
class Meaning:
    """What a name stands for.

    Attributes
    ----------
    ids
        Members of the United Nations, or the EU, in order: none, one, or several.
    other
        English name of what is no member, where it means no member.
    """

    ids: tuple[str, ...] = ()
    other: str = ""


@dataclass
class _Index:
    """Everything that a name or code may stand for, by its folded form."""

    members: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    others: dict[str, str] = field(default_factory=dict)

    def member(self, name: str, code: str) -> None:
        for key in _keys(name):
            self.members[key].add(code)

    def other(self, name: str, title: str) -> None:
        for key in _keys(name):
            self.others.setdefault(key, title)


def resolve(word: str, ids: Container[str] = ()) -> str:
    """The id of the state, or of the EU, that a word names; the word itself where it names none or is an id.

    Parameters
    ----------
    word
        As the user wrote it. Ids of organisations stay as they are.
    ids
        Further ids that stay as they are: those of a made-up world.
    """
    if word in ids or word in titles():
        return word
    result = meaning(word).ids
    return result[0] if len(result) == 1 else word


@lru_cache(maxsize=4096)
def meaning(word: str) -> Meaning:
    """What a name or code stands for, in any of :data:`LANGUAGES`; nothing if it is not known."""
    index, bare = _index(), word.strip().replace(".", "")
    if _CODE.fullmatch(bare):
        code = bare.upper()
        if code in _codes():
            return _codes()[code]
    for key in _keys(word):
        if key in index.members:
            return Meaning(tuple(sorted(index.members[key])))
    for key in _keys(word):
        if key in index.others:
            return Meaning(other=index.others[key])
    return Meaning()


def refusal(word: str) -> str:
    """Why a known name or code names no actor here, as a sentence; empty if it does, or is not known."""
    result, code = meaning(word), word.strip().upper()
    if result.other:
        return f"{result.other} is no UN member state here; only members, and the EU, are states of this world"
    if len(result.ids) > 1:
        text = " or ".join(f"{one} ({titles()[one]})" for one in result.ids)
        return f"it may be {text}; write the code"
    if not result.ids and code in _blocs() and code in _iso_two():
        state = _iso_two()[code]
        text = f"the bloc {_blocs()[code]} and the ISO code of {titles().get(state, state)}"
        return f"it is {text}; for the state write {state}"
    return ""


@cache
def titles() -> Mapping[str, str]:
    """English name of every actor of the full roster, by id: states, the EU, organisations."""
    named = {row["iso3"]: row["name"] for row in table("states")} | {UNION: "European Union"}
    return named | {row["id"]: row["name"] for row in table("nonstate")}


@cache
def known_names() -> Mapping[str, Meaning]:
    """Every folded name of more than three letters and what it stands for; for advice on misspelt ones."""
    index = _index()
    result = {key: Meaning(other=title) for key, title in index.others.items()}
    result |= {key: Meaning(tuple(sorted(codes))) for key, codes in index.members.items()}
    return {key: value for key, value in result.items() if len(key) > 3}


def folded(word: str) -> str:
    """A name without case, accents, articles, punctuation and blanks."""
    return "".join(_tokens(word))


def _tokens(word: str) -> list[str]:
    text = unicodedata.normalize("NFKD", word.casefold().replace("&", " and "))
    text = "".join(sign for sign in text if unicodedata.category(sign) not in ("Mn", "Cf") and sign != "ـ")
    text = text.replace("ة", "ه").replace("ى", "ي")
    text = re.sub(r"(?<=\b\w)\.", "", text)  # D.R. is DR
    parts = re.sub(r"[\W_]+", " ", text).split()
    parts = [_WORDS.get(part, part) for part in parts]
    parts = [part[2:] if part.startswith("ال") and len(part) > 4 else part for part in parts]
    return [part for part in parts if part not in _DROPPED] or parts


def _keys(word: str) -> tuple[str, ...]:
    """The folded name as written, then with its words in order, so that ``Korea, Rep.`` is ``Rep. Korea``."""
    tokens = _tokens(word)
    return tuple(dict.fromkeys(("".join(tokens), "".join(sorted(tokens))))) if tokens else ()


@cache
def _blocs() -> dict[str, str]:
    return {row["id"]: row["name"] for row in table("blocs")}


@cache
def _members() -> frozenset[str]:
    return frozenset(row["iso3"] for row in table("states"))


@cache
def _short_names() -> dict[str, list[str]]:
    """The rows of :data:`SHORT_NAMES`: what they stand for, and the names."""
    lines = SHORT_NAMES.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {stands_for: names.split(", ") for stands_for, names in rows[1:]}


@cache
def _iso() -> ModuleType:
    import pycountry  # here: it takes a tenth of a second, and most files name states by their ids

    return pycountry


@cache
def _iso_two() -> dict[str, str]:
    """ISO 3166 alpha-2 code -> alpha-3 code, members and others."""
    named = {one.alpha_2: one.alpha_3 for one in _iso().countries}
    return named | {two: named[one] for two, one in _ALSO.items()} | {"XK": "XKX"}


@cache
def _codes() -> dict[str, Meaning]:
    """What each code of two or three letters stands for; one that is a bloc too stands for nothing."""
    english = Locale("en").territories
    others = _index().others
    result = {UNION: Meaning((UNION,))}
    for two, three in _iso_two().items():
        name = str(english.get(two, three))
        known = Meaning((three,)) if three in _members() else Meaning(other=others.get(folded(name), name))
        result[three] = known
        if two not in _blocs():
            result[two] = known
    return result


@cache
def _index() -> _Index:
    index = _Index()
    for code, name in _named_members():
        index.member(name, code)
    for name, title in _named_others():
        index.other(name, title)
    return index


def _named_members() -> Iterator[tuple[str, str]]:
    """(id, name) of every member and the EU."""
    two_of = {three: two for two, three in _iso_two().items() if two not in _ALSO}
    for code in sorted(_members()):
        yield code, titles()[code]
        for name in _names_of(two_of[code]):
            yield code, name
    for name in _names_of(UNION):
        yield UNION, name
    for stands_for, names in _short_names().items():
        for code in stands_for.split():
            if code in _members() or code == UNION:
                yield from ((code, name) for name in names)


def _named_others() -> Iterator[tuple[str, str]]:
    """(name, English name) of what is no member: territories, continents, states of the past."""
    for title, names in _short_names().items():
        if not {UNION, *_members()}.intersection(title.split()):
            yield from ((name, title) for name in names)
    english, members = Locale("en").territories, {two for two, three in _iso_two().items() if three in _members()}
    for two in sorted(english):
        if two not in members and two not in _UNKNOWN_REGIONS and two != UNION:
            for name in _names_of(two):
                yield name, str(english[two])
    for past in sorted(_iso().historic_countries, key=lambda past: str(past.name)):
        yield str(past.name), str(past.name)


def _names_of(two: str) -> Iterator[str]:
    """Names of a territory in all languages: that of the CLDR, a second one in brackets, those of ISO 3166."""
    entry = _iso().countries.get(alpha_2=two)
    written = [getattr(entry, key, None) for key in ("name", "official_name", "common_name")] if entry else []
    for language in LANGUAGES:
        name = str(Locale(language).territories.get(two, ""))
        outside, inside = re.fullmatch(r"([^()]*)(?:\(([^()]*)\))?.*", name).groups()  # type: ignore[union-attr]
        yield from (part.strip() for part in (name, outside, inside or "") if part.strip())
        translated = _iso_names(language)
        yield from (translated.gettext(name) for name in written if name)


@cache
def _iso_names(language: str) -> gettext.NullTranslations:
    return gettext.translation("iso3166-1", _iso().LOCALES_DIR, [language], fallback=True)

