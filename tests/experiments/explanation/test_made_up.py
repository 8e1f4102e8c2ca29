"""Explanations in made-up worlds: every term by hand, and the events that real runs seldom have."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simulation.actors import StateActor
from simulation.experiments.explanation import Explanation
from simulation.experiments.explanation.tables import tables
from simulation.experiments.explanation.watcher import Watcher
from simulation.intensity.covariates import NAMES
from simulation.model import GovernanceModel
from simulation.model.book import believed
from simulation.processes.instruments import FACTORS, SETTLED
from simulation.scenario.mechanisms import MECHANISMS
from simulation.state import STATE
from tests.synthetic import make_bloc, make_deal, make_instrument, make_model, make_scenario, make_world

STILL = {name: "off" for name, mechanism in MECHANISMS.items() if "off" in mechanism.options}
"""Nothing but approaches and answers."""


def explained(model: GovernanceModel, actor: str = "A02") -> Explanation:
    """Run a model to its end under a watcher."""
    watcher = Watcher(model, model.index(actor))
    model.watch = watcher
    return tables(model.run(), actor, watcher.events)


def alone(model: GovernanceModel) -> GovernanceModel:
    """The same without any approach."""
    model.state.zeal[:] = 0.0
    return model


def cells(found: Explanation, event: int, actor: str, part: str, other: str | None = None) -> dict[str, float]:
    rows = found.terms.loc[
        (found.terms["event"] == event) & (found.terms["actor"] == actor) & (found.terms["part"] == part)
    ]
    rows = rows if other is None else rows.loc[rows["other"] == other]
    return dict(zip(rows["name"], rows["value"], strict=True))


def only(found: Explanation, **columns: Any) -> pd.Series:
    """The first event with these values."""
    rows = found.events
    for name, value in columns.items():
        rows = rows.loc[rows[name] == value]
    assert len(rows), found.events.to_string()
    return rows.iloc[0]


def test_every_term_by_hand() -> None:
    """An approach between two states: each number from the equation of U, not from the code."""
    gdp = np.array([4e11, 1e11, 2e11, 8e11, 5e11])
    border, trust = np.zeros((5, 5), bool), np.full((5, 5), 0.5)
    border[2, 1] = border[1, 2] = True
    world = make_world(4, gdp_usd=gdp, contiguous=border, trust_prior=trust, rivals=((2, 1),),
                       deals=[make_deal((1, 2)), make_deal((1, 3))])  # fmt: skip
    model = make_model(world, 1, mechanisms=STILL)
    model.state.trust_reference[:] = 0.0
    par, state = model.parameters, model.state
    attraction = state.attraction.copy()
    _, belief = believed(world, model.scenario, 0)[STATE]
    beta = dict(zip(NAMES, belief.weights.tolist(), strict=True))
    found = explained(model)
    event = only(found, about="A01", by="A02")
    sizes = np.log(gdp) - np.log(gdp).mean()
    # deals in five years: A01 two, A02 and A03 one each; mean over the four states
    activity = math.log(3) - (math.log(3) + 2 * math.log(2)) / 4
    expected = {
        "size": beta["size"] * sizes[1], "border": beta["border"], "rival": beta["rival"],
        "activity": beta["activity"] * activity, "attraction": attraction[1],
        "history": (beta["past"] + beta["recent"]) * math.log(2),
        "trust": par.trust_pull * (state.trust_hat[2, 1] - state.trust_reference[2, 1]), "interests": 0.0, "needs": 0.0,
        "rivalry": 0.0,
    }  # fmt: skip
    told = cells(found, event["event"], "A02", "term", "A01")
    assert told == pytest.approx(expected, abs=1e-9)
    back = cells(found, event["event"], "A01", "term", "A02")
    assert back["reluctance"] == pytest.approx(-belief.reluctance)
    assert back["size"] == pytest.approx(beta["size"] * sizes[2])
    odds = cells(found, event["event"], "A01", "decided")["decided"]
    assert event["probability"] == pytest.approx(1 / (1 + math.exp(-odds)))


def test_rivalry_is_a_term_of_either_side() -> None:
    far = np.tile(np.array([0.9, 0.1, 0.9, 0.1]), (6, 1))
    far[1], far[5] = 1 - far[0], [0.9, 0.9, 0.1, 0.1]  # the three leaders stand far from one another
    far[2:5] = 0.5
    model = make_model(
        make_world(5, position=far), 1, mechanisms=STILL | {"rivalry": "on", "concessions": "on"},
        parameters={"rivalry": 4.0},
    )  # fmt: skip
    found = explained(model, "A02")
    rows = found.terms.loc[(found.terms["name"] == "rivalry") & (found.terms["part"] == "term")]
    gained = rows.set_index(["actor", "other"])["value"]
    pairs = [(i, j) for i, j in gained.index if "A02" in (i, j)]
    courted = gained.loc[[pair for pair in pairs if pair == ("A02", "A00")]]
    leaders = gained.loc[[pair for pair in pairs if pair == ("A00", "A02")]]
    assert len(courted)
    assert len(leaders)
    assert (courted > 0).all()  # what is conceded beyond the fitted world, (rivalry - 1) of it
    bonus = 3.0 * model.parameters.rivalry_bonus * model.state.strategic_weight[2]
    assert leaders.iloc[0] == pytest.approx(bonus - courted.iloc[0])
    others = gained.loc[[pair for pair in pairs if not {"A00", "A01", "EU"} & {*pair}]]
    assert (others == 0).all()


def test_planned_deals_are_nobodys_decision() -> None:
    deal = {"parties": ("A02", "A03"), "depth": "programme", "start": "2025Q2"}
    found = explained(alone(make_model(make_world(5), 3, deals=(deal,), mechanisms=STILL)))
    event = only(found, reason="planned")
    assert (event["quarter"], event["kind"], event["depth"]) == ("2025Q2", "made", 2)
    assert event["commitments"] == pytest.approx(2 / 3)
    assert found.terms.empty
    assert len(found.events) == 1


def test_who_cannot_pay_is_named() -> None:
    model = make_model(make_world(4), 4, mechanisms=STILL | {"budget": "on"})
    model.state.budget[2] = 0.01
    model.state.purse[2] = 0.0
    found = explained(model)
    poor = found.events.loc[found.events["reason"] == "accepted budget"]
    assert len(poor)
    assert set(poor["kind"]) == {"refused"}
    assert set(poor["who"]) == {"A02"}
    given = cells(found, poor["event"].iloc[0], "A02", "given")
    assert given["price"] > given["left"]
    assert model.state.depth[2].sum() == 0


def test_a_public_that_refuses_what_binds_is_named() -> None:
    world = make_world(4, opinion=0.1, deals=[make_deal((2, k), 2) for k in (0, 1, 3)])
    model = make_model(world, 8, mechanisms=STILL | {"ratification": "on"})
    model.state.opinion[:] = 0.0
    found = explained(model)
    event = only(found, reason="accepted public")
    assert (event["kind"], event["depth"], event["commitments"]) == ("renewed", 2, 0.0)
    assert event["who"] in model.state.ids
    assert model.state.depth.max() == 2


def test_what_is_given_up_and_by_whom() -> None:
    """A purse too small: the deal that draws least goes first, and it is the poor side that ends it."""
    world = make_world(4, deals=[make_deal((2, k), 3) for k in (0, 1, 3)])
    model = alone(make_model(world, 1, mechanisms=STILL | {"budget": "on"}))
    state = model.state
    state.budget[2], state.purse[2] = 2.5 * model.rules.keep[STATE, 3], 0.0
    state.base[2, 1] -= 9.0
    found = explained(model)
    (event,) = found.events.to_dict("records")
    assert (event["kind"], event["reason"], event["depth"]) == ("ended", "upkeep", 0)
    assert (event["about"], event["by"], event["commitments"]) == ("A01", "A02", -1.0)
    assert cells(found, 0, "A02", "term")["changed"] == pytest.approx(-9.0)


@pytest.mark.parametrize(("renewal", "kind", "reason"), [(0.2, "ended", "expired"), (0.8, "renewed", "renewed")])
def test_a_term_that_is_over(renewal: float, kind: str, reason: str) -> None:
    world = make_world(4, deals=[make_deal((2, 3), 2)])
    kinds = set()
    for replicate in range(12):
        model = make_model(world, 1, replicate, mechanisms=STILL | {"ends": "on"}, parameters={"renewal": renewal})
        alone(model).state.until[2, 3] = model.state.until[3, 2] = 0
        found = explained(model)
        (event,) = found.events.to_dict("records")
        terms = cells(found, 0, "A02", "term")
        # one deal alone is the mean of all, and everybody stands alike: nothing but the usual share
        assert terms == pytest.approx({"usual": math.log(renewal / (1 - renewal)), "mutual": 0.0, "likeness": 0.0})
        assert event["probability"] == pytest.approx(renewal)
        assert (event["kind"] == "renewed") == (event["luck"] < renewal) == (model.state.depth[2, 3] == 2)
        kinds.add((event["kind"], event["reason"]))
    assert (kind, reason) in kinds


def test_a_renewal_that_a_purse_cannot_bear() -> None:
    world = make_world(4, deals=[make_deal((2, 3), 2)])
    for replicate in range(9):
        model = make_model(world, 1, replicate, mechanisms=STILL | {"ends": "on", "budget": "on"},
                           parameters={"renewal": 0.8})  # fmt: skip
        state = alone(model).state
        state.until[2, 3] = state.until[3, 2] = 0
        state.budget[3], state.purse[3] = model.rules.keep[STATE, 2], 0.0
        (event,) = explained(model).events.to_dict("records")
        assert event["kind"] == "ended"
        if event["luck"] < event["probability"]:
            assert (event["reason"], event["who"]) == ("unaffordable", "A03")
            return
    raise AssertionError("never to be renewed at a chance of .8")


def test_breaches_both_ways_lower_a_deal_once() -> None:
    world = make_world(4, deals=[make_deal((2, 3), 3)])
    parameters = {"compliance_base": 0.5, "compliance_load": 0.5, "compliance_distance": 0.5, "compliance_capture": 0.5,
                  "detection": 1.0, "breach_lowers_depth": 1.0}  # fmt: skip
    model = alone(make_model(world, 20, mechanisms=STILL | {"breach": "on"}, parameters=parameters))
    found = explained(model)
    broken = found.events.loc[found.events["kind"] == "broken"]
    assert set(broken["reason"]) <= {"seen lowered", "seen fallen", "seen"}
    assert broken["commitments"].sum() == pytest.approx((model.state.depth[2, 3] - 3) / 3)
    assert (broken["luck"] >= broken["probability"]).all()
    first = cells(found, broken["event"].iloc[0], broken["by"].iloc[0], "term")
    assert set(first) == {"base", "load", "distance", "capture", "watched", "bounds"}
    assert first["base"] == 0.5


@pytest.mark.parametrize("actor", ["A00", "A03"])
def test_a_clause_by_which_a_deal_is_left_is_told_to_both(actor: str) -> None:
    targets = ({"partner": "A03", "from": "2026Q1", "ends": "2026Q2"},)
    world = make_world(4, deals=[make_deal((0, 3), 2)])
    model = alone(make_model(world, 6, mechanisms=STILL, strategy={"targets": targets}))
    found = explained(model, actor)
    event = only(found, reason="clause")
    assert (event["quarter"], event["kind"], event["by"], event["depth"]) == ("2026Q2", "ended", "A00", 0)
    assert event["commitments"] <= -2 / 3
    assert {event["about"], actor} == {"A00", "A03"}
    assert model.state.depth[0, 3] == 0


def test_a_third_party_joins_two() -> None:
    """Told to the two with the chance of their own yes, to the third with the chance of joining."""
    world = make_world(5)
    model = make_model(world, 4, mechanisms=STILL | {"trilateral": "on"}, parameters={"trilateral_rate": 0.2})
    watchers = {actor: Watcher(model, model.index(actor)) for actor in world.ids}
    model.watch = lambda moment: [watcher(moment) for watcher in watchers.values()] and None
    model.state.reluctance[:] = -3.0  # everybody agrees
    model.state.zeal[:] = 0.02
    model.third_rate[:] = 4.0
    model.run()
    found = {actor: tables(model, actor, watcher.events) for actor, watcher in watchers.items()}
    three = [(actor, row) for actor, one in found.items() for row in one.events.to_dict("records") if row["third"]]
    assert {reason for _, row in three for reason in row["reason"].split()} >= {"third", "agreed", "joining"}
    for actor, row in three:
        assert row["track"] == "trilateral"
        assert len(row["about"].split()) == 2
        assert (row["third"] == actor) == ("joining" in row["reason"]) == ("accepted" not in row["reason"])
        views = found[actor].terms.loc[(found[actor].terms["event"] == row["event"])]
        views = views.loc[views["part"] == "decided", ["actor", "other", "sum"]].to_numpy().tolist()
        one, two = [view[:2] for view in views[:2]]
        assert views == [[*one, "turning"], [*two, "agreeing"], [row["third"], row["by"], "agreeing"],
                         [row["third"], two[0], "agreeing"]]  # fmt: skip
        assert one == [row["by"], two[0]] == two[::-1]
        if row["third"] == actor:
            q = [1 / (1 + math.exp(-cells(found[actor], row["event"], actor, "decided", other)["decided"]))
                 for other in row["about"].split()]  # fmt: skip
            # r3·(p_i(k) + p_j(k))/2·q_k(i)·q_k(j), and a choice is a third or less of what five actors share
            assert 0 < row["probability"] / (model.third_rate[0] * q[0] * q[1]) < 1


def test_a_join_by_its_terms() -> None:
    world = make_world(4, instruments=[make_instrument((0, 1, 2, 3), joined=(0,))])
    model = alone(make_model(world, 30, mechanisms=STILL | {"instruments": "on", "soft_law": "on"}))
    model.state.pace[:] = -1.0
    found = explained(model)
    event = only(found, kind="joined")
    terms = cells(found, event["event"], "A02", "term")
    assert list(terms) == ["intercept", *FACTORS, *SETTLED]
    assert terms["intercept"] == -1.0
    odds = cells(found, event["event"], "A02", "decided")["decided"]
    assert odds == pytest.approx(sum(terms.values()), abs=1e-9)
    assert event["probability"] == pytest.approx(1 / (1 + math.exp(-odds)))
    assert event["commitments"] == pytest.approx(0.5 / 3)


def test_a_bloc_decides_by_the_votes_of_its_members() -> None:
    """Two who stand alike: closeness is salience times trust, the cost that of the first step."""
    bloc = make_bloc((2, 3), "majority", 0.5)
    switches = STILL | {"blocs": "on", "soft_law": "on"}
    world = make_world(4, blocs=[bloc], trust_prior=0.9)
    model = alone(make_model(world, 6, mechanisms=switches, parameters={"agenda_raises": 1}))
    par = model.parameters
    trust = model.state.trust_hat[2, 3]
    found = explained(model)
    decided = found.events.loc[found.events["kind"].isin(["passed", "rejected"])]
    first = decided.iloc[0]
    salience = par.salience_floor + par.salience_capacity * 0.5
    terms = {"closeness": salience * trust, "rung": -par.vote_cost, "proposal": 0.0, "rivalry": 0.0}
    assert cells(found, first["event"], "A02", "term") == pytest.approx(terms)
    assert first["probability"] == pytest.approx(1 / (1 + math.exp(-sum(terms.values()) / par.vote_noise)))
    passed = decided.loc[decided["kind"] == "passed"]
    assert list(passed["depth"]) == list(range(1, len(passed) + 1))
    assert len(passed) == model.state.bloc_depth[0] > 0
    assert set(passed["reason"]) == {"enough"}
    assert passed["commitments"].to_numpy() == pytest.approx(0.5 / 3)
    assert (passed["luck"] < passed["probability"]).all()  # of two both have to say yes


def test_distrust_stops_a_bloc() -> None:
    model = make_model(make_world(4, blocs=[make_bloc((1, 2, 3))], trust_prior=0.1), 2,
                       mechanisms=STILL | {"blocs": "on"})  # fmt: skip
    found = explained(alone(model))
    assert set(found.events["reason"]) == {"vetoed"}
    assert found.events["probability"].isna().all()
    majority = make_bloc((1, 2, 3), "majority", 0.5)
    model = make_model(make_world(4, blocs=[majority], trust_prior=0.1), 2, mechanisms=STILL | {"blocs": "on"})
    found = explained(alone(model))
    assert set(found.events["reason"]) == {"too_few distrust"}
    assert (found.events["probability"] == 0).all()


class Headstrong(StateActor):
    """Turns to the second state alone, accepts everybody, breaks every promise, by rules of its own."""

    def partner_utility(self, partner):
        return 9.0 if partner.id == "A01" else 0.0

    def accepts(self, partner, utility):
        return 1.0

    def keeps_promise(self, partner):
        return 0.0


def test_a_rule_of_ones_own_is_told_as_such() -> None:
    scenario = make_scenario(4, mechanisms=STILL | {"breach": "on"})
    model = GovernanceModel(scenario, world=make_world(4, deals=[make_deal((2, 3), 3)]), actors={"A02": Headstrong})
    found = explained(model)
    own = only(found, by="A02", about="A01", kind="refused")
    assert cells(found, own["event"], "A02", "term") == {"own_rule": 9.0, "rivalry": 0.0}
    asked = only(found, by="A01", reason="accepted")
    assert not cells(found, asked["event"], "A02", "term")
    assert not cells(found, asked["event"], "A02", "decided")
    assert asked["probability"] == 1
    broken = only(found, kind="broken", by="A02")
    assert broken["probability"] == 0
    assert not cells(found, broken["event"], "A02", "term")
