"""The world as tiles: one mark a state, no boundaries, so no view of one is taken."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.plots.style import FAINT, INK, ink_on, note
from simulation.words.language import ENGLISH, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PLACES = Path(__file__).with_name("tiles.csv")
_TILE = 0.9  # of the distance between two tiles, so that none touch
_POINTS = 72.0  # an inch
_EDGE = 0.7  # tiles between the outermost middles and the edge
_SHARE = (0.95, 0.78)  # of width and height that the tiles may take; the rest is for title, key and note
_LETTERS = 0.38  # height of the letters in tiles
SIZE = (10.0, 7.0)
"""Inches at which the letters on the tiles can be read."""


@cache
def places() -> pd.DataFrame:
    """Place of each state's tile: ``column`` from the west, ``row`` from the north, by id."""
    return pd.read_csv(_PLACES, keep_default_na=False).set_index("id")


def draw_tile_map(
    table: pd.DataFrame,
    ax: Axes,
    *,
    focal: str,
    title: str,
    unit: str,
    label: str,
    bounds: tuple[float, float] | None = None,
    words: Words = ENGLISH,
) -> Axes:
    """Draw a value of every state on a grid of tiles.

    Tiles stand about where the states lie, by their middles, moved apart so that each has
    its own; nothing is drawn between them.

    Parameters
    ----------
    table
        Frame ``id, value``; a state without a row has an empty tile.
    ax
        Where to draw; :data:`SIZE` suits it.
    focal
        Id of the state whose tile is framed and has no value.
    title, unit, label
        Heading, what the value is, and what it rests on.
    bounds
        Ends of the colour scale; by default the least and greatest value.
    words
        Language.

    Returns
    -------
    Axes
        ``ax``.
    """
    grid = places()
    values = table.set_index("id")["value"].reindex(grid.index).astype(float)
    known = values.notna() & (grid.index != focal)
    ax.set_xlim(-_EDGE, int(grid["column"].max()) + _EDGE)
    ax.set_ylim(int(grid["row"].max()) + _EDGE, -_EDGE)
    ax.set_aspect("equal")
    ax.set_axis_off()
    width, height = ax.get_figure(root=True).get_size_inches()  # type: ignore[union-attr]
    wide, tall = (grid[name].max() + 2 * _EDGE for name in ("column", "row"))
    side = _POINTS * _TILE * min(_SHARE[0] * width / wide, _SHARE[1] * height / tall)
    shape = {"marker": "s", "s": side**2}
    x, y = grid["column"], grid["row"]
    limits = bounds or (values[known].min(), values[known].max())
    empty = ~known
    framed = grid.index[empty] == focal
    ax.scatter(x[empty], y[empty], facecolor="white", edgecolor=np.where(framed, INK, FAINT),
               linewidth=np.where(framed, 2.5, 0.6), **shape)  # fmt: skip
    marks = ax.scatter(x[known], y[known], c=values[known], cmap="cividis_r", vmin=limits[0], vmax=limits[1], linewidth=0, **shape)
    low, high = marks.get_clim()
    for name, column, row in zip(grid.index, x, y, strict=True):
        ink = ink_on(marks.to_rgba(values[name])) if known[name] else INK
        ax.text(column, row, name, ha="center", va="center", fontsize=side * _LETTERS, color=ink)
    bar = ax.figure.colorbar(marks, ax=ax, shrink=0.5, orientation="horizontal", pad=0.01)
    bar.set_label(words.line(unit))
    ticks = np.linspace(low, high, 5) if high > low else np.array([low])
    bar.set_ticks(list(ticks), labels=[words.number(tick, 2) for tick in ticks])
    ax.set_title(words.line(title))
    note(ax, words("One tile a state, about where it lies; no boundaries are drawn.") + " " + label, words)
    return ax
