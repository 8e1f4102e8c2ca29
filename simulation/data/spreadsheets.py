"""Tables as people's programs save them: CSV of any usual dialect, and workbooks (.xlsx).

Read where there is one reading: cells parted by commas, semicolons, tabs or bars, a ``sep=`` line,
UTF-8 with or without a mark, UTF-16 with one, Windows-1252, blank lines, a title above the header,
columns without name and content. What is left open is refused with the reason.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from simulation.data.reading import UnreadableError, control_character, place_of, read_bytes, shown, unreadable
from simulation.errors import Fault, suggest

LARGEST = 20_000_000
"""Bytes of a table: a larger one is surely the wrong file."""
MOST_COLUMNS = 100
"""Columns of a sheet that are read."""
_UNPACKED = 5 * LARGEST
_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_OTHERS = {b"PAR1": "Parquet", b"\x1f\x8b": "gzip", b"%PDF": "PDF"}
"""What is no table that is read, by its first bytes."""
_PACKAGE = "openpyxl"


def is_workbook(content: bytes, name: str) -> bool:
    """Whether a file is a workbook, by its first bytes.

    Raises
    ------
    UnreadableError
        For a workbook of Excel before 2007, and what is surely neither workbook nor text.
    """
    if content.startswith(_OLD):
        raise unreadable(name, "is a workbook of before 2007; save it as .xlsx or as CSV")
    for start, form in _OTHERS.items():
        if content.startswith(start):
            raise unreadable(name, f"is a file of {form}; a table is CSV text or a workbook (.xlsx)")
    return content.startswith(_ZIP)


def read_sheets(content: bytes, name: str) -> list[list[tuple[int, list[str]]]]:
    """(line, cells) of the rows of each sheet that has some; days as ``YYYY-MM-DD``.

    Raises
    ------
    UnreadableError
        The package is missing, the file is damaged, unpacks to too much or is no workbook.
    """
    if find_spec(_PACKAGE) is None:
        text = f"is a workbook, which needs the package {_PACKAGE}; pip install 'wifaq[excel]', or save it as CSV"
        raise unreadable(name, text)
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _UNPACKED:
                raise unreadable(name, f"unpacks to more than {_UNPACKED // 1_000_000} MB, the most a table may be")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = [
            [
                (line, [_text(value) for value in values])
                for line, values in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True), start=1)
                if any(value is not None for value in values)
            ]
            for sheet in book.worksheets
        ]
    except UnreadableError:
        raise
    except Exception as error:  # a damaged workbook makes the package raise anything
        raise unreadable(name, f"is no workbook (.xlsx) that can be read: {type(error).__name__}") from None
    return [sheet for sheet in sheets if sheet] or [[]]


def _text(value: object) -> str:
    """A cell as a CSV file would have it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, datetime.datetime | datetime.date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


DELIMITERS = (",", ";", "\t", "|")
MOST_ROWS = 100_000
"""Rows of a table: more are surely not deals."""
_HEAD = 20  # records among which the header is sought
_HEAD_SIZE = 20_000  # characters of a text that are looked at for it
_MOST_UNKNOWN = 20  # unknown columns told one by one
_SEP_LINE = re.compile(r"\s*\"?sep=(.)\"?[,;\t|]*\s*(?:\r\n|\r|\n|$)", re.IGNORECASE)
_WESTERN = re.compile(r"(?i:[\x00-\x7fàáâãäåæçèéêëìíîïñòóôõöøœùúûüÿß])|[\xa0¡¿«»‹›ªº°·€‚„‘’“”–—…•§©®]")
_MANY_HIGH = re.compile("[\xc0-\xff]{3}")
"""Three accented letters in a row: no Western European word, but any word of another code page read as one."""

Row = dict[str, str]
Record = tuple[int, list[str]]


@dataclass(frozen=True)
class Header:
    """Where the header is, and what it names: the column of each cell, empty for one without a name."""

    place: int
    line: int
    cells: tuple[str, ...]
    score: int

    @property
    def width(self) -> int:
        """Cells up to the last one with a name."""
        return max((place + 1 for place, cell in enumerate(self.cells) if cell), default=0)


def read_rows(path: Path, allowed: Sequence[str], needs: Sequence[str], faults: list[Fault]) -> list[tuple[int, Row]]:
    """(line, row) of a table with a header.

    Parameters
    ----------
    path
        A text or a workbook.
    allowed, needs
        Columns that it may have, and those that it must; capitals and blanks in them do not count.
    faults
        Collects what is wrong with the file, its header, or the shape of a row.

    Returns
    -------
    list[tuple[int, Row]]
        Rows with something in them, cells without blanks around them; none where the header has faults.
    """
    name = str(path)
    try:
        content = read_bytes(path, LARGEST)
        records, header = _records(content, name, allowed, needs)
    except UnreadableError as error:
        faults += error.faults
        return []
    if header is None:
        faults.append(Fault("", f"empty: the first line names the columns {', '.join(needs)}", name))
        return []
    wrong = list(_header_faults(header, allowed, needs, name))
    faults += wrong
    return [] if wrong else list(_rows(records[header.place + 1 :], header, name, faults))


# --- from bytes to records


