"""C.8 Forum choice: which track each open slot goes to (first half of step 4 of a quarter).

A slot is one line of diplomatic effort. Each opens now and then (tempo, Snijders 2001); a state
sends each open slot down one track with probability proportional to exp(E[u]·β^T/s_f), where
E[u] is what an agreement on that track is worth to it, T its mean waiting time there, β patience
(Keohane & Victor 2011, *The Regime Complex for Climate Change*; Busch 2007, *Overlapping
Institutions, Forum Shopping*). Forum shift under paralysis emerges: a track on which nothing
happens gets slower and slower, so that its prize is discounted more and more.

E[u] is never negative, because a state may refuse whatever comes up (the outside option is 0).

- bilateral, non_state, trilateral: mean utility of the best partners, given by the deals step;
- regional: the best of the state's regional blocs below full depth (the utility of their next
  rung, averaged over whose position is tabled) and of the regional instruments it could join;
- multilateral: the same over all other blocs and instruments.

A track without any partner, bloc or instrument is closed. T is the posterior mean of a
Gamma-Poisson rate: (first wait + quarters so far)/(1 + agreements so far on the track).

Other actors do not choose: their open slots are one pool, counted as bilateral, and they broker
trilateral deals at the same tempo. With ``forum_choice`` off so do the states, and their pool
serves partners of every kind.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from simulation.kernels import exp, log
from simulation.processes.affinity import distances_to_all, falloff, likeness_of_all
from simulation.processes.blocs import (
    Voters,
    VoteRule,
    ai_salience,
    member_lists,
    members_of,
    vote_rule,
    vote_utility,
    voters,
)
from simulation.processes.instruments import instrument_z, is_open, text_utility
from simulation.randomness import Draws, Stream, uniform
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import (
    BILATERAL,
    I8,
    I32,
    MAX_DEPTH,
    MULTILATERAL,
    NON_STATE,
    REGIONAL,
    STATE,
    TRILATERAL,
    B,
    F,
    State,
)


class Forums(NamedTuple):
    """Columns of blocs and instruments that the choice depends on; ``open_text`` can be joined."""

    member: B
    depth: I8
    regional: B
    salience: F
    position: F
    text_regional: B
    eligible: B
    joined: B
    open_text: B
    worth: F


_AT_ONCE = 4
"""So many states look at the members of a bloc together: each sum waits for its own last term only."""


@njit(cache=True, error_model="numpy", forceinline=True)
def look_around(i: int, who: Voters, axis: F, width: float, near: F, away: F) -> None:
    """Fill i's affinity times trust with, and distance from, every state, each of shape (s,); 0 for itself.

    ``axis`` (4, s) are the states' positions, a row a dimension.
    """
    trust, fall = who.trust[i], falloff(width)
    distances_to_all(axis, who.weight[i], i, away)
    for j in range(near.size):
        near[j] = exp(away[j] * fall) * trust[j]
    for j in range(away.size):
        away[j] = np.sqrt(away[j])
    near[i] = 0.0


@njit(cache=True, error_model="numpy", forceinline=True)
def _sums_over(members: I32, rows: F, total: F) -> None:
    """Sums of each of the rows (:data:`_AT_ONCE`, s) over the members, in their order, written to ``total``."""
    a, b, c, d = rows[0], rows[1], rows[2], rows[3]
    t0 = t1 = t2 = t3 = 0.0
    for j in members:
        t0 += a[j]
        t1 += b[j]
        t2 += c[j]
        t3 += d[j]
    total[0], total[1], total[2], total[3] = t0, t1, t2, t3


@njit(cache=True, error_model="numpy")
def forum_utilities(asks: B, s: int, forum: Forums, who: Voters, rule: VoteRule) -> F:
    """Best utility of the regional (0) and of the multilateral (1) track, shape (s, 2); -inf if closed.

    Only the rows of states that ``asks`` are filled.
    """
    best = np.full((s, 2), -np.inf)
    _best_rungs(members_of(asks, s), s, forum, who, rule, best)
    likeness = np.empty(s)
    for q in range(len(forum.open_text)):
        if not forum.open_text[q]:
            continue
        likeness_of_all(who.position, who.weight, forum.position[q], falloff(rule.width), likeness)
        side = 0 if forum.text_regional[q] else 1
        for i in range(s):
            if asks[i] and forum.eligible[q, i] and not forum.joined[q, i]:
                salience = ai_salience(who.capacity[i], 1.0, rule)
                best[i, side] = max(best[i, side], text_utility(salience, likeness[i], forum.worth[q]))
    return best


@njit(cache=True, error_model="numpy")
def _best_rungs(asking: I32, s: int, forum: Forums, who: Voters, rule: VoteRule, best: F) -> None:
    """Raise ``best`` (s, 2) to the utility of the best next rung of a bloc: C.6's, averaged over the proposer."""
    near, away, close, far = np.zeros((_AT_ONCE, s)), np.zeros((_AT_ONCE, s)), np.empty(_AT_ONCE), np.empty(_AT_ONCE)
    axis = who.position[:s].T.copy()
    starts, rows = member_lists(forum.member, s)
    for first in range(0, asking.size, _AT_ONCE):
        some = asking[first : first + _AT_ONCE]
        for place in range(some.size):
            look_around(some[place], who, axis, rule.width, near[place], away[place])
        for k in range(len(forum.depth)):
            members = rows[starts[k] : starts[k + 1]]
            if members.size < 2 or forum.depth[k] >= MAX_DEPTH or not _any_of(forum.member[k], some):
                continue
            _sums_over(members, near, close)
            _sums_over(members, away, far)
            side = 0 if forum.regional[k] else 1
            for place in range(some.size):
                i = some[place]
                if forum.member[k, i]:
                    salience = ai_salience(who.capacity[i], forum.salience[k], rule)
                    close_to, far_from = close[place] / (members.size - 1), far[place] / members.size
                    u = vote_utility(salience, close_to, forum.depth[k], far_from, rule)
                    best[i, side] = max(best[i, side], u)


