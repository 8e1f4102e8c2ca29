"""Fit of the joining hazard (C.7) to the dated lists: penalised, interval-censored maximum likelihood.

Every list has a launch (log odds of the average eligible state in the opening quarter) and a pace
(the same in each later quarter), drawn around means that depend on openness and bindingness; the
weights of the factors are common. States do not decide one by one (the EU moves as one), so the
likelihood is tempered by :data:`TEMPER`; weights have normal priors of one common size on factors
brought to a like scale. The mode and the curvature there (Laplace) ship as a table.

``python -m simulation.evidence.calibration.joining_weights`` writes ``tables/joining_weights.csv`` anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from simulation.data.dates import surely_by
from simulation.data.tables import FITTED, read_csv, table, write_csv
from simulation.data.texts import known_joins
from simulation.errors import DataError
from simulation.evidence.calibration.joining_covariates import MOVING, STATIC, Setting, Text, setting, world_on
from simulation.state import F

I = NDArray[np.int64]  # noqa: E741

RECORD_END = date(2024, 12, 31)
NAMES = (*STATIC, *MOVING)
MEANS = ("launch", "pace", "club", "launch_binding")
"""Mean launch and pace of an open, non-binding text; what a club and a binding launch take off."""
SIGN = np.array([-1.0 if name == "sovereignty" else 1.0 for name in NAMES])
SCALE = {
    "affinity": 0.25, "sponsor": 0.1, "habit": 0.2, "capacity": 0.17, "sovereignty": 0.2, "votes": 0.08,
    "size": 0.8, "house": 0.5, "peers": 0.25, "neighbours": 0.35,
}  # fmt: skip
"""Spread of each factor over states and lists, rounded."""
TEMPER = 0.5
SPREAD = 0.7
"""Prior standard deviation of a weight, in log odds a standard deviation of the factor."""
REACH_SPREAD = 1.0
"""Standard deviation of a text's launch and of its pace around their means."""
INVITED_SPREAD = 10.0
MEAN_PRIOR = np.array([-1.5, -6.0, 1.0, 2.0])
MEAN_SPREAD = np.array([2.0, 2.0, 1.0, 2.0])
QUARTER_DAYS = 91.3125


@dataclass(frozen=True)
class History:
    """One list in steps: 0 is the launch, then one a year.

    ``low`` and ``high``: a state joined in a step between these (``high`` −1: never by the end).
    """

    setting: Setting
    quarters: F
    low: I
    high: I
    moving: F
    """float64[steps, e, 2], peers and neighbours at the start of each step."""


def listed(name: str) -> dict[str, str]:
    """The row of a list in ``lists.csv``."""
    return next(row for row in lists() if row["id"] == name)


def lists() -> tuple[dict[str, str], ...]:
    """The lists that are good for fitting: family, sponsors, openness, and until when they are complete."""
    return read_csv(FITTED / "lists.csv")


def invited() -> frozenset[str]:
    """Lists that only invited states could join."""
    return frozenset(row["id"] for row in lists() if row["invitation"] == "1")


def described(name: str) -> Text:
    """A list as an instrument file would describe it on the day before it opened."""
    row = listed(name)
    facts = next(text for text in world_on(RECORD_END).instruments if text.id == name)
    ids = world_on(RECORD_END).ids
    return Text(
        id=name, opens=facts.opens, sponsors=tuple(row["sponsors"].split(";")), binding=facts.binding,
        eligible=tuple(ids[i] for i in facts.eligible if ids[i] != "EU"), domain=facts.domain,
        exclusive=row["exclusive"] == "1", track=facts.track,
    )  # fmt: skip


def family(name: str) -> frozenset[str]:
    """The lists of the same convener or club."""
    own = listed(name)["family"]
    return frozenset(row["id"] for row in lists() if row["family"] == own)


def history(name: str, until: date | None = None) -> History:
    """Read a list as known on a day (default: the day until which it is complete)."""
    text = described(name)
    end = min(until or RECORD_END, surely_by(listed(name)["until"]))
    here = setting(text, text.opens - timedelta(days=1), family(name))
    years = end.year - text.opens.year + 1 if end > text.opens + timedelta(days=60) else 0
    low, high = _intervals(name, here.ids, text.opens, end, years)
    quarters = np.full(years + 1, 4.0)
    quarters[0] = 1.0
    for step in range(1, years + 1):
        first = max(text.opens, date(text.opens.year + step - 1, 1, 1))
        last = min(end, date(text.opens.year + step - 1, 12, 31))
        quarters[step] = max(0.5, (last - first).days / QUARTER_DAYS)
    moving = np.zeros((years + 1, len(here.ids), 2))
    for step in range(years + 1):
        share = np.clip((step - low) / np.maximum(high - low + 1, 1), 0.0, 1.0)
        inside = np.where(high >= 0, share, 0.0)
        moving[step] = np.column_stack([here.peers @ inside, here.neighbours @ inside])
    return History(here, quarters, low, high, moving)


