"""The phase boundary of P4 by C.6's formula: how likely a bloc with a forced consent is to have decided."""

from __future__ import annotations

import numpy as np

from simulation.evidence.claims.measures import BLOC
from simulation.model.start import RULE_CODES, start_blocs
from simulation.processes.blocs import passage_probability
from simulation.scenario.checks import world_of
from simulation.scenario.schema import Scenario

DECIDED = "bloc_decided_by_formula"
"""In the place of a metric: this formula, at the parameters of each replicate."""


def decided(scenario: Scenario) -> float:
    """Probability that the bloc of the boundary decides something by the horizon.

    Each quarter an item is tabled at the agenda's rate and passes with pⁿ under unanimity, else a binomial tail.
    """
    world = world_of(scenario)
    blocs = start_blocs(world, scenario, np.zeros(len(world.ids), np.int32))
    bloc = next(one for one in blocs if one.id == BLOC)
    parameters = scenario.parameters
    passage = passage_probability(
        parameters.vote_probability, len(bloc.members), RULE_CODES[bloc.rule], bloc.threshold
    )
    return float(1.0 - (1.0 - bloc.agenda_rate * parameters.agenda_scale * passage) ** scenario.quarters)
