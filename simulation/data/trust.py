"""First trust τ⁰ from what is recorded of pairs, not from their trade (MODEL C.4).

Between states the log odds add up the tone of recorded events, alliance, shared clubs, rivalry, open conflict and
broken relations, each as of the date. With and among all others τ⁰ is one half: nothing dated tells them apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from simulation.arithmetic import exp, log1p
from simulation.data.facts import TONE_YEARS, load_tone
from simulation.data.history import load_rivals
from simulation.data.judged_pairs import judged_pairs, states_and_union
from simulation.data.kinds import BlocFacts
from simulation.data.roster import Roster, bloc_members, camps_of

Floats = npt.NDArray[np.float64]

LOG_ODDS: Mapping[str, float] = {
    "start": -0.3, "tone": 0.49, "ally": 0.45, "clubs": 0.44, "rival": -1.9, "conflict": -2.14, "no_relations": -2.2,
}  # fmt: skip
"""Weights of what is recorded. Tone (standard error .06), clubs (.10), rivalry (.59) and conflict (.85) are fitted: a
logit of the 683 pairs of states, of 11,476, that signed on defence in 2000-10 (Kinne 2020, which enters nothing else
here) on these, size, distance and the number of events (:mod:`simulation.evidence.deals.trust`). That log odds of an
agreement on defence are those of trust is an assumption; so are the start, broken relations (too rare there) and
alliance (-.12, .17: allies need no further treaty)."""
CLUB = 60
"""Members up to which an organisation is a club: those who share it chose each other."""
ALLIANCES = ("AES_Alliance_of_Sahel_States", "CSTO", "EU", "Five_Eyes", "GCC", "NATO")
"""Blocs whose members owe each other defence (recalled); so do a leader and those bound to it by treaty."""
TRUST_OTHERS = 0.5
FLOOR = 0.02
"""τ⁰ is between this and one less this: no first opinion is certain (assumption, that of C.17)."""


def trust_prior(
    roster: Roster, gdp: Floats, blocs: Sequence[BlocFacts], as_of: date, notes: list[str]
) -> Floats:
    """τ⁰ of all pairs known on the day, float64[n, n], symmetric, zero diagonal.

    The EU is met as its members are: with the mean of their log odds, weighted by gross domestic product.
    """
    count, states = len(roster), roster.union
    members = list(bloc_members("EU", as_of, roster.place))
    odds = log_odds(roster, blocs, as_of, notes)
    weight = np.zeros(states)
    weight[members] = gdp[members]
    shares = weight[:, None] * ~np.eye(states, dtype=bool)  # a member is met by the others
    union = (shares * odds).sum(axis=0) / shares.sum(axis=0)
    full = np.zeros((states + 1, states + 1))
    full[:states, :states] = odds
    full[states, :states] = full[:states, states] = union
    trust = np.full((count, count), TRUST_OTHERS)
    trust[: states + 1, : states + 1] = np.clip(1.0 / (1.0 + exp(-full)), FLOOR, 1.0 - FLOOR)
    np.fill_diagonal(trust, 0.0)
    return trust


def log_odds(roster: Roster, blocs: Sequence[BlocFacts], as_of: date, notes: list[str]) -> Floats:
    """Log odds of τ⁰ among the states, float64[193, 193], symmetric; the diagonal means nothing."""
    odds = np.full((roster.union, roster.union), LOG_ODDS["start"])
    for name, marks in recorded(roster, blocs, as_of, notes).items():
        odds += LOG_ODDS[name] * np.nan_to_num(marks)  # without a record of events a pair is a middling one
    return odds


def recorded(roster: Roster, blocs: Sequence[BlocFacts], as_of: date, notes: list[str]) -> dict[str, Floats]:
    """What is recorded of each pair of states on the day, by name of its weight, each float64[193, 193], symmetric."""
    states = roster.union
    tone = load_tone(as_of, notes)
    now, then = (_broken(day, states) for day in (as_of, min(as_of, date(TONE_YEARS[1], 12, 31))))
    tone[np.any([now[name] != then[name] for name in now], axis=0)] = 0.0  # what was said before tells no more
    rival = np.zeros((states, states))
    for a, b in load_rivals(as_of, roster.place):
        rival[a, b] = rival[b, a] = 1.0
    clubs = _shared([bloc.members for bloc in blocs if len(bloc.members) <= CLUB], states)
    logs = log1p(np.arange(int(clubs.max()) + 1))
    return {"tone": tone, "ally": allies(roster, as_of), "clubs": logs[clubs], "rival": rival, **now}


def allies(roster: Roster, as_of: date) -> Floats:
    """Pairs of states that owe each other defence on the day, float64[193, 193] of 0 and 1, symmetric."""
    states, place = roster.union, roster.place
    marks = np.zeros((states, states))
    for bloc in ALLIANCES:
        inside = bloc_members(bloc, as_of, place)
        marks[np.ix_(inside, inside)] = 1.0
    camp = camps_of(roster, as_of)[:states]
    for leader in (place["CHN"], place["USA"]):
        bound = np.flatnonzero(camp == camp[leader])
        marks[leader, bound] = marks[bound, leader] = 1.0
    return marks


def _shared(members: Sequence[Sequence[int]], states: int) -> npt.NDArray[np.int64]:
    """How many of some blocs each pair of states shares, int64[states, states]."""
    shared = np.zeros((states, states), np.int64)
    for inside in members:
        rows = [i for i in inside if i < states]
        shared[np.ix_(rows, rows)] += 1
    return shared


def _broken(day: date, states: int) -> dict[str, Floats]:
    """Pairs of states in open conflict, and those without relations, on a day."""
    tables = {"conflict": "conflict", "no_relations": "masks"}
    return {
        name: judged_pairs(judged, states_and_union(), day)[:states, :states] for name, judged in tables.items()
    }

