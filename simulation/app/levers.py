"""The sliders: the four parts of fragmentation, the levers of the focal state, the parameters that matter most."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

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
_FRAGMENTATION: Mapping[str, tuple[str, str]] = {
    "bloc_splitting": (
        N_("Blocs split"),
        N_("Share of the organisations across the lines, the largest first, that split."),
    ),
    "trust": (N_("Trust lost across the lines"), N_("How much of their trust states on two sides of a line lose.")),
    "decision_rule": (
        N_("Blocs towards unanimity"),
        N_("How far the share of votes that they need moves towards all."),
    ),
    "rewiring": (N_("Deals moved inside the lines"), N_("What share of the deals across the lines moves inside.")),
}
_STRATEGY: Mapping[str, tuple[str, str, float]] = {
    "budget": (N_("Budget, as a multiple"), N_("What the focal state has to spend; 1 is as recorded."), 4.0),
    "effort": (N_("Approaches, as a multiple"), N_("Multiplies the number of its approaches."), 4.0),
    "agency": (N_("National AI agency"), N_("Strength of an agency of its own, from none to full."), 1.0),
    "transparency": (N_("Transparency"), N_("How open its deals are to others."), 1.0),
    "oversight": (N_("Oversight of firms"), N_("How closely it oversees firms."), 1.0),
    "local_share": (N_("Least share of home partners"), N_("Of its new partners that are no states."), 1.0),
}
"""Levers with a name, what they mean and the highest value of the slider; all begin at 0."""
_PARAMETER: Mapping[str, tuple[str, str]] = {
    "rivalry": (N_("Rivalry between the leaders"), N_("Strength of what the camps of the leaders bid; 1 is usual.")),
    "compliance_base": (
        N_("Promises kept, without burdens"),
        N_("Chance a year that a party keeps a promise to one like it, without a burden."),
    ),
    "renewal": (N_("Deals renewed"), N_("Chance that a deal is renewed at the end of its term.")),
    "prices": (N_("Prices of deals, as a multiple"), N_("Multiplies what deals cost to sign and to keep.")),
    "renewal_likeness": (N_("Closeness, in renewals"), N_("How much more likely deals between the like are renewed.")),
    "urgency_usual": (
        N_("Usual urgency"),
        N_("Felt urgency at which a state makes its usual number of approaches."),
    ),
    "breach_lowers_depth": (
        N_("A breach lowers a deal"),
        N_("Chance that a breach that is seen costs a deal a rung of depth."),
    ),
    "disinformation_opinion": (
        N_("Disinformation, in publics"),
        N_("How much support for cooperation one disinformation incident costs."),
    ),
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
        What it means, in English, to be translated.
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


def within(told: Any, least: int, most: int) -> int:
    """What a field of the page says, as a whole number from the least to the most there may be."""
    try:
        return min(max(int(told), least), most)
    except (ValueError, TypeError):
        return least


def parameters_that_matter() -> list[str]:
    """Parameters whose change, at either end of their range, moves kept commitments most."""
    table = pd.read_csv(EFFECTS).set_index("parameter")
    largest = pd.Series(0.0, index=table.index)
    for end in ("low", "high"):
        change, error = table[f"change_at_{end}"].abs(), table[f"se_at_{end}"]
        largest = largest.where(largest > change, change.where(change > _TOLD_APART * error, 0.0))
    return list(largest.sort_values(ascending=False, kind="stable").index[:PARAMETERS_SHOWN])


@cache
def levers() -> tuple[Lever, ...]:
    """Every slider, in the order of the page."""
    result = [Lever(f"fragmentation.{name}", label, 0.0, 1.0, hint) for name, (label, hint) in _FRAGMENTATION.items()]
    result += [Lever(f"strategy.{name}", label, 0.0, high, hint) for name, (label, hint, high) in _STRATEGY.items()]
    for name in dict.fromkeys(["rivalry", *parameters_that_matter()]):
        entry = PARAMETERS[name]
        label, hint = _PARAMETER.get(name, (name.replace("_", " "), entry.meaning))
        result.append(Lever(f"parameters.{name}", label, entry.low, entry.high, hint))
    return tuple(result)
