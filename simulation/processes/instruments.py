"""C.7 Instruments: who joins a declaration, a convention, a coalition (step 9 of a quarter).

In the quarter in which a text opens, an eligible state joins with the log odds of the *launch*; in each later
quarter one that has not joined does with those of the *pace*. Both are worked out when a run starts, from the model
fitted on the wide record, by the functions that a forecast calls (:mod:`simulation.intensity.joining`); here comes
what happens in the run, :data:`FACTORS`, each of which is zero in the recorded world at the start (urgency on average).
All states decide on what was so at the start of the step. Nobody leaves. A state that may not join is not a "no": it is
masked; one that was not asked to the opening can join only later.

At the opening the states of the union join as one or one by one, as the replicate has it, and who convenes a text is
in it all but surely. Simmons & Elkins 2004, *The Globalization of Liberalization*; Shipan & Volden 2008, *The
Mechanisms of Policy Diffusion*; Birkland 1998; Finnemore & Sikkink 1998.

A joined instrument counts z = 1/3 (a declaration), 2/3 (binding, not in force) or 1 (binding, in
force), times the enforcement e of its convener.
"""

from __future__ import annotations

from collections import namedtuple
from typing import NamedTuple

import numpy as np
from numba import njit

from simulation import arithmetic
from simulation.intensity.joining.chances import SPONSOR_JOINS
from simulation.intensity.joining.pace import AGES, LIMITS
from simulation.kernels import Draws, Stream, borrowed, exp, fill_uniform, log, put, uniform
from simulation.processes.affinity import falloff, likeness_of_all
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import DOMAINS, I8, I32, MULTILATERAL, NOBODY, REGIONAL, STATE, U64, Asked, B, F, State

FACTORS = ("standing", "inside", "affinity", "sponsor", "urgency", "norm", "attention", "crossing", "consultation")
"""What moves a state to join, in the order of their coefficients: how it stands to the text by
the fitted model, who is in; then what happens in the run: closeness gained since the start (or by a text
that stands elsewhere than its conveners), trust in the sponsor
beyond the usual, urgency beyond the usual, the norm adopted since the start, effort on the track, lines, NGOs heard."""
SETTLED = ("union", "convening")
"""What the opening adds to the sum of :data:`FACTORS`: the union's deciding as one, a convener's being in its text."""

Coefficients = tuple[float, ...]  # one of each of FACTORS
_CIVIL = DOMAINS.index("civil")
LEAST_EFFORT = 0.01
"""Multiple of the recorded effort below which a track counts as left: a logarithm needs a floor."""
SECRETARIAT_WORTH = 0.5
"""Size that a sponsor which is no state counts for (assumption)."""
LEAST_SHARE, MOST_SHARE = LIMITS
SECOND_YEAR, THIRD_YEAR, SEVENTH_YEAR = (int(4 * years) for years in AGES[1:])
"""Quarters after the opening from which on the pace is another."""
_NOBODY = np.zeros((0, 0))
_CONVENING = float(arithmetic.log(SPONSOR_JOINS / (1.0 - SPONSOR_JOINS)))


Columns = namedtuple(
    "Columns",
    "place regional domain sponsor eligible joined barred opens closes reach pace launch_standing pace_standing "
    "by_share crossed affinity_start as_one kind size in_union leaders position weight urgency norm norm_first effort "
    "trust reference consulted consulted_start",
)
"""Columns of the state that joining depends on, with the shapes of :class:`State`."""


class Texts(NamedTuple):
    """Columns of the instruments that the factors depend on, with the shapes of :class:`State`."""

    position: F
    regional: B
    domain: I8
    sponsor: B
    can: B  # [q, n] may join this quarter
    level: F  # [q] log odds of the average state
    standing: F
    inside: F  # [q] what the share that is in adds
    crossed: F
    affinity_start: F


class Joiners(NamedTuple):
    """Columns of the actors that the factors depend on, with the shapes of :class:`State`."""

    position: F
    weight: F
    urge: F  # [n] urgency beyond the usual
    norm: B  # [n] adopted since the start
    attention: F  # [2, s] log of the effort on the multilateral and the regional track, as multiples of the recorded
    convener: I32  # [k] sponsors of texts that can be joined, ascending
    trust: F  # [k, s] τ̂ in each, one in oneself
    reference: F  # [k, s] the same of the path without surprises
    worth: F
    consulted: F  # [n] NGOs heard more than at the start


class Opening(NamedTuple):
    """What settles who joins at an opening."""

    launching: B
    as_one: B
    sponsor: B
    in_union: B
    union: int  # row of the union itself, -1 if there is none


