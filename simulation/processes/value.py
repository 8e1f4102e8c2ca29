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

from simulation.kernels import exp
from simulation.processes.affinity import affinity, falloff, likeness_to_all
from simulation.processes.links import Links, count_shared
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import I8, I32, MAX_DEPTH, STATE, B, F, State

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
    """What V and U read, as it stood at the quarter's start. Shapes as in :class:`simulation.state.State`."""

    axis: F  # [4, n] position, a row a dimension
    weight: F
    goods: F  # [4, n] what each offers, a row a good; a firm's commitments make its expertise worth more
    share: F  # [n, 4] needs as shares of their sum; 0 for who needs nothing
    urgent: F  # [n] factor 1 + ν_u urgency
    exposure: F
    depth: I8
    links: Links  # partners at the quarter's start
    activity: F  # [n] term 1 + ν_p deg/(10+deg) of a partner
    trust_hat: F
    load: F
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


def view(state: State, w: Weights, partners: Links) -> View:
    """Collect the columns that V and U read; call once a quarter, after step 2.

    ``partners`` are the links of the state's depths.
    """
    axis, goods, share, urgent = _columns(
        state.position, state.offers, state.needs, state.commitments, state.urgency, w
    )
    activity = activities(partners, w)
    return View(
        axis, state.weight, goods, share, urgent, state.exposure, state.depth, partners,
        activity, state.trust_hat, state.load, np.full(state.n, -1, np.int32), np.zeros((0, state.n)),
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def _columns(
    position: F, offers: F, needs: F, commitments: F, urgency: F, w: Weights
) -> tuple[F, F, F, F]:
    n = position.shape[0]
    axis, goods, share = np.empty((4, n)), np.empty((4, n)), np.zeros((n, 4))
    urgent = 1.0 + w.urgency * urgency
    for i in range(n):
        need = needs[i, 0] + needs[i, 1] + needs[i, 2] + needs[i, 3]
        for good in range(4):
            axis[good, i] = position[i, good]
            goods[good, i] = offers[i, good]
            if need > 0.0:
                share[i, good] = needs[i, good] / need
        goods[0, i] *= 1.0 + w.commitment * commitments[i] / (1.0 + commitments[i])
    return axis, goods, share, urgent


@njit(cache=True, error_model="numpy")
def activities(partners: Links, w: Weights) -> F:
    """How much more each actor is worth as a partner for being active, 1 + ν_p deg/(10+deg), (n,)."""
    n = partners.start.size - 1
    activity = np.empty(n)
    for j in range(n):
        degree = partners.start[j + 1] - partners.start[j]
        activity[j] = 1.0 + w.activity * degree / (ACTIVITY_HALF + degree)
    return activity


@njit(cache=True, error_model="numpy", inline="always")
def _times(complement: float, likeness: float, network: float, urgent: float, exposed: float) -> float:
    """V from its factors; in one place, so that a row and a single pair give the same bits."""
    return complement * likeness * network * (urgent * (1.0 + exposed))


@njit(cache=True, error_model="numpy", inline="always")
def _closure(shared: int, w: Weights) -> float:
    """Worth of shared partners, ν_t cn/(3+cn)."""
    return w.shared * shared / (SHARED_HALF + shared)


@njit(cache=True, error_model="numpy", inline="always")
def _network(activity: float, shared: int, partner: bool, w: Weights) -> float:
    network = activity + _closure(shared, w)
    return network * (1.0 + w.inertia) if partner else network


@njit(cache=True, error_model="numpy", forceinline=True)  # a call would count references to every column
def value(v: View, w: Weights, i: int, j: int, shared: int) -> float:
    """Value V_ij ≥ 0 of a deal with j to i.

    Complementarity is what j offers of what i needs, in [0, 1]; a firm's c voluntary commitments
    raise the worth of its expertise by c/(1+c) times a weight.
    """
    if v.override_row[i] >= 0:
        return v.override[v.override_row[i], j]
    q, g = v.share, v.goods
    complement = q[i, 0] * g[0, j] + q[i, 1] * g[1, j] + q[i, 2] * g[2, j] + q[i, 3] * g[3, j]
    squared = 0.0
    for d in range(4):
        gap = v.axis[d, i] - v.axis[d, j]
        squared += v.weight[i, d] * gap * gap
    likeness = exp(squared * falloff(w.width))
    network = _network(v.activity[j], shared, v.depth[i, j] > 0, w)
    return _times(complement, likeness, network, v.urgent[i], w.exposure * v.exposure[i, j])


@njit(cache=True, error_model="numpy", inline="always")
def expected_value(worth: float, trust: float, loss: float) -> float:
    """V[τ̂ − Λ(1−τ̂)]: the gain if the partner keeps its word, the sunk loss if not."""
    return worth * (trust - loss * (1.0 - trust))


@njit(cache=True, error_model="numpy", inline="always")
def first_rung(w: Weights, load: float) -> float:
    """Set-up cost of a first rung, c0(1 + load); the next ones cost twice and three times as much."""
    return w.setup * (1.0 + load)


@njit(cache=True, error_model="numpy", inline="always")
def utility(v: View, w: Weights, i: int, j: int, worth: float) -> float:
    """Utility U_ij of the next rung, before rivalry bonus and concession."""
    return expected_value(worth, v.trust_hat[i, j], w.loss) - first_rung(w, v.load[i]) * (1.0 + v.depth[i, j])


@njit(cache=True, error_model="numpy", inline="always")
def continuation(v: View, w: Weights, i: int, j: int, worth: float) -> float:
    """Utility to i of keeping a deal another quarter: set-up is sunk, upkeep is not."""
    return expected_value(worth, v.trust_hat[i, j], w.loss) - w.upkeep * v.depth[i, j] * (1.0 + v.load[i])


@njit(cache=True, error_model="numpy")
def fill_rows(v: View, w: Weights, rows: B, worth: F, gain: F, keen: B) -> None:
    """V and U of the marked rows, written to ``worth`` and ``gain``, each (n, n); 0 on the diagonal.

    ``keen`` (n,) is set for those to whom a deal with anybody is worth something, τ̂V > 0.
    """
    n = v.depth.shape[0]
    network, closure = v.activity.copy(), _closures(n, w)
    shared, near = np.zeros(n, np.int32), np.empty(n + 1, np.int32)
    for i in range(n):
        if not rows[i]:
            continue
        own = v.links.partner[v.links.start[i] : v.links.start[i + 1]]
        result = _count_near(v.links, own, shared, near)
        for j in near[:result]:
            network[j] += closure[shared[j]]
        for k in own:
            network[k] *= 1.0 + w.inertia
        keen[i] = _fill_row(v, w, i, network, worth[i], gain[i]) == n - 1
        for k in own:
            gain[i, k] = utility(v, w, i, k, worth[i, k])
            network[k] = v.activity[k]
        for j in near[:result]:
            shared[j] = 0
            network[j] = v.activity[j]
        worth[i, i] = 0.0
        gain[i, i] = 0.0


@njit(cache=True, error_model="numpy", forceinline=True)
def _count_near(partners: Links, mine: I32, shared: I32, near: I32) -> int:
    """Add the partners of one's partners up in ``shared`` (n,) and list them, each once, in ``near``; how many."""
    result = 0
    for k in mine:
        for j in partners.partner[partners.start[k] : partners.start[k + 1]]:
            near[result] = j  # no branch: whether it is new is hard to guess
            result += shared[j] == 0
            shared[j] += 1
    return result


@njit(cache=True, error_model="numpy")
def _closures(n: int, w: Weights) -> F:
    """What 0 … n-1 shared partners add to the factor of networks, (n,)."""
    closure = np.empty(n)
    for shared in range(n):
        closure[shared] = _closure(shared, w)
    return closure


@njit(cache=True, error_model="numpy", forceinline=True)
def _fill_row(v: View, w: Weights, i: int, network: F, worth: F, gain: F) -> int:
    """V of row i and U of its first rungs; returns with how many a deal is worth something.

    Short loops without branches, each over few arrays: the compiler does several partners at a time
    only where it can prove that what a loop writes is nothing that it reads.
    """
    likeness_to_all(v.axis, v.weight[i], i, falloff(w.width), gain)
    q, g0, g1, g2, g3 = v.share[i], v.goods[0], v.goods[1], v.goods[2], v.goods[3]
    q0, q1, q2, q3 = q[0], q[1], q[2], q[3]
    for j in range(network.size):
        worth[j] = q0 * g0[j] + q1 * g1[j] + q2 * g2[j] + q3 * g3[j]
    trust, exposure, urgent, price = v.trust_hat[i], v.exposure[i], v.urgent[i], first_rung(w, v.load[i])
    for j in range(network.size):
        worth[j] = _times(worth[j], gain[j], network[j], urgent, w.exposure * exposure[j])
    if v.override_row[i] >= 0:
        worth[:] = v.override[v.override_row[i]]
    for j in range(network.size):
        gain[j] = expected_value(worth[j], trust[j], w.loss) - price
    worthwhile = 0
    for j in range(network.size):
        worthwhile += trust[j] * worth[j] > 0.0  # not with oneself: nobody is said to trust itself
    return worthwhile


@njit(cache=True, error_model="numpy")
def possible_deals(
    allowed: B, depth: I8, partners: Links, kind: I8, home: I32, camp: I8, exclusive: B, local_share: F, out: B
) -> None:
    """Pairs that may make or deepen a deal this quarter, symmetric, written to ``out`` (n, n).

    On top of the fixed mask: depth below the maximum; no third camp beside an exclusive deal;
    no further foreign non-state partner where a state's least share of home organisations binds.
    """
    n = depth.shape[0]
    for i in range(n):
        may, deep, row = allowed[i], depth[i], out[i]
        for j in range(n):
            row[j] = may[j] & (deep[j] < MAX_DEPTH)
        row[i] = False
    for i in range(n):
        own = partners.partner[partners.start[i] : partners.start[i + 1]]
        for k in own:
            if exclusive[i, k]:
                _close_third_camps(out, camp, i, k)
        if kind[i] == STATE and local_share[i] > 0.0:
            home_ties = 0
            for k in own:
                home_ties += kind[k] != STATE and home[k] == i
            foreign_ties = -home_ties
            for k in own:
                foreign_ties += kind[k] != STATE
            if home_ties < local_share[i] * (home_ties + foreign_ties + 1.0):
                _close_foreign(out, depth, kind, home, i)


@njit(cache=True, error_model="numpy")
def _close_third_camps(out: B, camp: I8, i: int, partner: int) -> None:
    """An exclusive deal bars i from everybody in a camp other than its own and its partner's."""
    for j in range(camp.size):
        if camp[j] >= 0 and camp[j] != camp[i] and camp[j] != camp[partner]:
            out[i, j] = False
            out[j, i] = False


@njit(cache=True, error_model="numpy")
def _close_foreign(out: B, depth: I8, kind: I8, home: I32, i: int) -> None:
    """No further foreign organisation for i; deals that it has may deepen."""
    for j in range(kind.size):
        if kind[j] != STATE and home[j] != i and depth[i, j] == 0:
            out[i, j] = False
            out[j, i] = False


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


def value_factors(v: View, w: Weights, i: int, j: int) -> dict[str, float]:
    """The factors whose product is V_ij, by name; one factor ``own_value`` where i's own hook says V.

    Partner activity and shared partners add up inside one factor of V; here the latter is their
    sum over the former, so that all multiply.
    """
    if v.override_row[i] >= 0:
        return {"own_value": float(v.override[v.override_row[i], j])}
    shared = count_shared(v.depth, i, j)
    return {
        "complementarity": float((v.share[i] * v.goods[:, j]).sum()),
        "affinity": float(affinity(v.axis[:, i], v.axis[:, j], v.weight[i], w.width)),
        "partner_activity": float(v.activity[j]),
        "shared_partners": float(_network(v.activity[j], shared, False, w) / v.activity[j]),
        "inertia": 1.0 + w.inertia if v.depth[i, j] > 0 else 1.0,
        "urgency": float(v.urgent[i]),
        "exposure": float(1.0 + w.exposure * v.exposure[i, j]),
    }


def utility_terms(v: View, w: Weights, i: int, j: int, worth: float) -> dict[str, float]:
    """The terms that add up to :func:`utility`, by name: gain if the word is kept, loss if not, set-up cost."""
    setup = first_rung(w, v.load[i]) * (1.0 + v.depth[i, j])
    return {**_expected_terms(v, w, i, j, worth), "setup": float(-setup)}


def continuation_terms(v: View, w: Weights, i: int, j: int, worth: float) -> dict[str, float]:
    """The terms that add up to :func:`continuation`, by name."""
    upkeep = w.upkeep * v.depth[i, j] * (1.0 + v.load[i])
    return {**_expected_terms(v, w, i, j, worth), "upkeep": float(-upkeep)}


def _expected_terms(v: View, w: Weights, i: int, j: int, worth: float) -> dict[str, float]:
    trust = float(v.trust_hat[i, j])
    return {"kept": worth * trust, "broken": -worth * w.loss * (1.0 - trust)}
