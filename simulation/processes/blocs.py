"""C.6 Blocs: agenda, vote, rule, depth (step 8 of a quarter).

With its agenda rate a bloc tables the position of a random member. A member gains from
deciding with close and trusted members and loses by the depth and the distance of the proposal;
it says yes with a logistic probability. The rule decides whether the bloc goes one rung deeper.

Distrust is a veto (Tsebelis 2002, *Veto Players*): a member whose direct trust in any other
member is below ``veto_trust`` votes no. Under unanimity that is a veto, under a majority one
vote. Under consensus it is an objection, but only to what binds (from depth 1 on): rivals can
declare something together, they do not bind themselves to each other.

A bloc with fewer than two members, or at full depth, tables nothing.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from simulation.processes.affinity import affinity, squared_distance
from simulation.randomness import Draws, Stream, uniform
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import I32, MAX_DEPTH, MULTILATERAL, REGIONAL, B, F, State

UNANIMITY, CONSENSUS, MAJORITY = range(3)
"""Codes of ``State.bloc_rule``; a qualified majority is a majority with its own threshold."""

_ROUNDING = 0.0005  # thresholds are written to three digits: .667 of three members is two of them


class Voters(NamedTuple):
    """Columns of the actors that a vote depends on, with the shapes of :class:`State`."""

    uid: np.ndarray
    position: F
    weight: F
    capacity: F
    trust: F
    alpha: F
    beta: F


class VoteRule(NamedTuple):
    """Parameters of a vote; ``forced`` is one probability of a yes for all, or -1."""

    noise: float
    cost: float
    distance: float
    veto_trust: float
    salience_floor: float
    salience_capacity: float
    width: float
    forced: float


def voters(state: State) -> Voters:
    """The columns of ``state`` that a vote depends on (views, not copies)."""
    return Voters(
        state.uid, state.position, state.weight, state.capacity, state.trust_hat, state.alpha, state.beta
    )


def vote_rule(par: Parameters) -> VoteRule:
    """The parameters of C.6 as the kernels take them."""
    return VoteRule(
        par.vote_noise,
        par.vote_cost,
        par.vote_distance,
        par.veto_trust,
        par.salience_floor,
        par.salience_capacity,
        par.affinity_width,
        par.vote_probability,
    )


@njit(cache=True, error_model="numpy")
def members_of(row: B, s: int) -> I32:
    """Indexes of the members among the first ``s`` actors, ascending."""
    count = 0
    for i in range(s):
        if row[i]:
            count += 1
    members = np.empty(count, np.int32)
    count = 0
    for i in range(s):
        if row[i]:
            members[count] = i
            count += 1
    return members


@njit(cache=True, error_model="numpy", inline="always")
def ai_salience(capacity: float, bloc_salience: float, rule: VoteRule) -> float:
    """How much AI governance matters to a member in this bloc: w_AI = (floor + rise·K)·bloc salience."""
    return (rule.salience_floor + rule.salience_capacity * capacity) * bloc_salience


@njit(cache=True, error_model="numpy", inline="always")
def vote_utility(salience: float, closeness: float, depth: int, distance: float, rule: VoteRule) -> float:
    """Utility to a member of the bloc's next rung: w_AI·mean(a·τ̂) - c_b(1 + D) - c_p·d(x_i, y)."""
    return salience * closeness - rule.cost * (1.0 + depth) - rule.distance * distance


@njit(cache=True, error_model="numpy")
def closeness(i: int, members: I32, who: Voters, width: float) -> float:
    """Mean over the other members j of affinity times trust with witnesses, a_ij·τ̂_ij, in [0, 1]."""
    total = 0.0
    x_i, w_i, trust = who.position[i], who.weight[i], who.trust[i]
    for j in members:
        if j != i:
            total += affinity(x_i, who.position[j], w_i, width) * trust[j]
    return total / (len(members) - 1)


@njit(cache=True, error_model="numpy")
def distrusts(i: int, members: I32, who: Voters, bound: float) -> bool:
    """Whether i's direct trust in any other member is below ``bound`` (no evidence is no trust)."""
    for j in members:
        if j != i:
            kept, mass = who.alpha[i, j], who.alpha[i, j] + who.beta[i, j]
            if kept < bound * mass or mass == 0.0:
                return True
    return False


