"""Small kernels that a step is built of: each says the same as the plain way, bit for bit."""

from __future__ import annotations

import copy
import sys

import numpy as np
import pytest
from numba import njit

from simulation.arithmetic import exp, ordered_sum
from simulation.intensity.belief import _bracket, recorded_shares
from simulation.intensity.equation import LEAST_RECORDED, MOST_RECORDED
from simulation.kernels import Draws, Stream, add_rows, borrowed, key, sums_of_others
from simulation.processes.affinity import affinity, falloff, likeness_of_all
from simulation.processes.links import links
from simulation.processes.pull import remember
from simulation.state import by_column
from tests.worlds import small_state


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
    plain, found = start.copy(), start.copy()[2:6]
    for row in rows:
        plain += matrix[row]
    add_rows(matrix, np.array(rows, np.int32), 2, found)
    assert found.tolist() == plain[2:6].tolist()


def test_sums_of_others_leave_out_the_diagonal() -> None:
    matrix = np.arange(25.0).reshape(5, 5)
    others = (matrix.sum(axis=0) - np.diag(matrix)).tolist()
    for first, last in ((0, 5), (1, 3), (2, 2)):
        assert sums_of_others(matrix, first, last).tolist() == others[first:last]


def test_affinity_of_all_with_a_place_is_that_of_each() -> None:
    rng = np.random.default_rng(1)
    position, weight, place = rng.random((19, 4)), rng.dirichlet(np.ones(4), 19), rng.random(4)
    found = np.empty(17)
    likeness_of_all(position, weight, place, falloff(0.3), found)
    assert found.tolist() == [affinity(x, place, w, 0.3) for x, w in zip(position[:17], weight, strict=False)]


@njit
def _add_rows_up(given: tuple[tuple[np.ndarray, float], np.ndarray], out: np.ndarray) -> None:
    (matrix, factor), weight = borrowed(given)
    for i in range(matrix.shape[0]):
        row = matrix[i]
        for j in range(row.size):
            out[i] += factor * weight[i] * row[j]


def test_what_is_borrowed_is_the_same_and_is_held_by_whom_it_was() -> None:
    matrix, weight, out = np.arange(12.0).reshape(3, 4), np.array([1.0, 10.0, 100.0]), np.zeros(3)
    held = [sys.getrefcount(x) for x in (matrix, weight)]
    for _ in range(3):
        _add_rows_up(((matrix, 2.0), weight), out)
    assert out.tolist() == [6.0 * 6, 6.0 * 220, 6.0 * 3800]
    assert [sys.getrefcount(x) for x in (matrix, weight)] == held
    assert matrix.sum() == 66.0


def test_keys_of_a_quarter_are_those_of_its_streams() -> None:
    draws = Draws(-3, 2, 17)
    for stream in Stream:
        assert draws.key(stream) == key(-3, 2, 17, stream)
        assert type(draws.key(stream)) is np.uint64


def test_columns_stored_one_after_the_other_are_not_copied() -> None:
    matrix = np.asfortranarray(np.arange(12.0).reshape(3, 4))
    assert np.shares_memory(by_column(matrix), matrix)
    assert by_column(matrix.copy(order="C")).tolist() == matrix.T.tolist()


def test_what_is_remembered_quarter_by_quarter_is_what_the_whole_ledger_says() -> None:
    """Also where a pair's last signing of five years fades, where one is written the other way round, where the ledger
    is another."""
    rng, state = np.random.default_rng(3), small_state(n_others=8)
    state.ledger, state.ledger_weight = np.zeros((0, 3), np.int32), np.zeros(0)
    columns = ("ever", "lately", "behind", "busy")
    for column in columns:
        getattr(state, column)[:] = 0.0
    for quarter in range(60):
        state.quarter = quarter
        pairs = rng.integers(0, state.n, (int(rng.integers(0, 4)), 2))
        new = np.array([(a, b, quarter) for a, b in pairs if a != b], np.int32).reshape(-1, 3)
        state.ledger = np.concatenate([state.ledger, new])
        state.ledger_weight = np.concatenate([state.ledger_weight, rng.random(len(new))])
        if quarter == 40:
            state.ledger_weight = rng.random(len(state.ledger_weight))
        remember(state)
        afresh = copy.deepcopy(state)
        afresh.counted = np.array([[-1, -1, -1]], np.int32)
        for column in columns[:3]:
            getattr(afresh, column)[:] = 0.0
        remember(afresh)
        for column in columns:
            assert getattr(state, column).tobytes() == getattr(afresh, column).tobytes(), (quarter, column)
    assert (state.lately < state.ever).any()


@pytest.mark.parametrize("share", [0.2, 0.5, 0.999])
@pytest.mark.parametrize("pairs", [1, 5, 3000])
def test_the_level_of_being_recorded_is_where_halving_alone_finds_it(pairs: int, share: float) -> None:
    rng = np.random.default_rng(pairs)
    reasons, rate = rng.standard_normal((2, pairs)), rng.exponential(size=pairs)
    weights = np.array([1.5, -0.7])
    found = recorded_shares(reasons, weights, rate, share)
    odds = exp(np.array(ordered_rows(reasons, weights)))
    low, high = -20.0, 20.0
    for _ in range(40):
        middle = (low + high) / 2
        held = ordered_sum((rate * np.clip(odds * float(exp(middle)), LEAST_RECORDED, MOST_RECORDED)).tolist())
        low, high = (middle, high) if held - share * ordered_sum(rate.tolist()) < 0.0 else (low, middle)
    assert found.tolist() == np.clip(odds * float(exp((low + high) / 2)), LEAST_RECORDED, MOST_RECORDED).tolist()


def test_two_near_levels_are_found_though_the_share_is_flat_at_both_ends() -> None:
    """A secant through the flat end leads far away; halving alone would then take twice as long."""
    rng = np.random.default_rng(1)
    odds, rate = np.exp(rng.uniform(0.8, 2.0, 3000)), rng.exponential(size=3000)
    low, high = _bracket(odds, rate, 0.47 * float(rate.sum()), np.empty(16))
    assert 0.0 < high - low < 1e-8
    held = [(rate * np.clip(odds * np.exp(c), LEAST_RECORDED, MOST_RECORDED)).sum() for c in (low, high)]
    assert held[0] < 0.47 * rate.sum() < held[1]


def ordered_rows(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Σ_k weights_k rows_k, from the first to the last."""
    total = np.zeros(rows.shape[1])
    for weight, row in zip(weights, rows, strict=True):
        total += weight * row
    return total
