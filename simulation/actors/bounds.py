"""Numbers that a hook or a tweak wrote where no rule of the model would, found before they do harm.

Kernels use depths, tracks and rows as places in other arrays and do not look whether they lie inside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.errors import ModelError
from simulation.state import CAMPS, DOMAINS, KINDS, MAX_DEPTH, TRACKS

if TYPE_CHECKING:
    from simulation.actors.host import Host

_PLACES = (("depth", 0, MAX_DEPTH), ("track", -1, len(TRACKS) - 1))
_LIMITS = (
    ("kind", 0, len(KINDS) - 1), ("camp", -1, len(CAMPS) - 1), ("bloc_depth", 0, MAX_DEPTH), ("bloc_rule", 0, 2),
    ("instrument_domain", 0, len(DOMAINS) - 1), ("position", 0.0, 1.0), ("weight", 0.0, 1.0), ("capacity", 0.0, 1.0),
    ("transparency", 0.0, 1.0), ("oversight", 0.0, 1.0), ("urgency", 0.0, 1.0),
)  # fmt: skip
"""Columns that a user is likely to write, with the least and greatest number each may hold."""
_ROWS = ("home", "leaders")
"""Columns that hold rows of actors; -1 for nobody."""


def check_bounds(model: Host, step: str, *, whole: bool) -> None:
    """Refuse numbers out of bounds, and NaN, at the end of a step.

    Parameters
    ----------
    model
        Whose state is looked at.
    step
        What was just done.
    whole
        Whether to look at every column that a user is likely to write (40 microseconds in the shipped world),
        or only at depths and tracks (8).

    Raises
    ------
    ModelError
        Naming the column, the first number out of bounds, where it stands, and the replaced decisions.
    """
    state = model.state
    rest = (*_LIMITS, *((name, -1, state.n - 1) for name in _ROWS)) if whole else ()
    for name, low, high in (*_PLACES, *rest):
        column = getattr(state, name)
        if not _all_within(column.ravel(), low, high):
            place = tuple(int(k) for k in np.argwhere(~((column >= low) & (column <= high)))[0])
            shape = column.shape
            where = ", ".join(state.ids[k] if shape[axis] == state.n else str(k) for axis, k in enumerate(place))
            own = "; ".join(model.hooks.places())
            raise ModelError(
                f"{name}[{where}] of the state is {column[place]} after the step {step!r} of {model.quarter}, outside "
                f"[{low:g}, {high:g}]; no rule of the model writes that, so a hook or a tweak did"
                + (f". Replaced decisions: {own}" if own else "")
            )


@njit(cache=True, error_model="numpy")
def _all_within(numbers: NDArray[Any], low: float, high: float) -> bool:
    """Whether all of (m,) numbers lie within two bounds; NaN does not."""
    good = True
    for number in numbers:  # to the end: several are looked at at once
        good &= low <= number <= high
    return good
