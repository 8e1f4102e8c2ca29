"""Deals of every year since 2019 forecast from the end of the year before, beside simple rivals on the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import poisson

from simulation.evidence import scores
from simulation.evidence.deals import scoring
from simulation.evidence.deals.scoring import OURS, Scored, gains, ranking
from simulation.intensity import firms
from simulation.intensity.ensemble import ATTRACTION_SD, DRAWS, Layer, flows, possible, state_layer
from simulation.intensity.posterior import FIRST_DEAL, LAST_YEAR, state_period
from simulation.intensity.posterior import scores as keyed
from simulation.kernels import stable_hash
from simulation.state import F

ORIGINS = tuple(range(FIRST_DEAL, LAST_YEAR))
"""Year's ends from which the year after is forecast."""
LEVEL = 0.9
SEEN = 0.25
"""Expected deals a year from which a state's count says something."""
PARTNER_DRAWS = 100
"""Draws for the scores of whole vectors of partners."""
POISSON, PERSISTENCE = "as often as before (Poisson)", "as in the last year"


@dataclass(frozen=True, eq=False)
class Forecast:
    """The year after an origin, forecast by the intensity and the scoring.

    Attributes
    ----------
    scored
        Log shares of every forecaster and what happened.
    expected
        (draws, pairs) recorded deals of every possible pair in every draw of the intensity.
    pairs
        Both indexes of those pairs.
    earlier
        (n, n) deals recorded by the origin, and (n, n) in its last year.
    years
        Years of the record by the origin.
    """

    scored: Scored
    expected: F
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]]
    earlier: tuple[F, F]
    years: int


def forecast_year(origin: int) -> Forecast:
    """Forecast the deals of pairs of states in the year after the end of ``origin``."""
    layer, learnt = state_layer(date(origin, 12, 31)), [state_period(y) for y in range(FIRST_DEAL, origin + 1)]
    coming = state_period(origin + 1)
    expected, shares = _ours(layer, origin + 1)
    result = {OURS: shares}
    for name, terms in scoring.LOG_LINEAR.items():
        both = _with_reasons(terms)
        result[name] = scoring.log_linear_shares(scoring.fit_log_linear(learnt, both, spread=1.0), coming, both)
    result["as often as before"] = scoring.as_before(coming)
    record = layer.record
    return Forecast(Scored("AI deals of states", origin + 1, coming.counts, result), expected, possible(layer),
                    (record.counts(0, origin), record.counts(origin, origin)), origin - FIRST_DEAL + 1)  # fmt: skip


def _ours(layer: Layer, year: int) -> tuple[F, F]:
    """(draws, pairs) expected recorded deals, and (n, n) log of the mean share of each pair in them."""
    expected = np.stack([flow.recorded for flow in flows(layer, [year], DRAWS, ATTRACTION_SD)])
    mean = (expected / expected.sum(axis=1, keepdims=True)).mean(axis=0)
    shares = np.full(layer.mask.shape, -np.inf)
    a, b = possible(layer)
    shares[a, b] = shares[b, a] = np.log(mean)
    return expected, shares


def _with_reasons(terms: scoring.Terms) -> scoring.Terms:
    """A rival's terms with the searched press and the English language beside them, so that it knows of the record."""
    return lambda period: np.concatenate([terms(period), period.z[:2]])


def probabilities(one: Forecast) -> Mapping[str, F]:
    """Probability of at least one recorded deal of every possible pair, by forecaster, all at our pace."""
    a, b = one.pairs
    pace = float(one.expected.sum(axis=1).mean())
    result = {OURS: -np.expm1(-one.expected).mean(axis=0)}
    for name, shares in one.scored.shares.items():
        if name != OURS:
            result[name] = -np.expm1(-pace * np.exp(shares[a, b]))
    return result


def pair_table(found: Sequence[Forecast]) -> pd.DataFrame:
    """Brier score (times 1,000), log score (times 1,000), AUC and PR-AUC of pair probabilities, by forecaster."""
    rank = ranking([one.scored for one in found]).set_index("forecast")
    rows = []
    for name in found[0].scored.shares:
        p = np.concatenate([probabilities(one)[name] for one in found])
        y = np.concatenate([(one.scored.counts[one.pairs] > 0).astype(float) for one in found])
        logs = scores.log_scores(p, y, 1e-9).mean()
        rows.append(
            {
                "forecast": name,
                "Brier": 1e3 * scores.brier(p, y),
                "Brier, adjusted": 1e3 * scores.adjusted_brier(p, y),
                "log": 1e3 * logs,
                **rank.loc[name].to_dict(),
            }
        )
    return pd.DataFrame(rows)


def gain_table(found: Sequence[Forecast]) -> pd.DataFrame:
    """Nats an event by which the intensity beats each rival, every event alike, with intervals over actors."""
    scored = [one.scored for one in found]
    return pd.DataFrame([gains(scored, name, by_event=True) for name in scored[0].shares if name != OURS])


