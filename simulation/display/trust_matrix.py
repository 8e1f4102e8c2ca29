"""Trust of actors in each other as a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.display.style import SCALE, ink_on, note, replicates
from simulation.display.words.language import ENGLISH, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
    ax
        Where to draw.
    actors
        Names of the actors shown by id, in order; at most :data:`MOST_ACTORS`.
    title
        Heading.
    words
        Language.

    Returns
    -------
    Axes
        ``ax``.
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
            ax.text(column, row, words.number(value, 2), ha="center", va="center", fontsize=9, color=ink)
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
