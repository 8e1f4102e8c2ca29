"""Section E: the commitments of an actor, counted and weighed.

A commitment is a deal (weight z = depth/3), a bloc that has decided something (e·D/3) or a
joined instrument (e·z of C.7: 1/3 declaration, 2/3 binding and not in force, 1 in force).
It belongs to one of eleven categories by its *partner* and to one of five tracks by how it
was made, so that each breakdown adds up to the same total.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.errors import ModelError
from simulation.outcomes.network import support_share
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


TALLY = np.dtype(
    [
        ("deals", "f8", (len(KINDS), MAX_DEPTH)),  # deals by kind of partner and depth
        ("camp_partners", "f8", len(CAMPS) + 1),  # deals with states by camp, the last without
        ("track_deals", "f8", len(TRACKS)),  # deals by track
        ("instruments", "f8"),  # joined instruments
        ("blocs", "f8"),  # blocs of the actor that have decided something
        ("by_category", "f8", len(CATEGORIES)),  # c_q, weight by category
        ("by_track", "f8", len(TRACKS)),  # weight by track
        ("camp_weight", "f8", len(CAMPS) + 1),  # weight of deals by the partner's camp, the last without
        ("kept", "f8"),  # weight times the share of promises kept
        ("deal_weight", "f8"),  # weight of deals
        ("aligned", "f8"),  # weight of deals times closeness of their terms to the initial position
        ("value_total", "f8"),  # sum over deals of what both sides gain
        ("value_gap", "f8"),  # sum over deals of the actor's gain less the partner's
        ("drift", "f8"),  # distance from the initial position as the actor sees it, in [0, 1]
        ("support", "f8"),  # share of its public in favour, 0 without one
    ]
)
"""Sums over the commitments of an actor."""

Tally = NDArray[np.void]
"""An array of :data:`TALLY`, one for each actor; observations may stand on an axis before."""


def tally_commitments(
    state: State, par: Parameters, actors: I64, value_to_actor: F, value_to_partner: F, out: Tally
) -> None:
    """Count and weigh the commitments of some actors.

    Parameters
    ----------
    actors
        Rows of the actors, shape (a,).
    value_to_actor, value_to_partner
        V_fj and V_jf, shape (a, n); read only where there is a deal.
    out
        Where to write, zero before; shape (a,).

    Raises
    ------
    ModelError
        If an argument has the wrong shape or the state's compliance has not been filled.
    """
    shape = (len(actors), state.n)
    if value_to_actor.shape != shape or value_to_partner.shape != shape:
        raise ModelError(f"values of deals must have shape {shape}")
    require(state, "compliance")
    s, old = state, state.quarter - int(par.clean_record)
    _tally_deals(
        actors, s.depth, s.track, s.kind, s.camp, s.last_breach, old, s.terms, s.position_start, s.weight,
        value_to_actor, value_to_partner, out,
    )  # fmt: skip
    _tally_forums(
        actors, s.member, s.bloc_enforcement, s.bloc_depth, s.bloc_regional, s.joined, s.instrument_enforcement,
        s.binding, s.in_force, s.instrument_regional, s.compliance, out,
    )  # fmt: skip
    _tally_minds(actors, s.position_start, s.position, s.weight, s.opinion, out)


def instrument_weight(state: State) -> F:
    """Weight e·z of each instrument to those who joined it, shape (q,), in [0, 1]."""
    texts = zip(state.instrument_enforcement, state.binding, state.in_force, strict=True)
    return np.array([_text_weight(*text) for text in texts])


def require(state: State, *names: str) -> list[NDArray[Any]]:
    """Columns of the state, which start empty, once they are filled.

    Raises
    ------
    ModelError
        If one is not: a kernel would read beyond its end.
    """
    n, columns = state.n, [getattr(state, name) for name in names]
    for name, column in zip(names, columns, strict=True):
        if len(column) != n:
            raise ModelError(f"the state's {name!r} has {len(column)} rows for {n} actors; fill it before recording")
    return columns


def deal_tracks(state: State, a: I64, b: I64) -> I64:
    """Track of the deals of actors ``a`` with actors ``b``; one without a recorded track by who made it."""
    return tracks_of(state.track[a, b], state.kind[a], state.kind[b])


def tracks_of(track: I8, own_kind: I8, partner_kind: I8) -> I64:
    """Tracks of deals as recorded, -1 where there is none, by their tracks and the kinds of both sides."""
    between_states = (own_kind == STATE) & (partner_kind == STATE)
    return np.where(track >= 0, track.astype(np.int64), np.where(between_states, BILATERAL, NON_STATE))


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
    actors: I64, depth: I8, track: I8, kind: I8, camp: I8, last_breach: I32, old: int, terms: F, start: F, weight: F,
    gains: F, partner_gains: F, out: Tally,
) -> None:  # fmt: skip
    """Counts, weights, kept promises, closeness and gains of deals; a breach up to quarter ``old`` is forgiven."""
    for a in range(len(actors)):
        f, tally = actors[a], out[a]
        for j in range(depth.shape[0]):
            rung = depth[f, j]
            if rung == 0:
                continue
            z = rung / MAX_DEPTH
            side = camp[j] if camp[j] >= 0 else _NO_CAMP
            t = _deal_track(track[f, j], kind[f], kind[j])
            tally.deals[kind[j], rung - 1] += 1
            tally.track_deals[t] += 1
            if kind[j] == STATE:
                tally.camp_partners[side] += 1
            tally.by_category[_category(kind[j], camp[j])] += z
            tally.by_track[t] += z
            tally.camp_weight[side] += z
            clean = (last_breach[f, j] <= old) + (last_breach[j, f] <= old)
            tally.kept += z * clean / 2
            tally.deal_weight += z
            gap = min(1.0, np.sqrt(squared_distance(terms[f, j], start[f], weight[f])))
            tally.aligned += z * (1.0 - gap)
            tally.value_total += gains[a, j] + partner_gains[a, j]
            tally.value_gap += gains[a, j] - partner_gains[a, j]


@njit(cache=True, error_model="numpy")
def _tally_minds(actors: I64, start: F, position: F, weight: F, opinion: F, out: Tally) -> None:
    """How far the actors have moved, and what their publics say."""
    for a in range(len(actors)):
        f = actors[a]
        out[a].drift = min(1.0, np.sqrt(squared_distance(position[f], start[f], weight[f])))
        if f < opinion.shape[0]:
            out[a].support = support_share(opinion[f])


@njit(cache=True, error_model="numpy")
def _text_weight(enforcement: float, binding: bool, in_force: bool) -> float:
    """Weight e·z of an instrument."""
    step = 1 + binding + (binding and in_force)
    return enforcement * (step / _STEPS)


@njit(cache=True, error_model="numpy")
def _tally_forums(
    actors: I64, member: B, bloc_enforcement: F, bloc_depth: I8, bloc_regional: B,
    joined: B, enforcement: F, binding: B, in_force: B, regional: B, compliance: F, out: Tally,
) -> None:  # fmt: skip
    """Number, weights and kept promises of blocs that have decided something, and of instruments."""
    blocs = _with_actors(actors, member, bloc_depth > 0)
    total, count = _sums_inside(compliance, member, blocs)
    for place in range(blocs.size):
        k = blocs[place]
        weight = bloc_enforcement[k] * bloc_depth[k] / MAX_DEPTH
        for a in range(len(actors)):
            if member[k, actors[a]]:
                out[a].blocs += 1
                _add_forum(out[a], weight, bloc_regional[k], weight * total[place] / count[place])
    texts = _with_actors(actors, joined, np.ones(len(joined), np.bool_))
    total, count = _sums_inside(compliance, joined, texts)
    for place in range(texts.size):
        k = texts[place]
        weight = _text_weight(enforcement[k], binding[k], in_force[k])
        for a in range(len(actors)):
            if joined[k, actors[a]]:
                out[a].instruments += 1
                _add_forum(out[a], weight, regional[k], weight * total[place] / count[place])


@njit(cache=True, error_model="numpy")
def _with_actors(actors: I64, inside: B, counts: B) -> I64:
    """Forums that count and that one of the actors is inside."""
    forums = np.empty(counts.size, np.int64)
    found = 0
    for k in range(counts.size):
        some = False
        for f in actors:
            some |= inside[k, f]
        forums[found] = k
        found += counts[k] and some
    return forums[:found]


@njit(cache=True, error_model="numpy")
def _add_forum(tally: Any, weight: float, regional: bool, kept: float) -> None:
    tally.by_category[_REGIONAL if regional else _MULTILATERAL] += weight
    tally.by_track[REGIONAL if regional else MULTILATERAL] += weight
    tally.kept += kept


@njit(cache=True, error_model="numpy")
def _sums_inside(values: F, inside: B, forums: I64) -> tuple[F, I64]:
    """Sum of the values of those inside some forums, and their number.

    Four forums at a time, and adding 0 for who is outside: a sum waits for itself, a branch is guessed wrong.
    """
    total, count = np.zeros(forums.size), np.zeros(forums.size, np.int64)
    for first in range(0, forums.size, 4):
        last = forums.size - 1
        rows = (inside[forums[first]], inside[forums[min(first + 1, last)]],
                inside[forums[min(first + 2, last)]], inside[forums[min(first + 3, last)]])  # fmt: skip
        t0 = t1 = t2 = t3 = 0.0
        for i in range(values.size):
            value = values[i]
            t0 += value * rows[0][i]
            t1 += value * rows[1][i]
            t2 += value * rows[2][i]
            t3 += value * rows[3][i]
        for place, sum_of_one in enumerate((t0, t1, t2, t3)):
            total[min(first + place, last)] = sum_of_one
    for place in range(forums.size):
        members, row = 0, inside[forums[place]]
        for i in range(row.size):
            members += row[i]
        count[place] = members
    return total, count
