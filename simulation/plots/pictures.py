"""The pictures of one result: made from its tables, shown in a notebook or saved as files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from simulation.plots.composition import draw_composition
from simulation.plots.ego_network import draw_ego_network, network_height
from simulation.plots.fan import draw_fan
from simulation.plots.style import new_axes, save, style
from simulation.words.language import ENGLISH, Words
from simulation.words.terms import METRIC, name_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEADLINE = "cooperation"
_BY_TRACK = "commitments_by_"


@dataclass(frozen=True)
class Pictures:
    """Draw the tables of a result; each method returns the axes (``.figure`` shows or saves them).

    Attributes
    ----------
    focal, horizon
        Name of the focal state, and the last quarter.
    forecast, ties
        Tables ``forecast.csv`` and ``ties.csv``.
    label
        What bands and probabilities are, printed on each picture.
    words
        Language.
    """

    focal: str
    horizon: str
    forecast: pd.DataFrame
    ties: pd.DataFrame
    label: str
    words: Words = ENGLISH

    def fan(self, metric: str = HEADLINE, ax: Axes | None = None) -> Axes:
        """Median and bands of one metric over the quarters."""
        rows = self.forecast.loc[self.forecast["metric"] == metric]
        title = f"{self.focal}: {name_of(METRIC, metric, self.words)}"
        with style(self.words):
            axes = new_axes() if ax is None else ax
            return draw_fan(rows, axes, title=title, label=self.label, words=self.words)

    def composition(self, ax: Axes | None = None) -> Axes:
        """Mean commitments by track, stacked, over the quarters."""
        rows = self.forecast.loc[self.forecast["metric"].str.startswith(_BY_TRACK)]
        table = rows[["quarter", "replicates"]].assign(
            track=rows["metric"].str.removeprefix(_BY_TRACK), value=rows["mean"]
        )
        unit = str(rows["unit"].iloc[0]) if len(rows) else ""
        title = self.words("{focal}: commitments by track", focal=self.focal)
        with style(self.words):
            axes = new_axes() if ax is None else ax
            return draw_composition(table, axes, title=title, unit=unit, label=self.label, words=self.words)

    def partners(self, ax: Axes | None = None) -> Axes:
        """Partner network at the horizon."""
        with style(self.words):
            axes = new_axes(9.5, network_height(self.ties)) if ax is None else ax
            return draw_ego_network(
                self.ties, axes, focal=self.focal, quarter=self.horizon, label=self.label, words=self.words
            )

    def save(self, folder: Path) -> list[Path]:
        """Every picture that the tables allow, as PNG and SVG."""
        recorded = set(self.forecast["metric"])
        drawn: list[Path] = []
        if HEADLINE in recorded:
            drawn += save(self.fan(), folder, f"fan_{HEADLINE}")
        if any(metric.startswith(_BY_TRACK) for metric in recorded):
            drawn += save(self.composition(), folder, "composition_by_track")
        if len(self.ties):
            drawn += save(self.partners(), folder, "partner_network")
        return drawn
