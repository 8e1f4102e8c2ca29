"""The actors of one kind as a mapping by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from simulation.actors.base import Actor
from simulation.errors import ModelError

if TYPE_CHECKING:
    from simulation.actors.host import Host


class ActorView(Mapping[str, Actor]):
    """The actors of one kind, by id; an unknown id is answered with the nearest one."""

    def __init__(self, model: Host, kind: str):
        self._model, self._kind = model, kind

    def __getitem__(self, actor_id: str) -> Actor:
        actor = self._model.actor(actor_id)
        if actor.kind != self._kind:
            raise ModelError(f"{actor_id} is a {actor.kind}, not a {self._kind}")
        return actor

    def __contains__(self, actor_id: object) -> bool:
        return actor_id in tuple(self)  # asking is no mistake, taking is

    def __iter__(self) -> Iterator[str]:
        return (actor.id for actor in self._model.actors if actor.kind == self._kind)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<{len(self)} actors of kind {self._kind}>"
