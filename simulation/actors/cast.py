"""Who is played by a class of the user's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from simulation.actors.base import Actor
from simulation.actors.kinds import NGO, Firm, Influencer, Secretariat, StateActor, ThinkTank
from simulation.actors.rules import check_defaults, users_classes
from simulation.data.actor_advice import advice_on
from simulation.data.country_names import resolve
from simulation.errors import ModelError, WifaqError, is_own_fault
from simulation.source_code import class_hash, failing_line, hash_lines, place_of
from simulation.state import KINDS

if TYPE_CHECKING:
    from simulation.actors.host import Host

BY_KIND: dict[str, type[Actor]] = {
    cls.kind: cls for cls in (StateActor, Firm, ThinkTank, NGO, Influencer, Secretariat)
}
"""The shipped class of each kind."""


def deciders(hook: str) -> list[type[Actor]]:
    """The shipped classes that take a decision, states first."""
    return [cls for cls in BY_KIND.values() if hasattr(cls, hook)]


def whose(hook: str) -> str:
    """Who takes a decision, in words."""
    kinds = [f"{cls.kind.replace('_', ' ')}s" for cls in deciders(hook)]
    return "every actor" if len(kinds) == len(KINDS) else ", ".join(kinds).replace("ngos", "NGOs")


Cast = Mapping[str, type[Actor]]
"""Replacement classes by actor id or by kind; the id goes before the kind."""


def classes(ids: Sequence[str], kinds: Iterable[int], cast: Cast) -> list[type[Actor]]:
    """The class of each actor of a world.

    Parameters
    ----------
    ids, kinds
        Id and index into ``KINDS`` of each actor.
    cast
        Replacement classes.

    Raises
    ------
    ModelError
        For an unknown id or kind, a class that is not of the actor's kind, or a shipped class
        that was changed.
    """
    for cls in BY_KIND.values():
        check_defaults(cls)
    if not isinstance(cast, Mapping):
        raise ModelError(f"actors= takes a mapping of classes by actor id or by kind, not {cast!r}")
    for name in cast:
        if name not in KINDS and resolve(str(name), ids) not in ids:
            raise ModelError(f"no actor or kind {name!r}; {advice_on(str(name), [*KINDS, *ids])}")
    cast = {resolve(name, ids): cls for name, cls in cast.items()}
    result = []
    for name, code in zip(ids, kinds, strict=True):
        kind = KINDS[code]
        cls = cast.get(name, cast.get(kind, BY_KIND[kind]))
        if not (isinstance(cls, type) and issubclass(cls, BY_KIND[kind])):
            called = getattr(cls, "__name__", repr(cls))
            raise ModelError(f"{called} cannot play {name}: it must be a {BY_KIND[kind].__name__}")
        result.append(cls)
    return result


def play(cls: type[Actor], model: Host, row: int) -> Actor:
    """An actor of a class of the user's.

    Raises
    ------
    ModelError
        If it cannot be made, with the line at fault.
    """
    text = f"{cls.__name__}.__init__ of {model.state.ids[row]}"
    try:
        actor = cls(model, row)
    except WifaqError:
        raise
    except BaseException as error:  # a user's code may raise anything
        if not is_own_fault(error):
            raise
        place = failing_line(cls.__init__, error.__traceback__)
        raise ModelError(f"{place}{': ' if place else ''}{text} failed: {type(error).__name__}: {error}") from error
    if not {"id", "row"} <= vars(actor).keys():
        raise ModelError(f"{place_of(cls.__init__)}: {text} must call super().__init__(model, row) first")
    return actor


def cast_hashes(cast: Cast) -> dict[str, str]:
    """SHA-256 of what each class of a cast says, its user's bases included, for the manifest of a run."""
    return {
        name: hash_lines(iter([cls.__name__, *(class_hash(base) for base in users_classes(cls))]))
        for name, cls in sorted(cast.items())
    }


# --- the actors of one kind as a mapping by id


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
