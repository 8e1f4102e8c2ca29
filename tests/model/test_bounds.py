"""The range that each column of the state declares: what lies beyond it is refused, however it got there."""

from __future__ import annotations

import re
from dataclasses import fields

import numpy as np
import pytest

from simulation.errors import ModelError
from simulation.model import GovernanceModel
from simulation.model.bounds import check_numbers
from simulation.state import SHARE, State, ranges
from tests.synthetic import make_bloc, make_instrument, make_model, make_world

KINDS = {"firm": 3, "think_tank": 1, "ngo": 2, "influencer": 2, "secretariat": 1}
NUMBERS = {name: each for name, each in ranges().items() if each[1] < 1e300}
FLOATS = [entry.name for entry in fields(State) if entry.type == "F" and entry.metadata["shape"] not in ("m", "k")]
"""Those of the ledger are left out: nobody in this world has signed anything before the start."""


def made(quarters: int = 2) -> GovernanceModel:
    texts = [make_instrument(range(8), [0, 1])]
    return make_model(make_world(8, KINDS, blocs=[make_bloc(range(6))], instruments=texts, audience=0.5), quarters)


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_a_number_beyond_its_range_is_refused_at_both_ends(name: str) -> None:
    model = made()
    low, high, blank = NUMBERS[name]
    column = getattr(model.state, name)
    before = column.flat[0]
    for beyond in {low - 0.5 if column.dtype.kind == "f" else low - 1, high + 1} - {blank}:
        column.flat[0] = beyond
        with pytest.raises(ModelError, match=rf"^{name}\[.* is {beyond:g}.* outside \[{low:g}, {high:g}\]; no rule"):
            check_numbers(model)
    column.flat[0] = before
    check_numbers(model)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", FLOATS)
def test_no_column_takes_what_is_no_finite_number(name: str, number: float) -> None:
    model = made()
    getattr(model.state, name).flat[-1] = number
    with pytest.raises(ModelError, match=rf"^{name}\["):
        model.run()


def test_a_share_that_is_not_divided_is_no_fault() -> None:
    assert ranges()["share"] == (*SHARE, -1.0)
    model = made()
    model.state.share[0] = -1.0
    check_numbers(model)


@pytest.mark.parametrize("name", ["capture_drift", "ended", "gravity"])
def test_what_cannot_be_below_zero_has_no_upper_end(name: str) -> None:
    model = made()
    getattr(model.state, name).flat[0] = -1
    with pytest.raises(ModelError, match=re.escape("outside [0, ∞)")):
        check_numbers(model)
    getattr(model.state, name).flat[0] = 9
    check_numbers(model)


def test_deals_written_by_hand_are_of_two_sides_and_of_others() -> None:
    model = made()
    model.state.depth[2, 2] = 1
    with pytest.raises(ModelError, match="nobody has a deal with itself; somebody wrote something else for "):
        model.run()
    model = made()
    model.state.depth[2, 3], model.state.depth[3, 2] = 1, 2
    with pytest.raises(ModelError, match=r"depth of the state is not the same at .*; a deal is of both"):
        model.run()


def test_weights_of_an_actor_sum_to_one() -> None:
    model = made()
    model.state.weight[4] = 0.9
    with pytest.raises(ModelError, match=f"the weights of an actor sum to 1; .* for {model.state.ids[4]}"):
        model.run()


def test_what_is_wrong_once_a_run_is_over_is_told() -> None:
    model = made(3)
    model.step()
    model.state.alpha[1, 0] = np.nan  # between two quarters only what is likely to be written is looked at
    with pytest.raises(ModelError, match=r"^\w+\[.* is nan after the step 'record' of "):
        model.run()
    assert model.state.quarter < 3


def test_the_look_at_all_columns_changes_nothing() -> None:
    model = made()
    before = {name: getattr(model.state, name).copy() for name in ranges()}
    check_numbers(model)
    assert all(np.array_equal(getattr(model.state, name), column) for name, column in before.items())
