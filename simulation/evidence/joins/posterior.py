"""Fits the model at each year's end and writes the tables that ship.

``python -m simulation.evidence.joins.posterior SHARED/data`` fits anew for every year's end from 2017 to
2024 on nothing dated later, and writes the tables of :mod:`simulation.intensity.joining.posterior`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from simulation.data.tables import write_csv
from simulation.evidence.joins.fit import Fit, fit, rows_of
from simulation.evidence.joins.pace_fit import fit_pace
from simulation.evidence.joins.record import Listed, as_known, read_record, sums
from simulation.intensity.joining.design import KINDS
from simulation.intensity.joining.pace import PRIOR, Pace
from simulation.intensity.joining.posterior import (
    CHOSEN,
    SHARES,
    SHIPPED_HABITS,
    STATE_COLUMNS,
    YEARS,
    Posterior,
    names,
)
from simulation.intensity.joining.states import TABLES, ids


def fit_as_of(record: Sequence[Listed], day: date) -> Posterior:
    """The model fitted on what was known on a day."""
    known = as_known(list(record), day)
    rows = [rows_of(one, known, day) for one in known]
    result = fit(rows, CHOSEN)
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
    write_csv(folder / "states.csv", STATE_COLUMNS, [row for p in posteriors for row in _state_rows(p)])
    totals = [{"year": p.day.year, "lists": p.pace.lists, "pace sd": f"{p.pace.treaty_sd:.4g}",
               "pace sd of calls": f"{p.pace.call_sd:.4g}"}
              | {name: f"{p.shares[name]:.4g}" for name in SHARES} for p in posteriors]  # fmt: skip
    write_csv(folder / "shares.csv", ("year", "lists", "pace sd", "pace sd of calls", *SHARES), totals)


def _state_rows(p: Posterior) -> list[dict[str, object]]:
    rows = []
    for i, name in enumerate(ids()):
        numbers = [p.state[i], p.state_by_act[i], p.state_sd[i], p.both_sd[i]]
        for kind in SHIPPED_HABITS:
            numbers += [p.excess[i, KINDS.index(kind)], p.weight[i, KINDS.index(kind)]]
        cells = (f"{number:.3f}" for number in numbers)
        rows.append({"year": p.day.year, "iso3": name} | dict(zip(STATE_COLUMNS[2:], cells, strict=True)))
    return rows


if __name__ == "__main__":
    gathered = read_record(Path(sys.argv[1]))
    write([fit_as_of(gathered, date(year, 12, 31)) for year in YEARS], TABLES)
