"""C.2 What a partner is worth: value V, utility U and the mask of possible deals.

The formulas, for actor i looking at j (ℓ the depth of their deal, all at the quarter's start)::

    V = a·comp·(1 + ν_t cn/(3+cn) + ν_p deg/(10+deg))(1 + ν_u urgency)(1 + ν_x X)(1 + ν_r 1[ℓ≥1])
    U = V[τ̂ − Λ(1−τ̂)] − c0(1+ℓ)(1+load) + rivalry bonus ± concession

Trust is the subjective probability that the partner keeps its promise. Shared partners and
partner activity as in Kinne (2013), all positive; the half-saturation points 3 and 10 are MODEL.md's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.processes.affinity import affinity
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import MAX_DEPTH, State

F = NDArray[np.float64]
I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
B = NDArray[np.bool_]

SHARED_HALF = 3.0
ACTIVITY_HALF = 10.0


class Weights(NamedTuple):
    """The parameters of V and U, with switched-off effects set to zero."""

    width: float
    shared: float
    activity: float
    urgency: float
    exposure: float
    inertia: float
    loss: float
    setup: float
    upkeep: float
    commitment: float


class View(NamedTuple):
    """The columns of the state that V and U read. Shapes as in :class:`simulation.state.State`."""

    position: F
    weight: F
    offers: F
    needs: F
    need_total: F  # [n] sum of needs
    urgency: F
    exposure: F
    depth: I8
    degree: I32  # [n] partners of any kind
    trust_hat: F
    load: F
    commitments: F
    override_row: I32  # [n] row of ``override`` that replaces an actor's values, -1 for the default rule
    override: F  # [k, n] values V from Python hooks


def weights(par: Parameters, mech: Mechanisms) -> Weights:
    """Collect the parameters of V and U from a scenario."""
    network = mech.on("network_effects")
    return Weights(
        width=par.affinity_width,
        shared=par.shared_partners if network else 0.0,
        activity=par.partner_activity if network else 0.0,
        urgency=par.urgency_weight if mech.on("urgency") else 0.0,
        exposure=par.exposure_weight if mech.on("exposure") else 0.0,
        inertia=par.inertia,
        loss=par.breach_loss,
        setup=par.setup_cost,
        upkeep=par.upkeep_cost,
        commitment=par.commitment_worth if mech.on("firm_diplomacy") else 0.0,
    )


def view(state: State) -> View:
    """Collect the columns that V and U read; call once a quarter, after step 2."""
    return View(
        state.position, state.weight, state.offers, state.needs, row_sums(state.needs), state.urgency,
        state.exposure, state.depth, degrees(state.depth), state.trust_hat, state.load, state.commitments,
        np.full(state.n, -1, np.int32), np.zeros((0, state.n)),
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def row_sums(matrix: F) -> F:
    """Sums of rows, added from left to right."""
    n, m = matrix.shape
    total = np.zeros(n)
    for i in range(n):
        for k in range(m):
            total[i] += matrix[i, k]
    return total


@njit(cache=True, error_model="numpy")
def degrees(depth: I8) -> I32:
    """Number of partners of each actor, (n,)."""
    n = depth.shape[0]
    degree = np.zeros(n, np.int32)
    for i in range(n):
        for j in range(n):
            if depth[i, j] > 0:
                degree[i] += 1
    return degree


@njit(cache=True, error_model="numpy")
def shared_partners(depth: I8, i: int, out: I32) -> None:
    """Number of partners that i shares with every other actor, written to ``out`` (n,)."""
    n = depth.shape[0]
    out[:] = 0
    for k in range(n):
        if depth[i, k] > 0:
            for j in range(n):
                if depth[k, j] > 0:
                    out[j] += 1


@njit(cache=True, error_model="numpy")
def complementarity(v: View, w: Weights, i: int, j: int) -> float:
    """What j offers of what i needs, in [0, 1]; 0 if i needs nothing.

    A firm's voluntary commitments c raise the worth of its expertise by c/(1+c) times a weight.
    """
    if v.need_total[i] <= 0.0:
        return 0.0
    c = v.commitments[j]
    total = v.needs[i, 0] * v.offers[j, 0] * (1.0 + w.commitment * c / (1.0 + c))
    for good in range(1, 4):
        total += v.needs[i, good] * v.offers[j, good]
    return total / v.need_total[i]


@njit(cache=True, error_model="numpy")
def value(v: View, w: Weights, i: int, j: int, shared: int) -> float:
    """Value V_ij ≥ 0 of a deal with j to i."""
    if v.override_row[i] >= 0:
        return v.override[v.override_row[i], j]
    worth = complementarity(v, w, i, j)
    if worth <= 0.0:
        return 0.0
    worth *= affinity(v.position[i], v.position[j], v.weight[i], w.width)
    network = 1.0 + w.shared * shared / (SHARED_HALF + shared)
    network += w.activity * v.degree[j] / (ACTIVITY_HALF + v.degree[j])
    worth *= network * (1.0 + w.urgency * v.urgency[i]) * (1.0 + w.exposure * v.exposure[i, j])
    return worth * (1.0 + w.inertia) if v.depth[i, j] > 0 else worth


@njit(cache=True, error_model="numpy", inline="always")
def expected_value(worth: float, trust: float, loss: float) -> float:
    """V[τ̂ − Λ(1−τ̂)]: the gain if the partner keeps its word, the sunk loss if not."""
    return worth * (trust - loss * (1.0 - trust))


@njit(cache=True, error_model="numpy", inline="always")
def utility(v: View, w: Weights, i: int, j: int, worth: float) -> float:
    """Utility U_ij of the next rung, before rivalry bonus and concession."""
    rung = 1.0 + v.depth[i, j]
    return expected_value(worth, v.trust_hat[i, j], w.loss) - w.setup * rung * (1.0 + v.load[i])


@njit(cache=True, error_model="numpy", inline="always")
def continuation(v: View, w: Weights, i: int, j: int, worth: float) -> float:
    """Utility to i of keeping a deal another quarter: set-up is sunk, upkeep is not."""
    return expected_value(worth, v.trust_hat[i, j], w.loss) - w.upkeep * v.depth[i, j] * (1.0 + v.load[i])


@njit(cache=True, error_model="numpy")
def count_shared(depth: I8, i: int, j: int) -> int:
    """Number of partners that i and j share."""
    total = 0
    for k in range(depth.shape[0]):
        if depth[i, k] > 0 and depth[j, k] > 0:
            total += 1
    return total


@njit(cache=True, error_model="numpy")
def fill_rows(v: View, w: Weights, rows: B, worth: F, gain: F) -> None:
    """V and U of the marked rows, written to ``worth`` and ``gain``, each (n, n)."""
    n = v.depth.shape[0]
    shared = np.zeros(n, np.int32)
    for i in range(n):
        if not rows[i]:
            continue
        shared_partners(v.depth, i, shared)
        for j in range(n):
            if i != j:
                worth[i, j] = value(v, w, i, j, shared[j])
                gain[i, j] = utility(v, w, i, j, worth[i, j])


@njit(cache=True, error_model="numpy")
def possible_deals(
    allowed: B, depth: I8, kind: I8, home: I32, camp: I8, exclusive: B, local_share: F, out: B
) -> None:
    """Pairs that may make or deepen a deal this quarter, symmetric, written to ``out`` (n, n).

    On top of the fixed mask: depth below the maximum; no third camp beside an exclusive deal;
    no further foreign non-state partner where a state's least share of home organisations binds.
    """
    n = depth.shape[0]
    closed_camp = np.zeros((n, 4), np.bool_)
    foreign_closed = np.zeros(n, np.bool_)
    for i in range(n):
        home_ties = 0
        foreign_ties = 0
        for j in range(n):
            if depth[i, j] == 0:
                continue
            if kind[i] == 0 and kind[j] > 0:
                if home[j] == i:
                    home_ties += 1
                else:
                    foreign_ties += 1
            if exclusive[i, j]:
                for c in range(3):
                    if c != camp[i] and c != camp[j]:
                        closed_camp[i, c] = True
        after = foreign_ties + 1.0
        foreign_closed[i] = local_share[i] > 0.0 and home_ties < local_share[i] * (home_ties + after)
    for i in range(n):
        for j in range(n):
            ok = i != j and allowed[i, j] and depth[i, j] < MAX_DEPTH
            ok = ok and not closed_camp[i, camp[j]] and not closed_camp[j, camp[i]]
            if ok and depth[i, j] == 0:
                ok = not (foreign_closed[i] and kind[j] > 0 and home[j] != i)
                ok = ok and not (foreign_closed[j] and kind[i] > 0 and home[i] != j)
            out[i, j] = ok


@njit(cache=True, error_model="numpy")
def deal_values(v: View, w: Weights, actors: I32) -> tuple[F, F]:
    """V_fj and V_jf of the present deals of some actors, each (len(actors), n); 0 without a deal."""
    n = v.depth.shape[0]
    given = np.zeros((actors.size, n))
    received = np.zeros((actors.size, n))
    for k in range(actors.size):
        f = actors[k]
        for j in range(n):
            if v.depth[f, j] > 0:
                shared = count_shared(v.depth, f, j)
                given[k, j] = value(v, w, f, j, shared)
                received[k, j] = value(v, w, j, f, shared)
    return given, received
