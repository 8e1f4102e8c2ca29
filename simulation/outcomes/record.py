"""The record of a run: selected metrics in preallocated columns, deals, joins, events.

Recording only reads the state, so it changes no bit of a run. The first observation is the
state before the first quarter; the last one is the horizon.

A quarter's observation only keeps sums and columns. Built-in metrics are made of them for many quarters
together, when the record is read or complete; then a value that is not finite or out of bounds is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, Self

import numpy as np
import pandas as pd

from simulation.data.actor_advice import advice_on
from simulation.errors import Fault, InputError, ModelError, suggest
from simulation.outcomes.columns import Columns, frame, names_of
from simulation.outcomes.focal import ActorBook
from simulation.outcomes.metrics import Metric, StateView, evaluate, select_metrics
from simulation.outcomes.portfolio import deal_tracks
from simulation.outcomes.system import EffortUse, WorldBook
from simulation.outcomes.ties import JoinRecord, TieRecord
from simulation.outcomes.world import WorldRecord
from simulation.processes.links import Links, links
from simulation.scenario.parameters import Parameters
from simulation.state import I8, I64, REMEMBERED, STATE, TRACKS, F, State

SYSTEM = "system"
"""Name of the whole world in the column ``actor``."""

_TIES = ("focal", "all", "none")
_CORE = 20  # actors, at most, among whom trust is kept in full
_ACTORS = ("focal", "states", "all")


class RecordSpec(Protocol):
    """What a scenario asks to be kept."""

    @property
    def metrics(self) -> str | tuple[str, ...]: ...
    @property
    def actors(self) -> str | tuple[str, ...]: ...
    @property
    def every(self) -> int: ...
    @property
    def ties(self) -> str: ...
    @property
    def events(self) -> bool: ...


class Quarter(Protocol):
    """A quarter that moves by whole quarters and prints as ``2027Q4``."""

    def __add__(self, quarters: int, /) -> Self: ...


class Scenario(Protocol):
    """What the recorder reads of a scenario."""

    @property
    def focal(self) -> str: ...
    @property
    def peers(self) -> tuple[str, ...] | None: ...
    @property
    def start(self) -> Quarter: ...
    @property
    def quarters(self) -> int: ...
    @property
    def parameters(self) -> Parameters: ...


class BatchView:
    """What Mesa 3's ``batch_run`` looks for on a model: one list a metric, one entry a quarter.

    Mesa 3.5 also looks for the steps at which something was collected, and for records by class of agents.
    """

    def __init__(self, model_vars: Mapping[str, list[float]]):
        self.model_vars = model_vars
        self.agent_reporters: Mapping[str, str] = {}
        self._agent_records: Mapping[int, list[float]] = {}
        self._agenttype_records: Mapping[int, Mapping[type, list[float]]] = {}
        self._collection_steps = list(range(max(map(len, model_vars.values()), default=0)))


class Recorder:
    """Keeps what a scenario asks for.

    Parameters
    ----------
    spec
        What to keep.
    scenario
        Focal state, peers, first quarter, number of quarters, parameters.
    state
        The state the run starts from.

    Attributes
    ----------
    actors
        Rows of the recorded actors, the focal one first, shape (a,).
    metrics
        The recorded metrics, in the order of the registry.
    world
        Deals, trust and decisions of blocs in the whole world; none with ``ties: none``.

    Raises
    ------
    InputError
        If the specification names an unknown metric, actor or choice.
    """

    def __init__(self, spec: RecordSpec, scenario: Scenario, state: State):
        _check(spec)
        self.metrics = select_metrics(spec.metrics)
        self.actors = np.array(_actor_rows(spec, scenario, state), np.int64)
        self._par, self._ids = scenario.parameters, state.ids
        self._events_kept = spec.events
        last = scenario.quarters
        self._labels = tuple(str(scenario.start + (k - 1)) for k in range(last + 1))
        kept = [k for k in range(last + 1) if k % spec.every == 0 or k == last]
        self._row = {observation: row for row, observation in enumerate(kept)}
        self._of_actor = tuple(m for m in self.metrics if m.level == "actor")
        self._of_system = tuple(m for m in self.metrics if m.level == "system")
        self._actor_values = np.zeros((len(kept), len(self.actors), len(self._of_actor)))
        self._system_values = np.zeros((len(kept), len(self._of_system)))
        self._custom = any(m.custom for m in self.metrics)
        self._actor_book = ActorBook(len(kept), self.actors)
        self._world_book = WorldBook(state, len(kept), [m.name for m in self._of_system])
        self._observed = 0
        self._kept = 0  # observations that are kept
        self._derived = 0  # of these, those whose built-in metrics are known
        self._slots = EffortUse()
        self._ties = TieRecord(spec.ties, int(self.actors[0]), state.ids, self._labels)
        self._joins = JoinRecord(state.instrument_ids, state.ids, self._labels)
        core = np.array(list(dict.fromkeys([*self.actors.tolist(), *state.leaders.tolist()]))[:_CORE], np.int64)
        self.world = WorldRecord(self._labels, core) if spec.ties != "none" else None
        self._events: list[tuple[int, str, str, int, str]] = []
        self._depth = state.depth[:0]  # of the last observation, where events are kept

    @property
    def due(self) -> bool:
        """Whether the next observation will be kept."""
        return self._observed in self._row

    def observe(self, state: State, partners: Links | None = None, publics: F | None = None) -> None:
        """Record the state: once before the first quarter, then at the end of every quarter.

        Parameters
        ----------
        state
            Only read.
        partners
            Lists of the deals as they stand, if they are at hand.
        publics
            Support of each public as it stands, (s,), if it is at hand.

        Raises
        ------
        ModelError
            If the horizon has been recorded already, or a value of a user's metric is not finite or out of its
            bounds; at the horizon, if one of any metric ever was.
        """
        if self._observed == len(self._labels):
            raise ModelError(f"the record is complete: it ends in {self._labels[-1]}")
        if self._observed:
            self._slots.add(state, partners)
        due = self.due
        if due:
            self._keep(state, partners or links(state.depth), publics)
        self._ties.observe(self._observed, state, due)
        self._joins.observe(state)
        if self.world is not None:
            self.world.observe(state)
        if self._events_kept:
            for event in deal_events(self._depth, state) if self._observed else ():
                self.event(*event)
            self._depth = state.depth.copy()
        self._observed += 1
        if self._observed == len(self._labels):
            self._derive()

    def event(self, kind: str, actors: Sequence[int], depth: int = 0, track: int = -1) -> None:
        """Note something that happens in the present quarter; nothing if events are not kept.

        What happens to deals is noted by :meth:`observe`.

        Parameters
        ----------
        kind
            What happens, e.g. ``made``, ``deepened``, ``breached``, ``lapsed``.
        actors
            Rows of those it happens to.
        depth, track
            Depth of the deal after it, and its track (-1 none).
        """
        if self._events_kept:
            names = " ".join(self._ids[row] for row in actors)
            track_name = TRACKS[track] if track >= 0 else ""
            self._events.append((self._observed, kind, names, int(depth), track_name))

    def series(self) -> pd.DataFrame:
        """Metrics so far: ``quarter``, ``actor``, ``metric``, ``value``.

        Ordered by quarter (the first is the one before the start), then actor (focal, peers
        or others, last ``system``), then metric in registry order. Names are categories.

        Raises
        ------
        ModelError
            If a value is not finite or out of the bounds of its metric.
        """
        return frame(self._series())

    def _series(self) -> Columns:
        self._derive()
        kept = [k for k in self._row if k < self._observed]
        block = len(self.actors) * len(self._of_actor)
        names = [m.name for m in self.metrics]
        of_actor = [names.index(m.name) for m in self._of_actor]
        of_system = [names.index(m.name) for m in self._of_system]
        lengths = [len(of_actor)] * len(self.actors) + [len(of_system)]
        actor_codes = np.repeat(np.arange(len(self.actors) + 1), lengths)
        metric_codes = np.array(of_actor * len(self.actors) + of_system, np.int64)
        of_actors = self._actor_values[: len(kept)].reshape(len(kept), block)
        values = np.concatenate([of_actors, self._system_values[: len(kept)]], axis=1)
        labels = [self._labels[k] for k in kept]
        actor_names = [*(self._ids[row] for row in self.actors), SYSTEM]
        return {
            "quarter": (np.repeat(np.arange(len(kept)), values.shape[1]), labels),
            "actor": (np.tile(actor_codes, len(kept)), actor_names),
            "metric": (np.tile(metric_codes, len(kept)), names),
            "value": values.ravel(),
        }

    def focal_paths(self) -> dict[str, list[float]]:
        """Each metric of the focal state so far, one value a quarter from the one before the start on.

        Quarters that are not kept repeat the last kept one.

        Raises
        ------
        ModelError
            If a value is not finite or out of the bounds of its metric.
        """
        rows = self._rows_so_far()
        return {m.name: self._actor_values[rows, 0, k].tolist() for k, m in enumerate(self._of_actor)}

    def _rows_so_far(self) -> I64:
        """Row of the last kept observation at each one so far, with its metrics made; the first is always kept."""
        self._derive()
        return np.searchsorted(list(self._row), np.arange(self._observed), side="right") - 1

    def ties(self) -> pd.DataFrame:
        """Deals: ``quarter``, ``a``, ``b``, ``track``, ``depth``, ``source`` of the partner (new since the start,
        recorded or drawn at the start).

        With ``ties: focal`` those of the focal state (``a``) in the last quarter observed,
        with ``ties: all`` every deal in every recorded quarter (``a`` before ``b`` in the
        order of actors), with ``ties: none`` no rows.
        """
        return frame(self._ties.columns())

    def joins(self) -> pd.DataFrame:
        """Who joined what when: ``instrument``, ``actor``, ``quarter``, ``eligible``, ``joined_before``.

        One row for each eligible or joined actor. ``quarter`` is missing where it has not
        joined by the last observation; it is the quarter before the start where it had
        joined by then (``joined_before``).
        """
        return frame(self._joins.columns())

    def as_datacollector(self) -> BatchView:
        """The focal state's and the world's metrics as Mesa's ``batch_run`` reads a DataCollector.

        One entry a quarter; quarters that are not kept repeat the last kept one.

        Raises
        ------
        ModelError
            If a value is not finite or out of the bounds of its metric.
        """
        rows = self._rows_so_far()[1:]
        world = {m.name: self._system_values[rows, k].tolist() for k, m in enumerate(self._of_system)}
        return BatchView({name: path[1:] for name, path in self.focal_paths().items()} | world)

    def events(self) -> pd.DataFrame:
        """Events in the order they happened: ``quarter``, ``kind``, ``actors``, ``depth``, ``track``.

        ``actors`` are ids parted by spaces, ``track`` is empty where there is none.
        """
        return frame(self._happened()).astype(dict.fromkeys(("kind", "actors", "track"), str))

    def _happened(self) -> Columns:
        quarter, kind, actors, depth, track = zip(*self._events, strict=True) if self._events else ((),) * 5
        return {
            "quarter": (np.array(quarter, np.int64), self._labels), "kind": names_of(kind),
            "actors": names_of(actors), "depth": np.array(depth, np.int8), "track": names_of(track),
        }  # fmt: skip

    def columns(self) -> Mapping[str, Columns]:
        """All that is recorded, by the names of a replicate's tables: no frame is made on the way."""
        world = {} if self.world is None else self.world.columns()
        return {
            **world, "series": self._series(), "ties": self._ties.columns(), "joins": self._joins.columns(),
            "events": self._happened(),
        }  # fmt: skip

    def _keep(self, state: State, partners: Links, publics: F | None) -> None:
        row = self._kept
        self._actor_book.write(row, state, partners)
        self._world_book.write(row, state, self._par, self._slots, partners, publics)
        if self._custom:
            view = StateView(state)
            for column, entry in enumerate(self._of_actor):
                if entry.custom:
                    values = [evaluate(entry, view, self._ids[actor]) for actor in self.actors]
                    self._actor_values[row, :, column] = values
            for column, entry in enumerate(self._of_system):
                if entry.custom:
                    self._system_values[row, column] = evaluate(entry, view)
        self._kept += 1

    def _derive(self) -> None:
        """Make the built-in metrics of the observations that have been kept since the last time."""
        rows = slice(self._derived, self._kept)
        if self._derived == self._kept:
            return
        of_actors, of_world = self._actor_values[rows], self._system_values[rows]
        _fill(self._of_actor, self._actor_book.outcomes(rows, self._par), of_actors)
        _fill(self._of_system, self._world_book.outcomes(rows, self._par), of_world)
        labels = [self._labels[k] for k in self._row][rows]
        names = [self._ids[actor] for actor in self.actors]
        _check_values(self._of_actor, of_actors, labels, names)
        _check_values(self._of_system, of_world[:, None], labels, (SYSTEM,))
        self._derived = self._kept


