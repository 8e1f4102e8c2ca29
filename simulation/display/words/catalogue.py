"""Messages of the code and the templates, and the files of their translations.

``python -m simulation.display.words.catalogue`` brings ``fr.po`` and ``ar.po`` up to date with the
code: new messages are added without translation, those that nobody shows any more go.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from ruamel.yaml import YAML

from simulation.display.words.glossary import GLOSSARY
from simulation.display.words.language import FOLDER, LANGUAGES

_PACKAGE = Path(__file__).parents[2]
_KEYWORDS = {"words": None, "_words": None, "N_": None, "tell": None, "plural": (1, 2)}
_METHODS = [("app/**.py", "python"), ("display/**.py", "python"),
            ("report/**.py", "python"), ("report/templates/**.j2", "jinja2.ext:babel_extract")]  # fmt: skip
_SCENARIOS = _PACKAGE.parent / "scenarios"
_STRATEGIES = _PACKAGE / "scenario" / "strategies.yaml"
_WIDTH = 100
_GLOSSED = {"fr": 0, "ar": 1}
"""Place of each language in an entry of the glossary."""
_TRANSLATED = (None, "secretariat", "influencer")
"""Kinds of actors whose names are translated; instruments and blocs have no kind. Others keep the name they use."""
_OFFICIAL = ("world_economic_forum",)
"""Further ones with an official name in each language."""
_CLUTTER = ('"POT-Creation', '"PO-Revision', '"Generated-By', '"Report-Msgid', '"Last-Translator', '"Language-Team')


def messages() -> Iterator[str | tuple[str, str]]:
    """Every message shown to people that has to be translated; those with a plural as a pair."""
    result = extract_from_dir(str(_PACKAGE), _METHODS, keywords=_KEYWORDS)
    for _, _, message, _, _ in result:
        if message:
            yield message if isinstance(message, str) else (str(message[0]), str(message[1]))
    yield from data_titles()


def data_titles() -> Iterator[str]:
    """Proper names, titles of the shipped strategies, and titles and questions of the shipped scenarios."""
    yield from proper_names()
    yield from (entry["title"] for entry in YAML(typ="safe").load(_STRATEGIES)["strategies"].values())
    for path in sorted(_SCENARIOS.glob("*.yaml")):
        content = YAML(typ="safe").load(path)
        yield from (content[key] for key in ("title", "question") if content.get(key))


def proper_names() -> Iterator[str]:
    """Titles of the shipped instruments, names of blocs, of international organisations and of kinds of influencers."""
    for name, column in (("instruments", "title"), ("blocs", "name"), ("nonstate", "name")):
        with (_PACKAGE / "data" / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as source:
            rows = list(csv.DictReader(source))
        yield from (row[column] for row in rows if row.get("kind") in _TRANSLATED or row.get("id") in _OFFICIAL)


def read(language: str) -> Catalog:
    """The translations of a language."""
    with (FOLDER / f"{language}.po").open("rb") as source:
        return read_po(source, locale=language)


def updated(language: str) -> Catalog:
    """The translations of a language, with the messages of the code as it is: new ones empty, old ones gone."""
    template = Catalog()
    for message in messages():
        template.add(message)
    path = FOLDER / f"{language}.po"
    catalogue = read(language) if path.exists() else Catalog(locale=language)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def write(catalogue: Catalog, language: str) -> None:
    """Write the file of a language, in the order of the messages and without a date."""
    page = io.BytesIO()
    kept_to = "".join(f"\n#   {term}: {stems[_GLOSSED[language]]}" for term, stems in GLOSSARY.items())
    catalogue.header_comment = (
        f"# {language} messages of Wifaq; see simulation/display/words/catalogue.py\n"
        f"# One word a concept, by stem (simulation/display/words/glossary.py); tests keep to it:{kept_to}"
    )
    write_po(page, catalogue, width=_WIDTH, omit_header=False, sort_output=True, no_location=True)
    lines = page.getvalue().decode().splitlines(keepends=True)
    kept = (line for line in lines if not line.startswith(_CLUTTER))
    (FOLDER / f"{language}.po").write_text("".join(kept), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    for name in LANGUAGES:
        if name != "en":
            write(updated(name), name)
