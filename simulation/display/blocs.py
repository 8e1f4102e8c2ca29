"""What blocs table and pass, as a timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from simulation.display.style import HEADLINE_COLOUR, INK, note, replicates
from simulation.display.words.language import ENGLISH, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
    ax
        Where to draw.
    title
        Heading.
    names
        Names by id in place of those of the table.
    words
        Language.

    Returns
    -------
    Axes
        ``ax``.
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
