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
from simulation.errors import ModelError
from simulation.model import GovernanceModel
from simulation.state import KINDS, TRACKS
from tests.shipped import EVERYTHING, Kept, alike, build, recorded, shipped

SHORT = {"horizon": "2026Q2"}
"""Six quarters."""
_CLIQUE = ("MAR", "FRA", "SAU", "ARE", "KOR", "SGP", "GBR")
BUSY = SHORT | {
    "shocks": [{"quarter": "2025Q3", "kind": "budget_cut", "size": 0.1, "duration": 2}],
    "deals": [
        {"parties": [a, b], "depth": "programme", "start": "2025Q3"} for a, b in combinations(_CLIQUE, 2)
    ],
    "parameters.lapse": 1,
    "parameters.inertia": 1,
    "parameters.shared_partners": 1,
    "parameters.exposure_weight": 0,
    "parameters.affinity_width": 0.2,
    "parameters.upkeep_cost": 0.02,
}
"""Deals are planned and shed in one quarter, and are worth so little that they lapse: V at every turn."""

WHO = ("MAR", "USA", "huawei", "unesco")
"""A focal state, a leader, a firm and a secretariat."""


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


def test_the_busy_run_sheds_and_lapses() -> None:
    model, lapsed = build(_scenario(BUSY)), 0
    while model.running:
        model.step()
        lapsed += int(model.state.lapsed[: model.state.s].sum())
    assert lapsed > 100


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
        agent = model.states["USA" if hook == "bids" else "MAR"]
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

    def test_values_of_all_states_where_deals_are_shed_and_lapse(self, plain: dict[str, Kept]) -> None:
        calls: Counter[str] = Counter()
        model = build(_scenario(BUSY), actors={"state": _as_is(StateActor, "partner_utility", calls)})
        assert alike(recorded(model.run()), plain["busy"])

    def test_without_forum_choice(self) -> None:
        off = SHORT | {"mechanisms.forum_choice": "off"}
        calls: Counter[str] = Counter()
        model = build(_scenario(off), actors={"state": _as_is(StateActor, "choose_tracks", calls)})
        assert alike(recorded(model.run()), recorded(build(_scenario(off)).run()))

    def test_consent_without_noise(self) -> None:
        sure = SHORT | {"parameters.choice_noise": 0}
        calls: Counter[str] = Counter()
        model = build(_scenario(sure), actors={"state": _as_is(StateActor, "accepts", calls)})
        assert alike(recorded(model.run()), recorded(build(_scenario(sure)).run()))
        assert calls

    def test_consent_far_from_the_margin(self) -> None:
        agent = build(_scenario(SHORT | {"parameters.choice_noise": 0.0001})).states["MAR"]
        assert agent.accepts(agent, -1.0) < 1e-300
        assert agent.accepts(agent, 1.0) == 1.0


class TestCalls:
    def test_partner_utility_is_asked_once_for_each_other_actor(self) -> None:
        asked: list[str] = []
        model = build(_scenario({"horizon": "2025Q1"}))
        agent = model.states["MAR"]
        agent.partner_utility = lambda partner: asked.append(partner.id) or 0.0
        before = set(agent.partners)
        model.step()
        others = Counter(asked)
        assert set(others) == set(model.state.ids) - {"MAR"}
        again = {name for name, count in others.items() if count > 1}
        assert again <= before | set(agent.partners)  # deals are weighed again when they are kept
        assert max(others.values()) <= 3

    def test_accepts_is_asked_about_offers_only(self) -> None:
        model = build(_scenario(SHORT))
        offers: list[tuple[str, float]] = []
        agent = model.states["MAR"]
        agent.accepts = lambda partner, utility: offers.append((partner.id, utility)) or 1.0
        model.run()
        assert 0 < len(offers) < 200
        assert all(math.isfinite(utility) for _, utility in offers)
        assert "MAR" not in {name for name, _ in offers}

    def test_choose_tracks_is_asked_when_a_slot_is_open(self) -> None:
        model, asked, opened = build(_scenario(SHORT)), 0, 0
        agent = model.states["MAR"]

        def own(shares: Mapping[str, float]) -> Mapping[str, float]:
            nonlocal asked
            asked += 1
            assert tuple(shares) == TRACKS
            assert sum(shares.values()) == pytest.approx(1)
            return shares

        agent.choose_tracks = own
        while model.running:
            model.step()
            opened += bool(model.state.open_slots[agent.row] > 0)
        assert asked == opened > 0


