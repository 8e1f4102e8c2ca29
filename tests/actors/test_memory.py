"""Models are freed: Mesa 3.3 keeps each in a counter of agent ids, this package's actors do not."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from collections.abc import Callable

import mesa
import pytest

from simulation.model import GovernanceModel
from tests.reference.strategies import rich_model

MODELS = 40
SETTLED = 20  # models until caches are filled
SPARE = 100_000  # bytes that may come and go; the models after that take more than twenty times as much


def _run() -> None:
    rich_model(1, 3).run()


def _begin() -> None:
    rich_model(1, 3).step()  # never ends


def _fail() -> None:
    model = rich_model(1, 3)
    model.states[model.state.ids[0]].partner_utility = lambda partner: -99.0
    with pytest.raises(Exception, match="returned"):
        model.run()


@pytest.mark.parametrize("use", [_run, _begin, _fail], ids=lambda use: use.__name__)
def test_forty_models_leave_memory_flat(use: Callable[[], None]) -> None:
    kept = len(getattr(mesa.agent.Agent, "_ids", ()))  # Mesa up to 3.3
    sizes = []
    tracemalloc.start()
    try:
        for k in range(MODELS):
            use()
            if k + 1 in (SETTLED, MODELS):
                gc.collect()
                sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert sizes[1] - sizes[0] < SPARE
    assert len(getattr(mesa.agent.Agent, "_ids", ())) == kept


def test_one_model_takes_more_than_what_may_come_and_go() -> None:
    """Else the test above could not fail."""
    rich_model(1, 3)
    tracemalloc.start()
    model = rich_model(1, 3)
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert model.state.n > 10
    assert size * (MODELS - SETTLED) > 20 * SPARE


def _run_with_a_cycle() -> weakref.ref[GovernanceModel]:
    model = rich_model(1, 3)
    agent = model.states[model.state.ids[0]]
    agent.accepts = lambda partner, utility: 0.5 if agent.id else 0.0
    return weakref.ref(model.run())


def test_a_model_with_a_hook_of_its_own_is_freed() -> None:
    gone = _run_with_a_cycle()
    gc.collect()
    assert gone() is None


def test_ids_count_from_one_in_each_model() -> None:
    for _ in range(2):
        model: GovernanceModel = rich_model(1, 3)
        assert sorted(agent.unique_id for agent in model.agents) == list(range(1, model.state.n + 1))
