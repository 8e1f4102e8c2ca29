"""The tables beside the metrics: deals, events, joins, decisions of blocs, and trust at the horizon."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pandas as pd
import pytest

from simulation.outcomes.record import Recorder
from tests.reference.outcomes import track_of
from tests.reference.trust import direct_trust
from tests.reference.world import Actor, World

Row = tuple[object, ...]
MOST_IN_FULL = 20
"""Actors, at most, among whom trust is kept in full."""


class Ledger:
    """Keeps row by row what a recorder keeps in columns.

    Attributes
    ----------
    deals, events, decisions
        One row for each deal and quarter; for each thing that happened to a deal; for each quarter in
        which a bloc tabled something.
    """

    def __init__(self, w: World):
        self._w, self._written = w, 0
        self.deals: list[Row] = []
        self.events: list[Row] = []
        self.decisions: list[Row] = []
        self.write()

    def label(self, observation: int) -> str:
        """Name of an observation; the first is of the quarter before the first."""
        return str(self._w.scenario.start + (observation - 1))

    def write(self, seen: Sequence[int] = ()) -> None:
        """What stands at the end of a quarter, and what is new since the last one; which signposts were seen."""
        w, now = self._w, self.label(self._written)
        focal = w.by_id[w.scenario.focal]
        pairs = [(i, j) for i in w.actors for j in i.deals if i.row < j.row]
        self.deals += [
            (now, i.id, j.id, track_of(i, j, i.deals[j]), i.depth(j), i.held.get(j, "new")) for i, j in pairs
        ]
        self.events += [(now, f"signpost {number}", focal.id, 0, "") for number in seen]
        if self._written:
            for i, j in combinations(w.actors, 2):
                if kind := change(self._depth.get((i, j), 0), i.depth(j)):
                    self.events.append(event(now, kind, i, j))
            broken = [(i, j) for i in w.actors for j, told in i.kept.items() if told.get(w.quarter) is False]
            self.events += [event(now, "breached", i, j) for i, j in broken]
            for bloc in w.blocs:
                tabled, passed = self._votes[bloc]
                if bloc.tabled > tabled:
                    inside, votes = focal in bloc.members, (bloc.tabled - tabled, bloc.passed - passed)
                    self.decisions.append((bloc.id, inside, now, *votes, bloc.depth))
        self._depth = {(i, j): i.depth(j) for i, j in pairs}
        self._votes = {bloc: (bloc.tabled, bloc.passed) for bloc in w.blocs}
        self._written += 1

    def standing(self) -> list[Row]:
        """Both sides and depth of the deals that there are."""
        return [(i.id, j.id, i.depth(j)) for i in self._w.actors for j in i.deals if i.row < j.row]

    def joins(self) -> list[Row]:
        """Text, actor, when (none if never), whether it may join, whether it had joined before the start."""
        rows: list[Row] = []
        for text in self._w.texts:
            for i in dict.fromkeys((*text.eligible, *text.joined)):
                when = text.joined.get(i)
                label = None if when is None else self.label(max(when + 1, 0))
                rows.append((text.id, i.id, label, i in text.eligible, when is not None and when < 0))
        return rows

    def trust(self, recorded: list[Actor]) -> dict[Row, float]:
        """τ of every state in the focal one and back, and among those on record and the leaders."""
        w, focal = self._w, self._w.by_id[self._w.scenario.focal]
        core = list(dict.fromkeys((focal, *recorded, *w.leaders)))[:MOST_IN_FULL]
        pairs = {(i, j) for i in core for j in core} | {p for i in w.states for p in ((i, focal), (focal, i))}
        known = [(i, j) for i, j in pairs if i is not j and i.opinion_of[j].alpha + i.opinion_of[j].beta > 0.0]
        return {(i.id, j.id): direct_trust(i, j) for i, j in known}


def change(before: int, after: int) -> str:
    """What a quarter did to a deal; nothing if its depth is the same."""
    if before < after:
        return "deepened" if before else "made"
    if before > after:
        return "lowered" if after else "ended"
    return ""


def event(quarter: str, kind: str, i: Actor, j: Actor) -> Row:
    """An event with depth and track afterwards."""
    return quarter, kind, f"{i.id} {j.id}", i.depth(j), track_of(i, j, i.deals[j]) if j in i.deals else ""


def compare_tables(recorder: Recorder, ledger: Ledger, recorded: list[Actor]) -> None:
    """All tables of a run that has reached its horizon, deals and events of all on record, against a ledger."""
    world, plain = recorder.world, ledger.trust(recorded)
    assert world is not None
    assert sorted(rows(recorder.ties())) == sorted(ledger.deals)
    assert sorted(rows(recorder.events())) == sorted(ledger.events)
    assert sorted(rows(recorder.joins()), key=str) == sorted(ledger.joins(), key=str)
    assert sorted(rows(world.blocs())) == sorted(ledger.decisions)
    assert sorted(rows(world.world())) == sorted(ledger.standing())
    written = {(a, b): trust for a, b, trust in rows(world.trust())}
    assert written == pytest.approx(plain, rel=1e-9, abs=1e-12)


def rows(frame: pd.DataFrame) -> list[Row]:
    """A table as tuples; what is missing is None."""
    columns = [[None if pd.isna(x) else x for x in frame[name].tolist()] for name in frame.columns]
    return list(zip(*columns, strict=True))
