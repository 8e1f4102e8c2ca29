"""Sums over the world as it stands, added up in kernels; the outcomes of the world are made of them later.

Recording a quarter costs one pass over the ties, members and forums. Shares, means and indices are
taken of all recorded quarters together (:mod:`simulation.outcomes.system`), which costs as much as of one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from simulation.outcomes.network import I64, mean_direct_trust, mean_distance, paths_of_two, support_share, tie_sums
from simulation.processes.links import links
from simulation.state import CAMPS, FIRM, I8, I32, STATE, TRACKS, B, F, State

GROUPS = len(CAMPS) + 1
"""The three camps and, as the fourth, the states of no camp."""


class TieSums(NamedTuple):
    """Sums over the network of deals, one row an observation."""

    degree: I64  # [o, s] partner states of each state
    within: I64  # [o, g] rungs of ties of states inside each group
    strength: I64  # [o, g] rungs of ties of states by group, once for each end
    rungs: I64  # [o, 2] of ties of states; of all ties
    paths: I64  # [o, 2] pairs of partner states of a state; those that are partners themselves
    partners: I64  # [o, 2] partners of any kind, summed over UN members; over everybody
    firms: I64  # [o, 2] rungs of states' ties with leaders' own firms; with all firms
    trust: F  # [o, 2] mean direct trust over ordered pairs with a deal; over ordered pairs of states


class MemberSums(NamedTuple):
    """What UN members have and where they stand, one row an observation."""

    group: I64  # [o, g] members by group
    place: F  # [o, g, 4] sum of their positions
    divergence: F  # [o] mean distance between them
    capacity: F  # [o, m]
    support: F  # [o, m] share of the public in favour
    norms: I64  # [o] members that have adopted the norm
    active: I64  # [o] actors, members or not, that offer, need or do something


class ForumSums(NamedTuple):
    """Blocs and instruments, one row an observation."""

    size: I64  # [o, b] UN members of each bloc
    depth: I64  # [o, b] D of each bloc
    decisions: I64  # [o, 2, 2] tabled and passed so far; multilateral blocs first, then regional ones
    joins: I64  # [o] instruments joined, summed over UN members


class FlowSums(NamedTuple):
    """What states did, one row an observation."""

    spent: I64  # [o, 5] slots spent on each track since the start
    reached: F  # [o, 5] agreements reached on each track so far
    formed: I64  # [o] agreements this quarter, once a state
    breaches: I64  # [o] this quarter
    incidents: I64  # [o] this quarter
    conceded: F  # [o, s] concessions received so far


class WorldSums(NamedTuple):
    """Everything that is kept of the world, one row an observation."""

    ties: TieSums
    members: MemberSums
    forums: ForumSums
    flows: FlowSums
    governance: F  # [o] G


def empty_sums(state: State, rows: int) -> WorldSums:
    """Zeros for so many observations of a world."""

    def whole(*shape: int) -> I64:
        return np.zeros((rows, *shape), np.int64)

    def real(*shape: int) -> F:
        return np.zeros((rows, *shape))

    s, m, b = state.s, int(state.un_member.sum()), len(state.bloc_ids)
    dimensions = state.position.shape[1]
    return WorldSums(
        TieSums(whole(s), whole(GROUPS), whole(GROUPS), whole(2), whole(2), whole(2), whole(2), real(2)),
        MemberSums(whole(GROUPS), real(GROUPS, dimensions), real(), real(m), real(m), whole(), whole()),
        ForumSums(whole(b), whole(b), whole(2, 2), whole()),
        FlowSums(whole(len(TRACKS)), real(len(TRACKS)), whole(), whole(), whole(), real(s)),
        real(),
    )


@njit(cache=True, error_model="numpy")
def add_ties(
    depth: I8, alpha: F, beta: F, kind: I8, home: I32, camp: I8, leaders: I32, member: B, s: int,
    row: int, out: TieSums,
) -> None:  # fmt: skip
    """Write the sums over the network to a row of zeros; ``s`` is the number of states."""
    partners = links(depth)
    group = _groups(camp[:s])
    own = leaders_own(kind, home, camp, leaders, member)
    for i in range(depth.shape[0]):
        mine = partners.partner[partners.start[i] : partners.start[i + 1]]
        out.partners[row, 0] += mine.size * member[i]
        out.partners[row, 1] += mine.size
        for j in mine:
            rungs = depth[i, j]
            if j < i:
                out.rungs[row, 1] += rungs
            if i < s and j < s:
                out.degree[row, i] += 1
            elif i < s and kind[j] == FIRM:
                out.firms[row, 0] += rungs * own[j]
                out.firms[row, 1] += rungs
    tie_sums(depth, partners, group, out.within[row], out.strength[row])
    out.rungs[row, 0] = out.strength[row].sum() // 2
    out.paths[row, 0], out.paths[row, 1] = paths_of_two(depth, partners, s)
    out.trust[row, 0], out.trust[row, 1] = mean_direct_trust(alpha, beta, partners, s)


@njit(cache=True, error_model="numpy")
def _groups(camp: I8) -> I64:
    """Camp of each actor, the last group for none."""
    group = np.empty(camp.size, np.int64)
    for i in range(camp.size):
        group[i] = camp[i]
        if camp[i] < 0:
            group[i] = GROUPS - 1
    return group


@njit(cache=True, error_model="numpy")
def leaders_own(kind: I8, home: I32, camp: I8, leaders: I32, member: B) -> B:
    """Firms whose home is a leader or, for a leader that is no UN member (the EU), in that leader's camp, (n,)."""
    own = np.zeros(kind.size, np.bool_)
    for j in range(kind.size):
        if kind[j] == FIRM:
            for leader in leaders:
                union = not member[leader] and camp[leader] >= 0
                own[j] |= home[j] == leader or (union and camp[j] == camp[leader])
    return own


