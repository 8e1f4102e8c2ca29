"""Positions of states in the issue space (rights, control, market, sovereignty).

One map for all states, MODEL C.1. In each dimension a documented index of real
figures gives a trend, and the three paradigm leaders pin it (universal kriging,
Matheron 1969: a trend, plus the leaders' residuals spread to the states that
resemble them)::

    z_d(i)  = (1 − share) index_d(i) + share · mean of index_d over i's regional partners
    x_d(i)  = start_d + slope_d · z_d(i) + Σ_h weight_ih · residual_dh
    then    x(i) ← x(i) + pull · Σ_h trade_ih · (anchor_h − x(i))

``start`` and ``slope`` are a ridge line through the three leaders' anchors; the
residuals are what the line leaves at the leaders, so each leader sits exactly on
its anchor. Pooling over regional organisations is the usual answer to figures
that measure a state with error (Fay & Herriot 1979), and trade pulls towards
the rules of the market one sells to (Bradford 2020). Which figure enters which
index, and the four constants, are assumptions; no other state's position is fitted.

The other documented maps from figures to starting values (MODEL B, C.2 and G) stand below. Everything here is an
assumption of the model description unless its docstring names a measurement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulation.arithmetic import exp, ordered_sum, power, product, solve
from simulation.data.facts import Facts
from simulation.data.roster import Roster
from simulation.data.tables import judged
from simulation.state import DIMENSIONS, FIRM, INFLUENCER, NGO, SECRETARIAT, THINK_TANK

Floats = npt.NDArray[np.float64]
Indexes = Mapping[str, Mapping[str, float]]


#: Texts by which a state limits what it may itself do with data, networks and AI.
RESTRAINT_TEXTS = ("budapest", "conv108", "foc", "reaim_2023", "us_poldecl_2023")
#: The one that binds a state to the European idea of data protection.
RIGHTS_TEXT = "conv108"

#: dimension -> feature -> weight; a minus sign turns the feature round (1 − feature). Assumption.
INDEXES: Indexes = {
    "rights": {"rule_of_law": 0.4, "democracy": 0.4, "rights_text": 0.2},
    "control": {"democracy": -0.9, "restraint": -0.1},
    "market": {"regulation": 1.0},
    "sovereignty": {"liberal_votes": -0.8, "restraint": -0.2},
}
#: Features that say how much a state resembles a leader, each with the difference that matters. Assumption.
RESEMBLANCE: Mapping[str, float] = {
    "liberal_votes": 0.25, "democracy": 0.35,
    "trade_EU": 0.4, "trade_CN": 0.3, "trade_US": 0.4,
}
#: Spread of true positions about the map, per dimension. Assumption.
MAP_SPREAD = 0.10
#: Steepness of the votes feature 1/(1 + exp(−steepness · ideal point)): beyond the EU's votes
#: a further step towards the United States, an outlier of the scale, counts less.
VOTE_STEEPNESS = 1.5


def anchors(role: str = "leader") -> dict[str, Floats]:
    """Anchors of the model description by actor: ``leader`` ones fix the map, a ``check`` one tests it."""
    return {
        row["actor"]: np.array([float(row[dimension]) for dimension in DIMENSIONS])
        for row in judged("anchors") if row["role"] == role
    }


def _unit(values: Floats, low: float, high: float) -> Floats:
    return np.clip((values - low) / (high - low), 0.0, 1.0)


def features(facts: Facts, joined: Mapping[str, frozenset[int]], trade_shares: Floats) -> dict[str, Floats]:
    """Features of the 193 states, each in [0, 1].

    Parameters
    ----------
    facts
        Filled figures as of the date.
    joined
        Text -> indexes of the states known to have joined by the date. A text that
        nobody is known to have joined yet counts for nothing.
    trade_shares
        float64[193, 3], share of the EU-27, China and the United States in the goods trade.
    """
    count = len(facts.iso3)
    membership = {text: np.isin(np.arange(count), list(members)) for text, members in joined.items()}
    texts = [membership[text] for text in RESTRAINT_TEXTS if text in membership and membership[text].any()]
    nobody = np.zeros(count, dtype=bool)
    return {
        "democracy": (facts["libdem"] + facts["freedom"] / 100 + _unit(facts["voice"], -2.0, 1.7)) / 3,
        "rule_of_law": _unit(facts["rule_of_law"], -2.0, 2.0),
        "regulation": _unit(facts["regulation"], -2.0, 2.0),
        "liberal_votes": 1.0 / (1.0 + exp(-VOTE_STEEPNESS * facts["ideal_point"])),
        "restraint": np.mean(texts or [nobody], axis=0).astype(np.float64),
        "rights_text": membership.get(RIGHTS_TEXT, nobody).astype(np.float64),
        "trade_EU": trade_shares[:, 0], "trade_CN": trade_shares[:, 1], "trade_US": trade_shares[:, 2],
    }


def partners(blocs: Sequence[Sequence[int]], count: int) -> Floats:
    """Weight of each state among another's regional partners, rows sum to 1 (0 without partners).

    Two states are partners through every regional organisation they share, a small one the more.
    """
    weights = np.zeros((count, count))
    for members in blocs:
        inside = list(members)
        weights[np.ix_(inside, inside)] += 1.0 / len(inside)
    np.fill_diagonal(weights, 0.0)
    total = weights.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return shares


def _index(given: Mapping[str, Floats], indexes: Indexes) -> Floats:
    """The four indexes, float64[n, 4], each in [0, 1]."""
    columns = []
    for dimension in DIMENSIONS:
        total = ordered_sum(abs(weight) for weight in indexes[dimension].values())
        parts = [abs(weight) / total * (given[name] if weight > 0 else 1.0 - given[name])
                 for name, weight in indexes[dimension].items()]
        columns.append(np.sum(parts, axis=0))
    return np.asarray(np.column_stack(columns), dtype=np.float64)


def _resemblance(given: Mapping[str, Floats], other: Mapping[str, Floats]) -> Floats:
    """Kernel exp(−½ Σ (difference/scale)²) between the rows of two sets of features."""
    squared = sum(np.square((given[name][:, None] - other[name][None, :]) / scale)
                  for name, scale in RESEMBLANCE.items())
    return exp(-0.5 * squared)


@dataclass(frozen=True)
class Constants:
    """The constants of the map, all assumptions; ``docs/reference/world.md`` shows what shaking them does.

    Attributes
    ----------
    pooled_share
        Share of a state's index that is its regional partners'.
    ridge
        Keeps the slopes from resting on three points alone, in units of squared index.
    trade_pull
        How much nearer to a leader a state lies that trades with it only.
    """

    pooled_share: float = 0.5
    ridge: float = 0.1
    trade_pull: float = 0.1


@dataclass(frozen=True)
class Ground:
    """What the map stands on besides the features.

    Attributes
    ----------
    members
        Indexes of the EU's members on the day.
    china, america
        Indexes of the two leaders that are states.
    partners
        float64[193, 193] of :func:`partners`.
    vote_spread
        float64[193], posterior standard deviation of the ideal point.
    """

    members: list[int]
    china: int
    america: int
    partners: Floats
    vote_spread: Floats


def _pooled(raw: Floats, ground: Ground, pooled_share: float) -> Floats:
    """Indexes with the regional partners' share; leaders and states without partners keep their own."""
    alone = ground.partners.sum(axis=1) == 0
    alone[[ground.china, ground.america]] = True
    share = np.where(alone, 0.0, pooled_share)[:, None]
    return np.asarray((1.0 - share) * raw + share * (product(ground.partners, raw)))


