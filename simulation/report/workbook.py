"""The tables of a report as a workbook of Excel: one sheet a table, numbers as numbers, no text that is run."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from simulation.display.words.events import EVENT, GIVEN, NAME, PART, SUM
from simulation.display.words.language import Words
from simulation.display.words.terms import (
    CAMP,
    CANDIDATE,
    DOMAIN,
    METRIC,
    N_,
    OBJECTIVE,
    PARTNER,
    REGION,
    TRACK,
    UNCERTAINTY,
    UNIT,
    conditions,
    name_of,
)
from simulation.report.packing import steady
from simulation.report.page import Content
from simulation.report.parts import PRECISION, Section, Table, legible

HEADS = 2
"""Rows above the first row of numbers: names of columns, and their units."""
_LONGEST = 31  # letters of the name of a sheet
_WIDEST, _NARROWEST = 60, 9  # letters of a column
_CONTENTS = (28, 34, 70, 60)  # letters of the columns of the first sheet
_LINE = 15.0  # points of a line
_FROM_LEFT, _FROM_RIGHT = 1, 2  # directions of reading, as the format numbers them
_FONT = "Calibri"
_ACCENT, _FAINT = "00588F", "55606C"
_VALUES = re.compile(r"mean|median|q\d\d|low|high|difference|value|standard_error|gain_commitments|loss_commitments")
_SHARES = r"(probability|.*share).*|p_(accept|alone)|density|satisficed|ahead|coverage|held|chance|parameters|rule"
_UNITS: Mapping[str, str] = {
    # what a column is called, as a regular expression, and the unit of its numbers
    r"effect|percent|effect_low|effect_high": "%",
    r"replicates|pairs|count.*|futures|lines|among|parameters": N_("number"),
    r"depth.*": N_("1 memorandum, 2 programme, 3 binding"),
    r"price": N_("quarters’ budgets"),
    r"quarter|median_quarter|date": N_("date"),
}  # fmt: skip
_NAMES: Mapping[str, Sequence[str]] = {
    # a column of names of actors, and which have their codes
    "name": ("partner", "bloc", "about"), "actor_name": ("actor",), "other_name": ("other",),
}  # fmt: skip
_TEXTS = ("factor", "statement", "title", "unit")
_CODES: Mapping[str, Mapping[str, str]] = {
    "kind": {**CANDIDATE, **EVENT, "contrast": N_("contrast"), "scenario": N_("scenario")},
    "track": TRACK, "camp": CAMP, "region": REGION, "domain": DOMAIN, "metric": METRIC,
    "objective": OBJECTIVE, "partner": PARTNER, "sum": SUM, "part": PART,
    "contrast": UNCERTAINTY, "uncertainty": UNCERTAINTY,
}  # fmt: skip
"""Columns of codes that are English words, and their names; where a code is none of these, it stays."""
_IDS = ("id", "actor", "other", "peer", "a", "b", "party_a", "party_b", "party_c")
"""Columns of ids of actors."""


def workbook_of(content: Content) -> bytes:
    """The tables of the report, all of them, after a sheet that lists them.

    Parameters
    ----------
    content
        What the report holds.

    Returns
    -------
    bytes
        The same for the same report. On a sheet the first row has the names of the columns, the second
        their units; the numbers are those of the files that the page has to download.
    """
    book = openpyxl.Workbook()
    first = book.active
    first.title = _title(content.words("Contents"))
    entries = [(section, table, _title(table.key)) for section, table in tables_of(content)]
    for _, table, name in entries:
        _sheet(book, table, name, content)
    _contents(first, entries, content)
    for sheet in book.worksheets:
        sheet.sheet_view.rightToLeft = content.words.right_to_left
    book.properties.title, book.properties.creator = legible(content.title), "Wifaq"
    page = io.BytesIO()
    book.save(page)
    return steady(page.getvalue(), content.as_of or "1980-01-01")


def tables_of(content: Content) -> Iterator[tuple[Section, Table]]:
    """Every table of the report with the section it stands in, those of charts too, each once."""
    seen_before: set[str] = set()
    for section in (content.answer, *content.sections):
        for table in (*section.tables, *(chart.table for chart in section.charts if chart.table is not None)):
            if table.key not in seen_before:
                seen_before.add(table.key)
                yield section, table


def _title(text: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", text)[:_LONGEST]


def _sheet(book: openpyxl.Workbook, table: Table, name: str, content: Content) -> None:
    """A table as it is downloaded, under the names and the units of its columns."""
    sheet: Worksheet = book.create_sheet(name)
    frame = _as_read(table, content.words)
    for place, column in enumerate(map(str, frame.columns), start=1):
        _put(sheet.cell(1, place), column).font = _font(bold=True, color=_ACCENT)
        _put(sheet.cell(2, place), _unit(table, column, content)).font = _font(italic=True, color=_FAINT)
        values = frame[frame.columns[place - 1]]
        shape = _shape(values, column)
        for row, value in enumerate(values, start=HEADS + 1):
            cell = _put(sheet.cell(row, place), value)
            if cell.data_type == "n":
                cell.number_format = shape
        longest = max(len(str(cell.value or "")) for cell in sheet[get_column_letter(place)])
        sheet.column_dimensions[get_column_letter(place)].width = min(_WIDEST, max(_NARROWEST, longest + 2))
    sheet.freeze_panes = f"A{HEADS + 1}"
    _print_on_pages(sheet, f"1:{HEADS}")


def _as_read(table: Table, words: Words) -> pd.DataFrame:
    """A table with its names and texts in the reader's language; ids beside a name, and codes in English, stay."""
    frame = table.frame
    told = {column: frame[column].map(words.known, na_action="ignore") for column in _TEXTS if column in frame}
    if words.language != "en":
        ids = () if {"name", "actor_name"} & set(frame) else _IDS
        told |= {column: frame[column].map(partial(_code, names, words)) for column, names in _CODES.items()
                 if column in frame}  # fmt: skip
        told |= {column: frame[column].map(lambda one: words.actor(one, one), na_action="ignore") for column in ids
                 if column in frame}  # fmt: skip
        if "conditions" in frame:
            told["conditions"] = frame["conditions"].map(lambda rule: conditions(rule, words) if rule else rule,
                                                         na_action="ignore")  # fmt: skip
        told |= {column: pd.Series(texts, index=frame.index, dtype=object) for column, texts in table.told.items()}
        if {"sum", "name"} <= set(frame):  # a term has its name by what it adds up to
            pairs = zip(frame["sum"], frame["name"], strict=True)
            terms = [_code({**NAME.get(what, {}), **GIVEN, **PART}, words, term) for what, term in pairs]
            told["name"] = pd.Series(terms, index=frame.index, dtype=object)
    for column, codes in _NAMES.items():
        code = next((code for code in codes if code in frame and column in frame), None)
        if code is not None:
            pairs = zip(*(frame[part].fillna("").map(str) for part in (code, column)), strict=True)
            told[column] = pd.Series([words.actor(*pair) for pair in pairs], index=frame.index, dtype=object)
    return frame.assign(**told)


