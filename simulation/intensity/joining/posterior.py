"""What is known of joining at each year's end: coefficients with covariances, states, pace.

The tables ``coefficients.csv``, ``states.csv`` and ``shares.csv`` are rebuilt by
``python -m simulation.evidence.joins.posterior SHARED/data``. A run and a forecast use the latest
year's end that is not after their as-of date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

import numpy as np

from simulation.arithmetic import lower_factor
from simulation.data.tables import read_csv
from simulation.errors import DataError, Fault, InputError
from simulation.intensity.joining.design import KINDS, REACH, Form
from simulation.intensity.joining.pace import PRIOR, Pace
from simulation.intensity.joining.states import TABLES, ids
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

    @cached_property
    def factor(self) -> F:
        """Lower triangle whose product with its transpose is the covariance."""
        return lower_factor(self.covariance)


def names() -> tuple[str, ...]:
    """Names of the coefficients of a launch."""
    return (*REACH, *(name for name, _ in CHOSEN.columns()))


_HABITS = tuple(f"{what} {kind}" for kind in SHIPPED_HABITS for what in ("excess", "weight"))
STATE_COLUMNS = ("year", "iso3", "effect", "effect in calls", "sd", "sd in calls", *_HABITS)
"""Columns of ``states.csv``."""


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
    column = {name: np.array([float(states[i][name]) for i in ids()]) for name in STATE_COLUMNS[2:]}
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
