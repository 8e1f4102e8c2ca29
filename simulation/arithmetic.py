"""An exponential and sums of rows of our own, for kernels.

``np.exp`` inside a loop is a call into the system's mathematical library: it keeps the compiler
from working on several pairs at once (three times slower), and its last bit differs between
libraries. This one is plain multiplications and additions, so it is fast and its bits are the
same on every machine. Range reduction and splitting of log 2 after Cody & Waite (1980),
*Software Manual for the Elementary Functions*; the polynomial is Taylor's of degree 13.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

_LOWEST, _HIGHEST = -708.0, 709.0
"""Beyond these the result would be subnormal or infinite; the argument is clipped."""
_LOG2_E = 1.4426950408889634
_LOG_2_HIGH, _LOG_2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_ROUND = 6755399441055744.0
"""1.5·2⁵²: adding it rounds to an integer, which then stands in the lowest bits."""
_MANTISSA_BITS = 52


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
    shifted = x * _LOG2_E + _ROUND
    whole = shifted - _ROUND
    r = (x - whole * _LOG_2_HIGH) - whole * _LOG_2_LOW
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    # multiply by 2^whole: add it to the exponent
    return _float_of(bits_of(p) + (bits_of(shifted) << _MANTISSA_BITS))


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
