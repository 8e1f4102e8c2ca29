"""Measures of networks, groups and inequality used by the system outcomes.

Each is a pure function of arrays. Sums over ties are of whole rungs, so they are exact
whatever the order of actors; other sums run in order over states only, so that actors
outside every denominator change no bit.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.processes.trust import direct_trust
from simulation.state import I8, MAX_DEPTH, B, F

I64 = NDArray[np.int64]

_LEANING = 0.5  # the middle of the scale of opinion: above it, a citizen is for cooperation


@njit(cache=True, error_model="numpy")
def tie_sums(depth: I8, group: I64, groups: int) -> tuple[I64, I64]:
    """Rungs of ties inside each group, and of all ties of its members (strength).

    Parameters
    ----------
    depth
        Symmetric, shape (s, s).
    group
        Group of each actor, shape (s,), in ``0 .. groups - 1``.

    Returns
    -------
    tuple
        ``within``, each tie once, and ``strength``, each tie once for each end; shape (groups,).
    """
    within = np.zeros(groups, np.int64)
    strength = np.zeros(groups, np.int64)
    for i in range(depth.shape[0]):
        for j in range(i):
            rungs = depth[i, j]
            if rungs > 0:
                strength[group[i]] += rungs
                strength[group[j]] += rungs
                if group[i] == group[j]:
                    within[group[i]] += rungs
    return within, strength


def modularity(within: I64, strength: I64) -> float:
    """Newman's modularity of a given partition, weighted by depth (Newman 2006), in [-1/2, 1].

    Q = Σ_g (within_g/m - (strength_g/2m)²) with m the rungs of all ties; 0 without ties.
    """
    total = int(strength.sum()) / 2
    if total == 0:
        return 0.0
    return float((within / total - (strength / (2 * total)) ** 2).sum())


def external_internal_index(within: I64, strength: I64) -> float:
    """E-I index: (external - internal)/(external + internal) ties (Krackhardt & Stern 1988), in [-1, 1]."""
    total = int(strength.sum()) / 2
    inside = int(within.sum())
    return 0.0 if total == 0 else (total - 2 * inside) / total


@njit(cache=True, error_model="numpy")
def partners(depth: I8) -> I64:
    """Number of partners of each row of a matrix of depths."""
    count = np.zeros(depth.shape[0], np.int64)
    for i in range(depth.shape[0]):
        for j in range(depth.shape[1]):
            count[i] += depth[i, j] > 0
    return count


@njit(cache=True, error_model="numpy")
def transitivity(depth: I8) -> float:
    """Share of pairs of partners of an actor that are partners themselves, in [0, 1]; 0 without pairs."""
    n = depth.shape[0]
    near = np.empty(n, np.int64)
    closed = 0
    paths = 0
    for i in range(n):
        count = 0
        for j in range(n):
            if depth[i, j] > 0:
                near[count] = j
                count += 1
        paths += count * (count - 1) // 2
        for a in range(count):
            for b in range(a):
                closed += depth[near[a], near[b]] > 0
    return closed / paths if paths > 0 else 0.0


@njit(cache=True, error_model="numpy")
def active_density(depth: I8, active: B) -> float:
    """Mean z over the pairs of active actors, in [0, 1]."""
    rungs = 0
    count = 0
    for i in range(depth.shape[0]):
        count += active[i]
        for j in range(i):
            rungs += depth[i, j]
    pairs = count * (count - 1) / 2
    return rungs / (MAX_DEPTH * pairs) if pairs > 0 else 0.0


@njit(cache=True, error_model="numpy")
def mean_direct_trust(alpha: F, beta: F, depth: I8, states: int) -> tuple[float, float]:
    """Mean τ = α/(α+β) over ordered pairs with a deal, and over ordered pairs of the first ``states`` actors.

    A pair without evidence or prior counts 0; 0 without pairs.
    """
    partner_sum = 0.0
    partner_count = 0
    by_column = np.zeros(states)  # sums that do not wait for each other
    for i in range(depth.shape[0]):
        if i < states:
            for j in range(states):
                by_column[j] += direct_trust(alpha[i, j], beta[i, j])
            by_column[i] -= direct_trust(alpha[i, i], beta[i, i])
        for j in range(depth.shape[0]):
            if depth[i, j] > 0:
                partner_sum += direct_trust(alpha[i, j], beta[i, j])
                partner_count += 1
    pairs = states * (states - 1)
    return partner_sum / max(partner_count, 1), by_column.sum() / max(pairs, 1)


@njit(cache=True, error_model="numpy")
def mean_distance(position: F) -> float:
    """Mean root-mean-square distance between pairs of rows of positions in [0, 1], itself in [0, 1]."""
    n, dimensions = position.shape
    axis = position.T.copy()
    square, by_column = np.empty(n), np.zeros(n)
    for i in range(n):
        square[:i] = 0.0
        for d in range(dimensions):
            here, others = position[i, d], axis[d]
            for j in range(i):
                square[j] += (here - others[j]) ** 2
        for j in range(i):
            by_column[j] += np.sqrt(square[j] / dimensions)
    pairs = n * (n - 1) / 2
    return by_column.sum() / pairs if pairs > 0 else 0.0


def esteban_ray(size: F, centre: F, sensitivity: float) -> float:
    """Polarisation of groups (Esteban & Ray 1994), in [0, 1].

    P = 2^(1+α) Σ_g Σ_h π_g^(1+α) π_h |y_g - y_h|, scaled so that two halves at distance 1 give 1.

    Parameters
    ----------
    size
        Sizes of the groups, shape (g,); shares π are taken of their sum.
    centre
        Their mean positions in [0, 1], shape (g, d); distances are root mean squares.
    sensitivity
        α in [1, 1.6]; a group's identification with itself.
    """
    total = float(size.sum())
    if total == 0:
        return 0.0
    share = size / total
    gap = centre[:, None, :] - centre[None, :, :]
    distance = np.sqrt((gap**2).mean(axis=-1))
    alienation = distance @ share
    value = float((share ** (1 + sensitivity) * alienation).sum()) * 2 ** (1 + sensitivity)
    return min(1.0, value)


def effective_number(weight: F) -> float:
    """Laakso & Taagepera's (1979) effective number 1/Σ share²; 0 if nothing has weight."""
    total = float(weight.sum())
    return 0.0 if total == 0 else 1.0 / float(((weight / total) ** 2).sum())


