"""Sheets of a workbook (.xlsx) as records of text, by the optional package openpyxl."""

from __future__ import annotations

import datetime
import io
import zipfile
from importlib.util import find_spec

from simulation.data.reading import UnreadableError
from simulation.errors import Fault

LARGEST = 20_000_000
"""Bytes of a table: a larger one is surely the wrong file."""
MOST_COLUMNS = 100
"""Columns of a sheet that are read."""
_UNPACKED = 5 * LARGEST
_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_PACKAGE = "openpyxl"


def is_workbook(content: bytes, name: str) -> bool:
    """Whether a file is a workbook, by its first bytes.

    Raises
    ------
    UnreadableError
        For a workbook of Excel before 2007.
    """
    if content.startswith(_OLD):
        raise _refused(name, "is a workbook of before 2007; save it as .xlsx or as CSV")
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
        raise _refused(name, text)
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _UNPACKED:
                raise _refused(name, f"unpacks to more than {_UNPACKED // 1_000_000} MB, the most a table may be")
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
        raise _refused(name, f"is no workbook (.xlsx) that can be read: {type(error).__name__}") from None
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


def _refused(name: str, message: str) -> UnreadableError:
    return UnreadableError(Fault("", message, name))
