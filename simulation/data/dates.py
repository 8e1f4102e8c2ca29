"""Dates of records: exact, or known to the month or year only; as ISO 8601 or as spreadsheets write them."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from simulation.data.reading import shown

_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?"
_YEAR_FIRST = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})(?:\2(\d{1,2})" + _TIME + ")?)?")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})" + _TIME)
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}")
DAY_FIRST, MONTH_FIRST = "day/month/year", "month/day/year"
EARLIEST = 1900
"""First year that a user's date may have: one before it is of another calendar, such as 1445 of the Hijra."""
TOO_EARLY = f"is before {EARLIEST}; write the year of the Gregorian calendar"


@lru_cache(maxsize=8192)  # the same few days stand in thousands of rows
def surely_by(text: str) -> date:
    """The day by which a dated fact had surely happened.

    ``2024-05-29`` is that day, ``2024-05`` the last day of May, ``2024`` the last of
    the year, so that no fact is known earlier than it can have been.

    Raises
    ------
    ValueError
        If the text is none of the three forms, or no day of the calendar.
    """
    parts = text.strip().split("-")
    widths = [len(part) for part in parts]
    if widths not in ([4], [4, 2], [4, 2, 2]) or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(f"{shown(text)} is no date: write YYYY-MM-DD, YYYY-MM or YYYY")
    year = int(parts[0])
    month = int(parts[1]) if len(parts) > 1 else 12
    if not (1 <= month <= 12 and year >= 1):
        raise ValueError(f"{shown(text)} is no date of the calendar")
    day = int(parts[2]) if len(parts) > 2 else calendar.monthrange(year, month)[1]
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"{shown(text)} is no date of the calendar") from None


def optional(text: str) -> date | None:
    """``None`` for an empty cell, else :func:`surely_by`."""
    return surely_by(text) if text.strip() else None


def column_dates(cells: Iterable[tuple[int, str]]) -> tuple[dict[int, str], list[tuple[int, str]]]:
    """The dates of a column of a table, each as ``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY``.

    Besides these, ``2024/5/9``, ``05/2024``, ``09.05.2024`` (the day first) and times of day, which are
    dropped. ``03/04/2024`` has two readings: one cell of the column that has a single one, such as
    ``13/04/2024``, settles the order of all.

    Parameters
    ----------
    cells
        (line, text) of each row.

    Returns
    -------
    tuple
        The date of each line that has one, and (line, what is wrong) of the others; a column whose
        order stays open, or which has both, is told once.
    """
    table = list(cells)
    first: dict[str, tuple[int, str]] = {}
    for line, text in table:
        if order := _order(text):
            first.setdefault(order, (line, text))
    orders = sorted(first, key=lambda order: first[order][0])
    dates: dict[int, str] = {}
    faults: list[tuple[int, str]] = []
    if len(orders) > 1:
        (line, text), (other, told) = first[orders[0]], first[orders[1]]
        problem = f"{shown(told)} is {orders[1]}, but {shown(text)} in line {line} {orders[0]}; write all as YYYY-MM-DD"
        faults.append((other, problem))
    open_faults = 0
    for line, text in table:
        try:
            dates[line] = _iso(text, orders)
        except _OpenOrderError as error:
            open_faults += 1
            if open_faults == 1 and len(orders) < 2:
                faults.append((line, str(error)))
        except ValueError as error:
            faults.append((line, str(error)))
    return dates, faults


class _OpenOrderError(ValueError):
    """A date with two readings."""


def _order(text: str) -> str:
    """The order of day and month that the text of a date settles; empty if it leaves it open."""
    match = _YEAR_LAST.fullmatch(text.strip())
    if not match or match[2] == ".":
        return ""
    one, two = int(match[1]), int(match[3])
    if 12 < one <= 31 and 1 <= two <= 12:
        return DAY_FIRST
    return MONTH_FIRST if 12 < two <= 31 and 1 <= one <= 12 else ""


def _iso(text: str, orders: list[str]) -> str:
    """A date as ISO 8601 writes it, under the orders that its column settles."""
    text = text.strip()
    if match := _YEAR_FIRST.fullmatch(text):
        return _joined(text, match[1], match[3], match[4])
    if match := _MONTH_YEAR.fullmatch(text):
        return _joined(text, match[2], match[1])
    if match := _YEAR_LAST.fullmatch(text):
        one, mark, two, year = match.groups()
        if mark == "." or int(one) == int(two) or _order(text):
            order = _order(text) or DAY_FIRST
        elif len(orders) == 1:
            order = orders[0]
        else:
            day, month = _joined(text, year, two, one), _joined(text, year, one, two)
            words = f"{shown(text)} may be {day} or {month}, and no date of the column tells; write YYYY-MM-DD"
            raise _OpenOrderError(words)
        return _joined(text, year, two, one) if order == DAY_FIRST else _joined(text, year, one, two)
    if _SHORT_YEAR.fullmatch(text):
        raise ValueError(f"{shown(text)} has a year of two digits: write YYYY-MM-DD")
    surely_by(text)  # which says what is wrong
    return text


def _joined(text: str, year: str, month: str | None = None, day: str | None = None) -> str:
    """Parts of a date in order, as far as they are there."""
    if int(year) < EARLIEST:
        raise ValueError(f"{shown(text)} {TOO_EARLY}")
    iso = "-".join([f"{int(year):04d}", *(f"{int(part):02d}" for part in (month, day) if part)])
    try:
        surely_by(iso)
    except ValueError:
        raise ValueError(f"{shown(text)} is no date of the calendar") from None
    return iso
