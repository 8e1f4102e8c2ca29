"""Draws in plain integers: known answers, and the same bits as the compiled ones."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation import kernels
from simulation.kernels import Stream
from tests.reference.draws import Luck, logistic, normal, philox, poisson

WORD = st.integers(0, 2**64 - 1)


def test_philox_of_zeros_is_the_published_answer():
    assert philox((0, 0, 0, 0), (0, 0)) == (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)


def test_philox_of_ones_and_of_pi_are_the_published_answers():
    ones = 0xFFFFFFFF
    assert philox((ones,) * 4, (ones,) * 2) == (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)
    pi = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0)
    assert philox(*pi) == (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)


@settings(deadline=None)  # the first call compiles
@given(seed=st.integers(0, 2**63 - 1), quarter=st.integers(-1, 200), i=WORD, j=WORD)
def test_the_same_uniforms_as_the_compiled_draws(seed, quarter, i, j):
    key = kernels.key(seed, 3, quarter, Stream.JOIN)
    compiled = kernels.uniform(key, kernels.np.uint64(i), kernels.np.uint64(j))
    assert Luck(seed, 3, quarter).uniform(Stream.JOIN, i, j) == compiled


@settings(deadline=None)
@given(seed=st.integers(0, 2**63 - 1), low=WORD, high=WORD, i=WORD, j=WORD)
def test_families_within_a_stream_have_the_bits_of_the_compiled_ones(seed, low, high, i, j):
    low_, high_, i_, j_ = (kernels.np.uint64(word) for word in (low, high, i, j))
    key = kernels.philox(kernels.key(seed, 0, 1, Stream.ANSWER), low_, high_)
    family = Luck(seed, 0, 1).of(Stream.ANSWER, low, high)
    assert family.uniform(i, j) == kernels.uniform(kernels.np.uint64(key), i_, j_)
    assert family.symmetric(i, j) == family.symmetric(j, i)


@given(u=st.floats(1e-15, 1 - 1e-15))
def test_normals_are_normal(u):
    assert normal(u) == pytest.approx(NormalDist().inv_cdf(u), rel=1e-8, abs=1e-8)


@given(u=st.floats(1e-12, 1 - 1e-9), mean=st.floats(0, 20))
def test_poisson_counts_invert_the_distribution(u, mean):
    count = poisson(u, mean)
    below = math.fsum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(count))
    assert below <= u * (1 + 1e-9)
    assert u <= below + math.exp(-mean) * mean**count / math.factorial(count) + 1e-9


@settings(deadline=None)
@given(u=st.floats(1e-9, 1 - 1e-9), mean=st.floats(0, 5000))
def test_the_compiled_counts_are_the_same_and_never_fall_with_the_mean(u, mean):
    assert kernels.poisson(u, mean) == poisson(u, mean) <= kernels.poisson(u, 1.1 * mean)


def test_a_mean_beyond_all_numbers_counts_as_the_largest_there_is_room_for():
    assert kernels.poisson(0.5, 1e6) == kernels.poisson(0.5, kernels.LARGEST_MEAN) == 500


def test_logistic_does_not_overflow():
    assert logistic(-1e12) == 0.0
    assert logistic(0.0) == 0.5
    assert logistic(1e12) == 1.0
