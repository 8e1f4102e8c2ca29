"""How fast a text that is open has been joined so far, against others of its kind.

The own pace of the text is normal a priori; the likelihood is that of the fit (a state that joins in a step of q
quarters has chance 1 − (1 − h)^q), tempered, over the years since its launch, at the most probable coefficients.
Its mode and curvature are the normal that a run draws from. A forecast reweights whole draws instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from simulation.arithmetic import exp, expm1, log1p, product
from simulation.intensity.joining.design import REACH
from simulation.intensity.joining.pace import (
    LAUNCH_DAYS,
    QUARTER_DAYS,
    pace_features,
    pace_log_odds,
)
from simulation.intensity.joining.posterior import Posterior, shipped
from simulation.intensity.joining.setting import TEMPER, UNASKED, Setting, setting_of_text
from simulation.intensity.joining.states import place
from simulation.intensity.joining.texts import SignupText
from simulation.state import F

NEVER = date.max.toordinal()
_STEPS, _CLOSE, _LARGEST = 60, 1e-10, 1.0
_NUDGE = 1e-4


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


@dataclass(frozen=True, eq=False)
class _Risks:
    """One row a state and a step in which it could join: log odds by its kind, quarters, whether it joined."""

    odds: F
    quarters: F
    joined: F


@lru_cache(maxsize=256)
def setting(text: SignupText, as_of: date) -> Setting:
    """The setting of a text on a day, kept: it is the same in every replicate."""
    return setting_of_text(text, as_of, shipped(as_of))


@lru_cache(maxsize=256)
def so_far(text: SignupText, days: tuple[tuple[str, int], ...], as_of: date) -> SoFar | None:
    """What a list says about the pace of its text; None while the launch is not over.

    Parameters
    ----------
    days
        Id and day (ordinal) of those who are in.
    """
    known, here = shipped(as_of), setting(text, as_of)
    start = text.opens + timedelta(days=LAUNCH_DAYS)
    if start >= as_of or not len(here.who):
        return None
    dated = dict(days)
    index = {row: name for name, row in place().items()}
    day = np.array([dated.get(index[row], NEVER) for row in here.who.tolist()])
    risks = _risks(known, here, day, text.opens, start, as_of)
    sd = known.pace.own_sd(here.text)
    mean, curvature = _mode(risks, sd)
    share = float((day <= as_of.toordinal()).mean())
    years = (as_of - text.opens).days / 365.25
    return SoFar(mean, float(1.0 / np.sqrt(curvature)), 1.0 - 1.0 / (curvature * sd * sd),
                 pace_features(here.text, years), share)  # fmt: skip


def _risks(known: Posterior, here: Setting, day: F, opens: date, start: date, as_of: date) -> _Risks:
    z = product(here.columns, known.mode[len(REACH) :]) + known.state[here.who]
    z = z + (0.0 if here.text.treaty else known.state_by_act[here.who]) + here.against
    z = z - z.mean() - UNASKED * here.barred
    odds, quarters, joined = [], [], []
    first = start
    while first < as_of:
        last = min(as_of, first + timedelta(days=365))
        risk = day > first.toordinal()
        features = pace_features(here.text, (first - opens).days / 365.25)
        here_odds = pace_log_odds(known.pace.mode, features, float((~risk).mean()), z, not here.text.treaty)
        odds.append(here_odds[risk])
        quarters.append(np.full(int(risk.sum()), (last - first).days / QUARTER_DAYS))
        joined.append((day[risk] <= last.toordinal()).astype(float))
        first = last
    return _Risks(np.concatenate(odds), np.concatenate(quarters), np.concatenate(joined))


def _mode(risks: _Risks, sd: float) -> tuple[float, float]:
    """Most probable own pace and the curvature there, by Newton's steps."""
    at = 0.0
    for _ in range(_STEPS):
        slope, curvature = _slope(risks, at, sd), _curvature(risks, at, sd)
        step = min(_LARGEST, max(-_LARGEST, slope / curvature))
        at += step
        if abs(step) < _CLOSE:
            break
    return at, _curvature(risks, at, sd)


def _curvature(risks: _Risks, at: float, sd: float) -> float:
    return (_slope(risks, at - _NUDGE, sd) - _slope(risks, at + _NUDGE, sd)) / (2 * _NUDGE)


def _slope(risks: _Risks, at: float, sd: float) -> float:
    """Derivative of the log posterior by the own pace."""
    odds = risks.odds + at
    hazard = 1.0 / (1.0 + exp(-odds))
    stay = np.minimum(-risks.quarters * (np.maximum(odds, 0.0) + log1p(exp(-np.abs(odds)))), -1e-12)
    ratio = np.where(risks.joined > 0, exp(stay) / expm1(stay), 1.0)
    return float(TEMPER * (-risks.quarters * hazard * ratio).sum() - at / (sd * sd))
