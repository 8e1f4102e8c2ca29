"""The world's cooperation network: states round a circle by bloc, marked by region or by camp."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from simulation.display.style import CAMP_COLOUR, FAINT, INK, REGION_COLOUR, note, replicates
from simulation.display.words.language import ENGLISH, Words
from simulation.display.words.terms import CAMP, DEPTH, REGION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = (10.0, 10.5)
"""Inches at which it can be read."""
_MARKERS = {
    "region": {"Africa": "o", "America": "s", "Asia": "^", "Europe": "D", "Oceania": "v", "": "p"},
    "camp": {"EU": "o", "CN": "s", "US": "^", "none": "D"},
}
_LOOKS = {"region": (REGION_COLOUR, REGION), "camp": (CAMP_COLOUR, CAMP)}
_WIDTH_OF_A_RUNG = 0.9  # points
_GAP = 1.5  # places between two blocs
_LABEL = 1.13  # radius of the arcs of blocs
_REACH = 1.62  # what is seen, so that names of blocs have room
_NAME = 21  # characters a line of such a name


def draw_world_network(
    table: pd.DataFrame,
    ax: Axes,
    *,
    states: pd.DataFrame,
    quarter: str,
    least: float = 0.5,
    by: str = "region",
    names: dict[str, str] | None = None,
    words: Words = ENGLISH,
) -> Axes:
    """Draw the deals between states.

    Parameters
    ----------
    table
        Rows of ``world.csv``: ``a, b, probability, depth, replicates``; deals of other actors
        are not drawn.
    ax
        Where to draw; :data:`SIZE` suits it.
    states
        Rows of ``states.csv``: ``id, camp, region, bloc``.
    quarter
        When.
    least
        Least probability of a deal drawn; states without such a deal are left out.
    by
        What markers and colours tell: ``region``, or ``camp`` by treaty.
    names
        Names of blocs by id.
    words
        Language.

    Returns
    -------
    Axes
        ``ax``.
    """
    states = states.fillna({"region": "", "bloc": ""})
    known = set(states["id"])
    drawn = table.loc[table["a"].isin(known) & table["b"].isin(known) & (table["probability"] >= least)]
    present = states.loc[states["id"].isin(set(drawn["a"]) | set(drawn["b"]))]
    present = present.sort_values(["region", "bloc", "camp", "id"], kind="stable").reset_index(drop=True)
    angle = angles(present)
    at = {name: np.array([np.cos(turn), np.sin(turn)]) for name, turn in zip(present["id"], angle, strict=True)}
    depth = drawn["depth"] / drawn["probability"]
    for a, b, rungs in zip(drawn["a"], drawn["b"], depth, strict=True):
        curve = Path([tuple(at[a]), (0.0, 0.0), tuple(at[b])], [Path.MOVETO, Path.CURVE3, Path.CURVE3])
        line = PathPatch(curve, fill=False, edgecolor=INK, alpha=0.3, lw=_WIDTH_OF_A_RUNG * rungs, zorder=1)
        line.set_gid(f"deal-{a}-{b}")
        ax.add_patch(line)
    for (_, state), turn in zip(present.iterrows(), angle, strict=True):
        x, y = at[state["id"]]
        colour, marker = _LOOKS[by][0][state[by]], _MARKERS[by][state[by]]
        ax.plot(x, y, marker=marker, ms=6, color=colour, mec=INK, zorder=3)
        _around(ax, str(state["id"]), turn, 1.03, 6.5)
    _blocs(ax, present, angle, names or {})
    ax.set_xlim(-_REACH, _REACH)
    ax.set_ylim(-_REACH, _REACH)
    ax.set_aspect("equal")
    ax.set_axis_off()
    ax.set_title(words.line(words("Deals between states in {quarter}", quarter=words.quarter(quarter))))
    _legend(ax, set(present[by]), by, words)
    shown = words("Shown: probability of {share} or more.", share=words.share(least))
    counted = words("States: {states} of {all}; deals: {deals}.", states=words.number(len(present)),
                    all=words.number(len(states)), deals=words.number(len(drawn)))  # fmt: skip
    order = words("Round the circle: continent, then the largest regional bloc of each state.")
    count = int(table["replicates"].max()) if len(table) else 0
    note(ax, f"{replicates(count, words)} {shown} {counted}\n{order}", words)
    return ax


def angles(present: pd.DataFrame) -> np.ndarray:
    """Where each state stands round a circle, in radians from the top clockwise, with a gap between blocs.

    Parameters
    ----------
    present
        Columns ``region`` and ``bloc``, in the order of the circle.
    """
    place = np.arange(len(present), dtype=float)
    groups = present["region"] + "/" + present["bloc"]
    place += _GAP * np.concatenate([[0], np.cumsum(groups.to_numpy()[1:] != groups.to_numpy()[:-1])])[: len(place)]
    return np.pi / 2 - 2 * np.pi * place / (place[-1] + 1 + _GAP) if len(place) else place


def _around(ax: Axes, text: str, turn: float, radius: float, size: float) -> None:
    """A text that points away from the middle and is never upside down."""
    degrees = np.degrees(turn) % 360
    left = 90 < degrees < 270
    ax.text(radius * np.cos(turn), radius * np.sin(turn), text, fontsize=size, rotation_mode="anchor", va="center",
            rotation=degrees - 180 if left else degrees, ha="right" if left else "left")  # fmt: skip


def _blocs(ax: Axes, present: pd.DataFrame, angle: np.ndarray, names: dict[str, str]) -> None:
    groups = present["region"] + "/" + present["bloc"]
    for group in dict.fromkeys(groups):
        inside = (groups == group).to_numpy()
        bloc = group.split("/", 1)[1]
        if not bloc:
            continue
        arc = np.linspace(angle[inside].max(), angle[inside].min(), 20)
        ax.plot(_LABEL * np.cos(arc), _LABEL * np.sin(arc), color=FAINT, lw=1.5)
        text = "\n".join(textwrap.wrap(names.get(bloc, bloc.replace("_", " ")), _NAME))
        _around(ax, text, float(arc.mean()), _LABEL + 0.03, 7.5)


def _legend(ax: Axes, groups: set[str], by: str, words: Words) -> None:
    colours, names = _LOOKS[by]
    keys = [
        Line2D([], [], ls="", marker=_MARKERS[by][g], ms=7, color=colour, mec=INK, label=words.line(words(names[g])))
        for g, colour in colours.items()
        if g in groups
    ]
    keys += [
        Line2D([], [], color="#777777", lw=_WIDTH_OF_A_RUNG * rung, label=words.line(words(name)))
        for rung, name in DEPTH.items()
    ]
    ax.legend(handles=keys, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=4)
