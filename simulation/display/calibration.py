"""Forecast probabilities against frequencies, with the band of chance."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from simulation.display.style import FAINT, HEADLINE_COLOUR, INK, new_axes, save, style


def calibration_chart(curve: pd.DataFrame, folder: Path, name: str, title: str, *, log: bool = False) -> list[Path]:
    """Draw ``forecast, frequency, low, high, rows`` of each band; the diagonal is what a true probability gives.

    ``log`` is for what is rare: both axes are logarithms, and a band in which nothing happened lies on the lower edge.
    """
    least = curve["forecast"].min() / 2 if log else 0.0
    low, middle = (curve[column].clip(lower=least) for column in ("low", "frequency"))
    with style():
        axes = new_axes(6.2, 5.6)
        axes.plot([least, 1], [least, 1], color=FAINT, linestyle="--", linewidth=1)
        error = [middle - low, curve["high"] - middle]
        axes.errorbar(curve["forecast"], middle, yerr=error, fmt="o-", color=HEADLINE_COLOUR, capsize=3)
        for x, y, rows in zip(curve["forecast"], middle, curve["rows"], strict=True):
            axes.annotate(f"{rows}", (x, y), textcoords="offset points", xytext=(7, -11), fontsize=8, color=INK)
        axes.set(xlabel="forecast probability", ylabel="share that happened", title=title)
        if log:
            axes.set(xscale="log", yscale="log", xlim=(least, 1), ylim=(least, 1.1))
            for axis in (axes.xaxis, axes.yaxis):  # plain numbers: the style reads no formulas
                axis.set_major_formatter(lambda value, _: f"{value:g}")
        else:
            axes.set(xlim=(0, 1), ylim=(0, 1.02))
        return save(axes, folder, name)
