"""C.18 Trilateral deals: one actor brokers a contract of three."""

from __future__ import annotations

import math
from collections.abc import Iterable

from simulation.randomness import Stream
from tests.reference.choosing import Contract, yes
from tests.reference.deals import shared_partners, utility, value
from tests.reference.forum import broker_rate
from tests.reference.world import Actor, World


def broker(w: World) -> list[Contract]:
    """The contracts of three that pass: each broker with an open slot tables one."""
    passed = []
    for i in w.actors:
        if i.slots_by_track["trilateral"] == 0:
            continue
        j = pick(w, Stream.BROKER_PARTNER, i, i.deals)
        k = j and pick(w, Stream.BROKER_THIRD, i, (a for a in i.possible & j.possible if a not in (i, j)))
        if not j or not k:
            continue
        level = min(i.depth(j), i.depth(k), j.depth(k)) + 1
        if i.depth(j) < level and j not in i.possible:
            continue  # a contract of three is no way round a ban
        gains = [mean_gain(w, i, j, k), mean_gain(w, j, i, k), mean_gain(w, k, i, j)]
        chance = broker_rate(w, i) * math.prod(yes(w, u) for u in gains)
        if w.draw(Stream.BROKER_CONSENT, i.uid, j.uid ^ k.uid) < chance:
            passed.append(Contract((i, j, k), sum(gains)))
    return passed


def pick(w: World, stream: Stream, i: Actor, candidates: Iterable[Actor]) -> Actor | None:
    """One of the candidates, by a logit on i's utility."""
    best, top = None, -math.inf
    for k in candidates:
        mark = i.gain[k]
        if w.par.choice_noise > 0.0:
            mark = mark / w.par.choice_noise + w.luck.gumbel(stream, i.uid, k.uid)
        if best is None or mark > top or (mark == top and k.uid < best.uid):
            best, top = k, mark
    return best


def mean_gain(w: World, a: Actor, b: Actor, c: Actor) -> float:
    """Mean utility to a of those of its pairs that the contract lifts; hopeless without worth or trust.

    The contract lifts the weakest pair of the three by a rung, and whatever lies below with it.
    """
    level = min(a.depth(b), a.depth(c), b.depth(c)) + 1
    gains = []
    for other in (b, c):
        if a.depth(other) < level:
            worth = value(w, a, other, other.degree, shared_partners(a, other))
            if worth <= 0.0 or a.trust[other] <= 0.0:
                return -1e9
            # a leader's own utility holds its rivalry term and what it concedes
            leads = a in w.leaders
            gains.append(a.gain[other] if leads else utility(w, a, other, worth) + a.offered.get(other, 0.0))
    return sum(gains) / len(gains) if gains else 0.0
