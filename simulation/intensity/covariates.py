"""Why an actor turns to another: covariates of every pair as of the end of a year (C.2).

Row i, column j is what j offers i. Nothing dated later than the year enters, but for gross domestic product
and trade before their first figure, which :mod:`simulation.data.facts` fills by its one rule, and the product of
2023 by which the EU's members weigh in its distance.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from simulation.arithmetic import line, log, log1p, log1p_of_counts, product
from simulation.data.facts import load_facts, load_flag, load_trade, pair_table
from simulation.data.history import load_blocs, load_rivals
from simulation.data.judged_pairs import Places, judged_pairs
from simulation.data.roster import bloc_members
from simulation.intensity.places import TABLES
from simulation.intensity.record import Record
from simulation.state import F

NAMES = (
    "size", "activity", "distance", "trade", "border", "language", "colony", "common_coloniser", "past", "recent",
    "other", "rival", "conflict", "eu", "au", "arab", "region", "union",
)  # fmt: skip
"""Covariates in the order of every array; ``union`` marks the EU as a partner."""
WINDOW = 5
"""Years over which agreements count as recent, and for an actor's activity."""
MEAN_LOG_KM = 8.7
FIRST_SHIPPED_TRADE = 2018
BODIES = {"eu": "EU", "au": "AU", "arab": "Arab_League"}


@dataclass(frozen=True, eq=False)
class Ground:
    """What does not depend on the record of agreements, at the end of a year.

    Attributes
    ----------
    size
        (n,) log gross domestic product less the mean of the states.
    pairs
        name -> (n, n) symmetric.
    mask
        (n, n) symmetric, 1 where a deal is possible.
    """

    size: F
    pairs: dict[str, F]
    mask: F


@lru_cache(maxsize=64)
def ground(places: Places, year: int) -> Ground:
    """The standing of all states and the EU at the end of a year; shipped tables only."""
    day = date(year, 12, 31)
    gdp = load_facts(day)["gdp_usd"]
    members = list(bloc_members("EU", day, places.place))
    size = log(np.append(gdp, gdp[members].sum()))
    size -= size[: places.states].mean()
    trade = with_union(_trade(day), members, "sum", places.place["DEU"])
    pairs = _fixed(places, tuple(members), int(np.argmax(np.where(np.isin(np.arange(len(gdp)), members), gdp, 0.0))))
    result = {**pairs, "trade": trade_residual(trade, size), "conflict": judged_pairs("conflict", places, day)}
    rivals = np.zeros((len(places), len(places)))
    for a, b in load_rivals(day, places.place):
        rivals[a, b] = rivals[b, a] = 1.0
    mask = 1.0 - np.maximum(judged_pairs("masks", places, day), np.eye(len(places)))
    mask[places.union, members] = mask[members, places.union] = 0.0
    return Ground(size, {**result, **shared_bodies(places, day), "rival": rivals}, mask)


def _trade(day: date) -> F:
    """(states, states) million US dollars; the figures of 2016 until those of 2018 are known."""
    if day.year >= FIRST_SHIPPED_TRADE:
        return load_trade(day, [])
    return _pair_table("trade_2016")


def _pair_table(column: str) -> F:
    return np.nan_to_num(pair_table(TABLES / "pairs.csv", column))


@lru_cache(maxsize=8)
def _fixed(places: Places, members: tuple[int, ...], largest: int) -> dict[str, F]:
    """Distance, border, language and colonial ties; the EU has its members' mean distance, else its largest's."""
    gdp = load_facts(date(2023, 12, 31))["gdp_usd"]
    kilometres = _pair_table("km")
    near = log(np.maximum(kilometres, 1.0)) - MEAN_LOG_KM
    weight = np.zeros(places.states)
    weight[list(members)] = gdp[list(members)] / gdp[list(members)].sum()
    distance = np.zeros((len(places), len(places)))
    distance[: places.states, : places.states] = near
    own = log(np.maximum(product(kilometres, weight), 1.0)) - MEAN_LOG_KM
    distance[places.union, : places.states] = distance[: places.states, places.union] = own
    flags = {
        "border": load_flag("contiguous"), "language": load_flag("language"), "colony": load_flag("colony"),
        "common_coloniser": _pair_table("common_coloniser") > 0,
    }  # fmt: skip
    result = {name: with_union(marks.astype(float), members, "largest", largest) for name, marks in flags.items()}
    return {"distance": distance, **result}


def with_union(block: F, members: list[int] | tuple[int, ...], how: str, largest: int) -> F:
    """A matrix of states with a row and column for the EU: the sum over its members, or those of its largest."""
    n = len(block)
    full = np.zeros((n + 1, n + 1))
    full[:n, :n] = block
    own = block[list(members)].sum(axis=0) if how == "sum" else block[largest]
    full[n, :n] = full[:n, n] = own
    return full


def trade_residual(trade: F, size: F) -> F:
    """(n, n) log(1 + million US dollars) less what a line on the sum of both sizes gives; the line is of all pairs."""
    a, b = np.triu_indices(len(size), 1)
    logs, both = log1p(trade), size[:, None] + size
    slope, start = line(both[a, b], logs[a, b])
    left = logs - start - slope * both
    np.fill_diagonal(left, 0.0)
    return np.asarray(left)


def shared_bodies(places: Places, day: date) -> dict[str, F]:
    """(n, n) by name: both in the EU, the African Union, the Arab League; both in another regional body."""
    n = len(places)
    result = {name: np.zeros((n, n)) for name in (*BODIES, "region")}
    for bloc in load_blocs(day, places.place):
        if bloc.regional and not bloc.universal:
            name = next((name for name, code in BODIES.items() if code == bloc.id), "region")
            result[name][np.ix_(bloc.members, bloc.members)] = 1.0
    for marks in result.values():
        np.fill_diagonal(marks, 0.0)
    return result


def covariates(
    places: Places, year: int, record: Record, treaties: Record, stand: Ground | None = None
) -> F:
    """(K, n, n) covariates at the end of a year, in the order of :data:`NAMES`; see :func:`blocks`."""
    return np.stack(blocks(places, year, record, treaties, stand))


def blocks(
    places: Places, year: int, record: Record, treaties: Record, stand: Ground | None = None
) -> list[F]:
    """Covariates at the end of a year, (n, n) each, in the order of :data:`NAMES`; to be read, not changed.

    Parameters
    ----------
    places
        Actors.
    year
        Agreements until its end count.
    record
        Agreements of the domain itself: past, recent, activity.
    treaties
        Agreements of other domains.
    stand
        What else is known then; :func:`ground` by default.
    """
    here = stand or ground(places, year)
    n = len(places)
    past = record.counts(-10_000, year)
    recent = record.counts(year - WINDOW + 1, year)
    active = log1p(recent.sum(axis=1))
    active -= active[: places.states].mean()
    union = np.zeros(n)
    union[places.union :] = 1.0
    given = {
        **here.pairs, "size": np.broadcast_to(here.size, (n, n)), "activity": np.broadcast_to(active, (n, n)),
        "past": log1p_of_counts(past), "recent": log1p_of_counts(recent),
        "other": log1p_of_counts(treaties.counts(-10_000, year)),
        "union": np.broadcast_to(union, (n, n)),
    }  # fmt: skip
    return [given[name] for name in NAMES]
