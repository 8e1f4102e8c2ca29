"""The book at the start: deals that the record has, and draws of those that it lacks (Poisson thinning, C.2).

How long a deal lives: terms of three to five years, each renewed or not. No record tells it: assumptions (C.2).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulation.arithmetic import exp, weighted
from simulation.data.judged_pairs import Places
from simulation.errors import Fault, InputError, suggest
from simulation.intensity.ensemble import Layer, possible, state_layer
from simulation.intensity.equation import LEAST_RECORDED, MOST_RECORDED, rates_from_odds, utility
from simulation.intensity.posterior import ai_period, posterior_of
from simulation.intensity.posterior import shares as drawn_shares
from simulation.intensity.record import LEAST_SHARE, MOST_SHARE, ai_deals, level_for, shipped_treaties
from simulation.state import F

SHORTEST, LONGEST = 3.0, 5.0
"""Years of a term, drawn evenly in between."""
RENEWED = 0.5
"""Chance that a term is followed by another."""
_STEP = 0.05
_OLDEST = 40.0


@lru_cache(maxsize=1)
def _alive() -> F:
    """Chance of being in force at ages 0, step, 2·step, …"""
    ages = np.arange(0.0, _OLDEST + _STEP / 2, _STEP)
    ended = np.clip((ages - SHORTEST) / (LONGEST - SHORTEST), 0.0, 1.0)
    result = 1.0 - ended
    ends = np.diff(ended, prepend=0.0)
    lags = np.flatnonzero(ends)
    for k in range(len(ages)):  # a renewed deal is as good as new
        past = lags[lags <= k]
        result[k] += RENEWED * float((ends[past] * result[k - past]).sum())
    return result


def in_force(age: F) -> F:
    """Chance that a deal signed ``age`` years ago is in force; 0 for the future, and beyond forty years."""
    place = np.asarray(age, dtype=float) / _STEP
    inside = (place >= 0) & (place < len(_alive()))
    return np.where(inside, _alive()[np.clip(place.round().astype(int), 0, len(_alive()) - 1)], 0.0)


YEARS = 7
"""Years before the as-of date of which unrecorded deals are drawn."""
COMPLETE = 0.9
"""Least share recorded of a pair of a state whose record is called complete."""


def complete_places(places: Places, complete: Collection[str]) -> NDArray[np.int64]:
    """Indexes of the states whose record is called complete.

    Raises
    ------
    InputError
        With a fault for every code that is no state.
    """
    states = places.ids[: places.states]
    faults = [
        Fault("records.complete", f"{code!r} is no state; {suggest(code, states)}".rstrip("; "))
        for code in complete if code not in states
    ]  # fmt: skip
    if faults:
        raise InputError(faults)
    return np.array(sorted(places.place[code] for code in complete), dtype=np.int64)


def unrecorded_means(as_of: date, draws: int, complete: Collection[str] = ()) -> tuple[Layer, list[int], F]:
    """Expected unrecorded deals of every possible pair in each of the years before a day, in each draw.

    A year's flow of recorded deals is what the record has of it, and half a deal more; how it falls on pairs, and how
    much lies beside it, is the intensity's.

    Returns
    -------
    Layer, list of int, F
        The layer as of the day, the years, and (draws, years, pairs).
    """
    known = posterior_of(as_of)
    layer = state_layer(as_of, known)
    places, record, treaties = layer.places, ai_deals(layer.places).until(known.year), shipped_treaties(layer.places)
    sure = complete_places(places, complete)
    a, b = possible(layer)
    marked = np.isin(a, sure) | np.isin(b, sure)
    years = list(range(known.year - YEARS + 1, known.year + 1))
    shares = LEAST_SHARE + (MOST_SHARE - LEAST_SHARE) * drawn_shares("share recorded", ["world"], draws)[:, 0]
    theta, k = known.draws(draws), len(layer.x)
    result = np.zeros((draws, len(years), len(a)))
    for place, year in enumerate(years):
        period = ai_period(places, year, record, treaties)
        mask = period.mask * layer.mask
        events = record.counts(year, year).sum() / 2.0 + 0.5
        reasons = period.z[:, a, b]
        for d in range(draws):
            odds = exp(utility(period.x, theta[d, :k])) * mask
            rate = rates_from_odds(odds, theta[d, k])[a, b]
            reason = weighted(theta[d, k + 1 :], reasons)
            level = level_for(shares[d], rate, reason, LEAST_RECORDED, MOST_RECORDED)
            share = np.clip(exp(reason + level), LEAST_RECORDED, MOST_RECORDED)
            flow = rate * events / float((rate * share).sum())
            result[d, place] = flow * (1.0 - np.where(marked, np.maximum(share, COMPLETE), share))
    return layer, years, result