def count_rows(found: Sequence[Forecast]) -> pd.DataFrame:
    """Deals a year of every state and of all together, forecast by draws of the intensity and by two scoring.

    Returns
    -------
    DataFrame
        Columns ``year, actor, forecast, expected, happened, crps, inside, interval, pit``; ``actor`` is -1 for all
        pairs together; ``interval`` is the interval score; ``pit`` is the randomised probability integral transform,
        keyed, so always the same.
    """
    rows = []
    for one in found:
        a, b = one.pairs
        n = len(one.scored.counts)
        total = np.zeros((len(one.expected), n))
        for d, expected in enumerate(one.expected):
            total[d] = np.bincount(a, expected, n) + np.bincount(b, expected, n)
        world = one.expected.sum(axis=1, keepdims=True)
        luck = keyed(f"counts of {one.scored.first}", [str(i) for i in range(n + 1)], len(world))
        for actor in range(-1, n):
            rate = world[:, 0] if actor < 0 else total[:, actor]
            happened = float(one.scored.counts.sum() / 2 if actor < 0 else one.scored.counts[actor].sum())
            for name, draws in _count_draws(one, actor, rate, luck[:, actor]).items():
                rows.append({"year": one.scored.first, "actor": actor, "forecast": name, "expected": draws.mean(),
                             "happened": happened, "crps": scores.crps(draws, happened),
                             "inside": scores.inside(draws, happened, LEVEL),
                             "interval": scores.interval_score(*_ends(draws), happened, LEVEL),
                             "pit": _pit(draws, happened, one.scored.first, actor)})  # fmt: skip
    return pd.DataFrame(rows)


def _count_draws(one: Forecast, actor: int, rate: F, luck: F) -> dict[str, F]:
    """Draws of a count: ours, and two rivals from the actor's own record (Jeffreys' posterior of a Poisson rate)."""
    earlier, last = (float(c.sum() / 2 if actor < 0 else c[actor].sum()) for c in one.earlier)
    before, same = scoring.coming_year(earlier, last, one.years, len(rate))
    return {OURS: poisson.ppf(ndtr(luck), rate), POISSON: before, PERSISTENCE: same}


def _ends(draws: F) -> tuple[float, float]:
    low, high = np.quantile(draws, (0.5 - LEVEL / 2, 0.5 + LEVEL / 2))
    return float(low), float(high)


def _pit(draws: F, happened: float, year: int, actor: int) -> float:
    below, at = float((draws < happened).mean()), float((draws == happened).mean())
    return below + at * float(ndtr(keyed("pit", [f"{year} {actor}"], 1)[0, 0]))


def count_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Coverage of 90 % intervals and mean CRPS by forecaster: of all together, of states, and of states that matter."""
    ours = rows[rows["forecast"] == OURS].set_index(["year", "actor"])["expected"]
    wide = rows.join(ours.rename("ours"), on=["year", "actor"])
    pools = {
        "all pairs together": wide["actor"] < 0, "every state": wide["actor"] >= 0,
        f"states with {SEEN} expected or more": (wide["actor"] >= 0) & (wide["ours"] >= SEEN),
    }  # fmt: skip
    result = []
    for pool, chosen in pools.items():
        for name, own in wide[chosen].groupby("forecast", sort=False):
            randomised = ((own["pit"] > (1 - LEVEL) / 2) & (own["pit"] < (1 + LEVEL) / 2)).mean()
            result.append({"deals a year of": pool, "forecast": name, "counts": len(own), "CRPS": own["crps"].mean(),
                          "interval score": own["interval"].mean(), "90 % covers": scores.covered(own["inside"]),
                          "central 90 % of PIT": randomised})  # fmt: skip
    return pd.DataFrame(result)


def partner_table(found: Sequence[Forecast]) -> pd.DataFrame:
    """Variogram score (times 1,000) of the partners of a state in a year: its deals with each other actor, a vector.

    A mean over states with :data:`SEEN` deals expected or more. Every forecaster has the pace of the intensity, and
    deals that are Poisson given its rates: those of the intensity differ by draw, so that its partners hang together.
    """
    result: dict[str, list[float]] = {}
    for one in found:
        a, b = one.pairs
        n, luck = len(one.scored.counts), np.random.default_rng(stable_hash(f"partners of {one.scored.first}"))
        rates = one.expected[:PARTNER_DRAWS]
        pace, sure = rates.sum(axis=1, keepdims=True), np.exp([s[a, b] for s in one.scored.shares.values()])
        every = {name: pace * share for name, share in zip(one.scored.shares, sure, strict=True)} | {OURS: rates}
        drawn = {name: luck.poisson(rate).astype(float) for name, rate in every.items()}
        mean = one.expected.mean(axis=0)
        for actor in np.flatnonzero(np.bincount(a, mean, n) + np.bincount(b, mean, n) >= SEEN):
            own = (a == actor) | (b == actor)
            pairs, y = np.array(np.triu_indices(int(own.sum()), 1)), one.scored.counts[a[own], b[own]]
            for name, deals in drawn.items():
                result.setdefault(name, []).append(1e3 * scores.variogram(deals[:, own], y, pairs))
    return pd.DataFrame([{"forecast": name, "states and years": len(own), "variogram": float(np.mean(own))}
                         for name, own in result.items()])  # fmt: skip


SIZES = ("state size", "firm band")
FIRM_TERMS: Mapping[str, tuple[str, ...]] = {
    "sizes": SIZES, "sizes and activity of the firm": (*SIZES, "firm activity"),
}  # fmt: skip
"""Covariates of the rivals of the layer of firms."""


def forecast_firms(origin: int) -> Scored:
    """Forecast the deals of states with firms in the year after the end of ``origin``."""
    layer = firms.firm_layer(date(origin, 12, 31))
    learnt = [firms.firm_period(y) for y in range(FIRST_DEAL, origin + 1)]
    coming = firms.firm_period(origin + 1)
    result = {OURS: _ours(layer, origin + 1)[1]}
    for name, covariates in FIRM_TERMS.items():
        both = _with_reasons(scoring.summed(*covariates, known=firms.NAMES))
        result[name] = scoring.log_linear_shares(scoring.fit_log_linear(learnt, both, spread=1.0), coming, both)
    return Scored("AI deals of states with firms", origin + 1, coming.counts, result)
