"""How a candidate is imposed on a run, and how a partner that is held fails."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from simulation.experiments.prospects.candidates import BLOC, INSTRUMENT
from simulation.model import GovernanceModel
from simulation.processes.books import deals_of, end_deal
from simulation.scenario.parameters import PARAMETERS, Parameters
from simulation.scenario.schema import Deal, Scenario

if TYPE_CHECKING:
    from simulation.experiments.engine.transport import Tweak


def imposed(scenario: Scenario, partner: str, kind: str, depth: int) -> tuple[Scenario, Tweak | None]:
    """The scenario with a candidate's deal of a depth in its first quarter, or what puts a forum into its models."""
    if kind == INSTRUMENT:
        return scenario, partial(join, text=partner)
    if kind == BLOC:
        return scenario, partial(decide, bloc=partner)
    deal = Deal(parties=(scenario.focal, partner), depth=depth, start=scenario.start)
    return scenario.model_copy(update={"deals": (*scenario.deals, deal)}), None


def reacting(scenario: Scenario) -> Scenario:
    """The scenario in a world whose rivalry is by 1 stronger than it says, as far as rivalry goes; it is not drawn."""
    stronger = min(scenario.parameters.rivalry + 1.0, PARAMETERS["rivalry"].high)
    parameters = Parameters({**scenario.parameters.chosen, "rivalry": stronger})
    return scenario.model_copy(update={"parameters": parameters})


def join(model: GovernanceModel, text: str) -> None:
    """The focal state has joined a text before the first quarter."""
    s, q, row = model.state, model.state.instrument_ids.index(text), model.index(model.scenario.focal)
    s.joined[q, row] = True
    s.join_quarter[q, row] = 0


def decide(model: GovernanceModel, bloc: str) -> None:
    """A bloc has decided something that took it a rung deeper; nothing where the replicate has no such bloc."""
    s = model.state
    if bloc in s.bloc_ids:
        s.bloc_depth[s.bloc_ids.index(bloc)] += 1


def lose(model: GovernanceModel, partner: str) -> None:
    """The deal of the focal state with a partner is over before the first quarter, and none follows."""
    s, f, j = model.state, model.index(model.scenario.focal), model.index(partner)
    if s.depth[f, j] > 0:
        end_deal(deals_of(s), f, j)
    s.allowed[f, j] = s.allowed[j, f] = False
