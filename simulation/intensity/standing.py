"""What the fitted intensity reads of a world: covariates of its pairs by layer, in the order of its actors (C.2).

A layer is the pairs of states with one kind of partner. A covariate is either of the partner alone (its size) or of
the pair (their distance), so U_ij = Σ_k β_k pair_k(i, j) + Σ_k β_k partner_k(j).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from simulation import arithmetic
from simulation.data.judged_pairs import Places, states_and_union
from simulation.data.tables import table
from simulation.data.world import World
from simulation.intensity import firms
from simulation.intensity.covariates import NAMES, blocks, ground
from simulation.intensity.firms import firm_standing
from simulation.intensity.places import with_firms
from simulation.intensity.posterior import Posterior, posterior_of
from simulation.intensity.record import Record, reasons, record_of, shipped_treaties
from simulation.state import FIRM, I32, I64, STATE, B, F

T = TypeVar("T", bound=np.generic)
PARTNERS: Mapping[int, tuple[str, ...]] = {STATE: ("size", "activity", "union"), FIRM: firms.TRAITS}
"""Covariates of the partner alone, by layer."""
BOOK_YEARS = 7
"""Years before the as-of date of which deals that no record holds are drawn."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """The possible pairs of a layer, a < b, and what is known of them.

    Attributes
    ----------
    a, b
        (P,) the two actors.
    first, spot, x
        Covariates that are not zero, those of k from ``first[k]`` to ``first[k + 1]``: places among the pairs, and
        values. One that half of the pairs have is there of all of them.
    reasons
        (R, P) reasons of being recorded, a row each. They and covariates of b with a are the same.
    """

    a: I32
    b: I32
    first: I64
    spot: I32
    x: F
    reasons: F


@dataclass(frozen=True, eq=False)
class Year:
    """What was known at the end of a year, of the n actors of a world.

    Attributes
    ----------
    known, told
        K covariates and R reasons of being recorded, (m, m) each, symmetric, of places that are not in the order
        of the world: of years that are past only the pairs are ever read. What years share is there once.
    place
        (n,) the place of each actor; -1 for one of whom nothing is known.
    of_pair
        (K,) whether a covariate is the pair's, not the partner's alone.
    partner
        (K, n) covariates of the partner, zero where a name is the pair's.
    mask
        (n, n) symmetric: who can make a deal of this layer.
    uncontrolled
        The same without export controls.
    events
        Deals that the record holds of the year *after*.
    """

    known: Sequence[F]
    told: Sequence[F]
    place: I64
    of_pair: B
    partner: F
    mask: B
    uncontrolled: B
    events: float

    @cached_property
    def pair(self) -> F:
        """(K, n, n) symmetric covariates, zero where a name is the partner's alone."""
        return _in_order(self.known, self.place, self.of_pair)

    def covariate(self, k: int) -> F:
        """(n, n) one covariate as it is in ``pair``, without the others."""
        return _in_order(self.known[k : k + 1], self.place, self.of_pair[k : k + 1])[0]

    @cached_property
    def reasons(self) -> F:
        """(R, n, n) symmetric reasons of being recorded."""
        return _in_order(self.told, self.place)

    @cached_property
    def possible(self) -> Pairs:
        """The pairs that can make deals: the same in all replicates."""
        a, b = np.nonzero(np.triu(self.mask, 1))
        one, two = self.place[a], self.place[b]
        x, told = _of_pairs(self.known, one, two, self.of_pair), _of_pairs(self.told, one, two)
        some = [np.arange(a.size) if np.count_nonzero(row) > a.size / 2 else np.flatnonzero(row) for row in x]
        values = np.concatenate([row[spots] for row, spots in zip(x, some, strict=True)])
        first = np.cumsum([0, *map(len, some)])
        return Pairs(a.astype(np.int32), b.astype(np.int32), first, np.concatenate(some).astype(np.int32), values, told)


@lru_cache(maxsize=64)  # the same in all replicates of a scenario
def still_possible(year: Year, now: Year) -> B:
    """Which of the possible pairs of a year can make deals later on, (P,); shared."""
    return now.mask[year.possible.a, year.possible.b]


@dataclass(frozen=True, eq=False)
class LayerFacts:
    """One layer of a world.

    Attributes
    ----------
    posterior
        What is known of its coefficients.
    names
        Of its K covariates.
    current
        At the as-of date.
    past
        At the end of each of the years before the :data:`BOOK_YEARS` that end with the as-of date's.
    """

    posterior: Posterior
    names: tuple[str, ...]
    current: Year
    past: tuple[Year, ...]


@lru_cache(maxsize=8)
def layers(world: World) -> Mapping[int, LayerFacts]:
    """The estimated layers of a world, by the kind of partner: states and firms.

    A made-up world, in which some state is none of the real ones, has the covariates that its own columns give:
    size, border, rivalry.

    Raises
    ------
    InputError
        If the as-of date is before the first fit.
    """
    states, firm = posterior_of(world.as_of), posterior_of(world.as_of, firms.TABLE)
    if not set(world.ids[: int(world.un_member.sum())]) <= set(states_and_union().ids):
        return {STATE: _made_up(world, states, NAMES, STATE), FIRM: _made_up(world, firm, firms.NAMES, FIRM)}
    last = states.year
    of_states = [_state_year(world, year) for year in range(last - BOOK_YEARS, last + 1)]
    of_firms = [_firm_year(world, year) for year in range(last - BOOK_YEARS, last + 1)]
    return {
        STATE: LayerFacts(states, NAMES, of_states[-1], tuple(of_states[:-1])),
        FIRM: LayerFacts(firm, firms.NAMES, of_firms[-1], tuple(of_firms[:-1])),
    }


