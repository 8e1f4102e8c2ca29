"""The strategy of the focal state: named targets, a divided budget, own answers to texts, signposts, no free lever."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from simulation.errors import InputError
from simulation.model import GovernanceModel
from simulation.model.book import spending_by_kind
from simulation.model.signposts import SET_BY_LEVERS
from simulation.processes.approaches import TARGETED
from simulation.processes.books import LEVERS, terms
from simulation.scenario.strategy import Split, Strategy
from simulation.state import FIRM, INFLUENCER, STATE
from tests.shipped import shipped
from tests.synthetic import QUIET, START, make_deal, make_model, make_world


def _model(quarters: int = 6, mechanisms: dict[str, str] | None = None, **fields: Any):
    """A small quiet world in which nobody turns to anybody unasked and everybody agrees."""
    world = make_world(6, {"firm": 2, "ngo": 1})
    model = make_model(world, quarters, mechanisms=QUIET | (mechanisms or {}), **fields)
    model.state.zeal[:] = 0.0
    model.state.reluctance[:] = -700.0
    return model


def _targeted(model) -> list[str]:
    """Names of those to whom the strategy had the focal state turn in the last quarter, in order."""
    made = model.sheet.approaches
    return [model.state.ids[j] for j in made.receiver[made.number >= TARGETED]]


class TestTargets:
    def test_a_name_is_turned_to_every_quarter(self):
        model = _model(3, strategy={"targets": ("A03", "firm_0")})
        for _ in range(3):
            model.step()
            assert _targeted(model) == ["A03", "firm_0"]

    def test_a_target_is_turned_to_in_its_window_alone(self):
        window = {"partner": "A03", "from": str(START + 1), "until": str(START + 2)}
        model = _model(4, strategy={"targets": (window,)})
        seen = []
        while model.running:
            model.step()
            seen.append(_targeted(model))
        assert seen == [[], ["A03"], ["A03"], []]

    @pytest.mark.parametrize(("depth", "rung"), [("memorandum", 1), ("mou", 1), ("programme", 2), ("binding", 3)])
    def test_nothing_deeper_than_wanted_is_signed_and_what_is_reached_is_enough(self, depth, rung):
        model = _model(8, strategy={"targets": ({"partner": "A03", "depth": depth}, "A04")})
        found = []
        while model.running:
            held = int(model.state.depth[0, 3])
            model.step()
            assert _targeted(model) == (["A03", "A04"] if held < rung else ["A04"])
            found.append(int(model.state.depth[0, 3]))
        assert max(found) == found[-1] == rung
        assert model.state.depth[0, 4] == 3  # who is named without a depth goes on to the deepest
        assert (model.state.wanted != 3).sum() == (2 if rung < 3 else 0)

    def test_the_rung_wanted_holds_for_whoever_turns_to_whom_and_only_while_the_window_is_open(self):
        target = {"partner": "A03", "depth": "mou", "until": str(START + 3)}
        model = _model(8, strategy={"targets": (target,)})
        model.state.zeal[3, STATE] = 1000.0
        found = []
        while model.running:
            model.step()
            found.append(int(model.state.depth[0, 3]))
        assert found[:4] == [1, 1, 1, 1]
        assert found[-1] == 3

    @pytest.mark.parametrize("purse", [0.0, 0.09, 0.1, 0.29, 0.3, 0.9])
    def test_those_with_a_priority_queue_for_the_money_that_is_left(self, purse):
        """Prices: a programme with a state .10, with a firm .12; a memorandum with an NGO .02."""
        price = {"A03": 0.10, "firm_0": 0.12, "A04": 0.10, "ngo_0": 0.02}
        first = ({"partner": "ngo_0", "priority": 3}, {"partner": "firm_0", "depth": "programme", "priority": 2})
        also = tuple({"partner": name, "depth": "programme", "priority": 1} for name in ("A03", "A04"))
        model = _model(1, {"budget": "on"}, strategy={"targets": (*first, *also, "A05")})
        model.state.budget[0] = model.state.budget_start[0] = purse / 2.0
        model.state.purse[0] = purse / 2.0
        left, expected = purse, ["A05"]  # without a priority, whatever the purse holds
        for name in ("A03", "A04", "firm_0", "ngo_0"):
            if price[name] <= left + 1e-12:
                expected.append(name)
                left -= price[name]
        model.step()
        assert _targeted(model) == expected
        assert model.state.kind[model.index("firm_0")] == FIRM

    def test_no_window_no_depth_and_no_priority_change_no_bit_of_a_name(self):
        plain, written = (
            make_model(make_world(6, {"firm": 2}), 6, strategy={"targets": targets}).run().state
            for targets in (("A03", "firm_0"), ({"partner": "A03"}, {"partner": "firm_0", "from": str(START)}))
        )
        assert np.array_equal(plain.depth, written.depth)
        assert np.array_equal(plain.purse, written.purse)


class TestClauses:
    """Deals that end by a clause, and the share of its commitments that one camp may hold."""

    def test_a_deal_ends_with_its_last_quarter_and_none_follows(self):
        target = {"partner": "A03", "ends": str(START + 2)}
        model = _model(6, strategy={"targets": (target, "A04")})
        model.state.zeal[3, STATE] = 1000.0  # the partner would sign again
        held = []
        while model.running:
            model.step()
            held.append(int(model.state.depth[0, 3]))
        assert min(held[:2]) > 0
        assert held[2:] == [0, 0, 0, 0]
        assert model.state.depth[0, 4] > 0

    @pytest.mark.parametrize("clause", [True, False])
    def test_an_exit_clause_is_used_when_the_partner_is_seen_to_break_its_word(self, clause):
        parameters = {"breach_lowers_depth": 0.0, "compliance_base": 0.5, "compliance_distance": 0.5}
        target = {"partner": "A03", "exit": clause}
        model = _model(30, {"breach": "on"}, strategy={"targets": (target,)}, parameters=parameters)
        before, after, seen = [], [], False
        while model.running:
            model.step()
            (after if seen else before).append((int(model.state.depth[0, 3]), len(model.sheet.exits)))
            start, partner = model.sheet.conduct.partners
            own = slice(start[3], start[4])
            seen |= bool((model.sheet.conduct.seen[own] & (partner[own] == 0)).any())
        assert seen
        assert all(depth > 0 and not left for depth, left in before[:-1])
        if clause:
            assert before[-1] == (0, 1)  # in the quarter of the breach
            assert all(found == (0, 0) for found in after)
        else:
            assert all(depth > 0 and not left for depth, left in (*before, *after))

    def test_leaving_costs_what_it_costs_to_leave_a_presence(self):
        """A firm's programme costs its exit price to leave; a state's deal costs nothing."""
        purses = []
        for rest in ({}, {"ends": str(START)}):
            target = {"partner": "firm_0", "depth": "programme"} | rest
            model = _model(1, {"budget": "on", "presence": "on"}, strategy={"targets": (target,)})
            model.state.budget[0] = model.state.budget_start[0] = model.state.purse[0] = 5.0
            model.step()
            purses.append(float(model.state.purse[0]))
        assert model.sheet.exits.tolist() == [[model.index("firm_0"), 2]]
        assert purses[0] - purses[1] == pytest.approx(model.rules.leave[FIRM, 2])
        assert model.rules.leave[FIRM, 2] > 0.0

    def test_a_camp_with_more_than_its_share_gets_nothing_new_and_keeps_what_it_has(self):
        world = make_world(6, {"firm": 2, "ngo": 1}, deals=[make_deal([0, 1], 2), make_deal([0, 5], 2)])
        for most, signed in ((0.4, [4]), (0.5, [2, 3, 4]), (None, [2, 3, 4])):
            strategy = {"targets": ("A02", "A03", "A04")} | ({} if most is None else {"hedge": most})
            model = make_model(world, 1, mechanisms=QUIET, strategy=strategy)
            model.state.camp[:] = [-1, 0, 0, 0, 1, -1, -1, -1, -1, -1]
            model.state.zeal[:] = 0.0
            model.state.reluctance[:] = -700.0
            model.step()
            assert [j for j in (2, 3, 4) if model.state.depth[0, j] > 0] == signed
            assert model.state.depth[0, 1] == 2

    def test_no_clause_changes_no_bit(self):
        plain, written = (
            make_model(make_world(6, {"firm": 2}), 6, strategy={"targets": ({"partner": "A03"} | rest,)}).run().state
            for rest in ({}, {"exit": False})
        )
        assert np.array_equal(plain.depth, written.depth)
        assert np.array_equal(plain.purse, written.purse)


SHARES = {"state": 0.5, "firm": 0.1, "secretariat": 0.1, "knowledge": 0.1, "campaigns": 0.1, "levers": 0.1}
OTHERS = {"firm": 3, "think_tank": 1, "ngo": 2, "secretariat": 1}


class TestSplit:
    @pytest.mark.parametrize("seed", range(3))
    def test_each_kind_is_paid_from_its_share_alone(self, seed):
        """What is spent on a kind, upkeep included, is at most its share of the income and of two quarters before."""
        model = make_model(
            make_world(6, OTHERS), 10, seed=seed, strategy={"split": SHARES, "budget": 0.5},
            mechanisms={"breach": "off"}, parameters={"prices": 4.0},
        )  # fmt: skip
        state, rules, pots = model.state, model.rules, {}
        refused = 0
        model.watch = lambda moment: pots.__setitem__(moment, (state.pot[0].copy(), state.depth.copy()))
        while model.running:
            had, income = state.pot[0].copy(), state.budget[0]
            model.step()
            _, standing = pots["paid"]
            for share, kinds in ((0.5, (STATE,)), (0.1, (FIRM,)), (0.1, (2, 3)), (0.1, (4,)), (0.1, (5,))):
                part = share * income
                available = min(had[kinds[0]] + part, 3 * part)
                partners = [(kind, j) for kind in kinds for j in np.flatnonzero(state.kind == kind)]
                due = sum(rules.keep[kind, standing[0, j]] for kind, j in partners)
                assert due <= available + 1e-9
                assert pots["paid"][0][kinds[0]] <= available - due + 1e-9
            assert (state.pot[0, [0, 1, 2, 4, 5]] >= -1e-9).all()
            assert (state.pot[1:] > 1e17).all()  # nobody else divides anything
            refused += int(state.unpaid[0])
        assert refused > 0  # the parts did bind

    def test_approaches_go_by_the_square_root_of_the_share_over_the_usual_one(self):
        world = make_world(6, OTHERS)
        usual = make_model(world, 1).state
        spent = spending_by_kind(usual, terms(0.5, 1.0, True), 0)
        share = spent / spent.sum()
        model = make_model(world, 1, strategy={"split": {"state": 0.25, "firm": 0.5}}, parameters={"renewal": 0.5})
        used = usual.zeal[0] > 0.0
        more = np.divide(model.state.zeal[0], usual.zeal[0], out=np.ones(6), where=used)
        assert more[[STATE, FIRM]] == pytest.approx(np.sqrt(np.array([0.25, 0.5]) / share[[STATE, FIRM]]))
        rest = 0.25 / share[2:].sum()  # what is left over is divided as usual
        assert more[2:][used[2:]] == pytest.approx(np.sqrt(rest))
        assert np.array_equal(model.state.zeal[1:], usual.zeal[1:])

    @pytest.mark.parametrize(("levers", "strength"), [(None, 1.0), (0.3, 1.0), (0.15, 1.0), (0.05, 1 / 3), (0.0, 0.0)])
    def test_levers_are_as_strong_as_their_share_bears(self, levers, strength):
        """An agency and oversight at full strength cost .10 and .05 of the income."""
        split = {"state": 0.5} | ({} if levers is None else {"levers": levers})
        state = make_model(make_world(6), 1, strategy={"split": split, "agency": 1.0, "oversight": 1.0}).state
        assert state.agency[0] == pytest.approx(strength)
        assert state.oversight[0] == pytest.approx(strength)

    def test_a_kind_without_a_share_gets_no_deal_and_loses_those_it_had(self):
        world = make_world(6, {"firm": 2}, deals=[make_deal((0, 7)), make_deal((0, 3))])
        for split, firms in ((None, 1), ({"firm": 0.0, "state": 0.9}, 0)):
            model = make_model(world, 1, strategy={"split": split} if split else {}, mechanisms={"breach": "off"})
            model.state.course[:] = 0.0
            model.step()
            assert (model.state.depth[0, 7] > 0) == firms
            assert model.state.depth[0, 3] > 0


class TestTexts:
    @pytest.mark.parametrize(("answer", "joins"), [("join", True), ("decline", False)])
    def test_the_focal_state_joins_what_it_says_when_it_is_open_and_nobody_else_is_moved(self, answer, joins):
        spec = {"id": "new", "opens": str(START + 2)}
        said, usual = (
            make_model(make_world(6), 5, instruments=(spec,), strategy=strategy, mechanisms={"forum_choice": "off"})
            for strategy in ({"texts": {"new": answer}}, {})
        )
        while said.running:
            said.step()
            usual.step()
            assert said.state.joined[0, 0] == (joins and said.state.quarter > 2)
        if joins:
            assert said.state.join_quarter[0, 0] == 2
        assert (said.state.answer[0, 1:] == 0).all()
        assert said.state.joined[0, 1:].shape == usual.state.joined[0, 1:].shape


class TestSignposts:
    NEVER: Mapping[str, Any] = MappingProxyType({"metric": "capacity", "below": -1.0, "then": {"agency": 1.0}})

    @staticmethod
    def _sign(then: dict[str, Any], **bound: float) -> dict[str, Any]:
        return {"metric": "capacity", "then": then} | bound

    def test_what_it_gives_joins_what_stands_section_by_section(self):
        sign = self._sign({"split": {"firm": 0.25}, "texts": {"b": "decline"}, "targets": ("A04",)}, above=0.0)
        stands = {"split": {"state": 0.5, "firm": 0.5}, "texts": {"a": "join", "b": "join"}, "targets": ("A03",)}
        strategy = Strategy.model_validate(stands | {"when": (sign,)})
        after = strategy.after(strategy.when[0])
        assert after.split == Split(state=0.5, firm=0.25)
        assert after.texts == {"a": "join", "b": "decline"}
        assert [target.partner for target in after.targets] == ["A04"]  # lists replace
        assert after.when == strategy.when

    def test_a_sign_that_is_never_seen_changes_no_bit(self):
        plain, watched = (
            make_model(make_world(6, {"firm": 2}), 6, strategy=strategy).run().state
            for strategy in ({}, {"when": (dict(self.NEVER),)})
        )
        assert np.array_equal(plain.depth, watched.depth)
        assert np.array_equal(plain.capacity, watched.capacity)

    def test_it_is_seen_once_at_the_end_of_a_quarter_and_followed_from_the_next(self):
        sign = self._sign({"agency": 0.5, "targets": ("A03",), "advocacy": {"message": 0.9}}, above=0.0)
        strategy = {"when": (dict(self.NEVER), sign), "oversight": 0.25, "advocacy": {"counter": 0.5}}
        model = make_model(make_world(6), 4, strategy=strategy, record={"events": True})
        seen = []
        while model.running:
            model.step()
            seen.append((model.state.agency[0], _targeted(model)))
        assert seen == [(0.0, [])] + 3 * [(0.5, ["A03"])]
        assert model.state.oversight[0] == 0.25  # what the sign does not name stays, in a section too
        assert model.state.campaign_line[0] == 0.9
        assert model.state.campaign_counter[0] == 0.5
        events = model.recorder.events().query("kind.str.startswith('signpost')")
        assert events[["quarter", "kind", "actors"]].astype(str).values.tolist() == [[str(START), "signpost 2", "A00"]]

    def test_after_it_the_levers_stand_as_if_they_had_from_the_start(self):
        then = {"budget": 2.0, "effort": 3.0, "partners": ("state",), "split": {"state": 0.6}, "transparency": 0.9,
                "tracks": ("bilateral",), "exclude_camps": ("US",), "learn": True, "imitators": 1.0}  # fmt: skip
        world = make_world(6, OTHERS)
        changed = make_model(world, 3, strategy={"agency": 0.5, "when": (self._sign(then, above=0.0),)})
        always = make_model(world, 3, strategy={"agency": 0.5} | then)
        changed.step()
        changed.step()
        always.step()
        for name in (*SET_BY_LEVERS, "allowed", "share", "answer"):
            assert np.array_equal(getattr(changed.state, name), getattr(always.state, name)), name

    def test_a_partner_that_was_left_for_good_is_not_turned_to_again(self):
        left = {"partner": "A03", "ends": str(START + 1)}
        sign = {"metric": "deals", "below": 1.0, "then": {"agency": 0.5, "targets": ("A03", "A04")}}
        model = _model(6, strategy={"targets": (left,), "when": (sign,)})
        held = []
        while model.running:
            model.step()
            held.append([float(model.state.agency[0]), *(model.state.depth[0, [3, 4]] > 0).tolist()])
        assert held == [[0.0, True, False], [0.0, False, False]] + 4 * [[0.5, False, True]]
        assert not model.state.allowed[[0, 3], [3, 0]].any()

    def test_a_purse_that_is_divided_in_a_run_is_divided_as_it_stands(self):
        then = {"split": {"state": 0.25, "levers": 0.0}}
        model = make_model(make_world(6), 2, strategy={"when": (self._sign(then, above=0.0),)})
        model.step()
        purse = model.state.purse[0]
        model._begin_quarter()
        assert model.state.pot[0, STATE] == pytest.approx(0.25 * purse)

    def test_a_cut_of_the_budget_goes_on_and_ends_at_the_new_one(self):
        cut = {"kind": "budget_cut", "quarter": str(START), "size": 0.5, "duration": 2}
        sign = self._sign({"budget": 3.0}, above=0.0)
        model = make_model(make_world(6), 3, strategy={"when": (sign,)}, shocks=(cut,))
        usual, seen = model.state.budget_start[0], []
        while model.running:
            model.step()
            seen.append(model.state.budget[0] / usual)
        assert seen == pytest.approx([0.5, 1.5, 3.0])

    @pytest.mark.parametrize(("metric", "says"), [("coverge", "mean 'coverage'"), ("density_all", "of the world")])
    def test_a_metric_must_be_one_of_the_focal_state(self, metric, says):
        sign = self._sign({"agency": 1.0}, above=0.0) | {"metric": metric}
        with pytest.raises(InputError, match=says):
            make_model(make_world(3), 1, strategy={"when": (sign,)})


class TestNoLeverIsFree:
    """X26 on the shipped baseline: what the levers cost is missing, to the last bit of it, where deals are paid."""

    def test_with_everything_at_its_most_and_the_budget_of_today_less_is_left_for_deals(self):
        pulled: dict[str, Any] = dict.fromkeys(LEVERS, 1.0)
        campaigns = {"influencers": "all_allies", "paid": True}
        left, bought = {}, {}
        for name, strategy in (("none", {}), ("all", pulled | {"advocacy": campaigns})):
            model = GovernanceModel(shipped("baseline", {f"strategy.{key}": value for key, value in strategy.items()}))
            state, row = model.state, model.index(model.scenario.focal)

            def note(moment: str, name: str = name, state: Any = state, row: int = row) -> None:
                if moment == "paid":
                    left[name] = state.purse[row]

            model.watch, income = note, state.budget[row]
            opened = 1.0 - state.transparency_ref[row]
            model.step()
            bought[name] = int((state.depth[row, state.kind == INFLUENCER] > 0).sum())
        price = (0.10 + 0.05 + 0.05 * opened + 0.10) * income
        assert left["none"] - left["all"] == pytest.approx(price)
        assert price > 0.25 * income
        assert bought["all"] > bought["none"]  # and campaigns are paid from what is left
