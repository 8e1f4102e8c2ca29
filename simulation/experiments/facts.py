"""Facts of a scenario's world that the tables of a result name: actors, instruments, notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from simulation.scenario.schema import Scenario

ACTOR_COLUMNS = ("id", "name", "kind", "camp")
INSTRUMENT_COLUMNS = ("id", "title", "domain", "binding", "open")


@dataclass(frozen=True)
class Facts:
    """What does not change over replicates.

    Attributes
    ----------
    actors
        Frame :data:`ACTOR_COLUMNS`; ``camp`` is that of the first day, ``none`` without one.
    instruments
        Frame :data:`INSTRUMENT_COLUMNS`; ``open``: can be joined at some time in the run.
    peers
        Ids of those against whom the focal actor is ranked.
    notes
        What the world has to say of its own data.
    priors_alone
        Metrics on which the record holds no observation.
    """

    actors: pd.DataFrame
    instruments: pd.DataFrame
    peers: tuple[str, ...]
    notes: tuple[str, ...]
    priors_alone: tuple[str, ...] = ()


def describe(scenario: Scenario) -> Facts:
    """Build the world of a scenario once and take its facts.

    Raises
    ------
    InputError
        If the scenario cannot be built; better here than in every replicate.
    """
    from simulation.model import GovernanceModel
    from simulation.outcomes.grounds import priors_alone
    from simulation.state import CAMPS, DOMAINS, KINDS

    model = GovernanceModel(scenario)
    try:
        state, world = model.state, model.world
        titles = {facts.id: facts.title for facts in world.instruments}
        titles |= {spec.id: spec.title or spec.id for spec in scenario.instruments}
        actors = pd.DataFrame(
            {
                "id": state.ids,
                "name": world.names,
                "kind": [KINDS[code] for code in state.kind],
                "camp": [CAMPS[code] if code >= 0 else "none" for code in state.camp],
            }
        )
        instruments = pd.DataFrame(
            {
                "id": state.instrument_ids,
                "title": [titles.get(name, name) for name in state.instrument_ids],
                "domain": [DOMAINS[code] for code in state.instrument_domain],
                "binding": np.asarray(state.binding),
                "open": (state.closes >= 0) & (state.opens < scenario.quarters),
            }
        )
        unseen = tuple(sorted(priors_alone(world, scenario.focal)))
        return Facts(actors, instruments, model.scenario.peers or (), tuple(world.notes), unseen)
    finally:
        model.close()
