"""Partner network of one actor: who, on which track, how deep, how likely."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from simulation.display.style import (
    CAMP_COLOUR,
    FAINT,
    INK,
    KIND_MARKER,
    REGION_COLOUR,
    TRACK_LOOK,
    figure_of,
    ink_on,
    line_spacing,
    note,
    replicates,
)
from simulation.display.words.language import ENGLISH, Words
from simulation.display.words.terms import CAMP, DEPTH, KIND, REGION, SOURCE, TRACK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection


MOST_PARTNERS = 30  # more labels than this do not fit on one page at a readable size
_LOOKS: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    # colour and name of each group; by kind the markers say it all
    "region": (REGION_COLOUR, REGION),
    "camp": (CAMP_COLOUR, CAMP),
    "kind": ({"": "#f2f2f2"}, {}),
}
_RUNG = 1.5  # points of line width
_NAME_WIDTH = 28  # characters a line of a label
_Key = Line2D | tuple[Artist, ...]
_NODE = 15.0  # points
_RING = 23.0  # points
_RINGS: Mapping[str, tuple[str, float]] = {"new": ("-", 2.2), "recorded": ("", 0.0), "drawn": (":", 1.4)}
"""Line style and width of the ring round a partner by where it comes from; none round one of the record."""
_HEIGHT_OF_A_LABEL = 0.4  # inches for two lines of text
_HEIGHT_OF_THE_REST = 2.8  # inches for title, key and note
_REST_AT_LEAST = 1.75  # inches that these take of any picture


def draw_ego_network(
    table: pd.DataFrame,
    ax: Axes,
    *,
    focal: str,
    quarter: str,
    least: float = 0.25,
    by: str = "region",
    label: str = "",
    words: Words = ENGLISH,
) -> Axes:
    """Draw the partners of an actor around it.

    Partners stand on two sides of an ellipse at equal vertical distances, ordered by kind,
    group and probability, so labels cannot overlap and equal tables give equal pictures.

    Parameters
    ----------
    table
        Rows of ``ties.csv``: ``partner, name, kind, camp, region, track, probability, depth_if_any,
        probability_any, probability_new, probability_recorded, probability_drawn``. A ring tells which of the
        last three is the greatest.
    focal
        Name of the actor in the middle.
    quarter
        When.
    least
        Least probability of a deal on any track of a partner shown.
    by
        What the colours tell: ``region`` of the partner's home, ``camp`` by treaty, or nothing beside the ``kind``.
    label
        What a probability is.
    """
    chosen, left_out = _choose(table, least, by)
    drawn: set[str] = set()
    for (_, node), (x, y) in zip(chosen.iterrows(), _places(len(chosen)), strict=True):
        drawn |= _draw_edges(ax, table.loc[table["partner"] == node["partner"]], x, y, least)
        _draw_node(ax, node, x, y, by, words)
    middle = {"boxstyle": "round,pad=0.6", "facecolor": "white", "edgecolor": INK, "linewidth": 1.6}
    ax.text(0, 0, words.line(textwrap.fill(focal, 18)), ha="center", va="center", weight="bold", bbox=middle, zorder=5)
    ax.set_xlim(-2.2, 2.2)
    reach = _reach(ax)
    ax.set_ylim(-reach, reach)
    ax.set_axis_off()
    when = words.quarter(quarter)
    title = words("{focal}: partners in {quarter}, with the probability of a deal", focal=focal, quarter=when)
    ax.set_title(words.line(title))
    _legend(ax, chosen, drawn, by, words)
    count = int(table["replicates"].max()) if len(table) else 0
    shown = words("Shown: probability of {share} or more.", share=words.share(least))
    if left_out:
        shown += " " + words("Not shown: {count} less likely.", count=words.number(left_out))
    text = [f"{replicates(count, words)} {label} {shown}"]
    if by == "camp":
        text.append(words("Camps: by treaty of alliance or union, not by closeness of positions."))
    note(ax, "\n".join(text), words)
    return ax


def network_height(table: pd.DataFrame, least: float = 0.25) -> float:
    """Height in inches at which the labels of :func:`draw_ego_network` stand clear of each other."""
    shown = min(MOST_PARTNERS, int((table.groupby("partner")["probability_any"].first() >= least).sum()))
    return _HEIGHT_OF_THE_REST + _HEIGHT_OF_A_LABEL * ((shown + 1) // 2)


def _reach(ax: Axes) -> float:
    """Height of the axis on each side of 0: partners stand at up to 1, and their rings need room."""
    room = 72 * (figure_of(ax).get_figheight() - _REST_AT_LEAST)
    ring = _RING + max(width for _, width in _RINGS.values())
    return max(1.1, room / (room - ring)) if room > 2 * ring else 2.0


def _choose(table: pd.DataFrame, least: float, by: str) -> tuple[pd.DataFrame, int]:
    """Partners shown, a row each with its probability of a deal on any track and its group; and how many are not."""
    groups = table.groupby("partner", sort=True)
    chances = {f"probability_{name}": name for name in _RINGS}
    nodes = groups[["name", "kind", "camp", "region", "probability_any", *chances]].first()
    nodes["source"] = nodes[list(chances)].idxmax(axis="columns").map(chances)
    nodes = nodes.rename(columns={"probability_any": "probability"}).fillna({"region": ""})
    nodes["group"] = "" if by == "kind" else nodes[by]
    nodes = nodes.reset_index().sort_values(["probability", "partner"], ascending=[False, True])
    likely = nodes.loc[nodes["probability"] >= least].head(MOST_PARTNERS)
    kind, group = (likely[name].map(list(order).index) for name, order in
                   (("kind", KIND_MARKER), ("group", _LOOKS[by][0])))  # fmt: skip
    shown = likely.assign(_kind=kind, _group=group).sort_values(["_kind", "_group"], kind="stable")
    return shown, len(nodes) - len(shown)


def _places(count: int) -> list[tuple[float, float]]:
    """Points clockwise from the top: right side downwards, then left side upwards."""
    right = (count + 1) // 2
    sides = []
    for size, sign in ((right, 1.0), (count - right, -1.0)):
        heights = np.linspace(1, -1, size) if size > 1 else np.zeros(size)
        sides.append([(sign * (0.45 + 0.6 * np.sqrt(1 - 0.9 * y * y)), float(y)) for y in heights])
    return sides[0] + sides[1][::-1]


def _draw_edges(ax: Axes, rows: pd.DataFrame, x: float, y: float, least: float) -> set[str]:
    likely = rows.loc[rows["probability"] >= min(least, float(rows["probability"].max()))]
    for place, (_, row) in enumerate(likely.iterrows()):
        colour, line, _ = TRACK_LOOK[row["track"]]
        shift = 0.04 * (place - (len(likely) - 1) / 2)
        width = _RUNG * row["depth_if_any"]
        ax.plot([0, x], [shift, y + shift], color=colour, ls=line, lw=width, alpha=0.85, zorder=1)
    return set(likely["track"])


def _draw_node(ax: Axes, node: pd.Series, x: float, y: float, by: str, words: Words) -> None:
    colour = _LOOKS[by][0][node["group"]]
    _ring(ax, [x], [y], node["source"], _RING)
    ax.plot(x, y, marker=KIND_MARKER[node["kind"]], ms=_NODE, color=colour, mec=INK, zorder=3, clip_on=False)
    if sign := _sign(by, node["group"]):
        ink = ink_on(colour)
        ax.text(x, y, sign, color=ink, ha="center", va="center", fontsize=6, weight="bold", zorder=4)
    name = words.actor(str(node["partner"]), str(node["name"]))
    lines = textwrap.wrap(name, _NAME_WIDTH, max_lines=2, placeholder="…")
    side = 1 if x > 0 else -1
    chance = words.share(node["probability"])
    first = side > 0 or words.right_to_left  # what is read first
    lines[0] = f"{lines[0]}  {chance}" if first else f"{chance}  {lines[0]}"
    text = words.line("\n".join(lines))
    ax.text(x + side * 0.12, y, text, ha="left" if side > 0 else "right", va="center", fontsize=9,
            linespacing=line_spacing(words))  # fmt: skip


def _ring(
    ax: Axes, x: Sequence[float], y: Sequence[float], source: str, size: float, label: str = ""
) -> PathCollection:  # fmt: skip
    """A ring of so many points round places, or round none for a key."""
    line, width = _RINGS[source]
    edge = INK if width else "none"
    return ax.scatter(x, y, s=size**2, facecolors="white", edgecolors=edge, linestyles=line or "-",
                      linewidths=width, zorder=2, label=label, clip_on=False)  # fmt: skip


def _sign(by: str, group: str) -> str:
    """What says the colour once more, for grey prints: a camp's letters, a region's number."""
    if by == "region" and group:
        return str(list(REGION_COLOUR).index(group) + 1)
    return group if by == "camp" and group != "none" else ""


def _legend(ax: Axes, chosen: pd.DataFrame, tracks: set[str], by: str, words: Words) -> None:
    """Keys of what is in the picture, below it: a column each for track, depth and where from, kind, group."""
    looks = {t: TRACK_LOOK[t] for t in TRACK_LOOK if t in tracks}
    kinds, groups, sources = (set(chosen[column]) for column in ("kind", "group", "source"))
    colours, names = _LOOKS[by]

    def said(names: Mapping[Any, str], key: Any) -> str:
        return words.line(words(names[key]))

    columns: list[list[_Key]] = [
        [Line2D([], [], color=c, ls=ls, lw=2.5, label=said(TRACK, t)) for t, (c, ls, _) in looks.items()],
        [*(Line2D([], [], color="#777777", lw=_RUNG * rung, label=said(DEPTH, rung)) for rung in DEPTH),
         *(_ringed(ax, source, said(SOURCE, source)) for source in _RINGS if source in sources)],
        [_mark(KIND_MARKER[k], "white", said(KIND, k)) for k in KIND_MARKER if k in kinds],
        [_mark("o", colours[g], f"{said(names, g)} {_sign(by, g)}".strip()) for g in names if g in groups],
    ]  # fmt: skip
    columns = [column for column in columns if column]
    rows = max(map(len, columns))
    filled = [key for column in columns for key in _pad(column, rows)]
    labels = [str((key[0] if isinstance(key, tuple) else key).get_label()) for key in filled]
    ax.legend(filled, labels, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=len(columns), handlelength=3.6)


def _mark(marker: str, colour: str, label: str) -> Line2D:
    return Line2D([], [], ls="", marker=marker, ms=9, color=colour, mec=INK, label=label)


def _ringed(ax: Axes, source: str, label: str) -> tuple[Artist, ...]:
    """Key of a ring: it and what it is round."""
    return _ring(ax, [], [], source, 14.0, label), _mark("o", "white", label)


def _pad(keys: Sequence[_Key], rows: int) -> list[_Key]:
    blank = [Line2D([], [], ls="", label=" ") for _ in range(rows - len(keys))]
    return [*keys, *blank]


# --- the world's cooperation network: states round a circle by bloc, marked by region or by camp


SIZE = (10.0, 10.5)
"""Inches at which it can be read."""
_MARKERS = {
    "region": {"Africa": "o", "America": "s", "Asia": "^", "Europe": "D", "Oceania": "v", "": "p"},
    "camp": {"EU": "o", "CN": "s", "US": "^", "none": "D"},
}
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
    """
    states = states.fillna({"region": "", "bloc": ""})
    known = set(states["id"])
    drawn = table.loc[table["a"].isin(known) & table["b"].isin(known) & (table["probability"] >= least)]
    present = states.loc[states["id"].isin(set(drawn["a"]) | set(drawn["b"]))]
    present = present.sort_values(["region", "bloc", "camp", "id"], kind="stable").reset_index(drop=True)
    groups = present["region"] + "/" + present["bloc"]
    angle = angles(groups)
    at = {name: np.array([np.cos(turn), np.sin(turn)]) for name, turn in zip(present["id"], angle, strict=True)}
    depth = drawn["depth"] / drawn["probability"]
    for a, b, rungs in zip(drawn["a"], drawn["b"], depth, strict=True):
        curve = Path([tuple(at[a]), (0.0, 0.0), tuple(at[b])], [Path.MOVETO, Path.CURVE3, Path.CURVE3])
        line = PathPatch(curve, fill=False, edgecolor=INK, alpha=0.3, lw=_WIDTH_OF_A_RUNG * rungs, zorder=1)
        line.set_gid(f"deal-{a}-{b}")
        line.set_in_layout(False)
        ax.add_artist(line)  # limits are set below: they need not be found anew for each
    for (_, state), turn in zip(present.iterrows(), angle, strict=True):
        x, y = at[state["id"]]
        colour, marker = _LOOKS[by][0][state[by]], _MARKERS[by][state[by]]
        ax.plot(x, y, marker=marker, ms=6, color=colour, mec=INK, zorder=3, in_layout=False)
        _around(ax, str(state["id"]), turn, 1.03, 6.5, in_layout=False)
    _blocs(ax, groups, angle, names or {})
    ax.set_xlim(-_REACH, _REACH)
    ax.set_ylim(-_REACH, _REACH)
    ax.set_aspect("equal")
    ax.set_axis_off()
    ax.set_title(words.line(words("Deals between states in {quarter}", quarter=words.quarter(quarter))))
    _world_legend(ax, set(present[by]), by, words)
    shown = words("Shown: probability of {share} or more.", share=words.share(least))
    counted = words("States: {states} of {all}; deals: {deals}.", states=words.number(len(present)),
                    all=words.number(len(states)), deals=words.number(len(drawn)))  # fmt: skip
    order = words("Round the circle: continent, then the largest regional bloc of each state.")
    count = int(table["replicates"].max()) if len(table) else 0
    note(ax, f"{replicates(count, words)} {shown} {counted}\n{order}", words)
    return ax


