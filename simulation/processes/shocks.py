"""Scheduled shocks of a scenario (step 1 of the quarter).

``malicious_surge`` multiplies the hazard of incidents; ``capability_jump`` moves the path of AI
capability ahead by so many quarters for good; ``budget_cut`` leaves a share of the budgets while
it lasts; ``trust_shock`` leaves a share of the hit actors' direct trust in everybody, once;
``disinformation_wave`` adds disinformation incidents while it lasts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.arithmetic import ordered_sum
from simulation.scenario.quarter import Quarter
from simulation.scenario.schema import Shock
from simulation.state import I32, F, State


def active(shocks: Iterable[Shock], quarter: Quarter) -> list[Shock]:
    """Shocks that hit in this quarter."""
    return [shock for shock in shocks if 0 <= quarter.index_from(shock.quarter) < shock.duration]


def capability_lead(shocks: Iterable[Shock], quarter: Quarter) -> float:
    """Quarters by which past and present jumps have moved AI capability ahead."""
    return ordered_sum(s.size for s in shocks if s.kind == "capability_jump" and quarter.index_from(s.quarter) >= 0)


def surge(now: Iterable[Shock]) -> float:
    """Multiplier of the hazard this quarter."""
    multiplier = 1.0
    for shock in now:
        if shock.kind == "malicious_surge":
            multiplier *= shock.size
    return multiplier


def strike(
    state: State,
    now: Sequence[Shock],
    quarter: Quarter,
    index: Mapping[str, int],
) -> None:
    """Undo last quarter's cuts, then apply this quarter's shocks to budgets, trust and incidents."""
    _end_last(state.budget, state.uncut, state.wave)
    for shock in now:
        rows = _rows(state, shock, index)
        if shock.kind == "budget_cut":
            first = rows & (state.uncut < 0)
            state.uncut[first] = state.budget[first]
            state.budget[rows] *= shock.size
        elif shock.kind == "trust_shock" and shock.quarter == quarter:
            lost = (1.0 - shock.size) * state.alpha[rows]
            state.alpha[rows] -= lost
            state.beta[rows] += lost
        elif shock.kind == "disinformation_wave":
            state.wave[rows & state.un_member] += round(shock.size)


@njit(cache=True, error_model="numpy")
def _end_last(budget: F, uncut: F, wave: I32) -> None:
    """Undo last quarter's cuts and wave of disinformation."""
    for i in range(uncut.size):
        if uncut[i] >= 0.0:
            budget[i] = uncut[i]
        uncut[i], wave[i] = -1.0, 0


def _rows(state: State, shock: Shock, index: Mapping[str, int]) -> NDArray[np.bool_]:
    if shock.actors == "all":
        return np.ones(state.n, bool)
    rows = np.zeros(state.n, bool)
    rows[[index[name] for name in shock.actors]] = True
    return rows
