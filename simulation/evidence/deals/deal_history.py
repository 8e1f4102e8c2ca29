"""From any dated list of deals to the choices behind it: who could have dealt with whom, and why.

A history is where things stood at first (:class:`Standing`) and what changed when
(:class:`Change`); the deals are changes of ties. Everything that changes at one moment changes
before the deals of that moment, and a deal sees none of the same list row after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from simulation.errors import DataError
from simulation.evidence.deals.choice_model import ChoiceData, Event
from simulation.state import B, F

TIE, PRESENT = "tie", "present"


@dataclass(frozen=True, eq=False)
class Standing:
    """Where things stand.

    Attributes
    ----------
    names
        Ids of the n actors.
    ties
        (n, n) number of deals of each pair, symmetric.
    present
        (n,) who exists.
    possible
        (n, n) symmetric, zero diagonal: pairs that can make deals.
    actors
        Attributes (n,) by name; a missing value counts as the mean of those present.
    pairs
        Attributes (n, n) by name, row i as i sees j.
    """

    names: tuple[str, ...]
    ties: F
    present: B
    possible: B
    actors: Mapping[str, F] = field(default_factory=dict)
    pairs: Mapping[str, F] = field(default_factory=dict)

    def copy(self) -> Standing:
        """One that can be changed without changing this."""
        return replace(
            self,
            ties=self.ties.copy(),
            present=self.present.copy(),
            actors={name: values.copy() for name, values in self.actors.items()},
            pairs={name: values.copy() for name, values in self.pairs.items()},
        )


@dataclass(frozen=True, slots=True)
class Change:
    """One dated change.

    Attributes
    ----------
    time
        When, in any unit.
    what
        ``tie``, ``present``, or the name of an attribute of actors or of pairs.
    who
        The actor, or the two of a pair.
    value
        The new value; of a tie how many deals are added: +1 is a deal made, -1 one ended.
    """

    time: float
    what: str
    who: tuple[str, ...]
    value: float


Effect = Callable[[Standing, F], F]
"""``effect(standing, tied)``, shape (n, n): what j offers i; ``tied`` (n, n) is 1 where there is a deal."""


def inertia(_: Standing, tied: F) -> F:
    """1 where i and j have a deal already."""
    return tied


def partner_degree(_: Standing, tied: F) -> F:
    """Number of partners that j has."""
    return np.broadcast_to(tied.sum(axis=0), tied.shape)


def shared_partners(_: Standing, tied: F) -> F:
    """Number of partners that i and j share."""
    return tied @ tied


def pair(name: str) -> Effect:
    """An attribute of the pair."""
    return lambda standing, _: standing.pairs[name]


def partner(name: str) -> Effect:
    """An attribute of the partner j."""
    return lambda standing, tied: np.broadcast_to(_filled(standing, name), tied.shape)


def difference(name: str) -> Effect:
    """Absolute difference of an attribute of i and j."""

    def distance(standing: Standing, _: F) -> F:
        values = _filled(standing, name)
        return np.abs(values[:, None] - values)

    return distance


def _filled(standing: Standing, name: str) -> F:
    values = standing.actors[name]
    missing = np.isnan(values)
    return np.where(missing, np.nanmean(values[standing.present]), values) if missing.any() else values


def choice_data(
    start: Standing,
    changes: Iterable[Change],
    effects: Mapping[str, Effect],
    recording: Mapping[str, Effect] | None = None,
) -> ChoiceData:
    """The choices behind every deal of a history.

    Parameters
    ----------
    start
        Before the first change.
    changes
        In any order; those of one time are taken in the order given, deals last.
    effects
        Why a partner is chosen, by name.
    recording
        Symmetric reasons why a deal is in the list at all, by name.

    Raises
    ------
    DataError
        For a change of something unknown, or a deal of a pair that cannot make one.
    """
    now = start.copy()
    rows = {name: row for row, name in enumerate(now.names)}
    reasons = recording or {}
    events = []
    for change in sorted(changes, key=lambda change: (change.time, change.what == TIE)):
        who = _rows(change, rows)
        if change.what == TIE and change.value > 0:
            events.append(_event(now, who, list(effects.values()), list(reasons.values())))
        _apply(now, change, who)
    return ChoiceData((*effects, *reasons), len(effects), tuple(events))


def _rows(change: Change, rows: Mapping[str, int]) -> list[int]:
    unknown = [name for name in change.who if name not in rows]
    if unknown:
        raise DataError(f"{change.what} at {change.time:g}: no actor {unknown[0]!r}")
    return [rows[name] for name in change.who]


def _apply(now: Standing, change: Change, who: Sequence[int]) -> None:
    if change.what == TIE:
        i, j = who
        now.ties[i, j] += change.value
        now.ties[j, i] = now.ties[i, j]
    elif change.what == PRESENT:
        now.present[who[0]] = change.value > 0
    elif change.what in now.actors:
        now.actors[change.what][who[0]] = change.value
    elif change.what in now.pairs:
        i, j = who
        now.pairs[change.what][i, j] = now.pairs[change.what][j, i] = change.value
    else:
        raise DataError(f"{change.what!r} at {change.time:g} is nothing that the history starts with")


def _event(now: Standing, who: Sequence[int], effects: Sequence[Effect], recording: Sequence[Effect]) -> Event:
    allowed = now.possible & now.present & now.present[:, None]
    here = np.flatnonzero(allowed.any(axis=1))
    i, j = who
    if not allowed[i, j]:
        raise DataError(f"{now.names[i]} and {now.names[j]} make a deal that is not possible")
    tied = (now.ties > 0).astype(np.float64)
    cut = np.ix_(here, here)
    first, second = np.searchsorted(here, who)

    def table(kinds: Sequence[Effect]) -> F:
        made = [np.asarray(effect(now, tied), np.float64)[cut] for effect in kinds]
        return np.stack(made) if made else np.zeros((0, len(here), len(here)))

    return Event(table(effects), table(recording), allowed[cut], int(first), int(second))
