"""Sums over the world as it stands, added up in kernels; the outcomes of the world are made of them later.

Recording a quarter costs one pass over the ties, members and forums. Shares, means and indices are
taken of all recorded quarters together (:mod:`simulation.outcomes.system`), which costs as much as of one.
"""

from __future__ import annotations

from collections import namedtuple
from typing import NamedTuple, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.kernels import put
from simulation.outcomes.network import mean_direct_trust, mean_distance, paths_of_two, tie_sums
from simulation.processes.links import Links
from simulation.state import CAMPS, FIRM, I8, I32, I64, TRACKS, B, F, State

GROUPS = len(CAMPS) + 1
"""The three camps and, as the fourth, the states of no camp."""
DIMENSIONS = 4
"""Rights, control, market, sovereignty."""

WORLD = np.dtype(
    [
        ("within", "i8", GROUPS),  # rungs of ties of states inside each group
        ("strength", "i8", GROUPS),  # rungs of ties of states by group, once for each end
        ("rungs", "i8"),  # of all ties
        ("paths", "i8"),  # pairs of partner states of a state
        ("closed", "i8"),  # those of them that are partners themselves
        ("partners", "i8"),  # partners of any kind, summed over everybody
        ("new", "i8"),  # pairs that have a deal since this quarter
        ("ended", "i8"),  # deals that ended this quarter
        ("stood_so_far", "i8"),  # deals in force, summed over the quarters since the start
        ("ended_so_far", "i8"),  # deals that have ended since the start
        ("partners_of_members", "i8"),  # the same of UN members
        ("firms", "i8"),  # rungs of states' ties with firms
        ("incumbents", "i8"),  # the same with leaders' own firms
        ("trust_partners", "f8"),  # mean direct trust over ordered pairs with a deal
        ("trust_states", "f8"),  # the same over ordered pairs of states
        ("active", "i8"),  # states, and others that can supply something or have a deal
        ("group", "i8", GROUPS),  # UN members by group
        ("place", "f8", (GROUPS, DIMENSIONS)),  # sum of their positions
        ("divergence", "f8"),  # mean distance between UN members
        ("norms", "i8"),  # UN members that have adopted the norm
        ("decisions", "i8", (2, 2)),  # tabled and passed so far; by multilateral blocs, by regional ones
        ("joins", "i8"),  # instruments joined, summed over UN members
        ("spent", "f8", len(TRACKS)),  # effort that states have spent on each track since the start, state-quarters
        ("reached", "f8", len(TRACKS)),  # agreements that states have reached on each track so far
        ("formed", "i8"),  # agreements this quarter, once a state
        ("breaches", "i8"),  # by states this quarter
        ("incidents", "i8"),  # in states this quarter
        ("governance", "f8"),  # G
    ]
)
"""Sums over the world."""

World = NDArray[np.void]
"""One of :data:`WORLD`, or an array of them."""


class Rows(NamedTuple):
    """What is kept of each state (s), UN member (m) and bloc (b); a row an observation."""

    degree: I64  # [o, s] partner states
    conceded: F  # [o, s] concessions received so far
    capacity: F  # [o, m]
    support: F  # [o, m] L of the public
    members: I64  # [o, b] UN members inside
    depth: I64  # [o, b] D

    @classmethod
    def zeros(cls, state: State, rows: int) -> Self:
        """Nothing yet, of so many observations."""
        s, m, b = ((rows, size) for size in (state.s, int(state.un_member.sum()), len(state.bloc_ids)))
        whole = np.int64
        return cls(np.zeros(s, whole), np.zeros(s), np.zeros(m), np.zeros(m), np.zeros(b, whole), np.zeros(b, whole))


Columns = namedtuple(
    "Columns",
    "depth since alpha beta kind home camp leaders un_member supply position capacity norm member bloc_depth "
    "bloc_regional bloc_tabled bloc_passed joined track_success formed breaches incidents lapsed conceded",
)
"""Columns of the state that are added up, with the shapes of :class:`State`."""


