"""Calling the decisions that a user has replaced, and nobody else's.

Kernels apply the default rules to everybody. This class knows which actors have a hook of their
own, calls the Python of those, checks what comes back, and hands arrays to the kernels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np

from simulation.actors.answers import ask, ask_tracks
from simulation.actors.base import Actor, replaced_hooks
from simulation.actors.table import HOOKS
from simulation.errors import ModelError
from simulation.processes.trilateral import Triples
from simulation.processes.value import View
from simulation.source_code import place_of
from simulation.state import I32, TRACKS, Asked, F


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

    def __bool__(self) -> bool:
        return any(self._own.values())

    def places(self, most: int = 3) -> list[str]:
        """Where the replaced decisions are written, with the first actor of each, as a person would name them."""
        result = {
            f"{place_of(getattr(actors[min(actors)], hook))}: {type(actors[min(actors)]).__name__}.{hook}": None
            for hook, actors in self._own.items()
            if actors
        }
        return list(result)[:most]

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
                    values[k, other.row] = ask(actor, "partner_value", other)
        return view._replace(override_row=rows, override=values)

    def answers(self, sender: I32, receiver: I32, gain: F, probability: F, actors: Sequence[Actor]) -> None:
        """Replace the probability of consent (m,) where the receiver of an offer decides for itself."""
        for actor in self.replaced("accepts"):
            for k in np.flatnonzero(receiver == actor.row):
                probability[k] = ask(actor, "accepts", actors[sender[k]], float(gain[k]))

    def invited(self, triples: Triples, consent: F, actors: Sequence[Actor]) -> None:
        """The same for deals of three: the two whom the broker invites answer, ``consent`` is (m, 3)."""
        for party in (1, 2):
            self.answers(
                triples.parties[:, 0], triples.parties[:, party], triples.gain[:, party], consent[:, party], actors
            )

    def tracks(self, shares: F, slots: I32) -> list[int]:
        """Replace rows of the track shares (n, 5) in place; returns the rows that changed.

        Who has none of the ``slots`` by track (n, 5) this quarter, for a deal or to broker one, is not asked.
        """
        rows = []
        for actor in self.replaced("choose_tracks"):
            if not slots[actor.row].any():
                continue
            own = ask_tracks(actor, dict(zip(TRACKS, map(float, shares[actor.row]), strict=True)))
            if own is not None:
                shares[actor.row] = [own[t] for t in TRACKS]
                rows.append(actor.row)
        return rows

    def asked(self, hook: str) -> Asked:
        """By row, who decides for itself about what has a name: a bloc's vote, an instrument."""
        return {actor.row: partial(ask, actor, hook) for actor in self.replaced(hook)}

    def asked_about(self, hook: str, actors: Sequence[Actor]) -> Asked:
        """By row, who decides for itself about another actor, given by its row."""

        def about(actor: Actor, row: int, *numbers: float) -> float:
            return ask(actor, hook, actors[row], *numbers)

        return {actor.row: partial(about, actor) for actor in self.replaced(hook)}

    def never_asked(self, hook: str, setting: str, advice: str) -> None:
        """Refuse hooks that a setting of the scenario keeps the model from calling.

        Raises
        ------
        ModelError
            If an actor replaces ``hook``.
        """
        for actor in self.replaced(hook):
            raise ModelError(f"{type(actor).__name__}.{hook} of {actor.id} is never asked under `{setting}`; {advice}")
