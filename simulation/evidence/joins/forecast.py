"""Who will have joined a text by a day, with everything that is not known about it.

Each of many draws takes one set of coefficients and state effects from the posterior, one reach of the text
from its class, its own slopes, shocks of groups, and one pace. The probability of a state is the mean over
the draws; its 5 and 95 % are quantiles over them: they carry reach, weights and who else joins, not the luck
of the state itself. What happens within 31 days of the opening is the launch, and is counted whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from simulation.arithmetic import product
from simulation.evidence.joins.fit import Rows
from simulation.intensity.joining.chances import (
    AS_ONE,
    REACH_SD,
    Draws,
    launch_chances,
    launch_joins,
    launch_log_odds,
)
from simulation.intensity.joining.design import REACH
from simulation.intensity.joining.pace import LAUNCH_DAYS, QUARTER_DAYS, is_call, pace_features, pace_log_odds
from simulation.intensity.joining.posterior import CHOSEN, Posterior
from simulation.intensity.joining.setting import (
    AGAINST_SD,
    PACE_CHANGE,
    TEMPER,
    UNASKED,
    UNION,
    Setting,
    opening,
    reach_of_opening,
    setting_of_text,
)
from simulation.intensity.joining.states import GROUPS, NAMES, flags, ids
from simulation.intensity.joining.texts import SignupText
from simulation.kernels import stable_hash
from simulation.state import B, F

I = NDArray[np.int64]  # noqa: E741

DRAWS = 2000
LONGEST = 40
"""Steps of a forecast after the launch; a longer one takes longer steps than a quarter."""


@dataclass(frozen=True)
class Chances:
    """Forecast of one text.

    Attributes
    ----------
    ids
        The eligible, alphabetical.
    probability, low, high
        float64[e], mean, 5 and 95 % over the draws.
    inside
        bool[draws, e], who has joined by the day in each draw.
    """

    ids: tuple[str, ...]
    probability: F
    low: F
    high: F
    inside: B

    @property
    def counts(self) -> I:
        """int64[draws], how many of the eligible have joined by the day."""
        return np.asarray(self.inside.sum(axis=1))


def setting_of_rows(rows: Rows) -> Setting:
    """The setting of a list of the record."""
    sponsor = flags(rows.listed.sponsors)[rows.who]
    return Setting(
        rows.listed, rows.lean, rows.who, rows.x, rows.slopes, rows.group, sponsor,
        barred=np.zeros(len(rows.who), bool), against=np.zeros(len(rows.who)),
    )  # fmt: skip


def reach_of_text(text: SignupText, here: Setting, known: Posterior, luck: np.random.Generator, draws: int) -> F:
    """Features of reach in each draw, float64[d, len(REACH)]: ceremony and summit drawn where nothing is said."""
    ceremony, summit = opening(text, known)
    drawn = luck.random((2, draws))
    held = drawn[0] < ceremony
    summits = drawn[1] < summit
    out = np.zeros((draws, len(REACH)))
    for first in (False, True):
        for second in (False, True):
            out[(held == first) & (summits == second)] = reach_of_opening(text, here, first, second)
    return out


def draw(known: Posterior, here: Setting, reach: F, luck: np.random.Generator) -> Draws:
    """Everything unknown about the launch of a text; ``reach`` float64[d, len(REACH)]."""
    draws, n = len(reach), len(here.who)
    common = known.mode + luck.standard_normal((draws, len(known.mode))) @ _root(known.covariance)
    level = (common[:, : len(REACH)] * reach).sum(axis=1) + REACH_SD * luck.standard_normal(draws)
    call = not here.text.treaty
    mean = known.state[here.who] + call * known.state_by_act[here.who]
    sd = (known.both_sd if call else known.state_sd)[here.who]
    state = mean + sd * luck.standard_normal((draws, n))
    state += here.against * (1.0 + AGAINST_SD * luck.standard_normal((draws, 1)))
    slopes = CHOSEN.slope * luck.standard_normal((draws, len(NAMES)))
    width = np.array([CHOSEN.union, *[CHOSEN.group] * (len(GROUPS) - 1)])
    shocks = width * luck.standard_normal((draws, len(GROUPS)))
    return Draws(level, common[:, len(REACH) :], state, slopes, shocks, luck.random(draws) < AS_ONE)


def _root(covariance: F) -> F:
    """A matrix whose rows times normals have this covariance."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))).T)


def launch(here: Setting, what: Draws, luck: np.random.Generator) -> tuple[F, B]:
    """Chances at the launch float64[d, e] and who joins then bool[d, e]."""
    log_odds = launch_log_odds(what, here.columns, here.centred, here.group)
    union = here.group == 0
    p = launch_chances(log_odds, what.as_one, union, here.sponsor)
    p[:, here.barred] = 0.0
    return p, launch_joins(p, what.as_one, union, luck.random(p.shape), luck.random(len(p)))


