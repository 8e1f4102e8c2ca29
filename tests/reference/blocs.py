"""C.6 Blocs: agenda, vote, rule, depth."""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulation.kernels import Stream
from tests.reference.draws import logistic
from tests.reference.rivalry import distance as gap
from tests.reference.trust import affinity, direct_trust, distance
from tests.reference.world import FULL_DEPTH, Actor, Bloc, World

_ROUNDING = 0.0005  # thresholds are written to three digits: .667 of three members is two of them


def decide(w: World) -> None:
    """Every bloc tables something now and then, and votes on it."""
    for bloc in w.blocs:
        if len(bloc.members) > 1 and w.draw(Stream.BLOC_AGENDA, bloc.uid) < agenda(w, bloc):
            meet(w, bloc)


def agenda(w: World, bloc: Bloc) -> float:
    """λ_k times the mean effort of its UN members on its track."""
    spent = [i.effort[bloc.track] for i in bloc.members if i.un_member]
    return min(1.0, bloc.agenda * w.par.agenda_scale * (sum(spent) / len(spent) if spent else 1.0))


@dataclass(frozen=True)
class Item:
    """What a bloc tables: a position, and whether deciding on it goes a rung deeper."""

    position: list[float]
    raises: bool

    def cost(self, w: World, bloc: Bloc) -> float:
        """c_b(1+D) to raise, a third of c_b to stay."""
        return float(w.par.vote_cost * (1.0 + bloc.depth if self.raises else 1.0 / 3.0))

    def binds(self, bloc: Bloc) -> bool:
        """Whether it goes beyond a declaration."""
        return self.raises and bloc.depth >= 1


def limit(bloc: Bloc) -> int:
    """D ≤ 3 where e ≥ .5, 2 where e ≥ .2, else 1."""
    if bloc.enforcement < 0.2:
        return 1
    return 2 if bloc.enforcement < 0.5 else FULL_DEPTH


def meet(w: World, bloc: Bloc) -> None:
    """A random member's position is put to the vote; if it passes every member is credited, and some raise D_k."""
    bloc.tabled += 1
    item = tabled(w, bloc)
    forced = w.par.vote_probability >= 0.0
    if not forced and vetoed(w, bloc, item):
        return
    utility = {i: utility_of(w, i, bloc, item) for i in bloc.members}
    yes = sum(votes_yes(w, i, bloc, utility[i]) for i in bloc.members)
    if yes >= needed(bloc):
        bloc.depth += item.raises
        bloc.passed += 1
        bloc.last_passed = w.quarter
        for i in bloc.members:
            i.credit(bloc.track, max(0.0, utility[i]))


def tabled(w: World, bloc: Bloc) -> Item:
    """The position of a random member; three items in ten would raise a bloc that is not at its limit."""
    lead = max(bloc.members, key=lambda i: (w.draw(Stream.BLOC_PROPOSER, bloc.uid, i.uid), -i.uid))
    ambitious = w.draw(Stream.BLOC_AGENDA, bloc.uid, 1) < w.par.agenda_raises
    return Item(lead.position, ambitious and bloc.depth < limit(bloc))


def salience(w: World, i: Actor, factor: float) -> float:
    """w_AI = (.3 + .7K) times what the bloc makes of it."""
    return (w.par.salience_floor + w.par.salience_capacity * i.capacity) * factor


def utility_of(w: World, i: Actor, bloc: Bloc, item: Item) -> float:
    """w_AI·mean_j a_ij τ̂_ij − cost − c_p d(x_i, y) − .1(ρ−1)·max d̃."""
    near = sum(affinity(w, i, j.position) * i.trust[j] for j in bloc.members if j is not i)
    away = distance(i.position, item.position, i.weight)
    gain = salience(w, i, bloc.salience) * near / (len(bloc.members) - 1)
    return gain - item.cost(w, bloc) - w.par.vote_distance * away - strain(w, i)


def strain(w: World, i: Actor) -> float:
    """.1(ρ−1)·max d̃: what rivalry beyond the recorded one costs a leader and its camp."""
    if not w.on("rivalry") or not 0 <= i.camp < len(w.leaders):
        return 0.0
    h = w.leaders[i.camp]
    return float(0.1 * (w.par.rivalry - 1.0) * max((gap(w, h, other) for other in w.leaders), default=0.0))


def votes_yes(w: World, i: Actor, bloc: Bloc, utility: float) -> bool:
    """σ(U/s_b); under a majority rule distrust of any member is a no."""
    luck = w.draw(Stream.BLOC_VOTE, bloc.uid, i.uid)
    if w.par.vote_probability >= 0.0:
        return luck < w.par.vote_probability
    if bloc.rule == "majority" and distrusts(w, i, bloc):
        return False
    return luck < logistic(utility / w.par.vote_noise)


def distrusts(w: World, i: Actor, bloc: Bloc) -> bool:
    """Direct trust below τ_veto in any other member (Tsebelis 2002)."""
    return any(direct_trust(i, j) < w.par.veto_trust for j in bloc.members if j is not i)


def vetoed(w: World, bloc: Bloc, item: Item) -> bool:
    """Distrust stops everything under unanimity, and what binds (from D ≥ 1 on) under consensus."""
    if bloc.rule == "unanimity" or (bloc.rule == "consensus" and item.binds(bloc)):
        return any(distrusts(w, i, bloc) for i in bloc.members)
    return False


def needed(bloc: Bloc) -> int:
    """Yes votes that pass: all; the share under consensus; the share and more than half under a majority."""
    count = len(bloc.members)
    if bloc.rule == "unanimity":
        return count
    share = math.ceil((bloc.threshold - _ROUNDING) * count)
    return max(share, count // 2 + 1) if bloc.rule == "majority" else share
