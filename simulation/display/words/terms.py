"""Names of the model's kinds, tracks, camps and outcomes as people read them, to be translated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

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
"""What bands are with fixed parameters; the words of :data:`simulation.analysis.summary.BAND_LABEL`."""
DRAWN_BANDS = N_("chance and parameters (a draw of their prior a replicate), rules fixed")
"""What bands are with drawn parameters; the words of :data:`simulation.analysis.summary.PRIOR_LABEL`."""
STATEMENT: Mapping[str, str] = {
    "fragmentation as in the scenario against none": N_("fragmentation as in the scenario against none"),
    "rivalry as in the scenario against none": N_("rivalry as in the scenario against none"),
    "fragmentation 0.4 against none (the scenario has none)": N_(
        "fragmentation 0.4 against none (the scenario has none)"
    ),
    "rivalry 1 against none (the scenario has none)": N_("rivalry 1 against none (the scenario has none)"),
}
"""What a contrast compares, as :mod:`simulation.analysis.contrasts` says it."""
