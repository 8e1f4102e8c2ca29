"""Joining curves: by when the focal state has joined which instrument, how surely."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pandas as pd

from simulation.display.style import apart, end_label, note, replicates, time_axis, year_of
from simulation.display.words.language import ENGLISH, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOOKS = (("#0072B2", "-"), ("#D55E00", "--"), ("#009E73", "-."), ("#CC79A7", ":"), ("#222222", "-"),
          ("#E69F00", "--"), ("#56B4E9", "-."), ("#8a8a8a", ":"))  # fmt: skip
MOST_INSTRUMENTS = len(_LOOKS)
_LEAST_GAP = 0.115  # between two labels at the edge
_NAME = 34  # characters a line of a label


def draw_joining(table: pd.DataFrame, ax: Axes, *, title: str, label: str = "", words: Words = ENGLISH) -> Axes:
    """Draw the probability of having joined each instrument by the end of each quarter.

    Parameters
    ----------
    table
        Rows of ``joining.csv``: ``instrument, title, quarter, probability, replicates``; the
        :data:`MOST_INSTRUMENTS` that end highest are drawn.
    ax
        Where to draw.
    title, label
        Heading, and what a probability is.
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
    heights = apart([float(last[name]) for name in reversed(shown)], _LEAST_GAP, 0.0, 1.0)[::-1]
    for name, height, (colour, line) in zip(shown, heights, _LOOKS, strict=False):
        rows = table.loc[table["instrument"] == name]
        time = [year_of(quarter) for quarter in rows["quarter"]]
        ax.plot(time, rows["probability"], color=colour, ls=line, lw=2)
        message = f"{words.share(float(last[name]))}  {words.known(str(rows['title'].iloc[0]))}"
        text = "\n".join(textwrap.wrap(message, _NAME, max_lines=2, placeholder="…"))
        end_label(ax, text, (time[-1], float(last[name])), height, words, color=colour, ls=line, fontsize=8.5)
    time_axis(ax, list(dict.fromkeys(table["quarter"])), words)
    ax.set_ylim(0, 1.02)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], [words.share(tick) for tick in (0, 0.25, 0.5, 0.75, 1)])
    ax.set_title(words.line(title))
    ax.set_ylabel(words.line(words("probability of having joined")))
    note(ax, f"{replicates(int(table['replicates'].min()), words)} {label}".strip(), words)
    return ax
