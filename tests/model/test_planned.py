"""Deals that a scenario plans: when they are signed, how long the plan keeps them, and what they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.model import GovernanceModel
from simulation.state import BILATERAL, NON_STATE, TRILATERAL
from tests.synthetic import QUIET, make_model, make_world

LAPSING = QUIET | {"lapse": "on"}
"""Nothing happens but that unwanted deals lapse."""


def _model(*deals: dict[str, Any], quarters: int = 6, **fields: Any) -> GovernanceModel:
    """States that do not trust each other, hardly learn to, and make no deals of their own."""
    parameters = {"lapse": 1, "gain_of_trust": 0.2, "witness_mass": 0} | fields.pop("parameters", {})
    options: dict[str, Any] = {"mechanisms": LAPSING, "parameters": parameters} | fields
    model = make_model(make_world(5, {"firm": 1}, trust_prior=0.05), quarters, deals=deals, **options)
    model.state.zeal[:] = 0
    return model


def _deal(**fields: Any) -> dict[str, Any]:
    return {"parties": ("A02", "A03"), "depth": "programme", "start": "2025Q2"} | fields


def _depths(model: GovernanceModel, a: str = "A02", b: str = "A03") -> list[int]:
    i, j = model.index(a), model.index(b)
    found = []
    while model.running:
        model.step()
        found.append(int(model.state.depth[i, j]))
    assert (model.state.depth == model.state.depth.T).all()
    return found


def test_without_an_end_it_lives_on_like_any_other() -> None:
    """Signed in its quarter whatever the parties think; unwanted, it lapses in the next."""
    assert _depths(_model(_deal())) == [0, 2, 0, 0, 0, 0]


def test_until_its_end_it_is_kept() -> None:
    assert _depths(_model(_deal(end="2025Q4"))) == [0, 2, 2, 2, 0, 0]


def test_a_wanted_deal_outlives_its_plan() -> None:
    assert _depths(_model(_deal(), mechanisms=QUIET)) == [0, 2, 2, 2, 2, 2]


def test_what_cannot_be_paid_for_waits() -> None:
    model = _model(_deal(end="2025Q4"), mechanisms=QUIET | {"budget": "on"})
    model.state.budget[model.index("A03")] = 0.0
    model.step()
    model.step()
    assert model.state.depth.sum() == 0
    model.state.budget[model.index("A03")] = 1.0
    assert _depths(model) == [2, 2, 2, 2]


def test_what_cannot_be_paid_for_until_its_end_is_given_up() -> None:
    model = _model(_deal(end="2025Q3"), mechanisms=QUIET | {"budget": "on"})
    model.state.budget[model.index("A03")] = 0.0
    for _ in range(4):
        model.step()
    model.state.budget[model.index("A03")] = 1.0
    assert _depths(model) == [0, 0]


def test_a_deal_of_three_is_three_pairs_on_the_trilateral_track() -> None:
    model = _model(_deal(parties=("A02", "A03", "firm_0")), quarters=2)
    model.run()
    rows = [model.index(name) for name in ("A02", "A03", "firm_0")]
    block = np.ix_(rows, rows)
    assert (model.state.depth[block] == 2 * (1 - np.eye(3))).all()
    assert set(model.state.track[block][~np.eye(3, dtype=bool)]) == {TRILATERAL}


def test_tracks_of_two() -> None:
    model = _model(_deal(), _deal(parties=("A02", "firm_0")), quarters=2)
    model.run()
    i, j, firm = (model.index(name) for name in ("A02", "A03", "firm_0"))
    assert model.state.track[i, j] == BILATERAL
    assert model.state.track[i, firm] == NON_STATE


def test_terms_and_exclusiveness_are_those_of_the_plan() -> None:
    model = _model(_deal(terms=(0.1, 0.2, 0.3, 0.4), exclusive=True), quarters=2)
    model.run()
    i, j = model.index("A02"), model.index("A03")
    assert model.state.terms[j, i].tolist() == [0.1, 0.2, 0.3, 0.4]
    assert model.state.exclusive[i, j]
    assert model.state.exclusive[j, i]


def test_a_planned_deal_is_shed_last() -> None:
    model = _model(_deal(end="2026Q2"), mechanisms=QUIET | {"budget": "on"}, parameters={"upkeep_cost": 0.02})
    i = model.index("A02")
    for other in ("A00", "A01", "A04"):
        j = model.index(other)
        model.state.depth[i, j] = model.state.depth[j, i] = 3
    model.state.budget[i] = 0.05
    model.step()
    model.step()
    assert model.states["A02"].partners == {"A03": 2}