class TestEffects:
    """What a replaced decision does is what it says."""

    def test_who_accepts_nothing_enters_no_deal_that_others_offer(self) -> None:
        model = build(_scenario(SHORT | {"parameters.trilateral_rate": 1, "mechanisms.forum_choice": "off"}))
        agent = model.states["MAR"]
        agent.accepts = lambda partner, utility: 0.0
        agent.choose_tracks = lambda shares: {"regional": 1.0}  # and it offers none itself
        first = agent.partners
        asked: Counter[str] = Counter()
        model.states["FRA"].accepts = lambda partner, utility: asked.update([partner.id]) or 1.0
        model.run()
        assert all(depth <= first.get(partner, 0) for partner, depth in agent.partners.items())
        assert asked

    def test_value_of_one_partner(self) -> None:
        changes = SHORT | {"mechanisms.tempo": "off"}
        model = build(_scenario(changes))
        agent = model.states["MAR"]
        agent.partner_utility = lambda partner: 50.0 if partner.id == "NZL" else 0.0
        assert "NZL" not in agent.partners
        for state in model.states.values():
            state.accepts = lambda partner, utility: 1.0
        model.run()
        assert agent.partners["NZL"] >= 1

    def test_tracks(self) -> None:
        model = build(_scenario(SHORT))
        agent = model.states["MAR"]
        agent.choose_tracks = lambda shares: {"multilateral": 3.0, "regional": 1.0}  # rescaled to one
        used = set()
        while model.running:
            model.step()
            used |= {TRACKS[t] for t in model.state.slots_by_track[agent.row].nonzero()[0]}
        assert model.state.track_share[agent.row].tolist() == [0, 0, 0.25, 0.75, 0]
        assert used <= {"multilateral", "regional"}
        assert used

    def test_waiting(self) -> None:
        model = build(_scenario(SHORT))
        agent = model.states["MAR"]
        agent.choose_tracks = lambda shares: {}
        model.run()
        assert model.state.slots_by_track[agent.row].sum() == 0

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
        agent = model.states["MAR"]
        for hook in HOOKS:
            setattr(agent, hook, lambda *arguments: 1 / 0)
            assert [other.id for other in model.hooks.replaced(hook)] == ["MAR"]
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
    """Deals with nobody."""

    def partner_utility(self, partner: Actor) -> float:
        """Nothing is worth anything."""
        return 0.0


class TestFaults:
    """What a hook returns is checked, and the message says whose it was and when."""

    @pytest.mark.parametrize("answer", [math.nan, math.inf, -0.5, "much", None, True, [1.0]])
    def test_partner_utility(self, answer: object) -> None:
        self._fails("partner_utility", answer, r"\[0, inf\)")

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
        model = build(_scenario({"horizon": "2027Q4", "mechanisms.tempo": "off"}))
        setattr(model.states["MAR"], hook, lambda *arguments: answer)
        with pytest.raises(ModelError, match=rf"StateActor\.{hook} of MAR in 2025Q\d returned .*{allowed}"):
            model.run()

    def test_the_quarter_is_the_one_in_which_it_went_wrong(self) -> None:
        model = build(_scenario())
        model.step()
        model.step()
        model.states["MAR"].partner_utility = lambda partner: math.nan
        with pytest.raises(ModelError, match="in 2025Q3"):
            model.step()

    def test_consent_that_nobody_asks_for(self) -> None:
        model = build(_scenario(SHORT | {"mechanisms.consent": "choice"}))
        model.states["MAR"].accepts = lambda partner, utility: 1.0
        with pytest.raises(ModelError, match="accepts of MAR is never asked under `consent: choice`"):
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
        model.states["MAR"].accepts = lambda partner, utility: _NoNumber(0.5)
        with pytest.raises(ModelError, match=r"test_hooks\.py:\d+: .*returned .*must return a number in \[0, 1\]"):
            model.run()

    def test_an_answer_of_yes_is_told_how_to_be_one(self) -> None:
        model = build(_scenario())
        model.states["MAR"].accepts = lambda partner, utility: True
        with pytest.raises(ModelError, match=r"returned True; .*; float\(…\) makes one of a yes or no"):
            model.run()

    def test_a_hook_that_ends_the_process_is_told_with_its_place(self) -> None:
        model = build(_scenario())
        model.states["MAR"].accepts = lambda partner, utility: sys.exit(7)
        with pytest.raises(ModelError, match=r"test_hooks\.py:\d+: .*accepts of MAR in 2025Q\d failed: SystemExit: 7"):
            model.run()

    def test_a_class_made_from_text_is_the_users(self) -> None:
        space: dict[str, Any] = {"StateActor": StateActor}
        exec("class Own(StateActor):\n    def accepts(self, partner, utility): return 9.0", space)
        with pytest.raises(ModelError, match=r"Own\.accepts of MAR in 2025Q\d returned 9"):
            GovernanceModel(_scenario(), actors={"MAR": space["Own"]}).run()
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
