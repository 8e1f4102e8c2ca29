"""The state a run starts from agrees with the plain rules of ``start``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulation.data.world import World as Facts
from simulation.intensity.joining.posterior import shipped
from simulation.model import GovernanceModel
from simulation.model.start import build_state, instrument_rows
from simulation.scenario.checks import world_of
from simulation.scenario.load import load_scenario
from tests.reference import book, joining, needs, pull, start
from tests.reference.columns import oracle_of
from tests.reference.compliance import mean_compliance, watching
from tests.reference.ends import upkeep_load
from tests.reference.gravity import gravity
from tests.reference.positions import openness
from tests.reference.society import ties
from tests.reference.strategies import parameters, switches, worlds
from tests.reference.trust import affinity
from tests.reference.world import KINDS, TRACKS, Actor, World
from tests.synthetic import make_deal, make_model, make_world


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
    check_actors(world, model.world)
    check_past(world)
    check_book(model)
    assert [i.gravity for i in world.actors] == close([gravity(world, i) for i in world.actors])


def check_actors(world: World, facts: Facts) -> None:
    """Efforts, weights of peers, upkeep and capture."""
    efforts = start.first_efforts(world, [[world.actors[i] for i in deal.parties] for deal in facts.deals])
    for i in world.states:
        assert i.track_start == close(efforts[i])
        assert list(i.peers.values()) == close([start.peer_weight(world, i, j) for j in world.states])
    for i in world.actors:
        assert i.load == close(upkeep_load(world, i))
        z = ties(i, "firm")
        captured = world.when("capture", openness(i) * z / (1.0 + z)) if i.is_state else 0.0
        assert i.capture == close(captured)


def check_past(world: World) -> None:
    """Held deals have one: conduct seen, promises kept, trust learnt."""
    for i in world.actors:
        assert i.watch == close(watching(world, i))
        assert i.compliance == close(mean_compliance(world, i))
        assert {j: told for j, told in i.kept.items() if told} == {j: start.kept_word(world, i, j) for j in i.deals}
        for j in set(world.actors) - {i}:
            opinion = j.opinion_of[i]
            assert (opinion.alpha, opinion.beta) == (opinion.alpha_ref, opinion.beta_ref)
            assert (opinion.alpha, opinion.beta) == close(start.evidence(world, i, j))


def test_what_no_record_holds_is_drawn_from_the_thinned_intensity() -> None:
    drawn = 0
    for seed in range(4):
        model = make_model(real_states(), 4, focal="MAR", seed=seed, records={"complete": ("SEN",)})
        check_book(model)
        drawn += int(model.state.drawn[:REAL, :REAL].sum())
    assert drawn > 0


@pytest.mark.slow
def test_the_book_of_the_shipped_world() -> None:
    check_book(GovernanceModel("scenarios/baseline.yaml"))


REAL_STATES = ("CHN", "USA", "MAR", "SEN", "EGY", "ARE", "IND", "FRA", "KEN", "SAU")
REAL = len(REAL_STATES)


def real_states() -> Facts:
    """Some states and firms by their names, so that the shipped covariates are theirs; their deals are made up."""
    deals = [make_deal((2, 5), 1, date(2021, 5, 1)), make_deal((2, 11), 2, date(2022, 3, 1)),
             make_deal((0, 4), 1, date(2019, 2, 1)), make_deal((6, 12, 1), 3, date(2023, 8, 1))]  # fmt: skip
    world = make_world(REAL, {"firm": 2, "ngo": 2, "secretariat": 1}, deals=deals)
    ids = (*REAL_STATES, "EU", "microsoft", "huawei", *world.ids[-3:])
    return replace(world, ids=ids, names=ids)


def check_book(model: GovernanceModel) -> None:
    """Everything that a replicate believes, the ledger, the deals in force and the purses."""
    found, facts = oracle_of(model).world, model.world
    model.close()
    plain = oracle_of(model).world
    known = book.layers_of(plain, facts)
    check_intensity(found, known)
    for i in plain.actors:
        i.deals = {}
    book.open_book(plain, facts, known)
    plain.ledger = book.ledger_of(plain, facts, known)
    assert [(a.row, b.row, *rest) for a, b, *rest in found.ledger] == [
        (a.row, b.row, *rest) for a, b, *rest in plain.ledger
    ]
    pull.remember(plain)
    spending = book.expected_spending(plain, known)
    for i, j in zip(found.actors, plain.actors, strict=True):
        written, made = deals_by_row(i), deals_by_row(j)
        assert written.keys() == made.keys()
        for row, (deal, terms) in made.items():
            assert written[row] == (deal, close(terms))
        assert i.held == {j: "drawn" if deal.drawn else "recorded" for j, deal in i.deals.items()}
        assert (i.busy, i.purse) == (j.busy, i.budget)
        usual = max(start.least_budget(plain, j), 2.0 * spending[j])
        assert i.budget == close(usual if plain.on("budget") else 1e12)


def deals_by_row(i: Actor) -> dict[int, tuple[tuple[object, ...], list[float]]]:
    """All that is known of an actor's deals, by partner: whole, and terms."""
    return {
        j.row: ((d.depth, d.track, d.since, d.until, d.exclusive, d.planned, d.drawn), d.terms)
        for j, d in i.deals.items()
    }


