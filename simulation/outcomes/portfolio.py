"""Section E: the commitments of an actor, counted and weighed.

A commitment is a deal (weight z = depth/3), a bloc that has decided something (e·D/3) or a
joined instrument (e·z of C.7: 1/3 declaration, 2/3 binding and not in force, 1 in force).
It belongs to one of eleven categories by its *partner* and to one of five tracks by how it
was made, so that each breakdown adds up to the same total.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.errors import ModelError
from simulation.processes.affinity import squared_distance
from simulation.scenario.parameters import Parameters
from simulation.state import (
    BILATERAL,
    CAMPS,
    I8,
    I32,
    KINDS,
    MAX_DEPTH,
    MULTILATERAL,
    NON_STATE,
    REGIONAL,
    STATE,
    TRACKS,
    B,
    F,
    State,
)

I64 = NDArray[np.int64]

CATEGORIES = (
    *(f"{camp.lower()}_states" for camp in CAMPS),
    "other_states",
    "regional",
    "multilateral",
    *KINDS[1:],
)
"""Categories of commitments: partner states by camp, forums by eligibility, others by kind."""

_NO_CAMP = len(CAMPS)
_REGIONAL = len(CAMPS) + 1
_MULTILATERAL = len(CAMPS) + 2
_FIRST_KIND = len(CAMPS) + 3  # firms, the first kind after states
_STEPS = 3  # weights of an instrument in thirds: declaration, binding, in force


class Tally(NamedTuple):
    """Sums over the commitments of each of ``a`` actors."""

    deals: F  # [a, 6, 3] deals by kind of partner and depth
    camp_partners: F  # [a, 4] deals with states by camp, the last without
    track_deals: F  # [a, 5] deals by track
    instruments: F  # [a] joined instruments
    blocs: F  # [a] blocs of the actor that have decided something
    by_category: F  # [a, 11] c_q, weight by category
    by_track: F  # [a, 5] weight by track
    camp_weight: F  # [a, 4] weight of deals by the partner's camp, the last without
    kept: F  # [a] weight times the share of promises kept
    deal_weight: F  # [a] weight of deals
    aligned: F  # [a] weight of deals times closeness of their terms to the initial position
    value_total: F  # [a] sum over deals of what both sides gain
    value_gap: F  # [a] sum over deals of the actor's gain less the partner's


_SHAPES: tuple[tuple[int, ...], ...] = (
    (len(KINDS), MAX_DEPTH),
    (len(CAMPS) + 1,),
    (len(TRACKS),),
    (),
    (),
    (len(CATEGORIES),),
    (len(TRACKS),),
    (len(CAMPS) + 1,),
    *((),) * 5,
)


def tally_commitments(
    state: State, par: Parameters, actors: I64, value_to_actor: F, value_to_partner: F
) -> Tally:
    """Count and weigh the commitments of some actors.

    Parameters
    ----------
    actors
        Rows of the actors, shape (a,).
    value_to_actor, value_to_partner
        V_fj and V_jf, shape (a, n); read only where there is a deal.

    Raises
    ------
    ModelError
        If an argument has the wrong shape or the state's compliance has not been filled.
    """
    shape = (len(actors), state.n)
    if value_to_actor.shape != shape or value_to_partner.shape != shape:
        raise ModelError(f"values of deals must have shape {shape}")
    compliance = column(state, "compliance")
    tally = Tally(*(np.zeros((len(actors), *rest)) for rest in _SHAPES))
    _tally_deals(
        actors, state.depth, state.track, state.kind, state.camp, state.last_breach,
        state.quarter - int(par.clean_record), value_to_actor, value_to_partner, tally,
    )  # fmt: skip
    _tally_terms(actors, state.depth, state.terms, state.position_start, state.weight, tally)
    bloc_weight = state.bloc_enforcement * state.bloc_depth / MAX_DEPTH
    _tally_forums(actors, state.member, bloc_weight, state.bloc_regional, compliance, tally)
    _tally_forums(
        actors, state.joined, instrument_weight(state), state.instrument_regional, compliance, tally
    )
    tally.blocs[:] = state.member[state.bloc_depth > 0][:, actors].sum(axis=0)
    tally.instruments[:] = state.joined[:, actors].sum(axis=0)
    return tally


def instrument_weight(state: State) -> F:
    """Weight e·z of each instrument to those who joined it, shape (q,), in [0, 1]."""
    step = 1 + state.binding.astype(np.int64) + (state.binding & state.in_force)
    weight: F = state.instrument_enforcement * (step / _STEPS)
    return weight


def column(state: State, name: str) -> F:
    """A column of the state that starts empty, once it is filled.

    Raises
    ------
    ModelError
        If it is not: a kernel would read beyond its end.
    """
    values: F = getattr(state, name)
    if len(values) != state.n:
        raise ModelError(
            f"the state's {name!r} has {len(values)} rows for {state.n} actors; fill it before recording"
        )
    return values


def deal_tracks(state: State, a: I64, b: I64) -> I64:
    """Track of the deals of actors ``a`` with actors ``b``; one without a recorded track by who made it."""
    between_states = (state.kind[a] == STATE) & (state.kind[b] == STATE)
    recorded = state.track[a, b].astype(np.int64)
    return np.where(recorded >= 0, recorded, np.where(between_states, BILATERAL, NON_STATE))


@njit(cache=True, error_model="numpy")
def _category(kind: int, camp: int) -> int:
    """Category of a deal by its partner."""
    if kind != STATE:
        return _FIRST_KIND + kind - 1
    return camp if camp >= 0 else _NO_CAMP


@njit(cache=True, error_model="numpy")
def _deal_track(track: int, own_kind: int, partner_kind: int) -> int:
    """Track of a deal; one that the record gives no track counts by who made it."""
    if track >= 0:
        return track
    return BILATERAL if own_kind == STATE and partner_kind == STATE else NON_STATE


@njit(cache=True, error_model="numpy")
def _tally_deals(
    actors: I64, depth: I8, track: I8, kind: I8, camp: I8, last_breach: I32, old: int,
    gains: F, partner_gains: F, tally: Tally,
) -> None:  # fmt: skip
    """Counts, weights, kept promises and gains of deals; a breach up to quarter ``old`` is forgiven."""
    for row in range(len(actors)):
        f = actors[row]
        for j in range(depth.shape[0]):
            rung = depth[f, j]
            if rung == 0:
                continue
            z = rung / MAX_DEPTH
            side = camp[j] if camp[j] >= 0 else _NO_CAMP
            t = _deal_track(track[f, j], kind[f], kind[j])
            tally.deals[row, kind[j], rung - 1] += 1
            tally.track_deals[row, t] += 1
            if kind[j] == STATE:
                tally.camp_partners[row, side] += 1
            tally.by_category[row, _category(kind[j], camp[j])] += z
            tally.by_track[row, t] += z
            tally.camp_weight[row, side] += z
            clean = (last_breach[f, j] <= old) + (last_breach[j, f] <= old)
            tally.kept[row] += z * clean / 2
            tally.deal_weight[row] += z
            tally.value_total[row] += gains[row, j] + partner_gains[row, j]
            tally.value_gap[row] += gains[row, j] - partner_gains[row, j]


@njit(cache=True, error_model="numpy")
def _tally_terms(actors: I64, depth: I8, terms: F, start: F, weight: F, tally: Tally) -> None:
    """How close the agreed terms are to where the actor began."""
    for row in range(len(actors)):
        f = actors[row]
        for j in range(depth.shape[0]):
            if depth[f, j] > 0:
                gap = min(1.0, np.sqrt(squared_distance(terms[f, j], start[f], weight[f])))
                tally.aligned[row] += depth[f, j] / MAX_DEPTH * (1.0 - gap)


@njit(cache=True, error_model="numpy")
def _tally_forums(actors: I64, inside: B, weight: F, regional: B, compliance: F, tally: Tally) -> None:
    """Weights and kept promises of blocs or instruments, by their members' mean compliance."""
    for k in range(inside.shape[0]):
        if weight[k] == 0.0:
            continue
        total = 0.0
        count = 0
        for i in range(inside.shape[1]):
            if inside[k, i]:
                total += compliance[i]
                count += 1
        for row in range(len(actors)):
            if inside[k, actors[row]]:
                tally.by_category[row, _REGIONAL if regional[k] else _MULTILATERAL] += weight[k]
                tally.by_track[row, REGIONAL if regional[k] else MULTILATERAL] += weight[k]
                tally.kept[row] += weight[k] * total / count
