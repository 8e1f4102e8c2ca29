"""Every number of the model: name, default, bounds, unit, source.

One entry a number, in the order of MODEL.md's submodels. ``source`` is a citation or the word *assumption*
(what they rest on is told in docs/results/calibration.md). Free parameters have a prior, from which each replicate
of a run draws. Nothing else in the package holds a tunable number: code reads them from the frozen
:class:`Parameters` of a scenario.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from simulation.errors import Fault, InputError, suggest
from simulation.scenario.source import describe


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the model.

    Attributes
    ----------
    name, meaning, unit, source
        What it is called, what it does, in what unit, where it comes from.
    default, low, high
        Value used if a scenario says nothing, and the closed interval a scenario may choose from.
    section
        Submodel of the model description that reads it (C.1 … C.18, E).
    prior, sd
        From what each replicate draws it, unless the scenario sets it: *fixed* not at all, *pert* over the bounds with
        its mode at the default, *normal* of standard deviation ``sd`` about the default, truncated at the bounds.
    """

    name: str
    default: float
    low: float
    high: float
    unit: str
    section: str
    source: str
    meaning: str
    prior: Literal["fixed", "pert", "normal"] = "fixed"
    sd: float = 0.0


_A = "assumption"


def _entries() -> Iterator[Parameter]:
    p = Parameter
    # --- C.1 issue space
    yield p("affinity_width", .35, .2, .5, "distance", "C.1", _A, "scale δ at which affinity falls with distance in the issue space", "pert")
    yield p("position_uncertainty", 1, 0, 3, "multiplier", "C.1", _A, "multiplies the measurement error of positions that each replicate draws")
    # --- C.2 deals
    yield p("intensity_uncertainty", 1, 0, 1, "multiplier", "C.2", "fitted (docs/results/deals.md)", "multiplies each replicate's deviation from the most probable intensity of deals, share recorded and wave; 0 has all replicates believe the same")
    yield p("trust_pull", 2, 0, 8, "nats a unit of trust", "C.2", "event tone 2008-14 in four domains of treaties: N(2, 1.4)", "β_T: what trust beyond the reference path adds to turning to a partner and agreeing to it", "normal", 1.4)
    yield p("interest_pull", .05, 0, 10, "nats a squared distance", "C.2", "dense domains of treaties (N(.05, .10)), AI weak", "w_int: what coming closer than in the recorded world adds to turning to a partner", "normal", .1)
    yield p("need_pull", 0, 0, 4, "nats a unit of supply", "C.2", f"{_A}: the record shows none", "w_gain: what filling more uncovered needs than in the recorded world adds to turning to a partner")
    yield p("urgency_pull", .3, 0, 1, "share", "C.2", _A, "ν_u: how far urgency beyond the usual raises the number of approaches")
    yield p("urgency_usual", .1, 0, 1, "share", "C.2", "mean of the baseline, measured (docs/results/calibration.md)", "felt urgency at which a state makes its usual number of approaches")
    yield p("depth_likeness", .7, 0, 2, "log odds a standard deviation", "C.2", _A, "how far likeness of interests deepens what is signed")
    yield p("renewal", .5, .2, .8, "probability", "C.2", f"{_A}: in no record; N(.5, .15)", "r: chance that a deal with a state, a firm or a secretariat is renewed at the end of its term", "normal", .15)
    yield p("renewal_pull", .3, 0, .6, "log odds a nat", "C.2", _A, "η: how far U of both sides beyond the mean of held deals raises the chance of renewal")
    yield p("renewal_likeness", .5, 0, 2, "log odds a standard deviation", "C.2", _A, "how far likeness of interests raises the chance of renewal")
    yield p("prices", 1, 0, 4, "multiplier", "C.2", _A, "multiplies all prices of signing and keeping deals (data/judged/prices.csv)")
    # --- C.3 rivalry
    yield p("rivalry", 1, 0, 4, "multiplier", "C.3", _A, "strength ρ of rivalry between the leaders", "pert")
    yield p("concession_split", .5, 0, 1, "share", "C.3", "Nash 1950", "share φ of the second price that a courted state receives")
    yield p("rivalry_bonus", .3, 0, 1, "nats", "C.3", f"{_A}: N(.3, .3) above 0", "b: what a contested state of full strategic weight adds to a leader's U as rivalry doubles", "normal", .3)
    yield p("rivalry_cost", .5, 0, 2, "nats", "C.3", f"{_A}: N(.5, .3) above 0", "c_r: what ties to a rival take from a leader's U as rivalry doubles", "normal", .3)
    yield p("rivalry_distance", .5, .1, 1, "distance", "C.3", _A, "RMS distance at which two leaders are full rivals")
    # --- C.4 trust
    yield p("prior_mass", 4, 2, 10, "observations", "C.4", _A, "mass n0 of the initial opinion of a partner")
    yield p("witness_mass", 3, 0, 10, "observations", "C.4", _A, "mass m_w of what third parties report, if they know much")
    yield p("memory", .97, .9, .99, "share kept a quarter", "C.4", "Jøsang & Ismail 2002 (form), assumption (size)", "forgetting factor λ of evidence")
    yield p("gain_of_trust", 1, .2, 3, "observations", "C.4", _A, "weight η⁺ of kept promises")
    yield p("loss_of_trust", 2.5, 1, 5, "observations", "C.4", "Slovic 1993 (direction), assumption (size)", "weight η⁻ of seen breaches")
    # --- C.5 compliance
    yield p("compliance_base", .97, .5, 1, "probability a year", "C.5", "Chayes & Chayes 1993 (level), assumption (size)", "compliance π1 of an unburdened like-minded party")
    yield p("compliance_load", .25, 0, .5, "probability", "C.5", "Chayes & Chayes 1993 (direction), assumption (size)", "loss π2 of compliance under full load")
    yield p("compliance_distance", .25, 0, .5, "probability", "C.5", "Downs, Rocke & Barsoom 1996 (direction), assumption (size)", "loss π3 of compliance with distant partners")
    yield p("compliance_capture", .2, 0, .5, "probability", "C.5", _A, "loss π4 of compliance under capture by firms")
    yield p("shaming", .3, 0, .6, "share", "C.5", "Hendrix & Wong 2013 (sign), assumption (size)", "rise w_n of compliance towards one in the eyes of all the world")
    yield p("detection", .3, 0, 1, "probability", "C.5", _A, "probability d0 that a breach is seen")
    yield p("breach_lowers_depth", .3, 0, 1, "probability", "C.5", _A, "probability p_x that a seen breach costs a rung")
    # --- C.6 blocs
    yield p("agenda_scale", 1, 0, 10, "multiplier", "C.6", _A, "multiplies the agenda rate of every bloc")
    yield p("agenda_raises", .3, 0, 1, "share", "C.6", f"{_A}; pace of the record", "share of agenda items that would take a bloc a rung deeper; the others stay at the rung reached")
    yield p("vote_noise", .15, .001, .5, "utility", "C.6", _A, "scale s_b of a member's vote", "pert")
    yield p("vote_cost", .3, 0, 1, "utility", "C.6", f"{_A}; pace of the record", "cost c_b of the first rung of bloc depth to a member, twice and three times that of the next; a third of it costs an item that stays at the rung reached")
    yield p("vote_distance", .15, 0, 1, "utility", "C.6", _A, "cost c_p of the distance to the proposal", "pert")
    yield p("veto_trust", .2, .1, .4, "probability", "C.6", "Tsebelis 2002 (mechanism), assumption (size)", "direct trust τ_veto below which a member votes no")
    yield p("salience_floor", .3, 0, 1, "share", "C.6", _A, "AI salience of a state without governance capacity")
    yield p("salience_capacity", .7, 0, 1, "share", "C.6", _A, "rise of AI salience with governance capacity")
    yield p("vote_probability", -1, -1, 1, "probability; -1 = computed", "C.6", _A, "forces one probability of a yes on all members (for the phase boundary)")
    # --- C.7 instruments
    yield p("join_affinity", 1.5, 0, 8, "log odds", "C.7", "fitted on dated lists of joiners, by votes (docs/results/evidence.md)", "closeness to the text gained since the start")
    yield p("join_sponsor", 1, 0, 8, "log odds", "C.7", _A, "trust in the sponsor beyond the usual, times its size")
    yield p("join_urgency", .8, 0, 6, "log odds", "C.7", f"Birkland 1998 (sign), {_A} (size)", "felt urgency beyond the usual")
    yield p("join_norm", .5, 0, 3, "log odds", "C.12", "Finnemore & Sikkink 1998 (sign), assumption (size)", "effect of having adopted the norm on joining")
    yield p("forum_attention", 1, 0, 3, "log odds", "C.8", _A, "effect of the log of effort on the track, as a multiple of the recorded one, on joining")
    # --- C.8 forum choice
    yield p("forum_noise", .5, .05, 5, "commitment", "C.8", _A, "scale s_f of the response of effort to what a track promises, in binding-equivalents times chance")
    yield p("patience", .9, .5, 1, "discount an effort", "C.8", _A, "discount β a unit of effort that a success has taken")
    yield p("effort_returns", 1, .3, 1, "exponent", "C.8", f"{_A}; 1 is MODEL's, an exponent of .5 that of budgets", "how approaches grow with effort on a track, both as multiples of the recorded; below 1 each further one brings less")
    # --- C.9 diffusion
    yield p("diffusion", .01, 0, .05, "share a quarter", "C.9", "Simmons, Dobbin & Garrett 2006 (channels), assumption (size)", "speed μ of convergence of positions")
    yield p("anchor", .05, 0, 1, "multiple of μ", "C.9", _A, "pull back to the initial position, against the pull of all others")
    yield p("learning_channel", .25, 0, 1, "share", "C.9", _A, "weight of able partners in diffusion")
    yield p("competition_channel", .2, 0, 1, "share", "C.9", _A, "weight of trading partners in diffusion")
    yield p("imitation_channel", .2, 0, 1, "share", "C.9", _A, "weight of like-minded states in diffusion")
    yield p("coercion_channel", .15, 0, 1, "share", "C.9", _A, "weight of leaders with whom a state has deals")
    yield p("market_pull", .2, 0, 1, "share", "C.9", "Bradford 2020 (mechanism), assumption (size)", "weight of the EU market in diffusion")
    # --- C.10, C.11 firms and think tanks
    yield p("capture", .02, 0, .1, "share a quarter", "C.10", "Stigler 1971; Dal Bó 2006 (mechanism), assumption (size)", "speed κ_F of drift towards firms' positions")
    yield p("research_restraint", .6, 0, 1, "share", "C.10", _A, "how much less a fully research-minded firm moves positions")
    yield p("funder_bias", .01, 0, .1, "share a quarter", "C.11", _A, "speed κ_T of drift towards funders' positions")
    yield p("dependence", .5, 0, 1, "share", "C.11", _A, "κ_f, loss of domestic learning under a boundless dose of foreign know-how")
    # --- C.12 NGOs
    yield p("norm_threshold", .33, 0, 1, "share of adopters", "C.12", "Finnemore & Sikkink 1998; Granovetter 1978", "mean threshold θ of norm adoption")
    yield p("norm_spread", .1, 0, .5, "share of adopters", "C.12", "Granovetter 1978 (form), assumption (size)", "spread of thresholds")
    yield p("norm_start", .65, 0, 1.01, "share", "C.12", _A, "share of past civil texts joined from which a state counts as an adopter at the start")
    yield p("norm_ngo", .05, 0, .5, "share of adopters", "C.12", _A, "fall of the threshold with a full NGO tie")
    yield p("consultation", .3, 0, 1, "log odds", "C.12", "Tallberg et al. 2013 (mechanism), assumption (size)", "what many consulted NGOs add to joining a text", "normal", .2)
    yield p("ngo_monitoring", .1, 0, 1, "probability", "C.12", _A, "probability that one NGO sees a breach")
    # --- C.13 opinion
    yield p("tolerance", .35, .1, .5, "opinion", "C.13", "Deffuant et al. 2000", "confidence bound ε")
    yield p("persuasion", .3, 0, 1, "share", "C.13", "Deffuant et al. 2000", "step μ_D towards a message within the bound")
    yield p("disclosure_cost", .5, 0, 1, "share", "C.13", _A, "loss of reach of a campaign whose payment is public, in a transparent state")
    yield p("backlash", .15, 0, 1, "share", "C.13", _A, "step towards rejection when hidden payment comes out")
    yield p("backlash_trust", .5, 0, 5, "observations", "C.13", _A, "evidence against the payer with each of its partners when hidden payment comes out")
    yield p("ratification_noise", .1, .02, .5, "share of the public", "C.13", "Putnam 1988 (mechanism), assumption (size)", "scale of the vote on programmes and binding deals around one half")
    yield p("opinion_spread", .2, .05, .4, "opinion", "C.13", _A, "standard deviation of opinion inside a public")
    # --- C.14 harm
    yield p("hazard", .3, 0, 2, "incidents a quarter", "C.14", _A, "incidents h0 of a state without governance at today's capability", "pert")
    yield p("capability_growth", .03, .01, .08, "per quarter", "C.14", _A, "growth g of AI capability", "pert")
    yield p("capability_saturation", .25, 0, 1, "share", "C.14", _A, "curvature of the capability path; 0 is exponential growth")
    yield p("shield", .5, 0, 1, "share", "C.14", _A, "share χ of harm that full governance of the world prevents", "pert")
    yield p("aggregation", -2, -10, 10, "exponent", "C.14", "Hirshleifer 1983 (form), assumption (size)", "r of world governance: weakest link below 0, average 1, best shot above", "pert")
    yield p("governance_floor", .05, .001, .5, "capacity", "C.14", _A, "least capacity with which a state enters world governance")
    yield p("joint_shield", .5, 0, 2, "share", "C.14", _A, "what full commitments add to the governance that shields a state")
    yield p("share_cyber", .4, 0, 1, "share of incidents", "C.14", _A, "cyber attacks; shares are rescaled to one")
    yield p("share_market", .2, 0, 1, "share of incidents", "C.14", _A, "market manipulation and theft of secrets")
    yield p("share_disinformation", .3, 0, 1, "share of incidents", "C.14", _A, "disinformation")
    yield p("share_social", .1, 0, 1, "share of incidents", "C.14", _A, "other social harm")
    yield p("disinformation_opinion", .01, 0, .2, "opinion", "C.14", _A, "fall of support by one disinformation incident")
    yield p("disinformation_trust", .05, 0, 1, "observations", "C.14", _A, "evidence against each partner by one disinformation incident")
    yield p("perception_noise", .5, 0, 2, "log units", "C.14", _A, "noise σ_p in the perception of incidents without expert ties")
    yield p("urgency_memory", .8, 0, .99, "share kept a quarter", "C.14", "Birkland 1998 (mechanism), assumption (size)", "persistence of urgency")
    yield p("alarm", 2, .5, 20, "incidents a quarter", "C.14", _A, "perceived incidents that raise urgency by its full step")
    yield p("benefit", .1, 0, 1, "share of product a quarter", "C.14", _A, "benefit of AI at full adoption and capacity")
    # --- C.15 capacity
    yield p("capacity_growth", .02, .005, .05, "per quarter", "C.15", _A, "speed h_K of capacity building", "pert")
    yield p("domestic_learning", .3, 0, 1, "share", "C.15", _A, "domestic part of capacity building")
    yield p("partner_learning", .3, 0, 1, "share", "C.15", "Cohen & Levinthal 1990 (form), assumption (size)", "capacity from a partner's expertise")
    yield p("absorption_floor", .3, 0, 1, "share", "C.15", "Cohen & Levinthal 1990 (form), assumption (size)", "absorptive capacity of a state without capacity of its own")
    yield p("capacity_decay", 1, 0, 3, "multiplier", "C.15", _A, "speed of the return to initial capacity, which is the point of rest whatever it is", "pert")
    yield p("coordination_gain", .3, 0, 1, "share", "C.15", _A, "gain in capacity building from programmes with all kinds of partners")
    yield p("agency_gain", .3, 0, 1, "share", "C.15", _A, "gain in capacity building from a national AI governance agency")
    yield p("shared_learning", .0, 0, .2, "share a quarter", "C.15", _A, "catching up with abler states through programmes with them")
    # --- C.16 learning
    yield p("forgetting", .1, 0, 1, "share a quarter", "C.16", "Roth & Erev 1995 (form), assumption (size)", "forgetting of propensities")
    yield p("imitation_noise", .1, .01, 1, "utility", "C.16", "Szabó & Tőke 1998 (Fermi rule), assumption (size)", "noise of imitation")
    # --- C.17 fragmentation
    yield p("fragmentation_trust", .3, 0, .5, "probability", "C.17", _A, "fall of initial trust across the lines at full fragmentation")
    yield p("fragmentation_pull", 1, 0, 4, "nats", "C.17", _A, "φ: fall of U across the lines at full fragmentation")
    # --- C.18 trilateral
    yield p("trilateral_rate", .02, 0, .2, "probability", "C.18", "assumption: joint initiatives of the record", "rate r3 at which third parties join a signed pair of states")
    # --- actors: what each kind offers and needs (the table after C.18)
    yield from _actor_table()
    yield p("state_budget_floor", .2, 0, 2, "budget a quarter", "C.18", _A, "budget of the smallest state")
    yield p("state_budget_size", 4, 0, 20, "budget a quarter", "C.18", _A, "budget of the largest state beyond the floor")
    # --- E outcomes
    yield p("volume_half", 10, 1, 50, "binding-equivalents", "E", _A, "commitments that give an index of one half")
    yield p("harm_scale", 3, .5, 20, "incidents", "E", _A, "H0, incidents at which safety is 1/e")
    yield p("harm_memory", .9, 0, .99, "share kept a quarter", "E", _A, "memory of incidents in the safety index")
    yield p("polarisation", 1.3, 1, 1.6, "exponent", "E", "Esteban & Ray 1994", "sensitivity α of polarisation to identification within camps")


