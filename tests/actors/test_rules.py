"""What a class or an agent may define: hooks and names of one's own; the rest is refused at once."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from simulation.actors import BY_KIND, HOOKS, Actor, Firm, StateActor
from simulation.actors.cast import deciders
from simulation.actors.rules import hooks_of, parameters_of
from simulation.errors import ModelError
from simulation.model import GovernanceModel
from simulation.source_code import class_hash, place_of, source_hash
from simulation.state import KINDS, TRACKS
from tests.synthetic import make_bloc, make_instrument, make_model, make_world


@pytest.fixture
def model() -> GovernanceModel:
    return make_model(make_world(4, dict.fromkeys(KINDS[1:], 1)), 2)


def _define(base: type, **members: Any) -> type:
    return type("Mine", (base,), members)


# --- classes


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("acept_offer", "accepts"), ("accept", "accepts"), ("vote", "votes"), ("join", "joins"),
        ("keep_promises", "keeps_promise"), ("utility_of_partner", "partner_utility"),
        ("choose_track", "choose_tracks"),
    ],
)  # fmt: skip
def test_a_misspelt_hook_is_refused_with_the_nearest(name: str, near: str) -> None:
    with pytest.raises(ModelError, match=rf"test_rules\.py:\d+: Mine\.{name}: .*did you mean '{near}'\?"):
        _define(StateActor, **{name: lambda self, *given: 1.0})


def test_a_name_like_no_hook_is_told_all_of_them_and_what_to_do() -> None:
    with pytest.raises(ModelError, match=r"allowed: partner_utility, .*keeps_promise\. .*underscore") as caught:
        _define(Firm, zeal=0.5)
    assert "votes" not in str(caught.value)  # no firm votes


def test_all_faults_are_told_together_even_those_of_a_mixin() -> None:
    class Mixin:
        def zeal(self) -> float:
            return 1.0

    with pytest.raises(ModelError) as caught:
        type("Mine", (Mixin, Firm), {"acept": lambda self: 1.0, "mood": 3})
    assert [re.search(r"Mine\.(\w+)", line)[1] for line in str(caught.value).splitlines()] == ["acept", "mood", "zeal"]


@pytest.mark.parametrize(
    ("base", "name", "why"),
    [
        (StateActor, "capacity", "a number of the actor's row"),
        (StateActor, "trust", "read from the arrays"),
        (Firm, "utility_of", "part of the agent, not a decision"),
        (Firm, "step", "part of the agent, not a decision"),
        (Firm, "row", "part of the agent, not a decision"),
        (Firm, "votes", "only a StateActor decides this, a Firm is never asked"),
        (Firm, "_ids", "the model uses this name itself"),
    ],
)
def test_what_the_model_would_never_call_is_refused(base: type, name: str, why: str) -> None:
    with pytest.raises(ModelError, match=rf"Mine\.{name}: {why}"):
        _define(base, **{name: lambda self, *given: 1.0})


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_with_the_wrong_parameters_is_refused(hook: str) -> None:
    for wrong in (lambda self: 1.0, lambda self, a, b, c, d: 1.0, lambda: 1.0):
        with pytest.raises(ModelError, match=rf"Mine\.{hook}: is called with \(self, "):
            _define(deciders(hook)[0], **{hook: wrong})
    with pytest.raises(ModelError, match=rf"Mine\.{hook}: must be a function of \("):
        _define(deciders(hook)[0], **{hook: 0.5})


def test_helpers_begin_with_an_underscore() -> None:
    class Mine(Firm):
        """With everything that is allowed."""

        _zeal = 0.5

        def __init__(self, model: GovernanceModel, row: int):
            super().__init__(model, row)
            self._memory: list[str] = []

        def _helper(self) -> float:
            return self._zeal

        @functools.cached_property
        def _slow(self) -> float:
            return 1.0

        def accepts(self, partner: Actor, utility: float) -> float:
            self._memory.append(partner.id)
            return self._helper()

        @staticmethod
        def partner_utility(partner: Actor) -> float:
            return 1.0

    made = make_model(make_world(3, {"firm": 1}), 4)
    run = GovernanceModel(made.scenario, world=made.world, actors={"firm": Mine}).run()
    assert run.firms["firm_0"]._slow == 1.0


# --- one agent


def test_a_misspelt_hook_on_one_agent_is_refused(model: GovernanceModel) -> None:
    agent = model.states["A00"]
    with pytest.raises(ModelError, match=r"StateActor\.acept of A00: .*did you mean 'accepts'"):
        agent.acept = lambda partner, utility: 1.0
    with pytest.raises(ModelError, match="underscore"):
        agent.mood = 3
    agent._mood = 3
    agent.capacity = 0.25
    agent.pos = None  # Mesa's own
    assert (agent._mood, agent.capacity) == (3, 0.25)


@pytest.mark.parametrize("name", ["id", "row", "camp", "home", "kind", "utility_of", "name"])
def test_what_an_agent_is_cannot_be_set(model: GovernanceModel, name: str) -> None:
    with pytest.raises(ModelError, match=rf"StateActor\.{name} of A00: .*not a decision"):
        setattr(model.states["A00"], name, "x")


def test_a_function_on_one_agent_gets_no_self(model: GovernanceModel) -> None:
    with pytest.raises(ModelError, match=r"test_rules\.py:\d+: .*is called with \(partner, utility\).*not given self"):
        model.states["A00"].accepts = lambda self, partner, utility: 1.0
    with pytest.raises(ModelError, match="only a StateActor decides this"):
        model.firms["firm_0"].votes = lambda bloc, utility: 1.0
    assert model.hooks.replaced("accepts") == []


# --- answers


def _first(model: GovernanceModel, hook: str) -> Actor:
    """The first actor of the first kind that takes a decision."""
    return next(iter(model.by_kind[deciders(hook)[0].kind].values()))


def _named(hook: str) -> str:
    """How messages name it."""
    cls = deciders(hook)[0]
    return rf"{cls.__name__}\.{hook} of " + ("A00" if cls is StateActor else rf"{cls.kind}_\d")


def _rich(hook: str, answer: Callable[..., Any]) -> GovernanceModel:
    """A world in which every hook of the first who has it is asked at once."""
    kinds = {"firm": 1, "ngo": 1, "influencer": 1}
    forums = {"blocs": [make_bloc(range(5))], "instruments": [make_instrument(range(5))]}
    world = make_world(5, kinds, leaders=(5, 0, 1), **forums)
    model = make_model(world, 6)
    model.state.pace[:] = -9.0
    agent = _first(model, hook)
    setattr(agent, hook, answer)
    if agent.kind in ("ngo", "influencer"):  # at work for the first state
        model.state.depth[0, agent.row] = model.state.depth[agent.row, 0] = 1
        model.state.track[0, agent.row] = model.state.track[agent.row, 0] = TRACKS.index("non_state")
        model.state.since[0, agent.row] = model.state.since[agent.row, 0] = 0
        model.state.until[0, agent.row] = model.state.until[agent.row, 0] = 9
        model.state.audience[agent.row] = 0.5
    if hook in ("keeps_promise", "renews"):
        model.state.depth[0, 1] = model.state.depth[1, 0] = 1
        model.state.track[0, 1] = model.state.track[1, 0] = 0
        model.state.until[0, 1] = model.state.until[1, 0] = 1
    if hook == "accepts":
        for state in model.states.values():
            state.partner_utility = lambda partner: 5.0
    return model


WRONG = (math.nan, "yes", None, True, [0.5], np.ones(2), 10**400, 1j)


@pytest.mark.parametrize("answer", WRONG, ids=lambda answer: repr(answer)[:9])
@pytest.mark.parametrize("hook", [name for name in HOOKS if name != "choose_tracks"])
def test_a_wrong_answer_names_line_agent_quarter_and_range(hook: str, answer: Any) -> None:
    model = _rich(hook, lambda *given: answer)
    shape = "an array of shape" if isinstance(answer, np.ndarray) else ""
    told = rf"tests/actors/test_rules\.py:\d+: {_named(hook)} in 2025Q\d returned {shape}"
    told += rf".*; it must return a number in {re.escape(HOOKS[hook].range)}"
    with pytest.raises(ModelError, match=told) as caught:
        model.run()
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("hook", [name for name in HOOKS if name != "choose_tracks"])
def test_a_number_just_out_of_range_is_wrong(hook: str) -> None:
    low, high = HOOKS[hook].low, HOOKS[hook].high
    for answer in (low - 0.01, high + 0.01):
        with pytest.raises(ModelError, match=rf"{_named(hook)} in 2025Q\d returned .*{re.escape(HOOKS[hook].range)}"):
            _rich(hook, lambda *given, answer=answer: answer).run()


@pytest.mark.parametrize("hook", HOOKS)
def test_what_a_hook_raises_is_told_with_the_line_it_happened_on(hook: str) -> None:
    def broken(*given: Any) -> float:
        number = 0
        return 1 / number

    line = broken.__code__.co_firstlineno + 2
    told = rf"test_rules\.py:{line}: {_named(hook)} in 2025Q\d failed: ZeroDivisionError: division by zero"
    with pytest.raises(ModelError, match=told):
        _rich(hook, broken).run()


@pytest.mark.parametrize("hook", [name for name in HOOKS if name != "choose_tracks"])
def test_numbers_of_numpy_are_numbers(hook: str) -> None:
    for number in (np.float32(0.5), np.int64(1)):
        asked: list[str] = []
        _rich(hook, lambda *given, number=number, asked=asked: asked.append(hook) or number).run()
        assert asked


def test_settings_under_which_nobody_is_asked() -> None:
    for hook, setting, fields in (
        ("votes", "vote_probability", {"parameters": {"vote_probability": 0.5}}),
        ("keeps_promise", "breach: off", {"mechanisms": {"breach": "off"}}),
    ):
        model = make_model(make_world(4), 2, **fields)
        setattr(model.states["A00"], hook, lambda *given: 1.0)
        with pytest.raises(ModelError, match=f"{hook} of A00 is never asked under `{setting}`"):
            model.run()


def test_a_shipped_class_is_not_changed_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Actor, "accepts", lambda self, partner, utility: 1.0)
    with pytest.raises(ModelError, match=r"test_rules\.py:\d+: .*accepts was replaced on the shipped class"):
        make_model(make_world(3), 2)


# --- the table


def test_the_table_matches_the_classes() -> None:
    for hook in HOOKS.values():
        owners = {kind for kind, cls in BY_KIND.items() if hook.name in hooks_of(cls)}
        assert owners == {cls.kind for cls in BY_KIND.values() if hook.owner in {base.__name__ for base in cls.__mro__}}
        assert parameters_of(deciders(hook.name)[0], hook.name)
        assert getattr(deciders(hook.name)[0], hook.name).__doc__


# --- sources


def test_places() -> None:
    def plain() -> None: ...

    line = plain.__code__.co_firstlineno
    here = rf"tests/actors/test_rules.py:{line}"
    assert place_of(plain) == place_of(functools.partial(plain)) == place_of(staticmethod(plain)) == here
    assert place_of(len) == place_of(3) == ""


def test_a_hash_is_of_what_a_function_says_and_uses() -> None:
    def make(least: Any) -> Callable[[], Any]:
        def inner() -> Any:
            return helper(least)

        def helper(x: Any) -> Any:
            return x

        return inner

    assert source_hash(make(0.1)) == source_hash(make(0.1))
    assert source_hash(make(0.1)) != source_hash(make(0.2))
    assert source_hash(make(np.zeros(3))) != source_hash(make(np.ones(3)))
    assert source_hash(make(object())) == source_hash(make(object()))  # no address
    one, two = (_define(Firm, _least=x) for x in (0.1, 0.2))
    assert class_hash(one) != class_hash(two)
    assert class_hash(one) == class_hash(_define(Firm, _least=0.1))
