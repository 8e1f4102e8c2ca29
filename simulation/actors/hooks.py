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
from simulation.errors import ModelError
from simulation.processes.trilateral import Triples
from simulation.processes.value import View
from simulation.state import TRACKS

F = NDArray[np.float64]
I32 = NDArray[np.int32]
B = NDArray[np.bool_]


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

    def values(self, view: View, everybody: Iterable[Actor], *, partners_only: bool = False) -> View:
        """The view with the values V of actors that replace ``partner_value``.

        With ``partners_only`` they are asked about the deals they have, not about everybody.
        """
        own = self.replaced("partner_value")
        if not own:
            return view
        everybody = tuple(everybody)
        rows = np.full(len(everybody), -1, np.int32)
        values = np.zeros((len(own), len(everybody)))
        for k, actor in enumerate(own):
            rows[actor.row] = k
            for other in everybody:
                if other is not actor and not (partners_only and view.depth[actor.row, other.row] == 0):
                    worth = actor.partner_value(other)
                    values[k, other.row] = checked(actor, "partner_value", worth, 0.0, math.inf)
        return view._replace(override_row=rows, override=values)

    def answers(self, sender: I32, receiver: I32, gain: F, probability: F, actors: Sequence[Actor]) -> None:
        """Replace the probability of consent (m,) where the receiver of an offer decides for itself."""
        for actor in self.replaced("accepts"):
            for k in np.flatnonzero(receiver == actor.row):
                answer = actor.accepts(actors[sender[k]], float(gain[k]))
                probability[k] = checked(actor, "accepts", answer, 0.0, 1.0)

    def invited(self, triples: Triples, consent: F, actors: Sequence[Actor]) -> None:
        """The same for deals of three: the two whom the broker invites answer, ``consent`` is (m, 3)."""
        for party in (1, 2):
            self.answers(
                triples.parties[:, 0], triples.parties[:, party], triples.gain[:, party], consent[:, party], actors
            )

    def nobody_answers(self) -> None:
        """Refuse hooks that the two-sided choice rule would never call.

        Raises
        ------
        ModelError
            If an actor replaces ``accepts``.
        """
        for actor in self.replaced("accepts"):
            raise ModelError(
                f"{type(actor).__name__}.accepts of {actor.id} is never asked under `consent: choice`; "
                "replace partner_value, or use `consent: logistic`"
            )

    def tracks(self, shares: F, busy: B) -> list[int]:
        """Replace rows of the track shares (n, 5) in place; returns the rows that changed.

        Who is not ``busy`` (n,) this quarter, with an open slot or a deal to broker, is not asked.
        """
        rows = []
        for actor in self.replaced("choose_tracks"):
            if not busy[actor.row]:
                continue
            given = dict(zip(TRACKS, map(float, shares[actor.row]), strict=True))
            chosen = actor.choose_tracks(dict(given))
            if chosen == given:  # also keeps the bits: rescaling could move the last one
                continue
            own = check_tracks(actor, chosen)
            shares[actor.row] = [own[t] for t in TRACKS]
            rows.append(actor.row)
        return rows
