"""Instruments that the explained state joins, each with the terms of its hazard."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from simulation.experiments.explanation.events import Event, Side
from simulation.kernels import exp
from simulation.model import GovernanceModel
from simulation.processes.instruments import (
    coefficients,
    instrument_z,
    is_open,
    joining_factors,
    joining_terms,
    log_odds,
)
from simulation.randomness import Draws, Stream, uniform
from simulation.state import MULTILATERAL, REGIONAL

Hazard = tuple[float, Mapping[str, float]]
"""Log odds as the model computes them, and their terms."""


def hazards(model: GovernanceModel, row: int) -> dict[int, Hazard]:
    """By instrument, the hazard of those that the state could join now; to be asked just before joining."""
    state, par, mech = model.state, model.parameters, model.mechanisms
    if row >= state.s or not mech.on("instruments"):
        return {}
    could = is_open(state) & state.eligible[:, row] & ~state.joined[:, row]
    factors, coefficient = joining_factors(state, par, could), coefficients(par, mech)
    return {
        int(q): (
            float(log_odds(state.reach_intercept[q], factors[q, row], coefficient)),
            joining_terms(state, par, mech, row, int(q)),
        )
        for q in np.flatnonzero(could)
    }


def joins(model: GovernanceModel, row: int, known: Mapping[int, Hazard]) -> Iterator[Event]:
    """Instruments among those that could be joined which the state is in now."""
    state = model.state
    weight = instrument_z(state)
    key = Draws(model.scenario.seed, model.replicate, state.quarter).key(Stream.JOIN)
    own_rule = any(actor.row == row for actor in model.hooks.replaced("joins"))
    for q, (odds, terms) in known.items():
        if state.joined[q, row]:
            yield Event(
                "joined",
                (q,),
                REGIONAL if state.instrument_regional[q] else MULTILATERAL,
                by=(row,),
                probability=math.nan if own_rule else 1.0 / (1.0 + exp(-odds)),
                luck=float(uniform(key, state.instrument_uid[q], state.uid[row])),
                decided={row: odds},
                commitments=float(weight[q]),
                sides=(Side(row, -1, terms),),
            )
