"""The directional propositions of section F: the numbers they read and the signs they predict.

A sign is what the claim says, not what the model does. How a verdict follows from numbers is in
:mod:`simulation.evidence.claims.propositions.effects`.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulation.evidence.claims.propositions.arms import PHASE
from simulation.evidence.claims.propositions.effects import HORIZON, Effect, Kind, Proposition, Reading

START, FIRST, YEAR_ON, EARLY, LATER = "2024Q4", "2025Q1", "2025Q4", "2026Q4", "2027Q4"
SURGE_ENDS, AFTER_SURGE = "2028Q4", "2029Q4"


def _gap(
    what: str, compared: str, metric: str, a: str, b: str, sign: int, quarter: str = HORIZON, spread_of: str = ""
) -> Effect:
    """A metric in arm ``a`` less the same in arm ``b``."""
    sides = tuple((w, Reading(arm, metric, quarter, spread_of)) for w, arm in ((1.0, a), (-1.0, b)))
    return Effect(what, compared, sides, sign)


def _growth(what: str, metric: str, arm: str, sign: int) -> Effect:
    """A metric at the horizon less the same at the start, in one arm."""
    sides = ((1.0, Reading(arm, metric)), (-1.0, Reading(arm, metric, START)))
    return Effect(what, "at the horizon against the start", sides, sign)


def _combined(what: str, compared: str, sign: int, *terms: tuple[float, str, str, str]) -> Effect:
    """A weighted sum of (weight, arm, metric, quarter)."""
    return Effect(what, compared, tuple((w, Reading(a, m, q)) for w, a, m, q in terms), sign)


def _concavity(what: str, metric: str) -> Effect:
    """Gain per unit of budget from a quarter of it to all, less that from all to four times as much."""
    first, second = 1 / 0.75, 1 / 3
    return _combined(
        what, "per unit of budget, up to today's against beyond it", 1,
        (first + second, "baseline", metric, HORIZON), (-first, "budget_quarter", metric, HORIZON),
        (-second, "budget_four_times", metric, HORIZON),
    )  # fmt: skip


def _hump(what: str, metric: str) -> tuple[Effect, Effect]:
    """Up from no fragmentation to the middle of the dial, down from there to its end."""
    middle = ((0.5, "fragmentation_0.3", metric, HORIZON), (0.5, "fragmentation_0.6", metric, HORIZON))
    up = _combined(
        what, "at fragmentation .3 and .6 (mean) against none", 1, *middle, (-1.0, "baseline", metric, HORIZON)
    )
    down = tuple((-w, a, m, q) for w, a, m, q in middle)
    end = (1.0, "fragmentation_0.9", metric, HORIZON)
    return up, _combined(what, "at fragmentation .9 against .3 and .6 (mean)", -1, end, *down)


def _steps(what: str, metric: str, sign: int) -> tuple[Effect, Effect]:
    """Rivalry from none to its default, and on to four times as much."""
    return (
        _gap(what, "with rivalry against none", metric, "baseline", "no_rivalry", sign),
        _gap(what, "with rivalry times four against rivalry", metric, "strong_rivalry", "baseline", sign),
    )


def _rivalrous(what: str, metric: str) -> Effect:
    return _gap(what, "with rivalry times four against none", metric, "strong_rivalry", "no_rivalry", -1)


def _fragmented(what: str, metric: str, sign: int) -> Effect:
    return _gap(what, "at fragmentation .6 against none", metric, "fragmentation_0.6", "baseline", sign)


def _prop(
    name: str, claims: str, statement: str, *effects: Effect, check: bool = False, shape: bool = False,
    also: Sequence[Reading] = (),
) -> Proposition:  # fmt: skip
    kind: Kind = "mechanism check" if check else "finding"
    return Proposition(name, tuple(claims.split()), statement, kind, effects, shape, tuple(also))


_AVERAGE = "at fragmentation .6 against none, governance being the average"
_PAIRS = "bloc_pairs_agreed"

PROPOSITIONS: tuple[Proposition, ...] = (
    _prop(
        "P2", "C29 C31",
        "Partners are spread unevenly (right-skewed) and close triangles more than their number explains",
        Effect("skewness of partner states", "against a symmetric spread",
               ((1.0, Reading("baseline", "degree_skewness")),), 1),
        _combined("transitivity between states", "against graphs of the same degrees", 1,
                  (1.0, "baseline", "transitivity", HORIZON), (-1.0, "baseline", "transitivity_matched", HORIZON)),
    ),
    _prop(
        "P3", "C16 C25", "Rivalry parts the network of states into camps",
        *_steps("modularity by camps", "modularity_camps", 1),
    ),
    _prop(
        "P4", "C27 C28 C29 C62",
        "The Maghreb union hardly ever agrees where its pairs do, until consent nears one or a majority suffices",
        _combined("union has decided, less the share of its pairs with a deal", "as recorded", -1,
                  (1.0, "baseline", "bloc_decided", HORIZON), (-1.0, "baseline", _PAIRS, HORIZON)),
        _combined("union has decided, less the share of its pairs with a deal", "without the rivalry prior", -1,
                  (1.0, "union_trust", "bloc_decided", HORIZON), (-1.0, "union_trust", _PAIRS, HORIZON)),
        _gap("union has decided", "without the rivalry prior against with it", "bloc_decided",
             "union_trust", "baseline", 1),
        _gap("union has decided", "by four fifths, rivals as they are, against unanimity", "bloc_decided",
             "union_majority", "baseline", 1),
        _gap("union has decided", "without the prior, by four fifths and at double salience, against unanimity",
             "bloc_decided", "union_thaw", "union_trust", 1),
        _gap("union has decided", "unanimity at consent 1 against .6", "bloc_decided",
             "unanimity_1", "unanimity_0.6", 1),
        _gap("union has decided", "at consent .6, four fifths against unanimity", "bloc_decided",
             "majority_0.6", "unanimity_0.6", 1),
        also=[Reading(arm, "bloc_decided") for arm in PHASE],
    ),
    _prop(
        "P5", "C30 C54", "A divided world helps a courted state up to a point (inverted U)",
        *_hump("cooperation", "cooperation"), *_hump("concessions received", "concessions_received"), shape=True,
    ),
    _prop(
        "P6", "C16 C30", "Concessions rise with rivalry",
        *_steps("concessions of leaders to all", "world_concessions", 1), check=True,
    ),
    _prop(
        "P7", "C16 C25 C34", "Rivalry lowers the passage rate of blocs, and trust",
        _rivalrous("passage rate of regional blocs", "bloc_passage_rate_regional"),
        _rivalrous("passage rate of other blocs", "bloc_passage_rate_multilateral"),
        _rivalrous("trust between states", "trust_states"), _rivalrous("trust between partners", "trust_partners"),
    ),
    _prop(
        "P8", "C2 C3 C6 C54", "Fragmentation lowers world governance and raises incidents",
        _fragmented("world governance (weakest link)", "world_governance", -1),
        _fragmented("incidents so far", "incidents_of_all", 1),
        _gap("world governance (average)", _AVERAGE, "world_governance", "average_fragmented", "average", -1),
        _gap("incidents so far", _AVERAGE, "incidents_of_all", "average_fragmented", "average", 1),
    ),
    _prop(
        "P9", "C23", "Cooperation rises with budget, ever more slowly",
        _gap("commitments", "at four times the budget against a quarter", "commitments", "budget_four_times",
             "budget_quarter", 1),
        _concavity("commitments", "commitments"), _concavity("cooperation", "cooperation"), check=True,
    ),
    _prop(
        "P10", "C7 C43 C45", "Partners that are no states raise capacity more than volume (in spreads between states)",
        _gap("capacity in spreads", "with all partners against states only", "capacity", "baseline", "states_only", 1,
             spread_of="all_states"),
        Effect("gain of capacity less gain of volume, in spreads", "with all partners against states only",
               tuple((w * s, Reading(arm, metric, spread_of="all_states"))
                     for w, metric in ((1.0, "capacity"), (-1.0, "volume"))
                     for s, arm in ((1.0, "baseline"), (-1.0, "states_only"))), 1),
    ),
    _prop(
        "P11", "C42 C57 C61", "Capture drift rises with firms, and falls with transparency, oversight and NGOs",
        _gap("capture drift", "with new deals with firms against none", "capture_drift", "firms", "no_firms", 1),
        _gap("capture drift", "at transparency .7 against .2", "capture_drift", "firms_open", "firms", -1),
        _gap("capture drift", "at oversight .8 against 0", "capture_drift", "firms_watched", "firms", -1),
        _gap("capture drift", "with NGOs as partners too against without", "capture_drift",
             "firms_and_ngos", "firms", -1),
        _gap("capture (C.5)", "with new deals with firms against none", "capture", "firms", "no_firms", 0), check=True,
    ),
    _prop(
        "P13", "C43 C44 C58", "Foreign think tanks bring an early gain of capacity and a later dependence",
        _gap("capacity in 2027", "with foreign think tanks against none", "capacity", "foreign_think_tanks",
             "states_only", 1, LATER),
        _gap("capacity in 2027", "with foreign think tanks against local ones", "capacity", "foreign_think_tanks",
             "local_think_tanks", 1, LATER),
        _gap("capacity at the horizon", "with foreign think tanks against none", "capacity", "foreign_think_tanks",
             "states_only", -1),
        _gap("capacity at the horizon", "with foreign think tanks against local ones", "capacity",
             "foreign_think_tanks", "local_think_tanks", -1),
        _gap("think tanks dealt with", "with foreign ones against none", "deals_think_tank", "foreign_think_tanks",
             "states_only", 0), shape=True,
    ),
    _prop(
        "P14", "C46 C49",
        "Norms cascade where thresholds are near the share of first adopters; polarised publics block binding deals",
        Effect("adopters won after the first round", "at threshold .33 against .1 and .6 (mean)",
               tuple((w * s, Reading(f"cascade_{t:g}", "norm_share", q))
                     for t, w in ((0.33, 1.0), (0.1, -0.5), (0.6, -0.5))
                     for q, s in ((HORIZON, 1.0), (FIRST, -1.0))), 1),
        _gap("binding deals of all", "with polarised publics against united ones", "binding_deals_of_all",
             "polarised_publics", "united_publics", -1),
        _gap("binding deals of the focal state", "with polarised publics against united ones", "deals_binding",
             "polarised_publics", "united_publics", -1),
        _combined("adopters of the norm", "a year after the start against the start", 0,
                  (1.0, "baseline", "norm_share", YEAR_ON), (-1.0, "baseline", "norm_share", START)),
    ),
    _prop(
        "P15", "C49 C50 C51 C61", "Paid advocacy raises support; trust depends on its being open",
        _gap("support", "with influencers paid openly against left alone", "support", "paid_openly", "silent", 1),
        _gap("support", "with influencers paid secretly against left alone", "support", "paid_secretly", "silent", 1),
        _gap("trust of others in the payer", "paying secretly against openly", "standing",
             "paid_secretly", "paid_openly", -1),
        _gap("support", "with influencers paid openly against unpaid ones", "support", "paid_openly", "unpaid", 0),
    ),
    _prop(
        "P16", "C29 C54", "What is good for one state is bad for the world, and less good, if all do it",
        _gap("world governance", "if all non-aligned states play the strategy against one", "world_governance",
             "all_opportunistic", "opportunism", -1),
        _gap("cooperation", "if all non-aligned states play the strategy against one", "cooperation",
             "all_opportunistic", "opportunism", -1),
    ),
    _prop(
        "P17", "C4 C8 C24", "Incidents lead to agreements, with a lag",
        _gap("agreements until 2029", "with a surge in 2027-28 against none", "agreements_of_all",
             "surge", "baseline", 1, AFTER_SURGE),
        _combined("agreements in the year after", "with a surge in 2027-28 against none", 1,
                  *((w * s, arm, "agreements_of_all", q) for w, arm in ((1.0, "surge"), (-1.0, "baseline"))
                    for s, q in ((1.0, AFTER_SURGE), (-1.0, SURGE_ENDS)))),
        _gap("incidents until the surge ends", "with a surge in 2027-28 against none", "incidents_of_all",
             "surge", "baseline", 0, SURGE_ENDS),
    ),
    _prop(
        "P18", "C9 C18 C20 C21", "An agency, and learning from others, raise capacity on the same budget",
        _gap("capacity", "with an agency against none", "capacity", "agency", "baseline", 1),
        _gap("capacity", "with shared learning and an agency against an agency", "capacity", "agency_and_learning",
             "agency", 1), check=True,
    ),
    _prop(
        "P19", "C31", "The leaders' firms gain share, and capacity elsewhere does not rise",
        _growth("share of leaders' firms", "incumbent_share", "baseline", 1),
        _growth("capacity outside the camps", "capacity_elsewhere", "baseline", -1),
    ),
    _prop(
        "P20", "C10", "Who sees risk as it is acts earlier",
        _gap("agreements until 2026", "with risk seen as it is against through noise", "agreements_of_all", "true_risk",
             "baseline", 1, EARLY),
        _gap("agreements until the horizon", "with risk seen as it is against through noise", "agreements_of_all",
             "true_risk", "baseline", 0),
    ),
    _prop(
        "P21", "C11", "Soft-law forums raise membership, but little else: to lower harm takes law that binds",
        _gap("instruments joined by all", "with forums against none", "world_instruments_joined",
             "baseline", "no_forums", 1),
        _combined("incidents so far", "what law that binds adds to soft forums, against what these do alone", -1,
                  (1.0, "hard_law", "incidents_of_all", HORIZON), (-2.0, "baseline", "incidents_of_all", HORIZON),
                  (1.0, "no_forums", "incidents_of_all", HORIZON)),
        _gap("incidents so far", "with law that binds against soft forums", "incidents_of_all",
             "hard_law", "baseline", 0),
        _gap("incidents so far", "with soft forums against none", "incidents_of_all", "baseline", "no_forums", 0),
        _gap("capacity of all", "with soft forums against none", "capacity_mean", "baseline", "no_forums", 0),
    ),
    _prop(
        "P22", "C12 C13 C17", "As the world fragments, bilateral and firm tracks displace blocs, and positions part",
        _fragmented("share of effort on the bilateral track", "track_share_bilateral", 1),
        _fragmented("share of effort on the non-state track", "track_share_non_state", 1),
        _fragmented("share of effort on the regional track", "track_share_regional", -1),
        _fragmented("share of effort on the multilateral track", "track_share_multilateral", -1),
        _fragmented("distance between positions", "divergence", 1),
    ),
    _prop(
        "P24", "C56", "Research-minded firms give more capacity for less drift than business-only firms",
        _gap("capacity", "with research-minded firms against business-only ones", "capacity",
             "research_firms", "firms", 1),
        _gap("capture drift", "with research-minded firms against business-only ones", "capture_drift",
             "research_firms", "firms", -1),
    ),
    _prop(
        "P25", "C1 C4",
        "Benefit and hazard both rise with capability; who has capacity gains, who lacks it is harmed",
        _gap("benefit, focal state", "with growing capability against none", "benefit",
             "baseline", "still_capability", 1),
        _gap("incidents so far", "with growing capability against none", "incidents_of_all",
             "baseline", "still_capability", 1),
        *(
            _combined(what, f"{who}, with growing capability against none", 1,
                      (1.0, "baseline", more, HORIZON), (-1.0, "still_capability", more, HORIZON),
                      (-1.0, "baseline", less, HORIZON), (1.0, "still_capability", less, HORIZON))
            for what, who, more, less in (
                ("rise of benefit", "most able third less least able", "benefit_most_able", "benefit_least_able"),
                ("rise of incidents", "least able third less most able", "incidents_least_able", "incidents_most_able"),
            )
        ),
        check=True,
    ),
)  # fmt: skip
"""Every proposition, in the order of section F."""
