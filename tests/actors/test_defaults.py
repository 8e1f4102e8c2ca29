"""An actor that decides in Python as the default does changes no bit: any kind, any hook, one actor or all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulation.actors import BY_KIND, HOOKS
from simulation.actors.cast import deciders
from simulation.actors.rules import hooks_of
from simulation.model import GovernanceModel
from tests.reference.strategies import models, rich_model
from tests.shipped import alike, bits_of, build, recorded, shipped

CALM = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def _as_they_are(model: GovernanceModel, hooks: Iterable[str], names: Iterable[str]) -> dict[str, type]:
    """Classes of some actors that override some hooks with their own default."""
    classes = {}
    for name in names:
        base = BY_KIND[model.actor(name).kind]

        def own(hook: str, base: type) -> Any:
            return lambda self, *given: getattr(base, hook)(self, *given)

        members = {hook: own(hook, base) for hook in hooks if hook in hooks_of(base)}
        classes[name] = type("Same" + base.__name__, (base,), members)
    return classes


def _again(model: GovernanceModel, **options: Any) -> GovernanceModel:
    return GovernanceModel(model.scenario, replicate=model.replicate, world=model.world, **options)


@settings(max_examples=40, **CALM)
@given(data=st.data(), model=models((3, 14), quarters=6))
def test_in_small_worlds(data: Any, model: GovernanceModel) -> None:
    hooks = set(data.draw(st.sets(st.sampled_from(list(HOOKS)), min_size=1)))
    if not model.mechanisms.on("breach"):
        hooks.discard("keeps_promise")
    if model.parameters.vote_probability >= 0:
        hooks.discard("votes")
    names = data.draw(st.sets(st.sampled_from(model.state.ids), min_size=1))
    twin = _again(model, actors=_as_they_are(model, hooks, names))
    assert bits_of(twin.run()) == bits_of(model.run())


@pytest.mark.parametrize("hook", HOOKS)
def test_everybody_in_a_rich_world(hook: str) -> None:
    model = rich_model(1)
    calls: Counter[str] = Counter()
    classes = _as_they_are(model, [hook], model.state.ids)
    for name, cls in classes.items():
        if hook in vars(cls):
            default = vars(cls)[hook]
            setattr(cls, hook, lambda self, *g, default=default, name=name: calls.update([name]) or default(self, *g))
    twin = _again(model, actors=classes)
    assert bits_of(twin.run()) == bits_of(model.run())
    assert calls
    kinds, deciding = {model.actor(name).kind for name in calls}, {cls.kind for cls in deciders(hook)}
    assert kinds == deciding if len(deciding) == 1 else len(kinds) > 2


@pytest.mark.parametrize("count", [1, 20, None], ids=["one", "twenty", "all"])
def test_all_hooks_at_once_in_the_shipped_world(count: int | None) -> None:
    plain = build(shipped(changes={"horizon": "2025Q4"}))
    names = plain.state.ids[:: len(plain.state.ids) // count][:count] if count else plain.state.ids
    twin = build(plain.scenario, actors=_as_they_are(plain, HOOKS, names))
    assert len(twin.hooks.replaced("accepts")) == len(names)
    assert bits_of(twin.run()) == bits_of(plain.run())
    assert alike(recorded(twin), recorded(plain))


def test_one_agent_is_called_for_itself_alone() -> None:
    model = build(shipped(changes={"horizon": "2025Q4"}))
    agent, calls = model.firms["ocp"], Counter()
    for hook in hooks_of(type(agent)):
        default = getattr(agent, hook)
        setattr(agent, hook, lambda *given, hook=hook, default=default: calls.update([hook]) or default(*given))
    model.run()
    assert calls["partner_utility"] >= 4 * (model.state.n - 1)
    assert calls["accepts"] < 100
    assert set(calls) <= set(hooks_of(type(agent)))
