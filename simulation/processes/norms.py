"""C.12 Norm cascade and monitoring by civil society.

A state adopts a norm when the share of adopters among the states it looks at reaches its
threshold (Granovetter 1978; Finnemore & Sikkink 1998). NGOs lower the threshold of the states
they work with, and see breaches that would otherwise stay hidden (C47).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.kernels import Stream, add_rows, by_rows, key, normal, sums_of_others, uniform
from simulation.processes.links import weight_with
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import I8, NGO, B, F, State, by_column

_SETUP = -1
"""Quarter of the draws that are made while the world is set up."""


def spread_norms(state: State, par: Parameters, mech: Mechanisms) -> None:
    """One quarter of the norm cascade: states at or above their threshold adopt, all at once.

    A state looks at the others by ``state.peer_weight``; its threshold is lowered by
    ``par.norm_ngo`` times its ties z with NGOs. Nobody gives a norm up. A threshold at or below
    zero makes a state adopt by itself, as Granovetter's instigators do.
    """
    if mech.on("norm_cascade"):
        by_rows(
            _adopt, state.s, state.norm[: state.s].copy(), state.norm_threshold, by_column(state.peer_weight),
            state.depth, state.kind, par.norm_ngo, state.norm,
        )  # fmt: skip


def draw_thresholds(uid: NDArray[np.uint64], par: Parameters, seed: int, replicate: int) -> F:
    """Normal thresholds of norm adoption, one an actor, shape of ``uid``; share of adopters."""
    thresholds = np.empty(len(uid))
    stream = key(seed, replicate, _SETUP, Stream.NORM_THRESHOLD)
    _draw(thresholds, uid, stream, par.norm_threshold, par.norm_spread)
    return thresholds


@njit(cache=True, error_model="numpy", nogil=True)
def _adopt(
    first: int, last: int, before: B, threshold: F, peers: F, depth: I8, kind: I8, norm_ngo: float, norm: B
) -> None:
    """``peers`` (s, s) holds a row for each state that is looked at."""
    adopters, total = np.zeros(last - first), sums_of_others(peers, first, last)
    add_rows(peers, np.flatnonzero(before).astype(np.int32), first, adopters)
    ties = weight_with(np.flatnonzero(kind == NGO), depth, before.size)
    for k in range(total.size):
        share = adopters[k] / total[k] if total[k] > 0.0 else 0.0
        norm[first + k] |= share >= threshold[first + k] - norm_ngo * ties[first + k]


@njit(cache=True, error_model="numpy")
def _draw(thresholds: F, uid: NDArray[np.uint64], stream: np.uint64, mean: float, spread: float) -> None:
    for i in range(len(uid)):
        thresholds[i] = mean + spread * normal(uniform(stream, uid[i], np.uint64(0)))


@njit(cache=True, error_model="numpy")
def count_ngos(depth: I8, kind: I8) -> NDArray[np.int64]:
    """Number of NGOs that each actor has a deal with, (n,)."""
    count = np.zeros(kind.size, np.int64)
    for j in np.flatnonzero(kind == NGO):
        row = depth[j]
        for i in range(count.size):
            count[i] += row[i] > 0
    return count


@njit(cache=True, error_model="numpy")
def watch_all(
    depth: I8, kind: I8, free_press: B, detection: float, monitoring: float, ngos_look: bool, watch: F
) -> F:
    """Probability that a breach of each actor's deals is seen, 1 − (1 − d0)(1 − m)^(NGO engagements), (n,).

    How closely its conduct is watched, 1 − (1 − m)^(NGO engagements + free press), is written to ``watch`` (n,), in
    [0, 1). With the mechanism off NGOs do not look, the press does.
    """
    eyes, seen = count_ngos(depth, kind), np.empty(kind.size)
    for i in range(kind.size):
        looking = eyes[i] if ngos_look else 0
        seen[i] = detected(looking, detection, monitoring)
        watch[i] = detected(looking + free_press[i], 0.0, monitoring)
    return seen


@njit(cache=True, error_model="numpy")
def detected(eyes: int, base: float, watch: float) -> float:
    """Probability that something is seen by so many, each with probability ``watch``, or else with ``base``."""
    unseen = 1.0 - base
    for _ in range(eyes):
        unseen *= 1.0 - watch
    return 1.0 - unseen
