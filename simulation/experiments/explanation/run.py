"""Run one replicate under the eyes of a watcher."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulation.experiments.engine.simulate import apply
from simulation.experiments.explanation.tables import Explanation, tables
from simulation.experiments.explanation.watcher import Watcher
from simulation.model import GovernanceModel

if TYPE_CHECKING:
    from simulation.actors.cast import Cast
    from simulation.data.world import World
    from simulation.scenario.schema import Scenario


def explain_run(
    scenario: Scenario,
    actor: str,
    replicate: int = 0,
    actors: Cast | None = None,
    world: World | None = None,
    tweak: Callable[[GovernanceModel], object] | None = None,
) -> Explanation:
    """Run one replicate of a scenario to its horizon and explain it for one actor.

    Parameters
    ----------
    scenario
        Its seed and ``replicate`` determine every draw: this is the run that every other command simulates.
    actor
        Id of an actor of any kind.
    replicate
        Number of the replicate, from 0.
    actors
        Replacement classes by actor id or kind.
    world
        A world to use in place of the shipped one.
    tweak
        A function of the model, called before it runs: what it writes into agents and arrays is part of the run.

    Raises
    ------
    ModelError
        If there is no such actor, or the tweak does what no tweak may.
    InputError
        If the scenario cannot be built.
    """
    model = GovernanceModel(scenario, replicate=replicate, actors=actors, world=world)
    try:
        if tweak is not None:
            apply(tweak, model)
        watcher = Watcher(model, model.index(actor))
        model.watch = watcher
        model.run()
        return tables(model, actor, watcher.events)
    finally:
        model.close()
