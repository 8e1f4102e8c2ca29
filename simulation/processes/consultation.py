"""C.12 Consultation: NGOs are heard on a draft before it is signed, and before a text is joined (Tallberg et al. 2013).

A state that works with D NGOs is consulted by the dose D/(1 + D): the more of them, the more, and none changes
nothing. Each side's consultation moves the draft of a programme or a binding deal towards rights by
:data:`DRAFT_STEP` times its dose of what is missing; the log odds of joining a text move by ``par.consultation``
times what the dose has changed since the start: what was usual is in the fitted odds.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.processes.norms import count_ngos
from simulation.scenario.mechanisms import Mechanisms
from simulation.state import DIMENSIONS, I8, NOBODY, STATE, Asked, F, State

DRAFT_STEP = 0.1
"""Share of the way to full rights that a draft moves at a full dose on one side: assumption."""
RIGHTS = DIMENSIONS.index("rights")


def consult(state: State, mech: Mechanisms, asked: Asked = NOBODY) -> F:
    """Set and return ``state.consulted``, the dose D/(1 + D) of each state, (n,) in [0, 1); 0 with the mechanism off.

    ``asked`` are NGOs that decide for themselves how much an engagement with a state counts, 1 by default.
    """
    more = np.zeros(state.n if asked else 0)
    for j, weight in asked.items():
        for i in np.flatnonzero(state.depth[j, : state.s]):
            more[i] += weight(int(i)) - 1.0
    state.consulted = _heard(state.depth, state.kind, more, mech.on("consultation"))
    return state.consulted


@njit(cache=True, error_model="numpy")
def _heard(depth: I8, kind: I8, more: F, heard: bool) -> F:
    """``more`` (n,) counts on top of the number of NGOs; nobody's does where it is empty."""
    ngos, result = count_ngos(depth, kind), np.zeros(kind.size)
    for i in range(kind.size):
        if heard and kind[i] == STATE:
            dose = ngos[i] + (more[i] if more.size > 0 else 0.0)
            result[i] = dose / (1.0 + dose)
    return result


@njit(cache=True, error_model="numpy")
def move_draft(terms: F, consulted: F, i: int, j: int) -> None:
    """Move the agreed terms of a pair towards rights by the consultation of both sides, in place, both ways."""
    rights = terms[i, j, RIGHTS]
    for side in (i, j):
        rights += DRAFT_STEP * consulted[side] * (1.0 - rights)
    terms[i, j, RIGHTS] = terms[j, i, RIGHTS] = rights