@njit(cache=True, error_model="numpy", inline="always")
def _any_of(marked: B, rows: I32) -> bool:
    result = False
    for i in rows:
        result |= marked[i]
    return result


@njit(cache=True, error_model="numpy", forceinline=True)
def track_probabilities(worth: F, wait: F, allowed: B, patience: float, noise: float) -> F:
    """Probability of each track, shape (5,): proportional to exp(u⁺·β^T/s_f), zero where not allowed.

    A worth of -inf closes a track. All zero if every track is closed.
    """
    score = np.full(5, -np.inf)
    top = -np.inf
    for k in range(5):
        if allowed[k] and worth[k] > -np.inf:
            score[k] = max(worth[k], 0.0) * exp(wait[k] * log(patience)) / noise
            top = max(top, score[k])
    share = np.zeros(5)
    if top == -np.inf:
        return share
    total = 0.0
    for k in range(5):
        share[k] = exp(score[k] - top) if score[k] > -np.inf else 0.0
        total += share[k]
    for k in range(5):
        share[k] /= total
    return share


@njit(cache=True, error_model="numpy", forceinline=True)
def draw_track(share: F, u: float) -> int:
    """A track by inversion of the cumulated shares."""
    cumulative, last = 0.0, -1
    for k in range(5):
        if share[k] > 0.0:
            last = k
            cumulative += share[k]
            if u < cumulative:
                return k
    return last


@njit(cache=True, error_model="numpy")
def assign(
    chooses: B, opened: I32, worth: F, wait: F, allowed: B, uid: np.ndarray,
    patience: float, noise: float, key: np.uint64, share: F, by_track: I32,
) -> None:  # fmt: skip
    """Fill the shares and the slots by track (n, 5) of the states that choose."""
    for i in range(len(chooses)):
        if chooses[i]:
            share[i] = track_probabilities(worth[i], wait[i], allowed[i], patience, noise)
            for slot in range(opened[i]):
                track = draw_track(share[i], uniform(key, uid[i], np.uint64(slot)))
                if track >= 0:
                    by_track[i, track] += 1


@njit(cache=True, error_model="numpy")
def pool(pools: B, slots: I32, opened: I32, allowed: B, brokers: B, share: F, by_track: I32) -> None:
    """Fill the rows of actors that do not choose: one pool of slots, one attempt to broker.

    The pool is bilateral, or non_state if only that track is allowed.
    """
    for i in range(len(pools)):
        if pools[i] and slots[i] > 0:
            track = BILATERAL if allowed[i, BILATERAL] else NON_STATE
            if allowed[i, track]:
                share[i] = 0.0
                share[i, track] = 1.0
                by_track[i, track] = opened[i]
            if brokers[i] and allowed[i, TRILATERAL]:
                by_track[i, TRILATERAL] = 1


