"""Which numbers stand in sentences, and with how many decimals: the one rule of report, brief, Word and terminal.

A number in a sentence is rounded to what a reader can use; the tables beside it, and the files, have more.

=========  ==============================================================================================
measure    as it stands in a sentence
=========  ==============================================================================================
count      whole where it is whole, else one decimal, for then it is a mean; ends of an interval whole
amount     one decimal (kept commitments, regret, a price); below one as many as leave it two digits that
           tell, three at most
index      two decimals
effect     a difference in per cent: signed, one decimal
share      whole per cent, 0 % and 100 % only of what is so (:func:`simulation.display.words.rounding.percent`)
chance     the word of the scale, then the share: *likely (73 %)*; in a list the share alone
=========  ==============================================================================================

Two ends of an interval have an en dash between them (:meth:`simulation.display.words.language.Words.interval`) and
the decimals of the larger one; what part of the replicates, or what level, lies between them is said once a sentence.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum, auto

from simulation.display.words.language import Words
from simulation.display.words.rounding import digits_of_count, digits_that_tell, rounded

COUNTED = ("deals", "instruments", "partners", "blocs")
"""Units of what is counted."""
_WHOLE = 1.0
_TENTH = 0.1


class Measure(Enum):
    """What kind of number stands in a sentence."""

    COUNT = auto()
    AMOUNT = auto()
    INDEX = auto()
    EFFECT = auto()


def decimals(measure: Measure, *values: float) -> int:
    """Decimals of a number of a sentence, or of all numbers that stand beside each other as one.

    Parameters
    ----------
    measure
        What they are.
    values
        One number, or those of an interval.
    """
    if measure is Measure.COUNT:
        return digits_of_count(values[0]) if len(values) == 1 else 0
    if measure is Measure.AMOUNT:
        return _amount(max(map(abs, values)))
    return 2 if measure is Measure.INDEX else 1


def _amount(size: float) -> int:
    if size == 0:
        return 0
    return 1 if size >= _WHOLE else 2 if size >= _TENTH else 3


def spanned(words: Words, write: Callable[[float, int], str], numbers: tuple[float, float, float], pairs: int) -> str:
    """A mean with its interval in a cell; one that is nothing in all pairs stands alone.

    Parameters
    ----------
    words
        Language.
    write
        Writes a number with so many decimals, with its sign or without.
    numbers
        The mean, and both ends of its interval.
    pairs
        Over how many it is; 0: not known.
    """
    mean, told = write(numbers[0], _digits(*numbers[1:])), interval(words, write, numbers[1:], pairs)
    return f"{mean} ({told})" if told and rounded(max(map(abs, numbers[1:])), 3) else mean


def interval(words: Words, write: Callable[[float, int], str], ends: tuple[float, float], pairs: int) -> str:
    """An interval in a cell: one without width is no certainty, but so many pairs that agree; one unknown is none."""
    if any(math.isnan(end) for end in ends):
        return ""
    low, high = (write(end, _digits(*ends)) for end in ends)
    if low != high:
        return words.interval(low, high)
    return words.plural("{count} pair of replicates", "{count} pairs of replicates", pairs) if pairs else ""


def _digits(*ends: float) -> int:
    size = max(map(abs, ends))
    return digits_that_tell(size) if rounded(size, 3) else 0
