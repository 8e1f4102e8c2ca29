"""The pictures of opportunities and of advice: whom next, what is at stake, which strategy, what to find out."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from simulation.display import opportunities, search
from simulation.display.differences import draw_tornado
from simulation.display.style import INK, SCALE, ink_on, line_spacing, new_axes, note, save, style
from simulation.display.words.language import ENGLISH, Words
from simulation.display.words.rounding import digits_that_tell
from simulation.display.words.terms import CRITERION, OBJECTIVE, UNIT, name_of, uncertainty

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_TITLE, _HEAD = 38, 16  # characters of a line
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


def worth_knowing(information: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``information.csv`` whose value chance does not explain, the most valuable first."""
    if information.empty:
        return information
    return information.loc[information["value"] > 0].sort_values("value", ascending=False, kind="stable")


def draw_regret(
    table: pd.DataFrame, ax: Axes, *, objective: str, title: str, label: str, words: Words = ENGLISH
) -> Axes:
    """Draw the mean regret of each strategy by objective; each cell says its number.

    Parameters
    ----------
    table
        Rows of ``strategies.csv``: ``strategy, title, objective, unit, regret_mean, control``, each regret in
        the unit of its objective, 0 or more.
    objective
        By which strategies are ordered, the best at the top.
    title, label
        Heading, and what the numbers rest on.
    """
    if table.empty:
        raise ValueError("nothing to draw")
    titles = dict(zip(table["strategy"], table["title"], strict=True))
    units = dict(zip(table["objective"], table["unit"].fillna(""), strict=True))
    order, objectives = by_regret(table, objective), by_objective(table, objective)
    wide = table.pivot(index="strategy", columns="objective", values="regret_mean")
    values = wide.loc[order, objectives].to_numpy(float)
    controls = set(table.loc[table["control"].astype(bool), "strategy"])
    choices = [name not in controls for name in order]
    largest, least = np.nanmax(values, axis=0), np.nanmin(values[choices] if any(choices) else values, axis=0)
    shares = _DARKEST * values / np.where(largest > 0, largest, 1.0)
    image = ax.imshow(shares, cmap=SCALE, vmin=0, vmax=1, aspect="auto")
    image.set_rasterized(True)
    colours = matplotlib.colormaps[SCALE]
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            best = choices[row] and value == least[column]
            text = words.number(value, digits_that_tell(largest[column]))
            ax.text(column, row, words.line(text), ha="center", va="center", color=ink_on(colours(shares[row, column])),
                    fontweight="bold" if best else "normal", fontsize=9.5)  # fmt: skip
            if best:
                ax.add_patch(Rectangle((column - 0.46, row - 0.42), 0.92, 0.84, fill=False, ec=INK, lw=1.4))
    ax.set_xticks(range(len(objectives)), [words.line(_head(name, str(units[name]), words)) for name in objectives],
                  fontsize=9, linespacing=line_spacing(words))  # fmt: skip
    ax.xaxis.tick_top()
    ax.set_yticks(range(len(order)), [words.line(_folded(titles[name], words)) for name in order],
                  linespacing=line_spacing(words))  # fmt: skip
    ax.tick_params(length=0)
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_title(words.line(title))
    reading = words("Regret: what a strategy falls short of the best one for the same future, on average. Darker: "
                    "more, within the column. Framed: least that may be chosen.")  # fmt: skip
    note(ax, f"{reading} {label}".rstrip(), words)
    return ax


def _head(objective: str, unit: str, words: Words) -> str:
    name = name_of(OBJECTIVE, objective, words)
    parts = [name, f"({name_of(UNIT, unit, words)})"] if unit else [name]
    return "\n".join(textwrap.fill(part, _HEAD) for part in parts)


def _folded(title: object, words: Words) -> str:
    return textwrap.fill(words.known(str(title)), _TITLE, max_lines=2, placeholder="…")


_WIDTH = 9.0  # inches
_ROW = 0.42  # inches a bar
_REST = 2.2  # inches for title, axis and note
MOST_BARS = 12
_NAME = 38  # characters


