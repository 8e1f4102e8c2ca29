"""A heat map of one number over two factors."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.display.style import SCALE, ink_on, note
from simulation.display.words.rounding import decimal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH = 28  # characters of a line of a label
_TITLE = 60  # characters of a line of the title


def draw_heatmap(table: pd.DataFrame, ax: Axes, *, title: str, label: str) -> Axes:
    """Draw means over two factors; each cell says its number.

    Parameters
    ----------
    table
        A row a level of the second factor, a column a level of the first; the names of index
        and columns are the factors.
    ax
        Where.
    title, label
        Above, and in small print below.
    """
    values = table.to_numpy(dtype=float)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    crossing = low < 0 < high  # a difference: zero is white, and sides are told by colour and by sign
    reach = max(-low, high)
    limits = (-reach, reach) if crossing else (low, high)
    image = ax.imshow(values, cmap="PuOr" if crossing else SCALE, vmin=limits[0], vmax=limits[1], aspect="auto")
    image.set_rasterized(True)
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            ax.text(column, row, decimal(value, 2), ha="center", va="center", color=ink_on(image.to_rgba(value)))
    ax.set_xticks(range(len(table.columns)), [_folded(name) for name in table.columns])
    ax.set_yticks(range(len(table.index)), [_folded(name) for name in table.index])
    ax.set_xlabel(str(table.columns.name))
    ax.set_ylabel(str(table.index.name))
    ax.grid(visible=False)
    ax.set_title(textwrap.fill(title, _TITLE))
    note(ax, label)
    return ax


def _folded(name: object) -> str:
    return textwrap.fill(str(name), _WIDTH)
