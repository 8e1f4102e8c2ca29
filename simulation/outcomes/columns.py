"""Columns of a table before anybody asks for a frame: numbers, and names by their place among all that can occur."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulation.state import I64

Names = tuple[I64, Sequence[str]]
"""The place of each row's name among the names, -1 where it is missing; and the names."""
Columns = Mapping[str, Names | NDArray[Any]]
"""The columns of a table by name, in order."""


def frame(columns: Columns) -> pd.DataFrame:
    """The pandas frame of some columns; those of names are categories."""
    return pd.DataFrame({
        name: pd.Categorical.from_codes(column[0], categories=pd.Index(column[1]))
        if isinstance(column, tuple) else column
        for name, column in columns.items()
    })  # fmt: skip


def names_of(column: Sequence[str]) -> Names:
    """Names as they come, by their place in the order of appearance."""
    place = {name: k for k, name in enumerate(dict.fromkeys(column))}
    return np.array([place[name] for name in column], np.int64), tuple(place)
