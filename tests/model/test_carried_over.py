"""What a quarter leaves for the next, partners and publics, is what the next would have found by looking."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation.model import GovernanceModel
from tests.synthetic import make_model, make_world
from tests.worlds import same_state

QUARTERS = 10
BREACH: dict[str, Any] = {"compliance_base": 0.5, "compliance_distance": 0.5, "breach_lowers_depth": 1.0}
"""Promises are often broken, and a breach always lowers a deal: many end of it."""


def some_model(**fields: Any) -> GovernanceModel:
    """States, firms, NGOs and influencers that deal with one another."""
    return make_model(make_world(8, {"firm": 3, "ngo": 2, "influencer": 2}), QUARTERS, **fields)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"parameters": BREACH},
        {"deals": ({"parties": ("A02", "A03"), "depth": "programme", "start": "2025Q3", "end": "2026Q1"},)},
        {"strategy": {"targets": ({"partner": "A03", "exit": True}, {"partner": "A04", "ends": "2025Q4"})},
         "parameters": BREACH},
        {"strategy": {"when": ({"metric": "coverage", "above": 0.0, "then": {"agency": 1.0, "targets": ("A04",)}},)}},
        {"shocks": ({"kind": "disinformation_wave", "quarter": "2025Q3", "duration": 2, "size": 3},)},
    ],
    ids=["plain", "breaches", "plans", "exits", "signposts", "shocks"],
)  # fmt: skip
def test_a_run_is_what_stepping_by_hand_is(fields: dict[str, Any]) -> None:
    """Who steps by hand may write between two quarters, so there everything is looked up anew."""
    alone, by_hand = some_model(**fields), some_model(**fields)
    while by_hand.running:
        by_hand.step()
    assert same_state(alone.run().state, by_hand.state) == []
    assert alone.recorder.series().equals(by_hand.recorder.series())
    assert by_hand.state.depth.any()


def test_what_is_written_between_two_steps_counts() -> None:
    """A deal made by hand after a quarter is a deal in the next, on the lists too."""
    model = some_model()
    model.step()
    i, j = np.argwhere((model.state.depth == 0) & model.state.allowed)[0]
    model.state.depth[i, j] = model.state.depth[j, i] = 2
    model.state.until[i, j] = model.state.until[j, i] = 99
    model.step()
    links = model.sheet.links
    assert links is not None
    assert j in links.partner[links.start[i] : links.start[i + 1]]


def test_a_deal_of_one_side_alone_shows_nobody_anything() -> None:
    """It has no place among the partners of the other side, whose own partners keep theirs."""
    model, twin = some_model(), some_model()
    deals = model.state.depth
    j = int(np.argmax((deals > 0).sum(axis=1)))
    i = int(np.flatnonzero((deals[j] == 0) & (np.arange(len(deals)) != j))[0])
    for made in (model, twin):
        made.state.zeal[:] = 0.0  # nobody signs anything, so that the deal stays as it is
        made.state.until[deals > 0] = 99
        made.step()  # at a run's start it would be refused
    model.state.depth[i, j], model.state.until[i, j] = 1, 99
    model.step()
    twin.step()
    for evidence in ("alpha", "beta", "alpha_ref", "beta_ref"):
        assert np.array_equal(getattr(model.state, evidence)[j], getattr(twin.state, evidence)[j])
    assert (model.state.alpha[j] != twin.state.trust_prior[j] * model.parameters.prior_mass).any()
