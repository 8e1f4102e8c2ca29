"""Dates of records: exact, or known to the month or year only."""

from __future__ import annotations

import calendar
from datetime import date


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
        raise ValueError(f"{text!r} is no date: write YYYY-MM-DD, YYYY-MM or YYYY")
    year = int(parts[0])
    month = int(parts[1]) if len(parts) > 1 else 12
    if not (1 <= month <= 12 and year >= 1):
        raise ValueError(f"{text!r} is no date of the calendar")
    day = int(parts[2]) if len(parts) > 2 else calendar.monthrange(year, month)[1]
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"{text!r} is no date of the calendar") from None


def optional(text: str) -> date | None:
    """``None`` for an empty cell, else :func:`surely_by`."""
    return surely_by(text) if text.strip() else None
