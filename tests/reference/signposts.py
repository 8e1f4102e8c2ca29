"""Signposts of a strategy: what is seen at the end of a quarter changes the focal state's levers in the next."""

from __future__ import annotations

import math

from simulation.scenario.strategy import Signpost, Strategy
from tests.reference.outcomes import outcomes_of
from tests.reference.world import TRACKS, Actor, World


class Signs:
    """The signs of a strategy, each seen once at most."""

    def __init__(self, w: World):
        self._w, self._all = w, w.scenario.strategy.when
        self._seen: list[Signpost] = []
        self._new: list[Signpost] = []

    def read(self) -> list[int]:
        """Which are seen now, counted from one."""
        left = [sign for sign in self._all if sign not in self._seen]
        told = outcomes_of(self._w, self._w.by_id[self._w.scenario.focal]) if left else {}
        self._new = [sign for sign in left if crossed(sign, float(told[sign.metric]))]
        self._seen += self._new
        return [self._all.index(sign) + 1 for sign in self._new]

    def follow(self) -> None:
        """Pull the levers of what was seen."""
        w = self._w
        for sign in self._new:
            before, after = w.scenario.strategy, w.scenario.strategy.after(sign)
            w.scenario = w.scenario.model_copy(update={"strategy": after})
            pull_levers(w, w.by_id[w.scenario.focal], before, after)
        self._new = []


def crossed(sign: Signpost, value: float) -> bool:
    """Whether a metric is beyond the bound of a sign."""
    return value > sign.above if sign.above is not None else sign.below is not None and value < sign.below


def pull_levers(w: World, i: Actor, before: Strategy, after: Strategy) -> None:
    """Levers that are numbers of the state itself; those that bar partners or divide its purse are not told here."""
    more = math.sqrt(after.budget / before.budget) * after.effort / before.effort
    i.zeal = {kind: zeal * more for kind, zeal in i.zeal.items()}
    i.budget = i.budget_start * after.budget
    if i.uncut >= 0.0:
        i.uncut = i.budget
    i.transparency = i.transparency_ref if after.transparency is None else after.transparency
    i.oversight, i.agency = after.oversight, after.agency
    i.local_share, i.local_funding, i.learns = after.local_share, after.fund_local, after.learn
    i.track_allowed = {track: track in after.tracks for track in TRACKS}
    for text in w.texts:
        text.answer[i] = {"join": 1, "decline": -1}.get(after.texts.get(text.id, ""), 0)
