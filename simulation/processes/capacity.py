"""C.15 Governance capacity: learning at home and from partners, coordination, decay.

Know-how from partners is taken up in proportion to what a state already knows (Cohen &
Levinthal 1990). Each state decays at its own rate, set so that its first capacity is a point of
rest: a rate common to all would pull every state to one value and fake convergence.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.randomness import Draws
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import FIRM, KINDS, MAX_DEPTH, THINK_TANK, F, State

_KINDS = len(KINDS)


def update_capacity(state: State, par: Parameters, mech: Mechanisms, draws: Draws | None = None) -> None:
    """One quarter of capacity building and decay of every state, the EU included (C.15).

    ``K ← K + h_K (1-K) L_i c_i - d_K,i m_d K + shared learning``, clipped to [0, 1], with
    learning ``L_i`` of :func:`_learning`, coordination ``c_i`` of :func:`_coordinate`, the
    state's own decay ``d_K,i`` (:func:`rest_decay`) and its multiplier ``m_d``.
    All states move at once, from the capacities at the start of the step.
    """
    if not mech.on("capacity"):
        return
    s = state.s
    gain = _gain(state, par, mech, state.agency, state.local_funding)
    catching_up = np.zeros(s)
    if par.shared_learning > 0.0:
        catching_up = _shared_learning(state.member, state.capacity, s)
    _advance(state.capacity, gain, state.capacity_decay, catching_up, par.capacity_decay, par.shared_learning)


def rest_decay(state: State, par: Parameters, mech: Mechanisms) -> F:
    """Decay rates that make the present capacity of every state a point of rest.

    Called once, on the world as recorded: before a strategy changes budgets and agencies and
    before a scenario changes ties, so that those changes move capacity. An agency, funds for local
    research and shared learning are levers and therefore left out of the point of rest.

    Returns
    -------
    F
        Shape (n,), share of capacity lost a quarter in [0, 1]; 0 for non-state actors. Where
        capacity is zero, or so small that one quarter's learning exceeds it, the rate is 1: all
        of it is lost each quarter and capacity stays at about one quarter's learning.
    """
    none = np.zeros(state.n)
    gain = _gain(state, par, mech, none, none)
    decay = np.zeros(state.n)
    _rest(decay, state.capacity, gain)
    return decay


def refresh_expertise(state: State, par: Parameters) -> None:
    """What states can teach, from their capacity; called at set-up and each quarter. Others' stays as it is."""
    able = par.state_expertise + par.state_expertise_capacity * state.capacity[: state.s]
    state.expertise[: state.s] = np.minimum(1.0, able)


def _gain(state: State, par: Parameters, mech: Mechanisms, agency: F, local_funding: F) -> F:
    """Capacity gained this quarter by each state, before decay, shape (s,)."""
    worth = _worth_of_expertise(
        state.expertise,
        state.objectivity,
        state.kind,
        mech.on("firm_expertise"),
        mech.on("think_tank_research"),
    )
    learning, engaged = _learning(
        state.depth,
        state.kind,
        state.home,
        state.budget,
        state.capacity,
        worth,
        local_funding,
        par.domestic_learning,
        par.partner_learning,
        par.absorption_floor,
        par.dependence if mech.on("dependence") else 0.0,
        state.s,
    )
    if mech.on("coordination"):
        _coordinate(learning, engaged, agency, par.coordination_gain, par.agency_gain)
    gain: F = _towards_one(learning, state.capacity, par.capacity_growth)
    return gain


@njit(cache=True, error_model="numpy")
def _worth_of_expertise(
    expertise: F,
    objectivity: F,
    kind: NDArray[np.int8],
    firms_teach: bool,
    think_tanks_teach: bool,
) -> F:
    """Expertise times objectivity of every actor as a teacher, shape (n,)."""
    n = expertise.size
    worth = np.empty(n)
    for j in range(n):
        worth[j] = expertise[j] * objectivity[j]
        if (kind[j] == FIRM and not firms_teach) or (kind[j] == THINK_TANK and not think_tanks_teach):
            worth[j] = 0.0
    return worth


