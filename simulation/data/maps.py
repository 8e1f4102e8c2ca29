"""The documented maps from figures to the model's starting values, MODEL B, C.2 and G.

Everything here is an assumption of the model description unless its docstring
names a measurement; positions have a file of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from simulation.arithmetic import log1p, power
from simulation.data.facts import Facts
from simulation.data.roster import Roster
from simulation.state import FIRM, INFLUENCER, NGO, SECRETARIAT, THINK_TANK

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SIZE_EXPONENT = 0.4
CAPACITY_WEIGHTS = {"readiness": 2 / 3, "effectiveness": 1 / 3}
TRANSPARENCY_FIRM, TRANSPARENCY_OTHER = 0.4, 0.6
EXPOSURE = {"trade": 0.6, "tongue": 0.2, "border": 0.2, "nonstate": 0.7, "same_home": 0.4, "secretariat": 0.5}
OBJECTIVITY_STATE, OBJECTIVITY_OTHER = 1.0, 0.7
#: Share of a non-state actor's position that is its home state's; the rest is its type's anchor.
HOME_SHARE = 0.7
#: (rights, control, market, sovereignty) of the types. Assumption.
TYPE_ANCHORS: Mapping[int, Floats] = {
    FIRM: np.array([0.4, 0.3, 0.9, 0.4]),
    THINK_TANK: np.array([0.6, 0.4, 0.6, 0.5]),
    NGO: np.array([0.9, 0.2, 0.4, 0.5]),
    INFLUENCER: np.array([0.5, 0.4, 0.6, 0.5]),
    SECRETARIAT: np.array([0.7, 0.4, 0.5, 0.4]),
}
#: How research-minded an orientation is, before the share of AI in the business. Assumption.
RESEARCH = {"frontier": 1.0, "safety": 1.0, "science": 1.0, "open_innovation": 0.9, "ethics": 0.7,
            "african_languages": 0.8, "innovation": 0.6, "environment": 0.6, "sovereignty": 0.5}
RESEARCH_OTHER = 0.3
#: An archetype's own message, 1 for cooperation, .5 neutral. Assumption.
STANCE = {"safety": 0.75, "science": 0.7, "innovation": 0.65, "data_protection": 0.65, "rights": 0.6,
          "popular_science": 0.6, "education": 0.6, "inclusion": 0.6, "african_sovereignty": 0.6,
          "religious_ethics": 0.55, "security": 0.55, "social_justice": 0.45, "sovereignty": 0.4}
#: Reach in a public as a share of the reach at home: named state, region, language area, world. Assumption.
REACH = {"MENA": 0.5, "francophone": 0.3, "global": 0.2}
REACH_LANGUAGE = {"MENA": "Arabic", "francophone": "French", "global": "English"}
#: Mean support of a public for AI-governance cooperation where no survey gives a proxy. Assumption.
OPINION_DEFAULT = 0.55


def size(gdp: Floats) -> Floats:
    """m = (GDP / largest GDP)^.4 over the states and the EU."""
    return np.asarray(power(gdp / gdp.max(), SIZE_EXPONENT))


def capacity(facts: Facts) -> Floats:
    """K(0) = .6 AI readiness/100 + .3 government effectiveness on [−2.5, 2.5] + .1 data-protection law."""
    effectiveness = np.clip((facts["effectiveness"] + 2.5) / 5.0, 0.0, 1.0)
    weights = CAPACITY_WEIGHTS
    return np.asarray(
        weights["readiness"] * facts["readiness"] / 100
        + weights["effectiveness"] * effectiveness
    )


def _relative_trade(trade: Floats) -> Floats:
    """(log trade ÷ the row's largest)³ with log(1 + million USD); rows without trade are 0."""
    logs = log1p(trade)
    largest = logs.max(axis=1, keepdims=True)
    return _cubed(logs / np.where(largest > 0, largest, 1.0))


def _cubed(values: Floats) -> Floats:
    return values * values * values


def exposure_of_states(trade: Floats, tongue: Bools, border: Bools, members: Sequence[int]) -> Floats:
    """X among the states and, last, the EU, MODEL C.2; directed, zero diagonal.

    The EU trades what its members trade, speaks and borders what any of them
    does. A state's largest partner is sought among states, so that its trade
    with the Union as a whole counts as 1 where that is larger.
    """
    count = len(trade)
    inside = list(members)
    exposure = np.zeros((count + 1, count + 1))
    exposure[:count, :count] = (
        EXPOSURE["trade"] * _relative_trade(trade) + EXPOSURE["tongue"] * tongue + EXPOSURE["border"] * border
    )
    with_union = trade[:, inside].sum(axis=1)
    outside = np.where(np.isin(np.arange(count), inside), 0.0, with_union)
    largest = log1p(np.maximum(trade.max(axis=1), 1e-9))
    seen = _cubed(np.minimum(1.0, log1p(with_union) / largest))
    ties = EXPOSURE["tongue"] * tongue[:, inside].any(axis=1)
    ties = ties + EXPOSURE["border"] * border[:, inside].any(axis=1)
    exposure[:count, count] = EXPOSURE["trade"] * seen + ties
    share = _cubed(np.minimum(1.0, log1p(with_union) / log1p(outside.max())))
    exposure[count, :count] = EXPOSURE["trade"] * share + ties
    np.fill_diagonal(exposure, 0.0)
    return exposure


def exposure_of_all(roster: Roster, states: Floats) -> Floats:
    """X among all actors: .7 X of the homes, .4 with the same home, .5 with secretariats."""
    count = len(roster)
    home = np.array(roster.home)
    kinds = np.array(roster.kinds)
    known = home >= 0
    exposure = np.full((count, count), EXPOSURE["secretariat"])
    rows = np.flatnonzero(known)
    exposure[np.ix_(rows, rows)] = EXPOSURE["nonstate"] * states[np.ix_(home[rows], home[rows])]
    same = known[:, None] & (home[:, None] == home[None, :])
    exposure[same] = EXPOSURE["same_home"]
    first = roster.union + 1
    exposure[:first, :first] = states
    # An organisation without a home state of the world is met as a secretariat is.
    exposure[kinds == SECRETARIAT, :] = exposure[:, kinds == SECRETARIAT] = EXPOSURE["secretariat"]
    np.fill_diagonal(exposure, 0.0)
    return exposure


def research(row: Mapping[str, str]) -> float:
    """How research-minded a firm is: half its orientation, half the share of AI in what it does."""
    return 0.5 * RESEARCH.get(row["orientation"], RESEARCH_OTHER) + 0.5 * float(row["ai_focus"] or 0.0)


def audience(roster: Roster, languages: Sequence[frozenset[str]]) -> Floats:
    """Reach of each influencer in each state's public, float64[n, n]; 0 elsewhere.

    Reach at home is the size band over five. A wider public (``MENA``,
    ``francophone``, ``global``) adds a share of it in every state where the
    public's language is official, and a fifth of that elsewhere for ``global``.
    """
    reach = np.zeros((len(roster), len(roster)))
    for index, row in roster.nonstate():
        if row["kind"] != "influencer":
            continue
        full = float(row["band"]) / 5.0
        for public in filter(None, [*row["publics"].split(";"), row["home"]]):
            if public in roster.place:
                reach[index, roster.place[public]] = full
                continue
            share = full * REACH[public]
            for state, spoken in enumerate(languages):
                near = 1.0 if REACH_LANGUAGE[public] in spoken else 0.2 if public == "global" else 0.0
                reach[index, state] = max(reach[index, state], share * near)
    return reach
