"""Measures of networks, groups and inequality used by the system outcomes.

Each is a pure function of arrays; indices are taken of many observations at once, which stand on
the leading axes. Sums over ties are of whole rungs, so they are exact whatever the order of actors;
other sums run in order over states only, so that actors outside every denominator change no bit.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from simulation.arithmetic import power, product
from simulation.processes.links import Links, links
from simulation.processes.trust import direct_trust
from simulation.state import I8, I64, F


@njit(cache=True, error_model="numpy")
def tie_sums(depth: I8, partners: Links, group: I64, within: I64, strength: I64) -> None:
    """Add up the rungs of ties inside each group, and of all ties of its members (strength).

    Parameters
    ----------
    depth
        Symmetric, shape (n, n).
    partners
        The lists of partners in it.
    group
        Group of each of the first actors, shape (s,), in ``0 .. groups - 1``; ties of others do not count.
    within, strength
        Where to add them, shape (groups,): each tie once, and once for each end.
    """
    s = group.size
    for i in range(s):
        for j in partners.partner[partners.start[i] : partners.start[i + 1]]:
            if j < s:
                strength[group[i]] += depth[i, j]
                if j < i and group[i] == group[j]:
                    within[group[i]] += depth[i, j]


def modularity(within: I64, strength: I64) -> F:
    """Newman's modularity of a given partition, weighted by depth (Newman 2006), in [-1/2, 1].

    Q = Σ_g (within_g/m - (strength_g/2m)²) with m the rungs of all ties; 0 without ties.
    Groups are on the last axis.
    """
    total = strength.sum(axis=-1, keepdims=True) / 2
    result: F = (ratio(within, total) - ratio(strength, 2 * total) ** 2).sum(axis=-1)
    return result


def external_internal_index(within: I64, strength: I64) -> F:
    """E-I index: (external - internal)/(external + internal) ties (Krackhardt & Stern 1988), in [-1, 1]."""
    total = strength.sum(axis=-1) / 2
    return ratio(total - 2 * within.sum(axis=-1), total)


@njit(cache=True, error_model="numpy")
def paths_of_two(depth: I8, partners: Links, s: int) -> tuple[int, int]:
    """Pairs of partners of an actor, and how many of them are partners themselves, among the first ``s`` actors."""
    paths = 0
    closed = 0
    for i in range(s):
        near = partners.partner[partners.start[i] : partners.start[i + 1]]
        for a in range(near.size):
            if near[a] >= s:
                break
            paths += a
            row = depth[near[a]]
            for b in range(a):
                closed += row[near[b]] > 0
    return paths, closed


def transitivity(depth: I8) -> float:
    """Share of pairs of partners of an actor that are partners themselves, in [0, 1]; 0 without pairs."""
    paths, closed = paths_of_two(depth, links(depth), len(depth))
    return closed / paths if paths else 0.0


@njit(cache=True, error_model="numpy", nogil=True)
def add_trust(first: int, last: int, alpha: F, beta: F, out: F) -> None:
    """Add to ``out`` (s,) the τ = α/(α+β) of all other states in each of some states."""
    first = max(first, 0)
    total = out[first:last]
    for i in range(out.size):
        own, against = alpha[i, first:last], beta[i, first:last]
        for k in range(total.size):  # sums that do not wait for each other
            total[k] += direct_trust(own[k], against[k])
        if first <= i < last:
            total[i - first] -= direct_trust(alpha[i, i], beta[i, i])


@njit(cache=True, error_model="numpy")
def mean_direct_trust(alpha: F, beta: F, partners: Links, trusted: F) -> tuple[float, float]:
    """Mean τ over ordered pairs with a deal, and over ordered pairs of states, of whom ``trusted`` has the sums.

    A pair without evidence or prior counts 0; 0 without pairs.
    """
    partner_sum = 0.0
    for i in range(alpha.shape[0]):
        for j in partners.partner[partners.start[i] : partners.start[i + 1]]:
            partner_sum += direct_trust(alpha[i, j], beta[i, j])
    pairs = trusted.size * (trusted.size - 1)
    return partner_sum / max(partners.partner.size, 1), trusted.sum() / max(pairs, 1)


@njit(cache=True, error_model="numpy")
def mean_distance(position: F) -> float:
    """Mean root-mean-square distance between pairs of positions (n, 4) in [0, 1], itself in [0, 1]."""
    n = position.shape[0]
    axis = position.T.copy()
    a0, a1, a2, a3 = axis[0], axis[1], axis[2], axis[3]
    by_column = np.zeros(n)
    for i in range(n):
        x0, x1, x2, x3 = a0[i], a1[i], a2[i], a3[i]
        for j in range(i):
            d0, d1, d2, d3 = x0 - a0[j], x1 - a1[j], x2 - a2[j], x3 - a3[j]
            by_column[j] += np.sqrt((d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3) / 4.0)
    pairs = n * (n - 1) / 2
    return by_column.sum() / pairs if pairs > 0 else 0.0


def esteban_ray(size: NDArray[np.number], centre: F, sensitivity: float) -> F:
    """Polarisation of groups (Esteban & Ray 1994), in [0, 1].

    P = 2^(1+α) Σ_g Σ_h π_g^(1+α) π_h |y_g - y_h|, scaled so that two halves at distance 1 give 1.

    Parameters
    ----------
    size
        Sizes of the groups, shape (..., g); shares π are taken of their sum.
    centre
        Their mean positions in [0, 1], shape (..., g, d); distances are root mean squares.
    sensitivity
        α in [1, 1.6]; a group's identification with itself.
    """
    share = ratio(size, size.sum(axis=-1, keepdims=True))
    gap = centre[..., :, None, :] - centre[..., None, :, :]
    distance = np.sqrt((gap**2).mean(axis=-1))
    alienation = product(distance, share[..., None])[..., 0]
    value = (power(2 * share, 1 + sensitivity) * alienation).sum(axis=-1)
    result: F = np.minimum(1.0, value)
    return result


def effective_number(weight: NDArray[np.number]) -> F:
    """Laakso & Taagepera's (1979) effective number 1/Σ share² on the last axis; 0 if nothing has weight."""
    share = ratio(weight, weight.sum(axis=-1, keepdims=True))
    return ratio(1.0, (share**2).sum(axis=-1))


