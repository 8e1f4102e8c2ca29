"""Section E: the commitments of an actor, counted and weighed.

A commitment is a deal with a state, a firm or a secretariat (weight z = depth/3), a bloc that has
decided something (e·D/3) or a joined instrument (e·z of C.7: 1/3 declaration, 2/3 binding and not in
force, 1 in force); e, which multiplies what a bloc or a text does, counts at least one half here, so
that a convention is not worth a fifth of a memorandum. Work with think tanks, NGOs and influencers is
a means and only counted: else the cheapest would be bought. A commitment belongs to one of eight
categories by its *partner* and to one of five tracks by how it was made, so that each breakdown adds
up to the same total.
"""

from __future__ import annotations

from collections import namedtuple
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.processes.affinity import squared_distance
from simulation.processes.instruments import worth_of_texts
from simulation.processes.links import Links, links
from simulation.processes.opinion import support_of
from simulation.state import (
    BILATERAL,
    CAMPS,
    FIRM,
    I8,
    I64,
    KINDS,
    MAX_DEPTH,
    MULTILATERAL,
    NEW,
    NON_STATE,
    REGIONAL,
    REMEMBERED,
    SECRETARIAT,
    SOURCES,
    STATE,
    TRACKS,
    B,
    F,
    State,
)

CATEGORIES = (
    *(f"{camp.lower()}_states" for camp in CAMPS),
    "other_states",
    "regional",
    "multilateral",
    KINDS[FIRM],
    KINDS[SECRETARIAT],
)
"""Categories of commitments: partner states by camp, forums by eligibility, firms, secretariats."""
LEAST_ENFORCEMENT = 0.5
"""What the enforcement of a bloc or text counts at least where commitments are added up."""
KEPT_BY = (*SOURCES, "blocs", "instruments")
"""What kept commitments come from: deals with partners by where these come from, blocs, instruments."""
APART = 1e-9
"""Difference of kept commitments from which one state is ahead of another: less is the order of a sum."""

_NO_CAMP = len(CAMPS)
_REGIONAL = len(CAMPS) + 1
_MULTILATERAL = len(CAMPS) + 2
_FIRM = len(CAMPS) + 3
_SECRETARIAT = len(CAMPS) + 4
_MEANS = -1


TALLY = np.dtype(
    [
        ("deals", "f8", (len(KINDS), MAX_DEPTH)),  # deals by kind of partner and depth
        ("held", "f8", len(KINDS)),  # partners at the start and now, by kind
        ("sources", "f8", len(SOURCES)),  # partners now, by where they come from
        ("new", "f8", len(KINDS)),  # partners now and not at the start
        ("lost", "f8", len(KINDS)),  # partners at the start and not now
        ("camp_partners", "f8", len(CAMPS) + 1),  # deals with states by camp, the last without
        ("track_deals", "f8", len(TRACKS)),  # deals by track
        ("instruments", "f8"),  # joined instruments
        ("blocs", "f8"),  # blocs of the actor that have decided something
        ("by_category", "f8", len(CATEGORIES)),  # c_q, weight by category
        ("by_track", "f8", len(TRACKS)),  # weight by track
        ("camp_weight", "f8", len(CAMPS) + 1),  # weight of deals by the partner's camp, last without
        ("kept", "f8"),  # C, weight times the share of promises kept
        ("kept_by", "f8", len(KEPT_BY)),  # the same by what it comes from
        ("rank", "f8"),  # 1 more than the number of states whose C is greater
        ("deal_weight", "f8"),  # weight of deals
        ("aligned", "f8"),  # weight of deals times closeness of their terms to the initial position
        ("value_total", "f8"),  # sum over deals of what both sides gain
        ("value_gap", "f8"),  # sum over deals of the actor's gain less the partner's
        ("drift", "f8"),  # distance from the initial position as the actor sees it, in [0, 1]
        ("support", "f8"),  # L of its public, 0 without one
    ]
)
"""Sums over the commitments of an actor."""

Columns = namedtuple(
    "Columns",
    "depth held track kind camp conduct terms position position_start weight opinion compliance member "
    "bloc_enforcement bloc_depth bloc_regional joined binding in_force text_enforcement text_regional",
)
"""Columns of the state that commitments are read from, with the shapes of :class:`State`."""
Tally = NDArray[np.void]
"""An array of :data:`TALLY`, one for each actor; observations may stand on an axis before."""


def tally_commitments(state: State, actors: I64, out: Tally, partners: Links | None = None) -> None:
    """Count and weigh the commitments of some actors.

    Parameters
    ----------
    actors
        Rows of the actors, shape (a,).
    out
        Where to write, zero before; shape (a,).
    partners
        Lists of the deals as they stand, if they are at hand.
    """
    _tally(_columns(state), actors, state.s, partners or links(state.depth), out)


