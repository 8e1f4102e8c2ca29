"""C.7 Instruments: who joins a declaration, a convention, a coalition (step 9 of a quarter).

An eligible state that has not joined an open instrument joins it this quarter with a logistic
hazard: event-history diffusion (Simmons & Elkins 2004, *The Globalization of Liberalization*;
Shipan & Volden 2008, *The Mechanisms of Policy Diffusion*). The log odds are the instrument's
own intercept plus one coefficient times each of :data:`FACTORS`. All states decide on what was
so at the start of the step. Nobody leaves. A state that may not join is not a "no": it is masked.

A joined instrument counts z = 1/3 (a declaration), 2/3 (binding, not in force) or 1 (binding, in
force), times the enforcement e of its convener.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from simulation.kernels import add_rows, exp, log, logs
from simulation.processes.affinity import falloff, likeness_of_all
from simulation.processes.blocs import member_lists, members_of
from simulation.randomness import Draws, Stream, uniform
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import DOMAINS, I8, I32, MULTILATERAL, NOBODY, REGIONAL, STATE, Asked, B, F, State, by_column

FACTORS = (
    "affinity",
    "sponsor",
    "peers",
    "neighbours",
    "habit",
    "capacity",
    "sovereignty",
    "urgency",
    "norm",
    "attention",
    "launch",
    "votes",
    "size",
    "house",
    "launch_binding",
    "consultation",
)
"""What moves a state to join, in the order of the last axis of :func:`joining_factors`."""

_CIVIL = DOMAINS.index("civil")
_OF_OTHERS = [FACTORS.index(name) for name in ("peers", "neighbours")]
LEAST_EFFORT = 0.01
"""Multiple of the recorded effort below which a track counts as left: a logarithm needs a floor."""
SMALLEST = 0.005
"""Size below which a state counts as this small: a logarithm needs a floor."""
CENTRED = tuple(map(FACTORS.index, FACTORS[:2] + FACTORS[4:7] + ("votes", "size", "house")))
"""Factors counted from their mean over the eligible when a run starts, so that the reach of a text is the log odds
of the average state that may join it, and a text of few members does not start from a mean of all states."""


class Texts(NamedTuple):
    """Columns of the instruments that the factors depend on, with the shapes of :class:`State`."""

    position: F
    binding: B
    regional: B
    domain: I8
    sponsor: B
    eligible: B
    joined: B
    launching: B
    house: B


class Joiners(NamedTuple):
    """Columns of the actors that the factors depend on, with the shapes of :class:`State`."""

    position: F
    weight: F
    log_size: F
    capacity: F
    urgency: F
    norm: B
    effort: F
    habit: F
    trust: F
    worth: F
    contiguous: B
    consulted: F


def instrument_z(state: State, least: float = 0.0) -> F:
    """What each instrument counts for its members, e·z, shape (q,), in [0, 1]; e counting ``least`` or more."""
    z = np.where(state.binding, np.where(state.in_force, 1.0, 2.0 / 3.0), 1.0 / 3.0)
    return np.maximum(state.instrument_enforcement, least) * z


def is_open(state: State) -> B:
    """Instruments that can be joined this quarter, shape (q,)."""
    return (state.opens <= state.quarter) & (state.quarter <= state.closes)


def coefficients(par: Parameters, mech: Mechanisms) -> F:
    """Log odds per unit of each factor, shape (len(FACTORS),)."""
    return np.array(
        [
            par.join_affinity,
            par.join_sponsor,
            par.join_peers,
            par.join_neighbours,
            par.join_habit,
            par.join_capacity,
            -par.join_sovereignty,
            par.join_urgency,
            par.join_norm,
            par.forum_attention,
            par.join_launch,
            par.join_votes,
            par.join_size,
            par.join_house,
            -par.join_launch_binding,
            par.consultation,
        ]
    )


@njit(cache=True, error_model="numpy", forceinline=True)  # a call would count references to every column
def sponsor_pull(i: int, sponsors: I32, trust: F, worth: F) -> float:
    """Trust in the sponsor times its size, for the sponsor that pulls most; one trusts oneself."""
    best = 0.0
    for j in sponsors:
        best = max(best, worth[j] if i == j else trust[i, j] * worth[j])
    return best


@njit(cache=True, error_model="numpy")
def peer_shares(eligible: B, joined: B, weight_of: F) -> F:
    """Weighted share of the other eligible states already in, for each state, shape (s,).

    ``weight_of[j, i]`` is how much j counts for i, so that the inner loop runs along memory. 0 where
    nobody else is eligible.
    """
    s = weight_of.shape[0]
    inside, everybody = np.zeros(s), np.zeros(s)
    add_rows(weight_of, members_of(eligible, s), everybody)
    add_rows(weight_of, members_of(eligible & joined, s), inside)
    for i in range(s):
        inside[i] = inside[i] / everybody[i] if everybody[i] > 0.0 else 0.0
    return inside


@njit(cache=True, error_model="numpy", forceinline=True)
def neighbour_share(neighbours: I32, eligible: B, joined: B) -> float:
    """Share of the eligible among a state's neighbours already in; 0 if it has none."""
    inside, n = 0, 0
    for j in neighbours:
        if eligible[j]:
            n += 1
            inside += int(joined[j])
    return inside / n if n > 0 else 0.0


