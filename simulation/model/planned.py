"""Deals that a scenario plans: signed when they are due, ahead of all others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from simulation.processes.books import Terms
from simulation.processes.contracts import impose
from simulation.scenario.schema import Deal, Scenario
from simulation.state import State


@dataclass(eq=False)
class _Plan:
    """One planned deal: its pairs of rows, the quarter it is due, the last in which it is kept by plan."""

    deal: Deal
    pairs: tuple[tuple[int, int], ...]
    due: int
    last: int | None


class Plans:
    """The planned deals of one run that are still to be signed or kept.

    Parameters
    ----------
    scenario
        Its ``deals``; each is due in its ``start`` quarter and kept until its ``end``, or, without
        one, in the quarter in which it is signed only.
    index
        Rows of the actors by id.
    """

    def __init__(self, scenario: Scenario, index: Mapping[str, int]):
        self._open = [
            _Plan(
                deal,
                tuple(combinations(sorted(index[name] for name in deal.parties), 2)),
                deal.start.index_from(scenario.start),
                None if deal.end is None else deal.end.index_from(scenario.start),
            )
            for deal in sorted(scenario.deals, key=lambda deal: deal.start)
        ]

    def __len__(self) -> int:
        return len(self._open)

    def sign_due(self, state: State, rules: Terms) -> None:
        """Sign what is due; a deal that cannot be paid for waits, one past its end is let go.

        A deal let go lives on like any other: its term ends, it may be breached or cut.
        """
        over = [plan for plan in self._open if plan.last is not None and state.quarter > plan.last]
        self._open = [plan for plan in self._open if plan not in over]
        kept = {pair for plan in self._open if state.quarter >= plan.due for pair in plan.pairs}
        for i, j in {pair for plan in over for pair in plan.pairs} - kept:
            state.planned[i, j] = state.planned[j, i] = False
        for plan in self._open:
            self._sign(plan, state, rules)

    @staticmethod
    def _sign(plan: _Plan, state: State, rules: Terms) -> None:
        if state.quarter >= plan.due:
            deal, three = plan.deal, len(plan.pairs) > 1
            terms = None if deal.terms is None else np.array(deal.terms)
            signed = [
                state.planned[i, j] or impose(state, rules, i, j, deal.depth, terms, deal.exclusive, three)
                for i, j in plan.pairs
            ]
            if plan.last is None and all(signed):
                plan.last = state.quarter
