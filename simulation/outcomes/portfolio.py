"""Section E: the commitments of an actor, counted and weighed.

A commitment is a deal (weight z = depth/3), a bloc that has decided something (e·D/3) or a
joined instrument (e·z of C.7: 1/3 declaration, 2/3 binding and not in force, 1 in force).
It belongs to one of eleven categories by its *partner* and to one of five tracks by how it
was made, so that each breakdown adds up to the same total.
"""

from __future__ import annotations

from typing import NamedTuple, Self

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


class Tally(NamedTuple):
    """Sums over the commitments of each of ``a`` actors; more axes, of observations, may stand before it."""

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
    drift: F  # [a] distance from the initial position as the actor sees it, in [0, 1]
    support: F  # [a] share of its public in favour, 0 without one

    @classmethod
    def zeros(cls, *shape: int) -> Self:
        """Nothing yet, of ``shape`` observations and actors."""
        return cls(*(np.zeros((*shape, *rest)) for rest in _SHAPES))


_SHAPES: tuple[tuple[int, ...], ...] = (
    (len(KINDS), MAX_DEPTH),
    (len(CAMPS) + 1,),
    (len(TRACKS),),
    (),
    (),
    (len(CATEGORIES),),
    (len(TRACKS),),
    (len(CAMPS) + 1,),
    *((),) * 7,
)


def tally_commitments(
    state: State, par: Parameters, actors: I64, value_to_actor: F, value_to_partner: F, row: int, out: Tally
) -> None:
    """Count and weigh the commitments of some actors.

    Parameters
    ----------
    actors
        Rows of the actors, shape (a,).
    value_to_actor, value_to_partner
        V_fj and V_jf, shape (a, n); read only where there is a deal.
    row, out
        Where to write: one observation of a tally of several, which is zero there.

    Raises
    ------
    ModelError
        If an argument has the wrong shape or the state's compliance has not been filled.
    """
    shape = (len(actors), state.n)
    if value_to_actor.shape != shape or value_to_partner.shape != shape:
        raise ModelError(f"values of deals must have shape {shape}")
    require(state, "compliance")
    s, compliance = state, state.compliance
    _tally_deals(
        actors, s.depth, s.track, s.kind, s.camp, s.last_breach, s.quarter - int(par.clean_record),
        value_to_actor, value_to_partner, row, out,
    )  # fmt: skip
    _tally_terms(actors, s.depth, s.terms, s.position_start, s.position, s.weight, s.opinion, row, out)
    _tally_blocs(actors, s.member, s.bloc_enforcement, s.bloc_depth, s.bloc_regional, compliance, row, out)
    _tally_instruments(
        actors, s.joined, s.instrument_enforcement, s.binding, s.in_force, s.instrument_regional, compliance, row, out
    )


def instrument_weight(state: State) -> F:
    """Weight e·z of each instrument to those who joined it, shape (q,), in [0, 1]."""
    texts = zip(state.instrument_enforcement, state.binding, state.in_force, strict=True)
    return np.array([_text_weight(*text) for text in texts])


def require(state: State, *names: str) -> None:
    """See that columns of the state that start empty are filled.

    Raises
    ------
    ModelError
        If one is not: a kernel would read beyond its end.
    """
    n = state.n
    for name in names:
        if (rows := len(getattr(state, name))) != n:
            raise ModelError(f"the state's {name!r} has {rows} rows for {n} actors; fill it before recording")


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
    actors: I64, depth: I8, track: I8, kind: I8, camp: I8, last_breach: I32, old: int,
    gains: F, partner_gains: F, row: int, tally: Tally,
) -> None:  # fmt: skip
    """Counts, weights, kept promises and gains of deals; a breach up to quarter ``old`` is forgiven."""
    for a in range(len(actors)):
        f = actors[a]
        for j in range(depth.shape[0]):
            rung = depth[f, j]
            if rung == 0:
                continue
            z = rung / MAX_DEPTH
            side = camp[j] if camp[j] >= 0 else _NO_CAMP
            t = _deal_track(track[f, j], kind[f], kind[j])
            tally.deals[row, a, kind[j], rung - 1] += 1
            tally.track_deals[row, a, t] += 1
            if kind[j] == STATE:
                tally.camp_partners[row, a, side] += 1
            tally.by_category[row, a, _category(kind[j], camp[j])] += z
            tally.by_track[row, a, t] += z
            tally.camp_weight[row, a, side] += z
            clean = (last_breach[f, j] <= old) + (last_breach[j, f] <= old)
            tally.kept[row, a] += z * clean / 2
            tally.deal_weight[row, a] += z
            tally.value_total[row, a] += gains[a, j] + partner_gains[a, j]
            tally.value_gap[row, a] += gains[a, j] - partner_gains[a, j]