def _fill(metrics: Sequence[Metric], found: Mapping[str, F], values: F) -> None:
    """Write built-in metrics to their columns, on the last axis."""
    for column, entry in enumerate(metrics):
        if not entry.custom:
            values[..., column] = found[entry.name]


def _check(spec: RecordSpec) -> None:
    """Raise every fault of a specification that does not need the world."""
    faults = []
    if spec.ties not in _TIES:
        faults.append(Fault("record.ties", f"unknown choice {spec.ties!r}; {suggest(spec.ties, _TIES)}"))
    if isinstance(spec.actors, str) and spec.actors not in _ACTORS:
        advice = suggest(spec.actors, _ACTORS)
        faults.append(Fault("record.actors", f"unknown choice {spec.actors!r}; {advice}"))
    if spec.every < 1:
        faults.append(Fault("record.every", f"{spec.every} is not a positive number of quarters"))
    if faults:
        raise InputError(faults)


def _actor_rows(spec: RecordSpec, scenario: Scenario, state: State) -> list[int]:
    """Rows to record: the focal state, then its peers, the states, everybody, or those named."""
    row = {name: i for i, name in enumerate(state.ids)}
    keys = ["focal"]
    names: list[str] = [scenario.focal]
    if spec.actors == "focal":
        names += scenario.peers or ()
        keys += ["peers"] * (len(names) - 1)
    elif isinstance(spec.actors, str):
        every = spec.actors == "all"
        names += [name for i, name in enumerate(state.ids) if every or state.kind[i] == STATE]
    else:
        names += spec.actors
    keys += ["record.actors"] * (len(names) - len(keys))
    faults = [
        Fault(key, f"unknown actor {name!r}; {advice_on(name, list(row))}")
        for key, name in zip(keys, names, strict=True)
        if name not in row
    ]
    if faults:
        raise InputError(faults)
    return list(dict.fromkeys(row[name] for name in names))


