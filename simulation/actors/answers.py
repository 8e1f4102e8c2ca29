"""What a hook answers, checked; a fault names the line, the agent and the quarter."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.actors.table import HOOKS
from simulation.arithmetic import ordered_sum
from simulation.errors import ModelError, is_own_fault
from simulation.source_code import failing_line, place_of
from simulation.state import TRACKS

if TYPE_CHECKING:
    from simulation.actors.base import Actor


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
