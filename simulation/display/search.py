"""What a search for strategies found, and whether it has converged: budgets of the front, and how far searches came."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.display.style import INK, ink_on, note, number_axis
from simulation.display.words.language import ENGLISH, Words
from simulation.display.words.rounding import digits_that_tell
from simulation.display.words.terms import N_, OBJECTIVE, name_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PARTS: Mapping[str, str] = {
    "state": N_("states"),
    "firm": N_("firms"),
    "secretariat": N_("secretariats"),
    "knowledge": N_("think tanks and NGOs"),
    "campaigns": N_("campaigns"),
    "agency": N_("agency"),
    "oversight": N_("oversight"),
    "transparency": N_("transparency"),
    "fund_local": N_("own research"),
}
"""What a budget is divided over, in the order that it is drawn in."""
_LOOK = (("#0072B2", ""), ("#F0E442", "..."), ("#000000", ""), ("#009E73", "xx"), ("#CC79A7", ""),
         ("#E69F00", "///"), ("#56B4E9", ""), ("#cfcfcf", "\\\\\\"), ("#D55E00", ""))  # fmt: skip
_LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)))
_NUMBERED = 0.08  # parts of a budget that have room for their number


def height(table: pd.DataFrame) -> float:
    """Inches that a picture of the front needs."""
    return 2.9 + 0.55 * max(1, int((table["strategy"] != "").sum()))


def draw_front(table: pd.DataFrame, ax: Axes, *, aim: str, title: str, words: Words = ENGLISH) -> Axes:
    """Draw how those of the front that were carried on divide the budget.

    Parameters
    ----------
    table
        Rows of ``optimised.csv``: ``strategy``, a column a part of :data:`PARTS` (shares that sum to 1), and ``aim``.
    aim
        Column of what a search goes for first, an objective and a measure; its value stands beside each bar.
    title
        Heading.
    """
    rows = table.loc[table["strategy"] != ""]
    if rows.empty:
        raise ValueError("nothing to draw")
    places, left = np.arange(len(rows))[::-1], np.zeros(len(rows))
    for (part, name), (colour, hatch) in zip(PARTS.items(), _LOOK, strict=True):
        share = rows[part].to_numpy(float)
        ax.barh(places, share, 0.62, left, color=colour, hatch=hatch, edgecolor="white", label=words.line(words(name)))
        for place, value, start in zip(places, share, left, strict=True):
            if value >= _NUMBERED and not hatch:
                ax.text(start + value / 2, place, words.line(words.share(value)), ha="center", va="center",
                        color=ink_on(colour), fontsize=9)  # fmt: skip
        left = left + share
    digits = digits_that_tell(float(rows[aim].abs().max()))
    for place, value in zip(places, rows[aim], strict=True):
        ax.annotate(words.line(words.number(float(value), digits)), (1.0, place), xytext=(6, 0), va="center",
                    textcoords="offset points", fontweight="bold")  # fmt: skip
    ax.set_yticks(places, list(rows["strategy"]))
    ax.set_xticks([])
    ax.set_xlim(0, 1.09)
    ax.tick_params(length=0)
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=3, handlelength=1.6)
    ax.set_title(words.line(title))
    objective = name_of(OBJECTIVE, aim.rpartition("_")[0], words)
    note(ax, words("Bars: shares of the budget. At their end: {objective}, median over the futures of the search.",
                   objective=objective), words)  # fmt: skip
    return ax


def draw_convergence(table: pd.DataFrame, ax: Axes, *, title: str, converged: bool, words: Words = ENGLISH) -> Axes:
    """Draw how much of the space each search had conquered after so many evaluations.

    Parameters
    ----------
    table
        Rows of ``convergence.csv``: ``search, evaluations, hypervolume``.
    title
        Heading.
    converged
        What the searches themselves say of it.
    """
    if table.empty:
        raise ValueError("nothing to draw")
    for number, (name, rows) in enumerate(table.groupby("search")):
        ax.plot(rows["evaluations"], rows["hypervolume"], ls=_LINES[number % len(_LINES)], color=INK, lw=1.6)
        ax.annotate(words.line(words.number(float(str(name)), 0)),
                    (rows["evaluations"].iloc[-1], rows["hypervolume"].iloc[-1]),
                    xytext=(5, 0), textcoords="offset points", va="center")  # fmt: skip
    ax.set_ylim(bottom=0)
    ax.set_xlabel(words.line(words("strategies tried by a search")))
    ax.set_ylabel(words.line("\n".join(textwrap.wrap(words("hypervolume: share of the space that what it found beats"),
                                                     34))))  # fmt: skip
    for axis in (ax.xaxis, ax.yaxis):
        number_axis(axis, words)
    ax.set_title(words.line(title))
    said = (words("The searches have settled, and agree.") if converged else
            words("The searches have not settled: with more tries they may find better ones."))  # fmt: skip
    note(ax, words("A line a search, with its number at the end.") + " " + said, words)
    return ax
