"""Rows of a large world by several threads: each row once, the same bits, one thread where others are at work."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from simulation import kernels
from simulation.model import GovernanceModel
from tests.shipped import SCENARIOS, bits_of


@njit(nogil=True)
def _square(first, last, values, out):
    for i in range(first, last):
        out[i] += values[i] * values[i]
    return first, last


@pytest.fixture
def threads(monkeypatch):
    """Have so many threads work on ranges of at least so many rows."""

    def set_to(count: int, fewest: int = 4) -> None:
        monkeypatch.setattr(kernels, "FEWEST", fewest)
        monkeypatch.setenv("NUMBA_NUM_THREADS", str(count))

    return set_to


@given(size=st.integers(0, 70), count=st.integers(1, 9))
def test_every_row_once_and_the_answers_in_order(size, count):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "FEWEST", 4)
        patch.setenv("NUMBA_NUM_THREADS", str(count))
        values, out = np.arange(size, dtype=float), np.zeros(size)
        ranges = kernels.by_rows(_square, size, values, out)
    assert out.tolist() == (values * values).tolist()
    assert len(ranges) == max(1, min(count, size // 4))
    assert [first for first, _ in ranges] == [0, *(last for _, last in ranges[:-1])]
    assert ranges[-1][1] == size


@pytest.mark.parametrize(("asked", "parts"), [("0", 1), ("1", 1), ("3", 3), ("", 2), ("all", 2), ("-4", 2)])
def test_the_environment_says_how_many_threads(monkeypatch, asked, parts):
    monkeypatch.setattr(kernels.config, "NUMBA_DEFAULT_NUM_THREADS", 2)
    monkeypatch.setattr(kernels, "FEWEST", 4)
    monkeypatch.setenv("NUMBA_NUM_THREADS", asked)
    assert len(kernels.by_rows(_square, 40, np.ones(40), np.zeros(40))) == parts


def test_few_rows_are_not_parted(threads):
    threads(8, fewest=256)
    assert kernels.by_rows(_square, 511, np.ones(511), np.zeros(511)) == [(0, 511)]
    assert len(kernels.by_rows(_square, 512, np.ones(512), np.zeros(512))) == 2


def _end(quarters: int = 6) -> dict[str, bytes]:
    model = GovernanceModel(SCENARIOS / "baseline.yaml")
    for _ in range(quarters):
        model.step()
    bits = bits_of(model)
    model.close()
    return bits


def test_any_number_of_threads_gives_the_same_bits(threads):
    threads(1)
    alone = _end()
    for count in (2, 5):
        threads(count)
        for name, column in _end().items():
            assert column == alone[name], (count, name)


def test_what_fails_in_a_thread_is_told(threads):
    threads(3)

    def kernel(first: int, last: int) -> None:
        if first > 0:
            raise ZeroDivisionError(first)

    with pytest.raises(ZeroDivisionError):
        kernels.by_rows(kernel, 100)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # a fork beside threads is what is tried
def test_a_fork_has_threads_of_its_own(threads):
    threads(2)
    out = np.zeros(64)
    kernels.by_rows(_square, 64, np.ones(64), out)  # the parent's threads are there
    child = os.fork()
    if child == 0:
        kernels.by_rows(_square, 64, np.ones(64), out)
        os._exit(0 if out.tolist() == [2.0] * 64 else 1)
    assert os.waitpid(child, 0)[1] == 0
