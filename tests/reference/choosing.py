"""C.2 Who proposes to whom, and who consents: the two rival rules."""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulation.randomness import Stream
from tests.reference.deals import trusted
from tests.reference.draws import logistic
from tests.reference.forum import has_one_pool
from tests.reference.world import Actor, World


@dataclass(eq=False, slots=True)
class Contract:
    """A proposal, and later what is to be signed: two or three parties and the sum of their utilities."""

    parties: tuple[Actor, ...]
    surplus: float


def pools(w: World, i: Actor) -> list[str]:
    """An actor that chooses no track has one pool for everybody, else one for states and one for the rest."""
    return ["bilateral"] if has_one_pool(w, i) else ["bilateral", "non_state"]


def pool_for(w: World, i: Actor, partner: Actor) -> str:
    """The pool of i's open slots that a partner takes one from."""
    return "bilateral" if partner.is_state or has_one_pool(w, i) else "non_state"


def has_slot(w: World, i: Actor, partner: Actor) -> bool:
    """Whether any slot of i is open to this partner."""
    return i.slots_by_track[pool_for(w, i, partner)] > 0


# --- consent: logistic


def propose(w: World) -> list[Contract]:
    """Every actor proposes to the best partners of each pool, as many as it has open slots."""
    return [
        Contract((i, j), i.gain[j] + j.gain[i])
        for i in w.actors
        for number, pool in enumerate(pools(w, i))
        if i.slots_by_track[pool] > 0
        for j in best_partners(w, i, pool, number)
    ]


def best_partners(w: World, i: Actor, pool: str, number: int) -> list[Actor]:
    """Gumbel-top-k on U/s over partners and the outside option, whose U is 0 (Kool et al. 2019)."""
    noise = w.par.choice_noise
    outside = w.luck.gumbel(Stream.PROPOSAL, i.uid, number) if noise > 0.0 else 0.0
    ranked = []
    for j in i.possible:
        if pool_for(w, i, j) == pool and has_slot(w, j, i) and trusted(i, j):
            mark = i.gain[j]
            if noise > 0.0:
                mark = mark / noise + w.luck.gumbel(Stream.PROPOSAL, i.uid, j.uid)
            if mark > outside:
                ranked.append((-mark, j.uid, j))
    ranked.sort(key=lambda entry: entry[:2])
    return [j for _, _, j in ranked[: i.slots_by_track[pool]]]


def consent(w: World, offers: list[Contract]) -> list[Contract]:
    """Each receiver answers the offers it likes best first, with probability σ(U/s), while slots last."""
    left = {i: dict(i.slots_by_track) for i in w.actors}
    agreed = []
    for offer in sorted(offers, key=lambda o: (-o.parties[1].gain[o.parties[0]], o.parties[0].uid)):
        i, j = offer.parties
        pool = pool_for(w, j, i)
        if left[j][pool] > 0 and w.draw(Stream.CONSENT, j.uid, i.uid) < yes(w, j.gain[i]):
            left[j][pool] -= 1
            agreed.append(offer)
    return agreed


def yes(w: World, utility: float) -> float:
    """σ(U/s); without noise whether U > 0."""
    return logistic(utility / w.par.choice_noise) if w.par.choice_noise > 0.0 else float(utility > 0.0)


# --- consent: choice


def choose_pairs(w: World) -> list[Contract]:
    """Pairs with probability ∝ p(i→j)p(j→i), both multinomial logits (Stadtfeld, Hollway & Block 2017)."""
    noise = max(w.par.choice_noise, 1e-6)
    partners = {i: [j for j in w.actors if j in i.possible and may_meet(w, i, j)] for i in w.actors}
    total = {
        i: 1.0 + sum(math.exp(min(i.gain[j] / noise, 600.0)) for j in partners[i]) for i in w.actors
    }  # the outside option counts as one
    marks = []
    for i in w.actors:
        for j in partners[i]:
            if i.row < j.row:
                chance = (i.gain[j] + j.gain[i]) / noise - math.log(total[i]) - math.log(total[j])
                luck = w.luck.symmetric(Stream.PAIR_EVENT, i.uid, j.uid)
                marks.append((chance - math.log(-math.log(luck)), i, j))
    marks.sort(key=lambda entry: -entry[0])
    return take(w, marks, number_of_agreements(w, total))


def may_meet(w: World, i: Actor, j: Actor) -> bool:
    """Slots open to each other on both sides, and trust and worth on both."""
    return has_slot(w, i, j) and has_slot(w, j, i) and trusted(i, j)


def number_of_agreements(w: World, total: dict[Actor, float]) -> int:
    """Half of the open slots not given to the outside option, rounded by luck."""
    expected = 0.0
    for i in w.actors:
        slots = sum(i.slots_by_track[pool] for pool in pools(w, i))
        expected += slots * (1.0 - 1.0 / total[i]) / 2.0
    return int(expected + w.draw(Stream.EVENT_COUNT, 0, 0))


def take(w: World, marks: list[tuple[float, Actor, Actor]], number: int) -> list[Contract]:
    """The likeliest pairs, while both have slots left."""
    left = {i: dict(i.slots_by_track) for i in w.actors}
    agreed: list[Contract] = []
    for _, i, j in marks:
        mine, theirs = pool_for(w, i, j), pool_for(w, j, i)
        if len(agreed) < number and left[i][mine] > 0 and left[j][theirs] > 0:
            left[i][mine] -= 1
            left[j][theirs] -= 1
            agreed.append(Contract((i, j), i.gain[j] + j.gain[i]))
    return agreed
