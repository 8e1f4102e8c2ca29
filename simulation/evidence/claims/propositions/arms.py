"""The arms: shipped scenarios, and what differs from them, that the propositions compare."""

from __future__ import annotations

from simulation.evidence.claims.propositions.effects import Arm

CONSENT = (0.4, 0.6, 0.8, 1.0)
"""Forced probability of a yes in blocs, along the phase boundary of P4."""
RULES = {"unanimity": "baseline", "majority": "maghreb_majority_only"}
"""Rule of the union along the phase boundary, and the scenario that sets it."""
PHASE = {f"{rule}_{p:g}": (rule, p) for rule in RULES for p in CONSENT}
"""Arms of the phase boundary: rule and forced consent."""
THRESHOLDS = (0.1, 0.33, 0.6)
"""Mean thresholds of norm adoption: below, at and above the default."""

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

ARMS: dict[str, Arm] = {
    "baseline": Arm("baseline"),
    "all_states": Arm("baseline", every=400, actors="states"),
    "no_rivalry": Arm("rivalry_absent"),
    "strong_rivalry": Arm("rivalry_harvest"),
    "union_trust": Arm("maghreb_thaw_trust_only"),
    "union_majority": Arm("maghreb_majority_only"),
    "union_thaw": Arm("maghreb_thaw"),
    **{
        name: Arm(RULES[rule], _FORCED | {"parameters.vote_probability": p}, every=1, times=3)
        for name, (rule, p) in PHASE.items()
    },
    **{f"fragmentation_{f:g}": Arm("baseline", {"fragmentation": f}) for f in (0.3, 0.6, 0.9)},
    "average": Arm("baseline", {"parameters.aggregation": 1}),
    "average_fragmented": Arm("baseline", {"parameters.aggregation": 1, "fragmentation": 0.6}),
    "budget_quarter": Arm("budget_quarter"),
    "budget_four_times": Arm("budget_four_times"),
    "states_only": Arm("state_only_diplomacy"),
    "firms": Arm("tech_capture"),
    "no_firms": Arm("tech_capture", {"strategy.partners": ("state",)}),
    "firms_open": Arm("tech_capture", {"strategy.transparency": 0.7}),
    "firms_watched": Arm("tech_capture", {"strategy.oversight": 0.8}),
    "firms_and_ngos": Arm("tech_capture", {"strategy.partners": (*_WITH_FIRMS, "ngo")}),
    "research_firms": Arm("tech_research_minded"),
    "foreign_think_tanks": Arm("foreign_think_tanks"),
    "local_think_tanks": Arm("local_think_tanks"),
    **{
        f"cascade_{t:g}": Arm("baseline", _CASCADE | {"parameters.norm_threshold": t}, every=1)
        for t in THRESHOLDS
    },
    "united_publics": Arm("baseline", {"parameters.opinion_spread": 0.05}),
    "polarised_publics": Arm("baseline", {"parameters.opinion_spread": 0.4}),
    "silent": Arm("society_unpaid", {"strategy.advocacy.influencers": "none"}),
    "unpaid": Arm("society_unpaid"),
    "paid_openly": Arm("society_paid_disclosed"),
    "paid_secretly": Arm("society_paid_hidden"),
    "opportunism": Arm("opportunism"),
    "all_opportunistic": Arm("everyone_opportunistic_all"),
    "surge": Arm("malicious_surge"),
    "agency": Arm("governance_agency"),
    "agency_and_learning": Arm("governance_agency_learning"),
    "true_risk": Arm("baseline", {"mechanisms.perception": "off"}),
    "still_capability": Arm("baseline", {"mechanisms.capability_growth": "off"}),
    "no_forums": Arm("baseline", {"mechanisms.blocs": "off", "mechanisms.instruments": "off"}),
    "hard_law": Arm("baseline", {"mechanisms.soft_law": "off"}),
}
"""Every arm by name."""