@njit(cache=True, error_model="numpy")
def add_world(
    c: Columns, quarter: int, partners: Links, trusted: F, publics: F, spent: F, out: World, rows: Rows, row: int
) -> None:
    """Add up the world as it stands, from zeros; ``rows`` are written at ``row``.

    ``trusted`` (s,) is the trust of all other states in each, ``publics`` (s,) the support of each public.
    """
    conceded = rows.conceded[row]
    add_ties(
        c.depth, partners, c.since, quarter, c.kind, c.home, c.camp, c.leaders, c.un_member, c.supply, out,
        rows.degree[row],
    )  # fmt: skip
    out[0].trust_partners, out[0].trust_states = mean_direct_trust(c.alpha, c.beta, partners, trusted)
    add_members(
        c.un_member, c.camp, c.position, c.capacity, c.norm, publics, out, rows.capacity[row], rows.support[row]
    )
    add_forums(
        c.un_member, c.member, c.bloc_depth, c.bloc_regional, c.bloc_tabled, c.bloc_passed, c.joined, out,
        rows.members[row], rows.depth[row],
    )  # fmt: skip
    add_flows(spent, c.track_success, c.formed, c.breaches, c.incidents, out, conceded.size)
    out[0].ended = c.lapsed.sum() // 2
    put(c.conceded, conceded)


@njit(cache=True, error_model="numpy")
def add_ties(
    depth: I8, partners: Links, since: I32, quarter: int, kind: I8, home: I32, camp: I8, leaders: I32, member: B,
    supply: F, out: World, degree: I64,
) -> None:  # fmt: skip
    """Add up the network of deals and who takes part in it, from zeros; ``degree`` (s,) are partners of states."""
    s, world = degree.size, out[0]
    group = _groups(camp[:s])
    own = leaders_own(kind, home, camp, leaders, member)
    twice = firms = incumbents = new = 0
    for i in range(depth.shape[0]):
        ours = partners.partner[partners.start[i] : partners.start[i + 1]]
        world.partners_of_members += ours.size * member[i]
        world.active += i < s or supply[i].any() or ours.size > 0
        for j in ours:
            rungs = depth[i, j]
            twice += rungs
            new += since[i, j] == quarter
            if i < s:
                degree[i] += j < s
                firms += rungs * (kind[j] == FIRM)
                incumbents += rungs * own[j]
    world.partners, world.rungs = partners.partner.size, twice // 2
    world.firms, world.incumbents, world.new = firms, incumbents, new // 2
    tie_sums(depth, partners, group, world.within, world.strength)
    world.paths, world.closed = paths_of_two(depth, partners, s)


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
    member: B, camp: I8, position: F, capacity: F, norm: B, publics: F, out: World, capacities: F, supports: F
) -> None:  # fmt: skip
    """Add up what UN members have and where they stand, from zeros."""
    world, group = out[0], _groups(camp)
    places = np.empty((capacities.size, DIMENSIONS))
    norms = result = 0
    for i in range(member.size):
        if member[i]:
            world.group[group[i]] += 1
            for d in range(DIMENSIONS):
                places[result, d] = position[i, d]
                world.place[group[i], d] += position[i, d]
            norms += norm[i]
            capacities[result], supports[result] = capacity[i], publics[i]
            result += 1
    world.norms, world.divergence = norms, mean_distance(places)


@njit(cache=True, error_model="numpy")
def add_forums(
    member: B, inside: B, depth: I8, regional: B, tabled: I32, passed: I32, joined: B,
    out: World, members: I64, depths: I64,
) -> None:  # fmt: skip
    """Add up what blocs and instruments stand at, from zeros; ``inside`` are members of blocs."""
    world = out[0]
    for k in range(depth.size):
        members[k], depths[k] = _count(inside[k], member), depth[k]
        world.decisions[int(regional[k]), 0] += tabled[k]
        world.decisions[int(regional[k]), 1] += passed[k]
    for k in range(joined.shape[0]):
        world.joins += _count(joined[k], member)


@njit(cache=True, error_model="numpy")
def _count(inside: B, member: B) -> int:
    """Members inside."""
    count = 0
    for i in range(inside.size):
        count += inside[i] & member[i]
    return count


@njit(cache=True, error_model="numpy")
def add_effort(share: F, lapsed: I32, s: int, spent: F) -> int:
    """Add this quarter's effort of the first ``s`` actors, the states, to that spent on each track.

    Returns how many deals ended.
    """
    for i in range(s):
        for t in range(spent.size):
            spent[t] += share[i, t]
    return lapsed.sum() // 2


@njit(cache=True, error_model="numpy")
def add_flows(
    spent: F, track_success: F, formed: I32, breaches: I32, incidents: I32, out: World, s: int
) -> None:  # fmt: skip
    """Add up what the first ``s`` actors, the states, did, from zeros."""
    world = out[0]
    for t in range(spent.size):
        world.spent[t] = spent[t]
    for i in range(s):
        for t in range(spent.size):
            world.reached[t] += track_success[i, t]
            world.formed += formed[i, t]
        for k in range(incidents.shape[1]):
            world.incidents += incidents[i, k]
        world.breaches += breaches[i]
