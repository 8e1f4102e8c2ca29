"""Past forecasts of deals by the model itself, scored: which pairs, how many a year, who joins what is open.

The record of deals is thin and leans to the state whose press was searched, so its pairs and all
others are scored apart. "Which pairs" gives the model and its rivals the same pace, that of the list
known on the day; the model is scored at its own pace too.

Simple rivals share the pace of the list known on the day, so that they differ in *which* pairs only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulation.data.dates import surely_by
from simulation.data.tables import FITTED, read_csv, table
from simulation.data.world import World
from simulation.evidence import scores
from simulation.evidence.deals.scoring import HALF, coming_year
from simulation.evidence.joins.record import RECORD_END
from simulation.evidence.past_runs import PastRuns
from simulation.state import CAMPS, KINDS, B, F


def shares(past: PastRuns, pool: B) -> Mapping[str, F]:
    """Share of the coming deals of a pool that falls on each of its pairs, by rival.

    Parameters
    ----------
    pool
        (pairs,) which of :attr:`PastRuns.pairs` are asked about.

    Returns
    -------
    Mapping
        (pool,) shares that sum to 1.
    """
    result = {
        "base rate": np.ones(int(pool.sum())),
        "as often as before": _before(past, pool),
        "leader's camp": _camp(past, pool),
        "most active partners": _active(past, pool),
        "largest partners": _large(past, pool),
    }
    return {name: share / share.sum() for name, share in result.items()}


def pace(past: PastRuns, pool: B) -> float:
    """Deals of a pool that its record so far lets expect between the day and the end."""
    known, years = _known(past)[pool].sum(), _span(past)
    return float((known + HALF) / years * past.years)


def _span(past: PastRuns) -> int:
    """Years from the first recorded deal to the day, at least one."""
    return past.day.year - int(past.known["year"].min()) + 1 if len(past.known) else 1


def _known(past: PastRuns) -> F:
    """(pairs,) recorded deals by the day."""
    a, b = past.pairs
    n = len(past.world)
    count = np.bincount(past.known["a"] * n + past.known["b"], minlength=n * n)
    return count[a * n + b].astype(float)


def _before(past: PastRuns, pool: B) -> F:
    """Earlier deals of the pair, and one deal spread over the pool."""
    return _known(past)[pool] + 1.0 / pool.sum()


def _camp(past: PastRuns, pool: B) -> F:
    """Pairs within one camp get the share of the earlier deals made within one, with one deal's worth of no rule."""
    a, b = past.pairs
    same = ((past.world.camp[a] == past.world.camp[b]) & (past.world.camp[a] >= 0))[pool]
    known = _known(past)[pool]
    inside = (known[same].sum() + same.mean()) / (known.sum() + 1.0)
    return np.where(same, inside / max(same.sum(), 1), (1.0 - inside) / max((~same).sum(), 1))


def _active(past: PastRuns, pool: B) -> F:
    """Product of both sides' earlier deals, each with half a deal more."""
    a, b = past.pairs
    busy = HALF + np.bincount(np.concatenate([past.known["a"], past.known["b"]]), minlength=len(past.world))
    return (busy[a] * busy[b])[pool]


def _large(past: PastRuns, pool: B) -> F:
    """Product of both sides' sizes; an actor that is no state counts as the mean state."""
    a, b = past.pairs
    size = np.where(past.world.size > 0.0, past.world.size, past.world.size[past.world.un_member].mean())
    return (size[a] * size[b])[pool]


ORIGINS = tuple(date(year, 12, 31) for year in range(2018, 2024))
"""Days from which the model is run."""
MODEL, OWN_PACE = "model", "model at its own pace"
CAMPED = (*CAMPS, "none")
"""Names of camps by their code; -1, no camp, is the last."""
POOLS = ("of the focal state", "of others")
PARTNERS: Mapping[str, tuple[int, ...]] = {
    "with anybody": tuple(range(len(KINDS))),
    "with states": (KINDS.index("state"),),
    "with firms": (KINDS.index("firm"),),
}
"""Counts a year that are forecast, by kinds of partner."""
RARE = 1e-12
"""Least probability of a pair in a log score: most pairs are rarer than those of joining."""
_DRAWS = 400


@dataclass(frozen=True)
class Pool:
    """Pairs of one day: what happened, and the probabilities of every forecaster.

    Attributes
    ----------
    sides
        (pairs, 2) names of both actors.
    happened
        (pairs,) 1 where the record has a deal after the day.
    forecasts
        (pairs,) by forecaster.
    """

    day: date
    sides: NDArray[np.str_]
    happened: F
    forecasts: Mapping[str, F]


