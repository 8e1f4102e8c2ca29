"""Names of actors: what is wrong with one, whom it may mean, and who is a state's peer."""

from __future__ import annotations

import numpy as np

from simulation.arithmetic import LOG_2, log
from simulation.data.actor_advice import unknown_actor
from simulation.data.tables import table
from simulation.data.world import World
from simulation.state import KINDS

PEERS = 5
OTHER_SUBREGION, OTHER_CONTINENT = 1.0, 2.0
"""Distance to a state outside the subregion or continent, in doublings of the product."""


class ActorNames:
    """Actors of one world by id."""

    def __init__(self, world: World):
        self.world = world
        self._place = {name: index for index, name in enumerate(world.ids)}

    def problem(self, name: str, kind: str = "") -> str:
        """What is wrong with an id where an actor of a kind is wanted; an empty string if nothing is.

        Parameters
        ----------
        name
            As written.
        kind
            One of :data:`KINDS` (``state`` includes the EU), ``member`` for UN members only, or
            nothing for any actor.
        """
        index = self._place.get(name)
        if index is None:
            return self._unknown(name, kind)
        result = KINDS[self.world.kind[index]]
        if kind == "member" and not self.world.un_member[index]:
            return f"{name!r} ({self.world.names[index]}) is not a UN member state"
        if kind not in ("", "member", result):
            return f"{name!r} is of the kind {result}; the kind {kind} is wanted here"
        return ""

    def _unknown(self, name: str, kind: str) -> str:
        row = next((row for row in table("nonstate") if row["id"] == name), None)
        if row is not None and kind in ("member", "state"):
            return f"{name!r} is a {row['kind'].replace('_', ' ')}, not a state"
        if row is not None and row["founded"] and int(row["founded"]) > self.world.as_of.year:
            return f"{name!r} is not yet founded on {self.world.as_of}"
        if row is not None:
            return f"{name!r} is in the full roster only; add `roster: full`"
        if kind == "member":
            members = zip(self.world.ids, self.world.un_member, strict=True)
            return unknown_actor(name, [id for id, member in members if member], "ISO 3166 alpha-3 code of a UN member")
        return unknown_actor(name, self.world.ids, "actor of this world")


def default_peers(world: World, focal: str) -> tuple[str, ...]:
    """The five UN members nearest to a state in size and region.

    The distance is the number of doublings between the products, plus 1 for another subregion of
    the same continent or 2 for another continent (an assumption); ties go by id.
    """
    here = world.ids.index(focal)
    doublings = np.abs(log(world.gdp_usd / world.gdp_usd[here])) / LOG_2

    def distance(index: int) -> float:
        if world.region[index] != world.region[here]:
            return doublings[index] + OTHER_CONTINENT
        return doublings[index] + (OTHER_SUBREGION if world.subregion[index] != world.subregion[here] else 0.0)

    others = [index for index, member in enumerate(world.un_member) if member and index != here]
    nearest = sorted(others, key=lambda index: (distance(index), world.ids[index]))[:PEERS]
    return tuple(world.ids[index] for index in nearest)
