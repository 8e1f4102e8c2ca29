"""The world as tiles: one mark a state, no boundaries, so no view of one is taken."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

from simulation.display.style import FAINT, INK, SCALE, ink_on, note
from simulation.display.words.language import ENGLISH, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PLACES = Path(__file__).with_name("tiles.csv")
_TILE = 0.88  # side of a tile, of the distance between two, so that none touch
_EDGE = 0.7  # tiles between the outermost middles and the edge
_LETTERS = 6.5  # points
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
    """
    grid = places()
    values = table.set_index("id")["value"].reindex(grid.index).astype(float)
    known = (values.notna() & (grid.index != focal)).to_numpy()
    low, high = bounds or (float(values[known].min()), float(values[known].max()))
    tiles = [Rectangle((column - _TILE / 2, row - _TILE / 2), _TILE, _TILE)
             for column, row in zip(grid["column"], grid["row"], strict=True)]  # fmt: skip
    framed = grid.index[~known] == focal
    empty = PatchCollection([tile for tile, filled in zip(tiles, known, strict=True) if not filled], facecolor="white",
                            edgecolor=np.where(framed, INK, FAINT), linewidth=np.where(framed, 2.5, 0.6))  # fmt: skip
    marks = PatchCollection([tile for tile, filled in zip(tiles, known, strict=True) if filled], cmap=SCALE,
                            edgecolor=FAINT, linewidth=0.6)  # fmt: skip
    marks.set_array(values[known].to_numpy())
    marks.set_clim(low, high)
    for collection in (marks, empty):
        ax.add_collection(collection)
    colours = marks.to_rgba(values.to_numpy())
    inks = [ink_on(colour) if filled else INK for colour, filled in zip(colours, known, strict=True)]
    for name, column, row, ink in zip(grid.index, grid["column"], grid["row"], inks, strict=True):
        # in its tile: the layout, which measures what may stick out of the axes, takes twice as long with it
        ax.text(column, row, name, ha="center", va="center", fontsize=_LETTERS, color=ink, in_layout=False)
    ax.set_xlim(-_EDGE, int(grid["column"].max()) + _EDGE)
    ax.set_ylim(int(grid["row"].max()) + _EDGE, -_EDGE)
    ax.set_aspect("equal")
    ax.set_axis_off()
    bar = ax.figure.colorbar(marks, ax=ax, shrink=0.5, orientation="horizontal", pad=0.01)
    bar.set_label(words.line(unit))
    ticks = np.linspace(low, high, 5) if high > low else np.array([low])
    bar.set_ticks(list(ticks), labels=[words.number(tick, 2) for tick in ticks])
    ax.set_title(words.line(title))
    note(ax, words("One tile a state, about where it lies; no boundaries are drawn.") + " " + label, words)
    return ax
