"""What kernels share: elementary functions, sums of rows, rows by threads, keyed draws.

``np.exp`` inside a loop is a call into the system's mathematical library: it keeps the compiler
from working on several pairs at once (three times slower), and its last bit differs between
libraries and processors. These are the series of :mod:`simulation.arithmetic`, compiled.

Every draw is a function of what it is for, not of when it is made: ``hash(seed, replicate, quarter, stream, uid_i,
uid_j)`` through Philox4x32-10 (Salmon et al. 2011, *Parallel random numbers: as easy as 1, 2, 3*). There is no
generator and no state, so adding an inert actor changes nobody else's luck, any number of workers gives the same bits,
and two scenarios share their luck (common random numbers). ``uid`` is a 64-bit hash of an actor's (bloc's,
instrument's) id, never an array position. A symmetric event passes the smaller uid first. A further index (a slot, the
n-th incident) takes the place of ``uid_j`` where there is no second actor.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import IntEnum
from functools import cache
from typing import Any, TypeVar

import numpy as np
from llvmlite import ir
from numba import config, njit, types, uint64
from numba.extending import intrinsic, register_jitable
from numpy.typing import NDArray

from simulation.arithmetic import (
    LIFT,
    LOG2_E,
    LOG_2_HIGH,
    LOG_2_LOW,
    MANTISSA_BITS,
    ROOT_BITS,
    SMALLEST_NORMAL,
    exact_product,
    exact_sum,
    exp_series,
    expm1_series,
    log_in_two,
    log_series,
)

_LOWEST, _HIGHEST = -708.0, 709.0
"""Beyond these the result would be subnormal or infinite; the argument is clipped."""
_ROUND = 6755399441055744.0
"""1.5·2⁵²: adding it rounds to an integer, which then stands in the lowest bits."""
_LIFTED = float(1 << LIFT)
FEWEST = 256
"""Rows that a thread must have to pay for itself: to wake it takes a tenth of a millisecond."""
T = TypeVar("T")

for _series in (exact_product, exact_sum, exp_series, expm1_series, log_in_two, log_series):
    register_jitable(_series)


@intrinsic
def bits_of(typing_context: Any, x: Any) -> Any:
    """The 64 bits of a float as an integer."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generate


@intrinsic
def _float_of(typing_context: Any, bits: Any) -> Any:
    """The float that 64 bits stand for."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


@intrinsic
def trailing_zeros(typing_context: Any, word: Any) -> Any:
    """How many of the 64 bits of a word are zero below its lowest one; of 0 it means nothing."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), generate


