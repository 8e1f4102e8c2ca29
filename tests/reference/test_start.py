"""The state a run starts from agrees with the plain rules of ``start``."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulation.data.world import World as Facts
from simulation.model import GovernanceModel
from tests.reference import start
from tests.reference.columns import oracle_of
from tests.reference.compliance import mean_compliance, watching
from tests.reference.contracts import upkeep_load
from tests.reference.positions import openness
from tests.reference.society import ties
from tests.reference.strategies import parameters, switches, worlds
from tests.reference.world import TRACKS, World
from tests.synthetic import make_instrument, make_model, make_world


@st.composite
def fresh(draw: st.DrawFn) -> GovernanceModel:
    """A model without levers, overrides and fragmentation: the rules of the start alone."""
    return make_model(draw(worlds((3, 12))), 4, parameters=draw(parameters()), mechanisms=draw(switches()))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(model=fresh())
def test_the_start_follows_its_rules(model: GovernanceModel) -> None:
    world = oracle_of(model).world
    model.close()
    check_people(world, model.world)
    check_texts(world, model.world)
    for i in world.states:
        assert list(i.peers.values()) == close([start.peer_weight(world, i, j) for j in world.states])
        assert i.norm == (i.un_member and i.habit["civil"] >= world.par.norm_start)
    for i in world.actors:
        assert i.load == close(upkeep_load(world, i))
        z = ties(i, "firm")
        captured = world.when("capture", openness(world, i) * z / (1.0 + z)) if i.is_state else 0.0
        assert i.capture == close(captured)


def test_reach_is_counted_from_what_the_eligible_think_of_the_sponsors() -> None:
    text = make_instrument((0, 1, 2, 3), sponsors=(1, 7))
    facts = make_world(5, {"firm": 1, "secretariat": 1}, instruments=[text], trust_prior=0.7)
    model = make_model(facts, 4, parameters={"join_sponsor": 4.0})
    check_texts(oracle_of(model).world, facts)
    assert model.state.reach_intercept[0] < make_model(facts, 4).state.reach_intercept[0]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(model=fresh())
def test_held_deals_have_a_past(model: GovernanceModel) -> None:
    world = oracle_of(model).world
    model.close()
    for i in world.actors:
        i.budget, _ = start.resources(world, i)  # the recorded one, also where budgets do not bind
        i.load = upkeep_load(world, i)
    for i in world.actors:
        assert i.watch == close(watching(world, i))
        assert i.compliance == close(mean_compliance(world, i))
        assert i.broke == {j: when for j in i.deals if (when := start.last_breach(world, i, j)) is not None}
        for j in set(world.actors) - {i}:
            opinion = j.opinion_of[i]
            assert (opinion.alpha, opinion.beta) == (opinion.alpha_ref, opinion.beta_ref)
            assert (opinion.alpha, opinion.beta) == close(start.evidence(world, i, j))


def close(expected: object) -> object:
    """Equal up to the last bits of sums, exp and log."""
    return pytest.approx(expected, rel=1e-9, abs=1e-12)


def check_people(w: World, facts: Facts) -> None:
    """Columns of the actors."""
    recorded = {i: facts.position[i.row].tolist() for i in w.actors}
    treaty = {i: int(facts.camp[i.row]) for i in w.states}
    for i in w.actors:
        budget, slots = start.resources(w, i)
        assert i.budget == close(budget if w.on("budget") else 1e12)
        assert i.slots == slots
        assert i.position == close(start.position(w, i, recorded[i], float(facts.position_sd[i.row])))
        assert i.camp == start.camp(w, i, treaty)
        assert i.strategic_weight == close(start.strategic_weight(w, i))
        assert i.norm_threshold == close(start.norm_threshold(w, i))
        assert i.capacity_decay == close(start.rest_decay(w, i))
        assert list(i.propensity.values()) == close([start.propensity(w, i, k) for k in range(len(TRACKS))])
        waits = start.first_waits(w, i)
        assert {track: i.first_wait[track] for track in waits} == close(waits)


def check_texts(w: World, facts: Facts) -> None:
    """Columns of the instruments, and the habits that follow from them."""
    known = {text.id for text in facts.instruments
             if text.complete and not text.invitation_only and len(text.joined) < len(text.eligible)}
    settled = [text for text in w.texts if text.id in known]
    for i in w.actors:
        for domain in i.habit:
            assert i.habit[domain] == close(start.habit(i, domain, settled))
    for text in w.texts:
        assert text.intercept == close(start.intercept(w, text))