def angles(groups: pd.Series, gap: float = _GAP) -> np.ndarray:
    """Where each actor stands round a circle, in radians from the top clockwise.

    Parameters
    ----------
    groups
        Of each actor, in the order of the circle.
    gap
        Places left free between two groups.
    """
    place, names = np.arange(len(groups), dtype=float), groups.to_numpy()
    place += gap * np.concatenate([[0], np.cumsum(names[1:] != names[:-1])])[: len(place)]
    return np.pi / 2 - 2 * np.pi * place / (place[-1] + 1 + gap) if len(place) else place


def _around(ax: Axes, text: str, turn: float, radius: float, size: float, *, in_layout: bool = True) -> None:
    """A text that points away from the middle and is never upside down; out of the layout, if it surely has room."""
    degrees = np.degrees(turn) % 360
    left = 90 < degrees < 270
    ax.text(radius * np.cos(turn), radius * np.sin(turn), text, fontsize=size, rotation_mode="anchor", va="center",
            rotation=degrees - 180 if left else degrees, ha="right" if left else "left",
            in_layout=in_layout)  # fmt: skip


def _blocs(ax: Axes, groups: pd.Series, angle: np.ndarray, names: dict[str, str]) -> None:
    for group in dict.fromkeys(groups):
        inside = (groups == group).to_numpy()
        bloc = group.split("/", 1)[1]
        if not bloc:
            continue
        arc = np.linspace(angle[inside].max(), angle[inside].min(), 20)
        ax.plot(_LABEL * np.cos(arc), _LABEL * np.sin(arc), color=FAINT, lw=1.5)
        text = "\n".join(textwrap.wrap(names.get(bloc, bloc.replace("_", " ")), _NAME))
        _around(ax, text, float(arc.mean()), _LABEL + 0.03, 7.5)


def _world_legend(ax: Axes, groups: set[str], by: str, words: Words) -> None:
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
