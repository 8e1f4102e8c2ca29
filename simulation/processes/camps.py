"""Camps: which paradigm leader a state stands clearly closest to (MODEL B; for reporting only)."""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.processes.affinity import affinity
from simulation.state import I8, I32, B, F


@njit(cache=True, error_model="numpy")
def camps_of_states(
    position: F, weight: F, states: B, leaders: I32, in_union: B, width: float, margin: float
) -> I8:
    """Camp of every state, (n,): index of its leader, -1 for none and for actors that are no states.

    A leader's is its own, that of a member of the first leader (a union of states) is the union's;
    any other state's is the leader of highest affinity where that exceeds ``margin`` times the second's.
    """
    camp = np.full(len(states), -1, np.int8)
    for i in range(len(states)):
        if not states[i]:
            continue
        first, second, nearest = -1.0, -1.0, -1
        for h in range(len(leaders)):
            closeness = affinity(position[i], position[leaders[h]], weight[i], width)
            if closeness > first:
                first, second, nearest = closeness, first, h
            elif closeness > second:
                second = closeness
        if in_union[i]:
            nearest = 0
        elif second >= 0.0 and first <= margin * second:
            nearest = -1
        for h in range(len(leaders)):
            if leaders[h] == i:
                nearest = h
        camp[i] = nearest
    return camp