@njit(cache=True, error_model="numpy")
def factors_of(chosen: B, text: Texts, who: Joiners, weight_of: F, width: float, out: F) -> None:
    """Fill ``out`` (q, s, factors) for the eligible non-members of the ``chosen`` instruments.

    With an empty ``weight_of`` nobody looks at others who are in: peers and neighbours stay 0.
    """
    near = member_lists(who.contiguous, who.contiguous.shape[0])
    for q in range(len(chosen)):
        if chosen[q]:
            _look_at(q, text, who, weight_of, near, falloff(width), out[q])


@njit(cache=True, error_model="numpy")
def joining_odds(
    chosen: B, text: Texts, who: Joiners, weight_of: F, width: float, intercept: F, coefficient: F
) -> tuple[F, F]:
    """Log odds of joining and affinity to the text, each (q, s), where :func:`factors_of` would fill factors."""
    s = who.contiguous.shape[0]
    odds, likeness = np.zeros((len(chosen), s)), np.zeros((len(chosen), s))
    near, factors = member_lists(who.contiguous, s), np.zeros((s, len(coefficient)))
    for q in range(len(chosen)):
        if chosen[q]:
            _look_at(q, text, who, weight_of, near, falloff(width), factors)
            for i in range(s):
                if text.eligible[q, i] and not text.joined[q, i]:
                    odds[q, i] = log_odds(intercept[q], factors[i], coefficient)
                    likeness[q, i] = factors[i, 0]
    return odds, likeness


@njit(cache=True, error_model="numpy")
def _look_at(q: int, text: Texts, who: Joiners, weight_of: F, near: tuple[I32, I32], fall: float, out: F) -> None:
    """The factors of one instrument, written to the rows of ``out`` (s, factors) of those who may join it."""
    s, watched = who.contiguous.shape[0], weight_of.size > 0
    starts, neighbours = near
    eligible, joined, sponsors = text.eligible[q], text.joined[q], members_of(text.sponsor[q], text.sponsor.shape[1])
    peers = peer_shares(eligible[:s], joined[:s], weight_of) if watched else np.zeros(s)
    track = REGIONAL if text.regional[q] else MULTILATERAL
    likeness = np.empty(s)
    likeness_of_all(who.position, who.weight, text.position[q], fall, likeness)
    for i in range(s):
        if joined[i] or not eligible[i]:
            continue
        row = out[i]
        row[0] = likeness[i]
        row[1] = sponsor_pull(i, sponsors, who.trust, who.worth)
        row[2] = peers[i]
        if watched:
            row[3] = neighbour_share(neighbours[starts[i] : starts[i + 1]], eligible, joined)
        row[4] = who.habit[text.domain[q], i]
        row[5] = who.capacity[i]
        row[6] = who.position[i, 3] if text.binding[q] else 0.0
        row[7] = who.urgency[i]
        row[8] = 1.0 if text.domain[q] == _CIVIL and who.norm[i] else 0.0
        row[9] = log(max(who.effort[i, track], LEAST_EFFORT))
        row[10] = 1.0 if text.launching[q] else 0.0
        row[11] = 1.0 - abs(who.position[i, 3] - text.position[q, 3])
        row[12] = who.log_size[i]
        row[13] = 1.0 if text.house[q, i] else 0.0
        row[14] = 1.0 if text.launching[q] and text.binding[q] else 0.0
        row[15] = who.consulted[i]


def joining_factors(state: State, par: Parameters, chosen: B | None = None, watched: bool = True) -> F:
    """Every factor of joining, shape (q, s, len(FACTORS)); zero where i cannot join q.

    Parameters
    ----------
    chosen
        Instruments to look at, shape (q,); default those open this quarter.
    watched
        Whether peers and neighbours are looked at (they are costly), or 0.

    Notes
    -----
    A state sponsor counts by its size m, any other sponsor (a secretariat) by
    ``join_secretariat``; of several the one with the greatest τ̂·m counts. ``attention`` is the log
    of the state's effort on the track as a multiple of the recorded one; ``launch`` is 1 in the
    quarter in which the instrument opens, when signatures are collected for the occasion.
    """
    chosen = is_open(state) if chosen is None else chosen
    out = np.zeros((len(chosen), state.contiguous.shape[0], len(FACTORS)))
    factors_of(
        chosen, texts_of(state), joiners_of(state, par), _peers(state, watched), par.affinity_width, out
    )
    return out


def _peers(state: State, watched: bool) -> F:
    """How much each state counts for each, a row for who counts; empty if nobody is watched."""
    return by_column(state.peer_weight) if watched else np.zeros((0, 0))


def texts_of(state: State) -> Texts:
    """Columns of the instruments as the factors read them."""
    return Texts(
        state.instrument_position, state.binding, state.instrument_regional, state.instrument_domain, state.sponsor,
        state.eligible, state.joined, state.opens == state.quarter, state.instrument_house,
    )  # fmt: skip


