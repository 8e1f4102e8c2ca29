"""Deals that a scenario plans: signed when they are due, ahead of all others."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from simulation.processes.contracts import impose
from simulation.scenario.parameters import Parameters
from simulation.scenario.quarter import Quarter
from simulation.scenario.schema import Deal, Scenario
from simulation.state import State


class Plans:
    """The planned deals of one run that are still to be signed or kept.

    Parameters
    ----------
    scenario
        Its ``deals``; each is due in its ``start`` quarter and kept until its ``end``.
    index
        Rows of the actors by id.
    """

    def __init__(self, scenario: Scenario, index: Mapping[str, int]):
        self._start: Quarter = scenario.start
        self._index = index
        self._open = sorted(scenario.deals, key=lambda deal: deal.start)

    def sign_due(self, state: State, par: Parameters) -> None:
        """Sign what is due; a deal that cannot be paid for waits, one past its end is let go.

        A deal let go lives on like any other: it may lapse, be breached, be shed.
        """
        self._open = [deal for deal in self._open if self._stays_open(deal, state, par)]

    def _stays_open(self, deal: Deal, state: State, par: Parameters) -> bool:
        pairs = list(combinations([self._index[name] for name in deal.parties], 2))
        if deal.end is not None and state.quarter > deal.end.index_from(self._start):
            for i, j in pairs:
                state.planned[i, j] = state.planned[j, i] = False
            return False
        if state.quarter < deal.start.index_from(self._start):
            return True
        terms = None if deal.terms is None else np.array(deal.terms)
        done = [
            impose(state, par, i, j, deal.depth, terms, deal.exclusive, three=len(pairs) > 1)
            for i, j in pairs
            if not state.planned[i, j]
        ]
        return not all(done) or deal.end is not None
