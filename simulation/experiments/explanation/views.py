"""What an actor weighed up about another, as the rules of the processes have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.arithmetic import ordered_sum
from simulation.experiments.explanation.events import Side
from simulation.model.standing import Standing
from simulation.processes.approaches import chance_of_turning
from simulation.processes.ends import renewal_terms
from simulation.processes.pull import layer_of, pull_terms
from simulation.processes.rivalry import rivalry_terms

if TYPE_CHECKING:
    from simulation.model import GovernanceModel

_EXACT = 1e-9


class Views:
    """The sides of a model's events; to be asked while the quarter's negotiations are as they were.

    Parameters
    ----------
    model
        A model whose run has not begun.
    """

    def __init__(self, model: GovernanceModel):
        self._model = model
        self._standing = Standing(model.world, model.scenario, model.replicate)

    def decides(self, hook: str, *rows: int) -> bool:
        """Whether one of some actors has a rule of its own for a decision."""
        return any(actor.row in rows for actor in self._model.hooks.replaced(hook))

    def _pull(self, i: int, j: int) -> dict[str, float]:
        """The terms of U_ij."""
        model = self._model
        assert model.sheet.before_rivalry is not None
        before = float(model.sheet.before_rivalry[i, j])
        terms = {"own_rule": before}
        if not self.decides("partner_utility", i):
            found = pull_terms(model.state, model.parameters, model.mechanisms, i, j)
            standing = found.pop("standing")
            named = self._standing.terms(i, j)
            changed = standing - ordered_sum(named.values())  # written into the model by who tweaks it
            found["activity"] += named.pop("activity", 0.0)
            terms = {**named, **({"changed": changed} if abs(changed) > _EXACT else {}), **found}
        return {**terms, **rivalry_terms(model.state, before, i, j)}

    def turning(self, i: int, j: int, given: dict[str, float] | None = None) -> Side:
        """Why i turns to j: U_ij, and how likely an approach goes there."""
        state = self._model.state
        chance = chance_of_turning(state, self._model.possible, i, j)
        return Side(i, j, "turning", float(state.pull[i, j]), self._pull(i, j), {"chosen": chance, **(given or {})})

    def agreeing(self, i: int, j: int, given: dict[str, float] | None = None) -> Side:
        """Why i agrees when j turns to it: log odds U_ij - κ."""
        state = self._model.state
        reluctance = float(state.reluctance[layer_of(state.kind, i, j)])
        terms = {} if self.decides("accepts", i) else {**self._pull(i, j), "reluctance": -reluctance}
        return Side(i, j, "agreeing", float(state.pull[i, j]) - reluctance, terms, given or {})

    def renewing(self, i: int, j: int) -> Side:
        """Why the deal of i and j is renewed or not: log odds."""
        model = self._model
        terms = {} if self.decides("renews", i, j) else renewal_terms(model.state, model.parameters, model.rules, i, j)
        return Side(i, j, "renewing", ordered_sum(terms.values()), terms)
