"""Claims C53 to C63: the conclusion of the paper."""

from __future__ import annotations

from simulation.evidence.claims.checks import Claim, Record, gap, switch
from simulation.evidence.claims.propositions.registry import LATER
from simulation.evidence.claims.records import distance_to_fellows, partners_nearby, regional_texts

_OPEN = "open, all kinds of partner and learning which track pays against opaque, states only and not learning"
_AVERAGE = "at fragmentation .6 against none, governance being the average"
_LOCKED = {"lock_in_eu": "the EU's", "lock_in_china": "China's", "lock_in_us": "the US's"}
_UN_ONLY = "mixed portfolio against the multilateral track alone, both with oversight and openness"
_BUSINESS = ("research_firms", "firms")
_RESEARCH = "research-minded firms against business-only ones"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "C53", "6", "States should be open, inclusive and adaptive", "S",
        (
            gap("cooperation", _OPEN, "cooperation", ("open_inclusive", "closed_exclusive"), "higher"),
            gap("governance capacity", _OPEN, "capacity", ("open_inclusive", "closed_exclusive"), "higher"),
            gap("trust of other states in the focal state", _OPEN, "standing",
                ("open_inclusive", "closed_exclusive"), "higher"),
        ),
    ),
    Claim(
        "C54", "6", "Fragmentation and weak accountability empower misuse and instability", "E",
        (
            gap("incidents of all states so far", "at fragmentation .6 against none", "incidents_of_all",
                ("fragmentation_0.6", "baseline"), "higher"),
            gap("incidents of all states so far", _AVERAGE, "incidents_of_all", ("average_fragmented", "average"),
                "higher"),
            gap("mean support of publics", "at fragmentation .6 against none", "support_mean",
                ("fragmentation_0.6", "baseline"), "lower"),
        ),
        "No equation of harm knows fragmentation. Weak accountability is not varied.",
        part=True,
    ),
    Claim(
        "C55", "6", "A mixed, open model beyond the UN fits national needs and sustains trust", "E",
        (
            gap("cooperation", _UN_ONLY, "cooperation", ("portfolio", "multilateral_only"), "higher"),
            gap("governance capacity", _UN_ONLY, "capacity", ("portfolio", "multilateral_only"), "higher"),
            gap("trust of other states in the focal state", _UN_ONLY, "standing", ("portfolio", "multilateral_only"),
                "higher"),
        ),
        "Trust of other states stands for trust in the economy.",
    ),
    Claim(
        "C56", "6", "Prefer research-minded firms; giant deals build expertise and ease integration", "SE",
        (
            gap("governance capacity", _RESEARCH, "capacity", _BUSINESS, "higher"),
            gap("drift by capture", _RESEARCH, "capture_drift", _BUSINESS, "lower"),
            gap("governance capacity", "with new deals with business firms against none", "capacity",
                ("firms", "no_firms"), "higher"),
            gap("instruments joined by the focal state", "with new deals with business firms against none",
                "instruments_joined", ("firms", "no_firms"), "higher"),
        ),
    ),
    Claim(
        "C57", "6", "Public and transparent deals curb private interest and raise trust", "E",
        (
            gap("trust of other states in the focal state", "open against opaque where promises are kept",
                "standing", ("reliable_open", "reliable_opaque"), "higher"),
            gap("trust of other states in the focal state", "open against opaque where promises are broken",
                "standing", ("unreliable_open", "unreliable_opaque"), "higher"),
            gap("drift by capture", "at transparency .7 against .2", "capture_drift", ("firms_open", "firms"),
                "lower", kind="built in"),
        ),
    ),
    Claim(
        "C58", "6", "Renowned foreign centres help; leaning on them breeds dependence; fund local ones", "E",
        (
            gap("governance capacity in 2027", "with foreign think tanks against states only", "capacity",
                ("foreign_think_tanks", "states_only"), "higher", LATER),
            gap("governance capacity at the horizon", "with foreign think tanks against states only", "capacity",
                ("foreign_think_tanks", "states_only"), "higher"),
            gap("governance capacity at the horizon", "foreign against local think tanks", "capacity",
                ("foreign_think_tanks", "local_think_tanks"), "lower"),
            switch("governance capacity at the horizon", "capacity", "dependence", "lower", "foreign_think_tanks"),
        ),
    ),
    Claim(
        "C59", "6", "Civil society keeps terms in line with society", "E",
        (
            gap("alignment", "all kinds of partner against all but NGOs", "alignment", ("baseline", "no_ngos"),
                "higher"),
            gap("drift of the own position", "all kinds of partner against all but NGOs", "position_drift",
                ("baseline", "no_ngos"), "lower"),
        ),
        "The state's first position stands for society.",
    ),
    Claim(
        "C60", "6", "Personalities mobilise; input of many actors builds a culture of keeping rules", "E",
        (
            gap("support at home", "influencers who speak for the state unpaid against left alone", "support",
                ("unpaid", "silent"), "higher"),
            gap("implementation by the focal state", "with all kinds of partner against states only",
                "implementation", ("baseline", "states_only"), "higher"),
        ),
    ),
    Claim(
        "C61", "6", "Interests conflict: firms profit, think tanks lean, influencers are swayed", "A",
        (
            switch("drift of the own position", "position_drift", "capture", "higher", "firms"),
            switch("drift of the own position", "position_drift", "think_tank_bias", "higher",
                   "foreign_think_tanks"),
            gap("trust of other states in the focal state", "influencers paid secretly against openly", "standing",
                ("paid_secretly", "paid_openly"), "lower", kind="built in"),
        ),
        "Liability before the law is not in the model.",
        part=True,
    ),
    Claim(
        "C62", "6", "Regional partnerships are slow, limited and at odds with the national interest", "D",
        (
            Record("texts on AI", "of the Maghreb union and the Arab League against of the African Union", "lower",
                   regional_texts, ("instruments",)),
            Record("recorded partner states of the focal state", "in the Arab bodies against outside", "lower",
                   partners_nearby, ("deals", "memberships")),
            Record("distance between positions", "to Arab League fellows against to all UN members", "higher",
                   distance_to_fellows, ("state_facts", "memberships")),
        ),
        "Positions are computed from votes, democracy and law, not declared. Agenda rates are assumptions.",
    ),
    Claim(
        "C63", "6", "A diversified portfolio gives the best position", "E",
        (
            *(
                gap(what, f"partners of all camps against new deals in {whose} camp alone", metric, ("baseline", arm),
                    "higher")
                for what, metric in (("cooperation", "cooperation"), ("governance capacity", "capacity"))
                for arm, whose in _LOCKED.items()
            ),
            gap("cooperation", "all kinds of partner against states only", "cooperation",
                ("baseline", "states_only"), "higher"),
            gap("governance capacity", "all kinds of partner against states only", "capacity",
                ("baseline", "states_only"), "higher"),
        ),
        "Diversity and autonomy are not used: both fall in a camp by their formulas.",
    ),
)  # fmt: skip