def track_worth(
    state: State, par: Parameters, mech: Mechanisms, asks: B, best_state: F, best_nonstate: F, best_pair: F
) -> F:
    """What each track is worth to each actor that ``asks``, shape (n, 5): E[u], or a learner's propensity.

    -inf closes a track to an actor that has nobody to deal with there, learner or not.
    """
    worth = np.full((state.n, 5), -np.inf)
    worth[:, BILATERAL], worth[:, NON_STATE], worth[:, TRILATERAL] = best_state, best_nonstate, best_pair
    s = state.s
    sides = forum_utilities(asks, s, _forums(state), voters(state), vote_rule(par))
    worth[:s, REGIONAL], worth[:s, MULTILATERAL] = sides[:, 0], sides[:, 1]
    if not mech.on("trilateral"):
        worth[:, TRILATERAL] = -np.inf
    if mech["learning"] != "off":
        learnt = state.learns[:, None] & (worth > -np.inf)
        worth[learnt] = state.propensity[learnt]
    return worth


def _forums(state: State) -> Forums:
    return Forums(
        state.member,
        state.bloc_depth,
        state.bloc_regional,
        state.bloc_salience,
        state.instrument_position,
        state.instrument_regional,
        state.eligible,
        state.joined,
        is_open(state),
        instrument_z(state),
    )


def choose_tracks(
    state: State,
    par: Parameters,
    mech: Mechanisms,
    draws: Draws,
    best_state_utility: F,
    best_nonstate_utility: F,
    best_pair_utility: F,
    own_broker: B,
) -> None:
    """Send this quarter's open slots down the tracks; see the module.

    Writes ``slots_by_track`` and, for a state with an open slot, ``track_share``: a row keeps the
    shares of the last time its actor chose. A state all of whose tracks are barred uses none of
    its open slots; an actor without slots does nothing.

    Parameters
    ----------
    best_state_utility, best_nonstate_utility
        Mean utility of the best states and of the best other partners, shape (n,); -inf if none.
    best_pair_utility
        Expected utility of brokering a deal of three, shape (n,); -inf with fewer than two partners.
    own_broker
        Actors whose broker slot opens, shape (n,); used for those that choose no track.
    """
    by_track, share = np.zeros((state.n, 5), np.int32), state.track_share
    pools = ~chooses_tracks(state, mech)
    chooses = ~pools & (state.open_slots > 0)
    if chooses.any():
        best = best_state_utility, best_nonstate_utility, best_pair_utility
        worth = track_worth(state, par, mech, chooses, *best)
        wait = (state.track_first_wait + state.quarter) / (1.0 + state.track_success)
        style = par.patience, par.forum_noise, draws.key(Stream.TRACK)
        assign(
            chooses, state.open_slots, worth, wait, state.track_allowed, state.uid, *style, share, by_track
        )
    brokers = own_broker if mech.on("trilateral") else np.zeros(state.n, np.bool_)
    pool(pools, state.slots, state.open_slots, state.track_allowed, brokers, share, by_track)
    state.slots_by_track = by_track


def assign_slots(state: State, row: int, draws: Draws) -> None:
    """Send one actor's open slots down the tracks again, by shares that a hook has changed."""
    stream = draws.key(Stream.TRACK)
    state.slots_by_track[row] = 0
    for slot in range(state.open_slots[row]):
        track = draw_track(state.track_share[row], uniform(stream, state.uid[row], np.uint64(slot)))
        if track >= 0:
            state.slots_by_track[row, track] += 1


def chooses_tracks(state: State, mech: Mechanisms) -> B:
    """Actors that choose a track for each slot, shape (n,): states, with forum choice on."""
    return state.kind == STATE if mech.on("forum_choice") else np.zeros(state.n, np.bool_)


def shared_pools(state: State, mech: Mechanisms) -> B:
    """Actors whose open slots serve partners of every kind, shape (n,).

    Those that choose no track, unless one of the two tracks of deals is closed to them.
    """
    both = state.track_allowed[:, BILATERAL] & state.track_allowed[:, NON_STATE]
    return ~chooses_tracks(state, mech) & both
