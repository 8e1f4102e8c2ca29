"""Who enters and who leaves: probability of each partner on two sides of a comparison."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.ticker import PercentFormatter

from simulation.display.style import FAINT, HEADLINE_COLOUR, INK, note

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 18  # partners shown: those whose probability moves most
_UP, _DOWN = HEADLINE_COLOUR, "#D55E00"
_NAME_WIDTH = 30  # characters


def height(table: pd.DataFrame) -> float:
    """Inches that a picture of a table needs."""
    return 1.9 + 0.26 * min(MOST, max(1, len(table)))


def draw_partner_changes(table: pd.DataFrame, ax: Axes, *, title: str, label: str) -> Axes:
    """Draw an arrow a partner from its probability without a change to that with it.

    Parameters
    ----------
    table
        Frame ``name, before, after, verdict``, probabilities in [0, 1], those that move most first;
        the first :data:`MOST` are drawn. ``verdict`` is ``changed`` where the difference is told from none.
    ax
        Where to draw.
    title, label
        Heading, and what the picture rests on.

    Returns
    -------
    Axes
        ``ax``.
    """
    shown = table.head(MOST)
    shown = shown.assign(difference=shown["after"] - shown["before"]).sort_values("difference", kind="stable")
    sides = zip(shown["before"].astype(float), shown["after"].astype(float), shown["verdict"], strict=True)
    for place, (before, after, verdict) in enumerate(sides):
        words = verdict == "changed"
        colour = (_UP if after > before else _DOWN) if words else FAINT
        if after != before:
            ax.annotate("", (after, place), (before, place),
                        arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 2.6 if words else 1.2,
                                    "shrinkA": 0, "shrinkB": 0})  # fmt: skip
        ax.plot(before, place, "o", ms=6, mfc="white", mec=colour, mew=1.6)
    names = [textwrap.shorten(str(name), _NAME_WIDTH, placeholder="…") for name in shown["name"]]
    ax.set_yticks(range(len(shown)), names)
    for text, verdict in zip(ax.get_yticklabels(), shown["verdict"], strict=True):
        text.set_fontweight("bold" if verdict == "changed" else "normal")
        text.set_color(INK if verdict == "changed" else "#666666")
    ax.set_ylim(-0.7, max(1, len(shown)) - 0.3)
    ax.set_xlim(-0.03, 1.03)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0))
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")
    ax.set_xlabel("probability of a deal: circle without, arrowhead with the tweak; bold: told from no change")
    ax.set_title(title)
    hidden = len(table) - len(shown)
    note(ax, label + (f" {hidden} partners that move less are left out." if hidden else ""))
    return ax
