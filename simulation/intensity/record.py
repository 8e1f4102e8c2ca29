"""Dated agreements of pairs as arrays, and what they say by the end of a year.

Why a deal of a pair is in the record: whose press was searched, in which language, and how large the states are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulation.arithmetic import exp
from simulation.data.dates import surely_by
from simulation.data.judged_pairs import Places
from simulation.data.tables import read_csv, table
from simulation.intensity.places import TABLES, judged_states
from simulation.kernels import exp as exp_of_one
from simulation.state import I64, F


@dataclass(frozen=True, eq=False)
class Record:
    """Agreements of pairs, one entry each.

    Attributes
    ----------
    a, b
        Indexes of the two parties.
    year
        Year of the signing.
    day
        Ordinal of the day by which it had surely happened.
    size
        Number of actors.
    """

    a: I64
    b: I64
    year: I64
    day: I64
    size: int

    def __len__(self) -> int:
        return len(self.a)

    def counts(self, first: int, last: int) -> F:
        """(n, n) agreements of the years ``first`` to ``last``, both included; symmetric."""
        inside = (self.year >= first) & (self.year <= last)
        return self.weighted(inside.astype(float))

    def weighted(self, weight: F) -> F:
        """(n, n) sum of weights (one an agreement) of every pair; symmetric."""
        table = np.zeros((self.size, self.size))
        np.add.at(table, (self.a, self.b), weight)
        return table + table.T

    def until(self, last: int) -> Record:
        """Without the agreements after a year."""
        return self.where(self.year <= last)

    def where(self, chosen: NDArray[np.bool_]) -> Record:
        """Some of the agreements."""
        return Record(self.a[chosen], self.b[chosen], self.year[chosen], self.day[chosen], self.size)


def together(records: Sequence[Record]) -> Record:
    """Several records of the same actors as one."""
    a, b, year, day = (np.concatenate([getattr(one, part) for one in records]) for part in ("a", "b", "year", "day"))
    return Record(a, b, year, day, records[0].size)


def record_of(rows: Iterable[tuple[int, int, date]], size: int) -> Record:
    """A record of (party, party, day) rows among ``size`` actors."""
    result = list(rows)
    a, b = (np.array([row[k] for row in result], dtype=np.int64) for k in (0, 1))
    years = np.array([row[2].year for row in result], dtype=np.int64)
    days = np.array([row[2].toordinal() for row in result], dtype=np.int64)
    return Record(a, b, years, days, size)


@lru_cache(maxsize=4)
def ai_deals(places: Places, kind: str = "state") -> Record:
    """Recorded AI deals of states (and the EU) with states or with firms; joint initiatives of many are left out.

    Parameters
    ----------
    places
        Who is in the arrays.
    kind
        Of the second party: ``state`` or ``firm``.
    """
    rows = [
        (places.place[row["a"]], places.place[row["b"]], surely_by(row["date"]))
        for row in read_csv(TABLES / "signings.csv")
        if row["kind_a"] == "state" and row["kind_b"] == kind and not row["joint"]
        and row["a"] in places.place and row["b"] in places.place
    ]  # fmt: skip
    return record_of(rows, len(places))


@lru_cache(maxsize=2)
def shipped_treaties(places: Places) -> Record:
    """Shipped treaties on investment and trade, dated by year."""
    rows = [
        (places.place[row["a"]], places.place[row["b"]], date(int(row["year"]), 12, 31))
        for row in read_csv(TABLES / "treaties.csv")
    ]
    return record_of(rows, len(places))


# --- why a deal of a pair is in the record: whose press was searched, in which language, and how large the states


REASONS = ("searched", "english", "size")
"""Reasons in the order of every array."""
SEARCHED = frozenset(state for (state,) in judged_states("searched"))
"""States whose press was searched for the list of AI deals, see ``SOURCES.md``."""
_HALVINGS = 40
SHARE, LEAST_SHARE, MOST_SHARE = 0.4, 0.25, 0.6
"""Share of the world's AI deals that the list is taken to hold, and the band of it: assumptions, no data tell it."""


def reasons(places: Places, size: F) -> list[F]:
    """(n, n) each, symmetric, in the order of :data:`REASONS`.

    Parameters
    ----------
    places
        Actors.
    size
        (n,) log gross domestic product less the mean.
    """
    searched = np.isin(places.homes, list(SEARCHED))
    english = np.isin(places.homes, list(english_speaking()))
    either = [(marks | marks[:, None]).astype(float) for marks in (searched, english)]
    return [*either, size[:, None] + size]


def english_speaking() -> frozenset[str]:
    """States with English as an official language."""
    return frozenset(row["iso3"] for row in table("states") if "English" in (row["language_1"], row["language_2"]))


def level_for(share: float, rate: F, raw: F, least: float, most: float) -> float:
    """c of ρ = clip(e^{c + raw}) at which the record holds a share of the flow.

    Parameters
    ----------
    share
        Wanted: Σ λ ρ / Σ λ.
    rate
        Intensities of pairs, in any shape.
    raw
        Σ_k γ_k z_k, alike.
    least, most
        Bounds of ρ.
    """
    inside = rate > 0
    weight, reason = rate[inside] / rate[inside].sum(), exp(raw[inside])
    low, high = -20.0, 20.0
    for _ in range(_HALVINGS):  # bisection: the share rises with c
        middle = (low + high) / 2
        if float((weight * np.clip(exp_of_one(middle) * reason, least, most)).sum()) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2
