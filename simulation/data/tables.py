"""Reading and writing the project's own tables.

``tables/`` holds what the model reads, derived by :mod:`simulation.data.build`.
``judged/`` holds what people decided (bloc rules, depths of deals, dates that are
recalled), each row with its ``basis``; the build merges it into ``tables/``.
``fitted/`` holds what :mod:`simulation.evidence` has estimated, for everything above this floor to read.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from simulation.errors import DataError

TABLES = Path(__file__).parent / "tables"
JUDGED = Path(__file__).parent / "judged"
FITTED = Path(__file__).parent / "fitted"

Row = Mapping[str, str]


def read_csv(path: Path) -> tuple[dict[str, str], ...]:
    """Rows of a CSV file as text; an empty cell is ``""``, and ``NA`` stays ``NA``."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)
            return tuple(dict(zip(header, row, strict=True)) for row in rows)
    except FileNotFoundError:
        advice = "build it with python -m simulation.data.build"
        raise DataError(f"the table {path} is missing: {advice}") from None


def read_columns(path: Path) -> Mapping[str, Sequence[str]]:
    """The same by column: of a table of many rows much the quicker way."""
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    return dict(zip(header, zip(*rows, strict=True), strict=True))


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Rows of a shipped table, read once. Callers must not change them."""
    return read_csv(TABLES / f"{name}.csv")


@cache
def rows_by(name: str, column: str) -> Mapping[str, tuple[Row, ...]]:
    """Rows of a shipped table by what stands in a column of theirs."""
    result: dict[str, list[Row]] = {}
    for row in table(name):
        result.setdefault(row[column], []).append(row)
    return {key: tuple(rows) for key, rows in result.items()}


@cache
def judged(name: str) -> tuple[dict[str, str], ...]:
    """Rows of a table of judgements, read once. Callers must not change them."""
    return read_csv(JUDGED / f"{name}.csv")


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows with the same bytes on every system: UTF-8, ``\\n``, columns in order."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def short(value: float, digits: int = 4) -> str:
    """A number with so many significant digits and nothing superfluous."""
    text = f"{float(value):.{digits}g}"
    return repr(float(text)).removesuffix(".0") if "e" in text else text
