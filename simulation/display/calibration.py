"""Forecast probabilities against frequencies, with the band of chance."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from simulation.display.style import FAINT, HEADLINE_COLOUR, INK, new_axes, save, style


def calibration_chart(curve: pd.DataFrame, folder: Path, name: str = "calibration") -> list[Path]:
    """Draw ``forecast, frequency, low, high, pairs`` of each band; the diagonal is what a true probability gives."""
    with style():
        axes = new_axes(6.2, 5.6)
        axes.plot([0, 1], [0, 1], color=FAINT, linestyle="--", linewidth=1)
        error = [curve["frequency"] - curve["low"], curve["high"] - curve["frequency"]]
        axes.errorbar(curve["forecast"], curve["frequency"], yerr=error, fmt="o-", color=HEADLINE_COLOUR, capsize=3)
        for row in curve.itertuples():
            axes.annotate(f"{row.pairs}", (row.forecast, row.frequency), textcoords="offset points", xytext=(7, -11),
                          fontsize=8, color=INK)  # fmt: skip
        axes.set(xlabel="forecast probability of joining", ylabel="share that joined", xlim=(0, 1), ylim=(0, 1.02),
                 title="Joins: forecast against record, each family left out")  # fmt: skip
        return save(axes, folder, name)
