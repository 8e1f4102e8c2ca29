"""Calling the decisions that a user has replaced, and nobody else's.

Kernels apply the default rules to everybody. This class knows which actors have a hook of their
own, calls the Python of those, checks what comes back, and hands arrays to the kernels.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from simulation.actors.answers import ask, ask_tracks
from simulation.actors.base import Actor, replaced_hooks
from simulation.actors.table import HOOKS
from simulation.errors import ModelError
from simulation.processes.approaches import Approaches
from simulation.processes.effort import multiply_effort
from simulation.source_code import place_of
from simulation.state import I32, TRACKS, Asked, F, State


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

    def pulls(self, pull: F, everybody: Sequence[Actor]) -> None:
        """Replace the rows of U (n, n) of actors that decide for themselves whom to turn to."""
        for actor in self.replaced("partner_utility"):
            others = [other for other in everybody if other is not actor]
            own = [ask(actor, "partner_utility", other) for other in others]
            pull[actor.row, [other.row for other in others]] = own

    def answers(self, offers: Approaches, probability: F, actors: Sequence[Actor]) -> None:
        """Replace the probability of consent (m,) where the receiver of an approach decides for itself."""
        for actor in self.replaced("accepts"):
            for k in np.flatnonzero(offers.receiver == actor.row):
                probability[k] = ask(actor, "accepts", actors[offers.sender[k]], float(offers.theirs[k]))

    def renewals(self, due: I32, probability: F, actors: Sequence[Actor]) -> None:
        """Replace the chance of renewal (k,) of deals of those who decide for themselves; both asked, both must agree.

        An actor that keeps the chance it is given changes nothing.
        """
        usual = probability.copy()
        for actor in self.replaced("renews"):
            for k in np.flatnonzero((due == actor.row).any(axis=1)):
                other = due[k].sum() - actor.row
                own = ask(actor, "renews", actors[other], float(usual[k]))
                probability[k] = own if probability[k] == usual[k] else min(own, probability[k])

    def tracks(self, state: State, returns: float) -> None:
        """Replace rows of the track shares (n, 5), and the multiples of effort that follow, in place."""
        for actor in self.replaced("choose_tracks"):
            row = actor.row
            own = ask_tracks(actor, dict(zip(TRACKS, map(float, state.track_share[row]), strict=True)))
            if own is not None:
                state.track_share[row] = [own[t] for t in TRACKS]
                one = slice(row, row + 1)
                multiply_effort(state.track_start[one], state.track_share[one], returns, state.effort[one])

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
