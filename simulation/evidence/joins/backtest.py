"""Past forecasts of who joins what, from the wide record, beside simple rivals on the same rows.

Designs: *left out*: each text since 2000 is forecast by a fit on all lists of other families, earlier and
later; *rolling*: by the fit of the last year's end before it opened; *AI lists*: nine lists, left out, forecast
as a user would, launch and pace, to the day until which they are complete.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from simulation.evidence.joins.fit import Fit, Rows, fit, rows_of
from simulation.evidence.joins.forecast import (
    draw,
    follow,
    launch,
    pace_draws,
    setting_of_rows,
)
from simulation.evidence.joins.posterior import fit_pace, packed
from simulation.evidence.joins.record import NEVER, RECORD_END, Listed, as_known
from simulation.evidence.logistic import fit_logistic
from simulation.intensity.joining.design import Form
from simulation.intensity.joining.pace import LAUNCH_DAYS, QUARTER_DAYS, Pace
from simulation.intensity.joining.posterior import CHOSEN, YEARS, Posterior
from simulation.intensity.joining.states import ids
from simulation.kernels import stable_hash
from simulation.state import B, F

NAMES = (
    "plain logistic, same covariates", "base rate of the kind x past share", "closeness to sponsors",
    "as often as before", "base rate of the kind",
)  # fmt: skip
CERTAIN = (0.005, 0.995)
WIDTHS = (1.0, 0.3, 0.1, 0.03)
"""Widths of the prior of a coefficient of a logistic rival, of which the best is taken, log odds."""
SETS = 3
BORROWED = 2.0
"""Lists of the wider class that stand behind the rate of a kind."""


@dataclass(frozen=True)
class Rivals:
    """The rivals fitted on some lists; see :func:`fit_rivals`."""

    lists: list[Listed]
    share: F
    plain: F
    close: F

    def forecasts(self, here: Rows) -> dict[str, F]:
        """Forecasts of a text that is none of the lists, each float64[r]."""
        rate, share = rate_of_kind(here.listed, self.lists), self.share[here.who]
        scaled = np.clip(rate * share / share.mean(), *CERTAIN)
        plain = np.asarray(expit(_plain_columns(here) @ self.plain))
        close = np.asarray(expit(_close_columns(here, self.lists) @ self.close))
        values = (plain, scaled, close, share, np.full(len(here.who), rate))
        return dict(zip(NAMES, values, strict=True))


def fit_rivals(known: Sequence[Rows]) -> Rivals:
    """Fit every rival on the rows of some lists."""
    named = [r for r in known if r.listed.count is None]
    lists = [r.listed for r in named]
    near = [_close_columns(r, [one for one in lists if one.family != r.listed.family]) for r in named]
    plain = shrunk([_plain_columns(r) for r in named], named)
    return Rivals(lists, past_share(known), plain, shrunk(near, named))


def _class(one: Listed) -> tuple[bool, bool, str]:
    return one.treaty, one.ceremony, one.openness


def rate_of_kind(one: Listed, known: Sequence[Listed]) -> float:
    """Mean share of joiners in lists of the same class, with two lists' worth of the wider class behind it."""
    wide = [float(k.joined[k.observed].mean()) for k in known if k.treaty == one.treaty and k.ceremony == one.ceremony]
    own = [float(k.joined[k.observed].mean()) for k in known if _class(k) == _class(one)]
    centre = float(np.mean(wide))
    return float(np.clip((sum(own) + BORROWED * centre) / (len(own) + BORROWED), *CERTAIN))


def past_share(known: Sequence[Rows]) -> F:
    """Share of the other lists that each state joined, one list's worth of the mean behind it, float64[s]."""
    could, did = np.zeros(len(ids())), np.zeros(len(ids()))
    for r in known:
        if r.listed.count is None:
            could[r.who] += 1.0
            did[r.who] += r.y
    return np.asarray((did + did.sum() / could.sum()) / (could + 1.0))


def shrunk(columns: Sequence[F], known: Sequence[Rows]) -> F:
    """Logistic regression with the width of its prior that is best on families left out, in :data:`SETS` sets.

    ``columns`` are those of each list of ``known``; the last is not shrunk. With one wide prior for all, the rival
    would lose by its coefficients of rare classes of reach, which a few lists then tell.
    """
    x, y = np.vstack(columns), np.concatenate([r.y for r in known])
    order = {family: k for k, family in enumerate(sorted({r.listed.family for r in known}))}
    inside = np.repeat([order[r.listed.family] % SETS for r in known], [len(r.y) for r in known])

    def fitted(width: float, here: B) -> F:
        precision = np.append(np.full(x.shape[1] - 1, width**-2), 1e-6)
        return fit_logistic(x[here], y[here], precision)[0]

    def loss(width: float) -> float:
        odds = np.empty(len(y))
        for k in range(SETS):
            odds[inside == k] = x[inside == k] @ fitted(width, inside != k)
        return float((np.logaddexp(0.0, odds) - y * odds).sum())

    return fitted(min(WIDTHS, key=loss), np.ones(len(y), bool))


def _plain_columns(r: Rows) -> F:
    """Pooled: features of reach and covariates of states, no list or state of its own."""
    return np.hstack([np.tile(r.reach[1:], (len(r.who), 1)), r.x[:, :PLAIN], np.ones((len(r.who), 1))])


def _close_columns(r: Rows, others: Sequence[Listed]) -> F:
    """Rate of the kind, nearness to the sponsors, house and sponsor."""
    level = np.full(len(r.who), logit(rate_of_kind(r.listed, others)))
    return np.column_stack([r.x[:, CLOSE], level, np.ones(len(r.who))])


