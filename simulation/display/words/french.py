"""French articles of the names of states, which the Unicode CLDR lacks: le Maroc, la France, l’Égypte, les Comores.

As grammars have it (Grevisse & Goosse, Le bon usage): names that end in a mute *e* are feminine,
the others masculine, with the exceptions below; a vowel elides the article; some islands and
cities take none.
"""

from __future__ import annotations

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
