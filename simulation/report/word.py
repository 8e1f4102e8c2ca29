"""The report as a file of Word: the headings, sentences, charts and tables of the page, those folded there too."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Sequence
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from simulation.report.packing import steady
from simulation.report.page import Content
from simulation.report.parts import Chart, Section, Table, legible

_FONT, _ARABIC = "Calibri", "Arial"
_SPOKEN = {"en": "en-GB", "fr": "fr-FR", "ar": "ar-MA"}
_INK, _FAINT, _ACCENT = "1B232D", "55606C", "00588F"
_SIZES = {"Normal": 10.5, "Title": 24.0, "Heading 1": 15.0, "Caption": 9.0, "List Bullet": 10.5}  # points
_COLOURS = {"Heading 1": _ACCENT, "Caption": _FAINT}
_SMALL, _SMALLEST = 8.5, 7.5  # points of a table, and of one with many columns before its intervals are parted
_WIDTH = 16.5  # centimetres between the margins of A4
_TABLE = "Table Grid"
_LINES = {"top": None, "left": None, "bottom": "D8DEE5", "right": None, "insideH": "D8DEE5", "insideV": None}
"""Lines of a table, by place: thin ones below each row."""
_A_LETTER, _PADDING = 0.165, 0.45  # centimetres of a letter in a table, and of the margins of a cell
_LONGEST_WORD = 18  # letters of a word that a column makes room for; longer ones, such as addresses, are broken
_BOUND_DASH, _DASH = "\u2013\u202f", "\u2013 "  # of an interval with signs: no line ends after the first
_TOGETHER, _SHORT = 12, 60  # rows of a table that no page parts, and letters of their texts: others fill a page
_HALVES = 2  # sizes of complex letters are written in half points


def document_of(content: Content) -> bytes:
    """The report as a file of Word.

    Parameters
    ----------
    content
        What it holds.

    Returns
    -------
    bytes
        The same for the same report.
    """
    document = docx.Document()
    _set(document, content)
    document.add_paragraph(legible(content.title), style="Title")
    for text in filter(None, [content.question, " ".join(content.facts)]):
        document.add_paragraph(legible(text))
    for warning in content.warnings:
        document.add_paragraph().add_run(legible(warning)).bold = True
    _add(document, content.answer, content)
    if not content.answer.paragraphs:
        document.add_paragraph(content.empty)
    document.add_paragraph(" ".join(content.notes), style="Caption")
    for section in content.sections:
        _add(document, section, content)
    document.add_paragraph(f"{content.shown} Wifaq {content.version}.".strip(), style="Caption")
    _number(document)
    if content.words.right_to_left:
        _turn(document)
    page = io.BytesIO()
    document.save(page)
    return steady(page.getvalue(), content.as_of or "1980-01-01")


def plain(text: str) -> str:
    """A sentence without its marks."""
    return legible(html.unescape(re.sub(r"<[^>]*>", "", str(text))))


def _set(document: Document, content: Content) -> None:
    """Paper, letters, and what the file says of itself."""
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm((21 - _WIDTH) / 2)
    page.top_margin = page.bottom_margin = Cm(2)
    for name, size in _SIZES.items():
        style: Any = document.styles[name]
        style.font.name, style.font.size = _FONT, Pt(size)
        style.font.color.rgb = RGBColor.from_string(_COLOURS.get(name, _INK))
        style.font.bold = name in ("Title", "Heading 1")
        for name_of_space in ("w:spacing", "w:kern"):  # letters of Arabic are joined
            for given in style.element.rPr.findall(qn(name_of_space)):
                style.element.rPr.remove(given)
        fonts = style.element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:cs"), _ARABIC if content.words.right_to_left else _FONT)
    _tell_language(document, content)
    facts = document.core_properties
    facts.title, facts.author, facts.language = legible(content.title), "Wifaq", content.words.language
    facts.comments, facts.last_modified_by = "", "Wifaq"


def _tell_language(document: Document, content: Content) -> None:
    """What the letters are read and checked as, which the shipped template says is English."""
    told = next(document.styles.element.iter(qn("w:lang")))
    told.set(qn("w:bidi" if content.words.right_to_left else "w:val"), _SPOKEN[content.words.language])


def _number(document: Document) -> None:
    """The number of each page at its foot."""
    foot = document.sections[0].footer.paragraphs[0]
    foot.style, foot.alignment = document.styles["Caption"], WD_ALIGN_PARAGRAPH.RIGHT  # the end, in Arabic the left
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    field.append(foot.add_run("1")._r)  # until a reader has counted
    foot._p.append(field)


def _add(document: Document, section: Section, content: Content) -> None:
    document.add_paragraph(section.title, style="Heading 1")
    for text in section.paragraphs:
        document.add_paragraph(plain(text))
    for figure in section.figures:
        told = document.add_paragraph(style="List Bullet")
        told.add_run(content.words("{what}: {values}", what=figure.name, values=""))
        told.add_run(plain(figure.value)).bold = True
        told.add_run(f" ({plain(figure.band)})" if figure.band else "")
    for table in section.tables[:1]:
        _add_table(document, table, content)
    for chart in section.charts:
        _add_chart(document, chart, content)
    for table in section.tables[1:]:
        _add_table(document, table, content)


def _add_chart(document: Document, chart: Chart, content: Content) -> None:
    shape = document.add_picture(io.BytesIO(chart.png), width=Cm(_WIDTH))
    shape._inline.docPr.set("descr", chart.alternative)  # for those who do not see it
    if chart.table is not None:
        document.paragraphs[-1].paragraph_format.keep_with_next = True
        document.add_paragraph(_source(chart.table, content, chart.table.caption), style="Caption")


def _add_table(document: Document, table: Table, content: Content) -> None:
    """A table as the page shows it, with what it was made from below."""
    if not table.rows:
        document.add_paragraph(_source(table, content, table.caption), style="Caption")
        return
    caption = document.add_paragraph()
    caption.add_run(legible(table.caption)).bold = True
    caption.paragraph_format.keep_with_next = True
    heads = list(table.heads) or [""] * len(table.rows[0])
    made: Any = document.add_table(rows=1 + len(table.rows), cols=len(heads), style=_TABLE)
    _rule(made)
    rows, size = _fit(made, [[plain(text) for text in row] for row in (heads, *table.rows)])
    together = len(table.rows) <= _TOGETHER and all(len(text) <= _SHORT for row in rows[1:] for text in row)
    for place, (cells, texts) in enumerate(zip(made.rows, rows, strict=True)):
        last = place == len(table.rows)  # stays with what stands below
        _fill_row(cells, texts, size, together=together or last)
    _head(made.rows[0])
    document.add_paragraph(_source(table, content, table.note), style="Caption")


def _fit(table: Any, rows: Sequence[Sequence[str]]) -> tuple[Sequence[Sequence[str]], float]:
    """Give each column the width that its texts ask for; the texts as they fit, and the size of their letters.

    No word is broken, and what is left goes to the longer texts.
    """
    rows, least = _parted(rows)
    wish = [_A_LETTER * max(map(len, column)) + _PADDING for column in zip(*rows, strict=True)]
    table.autofit = False
    for column, width in zip(table.columns, _widths(least, wish), strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    return rows, min(_SMALL, _SMALL * _WIDTH / sum(least))


def _parted(rows: Sequence[Sequence[str]]) -> tuple[Sequence[Sequence[str]], list[float]]:
    """Texts that may be parted as often as the page asks for, and the centimetres that each column needs then."""
    loose = [[text.replace(_BOUND_DASH, _DASH) for text in row] for row in rows]
    most_wide = (_WIDTH, _WIDTH * _SMALL / _SMALLEST, float("inf"))
    for texts, whole, wide in zip((rows, rows, loose), (_LONGEST_WORD, 0, 0), most_wide, strict=True):
        least = [_A_LETTER * _least(column, whole) + _PADDING for column in zip(*texts, strict=True)]
        if sum(least) < wide:
            break
    return texts, least


def _least(column: Sequence[str], most: int) -> int:
    """Letters of the longest part of a column that is not broken: a word, and below the head a text of so many."""
    head, *cells = column
    parts = [*head.split(" "), *(part for text in cells for part in ([text] if len(text) <= most else text.split(" ")))]
    return min(max(map(len, parts), default=1), _LONGEST_WORD)


def _widths(least: Sequence[float], wish: Sequence[float]) -> list[float]:
    """Widths of columns in centimetres, which fill the page: the least each needs, and shares of the rest."""
    if sum(wish) <= _WIDTH:
        return [_WIDTH * size / sum(wish) for size in wish]
    if sum(least) >= _WIDTH:
        return [_WIDTH * size / sum(least) for size in least]
    more = [min(want, _WIDTH) - need for want, need in zip(wish, least, strict=True)]
    left = _WIDTH - sum(least)
    return [need + left * gap / sum(more) for need, gap in zip(least, more, strict=True)]


def _fill_row(row: Any, texts: Sequence[str], size: float, *, together: bool) -> None:
    for cell, text in zip(row.cells, texts, strict=True):
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.keep_with_next = together
        paragraph.add_run(text).font.size = Pt(size)
    _mark(row, "cantSplit")


def _rule(table: Any) -> None:
    borders = OxmlElement("w:tblBorders")
    for place, colour in _LINES.items():
        line = OxmlElement(f"w:{place}")
        for name, value in (("val", "single" if colour else "nil"), ("sz", "4"), ("color", colour or "auto")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")


def _head(row: Any) -> None:
    """The head stands out, and on every page of a long table."""
    for cell in row.cells:
        for run in cell.paragraphs[0].runs:
            run.font.bold, run.font.color.rgb = True, RGBColor.from_string(_ACCENT)
    _mark(row, "tblHeader")


def _mark(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(f"w:{name}"))


def _source(table: Table, content: Content, before: str) -> str:
    """What stands below a table or a chart: a remark, and the file with its numbers."""
    remark = legible(before)
    if remark and remark[-1] not in ".?!؟":
        remark += "."
    return " ".join(filter(None, [remark, content.words("Source: {file}.", file=f"{table.key}.csv")]))


def _turn(document: Document) -> None:
    """Everything from right to left: paragraphs, letters, the columns of tables."""
    after = ("w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl",
             "w:rPr", "w:sectPr")  # fmt: skip
    parts = (document.element.body, document.sections[0].footer._element)
    for paragraph in (found for part in parts for found in part.iter(qn("w:p"))):
        paragraph.get_or_add_pPr().insert_element_before(OxmlElement("w:bidi"), *after)
    for run in (found for part in parts for found in part.iter(qn("w:r"))):
        given = run.get_or_add_rPr()
        size = given.find(qn("w:sz"))
        if size is not None:
            complex_size = OxmlElement("w:szCs")
            complex_size.set(qn("w:val"), size.get(qn("w:val")))
            size.addnext(complex_size)
        if (bold := given.find(qn("w:b"))) is not None and given.find(qn("w:bCs")) is None:
            bold.addnext(OxmlElement("w:bCs"))
        given.append(OxmlElement("w:rtl"))
    for table in document.element.body.iter(qn("w:tblPr")):
        table.find(qn("w:tblStyle")).addnext(OxmlElement("w:bidiVisual"))
    for name, size in _SIZES.items():
        given = document.styles[name].element.get_or_add_rPr()
        if (told := given.find(qn("w:szCs"))) is None:
            told = OxmlElement("w:szCs")
            given.find(qn("w:sz")).addnext(told)
        told.set(qn("w:val"), str(int(size * _HALVES)))
        for complex_bold in given.findall(qn("w:bCs")):
            given.remove(complex_bold)
        if (bold := given.find(qn("w:b"))) is not None:
            made = OxmlElement("w:bCs")
            made.attrib.update(bold.attrib)
            bold.addnext(made)
