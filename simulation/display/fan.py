"""Fan chart of one metric: mean and two bands over the quarters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from simulation.display.style import HEADLINE_COLOUR, INK, note, number_axis, replicates, time_axis, year_of
from simulation.display.words.language import ENGLISH, Words
from simulation.display.words.stated import Measure, decimals
from simulation.display.words.terms import METRIC, UNIT, name_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BANDS = ((0.05, 0.95, 0.25), (0.25, 0.75, 0.45))
_INDEX = (0.0, 1.0)


def draw_fan(
    table: pd.DataFrame,
    ax: Axes,
    *,
    title: str = "",
    label: str = "",
    bounds: tuple[float, float] | None = None,
    words: Words = ENGLISH,
) -> Axes:
    """Draw the forecast of one metric.

    Parameters
    ----------
    table
        Rows of ``forecast.csv`` of one focal actor and one metric.
    title
        Heading; by default the metric and the actor.
    label
        What the bands are; printed below with the number of replicates.
    bounds
        Limits of the value axis; by default 0 to 1 for an index, else from 0 to what is needed.
    """
    if table.empty or table["metric"].nunique() != 1 or table["focal"].nunique() != 1:
        raise ValueError("a fan shows one metric of one actor")
    first = table.iloc[0]
    time = [year_of(quarter) for quarter in table["quarter"]]
    for low, high, strength in _BANDS:
        band = words.interval(words.number(100 * low), words.share(high))
        bottom, top = (table[f"q{100 * end:02.0f}"] for end in (low, high))
        text = words.line(words("{band} of replicates", band=band))
        ax.fill_between(time, bottom, top, color=HEADLINE_COLOUR, alpha=strength, lw=0, label=text)
    ax.plot(time, table["mean"], color=INK, lw=1.8, label=words.line(words("mean")))
    _end_label(ax, time[-1], table.iloc[-1], words)
    time_axis(ax, list(table["quarter"]), words)
    if bounds is None and first["unit"] == "index":
        bounds = _INDEX
    if bounds is not None:
        ax.set_ylim(*bounds)
    else:
        ax.set_ylim(bottom=min(0.0, float(table["q05"].min())))
    metric, unit = name_of(METRIC, first["metric"], words), name_of(UNIT, first["unit"], words)
    ax.set_title(words.line(title or f"{metric}, {first['focal']}"))
    ax.set_ylabel(words.line(f"{metric} ({unit})"))
    handles, names = ax.get_legend_handles_labels()
    ax.legend(handles[::-1], names[::-1], loc="lower left", ncols=3)
    number_axis(ax.yaxis, words)
    note(ax, f"{replicates(int(table['replicates'].min()), words)} {label}".strip(), words)
    return ax


def _end_label(ax: Axes, when: float, last: pd.Series, words: Words) -> None:
    """The numbers of the last quarter beside the end of the fan."""
    measure = Measure.INDEX if last["unit"] == "index" else Measure.AMOUNT
    digits = decimals(measure, last["mean"], last["q05"], last["q95"])  # as sentences tell them
    text = words("mean {value}", value=words.number(last["mean"], digits))
    if last["q95"] > last["q05"]:
        low, high = words.number(last["q05"], digits), words.number(last["q95"], digits)
        text += "\n" + words.interval(low, high)
    ax.annotate(
        words.line(text),
        (when, last["mean"]),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        annotation_clip=False,
    )
