"""The one registry of what a run is measured by, and how a user adds an outcome.

Built-in metrics are computed together, one function a level (:mod:`simulation.outcomes.focal`,
:mod:`simulation.outcomes.system`). A user's own is one function of a read-only state::

    @metric("ties_of_leaders", unit="deals", bounds=(0, None))
    def ties_of_leaders(view):
        return float((view.depth[view.leaders] > 0).sum())
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import Any, Literal, TypeVar

import numpy as np

from simulation.data.actor_advice import row_of
from simulation.errors import Fault, InputError, ModelError, is_own_fault, suggest
from simulation.source_code import failing_line, place_of, source_hash
from simulation.state import State

Level = Literal["actor", "system"]
LEVELS = ("actor", "system")
Bounds = tuple[float, float | None]
BuiltIn = Iterator[tuple[str, str, Bounds, str, bool]]
"""Built-in metrics: name, unit, bounds, formula, recorded by default or not."""
_SEE = "see `wifaq list metrics`"
Outcome = TypeVar("Outcome", bound=Callable[..., float])


@dataclass(frozen=True, slots=True)
class Metric:
    """One recorded number.

    Attributes
    ----------
    name, unit, formula
        What it is called, its unit, how it is computed in one line.
    bounds
        Least and greatest value; ``None`` where there is no greatest.
    section
        Part of the model description that defines it; ``user`` for a user's own.
    level
        ``actor`` (one value for each recorded actor) or ``system`` (one for the world).
    default
        Whether it is recorded unless a scenario chooses its metrics.
    function
        A user's function of the read-only state, or the function that computes all built-in
        metrics of the level together.
    custom
        Whether a user registered it.
    """

    name: str
    unit: str
    bounds: Bounds
    formula: str
    section: str
    level: Level
    default: bool
    function: Callable[..., Any] = field(repr=False)
    custom: bool = False

    def check(self, value: float) -> float:
        """The value, if it is finite and within bounds.

        Raises
        ------
        ModelError
            Naming the metric, if it is not.
        """
        low, high = self.bounds
        try:
            if isinstance(value, str | bytes) or np.iscomplexobj(value):
                raise TypeError  # float() would take it, or a part of it
            number = float(value)
        except OverflowError:
            number = math.inf
        except (TypeError, ValueError):
            raise ModelError(f"metric {self.name!r} gave {value!r}, not a number") from None
        if not math.isfinite(number):
            raise ModelError(f"metric {self.name!r} is {number}, not a finite number")
        if number < low or (high is not None and number > high):
            raise ModelError(f"metric {self.name!r} is {number}, outside {format_bounds(self.bounds)}")
        return number


METRICS: dict[str, Metric] = {}
"""Every metric by name: the built-in ones in the order of the model description, then users'."""


_MEANS = ("think_tank", "ngo", "influencer")
REMOVED: Mapping[str, str] = MappingProxyType({
    "quality": "see its parts: diversity, reciprocity, autonomy, alignment, capacity, safety",
    **{f"{part}_{kind}": f"work with a {kind.replace('_', ' ')} is a means; see deals_{kind}"
       for part in ("commitments", "volume") for kind in _MEANS},
})  # fmt: skip
"""Metrics that earlier files may name, and what to read in their place."""


def format_bounds(bounds: Bounds) -> str:
    """Bounds as an interval, e.g. ``[0, 1]`` or ``[0, inf)``."""
    low, high = bounds
    opening = "(-inf" if low == -math.inf else f"[{low:g}"
    return f"{opening}, inf)" if high is None else f"{opening}, {high:g}]"


def metric(
    name: str,
    unit: str,
    bounds: Bounds,
    *,
    level: Level = "system",
    formula: str = "",
    default: bool = True,
) -> Callable[[Outcome], Outcome]:
    """Register the decorated function as an outcome, recorded and swept like a built-in one.

    Parameters
    ----------
    name
        Lower-case letters, digits and underscores; may replace a user's metric, not a built-in one.
    unit, formula
        For tables and charts; the formula defaults to the first line of the function's docstring.
    bounds
        Least and greatest value the function may return; ``None`` where there is no greatest.
    level
        ``system``: the function takes the read-only state (:class:`StateView`);
        ``actor``: the read-only state and the id of an actor.
    default
        Whether it is recorded where a scenario says ``metrics: default``.

    Raises
    ------
    ModelError
        If the name is taken or malformed, the bounds are inverted, or the level is unknown.
    """

    def decorate(function: Outcome) -> Outcome:
        line = formula or (inspect.getdoc(function) or str(name)).partition("\n")[0]
        register(Metric(name, unit, bounds, line, "user", level, default, function, custom=True))
        return function

    return decorate


