"""Deals that stand: planned by the scenario, shed for want of budget, broken, lapsed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from simulation.experiments.explanation.events import RUNG, Event, Side, valued, worth
from simulation.model import GovernanceModel
from simulation.processes.compliance import compliance_terms, promise
from simulation.processes.contracts import KEPT_TO_THE_LAST
from simulation.processes.links import rungs
from simulation.processes.value import View, continuation, continuation_terms
from simulation.randomness import Draws, Stream, symmetric_uniform, uniform
from simulation.state import I8, F


@dataclass(frozen=True)
class Book:
    """Deals of one actor at one moment: depths before (n, n) and what has happened to them since."""

    model: GovernanceModel
    row: int
    before: I8

    @property
    def view(self) -> View:
        """What the model read when it last looked at standing deals."""
        return self.model.review._replace(depth=self.before)

    @property
    def draws(self) -> Draws:
        """This quarter's luck."""
        model = self.model
        return Draws(model.scenario.seed, model.replicate, model.state.quarter)

    def ended(self) -> list[int]:
        """Partners with whom there is no deal any more."""
        return np.flatnonzero((self.before[self.row] > 0) & (self.model.state.depth[self.row] == 0)).tolist()

    def _kept(self, i: int, j: int) -> Side:
        """What keeping the deal with j is worth to i."""
        view, w = self.view, self.model.weights
        return valued(view, w, i, j, continuation_terms(view, w, i, j, worth(view, w, i, j)), {})

    def worth_keeping(self, i: int, j: int) -> float:
        """Utility to i of keeping its deal with j."""
        view, w = self.view, self.model.weights
        return float(continuation(view, w, i, j, worth(view, w, i, j)))

    def wanted(self, j: int) -> dict[int, float]:
        """What keeping the deal with j is worth to either side, by side."""
        return {self.row: self.worth_keeping(self.row, j), j: self.worth_keeping(j, self.row)}

    def end(
        self, kind: str, j: int, by: tuple[int, ...], probability: float = math.nan, luck: float = math.nan
    ) -> Event:
        """The end of the deal with j."""
        lost = -RUNG * float(self.before[self.row, j])
        sides = self._kept(self.row, j), self._kept(j, self.row)
        return Event(kind, (j,), -1, 0, by, (), "", probability, luck, self.wanted(j), lost, sides)


def planned(book: Book) -> Iterator[Event]:
    """Deals that the scenario signs; nobody decides them."""
    row, state = book.row, book.model.state
    for j in np.flatnonzero(state.depth[row] > book.before[row]).tolist():
        depth, before = int(state.depth[row, j]), int(book.before[row, j])
        kind = "deepened" if before else "made"
        yield Event(kind, (j,), int(state.track[row, j]), depth, (), (), "planned", commitments=RUNG * (depth - before))


def shed(book: Book) -> Iterator[Event]:
    """Deals given up by a side whose upkeep exceeds its budget."""
    for j in book.ended():
        yield book.end("shed", j, (_shedder(book, j),))


def _shedder(book: Book, j: int) -> int:
    """Which side shed the deal with j: actors go in the order of their rows, each drops what it values least."""
    first, second = sorted((book.row, j))
    return first if second in _dropped(book, first) else second


def _dropped(book: Book, i: int) -> set[int]:
    state, cost = book.model.state, book.model.parameters.upkeep_cost
    partners = np.flatnonzero(book.before[i]).tolist()
    kept = {k: book.worth_keeping(i, k) + KEPT_TO_THE_LAST * bool(state.planned[i, k]) for k in partners}
    total, dropped = int(rungs(book.before)[i]), set()
    for k in sorted(partners, key=lambda k: (kept[k], int(state.uid[k]))):
        if cost * total <= state.budget[i]:
            break
        total -= int(book.before[i, k])
        dropped.add(k)
    return dropped


def breaches(book: Book, watched: F) -> Iterator[Event]:
    """Promises broken by the actor or to it this quarter.

    Parameters
    ----------
    watched
        (n,) probability that a breach by or towards each actor is seen, before conduct.
    """
    row, state = book.row, book.model.state
    fallen: set[int] = set()
    broken = (state.last_breach == state.quarter) & (book.before > 0)
    pairs = [(row, j) for j in np.flatnonzero(broken[row])] + [(j, row) for j in np.flatnonzero(broken[:, row])]
    for i, j in sorted((int(i), int(j)) for i, j in pairs):
        other = j if i == row else i
        seen, falls = _consequence(book, watched, i, j)
        falls = falls and other not in fallen
        if falls:
            fallen.add(other)
        yield _breach(book, i, j, other, "seen_lowered" if falls else "seen" if seen else "unseen")


def _breach(book: Book, i: int, j: int, other: int, reason: str) -> Event:
    model, state, row = book.model, book.model.state, book.row
    own_rule = any(actor.row == i for actor in model.hooks.replaced("keeps_promise"))
    terms = {} if own_rule else compliance_terms(state, model.parameters, i, j)
    annual = math.nan if own_rule else promise(state, model.parameters, i, j)
    luck = float(uniform(book.draws.key(Stream.COMPLIANCE), state.uid[i], state.uid[j]))
    lowered = reason == "seen_lowered"
    return Event(
        "broken",
        (other,),
        -1,
        int(book.before[row, other]) - lowered,
        (i,),
        (),
        reason,
        math.sqrt(math.sqrt(annual)),  # a quarter's
        luck,
        {i: annual} if terms else {},
        -RUNG * lowered,
        (Side(i, j, terms),) if terms else (),
    )


def _consequence(book: Book, watched: F, i: int, j: int) -> tuple[bool, bool]:
    """Whether i's breach towards j is seen, and whether the deal is to fall for it."""
    uid, draws, model = book.model.state.uid, book.draws, book.model
    seen = uniform(draws.key(Stream.DETECTION), uid[i], uid[j]) < max(watched[i], watched[j])
    falls = uniform(draws.key(Stream.BREACH_DEPTH), uid[i], uid[j]) < model.parameters.breach_lowers_depth
    return bool(seen), bool(seen and falls)


def lapses(book: Book) -> Iterator[Event]:
    """Deals that one side or both would rather not have, and that have ended for it."""
    state, chance = book.model.state, book.model.parameters.lapse
    key = book.draws.key(Stream.LAPSE)
    for j in book.ended():
        unwilling = tuple(a for a, u in book.wanted(j).items() if u < 0.0)
        luck = float(symmetric_uniform(key, state.uid[book.row], state.uid[j]))
        yield book.end("lapsed", j, unwilling, chance, luck)
