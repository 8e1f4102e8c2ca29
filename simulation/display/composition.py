"""Composition of cooperation over time: commitments stacked by track, or by type of partner."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.display.style import (
    FAINT,
    HEADLINE_COLOUR,
    INK,
    PARTNER_LOOK,
    TRACK_LOOK,
    apart,
    end_label,
    note,
    number_axis,
    replicates,
    time_axis,
    year_of,
)
from simulation.display.words.language import ENGLISH, Words
from simulation.display.words.terms import PARTNER, TRACK, UNIT, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes


_LABEL_GAP = 0.055  # least distance of two labels at the edge, as a share of the height
_THINNEST = 0.01  # share of the height under which a layer cannot be seen
_LAYERS: Mapping[str, tuple[Mapping[str, tuple[str, str]], Mapping[str, str]]] = {
    # colour and hatch of each layer from the bottom up, and names
    "track": ({name: (colour, hatch) for name, (colour, _, hatch) in TRACK_LOOK.items()}, TRACK),
    "partner": (PARTNER_LOOK, PARTNER),
}


def draw_composition(
    table: pd.DataFrame,
    ax: Axes,
    *,
    title: str = "",
    unit: str = "binding-equivalents",
    label: str = "",
    words: Words = ENGLISH,
) -> Axes:
    """Draw what the actor's commitments consist of.

    Parameters
    ----------
    table
        Frame ``quarter, track, value, replicates``, or with ``partner`` in place of ``track``: mean
        commitments of each in each quarter, stacked in the order of the style's table. One too thin
        to be seen is named below.
    title, unit, label
        Heading, unit of the value, and what the means are over.
    """
    if table.empty:
        raise ValueError("nothing to draw")
    by = next(name for name in _LAYERS if name in table.columns)
    looks, names = _LAYERS[by]
    wide = table.pivot(index="quarter", columns=by, values="value").fillna(0.0)
    quarters = [str(quarter) for quarter in wide.index]
    time = np.array([year_of(quarter) for quarter in quarters])
    least = _THINNEST * float(wide.sum(axis=1).max())
    bottom, middles, unseen = np.zeros(len(time)), {}, []
    for name in (name for name in looks if name in wide.columns):
        colour, hatch = looks[name]
        text = name_of(names, name, words)
        top = bottom + wide[name].to_numpy()
        ax.fill_between(time, bottom, top, facecolor=colour, edgecolor="white", lw=0.6, hatch=hatch, label=name)
        if wide[name].max() < least:
            unseen.append(text)
        else:
            middles[text] = (float(bottom[-1] + top[-1]) / 2, float(top[-1] - bottom[-1]))
        bottom = top
    time_axis(ax, quarters, words)
    ax.set_ylim(0, max(float(bottom.max()) * 1.05, 1e-9))
    number_axis(ax.yaxis, words)
    _edge_labels(ax, float(time[-1]), middles, words)
    ax.set_title(words.line(title or words("Commitments")))
    ax.set_ylabel(words.line(words("commitments ({unit})", unit=name_of(UNIT, unit, words))))
    count = int(table["replicates"].min())
    rests_on = words.plural("Mean of {count} replicate.", "Mean of {count} replicates.", count)
    thin = words("Too thin to see: {names}.", names=words.listing(unseen)) if unseen else ""
    note(ax, "\n".join(filter(None, [f"{rests_on} {label}".strip(), thin])), words)
    return ax


def _edge_labels(ax: Axes, when: float, middles: dict[str, tuple[float, float]], words: Words) -> None:
    """Name and last value of each layer beside it, pushed apart where layers are thin."""
    top = ax.get_ylim()[1]
    heights = apart([middle for middle, _ in middles.values()], _LABEL_GAP * top, 0.0, top)
    for (name, (middle, size)), height in zip(middles.items(), heights, strict=True):
        end_label(ax, f"{name} {words.number(size, 1)}", (when, middle), height, words, color=FAINT, lw=0.8)


# --- joining curves: by when the focal state has joined which instrument, how surely


_LOOKS = (("#0072B2", "-"), ("#D55E00", "--"), ("#009E73", "-."), ("#CC79A7", ":"), ("#222222", "-"),
          ("#E69F00", "--"), ("#56B4E9", "-."), ("#8a8a8a", ":"))  # fmt: skip
MOST_INSTRUMENTS = len(_LOOKS)
_LEAST_GAP = 0.115  # between two labels at the edge
_NAME = 34  # characters a line of a label


def draw_joining(table: pd.DataFrame, ax: Axes, *, title: str, label: str = "", words: Words = ENGLISH) -> Axes:
    """Draw the probability of having joined each instrument by the end of each quarter.

    Parameters
    ----------
    table
        Rows of ``joining.csv``: ``instrument, title, quarter, probability, replicates``; the
        :data:`MOST_INSTRUMENTS` that end highest are drawn.
    title, label
        Heading, and what a probability is.
    """
    if table.empty:
        raise ValueError("nothing to draw")
    last = table.groupby("instrument", sort=True)["probability"].last().sort_values(ascending=False, kind="stable")
    shown = list(last.index[:MOST_INSTRUMENTS])
    heights = apart([float(last[name]) for name in reversed(shown)], _LEAST_GAP, 0.0, 1.0)[::-1]
    for name, height, (colour, line) in zip(shown, heights, _LOOKS, strict=False):
        rows = table.loc[table["instrument"] == name]
        time = [year_of(quarter) for quarter in rows["quarter"]]
        ax.plot(time, rows["probability"], color=colour, ls=line, lw=2)
        message = f"{words.share(float(last[name]))}  {words.known(str(rows['title'].iloc[0]))}"
        text = "\n".join(textwrap.wrap(message, _NAME, max_lines=2, placeholder="…"))
        end_label(ax, text, (time[-1], float(last[name])), height, words, color=colour, ls=line, fontsize=8.5)
    time_axis(ax, list(dict.fromkeys(table["quarter"])), words)
    ax.set_ylim(0, 1.02)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], [words.share(tick) for tick in (0, 0.25, 0.5, 0.75, 1)])
    ax.set_title(words.line(title))
    ax.set_ylabel(words.line(words("probability of having joined")))
    note(ax, f"{replicates(int(table['replicates'].min()), words)} {label}".strip(), words)
    return ax


# --- what blocs table and pass, as a timeline


_LARGEST = 260.0  # square points of the mark of one text a year
MOST_BLOCS = 16
"""Rows that can be read."""


def draw_bloc_timeline(
    table: pd.DataFrame, ax: Axes, *, title: str, names: dict[str, str] | None = None, words: Words = ENGLISH
) -> Axes:
    """Draw the texts of blocs by year: rings for tabled, discs for passed, by area.

    Parameters
    ----------
    table
        Rows of ``blocs.csv``: ``bloc, name, quarter, tabled, passed, replicates``; the blocs are
        shown in the order of their first row.
    title
        Heading.
    names
        Names by id in place of those of the table.
    """
    if table.empty or table["bloc"].nunique() > MOST_BLOCS:
        raise ValueError(f"from 1 to {MOST_BLOCS} blocs can be shown")
    year = table["quarter"].str[:4].astype(int)
    yearly = table.assign(year=year).groupby(["bloc", "year"], sort=False)[["tabled", "passed"]].sum().reset_index()
    order = {bloc: place for place, bloc in enumerate(dict.fromkeys(table["bloc"]))}
    height = len(order) - 1 - yearly["bloc"].map(order)
    ax.scatter(yearly["year"], height, s=_LARGEST * yearly["tabled"], facecolor="white", edgecolor=INK, linewidth=0.8,
               label=words.line(words("tabled")))  # fmt: skip
    ax.scatter(yearly["year"], height, s=_LARGEST * yearly["passed"], color=HEADLINE_COLOUR, linewidth=0,
               label=words.line(words("passed")))  # fmt: skip
    text = table.drop_duplicates("bloc").set_index("bloc")["name"]
    labels = [(names or {}).get(bloc, str(text[bloc])) for bloc in order]
    ax.set_yticks(range(len(order) - 1, -1, -1), [words.line(label) for label in labels])
    ax.set_ylim(-0.7, len(order) - 0.3)
    years = sorted(set(year))
    ax.set_xticks(years[:: max(1, len(years) // 8)])
    ax.grid(axis="x", visible=True)
    ax.set_title(words.line(title))
    ax.set_xlabel(words.line(words("year")))
    keys = ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)
    for key in keys.legend_handles:
        key.set_sizes([80.0])  # type: ignore[union-attr]
    most = words.number(float(yearly["tabled"].max()), 1)
    area = words("Area: texts a year, on average; the largest ring is {most}.", most=most)
    note(ax, f"{replicates(int(table['replicates'].max()), words)} {area}", words)
    return ax
