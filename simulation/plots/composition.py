"""Composition of cooperation over time: stacked commitments by track."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.plots.style import INK, TRACK_LOOK, note, number_axis, time_axis, year_of
from simulation.words.language import ENGLISH, Words
from simulation.words.terms import TRACK, UNIT, name_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LABEL_GAP = 0.055  # least distance of two labels at the edge, as a share of the height


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
        Frame ``quarter, track, value, replicates``: mean commitments of each track, each
        quarter; the tracks are stacked in the order of the style's table.
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
    wide = table.pivot(index="quarter", columns="track", values="value").fillna(0.0)
    tracks = [track for track in TRACK_LOOK if track in wide.columns]
    quarters = [str(quarter) for quarter in wide.index]
    time = np.array([year_of(quarter) for quarter in quarters])
    bottom = np.zeros(len(time))
    middles = {}
    for track in tracks:
        colour, _, hatch = TRACK_LOOK[track]
        top = bottom + wide[track].to_numpy()
        ax.fill_between(time, bottom, top, facecolor=colour, edgecolor="white", lw=0.6, hatch=hatch, label=track)
        middles[track] = (float(bottom[-1] + top[-1]) / 2, float(top[-1] - bottom[-1]))
        bottom = top
    time_axis(ax, quarters, words)
    ax.set_ylim(0, max(float(bottom.max()) * 1.05, 1e-9))
    number_axis(ax.yaxis, words)
    _edge_labels(ax, float(time[-1]), middles, words)
    ax.set_title(words.line(title or words("Commitments by track")))
    ax.set_ylabel(words.line(words("commitments ({unit})", unit=name_of(UNIT, unit, words))))
    count = int(table["replicates"].min())
    rests_on = words.plural("Mean of {count} replicate.", "Mean of {count} replicates.", count)
    note(ax, f"{rests_on} {label}".strip(), words)
    return ax


def _edge_labels(ax: Axes, when: float, middles: dict[str, tuple[float, float]], words: Words) -> None:
    """Name and last value of each track beside its band, pushed apart where bands are thin."""
    least = _LABEL_GAP * ax.get_ylim()[1]
    heights: list[float] = []
    for middle, _ in middles.values():
        heights.append(max(middle, heights[-1] + least) if heights else middle)
    for (track, (_, size)), height in zip(middles.items(), heights, strict=True):
        ax.annotate(
            words.line(f"{name_of(TRACK, track, words)} {words.number(size, 1)}"),
            (when, height),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=INK,
            annotation_clip=False,
        )