def check_intensity(w: World, known: book.Layers) -> None:
    """Columns of the fitted intensity."""
    rows = {(i.row, j.row): (i, j) for i in w.actors for j in w.actors if i is not j}
    base = {(i.row, j.row): value for (i, j), value in known.base.items()}
    recorded = {pair: share for (i, j), share in known.recorded.items() for pair in ((i.row, j.row), (j.row, i.row))}
    for pair, (i, j) in rows.items():
        assert i.base[j] == close(base.get(pair, 0.0))
        assert i.recorded[j] == close(recorded.get(pair, 1.0))
    assert {(i.row, j.row) for i in w.actors for j in i.allowed} == {(i.row, j.row) for i, j in known.allowed}
    zeal = {(i.row, kind): value for (i, kind), value in known.zeal.items()}
    for i in w.actors:
        assert i.zeal == close({kind: zeal.get((i.row, kind), 0.0) for kind in KINDS})
    assert len(w.course) == len(known.course)
    for year, plain in zip(w.course, known.course, strict=True):
        assert year == close(plain)
    assert w.reluctance == close(known.reluctance)
    for kind, belief in known.belief.items():
        busy, past, recent = (belief.weight.get(name, 0.0) for name in BY_LEDGER[kind])
        assert (w.draw_of_busy[kind], w.draw_of_past[kind], w.draw_of_recent[kind]) == close((busy, past, recent))


BY_LEDGER = {"state": ("activity", "past", "recent"), "firm": ("firm activity", "past", "recent")}


def close(expected: object) -> object:
    """Equal up to the last bits of sums, exp and log."""
    return pytest.approx(expected, rel=1e-9, abs=1e-12)


def check_people(w: World, facts: Facts) -> None:
    """Columns of the actors."""
    recorded = {i: facts.position[i.row].tolist() for i in w.actors}
    treaty = {i: int(facts.camp[i.row]) for i in w.states}
    weight, kinds = book.expected_stock(w, facts)
    for i in w.actors:
        assert i.position == close(start.position(w, i, recorded[i], float(facts.position_sd[i.row])))
        assert i.camp == start.camp(w, i, treaty)
        assert i.strategic_weight == close(start.strategic_weight(w, i))
        assert i.norm_threshold == close(start.norm_threshold(w, i))
        assert i.capacity_decay == close(start.rest_decay(w, i, weight[i], kinds[i]))
        assert i.coverage_rest == close(needs.mean(needs.covered(i, weight[i])) if i.is_state else 0.0)
        assert i.consulted_start == i.consulted
        assert (i.capacity_start, i.budget_start, i.supply_start) == (i.capacity, i.budget, i.supply)
        assert i.open_start == close([1.0 - part for part in needs.covered_now(i)] if i.is_state else [0.0] * 4)
        assert list(i.propensity.values()) == close([start.propensity(w, i, k) for k in range(len(TRACKS))])
        assert i.attraction == close(start.first_attraction(w, i))


def check_texts(w: World, facts: Facts) -> None:
    """Columns of the instruments, and who has adopted the norm by them."""
    known = {text.id for text in facts.instruments
             if text.complete and not text.invitation_only and len(text.joined) < len(text.eligible)}
    settled = [text for text in w.texts if text.id in known]
    for i in w.actors:
        assert i.norm == i.norm_first == start.has_adopted(w, i, settled)
    for text in w.texts:
        for i in w.states:
            assert text.affinity_start[i] == close(affinity(w, i, text.position))
            assert text.crossed[i] == 0.0


TEXTS = (
    {"id": "call", "opens": "2025-02-11", "sponsors": ["FRA", "IND"], "vote": {"no": ["ITA"], "abstain": ["DEU"]}},
    {"id": "treaty", "opens": "2025Q3", "sponsors": ["VNM", "undp"], "binding": True, "domain": "cyber",
     "initiator": ["RUS"]},
    {"id": "members", "opens": "2026Q1", "sponsors": ["coe"], "eligible": ["ALB", "GBR", "NOR", "MDA", "EU"],
     "binding": True},
    {"id": "asked", "opens": "2025Q2", "sponsors": ["USA"], "domain": "military", "exclusive": True,
     "invited": ["MAR", "JPN", "GBR", "FRA"]},
)  # fmt: skip


@pytest.mark.parametrize("seed", [3, 4])
def test_texts_follow_the_joining_model(seed: int) -> None:
    """Log odds of the launch and of the pace, drawn from the posterior, state by state."""
    scenario = load_scenario("scenarios/baseline.yaml", instruments=list(TEXTS), seed=seed)
    state = build_state(world_of(scenario), scenario, 1)
    for row in instrument_rows(world_of(scenario), scenario)[-len(TEXTS) :]:
        q, text = state.instrument_ids.index(row.id), row.text
        plain = joining.plain_text(shipped(scenario.as_of), text, scenario.as_of, seed, 1)
        assert state.reach[q] == close(plain.reach)
        assert state.as_one[q] == plain.as_one
        assert state.pace[q].tolist() == close(plain.pace)
        assert state.pace_by_share[q] == close(plain.share)
        rows = [state.ids.index(name) for name in plain.standing]
        assert state.launch_standing[q, rows].tolist() == close(list(plain.standing.values()))
        assert state.pace_standing[q, rows].tolist() == close(list(plain.later.values()))
        if "EU" in text.eligible:
            union = state.ids.index("EU")
            found = (state.launch_standing[q, union], state.pace_standing[q, union])
            assert found == close(joining.of_union(plain))