_KINDS = {"firm": 1., "think_tank": .3, "ngo": .2, "influencer": .1, "secretariat": .5}
"""Kind: income a quarter."""


def _actor_table() -> Iterator[Parameter]:
    p = Parameter
    for kind, budget in _KINDS.items():
        label = kind.replace("_", " ")
        yield p(f"{kind}_budget", budget, 0, 10, "budget a quarter", "C.18", _A, f"least income of a {label}; more where it is expected to spend half of that")


_SUPPLIES = "what actors supply is in a table (data/judged/supplies.csv), what they can teach in its skills"
_FITTED = "who turns to whom is fitted on the record of deals"
REMOVED: Mapping[str, str] = MappingProxyType({
    "prior_rivals": "first trust comes from the data of each pair; give a pair its own under `trust`",
    "witness_prior": "no witness is no evidence; how much witnesses weigh is `witness_mass`",
    "tempo": f"{_FITTED}; `strategy.effort` multiplies how often a state turns to others",
    "tempo_capability": f"{_FITTED}; the wave of deals is that of the record",
    **dict.fromkeys(
        ("choice_noise", "breach_loss", "shared_partners", "partner_activity", "exposure_weight", "inertia"),
        f"{_FITTED}; `intensity_uncertainty` says how far replicates differ in it",
    ),
    "agenda_effort": "a bloc's agenda moves as its members' effort on its track does; with `forum_choice` off that stays as recorded",
    "urgency_weight": "it is now `urgency_pull`, a share of the number of approaches",
    "setup_cost": "prices are in a table (data/judged/prices.csv); `prices` multiplies them all",
    "upkeep_cost": "prices are in a table (data/judged/prices.csv); `prices` multiplies them all",
    "geopolitics": "rivalry beyond the recorded one acts by `rivalry_bonus` and `rivalry_cost`",
    "lapse": "deals end with their term unless they are renewed: `renewal`, `renewal_pull`",
    "prospects": "effort follows the chance that an approach is agreed to",
    "club_benefit": "exclusive clubs draw members as other instruments do, with fewer who may join at the opening",
    **dict.fromkeys(
        ("join_intercept", "join_intercept_sd", "join_peers", "join_neighbours", "join_habit", "join_capacity",
         "join_sovereignty", "join_launch", "join_launch_binding", "join_votes", "join_size", "join_house", "join_club",
         "join_secretariat"),
        "who joins is fitted on the record of texts; an instrument's own keys (convener_kind, openness, ceremony, "
        "summit, invited, vote) describe it",
    ),
    "challenge_rounds": "blocs vote on the position of a member",
    **dict.fromkeys(("commitment_rate", "commitment_worth", "norm_oversight", "rights_terms", "proposals"),
                    "its mechanism is gone: nothing told its size"),
    "message_rate": "a campaign reaches its audience, less by half every two quarters",
    "quality_floor": "quality is shown in its parts, never as one number",
    "clean_record": "a promise is judged by the last four quarters of the deal, or as many as it has",
    "state_slots": "nobody has slots: `strategy.effort` multiplies approaches, purses bound them",
    **{f"{kind}_slots": "nobody has slots: purses bound how many deals are signed" for kind in _KINDS},
    **{f"{kind}_{what}": _SUPPLIES for kind in ("state", *_KINDS) for what in ("expertise", "offers_expertise")},
    **dict.fromkeys(("state_expertise_capacity", "state_offers_expertise_capacity"), _SUPPLIES),
    **{f"{kind}_{what}": _FITTED for kind in ("state", *_KINDS) for what in (
        "offers_finance", "offers_legitimacy", "offers_reach", "needs_legitimacy", "needs_reach")},
    **{f"{kind}_needs_{good}": _FITTED for kind in _KINDS for good in ("expertise", "finance")},
    "state_offers_finance_size": _FITTED,
})  # fmt: skip
"""Parameters that earlier scenario files may name, and what does their work now."""
PARAMETERS: Mapping[str, Parameter] = MappingProxyType({entry.name: entry for entry in _entries()})
"""Registry of every parameter by name, in the order of the model description."""