def _records(
    content: bytes, name: str, allowed: Sequence[str], needs: Sequence[str]
) -> tuple[list[Record], Header | None]:
    """Every record of a file with its line, and the header among them."""
    if is_workbook(content, name):
        result = [(sheet, _header(sheet, allowed)) for sheet in read_sheets(content, name)]
        whole = [pair for pair in result if pair[1] is not None and set(needs) <= set(pair[1].cells)]
        if len(whole) > 1:
            raise unreadable(name, f"has {len(whole)} sheets with these columns; keep one")
        return whole[0] if whole else max(result, key=lambda pair: pair[1].score if pair[1] else -1)
    text = _decoded(content, name).rstrip("\x1a")
    if sign := control_character(text):
        words = f"the control character {sign[0]!a} is no text; take it out, or save the table as `CSV UTF-8`"
        raise unreadable(name, words, *place_of(text, sign.start()))
    said = _SEP_LINE.match(text)
    above = 0
    if said:
        above = len(io.StringIO(said[0], newline="").readlines())
        text = text[said.end() :]
    delimiter = said[1] if said else _delimiter(text, allowed)
    records = list(_parsed(text, delimiter, name, above))
    return records, _header(records, allowed)


def _decoded(content: bytes, name: str) -> str:
    """The text of a table, where its bytes have one reading."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as error:
        place = error.start
    text = content.decode("cp1252", "replace")
    if not marked and not _WESTERN.sub("", text) and not _MANY_HIGH.search(text):
        return text
    words = "not UTF-8, nor surely Windows-1252: save the table as UTF-8 (`CSV UTF-8` in spreadsheets)"
    raise unreadable(name, words, *place_of(text, place))


def _delimiter(text: str, allowed: Sequence[str]) -> str:
    """The delimiter under which the header names most of the columns; of equals the first."""
    head = text[:_HEAD_SIZE]

    def score(delimiter: str) -> int:
        records: list[Record] = []
        try:
            for record in _parsed(head, delimiter, "", 0):
                records.append(record)
                if len(records) >= _HEAD:
                    break
        except UnreadableError:
            pass  # the end of the head may cut a cell
        header = _header(records, allowed)
        return header.score if header else 0

    return max(DELIMITERS, key=score)


def _parsed(text: str, delimiter: str, name: str, above: int) -> Iterator[Record]:
    """(line, cells) of each record; ``above`` lines were taken off before."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    line, count = above + 1, 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                count += 1
                if count > MOST_ROWS:
                    raise unreadable(name, f"more than {MOST_ROWS} rows, the most a table may have")
                yield line, [cell.strip() for cell in cells]
            line = above + reader.line_num + 1
    except csv.Error as error:
        words = f"not a CSV table: {error}".replace("\t", "\\t")
        raise unreadable(name, words, above + reader.line_num, 1) from None


# --- the header


def _column(cell: str) -> str:
    return re.sub(r"[\s_-]+", "_", cell.strip().casefold())


def _header(records: Sequence[Record], allowed: Sequence[str]) -> Header | None:
    """The record that names most of the columns, below nothing but a title; else the first one."""
    best: Header | None = None
    for place, (line, cells) in enumerate(records[:_HEAD]):
        names = tuple(name if (name := _column(cell)) in allowed else cell for cell in cells)
        result = Header(place, line, names, len(set(names).intersection(allowed)))
        if best is None or result.score > best.score:
            best = result
        if sum(map(bool, cells)) > 1:  # what has several cells is no title
            break
    return best


def _header_faults(header: Header, allowed: Sequence[str], needs: Sequence[str], name: str) -> Iterator[Fault]:
    named = [cell for cell in header.cells if cell]
    if not header.score:
        text = f"no header: {shown(named[0])} is no column; the first line names the columns {', '.join(needs)}"
        yield Fault("", text, name, header.line, 1)
        return
    unknown = [cell for cell in named if cell not in allowed]
    for cell in unknown[:_MOST_UNKNOWN]:
        advice = suggest(_column(cell)[:_MOST_UNKNOWN], allowed)
        yield Fault(shown(cell)[1:-1], f"unknown column; {advice}".rstrip("; "), name, header.line, 1)
    if len(unknown) > _MOST_UNKNOWN:
        yield Fault("", f"{len(unknown) - _MOST_UNKNOWN} more unknown columns", name, header.line, 1)
    for cell in dict.fromkeys(cell for cell in named if cell in allowed and named.count(cell) > 1):
        yield Fault(cell, "the column occurs twice", name, header.line, 1)
    for column in needs:
        if column not in named:
            yield Fault(column, "the column is missing", name, header.line, 1)


def _rows(records: Sequence[Record], header: Header, name: str, faults: list[Fault]) -> Iterator[tuple[int, Row]]:
    """Rows of the right shape; the others, and the first cell of a column without a name, are faults."""
    nameless: set[int] = set()
    for line, cells in records:
        beyond = [place for place, cell in enumerate(cells) if cell and not "".join(header.cells[place : place + 1])]
        if len(cells) < header.width or any(place >= len(header.cells) for place in beyond):
            text = f"{len(cells)} cells where the header has {header.width}"
            faults.append(Fault("", text, name, line, 1))
            continue
        for place in beyond:
            if place not in nameless:
                nameless.add(place)
                text = f"column {place + 1} has no name, but holds {shown(cells[place])} here; name it or empty it"
                faults.append(Fault("", text, name, line, 1))
        yield line, {column: cell for column, cell in zip(header.cells, cells, strict=False) if column}
