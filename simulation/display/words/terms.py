"""Names of the model's kinds, tracks, camps and outcomes as people read them, to be translated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from simulation.display.words.rounding import digits_that_tell

if TYPE_CHECKING:
    from simulation.display.words.language import Words


def N_(message: str) -> str:
    """Mark a message for translation where it is written; it is translated where it is shown."""
    return message


TRACK: Mapping[str, str] = {
    "bilateral": N_("bilateral"),
    "trilateral": N_("trilateral"),
    "regional": N_("regional"),
    "multilateral": N_("multilateral"),
    "non_state": N_("non-state"),
}
KIND: Mapping[str, str] = {
    "state": N_("state"),
    "firm": N_("firm"),
    "think_tank": N_("think tank"),
    "ngo": N_("NGO"),
    "influencer": N_("influencer"),
    "secretariat": N_("secretariat"),
}
CANDIDATE: Mapping[str, str] = {**KIND, "instrument": N_("text to join"), "bloc": N_("agenda of a bloc")}
"""With whom, or with what, a state may sign next."""
PARTNER: Mapping[str, str] = {
    "state": N_("states"),
    "eu_states": N_("EU and its members"),
    "cn_states": N_("China and its treaty partners"),
    "us_states": N_("US and its treaty allies"),
    "other_states": N_("non-aligned states"),
    "regional": N_("regional blocs and texts"),
    "multilateral": N_("multilateral blocs and texts"),
    "firm": N_("firms"),
    "secretariat": N_("secretariats"),
}
"""Categories of commitments by partner (:data:`simulation.outcomes.portfolio.CATEGORIES`)."""
CAMP: Mapping[str, str] = {
    "EU": N_("EU and its members"),
    "CN": N_("China and its treaty partners"),
    "US": N_("US and its treaty allies"),
    "none": N_("non-aligned"),
}
"""Camps are by treaty (``data/tables/camps.csv``); closeness of positions is called closeness."""
REGION: Mapping[str, str] = {
    "Africa": N_("Africa"),
    "America": N_("Americas"),
    "Asia": N_("Asia"),
    "Europe": N_("Europe"),
    "Oceania": N_("Oceania"),
    "": N_("international"),
}
DEPTH: Mapping[int, str] = {1: N_("memorandum"), 2: N_("programme"), 3: N_("binding")}
SOURCE: Mapping[str, str] = {
    "new": N_("new partner"),
    "recorded": N_("held, on record"),
    "drawn": N_("held, drawn"),
}
"""Where a partner comes from (:data:`simulation.state.SOURCES`)."""
DOMAIN: Mapping[str, str] = {
    "civil": N_("civil"),
    "military": N_("military"),
    "cyber": N_("cyber"),
    "privacy": N_("privacy"),
    "digital": N_("digital"),
}
UNIT: Mapping[str, str] = {
    "index": N_("index"),
    "deals": N_("deals"),
    "partners": N_("partners"),
    "instruments": N_("instruments"),
    "binding-equivalents": N_("binding-equivalents"),
    "distance": N_("distance"),
    "utility": N_("utility"),
    "incidents": N_("incidents"),
    "share of the range": N_("share of the range"),
}
METRIC: Mapping[str, str] = {
    "commitments_kept": N_("kept commitments"),
    "kept_recorded": N_("of them deals held, recorded at the start"),
    "kept_drawn": N_("of them deals held, drawn at the start"),
    "kept_new": N_("of them deals with new partners"),
    "kept_blocs": N_("of them decisions of blocs"),
    "kept_instruments": N_("of them instruments"),
    "kept_rank": N_("rank by kept commitments"),
    "kept_against_gravity": N_("kept deals, as a multiple"),
    "commitments": N_("commitments, kept or not"),
    "coverage": N_("needs covered"),
    "coverage_compute": N_("need of compute covered"),
    "coverage_skills": N_("need of skills covered"),
    "coverage_finance": N_("need of finance covered"),
    "coverage_legitimacy": N_("need of legitimacy covered"),
    "dependence": N_("dependence on one camp"),
    "dependence_eu": N_("dependence on the EU's camp"),
    "dependence_cn": N_("dependence on China's camp"),
    "dependence_us": N_("dependence on the US camp"),
    "cooperation": N_("cooperation"),
    "volume": N_("volume"),
    "implementation": N_("implementation"),
    "diversity": N_("diversity"),
    "reciprocity": N_("reciprocity"),
    "autonomy": N_("autonomy"),
    "alignment": N_("alignment"),
    "capacity": N_("capacity"),
    "safety": N_("safety"),
    "deals": N_("deals, all partners"),
    "deals_state": N_("deals with states"),
    "deals_firm": N_("deals with firms"),
    "deals_think_tank": N_("deals with think tanks"),
    "deals_ngo": N_("deals with NGOs"),
    "deals_influencer": N_("deals with influencers"),
    "deals_secretariat": N_("deals with secretariats"),
    "deals_mou": N_("memoranda"),
    "deals_programme": N_("programmes"),
    "deals_binding": N_("binding deals"),
    "deals_bilateral": N_("deals on the bilateral track"),
    "deals_trilateral": N_("deals on the trilateral track"),
    "deals_non_state": N_("deals on the non-state track"),
    "deals_eu_states": N_("deals with the EU and its members"),
    "deals_cn_states": N_("deals with China and its treaty partners"),
    "deals_us_states": N_("deals with the US and its treaty allies"),
    "instruments_joined": N_("instruments joined"),
    "partners_new": N_("partners new since the start"),
    "partners_new_state": N_("states among the new partners"),
    "partners_new_firm": N_("firms among the new partners"),
    "partners_new_secretariat": N_("secretariats among the new partners"),
    "partners_held": N_("partners held since the start"),
    "partners_held_recorded": N_("held by a recorded deal"),
    "partners_held_drawn": N_("held by a drawn deal"),
    "partners_lost": N_("partners lost since the start"),
    "blocs_active": N_("blocs with a decision on AI"),
    "watched": N_("how closely its conduct is watched"),
    "consulted": N_("how far NGOs are heard on its drafts"),
    "position_drift": N_("distance of its position from the start"),
    "capture_drift": N_("distance moved by firms' influence"),
    "concessions_received": N_("concessions received from leaders"),
    "incidents": N_("AI incidents in the quarter"),
}
OBJECTIVE: Mapping[str, str] = {
    **METRIC,
    "kept_commitments": N_("kept commitments"),
    "incidents": N_("AI incidents since the start"),
    "overall": N_("all objectives together"),
}
"""What a strategy is judged by."""
CRITERION: Mapping[str, str] = {
    "value": N_("gain in kept commitments a unit of budget, times the probability of a yes"),
    "gain_commitments": N_("gain in kept commitments"),
    "gain_capacity": N_("gain in capacity"),
    "gain_coverage": N_("gain in needs covered"),
    "dependence": N_("least dependence on one camp"),
    "p_accept": N_("probability of a yes"),
}
"""What candidates are ranked by."""
SPREAD: Mapping[str, str] = {
    "chance": N_("chance"),
    "parameters": N_("parameters"),
    "rule": N_("choice of rule"),
}
"""What the spread of a forecast is made of."""
RULE: Mapping[str, str] = {
    "as it is": N_("rules of the scenario"),
    "partner_choice=two_sided": N_("partners by all that is fitted"),
    "partner_choice=size_activity": N_("partners by size and activity alone"),
    "latent_book=on": N_("start with drawn deals beside the recorded ones"),
    "latent_book=off": N_("start with the recorded deals alone"),
    "learning=off": N_("no learning of tracks"),
    "learning=roth_erev": N_("states learn tracks from own rewards"),
    "learning=fermi": N_("states learn tracks from others"),
}
"""Rules that can stand in place of a scenario's own, as :mod:`simulation.experiments.spread` names them."""
UNCERTAINTY: Mapping[str, str] = {
    "rivalry": N_("rivalry between the leaders"),
    "fragmentation": N_("fragmentation of the world"),
    "lines": N_("lines along which the world breaks"),
    "surge": N_("size of a surge of malicious use"),
    "budget": N_("its budget, as a multiple"),
    "prices": N_("prices of deals, as a multiple"),
    "renewal": N_("chance that a deal is renewed"),
    "partner_choice": N_("rule by which states choose partners"),
    "learning": N_("rule by which states learn tracks"),
    "affinity_width": N_("how far apart positions may be in a deal"),
    "vote_noise": N_("chance in the votes of blocs"),
    "vote_cost": N_("cost of a further step of a bloc"),
    "vote_distance": N_("weight of positions in the votes of blocs"),
    "hazard": N_("AI incidents without governance"),
    "capability_growth": N_("growth of what AI can do"),
    "shield": N_("harm that governance of the world prevents"),
    "aggregation": N_("how the governance of the world adds up"),
    "capacity_growth": N_("speed at which capacity is built"),
    "capacity_decay": N_("speed at which capacity is lost"),
    "effort_returns": N_("what more effort on a track brings"),
    "trust_pull": N_("weight of trust in the choice of partners"),
    "interest_pull": N_("weight of positions in the choice of partners"),
    "rivalry_bonus": N_("what rivalry makes leaders offer"),
    "rivalry_cost": N_("what ties to a rival cost"),
    "consultation": N_("weight of NGOs heard on a text"),
}
"""What differs between futures: what a scenario leaves open, and the parameters that are drawn."""
_SIDES: Mapping[str, str] = {"<": N_("{what} below {value}"), ">": N_("{what} above {value}")}
_WORD: Mapping[str, str] = {"region": N_("regions"), "camp": N_("camps")}
_LIKELIHOODS = (
    # least probability, word; the scale of the IPCC (Mastrandrea et al. 2010), its five middle words
    (0.90, N_("very likely")),
    (0.66, N_("likely")),
    (0.33, N_("about as likely as not")),
    (0.10, N_("unlikely")),
    (0.0, N_("very unlikely")),
)


