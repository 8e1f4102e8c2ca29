"""What the model looks at for one text: the states that may join it and what tells them apart.

How fast a text that is open has been joined so far, against others of its kind: reach and own pace of the text are
normal a priori. The likelihood is that of a forecast, tempered alike: a state that is in joined at the launch or
later, one that is out stayed out all the while; here at the most probable coefficients and at the share that is in
today, on a grid. What is left of the own pace, mean and standard deviation, is what a run draws from. A forecast
reweights whole draws instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulation.arithmetic import exp, expm1, log, log1p, product
from simulation.intensity.joining.chances import REACH_SD, SPONSOR_JOINS
from simulation.intensity.joining.design import REACH, Coded, habit, lean_of, reach_features, state_features
from simulation.intensity.joining.pace import LAUNCH_DAYS, QUARTER_DAYS, pace_features, pace_log_odds
from simulation.intensity.joining.posterior import Posterior, shipped
from simulation.intensity.joining.states import covariates, flags, groups, house_of, ids, kinship
from simulation.intensity.joining.texts import SignupText, coded, convener_kind, has_host
from simulation.state import B, F

I = NDArray[np.int64]  # noqa: E741

UNASKED = 1.5
"""What it takes off a later join that a state was not at the launch while others were asked (assumption: of 164 not
at the first AI safety summit one came within a year)."""
TEMPER = 0.5
"""Power of the likelihood of who has joined so far: states do not decide one by one."""
PACE_CHANGE = 0.7
"""Standard deviation by which a text's pace to come differs from that so far (assumption)."""
AGAINST = {"no": -2.0, "abstain": -1.0}
"""What a vote takes off the log odds, against a vote in favour (assumption: no list of the record has both)."""
AGAINST_SD = 0.35
"""Spread of that, as a share of it (assumption)."""
UNION = "EU"
"""Id of the EU itself, which may join a text beside or for its members."""


@dataclass(frozen=True)
class Setting:
    """What the model looks at for one text, for the states that may join it.

    Attributes
    ----------
    text
        In the terms of the record.
    lean
        Mean ideal point of those who lead it.
    who
        int64[e], index of each state.
    columns, centred, group
        See :func:`simulation.intensity.joining.chances.launch_log_odds`.
    sponsor, barred
        bool[e]: states that convene it; states not at the launch.
    against
        float64[e], what its vote takes off a state's log odds.
    """

    text: Coded
    lean: float
    who: I
    columns: F
    centred: F
    group: I
    sponsor: B
    barred: B
    against: F


def setting_of_text(text: SignupText, as_of: date, known: Posterior) -> Setting:
    """The setting of a text of an instrument file, from what is known on a day.

    Where the EU itself may join, its members are looked at whether they may or not.
    """
    one = coded(text, ceremony=True, summit=False)
    day = min(text.opens, as_of)
    x, group = covariates(day, as_of), groups(day)
    eligible = flags(text.eligible)
    if not eligible.any():
        eligible = group == 0
    sponsors, house = flags(one.sponsors), house_of(one.house, day)
    lean = lean_of(one, x[:, 0], flags(one.lead), house)
    years = max(0.0, (text.opens - known.day).days / 365.25)
    used = habit(known.excess, known.weight, one.domain, one.treaty, years)
    columns = state_features(one, x, lean, sponsors, house, group, kinship(day), used, eligible)
    who = np.flatnonzero(eligible | ((group == 0) & (UNION in text.eligible)))
    present = text.invited or text.attending
    barred = ~flags(present) & ~sponsors if present else np.zeros(len(ids()), bool)
    against = np.zeros(len(ids()))
    for vote, loss in AGAINST.items():
        against[flags(getattr(text.vote, vote))] = loss
    centred = x - x[eligible].mean(axis=0)
    return Setting(one, lean, who, columns[who], centred[who], group[who], sponsors[who], barred[who], against[who])


def opening(text: SignupText, known: Posterior) -> tuple[float, float]:
    """Chance that a text opens with a ceremony, and at a summit: as it says, else as often as in the record."""
    un = convener_kind(text) in ("UN", "UN_agency") and text.binding
    ceremony = 1.0 if has_host(text) else known.shares["ceremony"]
    summit = known.shares["UN summit" if un else "call at a summit"]
    return (
        ceremony if text.ceremony is None else float(text.ceremony),
        summit if text.summit is None else float(text.summit),
    )


def reach_of_opening(text: SignupText, here: Setting, ceremony: bool, summit: bool) -> F:
    """Features of reach of a text that opens so, float64[len(REACH)]."""
    return reach_features(coded(text, ceremony, summit), here.lean)


# --- how fast a text that is open has been joined so far, against others of its kind


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
    out[..., inside] = log(-expm1(out[..., inside]))
    fit = TEMPER * out.sum(axis=2)
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
