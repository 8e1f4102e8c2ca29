"""Calling the decisions that a user has replaced, and nobody else's.

Kernels apply the default rules to everybody. This class knows which actors have a hook of their
own, calls the Python of those, checks what comes back, and hands arrays to the kernels.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from simulation.actors.base import HOOKS, Actor, check_tracks, checked, replaced_hooks
from simulation.processes.choice import Offers
from simulation.processes.value import View
from simulation.state import TRACKS

F = NDArray[np.float64]


class Hooks:
    """Which actors replace which hook; each method is one hook, for the actors that replace it."""

    def __init__(self) -> None:
        self._own: dict[str, dict[int, Actor]] = {hook: {} for hook in HOOKS}

    def note(self, actor: Actor) -> None:
        """Take note of the hooks an actor has of its own; called when it is made or changed."""
        own = replaced_hooks(actor)
        for hook, actors in self._own.items():
            if hook in own:
                actors[actor.row] = actor
            else:
                actors.pop(actor.row, None)

    def replaced(self, hook: str) -> list[Actor]:
        """Actors with a hook of their own, in the order of their rows."""
        return [self._own[hook][row] for row in sorted(self._own[hook])]

    def values(self, view: View, everybody: Iterable[Actor]) -> View:
        """The view with the values V of actors that replace ``partner_value``."""
        own = self.replaced("partner_value")
        if not own:
            return view
        everybody = tuple(everybody)
        rows = np.full(len(everybody), -1, np.int32)
        values = np.zeros((len(own), len(everybody)))
        for k, actor in enumerate(own):
            rows[actor.row] = k
            for other in everybody:
                if other is not actor:
                    worth = actor.partner_value(other)
                    values[k, other.row] = checked(actor, "partner_value", worth, 0.0, math.inf)
        return view._replace(override_row=rows, override=values)

    def answers(self, offers: Offers, probability: F, actors: Sequence[Actor]) -> None:
        """Replace the probability of consent where the receiver of an offer decides for itself."""
        for actor in self.replaced("accepts"):
            for k in np.flatnonzero(offers.receiver == actor.row):
                answer = actor.accepts(actors[offers.sender[k]], float(offers.receiver_gain[k]))
                probability[k] = checked(actor, "accepts", answer, 0.0, 1.0)

    def tracks(self, shares: F) -> list[int]:
        """Replace rows of the track shares (n, 5) in place; returns the rows."""
        rows = []
        for actor in self.replaced("choose_tracks"):
            given = dict(zip(TRACKS, map(float, shares[actor.row]), strict=True))
            own = check_tracks(actor, actor.choose_tracks(given))
            shares[actor.row] = [own[t] for t in TRACKS]
            rows.append(actor.row)
        return rows