def name_of(names: Mapping[str, str], key: str, words: Words) -> str:
    """Name of something in a language; what has no name of its own is shown by its key."""
    return words(names[key]) if key in names else key.replace("_", " ")


def uncertainty(key: str, words: Words) -> str:
    """Name of what differs between futures; what has none is shown by its key."""
    return name_of(UNCERTAINTY, key, words)


def level(key: str, value: str, words: Words) -> str:
    """What differs between futures with its level, a number or a word."""
    told = name_of(RULE, f"{key}={value}", words) if f"{key}={value}" in RULE else value
    if re.fullmatch(r"-?\d+(\.\d+)?", value):
        told = words.number(float(value), len(value.partition(".")[2]))
    return words("{what}: {values}", what=uncertainty(key, words), values=told)


def conditions(text: str, words: Words) -> str:
    """A rule such as ``rivalry > 0.6 and lines = camp or region`` as people read it."""
    return words.listing([_condition(part, words) for part in text.split(" and ")])


def _condition(text: str, words: Words) -> str:
    name, sign, value = text.split(" ", 2)
    what = uncertainty(name, words)
    if sign not in _SIDES:
        values = [words(_WORD[part]) if part in _WORD else name_of(RULE, f"{name}={part}", words)
                  for part in value.split(" or ")]  # fmt: skip
        return words("{what}: {values}", what=what, values=", ".join(values))
    number = float(value)
    return words(_SIDES[sign], what=what, value=words.number(number, digits_that_tell(number)))


def likelihood(probability: float) -> str:
    """English word for a probability in [0, 1], to be translated.

    The words are those of the Intergovernmental Panel on Climate Change (Mastrandrea et al.
    2010): likely from 66 %, very likely from 90 %, and alike downwards. Its stronger words
    are left out: an ensemble of one model cannot bear them.
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"{probability} is no probability")
    return next(word for least, word in _LIKELIHOODS if probability >= least)


BANDS = N_("chance within the model, parameters fixed")
"""What bands are with fixed parameters; the words of :data:`simulation.experiments.analysis.summary.BAND_LABEL`."""
DRAWN_BANDS = N_("chance and parameters (a draw of their prior a replicate), rules fixed")
"""What bands are with drawn parameters; the words of :data:`simulation.experiments.analysis.summary.PRIOR_LABEL`."""
STATEMENT = (
    N_("fragmentation as in the scenario against none"),
    N_("rivalry as in the scenario against none"),
    N_("fragmentation 0.4 against none (the scenario has none)"),
    N_("rivalry 1 against none (the scenario has none)"),
)
"""What a contrast compares, as :mod:`simulation.experiments.analysis.contrasts` says it."""
