"""What makes a difference: paths of paired differences, and a tornado of them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.ticker import PercentFormatter

from simulation.display.style import FAINT, HEADLINE_COLOUR, INK, line_spacing, note, number_axis, time_axis, year_of
from simulation.display.words.language import ENGLISH, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_LOOKS = (("#0072B2", "-", "o"), ("#D55E00", "--", "s"), ("#009E73", "-.", "^"), ("#CC79A7", ":", "D"),
          ("#E69F00", (0, (5, 1, 1, 1)), "v"), ("#56B4E9", (0, (1, 1)), "P"))  # fmt: skip
MOST_PATHS = len(_LOOKS)
_BAND = 0.18  # opacity
_MARKS = 8  # about so many marks a line
_WIDTH_OF_A_NAME = 34  # characters
_ROOM, _EDGE = 0.2, 0.04  # of the width, on a side with numbers and on one without


def draw_differences(
    table: pd.DataFrame, ax: Axes, *, title: str, unit: str, against: str, words: Words = ENGLISH
) -> Axes:
    """Draw how scenarios differ from the first over time.

    Parameters
    ----------
    table
        Frame ``scenario, quarter, difference, low, high, pairs``: mean paired difference from
        the first scenario and its interval; at most :data:`MOST_PATHS` scenarios.
    title, unit
        Heading, and what a difference is measured in.
    against
        Title of the first scenario.
    """
    names = list(dict.fromkeys(table["scenario"]))
    if not 0 < len(names) <= MOST_PATHS:
        raise ValueError(f"{len(names)} scenarios; from 1 to {MOST_PATHS} can be told apart")
    for name, (colour, line, marker) in zip(names, _LOOKS, strict=False):
        rows = table.loc[table["scenario"] == name]
        time = [year_of(quarter) for quarter in rows["quarter"]]
        ax.fill_between(time, rows["low"].astype(float), rows["high"].astype(float), color=colour, alpha=_BAND, lw=0)
        every = max(1, len(time) // _MARKS)
        ax.plot(time, rows["difference"], color=colour, ls=line, marker=marker, markevery=every, label=words.line(name))
    ax.axhline(0, color=INK, lw=1)
    time_axis(ax, list(dict.fromkeys(table["quarter"])), words)
    ax.set_title(words.line(title))
    ax.set_ylabel(words.line(words("difference ({unit})", unit=unit)))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=1)
    number_axis(ax.yaxis, words)
    pairs = int(table["pairs"].min())
    counted = words.plural("{count} pair of replicates", "{count} pairs of replicates", pairs)
    band = words("Band: 90 % interval of the mean over {pairs}.", pairs=counted)
    text = words("Difference from: {title}.", title=against) + " " + band
    note(ax, text, words)
    return ax


def draw_tornado(
    table: pd.DataFrame, ax: Axes, *, title: str, unit: str, label: str, words: Words = ENGLISH, digits: int = 3,
    axis: str = "",
) -> Axes:
    """Draw effects, the largest at the top.

    Parameters
    ----------
    table
        Frame ``factor, effect, low, high``: an effect and the interval of its mean, or missing.
        Sensitivity indices of a sweep have the same shape.
    title, unit, label
        Heading, what an effect is measured in, and what the whiskers are and rest on.
    digits
        Decimals of an effect.
    axis
        What stands below the axis, of quantities that are no differences and so have no sign.
    """
    if table.empty:
        raise ValueError("nothing to draw")
    rows = table.iloc[np.argsort(-table["effect"].abs().to_numpy(), kind="stable")]
    places = np.arange(len(rows))[::-1]
    effect = rows["effect"].to_numpy(float)
    ax.barh(places, effect, height=0.55, color=[HEADLINE_COLOUR if value >= 0 else "#E69F00" for value in effect])
    low, high = rows["low"].to_numpy(float), rows["high"].to_numpy(float)
    known = np.isfinite(low) & np.isfinite(high)
    reach = np.vstack([effect - low, high - effect])[:, known]
    ax.errorbar(effect[known], places[known], xerr=reach, fmt="none", ecolor=INK, capsize=4, lw=1.2)
    for place, value, edges in zip(places, effect, zip(low, high, strict=True), strict=True):
        side = 1 if value >= 0 else -1
        edge = max(side * end for end in (value, *edges) if np.isfinite(end))
        written = words.number(value, digits) if axis else words.signed(value, digits)
        ax.annotate(words.line(written), (side * edge, place), xytext=(side * 6, 0),
                    textcoords="offset points", va="center", ha="left" if side > 0 else "right")  # fmt: skip
    ax.set_yticks(places, [words.line(_folded(str(name))) for name in rows["factor"]], linespacing=line_spacing(words))
    ax.axvline(0, color=FAINT, lw=1)
    ends = np.concatenate([effect, low[known], high[known]])
    left, right = min(float(ends.min()), 0.0), max(float(ends.max()), 0.0)
    span = (right - left) or 1.0
    rooms = [span * (_ROOM if any_there else _EDGE) for any_there in ((effect < 0).any(), (effect >= 0).any())]
    ax.set_xlim(left - (rooms[0] if left < 0 else 0), right + rooms[1])
    ax.grid(visible=False)
    ax.set_title(words.line(title))
    ax.set_xlabel(words.line(axis or words("difference ({unit})", unit=unit)))
    number_axis(ax.xaxis, words)
    note(ax, label, words)
    return ax


def _folded(text: str) -> str:
    return textwrap.fill(text, _WIDTH_OF_A_NAME, max_lines=3, placeholder="…")


# --- who enters and who leaves: probability of each partner on two sides of a comparison


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
    title, label
        Heading, and what the picture rests on.
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
