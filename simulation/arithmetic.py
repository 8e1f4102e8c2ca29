"""Elementary functions, ordered products and small solutions whose bits are the same on every processor.

NumPy's ``exp``, ``log`` and ``power`` choose by processor, so do the linear algebra behind ``@`` and the system's
mathematical library behind ``math``; their last bits differ. What stands here is additions, products, quotients
and square roots alone, which IEEE 754 fixes to the bit. (NumPy's sums, means and quantiles do not differ: they are
additions in one order.) Arrays need no compiler; :mod:`simulation.kernels` has the same for compiled loops.

Range reduction after Cody & Waite (1980), *Software Manual for the Elementary Functions*; the series are Taylor's.
Exact products of two numbers after Dekker (1971), *Numerische Mathematik* 18.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

LOG2_E = 1.4426950408889634
LOG_2 = 0.6931471805599453
LOG_2_HIGH, LOG_2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""log 2 in two parts, the first with so few bits that its product with an exponent is exact."""
MANTISSA_BITS = 52
ROOT_BITS = 0x3FE6A09E667F3BCD
"""The bits of √½ as an integer: a mantissa is taken from there to √2, so that its logarithm is small."""
SMALLEST_NORMAL, LIFT = 2.2250738585072014e-308, 54
"""What is smaller is multiplied by 2⁵⁴ first."""
_SPLITTER = 134217729.0
_LARGEST_POWER = 1e19
"""A power beyond it gives 0, 1 or infinity, as this one does."""


# --- series in plain operators, for numbers and arrays alike: kernels compile these too
def exp_series(r: Any) -> Any:
    """e^r for |r| ≤ ½ log 2."""
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
    return p * r + 1.0


def expm1_series(r: Any) -> Any:
    """e^r - 1 - r for |r| ≤ ½ log 2."""
    p = 1.0 / 87178291200.0
    p = p * r + 1.0 / 6227020800.0
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
    return p * r * r


def log_series(whole: Any, f: Any, small: Any) -> Any:
    """whole·log 2 + log(1 + f) + small for 1 + f from √½ to √2: with s = f/(2 + f) it is 2(s + s³/3 + s⁵/5 + …)."""
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    p = 2.0 / 23.0  # every other term of the series: two chains, neither waits for the other
    p = p * w + 2.0 / 19.0
    p = p * w + 2.0 / 15.0
    p = p * w + 2.0 / 11.0
    p = p * w + 2.0 / 7.0
    p = p * w + 2.0 / 3.0
    q = 2.0 / 21.0
    q = q * w + 2.0 / 17.0
    q = q * w + 2.0 / 13.0
    q = q * w + 2.0 / 9.0
    q = q * w + 2.0 / 5.0
    p = p + q * z
    half = 0.5 * f * f
    return whole * LOG_2_HIGH - ((half - (s * (half + p * z) + (whole * LOG_2_LOW + small))) - f)


def exact_product(a: Any, b: Any) -> tuple[Any, Any]:
    """a·b rounded, and what the rounding left away."""
    high = a * b
    far = _SPLITTER * a
    a_high = far - (far - a)
    far = _SPLITTER * b
    b_high = far - (far - b)
    a_low, b_low = a - a_high, b - b_high
    return high, ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low


def exact_sum(a: Any, b: Any) -> tuple[Any, Any]:
    """a + b rounded, and what the rounding left away."""
    high = a + b
    part = high - a
    return high, (a - (high - part)) + (b - part)