@njit(cache=True, error_model="numpy")
def add_members(
    member: B, camp: I8, position: F, capacity: F, norm: B, opinion: F, kind: I8, offers: F, needs: F, slots: I32,
    row: int, out: MemberSums,
) -> None:  # fmt: skip
    """Write what UN members have to a row of zeros."""
    group = _groups(camp)
    rows = np.flatnonzero(member)
    for k in range(rows.size):
        i = rows[k]
        out.group[row, group[i]] += 1
        for d in range(position.shape[1]):
            out.place[row, group[i], d] += position[i, d]
        out.capacity[row, k] = capacity[i]
        out.support[row, k] = support_share(opinion[i])
        out.norms[row] += norm[i]
    out.divergence[row] = mean_distance(position[rows])
    for j in range(kind.size):
        out.active[row] += takes_part(kind[j], offers[j], needs[j], slots[j])


@njit(cache=True, error_model="numpy")
def takes_part(kind: int, offers: F, needs: F, slots: int) -> bool:
    """Whether an actor counts in denominators: states do, others if they offer, need or do something."""
    does = kind == STATE or slots > 0
    for good in range(offers.size):
        does |= offers[good] > 0.0 or needs[good] > 0.0
    return does


@njit(cache=True, error_model="numpy")
def add_forums(
    member: B, inside: B, depth: I8, regional: B, tabled: I32, passed: I32, joined: B, row: int, out: ForumSums
) -> None:
    """Write what blocs and instruments stand at to a row of zeros; ``inside`` are members of blocs."""
    for k in range(inside.shape[0]):
        out.size[row, k] = _count(inside[k], member)
        out.depth[row, k] = depth[k]
        out.decisions[row, int(regional[k]), 0] += tabled[k]
        out.decisions[row, int(regional[k]), 1] += passed[k]
    for k in range(joined.shape[0]):
        out.joins[row] += _count(joined[k], member)


@njit(cache=True, error_model="numpy")
def _count(inside: B, member: B) -> int:
    """Members inside."""
    count = 0
    for i in range(inside.size):
        count += inside[i] & member[i]
    return count


@njit(cache=True, error_model="numpy")
def add_slots(slots: I32, s: int, spent: I64) -> None:
    """Add this quarter's slots of the first ``s`` actors, the states, to those spent on each track."""
    for i in range(s):
        for t in range(spent.size):
            spent[t] += slots[i, t]


@njit(cache=True, error_model="numpy")
def add_flows(
    spent: I64, track_success: F, formed: I32, breaches: I32, incidents: I32, conceded: F, s: int,
    row: int, out: FlowSums,
) -> None:  # fmt: skip
    """Write what the first ``s`` actors, the states, did to a row of zeros."""
    out.spent[row] = spent
    for i in range(s):
        for t in range(spent.size):
            out.reached[row, t] += track_success[i, t]
            out.formed[row] += formed[i, t]
        for k in range(incidents.shape[1]):
            out.incidents[row] += incidents[i, k]
        out.breaches[row] += breaches[i]
        out.conceded[row, i] = conceded[i]
