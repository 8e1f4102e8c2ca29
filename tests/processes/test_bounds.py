"""Short cuts of kernels give what the long way gives."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulation.processes.bargaining import outside_options
from simulation.processes.prospects import prospects
from simulation.randomness import gumbel, gumbel_bound

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


@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(1, 6))
def test_outside_options_come_with_the_prospects(seed: int, n: int, size: int) -> None:
    """The two best of everybody, however few partners the prospects average."""
    rng = np.random.default_rng(seed)
    possible, gain, rows = rng.random((n, n)) < 0.6, rng.normal(size=(n, n)), rng.random(n) < 0.8
    found = prospects(possible, n // 2, rows, gain, size)[3]
    np.testing.assert_array_equal(found, outside_options(possible, gain, rows))
