"""Decisions that a student replaces: called for that actor only, and the default changes no bit."""

from __future__ import annotations

import math
import pickle
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from simulation.actors import BY_KIND, HOOKS, Actor, Firm, StateActor
from simulation.actors.cast import deciders
from simulation.errors import ModelError
from simulation.model import GovernanceModel
from simulation.processes.books import EXPIRY, MONEY
from simulation.state import BILATERAL, KINDS, NON_STATE, TRACKS
from tests.shipped import EVERYTHING, Kept, alike, build, recorded, shipped

SHORT = {"horizon": "2026Q2"}
"""Six quarters."""
_CLIQUE = ("MAR", "FRA", "SAU", "ARE", "KOR", "SGP", "GBR")
BUSY = SHORT | {
    "shocks": [{"quarter": "2025Q3", "kind": "budget_cut", "size": 0.1, "duration": 2}],
    "deals": [
        {"parties": [a, b], "depth": "programme", "start": "2025Q3"} for a, b in combinations(_CLIQUE, 2)
    ],
    "parameters.renewal": 0.2,
    "parameters.affinity_width": 0.2,
}
"""Deals are planned and cut for want of money in one quarter, and few are renewed."""

WHO = ("FRA", "USA", "huawei", "unesco", "access_now", "inf_global_ai_voice")
"""A state, a leader, a firm, a secretariat, an NGO and an influencer."""
SOUGHT = "USA"
"""A state to which many turn: the focal one may wait long for an approach."""


def _scenario(changes: Mapping[str, Any] = SHORT) -> Any:
    return shipped(changes=changes, record=EVERYTHING)


def _as_is(cls: type[Actor], hook: str, calls: Counter[str]) -> type[Actor]:
    """A subclass that overrides a hook with its own default and counts the calls."""

    def own(self: Actor, *arguments: Any) -> Any:
        calls[self.id] += 1
        return getattr(super(replaced, self), hook)(*arguments)

    replaced = type("Own" + cls.__name__, (cls,), {hook: own})
    return replaced


def _class_of(model: GovernanceModel, name: str) -> type[Actor]:
    return BY_KIND[model.actor(name).kind]


@pytest.fixture(scope="module")
def plain() -> dict[str, Kept]:
    return {"short": recorded(build(_scenario()).run()), "busy": recorded(build(_scenario(BUSY)).run())}


def test_in_the_busy_run_money_ends_deals_and_terms_do() -> None:
    model, ended = build(_scenario(BUSY)), np.zeros(3, int)
    while model.running:
        model.step()
        ended += model.state.ended.sum(axis=0)
    assert ended[MONEY] > 20
    assert ended[EXPIRY] > 100


class TestDefaults:
    """An actor that decides as everybody does changes nothing, not even the last bit."""

    @pytest.mark.parametrize("changes", ["short", "busy"])
    @pytest.mark.parametrize("hook", HOOKS)
    def test_subclass(self, hook: str, changes: str, plain: dict[str, Kept]) -> None:
        calls: Counter[str] = Counter()
        model = build(_scenario())
        who = [name for name in WHO if hasattr(model.actor(name), hook) and (hook != "bids" or name == "USA")]
        classes = {name: _as_is(_class_of(model, name), hook, calls) for name in who}
        scenario = _scenario(SHORT if changes == "short" else BUSY)
        model = build(scenario, actors=classes).run()
        assert alike(recorded(model), plain[changes])
        assert set(calls) == set(who)  # called, and for nobody else

    @pytest.mark.parametrize("hook", HOOKS)
    def test_one_agent(self, hook: str, plain: dict[str, Kept]) -> None:
        model, calls = build(_scenario()), 0
        agent = next(a for a in map(model.actor, (SOUGHT, *WHO)) if hasattr(a, hook))
        default = getattr(agent, hook)

        def own(*arguments: Any) -> Any:
            nonlocal calls
            calls += 1
            return default(*arguments)

        setattr(agent, hook, own)
        assert alike(recorded(model.run()), plain["short"])
        assert calls > 0

    def test_all_states_at_once(self, plain: dict[str, Kept]) -> None:
        calls: Counter[str] = Counter()
        model = build(_scenario(), actors={"state": _as_is(StateActor, "choose_tracks", calls)})
        model.run()
        assert alike(recorded(model), plain["short"])
        assert set(calls) <= set(model.states)
        assert len(calls) > 150

    def test_utilities_of_all_states_where_deals_end(self, plain: dict[str, Kept]) -> None:
        calls: Counter[str] = Counter()
        model = build(_scenario(BUSY), actors={"state": _as_is(StateActor, "partner_utility", calls)})
        assert alike(recorded(model.run()), plain["busy"])

    def test_without_forum_choice(self) -> None:
        off = SHORT | {"mechanisms.forum_choice": "off"}
        calls: Counter[str] = Counter()
        model = build(_scenario(off), actors={"state": _as_is(StateActor, "choose_tracks", calls)})
        assert alike(recorded(model.run()), recorded(build(_scenario(off)).run()))

    def test_consent_of_all_states(self, plain: dict[str, Kept]) -> None:
        calls: Counter[str] = Counter()
        model = build(_scenario(), actors={"state": _as_is(StateActor, "accepts", calls)})
        assert alike(recorded(model.run()), plain["short"])
        assert len(calls) > 30

    def test_consent_far_from_the_margin(self) -> None:
        agent = build(_scenario()).states["MAR"]
        assert agent.accepts(agent, -700.0) < 1e-300
        assert agent.accepts(agent, 700.0) == 1.0


