"""What the browser is sent to draw: places that never move, and the lines and colours of one quarter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from simulation.app.live import Frame, Live
from simulation.display.ego_network import angles
from simulation.display.style import REGION_COLOUR
from simulation.display.tile_map import places
from simulation.display.words.language import Words
from simulation.display.words.terms import KIND, METRIC, N_, REGION, UNIT, name_of
from simulation.experiments.engine.labels import Facts
from simulation.outcomes.metrics import METRICS
from simulation.state import KINDS

SHOWN: Mapping[str, str] = {
    "deals": N_("Number of partners"),
    "trust": N_("Its trust in each other state"),
    "trusted": N_("Trust of each other state in it"),
    "capacity": N_("Governance capacity"),
    "incidents": N_("AI incidents since the start"),
}
"""What the map can show of each state; trust is that of the chosen actor."""
_SHARES = ("trust", "trusted", "capacity")
_INNER = 0.56
"""Radius of the ring of actors that are no states, of the states' one."""
_GAP = 2.0  # places between two kinds
_DIGITS = 3


def layout(live: Live, facts: Facts, words: Words) -> dict[str, Any]:
    """Who stands where: states round a circle by continent and bloc, the others on a ring inside, tiles on the map.

    Coordinates of the network are in units of its radius, y downwards; angles in radians, y upwards.
    """
    known = facts.actors.set_index("id")
    states = facts.states.fillna({"region": "", "bloc": ""})
    states = states.sort_values(["region", "bloc", "camp", "id"], kind="stable").reset_index(drop=True)
    turn = dict(zip(states["id"], angles(states["region"] + "/" + states["bloc"]).tolist(), strict=True))
    inner = known.loc[[name for name in live.model.state.ids if name not in turn]]
    turn_inside = _inside(inner)
    tiles = places()
    nodes = []
    for row, name in enumerate(live.model.state.ids):
        outside = name in turn
        angle, radius = (turn[name], 1.0) if outside else (turn_inside[name], _INNER)
        region = str(known["region"][name] or "")
        node = {
            "id": name, "name": words.actor(name, str(known["name"][name])), "kind": KINDS[live.model.state.kind[row]],
            "colour": REGION_COLOUR[region], "angle": round(angle, 4), "radius": radius,
        }  # fmt: skip
        if name in tiles.index:
            node["tile"] = [int(tiles["column"][name]), int(tiles["row"][name])]
        nodes.append(node)
    return {
        "nodes": nodes, "first": live.first, "last": live.last,
        "regions": [[words(REGION[name]), colour] for name, colour in REGION_COLOUR.items()],
        "arcs": _arcs(states, turn, words),
        "rings": _middles(inner, turn_inside), "kinds": {kind: name_of(KIND, kind, words) for kind in KINDS},
    }  # fmt: skip


def _inside(actors: pd.DataFrame) -> dict[str, float]:
    """Angles of actors that are no states, kind by kind, by the continent of their home."""
    ordered = actors.reset_index().sort_values(["kind", "region", "id"], kind="stable").reset_index(drop=True)
    return dict(zip(ordered["id"], angles(ordered["kind"], _GAP).tolist(), strict=True))


def _middles(actors: pd.DataFrame, turn: Mapping[str, float]) -> dict[str, float]:
    """The middle of the arc of each kind."""
    angle = actors.index.to_series().map(turn).groupby(actors["kind"])
    return {str(kind): round(float(middle), 4) for kind, middle in ((angle.max() + angle.min()) / 2).items()}


def _arcs(states: pd.DataFrame, turn: Mapping[str, float], words: Words) -> list[dict[str, Any]]:
    """A continent's arc of the circle, from its first state to its last."""
    found = []
    for region, ids in states.groupby("region", sort=False)["id"]:
        own = [turn[name] for name in ids]
        name = words(REGION[str(region)])
        found.append({"name": name, "from": max(own), "to": min(own), "colour": REGION_COLOUR[str(region)]})
    return found


def quarter(live: Live, number: int, actor: str, shown: str) -> dict[str, Any]:
    """Lines of the network and colours of the map at a frame."""
    frame = live.frame(number)
    row = live.model.index(actor)
    values = of_map(frame, row, shown)
    own = shown.startswith("trust")
    states = live.model.state.s
    drawn = [None if own and k == row else round(float(values[k]), _DIGITS) for k in range(states)]
    top = 1.0 if shown in _SHARES else max(1.0, max((value for value in drawn if value is not None), default=1.0))
    return {
        "k": number, "edges": frame.edges[:, :3].ravel().tolist(), "actor": row, "values": drawn, "top": top,
        "counts": frame.deals().astype(int).tolist(),
    }  # fmt: skip


def of_map(frame: Frame, row: int, shown: str) -> Any:
    """(n,) values of a map of :data:`SHOWN`."""
    if shown == "trust":
        return frame.trust[row]
    if shown == "trusted":
        return frame.trust[:, row]
    return frame.deals() if shown == "deals" else getattr(frame, shown)


def headline(
    live: Live, number: int, before: Mapping[str, list[float]], words: Words
) -> list[dict[str, Any]]:
    """Headline metrics of the focal state up to a frame, each beside the path before the last change."""
    result = []
    for name, path in live.paths().items():
        own = path[: number + 1]
        earlier = before.get(name, [])
        difference = own[-1] - earlier[number] if len(earlier) > number else None
        digits = 0 if METRICS[name].unit in ("partners", "deals") else 2
        result.append({
            "name": name, "label": name_of(METRIC, name, words), "unit": name_of(UNIT, METRICS[name].unit, words),
            "path": own, "before": earlier, "value": words.number(own[-1], digits),
            "change": "" if difference is None else words.signed(difference, digits),
        })  # fmt: skip
    return result