def _columns(state: State) -> Columns:
    s = state
    return Columns(
        s.depth, s.held, s.track, s.kind, s.camp, s.conduct, s.terms, s.position, s.position_start, s.weight, s.opinion,
        s.compliance, s.member, s.bloc_enforcement, s.bloc_depth, s.bloc_regional, s.joined, s.binding, s.in_force,
        s.instrument_enforcement, s.instrument_regional,
    )  # fmt: skip


def deal_tracks(state: State, a: I64, b: I64) -> I64:
    """Track of the deals of actors ``a`` with actors ``b``; one without a recorded track by who made it."""
    return tracks_of(state.track[a, b], state.kind[a], state.kind[b])


def tracks_of(track: I8, own_kind: I8, partner_kind: I8) -> I64:
    """Tracks of deals as recorded, -1 where there is none, by their tracks and the kinds of both sides."""
    between_states = (own_kind == STATE) & (partner_kind == STATE)
    return np.where(track >= 0, track.astype(np.int64), np.where(between_states, BILATERAL, NON_STATE))


@njit(cache=True, error_model="numpy")
def _category(kind: int, camp: int) -> int:
    """Category of a deal by its partner; ``_MEANS`` if it is no commitment."""
    if kind == STATE:
        return camp if camp >= 0 else _NO_CAMP
    if kind == FIRM:
        return _FIRM
    return _SECRETARIAT if kind == SECRETARIAT else _MEANS


@njit(cache=True, error_model="numpy")
def _deal_track(track: int, own_kind: int, partner_kind: int) -> int:
    """Track of a deal; one that the record gives no track counts by who made it."""
    if track >= 0:
        return track
    return BILATERAL if own_kind == STATE and partner_kind == STATE else NON_STATE


@njit(cache=True, error_model="numpy")
def _tally(c: Columns, actors: I64, s: int, partners: Links, out: Tally) -> None:
    _tally_partners(actors, c.depth, c.held, c.kind, out)
    _tally_deals(c, actors, out)
    forums, part = _forums(c), len(SOURCES)
    _tally_forums(actors, c.member, forums.blocs, forums.kept_blocs, c.bloc_regional, part, out, out["blocs"])
    _tally_forums(actors, c.joined, forums.texts, forums.kept_texts, c.text_regional, part + 1, out, out["instruments"])
    _rank(_kept_of_states(c, s, partners, forums), actors, out)
    _tally_minds(actors, c.position_start, c.position, c.weight, c.opinion, out)


class Forums(NamedTuple):
    """What each bloc (b,) and each instrument (q,) weighs, and what it counts in C for every member."""

    blocs: F
    texts: F
    kept_blocs: F
    kept_texts: F


@njit(cache=True, error_model="numpy")
def _forums(c: Columns) -> Forums:
    """A bloc weighs e·D/3, a text e·z, e counting at least :data:`LEAST_ENFORCEMENT`."""
    blocs = np.maximum(c.bloc_enforcement, LEAST_ENFORCEMENT) * c.bloc_depth / MAX_DEPTH
    texts = worth_of_texts(c.binding, c.in_force, c.text_enforcement, LEAST_ENFORCEMENT)
    kept_texts = _kept_inside(c.joined, texts, c.compliance)
    return Forums(blocs, texts, _kept_inside(c.member, blocs, c.compliance), kept_texts)


@njit(cache=True, error_model="numpy")
def _kept_inside(inside: B, weight: F, compliance: F) -> F:
    """Weight of each forum times the mean compliance of its members; 0 where it weighs nothing."""
    kept = np.zeros(weight.size)
    for k in range(weight.size):
        if weight[k] > 0.0:
            total, count = _sum_inside(compliance, inside[k])
            kept[k] = weight[k] * total / count
    return kept


@njit(cache=True, error_model="numpy")
def _kept_of_states(c: Columns, s: int, partners: Links, forums: Forums) -> F:
    kept = np.zeros(s)
    _add_kept_deals(c.depth, partners, c.kind, c.conduct, kept)
    _add_kept_forums(c.member, forums.blocs, forums.kept_blocs, kept)
    _add_kept_forums(c.joined, forums.texts, forums.kept_texts, kept)
    return kept


@njit(cache=True, error_model="numpy")
def _tally_partners(actors: I64, depth: I8, held: I8, kind: I8, out: Tally) -> None:
    """Partners by source and by kind: held at the start and still partners, new, lost."""
    for a in range(len(actors)):
        f, tally = actors[a], out[a]
        for j in range(depth.shape[0]):
            now, before = depth[f, j] > 0, held[f, j] != NEW
            tally.sources[held[f, j]] += now
            tally.held[kind[j]] += now and before
            tally.new[kind[j]] += now and not before
            tally.lost[kind[j]] += before and not now


@njit(cache=True, error_model="numpy")
def _kept_share(conduct: I8, i: int, j: int) -> float:
    """Share of the remembered quarters with a deal in which i kept its word to j; 1 if there was none yet."""
    kept = broken = 0
    for quarter in range(REMEMBERED):
        kept += conduct[quarter, i, j] > 0
        broken += conduct[quarter, i, j] < 0
    return kept / (kept + broken) if kept + broken > 0 else 1.0


