"""Building blocks of a report: numbers that can be traced, tables that can be downloaded, inline charts."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import matplotlib
import pandas as pd
from markupsafe import Markup, escape

from simulation.display.style import figure_of, style
from simulation.display.words.language import LEFT_TO_RIGHT_MARK, Words, begins_with_name
from simulation.display.words.quantities import Quantity
from simulation.errors import seen
from simulation.experiments.engine.store import csv_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PRECISION = "%.8g"
"""Format of a number in a table to download, as in a result folder."""
_DOTS = 160  # an inch of a picture as PNG
ANSWER = "answer"
"""Key of the table that holds every number of the text."""


@dataclass(frozen=True)
class Table:
    """A table as it is shown, and as it is downloaded.

    Attributes
    ----------
    key
        Name of the file without its end, and anchor in the page.
    caption
        What it holds, in the reader's language.
    frame
        What is downloaded.
    heads, rows
        What is shown; no rows: only the link to the file.
    folded
        Whether the rows are shown only on request.
    note
        What stands below, in small print.
    unit
        Of its numbers, where no column says it.
    bars
        A share in [0, 1] for each row that is shown, drawn beside the text of its second cell; none: no bars.
    told
        Columns of codes in sentences, which a workbook in another language than English has in their place.
    """

    key: str
    caption: str
    frame: pd.DataFrame
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    folded: bool = False
    note: str = ""
    unit: str = ""
    bars: Sequence[float] = ()
    told: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def csv(self) -> str:
        """The text of the file."""
        return csv_text(self.frame, PRECISION)

    @property
    def address(self) -> str:
        """The file as an address that needs no network."""
        # a mark of the encoding in front, so that a spreadsheet reads names right
        content = base64.b64encode(self.csv.encode("utf-8-sig")).decode("ascii")
        return f"data:text/csv;charset=utf-8;base64,{content}"


def items_table(words: Words, key: str, caption: str, items: Mapping[str, Mapping[str, object]]) -> Table:
    """A folded table of what is said of each run: its name, then an item and its value a line."""
    records = [(run, name, str(value)) for run, own in items.items() for name, value in own.items()]
    frame = pd.DataFrame(records, columns=["run", "item", "value"])
    return Table(key, caption, frame, [words("run"), words("item"), words("value")], records, folded=True)


@dataclass(frozen=True)
class Chart:
    """A picture of a report.

    Attributes
    ----------
    axes
        The drawing.
    key
        Anchor in the page.
    alternative
        What it shows, for those who do not see it.
    words
        Language.
    table
        Its numbers, to be downloaded beside it; none where the section shows them as a table.
    """

    axes: Axes
    key: str
    alternative: str
    words: Words
    table: Table | None = None

    @cached_property
    def svg(self) -> Markup:
        """The picture as SVG that can stand beside others in one page.

        Letters become outlines, so that the picture looks the same whatever fonts a reader has;
        those who do not see it, and searches, have the alternative text and the table.
        """
        svg = drawing(self.axes, self.words)
        svg = re.sub(rf'(\bid="|href="#|url\(#)(?!{_LETTER}")', rf"\g<1>{self.key}-", svg)  # unique in a page
        label = Markup('<svg role="img" aria-label="{}" ').format(self.alternative)
        return Markup(svg.replace("<svg ", str(label), 1))

    @cached_property
    def png(self) -> bytes:
        """The picture as PNG, for what shows no SVG."""
        page = io.BytesIO()
        with style(self.words):
            figure_of(self.axes).savefig(page, format="png", dpi=_DOTS, metadata={"Software": None})
        return page.getvalue()


@dataclass(frozen=True)
class Figure:
    """A number that stands out, with its name and its band."""

    name: str
    value: Markup
    band: Markup | str = ""


@dataclass(frozen=True)
class Section:
    """A part of the report under one heading."""

    key: str
    title: str
    paragraphs: Sequence[Markup] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    figures: Sequence[Figure] = ()


@dataclass
class Teller:
    """Writes sentences; every number in them goes into one table.

    Attributes
    ----------
    words
        Language.
    names_apart
        Whether names are kept apart from the direction of the sentence around them.
    rows
        The numbers told so far: what, when, how much, in which file of the result folder.
    told
        What each of them is, in the language.
    """

    words: Words
    names_apart: bool = True
    rows: list[dict[str, object]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def tell(self, message: str, **values: object) -> Markup:
        """A translated message whose places are filled; plain text among the values is escaped."""
        return self._filled(self.words(message), values)

    def plural(self, one: str, many: str, number: int, /, **values: object) -> Markup:
        """The translation that fits a count, with its places filled, that of the count among them."""
        return self._filled(self.words.plural(one, many, number, **{name: f"{{{name}}}" for name in values}), values)

    def _filled(self, message: str, values: dict[str, object]) -> Markup:
        text = Markup(escape(message))
        filled = text.format(**values) if values else text
        return Markup(self.words.typeset(str(filled), sentence=begins_with_name(message)))  # escaped already

    def interval(self, low: Markup, high: Markup) -> Markup:
        """Two numbers with a dash between them, the lower one on the left in every language."""
        mark = LEFT_TO_RIGHT_MARK if self.words.right_to_left else ""
        dash = self.words.dash(*(end.striptags() for end in (low, high)))
        return Markup('<span class="interval" dir="ltr">{}{}{}{}</span>').format(mark, low, dash, high)

    def number(self, value: float, shown: str, what: Quantity | None, when: str, source: str) -> Markup:
        """A number of the text, kept in the table of numbers if it is said what it is."""
        row = {"quantity": str(what), "quarter": when, "value": float(value), "from": source}
        if what is not None and row not in self.rows:
            self.rows.append(row)
            self.told.append(what.named(self.words))
        text = PRECISION % float(value)
        return Markup('<data value="{}" data-table="{}" dir="ltr">{}</data>').format(text, ANSWER, shown)

    def name(self, text: str) -> Markup:
        """A name as it stands in a sentence."""
        return Markup("<bdi>{}</bdi>").format(text) if self.names_apart else escape(text)

    def listing(self, items: Sequence[Markup]) -> Markup:
        """Items as a list in a sentence."""
        marks = [f"\ue000{place}\ue001" for place in range(len(items))]
        text = str(escape(self.words.listing(marks)))
        for mark, item in zip(marks, items, strict=True):
            text = text.replace(mark, str(item))
        return Markup(text)

    def table(self, caption: str) -> Table:
        """Every number told so far."""
        frame = pd.DataFrame(self.rows, columns=["quantity", "quarter", "value", "from"])
        return Table(ANSWER, caption, frame, told={"quantity": self.told})


_ASIDE = re.compile("[\u2066-\u2069]")  # marks that keep a name apart, which a file of Word shows as boxes
_TURNS = re.compile("([\u200e\u200f])")  # marks of direction that stand beside numbers


def legible(text: str) -> str:
    """A text for a file of Word or Excel: control characters written out, but marks of direction beside numbers."""
    return "".join(part if _TURNS.fullmatch(part) else seen(part) for part in _TURNS.split(_ASIDE.sub("", text)))


_LETTER = r"[A-Za-z]+(?:-[A-Za-z]+)*-[0-9a-f]+"  # name of the outline of a letter, e.g. DejaVuSans-Bold-41
_OUTLINE = re.compile(rf'<path id="({_LETTER})"[^>]*/>')


def share_letters(page: str) -> str:
    """A page in which the outline of a letter is written once, where it first occurs, and used by all charts."""
    seen: set[str] = set()

    def first(outline: re.Match[str]) -> str:
        known = outline[1] in seen
        seen.add(outline[1])
        return "" if known else outline[0]

    return _OUTLINE.sub(first, page)


def _shorter(text: re.Match[str]) -> str:
    """Numbers with two decimals: a hundredth of a point is finer than any screen."""
    return re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", text[0])


def drawing(axes: Axes, words: Words) -> str:
    """A picture as an element of SVG."""
    page, silent = io.StringIO(), dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with style(words):
        matplotlib.rcParams["svg.fonttype"] = "path"
        figure_of(axes).savefig(page, format="svg", metadata=silent)
    svg = page.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)  # the words that became outlines
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)  # names that nothing refers to
    svg = re.sub(r">\s+<", "><", svg)
    return re.sub(r'(?<= [dxy]=")[^"]+|translate\([^)]*\)', _shorter, re.sub(r"\s*\n\s*", " ", svg))
