"""Scores of forecasts of *which pairs*: nats an event against rivals, areas under curves, bootstrap over actors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulation.evidence import scores
from simulation.state import F

OURS = "intensity"
BOOTSTRAPS = 400


@dataclass(frozen=True, eq=False)
class Scored:
    """A window with the log shares that every forecaster gave each pair.

    Attributes
    ----------
    domain, first
        Which window.
    counts
        (n, n) what happened.
    shares
        Forecaster -> (n, n) log shares.
    """

    domain: str
    first: int
    counts: F
    shares: Mapping[str, F]


def gains(windows: Sequence[Scored], name: str, by_event: bool = False, seed: int = 1) -> dict[str, object]:
    """Nats an event by which the intensity beats a rival, with a 95 % interval over actors drawn anew.

    Parameters
    ----------
    windows
        Forecasts and what happened.
    name
        The rival.
    by_event
        Whether every event counts alike; else every window does.

    Returns
    -------
    dict
        ``over, gain, 2.5 %, 97.5 %, windows won, events``.
    """
    luck = np.random.default_rng(seed)
    edges = []
    for one in windows:
        a, b = np.nonzero(np.triu(one.counts))
        edges.append((a, b, one.counts[a, b], one.shares[OURS][a, b] - one.shares[name][a, b]))
    each = np.array([np.average(lead, weights=count) for _, _, count, lead in edges])
    drawn = []
    n = len(windows[0].counts)
    for _ in range(BOOTSTRAPS):
        often = np.bincount(luck.integers(n, size=n), minlength=n).astype(float)
        drawn.append(_mean([(count * often[a] * often[b], lead) for a, b, count, lead in edges], by_event))
    low, high = np.nanquantile(drawn, (0.025, 0.975))
    gain = _mean([(count, lead) for _, _, count, lead in edges], by_event)
    return {"over": name, "gain": gain, "2.5 %": float(low), "97.5 %": float(high),
            "windows won": f"{int((each > 0).sum())} of {len(each)}",
            "events": int(sum(count.sum() for _, _, count, _ in edges))}  # fmt: skip


def _mean(rows: Sequence[tuple[F, F]], by_event: bool) -> float:
    """Mean lead over (weights, leads) of windows; NaN where nothing has weight."""
    seen = [(weight, lead) for weight, lead in rows if weight.sum() > 0]
    if not seen:
        return float("nan")
    if by_event:
        return float(
            np.average(np.concatenate([lead for _, lead in seen]), weights=np.concatenate([w for w, _ in seen]))
        )
    return float(np.mean([np.average(lead, weights=weight) for weight, lead in seen]))


def ranking(windows: Sequence[Scored]) -> pd.DataFrame:
    """Mean AUC and PR-AUC of every forecaster over the windows, in columns ``forecast, AUC, PR-AUC``."""
    rows = []
    for name in windows[0].shares:
        areas = []
        for one in windows:
            a, b = np.nonzero(np.triu(np.isfinite(one.shares[OURS]), 1))
            happened = (one.counts[a, b] > 0).astype(float)
            areas.append(
                (scores.auc(one.shares[name][a, b], happened), average_precision(one.shares[name][a, b], happened))
            )
        auc, precision = np.mean(areas, axis=0)
        rows.append({"forecast": name, "AUC": auc, "PR-AUC": precision})
    return pd.DataFrame(rows)


def average_precision(p: F, y: F) -> float:
    """Area under precision against recall, as the mean precision at every event (Davis & Goadrich 2006).

    Of forecasts that tie, those that happened are ranked in the middle of the tie, on average.
    """
    order = np.argsort(-p, kind="stable")
    level, hits = p[order], y[order]
    ends = np.append(np.flatnonzero(np.diff(level)), len(level) - 1)
    true = np.cumsum(hits)[ends]
    precision, step = true / (ends + 1), np.diff(np.append(0.0, true))
    return float((precision * step).sum() / hits.sum()) if hits.any() else float("nan")
