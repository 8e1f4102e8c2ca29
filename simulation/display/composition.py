"""Composition of cooperation over time: commitments stacked by track, or by type of partner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.display.style import (
    FAINT,
    PARTNER_LOOK,
    TRACK_LOOK,
    apart,
    end_label,
    note,
    number_axis,
    time_axis,
    year_of,
)
from simulation.display.words.language import ENGLISH, Words
from simulation.display.words.terms import PARTNER, TRACK, UNIT, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

_LABEL_GAP = 0.055  # least distance of two labels at the edge, as a share of the height
_THINNEST = 0.01  # share of the height under which a layer cannot be seen
_LAYERS: Mapping[str, tuple[Mapping[str, tuple[str, str]], Mapping[str, str]]] = {
    # colour and hatch of each layer from the bottom up, and names
    "track": ({name: (colour, hatch) for name, (colour, _, hatch) in TRACK_LOOK.items()}, TRACK),
    "partner": (PARTNER_LOOK, PARTNER),
}


def draw_composition(
    table: pd.DataFrame,
    ax: Axes,
    *,
    title: str = "",
    unit: str = "binding-equivalents",
    label: str = "",
    words: Words = ENGLISH,
) -> Axes:
    """Draw what the actor's commitments consist of.

    Parameters
    ----------
    table
        Frame ``quarter, track, value, replicates``, or with ``partner`` in place of ``track``: mean
        commitments of each in each quarter, stacked in the order of the style's table. One too thin
        to be seen is named below.
    ax
        Where to draw.
    title, unit, label
        Heading, unit of the value, and what the means are over.
    words
        Language.

    Returns
    -------
    Axes
        ``ax``.
    """
    if table.empty:
        raise ValueError("nothing to draw")
    by = next(name for name in _LAYERS if name in table.columns)
    looks, names = _LAYERS[by]
    wide = table.pivot(index="quarter", columns=by, values="value").fillna(0.0)
    quarters = [str(quarter) for quarter in wide.index]
    time = np.array([year_of(quarter) for quarter in quarters])
    least = _THINNEST * float(wide.sum(axis=1).max())
    bottom, middles, unseen = np.zeros(len(time)), {}, []
    for name in (name for name in looks if name in wide.columns):
        colour, hatch = looks[name]
        text = name_of(names, name, words)
        top = bottom + wide[name].to_numpy()
        ax.fill_between(time, bottom, top, facecolor=colour, edgecolor="white", lw=0.6, hatch=hatch, label=name)
        if wide[name].max() < least:
            unseen.append(text)
        else:
            middles[text] = (float(bottom[-1] + top[-1]) / 2, float(top[-1] - bottom[-1]))
        bottom = top
    time_axis(ax, quarters, words)
    ax.set_ylim(0, max(float(bottom.max()) * 1.05, 1e-9))
    number_axis(ax.yaxis, words)
    _edge_labels(ax, float(time[-1]), middles, words)
    ax.set_title(words.line(title or words("Commitments")))
    ax.set_ylabel(words.line(words("commitments ({unit})", unit=name_of(UNIT, unit, words))))
    count = int(table["replicates"].min())
    rests_on = words.plural("Mean of {count} replicate.", "Mean of {count} replicates.", count)
    thin = words("Too thin to see: {names}.", names=words.listing(unseen)) if unseen else ""
    note(ax, "\n".join(filter(None, [f"{rests_on} {label}".strip(), thin])), words)
    return ax


def _edge_labels(ax: Axes, when: float, middles: dict[str, tuple[float, float]], words: Words) -> None:
    """Name and last value of each layer beside it, pushed apart where layers are thin."""
    top = ax.get_ylim()[1]
    heights = apart([middle for middle, _ in middles.values()], _LABEL_GAP * top, 0.0, top)
    for (name, (middle, size)), height in zip(middles.items(), heights, strict=True):
        end_label(ax, f"{name} {words.number(size, 1)}", (when, middle), height, words, color=FAINT, lw=0.8)
