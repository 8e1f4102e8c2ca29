"""Section E: how much of what a state needs its partners cover, and what would be lost with one camp's.

Dependence on a camp is the coverage lost if the camp's partners left, as a share of the coverage that partners give;
dependence is that on the camp whose leaving costs most. Camps can stand in for each other, so these losses do not add
up; the Shapley shares do: each camp's mean part in coverage over the orders in which the three could have come. A
state's own organisations are nobody's camp here. Other actors have no needs: all is 0 for them.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.arithmetic import exp
from simulation.outcomes.network import ratio
from simulation.processes.needs import NEEDS, coverage, needs, own_part
from simulation.state import CAMPS, I8, I32, I64, MAX_DEPTH, F, State

SUPPLIES = np.dtype(
    [
        ("own", "f8", len(NEEDS)),  # part of each need that the state covers by itself
        ("supplied", "f8", (len(CAMPS) + 1, len(NEEDS))),  # S_n by camp of the partner, the last without
    ]
)
"""What is kept of an actor at an observation."""


def tally_supplies(state: State, actors: I64, out: NDArray[np.void]) -> None:
    """Add up what partners supply to some actors; ``out`` (a,) is zero before."""
    _add_supplies(actors, state.depth, state.supply, state.camp, state.home, own_part(state), out)


@njit(cache=True, error_model="numpy")
def _add_supplies(actors: I64, depth: I8, supply: F, camp: I8, home: I32, own: F, out: NDArray[np.void]) -> None:
    for a in range(actors.size):
        i, of_one = actors[a], out[a]
        if i >= own.shape[0]:  # who is no state needs nothing
            of_one.own[:] = 1.0
            continue
        for k in range(own.shape[1]):
            of_one.own[k] = own[i, k]
        for j in range(depth.shape[0]):
            if depth[i, j] > 0:
                side = camp[j] if camp[j] >= 0 and home[j] != i else len(CAMPS)
                for k in range(supply.shape[1]):
                    of_one.supplied[side, k] += depth[i, j] / MAX_DEPTH * supply[j, k]


def outcomes(kept: NDArray[np.void]) -> dict[str, F]:
    """Every metric of what was kept: name to values, of the shape of ``kept``."""
    own, supplied = kept["own"], kept["supplied"]
    needy = (own < 1.0).any(axis=-1)
    value = {inside: coverage(_covered(own, supplied, inside)) for size in range(len(CAMPS) + 1)
             for inside in combinations(range(len(CAMPS)), size)}  # fmt: skip
    parts, everybody = _covered(own, supplied, tuple(range(len(CAMPS)))), tuple(range(len(CAMPS)))
    given = value[everybody] - coverage(own)
    lost = {c: _share(value[everybody] - value[tuple(k for k in everybody if k != c)], given) for c in everybody}
    result = {"coverage": np.where(needy, value[everybody], 0.0), "dependence": np.max(list(lost.values()), axis=0)}
    result |= {f"coverage_{name}": np.where(needy, parts[..., k], 0.0) for k, name in enumerate(NEEDS)}
    result |= {f"dependence_{CAMPS[c].lower()}": share for c, share in lost.items()}
    return result | {f"coverage_by_{CAMPS[c].lower()}": _share(_shapley(value, c), given) for c in everybody}


def _share(part: F, given: F) -> F:
    """Part of what partners give, in [0, 1] whatever the last bits of sums are."""
    result: F = np.clip(ratio(part, given), 0.0, 1.0)
    return result


def _covered(own: F, supplied: F, camps: tuple[int, ...]) -> F:
    """cov_n by the partners of some camps and those of none."""
    total = supplied[..., len(CAMPS), :].copy()
    for camp in camps:
        total += supplied[..., camp, :]
    result: F = own + (1.0 - own) * (1.0 - exp(-total / needs().scale))
    return result


def _shapley(value: dict[tuple[int, ...], F], camp: int) -> F:
    """Mean over the orders of arrival of what a camp adds to those that came before it (Shapley 1953)."""
    others, result = [c for c in range(len(CAMPS)) if c != camp], np.zeros_like(value[()])
    for size in range(len(CAMPS)):
        groups = list(combinations(others, size))
        share = 1.0 / (len(CAMPS) * len(groups))  # of the orders in which just this group came before
        for before in groups:
            result += share * (value[tuple(sorted((*before, camp)))] - value[before])
    return result
