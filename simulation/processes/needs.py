"""C.15 Needs: what partners supply, and how much of what a state needs is covered.

    cov_n = own_n + (1 − own_n)(1 − e^(−S_n/s_n)),   S_n = Σ_j z_ij · supply_jn

for compute, skills, finance and legitimacy (with standards). What each kind of partner supplies, what a state has of
its own and how soon supplies cover a need stand in ``data/judged/supplies.csv`` and ``needs.csv``: assumptions. The
supplies and the own part of states rise with their size, readiness (capacity at the start) and capacity.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numba import njit

from simulation.data.tables import judged
from simulation.kernels import by_rows, exp
from simulation.processes.links import Links, links
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import FIRM, I8, KINDS, MAX_DEPTH, STATE, F, State

NEEDS = ("compute", "skills", "finance", "legitimacy")
"""What states need, in the order of the columns of supplies."""
SKILLS = NEEDS.index("skills")


class Needs(NamedTuple):
    """Rows of ``needs.csv``, each (4,)."""

    own: F  # part that the least state covers by itself
    rise: F  # with size times readiness, with capacity, with size, with nothing
    scale: F  # supplies that cover all but 1/e of what is open


@cache
def needs() -> Needs:
    """The table of needs, read once."""
    rows = {row["need"]: row for row in judged("needs")}
    return Needs(*(np.array([float(rows[name][what]) for name in NEEDS]) for what in ("own", "rise", "scale")))


@cache
def _table() -> dict[tuple[str, str], F]:
    return {(row["kind"], row["sort"]): np.array([float(row[name]) for name in NEEDS]) for row in judged("supplies")}


def supply_of(kind: I8, sort: Sequence[str]) -> F:
    """What organisations supply, (n, 4) in [0, 1]; of states nothing yet, see :func:`refresh_supply`.

    Parameters
    ----------
    sort
        What each firm sells, (n,): ``infrastructure``, ``models`` or ``other``; of others it is not read.
    """
    found = _table()
    rows = [np.zeros(len(NEEDS)) if k == STATE else found[KINDS[k], name if k == FIRM else ""]
            for k, name in zip(kind.tolist(), sort, strict=True)]  # fmt: skip
    return np.array(rows).reshape(-1, len(NEEDS))


def refresh_supply(state: State) -> None:
    """What states supply, from their size and capacity; that of others stays as it is."""
    found = _table()
    state.supply[: state.s] = _by_traits(state, found["state", "least"], found["state", "rise"])


def own_part(state: State) -> F:
    """Part of each need that a state covers by itself, (s, 4) in [0, 1]."""
    return _by_traits(state, needs().own, needs().rise)


def _by_traits(state: State, least: F, rise: F) -> F:
    """What rises with traits of each state, one a need, to at most 1, (s, 4)."""
    return np.asarray(_rising(state.size, state.capacity_start, state.capacity, state.s, least, rise))


@njit(cache=True, error_model="numpy")
def _rising(size: F, readiness: F, capacity: F, s: int, least: F, rise: F) -> F:
    """The traits are size times readiness, capacity, size, and nothing."""
    result = np.empty((s, least.size))
    for i in range(s):
        for k, trait in enumerate((size[i] * readiness[i], capacity[i], size[i], 0.0)):
            result[i, k] = min(1.0, least[k] + rise[k] * trait)
    return result


def covered_now(state: State, partners: Links | None = None) -> F:
    """Part of each need of each state that is covered by the deals in force, (s, 4) in [0, 1].

    ``partners`` are the lists of the deals as they stand, if they are at hand.
    """
    return np.asarray(covered_by(
        state.depth, partners or links(state.depth), state.size, state.capacity_start, state.capacity, state.supply,
        *needs(), state.s,
    ))  # fmt: skip


@njit(cache=True, error_model="numpy")
def covered_by(
    depth: I8, partners: Links, size: F, readiness: F, capacity: F, supply: F, own: F, rise: F, scale: F, s: int
) -> F:
    """:func:`covered_now` of columns of the state and of :class:`Needs`."""
    return covered(_rising(size, readiness, capacity, s, own, rise), _supplied_now(depth, partners, supply, s), scale)


@njit(cache=True, error_model="numpy")
def _supplied_now(depth: I8, partners: Links, supply: F, s: int) -> F:
    """:func:`supplied` by the deals in force, (s, 4)."""
    result, (start, partner) = np.zeros((s, supply.shape[1])), partners
    for i in range(s):
        for j in partner[start[i] : start[i + 1]]:
            z = depth[i, j] / MAX_DEPTH
            for k in range(supply.shape[1]):
                result[i, k] += z * supply[j, k]
    return result


@njit(cache=True, error_model="numpy")
def supplied(z: F, supply: F) -> F:
    """S_n of each state, (s, 4), by the weights of its deals (s, n)."""
    result = np.zeros((z.shape[0], supply.shape[1]))
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            if z[i, j] > 0.0:
                for k in range(supply.shape[1]):
                    result[i, k] += z[i, j] * supply[j, k]
    return result


@njit(cache=True, error_model="numpy")
def covered(own: F, total: F, scale: F) -> F:
    """cov_n, (s, 4)."""
    result = np.empty_like(own)
    for i in range(own.shape[0]):
        for k in range(own.shape[1]):
            result[i, k] = own[i, k] + (1.0 - own[i, k]) * (1.0 - exp(-total[i, k] / scale[k]))
    return result


def coverage(parts: F) -> F:
    """Mean over the needs of what is covered of each: (…, 4) to (…)."""
    result: F = ((parts[..., 0] + parts[..., 1]) + (parts[..., 2] + parts[..., 3])) / len(NEEDS)
    return result


def note_start(state: State) -> None:
    """Keep what is open and what is supplied in the recorded world: only what differs from it draws partners."""
    state.open_start[: state.s] = 1.0 - covered_now(state)
    state.supply_start[:] = state.supply


def add_to_pull(state: State, par: Parameters, mech: Mechanisms, partners: Links | None = None) -> None:
    """U_ij += w_gain (gain_ij − gain_ij at the recorded start), gain_ij = Σ_n (1 − cov_in) supply_jn, for states i."""
    if par.need_pull > 0.0 and mech.on("needs"):
        by_rows(_add_gain, state.s, 1.0 - covered_now(state, partners), state.supply, state.open_start,
                state.supply_start, par.need_pull, state.pull)  # fmt: skip


def gain_since_start(state: State, i: int, j: int) -> float:
    """How much more of what i needs j fills than at the recorded start; 0 for who is no state."""
    if i >= state.s:
        return 0.0
    now = float(_gain(1.0 - covered_now(state)[i], state.supply[j]))
    return now - float(_gain(state.open_start[i], state.supply_start[j]))


@njit(cache=True, error_model="numpy")
def _gain(uncovered: F, supply: F) -> float:
    total = 0.0
    for k in range(uncovered.size):
        total += uncovered[k] * supply[k]
    return total


@njit(cache=True, error_model="numpy", nogil=True)
def _add_gain(
    first: int, last: int, uncovered: F, supply: F, open_start: F, supply_start: F, pull: float, out: F
) -> None:
    for i in range(max(first, 0), last):
        for j in range(supply.shape[0]):
            out[i, j] += pull * (_gain(uncovered[i], supply[j]) - _gain(open_start[i], supply_start[j]))