@njit(cache=True, error_model="numpy")
def _learning(
    depth: NDArray[np.int8],
    kind: NDArray[np.int8],
    home: NDArray[np.int32],
    budget: F,
    capacity: F,
    worth: F,
    local_funding: F,
    domestic: float,
    partner: float,
    floor: float,
    dependence: float,
    s: int,
) -> tuple[F, NDArray[np.int64]]:
    """Learning at home and from partners, and the number of kinds of partner, each of shape (s,).

    ``L_i = a min(1, B_i)(1 - κ_f φ_i (1 - λ_i)) + b Σ_j z_ij e_j O_j (f + (1-f) K_i)``, where φ_i
    is the foreign share of the know-how that comes from think tanks (C.11), 0 without any, and
    λ_i how far the state funds local research in its place (C58).
    """
    learning = np.empty(s)
    engaged = np.zeros(s, np.int64)
    for i in range(s):
        met = np.zeros(_KINDS, np.bool_)
        taught = 0.0
        think_tanks = 0.0
        foreign = 0.0
        for j in range(depth.shape[1]):
            if depth[i, j] > 0:
                met[kind[j]] = True
                know_how = depth[i, j] / MAX_DEPTH * worth[j]
                taught += know_how
                if kind[j] == THINK_TANK:
                    think_tanks += know_how
                    if home[j] != i:
                        foreign += know_how
        foreign_share = foreign / think_tanks if think_tanks > 0.0 else 0.0
        at_home = (
            domestic * min(1.0, budget[i]) * (1.0 - dependence * foreign_share * (1.0 - local_funding[i]))
        )
        learning[i] = at_home + partner * taught * (floor + (1.0 - floor) * capacity[i])
        for k in range(_KINDS):
            engaged[i] += met[k]
    return learning, engaged


@njit(cache=True, error_model="numpy")
def _coordinate(
    learning: F, engaged: NDArray[np.int64], agency: F, kinds_gain: float, agency_gain: float
) -> None:
    """Multiplies learning by 1 + gain x share of the kinds dealt with + gain x agency (C22)."""
    for i in range(len(learning)):
        learning[i] *= 1.0 + kinds_gain * engaged[i] / _KINDS + agency_gain * agency[i]


@njit(cache=True, error_model="numpy")
def _shared_learning(member: NDArray[np.bool_], capacity: F, s: int) -> F:
    """How far the abler fellow members of each state's blocs are ahead of it on average, shape (s,).

    A fellow member counts once for every bloc it shares; 0 where nobody is abler.
    """
    ahead = np.zeros(s)
    for i in range(s):
        total = 0.0
        count = 0
        for k in range(member.shape[0]):
            if member[k, i]:
                for j in range(s):
                    if member[k, j] and capacity[j] > capacity[i]:
                        total += capacity[j] - capacity[i]
                        count += 1
        if count > 0:
            ahead[i] = total / count
    return ahead


@njit(cache=True, error_model="numpy")
def _towards_one(learning: F, capacity: F, speed: float) -> F:
    gain = np.empty(len(learning))
    for i in range(len(learning)):
        gain[i] = speed * (1.0 - capacity[i]) * learning[i]
    return gain


@njit(cache=True, error_model="numpy")
def _advance(capacity: F, gain: F, decay: F, ahead: F, decay_multiplier: float, sharing: float) -> None:
    for i in range(len(gain)):
        change = gain[i] - decay[i] * decay_multiplier * capacity[i] + sharing * ahead[i]
        capacity[i] = min(1.0, max(0.0, capacity[i] + change))


@njit(cache=True, error_model="numpy")
def _rest(decay: F, capacity: F, gain: F) -> None:
    for i in range(len(gain)):
        decay[i] = gain[i] / capacity[i] if gain[i] < capacity[i] else 1.0
