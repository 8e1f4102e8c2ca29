"""Claims C19 to C38: the situation of the focal state, and why it should act."""

from __future__ import annotations

from simulation.evidence.claims.checks import Claim, Record, combined, gap, switch
from simulation.evidence.claims.propositions.registry import START, SURGE_ENDS, YEAR_ON
from simulation.evidence.claims.records import (
    adopted_ethics,
    ai_centres,
    bound_by_law,
    regional_texts,
    sponsored,
    without_organisations,
)

_RIVALS = ("strong_rivalry", "no_rivalry")
_RIVALROUS = "with rivalry at 4 against none"
_HARDER = ("harder_blocs", "baseline")
_PACE = ("fast_growth", "slow_growth")
_PACED = "with capability growing by 6 % a quarter against 1.5 %"
_ALL_TYPES = "all kinds of partner against states only, both with oversight and openness"
_PORTFOLIOS = ("portfolio", "portfolio_of_states")

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "C19", "3", "The focal state leads its region in AI ethics, took up UNESCO's text early, has AI centres", "D",
        (
            Record("texts led", "the focal state against another African or Arab state", "higher", sponsored,
                   ("instruments",)),
            Record("days from the first adoption of the UNESCO recommendation", "the focal state against the median",
                   "lower", adopted_ethics, ("joins",)),
            Record("AI research centres", "on record by 2024 against two, one fewer than the cities named", "higher",
                   ai_centres, ("nonstate",)),
        ),
        "The record was searched for the focal state above all. All adopters of the UNESCO text have one day there.",
    ),
    Claim(
        "C20", "3", "A national AI governance agency coordinates and aligns policy", "S",
        (
            gap("governance capacity", "with an agency against none", "capacity", ("agency", "baseline"), "higher",
                kind="built in"),
        ),
        "The lever makes capacity building more productive. The model has no way from an agency to alignment.",
        part=True,
    ),
    Claim(
        "C21", "4", "Law lags technology almost everywhere, and the lag is a motive to build skills", "D",
        (
            Record("share of UN members bound by an AI treaty in force", "against half", "lower", bound_by_law,
                   ("instruments", "joins")),
        ),
        "That the lag motivates is not in the model: nothing there makes who lags behind try harder.",
        part=True,
    ),
    Claim(
        "C22", "4", "Governance spans sectors: coordination is an input of it", "A",
        (switch("governance capacity", "capacity", "coordination", "higher"),),
    ),
    Claim(
        "C23", "4", "Budgets bound what can be aimed at", "AD",
        (
            switch("commitments of the focal state", "commitments", "budget", "lower"),
            gap("commitments of the focal state", "at four times the budget against a quarter", "commitments",
                ("budget_four_times", "budget_quarter"), "higher", kind="built in"),
        ),
    ),
    Claim(
        "C24", "4", "To ignore AI costs; taking part is a strategic necessity", "E",
        (
            gap("governance capacity", "taking part as recorded against without approaches to anybody",
                "capacity", ("baseline", "unengaged"), "higher"),
            gap("incidents of the focal state so far", "taking part against without approaches", "incidents_so_far",
                ("baseline", "unengaged"), "lower"),
            gap("benefit of the focal state", "taking part against without approaches", "benefit",
                ("baseline", "unengaged"), "higher"),
        ),
    ),
    Claim(
        "C25", "4", "Rivalry of the powers degrades national and regional regulation", "E",
        (
            gap("passage rate of regional blocs", _RIVALROUS, "bloc_passage_rate_regional", _RIVALS, "lower"),
            gap("mean governance capacity of states", _RIVALROUS, "capacity_mean", _RIVALS, "lower"),
            gap("world governance", _RIVALROUS, "world_governance", _RIVALS, "lower"),
        ),
    ),
    Claim(
        "C26", "4", "Plan from one's own capability and specificities", "S",
        (
            gap("alignment", "half of new non-state partners at home and research funded there against as recorded",
                "alignment", ("own_capabilities", "baseline"), "higher"),
            gap("governance capacity", "half of new non-state partners at home and research funded there",
                "capacity", ("own_capabilities", "baseline"), "higher"),
            gap("drift of the own position", "half of new non-state partners at home and research funded there",
                "position_drift", ("own_capabilities", "baseline"), "lower"),
        ),
    ),
    Claim(
        "C27", "4", "The Maghreb union is paralysed; the focal state can turn its status to account", "DE",
        (
            Record("texts on AI", "of the Maghreb union and the Arab League against of the African Union", "lower",
                   regional_texts, ("instruments",)),
            combined("union has decided, less the share of its pairs with a deal", "as recorded", "lower",
                     (1.0, "baseline", "bloc_decided", ""), (-1.0, "baseline", "bloc_pairs_agreed", "")),
            gap("cooperation", "acting alone against waiting for the union", "cooperation",
                ("baseline", "wait_for_union"), "higher"),
        ),
        "The rivalry of the focal state and its neighbour is data; without it see P4 in findings.md.",
    ),
    Claim(
        "C28", "4", "Paralysis of forums makes states turn to diplomacy of their own", "E",
        (
            gap("share of effort on the bilateral track", "blocs need .9 of the way to unanimity more against as "
                "recorded", "track_share_bilateral", _HARDER, "higher"),
            gap("share of effort on the regional track", "blocs need .9 of the way to unanimity more against as "
                "recorded", "track_share_regional", _HARDER, "lower"),
        ),
    ),
    Claim(
        "C29", "4", "Deals of two and three beat waiting for regional bodies", "E",
        (
            gap("cooperation", "acting alone against waiting for any of three regional bodies", "cooperation",
                ("baseline", "wait_for_region"), "higher"),
            gap("cooperation", "acting alone against waiting for the Maghreb union", "cooperation",
                ("baseline", "wait_for_union"), "higher"),
            gap("cooperation", "twice the approaches against waiting for regional bodies", "cooperation",
                ("opportunism", "wait_for_region"), "higher"),
        ),
    ),
    Claim(
        "C30", "4", "Differences between the paradigms yield concessions, which one can harvest far from home", "E",
        (
            gap("cooperation", _RIVALROUS, "cooperation", _RIVALS, "higher"),
            gap("governance capacity", _RIVALROUS, "capacity", _RIVALS, "higher"),
            gap("partner states outside its regional bodies", _RIVALROUS, "deals_beyond_region", _RIVALS, "higher"),
            gap("concessions received", _RIVALROUS, "concessions_received", _RIVALS, "higher", kind="built in"),
            switch("alignment", "alignment", "concessions", "higher"),
        ),
    ),
    Claim(
        "C31", "4.1", "Big budgets entrench monopoly and do not advance accountability", "E",
        (
            gap("share of leaders' firms", "at three times the budgets of states and firms against as assumed",
                "incumbent_share", ("big_budgets", "baseline"), "higher"),
            combined("share of leaders' firms", "at the horizon against the start", "higher",
                     (1.0, "baseline", "incumbent_share", ""), (-1.0, "baseline", "incumbent_share", START)),
            gap("world governance", "at three times the budgets of states and firms against as assumed",
                "world_governance", ("big_budgets", "baseline"), "not higher"),
        ),
        "Governance stands for accountability, which the model does not hold for the world.",
    ),
    Claim(
        "C32", "4.1", "Criminals use AI for phishing, attacks, market abuse and deepfakes, which destabilise", "A",
        (
            gap("incidents of all states until the surge ends", "with a surge of misuse against none",
                "incidents_of_all", ("surge", "baseline"), "higher", SURGE_ENDS, kind="built in"),
            gap("mean support of publics when the surge ends", "with a surge of misuse against none", "support_mean",
                ("surge", "baseline"), "lower", SURGE_ENDS, kind="built in"),
            gap("trust between partners when the surge ends", "with a surge of misuse against none",
                "trust_partners", ("surge", "baseline"), "lower", SURGE_ENDS, kind="built in"),
        ),
    ),
    Claim(
        "C33", "4.1", "Harm persists because nothing deters and law trails innovation", "A",
        (
            combined("incidents a quarter, all states", "at the horizon against the end of 2025", "not lower",
                     (1.0, "baseline", "world_incidents", ""), (-1.0, "baseline", "world_incidents", YEAR_ON),
                     kind="built in"),
            switch("implementation by the focal state", "implementation", "breach", "lower"),
        ),
    ),
    Claim(
        "C34", "4.1", "Autonomous systems and the rivalry of states and firms wear down trust", "E",
        (
            gap("trust between partners", _RIVALROUS, "trust_partners", _RIVALS, "lower"),
            gap("trust between states", _RIVALROUS, "trust_states", _RIVALS, "lower"),
            gap("trust between partners", _PACED, "trust_partners", _PACE, "lower"),
        ),
        "Rivalry is of the leading states; rivalry of states with firms is not in the model.",
    ),
    Claim(
        "C35", "4.1", "Take partners of different nature, and only those that add value", "SE",
        (
            gap("cooperation", _ALL_TYPES, "cooperation", _PORTFOLIOS, "higher"),
            gap("governance capacity", _ALL_TYPES, "capacity", _PORTFOLIOS, "higher"),
            gap("commitments of the focal state", _ALL_TYPES, "commitments", _PORTFOLIOS, "higher"),
        ),
        "That only partners who add value are taken is the rule of choice itself.",
    ),
    Claim(
        "C36", "4.1", "Invite firms, think tanks, NGOs and issue groups into a framework of one's own", "S",
        (
            combined("deals with firms, think tanks and NGOs", _ALL_TYPES, "higher",
                     *((w, arm, f"deals_{kind}", "") for w, arm in zip((1.0, -1.0), _PORTFOLIOS, strict=True)
                       for kind in ("firm", "think_tank", "ngo")), kind="built in"),
            gap("governance capacity", _ALL_TYPES, "capacity", _PORTFOLIOS, "higher"),
        ),
    ),
    Claim(
        "C37", "4.1", "Arab bodies care little for AI; the chance lies with states that are no neighbours", "DE",
        (
            Record("texts on AI", "of the Maghreb union and the Arab League against of the African Union", "lower",
                   regional_texts, ("instruments",)),
            combined("partner states", "won outside the Arab bodies against within, since the start", "higher",
                     (1.0, "baseline", "deals_beyond_region", ""), (-1.0, "baseline", "deals_beyond_region", START),
                     (-1.0, "baseline", "deals_in_region", ""), (1.0, "baseline", "deals_in_region", START)),
        ),
        "There are eight times as many states outside; counts, not rates, are compared.",
    ),
    Claim(
        "C38", "4.1", "There are precedents of success without international organisations", "D",
        (
            Record("recorded agreements of the focal state on AI and digital matters",
                   "without an international organisation as party against with one", "higher",
                   without_organisations, ("deals",)),
        ),
        "That there were such agreements, not that they succeeded.",
        part=True,
    ),
)  # fmt: skip
