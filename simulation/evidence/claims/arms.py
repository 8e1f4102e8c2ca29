"""The arms of the claims: those of the propositions, and what only claims compare."""

from __future__ import annotations

from simulation.evidence.claims.propositions.arms import ARMS as PROPOSED
from simulation.evidence.claims.propositions.effects import Arm

_EVERYBODY = ("state", "firm", "think_tank", "ngo", "influencer", "secretariat")
_NO_NGOS = tuple(kind for kind in _EVERYBODY if kind != "ngo")
_LEARNING = {"mechanisms.learning": "roth_erev", "parameters.shared_learning": 0.05}

OWN: dict[str, Arm] = {
    "settlement": Arm("global_settlement"),
    "splintering_camps": Arm("splintering_camps"),
    "harder_blocs": Arm("baseline", {"fragmentation": {"decision_rule": 0.9}}),
    "unengaged": Arm("baseline", {"strategy.effort": 0}),
    "all_unengaged": Arm("baseline", {"strategy.effort": 0, "strategy.imitators": 1}),
    "anticipated_surge": Arm("malicious_surge_anticipated"),
    "agency_alone": Arm("state_only_diplomacy", {"strategy.agency": 1}),
    "fast_growth": Arm("baseline", {"parameters.capability_growth": 0.06}),
    "slow_growth": Arm("baseline", {"parameters.capability_growth": 0.015}),
    "wait_for_region": Arm("wait_for_the_region"),
    "wait_for_union": Arm("wait_for_the_maghreb"),
    "own_capabilities": Arm("baseline", {"strategy.local_share": 0.5, "strategy.fund_local": 0.8}),
    "big_budgets": Arm("baseline", {"parameters.state_budget_size": 12, "parameters.firm_budget": 3}),
    "portfolio": Arm("mixed_portfolio"),
    "portfolio_of_states": Arm("mixed_portfolio", {"strategy.partners": ("state",)}),
    "portfolio_foreign": Arm("mixed_portfolio", {"strategy.local_share": 0}),
    "firms_only": Arm("baseline", {"strategy.partners": ("firm",)}),
    "no_ngos": Arm("baseline", {"strategy.partners": _NO_NGOS}),
    "multilateral_only": Arm("mixed_portfolio", {"strategy.tracks": ("multilateral",)}),
    "open_inclusive": Arm(
        "governance_agency_learning",
        {"strategy.agency": 0, "strategy.transparency": 0.7, "strategy.partners": _EVERYBODY},
    ),
    "closed_exclusive": Arm(
        "state_only_diplomacy", _LEARNING | {"strategy.transparency": 0.2, "strategy.learn": False}
    ),
    "reliable_open": Arm("transparent_and_reliable"),
    "reliable_opaque": Arm("opaque_and_reliable"),
    "unreliable_open": Arm("transparent_and_unreliable"),
    "unreliable_opaque": Arm("opaque_and_unreliable"),
    "lock_in_eu": Arm("lock_in_eu"),
    "lock_in_china": Arm("lock_in_china"),
    "lock_in_us": Arm("lock_in_us"),
}
"""Arms that no proposition has."""

_SWITCHED_OFF = (
    ("baseline", "harm"), ("baseline", "disinformation"), ("baseline", "coordination"), ("baseline", "budget"),
    ("baseline", "concessions"), ("baseline", "breach"), ("baseline", "firm_expertise"),
    ("baseline", "think_tank_research"), ("baseline", "norm_cascade"),
    ("baseline", "watching"), ("baseline", "capture"), ("unpaid", "campaigns"),
    ("firms", "capture"), ("foreign_think_tanks", "think_tank_bias"), ("foreign_think_tanks", "dependence"),
)  # fmt: skip

_NAMED = {**PROPOSED, **OWN}

ARMS: dict[str, Arm] = _NAMED | {
    f"{base} without {mechanism}": Arm(
        _NAMED[base].file, dict(_NAMED[base].overrides) | {f"mechanisms.{mechanism}": "off"}
    )
    for base, mechanism in _SWITCHED_OFF
}
"""Every arm by name."""
