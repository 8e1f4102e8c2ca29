"""C.7 Instruments: who joins what."""

from __future__ import annotations

import math

from simulation.randomness import Stream
from tests.reference.draws import logistic
from tests.reference.trust import affinity
from tests.reference.world import Actor, Text, World


def is_open(w: World, text: Text) -> bool:
    """Whether it can be joined this quarter."""
    return text.opens <= w.quarter <= text.closes


def join(w: World) -> None:
    """Eligible non-members join open texts by their hazard; all decide on what was so before anybody did."""
    joins = [
        (text, i)
        for text in w.texts
        if is_open(w, text)
        for i in text.eligible
        if i.is_state and i not in text.joined
        if w.draw(Stream.JOIN, text.uid, i.uid) < logistic(log_odds(w, i, text))
    ]
    for text, i in joins:
        i.credit(text.track, text_utility(w, i, text))
    for text, i in joins:
        text.joined[i] = w.quarter
    for text in w.texts:
        if is_open(w, text) and len(text.joined) >= max(text.needed, 1):
            text.in_force = True


def text_utility(w: World, i: Actor, text: Text) -> float:
    """AI salience × affinity to the text × e·z."""
    salience = w.par.salience_floor + w.par.salience_capacity * i.capacity
    return salience * affinity(w, i, text.position) * text.counts()


def log_odds(w: World, i: Actor, text: Text) -> float:
    """logit h_iq = b0_q + Σ b·factor (Simmons & Elkins 2004; Shipan & Volden 2008)."""
    par = w.par
    odds = text.intercept
    odds += par.join_affinity * affinity(w, i, text.position)
    odds += par.join_sponsor * max((sponsor_pull(w, i, j) for j in text.sponsors), default=0.0)
    odds += par.join_peers * peers_in(w, i, text)
    odds += par.join_neighbours * share_in(text, [j for j in i.neighbours if j in text.eligible])
    odds += par.join_habit * i.habit[text.domain]
    odds += par.join_capacity * i.capacity
    odds -= par.join_sovereignty * (i.position[3] if text.binding else 0.0)
    odds += par.join_urgency * i.urgency
    odds += par.join_norm * (text.domain == "civil" and i.norm)
    odds += par.forum_attention * math.log(max(i.effort[text.track], 0.01))
    odds += par.join_launch * (text.opens == w.quarter)
    odds += votes_and_weight(w, i, text)
    odds -= par.join_launch_binding * (text.opens == w.quarter and text.binding)
    return odds + par.consultation * i.consulted


def votes_and_weight(w: World, i: Actor, text: Text) -> float:
    """Closeness to the sponsors' votes, log of size (floored), membership of the convening house."""
    par = w.par
    odds = par.join_votes * (1.0 - abs(i.position[3] - text.position[3]))
    return odds + par.join_size * math.log(max(i.size, 0.005)) + par.join_house * (i in text.house)


def standing(w: World, i: Actor, text: Text) -> float:
    """What does not depend on who is in, nor on the quarter: counted from its mean over the eligible."""
    par = w.par
    odds = par.join_affinity * affinity(w, i, text.position)
    odds += par.join_sponsor * max((sponsor_pull(w, i, j) for j in text.sponsors), default=0.0)
    odds += par.join_habit * i.habit[text.domain] + par.join_capacity * i.capacity
    odds -= par.join_sovereignty * (i.position[3] if text.binding else 0.0)
    return odds + votes_and_weight(w, i, text)


def sponsor_pull(w: World, i: Actor, sponsor: Actor) -> float:
    """τ̂_i,sponsor·m_sponsor; one trusts oneself; a sponsor that is no state counts as of a fixed size."""
    size = sponsor.size if sponsor.is_state else w.par.join_secretariat
    return size if sponsor is i else i.trust[sponsor] * size


def peers_in(w: World, i: Actor, text: Text) -> float:
    """Affinity- and bloc-weighted share of the other eligible states already in."""
    weight = [(i.peers[j], j in text.joined) for j in text.eligible if j.is_state and j is not i]
    total = sum(p for p, _ in weight)
    return sum(p for p, inside in weight if inside) / total if total > 0.0 else 0.0


def share_in(text: Text, some: list[Actor]) -> float:
    """Share of some actors already in."""
    return sum(j in text.joined for j in some) / len(some) if some else 0.0