def _intervals(name: str, ids: tuple[str, ...], opens: date, end: date, years: int) -> tuple[I, I]:
    """Steps between which each state joined. A date known as "by" reaches back to the last exact wave."""
    low, high = np.zeros(len(ids), np.int64), np.full(len(ids), -1, np.int64)
    rows = [row for row in table("joins") if row["instrument"] == name and row["joined"] == "1"]
    joined = {who for who, fact in known_joins(end).get(name, {}).items() if fact.joined}
    exact = sorted({row["date"] for row in rows if row["date_precision"] != "by"})
    for row in rows:
        if row["actor"] in joined and row["actor"] in ids:
            i, step = ids.index(row["actor"]), _step(row["date"], opens, years)
            low[i] = high[i] = step
            if row["date_precision"] == "by":
                earlier = [_step(wave, opens, years) for wave in exact if wave < row["date"]]
                low[i] = 0 if name in _SPREAD_OUT or not earlier else max(earlier)
    return low, high


_SPREAD_OUT = ("budapest", "conv108")
"""Lists known mostly on one late day: such a state may have joined at any time since the opening."""


def _step(day: str, opens: date, years: int) -> int:
    same = str(opens).startswith(day) if len(day) < 10 else day <= str(opens)
    return 0 if same else min(years, int(day[:4]) - opens.year + 1)


@dataclass(frozen=True)
class Weights:
    """The fitted hazard: mode and Laplace covariance of (NAMES, MEANS), and the spread of a new text's reach."""

    mode: F
    covariance: F
    launches: dict[str, float]
    paces: dict[str, float]
    log_likelihood: float

    def __getitem__(self, name: str) -> float:
        return float(self.mode[(*NAMES, *MEANS).index(name)])


def _one(h: History, weight: F, launch: float, pace: float) -> tuple[float, F, float, float]:
    """Log likelihood of one list and its gradient by weights, launch and pace."""
    signed = SIGN * weight
    k = len(STATIC)
    logit = (h.setting.static @ signed[:k])[None, :] + h.moving @ signed[k:]
    logit[0] += launch
    logit[1:] += pace
    stay = -np.logaddexp(0.0, logit) * h.quarters[:, None]
    upto = np.concatenate([np.zeros((1, stay.shape[1])), np.cumsum(stay, axis=0)])
    steps = np.arange(len(stay))[:, None]
    share = np.where(steps < h.low, 1.0, 0.0)
    ever = h.high >= 0
    who = np.arange(len(h.low))
    gap = np.minimum(upto[h.high + 1, who] - upto[h.low, who], -1e-12)
    share = np.where((steps >= h.low) & (steps <= h.high), np.exp(gap) / np.expm1(gap), share)
    share = np.where(ever, share, 1.0)
    value = np.where(ever, upto[h.low, who] + np.log(-np.expm1(gap)), upto[-1]).sum()
    slope = -share * h.quarters[:, None] / (1.0 + np.exp(-logit))
    by_weight = np.concatenate([slope.sum(axis=0) @ h.setting.static, np.einsum("si,sif->f", slope, h.moving)])
    return float(value), SIGN * by_weight, float(slope[0].sum()), float(slope[1:].sum())


