"""The fitted model at each year's end, as it ships: coefficients with covariances, states, pace.

``python -m simulation.evidence.joins.posterior SHARED/data`` fits anew for every year's end from 2017 to
2024 on nothing dated later, and writes ``tables/coefficients.csv``, ``states.csv`` and ``shares.csv``.
A forecast uses the latest year's end that is not after its as-of date.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np

from simulation.data.tables import read_csv, write_csv
from simulation.errors import DataError, Fault, InputError
from simulation.evidence.joins.design import REACH, Form
from simulation.evidence.joins.fit import Fit, fit, rows_of
from simulation.evidence.joins.habits import KINDS, sums
from simulation.evidence.joins.pace import PRIOR, Pace, fit_pace
from simulation.evidence.joins.record import Listed, as_known, read_record
from simulation.evidence.joins.states import TABLES, ids
from simulation.state import F

YEARS = tuple(range(2017, 2025))
CHOSEN = Form()
"""The form chosen by the backtest."""
SHIPPED_HABITS = ("digital", "security", "treaty", "political")
"""Habits that a text of an instrument file can ask for."""
SHARES = ("ceremony", "UN summit", "call at a summit")


@dataclass(frozen=True)
class Posterior:
    """The model as of a year's end.

    Attributes
    ----------
    mode, covariance
        float64[g], float64[g, g]: features of reach, then columns of states and texts.
    state, state_by_act, state_sd, both_sd
        float64[s]: effects of states in all texts and in political ones more, spread of the first and of the sum.
    excess, weight
        float64[s, len(KINDS)]: sums behind habits on ``day``.
    pace
        Of what comes after a launch.
    shares
        How often texts of the record have a ceremony (UN), leaders (UN), open at a summit (calls).
    """

    day: date
    mode: F
    covariance: F
    state: F
    state_by_act: F
    state_sd: F
    both_sd: F
    excess: F
    weight: F
    pace: Pace
    shares: dict[str, float]


def fit_as_of(record: Sequence[Listed], day: date, form: Form = CHOSEN,
              without: frozenset[str] = frozenset()) -> Posterior:  # fmt: skip
    """The model fitted on what was known on a day, some families left out."""
    known = as_known(list(record), day, without)
    rows = [rows_of(one, known, day) for one in known]
    result = fit(rows, form)
    return packed(result, fit_pace(result, rows), known, day)


def packed(found: Fit, pace: Pace, known: Sequence[Listed], day: date) -> Posterior:
    """A fit as what ships."""
    excess, weight = sums(known, day)
    both = np.hypot(*found.state_sd.T)
    un = [one for one in known if one.treaty]
    calls = [one for one in known if not one.treaty and not one.stock]
    shares = {
        "ceremony": _share([one.ceremony for one in un]),
        "UN summit": _share([one.summit for one in un if one.ceremony]),
        "call at a summit": _share([one.summit for one in calls]),
    }
    return Posterior(day, found.mode, found.covariance, found.state, found.state_by_act, found.state_sd[:, 0], both,
                     excess, weight, pace, shares)  # fmt: skip


def _share(flags: Sequence[bool]) -> float:
    return float(np.mean(flags)) if flags else 0.0


def names() -> tuple[str, ...]:
    """Names of the coefficients of a launch."""
    return (*REACH, *(name for name, _ in CHOSEN.columns()))


def write(posteriors: Sequence[Posterior], folder: Path) -> None:
    """Write the tables that ship, to four digits."""
    launch, after = names(), tuple(PRIOR)
    rows: list[dict[str, object]] = []
    for p in posteriors:
        for part, labels, mode, covariance in (
            ("launch", launch, p.mode, p.covariance), ("pace", after, p.pace.mode, p.pace.covariance),
        ):  # fmt: skip
            for i, label in enumerate(labels):
                spread = {f"with_{j}": f"{covariance[i, j]:.4g}" for j in range(i + 1)}
                rows.append({"year": p.day.year, "part": part, "name": label, "value": f"{mode[i]:.4g}"} | spread)
    columns = ("year", "part", "name", "value", *(f"with_{j}" for j in range(len(launch))))
    write_csv(folder / "coefficients.csv", columns, rows)
    write_csv(folder / "states.csv", _STATE_COLUMNS, [row for p in posteriors for row in _state_rows(p)])
    totals = [{"year": p.day.year, "lists": p.pace.lists, "pace sd": f"{p.pace.treaty_sd:.4g}",
               "pace sd of calls": f"{p.pace.call_sd:.4g}"}
              | {name: f"{p.shares[name]:.4g}" for name in SHARES} for p in posteriors]  # fmt: skip
    write_csv(folder / "shares.csv", ("year", "lists", "pace sd", "pace sd of calls", *SHARES), totals)


_HABITS = tuple(f"{what} {kind}" for kind in SHIPPED_HABITS for what in ("excess", "weight"))
_STATE_COLUMNS = ("year", "iso3", "effect", "effect in calls", "sd", "sd in calls", *_HABITS)


def _state_rows(p: Posterior) -> list[dict[str, object]]:
    rows = []
    for i, name in enumerate(ids()):
        numbers = [p.state[i], p.state_by_act[i], p.state_sd[i], p.both_sd[i]]
        for kind in SHIPPED_HABITS:
            numbers += [p.excess[i, KINDS.index(kind)], p.weight[i, KINDS.index(kind)]]
        cells = (f"{number:.3f}" for number in numbers)
        rows.append({"year": p.day.year, "iso3": name} | dict(zip(_STATE_COLUMNS[2:], cells, strict=True)))
    return rows


@lru_cache(maxsize=8)
def shipped(as_of: date, option: str = "--as-of") -> Posterior:
    """The model of the latest year's end not after a day.

    Raises
    ------
    InputError
        If the day lies before the first.
    """
    years = [year for year in YEARS if date(year, 12, 31) <= as_of]
    if not years:
        text = f"{as_of} is before {YEARS[0]}-12-31, the first day for which the joining model has been fitted"
        raise InputError(Fault("", text, option))
    return _read(years[-1])


def _read(year: int) -> Posterior:
    rows = [row for row in read_csv(TABLES / "coefficients.csv") if row["year"] == str(year)]
    parts = {part: [row for row in rows if row["part"] == part] for part in ("launch", "pace")}
    expected = {"launch": names(), "pace": tuple(PRIOR)}
    if any(tuple(row["name"] for row in parts[part]) != expected[part] for part in parts):
        raise DataError("coefficients.csv is not of this version: run python -m simulation.evidence.joins.posterior")
    mode, covariance = _numbers(parts["launch"])
    pace, pace_covariance = _numbers(parts["pace"])
    share = next(row for row in read_csv(TABLES / "shares.csv") if row["year"] == str(year))
    states = {row["iso3"]: row for row in read_csv(TABLES / "states.csv") if row["year"] == str(year)}
    column = {name: np.array([float(states[i][name]) for i in ids()]) for name in _STATE_COLUMNS[2:]}
    excess, weight = np.zeros((len(ids()), len(KINDS))), np.zeros((len(ids()), len(KINDS)))
    for kind in SHIPPED_HABITS:
        excess[:, KINDS.index(kind)] = column[f"excess {kind}"]
        weight[:, KINDS.index(kind)] = column[f"weight {kind}"]
    return Posterior(
        date(year, 12, 31), mode, covariance, column["effect"], column["effect in calls"], column["sd"],
        column["sd in calls"], excess, weight,
        Pace(pace, pace_covariance, float(share["pace sd"]), float(share["pace sd of calls"]), int(share["lists"])),
        {name: float(share[name]) for name in SHARES},
    )  # fmt: skip


def _numbers(rows: Sequence[dict[str, str]]) -> tuple[F, F]:
    n = len(rows)
    half = np.array([[float(row[f"with_{j}"] or 0) for j in range(n)] for row in rows])
    return np.array([float(row["value"]) for row in rows]), half + np.tril(half, -1).T


if __name__ == "__main__":
    gathered = read_record(Path(sys.argv[1]))
    write([fit_as_of(gathered, date(year, 12, 31)) for year in YEARS], TABLES)
