"""How the factors of joining (C.7) look for one text on one day, without running the model.

A :class:`Text` is what an instrument file says about a text. :func:`setting` reads the world of a
day and calls the same compiled function that drives joining in a run
(:func:`simulation.processes.instruments.joining_factors`), so that a weight fitted here means the
same there. Peers and neighbours change while states join: their matrices come along.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from simulation.data.tables import table
from simulation.data.world import World, load_world
from simulation.processes.affinity import affinity_matrix
from simulation.processes.instruments import CENTRED, FACTORS, joining_factors
from simulation.processes.reach import habits, peer_weights
from simulation.scenario.parameters import Parameters
from simulation.state import DOMAINS, B, F

MOVING = ("peers", "neighbours")
"""Factors that change while states join."""
STATIC = tuple(FACTORS[f] for f in CENTRED)
"""Factors fixed when a text opens, counted from their mean over the eligible."""


@dataclass(frozen=True)
class Text:
    """A text as a forecast knows it: who convenes, when, about what, how binding, for whom, how open.

    ``sponsors`` are ids of states, organisations or blocs; ``eligible`` ids in any order;
    ``joined`` is None where nothing is known of who is in.
    """

    id: str
    opens: date
    sponsors: tuple[str, ...] = ()
    eligible: tuple[str, ...] = ()
    binding: bool = False
    domain: str = "civil"
    exclusive: bool = False
    closes: date | None = None
    position: tuple[float, ...] | None = None
    joined: tuple[str, ...] | None = None
    track: str = "multilateral"


@dataclass(frozen=True)
class Setting:
    """What decides on joining a text, for its eligible states in the order of ``ids``.

    Attributes
    ----------
    static
        float64[e, len(STATIC)], each column counted from its mean.
    peers, neighbours
        float64[e, e], rows sum to 1 or 0: times the vector of who is in gives the factor.
    joined
        bool[e].
    """

    text: Text
    ids: tuple[str, ...]
    static: F
    peers: F
    neighbours: F
    joined: B


@lru_cache(maxsize=64)
def world_on(day: date) -> World:
    """The world of a day, kept: a backtest asks for the same day again and again."""
    return load_world(day)


def stands_for(name: str) -> str:
    """The bloc that a sponsoring organisation stands for, its own id for a bloc, else nothing."""
    blocs = {row["id"]: row["bloc"] for row in table("nonstate") if row["kind"] == "secretariat"}
    known = {row["id"] for row in table("blocs")}
    return blocs.get(name, name if name in known else "")


def convening(sponsors: tuple[str, ...], world: World) -> tuple[set[int], list[int]]:
    """Members of the convening organisations, and whose mean position a text has: states first."""
    members = {bloc.id: bloc.members for bloc in world.blocs}
    inside: set[int] = set()
    for name in sponsors:
        inside |= set(members.get(stands_for(name), ()))
    states = [world.ids.index(name) for name in sponsors if name in world.ids[: union(world) + 1]]
    everybody = len(inside) >= union(world)
    return (set() if everybody else inside), states or sorted(inside) or list(range(union(world)))


def union(world: World) -> int:
    """Index of the EU, which is also the number of states."""
    return int(np.flatnonzero(world.kind == 0)[-1])


def habit_of(world: World, without: frozenset[str] = frozenset()) -> F:
    """Habits from the lists known on the day, some left out; see :func:`habits`."""
    texts = [
        q for q in world.instruments
        if q.complete and not q.invitation_only and len(q.joined) < len(q.eligible) and q.id not in without
    ]  # fmt: skip
    eligible, joined = (np.zeros((len(texts), len(world)), bool) for _ in range(2))
    for q, text in enumerate(texts):
        eligible[q, list(text.eligible)] = True
        joined[q, [i for i, _ in text.joined]] = True
    return habits(eligible, joined, np.array([DOMAINS.index(q.domain) for q in texts], np.int8))


def setting(text: Text, day: date, without: frozenset[str] = frozenset()) -> Setting:
    """The factors of joining a text in the world of a day.

    Parameters
    ----------
    without
        Lists that must not enter habits: those of the family that is left out.
    """
    world = world_on(day)
    s, n = union(world) + 1, len(world)
    rows = np.array(sorted(world.ids.index(name) for name in text.eligible))
    house, stand = convening(text.sponsors, world)
    par = Parameters()
    member = np.zeros((len(world.blocs), s), bool)
    for k, bloc in enumerate(world.blocs):
        member[k, list(bloc.members)] = True
    weight = peer_weights(affinity_matrix(world.position[:s], world.weight[:s], par.affinity_width), member)
    position = text.position or tuple(world.position[stand].mean(axis=0))

    def marks(inside: object) -> B:
        out = np.zeros((1, n), bool)
        out[0, list(inside)] = True  # type: ignore[call-overload]
        return out

    columns = SimpleNamespace(
        position=world.position, weight=world.weight, size=world.size, capacity=world.capacity, kind=world.kind,
        urgency=np.zeros(n), norm=np.zeros(n, bool), effort=np.ones((n, 5)),
        habit=habit_of(world, without), trust_hat=world.trust_prior, quarter=0, opens=np.array([-1]),
        contiguous=np.ascontiguousarray(world.contiguous[:s, :s]), peer_weight=weight,
        instrument_position=np.array([position]), binding=np.array([text.binding]),
        instrument_regional=np.array([text.track == "regional"]),
        instrument_domain=np.array([DOMAINS.index(text.domain)], np.int8),
        instrument_house=marks(house),
        sponsor=marks([world.ids.index(name) for name in text.sponsors if name in world.ids]),
        eligible=marks(rows), joined=marks([]),
    )  # fmt: skip
    result = joining_factors(columns, par, np.array([True]))[0, rows][:, CENTRED]  # type: ignore[arg-type]
    ids = tuple(world.ids[i] for i in rows)
    inside = np.isin(ids, text.joined or ())
    static = result - result.mean(axis=0)
    return Setting(text, ids, static, _shares(weight, rows), _shares(world.contiguous, rows), inside)


def _shares(weight: NDArray[np.generic], rows: NDArray[np.int64]) -> F:
    """Weights among some states with rows that sum to 1, or to 0 where a state has nobody."""
    block = weight[np.ix_(rows, rows)].astype(float)
    total = block.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(block, total, out=np.zeros_like(block), where=total > 0))
