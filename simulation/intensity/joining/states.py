"""What is known of the states on a day: covariates, groups that move together, members of houses.

Every figure is dated: one of year Y is known from 31 December of Y, and of an earlier day no later
figure is used. Where nothing is known on the day a covariate is zero for everybody, and the fit of
that day does without it. Ideal points before 2000 and trade before 1996 are those of that first year.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulation.arithmetic import log1p_of_counts
from simulation.data.dates import surely_by
from simulation.data.tables import read_csv, rows_by, table
from simulation.state import B, F

TABLES = Path(__file__).parent / "tables"
NAMES = ("votes", "effectiveness", "trade", "organisations")
"""UN ideal point (mean of the three latest sessions), government effectiveness, log of all goods trade,
log of the number of organisations a state belongs to; the last three as standard deviations from the mean."""
LATEST_SESSIONS = 3
FIRST_YEAR = {"votes": 2000, "trade": 1996, "organisations": 1990}
"""Earlier days use the figure of this year: the record of joining starts in 1990, these figures later."""


@cache
def ids() -> tuple[str, ...]:
    """The 193 states, in the order of all arrays here."""
    return tuple(row["iso3"] for row in table("states"))


@cache
def place() -> dict[str, int]:
    """Index of each state."""
    return {name: i for i, name in enumerate(ids())}


@cache
def _figures() -> dict[str, dict[int, F]]:
    """Covariate -> year -> float64[s], NaN where a state has no figure."""
    rows = {row["iso3"]: row for row in read_csv(TABLES / "covariates.csv")}
    out: dict[str, dict[int, F]] = {}
    for column in rows[ids()[0]]:
        if column != "iso3":
            name, year = column.rsplit("_", 1)
            values = [float(rows[i][column] or "nan") for i in ids()]
            out.setdefault(name, {})[int(year)] = np.array(values)
    return out


def known_years(name: str, day: date) -> list[int]:
    """Years whose figures are known on a day, or the first of all if the covariate may be carried back to it."""
    years = sorted(_figures()[name])
    result = [year for year in years if date(year, 12, 31) <= day]
    return result or ([FIRST_YEAR[name]] if name in FIRST_YEAR else [])


@lru_cache(maxsize=512)
def covariates(day: date, known: date) -> F:
    """Covariates of all states for a text of a day, shape (s, len(NAMES)).

    Parameters
    ----------
    day
        Of the text. Its figures are the latest of that day; effectiveness, of which there is one
        year only, is that of the year wherever ``known`` has it.
    known
        Nothing dated later is used.
    """
    out = np.zeros((len(ids()), len(NAMES)))
    for k, name in enumerate(NAMES):
        years = known_years(name, known if name == "effectiveness" else min(day, known))
        if not years:
            continue
        used = years[-LATEST_SESSIONS:] if name == "votes" else years
        stack = np.stack([_figures()[name][year] for year in used])
        value = _mean(stack) if name == "votes" else _last(stack)
        value = _filled(value)
        out[:, k] = value if name == "votes" else (value - value.mean()) / value.std()
    return out


def _mean(stack: F) -> F:
    count = np.isfinite(stack).sum(axis=0)
    total = np.nansum(stack, axis=0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def _last(stack: F) -> F:
    value = stack[0]
    for later in stack[1:]:
        value = np.where(np.isfinite(later), later, value)
    return value


def _filled(value: F) -> F:
    """Gaps filled with the mean of the UN subregion, else of all."""
    regions = np.array([row["subregion"] for row in table("states")])
    out = value.copy()
    for i in np.flatnonzero(~np.isfinite(value)):
        near = value[(regions == regions[i]) & np.isfinite(value)]
        out[i] = near.mean() if near.size else np.nanmean(value)
    return out


@lru_cache(maxsize=512)
def members(bloc: str, day: date) -> B:
    """Members of a bloc on a day, shape (s,). A blank ``since`` is the founding year."""
    out = np.zeros(len(ids()), bool)
    if bloc == "UN":
        return un_members(day)
    founded = rows_by("blocs", "id")[bloc][-1]["founded"]
    if surely_by(founded) > day:
        return out
    order = place()
    out[[order[row["iso3"]] for row in rows_by("memberships", "bloc").get(bloc, ())
         if surely_by(row["since"] or founded) <= day and not (row["until"].strip() and surely_by(row["until"]) <= day)
         ]] = True  # fmt: skip
    return out


def flags(names: Sequence[str]) -> B:
    """States of some names, shape (s,)."""
    out = np.zeros(len(ids()), bool)
    out[[place()[name] for name in names if name in place()]] = True
    return out


def house_of(bloc: str, day: date) -> B:
    """Members of the convening organisation; nobody where it has none or is all."""
    result = members(bloc, day) if bloc else np.zeros(len(ids()), bool)
    return np.zeros_like(result) if result.all() else result


@lru_cache(maxsize=64)
def un_members(day: date) -> B:
    """Members of the United Nations on a day, shape (s,); the year of admission counts whole."""
    return np.array([int(row["un_member_since"]) <= day.year for row in table("states")])


_WIDE = {
    "Northern Africa": "Arab", "Western Asia": "Arab", "Eastern Africa": "Africa E", "Middle Africa": "Africa W",
    "Western Africa": "Africa W", "Southern Africa": "Africa E", "Caribbean": "Caribbean",
    "Central America": "Latin America", "South America": "Latin America", "Central Asia": "Asia C",
    "Southern Asia": "Asia S", "Eastern Asia": "Asia E", "South-eastern Asia": "Asia E", "Melanesia": "Pacific",
    "Micronesia": "Pacific", "Polynesia": "Pacific", "Eastern Europe": "Europe",
    "Northern Europe": "Europe", "Southern Europe": "Europe", "Western Europe": "Europe",
    "Northern America": "Europe", "Australia and New Zealand": "Europe",
}  # fmt: skip
GROUPS = ("EU", *sorted(set(_WIDE.values())))
"""Groups that move together; the EU by membership, the others by UN subregion (western allies outside it as one)."""


@lru_cache(maxsize=512)
def groups(day: date) -> NDArray[np.int64]:
    """Group of each state on a day, index into :data:`GROUPS`, shape (s,)."""
    out = np.array([GROUPS.index(_WIDE[row["subregion"]]) for row in table("states")])
    out[members("EU", day)] = 0
    return out


SMALL = 60
"""Members up to which a shared organisation says that two states are close."""
_OUTCOMES = ("DCO",)
"""Blocs whose members are themselves a list of the record."""


@lru_cache(maxsize=512)
def kinship(day: date) -> F:
    """Log of one more than the number of small organisations that two states share on a day, float64[s, s]."""
    rows = [members(row["id"], day) for row in table("blocs") if row["id"] not in (*_OUTCOMES, "UN")]
    shared = np.zeros((len(ids()), len(ids())))
    for inside in map(np.flatnonzero, rows):
        if 1 < inside.size <= SMALL:
            shared[np.ix_(inside, inside)] += 1.0
    out = log1p_of_counts(shared)
    np.fill_diagonal(out, 0.0)
    return out
