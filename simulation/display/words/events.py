"""What happened in one run, as people read it: kinds of events, reasons, and the names of their terms."""

from __future__ import annotations

from collections.abc import Mapping

from simulation.display.words.terms import N_

HEAD: Mapping[str, str] = {
    "made": N_("A deal is made with {partner}: {depth}, {track}."),
    "deepened": N_("The deal with {partner} deepens: {depth}, {track}."),
    "refused": N_("No deal with {partner}: {depth}, {track}."),
    "broken": N_("{by} breaks a promise to {other}."),
    "lapsed": N_("The deal with {partner} lapses."),
    "shed": N_("The deal with {partner} is given up."),
    "joined": N_("{actor} joins: {partner}."),
}
"""What happened, by kind of event."""

YES_OF_ONE, YES_OF_ALL, YES_OF_BOTH = "accepted", "passed", "chosen"
"""Keys of the reasons of a deal that is signed: offered and accepted, brokered, or chosen by both."""

REASON: Mapping[str, str] = {
    YES_OF_ONE: N_("{by} offers, {other} says yes (probability {probability}, luck {luck})."),
    YES_OF_ALL: N_("{by} brokers it, and it passes (probability {probability}, luck {luck})."),
    YES_OF_BOTH: N_("Both sides choose it."),
    "planned": N_("The scenario plans it."),
    "declined": N_("{by} offers, {other} declines (probability of a yes {probability}, luck {luck})."),
    "no_slot": N_(
        "{by} offers, {other} would say yes (probability {probability}, luck {luck}) but has no open slot left."
    ),
    "not_passed": N_(
        "{by} brokers it, and it does not pass (probability {probability}, luck {luck}); least willing: {who}."
    ),
    "worthless": N_("{by} brokers it, but to one of them it has no value, or one is not trusted at all."),
    "budget": N_("They agree, but the budget is too small: {who}."),
    "public": N_("They agree, but a public does not ratify: {who} (probability {probability}, luck {luck})."),
    "unseen": N_("Nobody sees it (probability of keeping it in the quarter {probability}, luck {luck})."),
    "seen": N_("It is seen (probability of keeping it in the quarter {probability}, luck {luck})."),
    "seen_lowered": N_(
        "It is seen, and the deal falls by a rung (probability of keeping it in the quarter {probability}, luck "
        "{luck})."
    ),
    "lapsed": N_("No longer worth having to {by} (probability that it ends {probability}, luck {luck})."),
    "shed": N_("Upkeep exceeds the budget of {by}."),
    "joined": N_("Probability {probability} in the quarter, luck {luck}."),
}
"""Why, by reason, or by kind where there is only one."""

LUCK = N_("Luck is drawn evenly from 0 to 1; a yes comes if it is below the probability.")

NAME: Mapping[str, str] = {
    "complementarity": N_("complementarity"),
    "affinity": N_("affinity"),
    "partner_activity": N_("activity of the partner"),
    "shared_partners": N_("shared partners"),
    "inertia": N_("existing deal"),
    "urgency": N_("urgency"),
    "exposure": N_("exposure"),
    "own_value": N_("own rule"),
    "value": N_("value"),
    "kept": N_("if the promise is kept"),
    "broken": N_("if it is broken"),
    "setup": N_("set-up cost"),
    "upkeep": N_("upkeep"),
    "rivalry": N_("rivalry bonus"),
    "concession": N_("concession"),
    "worthless": N_("no value or no trust"),
    "nothing_new": N_("nothing new to it"),
    "trust": N_("trust in the partner"),
    "price": N_("price of the new rungs"),
    "left": N_("budget left"),
    "base": N_("base"),
    "load": N_("burden of upkeep"),
    "distance": N_("distance of positions"),
    "capture": N_("capture by firms"),
    "watched": N_("being watched"),
    "bounds": N_("bounds of the probability"),
    "intercept": N_("reach of the text"),
    "sponsor": N_("trust in the sponsor"),
    "peers": N_("peers inside"),
    "neighbours": N_("neighbours inside"),
    "habit": N_("habit of joining"),
    "capacity": N_("capacity"),
    "sovereignty": N_("sovereignty against a binding text"),
    "norm": N_("norm adopted"),
    "club": N_("size of the club"),
    "attention": N_("diplomatic effort"),
    "launch": N_("launch of the text"),
    "votes": N_("closeness on sovereignty"),
    "size": N_("size of the state"),
    "house": N_("member of the convener"),
    "launch_binding": N_("launch of a binding text"),
}
"""Names of factors, terms and what bore on them."""

DECIDED: Mapping[str, str] = {
    "joined": N_("log odds (sum)"),
    "broken": N_("probability of keeping it for a year (sum)"),
}
"""What the terms add up to, by kind of event; a utility if not named."""
UTILITY = N_("utility (sum)")
VALUE = N_("value (product)")
MEAN = N_("utility (mean over new partners)")
