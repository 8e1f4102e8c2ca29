"""C.13 Publics: bounded confidence in messages, and the vote on binding deals.

Each public is a distribution of support for cooperation. Influencers move the part of it that
stands close enough to their message (Deffuant et al. 2000; Hegselmann & Krause 2002); the
share in favour gates binding deals (Putnam 1988).

The message an influencer sends is ``state.stance``: its own, or the official vision of the state
that pays it, or either moved by a counter-campaign. Which of these it is, is set when a run is
set up; here a payment matters by being disclosed, which costs reach, or hidden, which can come out.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.special import betaincinv

from simulation.kernels import exp
from simulation.processes.norms import detection_probability, ngo_partners
from simulation.randomness import Draws, Stream, uniform
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import INFLUENCER, F, State

QUANTILES = 101
"""Points of the distribution of opinion in each public."""

DIGITS = 9
"""Digits behind the point that are kept of a quantile of Beta."""

_MAJORITY = 0.5
_WIDEST = 0.95
"""Largest standard deviation of an opinion, as a share of that of a public split between 0 and 1."""


def move_opinions(state: State, par: Parameters, mech: Mechanisms, draws: Draws) -> None:
    """One quarter of messages from every influencer to every public it reaches (C.13).

    ``y ← y + μ_D·reach·(b - y)`` where ``|b - y| < ε``, with reach the audience times
    ``par.message_rate``, and times ``1 - T·disclosure_cost`` (T of the public's state) where the
    influencer is openly paid. Influencers speak one after the other in the order of their uids.

    A hidden payment comes out with the probability that a breach of the payer is seen (C.12, so
    NGOs raise it). In that quarter the influencer does not speak: ``y ← y(1 - backlash·audience)``
    in its publics, each party to a deal with the payer notes evidence ``par.backlash_trust``
    against it, and the payment is public from then on.
    """
    if not mech.on("opinion"):
        return
    rows = np.flatnonzero(state.kind == INFLUENCER)
    rows = rows[np.argsort(state.uid[rows], kind="stable")]
    _send(
        state.opinion,
        rows,
        state.stance,
        state.audience,
        state.paid_by,
        state.disclosed,
        state.transparency,
        state.uid,
        state.depth,
        state.beta,
        detection_probability(ngo_partners(state), par, mech),
        draws.key(Stream.EXPOSURE_OF_CAMPAIGN),
        (par.persuasion, par.tolerance, par.message_rate, par.disclosure_cost),
        (par.backlash, par.backlash_trust),
    )


def support(state: State) -> F:
    """Share of each public in favour of cooperation, the quantiles above one half; shape (s,)."""
    return np.asarray(_support(state.opinion), np.float64)


def ratification_probability(support: F, par: Parameters) -> F:
    """Probability that a public with this support lets a binding deal pass, shape of ``support``.

    ``σ((L - 1/2) / noise)``.
    """
    return np.asarray(_ratification(support, par.ratification_noise), np.float64)


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
def _send(
    opinion: F,
    rows: NDArray[np.int64],
    stance: F,
    audience: F,
    paid_by: NDArray[np.int32],
    disclosed: NDArray[np.bool_],
    transparency: F,
    uid: NDArray[np.uint64],
    depth: NDArray[np.int8],
    beta: F,
    detection: F,
    key: np.uint64,
    speaking: tuple[float, float, float, float],
    exposed: tuple[float, float],
) -> None:
    """Every influencer's quarter. ``speaking``: step, bound, rate, cost; ``exposed``: backlash, evidence."""
    step, bound, rate, cost = speaking
    for i in rows:
        payer = paid_by[i]
        if payer >= 0 and not disclosed[i] and uniform(key, uid[i], uid[payer]) < detection[payer]:
            disclosed[i] = True
            _turn_away(opinion, audience[i], exposed[0])
            _lose_trust(beta, depth, payer, exposed[1])
            continue
        for p in range(opinion.shape[0]):
            if audience[i, p] > 0.0:
                reach = rate * audience[i, p]
                if payer >= 0 and disclosed[i]:
                    reach *= 1.0 - transparency[p] * cost
                persuade(opinion[p], stance[i], step * reach, bound)


@njit(cache=True, error_model="numpy")
def persuade(opinions: F, message: float, step: float, bound: float) -> None:
    """Moves opinions closer to the message than ``bound`` by the share ``step`` of the gap, in place."""
    for k in range(len(opinions)):
        gap = message - opinions[k]
        if abs(gap) < bound:
            opinions[k] += step * gap


@njit(cache=True, error_model="numpy")
def _turn_away(opinion: F, reached: F, backlash: float) -> None:
    for p in range(opinion.shape[0]):
        for k in range(opinion.shape[1]):
            opinion[p, k] *= 1.0 - backlash * reached[p]


@njit(cache=True, error_model="numpy")
def _lose_trust(beta: F, depth: NDArray[np.int8], payer: int, evidence: float) -> None:
    for j in range(depth.shape[0]):
        if depth[j, payer] > 0:
            beta[j, payer] += evidence


@njit(cache=True, error_model="numpy")
def _support(opinion: F) -> F:
    share = np.empty(opinion.shape[0])
    for p in range(opinion.shape[0]):
        share[p] = share_in_favour(opinion[p])
    return share


@njit(cache=True, error_model="numpy")
def share_in_favour(public: F) -> float:
    """L: share of one public's quantiles in favour of cooperation, in [0, 1]."""
    count = 0
    for k in range(public.size):
        count += public[k] > _MAJORITY
    return count / public.size


@njit(cache=True, error_model="numpy")
def ratified(share: float, noise: float) -> float:
    """Probability that a public of which this share is in favour lets a binding deal pass."""
    return float(1.0 / (1.0 + exp(-(share - _MAJORITY) / noise)))


@njit(cache=True, error_model="numpy")
def _ratification(support: F, noise: float) -> F:
    probability = np.empty(len(support))
    for p in range(len(support)):
        probability[p] = ratified(support[p], noise)
    return probability