@dataclass(frozen=True)
class PositionMap:
    """Positions of the states and of the EU, and how sure they are.

    Attributes
    ----------
    positions
        float64[194, 4] in [0, 1], states then the EU; the three leaders on their anchors.
    spread
        float64[194], standard deviation of the position per dimension (RMS).
    """

    positions: Floats
    spread: Floats


def _leaders(given: Mapping[str, Floats], ground: Ground) -> dict[str, Floats]:
    """Features of EU (mean of its members), China and the United States.

    A leader's trade tie to itself is the tie of its closest partners: the 95th percentile of states.
    """
    picked = {}
    for name, values in given.items():
        picked[name] = np.array([values[ground.members].mean(), values[ground.china], values[ground.america]])
        if name.startswith("trade_"):
            own = ("trade_EU", "trade_CN", "trade_US").index(name)
            picked[name][own] = np.quantile(values, 0.95)
    return picked


def map_positions(
    given: Mapping[str, Floats], ground: Ground, indexes: Indexes = INDEXES,
    constants: Constants | None = None,
) -> PositionMap:
    """Place every state by the map of this module.

    Parameters
    ----------
    given
        Features of :func:`features`.
    ground
        Members, leaders, partners.
    indexes, constants
        Weights of the features and constants, for trying others.
    """
    constants = constants or Constants()
    targets = np.array(list(anchors().values()))
    at_leaders = _leaders(given, ground)
    own = {name: np.array(values) for name, values in given.items()}
    for name in own:  # the two leaders that are states are read as leaders
        own[name][ground.china], own[name][ground.america] = at_leaders[name][1:]
    raw, at_index = _index(own, indexes), _index(at_leaders, indexes)
    index = _pooled(raw, ground, constants.pooled_share)
    towards = _resemblance(own, at_leaders)
    weights = solve(_resemblance(at_leaders, at_leaders), towards.T).T
    from_mean = at_index - at_index.mean(axis=0)
    slopes = (from_mean * (targets - targets.mean(axis=0))).sum(axis=0) / (
        (from_mean**2).sum(axis=0) + constants.ridge
    )
    residuals = targets - targets.mean(axis=0) - slopes * from_mean
    placed = targets.mean(axis=0) + slopes * (index - at_index.mean(axis=0)) + product(weights, residuals)
    trade = np.column_stack([given["trade_EU"], given["trade_CN"], given["trade_US"]])
    placed += constants.trade_pull * (product(trade, targets) - trade.sum(axis=1, keepdims=True) * placed)
    placed[[ground.china, ground.america]] = targets[1:]
    positions = np.clip(np.vstack([placed, targets[0]]), 0.0, 1.0)
    return PositionMap(positions, _spread(given, ground, slopes, np.sum(weights * towards, axis=1)))