def register(entry: Metric) -> None:
    """Add a metric to :data:`METRICS` (a worker process re-registers what users registered)."""
    known = METRICS.get(entry.name)
    if not isinstance(entry.name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", entry.name):
        raise ModelError(f"metric name {entry.name!r}: use lower-case letters, digits and underscores")
    if known is not None and not (known.custom and entry.custom):
        raise ModelError(f"metric {entry.name!r} exists already; choose another name")
    if not isinstance(entry.unit, str):
        raise ModelError(f"metric {entry.name!r}: the unit is a text, such as 'deals', not {entry.unit!r}")
    if not callable(entry.function):
        raise ModelError(f"metric {entry.name!r}: @metric(...) stands above a function, not {entry.function!r}")
    if entry.level not in LEVELS:
        advice = suggest(entry.level, LEVELS)
        raise ModelError(f"metric {entry.name!r}: unknown level {entry.level!r}; {advice}")
    try:
        low, high = entry.bounds
        upside_down = math.isnan(low) or (high is not None and not low <= high)
    except (TypeError, ValueError):
        text = "are two numbers, or a number and None; without a least value, -math.inf and the greatest"
        raise ModelError(f"metric {entry.name!r}: bounds {text}, not {entry.bounds!r}") from None
    if upside_down:
        raise ModelError(f"metric {entry.name!r}: the least value {low} is not below the greatest {high}")
    METRICS[entry.name] = entry


def register_all(level: Level, function: Callable[..., Any], *tables: BuiltIn) -> None:
    """Add the built-in metrics of a level, which one function computes together."""
    for name, unit, bounds, formula, default in chain(*tables):
        register(Metric(name, unit, bounds, formula, "E", level, default, function))


def unregister(name: str) -> None:
    """Forget a user's metric.

    Raises
    ------
    ModelError
        If there is none of that name, or it is built in.
    """
    if name not in METRICS or not METRICS[name].custom:
        custom = [entry.name for entry in user_metrics()]
        raise ModelError(f"no metric of a user is called {name!r}; {suggest(name, custom)}")
    del METRICS[name]


def user_metrics() -> tuple[Metric, ...]:
    """The metrics that users registered, in order."""
    return tuple(entry for entry in METRICS.values() if entry.custom)


def metric_hashes() -> dict[str, str]:
    """:func:`simulation.source_code.source_hash` of each user's metric, for the manifest of a run."""
    return {entry.name: source_hash(entry.function) for entry in user_metrics()}


def unknown(names: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Place and message of each name in a list that no metric has."""
    for place, name in enumerate(names):
        if name in METRICS:
            continue
        gone = f"{name!r} is no longer a metric; {REMOVED[name]}" if name in REMOVED else ""
        yield place, gone or f"unknown metric {name!r}; {suggest(name, list(METRICS)) or _SEE}"


def not_of_an_actor(names: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Place and message of each name in a list that no metric of an actor has."""
    wanted = tuple(names)
    for place, name in enumerate(wanted):
        if name in METRICS and METRICS[name].level != "actor":
            yield place, f"{name!r} is a metric of the world; name one of the focal state, {_SEE}"
    yield from unknown(wanted)


def select_metrics(names: str | Iterable[str]) -> tuple[Metric, ...]:
    """The metrics a scenario asks for, in the order of the registry.

    Parameters
    ----------
    names
        ``default``, ``all``, or names.

    Raises
    ------
    InputError
        Naming every unknown metric with a suggestion.
    """
    if isinstance(names, str):
        if names not in ("default", "all"):
            names = (names,)
        else:
            return tuple(m for m in METRICS.values() if names == "all" or m.default)
    wanted = tuple(names)
    faults = [Fault("record.metrics", message) for _, message in unknown(wanted)]
    if faults:
        raise InputError(faults)
    chosen = set(wanted)  # a tuple of all would be searched for each
    return tuple(entry for name, entry in METRICS.items() if name in chosen)


class StateView:
    """A read-only view of a state, for users' metrics.

    Every column of :class:`~simulation.state.State` is an attribute; arrays cannot be written.
    """

    __slots__ = ("_rows", "_state")
    _rows: Mapping[str, int]
    _state: State

    def __init__(self, state: State):
        object.__setattr__(self, "_state", state)
        object.__setattr__(self, "_rows", {name: row for row, name in enumerate(state.ids)})

    def index(self, actor_id: str) -> int:
        """Row of an actor in every actor column.

        Raises
        ------
        ModelError
            If there is no such actor.
        """
        return row_of(actor_id, self._rows)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        value = getattr(self._state, name)
        if isinstance(value, np.ndarray):
            value = value.view()
            value.flags.writeable = False
        return value

    def __setattr__(self, name: str, value: object) -> None:
        raise ModelError(f"metrics read the state, they do not write it ({name})")


def evaluate(entry: Metric, view: StateView, *actor_id: str) -> float:
    """Value of a user's metric, checked.

    Raises
    ------
    ModelError
        If the function fails, writes to the state, or returns a value out of bounds.
    """
    try:
        value = entry.function(view, *actor_id)
    except BaseException as error:  # a user's code may raise anything
        if not is_own_fault(error):
            raise
        text = f" failed: {type(error).__name__}: {error}"
        if isinstance(error, ModelError):
            text = f": {error}"
        elif isinstance(error, ValueError) and ("read-only" in str(error) or "WRITEABLE" in str(error)):
            text = " tried to write the state it reads"
        place = failing_line(entry.function, error.__traceback__)
        raise ModelError(f"{place}{': ' if place else ''}metric {entry.name!r}{text}") from error
    try:
        return entry.check(value)
    except ModelError as error:
        place = place_of(entry.function)
        raise ModelError(f"{place}{': ' if place else ''}{error}") from None