def log_in_two(whole: Any, f: Any) -> tuple[Any, Any]:
    """:func:`log_series` as a sum of two numbers, twenty bits more exact than one."""
    d, d_low = exact_sum(2.0, f)
    s = f / d
    p, p_low = exact_product(s, d)
    s_low = (((f - p) - p_low) - s * d_low) / d
    z, z_low = exact_product(s, s)
    z_low = z_low + 2.0 * s * s_low
    p = 1.0 / 25.0
    p = p * z + 1.0 / 23.0
    p = p * z + 1.0 / 21.0
    p = p * z + 1.0 / 19.0
    p = p * z + 1.0 / 17.0
    p = p * z + 1.0 / 15.0
    p = p * z + 1.0 / 13.0
    p = p * z + 1.0 / 11.0
    p = p * z + 1.0 / 9.0
    p = p * z + 1.0 / 7.0
    p, p_low = exact_sum(0.2, p * z)
    p_low = p_low - 1.1102230246251566e-17  # of 1/5
    q, q_low = exact_product(p, z)
    q_low = q_low + p * z_low + p_low * z
    p, p_low = exact_sum(1.0 / 3.0, q)
    p_low = p_low + q_low + 1.850371707708594e-17  # of 1/3
    q, q_low = exact_product(p, z)
    q_low = q_low + p * z_low + p_low * z
    t, t_low = exact_product(s, q)
    t_low = t_low + s * q_low + s_low * q
    high, low = exact_sum(s, t)
    low = low + t_low + s_low
    high, rest = exact_sum(whole * LOG_2_HIGH, 2.0 * high)
    return exact_sum(high, rest + (2.0 * low + whole * LOG_2_LOW))


# --- arrays
def exp(x: ArrayLike) -> Floats:
    """e^x, elementwise, to within one unit in the last place."""
    x = np.asarray(x, dtype=np.float64)
    held = np.minimum(np.maximum(x, -746.0), 710.0)
    whole = np.rint(held * LOG2_E)
    p = exp_series((held - whole * LOG_2_HIGH) - whole * LOG_2_LOW)
    half = np.floor(0.5 * whole)
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(p * _power_of_two(half) * _power_of_two(whole - half))


def expm1(x: ArrayLike) -> Floats:
    """e^x - 1, elementwise, to within two units in the last place."""
    x = np.asarray(x, dtype=np.float64)
    held = np.minimum(np.maximum(x, -40.0), 710.0)
    whole = np.rint(held * LOG2_E)
    high, low = held - whole * LOG_2_HIGH, whole * LOG_2_LOW
    r = high - low
    half = _power_of_two(whole - 1.0)
    near, rest = exact_sum(half - 0.5, half * r)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        value = 2.0 * (near + (rest + half * (expm1_series(r) + ((high - r) - low))))
    return np.where(np.abs(x) < 1e-17, x, value)


def log(x: ArrayLike) -> Floats:
    """Natural logarithm, elementwise, to within one unit in the last place; NaN below 0."""
    x = np.asarray(x, dtype=np.float64)
    return _at_ends(x, log_series(*_parts(x), 0.0))