def _code(names: Mapping[str, str], words: Words, code: object) -> object:
    return name_of(names, code, words) if isinstance(code, str) and code in names else code


def _font(**given: Any) -> Font:
    """Letters of a cell, in the one typeface of the workbook."""
    return Font(name=_FONT, **{"size": 11, **given})


def _print_on_pages(sheet: Worksheet, heads: str) -> None:
    """As wide as a page, on which the heads are repeated."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = heads


def _put(cell: Cell, value: object) -> Cell:
    """Put a value into a cell: a number as a number, a text as a text, whatever it begins with."""
    if isinstance(value, bool | np.bool_):
        cell.value = bool(value)
    elif isinstance(value, int | np.integer):
        cell.value = int(value)
    elif isinstance(value, float | np.floating):
        cell.value = float(PRECISION % value) if np.isfinite(value) else None
    elif value is not None and value is not pd.NA and value is not pd.NaT:
        cell.value = legible(str(value))
        cell.data_type = "s"  # never a formula
        cell.quotePrefix = bool(re.match(r"[=+\-@\t\r]", str(value)))  # nor after somebody edits it
    return cell


def _unit(table: Table, column: str, content: Content) -> str:
    """The unit of the numbers of a column, as far as it has one."""
    words, frame = content.words, table.frame
    if not pd.api.types.is_numeric_dtype(frame[column]) and "quarter" not in column:
        return ""
    if _VALUES.fullmatch(column):
        return words("as in the column unit") if "unit" in frame else name_of(UNIT, table.unit, words)
    if _is_share(frame[column], column):
        return words("share, shown in %")
    return next((words(unit) for name, unit in _UNITS.items() if re.fullmatch(name, column)), "")


def _is_share(values: pd.Series, column: str) -> bool:
    """Whether numbers are shares of one: some counts are called like one."""
    return pd.api.types.is_numeric_dtype(values) and bool(re.fullmatch(_SHARES, column)) and not (values > 1).any()


def _shape(values: pd.Series, column: str) -> str:
    """How numbers of a column are shown; what is in the cell has all digits."""
    if _is_share(values, column):
        return "0.0%"
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_integer_dtype(values):
        return "General"
    largest = values.abs().max()
    return "#,##0.00" if largest >= 1 else "0.000"


def _contents(sheet: Worksheet, entries: list[tuple[Section, Table, str]], content: Content) -> None:
    """The first sheet: what the report is of, and where each table is."""
    words, row = content.words, 1
    for text in (content.title, content.question, *content.facts, *content.warnings, *content.notes):
        if text:
            _put(sheet.cell(row, 1), text).font = _font(bold=row == 1, size=14 if row == 1 else 11)
            row += 1
    row += 1
    for place, text in enumerate((words("sheet"), words("section"), words("table"), words("remark")), start=1):
        _put(sheet.cell(row, place), text).font = _font(bold=True, color=_ACCENT)
    sheet.freeze_panes = f"A{row + 1}"
    _print_on_pages(sheet, f"{row}:{row}")
    direction = _FROM_RIGHT if words.right_to_left else _FROM_LEFT
    for section, table, name in entries:
        row += 1
        texts = (name, section.title, table.caption, table.note)
        for place, text in enumerate(texts, start=1):
            _put(sheet.cell(row, place), text).alignment = Alignment(
                wrap_text=place > 1, vertical="top", readingOrder=direction if place > 1 else _FROM_LEFT)  # fmt: skip
        lines = (-(-len(text) // width) for text, width in zip(texts, _CONTENTS, strict=True))
        sheet.row_dimensions[row].height = _LINE * max(lines)
        sheet.cell(row, 1).hyperlink = f"#'{name}'!A1"
        sheet.cell(row, 1).font = _font(color=_ACCENT, underline="single")
    for letter, width in zip("ABCD", _CONTENTS, strict=True):
        sheet.column_dimensions[letter].width = width