@njit(cache=True, error_model="numpy")
def kept_deal(depth: I8, conduct: I8, i: int, j: int) -> float:
    """What a deal counts in C: its weight times the share of promises that both have kept."""
    return depth[i, j] / MAX_DEPTH * (_kept_share(conduct, i, j) + _kept_share(conduct, j, i)) / 2


@njit(cache=True, error_model="numpy")
def _add_kept_deals(depth: I8, partners: Links, kind: I8, conduct: I8, kept: F) -> None:
    """In the order of the partners of each state; a deal of two states, the same to both, is worked out once."""
    start, partner = partners
    for i in range(kept.size):
        for j in partner[start[i] : start[i + 1]]:
            if j > i and _category(kind[j], -1) != _MEANS:
                worth = kept_deal(depth, conduct, i, j)
                kept[i] += worth
                if j < kept.size:
                    kept[j] += worth


@njit(cache=True, error_model="numpy")
def _add_kept_forums(inside: B, weight: F, kept: F, out: F) -> None:
    for k in range(weight.size):
        if weight[k] > 0.0:
            for i in range(out.size):
                if inside[k, i]:
                    out[i] += kept[k]


@njit(cache=True, error_model="numpy")
def _rank(kept: F, actors: I64, out: Tally) -> None:
    """How many states have kept more than each actor, and one."""
    for a in range(len(actors)):
        out[a].rank = 1
        for i in range(kept.size):
            out[a].rank += i != actors[a] and kept[i] > out[a].kept + APART


@njit(cache=True, error_model="numpy")
def _tally_deals(c: Columns, actors: I64, out: Tally) -> None:
    """Counts, closeness and gains of deals; weights and kept promises of those that are commitments."""
    depth, kind, camp = c.depth, c.kind, c.camp
    for a in range(len(actors)):
        f, tally = actors[a], out[a]
        for j in range(depth.shape[0]):
            rung = depth[f, j]
            if rung == 0:
                continue
            side = camp[j] if camp[j] >= 0 else _NO_CAMP
            t = _deal_track(c.track[f, j], kind[f], kind[j])
            tally.deals[kind[j], rung - 1] += 1
            tally.track_deals[t] += 1
            if kind[j] == STATE:
                tally.camp_partners[side] += 1
            z = rung / MAX_DEPTH
            category = _category(kind[j], camp[j])
            if category != _MEANS:
                tally.by_category[category] += z
                tally.by_track[t] += z
                kept = kept_deal(depth, c.conduct, f, j)
                tally.kept += kept
                tally.kept_by[c.held[f, j]] += kept
            tally.camp_weight[side] += z
            tally.deal_weight += z
            gap = min(1.0, np.sqrt(squared_distance(c.terms[f, j], c.position_start[f], c.weight[f])))
            tally.aligned += z * (1.0 - gap)
            gain = _satisfaction(c.terms, c.position, c.weight, f, f, j)
            partner_gain = _satisfaction(c.terms, c.position, c.weight, j, f, j)
            tally.value_total += gain + partner_gain
            tally.value_gap += gain - partner_gain


@njit(cache=True, error_model="numpy")
def _satisfaction(terms: F, position: F, weight: F, i: int, a: int, b: int) -> float:
    """V: how close the terms of the deal of a and b are to the position of i, 1 − distance."""
    gap = 0.0
    for d in range(position.shape[1]):
        gap += weight[i, d] * (terms[a, b, d] - position[i, d]) ** 2
    return 1.0 - min(1.0, np.sqrt(gap))


@njit(cache=True, error_model="numpy")
def _tally_minds(actors: I64, start: F, position: F, weight: F, opinion: F, out: Tally) -> None:
    """How far the actors have moved, and what their publics say."""
    for a in range(len(actors)):
        f = actors[a]
        out[a].drift = min(1.0, np.sqrt(squared_distance(position[f], start[f], weight[f])))
        if f < opinion.shape[0]:
            out[a].support = support_of(opinion[f])


@njit(cache=True, error_model="numpy")
def _tally_forums(
    actors: I64, inside: B, weight: F, kept: F, regional: B, part: int, out: Tally, number: F
) -> None:  # fmt: skip
    """Weights and kept promises of the blocs or instruments that weigh, and to ``number`` (a,) how many they are."""
    for k in range(weight.size):
        for a in range(len(actors)):
            if weight[k] > 0.0 and inside[k, actors[a]]:
                number[a] += 1
                out[a].by_category[_REGIONAL if regional[k] else _MULTILATERAL] += weight[k]
                out[a].by_track[REGIONAL if regional[k] else MULTILATERAL] += weight[k]
                out[a].kept += kept[k]
                out[a].kept_by[part] += kept[k]


@njit(cache=True, error_model="numpy")
def _sum_inside(values: F, inside: B) -> tuple[float, int]:
    """Sum of the values of those inside, and their number."""
    total, count = 0.0, 0
    for i in range(values.size):
        total += values[i] * inside[i]  # no branch: who is inside is hard to guess
        count += inside[i]
    return total, count
