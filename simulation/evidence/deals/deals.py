"""What the dated list of AI deals can bear, and what it cannot (C.2).

The list is thin, and the press of one country was searched for it. So the model of choice is
estimated together with a model of being recorded: relative to a deal of two states whose press was
not searched, a deal may be likelier to be in the list because a party is of the searched country,
or likelier or less likely because a party is no state. Weak normal priors hold what the list cannot
tell; a weight whose spread the list leaves at that of its prior *rests on the prior alone*.

``python -m simulation.evidence.deals.deals`` rewrites the tables of ``docs/results/deals.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy import stats

from simulation.data.world import World
from simulation.errors import DataError
from simulation.evidence.deals.choice_model import ChoiceData, Fit, fit, pair_chances, profile_interval
from simulation.evidence.deals.deal_history import (
    TIE,
    Change,
    Effect,
    Standing,
    choice_data,
    inertia,
    pair,
    partner,
    partner_degree,
    shared_partners,
)
from simulation.processes.affinity import affinity_matrix
from simulation.scenario.parameters import PARAMETERS
from simulation.state import I64, KINDS, F

LEVEL = 0.9
"""Of every interval."""
PRIOR_ALONE, MOSTLY_PRIOR = 0.9, 0.6
"""Spread left by the list over spread of the prior, above which a weight rests on the prior alone, or mostly."""
_STATE, _FIRM = KINDS.index("state"), KINDS.index("firm")

CHOICE: Mapping[str, tuple[Effect, float]] = MappingProxyType(
    {
        "deal before": (inertia, 2.0),
        "partner's partners": (partner_degree, 1.0),
        "shared partners": (shared_partners, 1.0),
        "exposure": (pair("exposure"), 2.0),
        "affinity": (pair("affinity"), 2.0),
        "partner's size": (partner("size"), 2.0),
    }
)
"""Why a partner is chosen, with the spread of the prior in log odds a unit of the statistic."""
RECORDING: Mapping[str, tuple[Effect, float]] = MappingProxyType(
    {
        "searched country": (pair("searched"), 2.0),
        "with a firm": (pair("firm"), 2.0),
        "with another organisation": (pair("organisation"), 2.0),
    }
)
"""Why a deal is in the list, alike."""


def history(world: World, searched: str) -> ChoiceData:
    """The deals of a world with the choices and the chances of being recorded behind them.

    Parameters
    ----------
    world
        Its actors and its deals; a contract of three is three deals of one day.
    searched
        Id of the state whose press was searched.

    Raises
    ------
    DataError
        If the world has no such state, or no deal.
    """
    return _choices(world, searched, _made(world))


def next_deal(world: World, searched: str) -> tuple[I64, I64, F]:
    """Pairs (a, b), a < b, that could make the next deal of the list, and with what probability each does.

    The weights are those of the list as it stands in the world; with one deal or two they are the prior's.

    Raises
    ------
    DataError
        If the world has no such state, or no deal.
    """
    known = _made(world)
    # the last deal once more, after all others: the choice before it is that of the next one
    data = _choices(world, searched, [*known, *(replace(change, time=np.inf) for change in known[-1:])])
    *made, coming = data.events
    found = fit(replace(data, events=tuple(made)), _spreads())
    return *coming.pairs, pair_chances(coming, found.weights, data.choices)


def _spreads() -> list[float]:
    return [spread for _, spread in (*CHOICE.values(), *RECORDING.values())]


def _made(world: World) -> list[Change]:
    return [
        Change(float(deal.date.toordinal()), TIE, (world.ids[a], world.ids[b]), 1.0)
        for deal in world.deals
        for place, a in enumerate(deal.parties)
        for b in deal.parties[place + 1 :]
    ]


def _choices(world: World, searched: str, changes: list[Change]) -> ChoiceData:
    if searched not in world.ids:
        raise DataError(f"no state {searched!r}")
    effects = {name: effect for name, (effect, _) in CHOICE.items()}
    recording = {name: effect for name, (effect, _) in RECORDING.items()}
    return choice_data(_standing(world, world.ids.index(searched)), changes, effects, recording)


def _standing(world: World, searched: int) -> Standing:
    n = len(world.ids)
    possible = ~np.eye(n, dtype=np.bool_)
    union = world.leaders[0]
    members = [i for bloc in world.blocs if bloc.id == world.ids[union] for i in bloc.members]
    possible[union, members] = possible[members, union] = False
    own = world.home == searched
    firm, other = world.kind == _FIRM, world.kind > _FIRM
    width = PARAMETERS["affinity_width"].default
    return Standing(
        world.ids,
        np.zeros((n, n)),
        np.ones(n, np.bool_),
        possible,
        {"size": world.size},
        {
            "exposure": world.exposure,
            "affinity": affinity_matrix(world.position, world.weight, width),
            "searched": (own | own[:, None]).astype(np.float64),
            "firm": (firm | firm[:, None]).astype(np.float64),
            "organisation": (other | other[:, None]).astype(np.float64),
        },
    )


def estimate(data: ChoiceData) -> tuple[Fit, pd.DataFrame]:
    """Weights of the list, and how far each is the list's own.

    Returns
    -------
    Fit, DataFrame
        Columns ``effect, of, weight, standard_error, low, high, prior_sd, rests_on``: ``of`` is
        choice or recording, ``low`` and ``high`` the 90 % profile interval with the prior.
    """
    spreads = _spreads()
    top = fit(data, spreads)
    rows = []
    for place, effect in enumerate(data.effects):
        low, high = profile_interval(data, top, effect, LEVEL)
        left = float(top.standard_errors[place]) / spreads[place]
        rows.append(
            {
                "effect": effect,
                "of": "choice" if place < data.choices else "recording",
                "weight": float(top.weights[place]),
                "standard_error": float(top.standard_errors[place]),
                "low": low,
                "high": high,
                "prior_sd": spreads[place],
                "rests_on": rests_on(left),
            }
        )
    return top, pd.DataFrame(rows)


def rests_on(left: float) -> str:
    """What a weight rests on, by the share of its prior's spread that the list leaves."""
    if left > PRIOR_ALONE:
        return "prior alone"
    return "mostly prior" if left > MOSTLY_PRIOR else "list"


