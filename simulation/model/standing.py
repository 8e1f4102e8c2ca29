"""Why pairs stand as they do when a run begins: the terms of ``State.base`` by name, for who explains a run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulation.data.world import World
from simulation.model.book import DATED, believed, engagement_terms, recentred_activity
from simulation.model.start import cells_of
from simulation.processes.fragmentation import crossing
from simulation.scenario.schema import Scenario
from simulation.state import FIRM, STATE, F

_BODIES = ("eu", "au", "arab", "region")
"""Covariates that are one reason for people: both are in a regional body."""


class Standing:
    """The terms of ``base`` of one replicate.

    Parameters
    ----------
    world, scenario, replicate
        Of the run.
    """

    def __init__(self, world: World, scenario: Scenario, replicate: int):
        self._known = believed(world, scenario, replicate)
        self._activity = {
            kind: recentred_activity(facts, belief, kind, world.kind) for kind, (facts, belief) in self._known.items()
        }
        everybody = np.ix_(*[np.arange(len(world))] * 2)
        self._engagements: Mapping[str, F] = engagement_terms(world, self._known[STATE][0].current, *everybody)
        self._kinds = world.kind
        across = crossing(cells_of(world, scenario))
        self._lines = across * (-scenario.parameters.fragmentation_pull * scenario.fragmentation.trust)

    def terms(self, i: int, j: int) -> dict[str, float]:
        """What adds up to ``base[i, j]``, by name, in nats; zero terms are left out."""
        terms = {name: float(block[i, j]) for name, block in self._engagements.items()}
        for kind, (facts, belief) in self._known.items():
            now = facts.current
            if not now.mask[i, j]:
                continue
            if self._kinds[j] == FIRM:
                terms["activity"] = self._activity[kind]
            for k, name in enumerate(facts.names):
                if name not in DATED[kind]:
                    reason = "bodies" if name in _BODIES else name.replace(" ", "_")
                    value = float(belief.weights[k] * (now.pair[k, i, j] + now.partner[k, j]))
                    terms[reason] = terms.get(reason, 0.0) + value
        terms["lines"] = float(self._lines[i, j])
        return {name: value for name, value in terms.items() if value != 0.0}
