"""Who has evidence is known from quarter to quarter: lists of them give the bits of a look at everybody."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.actors import StateActor
from simulation.model import GovernanceModel
from simulation.processes import trust
from simulation.processes.links import links, together
from simulation.scenario.parameters import Parameters
from tests.reference.parity import play_both
from tests.reference.strategies import agreeable, rich_model
from tests.shipped import SCENARIOS, bits_of
from tests.synthetic import make_deal, make_model, make_world

SHOCK = [{"quarter": "2025Q3", "kind": "trust_shock", "actors": ["MAR", "FRA"], "size": 0.5}]


class Forgiving(StateActor):
    """Writes into the state while it decides: its trust in whomever it meets becomes whole."""

    def accepts(self, partner, utility):
        self.trust[partner.id] = 1.0
        return super().accepts(partner, utility)


@pytest.fixture
def listed(monkeypatch):
    """Keep lists, or none, whatever the size of the world."""
    return lambda yes: monkeypatch.setattr(trust, "_FEWEST", 0 if yes else 10**9)


@pytest.mark.parametrize(
    "given", [{}, {"shocks": SHOCK}, {"actors": {"MAR": Forgiving}}], ids=["plain", "shock of trust", "hook"]
)
def test_a_run_has_the_same_bits(listed, given):
    ends = []
    for yes in (False, True):
        listed(yes)
        model = GovernanceModel(SCENARIOS / "baseline.yaml", horizon="2027Q4", **given)
        model.states["SEN"].trust["FRA"] = 0.9  # a tweak: beyond the prior it is none
        model.state.alpha[3, 5] += 1.0
        ends.append(bits_of(model.run()))
        assert (model.acquainted is trust.EVERYBODY) != yes
    assert ends[0] == ends[1]


def test_who_steps_by_hand_may_write_evidence_in_between(listed):
    ends = []
    for yes in (False, True):
        listed(yes)
        model = GovernanceModel(SCENARIOS / "baseline.yaml")
        for quarter in range(4):
            model.step()
            model.state.beta[quarter, 20:40] += 0.5
        ends.append(bits_of(model))
    assert ends[0] == ends[1]


def test_lists_hold_whoever_has_evidence_and_everybody_fades(listed):
    """In a run nobody has evidence who is not listed, and few are."""
    listed(True)
    model = GovernanceModel(SCENARIOS / "baseline.yaml", horizon="2026Q4").run()
    state, mass = model.state, model.parameters.prior_mass
    differs = (state.alpha != mass * state.trust_prior) | (state.beta != mass - mass * state.trust_prior)
    inside = np.zeros_like(differs)
    for i in range(state.n):
        inside[i, model.acquainted.partner[model.acquainted.start[i] : model.acquainted.start[i + 1]]] = True
    assert not (differs & ~inside).any()
    assert 0.01 < inside.mean() < 0.2
    before = state.alpha.copy()
    trust.fade_now(state, model.parameters.replace(memory=0.9), model.acquainted)
    kept = mass * state.trust_prior
    assert np.array_equal(state.alpha, kept + 0.9 * (before - kept))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_oracle_agrees_where_lists_are_kept(listed, seed):
    listed(True)
    play_both(agreeable(rich_model(seed)), 6)


def test_a_world_without_evidence_lists_nobody(listed):
    listed(True)
    model = make_model(make_world(5, trust_prior=0.3), 1)
    assert trust.acquainted(model.state, Parameters()).partner.size == 0
    model = make_model(make_world(5, deals=[make_deal((2, 3), 3)], trust_prior=0.3), 1)
    assert trust.acquainted(model.state, Parameters()).partner.tolist() == [3, 2]


@given(st.integers(1, 12).flatmap(lambda n: st.tuples(*[st.lists(st.booleans(), min_size=n * n, max_size=n * n)] * 2)))
def test_two_networks_in_one(two):
    one, other = (np.array(each, np.int8).reshape(int(len(each) ** 0.5), -1) for each in two)
    both, plain = together(links(one), links(other)), links(one | other)
    assert both.start.tolist() == plain.start.tolist()
    assert both.partner.tolist() == plain.partner.tolist()
