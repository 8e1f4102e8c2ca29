"""X27, P11 and the equations of C.10, C.12 and C.13: presence, consultation, campaigns and what publics let pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation.model import GovernanceModel
from simulation.processes import approaches, consultation, ends
from simulation.processes.books import PRESENCE, chance_of, first_rung, terms
from simulation.processes.capture import drift_by_capture
from simulation.processes.links import links
from simulation.processes.opinion import ratified, support
from simulation.processes.pull import remember
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import FIRM, INFLUENCER, NGO, STATE, THINK_TANK, F, State
from tests.synthetic import make_deal, make_instrument, make_model, make_world
from tests.worlds import same_state, small_state

PAR, MECH = Parameters(), Mechanisms()
EVERYBODY = {"firm": 2, "think_tank": 2, "ngo": 2, "influencer": 2, "secretariat": 1}


def lively(others: dict[str, int], **fields: Any) -> GovernanceModel:
    """A run of a small world in which much is signed."""
    rng, n = np.random.default_rng(8), 7 + sum(others.values())
    world = make_world(6, others, deals=[make_deal((0, k), 2) for k in range(1, 6)], audience=0.5, stance=0.9,
                       instruments=[make_instrument(range(6))], position=rng.random((n, 4)))  # fmt: skip
    model = make_model(world, 2, **fields)
    s = model.state
    s.course[:], s.reluctance[:] = 4.0, -1.0
    for firm in np.flatnonzero(s.kind == FIRM):  # programmes with firms that have nothing left
        s.depth[firm, :6] = s.depth[:6, firm] = 2
        s.since[firm, :6] = s.since[:6, firm] = -1
        s.until[firm, :6] = s.until[:6, firm] = 9
        s.budget[firm] = s.purse[firm] = 0.0
    return model.run()


@pytest.mark.parametrize(
    ("switch", "kind"),
    [("presence", "firm"), ("consultation", "ngo"), ("watching", "ngo"), ("campaigns", "influencer")],
)
def test_a_dose_of_zero_changes_no_bit_and_a_dose_does(switch: str, kind: str) -> None:
    without = {name: count for name, count in EVERYBODY.items() if name != kind}
    plain, off = (lively(without, mechanisms=mechanisms).state for mechanisms in ({}, {switch: "off"}))
    assert same_state(plain, off) == []
    dosed, not_dosed = (lively(EVERYBODY, mechanisms=mechanisms).state for mechanisms in ({}, {switch: "off"}))
    assert same_state(dosed, not_dosed) != []


# --- C.10


def pair(kind: int, depth: int) -> tuple[State, int, int]:
    """A world in which one state has one deal, of a depth, with an actor of a kind; it draws nobody more than usual."""
    state = small_state(n_others=10)
    i, j = 3, int(np.flatnonzero(state.kind == kind)[-1])
    state.depth[:], state.pull[:] = 0, 0.0
    state.depth[i, j] = state.depth[j, i] = depth
    state.since[i, j] = state.since[j, i] = state.until[i, j] = state.until[j, i] = 0
    state.budget[:] = state.purse[:] = 10.0
    return state, i, j


@pytest.mark.parametrize("kind", [STATE, FIRM, THINK_TANK])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_presence_and_nothing_else_is_renewed_more_often(kind: int, depth: int) -> None:
    state, i, j = pair(kind, depth)
    sunk, free = terms(0.5, 1.0, True), terms(0.5, 1.0, True, False)
    par = PAR.replace(renewal_likeness=0)
    odds = free.renewed[kind] + (0.5 if kind == FIRM and depth >= PRESENCE else 0.0)
    partners = links(state.depth)
    for rules, usual in ((sunk, odds), (free, free.renewed[kind])):
        due, chance = ends.renewals(state, par, rules, partners)
        assert due.tolist() == [[i, j]]
        assert chance.tolist() == [chance_of(usual)]


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_state_that_can_no_longer_pay_for_presence_pays_for_leaving(depth: int) -> None:
    state, i, j = pair(FIRM, depth)
    rules = terms(0.5, 1.0, True)
    state.purse[j], state.budget[j] = 0.0, 0.0  # the firm has nothing left
    ends.open_purses(state, rules)
    cost = 0.5 * rules.sign[FIRM, depth] if depth >= PRESENCE else 0.0
    assert not state.depth.any()
    assert state.purse[i] == 20.0 - cost
    assert state.purse[j] == 0.0


def drift_of(firms: int, transparency: float = 0.4, oversight: float = 0.2, research: float = 0.0) -> float:
    state, i, _ = pair(FIRM, 0)
    state.transparency[i], state.oversight[i], state.research[:] = transparency, oversight, research
    state.position[i], state.position[state.kind == FIRM] = 0.2, 0.8
    for j in np.flatnonzero(state.kind == FIRM)[:firms]:
        state.depth[i, j] = state.depth[j, i] = 2
    drift_by_capture(state, PAR, MECH)
    return float(state.capture_drift[i])


def test_p11_and_p24_by_the_formula() -> None:
    assert 0.0 == drift_of(0) < drift_of(1) < drift_of(2)
    assert drift_of(2, transparency=0.7) < drift_of(2)
    assert drift_of(2, oversight=0.8) < drift_of(2)
    assert drift_of(2, research=1.0) == pytest.approx(0.4 * drift_of(2))


# --- C.2: organisations have limits


def test_an_organisation_runs_no_more_engagements_than_its_kind_can() -> None:
    state = small_state(n_others=10)
    state.depth[:], out = 0, np.zeros((state.n, state.n), bool)
    ngo = int(np.flatnonzero(state.kind == NGO)[0])
    state.depth[ngo, :2] = state.depth[:2, ngo] = 2
    for most, free in ((0, True), (3, True), (2, False)):
        at_once = np.zeros(6, np.int32)
        at_once[NGO] = most
        approaches.possible_deals(state.allowed, state.depth, links(state.depth), state.kind, state.home, state.camp,
                                  state.exclusive, state.local_share, at_once, out)  # fmt: skip
        assert out[ngo, :2].all()  # whom it works with already it may go on with
        assert out[ngo, 2] == out[2, ngo] == free
        assert out[2, 3]
    assert terms(0.5, 1.0, True).at_once.tolist() == [0, 0, 40, 30, 0, 60]


# --- C.12


def engaged(ngos: int) -> tuple[State, F]:
    state, i, _ = pair(NGO, 0)
    for j in np.flatnonzero(state.kind == NGO)[:ngos]:
        state.depth[i, j] = state.depth[j, i] = 2
    return state, consultation.consult(state, MECH)


@pytest.mark.parametrize("ngos", [0, 1, 2])
def test_consultation_is_a_dose_and_moves_drafts_towards_rights_and_texts(ngos: int) -> None:
    state, consulted = engaged(ngos)
    assert consulted[3] == ngos / (1 + ngos)
    assert np.count_nonzero(consulted) == (ngos > 0)
    state.terms[3, 4] = state.terms[4, 3] = (0.4, 0.1, 0.2, 0.3)
    consultation.move_draft(state.terms, consulted, 3, 4)
    assert state.terms[4, 3].tolist() == [0.4 + 0.1 * consulted[3] * 0.6, 0.1, 0.2, 0.3]
    assert (state.terms[3, 4] == state.terms[4, 3]).all()


def test_a_consulted_state_signs_more_of_rights() -> None:
    with_ngos, without = (lively(EVERYBODY, mechanisms=mechanisms, parameters={"consultation": 1.0})
                          for mechanisms in ({}, {"consultation": "off"}))  # fmt: skip
    one, other = with_ngos.state, without.state
    assert one.consulted[:6].max() > 0.0
    assert other.consulted.max() == 0.0
    both = (one.depth > 1) & (other.depth > 1) & (one.kind[:, None] == STATE) & (one.kind == STATE)
    assert (one.terms[both, 0] >= other.terms[both, 0]).all()
    assert one.terms[both, 0].sum() > other.terms[both, 0].sum()


# --- C.13


def test_support_and_the_vote() -> None:
    state = small_state()
    state.opinion[0], state.opinion[1], state.opinion[2] = 0.5, 0.6, np.where(np.arange(101) < 50, 0.4, 0.6)
    up = 1 / (1 + np.exp(-1))
    assert support(state)[:3] == pytest.approx([0.5, up, (50 * (1 - up) + 51 * up) / 101], abs=1e-12)
    noise = PAR.ratification_noise
    assert [ratified(0.5, noise), ratified(0.6, noise)] == pytest.approx([0.5, up], abs=1e-12)


@pytest.mark.parametrize("against", [0.0, 1.0])
def test_publics_gate_every_step_beyond_a_memorandum_and_no_work_with_organisations(against: float) -> None:
    """A public wholly against lets nothing but memoranda pass; organisations that are means need no public."""
    world = make_world(6, {"think_tank": 2, "firm": 2}, opinion=1.0 - against)
    model = make_model(world, 4, parameters={"ratification_noise": 0.02}, mechanisms={"latent_book": "off"})
    model.state.course[:], model.state.reluctance[:] = 12.0, -9.0
    deepest: dict[int, int] = {}
    while model.running:
        model.step()
        s = model.state
        for kind in (STATE, FIRM, THINK_TANK):
            deepest[kind] = max(deepest.get(kind, 0), int(s.depth[:6][:, s.kind == kind].max()))
    assert deepest[THINK_TANK] == 2
    assert (deepest[STATE], deepest[FIRM]) == ((1, 1) if against else (3, 3))
    refused = model.sheet.signing is not None and model.sheet.signing.public >= 0
    assert np.any(refused) == bool(against)


def test_a_campaign_bought_again_is_a_new_one() -> None:
    model = lively({"influencer": 1})
    s = model.state
    voice = int(np.flatnonzero(s.kind == INFLUENCER)[0])
    running = np.flatnonzero(s.depth[voice])
    assert running.size
    assert (s.since[voice, running] >= s.quarter - 4).all()  # none is older than its longest term
    assert first_rung(0.0, INFLUENCER, 0.0, model.rules) == 1


def test_a_firm_is_drawn_by_its_activity_no_farther_than_the_fit_saw() -> None:
    state = small_state(n_others=10)
    firm = int(np.flatnonzero(state.kind == FIRM)[0])
    state.ledger = np.array([(0, firm, 0)] * 9, np.int32)
    state.ledger_weight = np.ones(9)
    for most, counted in ((np.inf, 9.0), (4.0, 4.0)):
        state.busiest_firm = most
        remember(state)
        assert state.busy[firm] == counted
        assert state.ever[0, firm] == 9.0
