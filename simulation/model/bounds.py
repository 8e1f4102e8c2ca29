"""Numbers that a hook or a tweak wrote where no rule of the model would, found before they do harm.

Kernels use depths, tracks and rows as places in other arrays and do not look whether they lie inside; of NaN every
comparison is false, and a run would go on with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import literal_unroll, njit
from numpy.typing import NDArray

from simulation.errors import ModelError
from simulation.state import B, F, ranges

if TYPE_CHECKING:
    from simulation.model.governance import GovernanceModel

_WRITTEN = (
    "depth", "track", "kind", "camp", "bloc_depth", "bloc_rule", "instrument_domain", "position", "weight", "capacity",
    "transparency", "oversight", "urgency", "share", "zeal", "budget", "purse", "home", "leaders",
)  # fmt: skip
"""Columns that a hook is likely to write, and those by which a kernel looks elsewhere: looked at after every step."""
_ROWS = ("home", "leaders")
"""Columns that hold rows of actors; -1 for nobody."""
_ROUNDED = 1e-6
"""By how much a number that is worked out may miss what it is; a purse that is spent ends so near 0."""
_ENDLESS = 1e300


def check_bounds(model: GovernanceModel, step: str) -> None:
    """Refuse numbers out of their range, and NaN, in the columns that a user is likely to write.

    Parameters
    ----------
    model
        Whose state is looked at.
    step
        What was just done; nothing at a quarter's start.

    Raises
    ------
    ModelError
        Naming the column, the first number out of its range, where it stands, and the replaced decisions.
    """
    names, low, high, blank = _limits(_WRITTEN, model.state.n)
    wrong = _sound(attrgetter(*names)(model.state), low, high, blank)
    if wrong < len(names):
        _refuse(model, step, names[wrong], low[wrong], high[wrong], blank[wrong])


def check_numbers(model: GovernanceModel, step: str = "") -> None:
    """Refuse numbers out of their range in any column, weights that do not sum to one, and deals of one side.

    At the start of a run, once it is over, and for what a tweak wrote: it takes half as long as a quarter.

    Raises
    ------
    ModelError
        As :func:`check_bounds`; or naming the actors.
    """
    state = model.state
    for name, *within in zip(*_limits(tuple(ranges()), state.n), strict=True):
        numbers = getattr(state, name)
        if numbers.size and not (within[0] <= numbers.min() and numbers.max() <= within[1]):  # false of NaN
            _refuse(model, step, name, *within)
    _refuse_rows(np.abs(state.weight.sum(axis=1) - 1.0) > _ROUNDED, state.ids, "the weights of an actor sum to 1")
    _refuse_rows(np.diagonal(state.depth) != 0, state.ids, "nobody has a deal with itself")
    for name in ("depth", "track"):
        column = getattr(state, name)
        if (one_sided := np.argwhere(column != column.T)).size:
            a, b = (state.ids[k] for k in one_sided[0])
            text = f"{name} of the state is not the same at [{a}, {b}] and [{b}, {a}]"
            raise ModelError(f"{text}; a deal is of both: somebody wrote one side only")


def _refuse(model: GovernanceModel, step: str, name: str, low: float, high: float, blank: float) -> None:
    """Name the first number of a column that lies out of its range, if there is any."""
    state, column = model.state, getattr(model.state, name)
    wrong = np.argwhere(~((column >= low) & (column <= high) | (column == blank)))
    if not wrong.size:
        return
    place = tuple(int(k) for k in wrong[0])
    where = ", ".join(state.ids[k] if column.shape[axis] == state.n else str(k) for axis, k in enumerate(place))
    when = f"after the step {step!r}" if step else "at the start"
    least, most, _ = ranges()[name] if name not in _ROWS else (low, high, 0)
    own = "; ".join(model.hooks.places())
    raise ModelError(
        f"{name}[{where}] of the state is {column[place]} {when} of {model.quarter}, outside {interval(least, most)}; "
        "no rule of the model writes that, so a hook or a tweak did" + (f". Replaced decisions: {own}" if own else "")
    )


def interval(low: float, high: float) -> str:
    """Bounds as readers write them: ``[0, ∞)`` where there is no end."""
    return f"{f'[{low:g}' if low > -_ENDLESS else '(-∞'}, {f'{high:g}]' if high < _ENDLESS else '∞)'}"


@cache
def _limits(names: tuple[str, ...], n: int) -> tuple[tuple[str, ...], F, F, F]:
    """Columns of a world of n actors, with the least and the greatest number of each and what it may hold besides."""
    told = [(-1.0, n - 1.0, -1.0) if name in _ROWS else ranges()[name] for name in names]
    low, high, blank = np.array(told).T
    return names, low - _ROUNDED, high + _ROUNDED, blank.copy()


@njit(cache=True, error_model="numpy")
def _sound(columns: tuple[NDArray[Any], ...], low: F, high: F, blank: F) -> int:
    """How many columns there are before the first with a number out of its range."""
    good, count = True, 0
    for column in literal_unroll(columns):
        good = good and _all_within(column.ravel(), low[count], high[count], blank[count])
        count += good
    return count


@njit(cache=True, error_model="numpy")
def _all_within(numbers: NDArray[Any], low: float, high: float, blank: float) -> bool:
    """Whether all of (m,) numbers lie within two bounds or are blank; NaN does not and is not."""
    kind = numbers.dtype.type  # else every number becomes a longer one
    least, most, none = kind(low), kind(high), kind(blank)
    good = True
    for number in numbers:  # to the end: several are looked at at once
        good &= (least <= number <= most) | (number == none)
    return good


def _refuse_rows(wrong: B, ids: Sequence[str], rule: str) -> None:
    """Name those whose rows hold what breaks a rule."""
    if (rows := np.flatnonzero(wrong)).size:
        raise ModelError(f"{rule}; somebody wrote something else for {', '.join(ids[k] for k in rows[:5])}")
