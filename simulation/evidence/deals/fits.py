"""Fit everything and write the shipped tables of coefficients.

``python -m simulation.evidence.deals.fits SOURCE_DIR [--out DIR]``: five domains of treaties, the prior that they
give, and the posterior at the end of each year from 2017 on, for pairs of states and for states with firms. A minute
or two; SOURCE_DIR holds ``agreements/``.

The prior: a coefficient varies around a mean from domain to domain. The flow: a walk seen through Poisson counts of a
year, on a grid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import typer
from numpy.typing import NDArray
from scipy.special import gammaln

from simulation.arithmetic import weighted
from simulation.data.tables import short, write_csv
from simulation.evidence.deals.dense import DOMAINS, fit_domain, load_dense
from simulation.evidence.deals.fitting import Fit, fit
from simulation.intensity import firms
from simulation.intensity.covariates import NAMES
from simulation.intensity.equation import LEAST_RECORDED, MOST_RECORDED, Period, Prior, pair_rates, utility
from simulation.intensity.places import TABLES
from simulation.intensity.posterior import (
    FIRST_DEAL,
    FIRST_YEAR,
    LAST_YEAR,
    PARAMETERS,
    SIZE_ACTIVITY,
    Posterior,
    state_period,
    write_posteriors,
)
from simulation.intensity.record import SHARE, level_for
from simulation.intensity.wave import Wave
from simulation.state import F

TAU_SCALE = 0.5
"""Scale of the half-normal prior of the spread between domains."""
_TAUS = np.linspace(0.005, 2.0, 400)
REPEATABLE = ("defence", "environment")
"""Domains whose agreements repeat, as memoranda on AI do; one investment or tax treaty saturates its pair."""
FROM_REPEATABLE: Mapping[str, float] = {"past": 0.5, "recent": 0.5, "eu": 0.5, "border": 0.25}
"""Coefficients taken from these alone, with the standard deviation of their prior."""
JUDGED: Mapping[str, tuple[float, float]] = {"rival": (-1.2, 0.5), "conflict": (-1.2, 0.5), "union": (0.0, 0.5)}
"""Priors by judgement: technology is dearer to rivals than treaties are; the EU as a party is in no dense domain."""
SIZE_SD = 0.06
"""Size pulls nearly alike in all domains; more room lets the recording of large states pass for their pull."""
RECORDING: Mapping[str, tuple[float, float]] = {"searched": (0.3, 0.7), "english": (0.3, 0.7), "size": (0.1, 0.15)}
"""Priors of the reasons of being recorded."""


@dataclass(frozen=True)
class Pooled:
    """A coefficient over domains.

    Attributes
    ----------
    mean, sd
        Of the mean over domains.
    tau
        Posterior mean of the spread between domains.
    """

    mean: float
    sd: float
    tau: float


def pool(values: F, errors: F) -> Pooled:
    """Normal random effects with a flat prior of the mean and a half-normal one of the spread, on a grid.

    Parameters
    ----------
    values, errors
        (D,) estimates and their standard errors.
    """
    precision = 1.0 / (errors**2 + _TAUS[:, None] ** 2)
    total = precision.sum(axis=1)
    mean = (precision * values).sum(axis=1) / total
    fit = 0.5 * np.log(precision).sum(axis=1) - 0.5 * np.log(total)
    fit -= 0.5 * (precision * (values - mean[:, None]) ** 2).sum(axis=1) + 0.5 * (_TAUS / TAU_SCALE) ** 2
    weight = np.exp(fit - fit.max())
    weight /= weight.sum()
    centre = float(weight @ mean)
    spread = float(np.sqrt(weight @ (1.0 / total + (mean - centre) ** 2)))
    return Pooled(centre, spread, float(weight @ _TAUS))


def prior_of(fits: Mapping[str, Fit]) -> tuple[Prior, list[Pooled]]:
    """Prior of β, κ and the reasons of being recorded of AI deals.

    Parameters
    ----------
    fits
        Domain -> its fit; parameters are those of :data:`simulation.intensity.covariates.NAMES` and κ.

    Returns
    -------
    Prior, list of Pooled
        The second has one entry for each of β and κ.
    """
    names = (*NAMES, "kappa")
    mean, sd, pooled = [], [], []
    for k, name in enumerate(names):
        both = pool(np.array([f.mode[k] for f in fits.values()]), np.array([f.sd[k] for f in fits.values()]))
        pooled.append(both)
        centre, width = both.mean, float(np.hypot(both.sd, both.tau))
        if name in FROM_REPEATABLE:
            centre, width = float(np.mean([fits[d].mode[k] for d in REPEATABLE])), FROM_REPEATABLE[name]
        if name in JUDGED:
            centre, width = JUDGED[name]
        if name == "size":
            width = SIZE_SD
        mean.append(centre)
        sd.append(width)
    for centre, width in RECORDING.values():
        mean.append(centre)
        sd.append(width)
    return Prior(np.array(mean), np.array(sd)), pooled


WALKS = np.linspace(0.05, 1.25, 25)
"""Standard deviations of a year's step of the log flow that are weighed."""
WALK_SCALE = 0.2
"""Scale of the half-normal prior of that step: the walk of a year that the model description assumes."""
START_MEAN, START_SD = 2.302585092994046, 1.0
"""Of the log flow before any count: an assumption, as wide as ignorance of a new field."""
_LOGS = np.linspace(np.log(0.1), np.log(500.0), 400)


