"""From five domains of treaties to a prior for AI deals: a coefficient varies around a mean from domain to domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from simulation.evidence.deals.fitting import Fit
from simulation.intensity.covariates import NAMES
from simulation.intensity.equation import Prior
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


def prior_of(fits: Mapping[str, Fit], learnt: Mapping[str, Sequence[str]] | None = None) -> tuple[Prior, list[Pooled]]:
    """Prior of β, κ and the reasons of being recorded of AI deals.

    Parameters
    ----------
    fits
        Domain -> its fit; parameters are those of :data:`covariates.NAMES` and κ.
    learnt
        Domain -> coefficients that its record can tell at all; all by default.

    Returns
    -------
    Prior, list of Pooled
        The second has one entry for each of β and κ.
    """
    names = (*NAMES, "kappa")
    mean, sd, pooled = [], [], []
    for k, name in enumerate(names):
        text = [fit for domain, fit in fits.items() if learnt is None or name in learnt[domain]]
        both = pool(np.array([f.mode[k] for f in text]), np.array([f.sd[k] for f in text])) if text else Pooled(0, 2, 0)
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
