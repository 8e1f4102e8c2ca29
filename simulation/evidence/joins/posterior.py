"""Fits the model at each year's end and writes the tables that ship.

``python -m simulation.evidence.joins.posterior SHARED/data`` fits anew for every year's end from 2017 to
2024 on nothing dated later, and writes the tables of :mod:`simulation.intensity.joining.posterior`.

The pace, what comes after a launch: the same states that would have joined at the launch join later, only more
slowly; how much more slowly hangs on the kind of text, its age, and how many are in. Every list with dated later
joins is cut in steps (to the end of its first year, then years); a state that joins in a step of q quarters has
chance 1 − (1 − h)^q, h logistic. Each list has a pace of its own around the mean of its kind.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from simulation.data.tables import write_csv
from simulation.evidence.joins.fit import Fit, Rows, fit, rows_of
from simulation.evidence.joins.record import Listed, as_known, read_record, sums
from simulation.intensity.joining.design import KINDS, REACH
from simulation.intensity.joining.pace import LIMITS, OWN, PRIOR, QUARTER_DAYS, Pace, is_call, pace_features
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
from simulation.state import F

I = NDArray[np.int64]  # noqa: E741

LONGEST_YEARS = 12
SHORTEST_DAYS = 60


@dataclass(frozen=True)
class _Steps:
    x: F
    quarters: F
    joined: F
    of: I
    calls: NDArray[np.bool_]


def standing(fitted: Fit, rows: Rows) -> F:
    """Log odds of the states of a list from common columns and their own effects, less the mean, float64[r]."""
    out = rows.x @ fitted.mode[len(REACH) :] + fitted.state[rows.who]
    out = out + (0.0 if rows.listed.treaty else fitted.state_by_act[rows.who])
    return np.asarray(out - out.mean())


def _edges(one: Listed) -> list[date]:
    """Ends of the launch and of each year of a list; what is left at the end is a step if it is long enough."""
    edges = [one.end]
    for year in range(1, LONGEST_YEARS + 1):
        day = one.opens + timedelta(days=365 * year)
        if (one.until - day).days < SHORTEST_DAYS:
            return [*edges, min(one.until, one.opens + timedelta(days=365 * LONGEST_YEARS))]
        edges.append(day)
    return edges


def _steps(fitted: Fit, rows: Sequence[Rows]) -> tuple[_Steps, int]:
    x, quarters, joined, of, calls = [], [], [], [], []
    lists = 0
    for r in rows:
        one = r.listed
        partly = bool((one.eligible & ~one.observed).any())
        if one.stock or partly or one.count is not None or (one.until - one.end).days < SHORTEST_DAYS:
            continue
        z, day = standing(fitted, r), one.day[r.who]
        for first, last in pairwise(_edges(one)):
            risk = day > first.toordinal()
            if not risk.any():
                continue
            share = float((~risk).mean())
            feature = pace_features(one, (first - one.opens).days / 365.0)
            row = np.concatenate([feature, [logit(np.clip(share, *LIMITS))]])
            call = float(not one.treaty)
            x.append(np.column_stack([np.tile(row, (risk.sum(), 1)), z[risk], z[risk] * call]))
            quarters.append(np.full(risk.sum(), (last - first).days / QUARTER_DAYS))
            joined.append((day[risk] <= last.toordinal()).astype(float))
            of.append(np.full(risk.sum(), lists))
        lists += 1
        calls.append(is_call(one))
    length, came, which = np.concatenate(quarters), np.concatenate(joined), np.concatenate(of)
    return _Steps(np.vstack(x), length, came, which, np.array(calls)), lists


def fit_pace(fitted: Fit, rows: Sequence[Rows]) -> Pace:
    """Mode of the pace, its curvature, and how far lists lie from it."""
    steps, lists = _steps(fitted, rows)
    mean, sd = (np.array(values, np.float64) for values in zip(*PRIOR.values(), strict=True))
    k = len(PRIOR)

    scale = np.concatenate([1.0 / sd**2, np.full(lists, OWN**-2)])
    centre = np.concatenate([mean, np.zeros(lists)])
    theta, cost = centre.copy(), np.inf
    for _ in range(STEPS):
        odds = steps.x @ theta[:k] + theta[k:][steps.of]
        slope = _log_likelihood(steps, odds)[1]
        grad = np.concatenate([steps.x.T @ slope, np.bincount(steps.of, slope, lists)]) - scale * (theta - centre)
        inverse = np.linalg.inv(_curvature(steps, odds, lists, sd))
        earlier = cost
        theta, cost = _downhill(steps, theta, inverse @ grad, scale, centre)
        if earlier - cost < CLOSE:
            break
    square = theta[k:] ** 2 + np.diag(inverse)[k:]
    treaty_sd, call_sd = (_root_mean(square[one]) for one in (~steps.calls, steps.calls))
    return Pace(theta[:k], np.asarray(inverse[:k, :k], np.float64), treaty_sd, call_sd, lists)


def _root_mean(square: F) -> float:
    return float(np.sqrt(square.mean())) if square.size else OWN


def _downhill(steps: _Steps, theta: F, step: F, scale: F, centre: F) -> tuple[F, float]:
    """The farthest of the step and its halves that lowers the loss, with the loss there."""

    def loss(at: F) -> float:
        value = _log_likelihood(steps, steps.x @ at[: steps.x.shape[1]] + at[steps.x.shape[1] :][steps.of])[0]
        return float(0.5 * (scale * (at - centre) ** 2).sum() - value)

    here = loss(theta)
    for _ in range(HALVINGS):
        if loss(theta + step) < here:
            return theta + step, loss(theta + step)
        step = step / 2
    return theta, here


def _curvature(steps: _Steps, odds: F, lists: int, sd: F) -> F:
    """Second derivatives of the loss by the coefficients and the lists' own paces."""
    around = [_log_likelihood(steps, odds + step)[1] for step in (-NUDGE, NUDGE)]
    weight = (around[0] - around[1]) / (2 * NUDGE)
    k = steps.x.shape[1]
    out = np.diag(np.concatenate([1.0 / sd**2, np.full(lists, OWN**-2)]))
    out[:k, :k] += steps.x.T @ (weight[:, None] * steps.x)
    cross = np.stack([np.bincount(steps.of, weight * column, lists) for column in steps.x.T])
    out[:k, k:] += cross
    out[k:, :k] += cross.T
    out[k:, k:] += np.diag(np.bincount(steps.of, weight, lists))
    return out


NUDGE = 1e-4
STEPS, HALVINGS, CLOSE = 50, 20, 1e-6


def _log_likelihood(steps: _Steps, odds: F) -> tuple[float, F]:
    stay = -steps.quarters * np.logaddexp(0.0, odds)
    gone = np.minimum(stay, -1e-12)
    value = np.where(steps.joined > 0, np.log(-np.expm1(gone)), stay).sum()
    slope = -steps.quarters * expit(odds)
    slope = np.where(steps.joined > 0, slope * np.exp(gone) / np.expm1(gone), slope)
    return float(value), slope


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