def gini(values: F) -> F:
    """Gini coefficient of non-negative values on the last axis, in [0, 1); 0 if all are 0 or there are none."""
    ordered = np.sort(values, axis=-1)
    n = values.shape[-1]
    ranks = np.arange(1, n + 1)
    gap = ((2 * ranks - n - 1) * ordered).sum(axis=-1)
    result: F = np.maximum(0.0, ratio(gap, n * ordered.sum(axis=-1)))
    return result


def skewness(values: I64) -> F:
    """Third standardised moment of whole numbers from 0 on, on the last axis; 0 if all are equal."""
    middle = mean(values)[..., None]
    away = np.arange(values.max(initial=0) + 1) - middle  # few values differ
    variance = mean((values - middle) ** 2)
    return ratio(mean(np.take_along_axis(away * away * away, values, axis=-1)), variance * np.sqrt(variance))


def mean(values: NDArray[np.generic]) -> F:
    """Mean on the last axis; 0 of nothing."""
    n = values.shape[-1]
    result: F = values.mean(axis=-1) if n else np.zeros(values.shape[:-1])
    return result


def ratio(part: ArrayLike, whole: ArrayLike) -> F:
    """part/whole, 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=np.not_equal(whole, 0))


@njit(cache=True, error_model="numpy")
def connection_values(depth: I8, decay: float) -> F:
    """What its direct and indirect ties are worth to each actor, Σ_j decay^d_ij, shape (s,).

    The benefit of the connections model (Jackson & Wolinsky 1996): a friend of a friend is worth
    ``decay`` times a friend, whom one cannot reach nothing.
    """
    s = depth.shape[0]
    value, worth = np.zeros(s), np.ones(s + 1)
    for k in range(s):
        worth[k + 1] = worth[k] * decay
    queue = np.empty(s, np.int32)
    steps = np.empty(s, np.int32)
    for i in range(s):
        steps[:] = -1
        steps[i], queue[0] = 0, i
        head, tail = 0, 1
        while head < tail:
            k = queue[head]
            head += 1
            for j in range(s):
                if depth[k, j] > 0 and steps[j] < 0:
                    steps[j] = steps[k] + 1
                    queue[tail] = j
                    tail += 1
                    value[i] += worth[steps[j]]
    return value
