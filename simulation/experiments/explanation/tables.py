"""The two tables of an explanation: events, and the terms that decided them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from simulation.experiments.engine import store
from simulation.experiments.explanation.events import Event
from simulation.experiments.kept import Format, Kept, Table
from simulation.scenario.dump import scenario_to_yaml
from simulation.state import TRACKS

if TYPE_CHECKING:
    from simulation.model import GovernanceModel

KINDS = (
    "made", "deepened", "renewed", "refused", "broken", "ended", "joined", "passed", "rejected",
)  # fmt: skip
"""Kinds of events; broken is a promise, by either side, and not yet the deal; a bloc passes or rejects."""
REASONS = (
    "planned", "aimed", "declined", "accepted", "third", "agreed", "joining", "budget", "public", "renewed", "expired",
    "unaffordable", "upkeep", "unseen", "seen", "lowered", "fallen", "clause", "joined", "enough", "too_few", "vetoed",
    "distrust",
)  # fmt: skip
"""What is told of how an event came about; see :data:`simulation.display.words.events.REASON`."""
SUMS = ("turning", "agreeing", "renewing", "keeping", "joining", "voting")
"""What terms add up to: a utility, log odds of a yes or of a renewal, the probability of keeping a promise for a year,
log odds of joining, the utility of a bloc's decision."""
EVENT_COLUMNS = (
    "event", "quarter", "kind", "about", "name", "track", "depth", "by", "third", "who", "reason", "probability",
    "luck", "commitments",
)  # fmt: skip
TERM_COLUMNS = (
    "event", "quarter", "kind", "actor", "actor_name", "other", "other_name", "sum", "part", "name", "value",
)  # fmt: skip
EVENT_TEXT = ("quarter", "kind", "about", "name", "track", "by", "third", "who", "reason")
TERM_TEXT = ("quarter", "kind", "actor", "actor_name", "other", "other_name", "sum", "part", "name")
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

        ``about``, ``by``, ``third``, ``who`` and ``reason`` are parted by spaces. ``commitments`` is the change of the
        actor's commitments, in binding deals. ``probability`` is that of the answer that mattered, a yes if ``luck``
        was below it.
        """
        return self.tables["events"]

    @property
    def terms(self) -> pd.DataFrame:
        """Columns :data:`TERM_COLUMNS`.

        For each event, actor, other and ``sum`` (:data:`SUMS`): rows of ``part`` term add up to the row of part
        ``decided``; those of part ``given`` bore on it in other ways.
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
        """The events that changed the actor's commitments most, the most important first; of equal ones the earlier."""
        change = self.events.assign(change=-self.events["commitments"].abs().round(9))
        order = change.loc[change["change"] < 0].sort_values(["change", "event"], kind="stable").index
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
    scenario = model.scenario
    info = {
        "actor": actor,
        "name": model.names[model.index(actor)],
        "title": scenario.title or scenario.name,
        "seed": scenario.seed,
        "replicate": model.replicate,
        "versions": store.versions(),
    }
    return Explanation(info, scenario_to_yaml(scenario), frames(model, found))


def frames(model: GovernanceModel, found: Iterable[tuple[int, Event]]) -> dict[str, pd.DataFrame]:
    """The tables ``events`` and ``terms`` of what a watcher found; see :func:`tables`."""
    scenario, namer = model.scenario, _Namer(model)
    events, terms = [], []
    for number, (quarter, event) in enumerate(found):
        label = str(scenario.start + quarter)
        events.append((number, label, *namer.event(event)))
        terms += [(number, label, event.kind, *row) for row in namer.terms(event)]
    return {
        "events": pd.DataFrame(events, columns=list(EVENT_COLUMNS)),
        "terms": pd.DataFrame(terms, columns=list(TERM_COLUMNS)),
    }


class _Namer:
    """Turns rows of arrays into ids and names."""

    def __init__(self, model: GovernanceModel):
        self._ids, self._names = model.state.ids, model.names
        self._forums = {"joined": model.state.instrument_ids}
        self._forums |= dict.fromkeys(("passed", "rejected"), model.state.bloc_ids)
        known = [*((text.id, text.title) for text in model.world.instruments),
                 *((text.id, text.title) for text in model.scenario.instruments),
                 *((bloc.id, bloc.name) for bloc in model.world.blocs)]  # fmt: skip
        self._titles = {forum: title for forum, title in known if title}

    def event(self, event: Event) -> tuple[Any, ...]:
        """Columns of an event from ``kind`` on."""
        if event.kind in self._forums:
            about = self._forums[event.kind][event.about[0]]
            name = self._titles.get(about.partition("/")[0], about)  # what a bloc is split into has its name
        else:
            about, name = self._listed(event.about), ", ".join(self._names[row] for row in event.about)
        track = TRACKS[event.track] if event.track >= 0 else ""
        listed = map(self._listed, (event.by, event.third, event.who))
        return (
            event.kind, about, name, track, event.depth, *listed, " ".join(event.reason), event.probability,
            event.luck, event.commitments + 0.0,
        )  # fmt: skip

    def terms(self, event: Event) -> Iterator[tuple[Any, ...]]:
        """Rows of the terms of an event from ``actor`` on."""
        for side in event.sides:
            who = self._ids[side.actor], self._names[side.actor]
            whom = (self._ids[side.other], self._names[side.other]) if side.other >= 0 else ("", "")
            decided = {"decided": side.decided} if side.terms else {}
            for part, numbers in (("term", side.terms), ("decided", decided), ("given", side.given)):
                for name, value in numbers.items():
                    yield *who, *whom, side.sum, part, name, value + 0.0  # no minus before a zero

    def _listed(self, rows: Iterable[int]) -> str:
        return " ".join(self._ids[row] for row in rows)