@dataclass(frozen=True)
class Reporting:
    """How many of the deals the list has.

    Attributes
    ----------
    table
        Columns ``parties, searched, other, ratio, low, high, rests_on``: deals in the list by the kinds of
        the parties, with and without the searched country; chance of a deal being recorded relative to
        that of two states whose press was not searched, with its 90 % interval.
    coverage, coverage_low, coverage_high
        Chance of a deal elsewhere being in the list, relative to one of the searched country.
    implied
        Deals that the list would have had the whole world been searched alike: the estimate, and its ends.
    """

    table: pd.DataFrame
    coverage: float
    coverage_low: float
    coverage_high: float
    implied: tuple[float, float, float]


def reporting(world: World, searched: str, weights: pd.DataFrame) -> Reporting:
    """Rates of reporting by country and type, from the estimated weights of being recorded.

    They are relative: a list says nothing of deals that no list has. And the rate of the searched
    country holds whatever makes it more active than its exposure, affinity and size say.
    """
    found = weights.set_index("effect")
    counts = _counts(world, world.ids.index(searched))
    rows = []
    for parties, effect in (("two states", ""), ("with a firm", "with a firm"), ("with another organisation",) * 2):
        own, other = counts[parties]
        row: dict[str, object] = {"parties": parties, "searched": own, "other": other}
        values = found.loc[effect, ["weight", "low", "high"]].astype(float) if effect else pd.Series([0.0] * 3)
        row |= dict(zip(("ratio", "low", "high"), np.exp(values.to_numpy()), strict=True))
        rows.append(row | {"rests_on": found.loc[effect, "rests_on"] if effect else "reference"})
    own_rate = found.loc["searched country", ["weight", "low", "high"]].astype(float).to_numpy()
    ours, theirs = (sum(pair[k] for pair in counts.values()) for k in (0, 1))
    implied = tuple(float(ours + theirs * np.exp(rate)) for rate in own_rate)
    rates = np.exp(-own_rate)
    return Reporting(pd.DataFrame(rows), float(rates[0]), float(rates[2]), float(rates[1]), implied)  # type: ignore[arg-type]


def _counts(world: World, searched: int) -> dict[str, list[int]]:
    counts = {name: [0, 0] for name in ("two states", "with a firm", "with another organisation")}
    for deal in world.deals:
        parties = np.array(deal.parties)
        kinds = world.kind[parties]
        name = "two states" if (kinds == _STATE).all() else "with a firm" if (kinds <= _FIRM).all() else ""
        elsewhere = not (world.home[parties] == searched).any()
        counts[name or "with another organisation"][int(elsewhere)] += 1
    return counts


def yearly(world: World, actor: str) -> pd.DataFrame:
    """Recorded deals of an actor a year by kind of partner, with exact 90 % Poisson intervals (Garwood 1936).

    Returns
    -------
    DataFrame
        Columns ``partner, deals, years, rate, low, high``; years from its first recorded deal.
    """
    me = world.ids.index(actor)
    own = [deal for deal in world.deals if me in deal.parties]
    years = world.as_of.year - min(deal.date.year for deal in own) + 1 if own else 1
    kinds = [int(world.kind[other]) for deal in own for other in deal.parties if other != me]
    rows = []
    for code, kind in enumerate(KINDS):
        count = kinds.count(code)
        low = stats.chi2.ppf((1 - LEVEL) / 2, 2 * count) / 2 if count else 0.0
        high = stats.chi2.ppf((1 + LEVEL) / 2, 2 * count + 2) / 2
        rows.append(
            {"partner": kind, "deals": count, "years": years, "rate": count / years}
            | {"low": float(low) / years, "high": float(high) / years}
        )
    return pd.DataFrame(rows)
