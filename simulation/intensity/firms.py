"""States and firms: the same intensity on pairs of a state (or the EU) and a firm of the roster (C.2).

57 recorded deals tell little of 16 coefficients, and the priors were written by people who had seen the rows: what
this layer says is nearer to judgement than what pairs of states get, and its scores are optimistic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

import numpy as np

from simulation.arithmetic import log1p, log1p_of_counts
from simulation.data.dates import optional
from simulation.data.facts import load_facts
from simulation.data.judged_pairs import Places, judged_pairs, states_and_union
from simulation.data.tables import table
from simulation.intensity.covariates import WINDOW, ground
from simulation.intensity.ensemble import Layer, known_by
from simulation.intensity.equation import Period, Prior
from simulation.intensity.places import with_firms
from simulation.intensity.posterior import posterior_of
from simulation.intensity.record import Record, ai_deals, reasons
from simulation.state import F

PRIORS: Mapping[str, tuple[float, float]] = {
    "state size": (0.3, 0.2), "state readiness": (0.2, 0.2), "firm band": (0.5, 0.5), "firm core": (0.3, 0.7),
    "firm infrastructure": (0.5, 0.7), "firm activity": (0.8, 0.3), "past": (0.3, 0.5), "domestic": (0.0, 1.0),
    "home distance": (-0.3, 0.3), "home trade": (0.05, 0.1), "home language": (0.2, 0.3),
    "home conflict": (-1.2, 0.7), "home rival": (-0.6, 0.6), "home CHN": (0.0, 0.7), "home USA": (0.0, 0.7),
    "kappa": (1.6, 0.9), "recorded: searched": (0.5, 0.7), "recorded: english": (0.3, 0.5),
}  # fmt: skip
"""Mean and standard deviation of every parameter: assumptions of the model description."""
NAMES = tuple(name for name in PRIORS if name != "kappa" and not name.startswith("recorded"))
TRAITS = NAMES[:6]
"""Covariates of the partner alone: of the state in a firm's eyes, of the firm in a state's."""
INFRASTRUCTURE = frozenset(
    [
        "alibaba",
        "amazon",
        "atlas_cloud",
        "cassava",
        "google",
        "huawei",
        "ibm",
        "jio",
        "microsoft",
        "none_dc",
        "nvidia",
        "oracle",
        "tencent",
    ]
)
"""Firms that sell clouds, chips or networks: judged."""
TABLE = "firm_posterior"
_SAME = ("distance", "trade", "language", "conflict", "rival")


def prior() -> Prior:
    """:data:`PRIORS` as arrays."""
    return Prior(*(np.array([values[k] for values in PRIORS.values()]) for k in (0, 1)))


@lru_cache(maxsize=1)
def _rows() -> tuple[Mapping[str, str], ...]:
    rows = {row["id"]: row for row in table("nonstate")}
    places = with_firms()
    return tuple(rows[name] for name in places.ids[places.union + 1 :])


def firm_period(year: int) -> Period:
    """A year of recorded deals of states with firms, and what was known before it."""
    places = with_firms()
    record = ai_deals(places, "firm")
    x, mask, z = firm_standing(places, year - 1, record)
    return Period(np.stack(x), mask, record.counts(year, year) * mask, np.stack(z))


@lru_cache(maxsize=32)
def firm_standing(places: Places, year: int, record: Record) -> tuple[Sequence[F], F, Sequence[F]]:
    """K covariates, mask and R reasons of being recorded at the end of a year, (n, n) each."""
    here, day = ground(states_and_union(), year), date(year, 12, 31)
    n, first = len(places), places.union + 1
    facts = load_facts(day)
    ready = np.append(facts["readiness"], facts["readiness"].mean())
    ready[-1] = np.average(facts["readiness"], weights=facts["gdp_usd"])  # the EU is as ready as a large economy
    traits = {name: np.zeros(n) for name in TRAITS}
    traits["state size"][:first] = here.size
    traits["state readiness"][:first] = (ready - ready[:-1].mean()) / ready[:-1].std()
    rows, homes = _rows(), np.array(places.homes[first:])
    traits["firm band"][first:] = [float(row["band"]) - 3.0 for row in rows]
    traits["firm core"][first:] = [float(row["tier"] == "1") for row in rows]
    traits["firm infrastructure"][first:] = np.isin(places.ids[first:], list(INFRASTRUCTURE))
    busy = record.counts(year - WINDOW + 1, year).sum(axis=1)[first:]
    traits["firm activity"][first:] = log1p(busy) - log1p(busy).mean()
    pairs = _home_pairs(places, here.pairs)
    pairs["past"] = log1p_of_counts(record.counts(0, year))
    marks = {code: np.zeros((n, n)) for code in ("CHN", "USA")}
    for code, result in marks.items():
        result[:first, first:] = homes == code
    pairs |= {f"home {code}": result + result.T for code, result in marks.items()}
    x = [np.broadcast_to(traits[name], (n, n)) if name in traits else pairs[name] for name in NAMES]
    return x, _mask(places, day), reasons(places, np.zeros(n))[:2]


def _home_pairs(places: Places, pairs: Mapping[str, F]) -> dict[str, F]:
    """What a state and the home of a firm are to each other; nothing where the home is no state."""
    n, first = len(places), places.union + 1
    home = np.array([places.place.get(code, -1) for code in places.homes[first:]])
    known = home >= 0
    result = {}
    for name in _SAME:
        block = np.zeros((first, n - first))
        block[:, known] = pairs[name][:, home[known]]
        if name == "distance":  # an own firm is as near as the nearest neighbours are
            block[home[known], np.flatnonzero(known)] = pairs[name][pairs["border"] > 0].mean()
        result[f"home {name}"] = block
    result["domestic"] = np.zeros((first, n - first))
    result["domestic"][home[known], np.flatnonzero(known)] = 1.0
    full = {name: np.zeros((n, n)) for name in result}
    for name, block in result.items():
        full[name][:first, first:] = block
        full[name][first:, :first] = block.T
    return full


def existing(places: Places, day: date) -> F:
    """(n, n) symmetric: 1 for a state with a firm that exists on a day."""
    first = places.union + 1
    exists = np.array([(optional(row["founded"]) or date.min) <= day for row in _rows()])
    mask = np.zeros((len(places), len(places)))
    mask[:first, first:] = exists
    return mask + mask.T


def _mask(places: Places, day: date) -> F:
    """:func:`existing`, where no dated mask forbids it."""
    return np.asarray(existing(places, day) * (1.0 - judged_pairs("masks", places, day)))


def firm_layer(as_of: date) -> Layer:
    """Pairs of states and firms as of a day.

    Raises
    ------
    InputError
        If the day is before the first fit.
    """
    places = with_firms()
    posterior = posterior_of(as_of, TABLE)
    record = ai_deals(places, "firm")
    x, mask, z = firm_standing(places, posterior.year, record)
    return Layer(places, posterior, np.stack(x), mask, np.stack(z), known_by(record, as_of))