def _bounds(metrics: Sequence[Metric]) -> F:
    """Lower and upper bounds of some metrics, shape (2, metrics)."""
    low = [m.bounds[0] for m in metrics]
    return np.array([low, [np.inf if m.bounds[1] is None else m.bounds[1] for m in metrics]])


def _check_values(metrics: Sequence[Metric], values: F, quarters: Sequence[str], names: Sequence[str]) -> None:
    """Check values, shape (quarters, actors, metrics), against the bounds of their metrics."""
    low, high = _bounds(metrics)
    good = np.isfinite(values) & (values >= low) & (values <= high)
    if good.all():
        return
    quarter, actor, column = (int(i) for i in np.argwhere(~good)[0])
    try:
        metrics[column].check(values[quarter, actor, column])
    except ModelError as error:
        raise ModelError(f"{quarters[quarter]}: {names[actor]}: {error}") from None


Event = tuple[str, tuple[int, ...], int, int]
"""Kind, rows of the actors, depth afterwards, track afterwards (-1 none)."""


def deal_events(before: I8, state: State) -> Iterator[Event]:
    """Deals made and deepened, breaches (by the first actor towards the second), deals lowered and ended.

    Net of the quarter: a deal that is made and lost within it leaves only the breach, if there was one.
    ``before`` (n, n) is the depth at the end of the quarter before.
    """
    old, new = np.triu(before), np.triu(state.depth)
    yield from _changes("made", (old == 0) & (new > 0), state)
    yield from _changes("deepened", (old > 0) & (new > old), state)
    yield from _changes("breached", state.conduct[state.quarter % REMEMBERED] < 0, state)
    yield from _changes("lowered", (new > 0) & (new < old), state)
    yield from _changes("ended", (old > 0) & (new == 0), state)


def _changes(kind: str, where: np.ndarray, state: State) -> Iterator[Event]:
    a, b = np.nonzero(where)
    tracks = np.where(state.depth[a, b] > 0, deal_tracks(state, a, b), -1)
    for i, j, track in zip(a.tolist(), b.tolist(), tracks.tolist(), strict=True):
        yield kind, (i, j), int(state.depth[i, j]), track