class TestCalls:
    def test_partner_utility_is_asked_once_for_each_other_actor(self) -> None:
        asked: list[str] = []
        model = build(_scenario({"horizon": "2025Q1"}))
        agent = model.states["MAR"]
        agent.partner_utility = lambda partner: asked.append(partner.id) or 0.0
        model.step()
        assert Counter(asked) == Counter(name for name in model.state.ids if name != "MAR")

    def test_accepts_is_asked_about_approaches_only(self) -> None:
        model = build(_scenario())
        asked: list[tuple[str, float]] = []
        agent = model.states[SOUGHT]
        agent.accepts = lambda partner, utility: asked.append((partner.id, utility)) or 1.0
        made: list[str] = []
        while model.running:
            model.step()
            offers = model.sheet.approaches
            made += [model.state.ids[k] for k in offers.sender[offers.receiver == agent.row]]
        assert [name for name, _ in asked] == made
        assert len(made) > 10
        assert all(math.isfinite(utility) for _, utility in asked)

    def test_renews_is_asked_about_deals_whose_term_is_over(self) -> None:
        model = build(_scenario())
        asked: list[str] = []
        agent = model.states[SOUGHT]
        agent.renews = lambda partner, chance: asked.append(partner.id) or chance
        over: list[str] = []
        while model.running:
            quarter, partners = model.state.quarter, model.state.depth[agent.row] > 0
            over += [model.state.ids[k] for k in np.flatnonzero(partners & (model.state.until[agent.row] <= quarter))]
            model.step()
        assert sorted(asked) == sorted(over)
        assert asked

    def test_choose_tracks_is_asked_each_quarter(self) -> None:
        model, asked = build(_scenario()), 0
        agent = model.states["MAR"]

        def own(shares: Mapping[str, float]) -> Mapping[str, float]:
            nonlocal asked
            asked += 1
            assert tuple(shares) == TRACKS
            assert sum(shares.values()) == pytest.approx(1)
            return shares

        agent.choose_tracks = own
        model.run()
        assert asked == model.scenario.quarters == 6


