"""What kernels share: elementary functions and sums of rows, the largest numbers of a row, word of compiling.

``np.exp`` inside a loop is a call into the system's mathematical library: it keeps the compiler
from working on several pairs at once (three times slower), and its last bit differs between
libraries and processors. These are the series of :mod:`simulation.arithmetic`, compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core.event import Event, Listener, register
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
from simulation.source_code import COMPILING

_LOWEST, _HIGHEST = -708.0, 709.0
"""Beyond these the result would be subnormal or infinite; the argument is clipped."""
_ROUND = 6755399441055744.0
"""1.5·2⁵²: adding it rounds to an integer, which then stands in the lowest bits."""
_LIFTED = float(1 << LIFT)

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
def add_rows(matrix: NDArray[np.float64], rows: NDArray[np.int32], out: NDArray[np.float64]) -> None:
    """Add some rows of ``matrix`` (m, s) to ``out`` (s,), in their order, in place.

    The bits are those of one row after the other; four at a time spare most of the way to ``out`` and back.
    """
    fours = rows.size - rows.size % 4
    for p in range(0, fours, 4):
        a, b, c, d = matrix[rows[p]], matrix[rows[p + 1]], matrix[rows[p + 2]], matrix[rows[p + 3]]
        for i in range(out.size):
            out[i] = (((out[i] + a[i]) + b[i]) + c[i]) + d[i]
    for p in range(fours, rows.size):
        a = matrix[rows[p]]
        for i in range(out.size):
            out[i] += a[i]


@njit(cache=True, error_model="numpy")
def sums_of_others(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of each column of an (s, s) matrix without its diagonal, (s,)."""
    s = matrix.shape[0]
    total = np.empty(s)
    for i in range(s):
        total[i] = -matrix[i, i]
    add_rows(matrix, np.arange(s).astype(np.int32), total)
    return total


# --- the first run on a machine takes a minute longer


class _Teller(Listener):  # type: ignore[misc]
    """Says once that something is compiled; kernels found in the cache are not."""

    def __init__(self, say: Callable[[str], object]):
        self._say, self._told = say, False

    def on_start(self, event: Event) -> None:
        """Say it, the first time."""
        if not self._told:
            self._told = True
            self._say(COMPILING)

    def on_end(self, event: Event) -> None:
        """Nothing: another kernel may follow."""


def tell_when_compiling(say: Callable[[str], Any] | None = None) -> None:
    """Have a line said when this process first has to compile a kernel.

    Parameters
    ----------
    say
        What says it; by default it is printed.
    """
    register("numba:compile", _Teller(say or partial(print, flush=True)))