@njit(cache=True, error_model="numpy")
def _tally_terms(
    actors: I64, depth: I8, terms: F, start: F, position: F, weight: F, opinion: F, row: int, tally: Tally
) -> None:
    """How close the agreed terms are to where the actor began, how far it has moved, what its public says."""
    for a in range(len(actors)):
        f = actors[a]
        for j in range(depth.shape[0]):
            if depth[f, j] > 0:
                gap = min(1.0, np.sqrt(squared_distance(terms[f, j], start[f], weight[f])))
                tally.aligned[row, a] += depth[f, j] / MAX_DEPTH * (1.0 - gap)
        tally.drift[row, a] = min(1.0, np.sqrt(squared_distance(position[f], start[f], weight[f])))
        if f < opinion.shape[0]:
            tally.support[row, a] = support_share(opinion[f])


@njit(cache=True, error_model="numpy")
def _tally_blocs(
    actors: I64, member: B, enforcement: F, depth: I8, regional: B, compliance: F, row: int, tally: Tally
) -> None:
    """Blocs that have decided something, of weight e·D/3."""
    weight = enforcement * depth / MAX_DEPTH
    _tally_forums(actors, member, depth > 0, weight, regional, compliance, row, tally, tally.blocs)


@njit(cache=True, error_model="numpy")
def _text_weight(enforcement: float, binding: bool, in_force: bool) -> float:
    """Weight e·z of an instrument."""
    step = 1 + binding + (binding and in_force)
    return enforcement * (step / _STEPS)


@njit(cache=True, error_model="numpy")
def _tally_instruments(
    actors: I64, joined: B, enforcement: F, binding: B, in_force: B, regional: B, compliance: F, row: int, tally: Tally
) -> None:
    weight = np.empty(enforcement.size)
    for k in range(weight.size):
        weight[k] = _text_weight(enforcement[k], binding[k], in_force[k])
    counts = np.ones(weight.size, np.bool_)
    _tally_forums(actors, joined, counts, weight, regional, compliance, row, tally, tally.instruments)


@njit(cache=True, error_model="numpy")
def _tally_forums(
    actors: I64, inside: B, counts: B, weight: F, regional: B, compliance: F, row: int, tally: Tally, number: F
) -> None:
    """Number, weights and kept promises of blocs or instruments, by their members' mean compliance."""
    forums = np.empty(weight.size, np.int64)  # those that count and that an actor is inside
    found = 0
    for k in range(weight.size):
        some = False
        for f in actors:
            some |= inside[k, f]
        forums[found] = k
        found += counts[k] & some
    forums = forums[:found]
    total, count = _sums_inside(compliance, inside, forums)
    for place in range(found):
        k = forums[place]
        for a in range(len(actors)):
            if inside[k, actors[a]]:
                number[row, a] += 1
                tally.by_category[row, a, _REGIONAL if regional[k] else _MULTILATERAL] += weight[k]
                tally.by_track[row, a, REGIONAL if regional[k] else MULTILATERAL] += weight[k]
                tally.kept[row, a] += weight[k] * total[place] / count[place]


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
        count[place] = inside[forums[place]].sum()
    return total, count