class TestEffects:
    """What a replaced decision does is what it says."""

    def test_who_accepts_nothing_enters_no_deal_that_others_ask_for(self) -> None:
        model = build(_scenario(SHORT | {"mechanisms.trilateral": "off"}))
        agent, asked = model.states[SOUGHT], 0
        first = agent.partners

        def own(partner: Actor, utility: float) -> float:
            nonlocal asked
            asked += 1
            return 0.0

        agent.accepts = own
        agent.choose_tracks = lambda shares: {"regional": 1.0}  # and it turns to nobody itself
        model.run()
        assert all(depth <= first.get(partner, 0) for partner, depth in agent.partners.items())
        assert asked > 10

    def test_utility_of_one_partner(self) -> None:
        model = build(_scenario(SHORT | {"strategy.effort": 4}))
        agent = model.states["MAR"]
        agent.partner_utility = lambda partner: 50.0 if partner.id == "NZL" else 0.0
        assert "NZL" not in agent.partners
        for state in model.states.values():
            state.accepts = lambda partner, utility: 1.0
        model.run()
        assert agent.partners["NZL"] >= 1

    def test_who_renews_nothing_loses_what_is_over(self) -> None:
        """Against the same luck with one that renews all it is asked about."""
        kept = []
        for chance in (0.0, 1.0):
            model = build(_scenario())
            agent = model.states[SOUGHT]
            over = set()
            agent.renews = lambda partner, usual, chance=chance, over=over: over.add(partner.id) or chance
            model.run()
            kept.append((over, set(agent.partners)))
        (over, without), (_, with_) = kept
        assert len(over & with_) > len(over & without)

    @staticmethod
    def _sent(model: GovernanceModel, row: int) -> int:
        """Approaches that an actor makes in a whole run."""
        sent = 0
        while model.running:
            model.step()
            sent += int((model.sheet.approaches.sender == row).sum())
        return sent

    def test_tracks(self) -> None:
        model = build(_scenario())
        agent = model.states["MAR"]
        agent.choose_tracks = lambda shares: {"multilateral": 3.0, "regional": 1.0}  # rescaled to one
        sent = self._sent(model, agent.row)
        assert model.state.track_share[agent.row].tolist() == [0, 0, 0.25, 0.75, 0]
        assert model.state.effort[agent.row][[BILATERAL, NON_STATE]].tolist() == [0, 0]
        assert sent == 0

    def test_waiting(self) -> None:
        models = build(_scenario()), build(_scenario())
        agent = models[0].states["MAR"]
        agent.choose_tracks = lambda shares: {}
        assert self._sent(models[0], agent.row) == 0
        assert self._sent(models[1], agent.row) > 0

    def test_a_mapping_changed_in_place_counts(self) -> None:
        model = build(_scenario(SHORT))
        agent = model.states["MAR"]

        def own(shares: dict[str, float]) -> dict[str, float]:
            shares["bilateral"] = 0.0
            return shares

        agent.choose_tracks = own
        model.run()
        assert model.state.track_share[agent.row][0] == 0.0

    def test_deleting_a_hook_restores_the_default(self, plain: dict[str, Kept]) -> None:
        model = build(_scenario())
        for hook in HOOKS:
            kind = deciders(hook)[0].kind
            agent = model.states["MAR"] if kind == "state" else next(iter(model.by_kind[kind].values()))
            setattr(agent, hook, lambda *arguments: 1 / 0)
            assert [other.id for other in model.hooks.replaced(hook)] == [agent.id]
            delattr(agent, hook)
            assert model.hooks.replaced(hook) == []
        assert alike(recorded(model.run()), plain["short"])

    def test_a_replaced_hook_survives_a_pickle(self) -> None:
        models = [build(_scenario(), actors={"MAR": Recluse}) for _ in range(2)]
        models[0].run()
        models[1].step()
        again = pickle.loads(pickle.dumps(models[1])).run()
        assert alike(recorded(again), recorded(models[0]))
        assert not alike(recorded(again), recorded(build(_scenario()).run()))


class Recluse(StateActor):
    """Agrees to nothing, and turns to all alike."""

    def partner_utility(self, partner: Actor) -> float:
        """Nobody draws it."""
        return -50.0


class TestFaults:
    """What a hook returns is checked, and the message says whose it was and when."""

    @pytest.mark.parametrize("answer", [math.nan, math.inf, -50.5, 51, "much", None, True, [1.0]])
    def test_partner_utility(self, answer: object) -> None:
        self._fails("partner_utility", answer, r"\[-50, 50\]")

    @pytest.mark.parametrize("answer", [math.nan, 1.5, -0.1, "yes", None, False])
    def test_accepts(self, answer: object) -> None:
        self._fails("accepts", answer, r"\[0, 1\]")

    @pytest.mark.parametrize(
        "answer",
        [
            {"bilateral": math.nan}, {"bilateral": -1}, {"bilateral": "all"}, {"bilateral": math.inf},
            {"by_air": 1.0}, "bilateral", None, [0.2] * 5,
        ],
    )  # fmt: skip
    def test_choose_tracks(self, answer: object) -> None:
        self._fails("choose_tracks", answer, "must return")

    @staticmethod
    def _fails(hook: str, answer: object, allowed: str) -> None:
        model = build(_scenario())
        setattr(model.states[SOUGHT], hook, lambda *arguments: answer)
        with pytest.raises(ModelError, match=rf"StateActor\.{hook} of {SOUGHT} in 2025Q\d returned .*{allowed}"):
            model.run()

    def test_the_quarter_is_the_one_in_which_it_went_wrong(self) -> None:
        model = build(_scenario())
        model.step()
        model.step()
        model.states["MAR"].partner_utility = lambda partner: math.nan
        with pytest.raises(ModelError, match="in 2025Q3"):
            model.step()


