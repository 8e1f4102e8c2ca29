"""An event of an explained run in a sentence or two, in any language, for a terminal or a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from simulation.state import TRACKS, TRILATERAL
from simulation.words.events import HEAD, REASON, YES_OF_ALL, YES_OF_BOTH, YES_OF_ONE
from simulation.words.language import Words
from simulation.words.terms import DEPTH, TRACK, name_of

DIGITS = 3
"""Of probabilities and luck, which may lie close together."""


def told(event: Mapping[Any, Any], actor: str, names: Mapping[str, str], words: Words) -> tuple[str, str]:
    """What happened and why.

    Parameters
    ----------
    event
        A row of the events of an :class:`simulation.explanation.Explanation`.
    actor
        Id of whom it explains.
    names
        Names of actors by id, in the language.
    """
    by, about = _ids(event["by"]), _ids(event["about"])
    others = [other for other in (actor, *about) if other not in by]
    values: dict[str, object] = {
        "actor": names[actor],
        "partner": words.known(event["name"]) if event["kind"] == "joined" else _listed(about, names, words),
        "depth": name_of({str(rung): name for rung, name in DEPTH.items()}, str(event["depth"]), words),
        "track": name_of(TRACK, _text(event["track"]), words),
        "by": _listed(by, names, words),
        "other": _listed(others, names, words),
        "who": _listed(_ids(event["refused_by"]), names, words),
        "probability": _number(event["probability"], words),
        "luck": _number(event["luck"], words),
    }
    return words(HEAD[event["kind"]], **values), words(REASON[reason_of(event)], **values)


def reason_of(event: Mapping[Any, Any]) -> str:
    """Key of the sentence that says why."""
    reason = _text(event["reason"])
    if reason or event["kind"] not in ("made", "deepened"):
        return reason or str(event["kind"])
    if event["track"] == TRACKS[TRILATERAL]:
        return YES_OF_ALL
    return YES_OF_BOTH if pd.isna(event["probability"]) else YES_OF_ONE


def names_of(events: pd.DataFrame, terms: pd.DataFrame, words: Words) -> dict[str, str]:
    """Names by id of every actor of an explanation, in a language."""
    found = dict(zip(terms["actor"], terms["actor_name"], strict=True))
    deals = events.loc[events["kind"] != "joined"]
    found |= {about: name for about, name in zip(deals["about"], deals["name"], strict=True) if " " not in about}
    return {actor: words.actor(actor, name) for actor, name in found.items()}


def _ids(cell: Any) -> list[str]:
    return _text(cell).split()


def _text(cell: Any) -> str:
    return "" if pd.isna(cell) else str(cell)


def _number(cell: Any, words: Words) -> str:
    return "–" if pd.isna(cell) else words.number(float(cell), DIGITS)


def _listed(ids: list[str], names: Mapping[str, str], words: Words) -> str:
    return words.listing([names.get(name, name) for name in ids])
