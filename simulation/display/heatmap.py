"""A heat map of one number over two factors."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.display.style import SCALE, fold, ink_on, note, replicates
from simulation.display.words.language import ENGLISH, Words
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
    ax.set_title(fold(title, _TITLE))
    note(ax, label)
    return ax


def _folded(name: object) -> str:
    return textwrap.fill(str(name), _WIDTH)


# --- trust of actors in each other as a matrix


MOST_ACTORS = 15
"""More do not fit with readable numbers."""


def draw_trust_matrix(
    table: pd.DataFrame, ax: Axes, *, actors: dict[str, str], title: str, words: Words = ENGLISH
) -> Axes:
    """Draw mean trust, a row for who trusts, a column for who is trusted.

    Parameters
    ----------
    table
        Rows of ``trust.csv``: ``actor, other, mean, replicates``.
    actors
        Names of the actors shown by id, in order; at most :data:`MOST_ACTORS`.
    title
        Heading.
    """
    if len(actors) > MOST_ACTORS:
        raise ValueError(f"{len(actors)} actors; at most {MOST_ACTORS} fit")
    ids = list(actors)
    wide = table.pivot(index="actor", columns="other", values="mean").reindex(index=ids, columns=ids)
    values = wide.to_numpy(float)
    image = ax.imshow(np.ma.masked_invalid(values), cmap=SCALE, vmin=0, vmax=1)
    image.set_rasterized(True)
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            ink = ink_on(image.to_rgba(value))
            ax.text(column, row, words.number(value, 2), ha="center", va="center", fontsize=9, color=ink,
                    in_layout=False)  # fmt: skip
    names = [words.line(name) for name in actors.values()]
    ax.set_xticks(range(len(ids)), names, rotation=40, ha="right", rotation_mode="anchor")
    ax.set_yticks(range(len(ids)), names)
    ax.set_xlabel(words.line(words("is trusted")))
    ax.set_ylabel(words.line(words("trusts")))
    ax.grid(visible=False)
    ax.set_title(words.line(title))
    count = int(table["replicates"].max()) if len(table) else 0
    text = words("Trust: the probability, as one sees it, that the other keeps promises (0 to 1). Mean.")
    note(ax, f"{text} {replicates(count, words)}", words)
    return ax
