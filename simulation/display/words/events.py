"""What happened in one run, as people read it: kinds of events, reasons, and the names of their terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from simulation.display.words.language import Words
from simulation.display.words.terms import DEPTH, N_, TRACK, name_of

HEAD: Mapping[str, str] = {
    "made": N_("A deal is made with {partner}: {depth}, {track}."),
    "deepened": N_("The deal with {partner} deepens: {depth}, {track}."),
    "renewed": N_("The deal with {partner} is renewed: {depth}, {track}."),
    "refused": N_("No deal with {partner}."),
    "broken": N_("{by} breaks a promise to {other}."),
    "ended": N_("The deal with {partner} ends."),
    "joined": N_("{actor} joins: {partner}."),
    "passed": N_("A bloc decides, step {step} of 3: {partner}."),
    "rejected": N_("A bloc does not decide: {partner}."),
}
"""What happened, by kind of event."""

EVENT: Mapping[str, str] = {
    "made": N_("deal made"),
    "deepened": N_("deal deepened"),
    "renewed": N_("deal renewed"),
    "refused": N_("no deal"),
    "broken": N_("promise broken"),
    "ended": N_("deal ended"),
    "joined": N_("text joined"),
    "passed": N_("decision of a bloc"),
    "rejected": N_("no decision of a bloc"),
}
"""The same in a cell of a table."""

REASON: Mapping[str, str] = {
    "planned": N_("The scenario plans it."),
    "aimed": N_("The strategy of {by} names this partner."),
    "accepted": N_("{by} turns to {other}, and the answer is yes (probability {probability}, luck {luck})."),
    "declined": N_("{by} turns to {other}, and the answer is no (probability of a yes {probability}, luck {luck})."),
    "third": N_("{third} joins the two."),
    "agreed": N_("{by} turns to {other}, and the answer is yes."),
    "joining": N_("{third} joins the two (probability {probability}, luck {luck})."),
    "budget": N_("They agree, but the budget is too small: {who}."),
    "public": N_("A public does not ratify it, and the deal stays less deep: {who}."),
    "renewed": N_("Its term is over, and it is renewed (probability {probability}, luck {luck})."),
    "expired": N_("Its term is over, and it is not renewed (probability of renewal {probability}, luck {luck})."),
    "unaffordable": N_(
        "Its term is over, and it would be renewed (probability {probability}, luck {luck}), but the budget is too "
        "small: {who}."
    ),
    "upkeep": N_("Upkeep exceeds the budget of {by}, and this deal draws it least."),
    "unseen": N_("Nobody sees it (probability of keeping it in the quarter {probability}, luck {luck})."),
    "seen": N_("It is seen (probability of keeping it in the quarter {probability}, luck {luck})."),
    "lowered": N_("The deal falls by a rung."),
    "fallen": N_("The deal ends with it."),
    "clause": N_("A clause of the deal lets {by} leave."),
    "joined": N_("Probability {probability} in the quarter, luck {luck}."),
    "enough": N_("Enough members vote yes (yes of {actor}: probability {probability}, luck {luck})."),
    "too_few": N_("Too few members vote yes (yes of {actor}: probability {probability}, luck {luck})."),
    "vetoed": N_("A member that distrusts another one stops it."),
    "distrust": N_("{actor} votes no, for it distrusts another member."),
}
"""How it came about, sentence by sentence."""

LUCK = N_("Luck is drawn evenly from 0 to 1; a yes comes if it is below the probability.")

_TURNING: Mapping[str, str] = {
    "size": N_("size of the partner"),
    "distance": N_("geographic distance"),
    "trade": N_("trade, given both sizes"),
    "border": N_("common border"),
    "language": N_("common language"),
    "colony": N_("colonial tie"),
    "common_coloniser": N_("common former coloniser"),
    "other": N_("deals in other fields"),
    "rival": N_("rivals"),
    "conflict": N_("open conflict"),
    "bodies": N_("common regional organisations"),
    "union": N_("the EU as a partner"),
    "state_size": N_("size of the state"),
    "state_readiness": N_("readiness of the state"),
    "firm_band": N_("size of the firm"),
    "firm_core": N_("leading firm"),
    "firm_infrastructure": N_("firm of clouds, chips or networks"),
    "domestic": N_("firm of this state"),
    "home_distance": N_("distance to the home of the firm"),
    "home_trade": N_("trade with the home of the firm"),
    "home_language": N_("language of the home of the firm"),
    "home_conflict": N_("conflict with the home of the firm"),
    "home_rival": N_("rival of the home of the firm"),
    "home_CHN": N_("Chinese firm"),
    "home_USA": N_("firm of the United States"),
    "home": N_("organisation of this state"),
    "readiness": N_("readiness of the state"),
    "lines": N_("line of fragmentation"),
    "changed": N_("changed by hand"),
    "activity": N_("activity of the partner"),
    "attraction": N_("own attraction of the partner"),
    "history": N_("earlier deals of the two"),
    "trust": N_("trust beyond the expected"),
    "interests": N_("positions since the start"),
    "needs": N_("needs that it fills"),
    "own_rule": N_("own rule"),
    "rivalry": N_("rivalry between the leaders"),
}

_KEEPING: Mapping[str, str] = {
    "base": N_("base"),
    "load": N_("burden of upkeep"),
    "distance": N_("distance of positions"),
    "capture": N_("capture by firms"),
    "watched": N_("being watched"),
    "bounds": N_("bounds of the probability"),
}

_JOINING: Mapping[str, str] = {
    "intercept": N_("reach of the text"),
    "standing": N_("standing of the state to the text"),
    "inside": N_("share inside"),
    "affinity": N_("closeness gained"),
    "sponsor": N_("trust in the sponsor"),
    "urgency": N_("urgency"),
    "norm": N_("norm adopted"),
    "attention": N_("diplomatic effort"),
    "crossing": N_("lines to the sponsors"),
    "consultation": N_("NGOs heard on it"),
    "union": N_("the union decides as one"),
    "convening": N_("it convenes the text"),
}

NAME: Mapping[str, Mapping[str, str]] = {
    "turning": _TURNING,
    "agreeing": {**_TURNING, "reluctance": N_("reluctance")},
    "renewing": {
        "usual": N_("usual share of renewals"),
        "mutual": N_("mutual attraction"),
        "likeness": N_("closeness of positions"),
    },
    "keeping": _KEEPING,
    "joining": _JOINING,
    "voting": {
        "closeness": N_("closeness to trusted members"),
        "rung": N_("cost of a further step"),
        "same_rung": N_("cost of a text that goes no further"),
        "proposal": N_("distance of the proposal"),
        "rivalry": N_("rivalry between the leaders"),
    },
}
"""Names of terms, by what they add up to."""

GIVEN: Mapping[str, str] = {
    "chosen": N_("probability of this choice"),
    "left": N_("budget left"),
    "price": N_("price of signing"),
    "deeper": N_("positions, towards a deeper deal"),
}
"""Names of what else bore on it."""

PART: Mapping[str, str] = {"term": N_("term"), "decided": N_("sum"), "given": N_("also weighed")}
"""Names of the parts of a decision."""

SUM: Mapping[str, str] = {
    "turning": N_("utility (sum)"),
    "agreeing": N_("log odds of a yes (sum)"),
    "renewing": N_("log odds of renewal (sum)"),
    "keeping": N_("probability of keeping it for a year (sum)"),
    "joining": N_("log odds (sum)"),
    "voting": N_("utility (sum)"),
}
"""What terms add up to."""


# --- an event in a sentence or two, in any language, for a terminal or a page


FORUMS = ("joined", "passed", "rejected")
"""Kinds of events that are about a text or a bloc, and not about partners."""
DIGITS = 3
"""Of probabilities and luck, which may lie close together."""


def told(event: Mapping[Any, Any], actor: str, names: Mapping[str, str], words: Words) -> tuple[str, str]:
    """What happened and why.

    Parameters
    ----------
    event
        A row of the events of an :class:`simulation.experiments.explanation.Explanation`.
    actor
        Id of whom it explains.
    names
        Names of actors by id, in the language.
    """
    by, about, third = (_ids(event[column]) for column in ("by", "about", "third"))
    others = [other for other in (actor, *about) if other not in (*by, *third)]

    def listed(ids: list[str]) -> str:
        return words.listing([_apart(words.within(name, names.get(name, name)), words) for name in ids])

    values: dict[str, object] = {
        "actor": listed([actor]),
        "partner": _apart(words.known(event["name"]), words) if event["kind"] in FORUMS else listed(about),
        "depth": name_of({str(rung): name for rung, name in DEPTH.items()}, str(event["depth"]), words),
        "step": words.number(event["depth"]),
        "track": name_of(TRACK, _text(event["track"]), words),
        "by": listed(by),
        "other": listed(others),
        "third": listed(third),
        "who": listed(_ids(event["who"])),
        "probability": _number(event["probability"], words),
        "luck": _number(event["luck"], words),
    }
    why = " ".join(words(REASON[reason], **values) for reason in _ids(event["reason"]))
    return words(HEAD[event["kind"]], **values), why


def names_of(events: pd.DataFrame, terms: pd.DataFrame, words: Words) -> dict[str, str]:
    """Names by id of every actor of an explanation, in a language."""
    result = dict(zip(terms["actor"], terms["actor_name"], strict=True))
    deals = events.loc[~events["kind"].isin(FORUMS)]
    result |= {about: name for about, name in zip(deals["about"], deals["name"], strict=True) if " " not in about}
    return {actor: words.actor(actor, name) for actor, name in result.items()}


def _ids(cell: Any) -> list[str]:
    return _text(cell).split()


def _text(cell: Any) -> str:
    return "" if pd.isna(cell) else str(cell)


def _number(cell: Any, words: Words) -> str:
    """A probability or a draw; it never shows as 0 or 1 what is not."""
    if pd.isna(cell):
        return "–"
    least = 10.0**-DIGITS
    value = float(cell)
    return words.number(value if value in (0.0, 1.0) else min(max(value, least), 1.0 - least), DIGITS)


def _apart(name: str, words: Words) -> str:
    """A name that keeps its own direction in a line from right to left."""
    return f"\u2068{name}\u2069" if words.right_to_left else name
