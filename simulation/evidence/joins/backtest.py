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

from simulation.evidence.joins.fit import Fit, Rows, fit, rows_of
from simulation.evidence.joins.forecast import (
    draw,
    follow,
    launch,
    pace_draws,
    setting_of_rows,
)
from simulation.evidence.joins.pace_fit import fit_pace
from simulation.evidence.joins.posterior import packed
from simulation.evidence.joins.record import NEVER, RECORD_END, Listed, as_known
from simulation.evidence.joins.rivals import Rivals, fit_rivals
from simulation.intensity.joining.pace import LAUNCH_DAYS, QUARTER_DAYS, Pace
from simulation.intensity.joining.posterior import CHOSEN, YEARS, Posterior
from simulation.randomness import stable_hash
from simulation.state import B, F

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


def left_out(record: Sequence[Listed], draws: int = DRAWS, *, simple: bool = True,
             folds: int | None = None) -> list[Scored]:  # fmt: skip
    """Every text since 2000, forecast without its family (or, with ``folds``, without one of so many sets of families).

    ``simple`` adds the rivals.
    """
    rows = [rows_of(one, record, RECORD_END) for one in record]
    near = fit(rows, CHOSEN)
    families = sorted({one.family for one in scored_texts(record)})
    out = []
    for k in range(folds or len(families)):
        gone = set(families[k :: folds or len(families)])
        known = [r for r in rows if r.listed.family not in gone]
        result, others = bare(fit(known, CHOSEN, near)), fit_rivals(known) if simple else None
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


def _scored(design: str, r: Rows, found: Posterior, others: Rivals | None, draws: int) -> Scored:
    here = setting_of_rows(r)
    luck = np.random.default_rng(stable_hash(f"{design}:{r.listed.id}"))
    what = draw(found, here, np.tile(r.reach, (draws, 1)), luck)
    p, inside = launch(here, what, luck)
    simple = others.forecasts(r) if others else {}
    return Scored(design, r.listed, r.who, r.y, {MODEL: p.mean(axis=0), **simple}, inside, r.group == 0)


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
        here = setting_of_rows(r)
        luck = np.random.default_rng(stable_hash(f"AI lists:{name}"))
        what = draw(posterior, here, np.tile(r.reach, (draws, 1)), luck)
        p, inside = launch(here, what, luck)
        quarters = max(0.0, (until - as_launch.end).days / QUARTER_DAYS)
        stay = follow(here, what, pace_draws(posterior, here, luck, draws), inside, 0.0, quarters, luck)
        chance = 1.0 - (1.0 - p) * np.exp(stay)
        y = ((one.day[r.who] <= until.toordinal()) & (one.day[r.who] < NEVER)).astype(float)
        simple = fit_rivals(known).forecasts(r)
        out.append(Scored("AI lists", one, r.who, y, {MODEL: chance.mean(axis=0), **simple}, inside, r.group == 0))
    return out


def kinds(scored: Sequence[Scored]) -> Iterator[tuple[str, list[Scored]]]:
    """The texts by kind of convener."""
    for kind in sorted({one.listed.kind for one in scored}):
        yield kind, [one for one in scored if one.listed.kind == kind]
