"""C.6 Blocs: agenda, vote, rule, depth (step 8 of a quarter).

With its agenda rate a bloc tables an item: the position of a random member. Three items in ten would take it a rung
deeper, as far as its enforcement allows; the others stay at the rung reached, cheaply. A member gains from deciding
with close and trusted members and loses by the cost and the distance of the item; it says yes with a logistic
probability. Rivalry of the leaders beyond the recorded one costs votes of leaders and their camps. The rule decides.

Distrust is a veto (Tsebelis 2002, *Veto Players*): a member whose direct trust in any other
member is below ``veto_trust`` votes no. Under unanimity that is a veto, under a majority one
vote. Under consensus it is an objection, but only to what binds (what would raise a bloc of depth 1 or more): rivals
can declare something together, they do not bind themselves to each other.

A bloc with fewer than two members tables nothing.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from simulation.kernels import Draws, Stream, borrowed, exp, power, put, uniform
from simulation.processes.affinity import falloff, likeness_to_all, squared_distance
from simulation.processes.links import Links, links
from simulation.processes.rivalry import FITTED, leader_distance, strength_of
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import CAMPS, I8, I32, MAX_DEPTH, MULTILATERAL, NOBODY, REGIONAL, U64, Asked, B, F, State

UNANIMITY, CONSENSUS, MAJORITY = range(3)
"""Codes of ``State.bloc_rule``; a qualified majority is a majority with its own threshold."""

_ROUNDING = 0.0005  # thresholds are written to three digits: .667 of three members is two of them
_SAME = 1.0 / 3.0
"""Cost of an item that stays at the rung reached, as a share of that of the first rung (.10 of .30, MODEL C.6)."""
_STRAIN = 0.1
"""What a unit of rivalry beyond the recorded one costs a vote between full rivals (MODEL C.6, assumption)."""
_BINDS, _PLANS = 0.5, 0.2
"""Least enforcement of blocs that can reach full depth, and of those that can reach depth 2 (MODEL C.6)."""
_NOBODY = np.zeros((0, 0))


class Voters(NamedTuple):
    """Columns of the actors that a vote depends on, with the shapes of :class:`State`."""

    uid: np.ndarray
    position: F
    weight: F
    capacity: F
    trust: F
    alpha: F
    beta: F
    strain: F


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


class Blocs(NamedTuple):
    """Columns of the blocs, with the shapes of :class:`State`; the last four change."""

    uid: np.ndarray
    member: B
    code: I8
    threshold: F
    enforcement: F
    salience: F
    regional: B
    depth: I8
    last_passed: I32
    tabled: I32
    passed: I32


class Items(NamedTuple):
    """What blocs table this quarter.

    Attributes
    ----------
    tabled, raises
        (b,) whether there is something, and whether it would take the bloc a rung deeper.
    proposal
        (b, 4) the position that is voted on.
    """

    tabled: B
    raises: B
    proposal: F


def voters(state: State, par: Parameters, mech: Mechanisms) -> Voters:
    """The columns of ``state`` that a vote depends on: views, and what rivalry costs each vote."""
    return Voters(
        state.uid, state.position, state.weight, state.capacity, state.trust_hat, state.alpha, state.beta,
        _strain(state.position, state.leaders, state.camp, par.rivalry_distance, strength_of(par, mech) - FITTED),
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def _strain(position: F, leaders: I32, camp: I8, scale: float, beyond: float) -> F:
    """What rivalry beyond the recorded one costs the vote of each actor by its camp, (n,)."""
    of_camp, gaps = np.zeros(len(CAMPS) + 1), leader_distance(position, leaders, scale)
    for a in range(leaders.size):
        of_camp[a] = gaps[a].max()
    return _STRAIN * beyond * of_camp[camp]  # who is in no camp, -1, has the last place


def vote_rule(par: Parameters) -> VoteRule:
    """The parameters of C.6 as the kernels take them."""
    return VoteRule(
        par.vote_noise, par.vote_cost, par.vote_distance, par.veto_trust, par.salience_floor,
        par.salience_capacity, par.affinity_width, par.vote_probability,
    )  # fmt: skip


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
def item_cost(depth: int, raises: bool, rule: VoteRule) -> float:
    """What an item costs a member: c_b(1 + D) if it takes the bloc a rung deeper, a third of c_b if it does not."""
    return rule.cost * (1.0 + depth) if raises else rule.cost * _SAME


@njit(cache=True, error_model="numpy", inline="always")
def deepest(enforcement: float) -> int:
    """Depth that a bloc of this enforcement can reach: what does not bind is not deep."""
    if enforcement >= _BINDS:
        return MAX_DEPTH
    return 2 if enforcement >= _PLANS else 1


def closeness(i: int, members: I32, who: Voters, width: float) -> float:
    """Mean over the other members j of affinity times trust with witnesses, a_ij·τ̂_ij, in [0, 1]."""
    place = members.tolist().index(i)
    return float(_closeness(place, place + 1, members, who.position, who.weight, who.trust, falloff(width))[0])


@njit(cache=True, error_model="numpy")
def _closeness(first: int, last: int, members: I32, position: F, weight: F, trust: F, fall: float) -> F:
    """The same of the members from ``first`` to before ``last``, (last - first,).

    Four at a time, for in a sum each step waits for the one before.
    """
    count, axis = len(members), position[members].T.copy()
    near, alike = np.empty(last - first), np.zeros((4, count))
    for begin in range(first, last, 4):
        for m in range(begin, min(begin + 4, last)):
            likeness_to_all(axis, weight[members[m]], m, fall, alike[m - begin])
            alike[m - begin, m] = 0.0
        of_a, of_b = trust[members[begin]], trust[members[min(begin + 1, last - 1)]]
        of_c, of_d = trust[members[min(begin + 2, last - 1)]], trust[members[min(begin + 3, last - 1)]]
        a = b = c = d = 0.0
        for other in range(count):
            j = members[other]
            a += alike[0, other] * of_a[j]
            b += alike[1, other] * of_b[j]
            c += alike[2, other] * of_c[j]
            d += alike[3, other] * of_d[j]
        for m, total in enumerate((a, b, c, d)):
            if begin + m < last:
                near[begin - first + m] = total / (count - 1)
    return near


@njit(cache=True, error_model="numpy", forceinline=True)
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
def agenda_rates(agenda: F, regional: B, members: Links, counts: B, effort: F, scale: float) -> F:
    """Probability (b,) that each bloc tables something: its rate times its members' effort.

    ``effort`` (n, 5) is that on each track as a multiple of the recorded one; its mean over the members among
    ``counts`` (the UN members) counts, on the track of the bloc.
    """
    rates, (start, member) = np.empty(len(agenda)), members
    for k in range(len(agenda)):
        spent, n = 0.0, 0
        track = REGIONAL if regional[k] else MULTILATERAL
        for p in range(start[k], start[k + 1]):
            if counts[member[p]]:
                spent += effort[member[p], track]
                n += 1
        rates[k] = min(1.0, agenda[k] * scale * (spent / n if n > 0 else 1.0))
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
def vetoed(members: I32, code: int, binds: bool, who: Voters, bound: float) -> bool:
    """Whether one distrustful member is enough to stop an item, and there is one.

    ``binds``: it would raise a bloc that has reached depth 1.
    """
    if code == MAJORITY or (code == CONSENSUS and not binds):
        return False
    for i in members:
        if distrusts(i, members, who, bound):
            return True
    return False


@njit(cache=True, error_model="numpy", forceinline=True)
def _utility(k: int, i: int, near: float, item: Items, bloc: Blocs, who: Voters, rule: VoteRule) -> float:
    """Utility to member i of bloc k if its item passes: w_AI·mean(a·τ̂) - cost - c_p·d(x_i, y) - what rivalry costs.

    ``near`` is how close it is to the others: :func:`closeness`.
    """
    away = np.sqrt(squared_distance(who.position[i], item.proposal[k], who.weight[i]))
    gain = ai_salience(who.capacity[i], bloc.salience[k], rule) * near
    return gain - item_cost(bloc.depth[k], item.raises[k], rule) - rule.distance * away - who.strain[i]


@njit(cache=True, error_model="numpy")
def hold_vote(
    k: int, members: I32, item: Items, bloc: Blocs, who: Voters, rule: VoteRule, key: np.uint64, own: F
) -> tuple[bool, F]:
    """Whether what bloc k tables passes, and then what that is worth to each member, shape (members,).

    ``own`` (s,) replaces the probability of a yes where it is not negative.
    """
    utility, free = np.zeros(len(members)), rule.forced < 0.0
    code, binds = bloc.code[k], item.raises[k] and bloc.depth[k] >= 1
    if free and vetoed(members, code, binds, who, rule.veto_trust):
        return False, utility
    yes, n = 0, len(members)
    near = _closeness(0, n, members, who.position, who.weight, who.trust, falloff(rule.width))
    for m in range(n):
        i = members[m]
        utility[m] = _utility(k, i, near[m], item, bloc, who, rule)
        p = 1.0 / (1.0 + exp(-utility[m] / rule.noise)) if free else rule.forced
        if own[i] >= 0.0:
            p = own[i]
        says_yes = uniform(key, bloc.uid[k], who.uid[i]) < p
        if says_yes and free and code == MAJORITY:
            says_yes = not distrusts(i, members, who, rule.veto_trust)
        yes += int(says_yes)
    return yes >= needed_votes(code, bloc.threshold[k], n), utility


class Agenda(NamedTuple):
    """What decides what is tabled: rates of the blocs (b,), who counts among members (n,), effort (n, 5)."""

    rates: F
    counts: B
    effort: F
    scale: float  # multiplies all rates
    raising: float  # share of items that would take a bloc a rung deeper, if it can go
    key: np.uint64
    turn: np.uint64  # key of who proposes


@njit(cache=True, error_model="numpy")
def table(agenda: Agenda, s: int, bloc: Blocs, position: F, uid: U64) -> Items:
    """What each bloc tables this quarter."""
    inside = links(bloc.member.view(np.int8))
    rates = agenda_rates(agenda.rates, bloc.regional, inside, agenda.counts, agenda.effort, agenda.scale)
    tables, raises = np.zeros(len(rates), np.bool_), np.zeros(len(rates), np.bool_)
    proposal = np.zeros((len(rates), 4))
    for k in range(len(rates)):
        if uniform(agenda.key, bloc.uid[k], np.uint64(0)) < rates[k]:
            members = members_of(bloc.member[k], s)
            if len(members) >= 2:
                tables[k] = True
                raises[k] = (
                    bloc.depth[k] < deepest(bloc.enforcement[k])
                    and uniform(agenda.key, bloc.uid[k], np.uint64(1)) < agenda.raising
                )
                put(position[proposer(agenda.turn, bloc.uid[k], members, uid)], proposal[k])
    return Items(tables, raises, proposal)


@njit(cache=True, error_model="numpy")
def _decide(
    uid: U64, position: F, weight: F, capacity: F, trust: F, alpha: F, beta: F, leaders: I32, camp: I8, scale: float,
    beyond: float, bloc: Blocs, agenda: Agenda, s: int, quarter: int, rule: VoteRule, key: np.uint64, own: F,
    success: F, formed: I32, reward: F,
) -> None:  # fmt: skip
    """Let every bloc table and vote; the columns of blocs and the credit of members are changed in place.

    ``own`` (b, s) as in :func:`hold_vote`; with no rows, nobody decides for itself.
    """
    strain, bloc = _strain(position, leaders, camp, scale, beyond), borrowed(bloc)
    who = Voters(uid, position, weight, capacity, trust, alpha, beta, strain)
    item = table(agenda, s, bloc, position, uid)
    nobody = np.full(s, -1.0)
    for k in np.flatnonzero(item.tabled):
        members = members_of(bloc.member[k], s)
        bloc.tabled[k] += 1
        passes, utility = hold_vote(k, members, item, bloc, who, rule, key, own[k] if len(own) else nobody)
        if passes:
            bloc.depth[k] += int(item.raises[k])
            bloc.last_passed[k] = quarter
            bloc.passed[k] += 1
            track = REGIONAL if bloc.regional[k] else MULTILATERAL
            for m in range(len(members)):
                success[members[m], track] += 1.0
                formed[members[m], track] += 1
                reward[members[m], track] += max(utility[m], 0.0)


def own_votes(state: State, par: Parameters, mech: Mechanisms, draws: Draws, asked: Asked) -> F:
    """Probability (b, s) of a yes of members that decide for themselves; -1 elsewhere; no rows if nobody does.

    Nobody is asked where distrust has settled the vote.
    """
    if not asked:
        return _NOBODY
    bloc, who, rule, item = _blocs(state), voters(state, par, mech), vote_rule(par), tabled(state, par, draws)
    own = np.full((len(item.tabled), state.s), -1.0)
    for k in np.flatnonzero(item.tabled):
        members = members_of(bloc.member[k], state.s)
        code = bloc.code[k]
        if vetoed(members, code, item.raises[k] and bloc.depth[k] >= 1, who, rule.veto_trust):
            continue
        for i in members:
            if i in asked and not (code == MAJORITY and distrusts(i, members, who, rule.veto_trust)):
                worth = _utility(k, i, closeness(i, members, who, rule.width), item, bloc, who, rule)
                own[k, i] = asked[i](state.bloc_ids[k], float(worth))
    return own


def decide_blocs(
    state: State, par: Parameters, mech: Mechanisms, draws: Draws, asked: Asked = NOBODY
) -> None:
    """Let every bloc table and vote once; see the module. Off (``blocs``): nothing happens.

    Reads positions, capacity, trust, camps and ``effort``; writes ``bloc_depth``,
    ``bloc_last_passed``, ``bloc_tabled``, ``bloc_passed`` and, for members of a bloc that
    decided, ``track_success``, ``formed`` and ``reward`` (their utility where positive), on the
    regional track for a regional bloc and on the multilateral track for another. ``asked`` are
    members that decide for themselves.
    """
    if not mech.on("blocs"):
        return
    s = state
    _decide(
        s.uid, s.position, s.weight, s.capacity, s.trust_hat, s.alpha, s.beta, s.leaders, s.camp,
        par.rivalry_distance, strength_of(par, mech) - FITTED, _blocs(s), _agenda(s, par, draws), s.s, s.quarter,
        vote_rule(par), draws.key(Stream.BLOC_VOTE), own_votes(s, par, mech, draws, asked), s.track_success, s.formed,
        s.reward,
    )  # fmt: skip


def tabled(state: State, par: Parameters, draws: Draws) -> Items:
    """What blocs table this quarter; to be asked before they vote."""
    return Items(*table(_agenda(state, par, draws), state.s, _blocs(state), state.position, state.uid))


def _agenda(state: State, par: Parameters, draws: Draws) -> Agenda:
    return Agenda(
        state.bloc_agenda, state.un_member, state.effort, par.agenda_scale, par.agenda_raises,
        draws.key(Stream.BLOC_AGENDA), draws.key(Stream.BLOC_PROPOSER),
    )  # fmt: skip


class Vote(NamedTuple):
    """What a member weighs up before its bloc votes.

    Attributes
    ----------
    terms
        They add up to ``utility``.
    probability
        Of its yes.
    distrustful
        Whether it votes no because it distrusts another member.
    vetoed
        Whether distrust of one member is enough to stop the proposal, whoever votes.
    """

    terms: dict[str, float]
    utility: float
    probability: float
    distrustful: bool
    vetoed: bool


def vote_of(state: State, par: Parameters, mech: Mechanisms, k: int, i: int, item: Items) -> Vote:
    """How member i of bloc k sees what it tables; to be asked before the vote."""
    bloc, who, rule = _blocs(state), voters(state, par, mech), vote_rule(par)
    members = members_of(bloc.member[k], state.s)
    near = closeness(i, members, who, rule.width)
    utility = float(_utility(k, i, near, item, bloc, who, rule))
    salience = ai_salience(who.capacity[i], bloc.salience[k], rule)
    away = np.sqrt(squared_distance(who.position[i], item.proposal[k], who.weight[i]))
    raises = bool(item.raises[k])
    terms = {
        "closeness": float(salience * near),
        "rung" if raises else "same_rung": -float(item_cost(int(bloc.depth[k]), raises, rule)),
        "proposal": float(-rule.distance * away),
        "rivalry": -float(who.strain[i]),
    }
    free = rule.forced < 0.0
    binds = raises and bloc.depth[k] >= 1
    stopped = free and bool(vetoed(members, bloc.code[k], binds, who, rule.veto_trust))
    distrustful = free and bloc.code[k] == MAJORITY and bool(distrusts(i, members, who, rule.veto_trust))
    yes = 0.0 if distrustful else 1.0 / (1.0 + exp(-utility / rule.noise)) if free else rule.forced
    return Vote(terms, utility, float(yes), distrustful, stopped)


def _blocs(state: State) -> Blocs:
    return Blocs(
        state.bloc_uid, state.member, state.bloc_rule, state.bloc_threshold, state.bloc_enforcement,
        state.bloc_salience, state.bloc_regional, state.bloc_depth, state.bloc_last_passed, state.bloc_tabled,
        state.bloc_passed,
    )  # fmt: skip


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
    return math.fsum(math.comb(n, m) * power(p, float(m)) * power(1.0 - p, float(n - m)) for m in range(needed, n + 1))