@intrinsic
def borrowed(typing_context: Any, columns: Any) -> Any:
    """The same arrays (an array, or a tuple of arrays and numbers), which nobody counts as held.

    Numba counts who holds an array at every view and every call, one atomic step each: where thousands of pairs are
    looked at one by one that is a third of a kernel. Only for what a kernel was given: its caller holds that.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _let_go(builder, signature.args[0], arguments[0])

    return columns(columns), generate


def _let_go(builder: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, types.Array):  # the first two fields say who holds it
        for field in range(2):
            value = builder.insert_value(value, ir.Constant(value.type.elements[field], None), field)
    elif isinstance(kind, types.BaseTuple):
        for k, part in enumerate(kind):
            value = builder.insert_value(value, _let_go(builder, part, builder.extract_value(value, k)), k)
    return value


@njit(cache=True, error_model="numpy", inline="always")
def exp(x: float) -> float:
    """e^x to within one unit in the last place; for x below -708 the smallest normal e^-708."""
    x = min(max(x, _LOWEST), _HIGHEST)
    shifted = x * LOG2_E + _ROUND
    whole = shifted - _ROUND
    r = (x - whole * LOG_2_HIGH) - whole * LOG_2_LOW
    p = exp_series(r)
    # multiply by 2^whole: add it to the exponent
    return _float_of(bits_of(p) + (bits_of(shifted) << MANTISSA_BITS))


@njit(cache=True, error_model="numpy", forceinline=True)
def _parts(x: float) -> tuple[float, float]:
    """Of x > 0: the whole and f of x = 2^whole·(1 + f)."""
    lifted = 0.0
    if x < SMALLEST_NORMAL:
        x, lifted = x * _LIFTED, float(LIFT)
    bits = bits_of(x)
    whole = (bits - ROOT_BITS) >> MANTISSA_BITS
    return float(whole) - lifted, _float_of(bits - (whole << MANTISSA_BITS)) - 1.0


@njit(cache=True, error_model="numpy", forceinline=True)
def _log_at_end(x: float) -> float:
    """Logarithm of what is no positive finite number."""
    if x == 0.0:
        return -np.inf
    return x if x > 0.0 else np.nan


@njit(cache=True, error_model="numpy", forceinline=True)
def log(x: float) -> float:
    """Natural logarithm to within one unit in the last place; NaN below 0."""
    if not 0.0 < x < np.inf:
        return _log_at_end(x)
    whole, f = _parts(x)
    return log_series(whole, f, 0.0)


@njit(cache=True, error_model="numpy")
def log1p(x: float) -> float:
    """log(1 + x) to within two units in the last place; NaN below -1."""
    u, left = exact_sum(1.0, x)
    if x == 0.0:
        return x
    if not 0.0 < u < np.inf:
        return _log_at_end(u)
    whole, f = _parts(u)
    return log_series(whole, x, 0.0) if whole == 0.0 else log_series(whole, f, left / u)


@njit(cache=True, error_model="numpy")
def expm1(x: float) -> float:
    """e^x - 1 to within two units in the last place; the largest finite one for x above 709."""
    if abs(x) < 1e-17:
        return x
    x = min(max(x, -40.0), _HIGHEST)
    shifted = x * LOG2_E + _ROUND
    whole = shifted - _ROUND
    high, low = x - whole * LOG_2_HIGH, whole * LOG_2_LOW
    r = high - low
    half = _float_of(bits_of(0.5) + (bits_of(shifted) << MANTISSA_BITS))
    near, rest = exact_sum(half - 0.5, half * r)
    return 2.0 * (near + (rest + half * (expm1_series(r) + ((high - r) - low))))


@njit(cache=True, error_model="numpy")
def power(x: float, y: float) -> float:
    """x^y for finite x ≥ 0 and y to within two units in the last place, between e^-708 and e^709."""
    if y == 0.0 or x == 1.0:
        return 1.0
    if x == 0.0:
        return 0.0 if y > 0.0 else np.inf
    whole, f = _parts(x)
    high, low = log_in_two(whole, f)
    high, rest = exact_product(y, high)
    value = exp(high)
    return value + value * (rest + y * low)


@njit(cache=True, error_model="numpy")
def put(values: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """Write the first of some values, as many as there is room for, to ``out``.

    A loop: where an array is assigned to a slice, the text of an error is compiled with it, which takes seconds.
    """
    for k in range(out.size):
        out[k] = values[k]


@njit(cache=True, error_model="numpy")
def add_rows(matrix: NDArray[np.float64], rows: NDArray[np.int32], first: int, out: NDArray[np.float64]) -> None:
    """Add some rows of ``matrix`` (m, s), from a column on, to ``out`` (k,), in their order, in place.

    The bits are those of one row after the other; four at a time spare most of the way to ``out`` and back.
    """
    fours, last = rows.size - rows.size % 4, first + out.size
    for p in range(0, fours, 4):
        a, b = matrix[rows[p], first:last], matrix[rows[p + 1], first:last]
        c, d = matrix[rows[p + 2], first:last], matrix[rows[p + 3], first:last]
        for i in range(out.size):
            out[i] = (((out[i] + a[i]) + b[i]) + c[i]) + d[i]
    for p in range(fours, rows.size):
        a = matrix[rows[p], first:last]
        for i in range(out.size):
            out[i] += a[i]


@njit(cache=True, error_model="numpy")
def sums_of_others(matrix: NDArray[np.float64], first: int, last: int) -> NDArray[np.float64]:
    """Sum of some columns of an (s, s) matrix, each without its element of the diagonal, (last - first,)."""
    total = np.empty(last - first)
    for k in range(total.size):
        total[k] = -matrix[first + k, first + k]
    add_rows(matrix, np.arange(matrix.shape[0]).astype(np.int32), first, total)
    return total


# --- rows of a large world, some by each thread


def by_rows(kernel: Callable[..., T], rows: int, *columns: Any) -> list[T]:
    """Have a kernel work on every row, on several ranges of rows at once where there are many.

    There are as many threads as usable cores, or as the environment's ``NUMBA_NUM_THREADS`` says; that is 1 in a
    worker, for others are at work beside it. No range reads what another writes, so any number gives the same bits.

    Parameters
    ----------
    kernel
        Called as ``kernel(first, last, *columns)``; lets go of Python (``nogil``). It begins at ``max(first, 0)``:
        the compiler then knows that no row is counted from the end, which costs a fifth.
    rows
        Number of rows.

    Returns
    -------
    list
        What the calls return, in the order of the rows.
    """
    parts = rows // FEWEST
    if parts > 1:
        asked = os.environ.get("NUMBA_NUM_THREADS", "")  # Numba itself tells of one that is no number
        parts = min(parts, int(asked) if asked.isdecimal() else config.NUMBA_DEFAULT_NUM_THREADS)
    if parts <= 1:
        return [kernel(0, rows, *columns)]
    cuts = [rows * k // parts for k in range(parts + 1)]
    others = [_threads(os.getpid()).submit(kernel, *cuts[k : k + 2], *columns) for k in range(1, parts)]
    return [kernel(*cuts[:2], *columns), *(other.result() for other in others)]


@cache
def _threads(process: int) -> ThreadPoolExecutor:
    """Threads that wait for work, started as they are needed; those of a process that this was forked from are gone."""
    return ThreadPoolExecutor(config.NUMBA_DEFAULT_NUM_THREADS, thread_name_prefix="rows")


# --- keyed draws


class Stream(IntEnum):
    """One stream per kind of event; numbers are fixed for ever, new ones are appended (gaps were earlier editions)."""

    RATIFICATION = 6
    BLOC_AGENDA = 11
    BLOC_PROPOSER = 12
    BLOC_VOTE = 13
    JOIN = 14
    INSTRUMENT_REACH = 15
    COMPLIANCE = 16
    DETECTION = 17
    BREACH_DEPTH = 18
    NORM_THRESHOLD = 20
    PERCEPTION = 21
    INCIDENTS = 22
    INCIDENT_KIND = 23
    IMITATION = 24
    IMITATION_MODEL = 25
    EXPOSURE_OF_CAMPAIGN = 26
    REWIRING = 27
    POSITION = 28
    OPPORTUNISM = 29
    MEASUREMENT = 31
    PARAMETERS = 33
    BELIEF = 40
    ATTRACTION = 41
    BOOK = 42
    BOOK_LIFE = 43
    APPROACHES = 44
    APPROACH = 45
    ANSWER = 46
    THIRD_PARTY = 47
    RUNG = 48
    TERM = 49
    RENEWAL = 50
    SIGNING_ORDER = 51


_STREAMS = np.arange(max(Stream) + 1, dtype=np.uint64)

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_MASK = np.uint64(0xFFFFFFFF)
_27, _30, _31, _32 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(32)
_STEP, _FIRST, _SECOND = (np.uint64(k) for k in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


@njit(cache=True, error_model="numpy", forceinline=True)  # else loops over it do one draw at a time
def philox(key: np.uint64, low: np.uint64, high: np.uint64) -> np.uint64:
    """Philox4x32-10 of one 128-bit counter under one 64-bit key; the first 64 bits of output."""
    k0 = key & _MASK
    k1 = key >> _32
    c0 = low & _MASK
    c1 = low >> _32
    c2 = high & _MASK
    c3 = high >> _32
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0, c1, c2, c3 = (p1 >> _32) ^ c1 ^ k0, p1 & _MASK, (p0 >> _32) ^ c3 ^ k1, p0 & _MASK
        k0 = (k0 + _W0) & _MASK
        k1 = (k1 + _W1) & _MASK
    return (c1 << _32) | c0


@njit(cache=True, error_model="numpy", forceinline=True)
def uniform(key: np.uint64, uid_i: np.uint64, uid_j: np.uint64) -> float:
    """A uniform on the open interval (0, 1): 52 random bits, centred, so that no logarithm overflows."""
    return (float(philox(key, uid_i, uid_j) >> uint64(12)) + 0.5) * 2.220446049250313e-16


@njit(cache=True, error_model="numpy")
def fill_uniform(key: np.uint64, uid_i: np.uint64, uids: np.ndarray, out: np.ndarray) -> None:
    """:func:`uniform` of one actor with each of ``uids`` (m,), written to the first m places of ``out``."""
    for k in range(uids.size):
        out[k] = uniform(key, uid_i, uids[k])


@njit(cache=True, error_model="numpy")
def fill_normal(key: np.uint64, uid_i: np.uint64, uids: np.ndarray, out: np.ndarray) -> None:
    """:func:`normal` of the draws of :func:`fill_uniform`."""
    for k in range(uids.size):
        out[k] = normal(uniform(key, uid_i, uids[k]))


@njit(cache=True, error_model="numpy")
def symmetric_uniform(key: np.uint64, uid_i: np.uint64, uid_j: np.uint64) -> float:
    """:func:`uniform` of an unordered pair."""
    if uid_i < uid_j:
        return uniform(key, uid_i, uid_j)
    return uniform(key, uid_j, uid_i)


@njit(cache=True, error_model="numpy")
def gumbel(u: float) -> float:
    """Standard Gumbel by inversion of ``u``."""
    return -log(-log(u))


@njit(cache=True, error_model="numpy", forceinline=True)
def gumbel_bound(u: float) -> float:
    """A cheap upper bound of :func:`gumbel`, within .12 of it in the upper tenth, where it matters.

    -log(-log u) ≤ -log(1-u), and log₂ x ≥ k + m for x = 2ᵏ(1 + m): exponent and mantissa as they
    stand in the bits of 1-u. The last term covers rounding.
    """
    return (1023.0 - float(bits_of(1.0 - u)) * 2.220446049250313e-16) * 0.6931471805599454 + 1e-9


LARGEST_MEAN = 500.0
"""A greater mean of a Poisson count is taken to be this: the chance of no event must be a number."""


@njit(cache=True, error_model="numpy")
def poisson(u: float, mean: float) -> int:
    """Poisson count by inversion: a higher mean never gives fewer events from the same ``u``."""
    mean = min(mean, LARGEST_MEAN)
    term = exp(-mean)
    cumulative = term
    count = 0
    while u > cumulative and count < 1000:
        count += 1
        term *= mean / count
        cumulative += term
    return count


@njit(cache=True, error_model="numpy")
def normal(u: float) -> float:
    """Standard normal by inversion (Acklam's rational approximation, relative error below 1.2e-9)."""
    if u < 0.02425:
        q = np.sqrt(-2.0 * log(u))
        return _tail(q)
    if u > 0.97575:
        q = np.sqrt(-2.0 * log(1.0 - u))
        return -_tail(q)
    q = u - 0.5
    r = q * q
    top = (((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r
             + 138.3577518672690) * r - 30.66479806614716) * r + 2.506628277459239) * q
    bottom = ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r
               + 66.80131188771972) * r - 13.28068155288572) * r + 1.0
    return top / bottom


