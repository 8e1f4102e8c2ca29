"""What a user has written, on its way to worker processes: classes of actors, functions of outcomes.

A worker can import neither what was typed into a notebook nor what a function has made, so they
travel by value, by cloudpickle. The bytes go from this process straight to workers that it has
started or called; none are ever read from a file.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from simulation.source_code import cells_of, remember_cells

if TYPE_CHECKING:
    from simulation.actors.cast import Cast
    from simulation.outcomes.metrics import Metric

Tweak = Callable[[Any], object]
"""``tweak(model)``: writes into a model that has been built and not yet run; what it returns is not read."""

EVERY_POINT = ""
_CARGOES = 4  # opened ones that a worker keeps, so that a class is made once and not for each task


@dataclass(frozen=True)
class Goods:
    """A user's classes and functions.

    Attributes
    ----------
    metrics
        Outcomes that the user registered.
    casts
        Replacement classes of actors by point of the plan; :data:`EVERY_POINT` stands for all.
    cells
        Labels of notebook cells by made-up file name, for messages.
    tweaks
        What is written into each model of a point before it runs.
    """

    metrics: tuple[Metric, ...] = ()
    casts: Mapping[str, Cast] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
    tweaks: Mapping[str, Tweak] = field(default_factory=dict)

    def options(self, point: str) -> dict[str, Any]:
        """What ``simulate`` is given for a point beside scenario and replicate."""
        cast = self.casts.get(point) or self.casts.get(EVERY_POINT)
        tweak = self.tweaks.get(point)
        return ({"actors": cast} if cast else {}) | ({"tweak": tweak} if tweak else {})

    def open(self) -> Goods:
        """These goods."""
        return self


@dataclass(frozen=True)
class Cargo:
    """Goods as bytes."""

    content: bytes

    def open(self) -> Goods:
        """The goods, the same objects each time in one process.

        Raises
        ------
        RunError
            If something they need cannot be imported here.
        """
        return _open(self.content)


@lru_cache(maxsize=_CARGOES)
def _open(content: bytes) -> Goods:
    import cloudpickle

    from simulation.errors import RunError

    try:
        goods: Goods = cloudpickle.loads(content)
    except Exception as error:  # a user's module may do anything when it is imported
        text = f"{type(error).__name__}: {error}"
        raise RunError(f"a worker cannot load the actors or metrics of this run ({text}); use one worker") from error
    remember_cells(goods.cells)
    return goods


def goods_for(casts: Mapping[str, Cast], tweaks: Mapping[str, Tweak] | None = None) -> Goods:
    """Everything of the user's that the runs of a plan need.

    Parameters
    ----------
    casts
        Replacement classes of actors by point, or of :data:`EVERY_POINT`.
    tweaks
        Functions that write into models before they run, by point.
    """
    from simulation.outcomes.metrics import user_metrics

    metrics = user_metrics()
    casts = {point: dict(cast) for point, cast in casts.items() if cast}
    functions: list[object] = [entry.function for entry in metrics]
    if casts:
        from simulation.actors.rules import functions_of

        functions += [f for cast in casts.values() for cls in cast.values() for f in functions_of(cls)]
    tweaks = dict(tweaks or {})
    return Goods(metrics, casts, cells_of(iter([*functions, *tweaks.values()])), tweaks)


def pack(goods: Goods) -> Cargo | None:
    """Goods as bytes; None, with a warning that says so, if they cannot leave this process."""
    import cloudpickle

    try:
        return Cargo(cloudpickle.dumps(goods))
    except Exception as error:  # whatever an object's own pickling raises
        text = f"{_culprit(goods)} cannot travel to other processes ({' '.join(str(error).split())})"
        warnings.warn(f"{text}, so all replicates run in this one", stacklevel=5)
        return None


def _culprit(goods: Goods) -> str:
    import cloudpickle

    named: list[tuple[str, Any]] = [(f"metric {entry.name!r}", entry.function) for entry in goods.metrics]
    named += [(cls.__name__, cls) for cast in goods.casts.values() for cls in cast.values()]
    named += [(getattr(tweak, "__name__", "the tweak"), tweak) for tweak in goods.tweaks.values()]
    for name, thing in named:
        try:
            cloudpickle.dumps(thing)
        except Exception:
            return name
    return "what the user wrote"
