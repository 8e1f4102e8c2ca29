"""Explanations in made-up worlds: every factor and term by hand, and the events that real runs seldom have."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simulation.actors import Firm, StateActor
from simulation.experiments.explanation import Explanation
from simulation.experiments.explanation.tables import tables
from simulation.experiments.explanation.watcher import Watcher
from simulation.model import GovernanceModel
from simulation.processes.instruments import FACTORS
from tests.synthetic import QUIET, make_deal, make_instrument, make_model, make_scenario, make_world


def explained(model: GovernanceModel, actor: str = "A02") -> Explanation:
    """Run a model to its end under a watcher."""
    watcher = Watcher(model, model.index(actor))
    model.watch = watcher
    return tables(model.run(), actor, watcher.events)


def cells(found: Explanation, event: int, actor: str, part: str) -> dict[str, float]:
    rows = found.terms.loc[
        (found.terms["event"] == event) & (found.terms["actor"] == actor) & (found.terms["part"] == part)
    ]
    return dict(zip(rows["name"], rows["value"], strict=True))


def only(found: Explanation, **columns: Any) -> pd.Series:
    """The first event with these values."""
    rows = found.events
    for name, value in columns.items():
        rows = rows.loc[rows[name] == value]
    assert len(rows), found.events.to_string()
    return rows.iloc[0]


def test_every_factor_and_term_by_hand() -> None:
    """A first deal of two states: each number from the equations of V and U, not from the code."""
    rng = np.random.default_rng(3)
    world = make_world(4, position=rng.random((5, 4)), trust_prior=0.8, deals=[make_deal((2, 3)), make_deal((1, 3))])
    mechanisms = QUIET | {"network_effects": "on", "exposure": "on", "urgency": "on"}
    model = make_model(world, 1, mechanisms=mechanisms, parameters={"setup_cost": 0.02})
    par, state = model.parameters, model.state
    position, weight = state.position.copy(), state.weight.copy()
    state.urgency[:] = 0.4
    found = explained(model)
    event = only(found, about="A01", kind="made")
    i, j = 2, 1
    mine = cells(found, event["event"], "A02", "factor")
    needs, offers = state.needs[i], state.offers[j]
    distance = float(weight[i] @ (position[i] - position[j]) ** 2)
    by_hand = {
        "complementarity": float(needs @ offers / needs.sum()),
        "affinity": math.exp(-distance / (2 * par.affinity_width**2)),
        "partner_activity": 1 + par.partner_activity * 1 / (10 + 1),
        "inertia": 1.0,
        "urgency": 1 + par.urgency_weight * 0.4,
        "exposure": 1 + par.exposure_weight * 0.3,
    }
    by_hand["shared_partners"] = 1 + par.shared_partners * 1 / (3 + 1) / by_hand["partner_activity"]
    assert mine == pytest.approx(by_hand, rel=1e-9)
    value = math.prod(by_hand.values())
    trust = cells(found, event["event"], "A02", "given")["trust"]
    assert trust == pytest.approx(model.state.trust_hat[i, j])
    terms = {"kept": value * trust, "broken": -par.breach_loss * value * (1 - trust), "setup": -par.setup_cost,
             "rivalry": 0.0, "concession": 0.0}  # fmt: skip
    told = cells(found, event["event"], "A02", "term")
    assert told["setup"] == pytest.approx(-0.02 * (1 + cells(found, event["event"], "A02", "given")["load"]))
    assert {**told, "setup": 0} == pytest.approx({**terms, "setup": 0}, rel=1e-9)
    assert event["decided"] == pytest.approx(sum(told.values()), abs=1e-9)
    assert event["luck"] < event["probability"]


def test_rivalry_and_concession_are_terms_of_either_side() -> None:
    far = np.tile(np.array([0.9, 0.1, 0.9, 0.1]), (6, 1))
    far[1] = 1 - far[0]  # the second leader stands far from the first and from the EU
    far[2:5] = 0.5
    world = make_world(5, position=far, trust_prior=0.9, exposure=1.0)
    model = make_model(
        world, 2, mechanisms=QUIET | {"rivalry": "on", "concessions": "on"}, parameters={"rivalry": 4.0}
    )
    found = explained(model, "A02")
    event = only(found, about="A00", kind="made")
    own = cells(found, event["event"], "A02", "term")
    leaders = cells(found, event["event"], "A00", "term")
    assert leaders["rivalry"] > 0
    assert own["concession"] > 0
    assert own["concession"] == pytest.approx(-leaders["concession"])
    assert own["rivalry"] == 0
    for actor in ("A00", "A02"):
        decided = cells(found, event["event"], actor, "decided")["decided"]
        assert sum(cells(found, event["event"], actor, "term").values()) == pytest.approx(decided, abs=1e-9)


def test_planned_deals_are_nobodys_decision() -> None:
    deal = {"parties": ("A02", "A03"), "depth": "programme", "start": "2025Q2"}
    model = make_model(make_world(5, trust_prior=0.05), 3, deals=(deal,), mechanisms=QUIET)
    model.state.slots[:] = 0
    found = explained(model)
    event = only(found, reason="planned")
    assert (event["quarter"], event["kind"], event["depth"]) == ("2025Q2", "made", 2)
    assert event["commitments"] == pytest.approx(2 / 3)
    assert math.isnan(event["decided"])
    assert found.terms.empty


def test_who_cannot_pay_is_named() -> None:
    model = make_model(make_world(4, trust_prior=0.9), 1, mechanisms=QUIET | {"budget": "on"})
    model.state.budget[2] = 0.01
    found = explained(model)
    poor = found.events.loc[found.events["reason"] == "budget"]
    assert len(poor)
    assert set(poor["refused_by"]) == {"A02"}
    given = cells(found, poor["event"].iloc[0], "A02", "given")
    assert given["price"] > given["left"] == pytest.approx(0.01)
    assert model.state.depth[2].sum() == 0


def test_a_public_that_refuses_is_named() -> None:
    world = make_world(4, trust_prior=0.9, opinion=0.5, deals=[make_deal((2, k), 2) for k in (0, 1, 3)])
    model = make_model(world, 12, mechanisms=QUIET | {"ratification": "on"}, parameters={"setup_cost": 0.02})
    model.state.opinion[:] = 0.1
    found = explained(model)
    event = only(found, reason="public")
    assert event["depth"] == 3
    assert event["luck"] >= event["probability"]
    assert event["refused_by"] in ("A00", "A01", "A02", "A03")


def test_what_is_shed_and_by_whom() -> None:
    """A budget cut: the least valued deal goes first, and it is the poor side that sheds."""
    deals = [make_deal((2, k), 3) for k in (0, 1, 3)]
    world = make_world(4, trust_prior=0.5, deals=deals)
    model = make_model(world, 1, mechanisms=QUIET | {"budget": "on"})
    state = model.state
    state.slots[:] = 0
    state.budget[2] = 6.5 * model.parameters.upkeep_cost
    state.alpha[2, 1], state.beta[2, 1] = 1.0, 9.0  # the least trusted
    found = explained(model)
    event = only(found, kind="shed")
    assert len(found.events) == 1
    assert (event["about"], event["by"], event["commitments"]) == ("A01", "A02", -1.0)
    own = cells(found, event["event"], "A02", "term")
    assert own["upkeep"] < 0
    assert event["decided"] == pytest.approx(sum(own.values()), abs=1e-9)


def test_an_unwanted_deal_lapses_for_who_does_not_want_it() -> None:
    world = make_world(4, trust_prior=0.6, deals=[make_deal((2, 3), 2)])
    model = make_model(world, 1, mechanisms=QUIET | {"lapse": "on"}, parameters={"lapse": 1, "witness_mass": 0})
    model.state.slots[:] = 0
    model.state.alpha[3, 2], model.state.beta[3, 2] = 0.5, 9.5
    found = explained(model)
    event = only(found, kind="lapsed")
    assert (event["about"], event["by"], event["depth"]) == ("A03", "A03", 0)
    assert cells(found, event["event"], "A03", "decided")["decided"] < 0 < event["decided"]


def test_breaches_both_ways_lower_a_deal_once() -> None:
    world = make_world(4, trust_prior=0.6, deals=[make_deal((2, 3), 3)])
    parameters = {"compliance_base": 0.5, "compliance_load": 0.5, "compliance_distance": 0.5, "compliance_capture": 0.5,
                  "detection": 1.0, "breach_lowers_depth": 1.0}  # fmt: skip
    model = make_model(world, 20, mechanisms=QUIET | {"breach": "on"}, parameters=parameters)
    model.state.slots[:] = 0
    found = explained(model)
    broken = found.events.loc[found.events["kind"] == "broken"]
    assert set(broken["reason"]) <= {"seen_lowered", "seen"}
    assert broken["commitments"].sum() == pytest.approx((model.state.depth[2, 3] - 3) / 3)
    assert (broken["luck"] >= broken["probability"]).all()
    first = cells(found, broken["event"].iloc[0], broken["by"].iloc[0], "term")
    assert set(first) == {"base", "load", "distance", "capture", "watched", "bounds"}
    assert first["base"] == 0.5


def test_a_contract_of_three() -> None:
    world = make_world(5, trust_prior=0.9, exposure=1.0, deals=[make_deal((2, 3))])
    model = make_model(
        world, 8, mechanisms=QUIET | {"trilateral": "on"}, parameters={"trilateral_rate": 1.0, "setup_cost": 0.02}
    )
    found = explained(model)
    three = found.events.loc[found.events["track"] == "trilateral"]
    assert {"made", "deepened"} & set(three["kind"])
    event = three.iloc[0]
    assert len(event["about"].split()) == 2
    rows = found.terms.loc[(found.terms["event"] == event["event"]) & (found.terms["part"] == "term")]
    assert rows["actor"].nunique() == 3
    means = (rows["value"] * rows["weight"]).groupby(rows["actor"]).sum()
    for actor, mean in means.items():
        assert mean == pytest.approx(cells(found, event["event"], actor, "decided")["decided"], abs=1e-9)


def test_a_join_by_its_terms() -> None:
    world = make_world(4, instruments=[make_instrument((0, 1, 2, 3), joined=(0,))])
    model = make_model(world, 30, mechanisms=QUIET | {"instruments": "on"})
    model.state.reach_intercept[:] = -3.0
    found = explained(model)
    event = only(found, kind="joined")
    terms = cells(found, event["event"], "A02", "term")
    assert list(terms) == ["intercept", *FACTORS]
    assert terms["intercept"] == -3.0
    assert event["decided"] == pytest.approx(sum(terms.values()), abs=1e-9)
    assert event["probability"] == pytest.approx(1 / (1 + math.exp(-event["decided"])))
    assert event["commitments"] == pytest.approx(0.5 / 3)


class Generous(Firm):
    """Values everybody alike."""

    def partner_value(self, partner):
        return 2.5


class Faithless(StateActor):
    """Breaks every promise, by a rule of its own."""

    def keeps_promise(self, partner):
        return 0.0


def test_a_rule_of_ones_own_is_told_as_such() -> None:
    world = make_world(4, {"firm": 1}, trust_prior=0.9, deals=[make_deal((2, 3), 3)])
    scenario = make_scenario(6, mechanisms=QUIET | {"breach": "on"})
    model = GovernanceModel(scenario, world=world, actors={"firm_0": Generous, "A03": Faithless})
    found = explained(model)
    event = only(found, about="firm_0", kind="made")
    assert cells(found, event["event"], "firm_0", "factor") == {"own_value": 2.5}
    decided = cells(found, event["event"], "firm_0", "decided")["decided"]
    assert sum(cells(found, event["event"], "firm_0", "term").values()) == pytest.approx(decided, abs=1e-9)
    broken = only(found, kind="broken", by="A03")
    assert math.isnan(broken["probability"])
    assert not cells(found, broken["event"], "A03", "term")


def test_a_contract_without_value_to_one_is_told_as_such() -> None:
    """Who needs nothing from anybody has no utility to add up."""
    world = make_world(4, trust_prior=0.9, exposure=1.0, deals=[make_deal((2, 3), 3)])
    model = make_model(world, 4, mechanisms=QUIET | {"trilateral": "on"}, parameters={"trilateral_rate": 1.0})
    trust = model.state.trust_prior
    trust[1, 2:4] = 0.0
    model.state.alpha[1, 2:4], model.state.beta[1, 2:4] = 0.0, 4.0
    model.parameters = model.parameters.replace(witness_mass=0.0)
    found = explained(model)
    event = only(found, reason="worthless")
    assert event["track"] == "trilateral"
    assert cells(found, event["event"], "A01", "term") == {"worthless": -1e9}
