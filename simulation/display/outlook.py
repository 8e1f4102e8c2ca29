"""What is to come at a glance: small fans of several metrics side by side, and the likeliest new partners as bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from simulation.display.style import FAINT, HEADLINE_COLOUR, INK, fold, year_of
from simulation.display.words.language import ENGLISH, Words
from simulation.display.words.rounding import digits_of_count, digits_that_tell
from simulation.display.words.stated import COUNTED
from simulation.display.words.terms import METRIC, name_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BANDS = (("q05", "q95", 0.18), ("q25", "q75", 0.32))
_NAME_WIDTH = 28  # characters
_SMALL = 8.5  # points


def draw_small_fan(table: pd.DataFrame, ax: Axes, *, priors_alone: str = "", words: Words = ENGLISH) -> Axes:
    """Draw a forecast as one of several small pictures: its name above, its numbers at both ends, no axis of values.

    Parameters
    ----------
    table
        Rows of ``forecast.csv`` of one focal actor and one metric.
    priors_alone
        A mark behind the name, for a metric of which the record holds no observation.
    """
    time = [year_of(quarter) for quarter in table["quarter"]]
    for low, high, strength in _BANDS:
        ax.fill_between(time, table[low], table[high], color=HEADLINE_COLOUR, alpha=strength, lw=0)
    ax.plot(time, table["mean"], color=INK, lw=1.6)
    first, last = table.iloc[0], table.iloc[-1]
    start, digits = [digits_of_count(row["mean"]) if last["unit"] in COUNTED else digits_that_tell(float(last["q95"]))
                     for row in (first, last)]  # fmt: skip
    low, high = (words.number(last[name], 0 if last["unit"] in COUNTED else digits) for name in ("q05", "q95"))
    end = words.number(last["mean"], digits) + "\n" + words.interval(low, high)
    ends = ((time[-1], last, end, "left"), (time[0], first, words.number(first["mean"], start), "right"))
    for when, row, text, side in ends:
        ax.annotate(words.line(text), (when, row["mean"]), xytext=(4 if side == "left" else -4, 0), ha=side,
                    textcoords="offset points", va="center", fontsize=_SMALL, annotation_clip=False)  # fmt: skip
    ax.set_xlim(time[0], time[-1])
    ax.set_ylim(*((0, 1) if first["unit"] == "index" else (min(0.0, float(table["q05"].min())), None)))
    ax.set_yticks([])
    ax.set_xticks([time[0], time[-1]], [str(int(time[0])), str(int(time[-1]))], fontsize=_SMALL)
    ax.spines["left"].set_visible(False)
    ax.grid(visible=False)
    name = fold(f"{name_of(METRIC, first['metric'], words)} {priors_alone}".strip(), _NAME_WIDTH)
    ax.set_title(words.line(name), fontsize=10, pad=6)
    return ax


def draw_new_partners(
    names: Sequence[str], probabilities: Sequence[float], ax: Axes, *, title: str, words: Words = ENGLISH
) -> Axes:
    """Draw the likeliest new partners as bars, the likeliest above, each with its probability at its end.

    Parameters
    ----------
    names, probabilities
        Of the partners, the likeliest first; probabilities in [0, 1].
    title
        Heading.
    """
    places = range(len(names))
    ax.barh(places, probabilities, color=HEADLINE_COLOUR, height=0.62)
    for place, share in zip(places, probabilities, strict=True):
        ax.annotate(words.line(words.share(share)), (share, place), xytext=(4, 0), textcoords="offset points",
                    va="center", fontsize=_SMALL)  # fmt: skip
    shown = [words.line(fold(name, max(_NAME_WIDTH, 2 * len(name) // 3))) for name in names]
    ax.set_yticks(places, shown, fontsize=9)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlim(0, max([*probabilities, 0.01]) * 1.18)
    ax.set_xticks([])
    ax.tick_params(axis="y", length=0)
    for side in ("bottom", "left"):
        ax.spines[side].set_visible(side == "left")
    ax.spines["left"].set_color(FAINT)
    ax.grid(visible=False)
    ax.set_title(words.line(fold(title, _NAME_WIDTH)), fontsize=10, pad=6)
    return ax
