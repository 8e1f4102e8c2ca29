"""Positions of states in the issue space (rights, control, market, sovereignty).

One map for all states, MODEL C.1. In each dimension a documented index of real
figures gives a trend, and the three paradigm leaders pin it (universal kriging,
Matheron 1969: a trend, plus the leaders' residuals spread to the states that
resemble them)::

    x_d(i) = start_d + slope_d * index_d(i) + sum_h weight_ih * residual_dh

``start`` and ``slope`` are the least-squares line through the three leaders'
anchors; the residuals are what the line leaves at the leaders, so each leader
sits exactly on its anchor. Which figure enters which index, and with which
weight, is an assumption, held in :data:`INDEXES`; nothing is fitted to any
other state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulation.data.facts import Facts

Floats = npt.NDArray[np.float64]

DIMENSIONS = ("rights", "control", "market", "sovereignty")

#: Anchors of the paradigm leaders, EU, China, United States; MODEL C.1, assumption.
ANCHORS: Floats = np.array([[0.9, 0.4, 0.5, 0.6], [0.2, 0.9, 0.5, 0.8], [0.5, 0.3, 0.9, 0.3]])

#: Texts by which a state limits what it may itself do with data, networks and AI.
RESTRAINT_TEXTS = ("budapest", "conv108", "foc", "reaim_2023", "us_poldecl_2023")
#: The one that binds a state to the European idea of data protection.
RIGHTS_TEXT = "conv108"

#: dimension -> feature -> weight; a minus sign turns the feature round (1 − feature). Assumption.
INDEXES: Mapping[str, Mapping[str, float]] = {
    "rights": {"democracy": 0.4, "data_law": 0.4, "rights_text": 0.2},
    "control": {"democracy": -0.5, "rule_of_law": -0.25, "restraint": -0.25},
    "market": {"regulation": 1.0},
    "sovereignty": {"liberal_votes": -0.7, "restraint": -0.3},
}
#: Features that say how much a state resembles a leader, each with the difference that matters. Assumption.
RESEMBLANCE: Mapping[str, float] = {
    "liberal_votes": 0.28, "democracy": 0.35, "data_law": 0.35,
    "trade_EU": 0.4, "trade_CN": 0.3, "trade_US": 0.4,
}
#: Spread of true positions about the trend, per dimension. Assumption.
MAP_SPREAD = 0.10
#: UN ideal points between which the votes feature runs from 0 to 1: about the range of 2012–2023.
VOTE_RANGE = (-1.0, 2.6)


def _unit(values: Floats, low: float, high: float) -> Floats:
    return np.clip((values - low) / (high - low), 0.0, 1.0)


def features(facts: Facts, joined: Mapping[str, frozenset[int]], trade_shares: Floats) -> dict[str, Floats]:
    """Features of the 193 states, each in [0, 1].

    Parameters
    ----------
    facts
        Filled figures as of the date.
    joined
        Text -> indexes of the states known to have joined by the date.
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
        "data_law": facts["data_law_level"],
        "liberal_votes": _unit(facts["ideal_point"], *VOTE_RANGE),
        "restraint": np.mean(texts or [nobody], axis=0).astype(np.float64),
        "rights_text": membership.get(RIGHTS_TEXT, nobody).astype(np.float64),
        "trade_EU": trade_shares[:, 0], "trade_CN": trade_shares[:, 1], "trade_US": trade_shares[:, 2],
    }


def index_values(given: Mapping[str, Floats]) -> Floats:
    """The four indexes, float64[n, 4], each in [0, 1]."""
    columns = []
    for dimension in DIMENSIONS:
        parts = [abs(weight) * (given[name] if weight > 0 else 1.0 - given[name])
                 for name, weight in INDEXES[dimension].items()]
        columns.append(np.sum(parts, axis=0))
    return np.column_stack(columns)


def _resemblance(given: Mapping[str, Floats], other: Mapping[str, Floats]) -> Floats:
    """Kernel exp(−½ Σ (difference/scale)²) between the rows of two sets of features."""
    squared = sum(((given[name][:, None] - other[name][None, :]) / scale) ** 2
                  for name, scale in RESEMBLANCE.items())
    return np.asarray(np.exp(-0.5 * squared), dtype=np.float64)


@dataclass(frozen=True)
class PositionMap:
    """Positions of the states and of the EU, and how sure they are.

    Attributes
    ----------
    states
        float64[193, 4] in [0, 1]; China and the United States on their anchors.
    union
        float64[4], the EU's anchor.
    spread
        float64[194], standard deviation of the position per dimension (RMS), states then the EU.
    """

    states: Floats
    union: Floats
    spread: Floats


def _leaders(given: Mapping[str, Floats], members: list[int], leaders: tuple[int, int]) -> dict[str, Floats]:
    """Features of EU (mean of its members), China and the United States.

    A leader's trade tie to itself is the tie of its closest partners: the 95th percentile of states.
    """
    picked = {}
    for name, values in given.items():
        picked[name] = np.array([values[members].mean(), values[leaders[0]], values[leaders[1]]])
        if name.startswith("trade_"):
            own = ("trade_EU", "trade_CN", "trade_US").index(name)
            picked[name][own] = np.quantile(values, 0.95)
    return picked


def map_positions(
    given: Mapping[str, Floats], vote_spread: Floats, members: list[int], china: int, america: int
) -> PositionMap:
    """Place every state by the map of this module.

    Parameters
    ----------
    given
        Features of :func:`features`.
    vote_spread
        float64[193], posterior standard deviation of the ideal point.
    members
        Indexes of the EU's members on the day.
    china, america
        Indexes of the two leaders that are states.
    """
    at_leaders = _leaders(given, members, (china, america))
    own = {name: np.array(values) for name, values in given.items()}
    for name in own:  # the leaders' own rows, so that they fall on their anchors
        own[name][china], own[name][america] = at_leaders[name][1], at_leaders[name][2]
    index, at_index = index_values(own), index_values(at_leaders)
    between, towards = _resemblance(at_leaders, at_leaders), _resemblance(own, at_leaders)
    weights = np.linalg.solve(between, towards.T).T
    positions = np.empty_like(index)
    slopes = np.empty(len(DIMENSIONS))
    for d in range(len(DIMENSIONS)):
        slopes[d], start = np.polyfit(at_index[:, d], ANCHORS[:, d], 1)
        residuals = ANCHORS[:, d] - (start + slopes[d] * at_index[:, d])
        positions[:, d] = start + slopes[d] * index[:, d] + weights @ residuals
    unexplained = np.clip(1.0 - np.sum(weights * towards, axis=1), 0.0, 1.0)
    vote_part = slopes[3] * INDEXES["sovereignty"]["liberal_votes"] / (VOTE_RANGE[1] - VOTE_RANGE[0])
    spread = np.sqrt(MAP_SPREAD**2 * unexplained + (vote_part * vote_spread) ** 2 / len(DIMENSIONS))
    return PositionMap(np.clip(positions, 0.0, 1.0), ANCHORS[0].copy(), np.append(spread, spread[members].min()))


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
