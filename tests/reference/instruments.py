"""C.7 Instruments: who joins what."""

from __future__ import annotations

import math

from simulation.kernels import Stream
from tests.reference.draws import logistic
from tests.reference.trust import affinity
from tests.reference.world import Actor, Text, World


def is_open(w: World, text: Text) -> bool:
    """Whether it can be joined this quarter."""
    return text.opens <= w.quarter <= text.closes


def join(w: World) -> None:
    """Who can joins by chance; all decide on what was so before anybody did."""
    joins = [
        (text, i)
        for text in w.texts
        if is_open(w, text)
        for i, chance in chances(w, text).items()
        if w.draw(Stream.JOIN, text.uid, whose_luck(w, text, i).uid) < chance
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


def opens_now(w: World, text: Text) -> bool:
    """Whether this is the quarter of its launch."""
    return text.opens == w.quarter


def chances(w: World, text: Text) -> dict[Actor, float]:
    """Chance of each state that can join; at the launch the union may decide as one, and conveners are in."""
    who = [i for i in text.eligible if i.is_state and i not in text.joined]
    own = {i: float(text.answer[i] > 0) for i in who if text.answer[i]}  # what a strategy says
    if not opens_now(w, text):
        return {i: logistic(log_odds(w, i, text)) for i in who} | own
    chance = {i: logistic(log_odds(w, i, text)) for i in who if i not in text.barred}
    together = [i for i in chance if i.in_union] if text.as_one else []
    if together:
        mean = sum(chance[i] for i in together) / len(together)
        chance |= dict.fromkeys(together, mean)
    chance = {i: max(p, 0.95) if i in text.sponsors else p for i, p in chance.items()}
    return chance | {i: p for i, p in own.items() if i in chance}


def whose_luck(w: World, text: Text, i: Actor) -> Actor:
    """One luck for all of a union that decides as one."""
    return w.leaders[0] if opens_now(w, text) and text.as_one and i.in_union else i


def log_odds(w: World, i: Actor, text: Text) -> float:
    """Launch or pace, as fitted on the record, and what has happened in the run since."""
    if opens_now(w, text):
        return text.reach + text.standing[i] + since_the_start(w, i, text)
    share = sum(j in text.joined for j in text.eligible) / max(len(text.eligible), 1)
    share = min(max(share, 0.01), 0.99)
    years = (w.quarter - text.opens - 1) / 4.0
    age = 0 if years < 1.0 else 1 if years < 2.0 else 2 if years < 6.0 else 3
    odds = text.pace[age] + text.pace_standing[i] + text.pace_by_share * math.log(share / (1.0 - share))
    return odds + since_the_start(w, i, text)


def since_the_start(w: World, i: Actor, text: Text) -> float:
    """Closeness, trust in the sponsor, urgency, norm, effort on the track and lines: zero as the world was recorded."""
    par = w.par
    odds = par.join_affinity * (affinity(w, i, text.position) - text.affinity_start[i])
    odds += par.join_sponsor * (pull(i, text, i.trust) - pull(i, text, i.reference))
    odds += par.join_urgency * w.when("urgency", i.urgency - par.urgency_usual)
    odds += par.join_norm * (text.domain == "civil" and i.norm and not i.norm_first)
    odds += par.forum_attention * math.log(max(i.effort[text.track], 0.01))
    return odds - text.crossed[i] + par.consultation * (i.consulted - i.consulted_start)


def pull(i: Actor, text: Text, trust: dict[Actor, float]) -> float:
    """The greatest τ·m of a sponsor; one trusts oneself; a sponsor that is no state counts as of size .5."""
    sizes = {j: j.size if j.is_state else 0.5 for j in text.sponsors}
    return max((size * (1.0 if j is i else trust[j]) for j, size in sizes.items()), default=0.0)
