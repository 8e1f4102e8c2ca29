"""The record of a run: selected metrics in preallocated columns, deals, joins, events.

Recording only reads the state, so it changes no bit of a run. The first observation is the
state before the first quarter; the last one is the horizon.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulation.errors import Fault, InputError, ModelError, suggest
from simulation.outcomes.events import Deals, deal_events
from simulation.outcomes.focal import actor_outcomes
from simulation.outcomes.metrics import Metric, StateView, evaluate, select_metrics
from simulation.outcomes.portfolio import I64, deal_tracks
from simulation.outcomes.system import SlotUse, system_outcomes
from simulation.outcomes.world import WorldRecord
from simulation.scenario.parameters import Parameters
from simulation.state import STATE, TRACKS, B, F, State

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


@dataclass(frozen=True, slots=True)
class _Edges:
    """Deals standing after one observation: rows of both sides, track and depth."""

    observation: int
    a: NDArray[np.integer]
    b: NDArray[np.integer]
    track: NDArray[np.integer]
    depth: NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class _Joins:
    """Who had joined what after the last observation, shape (q, n)."""

    eligible: B
    joined: B
    quarter: NDArray[np.integer]


class BatchView:
    """What Mesa 3's ``batch_run`` looks for on a model: one list a metric, one entry a quarter."""

    def __init__(self, model_vars: Mapping[str, list[float]]):
        self.model_vars = model_vars
        self.agent_reporters: Mapping[str, str] = {}
        self._agent_records: Mapping[int, list[float]] = {}


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
        self._instruments = state.instrument_ids
        self._ties, self._events_kept = spec.ties, spec.events
        last = scenario.quarters
        self._labels = tuple(str(scenario.start + (k - 1)) for k in range(last + 1))
        kept = [k for k in range(last + 1) if k % spec.every == 0 or k == last]
        self._row = {observation: row for row, observation in enumerate(kept)}
        self._of_actor = tuple(m for m in self.metrics if m.level == "actor")
        self._of_system = tuple(m for m in self.metrics if m.level == "system")
        self._actor_values = np.zeros((len(kept), len(self.actors), len(self._of_actor)))
        self._system_values = np.zeros((len(kept), len(self._of_system)))
        self._actor_bounds, self._system_bounds = _bounds(self._of_actor), _bounds(self._of_system)
        self._names = [state.ids[row] for row in self.actors]
        self._observed = 0
        self._slots = SlotUse()
        self._edges: list[_Edges] = []
        self._joins: _Joins | None = None
        core = np.array(list(dict.fromkeys([*self.actors.tolist(), *state.leaders.tolist()]))[:_CORE], np.int64)
        self.world = WorldRecord(self._labels, core) if spec.ties != "none" else None
        self._events: list[tuple[int, str, str, int, str]] = []
        self._deals: Deals | None = None

    @property
    def due(self) -> bool:
        """Whether the next observation will be kept (and needs the values of deals)."""
        return self._observed in self._row

    def observe(
        self, state: State, value_to_actor: F | None = None, value_to_partner: F | None = None
    ) -> None:
        """Record the state: once before the first quarter, then at the end of every quarter.

        Parameters
        ----------
        state
            Only read.
        value_to_actor, value_to_partner
            V_fj and V_jf of C.2 for each actor f of :attr:`actors` and every j, shape (a, n);
            read where there is a deal. Needed when :attr:`due`.

        Raises
        ------
        ModelError
            If the horizon has been recorded already, a value is not finite or out of the
            bounds of its metric, or the values of deals are missing.
        """
        if self._observed == len(self._labels):
            raise ModelError(f"the record is complete: it ends in {self._labels[-1]}")
        if self._observed:
            self._slots.add(state)
        if self.due:
            if value_to_actor is None or value_to_partner is None:
                raise ModelError("the values of deals are needed to record this quarter")
            self._keep(state, value_to_actor, value_to_partner)
        self._keep_edges(state)
        if self.world is not None:
            self.world.observe(state)
        if self._events_kept:
            for event in deal_events(self._deals, state) if self._deals else ():
                self.event(*event)
            self._deals = Deals.of(state)
        self._joins = _Joins(state.eligible.copy(), state.joined.copy(), state.join_quarter.copy())
        self._observed += 1

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
        """
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
        return pd.DataFrame(
            {
                "quarter": _category(np.repeat(np.arange(len(kept)), values.shape[1]), labels),
                "actor": _category(np.tile(actor_codes, len(kept)), actor_names),
                "metric": _category(np.tile(metric_codes, len(kept)), names),
                "value": values.ravel(),
            }
        )

    def ties(self) -> pd.DataFrame:
        """Deals: ``quarter``, ``a``, ``b``, ``track``, ``depth``.

        With ``ties: focal`` those of the focal state (``a``) in the last quarter observed,
        with ``ties: all`` every deal in every recorded quarter (``a`` before ``b`` in the
        order of actors), with ``ties: none`` no rows.
        """
        quarter = [np.full(len(edges.a), edges.observation) for edges in self._edges]
        return pd.DataFrame(
            {
                "quarter": _category(_chain(quarter), self._labels),
                "a": _category(_chain([edges.a for edges in self._edges]), self._ids),
                "b": _category(_chain([edges.b for edges in self._edges]), self._ids),
                "track": _category(_chain([edges.track for edges in self._edges]), TRACKS),
                "depth": _chain([edges.depth for edges in self._edges]).astype(np.int8),
            }
        )

    def joins(self) -> pd.DataFrame:
        """Who joined what when: ``instrument``, ``actor``, ``quarter``, ``eligible``, ``joined_before``.

        One row for each eligible or joined actor. ``quarter`` is missing where it has not
        joined by the last observation; it is the quarter before the start where it had
        joined by then (``joined_before``).
        """
        if self._joins is None:
            instrument = actor = quarter = np.zeros(0, np.int64)
            eligible = before = np.zeros(0, np.bool_)
        else:
            found = self._joins
            instrument, actor = np.nonzero(found.eligible | found.joined)
            joined, eligible = found.joined[instrument, actor], found.eligible[instrument, actor]
            observation = np.maximum(found.quarter[instrument, actor] + 1, 0)
            before = joined & (observation == 0)
            quarter = np.where(joined, observation, -1)  # the code of a missing category
        return pd.DataFrame(
            {
                "instrument": _category(instrument, self._instruments),
                "actor": _category(actor, self._ids),
                "quarter": _category(quarter, self._labels),
                "eligible": eligible,
                "joined_before": before,
            }
        )

    def as_datacollector(self) -> BatchView:
        """The focal state's and the world's metrics as Mesa's ``batch_run`` reads a DataCollector.

        One entry a quarter; quarters that are not kept repeat the last kept one.
        """
        kept = sorted(self._row)
        rows = [self._row[max(k for k in kept if k <= q)] for q in range(1, self._observed)]
        focal = {m.name: self._actor_values[rows, 0, k].tolist() for k, m in enumerate(self._of_actor)}
        world = {m.name: self._system_values[rows, k].tolist() for k, m in enumerate(self._of_system)}
        return BatchView(focal | world)

    def events(self) -> pd.DataFrame:
        """Events in the order they happened: ``quarter``, ``kind``, ``actors``, ``depth``, ``track``.

        ``actors`` are ids parted by spaces, ``track`` is empty where there is none.
        """
        frame = pd.DataFrame(self._events, columns=["quarter", "kind", "actors", "depth", "track"])
        codes = frame["quarter"].to_numpy(dtype=np.int64)
        return frame.assign(quarter=_category(codes, self._labels), depth=frame["depth"].astype(np.int8))

    def _keep(self, state: State, value_to_actor: F, value_to_partner: F) -> None:
        row = self._row[self._observed]
        view = StateView(state)
        built_in = actor_outcomes(state, self._par, self.actors, value_to_actor, value_to_partner)
        for column, entry in enumerate(self._of_actor):
            if entry.custom:
                built_in[entry.name] = np.array([evaluate(entry, view, self._ids[actor]) for actor in self.actors])
            self._actor_values[row, :, column] = built_in[entry.name]
        _check_values(self._of_actor, self._actor_values[row], self._actor_bounds, self._names)
        world = system_outcomes(state, self._par, self._slots, [entry.name for entry in self._of_system])
        self._system_values[row] = [evaluate(m, view) if m.custom else world[m.name] for m in self._of_system]
        _check_values(self._of_system, self._system_values[row : row + 1], self._system_bounds, (SYSTEM,))

    def _keep_edges(self, state: State) -> None:
        if self._ties == "focal":
            focal = int(self.actors[0])
            b = np.flatnonzero(state.depth[focal])
            a = np.full(len(b), focal)
            self._edges.clear()
        elif self._ties == "all" and self.due:
            a, b = np.nonzero(np.triu(state.depth))
        else:
            return
        self._edges.append(_Edges(self._observed, a, b, deal_tracks(state, a, b), state.depth[a, b]))


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
        Fault(key, f"unknown actor {name!r}; {suggest(name, list(row))}")
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


def _check_values(metrics: Sequence[Metric], values: F, bounds: F, names: Sequence[str]) -> None:
    """Check a block of values, shape (actors, metrics), against the bounds of their metrics."""
    good = np.isfinite(values) & (values >= bounds[0]) & (values <= bounds[1])
    if good.all():
        return
    actor, column = (int(i) for i in np.argwhere(~good)[0])
    try:
        metrics[column].check(values[actor, column])
    except ModelError as error:
        raise ModelError(f"{names[actor]}: {error}") from None


def _chain(parts: Sequence[NDArray[np.integer]]) -> I64:
    """Arrays end to end; an empty one where there is none."""
    return np.concatenate([np.zeros(0, np.int64), *parts]).astype(np.int64)


def _category(codes: I64, names: Sequence[str]) -> pd.Categorical[str]:
    return pd.Categorical.from_codes(codes, categories=pd.Index(names))
