"""C.6 Blocs: agenda, vote, rule, depth."""

from __future__ import annotations

import math

from simulation.randomness import Stream
from tests.reference.draws import logistic
from tests.reference.trust import affinity, direct_trust, distance
from tests.reference.world import FULL_DEPTH, Actor, Bloc, World

_ROUNDING = 0.0005  # thresholds are written to three digits: .667 of three members is two of them


def decide(w: World) -> None:
    """Every bloc tables something now and then, and votes on it."""
    for bloc in w.blocs:
        can_decide = bloc.depth < FULL_DEPTH and len(bloc.members) > 1
        if can_decide and w.draw(Stream.BLOC_AGENDA, bloc.uid) < agenda(w, bloc):
            meet(w, bloc)


def agenda(w: World, bloc: Bloc) -> float:
    """λ_k, moved by the mean effort of its UN members on its track."""
    spent = [i.effort[bloc.track] for i in bloc.members if i.un_member]
    push = w.par.agenda_effort * (sum(spent) / len(spent) - 1.0) if spent else 0.0
    return min(1.0, max(0.0, bloc.agenda * w.par.agenda_scale * (1.0 + push)))


def meet(w: World, bloc: Bloc) -> None:
    """A random member's position is put to the vote; if it passes, D_k + 1 and every member is credited."""
    bloc.tabled += 1
    proposal = tabled(w, bloc)
    forced = w.par.vote_probability >= 0.0
    if not forced and vetoed(w, bloc):
        return
    utility = {i: utility_of(w, i, bloc, proposal) for i in bloc.members}
    yes = sum(votes_yes(w, i, bloc, utility[i]) for i in bloc.members)
    if yes >= needed(bloc):
        bloc.depth += 1
        bloc.passed += 1
        bloc.last_passed = w.quarter
        for i in bloc.members:
            i.credit(bloc.track, max(0.0, utility[i]))


def tabled(w: World, bloc: Bloc) -> list[float]:
    """The position of a random member."""
    return max(bloc.members, key=lambda i: (w.draw(Stream.BLOC_PROPOSER, bloc.uid, i.uid), -i.uid)).position


def salience(w: World, i: Actor, factor: float) -> float:
    """w_AI = (.3 + .7K) times what the bloc makes of it."""
    return (w.par.salience_floor + w.par.salience_capacity * i.capacity) * factor


def utility_of(w: World, i: Actor, bloc: Bloc, proposal: list[float]) -> float:
    """w_AI·mean_j a_ij τ̂_ij − c_b(1+D) − c_p d(x_i, y)."""
    near = sum(affinity(w, i, j.position) * i.trust[j] for j in bloc.members if j is not i)
    away = distance(i.position, proposal, i.weight)
    return vote_utility(w, i, bloc, near / (len(bloc.members) - 1), away)


def vote_utility(w: World, i: Actor, bloc: Bloc, near: float, away: float) -> float:
    """The same of given closeness to the members and distance from the proposal."""
    return salience(w, i, bloc.salience) * near - w.par.vote_cost * (1.0 + bloc.depth) - w.par.vote_distance * away


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


def vetoed(w: World, bloc: Bloc) -> bool:
    """Distrust stops everything under unanimity, and what binds (from D ≥ 1 on) under consensus."""
    if bloc.rule == "unanimity" or (bloc.rule == "consensus" and bloc.depth >= 1):
        return any(distrusts(w, i, bloc) for i in bloc.members)
    return False


def needed(bloc: Bloc) -> int:
    """Yes votes that pass: all; the share under consensus; the share and more than half under a majority."""
    count = len(bloc.members)
    if bloc.rule == "unanimity":
        return count
    share = math.ceil((bloc.threshold - _ROUNDING) * count)
    return max(share, count // 2 + 1) if bloc.rule == "majority" else share
