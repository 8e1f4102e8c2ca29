"""Every recorded metric has its plain counterpart in the oracle."""

from __future__ import annotations

from simulation.outcomes.metrics import LEVELS, METRICS
from tests.reference.columns import oracle_of
from tests.reference.outcomes import Account, outcomes_of
from tests.reference.strategies import rich_model
from tests.reference.world_outcomes import outcomes_of_world


def test_every_metric_has_a_plain_counterpart() -> None:
    model = rich_model(1)
    world = oracle_of(model).world
    model.close()
    account = Account(world)
    plain = {"actor": outcomes_of(world, world.actors[0]), "system": outcomes_of_world(world, account)}
    for level in LEVELS:
        registered = {m.name for m in METRICS.values() if m.level == level and not m.custom}
        assert registered == set(plain[level])
