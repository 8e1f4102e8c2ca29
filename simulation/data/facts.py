"""Figures of states as of a date: which year is used, and how a gap is filled.

Two rules, the same for every variable and state.

*As of.* A figure of year Y counts as known from 31 December of Y. The latest
known figure is used; where none is known the earliest later one is, and a note
says so.

*Fill.* A state without any figure gets the value a straight line gives from a
named proxy (fitted on the states that have both), else the mean of its UN
subregion, else of its continent. Every fill is noted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from simulation.arithmetic import line
from simulation.data.tables import TABLES, read_columns, table
from simulation.errors import DataError

Floats = npt.NDArray[np.float64]
_DYADS = TABLES / "dyads.csv"

#: variable -> the variable a gap is read from by a straight line.
PROXIES: Mapping[str, str] = {
    "libdem": "freedom",
    "cpi": "corruption_control",
    "corruption_control": "voice",
    "effectiveness": "voice",
    "rule_of_law": "voice",
    "regulation": "voice",
    "stability": "voice",
    "readiness": "effectiveness",
}
#: variables of which several years are averaged, to smooth one session's agenda.
AVERAGED: Mapping[str, int] = {"ideal_point": 3}
BOUNDS: Mapping[str, tuple[float, float]] = {
    "libdem": (0.0, 1.0), "cpi": (0.0, 100.0), "readiness": (0.0, 100.0), "internet": (0.0, 100.0),
}


@dataclass
class Facts:
    """Filled figures of the 193 states, in the order of ``iso3``.

    Attributes
    ----------
    iso3
        ISO 3166 alpha-3 codes, alphabetical.
    values
        variable -> float64[193], without gaps.
    notes
        One sentence for every later figure used and every gap filled.
    """

    iso3: tuple[str, ...]
    values: dict[str, Floats] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def __getitem__(self, variable: str) -> Floats:
        return self.values[variable]


@lru_cache(maxsize=1)
def _panels() -> dict[str, tuple[tuple[int, ...], Floats]]:
    """variable -> (years, figures[year, state]), NaN where there is none."""
    place = {row["iso3"]: index for index, row in enumerate(table("states"))}
    years: dict[str, set[int]] = {}
    for row in table("state_facts"):
        years.setdefault(row["variable"], set()).add(int(row["year"]))
    order = {name: sorted(result) for name, result in years.items()}
    panels = {name: np.full((len(result), len(place)), np.nan) for name, result in order.items()}
    for row in table("state_facts"):
        name = row["variable"]
        panels[name][order[name].index(int(row["year"])), place[row["iso3"]]] = float(row["value"])
    return {name: (tuple(order[name]), panel) for name, panel in panels.items()}


def known(year: int, as_of: date) -> bool:
    """Whether a figure of ``year`` was known on ``as_of``."""
    return date(year, 12, 31) <= as_of


def _select(name: str, as_of: date, notes: list[str]) -> Floats:
    """The figure of each state known on the day, or the earliest later one, or NaN."""
    years, panel = _panels()[name]
    there = ~np.isnan(panel) & np.array([known(year, as_of) for year in years])[:, None]
    last = len(years) - 1 - there[::-1].argmax(axis=0)
    chosen = np.where(there.any(axis=0), panel[last, np.arange(panel.shape[1])], np.nan)
    if name in AVERAGED:
        there &= there[::-1].cumsum(axis=0)[::-1] <= AVERAGED[name]
        count = np.maximum(there.sum(axis=0), 1)
        chosen = np.where(there.any(axis=0), np.where(there, panel, 0.0).sum(axis=0) / count, np.nan)
    first = (~np.isnan(panel)).argmax(axis=0)
    gaps = np.flatnonzero(np.isnan(chosen) & ~np.isnan(panel).all(axis=0))
    chosen[gaps] = panel[first[gaps], gaps]
    for year, count in zip(*np.unique(first[gaps], return_counts=True), strict=True):
        notes.append(f"{name}: the figure of {years[year]} is used for {count} states, none earlier exists")
    return chosen


def _fill(name: str, values: Mapping[str, Floats], iso3: tuple[str, ...], notes: list[str]) -> Floats:
    """Fill the gaps of one variable by the rule of this module."""
    figures = values[name].copy()
    gaps = np.isnan(figures)
    if not gaps.any():
        return figures
    how = np.full(figures.size, "", dtype=object)
    if name in PROXIES:
        proxy = values[PROXIES[name]]
        both = ~gaps & ~np.isnan(proxy)
        slope, start = line(proxy[both], figures[both])
        use = gaps & ~np.isnan(proxy)
        figures[use] = np.clip(start + slope * proxy[use], *BOUNDS.get(name, (-np.inf, np.inf)))
        how[use] = f"a line on {PROXIES[name]}"
    for column in ("subregion", "continent"):
        region = np.array([row[column] for row in table("states")])
        for state in np.flatnonzero(np.isnan(figures)):
            peers = (region == region[state]) & ~gaps
            if peers.any():
                figures[state] = figures[peers].mean()
                how[state] = f"the mean of the {column}"
    if np.isnan(figures).any():
        raise DataError(f"no way to fill {name} for some states")
    for way in sorted(set(how[gaps])):
        names = ", ".join(code for code, used in zip(iso3, how, strict=True) if used == way)
        notes.append(f"{name}: filled from {way} for {names}")
    return figures


@lru_cache(maxsize=16)
def load_facts(as_of: date) -> Facts:
    """All figures of states as of a date, filled, with the notes on what was done; to be read, not changed."""
    iso3 = tuple(row["iso3"] for row in table("states"))
    facts = Facts(iso3)
    raw = {name: _select(name, as_of, facts.notes) for name in sorted(_panels())}
    done: dict[str, Floats] = dict(raw)
    for name in raw:  # a proxy is itself filled first where it has a proxy of its own
        chain = [name]
        while chain[-1] in PROXIES:
            chain.append(PROXIES[chain[-1]])
        for link in reversed(chain):
            if np.isnan(done[link]).any():
                done[link] = _fill(link, {**raw, **done, link: raw[link]}, iso3, facts.notes)
    for figures in done.values():
        figures.setflags(write=False)
    facts.values = done
    return facts


def load_trade(as_of: date, notes: list[str]) -> Floats:
    """Goods trade of each pair of states.

    Returns
    -------
    Floats
        float64[193, 193], million US dollars a year, both directions together,
        symmetric, the mean of the years 2018–2020 known on the day.
    """
    years = [year for year in (2018, 2019, 2020) if known(year, as_of)]
    if not years:
        years = [2018]
        notes.append("trade: the figures of 2018 are used for all pairs, none earlier exists")
    return _mean_trade(tuple(years))


@lru_cache(maxsize=4)
def _mean_trade(years: tuple[int, ...]) -> Floats:
    trade = sum((np.nan_to_num(pair_table(_DYADS, f"trade_{year}")) for year in years), np.zeros(())) / len(years)
    trade.setflags(write=False)
    return trade


@lru_cache(maxsize=16)
def pair_table(path: Path, column: str) -> Floats:
    """A column of a table of pairs of states, float64[193, 193], symmetric; NaN where nothing stands; read-only."""
    a, b, cells = _pairs(path)
    result = np.full((len(table("states")),) * 2, np.nan)
    result[a, b] = result[b, a] = [float(cell or "nan") for cell in cells[column]]
    result.setflags(write=False)
    return result


@lru_cache(maxsize=2)
def _pairs(path: Path) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Mapping[str, Sequence[str]]]:
    """The two states of each row of a table of pairs, and its columns."""
    place = {row["iso3"]: index for index, row in enumerate(table("states"))}
    cells = read_columns(path)
    a, b = (np.array([place[code] for code in cells[name]]) for name in ("iso3_a", "iso3_b"))
    return a, b, cells


TONE_YEARS = (2008, 2014)
"""First and last year of the events behind the tone of pairs."""


def load_tone(as_of: date, notes: list[str]) -> Floats:
    """Tone between states: log odds of cooperation against conflict in what they say, less those of the world.

    Returns
    -------
    Floats
        float64[193, 193], symmetric, 0 where nothing happened; NaN for pairs of a state that the events
        do not cover, and for all pairs before the last of :data:`TONE_YEARS` was known: a later tone tells what
        became of a pair.
    """
    tone = pair_table(_DYADS, "tone").copy()
    if not known(TONE_YEARS[1], as_of):
        notes.append(f"tone: the events of {TONE_YEARS[0]}-{TONE_YEARS[1]} were not known; all pairs count as middling")
        return np.full_like(tone, np.nan)
    silent = [row["iso3"] for row, own in zip(table("states"), tone, strict=True) if np.isnan(own).all()]
    notes.append(f"tone: no events are recorded of {', '.join(silent)}; their pairs count as middling")
    return tone


def load_flag(column: str) -> npt.NDArray[np.bool_]:
    """A symmetric mark of pairs of states: ``language``, ``colony`` or ``contiguous``."""
    return ~np.isnan(pair_table(_DYADS, column))
