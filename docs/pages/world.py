"""The page of the world: where every state stands, and how far to trust it.

Whom the page looks at more closely is data (``judged/described.csv``), so is the anchor that checks the map
(``judged/anchors.csv``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from docs.pages import NOTE
from simulation.data import columns, history, positions, texts
from simulation.data.facts import load_facts, load_trade
from simulation.data.roster import bloc_members
from simulation.data.tables import judged
from simulation.data.world import World, load_world
from simulation.state import CAMPS, DIMENSIONS

Floats = npt.NDArray[np.float64]

AS_OF = date(2024, 12, 31)
TOLERANCE = 0.15
NEIGHBOURS = 10
SHAKES, SHAKE_SEED = 200, 1
#: Ranges over which the constants of the map are shaken.
POOLED, RIDGE, PULL = (0.0, 0.6), (0.05, 0.2), (0.0, 0.3)


def distance(one: Floats, other: Floats) -> Floats:
    """Root mean square distance over the four dimensions."""
    return np.asarray(np.sqrt(np.mean((one - other) ** 2, axis=-1)))


def nearest(world: World, state: int, place: Floats | None = None) -> list[tuple[int, float]]:
    """The nearest other states with their distance, nearest first."""
    points = world.position[: world.un_member.sum()] if place is None else place
    away = distance(points, points[state])
    order = [int(index) for index in np.argsort(away, kind="stable") if index != state]
    return [(index, float(away[index])) for index in order[:NEIGHBOURS]]


def camp(world: World, state: int) -> str:
    """The leader a state is bound to by treaty, a dash for the non-aligned."""
    code = int(world.camp[state])
    return CAMPS[code] if code >= 0 else "–"


def effective_number(points: Floats) -> float:
    """Effective number of dimensions: (Σλ)²/Σλ² over the eigenvalues of the correlation matrix."""
    values = np.linalg.eigvalsh(np.corrcoef(points.T))
    return float(values.sum() ** 2 / (values**2).sum())


def shaken(as_of: date) -> Floats:
    """Positions of the states under random weights and constants of the map.

    Returns
    -------
    Floats
        float64[200, 193, 4]: each weight times its own uniform factor between .5 and
        1.5, each constant uniform in its range.
    """
    facts = load_facts(as_of)
    place = {code: index for index, code in enumerate(facts.iso3)}
    members = bloc_members("EU", as_of, place)
    shares, with_union = columns.trade_shares(load_trade(as_of, []), members)
    given = columns.state_features(facts, place, shares, with_union, texts.known_joins(as_of))
    stand = columns.ground(facts, place, members, history.load_blocs(as_of, place))
    random = np.random.default_rng(SHAKE_SEED)
    runs = []
    for _ in range(SHAKES):
        indexes = {dimension: {name: weight * random.uniform(0.5, 1.5) for name, weight in parts.items()}
                   for dimension, parts in positions.INDEXES.items()}
        constants = positions.Constants(*(random.uniform(*bounds) for bounds in (POOLED, RIDGE, PULL)))
        runs.append(positions.map_positions(given, stand, indexes, constants).positions[:-1])
    return np.array(runs)


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    return [_row(head), _row(["---"] * len(head)), *(_row(row) for row in rows), ""]


def _point(values: Floats) -> str:
    return ", ".join(f"{value:.2f}" for value in values)


def _checks(world: World) -> Iterator[str]:
    yield "## Checks against the anchors\n"
    rows = []
    for role in ("leader", "check"):
        for name, anchor in positions.anchors(role).items():
            place = world.position[world.index(name)]
            rows.append([name, role, _point(anchor), _point(place), f"{distance(place, anchor):.3f}"])
    yield from _table(["actor", "role", "anchor", "map", "RMS"], rows)
    yield ("The three leaders fix the map and sit on their anchors by construction; only the last row tests "
           f"it (tolerance {TOLERANCE}). The order is {', '.join(DIMENSIONS)}.\n")


def _map(world: World) -> Iterator[str]:
    yield "## What drives the map\n"
    rows = [[dimension, ", ".join(f"{'−' if weight < 0 else '+'}{abs(weight):g} {name}"
                                  for name, weight in positions.INDEXES[dimension].items())]
            for dimension in DIMENSIONS]
    yield from _table(["dimension", "index (weights, assumption)"], rows)
    constants = positions.Constants()
    yield (f"A share of {constants.pooled_share:g} of an index is the mean of the state's regional partners, "
           f"the slope through the leaders is a ridge line ({constants.ridge:g}), what it leaves at the "
           f"leaders is spread by resemblance, and trade pulls by {constants.trade_pull:g}. Formulas: "
           "`simulation/data/positions.py`. Which figures enter, and the constants, were settled among some "
           "dozens of variants by a look at the check row and the nearest states below: neither is an "
           "independent test.\n")
    points = world.position[: world.un_member.sum()]
    matrix = np.atleast_2d(np.corrcoef(points.T))
    yield "## Correlations over the 193 states\n"
    yield from _table(["", *DIMENSIONS],
                      [[name, *(f"{value:.2f}" for value in line)]
                       for name, line in zip(DIMENSIONS, matrix, strict=True)])
    yield (f"Effective number of independent dimensions: {effective_number(points):.1f}. The four axes are "
           "four readings of hardly more than two facts, so a difference along one of them alone says "
           "little. Spread (standard deviation) by axis: "
           + ", ".join(f"{name} {value:.2f}" for name, value in
                       zip(DIMENSIONS, points.std(axis=0), strict=True)) + ".\n")


def _neighbours(world: World, runs: Floats) -> Iterator[str]:
    yield "## Nearest states\n"
    yield ("RMS distance in the issue space; in brackets how often the state is among the ten nearest "
           f"when the map is shaken ({SHAKES} draws): every weight by a factor between .5 and 1.5, the "
           f"pooled share between {POOLED[0]:g} and {POOLED[1]:g}, the ridge between {RIDGE[0]:g} and "
           f"{RIDGE[1]:g}, the pull of trade between {PULL[0]:g} and {PULL[1]:g}.\n")
    rows = []
    for line in judged("described"):
        state = world.index(line["iso3"])
        often = np.zeros(runs.shape[1])
        for run in runs:
            often[[index for index, _ in nearest(world, state, run)]] += 1
        found = [f"{world.names[index]} {away:.3f} ({often[index] / len(runs):.0%})"
                 for index, away in nearest(world, state)]
        rows.append([f"{world.names[state]}, {line['reason']}", "; ".join(found)])
    yield from _table(["state", "ten nearest"], rows)
    moved = distance(runs, world.position[: runs.shape[1]])
    named = [line["iso3"] for line in judged("described")]
    own = float(np.median(world.position_sd[world.un_member]))
    yield (f"Shaking the map moves a state by {np.median(moved):.3f} (median; 95 % of moves are under "
           f"{np.quantile(moved, 0.95):.3f}): "
           + ", ".join(f"{name} {np.median(moved[:, world.index(name)]):.3f}" for name in named)
           + f". The uncertainty that the model carries, `position_sd`, is {own:.2f} (median), more than the "
           "distance between neighbours: their ranking is a plausibility check, not a finding.\n")


def _states(world: World) -> Iterator[str]:
    yield "## All states\n"
    yield ("sd: uncertainty of the position per dimension; m: size; K: governance capacity; T: transparency; "
           "camp: by treaty (`camps.csv`).\n")
    rows = []
    for state in range(int(world.un_member.sum()) + 1):
        place = [f"{value:.2f}" for value in world.position[state]]
        rows.append([world.ids[state], world.names[state], *place,
                     f"{world.position_sd[state]:.2f}", f"{world.size[state]:.2f}",
                     f"{world.capacity[state]:.2f}", f"{world.transparency[state]:.2f}", camp(world, state)])
    yield from _table(["id", "name", *DIMENSIONS, "sd", "m", "K", "T", "camp"], rows)


def world_page(as_of: date = AS_OF) -> str:
    """The page as Markdown."""
    world = load_world(as_of)
    lines = [
        f"# The world on {as_of}\n",
        NOTE,
        "Where every figure comes from is in [SOURCES.md](../../simulation/data/SOURCES.md). Positions are computed by "
        "one map for all states from UN votes, "
        "democracy, rule of law, regulation, trade and treaties; they say how a state "
        "is likely to lean on AI governance, not what it has declared.\n",
        *_checks(world), *_map(world), *_neighbours(world, shaken(as_of)),
        "## What was filled or taken from a later year\n",
        *(f"- {note}" for note in world.notes), "", *_states(world),
    ]
    return "\n".join(lines).rstrip() + "\n"

