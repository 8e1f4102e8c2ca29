"""Quarters of a year: the clock of the model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import overload

_FORM = re.compile(r"([0-9]{4})Q([1-4])")
_MONTHS = 3
_PER_YEAR = 4


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """One quarter, kept as an ordinal so that arithmetic is that of integers.

    Parameters
    ----------
    ordinal
        ``4 * year + (number - 1)``.

    Examples
    --------
    >>> Quarter.parse("2025Q1") + 3
    Quarter('2025Q4')
    >>> Quarter.parse("2035Q4") - Quarter.parse("2025Q1")
    43
    """

    ordinal: int

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Read ``"2025Q1"``.

        Raises
        ------
        ValueError
            If the text is not four digits, ``Q`` and a number from 1 to 4.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a quarter; write year and number, 2027Q1 to 2027Q4")
        return cls(int(match[1]) * _PER_YEAR + int(match[2]) - 1)

    @classmethod
    def of(cls, day: date) -> Quarter:
        """The quarter in which a day falls."""
        return cls(day.year * _PER_YEAR + (day.month - 1) // _MONTHS)

    @property
    def year(self) -> int:
        """Calendar year."""
        return self.ordinal // _PER_YEAR

    @property
    def number(self) -> int:
        """1 to 4."""
        return self.ordinal % _PER_YEAR + 1

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, (self.number - 1) * _MONTHS + 1, 1)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return (self + 1).first_day - timedelta(days=1)

    def index_from(self, start: Quarter) -> int:
        """Quarters since ``start``: 0 in the first quarter of a run, negative before it."""
        return self.ordinal - start.ordinal

    def __add__(self, quarters: int) -> Quarter:
        return Quarter(self.ordinal + quarters)

    @overload
    def __sub__(self, other: Quarter) -> int: ...
    @overload
    def __sub__(self, other: int) -> Quarter: ...
    def __sub__(self, other: Quarter | int) -> int | Quarter:
        if isinstance(other, Quarter):
            return self.ordinal - other.ordinal
        return Quarter(self.ordinal - other)

    def __str__(self) -> str:
        return f"{self.year:04d}Q{self.number}"

    def __repr__(self) -> str:
        return f"Quarter({str(self)!r})"
