"""C.18 Third parties: a signed pair of states is joined by a third."""

from __future__ import annotations

import math

from simulation.kernels import Stream
from tests.reference.approaches import Approach
from tests.reference.contracts import Contract
from tests.reference.draws import Luck
from tests.reference.pull import agreement
from tests.reference.world import Actor, World


def broker(w: World, agreed: list[Approach]) -> list[Contract]:
    """What is to be signed: each agreement, with whoever joins it."""
    contracts = []
    for a in agreed:
        third = joins(w, a) if w.on("trilateral") and a.sender.is_state and a.receiver.is_state else None
        parties = (a.sender, a.receiver) if third is None else (a.sender, a.receiver, third)
        contracts.append(Contract(parties, a.number))
    return contracts


def joins(w: World, a: Approach) -> Actor | None:
    """r3·(p_i(k) + p_j(k))/2·q_k(i)·q_k(j) for each k; of several who would, the one with the most luck."""
    i, j = a.sender, a.receiver
    hazard = (eagerness(w, i) + eagerness(w, j)) / 2.0
    luck = w.luck.of(Stream.THIRD_PARTY, i.uid ^ j.uid, a.number)
    found = []
    for k in (i.possible & j.possible) - {i, j}:
        if k.is_state:
            chance = hazard * (turning(i, k) + turning(j, k)) / 2.0 * agreement(w, k, i) * agreement(w, k, j)
            share = luck.uniform(k.uid) / chance if chance > 0.0 else math.inf
            if share < 1.0:
                found.append((share, k.row, k))
    return min(found)[2] if found else None


def eagerness(w: World, i: Actor) -> float:
    """r3 times the effort on the track; who plays the strategy may have its own r3."""
    own = w.scenario.strategy.trilateral_rate
    rate = own if own is not None and plays(w, i) else w.par.trilateral_rate
    return rate * i.effort["trilateral"]


def plays(w: World, i: Actor) -> bool:
    """Whether i plays the strategy: the focal state does, and a share of the non-aligned, drawn before the run."""
    if i.id == w.scenario.focal or not (i.un_member and i.camp < 0):
        return i.id == w.scenario.focal
    return Luck(w.scenario.seed, w.replicate, -1).uniform(Stream.OPPORTUNISM, i.uid) < w.scenario.strategy.imitators


def turning(i: Actor, k: Actor) -> float:
    """p_i(k): the chance that i, turning to a state, turns to k."""
    return math.exp(i.pull[k]) / sum(math.exp(i.pull[j]) for j in i.possible if j.is_state)