def pools(runs: Sequence[PastRuns]) -> dict[str, list[Pool]]:
    """The pairs of the focal state and those of others, on every day."""
    result: dict[str, list[Pool]] = {name: [] for name in POOLS}
    for past in runs:
        a, b = past.pairs
        own = (a == past.focal) | (b == past.focal)
        for name, pool in zip(POOLS, (own, ~own), strict=True):
            result[name].append(_pool(past, pool))
    return result


def _pool(past: PastRuns, pool: B) -> Pool:
    a, b = (side[pool] for side in past.pairs)
    chance, expected = (values[pool] for values in past.per_pair())
    rate = pace(past, pool)
    same_pace = {MODEL: expected / expected.sum(), **shares(past, pool)}
    forecasts = {name: -np.expm1(-rate * share) for name, share in same_pace.items()}
    n = len(past.world)
    happened = np.isin(a * n + b, past.happened["a"] * n + past.happened["b"]).astype(float)
    names = np.array(past.world.ids)
    return Pool(past.day, np.column_stack([names[a], names[b]]), happened, {**forecasts, OWN_PACE: chance})


def by_forecaster(found: Sequence[Pool]) -> pd.DataFrame:
    """Scores over all days.

    Returns
    -------
    DataFrame
        Columns ``forecast, Brier skill, log skill, AUC, gain, 5 %, 95 %``: skills against the base rate; what
        the model gains on it, in nats a recorded deal, with an interval over resampled actors.
    """
    names = list(found[0].forecasts)
    samples = _gains(found, names)
    everything = _gain(_lost(found, names), [np.ones(len(pool.happened)) for pool in found])
    rows = []
    for k, name in enumerate(names):
        low, high = np.nanquantile(samples[:, k], (0.05, 0.95))
        areas = [scores.auc(pool.forecasts[name], pool.happened) for pool in found]
        rows.append({
            "forecast": name, "Brier skill": _skill(found, name, lambda p, y: (p - y) ** 2),
            "log skill": _skill(found, name, _logs), "AUC": np.nanmean(areas),
            "gain": everything[k], "5 %": low, "95 %": high,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _logs(p: F, y: F) -> F:
    return scores.log_scores(p, y, RARE)


def _skill(found: Sequence[Pool], name: str, score: Callable[[F, F], F]) -> float:
    own, base = (
        float(np.mean([score(pool.forecasts[n], pool.happened).mean() for pool in found])) for n in (name, "base rate")
    )
    return 1.0 - own / base


def _lost(found: Sequence[Pool], names: Sequence[str]) -> list[F]:
    """Of each day, (pairs, 1 + names): what happened, and the log score that each forecaster loses to the model."""
    tables = []
    for pool in found:
        own = _logs(pool.forecasts[MODEL], pool.happened)
        lost = [_logs(pool.forecasts[name], pool.happened) - own for name in names]
        tables.append(np.column_stack([pool.happened, *lost]))
    return tables


def _gain(lost: Sequence[F], weights: Sequence[F]) -> F:
    """Log score that the model gains on each forecaster, a recorded deal; nan without a deal."""
    deals, *total = np.sum([w @ table for table, w in zip(lost, weights, strict=True)], axis=0)
    return np.array(total) / deals if deals else np.full(len(total), np.nan)


def _gains(found: Sequence[Pool], names: Sequence[str]) -> F:
    """Gains (draws, names) when actors are drawn anew, the same for every day (Snijders & Borgatti 1999).

    An actor that is in every pair of a pool is not drawn: the pool is about it.
    """
    luck = np.random.default_rng(1)
    actors = np.unique(np.concatenate([pool.sides.ravel() for pool in found]))
    rows = [np.searchsorted(actors, pool.sides) for pool in found]
    everywhere = [k for k in rows[0][0] if all((sides == k).any(axis=1).all() for sides in rows)]
    lost, drawn = _lost(found, names), []
    for _ in range(_DRAWS):
        often = np.bincount(luck.integers(len(actors), size=len(actors)), minlength=len(actors)).astype(float)
        often[everywhere] = 1.0
        drawn.append(_gain(lost, [often[sides[:, 0]] * often[sides[:, 1]] for sides in rows]))
    return np.array(drawn)


def by_day(runs: Sequence[PastRuns]) -> pd.DataFrame:
    """Recorded deals after each day, and what the runs give: of the focal state and of others."""
    rows = []
    for past in runs:
        ours = (past.happened["a"] == past.focal) | (past.happened["b"] == past.focal)
        own = (past.agreed["a"] == past.focal) | (past.agreed["b"] == past.focal)
        row: dict[str, object] = {"known on": past.day, "deals known": len(past.known)}
        for name, made, true in (("focal", own, ours), ("others", ~own, ~ours)):
            each = past.agreed[made].groupby("replicate").size().reindex(range(past.replicates), fill_value=0)
            span = scores.Span(*np.quantile(each * past.reported, (0.05, 0.95)))
            row |= {f"{name}: recorded": int(true.sum()), f"{name}: runs": span}
        rows.append(row | {"of actors unknown then": past.unforeseeable})
    return pd.DataFrame(rows)


def yearly(runs: Sequence[PastRuns]) -> pd.DataFrame:
    """Deals of the focal state a year, forecast by the runs and by rivals.

    Returns
    -------
    DataFrame
        Columns ``known_on, year, partners, forecast, happened, crps, in50, in90``.
    """
    rows = []
    for past in runs:
        for partners, kinds in PARTNERS.items():
            known = past.recorded(kinds)
            last = past.recorded(kinds, past.day.year)
            before, same = coming_year(known, last, _span(past), _DRAWS)
            rivals = {"as often as before": before, "as in the last year": same}
            for year in range(past.day.year + 1, RECORD_END.year + 1):
                happened = past.recorded(kinds, year)
                for name, draws in {MODEL: past.counts(kinds, year), **rivals}.items():
                    rows.append({"known_on": past.day, "year": year, "partners": partners, "forecast": name,
                                 "happened": happened, "crps": scores.crps(draws, happened),
                                 "in50": scores.inside(draws, happened, 0.5),
                                 "in90": scores.inside(draws, happened, 0.9)})  # fmt: skip
    return pd.DataFrame(rows)


def by_counter(table: pd.DataFrame) -> pd.DataFrame:
    """Mean CRPS and coverage of :func:`yearly`, with Wilson intervals."""
    rows = []
    for (partners, name), own in table.groupby(["partners", "forecast"], sort=False):
        row = {"deals a year": partners, "forecast": name, "years": len(own), "CRPS": own["crps"].mean()}
        rows.append(row | {f"{level} % covers": scores.covered(own[f"in{level}"]) for level in (50, 90)})
    return pd.DataFrame(rows)


def open_texts(runs: Sequence[PastRuns]) -> pd.DataFrame:
    """New joins, by camp, of the lists already open on each day whose later joins are dated.

    Returns
    -------
    DataFrame
        Columns ``known_on, instrument, camp, eligible, happened, mean, low, high, in50, in90``: how many of the
        eligible of a camp that were out have joined by the end of the list, and mean and 90 % interval of the runs.
    """
    rows: list[dict[str, object]] = []
    for past in runs:
        ends = {row["id"]: surely_by(row["until"]) for row in read_csv(FITTED / "lists.csv")}
        later = {text.id: dict(text.joined) for text in past.now.instruments}
        texts = (past.world.instruments[k] for k in dated_texts(past.world))
        for text in (text for text in texts if text.id in ends):
            end = ends[text.id]
            inside = {i for i, _ in text.joined}
            out = [i for i in text.eligible if i not in inside]
            if end > past.day and out:
                rows += _by_camp(past, text.id, out, end, later[text.id])
    return pd.DataFrame(rows)


def _by_camp(
    past: PastRuns, name: str, out: Sequence[int], end: date, joined: Mapping[int, date]
) -> Iterator[dict[str, object]]:
    quarter = f"{end.year}Q{(end.month + 2) // 3}"
    own = past.joins[(past.joins["instrument"] == name) & past.joins["quarter"].notna()]
    own = own[~own["joined_before"] & (own["quarter"].astype(str) <= quarter)]
    place = {name: row for row, name in enumerate(past.now.ids)}
    true = {past.world.ids[i] for i in out if joined.get(place[past.world.ids[i]], date.max) <= end}
    for camp in CAMPED:
        names = {past.world.ids[i] for i in out if CAMPED[past.world.camp[i]] == camp}
        if names:
            new = own[own["actor"].isin(names)].groupby("replicate").size()
            draws = new.reindex(range(past.replicates), fill_value=0).to_numpy()
            low, high = np.quantile(draws, (0.05, 0.95))
            yield {"known_on": past.day, "instrument": name, "camp": camp, "eligible": len(names),
                   "happened": len(true & names), "mean": draws.mean(), "low": low, "high": high,
                   "in50": scores.inside(draws, len(true & names), 0.5),
                   "in90": scores.inside(draws, len(true & names), 0.9)}  # fmt: skip


def dated_texts(world: World) -> list[int]:
    """Rows of the texts open on the day of the world of which no later join is dated by an upper bound only."""
    day = world.as_of.isoformat()
    vague = {row["instrument"] for row in table("joins") if row["date_precision"] == "by" and row["date"] > day}
    known = (k for k, text in enumerate(world.instruments) if text.open_at_as_of and text.complete)
    return [k for k in known if world.instruments[k].id not in vague]
