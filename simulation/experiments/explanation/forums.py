"""What the blocs of the explained state decide, and the instruments that it joins."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from simulation.experiments.explanation.events import RUNG, Event, Side
from simulation.experiments.explanation.views import Views
from simulation.kernels import exp
from simulation.model import GovernanceModel
from simulation.processes.blocs import Vote, tabled, vote_of
from simulation.processes.instruments import (
    all_log_odds,
    can_join,
    instrument_z,
    joining_terms,
    luck_of,
)
from simulation.randomness import Stream, uniform
from simulation.state import MULTILATERAL, REGIONAL

Votes = dict[int, tuple[Vote, int, bool]]
"""By bloc, how the state sees what is tabled, how often the bloc had decided before, whether this takes it deeper."""

Hazards = dict[int, tuple[Side, int]]
"""By instrument, the log odds of joining it, and the row whose luck decides."""


def votes(model: GovernanceModel, row: int) -> Votes:
    """What is tabled this quarter in the blocs of the state; to be asked just before they vote."""
    state, par, mech = model.state, model.parameters, model.mechanisms
    if row >= state.s or not mech.on("blocs"):
        return {}
    item = tabled(state, par, mech, model.sheet.draws)
    return {
        int(k): (vote_of(state, par, mech, int(k), row, item), int(state.bloc_passed[k]), bool(item.raises[k]))
        for k in np.flatnonzero(item.tabled & state.member[:, row])
    }


def decisions(model: GovernanceModel, views: Views, row: int, known: Votes) -> Iterator[Event]:
    """What became of it."""
    state, key = model.state, model.sheet.draws.key(Stream.BLOC_VOTE)
    own_rule = views.decides("votes", row)
    for k, (vote, passed_before, raises) in known.items():
        passed = state.bloc_passed[k] > passed_before
        reason = "enough" if passed else "vetoed" if vote.vetoed else "too_few"
        side = Side(row, -1, "voting", vote.utility, {} if own_rule else vote.terms)
        yield Event(
            "passed" if passed else "rejected",
            (k,),
            (reason, "distrust") if vote.distrustful and not own_rule else (reason,),
            REGIONAL if state.bloc_regional[k] else MULTILATERAL,
            int(state.bloc_depth[k]),
            probability=math.nan if own_rule or vote.vetoed else vote.probability,
            luck=math.nan if vote.vetoed else float(uniform(key, state.bloc_uid[k], state.uid[row])),
            commitments=RUNG * float(state.bloc_enforcement[k]) if passed and raises else 0.0,
            sides=(side,),
        )


def hazards(model: GovernanceModel, row: int) -> Hazards:
    """By instrument that the state can join now, its log odds; to be asked just before joining."""
    state, par, mech = model.state, model.parameters, model.mechanisms
    if row >= state.s or not mech.on("instruments"):
        return {}
    could, odds = can_join(state), all_log_odds(state, par, mech)
    return {
        int(q): (
            Side(row, -1, "joining", float(odds[q, row]), joining_terms(state, par, mech, row, int(q))),
            luck_of(state, int(q), row),
        )
        for q in np.flatnonzero(could[:, row])
    }


def joins(model: GovernanceModel, views: Views, row: int, known: Hazards) -> Iterator[Event]:
    """Instruments among those that could be joined which the state is in now."""
    state, key = model.state, model.sheet.draws.key(Stream.JOIN)
    weight = instrument_z(state)
    own_rule = views.decides("joins", row)
    for q, (side, lucky) in known.items():
        if state.joined[q, row]:
            own = own_rule or state.answer[q, row] != 0  # its strategy has said so
            yield Event(
                "joined",
                (q,),
                ("joined",),
                REGIONAL if state.instrument_regional[q] else MULTILATERAL,
                probability=math.nan if own else 1.0 / (1.0 + exp(-side.decided)),
                luck=float(uniform(key, state.instrument_uid[q], state.uid[row if own else lucky])),
                commitments=float(weight[q]),
                sides=(side,),
            )
