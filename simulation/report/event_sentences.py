"""An event of an explained run in a sentence or two, in any language, for a terminal or a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from simulation.display.words.events import HEAD, REASON
from simulation.display.words.language import Words
from simulation.display.words.terms import DEPTH, TRACK, name_of

FORUMS = ("joined", "passed", "rejected")
"""Kinds of events that are about a text or a bloc, and not about partners."""
DIGITS = 3
"""Of probabilities and luck, which may lie close together."""


def told(event: Mapping[Any, Any], actor: str, names: Mapping[str, str], words: Words) -> tuple[str, str]:
    """What happened and why.

    Parameters
    ----------
    event
        A row of the events of an :class:`simulation.experiments.explanation.Explanation`.
    actor
        Id of whom it explains.
    names
        Names of actors by id, in the language.
    """
    by, about, third = (_ids(event[column]) for column in ("by", "about", "third"))
    others = [other for other in (actor, *about) if other not in (*by, *third)]

    def listed(ids: list[str]) -> str:
        return words.listing([_apart(words.within(name, names.get(name, name)), words) for name in ids])

    values: dict[str, object] = {
        "actor": listed([actor]),
        "partner": _apart(words.known(event["name"]), words) if event["kind"] in FORUMS else listed(about),
        "depth": name_of({str(rung): name for rung, name in DEPTH.items()}, str(event["depth"]), words),
        "step": words.number(event["depth"]),
        "track": name_of(TRACK, _text(event["track"]), words),
        "by": listed(by),
        "other": listed(others),
        "third": listed(third),
        "who": listed(_ids(event["who"])),
        "probability": _number(event["probability"], words),
        "luck": _number(event["luck"], words),
    }
    why = " ".join(words(REASON[reason], **values) for reason in _ids(event["reason"]))
    return words(HEAD[event["kind"]], **values), why


def names_of(events: pd.DataFrame, terms: pd.DataFrame, words: Words) -> dict[str, str]:
    """Names by id of every actor of an explanation, in a language."""
    result = dict(zip(terms["actor"], terms["actor_name"], strict=True))
    deals = events.loc[~events["kind"].isin(FORUMS)]
    result |= {about: name for about, name in zip(deals["about"], deals["name"], strict=True) if " " not in about}
    return {actor: words.actor(actor, name) for actor, name in result.items()}


def _ids(cell: Any) -> list[str]:
    return _text(cell).split()


def _text(cell: Any) -> str:
    return "" if pd.isna(cell) else str(cell)


def _number(cell: Any, words: Words) -> str:
    """A probability or a draw; it never shows as 0 or 1 what is not."""
    if pd.isna(cell):
        return "–"
    least = 10.0**-DIGITS
    value = float(cell)
    return words.number(value if value in (0.0, 1.0) else min(max(value, least), 1.0 - least), DIGITS)


def _apart(name: str, words: Words) -> str:
    """A name that keeps its own direction in a line from right to left."""
    return f"\u2068{name}\u2069" if words.right_to_left else name
