"""What numbers of sentences are called in the table that holds them all: by keys in files, by names in a language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from simulation.display.words.language import Words
from simulation.display.words.terms import METRIC, N_, OBJECTIVE, SPREAD, name_of, uncertainty


class Quantity:
    """What a number of a sentence is; its text has the keys of tables, as files have it.

    Parameters
    ----------
    message
        In English, marked for translation.
    **keys
        What fills each of its places, by those of :data:`_NAMED`.
    """

    def __init__(self, message: str, **keys: str | Quantity):
        self._message, self._keys = message, keys

    def __str__(self) -> str:
        return self._message.format(**self._keys)

    def named(self, words: Words) -> str:
        """In a language, with the names of what the keys stand for."""
        return words(self._message, **{place: _NAMED[place](key, words) for place, key in self._keys.items()})


def _quantity(what: str | Quantity, words: Words) -> str:
    return what.named(words) if isinstance(what, Quantity) else name_of(METRIC, what, words)


def mean_of(metric: str) -> Quantity:
    """The mean of a metric over replicates."""
    return Quantity(N_("{quantity}, mean"), quantity=metric)


def quantiles_of(what: str | Quantity) -> tuple[Quantity, Quantity]:
    """Both ends of the band of nine replicates in ten."""
    low, high = N_("{quantity}, 5 % quantile"), N_("{quantity}, 95 % quantile")
    return Quantity(low, quantity=what), Quantity(high, quantity=what)


_NAMED: Mapping[str, Callable[[Any, Words], str]] = {
    "quantity": _quantity, "part": partial(name_of, SPREAD), "objective": partial(name_of, OBJECTIVE),
    "uncertainty": uncertainty, "statement": lambda text, words: words.known(text),
    "partner": lambda actor, words: words.actor(actor, actor), "strategy": partial(name_of, {}),
}  # fmt: skip
"""What the keys in each place of a quantity stand for."""
