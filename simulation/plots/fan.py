"""Fan chart of one metric: median and two bands over the quarters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from simulation.plots.style import HEADLINE_COLOUR, INK, note, time_axis, year_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BANDS = (("q05", "q95", 0.25, "5–95 %"), ("q25", "q75", 0.45, "25–75 %"))
_INDEX = (0.0, 1.0)


def draw_fan(
    table: pd.DataFrame,
    ax: Axes,
    *,
    title: str = "",
    label: str = "",
    bounds: tuple[float, float] | None = None,
) -> Axes:
    """Draw the forecast of one metric.

    Parameters
    ----------
    table
        Rows of ``forecast.csv`` of one focal actor and one metric.
    ax
        Where to draw.
    title
        Heading; by default the metric and the actor.
    label
        What the bands are; printed below with the number of replicates.
    bounds
        Limits of the value axis; by default 0 to 1 for an index, else from 0 to what is needed.

    Returns
    -------
    Axes
        ``ax``.
    """
    if table.empty or table["metric"].nunique() != 1 or table["focal"].nunique() != 1:
        raise ValueError("a fan shows one metric of one actor")
    first = table.iloc[0]
    time = [year_of(quarter) for quarter in table["quarter"]]
    for low, high, strength, name in _BANDS:
        ax.fill_between(
            time,
            table[low],
            table[high],
            color=HEADLINE_COLOUR,
            alpha=strength,
            lw=0,
            label=f"{name} of replicates",
        )
    ax.plot(time, table["q50"], color=INK, lw=1.8, label="median")
    _end_label(ax, time[-1], table.iloc[-1])
    time_axis(ax, list(table["quarter"]))
    if bounds is None and first["unit"] == "index":
        bounds = _INDEX
    if bounds is not None:
        ax.set_ylim(*bounds)
    else:
        ax.set_ylim(bottom=min(0.0, float(table["q05"].min())))
    ax.set_title(title or f"{first['metric']}, {first['focal']}")
    ax.set_ylabel(f"{first['metric']} ({first['unit']})")
    handles, names = ax.get_legend_handles_labels()
    ax.legend(handles[::-1], names[::-1], loc="lower left", ncols=3)
    note(ax, f"{int(table['replicates'].min())} replicates. {label}".strip())
    return ax


def _end_label(ax: Axes, when: float, last: pd.Series) -> None:
    """The numbers of the last quarter beside the end of the fan."""
    text = f"median {last['q50']:.2f}"
    if last["q95"] > last["q05"]:
        text += f"\n[{last['q05']:.2f}–{last['q95']:.2f}]"
    ax.annotate(
        text,
        (when, last["q50"]),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        annotation_clip=False,
    )
