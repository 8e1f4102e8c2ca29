"""The sliders: the four parts of fragmentation, the levers of the focal state, the parameters that matter most."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd

from simulation.display.words.terms import N_
from simulation.scenario.listing import EFFECTS
from simulation.scenario.parameters import PARAMETERS
from simulation.scenario.schema import Scenario

PARAMETERS_SHOWN = 6
"""Of the table of effects, those told apart from no effect at all and of the greatest effect."""
GROUP: Mapping[str, str] = {
    "fragmentation": N_("Fragmentation"),
    "strategy": N_("Levers of the focal state"),
    "parameters": N_("Parameters that matter most"),
}
_FRAGMENTATION: Mapping[str, str] = {
    "bloc_splitting": N_("Blocs split"),
    "trust": N_("Trust lost across the lines"),
    "decision_rule": N_("Blocs towards unanimity"),
    "rewiring": N_("Deals moved inside the lines"),
}
_STRATEGY: Mapping[str, tuple[str, float]] = {
    "budget": (N_("Budget, as a multiple"), 4.0),
    "effort": (N_("Approaches, as a multiple"), 4.0),
    "agency": (N_("National AI agency"), 1.0),
    "transparency": (N_("Transparency"), 1.0),
    "oversight": (N_("Oversight of firms"), 1.0),
    "local_share": (N_("Least share of home partners"), 1.0),
}
"""Levers with a name and the highest value of the slider; all begin at 0."""
_PARAMETER: Mapping[str, str] = {
    "rivalry": N_("Rivalry between the leaders"),
    "compliance_base": N_("Promises kept, without burdens"),
    "renewal": N_("Deals renewed"),
    "prices": N_("Prices of deals, as a multiple"),
    "renewal_likeness": N_("Closeness, in renewals"),
    "urgency_usual": N_("Usual urgency"),
    "breach_lowers_depth": N_("A breach lowers a deal"),
    "disinformation_opinion": N_("Disinformation, in publics"),
}
_STEPS = 50
_TOLD_APART = 2.0  # standard errors


@dataclass(frozen=True)
class Lever:
    """One slider.

    Attributes
    ----------
    key
        Dotted key of the scenario.
    label
        English name, to be translated.
    low, high
        Its ends.
    hint
        What it means, in English.
    """

    key: str
    label: str
    low: float
    high: float
    hint: str = ""

    @property
    def group(self) -> str:
        """Section of the scenario."""
        return self.key.partition(".")[0]

    @property
    def step(self) -> float:
        """Smallest move: 1, 2 or 5 of some power of ten."""
        most = (self.high - self.low) / _STEPS
        power = 10.0 ** math.floor(math.log10(most))
        return float(f"{power * max(size for size in (1, 2, 5) if size * power <= most * (1 + 1e-9)):.1g}")

    def value(self, scenario: Scenario) -> float | None:
        """What a scenario has; None where it leaves the matter to the data."""
        section, _, name = self.key.partition(".")
        found = getattr(getattr(scenario, section), name)
        return None if found is None else float(found)


def parameters_that_matter(count: int = PARAMETERS_SHOWN) -> list[str]:
    """Parameters whose change, at either end of their range, moves kept commitments most."""
    table = pd.read_csv(EFFECTS).set_index("parameter")
    largest = pd.Series(0.0, index=table.index)
    for end in ("low", "high"):
        change, error = table[f"change_at_{end}"].abs(), table[f"se_at_{end}"]
        largest = largest.where(largest > change, change.where(change > _TOLD_APART * error, 0.0))
    return list(largest.sort_values(ascending=False, kind="stable").index[:count])


@cache
def levers() -> tuple[Lever, ...]:
    """Every slider, in the order of the page."""
    result = [Lever(f"fragmentation.{name}", label, 0.0, 1.0) for name, label in _FRAGMENTATION.items()]
    result += [Lever(f"strategy.{name}", label, 0.0, high) for name, (label, high) in _STRATEGY.items()]
    for name in dict.fromkeys(["rivalry", *parameters_that_matter()]):
        entry = PARAMETERS[name]
        result.append(
            Lever(f"parameters.{name}", _PARAMETER.get(name, name.replace("_", " ")), entry.low, entry.high,
                  entry.meaning)
        )  # fmt: skip
    return tuple(result)
