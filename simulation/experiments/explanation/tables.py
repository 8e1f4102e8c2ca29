"""The two tables of an explanation: events, and the terms that decided them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from simulation.experiments.engine import store
from simulation.experiments.explanation.events import Event, Side
from simulation.experiments.kept import Format, Kept, Table
from simulation.scenario.dump import scenario_to_yaml
from simulation.state import TRACKS

if TYPE_CHECKING:
    from simulation.model import GovernanceModel

KINDS = ("made", "deepened", "refused", "broken", "lapsed", "shed", "joined")
"""Kinds of events; broken is a promise, by either side, and not yet the deal."""
REASONS = (
    "planned", "declined", "no_slot", "not_passed", "worthless", "budget", "public", "unseen", "seen", "seen_lowered",
)  # fmt: skip
"""Why a deal was made without being decided (planned), refused, or what came of a broken promise."""
EVENT_COLUMNS = (
    "event", "quarter", "kind", "about", "name", "track", "depth", "by", "refused_by", "reason", "probability", "luck",
    "decided", "commitments",
)  # fmt: skip
TERM_COLUMNS = (
    "event", "quarter", "kind", "actor", "actor_name", "other", "other_name", "part", "name", "value", "weight",
)  # fmt: skip
EVENT_TEXT = ("quarter", "kind", "about", "name", "track", "by", "refused_by", "reason")
TERM_TEXT = ("quarter", "kind", "actor", "actor_name", "other", "other_name", "part", "name")
IMPORTANT = 3
"""Events that a report tells."""


@dataclass(frozen=True)
class Explanation(Kept):
    """Why one run went as it did for one actor.

    Attributes
    ----------
    info
        Of which run, and whose events (``explanation.json``).
    """

    FORMAT = Format(
        "explanation.json",
        "wifaq explain",
        {"events": Table(EVENT_TEXT, EVENT_COLUMNS), "terms": Table(TERM_TEXT, TERM_COLUMNS)},
        {"actor": str, "name": str, "title": str, "seed": int, "replicate": int},
    )

    @property
    def events(self) -> pd.DataFrame:
        """Columns :data:`EVENT_COLUMNS`, in order of time.

        ``about`` and ``by`` are ids parted by spaces, ``decided`` is what decided for the actor, as the model
        computed it: the utility of a deal, the log odds of a join, the annual probability with which a promise is
        kept. ``commitments`` is the change of its commitments, in binding deals. ``probability`` is that of the yes
        that mattered, which came if ``luck`` was below it.
        """
        return self.tables["events"]

    @property
    def terms(self) -> pd.DataFrame:
        """Columns :data:`TERM_COLUMNS`.

        For each event, actor and other: rows of ``part`` factor multiply to the row of part ``value``; those of part
        ``term``, times their weight, add up over an actor to its row of part ``decided``; those of part ``given``
        bore on it in other ways.
        """
        return self.tables["terms"]

    @property
    def actor(self) -> str:
        """Id of the actor whose events they are."""
        return str(self.info["actor"])

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.info["name"])

    @property
    def title(self) -> str:
        """Title of the scenario."""
        return str(self.info["title"])

    @property
    def seed(self) -> int:
        """Seed of the run."""
        return int(self.info["seed"])

    @property
    def replicate(self) -> int:
        """Number of the replicate."""
        return int(self.info["replicate"])

    def select(
        self, kinds: Sequence[str] = (), quarters: Sequence[str] = (), partner: str | None = None
    ) -> Explanation:
        """Only events of some kinds and quarters, and with a partner or about a text; without any, of all."""
        kept = self.events
        if kinds:
            kept = kept.loc[kept["kind"].isin(kinds)]
        if quarters:
            kept = kept.loc[kept["quarter"].isin(quarters)]
        if partner is not None:
            kept = kept.loc[[partner in ids.split() for ids in kept["about"]]]
        return self._of(kept)

    def most_important(self, count: int = IMPORTANT) -> Explanation:
        """The events that changed the actor's commitments most, the most important first.

        Of equal ones the one that was worth most to it, then the earlier.
        """
        deals = self.events["kind"].isin(("made", "deepened", "lapsed", "shed"))
        rank = self.events.assign(
            change=-self.events["commitments"].abs().round(9), worth=-self.events["decided"].abs().where(deals, 0.0)
        )
        order = rank.loc[rank["change"] < 0].sort_values(["change", "worth", "event"], kind="stable").index
        return self._of(self.events.loc[order[:count]])

    def _of(self, events: pd.DataFrame) -> Explanation:
        place = {event: k for k, event in enumerate(events["event"])}
        terms = self.terms.loc[self.terms["event"].isin(place)]
        terms = terms.sort_values("event", kind="stable", key=lambda column: column.map(place))
        kept = {"events": events.reset_index(drop=True), "terms": terms.reset_index(drop=True)}
        return replace(self, tables=kept)


def tables(model: GovernanceModel, actor: str, found: Iterable[tuple[int, Event]]) -> Explanation:
    """The explanation of what a watcher found.

    Parameters
    ----------
    found
        Quarter index and event, in order of time.
    """
    scenario, namer = model.scenario, _Namer(model)
    own = model.index(actor)
    events, terms = [], []
    for number, (quarter, event) in enumerate(found):
        label = str(scenario.start + quarter)
        events.append((number, label, *namer.event(event, own)))
        terms += [(number, label, event.kind, *row) for row in namer.terms(event)]
    info = {
        "actor": actor,
        "name": model.names[own],
        "title": scenario.title or scenario.name,
        "seed": scenario.seed,
        "replicate": model.replicate,
        "versions": store.versions(),
    }
    frames = {
        "events": pd.DataFrame(events, columns=list(EVENT_COLUMNS)),
        "terms": pd.DataFrame(terms, columns=list(TERM_COLUMNS)),
    }
    return Explanation(info, scenario_to_yaml(scenario), frames)


class _Namer:
    """Turns rows of arrays into ids and names."""

    def __init__(self, model: GovernanceModel):
        self._ids, self._names = model.state.ids, model.names
        self._texts = model.state.instrument_ids
        titles = {facts.id: facts.title for facts in model.world.instruments}
        self._titles = titles | {spec.id: spec.title or spec.id for spec in model.scenario.instruments}

    def event(self, event: Event, own: int) -> tuple[Any, ...]:
        """Columns of an event from ``kind`` on."""
        if event.kind == "joined":
            about = self._texts[event.about[0]]
            name = self._titles.get(about, about)
        else:
            about, name = self._listed(event.about), ", ".join(self._names[row] for row in event.about)
        track = TRACKS[event.track] if event.track >= 0 else ""
        return (
            event.kind, about, name, track, event.depth, self._listed(event.by), self._listed(event.refused_by),
            event.reason, event.probability, event.luck, event.decided.get(own, math.nan), event.commitments + 0.0,
        )  # fmt: skip

    def terms(self, event: Event) -> Iterator[tuple[Any, ...]]:
        """Rows of the terms of an event from ``actor`` on."""
        for actor in dict.fromkeys(side.actor for side in event.sides):
            own = [side for side in event.sides if side.actor == actor]
            for side in own:
                yield from self._side(side)
            if actor in event.decided:
                others = self._listed(side.other for side in own if side.other >= 0)
                yield self._ids[actor], self._names[actor], others, "", "decided", "decided", event.decided[actor], 1.0

    def _side(self, side: Side) -> Iterator[tuple[Any, ...]]:
        who = self._ids[side.actor], self._names[side.actor]
        whom = (self._ids[side.other], self._names[side.other]) if side.other >= 0 else ("", "")
        for name, value in side.factors.items():
            yield *who, *whom, "factor", name, value, side.weight
        if side.factors:
            yield *who, *whom, "value", "value", side.value, side.weight
        for name, value in side.terms.items():
            yield *who, *whom, "term", name, value + 0.0, side.weight  # no minus before a zero
        for name, value in side.given.items():
            yield *who, *whom, "given", name, value, side.weight

    def _listed(self, rows: Iterable[int]) -> str:
        return " ".join(self._ids[row] for row in rows)