def gini(values: F) -> float:
    """Gini coefficient of non-negative values, in [0, 1); 0 if all are 0 or there are none."""
    ordered = np.sort(values)
    n, total = len(ordered), float(ordered.sum())
    if total <= 0:
        return 0.0
    ranks = np.arange(1, n + 1)
    return max(0.0, float(((2 * ranks - n - 1) * ordered).sum()) / (n * total))


def skewness(values: I64) -> float:
    """Third standardised moment; 0 if all values are equal."""
    if len(values) == 0:
        return 0.0
    gap = values - values.mean()
    variance = float((gap**2).mean())
    return 0.0 if variance == 0 else float((gap**3).mean()) / variance**1.5


@njit(cache=True, error_model="numpy")
def support_shares(opinion: F) -> F:
    """L: share of each public's quantiles that lean to cooperation, shape (s,), in [0, 1]."""
    result = np.zeros(opinion.shape[0])
    for i in range(opinion.shape[0]):
        count = 0
        for p in range(opinion.shape[1]):
            count += opinion[i, p] > _LEANING
        result[i] = count / opinion.shape[1]
    return result


@njit(cache=True, error_model="numpy")
def connection_values(depth: I8, decay: float) -> F:
    """What its direct and indirect ties are worth to each actor, Σ_j decay^d_ij, shape (s,).

    The benefit of the connections model (Jackson & Wolinsky 1996): a friend of a friend is worth
    ``decay`` times a friend, whom one cannot reach nothing.
    """
    s = depth.shape[0]
    value = np.zeros(s)
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
                    value[i] += decay ** float(steps[j])
    return value
