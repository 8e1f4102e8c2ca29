"""Deals that a scenario plans: when they are signed, how long the plan keeps them, and what they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.model import GovernanceModel
from simulation.processes import contracts
from simulation.state import BILATERAL, NON_STATE, STATE, TRILATERAL
from tests.synthetic import QUIET, make_model, make_world

ENDING = QUIET | {"ends": "on"}
"""Nothing happens but that deals end with their term."""


def _model(*deals: dict[str, Any], quarters: int = 6, **fields: Any) -> GovernanceModel:
    """States and a secretariat that make no deals of their own, and never renew one."""
    parameters = {"renewal": 0.2, "renewal_pull": 0, "renewal_likeness": 0} | fields.pop("parameters", {})
    options: dict[str, Any] = {"mechanisms": ENDING, "parameters": parameters} | fields
    model = make_model(make_world(5, {"firm": 1}), quarters, deals=deals, **options)
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


def test_without_an_end_it_lives_for_the_longest_term() -> None:
    """Signed in its quarter whatever the parties think; the term over, it is renewed or ends."""
    last = set()
    for replicate in range(8):
        model = _model(_deal(), quarters=24, replicate=replicate)
        longest = int(model.rules.longest[STATE])
        depths = _depths(model)
        assert depths[: longest + 1] == [0] + [2] * longest
        last.add(depths[longest + 1])
    assert 0 in last


def test_until_its_end_it_is_kept_though_its_term_is_over() -> None:
    found: dict[str, set[int]] = {"planned": set(), "left": set()}
    for replicate in range(8):
        for name, end in (("planned", {"end": "2026Q1"}), ("left", {})):
            model = _model(_deal(**end), replicate=replicate)
            model.step()
            model.step()
            model.state.until[2, 3] = model.state.until[3, 2] = 2
            found[name].add(_depths(model)[2])
    assert found["planned"] == {2}
    assert 0 in found["left"]


def test_a_plan_that_falls_due_as_an_old_term_ends_is_kept() -> None:
    """The old deal would have ended or been renewed this quarter; the plan comes first."""
    for replicate in range(8):
        model = _model(_deal(start="2025Q1"), quarters=1, replicate=replicate)
        for i, j in ((2, 3), (3, 2)):
            model.state.depth[i, j], model.state.track[i, j], model.state.until[i, j] = 1, BILATERAL, 0
        assert _depths(model) == [2]


def test_a_further_signature_never_makes_a_deal_shallower() -> None:
    """Of its own an engagement with an NGO is never binding; one that a plan made so stays it."""
    deal = _deal(parties=("A02", "ngo_0"), depth="binding", start="2025Q1")
    model = make_model(make_world(5, {"ngo": 1}), 2, deals=(deal,), mechanisms=QUIET)
    model.step()
    i, ngo = model.index("A02"), model.index("ngo_0")
    parties, number = np.array([[i, ngo, -1]], np.int32), np.zeros(1, np.int32)
    signing = contracts.sign(
        model.state, model.parameters, model.sheet.draws, model.rules, parties, number, np.ones(model.state.n),
        model.possible,
    )  # fmt: skip
    assert signing.rungs[:, 0].tolist() == [3] == [model.state.depth[i, ngo]]


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
    model = _model(_deal(end="2026Q2"), mechanisms=QUIET | {"budget": "on"})
    i = model.index("A02")
    for other in ("A00", "A01", "A04"):
        j = model.index(other)
        model.state.depth[i, j] = model.state.depth[j, i] = 3
    model.state.budget[i], model.state.purse[i] = 0.05, 0.0  # one binding deal costs .04 a quarter
    model.step()
    model.step()
    assert model.states["A02"].partners == {"A03": 2}