def _spread(given: Mapping[str, Floats], ground: Ground, slopes: Floats, explained: Floats) -> Floats:
    """Spread of the map where the leaders say little, and of the votes behind the sovereignty index."""
    votes = given["liberal_votes"]
    weight = INDEXES["sovereignty"]["liberal_votes"] * slopes[DIMENSIONS.index("sovereignty")]
    of_votes = weight * VOTE_STEEPNESS * votes * (1.0 - votes) * ground.vote_spread
    variance = MAP_SPREAD**2 * np.clip(1.0 - explained, 0.0, 1.0) + of_votes**2 / len(DIMENSIONS)
    spread = np.sqrt(variance)
    return np.append(spread, spread[[ground.china, ground.america]].mean())


def salience(facts: Facts, given: Mapping[str, Floats]) -> Floats:
    """Weight of each dimension to each state, float64[193, 4], rows on the simplex.

    Half of the weight is equal; the other half goes to rights with democracy, to
    control with political instability, to the market with the share of people
    online, to sovereignty with distance from the liberal votes. Assumption.
    """
    concern = np.column_stack([
        given["democracy"],
        1.0 - _unit(facts["stability"], -2.5, 1.5),
        facts["internet"] / 100,
        1.0 - given["liberal_votes"],
    ])
    raw = 0.5 * concern.mean() + 0.5 * concern
    return np.asarray(raw / raw.sum(axis=1, keepdims=True), dtype=np.float64)


# --- the documented maps from figures to the model's starting values, MODEL B, C.2 and G


SIZE_EXPONENT = 0.4
CAPACITY_WEIGHTS = {"readiness": 2 / 3, "effectiveness": 1 / 3}
TRANSPARENCY_FIRM, TRANSPARENCY_OTHER = 0.4, 0.6
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
    """K(0) = ⅔ AI readiness/100 + ⅓ government effectiveness on [−2.5, 2.5]; laws are not dated, and left out."""
    effectiveness = np.clip((facts["effectiveness"] + 2.5) / 5.0, 0.0, 1.0)
    weights = CAPACITY_WEIGHTS
    return np.asarray(
        weights["readiness"] * facts["readiness"] / 100
        + weights["effectiveness"] * effectiveness
    )


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