class TestClasses:
    def test_by_kind_and_by_id(self) -> None:
        class Bold(StateActor):
            """A class without hooks of its own."""

        class Shy(StateActor):
            """Another."""

        model = build(_scenario(), actors={"state": Bold, "SEN": Shy})
        assert type(model.states["MAR"]) is Bold
        assert type(model.states["SEN"]) is Shy  # the id goes before the kind
        assert type(model.firms["huawei"]) is Firm
        assert len(model.agents_by_type[Bold]) == len(model.states) - 1
        assert all(model.hooks.replaced(hook) == [] for hook in HOOKS)

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_wrong_kind_is_refused(self, kind: str) -> None:
        wrong = BY_KIND["firm" if kind != "firm" else "ngo"]
        with pytest.raises(ModelError, match=f"{wrong.__name__} cannot play .*must be a {BY_KIND[kind].__name__}"):
            build(_scenario(), actors={kind: wrong})

    def test_what_is_no_class_is_refused(self) -> None:
        with pytest.raises(ModelError, match="cannot play SEN"):
            build(_scenario(), actors={"SEN": lambda model, row: None})  # type: ignore[dict-item]

    @pytest.mark.parametrize(("word", "near"), [("SEM", "'[A-Z]{3}'"), ("influencers", "'influencer'")])
    def test_an_unknown_actor_or_kind_is_refused(self, word: str, near: str) -> None:
        with pytest.raises(ModelError, match=f"no actor or kind '{word}'; did you mean {near}"):
            build(_scenario(), actors={word: StateActor})


class _Loud(Mapping[str, float]):
    """A mapping that cannot be read."""

    def __getitem__(self, track: str) -> float:
        return 1.0

    def __iter__(self) -> Iterator[str]:
        raise ValueError("names")

    def __len__(self) -> int:
        return 1


class _NoNumber(float):
    def __float__(self) -> float:
        raise ValueError("no number")


class TestOddAnswersAndClasses:
    @pytest.mark.parametrize("answer", [dict.fromkeys(TRACKS, np.ones(2)), _Loud(), np.ones(5)])
    def test_tracks_that_cannot_be_compared(self, answer: Any) -> None:
        model = build(_scenario())
        model.states["MAR"].choose_tracks = lambda shares: answer
        with pytest.raises(ModelError, match=r"StateActor\.choose_tracks of MAR in 2025Q\d returned .* a mapping of"):
            model.run()

    def test_shares_too_large_to_add_up_are_shares(self) -> None:
        models = build(_scenario()), build(_scenario())
        for model, share in zip(models, (1.0, 1e308), strict=True):
            model.states["MAR"].choose_tracks = lambda shares, share=share: dict.fromkeys(shares, share)
            model.run()
        assert alike(recorded(models[0]), recorded(models[1]))

    def test_a_number_that_is_none(self) -> None:
        model = build(_scenario())
        model.states[SOUGHT].accepts = lambda partner, utility: _NoNumber(0.5)
        with pytest.raises(ModelError, match=r"test_hooks\.py:\d+: .*returned .*must return a number in \[0, 1\]"):
            model.run()

    def test_an_answer_of_yes_is_told_how_to_be_one(self) -> None:
        model = build(_scenario())
        model.states[SOUGHT].accepts = lambda partner, utility: True
        with pytest.raises(ModelError, match=r"returned True; .*; float\(…\) makes one of a yes or no"):
            model.run()

    def test_a_hook_that_ends_the_process_is_told_with_its_place(self) -> None:
        model = build(_scenario())
        model.states[SOUGHT].accepts = lambda partner, utility: sys.exit(7)
        with pytest.raises(ModelError, match=r"test_hooks\.py:\d+: .*accepts of USA in 2025Q\d failed: SystemExit: 7"):
            model.run()

    def test_a_class_made_from_text_is_the_users(self) -> None:
        space: dict[str, Any] = {"StateActor": StateActor}
        exec("class Own(StateActor):\n    def accepts(self, partner, utility): return 9.0", space)
        with pytest.raises(ModelError, match=r"Own\.accepts of USA in 2025Q\d returned 9"):
            GovernanceModel(_scenario(), actors={SOUGHT: space["Own"]}).run()
        with pytest.raises(ModelError, match="did you mean 'accepts'"):
            exec("class Own(StateActor):\n    def acepts(self, partner, utility): return 0.5", space)

    def test_an_agent_that_cannot_be_made(self) -> None:
        class Forgetful(StateActor):
            def __init__(self, model: Any, row: int) -> None:
                self._own = row

        class Broken(StateActor):
            def __init__(self, model: Any, row: int) -> None:
                super().__init__(model, row)
                raise ZeroDivisionError("division by zero")

        told = r"test_hooks\.py:\d+: Forgetful\.__init__ of MAR must call super\(\).__init__\(model, row\) first"
        with pytest.raises(ModelError, match=told):
            GovernanceModel(_scenario(), actors={"MAR": Forgetful})
        told = r"test_hooks\.py:\d+: Broken\.__init__ of MAR failed: ZeroDivisionError: division by zero"
        with pytest.raises(ModelError, match=told):
            GovernanceModel(_scenario(), actors={"MAR": Broken})

    def test_what_is_set_on_an_agent_names_the_line_that_sets_it(self) -> None:
        model = build(_scenario())
        with pytest.raises(ModelError, match=r"test_hooks\.py:\d+: StateActor\.accepts of MAR: must be a function"):
            model.states["MAR"].accepts = 0.5
