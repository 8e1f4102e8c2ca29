"""Draws of the coming flow of every pair: posterior, wave of the record, and attraction of actors (C.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from simulation.arithmetic import exp, weighted
from simulation.data.judged_pairs import Places, states_and_union
from simulation.intensity.covariates import covariates, ground
from simulation.intensity.equation import (
    LEAST_RECORDED,
    MOST_RECORDED,
    rates_from_odds,
    utility,
)
from simulation.intensity.posterior import Posterior, posterior_of, scores
from simulation.intensity.posterior import shares as drawn_shares
from simulation.intensity.record import LEAST_SHARE, MOST_SHARE, Record, ai_deals, level_for, reasons, shipped_treaties
from simulation.state import F


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer of pairs as of a day.

    Attributes
    ----------
    places
        The n actors.
    posterior
        What is known of its intensity.
    x, mask, z
        (K, n, n) covariates, (n, n) possible pairs, (R, n, n) reasons of being recorded.
    record
        Agreements recorded by the day.
    """

    places: Places
    posterior: Posterior
    x: F
    mask: F
    z: F
    record: Record


def known_by(record: Record, day: date) -> Record:
    """Agreements that had surely happened by a day."""
    return record.where(record.day <= day.toordinal())


def state_layer(as_of: date) -> Layer:
    """Pairs of states, the EU among them; covariates are of the posterior's year's end.

    Raises
    ------
    InputError
        If the day is before the first fit.
    """
    places = states_and_union()
    known = posterior_of(as_of)
    here = ground(places, known.year)
    record = known_by(ai_deals(places), as_of)
    x = covariates(places, known.year, record, shipped_treaties(places), here)
    return Layer(places, known, x, here.mask, np.stack(reasons(places, here.size)), record)


DRAWS = 200
ATTRACTION_SD, ATTRACTION_KEPT = 0.5, 0.9
"""Standard deviation of an actor's attraction beyond its covariates, and how much of it lasts a year (AR 1)."""


@dataclass(frozen=True, eq=False)
class Flow:
    """One draw of one calendar year.

    Attributes
    ----------
    draw, year
        Which.
    signed, recorded
        (pairs,) agreements a year that are signed, and that a record like the list's will hold.
    """

    draw: int
    year: int
    signed: F
    recorded: F


def flows(layer: Layer, years: Sequence[int], draws: int = DRAWS, spread: float = ATTRACTION_SD) -> Iterator[Flow]:
    """Draws of the flow of every possible pair in some coming years.

    The recorded flow of all pairs together is the wave's; posterior and attraction say how it falls on the pairs, the
    share recorded (a band, see :mod:`.record`) how much is signed beside it.

    Parameters
    ----------
    layer
        As of a day.
    years
        Calendar years after the posterior's, ascending.
    draws
        How many.
    spread
        Standard deviation of an actor's attraction.

    Yields
    ------
    Flow
        Draw by draw, year by year; pairs as :func:`possible` has them.
    """
    known, (a, b) = layer.posterior, possible(layer)
    theta = known.draws(draws)
    shares = LEAST_SHARE + (MOST_SHARE - LEAST_SHARE) * drawn_shares("share recorded", ["world"], draws)[:, 0]
    level = scores("wave", ["level"], draws)[:, 0]
    steps = np.stack([scores("wave", [f"step {y - known.year}"], draws)[:, 0]
                      for y in range(known.year + 1, max(years) + 1)])  # fmt: skip
    attraction = _attraction(layer.places.ids, max(years) - known.year, draws, spread)
    k = len(layer.x)
    reasons = layer.z[:, a, b]
    for d in range(draws):
        odds = exp(utility(layer.x, theta[d, :k])) * layer.mask
        reason = weighted(theta[d, k + 1 :], reasons)
        middle = rates_from_odds(odds, theta[d, k])[a, b]
        held = level_for(shares[d], middle, reason, LEAST_RECORDED, MOST_RECORDED)
        share = np.clip(exp(reason + held), LEAST_RECORDED, MOST_RECORDED)
        for year in years:
            ahead = year - known.year
            rate = rates_from_odds(odds * exp(attraction[ahead - 1, d]), theta[d, k])[a, b]
            wave = float(exp(known.wave.logs(ahead, level[d : d + 1], steps[:, d : d + 1])[0]))
            signed = rate * (wave / float((rate * share).sum()))
            yield Flow(d, year, signed, signed * share)


def possible(layer: Layer) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indexes of both parties of every pair that can make a deal, a < b."""
    a, b = np.nonzero(np.triu(layer.mask, 1))
    return a, b


def _attraction(ids: Sequence[str], years: int, draws: int, spread: float) -> F:
    """(years, draws, n) attraction of actors: stationary, of the first order."""
    result = [spread * scores("attraction 0", ids, draws)]
    fresh = spread * np.sqrt(1.0 - ATTRACTION_KEPT * ATTRACTION_KEPT)
    for year in range(1, years):
        result.append(ATTRACTION_KEPT * result[-1] + fresh * scores(f"attraction {year}", ids, draws))
    return np.stack(result)


def overlap(as_of: date, by: date) -> dict[int, float]:
    """Calendar year -> share of it that lies after ``as_of`` and not after ``by``."""
    result = {}
    for year in range(as_of.year, by.year + 1):
        days = date(year, 12, 31).toordinal() - date(year - 1, 12, 31).toordinal()
        first = max(as_of.toordinal(), date(year - 1, 12, 31).toordinal())
        last = min(by.toordinal(), date(year, 12, 31).toordinal())
        if last > first:
            result[year] = (last - first) / days
    return result


def expected_counts(layer: Layer, as_of: date, by: date, draws: int = DRAWS, recorded: bool = True) -> F:
    """(draws, pairs) expected new agreements of every possible pair in (as_of, by], in each draw."""
    parts = overlap(as_of, by)
    result = np.zeros((draws, len(possible(layer)[0])))
    for flow in flows(layer, list(parts), draws):
        result[flow.draw] += parts[flow.year] * (flow.recorded if recorded else flow.signed)
    return result
