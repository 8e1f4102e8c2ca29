"""The arms: shipped scenarios, and what differs from them, that claims compare; and what each replicate is given.

An arm ``X without Y`` is X with mechanisms switched off and parameters set: Y is names of mechanisms and
``parameter=value``, separated by blanks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from simulation.experiments import prior
from simulation.experiments.engine.simulate import simulate
from simulation.experiments.engine.tables import Outcome
from simulation.scenario.load import load_scenario
from simulation.scenario.mechanisms import MECHANISMS
from simulation.scenario.schema import RecordSpec, Scenario
from simulation.state import KINDS

# --- what is compared


@dataclass(frozen=True)
class Arm:
    """A scenario that is compared.

    Attributes
    ----------
    file
        Name of a shipped scenario, without its ending.
    overrides
        Dotted keys that differ from the file.
    """

    file: str
    overrides: Mapping[str, object] = field(default_factory=dict)


CONSENT = (0.6, 0.8, 1.0)
"""Forced probability of a yes in blocs, along the phase boundary of P4."""
RULES = {"unanimity": "baseline", "majority": "maghreb_majority_only"}
"""Rule of the union along the phase boundary, and the scenario that sets it."""

# everything that neither blocs nor norms need; hardly anybody turns to anybody
_BARE: dict[str, object] = {
    f"mechanisms.{name}": "off"
    for name in (
        "rivalry", "concessions", "trilateral", "instruments", "forum_choice", "diffusion", "capture",
        "think_tank_bias", "campaigns", "harm", "urgency", "capacity", "ends", "latent_book", "breach", "witnesses",
        "ratification",
    )
} | {"strategy.effort": 0, "strategy.imitators": 1}  # fmt: skip
_FORCED = _BARE | {"mechanisms.norm_cascade": "off"}
_CASCADE = _BARE | {"mechanisms.blocs": "off"}
_WITH_FIRMS = ("state", "firm")
_NO_NGOS = tuple(kind for kind in KINDS if kind != "ngo")
_LEARNING = {"mechanisms.learning": "roth_erev", "parameters.shared_learning": 0.05}

ARMS: dict[str, Arm] = {
    "baseline": Arm("baseline"),
    "no_rivalry": Arm("rivalry_absent"),
    "strong_rivalry": Arm("rivalry_harvest"),
    "union_trust": Arm("maghreb_thaw_trust_only"),
    "union_majority": Arm("maghreb_majority_only"),
    "union_thaw": Arm("maghreb_thaw"),
    **{
        f"{rule}_{p:g}": Arm(file, _FORCED | {"parameters.vote_probability": p})
        for rule, file in RULES.items() for p in CONSENT
    },
    **{f"fragmentation_{f:g}": Arm("baseline", {"fragmentation": f}) for f in (0.3, 0.6, 0.9)},
    "average": Arm("baseline", {"parameters.aggregation": 1}),
    "average_fragmented": Arm("baseline", {"parameters.aggregation": 1, "fragmentation": 0.6}),
    "settlement": Arm("global_settlement"),
    "splintering_camps": Arm("splintering_camps"),
    "harder_blocs": Arm("baseline", {"fragmentation": {"decision_rule": 0.9}}),
    "no_forums": Arm("baseline", {"mechanisms.blocs": "off", "mechanisms.instruments": "off"}),
    "hard_law": Arm("baseline", {"mechanisms.soft_law": "off"}),
    "budget_quarter": Arm("budget_quarter"),
    "budget_four_times": Arm("budget_four_times"),
    "big_budgets": Arm("baseline", {"parameters.state_budget_size": 12, "parameters.firm_budget": 3}),
    "unengaged": Arm("baseline", {"strategy.effort": 0}),
    "all_unengaged": Arm("baseline", {"strategy.effort": 0, "strategy.imitators": 1}),
    "opportunism": Arm("opportunism"),
    "all_opportunistic": Arm("everyone_opportunistic_all"),
    "wait_for_region": Arm("wait_for_the_region"),
    "wait_for_union": Arm("wait_for_the_maghreb"),
    "wait_twice": Arm("wait_for_the_region", {"strategy.effort": 2, "strategy.trilateral_rate": 0.04}),
    "lock_in_eu": Arm("lock_in_eu"),
    "lock_in_china": Arm("lock_in_china"),
    "lock_in_us": Arm("lock_in_us"),
    "states_only": Arm("state_only_diplomacy"),
    "states_and_firms": Arm("baseline", {"strategy.partners": _WITH_FIRMS}),
    "no_ngos": Arm("baseline", {"strategy.partners": _NO_NGOS}),
    "firms_only": Arm("baseline", {"strategy.partners": ("firm",)}),
    "firms": Arm("tech_capture"),
    "no_firms": Arm("tech_capture", {"strategy.partners": ("state",)}),
    "firms_open": Arm("tech_capture", {"strategy.transparency": 0.7}),
    "firms_watched": Arm("tech_capture", {"strategy.oversight": 0.8}),
    "firms_and_ngos": Arm("tech_capture", {"strategy.partners": (*_WITH_FIRMS, "ngo")}),
    "research_firms": Arm("tech_research_minded"),
    "foreign_think_tanks": Arm("foreign_think_tanks"),
    "both_programmes": Arm("foreign_think_tanks", {"strategy.local_share": 0.5}),
    "local_think_tanks": Arm("local_think_tanks"),
    "own_capabilities": Arm("baseline", {"strategy.local_share": 0.5, "strategy.fund_local": 0.8}),
    "portfolio": Arm("mixed_portfolio"),
    "portfolio_of_states": Arm("mixed_portfolio", {"strategy.partners": ("state",)}),
    "portfolio_foreign": Arm("mixed_portfolio", {"strategy.local_share": 0}),
    "multilateral_only": Arm("mixed_portfolio", {"strategy.tracks": ("multilateral",)}),
    **{
        f"cascade_{t:g}": Arm("baseline", _CASCADE | {"parameters.norm_threshold": t})
        for t in (0.1, 0.33, 0.6)
    },
    "united_publics": Arm("baseline", {"parameters.opinion_spread": 0.05}),
    "polarised_publics": Arm("baseline", {"parameters.opinion_spread": 0.4}),
    "silent": Arm("society_unpaid", {"strategy.advocacy.influencers": "none"}),
    "unpaid": Arm("society_unpaid"),
    "paid_openly": Arm("society_paid_disclosed"),
    "paid_secretly": Arm("society_paid_hidden"),
    "surge": Arm("malicious_surge"),
    "anticipated_surge": Arm("malicious_surge_anticipated"),
    "true_risk": Arm("baseline", {"mechanisms.perception": "off"}),
    "still_capability": Arm("baseline", {"mechanisms.capability_growth": "off"}),
    "fast_growth": Arm("baseline", {"parameters.capability_growth": 0.06}),
    "slow_growth": Arm("baseline", {"parameters.capability_growth": 0.015}),
    "agency": Arm("governance_agency"),
    "agency_and_learning": Arm("governance_agency_learning"),
    "agency_alone": Arm("state_only_diplomacy", {"strategy.agency": 1}),
    "open_inclusive": Arm(
        "governance_agency_learning",
        {"strategy.agency": 0, "strategy.transparency": 0.7, "strategy.partners": KINDS},
    ),
    "closed_exclusive": Arm(
        "state_only_diplomacy", _LEARNING | {"strategy.transparency": 0.2, "strategy.learn": False}
    ),
    "reliable_open": Arm("transparent_and_reliable"),
    "reliable_opaque": Arm("opaque_and_reliable"),
    "unreliable_open": Arm("transparent_and_unreliable"),
    "unreliable_opaque": Arm("opaque_and_unreliable"),
}  # fmt: skip
"""Every arm by name, but for those without something."""
_WITHOUT = " without "


def without(taken: str, base: str = "baseline") -> str:
    """Name of an arm with mechanisms off and parameters set; see the top of this module."""
    return f"{base}{_WITHOUT}{taken}"


def arm(name: str) -> Arm:
    """An arm by its name.

    Raises
    ------
    KeyError
        If there is none.
    """
    base, *taken = name.split(_WITHOUT)
    found = ARMS[base]
    overrides = dict(found.overrides)
    for item in " ".join(taken).split():
        parameter, _, value = item.partition("=")
        overrides |= {f"parameters.{parameter}": float(value)} if value else {f"mechanisms.{item}": "off"}
    return Arm(found.file, overrides)


@lru_cache(maxsize=512)
def scenario_of(name: str, folder: Path) -> Scenario:
    """The scenario of an arm."""
    found = arm(name)
    return load_scenario(folder / f"{found.file}.yaml", overrides=dict(found.overrides))


def recording(scenario: Scenario, metrics: Sequence[str], actors: Any, every: int) -> Scenario:
    """A scenario that records some metrics and nothing else, which changes no bit of a run."""
    spec = RecordSpec.model_construct(metrics=tuple(metrics), actors=actors, every=every, ties="none", events=False)
    return scenario.model_copy(update={"record": spec})


# --- what each replicate is given

VARIED = (("two_sided", "off"), ("two_sided", "roth_erev"), ("size_activity", "off"), ("size_activity", "roth_erev"))
"""Rules of choice and of learning of replicates 0, 1, 2, 3, and so on in turn, in every arm."""


def given(scenario: Scenario, replicate: int) -> Scenario:
    """The scenario with the rules and the draw of the free parameters of one replicate.

    What a scenario sets itself, away from the default, stays. The starting book and all luck are drawn by the
    replicate's number in the model itself.
    """
    rules = dict(zip(("partner_choice", "learning"), VARIED[replicate % len(VARIED)], strict=True))
    own = scenario.mechanisms
    free = {name: option for name, option in rules.items() if own[name] == MECHANISMS[name].default}
    return prior.with_draw(scenario.model_copy(update={"mechanisms": own.replace(**free)}), replicate)


def simulate_given(scenario: Scenario, replicate: int) -> Outcome:
    """The model over priors, posteriors, starting book and rule."""
    return simulate(given(scenario, replicate), replicate)
