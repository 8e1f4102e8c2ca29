"""Whom to sign with next: candidates by rank, what each adds, how surely it says yes, who is tied."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.markers import TICKLEFT
from matplotlib.transforms import ScaledTranslation, Transform

from simulation.display.style import FAINT, HEADLINE_COLOUR, INK, KIND_MARKER, line_spacing, note, number_axis
from simulation.display.words.language import ENGLISH, Words
from simulation.display.words.terms import CANDIDATE, name_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 20
"""Candidates drawn: the best ranked."""
HELD = 0.5
"""A candidate whose deal is in force at the start at least as surely as this is a held partner."""
MARKER = {**KIND_MARKER, "instrument": "X", "bloc": "P"}
_NAME = 34  # characters of a name
_COLUMNS = (0.45, 1.2)  # inches from the axis to the columns right of it
_BRACKET = 1.6  # and to the brackets
_KEY = 0.5  # inches from the axis to the key


def height(table: pd.DataFrame) -> float:
    """Inches that a picture of a table needs."""
    return 2.3 + 0.3 * max(1, len(ranked(table)))


def ranked(table: pd.DataFrame, most: int = MOST) -> pd.DataFrame:
    """The best ranked candidates, in order; those that were only screened have no rank and are left out."""
    known = table.loc[table["rank"].notna()]
    return known.sort_values(["rank", "partner"], kind="stable").head(most).reset_index(drop=True)


def groups(table: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """First and last row of each run of candidates that are all tied with the first of the run; none alone."""
    ids = list(table["partner"])
    ties = [set() if pd.isna(text) else set(str(text).split()) for text in table["tied_with"]]
    first = 0
    while first < len(ids):
        last = first
        while last + 1 < len(ids) and ids[last + 1] in ties[first]:
            last += 1
        if last > first:
            yield first, last
        first = last + 1


def draw_opportunities(table: pd.DataFrame, ax: Axes, *, title: str, label: str, words: Words = ENGLISH) -> Axes:
    """Draw what each candidate adds if it is signed, the best ranked at the top.

    Parameters
    ----------
    table
        Rows of ``opportunities.csv``: ``partner, name, kind, held, p_accept, gain_commitments, q05, q95,
        price, rank, tied_with``; gains in binding-equivalents with the interval of their mean, the
        price in quarters' budgets. The best :data:`MOST` are drawn.
    title, label
        Heading, and what the numbers rest on.
    """
    shown = ranked(table)
    if shown.empty:
        raise ValueError("nothing to draw")
    places = np.arange(len(shown))[::-1]
    gain = shown["gain_commitments"].to_numpy(float)
    ends = shown[["q05", "q95"]].to_numpy(float)
    ax.hlines(places, ends[:, 0], ends[:, 1], color=INK, lw=1.3)
    for place, value, kind, held in zip(places, gain, shown["kind"], shown["held"] >= HELD, strict=True):
        ax.plot(value, place, marker=MARKER.get(kind, "o"), ms=8, mec=HEADLINE_COLOUR, mew=1.6, ls="none",
                mfc="white" if held else HEADLINE_COLOUR, zorder=3)  # fmt: skip
    ax.axvline(0, color=FAINT, lw=1)
    names = [textwrap.shorten(words.actor(row["partner"], row["name"]), _NAME, placeholder="…")
             for row in shown.to_dict("records")]  # fmt: skip
    ax.set_yticks(places, [words.line(name) for name in names])
    ax.set_ylim(-0.7, len(shown) - 0.3)
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")
    _columns(ax, shown, list(places), words)
    for first, last in groups(shown):
        _bracket(ax, places[first], places[last], words)
    ax.set_title(words.line(title), pad=26)
    ax.set_xlabel(words.line(words("kept commitments that it adds if signed (binding-equivalents)")))
    number_axis(ax.xaxis, words)
    _key(ax, shown, words)
    reading = [words("Line: 90 % interval of the mean. Price: in budgets of a quarter.")]
    if any(groups(shown)):
        reading.append(words("A bracket joins those that cannot be told from its first one."))
    note(ax, " ".join([*reading, label]).rstrip(), words)
    return ax


def _beside(ax: Axes, inches: float, *, above: bool = False) -> Transform:
    """Places right of the axis at the height of rows, or above it; a distance in inches survives the layout."""
    base = ax.transAxes if above else ax.get_yaxis_transform()
    return base + ScaledTranslation(inches, 0, ax.figure.dpi_scale_trans)


def _columns(ax: Axes, shown: pd.DataFrame, places: Sequence[float], words: Words) -> None:
    """Probability of a yes and price, beside each row."""
    look: dict[str, Any] = {"ha": "center", "color": INK, "linespacing": line_spacing(words)}
    for x, head in zip(_COLUMNS, (words("a yes,\nif asked"), words("price")), strict=True):
        ax.text(1, 1, words.line(head), transform=_beside(ax, x, above=True), va="bottom", fontsize=8.5, **look)
    for place, row in zip(places, shown.to_dict("records"), strict=True):
        cells = (words.share(row["p_accept"]) if pd.notna(row["p_accept"]) else "–",
                 words.number(row["price"], 2) if pd.notna(row["price"]) else "–")  # fmt: skip
        for x, cell in zip(_COLUMNS, cells, strict=True):
            ax.text(1, place, words.line(cell), transform=_beside(ax, x), va="center", fontsize=9.5, **look)


def _bracket(ax: Axes, top: float, bottom: float, words: Words) -> None:
    reach = 0.33  # of a row
    ends = [bottom - reach, top + reach]
    ax.plot([1, 1], ends, transform=_beside(ax, _BRACKET), color=INK, lw=1.1, clip_on=False, marker=TICKLEFT, ms=5)
    ax.text(1, (top + bottom) / 2, words.line(words("tied")), transform=_beside(ax, _BRACKET + 0.08), ha="left",
            va="center", fontsize=8.5, color=INK)  # fmt: skip


def _key(ax: Axes, shown: pd.DataFrame, words: Words) -> None:
    """What is filled or hollow, and the mark of each kind that is there."""
    held = shown["held"] >= HELD
    entries = [("o", words("new partner"), False)] if not held.all() else []
    entries += [("o", words("held at the start"), True)] if held.any() else []
    kinds = [kind for kind in MARKER if kind in set(shown["kind"])]
    colour = {True: "white", False: HEADLINE_COLOUR}
    handles = [Line2D([], [], marker=mark, ls="none", ms=7, mec=HEADLINE_COLOUR, mew=1.5, mfc=colour[hollow],
                      label=words.line(text)) for mark, text, hollow in entries]  # fmt: skip
    handles += [Line2D([], [], marker=MARKER[kind], ls="none", ms=7, mec=INK, mfc=INK,
                       label=words.line(name_of(CANDIDATE, kind, words))) for kind in kinds]  # fmt: skip
    below = ax.transAxes + ScaledTranslation(0, -_KEY, ax.figure.dpi_scale_trans)
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0), bbox_transform=below, fontsize=9,
              ncols=min(len(handles), 4), columnspacing=1.2, handletextpad=0.2)  # fmt: skip