def fit(histories: list[History], names: tuple[str, ...] = NAMES, spread: float = SPREAD,
        reach: float = REACH_SPREAD, temper: float = TEMPER) -> Weights:  # fmt: skip
    """Mode of the posterior and its curvature; factors not in ``names`` keep weight 0."""
    k, m, c = len(NAMES), len(histories), len(MEANS)
    prior = np.array([spread / SCALE[name] for name in NAMES])
    # by invitation, only those join who were picked for it: such a list tells nothing of the reach of a call
    wide = np.array([INVITED_SPREAD if h.setting.text.id in invited() else reach for h in histories])
    shift = np.array([[1.0, 0.0, -h.setting.text.exclusive, -h.setting.text.binding] for h in histories])
    slow = np.array([[0.0, 1.0, -h.setting.text.exclusive, 0.0] for h in histories])

    def loss(theta: F) -> tuple[float, F]:
        weight, mean, launch, pace = np.split(theta, [k, k + c, k + c + m])
        off_l, off_p, off_m = launch - shift @ mean, pace - slow @ mean, (mean - MEAN_PRIOR) / MEAN_SPREAD**2
        total = 0.5 * ((weight / prior) ** 2).sum() + 0.5 * ((off_l**2 + off_p**2) / wide**2).sum()
        total += 0.5 * (off_m * (mean - MEAN_PRIOR)).sum()
        grad = np.concatenate([
            weight / prior**2, off_m - shift.T @ (off_l / wide**2) - slow.T @ (off_p / wide**2),
            off_l / wide**2, off_p / wide**2,
        ])  # fmt: skip
        for q, h in enumerate(histories):
            value, by_weight, by_launch, by_pace = _one(h, weight, launch[q], pace[q])
            total -= temper * value
            grad[:k] -= temper * by_weight
            grad[k + c + q] -= temper * by_launch
            grad[k + c + m + q] -= temper * by_pace
        return total, grad

    start = np.concatenate([np.zeros(k), MEAN_PRIOR, np.full(m, -1.5), np.full(m, -6.0)])
    limits = [(0.0, None if name in names else 0.0) for name in NAMES] + [(None, None)] * (c + 2 * m)
    result = minimize(loss, start, jac=True, bounds=limits, method="L-BFGS-B", options={"maxiter": 2000, "ftol": 1e-11})
    theta = result.x
    texts = [h.setting.text.id for h in histories]
    return Weights(
        theta[: k + c], _covariance(lambda x: loss(x)[1], theta, k)[: k + c, : k + c],
        dict(zip(texts, theta[k + c : k + c + m].tolist(), strict=True)),
        dict(zip(texts, theta[k + c + m :].tolist(), strict=True)), -float(result.fun),
    )  # fmt: skip


def _covariance(gradient: object, theta: F, k: int) -> F:
    """Inverse curvature at the mode by central differences; a weight at its bound has none."""
    step = 1e-4
    free = np.array([i for i in range(len(theta)) if i >= k or theta[i] > 1e-6])
    curvature = np.zeros((len(free), len(free)))
    for row, i in enumerate(free):
        nudge = np.zeros(len(theta))
        nudge[i] = step
        curvature[row] = ((gradient(theta + nudge) - gradient(theta - nudge)) / (2 * step))[free]  # type: ignore[operator]
    out = np.zeros((len(theta), len(theta)))
    out[np.ix_(free, free)] = np.linalg.inv((curvature + curvature.T) / 2)
    return out


CHOSEN = ("capacity", "votes", "size", "house", "habit")
"""The factors of the chosen model: the others cost log score when a family is left out (docs/results/evidence.md)."""


def fit_all(without: frozenset[str] = frozenset(), until: date = RECORD_END) -> Weights:
    """The chosen model on all lists but some that had opened before a day, as they stood on it."""
    known = [text.id for text in world_on(until).instruments]
    names = [row["id"] for row in lists() if row["id"] not in without and row["id"] in known]
    return fit([history(name, until) for name in names], CHOSEN)


def write_weights(weights: Weights, path: Path) -> None:
    """The table that ships: mode, standard deviation, covariance, to five digits."""
    names = (*NAMES, *MEANS)
    rows = [
        {"name": name, "value": f"{weights.mode[i]:.5g}", "sd": f"{weights.covariance[i, i] ** 0.5:.5g}"}
        | {other: f"{weights.covariance[i, j]:.5g}" for j, other in enumerate(names)}
        for i, name in enumerate(names)
    ]
    write_csv(path, ("name", "value", "sd", *names), rows)


def shipped_weights() -> Weights:
    """The fitted weights as shipped."""
    rows = read_csv(FITTED / "joining_weights.csv")
    names = (*NAMES, *MEANS)
    if tuple(row["name"] for row in rows) != names:
        advice = "run python -m simulation.evidence.calibration.joining_weights"
        raise DataError(f"joining_weights.csv is not of this version: {advice}")
    covariance = np.array([[float(row[other]) for other in names] for row in rows])
    return Weights(np.array([float(row["value"]) for row in rows]), covariance, {}, {}, float("nan"))


def draw_weights(weights: Weights, luck: np.random.Generator, draws: int) -> tuple[F, F]:
    """Weights (draws, NAMES) and means (draws, MEANS) from the normal at the mode; no weight turns its sign."""
    values, vectors = np.linalg.eigh(weights.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    drawn = weights.mode + luck.standard_normal((draws, len(weights.mode))) @ root.T
    return SIGN * np.maximum(drawn[:, : len(NAMES)], 0.0), drawn[:, len(NAMES) :]


if __name__ == "__main__":
    write_weights(fit_all(), FITTED / "joining_weights.csv")
