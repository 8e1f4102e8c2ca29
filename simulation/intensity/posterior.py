"""What is known of the intensity of AI deals at the end of a year: posterior, recording, wave.

A forecast as of a past day uses what was known then: :func:`posterior_of` takes the latest year's end not after it.
The shipped table is rebuilt by ``python -m simulation.evidence.deals.fits SOURCE_DIR``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np

from simulation.arithmetic import product
from simulation.data.judged_pairs import Places, states_and_union
from simulation.data.tables import read_csv, short, write_csv
from simulation.errors import DataError, Fault, InputError
from simulation.intensity.covariates import NAMES, covariates, ground
from simulation.intensity.equation import Period
from simulation.intensity.places import TABLES
from simulation.intensity.record import REASONS, Record, ai_deals, reasons, shipped_treaties
from simulation.intensity.wave import Wave
from simulation.kernels import Stream, fill_normal, fill_uniform, key, stable_hash
from simulation.state import F

PARAMETERS = (*NAMES, "kappa", *(f"recorded: {name}" for name in REASONS))
"""Of the layer of states, in the order of every array."""
SIZE_ACTIVITY = "size_activity_posterior"
"""Table of the rival rule by which size and activity alone choose partners among states."""
FIRST_YEAR, FIRST_DEAL, LAST_YEAR = 2017, 2018, 2024
"""First and last year's end with a shipped fit; the list of deals of pairs begins in between."""
_SEED = int(stable_hash("deals of pairs") >> np.uint64(1))


@dataclass(frozen=True, eq=False)
class Posterior:
    """What is known at the end of a year.

    Attributes
    ----------
    year, events
        When, and from how many recorded deals.
    names
        (P,) parameters.
    mode, factor
        (P,) the most probable ones, and (P, P) the lower Cholesky factor of their covariance.
    level
        c of the recording model at a recorded share of :data:`.record.SHARE`.
    wave
        Recorded deals a year.
    """

    year: int
    events: int
    names: tuple[str, ...]
    mode: F
    factor: F
    level: float
    wave: Wave

    @property
    def sd(self) -> F:
        """(P,) posterior standard deviations."""
        return np.asarray(np.sqrt((self.factor**2).sum(axis=1)))

    def draws(self, count: int) -> F:
        """(count, P) parameters; draw k of a parameter is the same whatever the count."""
        return np.asarray(self.mode + product(scores("parameter", self.names, count), self.factor.T))


def scores(what: str, names: Sequence[str], count: int) -> F:
    """(count, len(names)) standard normal scores keyed by what they are for, the name and the number of the draw."""
    return _drawn(fill_normal, what, names, count)


def shares(what: str, names: Sequence[str], count: int) -> F:
    """(count, len(names)) numbers in (0, 1), evenly spread: the luck behind :func:`scores`."""
    return _drawn(fill_uniform, what, names, count)


def _drawn(fill: Callable[..., None], what: str, names: Sequence[str], count: int) -> F:
    uids = np.array([stable_hash(name) for name in names], dtype=np.uint64)
    result = np.empty((count, len(names)))
    for k in range(count):
        fill(key(_SEED, k, -1, Stream.PARAMETERS), stable_hash(what), uids, result[k])
    return result


def ai_period(places: Places, year: int, record: Record, treaties: Record) -> Period:
    """A year of AI deals and what was known before it.

    Parameters
    ----------
    year
        The year itself; covariates are those of the end of the year before.
    record, treaties
        AI deals, and treaties of other domains.
    """
    here = ground(places, year - 1)
    x = covariates(places, year - 1, record, treaties, here)
    return Period(x, here.mask, record.counts(year, year) * here.mask, np.stack(reasons(places, here.size)))


def state_period(year: int) -> Period:
    """:func:`ai_period` of the recorded deals of states and the EU."""
    places = states_and_union()
    return ai_period(places, year, ai_deals(places), shipped_treaties(places))


def write_posteriors(path: Path, found: Sequence[Posterior]) -> None:
    """Write fits as one table: a row a parameter, with its row of the Cholesky factor."""
    rows = []
    for one in found:
        for k, name in enumerate(one.names):
            row = {"year": one.year, "parameter": name, "mode": short(one.mode[k], 6)}
            factor = [short(value, 6) if j <= k else "" for j, value in enumerate(one.factor[k])]
            rows.append(row | {"factor": " ".join(filter(None, factor))})
        figures = {"events": one.events, "level": one.level, "wave mean": one.wave.mean, "wave sd": one.wave.sd,
                   "wave walk": one.wave.walk}  # fmt: skip
        rows += [
            {"year": one.year, "parameter": name, "mode": short(v, 6), "factor": ""} for name, v in figures.items()
        ]
    write_csv(path, ("year", "parameter", "mode", "factor"), rows)


def read_posteriors(path: Path) -> dict[int, Posterior]:
    """Fits of a table that :func:`write_posteriors` wrote, by year."""
    by_year: dict[int, dict[str, Mapping[str, str]]] = {}
    for row in read_csv(path):
        by_year.setdefault(int(row["year"]), {})[row["parameter"]] = row
    result = {}
    for year, rows in by_year.items():
        names = tuple(name for name, row in rows.items() if row["factor"])
        factor = np.zeros((len(names), len(names)))
        for k, name in enumerate(names):
            factor[k, : k + 1] = [float(cell) for cell in rows[name]["factor"].split(" ")]
        mode = np.array([float(rows[name]["mode"]) for name in names])
        figure = {name: float(row["mode"]) for name, row in rows.items() if not row["factor"]}
        wave = Wave(figure["wave mean"], figure["wave sd"], figure["wave walk"])
        result[year] = Posterior(year, int(figure["events"]), names, mode, factor, figure["level"], wave)
    return result


@lru_cache(maxsize=4)
def shipped_posteriors(name: str = "state_posterior") -> dict[int, Posterior]:
    """The shipped fits of a layer, by year.

    Raises
    ------
    DataError
        If the table is missing or a year is.
    """
    result = read_posteriors(TABLES / f"{name}.csv")
    if sorted(result) != list(range(FIRST_YEAR, LAST_YEAR + 1)):
        raise DataError(f"the table {name} does not have every year's end from {FIRST_YEAR} to {LAST_YEAR}")
    return result


def posterior_of(as_of: date, name: str = "state_posterior") -> Posterior:
    """The fit of the latest year's end not after a day.

    Raises
    ------
    InputError
        If the day is before the first.
    """
    first = date(FIRST_YEAR, 12, 31)
    if as_of < first:
        raise InputError(Fault("", f"{as_of} is before {first}, the first day with a fit of deals", "--as-of"))
    year = as_of.year if (as_of.month, as_of.day) == (12, 31) else as_of.year - 1
    return shipped_posteriors(name)[min(year, LAST_YEAR)]
