"""What an actor may ask of the model it lives in: a small protocol, so that actors never import the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from simulation.actors.base import Actor
    from simulation.actors.hooks import Hooks
    from simulation.processes.value import View, Weights
    from simulation.scenario.parameters import Parameters
    from simulation.scenario.quarter import Quarter
    from simulation.state import State


class Host(Protocol):
    """A model, as seen by its actors."""

    state: State
    parameters: Parameters
    weights: Weights
    view: View
    hooks: Hooks
    names: tuple[str, ...]
    actors: tuple[Actor, ...]

    @property
    def quarter(self) -> Quarter: ...

    def index(self, actor_id: str) -> int: ...

    def actor(self, actor_id: str) -> Actor: ...
