"""Joining curves: by when the focal state has joined which instrument, how surely."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pandas as pd

from simulation.plots.style import note, replicates, time_axis, year_of
from simulation.words.language import ENGLISH, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOOKS = (("#0072B2", "-"), ("#D55E00", "--"), ("#009E73", "-."), ("#CC79A7", ":"), ("#222222", "-"),
          ("#E69F00", "--"), ("#56B4E9", "-."), ("#8a8a8a", ":"))  # fmt: skip
MOST_INSTRUMENTS = len(_LOOKS)
_LEAST_GAP = 0.105  # between two labels at the edge
_NAME = 34  # characters a line of a label


def draw_joining(table: pd.DataFrame, ax: Axes, *, title: str, words: Words = ENGLISH) -> Axes:
    """Draw the probability of having joined each instrument by the end of each quarter.

    Parameters
    ----------
    table
        Rows of ``joining.csv``: ``instrument, title, quarter, probability, replicates``; the
        :data:`MOST_INSTRUMENTS` that end highest are drawn.
    ax
        Where to draw.
    title
        Heading.
    words
        Language.

    Returns
    -------
    Axes
        ``ax``.
    """
    if table.empty:
        raise ValueError("nothing to draw")
    last = table.groupby("instrument", sort=True)["probability"].last().sort_values(ascending=False, kind="stable")
    shown = list(last.index[:MOST_INSTRUMENTS])
    heights: list[float] = []
    for name, (colour, line) in zip(shown, _LOOKS, strict=False):
        rows = table.loc[table["instrument"] == name]
        time = [year_of(quarter) for quarter in rows["quarter"]]
        ax.plot(time, rows["probability"], color=colour, ls=line, lw=2, drawstyle="steps-post")
        heights.append(min(float(last[name]), heights[-1] - _LEAST_GAP) if heights else float(last[name]))
        label = f"{words.share(float(last[name]))}  {words.known(str(rows['title'].iloc[0]))}"
        text = words.line("\n".join(textwrap.wrap(label, _NAME, max_lines=2, placeholder="…")))
        ax.annotate(text, (time[-1], heights[-1]), xytext=(6, 0), textcoords="offset points", va="center",
                    color=colour if colour not in ("#56B4E9", "#E69F00", "#8a8a8a") else "#222222", fontsize=8,
                    annotation_clip=False)  # fmt: skip
    time_axis(ax, list(dict.fromkeys(table["quarter"])), words)
    ax.set_ylim(min(0.0, heights[-1] - _LEAST_GAP / 2), 1.02)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], [words.share(tick) for tick in (0, 0.25, 0.5, 0.75, 1)])
    ax.set_title(words.line(title))
    ax.set_ylabel(words.line(words("probability of having joined")))
    note(ax, replicates(int(table["replicates"].min()), words), words)
    return ax
