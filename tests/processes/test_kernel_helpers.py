"""Small kernels that a step is built of: each says the same as the plain way, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.kernels import Draws, Stream, add_rows, key, sums_of_others
from simulation.processes.affinity import affinity, falloff, likeness_of_all
from simulation.processes.links import links
from simulation.state import by_column


@pytest.mark.parametrize("n", range(1, 35))
@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_links_are_the_places_of_deals(n: int, share: float) -> None:
    rng = np.random.default_rng(n)
    depth = np.where(rng.random((n, n)) < share, rng.integers(1, 4, (n, n)), 0).astype(np.int8)
    found, (rows, columns) = links(depth), np.nonzero(depth)
    assert found.partner.tolist() == columns.tolist()
    assert np.repeat(np.arange(n), np.diff(found.start)).tolist() == rows.tolist()


@pytest.mark.parametrize("rows", [[], [3], [0, 1, 2, 3], [5, 1, 1, 0, 2], list(range(11))])
def test_rows_add_up_in_their_order(rows: list[int]) -> None:
    rng = np.random.default_rng(0)
    matrix, start = rng.standard_normal((11, 7)) * 10.0 ** rng.integers(-9, 9, (11, 7)), rng.standard_normal(7)
    plain, found = start.copy(), start.copy()
    for row in rows:
        plain += matrix[row]
    add_rows(matrix, np.array(rows, np.int32), found)
    assert found.tolist() == plain.tolist()


def test_sums_of_others_leave_out_the_diagonal() -> None:
    matrix = np.arange(25.0).reshape(5, 5)
    assert sums_of_others(matrix).tolist() == (matrix.sum(axis=0) - np.diag(matrix)).tolist()


def test_affinity_of_all_with_a_place_is_that_of_each() -> None:
    rng = np.random.default_rng(1)
    position, weight, place = rng.random((19, 4)), rng.dirichlet(np.ones(4), 19), rng.random(4)
    found = np.empty(17)
    likeness_of_all(position, weight, place, falloff(0.3), found)
    assert found.tolist() == [affinity(x, place, w, 0.3) for x, w in zip(position[:17], weight, strict=False)]


def test_keys_of_a_quarter_are_those_of_its_streams() -> None:
    draws = Draws(-3, 2, 17)
    for stream in Stream:
        assert draws.key(stream) == key(-3, 2, 17, stream)
        assert type(draws.key(stream)) is np.uint64


def test_columns_stored_one_after_the_other_are_not_copied() -> None:
    matrix = np.asfortranarray(np.arange(12.0).reshape(3, 4))
    assert np.shares_memory(by_column(matrix), matrix)
    assert by_column(matrix.copy(order="C")).tolist() == matrix.T.tolist()
