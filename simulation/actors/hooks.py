"""Calling the decisions that a user has replaced, and nobody else's.

Kernels apply the default rules to everybody. This class knows which actors have a hook of their
own, calls the Python of those, checks what comes back, and hands arrays to the kernels.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from simulation.actors.base import Actor, replaced_hooks
from simulation.actors.table import HOOKS
from simulation.arithmetic import ordered_sum
from simulation.errors import ModelError, is_own_fault
from simulation.processes.approaches import Approaches
from simulation.processes.effort import multiply_effort
from simulation.source_code import failing_line, place_of
from simulation.state import I32, TRACKS, Asked, F, State


def ask(actor: Actor, hook: str, *given: Any) -> float:
    """The number that an actor's own hook answers.

    Raises
    ------
    ModelError
        If it raises, or answers anything but one finite number within the bounds of :data:`HOOKS`.
    """
    return _number(actor, hook, _call(actor, hook, given))


def ask_tracks(actor: Actor, shares: Mapping[str, float]) -> dict[str, float] | None:
    """The shares an actor's own ``choose_tracks`` answers, rescaled to one; None if it changed nothing.

    All zero is allowed: the actor waits.

    Raises
    ------
    ModelError
        As :func:`ask`, for each share; and for a track that does not exist.
    """
    answer = _call(actor, "choose_tracks", (dict(shares),))
    try:
        chosen = dict(answer) if isinstance(answer, Mapping) else None
        if chosen == shares:  # also keeps the bits: rescaling could move one
            return None
    except Exception:  # a mapping or an array of the user's own making
        chosen = None
    if chosen is None or set(chosen) - set(TRACKS):
        text = f"it must return a mapping of {', '.join(TRACKS)} to numbers"
        raise ModelError(f"{_who(actor, 'choose_tracks')} returned {_told(answer)}; {text}")
    own: dict[str, float] = {
        track: _number(actor, "choose_tracks", chosen.get(track, 0.0), f" for {track}") for track in TRACKS
    }
    total = ordered_sum(own.values())
    if math.isinf(total):  # shares too large to add up
        largest = max(own.values())
        own = {track: share / largest for track, share in own.items()}
        total = ordered_sum(own.values())
    return {track: share / total for track, share in own.items()} if total > 0 else own


def _call(actor: Actor, hook: str, given: tuple[Any, ...]) -> Any:
    function = getattr(actor, hook)
    try:
        return function(*given)
    except BaseException as error:  # a user's code may raise anything
        if not is_own_fault(error):
            raise
        place = failing_line(function, error.__traceback__)
        message = " ".join(str(error).split())
        text = f"{type(error).__name__}: {message}" if message else type(error).__name__
        raise ModelError(f"{_who(actor, hook, place)} failed: {text}") from error


def _number(actor: Actor, hook: str, answer: object, of: str = "") -> float:
    """An answer as a float within bounds; arrays of one number are no numbers."""
    low, high = HOOKS[hook].low, HOOKS[hook].high
    ok = isinstance(answer, int | float | np.floating | np.integer) and not isinstance(answer, bool)
    if not ok or not math.isfinite(number := _float(answer)) or not low <= number <= high:
        text = f"it must return a number in {HOOKS[hook].range}"
        text += "; float(…) makes one of a yes or no" if isinstance(answer, bool | np.bool_) else ""
        raise ModelError(f"{_who(actor, hook)} returned {_told(answer)}{of}; {text}")
    return number


def _float(answer: Any) -> float:
    try:
        return float(answer)
    except Exception:  # a whole number beyond all floats; a number of the user's own making
        return math.inf


def _who(actor: Actor, hook: str, place: str = "") -> str:
    where = place or place_of(getattr(actor, hook))
    return f"{where}{': ' if where else ''}{type(actor).__name__}.{hook} of {actor.id} in {actor.model.quarter}"


def _told(answer: object) -> str:
    """An answer in a few words; of an array its shape."""
    if isinstance(answer, np.ndarray) and answer.ndim > 0:
        return f"an array of shape {answer.shape}"
    try:
        text = " ".join(repr(answer).split())
    except Exception:  # its own repr fails
        text = f"a {type(answer).__name__}"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


_LONGEST = 80  # characters of an answer that a message shows


class Hooks:
    """Which actors replace which hook; each method is one hook, for the actors that replace it."""

    def __init__(self) -> None:
        self._own: dict[str, dict[int, Actor]] = {hook: {} for hook in HOOKS}
        self._some = False  # asked after every step

    def note(self, actor: Actor) -> None:
        """Take note of the hooks an actor has of its own; called when it is made or changed."""
        own = replaced_hooks(actor)
        for hook, actors in self._own.items():
            if hook in own:
                actors[actor.row] = actor
            else:
                actors.pop(actor.row, None)
        self._some |= any(self._own.values())

    def begin(self) -> None:
        """A quarter begins: until its end it counts as one with hooks if anybody has one now or gets one."""
        self._some = any(self._own.values())

    def replaced(self, hook: str) -> list[Actor]:
        """Actors with a hook of their own, in the order of their rows."""
        return [self._own[hook][row] for row in sorted(self._own[hook])]

    def __bool__(self) -> bool:
        return self._some

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