@njit(cache=True, error_model="numpy")
def needed_votes(code: int, threshold: float, n: int) -> int:
    """Votes in favour that pass a proposal among ``n`` members.

    Unanimity needs all. Consensus needs the share ``threshold``. A majority needs that share too,
    and always more than half.
    """
    if code == UNANIMITY:
        return n
    needed = int(np.ceil((threshold - _ROUNDING) * n))
    if code == MAJORITY:
        return max(needed, n // 2 + 1)
    return needed


@njit(cache=True, error_model="numpy")
def agenda_rates(agenda: F, regional: B, member: B, counts: B, effort: I32, scale: float, gain: float) -> F:
    """Probability (b,) that each bloc tables something: its rate, raised by its members' effort.

    ``effort`` (n,) are slots spent on the regional track; it counts in regional blocs, for the
    members among ``counts`` (the UN members), per such member.
    """
    rates = np.empty(len(agenda))
    for k in range(len(agenda)):
        spent, n = 0, 0
        for i in range(len(effort)):
            if member[k, i] and counts[i]:
                spent += effort[i]
                n += 1
        push = gain * spent / n if regional[k] and n > 0 else 0.0
        rates[k] = min(1.0, agenda[k] * scale * (1.0 + push))
    return rates


@njit(cache=True, error_model="numpy")
def proposer(key: np.uint64, bloc_uid: np.uint64, members: I32, uid: np.ndarray) -> int:
    """A random member: the one with the highest draw, so that row order plays no part."""
    chosen, best = -1, -1.0
    for i in members:
        u = uniform(key, bloc_uid, uid[i])
        if u > best or (u == best and uid[i] < uid[chosen]):
            chosen, best = i, u
    return chosen


@njit(cache=True, error_model="numpy")
def hold_vote(
    bloc_uid: np.uint64,
    members: I32,
    proposal: F,
    depth: int,
    code: int,
    threshold: float,
    salience: float,
    who: Voters,
    rule: VoteRule,
    key: np.uint64,
) -> tuple[bool, F]:
    """Whether a proposal passes, and what its passage is worth to each member, shape (members,)."""
    utility = np.empty(len(members))
    yes, objection = 0, False
    for m in range(len(members)):
        i = members[m]
        away = np.sqrt(squared_distance(who.position[i], proposal, who.weight[i]))
        near = closeness(i, members, who, rule.width)
        utility[m] = vote_utility(ai_salience(who.capacity[i], salience, rule), near, depth, away, rule)
        p = rule.forced if rule.forced >= 0.0 else 1.0 / (1.0 + np.exp(-utility[m] / rule.noise))
        wary = rule.forced < 0.0 and distrusts(i, members, who, rule.veto_trust)
        objection = objection or wary
        if uniform(key, bloc_uid, who.uid[i]) < p and not (wary and code != CONSENSUS):
            yes += 1
    blocked = code == CONSENSUS and objection and depth >= 1
    return yes >= needed_votes(code, threshold, len(members)) and not blocked, utility


def decide_blocs(state: State, par: Parameters, mech: Mechanisms, draws: Draws) -> None:
    """Let every bloc table and vote once; see the module. Off (``blocs``): nothing happens.

    Reads positions, capacity, trust and ``slots_by_track``; writes ``bloc_depth``,
    ``bloc_last_passed``, ``bloc_tabled``, ``bloc_passed`` and, for members of a bloc that
    decided, ``track_success``, ``formed`` and ``reward`` (their utility where positive), on the
    regional track for a regional bloc and on the multilateral track for another.
    """
    if not mech.on("blocs"):
        return
    rates, key = _rates(state, par), draws.key(Stream.BLOC_AGENDA)
    for k in range(len(state.bloc_ids)):
        if state.bloc_depth[k] < MAX_DEPTH and uniform(key, state.bloc_uid[k], np.uint64(0)) < rates[k]:
            members = members_of(state.member[k], state.s)
            if len(members) > 1:
                _table(state, k, members, vote_rule(par), draws)


def _rates(state: State, par: Parameters) -> F:
    """Probability (b,) that each bloc tables something this quarter."""
    effort = np.ascontiguousarray(state.slots_by_track[:, REGIONAL])
    gain = par.agenda_effort
    agenda, regional = state.bloc_agenda, state.bloc_regional
    rates: F = agenda_rates(agenda, regional, state.member, state.un_member, effort, par.agenda_scale, gain)
    return rates


def _table(state: State, k: int, members: I32, rule: VoteRule, draws: Draws) -> None:
    """One proposal in one bloc, and what follows from the vote."""
    uid = state.bloc_uid[k]
    lead = proposer(draws.key(Stream.BLOC_PROPOSER), uid, members, state.uid)
    passed, utility = hold_vote(
        uid,
        members,
        state.position[lead],
        int(state.bloc_depth[k]),
        int(state.bloc_rule[k]),
        float(state.bloc_threshold[k]),
        float(state.bloc_salience[k]),
        voters(state),
        rule,
        draws.key(Stream.BLOC_VOTE),
    )
    state.bloc_tabled[k] += 1
    if passed:
        _record_decision(state, k, members, utility)


def _record_decision(state: State, k: int, members: I32, utility: F) -> None:
    """One rung deeper, and the credit of it to every member."""
    state.bloc_depth[k] += 1
    state.bloc_last_passed[k] = state.quarter
    state.bloc_passed[k] += 1
    track = REGIONAL if state.bloc_regional[k] else MULTILATERAL
    state.track_success[members, track] += 1.0
    state.formed[members, track] += 1
    state.reward[members, track] += np.maximum(utility, 0.0)


def passage_probability(p: float, n: int, code: int, threshold: float) -> float:
    """Probability that a proposal passes if each of ``n`` members says yes with probability ``p``.

    Exact: pⁿ under unanimity, the upper tail of the binomial otherwise; distrust plays no part.

    Examples
    --------
    >>> round(passage_probability(0.6, 5, UNANIMITY, 1.0), 5)
    0.07776
    >>> round(passage_probability(0.6, 5, MAJORITY, 0.8), 5)
    0.33696
    """
    needed = needed_votes(code, threshold, n)
    return math.fsum(math.comb(n, m) * p**m * (1.0 - p) ** (n - m) for m in range(needed, n + 1))


def waiting_time(agenda: float, passage: float) -> float:
    """Mean quarters until something passes, 1/(λ·P); infinite if nothing can.

    Examples
    --------
    >>> round(waiting_time(0.25, passage_probability(0.6, 5, UNANIMITY, 1.0)))
    51
    """
    chance = agenda * passage
    return 1.0 / chance if chance > 0.0 else math.inf