def pace_draws(known: Posterior, here: Setting, luck: np.random.Generator, draws: int) -> F:
    """Coefficients of pace float64[d, len(PRIOR)], the first with the text's own pace."""
    pace = known.pace
    out = pace.mode + luck.standard_normal((draws, len(pace.mode))) @ _root(pace.covariance)
    out[:, 0] += (pace.call_sd if is_call(here.text) else pace.treaty_sd) * luck.standard_normal(draws)
    return np.asarray(out)


def follow(here: Setting, what: Draws, pace: F, inside: B, years: float, quarters: float,
           luck: np.random.Generator) -> F:  # fmt: skip
    """Let states join for some quarters, from an age in years on; ``inside`` moves along.

    Returns
    -------
    float64[d, e], log chance of staying out all the while.
    """
    z = product(what.coefficients, here.columns.T) + what.state
    z = z - z.mean(axis=1, keepdims=True) - UNASKED * here.barred
    stay = np.zeros(z.shape)
    steps = min(LONGEST, int(np.ceil(quarters)))
    for step in range(steps):
        length = quarters / steps
        features = pace_features(here.text, years + step * length / 4.0)
        odds = pace_log_odds(pace, features, inside.mean(axis=1), z, not here.text.treaty)
        out = -length * np.logaddexp(0.0, odds)
        stay += out
        inside |= luck.random(stay.shape) < -np.expm1(out)
    return stay


def forecast(text: SignupText, as_of: date, by: date, known: Posterior, *, draws: int = DRAWS) -> Chances:
    """Probability that each eligible state has joined by a day, from what was known on another.

    Parameters
    ----------
    text
        Where ``joined`` is None nothing is known of who is in, even if the text is open.
    known
        The model of a day not after ``as_of``; see :func:`simulation.intensity.joining.posterior.shipped`.

    Notes
    -----
    A text that opens after ``by`` is joined by nobody but those named in ``joined``; one that closes
    earlier than ``by`` is followed to that day only.
    """
    luck = np.random.default_rng(stable_hash(f"signups:{text.id}"))
    here = setting_of_text(text, as_of, known)
    last = min(by, text.closes) if text.closes else by
    already = np.isin([ids()[i] for i in here.who], text.joined or ())
    inside = np.tile(already, (draws, 1))
    out = np.where(already, -np.inf, 0.0) * np.ones((draws, 1))
    if text.opens <= last:
        what = draw(known, here, reach_of_text(text, here, known, luck, draws), luck)
        pace = pace_draws(known, here, luck, draws)
        if text.joined is not None and text.opens <= as_of:
            what, pace = _agreeing(here, what, pace, already, text.opens, min(as_of, last), luck)
            start = as_of
        else:
            p, joins = launch(here, what, luck)
            inside |= joins
            out = np.minimum(out, np.log1p(-np.minimum(p, 1 - 1e-12)))
            start = text.opens + timedelta(days=LAUNCH_DAYS)
        if start < last:
            years, quarters = (start - text.opens).days / 365.25, (last - start).days / QUARTER_DAYS
            out = out + follow(here, what, pace, inside, years, quarters, luck)
    return _told(text, here, -np.expm1(out), inside, luck)


def _told(text: SignupText, here: Setting, chance: F, inside: B, luck: np.random.Generator) -> Chances:
    """The forecast of the eligible; the EU itself, where it may join, as likely as the mean of its members."""
    shown = flags(text.eligible)[here.who]
    names = [ids()[i] for i in here.who[shown]]
    union = chance[:, here.group == 0].mean(axis=1) if UNION in text.eligible else None
    chance, inside = chance[:, shown], inside[:, shown]
    if union is not None:
        union = np.ones_like(union) if UNION in (text.joined or ()) else union
        names.append(UNION)
        chance = np.column_stack([chance, union])
        inside = np.column_stack([inside, luck.random(len(union)) < union])
    low, high = np.quantile(chance, (0.05, 0.95), axis=0)
    return Chances(tuple(names), chance.mean(axis=0), low, high, inside)


def _agreeing(here: Setting, what: Draws, pace: F, already: B, opens: date, until: date,
              luck: np.random.Generator) -> tuple[Draws, F]:  # fmt: skip
    """Draws that agree with who has joined so far: weighted by their tempered likelihood and drawn again."""
    p, inside = launch(here, what, luck)
    quarters = ((until - opens).days - LAUNCH_DAYS) / QUARTER_DAYS
    stay = np.log1p(-np.minimum(p, 1 - 1e-12))
    if quarters > 0:
        stay = stay + follow(here, what, pace, inside.copy(), 0.0, quarters, luck)
    stay = np.minimum(stay, -1e-9)
    fit = TEMPER * np.where(already, np.log(-np.expm1(stay)), stay).sum(axis=1)
    chance = np.exp(fit - fit.max())
    chosen = luck.choice(len(chance), len(chance), p=chance / chance.sum())
    moved = pace[chosen].copy()
    moved[:, 0] += PACE_CHANGE * luck.standard_normal(len(chosen))
    again = replace(what, reach=what.reach[chosen], coefficients=what.coefficients[chosen], state=what.state[chosen],
                    slopes=what.slopes[chosen], shocks=what.shocks[chosen], as_one=what.as_one[chosen])  # fmt: skip
    return again, moved
