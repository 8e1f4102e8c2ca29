"""Strategies as places in a unit cube: a budget divided over kinds of partner and levers, and a home share.

All of the budget is on one simplex, so nothing is free: what goes to a lever buys as much of it as its price allows,
and is not there for partners.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulation import arithmetic
from simulation.model.levers import usual_shares
from simulation.model.start import build_state
from simulation.processes.books import terms_of
from simulation.scenario.checks import world_of
from simulation.scenario.schema import Scenario
from simulation.state import F

KINDS = ("state", "firm", "secretariat", "knowledge", "campaigns")
"""Parts of a split budget that pay for partners."""
LEVERS = ("agency", "oversight", "transparency", "fund_local")
"""Levers with a price, in the order of :attr:`simulation.processes.books.Terms.levers`."""
COLUMNS = (*KINDS, *LEVERS, "local_share")
"""What a place says: shares of the budget, which sum to 1, and the least share of home organisations."""
_STEPS = 1e4  # shares are told to a hundredth of a per cent
_NEVER_ONE = 1.0 - 1e-9


@dataclass(frozen=True)
class Purse:
    """What a place in the cube is worth to the focal state of a scenario.

    Attributes
    ----------
    usual
        (5,) shares of :data:`KINDS` that it is expected to spend as recorded; they sum to 1.
    prices
        (4,) price of :data:`LEVERS` at full strength, as a share of the budget; 0 where prices do not
        bind, and then it is not pulled.
    opened
        How open its deals are as recorded: transparency starts from there.
    """

    usual: F
    prices: F
    opened: float

    @classmethod
    def of(cls, scenario: Scenario) -> Purse:
        """Of a scenario as recorded, in its first replicate."""
        world = world_of(scenario)
        state, row = build_state(world, scenario, 0), world.index(scenario.focal)
        shares = usual_shares(state, scenario, row)
        usual = np.array([shares[name] for name in KINDS])
        rules = terms_of(scenario.parameters, scenario.mechanisms)
        total = float(usual.sum())
        even = np.full(len(KINDS), 1 / len(KINDS))
        return cls(usual / total if total > 0.0 else even, rules.levers, float(state.transparency_ref[row]))

    def shares(self, place: F) -> dict[str, float]:
        """Shares of the budget, and the home share, of a place in the unit cube; columns :data:`COLUMNS`.

        Parts are squared logarithms of the coordinates, over their sum: logarithms alone are uniform on the simplex and
        hardly ever leave a part out. A lever takes no more than it costs at full strength; the rest goes to partners in
        their proportions.
        """
        weight = arithmetic.log(1.0 - np.minimum(place[:-1], _NEVER_ONE)) ** 2
        total = float(weight.sum())
        parts = weight / total if total > 0.0 else np.concatenate([self.usual, np.zeros(len(LEVERS))])
        bought = np.floor(np.minimum(parts[len(KINDS) :], self.prices * self._reach()) * _STEPS) / _STEPS
        partners = parts[: len(KINDS)]
        partners = partners / partners.sum() if partners.sum() > 0.0 else self.usual
        paid = np.floor(partners * (1.0 - bought.sum()) * _STEPS) / _STEPS
        home = round(float(place[-1]), 3)
        return dict(zip(COLUMNS, [*map(float, paid), *map(float, bought + 0.0), home], strict=True))

    def place(self, shares: F, home: float) -> F:
        """A place in the unit cube that has shares of :data:`KINDS` and :data:`LEVERS`, as far as they can be had."""
        return np.append(1.0 - arithmetic.exp(-np.sqrt(len(shares) * shares)), home)

    def section(self, shares: Mapping[str, float]) -> dict[str, Any]:
        """The ``strategy:`` section of shares as :meth:`shares` gives them."""
        bought = np.array([shares[name] for name in LEVERS])
        strength = np.divide(bought, self.prices, out=np.zeros(len(LEVERS)), where=self.prices > 0.0)
        pulled = {name: round(float(min(1.0, value)), 4) for name, value in zip(LEVERS, strength, strict=True)}
        pulled["transparency"] = round(min(1.0, self.opened + pulled["transparency"]), 4)
        split = {name: shares[name] for name in KINDS} | {"levers": round(float(bought.sum()), 4)}
        return {"split": split, **pulled, "local_share": shares["local_share"]}

    def starts(self) -> F:
        """Places to begin with, (1 + 4, 10): the recorded split, and the same with each lever at full strength."""
        plain = np.concatenate([self.usual, np.zeros(len(LEVERS))])
        rows = [plain]
        for lever, cost in enumerate(self.prices * self._reach()):
            row = plain * (1.0 - cost)
            row[len(KINDS) + lever] = cost
            rows.append(row)
        return np.array([self.place(row, 0.0) for row in rows])

    def _reach(self) -> F:
        """(4,) strength of each lever that can be bought."""
        return np.array([1.0, 1.0, 1.0 - self.opened, 1.0])
