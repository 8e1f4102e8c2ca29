"""How fast a text that is open has been joined so far, against others of its kind.

Reach and own pace of the text are normal a priori. The likelihood is that of a forecast, tempered alike: a state
that is in joined at the launch or later, one that is out stayed out all the while; here at the most probable
coefficients and at the share that is in today, on a grid. What is left of the own pace, mean and standard deviation,
is what a run draws from. A forecast reweights whole draws instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from simulation.arithmetic import exp, expm1, log, log1p, product
from simulation.intensity.joining.chances import REACH_SD, SPONSOR_JOINS
from simulation.intensity.joining.design import REACH
from simulation.intensity.joining.pace import LAUNCH_DAYS, QUARTER_DAYS, pace_features, pace_log_odds
from simulation.intensity.joining.posterior import Posterior, shipped
from simulation.intensity.joining.setting import (
    TEMPER,
    UNASKED,
    Setting,
    opening,
    reach_of_opening,
    setting_of_text,
)
from simulation.intensity.joining.states import flags
from simulation.intensity.joining.texts import SignupText
from simulation.state import F

REACHES, PACES = np.linspace(-4.0, 4.0, 33), np.linspace(-4.0, 4.0, 41)
"""The grid, in standard deviations a priori."""
_LEAST = -1e-9


@dataclass(frozen=True, eq=False)
class SoFar:
    """What the list of a text says about its own pace.

    Attributes
    ----------
    mean, sd
        Of the own pace, log odds, beyond that of its kind at the most probable coefficients.
    told
        Share of that which its list tells, the rest its kind: 1 less the ratio of variances after and before.
    features, share
        Features of its pace and share in on the day.
    """

    mean: float
    sd: float
    told: float
    features: F
    share: float


@lru_cache(maxsize=256)
def setting(text: SignupText, as_of: date) -> Setting:
    """The setting of a text on a day, kept: it is the same in every replicate."""
    return setting_of_text(text, as_of, shipped(as_of))


@lru_cache(maxsize=256)
def so_far(text: SignupText, joined: tuple[str, ...], as_of: date) -> SoFar | None:
    """What a list says about the pace of its text; None while the launch is not over.

    Parameters
    ----------
    joined
        Ids of those who are in.
    """
    known, here = shipped(as_of), setting(text, as_of)
    start = text.opens + timedelta(days=LAUNCH_DAYS)
    if start >= as_of or not len(here.who):
        return None
    inside = flags(joined)[here.who]
    share, sd = float(inside.mean()), known.pace.own_sd(here.text)
    z = product(here.columns, known.mode[len(REACH) :]) + known.state[here.who]
    z = z + (0.0 if here.text.treaty else known.state_by_act[here.who]) + here.against
    out = _out_at_launch(known, text, here, z)[:, None] + _out_later(known, text, here, z, sd, share, as_of)[None]
    out = np.minimum(out, _LEAST)
    fit = TEMPER * np.where(inside, log(-expm1(out)), out).sum(axis=2)
    fit = fit - 0.5 * (REACHES * REACHES)[:, None] - 0.5 * PACES * PACES
    weight = exp(fit - fit.max()).sum(axis=0)
    mean = float((weight * PACES).sum() / weight.sum())
    variance = float((weight * (PACES - mean) ** 2).sum() / weight.sum())
    features = pace_features(here.text, (as_of - text.opens).days / 365.25)
    return SoFar(sd * mean, sd * float(np.sqrt(variance)), 1.0 - variance, features, share)


def _out_at_launch(known: Posterior, text: SignupText, here: Setting, z: F) -> F:
    """Log chance of not joining at the launch, by reach and state."""
    ceremony, summit = (chance >= 0.5 for chance in opening(text, known))
    features = reach_of_opening(text, here, ceremony, summit)
    level = float(product(known.mode[None, : len(REACH)], features)[0])
    out = -_softplus(level + z + REACH_SD * REACHES[:, None])
    out[:, here.sponsor] = np.minimum(out[:, here.sponsor], float(log(1.0 - SPONSOR_JOINS)))
    out[:, here.barred] = 0.0
    return out


def _out_later(known: Posterior, text: SignupText, here: Setting, z: F, sd: float, share: float, as_of: date) -> F:
    """Log chance of not joining from the launch to the day, by own pace and state."""
    standing = z - z.mean() - UNASKED * here.barred
    out = np.zeros((len(PACES), len(z)))
    first = text.opens + timedelta(days=LAUNCH_DAYS)
    while first < as_of:
        last = min(as_of, first + timedelta(days=365))
        features = pace_features(here.text, (first - text.opens).days / 365.25)
        odds = pace_log_odds(known.pace.mode, features, share, standing, not here.text.treaty)
        out -= (last - first).days / QUARTER_DAYS * _softplus(odds + sd * PACES[:, None])
        first = last
    return out


def _softplus(x: F) -> F:
    """log(1 + e^x)."""
    return np.asarray(np.maximum(x, 0.0) + log1p(exp(-np.abs(x))))