class Parameters:
    """A frozen set of values, one for every entry of :data:`PARAMETERS`, read as attributes.

    It remembers which of them somebody chose: one that is set to its default is not the same as one that is not set,
    which a run may draw.

    Raises
    ------
    InputError
        For an unknown name or a value that is not finite or out of its bounds; all faults at once.

    Examples
    --------
    >>> Parameters({"rivalry": 2}).rivalry
    2.0
    """

    _values: Mapping[str, float]
    _chosen: Mapping[str, float]

    def __init__(self, overrides: Mapping[str, float] | None = None):
        values = {name: float(entry.default) for name, entry in PARAMETERS.items()}
        faults = []
        for name, value in (overrides or {}).items():
            message = check_value(name, value)
            if message:
                faults.append(Fault(f"parameters.{name}", message))
            else:
                values[name] = float(value)
        if faults:
            raise InputError(faults)
        chosen = {name: values[name] for name in PARAMETERS if name in (overrides or {})}
        frozen = {"_values": MappingProxyType(values), "_chosen": MappingProxyType(chosen)}
        self.__dict__.update(values, **frozen)  # plain attributes: read at every step

    def __getattr__(self, name: str) -> float:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(f"no parameter {name!r}; {suggest(name, list(PARAMETERS))}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("parameters are frozen; use Parameters.replace(name=value)")

    def replace(self, **overrides: float) -> Parameters:
        """A copy with some values changed."""
        return Parameters({**self._chosen, **overrides})

    def as_dict(self) -> dict[str, float]:
        """Every value by name, in registry order."""
        return dict(self._values)

    @property
    def chosen(self) -> Mapping[str, float]:
        """Values that somebody set, be it to the default, in registry order; the others have their defaults."""
        return self._chosen

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parameters) and self._chosen == other._chosen

    def __hash__(self) -> int:
        return hash(tuple(self._chosen.items()))

    def __reduce__(self) -> tuple[type[Parameters], tuple[dict[str, float]]]:
        return (Parameters, (dict(self._chosen),))

    def __repr__(self) -> str:
        return f"Parameters({dict(self._chosen)})"


def check_value(name: str, value: object) -> str:
    """What is wrong with a value for a parameter; an empty string if nothing is."""
    if name in REMOVED:
        return f"is no longer a parameter: {REMOVED[name]}"
    if name not in PARAMETERS:
        return f"unknown parameter; {suggest(name, list(PARAMETERS)) or 'see `wifaq list parameters`'}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"must be a number, not {describe(value)}"
    if isinstance(value, float) and not math.isfinite(value):
        return "must be a finite number, not NaN or infinity"
    entry = PARAMETERS[name]
    if not entry.low <= value <= entry.high:
        return f"{value} is outside [{entry.low:g}, {entry.high:g}] ({entry.unit})"
    return ""
