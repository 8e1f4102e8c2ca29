"""C.13 Publics: campaigns under bounded confidence, and the vote on what goes beyond a memorandum.

Each public is a distribution of support for cooperation. A deal of a state with an influencer is a
campaign in that state's public. It moves those who stand close enough to its message (Deffuant et al.
2000; Hegselmann & Krause 2002), which mixes the official line of the state, by the weight of its
payment, with the influencer's own stance; a counter-campaign drags it towards rejection. Its reach
halves every two quarters. Payment that is public costs reach; payment that is hidden can come out.
The support of a public gates every deepening beyond a memorandum (Putnam 1988).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy.special import betaincinv

from simulation.kernels import Draws, Stream, exp, uniform
from simulation.processes.norms import count_ngos, detected
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import I8, I32, I64, INFLUENCER, NOBODY, U64, Asked, B, F, State

QUANTILES = 101
"""Points of the distribution of opinion in each public."""

DIGITS = 9
"""Digits behind the point that are kept of a quantile of Beta."""

_MAJORITY = 0.5
_USUAL = np.empty((0, 0))
"""Messages of influencers where none writes its own."""
SOFTNESS = 0.1
"""How far from one half an opinion must be to be nearly sure of itself: assumption."""
OFFICIAL = 0.6
"""Official line of a state whose strategy names none: assumption."""
WEIGHT_OF_PAYMENT = 0.5
"""Weight of the official line in the message of a paid campaign: assumption."""
_SQUARE_ROOT_OF_HALF = float(np.sqrt(0.5))
_WIDEST = 0.95
"""Largest standard deviation of an opinion, as a share of that of a public split between 0 and 1."""


def move_opinions(
    state: State, par: Parameters, mech: Mechanisms, draws: Draws, asked: Asked = NOBODY
) -> None:
    """One quarter of every campaign in the public of the state that runs it (C.13).

    ``y ← y + μ_D·reach·(b - y)`` where ``|b - y| < ε``, with reach the influencer's audience there times
    :func:`fading`, and times ``1 - T·disclosure_cost`` where payment is public. Influencers speak one
    after the other in the order of their uids.

    A hidden payment comes out with the probability that a breach of the payer is seen (C.12, so
    NGOs raise it). In that quarter the campaign is silent: ``y ← y(1 - backlash·audience)``, each party
    to a deal with the payer notes evidence ``par.backlash_trust`` against it, and all its payments are
    public from then on.

    ``asked`` are influencers that write the message of a campaign themselves.
    """
    if not mech.on("campaigns"):
        return
    s, watch = state, par.ngo_monitoring if mech.on("watching") else 0.0
    _campaign(
        s.opinion, _asked_messages(s, asked) if asked else _USUAL, s.stance, s.campaign_line, s.campaign_counter,
        s.audience, s.since, s.quarter, s.campaign_weight, s.campaign_open, s.transparency, s.uid, s.depth, s.kind,
        s.beta, draws.key(Stream.EXPOSURE_OF_CAMPAIGN), (par.persuasion, par.tolerance, par.disclosure_cost),
        (par.backlash, par.backlash_trust), (par.detection, watch),
    )  # fmt: skip


def _asked_messages(state: State, asked: Asked) -> F:
    """:func:`messages` of all influencers, with those that they write themselves."""
    rows = speakers(state.kind, state.uid)
    message = messages(rows, state.campaign_weight, state.campaign_line, state.stance, state.campaign_counter, state.s)
    for k, row in enumerate(rows.tolist()):
        if row in asked:
            for p in np.flatnonzero(state.depth[row, : state.s]):
                message[k, p] = asked[row](int(p), float(message[k, p]))
    return np.asarray(message)


@njit(cache=True, error_model="numpy")
def speakers(kind: I8, uid: U64) -> I64:
    """Rows of the influencers, in the order of their uids."""
    found = np.flatnonzero(kind == INFLUENCER)
    return found[np.argsort(uid[found], kind="mergesort")]


@njit(cache=True, error_model="numpy")
def messages(rows: I64, weight: F, line: F, stance: F, counter: F, s: int) -> F:
    """Message b of each of some influencers in a campaign for each state, (len(rows), s), in [0, 1]."""
    message = np.empty((rows.size, s))
    for k in range(rows.size):
        own = stance[rows[k]]
        for p in range(s):
            message[k, p] = (weight[p] * line[p] + (1.0 - weight[p]) * own) * (1.0 - counter[p])
    return message


@njit(cache=True, error_model="numpy")
def fading(age: int) -> float:
    """What is left of the reach of a campaign after so many quarters: it halves every two."""
    left = _SQUARE_ROOT_OF_HALF if age % 2 else 1.0
    for _ in range(age // 2):
        left *= 0.5
    return left


def support(state: State) -> F:
    """L: support for cooperation of each public, the mean of σ((y − 1/2)/.1) over it; shape (s,)."""
    return np.asarray(_support(state.opinion), np.float64)


def passing(state: State, par: Parameters, publics: F | None = None) -> F:
    """Probability that the public of each actor lets a deal go beyond a memorandum, (n,); 1 without a say.

    ``publics`` is the :func:`support` of each as it stands, if it is at hand.
    """
    public = support(state) if publics is None else publics
    return np.asarray(_passing(public, state.un_member, par.ratification_noise))


@njit(cache=True, error_model="numpy")
def _passing(public: F, un_member: B, noise: float) -> F:
    result = np.ones(un_member.size)
    for i in range(public.size):
        if un_member[i]:
            result[i] = ratified(public[i], noise)
    return result


def initial_opinion(mean: F, spread: float) -> F:
    """Quantiles of a Beta distribution for each public.

    Parameters
    ----------
    mean
        Shape (s,), mean support in [0, 1]. A mean of exactly 0 or 1 is a unanimous public.
    spread
        Standard deviation > 0; brought down where no distribution on [0, 1] with this mean is so wide.

    Returns
    -------
    F
        Shape (s, 101), each row sorted: the quantiles at (k + 1/2)/101.
    """
    different, public = np.unique(np.asarray(mean, np.float64), return_inverse=True)
    mean = different[:, None]  # the quantile function is slow, and most publics share a mean
    levels = (np.arange(QUANTILES) + 0.5) / QUANTILES
    widest = mean * (1.0 - mean)
    split = widest > 0.0
    variance = np.minimum(spread**2, _WIDEST**2 * widest)
    mass = np.divide(widest, variance, out=np.full_like(mean, 2.0), where=split) - 1.0
    inside = np.where(split, mean, 0.5)
    quantiles = betaincinv(inside * mass, (1.0 - inside) * mass, levels)  # the quantile function of Beta
    quantiles = quantiles.round(DIGITS)  # its last bit differs between processors
    return np.where(split, quantiles, mean)[public]


@njit(cache=True, error_model="numpy")
def _campaign(
    opinion: F, message: F, stance: F, line: F, counter: F, audience: F, since: I32, quarter: int, weight: F, known: B,
    transparency: F, uid: U64, depth: I8, kind: I8, beta: F, key: np.uint64, speaking: tuple[float, float, float],
    exposed: tuple[float, float], seen: tuple[float, float],
) -> None:  # fmt: skip
    """Every campaign's quarter.

    ``speaking``: step, bound, cost of disclosure; ``exposed``: backlash, evidence; ``seen``: what a breach is seen
    with if nobody watches, and what each NGO adds.
    """
    step, bound, cost = speaking
    ngos, rows = count_ngos(depth, kind), speakers(kind, uid)
    if message.shape[0] == 0:
        message = messages(rows, weight, line, stance, counter, opinion.shape[0])
    for k in range(rows.size):
        b = rows[k]
        for p in range(opinion.shape[0]):
            if depth[b, p] == 0 or audience[b, p] <= 0.0:
                continue
            hidden = weight[p] > 0.0 and not known[p]
            if hidden and uniform(key, uid[b], uid[p]) < detected(ngos[p], seen[0], seen[1]):
                known[p] = True
                for q in range(opinion.shape[1]):
                    opinion[p, q] *= 1.0 - exposed[0] * audience[b, p]
                _lose_trust(beta, depth, p, exposed[1])
                continue
            reach = audience[b, p] * fading(quarter - since[b, p])
            if weight[p] > 0.0 and known[p]:
                reach *= 1.0 - transparency[p] * cost
            persuade(opinion[p], message[k, p], step * reach, bound)


@njit(cache=True, error_model="numpy")
def persuade(opinions: F, message: float, step: float, bound: float) -> None:
    """Moves opinions closer to the message than ``bound`` by the share ``step`` of the gap, in place."""
    for k in range(len(opinions)):
        gap = message - opinions[k]
        if abs(gap) < bound:
            opinions[k] += step * gap


@njit(cache=True, error_model="numpy")
def _lose_trust(beta: F, depth: I8, payer: int, evidence: float) -> None:
    for j in range(depth.shape[0]):
        if depth[j, payer] > 0:
            beta[j, payer] += evidence


@njit(cache=True, error_model="numpy")
def _support(opinion: F) -> F:
    each = np.empty(opinion.shape[0])
    supports(opinion, each)
    return each


@njit(cache=True, error_model="numpy")
def supports(opinion: F, out: F) -> None:
    """:func:`support_of` of some publics (p, 101), written to ``out`` (p,).

    Four sums at a time do not wait for one another; each is in its order.
    """
    mark, fours = np.empty((4, opinion.shape[1])), out.size - out.size % 4
    for p in range(0, fours, 4):
        for k in range(4):
            _mark(opinion[p + k], mark[k])
        a, b, c, d = 0.0, 0.0, 0.0, 0.0
        for k in range(opinion.shape[1]):
            a, b, c, d = a + mark[0, k], b + mark[1, k], c + mark[2, k], d + mark[3, k]
        out[p], out[p + 1] = a / opinion.shape[1], b / opinion.shape[1]
        out[p + 2], out[p + 3] = c / opinion.shape[1], d / opinion.shape[1]
    for p in range(fours, out.size):
        out[p] = support_of(opinion[p])


@njit(cache=True, error_model="numpy")
def support_of(public: F) -> float:
    """L of one public, the mean of σ((y − 1/2)/.1) over its quantiles, in (0, 1): those in the middle count half."""
    mark, total = np.empty(public.size), 0.0
    _mark(public, mark)
    for k in range(public.size):
        total += mark[k]
    return total / public.size


@njit(cache=True, error_model="numpy")
def _mark(public: F, out: F) -> None:
    """Apart from the sum, so that several are worked on at once."""
    for k in range(public.size):
        out[k] = 1.0 / (1.0 + exp(-(public[k] - _MAJORITY) / SOFTNESS))


@njit(cache=True, error_model="numpy")
def ratified(support: float, noise: float) -> float:
    """Probability that a public of this support lets a deal go beyond a memorandum, ``σ((L - 1/2) / noise)``."""
    return float(1.0 / (1.0 + exp(-(support - _MAJORITY) / noise)))
