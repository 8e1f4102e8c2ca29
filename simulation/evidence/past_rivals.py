"""Simple rivals of the model's forecasts of deals: on which pairs recorded deals fall, and how many a year there are.

All share the pace of the list known on the day, so that they differ in *which* pairs only.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import stats

from simulation.evidence.past_runs import PastRuns
from simulation.state import B, F

HALF = 0.5
"""Deals that are added to a count before it is called a rate (Jeffreys' prior of a Poisson rate)."""
_DRAWS = 400


def shares(past: PastRuns, pool: B) -> Mapping[str, F]:
    """Share of the coming deals of a pool that falls on each of its pairs, by rival.

    Parameters
    ----------
    pool
        (pairs,) which of :attr:`PastRuns.pairs` are asked about.

    Returns
    -------
    Mapping
        (pool,) shares that sum to 1.
    """
    result = {
        "base rate": np.ones(int(pool.sum())),
        "as often as before": _before(past, pool),
        "leader's camp": _camp(past, pool),
        "most active partners": _active(past, pool),
        "largest partners": _large(past, pool),
    }
    return {name: share / share.sum() for name, share in result.items()}


def pace(past: PastRuns, pool: B) -> float:
    """Deals of a pool that its record so far lets expect between the day and the end."""
    known, years = _known(past)[pool].sum(), _span(past)
    return float((known + HALF) / years * past.years)


def _span(past: PastRuns) -> int:
    """Years from the first recorded deal to the day, at least one."""
    return past.day.year - int(past.known["year"].min()) + 1 if len(past.known) else 1


def _known(past: PastRuns) -> F:
    """(pairs,) recorded deals by the day."""
    a, b = past.pairs
    n = len(past.world)
    count = np.bincount(past.known["a"] * n + past.known["b"], minlength=n * n)
    return count[a * n + b].astype(float)


def _before(past: PastRuns, pool: B) -> F:
    """Earlier deals of the pair, and one deal spread over the pool."""
    return _known(past)[pool] + 1.0 / pool.sum()


def _camp(past: PastRuns, pool: B) -> F:
    """Pairs within one camp get the share of the earlier deals made within one, with one deal's worth of no rule."""
    a, b = past.pairs
    same = ((past.camp[a] == past.camp[b]) & (past.camp[a] >= 0))[pool]
    known = _known(past)[pool]
    inside = (known[same].sum() + same.mean()) / (known.sum() + 1.0)
    return np.where(same, inside / max(same.sum(), 1), (1.0 - inside) / max((~same).sum(), 1))


def _active(past: PastRuns, pool: B) -> F:
    """Product of both sides' earlier deals, each with half a deal more."""
    a, b = past.pairs
    busy = HALF + np.bincount(np.concatenate([past.known["a"], past.known["b"]]), minlength=len(past.world))
    return (busy[a] * busy[b])[pool]


def _large(past: PastRuns, pool: B) -> F:
    """Product of both sides' sizes; an actor that is no state counts as the mean state."""
    a, b = past.pairs
    size = np.where(past.world.size > 0.0, past.world.size, past.world.size[past.world.un_member].mean())
    return (size[a] * size[b])[pool]


def counts(known: int, last: int, years: int) -> Mapping[str, F]:
    """Quantiles of the deals of a coming year, by rival.

    Parameters
    ----------
    known, years
        Deals recorded so far, and in how many years.
    last
        Those of the last year.
    """
    share = (np.arange(_DRAWS) + 0.5) / _DRAWS
    # a Poisson count whose rate has the Gamma posterior of Jeffreys' prior
    return {
        "as often as before": stats.nbinom.ppf(share, known + HALF, years / (years + 1.0)),
        "as in the last year": stats.nbinom.ppf(share, last + HALF, 0.5),
    }
