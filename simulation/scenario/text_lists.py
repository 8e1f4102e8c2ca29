"""Checks of the lists of states that a text names, in a scenario and in an instrument file alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from simulation.data.actor_advice import unknown_actor
from simulation.scenario.fields import Names
from simulation.scenario.messages import Path
from simulation.scenario.schema import InstrumentSpec, Votes


def wrong_lists(spec: InstrumentSpec, states: Sequence[str], allowed: Collection[str]) -> Iterator[tuple[Path, str]]:
    """What is wrong in the lists of who initiated, attends, was invited, voted: paths within the text and messages.

    Parameters
    ----------
    states, allowed
        Ids of all states of the world, and of those who may join.
    """
    lists: list[tuple[Path, Names]] = [((key,), getattr(spec, key)) for key in ("initiator", "attending", "invited")]
    lists += [(("vote", vote), getattr(spec.vote, vote)) for vote in Votes.model_fields]
    seen: dict[str, str] = {}
    for path, names in lists:
        for place, name in enumerate(names):
            if name not in states:
                yield (*path, place), unknown_actor(name, states, "state")
            elif path[0] in ("attending", "invited") and name not in allowed:
                yield (*path, place), f"{name!r} is not among the eligible; add it there"
            elif path[0] == "vote" and seen.setdefault(name, str(path[1])) != path[1]:
                yield (*path, place), f"{name!r} voted {seen[name]} already; a state votes once"
    if spec.attending and spec.invited:
        yield ("invited",), "is said beside attending; say who was at the launch once"
