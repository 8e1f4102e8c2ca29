"""C.2 Why one actor turns to another, and agrees to it: utility U_ij in nats.

    U_ij = fixed covariates + β_activity·(activity of j) + β_past·log(1 + n ever) + β_recent·log(1 + n in five years)
           + attraction of j + β_T·(τ̂_ij − τ^ref_ij) − w_int·(d²_ij − recorded d²_ij)/2
           + w_gain·(gain_ij − recorded gain_ij) + rivalry

Coefficients are draws of the fitted posterior (docs/results/deals.md), so that simulation and likelihood are one
equation. Trust, interests, needs and rivalry add nothing in the recorded world: they act by what differs from it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.kernels import borrowed, by_rows, log1p
from simulation.processes import needs
from simulation.processes.affinity import distances_to_all, squared_distance
from simulation.processes.links import Links
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import FIRM, I8, I32, NEVER, STATE, B, F, State

RECENT_QUARTERS = 20
"""Quarters over which a signing counts as recent: the five years of the fit."""


@njit(cache=True, error_model="numpy", forceinline=True)
def layer_of(kind: I8, i: int, j: int) -> int:
    """The layer of a pair: the kind of the partner that is no state, or states."""
    return kind[j] if kind[i] == STATE else kind[i]


def remember(state: State) -> None:
    """Bring ``ever``, ``lately``, ``behind`` and ``busy`` up to this quarter from the ledger of signings.

    A ledger grows: pairs that have not signed since the last time, and of whose signings none has since become older
    than five years, stand as they did.
    """
    s = state
    _remember(
        s.ledger, s.ledger_weight, s.counted, s.counted_weight, s.quarter, s.counted_until, s.kind, s.busiest_firm,
        s.draw_of_past, s.draw_of_recent, s.busy, s.ever, s.lately, s.behind,
    )  # fmt: skip
    s.counted, s.counted_weight, s.counted_until = s.ledger, s.ledger_weight, s.quarter


@njit(cache=True, error_model="numpy")
def _remember(
    ledger: I32, weight: F, counted: I32, counted_weight: F, quarter: int, until: int, kind: I8, busiest_firm: float,
    by_past: F, by_recent: F, busy: F, ever: F, lately: F, behind: F,
) -> None:  # fmt: skip
    known = counted.shape[0]
    if not _begins_with(ledger, weight, counted, counted_weight):  # another ledger
        known, until = 0, NEVER
    _count_busy(ledger, weight, quarter, kind, busy, busiest_firm)
    _count_again(ledger, weight, quarter, known, until, kind, by_past, by_recent, ever, lately, behind)


@njit(cache=True, error_model="numpy")
def _begins_with(ledger: I32, weight: F, before: I32, weight_before: F) -> bool:
    """Whether the first entries of a ledger are those of another."""
    if before.shape[0] > ledger.shape[0]:
        return False
    same = True
    for m in range(before.shape[0]):
        same &= ledger[m, 0] == before[m, 0] and ledger[m, 1] == before[m, 1] and ledger[m, 2] == before[m, 2]
        same &= weight[m] == weight_before[m]
    return same


@njit(cache=True, error_model="numpy")
def _count_busy(ledger: I32, weight: F, quarter: int, kind: I8, busy: F, busiest_firm: float) -> None:
    """Activity is that of states among states, and of firms among states, in five years."""
    busy[:] = 0.0
    for m in range(weight.size):
        if ledger[m, 2] >= quarter - RECENT_QUARTERS:
            a, b = ledger[m, 0], ledger[m, 1]
            if kind[a] == kind[b]:
                busy[a] += weight[m]
                busy[b] += weight[m]
            elif kind[a] == FIRM:
                busy[a] += weight[m]
            elif kind[b] == FIRM:
                busy[b] += weight[m]
    for j in range(kind.size):  # what a firm gains by activity is known up to what the fit saw, and no farther
        if kind[j] == FIRM:
            busy[j] = min(busy[j], busiest_firm)


@njit(cache=True, error_model="numpy")
def _count_again(
    ledger: I32, weight: F, quarter: int, known: int, until: int, kind: I8, by_past: F, by_recent: F, ever: F,
    lately: F, behind: F,
) -> None:  # fmt: skip
    """Count pairs again that have a signing that is new, or is no longer one of the last five years.

    They are marked where their counts stand, for a matrix of marks is large and read at random.
    """
    ledger, kind, ever, lately, behind = borrowed((ledger, kind, ever, lately, behind))
    faded, fading = until - RECENT_QUARTERS, quarter - RECENT_QUARTERS
    for m in range(weight.size):
        if m >= known or faded <= ledger[m, 2] < fading:
            a, b = _ordered(ledger[m])
            lately[a, b] = -1.0
    mine, count = np.empty(weight.size, np.int32), 0
    for m in range(weight.size):
        a, b = _ordered(ledger[m])
        mine[count] = m
        count += lately[a, b] < 0.0
    for m in mine[:count]:
        a, b = _ordered(ledger[m])
        ever[a, b], lately[a, b], behind[a, b] = 0.0, 0.0, np.nan
    for m in mine[:count]:
        a, b = _ordered(ledger[m])
        ever[a, b] += weight[m]
        if ledger[m, 2] >= fading:
            lately[a, b] += weight[m]
    for m in mine[:count]:
        a, b = _ordered(ledger[m])
        if np.isnan(behind[a, b]):
            layer, often, recently = layer_of(kind, a, b), ever[a, b], lately[a, b]
            ever[b, a], lately[b, a] = often, recently
            behind[a, b] = history(layer, kind[a], often, recently, by_past, by_recent)
            behind[b, a] = history(layer, kind[b], often, recently, by_past, by_recent)


@njit(cache=True, error_model="numpy", inline="always")
def _ordered(entry: I32) -> tuple[int, int]:
    return min(entry[0], entry[1]), max(entry[0], entry[1])


def fill_pull(state: State, par: Parameters, mech: Mechanisms, partners: Links | None = None) -> None:
    """Step 3: U of every ordered pair into ``state.pull``, before rivalry; who may not deal is not left out.

    ``partners`` are the lists of the deals as they stand, if they are at hand.
    """
    by_rows(
        _fill, state.n, state.base, state.busy, state.un_member, state.draw_of_busy, state.attraction, state.kind,
        state.trust_hat, state.trust_reference, par.trust_pull, state.position, state.position_start, state.weight,
        par.interest_pull, state.behind, state.pull,
    )  # fmt: skip
    needs.add_to_pull(state, par, mech, partners)


@njit(cache=True, error_model="numpy")
def appeals(busy: F, kind: I8, un_member: B, weight: F) -> F:
    """What its activity adds to each state and firm as a partner, nats, (n,): less the mean of its kind."""
    n = kind.size
    result = np.zeros(n)
    for sort in (STATE, FIRM):
        total, count = 0.0, 0
        for j in range(n):
            if kind[j] == sort and (sort == FIRM or un_member[j]):
                total += log1p(busy[j])
                count += 1
        mean = total / count if count > 0 else 0.0
        for j in range(n):
            if kind[j] == sort:
                result[j] = weight[sort] * (log1p(busy[j]) - mean)
    return result


@njit(cache=True, error_model="numpy", nogil=True)
def _fill(
    first: int, last: int, base: F, busy: F, un_member: B, by_busy: F, attraction: F, kind: I8, trust: F, reference: F,
    by_trust: float, position: F, start: F, weight: F, by_interest: float, behind: F, out: F,
) -> None:  # fmt: skip
    base, trust, reference, behind, weight, out = borrowed((base, trust, reference, behind, weight, out))
    n = kind.size
    axis, axis_start = position.T.copy(), start.T.copy()
    gone, before, liked = np.empty(n), np.empty(n), appeals(busy, kind, un_member, by_busy) + attraction
    for i in range(max(first, 0), last):
        row, own, seen, usual, past = out[i], base[i], trust[i], reference[i], behind[i]
        if kind[i] == STATE or kind[i] == FIRM:
            chosen = liked if kind[i] == STATE else attraction
            for j in range(n):
                row[j] = own[j] + by_trust * (seen[j] - usual[j]) + chosen[j]
        else:
            for j in range(n):
                row[j] = own[j] + by_trust * (seen[j] - usual[j])
        if by_interest > 0.0:
            distances_to_all(axis, weight[i], i, gone)
            distances_to_all(axis_start, weight[i], i, before)
            for j in range(n):
                row[j] = row[j] - by_interest * (gone[j] - before[j]) / 2.0 + past[j]
        else:
            for j in range(n):
                row[j] += past[j]


@njit(cache=True, error_model="numpy", forceinline=True)
def history(layer: int, kind: int, ever: float, lately: float, by_past: F, by_recent: F) -> float:
    """What deals of the pair add to U of the one whose kind is given; an organisation does not choose by them."""
    if layer in (STATE, FIRM):
        return by_past[layer] * log1p(ever) + by_recent[layer] * log1p(lately)
    return by_recent[layer] * min(1.0, lately) if kind == STATE else 0.0


def pull_terms(state: State, par: Parameters, mech: Mechanisms, i: int, j: int) -> dict[str, float]:
    """The terms that add up to ``state.pull[i, j]`` before rivalry, by name, in nats."""
    layer = int(layer_of(state.kind, i, j))
    chooses = state.kind[i] in (STATE, FIRM)
    appeal = appeals(state.busy, state.kind, state.un_member, state.draw_of_busy)
    gone = squared_distance(state.position[i], state.position[j], state.weight[i])
    gone -= squared_distance(state.position_start[i], state.position_start[j], state.weight[i])
    past = history(layer, int(state.kind[i]), state.ever[i, j], state.lately[i, j], state.draw_of_past,
                   state.draw_of_recent)  # fmt: skip
    return {
        "standing": float(state.base[i, j]),
        "activity": float(appeal[j]) if state.kind[i] == STATE else 0.0,
        "attraction": float(state.attraction[j]) if chooses else 0.0,
        "history": float(past),
        "trust": float(par.trust_pull * (state.trust_hat[i, j] - state.trust_reference[i, j])),
        "interests": float(-par.interest_pull * gone / 2.0),
        "needs": par.need_pull * needs.gain_since_start(state, i, j) if mech.on("needs") else 0.0,
    }