def joiners_of(state: State, par: Parameters) -> Joiners:
    """Columns of the actors as the factors read them."""
    return Joiners(
        state.position,
        state.weight,
        logs(np.maximum(state.size, SMALLEST)),
        state.capacity,
        state.urgency,
        state.norm,
        state.effort,
        state.habit,
        state.trust_hat,
        np.where(state.kind == STATE, state.size, par.join_secretariat),
        state.contiguous,
        state.consulted,
    )


@njit(cache=True, error_model="numpy", inline="always")
def log_odds(intercept: float, factors: F, coefficient: F) -> float:
    """Log odds of joining this quarter: the intercept plus the terms, in order."""
    total = intercept
    for f in range(len(coefficient)):
        total += coefficient[f] * factors[f]
    return total


@njit(cache=True, error_model="numpy")
def draw_joins(
    chosen: B, eligible: B, joined: B, odds: F, text_uid: np.ndarray, uid: np.ndarray, stream: np.uint64, own: F
) -> B:
    """Who joins what, shape (q, s); ``own`` (q, s) replaces hazards where it is not negative."""
    new = np.zeros(odds.shape, np.bool_)
    for q in range(odds.shape[0]):
        if chosen[q]:
            for i in range(odds.shape[1]):
                if eligible[q, i] and not joined[q, i]:
                    hazard = own[q, i]
                    if hazard < 0.0:
                        hazard = 1.0 / (1.0 + exp(-odds[q, i]))
                    new[q, i] = uniform(stream, text_uid[q], uid[i]) < hazard
    return new


def own_hazards(state: State, chosen: B, odds: F, asked: Asked) -> F:
    """Hazards (q, s) of states that decide for themselves about a text that they may join; -1 elsewhere."""
    own = np.full(odds.shape, -1.0)
    for i, hazard in asked.items():
        for q in np.flatnonzero(chosen & state.eligible[:, i] & ~state.joined[:, i]):
            own[q, i] = hazard(state.instrument_ids[q], odds[q, i])
    return own


def join_instruments(
    state: State, par: Parameters, mech: Mechanisms, draws: Draws, asked: Asked = NOBODY
) -> None:
    """Let states join the open instruments, which may enter into force. Off (``instruments``): nothing.

    ``asked`` are states that decide for themselves.

    Writes ``joined``, ``join_quarter``, ``in_force`` and, for those who join, ``track_success``,
    ``formed`` and ``reward`` (the :func:`text_utility` of the instrument) on the regional track for
    a regional instrument and on the multilateral track for another.
    """
    if not mech.on("instruments"):
        return
    chosen, coefficient = is_open(state), coefficients(par, mech)
    odds, likeness = joining_odds(
        chosen, texts_of(state), joiners_of(state, par), _peers(state, bool(coefficient[_OF_OTHERS].any())),
        par.affinity_width, state.reach_intercept, coefficient,
    )  # fmt: skip
    new = draw_joins(
        chosen, state.eligible, state.joined, odds, state.instrument_uid, state.uid, draws.key(Stream.JOIN),
        own_hazards(state, chosen, odds, asked),
    )  # fmt: skip
    salience = par.salience_floor + par.salience_capacity * state.capacity
    _enter(
        new, chosen, state.quarter, state.instrument_regional, likeness, salience, instrument_z(state), state.needed,
        state.joined, state.join_quarter, state.in_force, state.track_success, state.formed, state.reward,
    )  # fmt: skip


@njit(cache=True, error_model="numpy", inline="always")
def text_utility(salience: float, closeness: float, worth: float) -> float:
    """Utility of being in an instrument: AI salience times affinity to the text times e·z."""
    return salience * closeness * worth


@njit(cache=True, error_model="numpy")
def _enter(
    new: B, chosen: B, quarter: int, regional: B, likeness: F, salience: F, worth: F, needed: I32, joined: B,
    join_quarter: I32, in_force: B, success: F, formed: I32, reward: F,
) -> None:  # fmt: skip
    """Those who join are in from this quarter on, with the credit of it; texts that enough have joined are in force."""
    for q in range(len(chosen)):
        if not chosen[q]:
            continue
        track = REGIONAL if regional[q] else MULTILATERAL
        for i in range(new.shape[1]):
            if new[q, i]:
                joined[q, i] = True
                join_quarter[q, i] = quarter
                success[i, track] += 1.0
                formed[i, track] += 1
                reward[i, track] += text_utility(salience[i], likeness[q, i], worth[q])
        in_force[q] |= joined[q].sum() >= max(needed[q], 1)


def joining_terms(state: State, par: Parameters, mech: Mechanisms, i: int, q: int) -> dict[str, float]:
    """The terms of the log odds with which state ``i`` joins instrument ``q`` this quarter, by name.

    ``intercept`` comes first, then :data:`FACTORS`; the terms, summed in this order, are the log
    odds. All terms but the intercept are zero for a state that is in already or may not join.
    """
    chosen = np.arange(len(state.instrument_ids)) == q
    terms = coefficients(par, mech) * joining_factors(state, par, chosen)[q, i]
    return {"intercept": float(state.reach_intercept[q]), **dict(zip(FACTORS, terms.tolist(), strict=True))}
