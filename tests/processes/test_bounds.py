"""Short cuts of kernels give what the long way gives."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulation.kernels import gumbel, gumbel_bound
from simulation.processes.bargaining import alternatives, best_alternative

SMALLEST = 2.0**-53  # least distance of a draw from 0 or 1


@given(st.floats(SMALLEST, 1.0 - SMALLEST))
def test_the_bound_of_a_mark_is_never_below_it(u: float) -> None:
    assert gumbel_bound(u) >= gumbel(u)


@given(st.integers(1, 53))
def test_the_bound_holds_where_it_is_exact(power: int) -> None:
    u = 1.0 - 2.0**-power
    assert gumbel(u) <= gumbel_bound(u) <= -np.log(1.0 - u) + 1e-8


def test_the_bound_is_close_in_the_upper_tail() -> None:
    tail = 1.0 - np.geomspace(1e-15, 0.1, 10_000)
    assert max(gumbel_bound(u) - gumbel(u) for u in tail) < 0.12


@given(st.integers(0, 10_000), st.integers(2, 30))
def test_the_best_alternative_is_the_best_of_all_others(seed: int, n: int) -> None:
    """Partners passed over could not have been better, whatever they would have answered."""
    rng = np.random.default_rng(seed)
    possible, pull = rng.random((n, n)) < 0.6, rng.normal(scale=3.0, size=(n, n))
    reluctance, kind = rng.normal(size=6), np.zeros(n, np.int8)
    chance = 1.0 / (1.0 + np.exp(reluctance[0] - pull.T))
    worth = np.where(possible, chance * np.logaddexp(0.0, pull), 0.0)[0]
    known = alternatives(possible, pull, reluctance, kind, np.array([[0, -1, -1]], np.int32))
    for partner in (1, int(worth.argmax()), 1):  # at the table
        found = best_alternative(known, 0, partner)
        np.testing.assert_allclose(found, np.delete(worth, partner).max(), rtol=1e-9)