def instrument_z(state: State, least: float = 0.0) -> F:
    """What each instrument counts for its members, e·z, shape (q,), in [0, 1]; e counting ``least`` or more."""
    return np.asarray(worth_of_texts(state.binding, state.in_force, state.instrument_enforcement, least))


@njit(cache=True, error_model="numpy")
def worth_of_texts(binding: B, in_force: B, enforcement: F, least: float) -> F:
    """:func:`instrument_z` of its columns."""
    result = np.empty(enforcement.size)
    for q in range(result.size):
        z = 1.0 / 3.0
        if binding[q]:
            z = 1.0 if in_force[q] else 2.0 / 3.0
        result[q] = max(enforcement[q], least) * z
    return result


@njit(cache=True, error_model="numpy")
def _can_join(opens: I32, closes: I32, quarter: int, eligible: B, joined: B, barred: B) -> B:
    """Who may join what this quarter, shape (q, n): eligible, not in yet, asked to the opening if it opens now."""
    result = np.zeros(eligible.shape, np.bool_)
    for q in range(opens.size):
        if opens[q] <= quarter <= closes[q]:
            launching = opens[q] == quarter
            for i in range(eligible.shape[1]):
                result[q, i] = eligible[q, i] & (not joined[q, i]) & (not (barred[q, i] & launching))
    return result


