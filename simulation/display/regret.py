"""What each strategy may cost: regret by strategy and objective, the strategy with the least at the top."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from simulation.display.style import INK, SCALE, ink_on, line_spacing, note
from simulation.display.words.language import ENGLISH, Words
from simulation.display.words.rounding import digits_that_tell
from simulation.display.words.terms import OBJECTIVE, UNIT, name_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAME, _HEAD = 38, 16  # characters of a line
_DARKEST = 0.8  # of the scale, so that numbers stay legible


def height(table: pd.DataFrame) -> float:
    """Inches that a picture of a table needs."""
    return 2.2 + 0.34 * max(1, table["strategy"].nunique())


def by_regret(table: pd.DataFrame, objective: str) -> list[str]:
    """Strategies, the one with the least mean regret in an objective first; controls, which nobody chooses, last."""
    rows = table.loc[table["objective"] == objective]
    return [str(name) for name in rows.sort_values(["control", "regret_mean"], kind="stable")["strategy"]]


def by_objective(table: pd.DataFrame, objective: str) -> list[str]:
    """Objectives in the order of the table, that by which strategies were chosen first."""
    return sorted(dict.fromkeys(table["objective"]), key=lambda name: name != objective)


def draw_regret(
    table: pd.DataFrame, ax: Axes, *, objective: str, title: str, label: str, words: Words = ENGLISH
) -> Axes:
    """Draw the mean regret of each strategy by objective; each cell says its number.

    Parameters
    ----------
    table
        Rows of ``strategies.csv``: ``strategy, title, objective, unit, regret_mean, control``, each regret in
        the unit of its objective, 0 or more.
    ax
        Where to draw.
    objective
        By which strategies are ordered, the best at the top.
    title, label
        Heading, and what the numbers rest on.
    words
        Language.

    Returns
    -------
    Axes
        ``ax``.
    """
    if table.empty:
        raise ValueError("nothing to draw")
    titles = dict(zip(table["strategy"], table["title"], strict=True))
    units = dict(zip(table["objective"], table["unit"].fillna(""), strict=True))
    order, objectives = by_regret(table, objective), by_objective(table, objective)
    wide = table.pivot(index="strategy", columns="objective", values="regret_mean")
    values = wide.loc[order, objectives].to_numpy(float)
    largest, least = np.nanmax(values, axis=0), np.nanmin(values, axis=0)
    shares = _DARKEST * values / np.where(largest > 0, largest, 1.0)
    image = ax.imshow(shares, cmap=SCALE, vmin=0, vmax=1, aspect="auto")
    image.set_rasterized(True)
    colours = matplotlib.colormaps[SCALE]
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            best = value == least[column]
            text = words.number(value, digits_that_tell(largest[column]))
            ax.text(column, row, words.line(text), ha="center", va="center", color=ink_on(colours(shares[row, column])),
                    fontweight="bold" if best else "normal", fontsize=9.5)  # fmt: skip
            if best:
                ax.add_patch(Rectangle((column - 0.46, row - 0.42), 0.92, 0.84, fill=False, ec=INK, lw=1.4))
    ax.set_xticks(range(len(objectives)), [words.line(_head(name, str(units[name]), words)) for name in objectives],
                  fontsize=9, linespacing=line_spacing(words))  # fmt: skip
    ax.xaxis.tick_top()
    ax.set_yticks(range(len(order)), [words.line(_folded(titles[name], words)) for name in order])
    ax.tick_params(length=0)
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_title(words.line(title))
    reading = words("Regret: what a strategy falls short of the best one for the same future, on average. Darker: "
                    "more, within the column. Framed: least.")  # fmt: skip
    note(ax, f"{reading} {label}".rstrip(), words)
    return ax


def _head(objective: str, unit: str, words: Words) -> str:
    name = name_of(OBJECTIVE, objective, words)
    parts = [name, f"({name_of(UNIT, unit, words)})"] if unit else [name]
    return "\n".join(textwrap.fill(part, _HEAD) for part in parts)


def _folded(title: object, words: Words) -> str:
    return textwrap.fill(words.known(str(title)), _NAME, max_lines=2, placeholder="…")
