"""Claims C1 to C18: the abstract, the introduction and the review of the paper."""

from __future__ import annotations

from simulation.evidence.claims.checks import Claim, Record, combined, gap, switch
from simulation.evidence.claims.propositions.registry import EARLY
from simulation.evidence.claims.records import adoption_and_capacity, leader_against_others, lowest_leader, votes_apart

_INCIDENTS = "incidents of all states so far"
_OWN_INCIDENTS = "incidents of the focal state so far"
_FRAGMENTED = "at fragmentation .6 against none"
_SETTLED = "with a global settlement against the world as recorded"
_STILL = ("baseline", "still_capability")
_APART = ("fragmentation_0.6", "baseline")
_RIVALS = ("strong_rivalry", "no_rivalry")
_RIVALROUS = "with rivalry at 4 against none"
_PACE = ("fast_growth", "slow_growth")
_PACED = "with capability growing by 6 % a quarter against 1.5 %"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "C1", "Abstract", "What AI gives and what it threatens both grow with what it can do", "A",
        (
            gap("benefit of the focal state", "with growing capability against none", "benefit", _STILL, "higher",
                kind="built in"),
            gap(_INCIDENTS, "with growing capability against none", "incidents_of_all", _STILL, "higher",
                kind="built in"),
        ),
    ),
    Claim(
        "C2", "Abstract", "Without consensus of states and cooperation of those who own AI, hazard grows", "E",
        (
            gap(_INCIDENTS, _FRAGMENTED, "incidents_of_all", _APART, "higher"),
            gap(_INCIDENTS, _SETTLED, "incidents_of_all", ("settlement", "baseline"), "lower"),
            gap(_INCIDENTS, _RIVALROUS, "incidents_of_all", _RIVALS, "higher"),
        ),
        "Owners are stood for by the leading states. Firms' own commitments reach no equation of harm.",
    ),
    Claim(
        "C3", "Abstract", "Rival paradigms leave gaps in governance, and gaps harm states at home", "E",
        (
            gap("world governance", "splintered along camps against as recorded", "world_governance",
                ("splintering_camps", "baseline"), "lower"),
            gap(_OWN_INCIDENTS, "splintered along camps against as recorded", "incidents_so_far",
                ("splintering_camps", "baseline"), "higher"),
            gap("world governance", _RIVALROUS, "world_governance", _RIVALS, "lower"),
        ),
    ),
    Claim(
        "C4", "Abstract", "A developing state that stays out of governance is harmed more; one that engages gains", "E",
        (
            gap(_OWN_INCIDENTS, "engaged as recorded against without approaches to anybody",
                "incidents_so_far", ("baseline", "unengaged"), "lower"),
            gap("benefit of the focal state", "engaged as recorded against without approaches", "benefit",
                ("baseline", "unengaged"), "higher"),
            gap("incidents, least able third of states", "all non-aligned states engaged against none of them",
                "incidents_least_able", ("baseline", "all_unengaged"), "lower"),
            combined("incidents, least able third less most able", "in the baseline", "higher",
                     (1.0, "baseline", "incidents_least_able", ""), (-1.0, "baseline", "incidents_most_able", ""),
                     kind="built in"),
        ),
        "Unengaged: turns to nobody; recorded deals run out and texts may be joined.",
    ),
    Claim(
        "C5", "Introduction", "AI harms by cyberattack, theft and disinformation, which breeds distrust", "A",
        (
            switch(_INCIDENTS, "incidents_of_all", "harm", "higher"),
            switch("mean support of publics", "support_mean", "disinformation", "lower"),
            switch("trust between partners", "trust_partners", "disinformation", "lower"),
        ),
        "Shares of the kinds of harm are assumptions.",
    ),
    Claim(
        "C6", "Introduction", "Without one framework, risks across borders, markets and societies grow", "E",
        (
            gap(_INCIDENTS, "without blocs and texts against with them", "incidents_of_all",
                ("no_forums", "baseline"), "higher"),
            gap(_INCIDENTS, _SETTLED, "incidents_of_all", ("settlement", "baseline"), "lower"),
            gap("mean support of publics", _SETTLED, "support_mean", ("settlement", "baseline"), "higher"),
        ),
        "Kinds of incident have fixed shares, so kinds cannot be told apart.",
    ),
    Claim(
        "C7", "Introduction", "Governance needs states, organisations, firms and civil society together", "E",
        (
            gap("cooperation", "with all kinds of partner against states only", "cooperation",
                ("baseline", "states_only"), "higher"),
            gap("governance capacity", "with all kinds of partner against states only", "capacity",
                ("baseline", "states_only"), "higher"),
            gap("safety", "with all kinds of partner against states only", "safety", ("baseline", "states_only"),
                "higher"),
        ),
    ),
    Claim(
        "C8", "Introduction", "AI runs ahead of institutions; who anticipates is better off", "A",
        (
            gap("incidents a quarter, all states", "with growing capability against none", "world_incidents", _STILL,
                "higher", kind="built in"),
            gap(_OWN_INCIDENTS, "surge of misuse met with an agency and own research against without",
                "incidents_so_far", ("anticipated_surge", "surge"), "lower"),
        ),
    ),
    Claim(
        "C9", "Introduction", "Working together under a framework of one's own lowers risk", "E",
        (
            gap(_OWN_INCIDENTS, "agency and all kinds of partner against states only and no agency",
                "incidents_so_far", ("agency", "states_only"), "lower"),
            gap(_OWN_INCIDENTS, "with an agency against none", "incidents_so_far", ("agency", "baseline"), "lower"),
            gap(_OWN_INCIDENTS, "agency with all kinds of partner against with states only", "incidents_so_far",
                ("agency", "agency_alone"), "lower"),
        ),
    ),
    Claim(
        "C10", "Review", "Few know the risks; who sees them as they are acts earlier", "A",
        (
            gap("agreements of all until 2026", "risk seen as it is against through noise", "agreements_of_all",
                ("true_risk", "baseline"), "higher", EARLY),
            gap("agreements of all until the horizon", "risk seen as it is against through noise",
                "agreements_of_all", ("true_risk", "baseline"), "higher"),
        ),
        "The ledger has no direction beyond scarcity; the sign tested is that of proposition P20.",
    ),
    Claim(
        "C11", "Review", "International guidelines cannot compel", "A",
        (
            gap(_INCIDENTS, "terms bind by their convener's enforcement against in full", "incidents_of_all",
                ("baseline", "hard_law"), "higher", kind="built in"),
            gap("commitments of the focal state", "terms bind by their convener's enforcement against in full",
                "commitments", ("baseline", "hard_law"), "lower", kind="built in"),
        ),
    ),
    Claim(
        "C12", "Review", "Private agendas and clashing laws at home break up the debate", "E",
        (
            gap("distance between positions", "with capture by firms against without", "divergence",
                ("baseline", "baseline without capture"), "higher"),
            gap("passage rate of regional blocs", "with capture by firms against without",
                "bloc_passage_rate_regional", ("baseline", "baseline without capture"), "lower"),
            gap("passage rate of other blocs", "with capture by firms against without",
                "bloc_passage_rate_multilateral", ("baseline", "baseline without capture"), "lower"),
        ),
        "Only private agendas are tested. That far positions win fewer votes is built in.",
        part=True,
    ),
    Claim(
        "C13", "Review", "Where unity lacks, regional, local and private regimes arise; so do not wait", "E",
        (
            gap("share of effort on the regional track", _FRAGMENTED, "track_share_regional", _APART, "higher"),
            gap("share of effort on the non-state track", _FRAGMENTED, "track_share_non_state", _APART, "higher"),
            gap("cooperation", "acting now against waiting for the region", "cooperation",
                ("baseline", "wait_for_region"), "higher"),
        ),
    ),
    Claim(
        "C14", "Review", "The EU stands for rights, sovereignty and innovation, with bodies of its own", "D",
        (
            Record("freedom in the world (0 to 100)", "EU members' mean against the higher of China, US", "higher",
                   leader_against_others(0, "freedom"), ("state_facts",)),
            Record("liberal democracy (0 to 1)", "EU members' mean against the higher of China, US", "higher",
                   leader_against_others(0, "libdem"), ("state_facts",)),
        ),
        "Only rights are held against data. Positions of the leaders on the four axes are assumptions, "
        "and no table holds the AI Office, innovation or security.",
        part=True,
    ),
    Claim(
        "C15", "Review", "China puts control and stability first, discounts rights and fears the US", "D",
        (
            Record("liberal democracy (0 to 1)", "China against the lower of EU, US", "lower",
                   lowest_leader(1, "libdem"), ("state_facts",)),
            Record("distance in UN votes", "China and US against the median of each with all others", "higher",
                   votes_apart, ("state_facts",)),
        ),
        "Distance in votes stands for fear, which no table holds.",
    ),
    Claim(
        "C16", "Review", "The US trusts markets; its pace may paralyse cooperation", "DE",
        (
            Record("regulatory quality for markets", "US against the higher of EU members' mean, China", "higher",
                   leader_against_others(2, "regulation"), ("state_facts",)),
            gap("deals of all", _PACED, "world_deals", _PACE, "lower"),
            gap("decisions of multilateral blocs", _PACED, "bloc_passages_multilateral", _PACE, "lower"),
            gap("trust between partners", _PACED, "trust_partners", _PACE, "lower"),
        ),
        "In the model the pace of capability does not change how often actors turn to each other.",
    ),
    Claim(
        "C17", "Review", "Pragmatic tracks answer sooner than international organisations", "E",
        (
            combined("effort spent an agreement", "bilateral against multilateral track", "lower",
                     (1.0, "baseline", "time_to_agreement_bilateral", ""),
                     (-1.0, "baseline", "time_to_agreement_multilateral", "")),
            combined("effort spent an agreement", "non-state against multilateral track", "lower",
                     (1.0, "baseline", "time_to_agreement_non_state", ""),
                     (-1.0, "baseline", "time_to_agreement_multilateral", "")),
            combined("effort spent an agreement", "bilateral against regional track", "lower",
                     (1.0, "baseline", "time_to_agreement_bilateral", ""),
                     (-1.0, "baseline", "time_to_agreement_regional", "")),
        ),
        "In slot-quarters of effort, not calendar time. A decision of a bloc counts for every member, also for those "
        "who spent no effort on it. That calls serve particular interests over law is not tested.",
        part=True,
    ),
    Claim(
        "C18", "Review", "The focal state takes up AI faster than its law; it can learn from others' attempts", "DS",
        (
            Record("share of states below the focal state", "in adoption (people online) against capacity", "higher",
                   adoption_and_capacity, ("state_facts",)),
            gap("governance capacity", "agency that learns from abler bloc members against agency alone", "capacity",
                ("agency_and_learning", "agency"), "higher", kind="built in"),
        ),
        "Adoption is the share of people online, no measure of AI itself.",
    ),
)  # fmt: skip
