"""What an actor may ask of the model it lives in: a small protocol, so that actors never import the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from simulation.scenario.parameters import Parameters
    from simulation.scenario.quarter import Quarter
    from simulation.state import State


class Decisions(Protocol):
    """Who knows which actors decide something for themselves."""

    def note(self, actor: Any) -> None: ...

    def places(self) -> list[str]: ...


class Host(Protocol):
    """A model, as seen by its actors."""

    state: State
    parameters: Parameters
    names: tuple[str, ...]
    actors: tuple[Any, ...]

    @property
    def hooks(self) -> Decisions: ...

    @property
    def quarter(self) -> Quarter: ...

    def index(self, actor_id: str) -> int: ...

    def actor(self, actor_id: str) -> Any: ...
