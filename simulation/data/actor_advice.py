"""What is said of a name that names no actor: what else it is, or whom it may mean."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from functools import lru_cache

from simulation.data.country_names import folded, known_names, refusal, resolve, titles
from simulation.data.reading import shown
from simulation.errors import ModelError

LIKE_ENOUGH = 0.7
"""Likeness of an id or English name from which it is worth proposing."""
NEARLY_EQUAL = 0.85
"""Share of common letters from which a name of a state in any language is taken for a misspelt one."""
SEE = "see `wifaq list actors`"
LONGEST = 80
"""Characters of a name that is looked for among the known ones."""


def unknown_actor(word: str, ids: Sequence[str], what: str = "actor") -> str:
    """The sentence on a word that is none of some ids.

    Parameters
    ----------
    word
        As the user wrote it.
    ids
        Whom the word may name.
    what
        What is wanted, e.g. ``actor of this world``.

    Returns
    -------
    str
        That a known name or code is no member of the United Nations, or may mean several; else the
        actor that is spelled nearly so, or where the list is.
    """
    if not word.strip():
        return f"no {what} is named"
    text = refusal(word)
    if text.startswith(word):
        return text
    if text:
        return f"{shown(word)}: {text}"
    near = nearest(word, tuple(ids))
    advice = f"did you mean {near!r} ({titles().get(near, near)})?" if near else SEE
    return f"{shown(word)} is no {what}; {advice}"


def advice_on(word: str, ids: Sequence[str]) -> str:
    """What :func:`unknown_actor` says behind the name itself."""
    near = nearest(word, tuple(ids))
    return refusal(word) or (f"did you mean {near!r}?" if near else SEE)


def row_of(actor_id: str, rows: Mapping[str, int]) -> int:
    """The row of an actor, by id, or for a state by name.

    Raises
    ------
    ModelError
        If there is none, with advice.
    """
    row = rows.get(resolve(actor_id, rows))
    if row is None:
        raise ModelError(f"no actor {actor_id!r}; {advice_on(actor_id, tuple(rows))}")
    return row


@lru_cache(maxsize=4096)
def nearest(word: str, ids: tuple[str, ...]) -> str:
    """The actor most likely meant by a misspelt word; an empty string where none is near enough."""
    if len(word) > LONGEST:
        return ""
    names = known_names()
    alike = difflib.get_close_matches(folded(word), names, n=1, cutoff=NEARLY_EQUAL)
    if alike:
        meant = names[alike[0]]
        return meant.ids[0] if len(meant.ids) == 1 and meant.ids[0] in ids else ""
    lowered = word.lower()
    scores = [max(_likeness(lowered, id.lower()), _likeness(lowered, titles().get(id, id).lower())) for id in ids]
    best = max(range(len(scores)), key=scores.__getitem__, default=-1)  # of equals the first
    return ids[best] if scores and scores[best] >= LIKE_ENOUGH else ""


def _likeness(word: str, other: str) -> float:
    """Share of letters in common order, with a bonus for the same letters and the same beginning."""
    bonus = (sorted(word) == sorted(other)) * 0.2 + (word[:1] == other[:1]) * 0.1
    return difflib.SequenceMatcher(None, word, other).ratio() + bonus