@njit(cache=True, error_model="numpy")
def _tail(q: float) -> float:
    top = ((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q
            - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783
    bottom = (((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q
              + 3.754408661907416) * q + 1.0
    return top / bottom


@cache
def stable_hash(text: str) -> np.uint64:
    """A 64-bit hash of a name that is the same in every process and on every machine."""
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little"))


@njit(cache=True, error_model="numpy")
def _mix(value: np.uint64) -> np.uint64:
    """SplitMix64 finaliser (Steele, Lea & Flood 2014)."""
    value += _STEP
    value = (value ^ (value >> _30)) * _FIRST
    value = (value ^ (value >> _27)) * _SECOND
    return value ^ (value >> _31)


@njit(cache=True, error_model="numpy")
def _key(seed: np.uint64, replicate: np.uint64, quarter: np.uint64, stream: np.uint64) -> np.uint64:
    return _mix(_mix(_mix(_mix(seed) ^ replicate) ^ quarter) ^ stream)


@njit(cache=True, error_model="numpy")
def _keys(seed: np.uint64, replicate: np.uint64, quarter: np.uint64, streams: NDArray[np.uint64]) -> Any:
    """The key of each of some streams (m,)."""
    result = np.empty_like(streams)
    for k in range(streams.size):
        result[k] = _key(seed, replicate, quarter, streams[k])
    return result


def key(seed: int, replicate: int, quarter: int, stream: Stream) -> np.uint64:
    """The 64-bit Philox key of one stream in one quarter of one replicate.

    Parameters
    ----------
    seed, replicate
        Any integers; negative ones are taken modulo 2**64.
    quarter
        Quarters since the start; -1 for draws made while the world is set up.
    """
    return np.uint64(_key(*_unsigned(seed, replicate, quarter), _STREAMS[stream]))


def _unsigned(*parts: int) -> list[np.uint64]:
    return [np.uint64(part & 0xFFFFFFFFFFFFFFFF) for part in parts]


class Draws:
    """The keys of one quarter of one replicate: ``draws.key(Stream.JOIN)``."""

    __slots__ = ("_keys", "quarter", "replicate", "seed")

    def __init__(self, seed: int, replicate: int, quarter: int):
        self.seed, self.replicate, self.quarter = seed, replicate, quarter
        self._keys = tuple(_keys(*_unsigned(seed, replicate, quarter), _STREAMS))  # of all streams at once

    def key(self, stream: Stream) -> np.uint64:
        """Philox key of a stream in this quarter: that of :func:`key`."""
        return self._keys[stream]