@lru_cache(maxsize=32)
def record_of_world(world: World, places: Places, kind: int) -> Record:
    """Dated deals of a world between states, or between states and firms; joint initiatives of many are left out.

    Such a text says little of the two: everybody who was there signed it.
    """
    joint = {row["id"] for row in table("deals") if row["kind"] == "joint_initiative"}
    rows = []
    for deal in world.deals:
        for p, i in enumerate(deal.parties):
            for j in deal.parties[p + 1 :]:
                sorts = sorted((int(world.kind[i]), int(world.kind[j])))
                both = world.ids[i] in places.place and world.ids[j] in places.place
                if sorts == [STATE, kind] and both and deal.id not in joint:
                    rows.append((places.place[world.ids[i]], places.place[world.ids[j]], deal.date))
    return record_of(rows, len(places))


def _state_year(world: World, year: int) -> Year:
    places = states_and_union()
    here, record = ground(places, year), record_of_world(world, places, STATE)
    x = blocks(places, year, record, shipped_treaties(places), here)
    z = reasons(places, here.size)
    return _year(world, places, NAMES, x, (here.mask, here.mask), z, record, year, STATE)


def _firm_year(world: World, year: int) -> Year:
    places = with_firms()
    record = record_of_world(world, places, FIRM)
    x, mask, z = firm_standing(places, year, record)
    masks = mask, firms.existing(places, date(year, 12, 31))
    return _year(world, places, firms.NAMES, x, masks, z, record, year, FIRM)


def _year(
    world: World, places: Places, names: tuple[str, ...], x: Sequence[F], masks: tuple[F, F], z: Sequence[F],
    record: Record, year: int, kind: int,
) -> Year:  # fmt: skip
    """A year of some places for the actors of a world; who is none of them has no deals of the layer."""
    place = np.array([places.place.get(name, -1) for name in world.ids], dtype=np.int64)
    place[(world.kind != STATE) & (world.kind != kind)] = -1
    here = place >= 0
    of_pair, partner = np.ones(len(names), bool), np.zeros((len(names), len(place)))
    for k, name in enumerate(names):
        if name in PARTNERS[kind]:
            of_pair[k], partner[k, here] = False, x[k][0, place[here]]  # a row is like every other
    can = [_in_order([mask > 0], place)[0] for mask in masks]
    events = float(record.counts(year + 1, year + 1).sum() / 2.0)
    return Year(x, z, place, of_pair, partner, can[0], can[1], events)


def _in_order(given: Sequence[NDArray[T]], place: I64, wanted: B | None = None) -> NDArray[T]:
    """Some of K blocks (m, m) of places in the order of actors, (K, n, n); zero for others, and without a place."""
    result = np.zeros((len(given), len(place), len(place)), given[0].dtype)
    here = np.flatnonzero(place >= 0)
    to, of = _square(here), _square(place[here])
    for k, block in enumerate(given):
        if wanted is None or wanted[k]:
            result[k][to] = block[of]
    return result


def _of_pairs(given: Sequence[F], one: I64, two: I64, wanted: B | None = None) -> F:
    """Some of K blocks (m, m) at pairs of places, (K, P); zero for others, and where one has no place."""
    result = np.zeros((len(given), one.size))
    here = (one >= 0) & (two >= 0)
    spot = np.where(here, one * len(given[0]) + two, 0)
    for k, block in enumerate(given):
        if wanted is None or wanted[k]:
            block.ravel().take(spot, out=result[k], mode="clip")  # its quick mode; no spot is beyond
    if not here.all():
        result[:, ~here] = 0.0
    return result


def _square(rows: I64) -> tuple[slice, slice] | tuple[I64, ...]:
    """What picks some rows and the same columns; slices, much quicker, where they follow one another."""
    if rows.size and (np.diff(rows) == 1).all():
        part = slice(int(rows[0]), int(rows[-1]) + 1)
        return part, part
    return np.ix_(rows, rows)


def _made_up(world: World, known: Posterior, names: tuple[str, ...], kind: int) -> LayerFacts:
    n, states = len(world.ids), world.kind == STATE
    logs = arithmetic.log(np.where(states, np.maximum(world.gdp_usd, 1.0), 1.0))
    size = np.where(states, logs - logs[states].mean(), 0.0)
    pair, of_pair = np.zeros((len(names), n, n)), np.zeros(len(names), bool)  # what is not written takes no memory
    if kind == STATE:
        border, rival = names.index("border"), names.index("rival")
        pair[border][world.contiguous] = 1.0
        for i, j in world.rivals:
            pair[rival, i, j] = pair[rival, j, i] = 1.0
        of_pair[[border, rival]] = True
    own = {"size": size, "state size": size}
    partner = np.stack([own.get(name, np.zeros(n)) for name in names])
    side = states if kind == STATE else world.kind == kind
    mask = (states[:, None] & side) | (side[:, None] & states)
    np.fill_diagonal(mask, False)
    count = len(known.names) - len(names) - 1
    year = Year(list(pair), list(np.zeros((count, n, n))), np.arange(n), of_pair, partner, mask, mask, 0.0)
    return LayerFacts(known, names, year, ())


def quarter_of(day: date, as_of: date) -> int:
    """Quarters from the first one of a run that starts after ``as_of``; negative before."""
    first = as_of.year * 4 + (as_of.month - 1) // 3 + 1
    return day.year * 4 + (day.month - 1) // 3 - first