def filter_counts(counts: NDArray[np.int64]) -> Wave:
    """What yearly counts (T,), T ≥ 0, say of the flow at their end: a walk seen through Poisson counts, on a grid."""
    weights, means, squares = [], [], []
    for walk in WALKS:
        step = np.exp(-0.5 * ((_LOGS[:, None] - _LOGS) / walk) ** 2)
        step /= step.sum(axis=0)
        state = np.exp(-0.5 * ((_LOGS - START_MEAN) / START_SD) ** 2)
        state /= state.sum()
        evidence = -0.5 * (walk / WALK_SCALE) ** 2
        for place, count in enumerate(counts):
            state = step @ state if place else state  # the start is the flow of the first year
            state = state * np.exp(count * _LOGS - np.exp(_LOGS) - gammaln(count + 1))
            evidence += float(np.log(state.sum()))
            state /= state.sum()
        weights.append(evidence)
        means.append(float(state @ _LOGS))
        squares.append(float(state @ _LOGS**2))
    weight = np.exp(np.array(weights) - max(weights))
    weight /= weight.sum()
    mean = float(weight @ means)
    return Wave(mean, float(np.sqrt(weight @ squares - mean**2)), float(np.sqrt(weight @ WALKS**2)))


START_LEVEL = -2.5
_LEVEL_ROUNDS = 3
_WIDE, _NARROW = 2.0, 1e-4
"""Standard deviations of a prior that says nothing, and of one that leaves no other value than its mean."""
SHIPPED_DOMAINS = ("investment", "trade")
"""Domains whose rows may be shipped: only these count as treaties of other domains, in prior and forecasts alike."""


def fit_all(source: Path, out: Path = TABLES) -> None:
    """Write ``coefficients.csv``, the posteriors of states and firms and that of the rival rule into a folder."""
    dense = load_dense(source)
    domains = {domain: fit_domain(dense, domain, SHIPPED_DOMAINS) for domain in DOMAINS}
    prior, pooled = prior_of(domains)
    result = [fit_until(year, prior) for year in range(FIRST_YEAR, LAST_YEAR + 1)]
    out.mkdir(parents=True, exist_ok=True)
    write_coefficients(out / "coefficients.csv", domains, pooled, prior, result[-1])
    write_posteriors(out / "state_posterior.csv", result)
    write_posteriors(out / f"{firms.TABLE}.csv", fit_firms())
    write_posteriors(out / f"{SIZE_ACTIVITY}.csv", fit_size_activity(prior))


def fit_firms() -> list[Posterior]:
    """The layer of states and firms, at each year's end."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    return [fit_until(year, firms.prior(), tuple(firms.PRIORS), firms.firm_period) for year in years]


def fit_size_activity(prior: Prior) -> list[Posterior]:
    """The rival rule at each year's end: size and activity alone, fitted again; all other coefficients are zero."""
    kept = np.isin(PARAMETERS, ("size", "activity"))
    gone = np.isin(PARAMETERS, NAMES) & ~kept
    mean = np.where(kept | gone, 0.0, prior.mean)
    alone = Prior(mean, np.where(kept, _WIDE, np.where(gone, _NARROW, prior.sd)))
    result = [fit_until(year, alone) for year in range(FIRST_YEAR, LAST_YEAR + 1)]
    return [
        replace(one, mode=np.where(gone, 0.0, one.mode), factor=np.where(gone[:, None] | gone, 0.0, one.factor))
        for one in result
    ]


def fit_until(
    year: int, prior: Prior, names: Sequence[str] = PARAMETERS, period_of: Callable[[int], Period] | None = None
) -> Posterior:
    """The posterior at the end of a year, from the deals recorded until then.

    The share of the world that the list holds is not told by the list: the level of the recording model is set so
    that it is :data:`simulation.intensity.record.SHARE` of the flow expected in the year after.

    Parameters
    ----------
    year
        Nothing recorded later enters.
    prior, names
        Of the parameters of the layer.
    period_of
        What a year has and what was known before it; pairs of states by default.
    """
    of = period_of or state_period
    periods = [of(y) for y in range(FIRST_DEAL, year + 1)]
    coming = of(year + 1)
    level, result = START_LEVEL, None
    for _ in range(_LEVEL_ROUNDS if periods else 1):
        result = fit(periods, names, prior, level, None if result is None else result.mode)
        level = share_level(result.mode, coming, SHARE)
    assert result is not None
    counts = np.array([int(p.counts.sum() / 2) for p in periods], dtype=np.int64)
    factor = np.asarray(np.linalg.cholesky(result.covariance), dtype=float)
    return Posterior(year, result.events, tuple(names), result.mode, factor, level, filter_counts(counts))


def share_level(theta: F, period: Period, share: float) -> float:
    """c at which the record holds a share of the flow of a period."""
    k = len(period.x)
    rate = pair_rates(utility(period.x, theta[:k]), theta[k], period.mask)
    raw = weighted(theta[k + 1 :], period.z)
    return level_for(share, rate, raw, LEAST_RECORDED, MOST_RECORDED)


def write_coefficients(
    path: Path, domains: Mapping[str, Fit], pooled: Sequence[Pooled], prior: Prior, last: Posterior
) -> None:
    """Write the coefficients of every domain, their mean and spread, the prior and the posterior of AI deals."""
    rows = []
    for k, name in enumerate(PARAMETERS):
        figures: dict[str, float] = {}
        if k < len(pooled):
            for domain, fitted in domains.items():
                figures |= {domain: fitted.mode[k], f"{domain}_sd": fitted.sd[k]}
            figures |= {"pooled": pooled[k].mean, "pooled_sd": pooled[k].sd, "tau": pooled[k].tau}
        figures |= {
            "prior": prior.mean[k],
            "prior_sd": prior.sd[k],
            "posterior": last.mode[k],
            "posterior_sd": last.sd[k],
        }
        rows.append({"parameter": name, **{column: short(value, 6) for column, value in figures.items()}})
    write_csv(path, list(rows[0]), rows)


if __name__ == "__main__":
    typer.run(fit_all)