@dataclass(frozen=True)
class AdvicePictures:
    """Draw the tables of opportunities and of advice; a table may be missing.

    Attributes
    ----------
    focal
        Name of the focal state.
    when
        The date that gains and losses are counted at, as people read it.
    candidates, portfolio
        Tables ``opportunities.csv`` and ``portfolio.csv``.
    strategies, information
        Tables ``strategies.csv`` and ``information.csv``.
    optimised, convergence
        Tables ``optimised.csv`` and ``convergence.csv`` of a search.
    converged
        Whether its searches have settled.
    criterion
        What candidates were ranked by.
    objective
        What strategies were chosen by.
    """

    focal: str
    when: str
    candidates: pd.DataFrame = field(default_factory=pd.DataFrame)
    portfolio: pd.DataFrame = field(default_factory=pd.DataFrame)
    strategies: pd.DataFrame = field(default_factory=pd.DataFrame)
    information: pd.DataFrame = field(default_factory=pd.DataFrame)
    criterion: str = "value"
    objective: str = "kept_commitments"
    words: Words = ENGLISH
    optimised: pd.DataFrame = field(default_factory=pd.DataFrame)
    convergence: pd.DataFrame = field(default_factory=pd.DataFrame)
    converged: bool = False

    def opportunities(self, ax: Axes | None = None, most: int = opportunities.MOST) -> Axes:
        """The best ranked candidates: what each adds, how surely it says yes, what it costs, who is tied."""
        words, table = self.words, self.candidates
        table = opportunities.ranked(table, most) if len(table) else table
        title = words("{focal}: with whom next, the best first", focal=self.focal)
        label = words("By {date}; ranked by: {criterion}.", date=self.when,
                      criterion=name_of(CRITERION, self.criterion, words))  # fmt: skip
        with style(words):
            axes = new_axes(_WIDTH, opportunities.height(table)) if ax is None else ax
            return opportunities.draw_opportunities(table, axes, title=title, label=label, words=words)

    def losses(self, ax: Axes | None = None) -> Axes:
        """What is lost if a held partner fails, the largest loss at the top."""
        words = self.words
        worst = self.portfolio.sort_values("loss_commitments", ascending=False, kind="stable").head(MOST_BARS)
        names = [textwrap.shorten(words.actor(row["partner"], row["name"]), _NAME, placeholder="…")
                 for row in worst.to_dict("records")]  # fmt: skip
        table = worst.assign(factor=names, effect=worst["loss_commitments"], low=worst["q05"], high=worst["q95"])
        axis = words("kept commitments lost by {date} (binding-equivalents)", date=self.when)
        return self._bars(table, words("{focal}: what is lost if a partner fails", focal=self.focal), axis,
                          words("Whiskers: 90 % interval of the mean."), ax)  # fmt: skip

    def knowing(self, ax: Axes | None = None) -> Axes:
        """What it would be worth to know each uncertain number that is worth anything, the most at the top."""
        words = self.words
        most = worth_knowing(self.information).head(MOST_BARS)
        names = [uncertainty(name, words) for name in most["uncertainty"]]
        table = most.assign(factor=names, effect=most["value"], low=float("nan"), high=float("nan"))
        unit = name_of(UNIT, str(most["unit"].iloc[0]), words) if len(most) else ""
        gain = words("expected gain from knowing it before choosing")
        axis = f"{gain} ({unit})" if unit else gain
        return self._bars(table, words("{focal}: what to find out before choosing", focal=self.focal), axis, "", ax)

    def _bars(self, table: pd.DataFrame, title: str, axis: str, label: str, ax: Axes | None) -> Axes:
        with style(self.words):
            axes = new_axes(_WIDTH, _REST + _ROW * len(table)) if ax is None else ax
            digits = digits_that_tell(table["effect"].abs().max()) if len(table) else 0
            return draw_tornado(table, axes, title=title, unit="", label=label, words=self.words, digits=digits,
                                axis=axis)  # fmt: skip

    def regret(self, ax: Axes | None = None) -> Axes:
        """Regret of each strategy by objective, the one with the least at the top."""
        words, table = self.words, self.strategies
        title = words("{focal}: what each strategy may cost", focal=self.focal)
        count = int(table["futures"].min()) if len(table) else 0
        label = words.plural("{count} future.", "{count} futures, all strategies under the same luck.", count)
        with style(words):
            axes = new_axes(_WIDTH + 1, height(table)) if ax is None else ax
            return draw_regret(
                table, axes, objective=self.objective, title=title, label=label, words=words
            )

    def front(self, ax: Axes | None = None) -> Axes:
        """How the best strategies that a search found divide the budget."""
        words, table = self.words, self.optimised
        title = words("{focal}: budgets that a search found", focal=self.focal)
        aim = f"{self.objective}_median"
        with style(words):
            axes = new_axes(_WIDTH, search.height(table)) if ax is None else ax
            return search.draw_front(table, axes, aim=aim, title=title, words=words)

    def searches(self, ax: Axes | None = None) -> Axes:
        """How far each search for strategies had come after so many tries."""
        words = self.words
        title = words("{focal}: has the search found all there is?", focal=self.focal)
        with style(words):
            axes = new_axes() if ax is None else ax
            return search.draw_convergence(self.convergence, axes, title=title, converged=self.converged, words=words)

    def drawable(self) -> dict[str, Callable[[], Axes]]:
        """Every picture that the tables allow, by the name of its file."""
        ranked = "rank" in self.candidates and bool(self.candidates["rank"].notna().any())
        known: dict[str, tuple[bool, Callable[[], Axes]]] = {
            "opportunities": (ranked, self.opportunities),
            "portfolio": (len(self.portfolio) > 0, self.losses),
            "regret": (len(self.strategies) > 0, self.regret),
            "information": (len(worth_knowing(self.information)) > 0, self.knowing),
            "front": (len(self.optimised) > 0, self.front),
            "search": (len(self.convergence) > 0, self.searches),
        }
        return {name: draw for name, (possible, draw) in known.items() if possible}

    def save(self, folder: Path) -> list[Path]:
        """Every picture that the tables allow, as PNG and SVG."""
        return [path for name, draw in self.drawable().items() for path in save(draw(), folder, name)]
