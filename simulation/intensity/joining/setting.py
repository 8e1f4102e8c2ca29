"""What the model looks at for one text: the states that may join it and what tells them apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from simulation.intensity.joining.design import Coded, lean_of, reach_features, state_features
from simulation.intensity.joining.habits import habit
from simulation.intensity.joining.posterior import Posterior
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
