"""The one rounding rule of everything people read: text, tables, charts, every language.

A number is rounded as its reader would do it by hand, from the digits it is written with in the
result files: to the nearest, halves away from zero. Binary fractions do not decide (2.675 is 2.68).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def rounded(value: float, digits: int = 0) -> Decimal:
    """A number to so many decimals, halves away from zero, never minus zero.

    Raises
    ------
    decimal.InvalidOperation
        If the value is infinite or not a number.
    """
    # float: a NumPy number is written otherwise ("np.float32(0.1)"), and one report would have two numbers
    result = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return result if result else abs(result)


def decimal(value: float, digits: int = 0) -> str:
    """A number as English text: ``0.50``."""
    return f"{rounded(value, digits):f}"


def signed(value: float, digits: int = 2) -> str:
    """A difference as English text with its sign; one that rounds to zero has none."""
    result = rounded(value, digits)
    return f"{result:+f}" if result else f"{result:f}"


def digits_of_count(value: float) -> int:
    """Decimals of a mean of counts: none where it is whole, as at the start of a run, else one."""
    return 0 if float(value).is_integer() else 1


def digits_that_tell(value: float) -> int:
    """Decimals that leave a number of this size at least two digits, three at most; none of zero."""
    size = abs(float(value))
    return 0 if size >= 100 or size == 0 else 1 if size >= 10 else 2 if size >= 0.1 else 3


def percent(share: float) -> int:
    """A share of one in whole per cent; never 100 or 0 of what is not whole."""
    result = int(rounded(100 * share))
    if result == 100 and share < 1:
        return 99
    return 1 if result == 0 and share > 0 else result
