"""A report as one page of HTML that needs nothing else."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from functools import cache

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from jinja2 import Environment, PackageLoader, StrictUndefined

from simulation.display.style import GROUPINGS
from simulation.display.words.language import FOLDER, Words
from simulation.errors import InputError
from simulation.experiments.results import Results
from simulation.experiments.spread import Spread
from simulation.report import background, choice, sections, uncertainty, why, world
from simulation.report.answer import Subject, answer
from simulation.report.decision import Advised, Decision
from simulation.report.parts import Section, Teller, share_letters

LARGEST = 3_000_000
"""Bytes a page may have, so that a mail can carry it."""
_LETTERS = [*range(0x20, 0x7F), 0xA0, 0xAB, 0xBB, *range(0x60C, 0x660), *range(0x200C, 0x2010), 0x2013, 0x2026]
"""Basic Latin where the font has it, quotation marks, Arabic letters and vowel signs, marks of direction."""
_FONTS = {400: "NotoSansArabic-Regular.ttf", 700: "NotoSansArabic-Bold.ttf"}


def environment() -> Environment:
    """The templates, with everything escaped and nothing undefined."""
    loader = PackageLoader("simulation.report", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def subject_of(
    results: Sequence[Results], words: Words, spread: Spread | None = None, by: str = GROUPINGS[0],
    decision: Decision | None = None,
) -> Subject:  # fmt: skip
    """What a report is about."""
    return Subject(tuple(results), words, Teller(words), spread, by, decision)


def render(
    results: Sequence[Results], words: Words, spread: Spread | None = None, by: str = GROUPINGS[0],
    decision: Decision | None = None,
) -> str:  # fmt: skip
    """The page of a report.

    Parameters
    ----------
    results
        The first is what the report is of; the others are compared with it.
    words
        Language.
    spread
        What the spread of the first result is made of.
    by
        What charts of actors group by: one of :data:`~simulation.display.style.GROUPINGS`.
    decision
        Opportunities and advice for the focal state.

    Returns
    -------
    str
        HTML with its style, charts, tables and letters inside.

    Raises
    ------
    InputError
        If the page would be larger than :data:`LARGEST`.
    """
    subject = subject_of(results, words, spread, by, decision)
    parts: list[Section] = [
        *(choice.sections(subject.advised) if subject.advised else ()),
        sections.partners(subject),
        sections.instruments(subject),
        sections.headline(subject),
        sections.drivers(subject),
        uncertainty.uncertainty(subject),
        sections.price(subject),
        world.scenarios(subject),
        *filter(None, [why.why(subject), world.world(subject)]),
        background.method(subject),
        background.evidence(subject),
        background.provenance(subject),
    ]
    template = environment().get_template("report.html.j2")
    head = answer(subject)  # last of those with numbers, so that its numbers are in the table
    page = template.render(
        words=words,
        subject=subject,
        info=subject.main.info,
        warnings=[*background.warnings(subject), *(choice.warnings(subject.advised) if subject.advised else ())],
        answer=head,
        sections=[*parts, background.numbers(subject.teller)],
        fonts=fonts(words),
        shown=_shown(subject),
    )
    return _small_enough(page)


def render_advice(decision: Decision, words: Words) -> str:
    """The page of opportunities and advice without a run beside them.

    Parameters
    ----------
    decision
        Opportunities and advice for one focal state.
    words
        Language.

    Returns
    -------
    str
        HTML with its style, charts, tables and letters inside.
    """
    told = Advised(decision, words, Teller(words))
    page = environment().get_template("advice.html.j2").render(
        words=words,
        told=told,
        warnings=choice.warnings(told),
        answer=Section("answer-section", words("What to do"), choice.advice(told)),
        sections=[*choice.sections(told), background.method(told), background.numbers(told.teller)],
        fonts=fonts(words),
    )  # fmt: skip
    return _small_enough(page)


def _small_enough(page: str) -> str:
    """A page with each letter drawn once, if a mail can carry it."""
    page = share_letters(page)
    size = len(page.encode())
    if size > LARGEST:
        text = f"the report would have {size / 1e6:.1f} MB, more than {LARGEST / 1e6:.0f}: name fewer folders"
        raise InputError(f"{text}, or run with fewer metrics under `record`")
    return page


def fonts(words: Words) -> dict[int, str]:
    """The letters a language needs, by weight, as addresses that need no network."""
    if not words.right_to_left:
        return {}
    return {weight: _address(name) for weight, name in _FONTS.items()}


@cache
def _address(name: str) -> str:
    """A shipped font cut down to the letters and signs of Arabic text, with all their joined forms."""
    font = TTFont(FOLDER / "fonts" / name, recalcTimestamp=False)
    cut = Subsetter(Options(layout_features=["*"], notdef_outline=True))
    cut.populate(unicodes=_LETTERS)
    cut.subset(font)
    content = io.BytesIO()
    font.save(content)
    return "data:font/ttf;base64," + base64.b64encode(content.getvalue()).decode("ascii")


def _shown(subject: Subject) -> str:
    """How many metrics there are beyond those of the page."""
    recorded = set(subject.main.forecast()["metric"])
    commitments = {*sections.COMMITMENTS, sections.RANK, sections.MULTIPLE}
    more = len(recorded - commitments - {*sections.COUNTS, *sections.INDICES, *sections.PRICE})
    return subject.words.plural(
        "{count} more metric was recorded; it is in forecast.csv of the result folder.",
        "{count} more metrics were recorded; they are in forecast.csv of the result folder.",
        more,
    )
