"""What every class of actors must do: be cloned, pickled, made anew, and repeat itself under one seed.

:class:`Contract` is the base class; a class of actors, a student's too, is tested by naming it.
"""

from __future__ import annotations

import copy
import pickle
from typing import ClassVar

import numpy as np
import pytest

from simulation.actors import NGO, Actor, Firm, Influencer, Secretariat, StateActor, ThinkTank
from simulation.actors.rules import hooks_of
from simulation.model import GovernanceModel
from tests.reference.strategies import rich_model
from tests.shipped import bits_of

QUARTERS = 5


class Contract:
    """The tests of one class of actors; ``cls`` plays every actor of its kind."""

    cls: ClassVar[type[Actor]]

    def model(self, replicate: int = 0) -> GovernanceModel:
        plain = rich_model(3, QUARTERS)
        return GovernanceModel(plain.scenario, replicate=replicate, world=plain.world, actors={self.cls.kind: self.cls})

    def agents(self, model: GovernanceModel) -> list[Actor]:
        return [actor for actor in model.actors if actor.kind == self.cls.kind]

    def test_docstring(self) -> None:
        assert self.cls.__doc__
        assert all(getattr(self.cls, hook).__doc__ for hook in hooks_of(self.cls))

    def test_it_plays_its_kind(self) -> None:
        agents = self.agents(self.model())
        assert agents
        assert all(type(agent) is self.cls for agent in agents)

    def test_clone(self) -> None:
        """A copy in mid-run ends as the original does, and neither sees the other."""
        model = self.model()
        model.step()
        clone = copy.deepcopy(model)
        before = bits_of(clone)
        model.run()
        assert bits_of(clone) == before
        assert all(agent.model is clone for agent in self.agents(clone))
        assert bits_of(clone.run()) == bits_of(model)

    def test_pickle(self) -> None:
        model = self.model()
        model.step()
        again = pickle.loads(pickle.dumps(model))
        assert [type(agent) for agent in again.actors] == [type(agent) for agent in model.actors]
        assert bits_of(again.run()) == bits_of(model.run())

    def test_a_new_model_starts_afresh(self) -> None:
        """Nothing of a run stays on the class."""
        first, second = self.model().run(), self.model()
        assert not np.array_equal(first.state.alpha, second.state.alpha)
        assert bits_of(second.run()) == bits_of(first)

    def test_seed(self) -> None:
        assert bits_of(self.model().run()) == bits_of(self.model().run())
        assert bits_of(self.model(replicate=1).run()) != bits_of(self.model().run())


class TestState(Contract):
    cls = StateActor


class TestFirm(Contract):
    cls = Firm


class TestThinkTank(Contract):
    cls = ThinkTank


class TestNGO(Contract):
    cls = NGO


class TestInfluencer(Contract):
    cls = Influencer


class TestSecretariat(Contract):
    cls = Secretariat


class Grudging(StateActor):
    """Remembers who made it an offer, and accepts each partner's first offer only."""

    def __init__(self, model: GovernanceModel, row: int):
        super().__init__(model, row)
        self._met: set[str] = set()

    def accepts(self, partner: Actor, utility: float) -> float:
        """The default once, then nothing."""
        if partner.id in self._met:
            return 0.0
        self._met.add(partner.id)
        return super().accepts(partner, utility)


class TestOneWithAMemory(Contract):
    cls = Grudging

    def test_the_memory_travels_with_a_clone(self) -> None:
        model = self.model().run()
        met = {agent.id: agent._met for agent in self.agents(model)}
        assert any(met.values())
        assert {agent.id: agent._met for agent in self.agents(pickle.loads(pickle.dumps(model)))} == met


def test_every_kind_is_tested() -> None:
    tested = {test.cls for test in Contract.__subclasses__()}
    assert tested >= {StateActor, Firm, ThinkTank, NGO, Influencer, Secretariat}


def test_a_function_on_one_agent_moves_with_a_clone() -> None:
    plain = rich_model(3, QUARTERS)
    plain.states[plain.state.ids[0]].accepts = _never
    clone = copy.deepcopy(plain)
    assert [agent.model for agent in clone.hooks.replaced("accepts")] == [clone]
    assert bits_of(clone.run()) == bits_of(plain.run())


def _never(partner: Actor, utility: float) -> float:
    return 0.0


@pytest.mark.parametrize("cls", [StateActor, Firm])
def test_an_actor_is_made_for_a_model_only(cls: type[Actor]) -> None:
    with pytest.raises(TypeError):
        cls()  # type: ignore[call-arg]
