"""A report as one page of HTML that needs nothing else."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from simulation.display.words.language import FOLDER, Words
from simulation.errors import InputError
from simulation.report import background, choice, outlook, sections, terminal, uncertainty, why, world
from simulation.report.answer import Subject, answer
from simulation.report.decision import Advised, Decision
from simulation.report.parts import Section, Teller, share_letters


@dataclass(frozen=True)
class Content:
    """A report before it is written as a page, a file of Word or a workbook.

    Attributes
    ----------
    words
        Language.
    title, focal, question
        Of the scenario, the state, and what the scenario asks.
    facts
        What it is made from, in sentences.
    warnings
        What a reader must know before the first number.
    answer, sections
        What it says; without paragraphs in the answer stands ``empty``.
    lead
        Paragraphs of the answer that come before its numbers: what to do, where that was asked.
    notes
        What bands are, and on what the answer rests.
    empty, shown
        What stands for a missing answer, and how much more was recorded.
    version, as_of
        Of Wifaq, and the day of the record.
    """

    words: Words
    title: str
    focal: str
    question: str
    facts: Sequence[str]
    warnings: Sequence[str]
    answer: Section
    sections: Sequence[Section]
    lead: int
    notes: Sequence[str]
    empty: str
    shown: str
    version: str
    as_of: str


_INTERVAL = re.compile("\\([^()]*\u2013[^()]*\\)")
LARGEST = 3_000_000
"""Bytes a page may have, so that a mail can carry it."""
_LETTERS = [*range(0x20, 0x7F), 0xA0, 0xAB, 0xBB, *range(0x60C, 0x660), *range(0x200C, 0x2010), 0x2013, 0x2026, 0x2212]
"""Basic Latin where the font has it, quotation marks, Arabic letters and vowel signs, marks of direction."""
_FONTS = {400: "NotoSansArabic-Regular.ttf", 700: "NotoSansArabic-Bold.ttf"}


def environment() -> Environment:
    """The templates, with everything escaped and nothing undefined."""
    loader = PackageLoader("simulation.report", "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["whole_intervals"] = whole_intervals
    return made


def whole_intervals(cell: str) -> Markup:
    """A cell of a table in which no line ends inside an interval."""
    return Markup(_INTERVAL.sub(r'<span class="interval">\g<0></span>', str(escape(cell))))


def content_of(subject: Subject) -> Content:
    """What a report of results holds, in whatever form it is written."""
    words = subject.words
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
    head = replace(answer(subject), figures=outlook.figures(subject), tables=outlook.partner_tables(subject))
    info, advised = subject.main.info, subject.advised
    return Content(
        words=words, title=subject.title, focal=subject.focal, question=words.known(str(info["question"])),
        facts=_facts(subject),
        warnings=[*background.warnings(subject), *(choice.warnings(advised) if advised else ())],
        answer=head, sections=[*parts, background.numbers(subject.teller)],
        lead=len(choice.advice(advised)) if advised else 0, notes=_notes(subject),
        empty=words("The metrics that the answer needs were not recorded in this run."),
        shown=_shown(subject), version=str(info["versions"]["wifaq"]), as_of=str(info["as_of"]),
    )  # fmt: skip


def content_of_advice(decision: Decision, words: Words) -> Content:
    """What a report of opportunities and advice holds that has no run beside them.

    Parameters
    ----------
    decision
        Opportunities and advice for one focal state.
    words
        Language.
    """
    told = Advised(decision, words, Teller(words))
    given, head = decision.first, Section("answer-section", words("What to do"), choice.advice(told))
    parts = [*choice.sections(told), background.method(told), background.numbers(told.teller)]
    return Content(
        words=words, title=told.scenario, focal=told.focal, question="",
        facts=[words("Advice for: {focal}.", focal=told.focal)], warnings=choice.warnings(told), answer=head,
        sections=parts, lead=len(head.paragraphs),
        notes=[words("Bands and probabilities: {bands}.", bands=words.known(given.bands))],
        empty=words("Nothing was found to advise."), shown="", version=str(given.info["versions"]["wifaq"]),
        as_of=str(given.info.get("as_of", "")),
    )  # fmt: skip


def page_of(content: Content) -> str:
    """A report as a page of HTML with its style, charts, tables and letters inside.

    Raises
    ------
    InputError
        If the page would be larger than :data:`LARGEST`.
    """
    template = environment().get_template("report.html.j2")
    page = share_letters(template.render(words=content.words, content=content, fonts=fonts(content.words)))
    size = len(page.encode())
    if size > LARGEST:
        text = f"the report would have {size / 1e6:.1f} MB, more than {LARGEST / 1e6:.0f}: name fewer folders"
        raise InputError(f"{text}, or run with fewer metrics under `record`")
    return page


def _facts(subject: Subject) -> list[str]:
    """Of what state, when, from how many runs and which record."""
    words, main = subject.words, subject.main
    first, last = words.quarter_within(main.first_quarter), words.quarter_within(main.horizon)
    return [
        words("Focal state: {focal}. {first} to {last}.", focal=subject.focal, first=first, last=last),
        words.plural("{count} replicate.", "{count} replicates.", int(main.info["replicates"]["done"])),
        words("The world as known on {date}.", date=words.date(str(main.info["as_of"]))),
    ]


def _notes(subject: Subject) -> list[str]:
    """What bands hold, and what rests on nothing but priors."""
    words, main = subject.words, subject.main
    notes = [words("Bands and probabilities: {bands}.", bands=words.known(str(main.info["bands"])))]
    if main.rests_on_priors("autonomy"):
        notes.append(words("Autonomy rests on priors alone: the record holds no observation of it."))
    return notes


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
    commitments = {*sections.COMMITMENTS, terminal.RANK, terminal.MULTIPLE}
    more = len(recorded - commitments - {*sections.COUNTS, *sections.INDICES, *sections.PRICE})
    return subject.words.plural(
        "{count} more metric was recorded; it is in forecast.csv of the result folder.",
        "{count} more metrics were recorded; they are in forecast.csv of the result folder.",
        more,
    )
