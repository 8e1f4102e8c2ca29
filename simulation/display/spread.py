"""What the spread of an outcome is made of: shares of its variance, and its band under each rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.display.style import HEADLINE_COLOUR, INK, fold, new_axes, note, number_axis, style
from simulation.display.words.language import ENGLISH, Words
from simulation.display.words.terms import METRIC, RULE, SPREAD, UNIT, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from matplotlib.axes import Axes

_LOOKS = (("#0072B2", "", "white"), ("#E69F00", "///", INK), ("#f2f2f2", "", INK))  # colour, hatch, ink on it
_NARROWEST = 0.07  # share of a bar that has room for its number
_HEIGHT_OF_THE_REST = 2.1  # inches for title, key and note
_HEIGHT_OF_A_ROW = 0.42  # inches
_TITLE_WIDTH = 44  # letters of a line above the bars


def draw_shares(table: pd.DataFrame, ax: Axes, *, title: str, label: str, words: Words = ENGLISH) -> Axes:
    """Draw how the variance of each metric divides, a bar a metric.

    Parameters
    ----------
    table
        Rows of ``shares.csv`` of one quarter: ``metric, chance, parameters, rule``, shares from 0 to 1.
    title, label
        Heading, and what the shares rest on.
    """
    if table.empty or table["metric"].duplicated().any():
        raise ValueError("shares of one quarter, a row a metric")
    places = np.arange(len(table))[::-1]
    start = np.zeros(len(table))
    for source, (colour, hatch, ink) in zip(SPREAD, _LOOKS, strict=True):
        width = table[source].to_numpy(float)
        ax.barh(places, width, left=start, height=0.7, facecolor=colour, hatch=hatch, edgecolor=INK, linewidth=0.6,
                label=words.line(words(SPREAD[source])))  # fmt: skip
        for place, left, share in zip(places, start, width, strict=True):
            if share >= _NARROWEST:
                box = {"facecolor": colour, "edgecolor": "none", "pad": 0.8} if hatch else None
                ax.text(left + share / 2, place, words.share(share), ha="center", va="center", color=ink, bbox=box,
                        fontsize=9, family="DejaVu Sans")  # fmt: skip
        start = start + width
    ax.set_yticks(places, [words.line(name_of(METRIC, name, words)) for name in table["metric"]])
    ax.set_xlim(0, 1)
    ticks = (0.0, 0.25, 0.5, 0.75, 1.0)
    ax.set_xticks(ticks, [words.share(tick) for tick in ticks])
    ax.set_xlabel(words.line(words("share of the variance")))
    ax.grid(visible=False)
    ax.set_title(words.line(title))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=len(SPREAD))
    note(ax, label, words)
    return ax


def draw_rules(table: pd.DataFrame, ax: Axes, *, title: str, unit: str, label: str, words: Words = ENGLISH) -> Axes:
    """Draw one metric under each rule: mean and 5–95 % range.

    Parameters
    ----------
    table
        Rows of ``spread.csv`` of one metric and quarter: ``rule, mean, q05, q95``; the scenario as it
        is comes first.
    title, unit, label
        Heading, what the metric is measured in, and what the ranges hold and rest on.
    """
    if table.empty or table["rule"].duplicated().any():
        raise ValueError("one metric in one quarter, a row a rule")
    places = np.arange(len(table))[::-1]
    mean = table["mean"].to_numpy(float)
    reach = np.vstack([mean - table["q05"].to_numpy(float), table["q95"].to_numpy(float) - mean])
    ax.errorbar(mean, places, xerr=reach, fmt="o", ms=7, color=HEADLINE_COLOUR, ecolor=INK, capsize=4, lw=1.4)
    for place, value in zip(places, mean, strict=True):
        ax.annotate(words.line(words.number(value, 2)), (value, place), xytext=(0, 7), textcoords="offset points",
                    ha="center", va="bottom", fontsize=9)  # fmt: skip
    ax.axvline(mean[0], color="#8a8a8a", lw=1, ls="--")
    ax.set_yticks(places, [words.line(name_of(RULE, name, words)) for name in table["rule"]])
    ax.set_ylim(-0.6, len(table) - 0.3)
    ax.grid(axis="x", visible=True)
    ax.grid(axis="y", visible=False)
    ax.set_title(words.line(title))
    ax.set_xlabel(words.line(unit))
    number_axis(ax.xaxis, words)
    note(ax, label, words)
    return ax


class SpreadPictures:
    """Draw the tables of a spread, each at the last quarter.

    Parameters
    ----------
    table, shares
        Tables ``spread.csv`` and ``shares.csv``.
    info
        What they are of (``spread.json``).
    focal
        Name of the focal state.
    """

    def __init__(
        self, table: pd.DataFrame, shares: pd.DataFrame, info: Mapping[str, Any], focal: str, words: Words = ENGLISH
    ):
        quarter = str(info["horizon"])
        self.table = table.loc[table["quarter"] == quarter]
        self.shown_shares = shares.loc[shares["quarter"] == quarter].reset_index(drop=True)
        self.focal, self.info, self.words = focal, info, words
        self.when = words.quarter(quarter)

    def shown_rules(self, metric: str) -> pd.DataFrame:
        """One metric under each rule."""
        return self.table.loc[self.table["metric"] == metric].reset_index(drop=True)

    def shares(self, ax: Axes | None = None) -> Axes:
        """Shares of chance, parameters and choice of rule in the variance of each metric."""
        words, counts = self.words, self.info
        title = words("{focal}: what the spread in {quarter} is made of", focal=self.focal, quarter=self.when)
        label = words(
            "{rules} rules, each with {draws} draws of the parameters and {lucks} replicates a draw. "
            "Shares: Shapley effects.",
            rules=words.number(len(counts["rules"])), draws=words.number(counts["draws"]),
            lucks=words.number(counts["lucks"]),
        )  # fmt: skip
        with style(words):
            axes = _axes(len(self.shown_shares)) if ax is None else ax
            return draw_shares(self.shown_shares, axes, title=fold(title, _TITLE_WIDTH), label=label, words=words)

    def rules(self, metric: str, unit: str, ax: Axes | None = None) -> Axes:
        """Mean and 5–95 % range of one metric under each rule."""
        words, rows = self.words, self.shown_rules(metric)
        name = name_of(METRIC, metric, words)
        title = words("{focal}: {metric} under each rule, {quarter}", focal=self.focal, metric=name, quarter=self.when)
        label = words("Range: 5 to 95 % of {count} replicates a rule; chance and parameters. Dashed: the scenario.",
                      count=words.number(int(rows["replicates"].min())))  # fmt: skip
        with style(words):
            axes = _axes(len(rows)) if ax is None else ax
            text = f"{name} ({name_of(UNIT, unit, words)})"
            return draw_rules(rows, axes, title=fold(title, _TITLE_WIDTH), unit=text, label=label, words=words)


def _axes(rows: int) -> Axes:
    return new_axes(8.0, _HEIGHT_OF_THE_REST + _HEIGHT_OF_A_ROW * rows)
