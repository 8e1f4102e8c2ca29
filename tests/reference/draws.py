"""Randomness: keyed draws in plain integers (Philox4x32-10, Salmon et al. 2011)."""

from __future__ import annotations

import math

from simulation.kernels import Stream, key

_WORD = 0xFFFFFFFF
_MULTIPLIERS = 0xD2511F53, 0xCD9E8D57
_KEY_STEPS = 0x9E3779B9, 0xBB67AE85


def philox(counter: tuple[int, int, int, int], k: tuple[int, int]) -> tuple[int, int, int, int]:
    """Ten rounds of Philox on four 32-bit words of counter under two of key."""
    c0, c1, c2, c3 = counter
    k0, k1 = k
    for _ in range(10):
        p0, p1 = _MULTIPLIERS[0] * c0, _MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & _WORD, (p0 >> 32) ^ c3 ^ k1, p0 & _WORD
        k0, k1 = (k0 + _KEY_STEPS[0]) & _WORD, (k1 + _KEY_STEPS[1]) & _WORD
    return c0, c1, c2, c3


class Key:
    """A family of draws: one for every pair of numbers, and as many families within it."""

    def __init__(self, value: int):
        self._value = value

    def _bits(self, low: int, high: int) -> int:
        counter = low & _WORD, low >> 32, high & _WORD, high >> 32
        first, second, _, _ = philox(counter, (self._value & _WORD, self._value >> 32))
        return (second << 32) | first

    def of(self, low: int, high: int) -> Key:
        """A family within this one."""
        return Key(self._bits(low, high))

    def uniform(self, uid_i: int, uid_j: int = 0) -> float:
        """A uniform on (0, 1) for one event: 52 random bits, centred."""
        return ((self._bits(uid_i, uid_j) >> 12) + 0.5) / 2.0**52

    def symmetric(self, uid_i: int, uid_j: int) -> float:
        """The uniform of an unordered pair: the smaller uid first."""
        return self.uniform(min(uid_i, uid_j), max(uid_i, uid_j))


class Luck:
    """All draws of one quarter of one replicate."""

    def __init__(self, seed: int, replicate: int, quarter: int):
        self._keys = {stream: Key(int(key(seed, replicate, quarter, stream))) for stream in Stream}

    def of(self, stream: Stream, low: int, high: int) -> Key:
        """A family of draws within those of a stream."""
        return self._keys[stream].of(low, high)

    def uniform(self, stream: Stream, uid_i: int, uid_j: int = 0) -> float:
        """A uniform on (0, 1) for one event."""
        return self._keys[stream].uniform(uid_i, uid_j)

    def symmetric(self, stream: Stream, uid_i: int, uid_j: int) -> float:
        """The uniform of an unordered pair."""
        return self._keys[stream].symmetric(uid_i, uid_j)

    def gumbel(self, stream: Stream, uid_i: int, uid_j: int = 0) -> float:
        """A standard Gumbel by inversion."""
        return gumbel(self.uniform(stream, uid_i, uid_j))


def gumbel(u: float) -> float:
    """Standard Gumbel of a uniform."""
    return -math.log(-math.log(u))


def poisson(u: float, mean: float) -> int:
    """Poisson count by inversion: the smallest count whose distribution function reaches ``u``; of a mean up to 500."""
    mean = min(mean, 500.0)
    count, term = 0, math.exp(-mean)
    cumulative = term
    while u > cumulative and count < 1000:
        count += 1
        term *= mean / count
        cumulative += term
    return count


def _polynomial(coefficients: tuple[float, ...], x: float) -> float:
    total = 0.0
    for c in coefficients:
        total = total * x + c
    return total


_CENTRE_TOP = (
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.3577518672690, -30.66479806614716, 2.506628277459239,
)  # fmt: skip
_CENTRE_BOTTOM = (
    -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1.0,
)  # fmt: skip
_TAIL_TOP = (
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
)  # fmt: skip
_TAIL_BOTTOM = (0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1.0)
_TAIL_FROM = 0.02425


def normal(u: float) -> float:
    """Standard normal by inversion: Acklam's rational approximation."""
    if min(u, 1.0 - u) < _TAIL_FROM:
        q = math.sqrt(-2.0 * math.log(min(u, 1.0 - u)))
        z = _polynomial(_TAIL_TOP, q) / _polynomial(_TAIL_BOTTOM, q)
        return z if u < 0.5 else -z
    q = u - 0.5
    return q * _polynomial(_CENTRE_TOP, q * q) / _polynomial(_CENTRE_BOTTOM, q * q)


def logistic(x: float) -> float:
    """σ(x) = 1/(1 + e^-x), without overflow for a hopeless x."""
    return 0.0 if x < -700.0 else 1.0 / (1.0 + math.exp(-x))
