"""What French grammar asks of names and of print, which the Unicode CLDR lacks: le Maroc, du Maroc, l’Égypte, d’Oman.

As grammars have it (Grevisse & Goosse, Le bon usage): names that end in a mute *e* are feminine,
the others masculine, with the exceptions below; a vowel elides the article; some islands and
cities take none; *de* and *à* contract with *le* and *les*. No line ends before a double sign of
punctuation (Lexique des règles typographiques en usage à l’Imprimerie nationale).
"""

from __future__ import annotations

import re

_NONE = (
    "Andorre", "Antigua-et-Barbuda", "Bahreïn", "Chypre", "Cuba", "Djibouti", "Haïti", "Israël", "Kiribati",
    "Madagascar", "Malte", "Maurice", "Monaco", "Nauru", "Oman", "Saint-", "Sainte-", "Sao Tomé", "Singapour",
    "Trinité-et-Tobago", "Tuvalu",
)  # fmt: skip
_PLURAL = (
    "Bahamas", "Comores", "Fidji", "Maldives", "Palaos", "Pays-Bas", "Philippines", "Seychelles", "Tonga",
    "États-Unis", "Émirats", "Îles",
)  # fmt: skip
_MASCULINE = ("Belize", "Cambodge", "Mexique", "Mozambique", "Royaume-Uni", "Suriname", "Timor", "Zimbabwe")
_VOWELS = "AEIOUYÉÎÔ"
_FEMININE = (
    "Banque", "CESAO", "Chambre", "Coalition", "Commission", "Communauté", "Conférence", "Convention",
    "Convention-cadre", "Coopération", "Déclaration", "Fédération", "Fondation", "Ligue", "Méthodologie",
    "Page", "Recommandation", "Société", "Stratégie", "Voix",
)  # fmt: skip
_OTHERS = (
    "AICTO", "ALECSO", "Accord", "Alliance", "Appel", "Association", "Autorité", "Bureau", "Centre", "Conseil",
    "Consensus", "Dialogue", "Fonds", "Forum", "Groupe", "ICESCO", "Initiative", "Institut", "Marché", "OCDE",
    "Organisation", "PNUD", "Pacte", "Partenariat", "Plan", "Processus", "Programme", "Réseau", "Secrétariat",
    "Système", "UIT", "UNESCO", "Union", "Université",
)  # fmt: skip
"""First words of names of organisations and texts that have an article in a sentence: feminine, masculine or elided."""
_CONTRACTED = {"de le": "du", "de les": "des", "à le": "au", "à les": "aux"}
_BEFORE_ARTICLE = re.compile(r"\b([Dd]e|[Àà]) (<bdi>)?(le|les) (?=[A-ZÀ-Ý])")
_BEFORE_VOWEL = re.compile(r"\b(d|qu)e (<bdi>)?(?=[aeiouàâéèêîôœ])", re.IGNORECASE)
_NO_LINE_ENDS = re.compile(r" (?=[;:!?»%])|(?<=«) ")
_FIRST_LETTER = re.compile(r"^(?:<[^>]*>)*\w")


def with_article(name: str) -> str:
    """A state's French name as it stands in a sentence."""
    if name.startswith(_NONE):
        return name
    if name.startswith(_PLURAL):
        return f"les {name}"
    if name[0] in _VOWELS and not name.startswith("Yémen"):
        return f"l’{name}"
    noun = name.split()[0]
    feminine = noun == "Sierra" or (noun.split("-")[0].endswith("e") and not name.startswith(_MASCULINE))
    return f"{'la' if feminine else 'le'} {name}"


def organisation(name: str) -> str:
    """The French name of an organisation or a text in a sentence; one in another language has no article."""
    first = name.split()[0]
    if first in ("Nations", "Principes"):
        return f"les {name}"
    return with_noun(name) if first in (*_FEMININE, *_OTHERS) else name


def with_noun(name: str) -> str:
    """A name that begins with a common noun, as it stands in a sentence."""
    if name[0] in _VOWELS:
        return f"l’{name}"
    return f"{'la' if name.split()[0] in _FEMININE else 'le'} {name}"


def typeset(text: str, *, sentence: bool = False) -> str:
    """A filled message with its prepositions contracted and elided, and with spaces at which no line ends.

    Parameters
    ----------
    text
        The message; names in it may stand between ``<bdi>`` and ``</bdi>``.
    sentence
        Whether its first letter becomes a capital.
    """
    text = _BEFORE_ARTICLE.sub(_contract, text)
    text = _BEFORE_VOWEL.sub(lambda found: f"{found[1]}’{found[2] or ''}", text)
    text = _NO_LINE_ENDS.sub("\u00a0", text)
    return _FIRST_LETTER.sub(lambda found: found[0][:-1] + found[0][-1].upper(), text) if sentence else text


def _contract(found: re.Match[str]) -> str:
    word = _CONTRACTED[f"{found[1]} {found[3]}".lower()]
    return f"{word.capitalize() if found[1][0].isupper() else word} {found[2] or ''}"