def coefficients(par: Parameters, mech: Mechanisms) -> Coefficients:
    """Log odds per unit of each factor, in the order of :data:`FACTORS`."""
    return (
        1.0, 1.0, par.join_affinity, par.join_sponsor, par.join_urgency * mech.on("urgency"), par.join_norm,
        par.forum_attention, -1.0, par.consultation,
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def joining_odds(
    text: Texts, who: Joiners, opening: Opening, width: float, coefficient: Coefficients, s: int
) -> tuple[F, F]:
    """Log odds of joining and affinity to the text, each (q, s), of those who can join."""
    odds, likeness = np.zeros((len(text.level), s)), np.zeros((len(text.level), s))
    factors = np.zeros((len(coefficient), s))
    for q in range(len(text.level)):
        if not text.can[q, :s].any():
            continue
        _look_at(q, text, who, falloff(width), likeness[q], factors)
        _add_factors(text.level[q], factors, coefficient, odds[q])
        for i in range(s):
            odds[q, i] = odds[q, i] if text.can[q, i] else 0.0
        if opening.launching[q]:
            settle_union(q, opening, text.can, odds[q])
            settle_conveners(q, opening, text.can, odds[q])
    return odds, likeness


@njit(cache=True, error_model="numpy")
def _look_at(q: int, text: Texts, who: Joiners, fall: float, likeness: F, out: F) -> None:
    """The factors of one instrument, a row of ``out`` (factors, s) each, so that several states are worked on at once.

    Those of states that cannot join it mean nothing.
    """
    likeness_of_all(who.position, who.weight, text.position[q], fall, likeness)
    start, civil = text.affinity_start[q], text.domain[q] == _CIVIL
    closer, pulled, norm, usual = out[2], out[3], out[5], np.zeros(likeness.size)
    put(text.standing[q], out[0])
    out[1], out[3] = text.inside[q], 0.0
    for k in range(who.convener.size):
        if text.sponsor[q, who.convener[k]]:
            _pull_most(who.trust[k], who.worth[who.convener[k]], pulled)
            _pull_most(who.reference[k], who.worth[who.convener[k]], usual)
    for i in range(likeness.size):
        closer[i] = likeness[i] - start[i]
        pulled[i] -= usual[i]
        norm[i] = 1.0 if civil and who.norm[i] else 0.0
    put(who.urge, out[4])
    put(who.attention[int(text.regional[q])], out[6])
    put(text.crossed[q], out[7])
    put(who.consulted, out[8])


@njit(cache=True, error_model="numpy")
def _pull_most(trust: F, worth: float, out: F) -> None:
    """Trust in a sponsor times its size, written to ``out`` (s,) where it pulls more than others before."""
    for i in range(out.size):
        out[i] = max(out[i], trust[i] * worth)


@njit(cache=True, error_model="numpy")
def _add_factors(level: float, factors: F, coefficient: Coefficients, out: F) -> None:
    """Log odds of joining this quarter, written to ``out`` (s,): the level plus the terms, in order."""
    out[:] = level
    for f in range(len(coefficient)):
        for i in range(out.size):
            out[i] += coefficient[f] * factors[f, i]


@njit(cache=True, error_model="numpy")
def settle_union(q: int, opening: Opening, can: B, odds: F) -> None:
    """States of the union that decide as one share the mean of their chances; ``odds`` (s,) moves along."""
    if not opening.as_one[q]:
        return
    total, count = 0.0, 0
    for i in range(len(odds)):
        if opening.in_union[i] and can[q, i]:
            total += 1.0 / (1.0 + exp(-odds[i]))
            count += 1
    if count == 0:
        return
    mean = total / count
    for i in range(len(odds)):
        if opening.in_union[i] and can[q, i]:
            odds[i] = log(mean / (1.0 - mean))


@njit(cache=True, error_model="numpy")
def settle_conveners(q: int, opening: Opening, can: B, odds: F) -> None:
    """Who convenes a text is in it at least so surely; ``odds`` (s,) moves along."""
    for i in range(len(odds)):
        if opening.sponsor[q, i] and can[q, i]:
            odds[i] = max(odds[i], _CONVENING)


@njit(cache=True, error_model="numpy")
def _texts_of(c: Columns, quarter: int) -> Texts:
    """Columns of the texts that are open as the factors read them: of their opening or, later, of their pace."""
    can, standing = _can_join(c.opens, c.closes, quarter, c.eligible, c.joined, c.barred), c.launch_standing.copy()
    level, inside = c.reach.copy(), np.zeros(c.reach.size)
    for q in np.flatnonzero((c.opens < quarter) & (c.closes >= quarter)):
        age = quarter - c.opens[q] - 1
        level[q] = c.pace[q, int(age >= SECOND_YEAR) + int(age >= THIRD_YEAR) + int(age >= SEVENTH_YEAR)]
        put(c.pace_standing[q], standing[q])
        could, did = 0, 0
        for i in range(c.eligible.shape[1]):
            could += c.eligible[q, i]
            did += c.eligible[q, i] & c.joined[q, i]
        share = min(MOST_SHARE, max(LEAST_SHARE, did / max(could, 1)))
        inside[q] = c.by_share[q] * log(share / (1.0 - share))
    return Texts(c.place, c.regional, c.domain, c.sponsor, can, level, standing, inside, c.crossed, c.affinity_start)


@njit(cache=True, error_model="numpy")
def _joiners_of(c: Columns, can: B, usual_urgency: float, s: int) -> Joiners:
    """Columns of the actors as the factors read them."""
    convener, seen, usual = _in_conveners(c.sponsor, can, c.trust, c.reference, s)
    return Joiners(
        c.position, c.weight, c.urgency - usual_urgency, c.norm & ~c.norm_first, _attention(c.effort, s), convener,
        seen, usual, (c.kind == STATE) * c.size + (c.kind != STATE) * SECRETARIAT_WORTH,
        c.consulted - c.consulted_start,
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def _attention(effort: F, s: int) -> F:
    """Once for all texts: a logarithm is dear."""
    result = np.empty((2, s))
    for i in range(s):
        result[0, i] = log(max(effort[i, MULTILATERAL], LEAST_EFFORT))
        result[1, i] = log(max(effort[i, REGIONAL], LEAST_EFFORT))
    return result


@njit(cache=True, error_model="numpy")
def _in_conveners(sponsor: B, can: B, trust: F, reference: F, s: int) -> tuple[I32, F, F]:
    """What states trust sponsors of texts that can be joined, read along their rows: the way down a column is long."""
    counts = np.zeros(sponsor.shape[1], np.bool_)
    for q in range(len(sponsor)):
        if can[q, :s].any():
            counts |= sponsor[q]
    chosen = np.flatnonzero(counts).astype(np.int32)
    seen, usual = np.empty((chosen.size, s)), np.empty((chosen.size, s))
    for i in range(s):
        for k in range(chosen.size):
            seen[k, i], usual[k, i] = trust[i, chosen[k]], reference[i, chosen[k]]
    for k in range(chosen.size):
        if chosen[k] < s:  # one trusts oneself
            seen[k, chosen[k]] = usual[k, chosen[k]] = 1.0
    return chosen, seen, usual


@njit(cache=True, error_model="numpy")
def _opening(opens: I32, quarter: int, as_one: B, sponsor: B, in_union: B, leaders: I32) -> Opening:
    """What settles who joins at an opening this quarter."""
    union = leaders[0] if leaders.size > 0 else -1
    return Opening(opens == quarter, as_one, sponsor, in_union, union)


@njit(cache=True, error_model="numpy")
def _read(columns: Columns, quarter: int, usual_urgency: float, s: int) -> tuple[Texts, Joiners, Opening]:
    """All columns as joining reads them."""
    c, text = columns, _texts_of(columns, quarter)
    opening = _opening(c.opens, quarter, c.as_one, c.sponsor, c.in_union, c.leaders)
    return text, _joiners_of(c, text.can, usual_urgency, s), opening


def affinity_to_texts(state: State, par: Parameters, places: F) -> F:
    """Affinity of every state to places (q, 4), shape (q, n), 0 for other actors."""
    out = np.zeros((len(places), state.n))
    for q, place in enumerate(places):
        likeness_of_all(state.position, state.weight, place, falloff(par.affinity_width), out[q, : state.s])
    return out


@njit(cache=True, error_model="numpy")
def _draw_joins(can: B, opening: Opening, odds: F, text_uid: U64, uid: U64, stream: np.uint64, own: F, answer: I8) -> B:
    """Who joins what, shape (q, s).

    ``own`` (q, s) replaces hazards where it is not negative; it has no rows if nobody decides for itself.
    """
    new, s = np.zeros(odds.shape, np.bool_), odds.shape[1]
    luck, fixed = np.empty(s), np.empty(s)
    for q in range(len(text_uid)):
        if not can[q, :s].any():
            continue
        fixed[:] = -1.0
        if len(own) > 0:
            put(own[q], fixed)
        _answer(answer[q], can[q], fixed)
        fill_uniform(stream, text_uid[q], uid[:s], luck)
        if opening.launching[q] and opening.as_one[q]:
            together = uniform(stream, text_uid[q], uid[opening.union])
            for i in range(s):
                if opening.in_union[i] and fixed[i] < 0.0:
                    luck[i] = together
        _join(can[q], odds[q], fixed, luck, new[q])
    return new


@njit(cache=True, error_model="numpy")
def _join(can: B, odds: F, own: F, luck: F, out: B) -> None:
    """Whether each state joins one text, written to ``out`` (s,)."""
    for i in range(out.size):
        hazard = 1.0 / (1.0 + exp(-odds[i]))
        out[i] = can[i] & (luck[i] < (own[i] if own[i] >= 0.0 else hazard))


def luck_of(state: State, q: int, i: int) -> int:
    """Row of the actor whose luck decides whether a state joins a text this quarter."""
    together = state.opens[q] == state.quarter and state.as_one[q] and state.in_union[i]
    return int(state.leaders[0]) if together else i


def own_hazards(state: State, par: Parameters, mech: Mechanisms, asked: Asked) -> F:
    """Hazards (q, s) of states that decide for themselves about a text that they can join; -1 elsewhere.

    No rows if nobody does.
    """
    if not asked:
        return _NOBODY
    now = joining_of(state, par, mech)
    odds = all_log_odds(state, now)
    own = np.full(odds.shape, -1.0)
    for i, hazard in asked.items():
        for q in np.flatnonzero(now.text.can[:, i]):
            own[q, i] = hazard(state.instrument_ids[q], odds[q, i])
    return own


@njit(cache=True, error_model="numpy")
def _answer(answer: I8, can: B, own: F) -> None:
    """What a strategy says goes before all: 1 joins, -1 does not."""
    for i in range(own.size):
        if answer[i] != 0 and can[i]:
            own[i] = 1.0 if answer[i] > 0 else 0.0


def join_instruments(state: State, par: Parameters, mech: Mechanisms, draws: Draws, asked: Asked = NOBODY) -> None:
    """Let states join the open instruments, which may enter into force. Off (``instruments``): nothing.

    ``asked`` are states that decide for themselves.

    Writes ``joined``, ``join_quarter``, ``in_force`` and, for those who join, ``track_success``,
    ``formed`` and ``reward`` (the :func:`text_utility` of the instrument) on the regional track for
    a regional instrument and on the multilateral track for another.
    """
    if not mech.on("instruments"):
        return
    _join_instruments(
        _columns(state), state.quarter, par.urgency_usual, par.affinity_width, coefficients(par, mech), state.s,
        own_hazards(state, par, mech, asked), state.answer, state.instrument_uid, state.uid, draws.key(Stream.JOIN),
        state.binding, state.instrument_enforcement, state.needed, state.capacity,
        (par.salience_floor, par.salience_capacity), state.join_quarter, state.in_force, state.track_success,
        state.formed, state.reward,
    )  # fmt: skip


def _columns(state: State) -> Columns:
    s = state
    return Columns(
        s.instrument_position, s.instrument_regional, s.instrument_domain, s.sponsor, s.eligible, s.joined, s.barred,
        s.opens, s.closes, s.reach, s.pace, s.launch_standing, s.pace_standing, s.pace_by_share, s.crossed,
        s.affinity_start, s.as_one, s.kind, s.size, s.in_union, s.leaders, s.position, s.weight, s.urgency, s.norm,
        s.norm_first, s.effort, s.trust_hat, s.trust_reference, s.consulted, s.consulted_start,
    )  # fmt: skip


@njit(cache=True, error_model="numpy", inline="always")
def text_utility(salience: float, closeness: float, worth: float) -> float:
    """Utility of being in an instrument: AI salience times affinity to the text times e·z."""
    return salience * closeness * worth


@njit(cache=True, error_model="numpy")
def _join_instruments(
    columns: Columns, quarter: int, usual_urgency: float, width: float, coefficient: Coefficients, s: int, own: F,
    answer: I8, text_uid: U64, uid: U64, stream: np.uint64, binding: B, enforcement: F, needed: I32, capacity: F,
    salience: tuple[float, float], join_quarter: I32, in_force: B, success: F, formed: I32, reward: F,
) -> None:  # fmt: skip
    """Draw who joins: they are in from this quarter on, with the credit of it; what enough have joined is in force.

    ``salience``: that of AI governance to a state without capacity, and what it rises by with capacity.
    """
    columns = borrowed(columns)
    opens, joined = columns.opens, columns.joined
    text, who, opening = _read(columns, quarter, usual_urgency, s)
    odds, likeness = joining_odds(text, who, opening, width, coefficient, s)
    new = _draw_joins(text.can, opening, odds, text_uid, uid, stream, own, answer)
    worth = worth_of_texts(binding, in_force, enforcement, 0.0)
    for q in range(opens.size):
        if not opens[q] <= quarter <= columns.closes[q]:
            continue
        track, inside = REGIONAL if columns.regional[q] else MULTILATERAL, 0
        for i in range(s):
            if new[q, i]:
                joined[q, i] = True
                join_quarter[q, i] = quarter
                success[i, track] += 1.0
                formed[i, track] += 1
                reward[i, track] += text_utility(salience[0] + salience[1] * capacity[i], likeness[q, i], worth[q])
        for i in range(joined.shape[1]):
            inside += joined[q, i]
        in_force[q] |= inside >= max(needed[q], 1)


class Joining(NamedTuple):
    """All that joining depends on, as it stands just before the step."""

    text: Texts
    who: Joiners
    opening: Opening
    width: float
    coefficient: Coefficients  # of FACTORS


def joining_of(state: State, par: Parameters, mech: Mechanisms) -> Joining:
    """What joining depends on this quarter."""
    text, who, opening = _read(_columns(state), state.quarter, par.urgency_usual, state.s)
    return Joining(text, who, opening, par.affinity_width, coefficients(par, mech))


def all_log_odds(state: State, now: Joining) -> F:
    """Log odds with which each state joins each text this quarter, shape (q, s); 0 where it cannot."""
    return joining_odds(*now, state.s)[0]


def joining_terms(state: State, now: Joining, i: int, q: int) -> dict[str, float]:
    """The terms of the log odds with which state ``i`` joins instrument ``q`` this quarter, by name.

    ``intercept`` comes first, then :data:`FACTORS`, then :data:`SETTLED`; the terms, summed in this order, are the
    log odds. All terms but the intercept are zero for a state that cannot join.

    Notes
    -----
    A state sponsor counts by its size m, any other sponsor (a secretariat) by :data:`SECRETARIAT_WORTH`; of several
    the one with the greatest τ̂·m counts. ``attention`` is the log of the state's effort on the track as a multiple of
    the recorded one.
    """
    text, who, opening, width, coefficient = now
    factors, level, own = np.zeros((len(FACTORS), state.s)), float(text.level[q]), np.zeros(len(FACTORS))
    if text.can[q, i]:
        _look_at(q, text, who, falloff(width), np.zeros(state.s), factors)
        own = np.array(coefficient) * factors[:, i]
    settled = dict.fromkeys(SETTLED, 0.0)
    if opening.launching[q]:
        odds = np.zeros(state.s)
        _add_factors(level, factors, coefficient, odds)
        for name, settle in zip(SETTLED, (settle_union, settle_conveners), strict=True):
            before = odds[i]
            settle(q, opening, text.can, odds)
            settled[name] = float(odds[i] - before)
    return {"intercept": level, **dict(zip(FACTORS, own.tolist(), strict=True)), **settled}