_COLUMNS = [name for name, _ in Form().columns()]
PLAIN = len(_COLUMNS) - 2
"""Columns before the habits."""
CLOSE = [_COLUMNS.index(name) for name in ("house", "sponsor", "nearness")]


MODEL = "this model"
SINCE = date(2000, 1, 1)
DRAWS = 1000
NINE = {
    "oecd_ai_2019": date(2024, 5, 3), "gpai_2020": date(2024, 7, 3), "reaim_2023": date(2024, 9, 10),
    "us_poldecl_2023": RECORD_END, "budapest": RECORD_END, "conv108": date(2019, 9, 1), "dco": date(2024, 1, 31),
    "foc": date(2023, 8, 31), "malabo": date(2023, 12, 31),
}  # fmt: skip
"""The nine lists of AI and digital texts that the landed model was fitted on, each with the day it is scored on."""


@dataclass(frozen=True)
class Scored:
    """One text forecast and scored.

    Attributes
    ----------
    listed
        The text.
    who
        int64[r], states.
    y
        float64[r], who joined.
    forecasts
        Name -> float64[r]; the model first.
    inside
        bool[d, r], who joined in each draw of the model.
    union
        bool[r], members of the EU.
    """

    design: str
    listed: Listed
    who: NDArray[np.int64]
    y: F
    forecasts: dict[str, F]
    inside: B
    union: B


def scored_texts(record: Sequence[Listed]) -> list[Listed]:
    """Lists with names, opened in 2000 or later."""
    return [one for one in record if one.count is None and one.opens >= SINCE]


def left_out(record: Sequence[Listed], draws: int = DRAWS, folds: int | None = None) -> list[Scored]:
    """Every text since 2000, forecast without its family (with ``folds``: without one of so many sets of families)."""
    rows = [rows_of(one, record, RECORD_END) for one in record]
    near = fit(rows, CHOSEN)
    families = sorted({one.family for one in scored_texts(record)})
    out = []
    for k in range(folds or len(families)):
        gone = set(families[k :: folds or len(families)])
        known = [r for r in rows if r.listed.family not in gone]
        result, others = bare(fit(known, CHOSEN, near)), fit_rivals(known)
        for r in rows:
            if r.listed.family in gone and scored_texts([r.listed]):
                out.append(_scored("left out", r, result, others, draws))
    return out


def bare(found: Fit) -> Posterior:
    """A fit as far as a launch needs it: habits are in the rows, pace is none."""
    return packed(found, Pace(np.zeros(0), np.zeros((0, 0)), 0.0, 0.0, 0), [], RECORD_END)


def rolling(record: Sequence[Listed], draws: int = DRAWS,
            years: Sequence[int] = YEARS[:-1]) -> list[Scored]:  # fmt: skip
    """Every launch of the years after a fit, forecast with what was known at the end of the year before."""
    out = []
    for year in years:
        day = date(year, 12, 31)
        known = as_known(list(record), day)
        rows = [rows_of(one, known, day) for one in known]
        result, others = bare(fit(rows, CHOSEN)), fit_rivals(rows)
        for one in scored_texts(record):
            if one.opens.year == year + 1 and not one.stock:
                out.append(_scored(f"rolling {year}", rows_of(one, known, day), result, others, draws))
    return out


def _scored(
    design: str, r: Rows, found: Posterior, others: Rivals, draws: int, until: date | None = None
) -> Scored:
    """A text forecast at its launch, or on from there to a day."""
    here = setting_of_rows(r)
    luck = np.random.default_rng(stable_hash(f"{design}:{r.listed.id}"))
    what = draw(found, here, np.tile(r.reach, (draws, 1)), luck)
    p, inside = launch(here, what, luck)
    if until is not None:
        quarters = max(0.0, (until - r.listed.end).days / QUARTER_DAYS)
        stay = follow(here, what, pace_draws(found, here, luck, draws), inside, 0.0, quarters, luck)
        p = 1.0 - (1.0 - p) * np.exp(stay)
    forecasts = {MODEL: p.mean(axis=0), **others.forecasts(r)}
    return Scored(design, r.listed, r.who, r.y, forecasts, inside, r.group == 0)


def ai_lists(record: Sequence[Listed], draws: int = DRAWS) -> list[Scored]:
    """The nine AI lists without their families: launch, then pace to the day on which they are complete."""
    rows = [rows_of(one, record, RECORD_END) for one in record]
    near = fit(rows, CHOSEN)
    out = []
    for name, until in NINE.items():
        one = next(r.listed for r in rows if r.listed.id == name)
        known = [r for r in rows if r.listed.family != one.family]
        result = fit(known, CHOSEN, near)
        posterior = packed(result, fit_pace(result, known), [], RECORD_END)
        as_launch = replace(one, stock=False, end=one.opens + timedelta(days=LAUNCH_DAYS))
        r = rows_of(as_launch, record, RECORD_END)
        r = replace(r, y=((one.day[r.who] <= until.toordinal()) & (one.day[r.who] < NEVER)).astype(float))
        out.append(_scored("AI lists", r, posterior, fit_rivals(known), draws, until))
    return out


def kinds(scored: Sequence[Scored]) -> Iterator[tuple[str, list[Scored]]]:
    """The texts by kind of convener."""
    for kind in sorted({one.listed.kind for one in scored}):
        yield kind, [one for one in scored if one.listed.kind == kind]