def log1p(x: ArrayLike) -> Floats:
    """log(1 + x), elementwise, to within two units in the last place; NaN below -1."""
    x = np.asarray(x, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        u, left = exact_sum(1.0, x)
        whole, f = _parts(u)
        near = whole == 0.0
        small = np.divide(left, u, out=np.zeros(u.shape), where=~near & (u > 0.0))
        return np.where(x == 0.0, x, _at_ends(u, log_series(whole, np.where(near, x, f), small)))


def log1p_of_counts(counts: ArrayLike) -> Floats:
    """:func:`log1p` of whole numbers from 0, most of them small: worked out once for each that can be there."""
    whole = np.asarray(counts).astype(np.int64)
    return log1p(np.arange(int(whole.max(initial=0)) + 1))[whole]


def power(x: ArrayLike, y: ArrayLike) -> Floats:
    """x^y for x ≥ 0, elementwise, to within two units in the last place; NaN below 0."""
    x, y = np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
    held = np.minimum(np.maximum(y, -_LARGEST_POWER), _LARGEST_POWER)
    with np.errstate(invalid="ignore", over="ignore"):
        high, low = log_in_two(*_parts(x))
        high, rest = exact_product(held, high)
        value = exp(high)
        value = np.where(value < np.inf, value + value * (rest + held * low), value)
        ends = np.where((x == 0.0) == (y > 0.0), 0.0, np.inf)  # of 0 and infinity
        value = np.where((x == 0.0) | (x == np.inf), ends, value)
        value = np.where((x < 0.0) | np.isnan(x) | np.isnan(y), np.nan, value)
    return np.where((y == 0.0) | (x == 1.0), 1.0, value)


def _power_of_two(whole: Floats) -> Floats:
    """2^whole for -1022 ≤ whole ≤ 1023 by its bits; what is no number gives anything."""
    with np.errstate(invalid="ignore"):
        return ((whole.astype(np.int64) + 1023) << MANTISSA_BITS).view(np.float64)


def _parts(x: Floats) -> tuple[Floats, Floats]:
    """Of x > 0: the whole and f of x = 2^whole·(1 + f)."""
    tiny = x < SMALLEST_NORMAL
    with np.errstate(over="ignore", invalid="ignore"):
        bits = np.where(tiny, x * float(1 << LIFT), x).view(np.int64)
    whole = (bits - ROOT_BITS) >> MANTISSA_BITS
    f = (bits - (whole << MANTISSA_BITS)).view(np.float64) - 1.0
    return whole.astype(np.float64) - LIFT * tiny, f


def _at_ends(x: Floats, value: Floats) -> Floats:
    """A logarithm where x is 0, infinite, negative or no number."""
    if x.size and x.min() > 0.0 and x.max() < np.inf:  # no number is neither
        return value
    value = np.where(x == 0.0, -np.inf, value)
    return np.where(x == np.inf, np.inf, np.where((x < 0.0) | np.isnan(x), np.nan, value))


# --- sums, products and lines in one order
def ordered_sum(values: Iterable[float]) -> float:
    """Sum from the first to the last: that of Python is compensated from version 3.12 on."""
    result = 0.0
    for value in values:
        result += value
    return result


def product(matrix: ArrayLike, other: ArrayLike) -> Floats:
    """``matrix @ other``, of (..., m, k) with (..., k, n) or (k,), added up from the first k to the last."""
    left, right = np.asarray(matrix, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if right.ndim == 1:
        return product(left, right[:, None])[..., 0]
    shape = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    result = np.zeros((*shape, left.shape[-2], right.shape[-1]))
    for k in range(right.shape[-2]):
        result += left[..., k, None] * right[..., k, None, :]
    return result


def weighted(weights: ArrayLike, tables: ArrayLike) -> Floats:
    """Σ_k weights_k·tables_k, of (k,) with (k, ...), from the first to the last."""
    given = np.asarray(tables, dtype=np.float64)
    result = np.zeros(given.shape[1:])
    for weight, one in zip(np.asarray(weights, dtype=np.float64), given, strict=True):
        result += weight * one
    return result


def solve(matrix: ArrayLike, right: ArrayLike) -> Floats:
    """X of matrix·X = right, of (m, m) and (m, n), for a small matrix: elimination with the largest pivot.

    Raises
    ------
    ZeroDivisionError
        If the matrix is singular.
    """
    left, result = np.array(matrix, dtype=np.float64), np.array(right, dtype=np.float64)
    for k in range(len(left)):
        first = k + int(np.argmax(np.abs(left[k:, k])))
        left[[k, first]], result[[k, first]] = left[[first, k]], result[[first, k]]
        if left[k, k] == 0.0:
            raise ZeroDivisionError("the matrix is singular")
        for row in range(len(left)):
            if row != k:
                share = left[row, k] / left[k, k]
                left[row] -= share * left[k]
                result[row] -= share * result[k]
    return np.asarray(result / np.diagonal(left)[:, None])


def lower_factor(matrix: ArrayLike) -> Floats:
    """The lower triangle L with L·Lᵀ = matrix, of (m, m), symmetric; what rounding left below zero counts as zero."""
    given = np.asarray(matrix, dtype=np.float64)
    result = np.zeros(given.shape)
    for k in range(len(given)):
        left = given[k:, k] - product(result[k:, :k], result[k, :k])
        if left[0] > 0.0:
            result[k:, k] = left / np.sqrt(left[0])
    return result


def line(x: Floats, y: Floats) -> tuple[float, float]:
    """Slope and start of the straight line of least squares through points (m,), m ≥ 2."""
    off = x - x.mean()
    slope = float((off * (y - y.mean())).sum() / (off * off).sum())
    return slope, float(y.mean() - slope * x.mean())
