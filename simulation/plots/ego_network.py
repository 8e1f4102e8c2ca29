"""Partner network of one actor: who, on which track, how deep, how likely."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from simulation.plots.style import (
    CAMP_COLOUR,
    CAMP_NAME,
    INK,
    KIND_MARKER,
    TRACK_LOOK,
    note,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PARTNERS = 28  # more labels than this do not fit on one page at a readable size
_WIDTH_OF_A_RUNG = 1.6  # points
_LONGEST_NAME = 30  # characters
_DEPTHS = {1: "memorandum", 2: "programme", 3: "binding"}


def draw_ego_network(
    table: pd.DataFrame, ax: Axes, *, focal: str, quarter: str, least: float = 0.25, label: str = ""
) -> Axes:
    """Draw the partners of an actor around it.

    Partners stand on two sides of an ellipse at equal vertical distances, ordered by kind,
    camp and probability, so labels cannot overlap and equal tables give equal pictures.

    Parameters
    ----------
    table
        Rows of ``ties.csv``: ``partner, name, kind, camp, track, probability, depth_if_any``.
    ax
        Where to draw.
    focal
        Name of the actor in the middle.
    quarter
        When.
    least
        Least probability of a deal, over all tracks, of a partner shown.
    label
        What a probability is.

    Returns
    -------
    Axes
        ``ax``.
    """
    chosen, left_out = _choose(table, least)
    places = _places(len(chosen))
    for (_, node), (x, y) in zip(chosen.iterrows(), places, strict=True):
        _draw_edges(ax, table.loc[table["partner"] == node["partner"]], x, y, least)
        _draw_node(ax, node, x, y)
    ax.plot(0, 0, marker="o", ms=30, color="white", mec=INK, mew=2, zorder=4)
    ax.text(0, 0, focal, ha="center", va="center", fontweight="bold", fontsize=9, zorder=5)
    ax.set_xlim(-2.15, 2.15)
    ax.set_ylim(-1.12, 1.12)
    ax.set_axis_off()
    ax.set_title(f"Partners of {focal}, {quarter}: probability of a deal")
    _legend(ax, chosen, table)
    count = int(table["replicates"].max()) if len(table) else 0
    rest = f" {left_out} less likely partners not shown." if left_out else ""
    note(ax, f"{count} replicates. {label}. Shown: probability at least {least:.0%}.{rest}")
    return ax


def _choose(table: pd.DataFrame, least: float) -> tuple[pd.DataFrame, int]:
    """Partners shown, a row each with its probability over all tracks; and how many are not."""
    groups = table.groupby("partner", sort=True)
    nodes = groups[["name", "kind", "camp"]].first()
    nodes["probability"] = groups["probability"].sum()
    nodes = nodes.fillna({"camp": ""}).reset_index()
    likely = nodes.loc[nodes["probability"] >= least]
    likely = likely.sort_values(["probability", "partner"], ascending=[False, True]).head(MOST_PARTNERS)
    order = {name: place for place, name in enumerate([*KIND_MARKER, *CAMP_COLOUR])}
    shown = likely.sort_values(
        ["kind", "camp", "probability", "partner"],
        key=lambda column: column.map(order) if column.name in ("kind", "camp") else (
            -column if column.name == "probability" else column
        ),
    )
    return shown, len(nodes) - len(shown)


def _places(count: int) -> list[tuple[float, float]]:
    """Points clockwise from the top: right side downwards, then left side upwards."""
    right = (count + 1) // 2
    sides = []
    for size, sign in ((right, 1.0), (count - right, -1.0)):
        heights = np.linspace(1, -1, size) if size > 1 else np.zeros(size)
        sides.append([(sign * (0.35 + 0.75 * np.sqrt(1 - 0.9 * y * y)), float(y)) for y in heights])
    return sides[0] + sides[1][::-1]


def _draw_edges(ax: Axes, rows: pd.DataFrame, x: float, y: float, least: float) -> None:
    likely = rows.loc[rows["probability"] >= min(least, float(rows["probability"].max()))]
    for place, (_, row) in enumerate(likely.iterrows()):
        colour, line, _ = TRACK_LOOK[row["track"]]
        shift = 0.025 * (place - (len(likely) - 1) / 2)
        width = _WIDTH_OF_A_RUNG * row["depth_if_any"]
        ax.plot([0, x], [shift, y + shift], color=colour, ls=line, lw=width, alpha=0.85, zorder=1)


def _draw_node(ax: Axes, node: pd.Series, x: float, y: float) -> None:
    ax.plot(
        x, y, marker=KIND_MARKER[node["kind"]], ms=10, color=CAMP_COLOUR[node["camp"]], mec=INK, mew=0.8, zorder=3
    )
    name = str(node["name"])
    name = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1].rstrip() + "…"
    side = 1 if x > 0 else -1
    ax.text(
        x + side * 0.07,
        y,
        f"{name}  {node['probability']:.2f}" if side > 0 else f"{node['probability']:.2f}  {name}",
        ha="left" if side > 0 else "right",
        va="center",
        fontsize=8.5,
    )


def _legend(ax: Axes, chosen: pd.DataFrame, table: pd.DataFrame) -> None:
    """Keys of what is in the picture, below it."""
    tracks = [track for track in TRACK_LOOK if track in set(table["track"])]
    marks = [
        Line2D([], [], color=TRACK_LOOK[t][0], ls=TRACK_LOOK[t][1], lw=2.5, label=t.replace("_", "-"))
        for t in tracks
    ]
    marks += [
        Line2D([], [], color="#777777", lw=_WIDTH_OF_A_RUNG * rung, label=name) for rung, name in _DEPTHS.items()
    ]
    marks += [
        Line2D([], [], ls="", marker=KIND_MARKER[k], ms=8, color="white", mec=INK, label=k.replace("_", " "))
        for k in KIND_MARKER
        if k in set(chosen["kind"])
    ]
    marks += [
        Line2D([], [], ls="", marker="o", ms=8, color=CAMP_COLOUR[c], mec=INK, label=CAMP_NAME[c])
        for c in CAMP_COLOUR
        if c in set(chosen["camp"])
    ]
    ax.legend(
        handles=marks, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=5, fontsize=8.5, handlelength=3.2
    )
