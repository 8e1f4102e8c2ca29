"""C.7, before a run starts: how far each text reaches, and how inclined each state is to join."""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.arithmetic import product
from simulation.processes.instruments import CENTRED, FACTORS, coefficients, factors_of, joiners_of, texts_of
from simulation.randomness import Stream, key, normal, uniform
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import DOMAINS, I8, B, F, State

ELSEWHERE = 0.5
"""What a text of another domain counts in a habit, against one of the same (assumption)."""


def draw_reach(state: State, par: Parameters, mech: Mechanisms, seed: int, replicate: int) -> None:
    """Draw the reach of every instrument from its prior, once a replicate (normal, keyed).

    The reach is the log odds with which the average eligible state joins in a quarter; the intercept
    is the reach less what the :data:`CENTRED` factors are worth to that state. An exclusive club has
    a lower mean. A text that is in the record already keeps the reach of its kind: the record says
    who joined, and enters through the factors.
    """
    stream = key(seed, replicate, -1, Stream.INSTRUMENT_REACH)
    offset = centres(state, par, mech)
    for q, uid in enumerate(state.instrument_uid):
        reach = par.join_intercept - par.join_club * state.instrument_club[q]
        reach += par.join_intercept_sd * normal(uniform(stream, uid, np.uint64(0)))
        state.reach_intercept[q] = reach - offset[q]


def centres(state: State, par: Parameters, mech: Mechanisms) -> F:
    """What the :data:`CENTRED` factors add to the log odds of the average eligible state, shape (q,)."""
    everyone = mean_factors(state, par)
    return product(everyone[:, CENTRED], coefficients(par, mech)[list(CENTRED)])


def mean_factors(state: State, par: Parameters) -> F:
    """Mean of every factor over the eligible states as if nobody had joined, shape (q, len(FACTORS))."""
    chosen = np.ones(len(state.instrument_ids), bool)
    out = np.zeros((len(chosen), state.contiguous.shape[0], len(FACTORS)))
    text = texts_of(state)._replace(joined=np.zeros_like(state.joined))
    nobody_in = np.zeros((0, 0))
    factors_of(chosen, text, joiners_of(state, par), nobody_in, par.affinity_width, out)
    count = state.eligible[:, : out.shape[1]].sum(axis=1)
    return np.asarray(out.sum(axis=1) / np.maximum(count, 1)[:, None])


def habits(eligible: B, joined: B, domain: I8) -> F:
    """Inclination to join by domain, (earlier joins + .5)/(earlier eligible + 1), shape (5, n).

    A text of another domain counts by :data:`ELSEWHERE`: alone, a domain has one or two lists.

    Parameters
    ----------
    eligible, joined
        Shape (q, n), of the instruments on which a state has had time to decide; leave out those
        whose lists are incomplete or that open later.
    domain
        Index into ``DOMAINS``, shape (q,).
    """
    result = np.empty((len(DOMAINS), eligible.shape[1]))
    for d in range(len(DOMAINS)):
        weight = np.where(domain == d, 1.0, ELSEWHERE)
        could = product(weight[None, :], eligible)[0]
        did = product(weight[None, :], joined & eligible)[0]
        result[d] = (did + 0.5) / (could + 1.0)
    return result


@njit(cache=True, error_model="numpy")
def peer_weights(likeness: F, member: B) -> F:
    """How much each state heeds each other as a peer, shape (s, s), zero diagonal.

    a_ij·(1 + number of blocs that both belong to). Rows are not normalised: a share is taken
    over the states that are eligible for the instrument at hand.

    Parameters
    ----------
    likeness
        Affinity a_ij, shape (s, s) or larger; only the states' block is read.
    member
        Membership, shape (b, s) or larger; ``s`` is the smaller of the two widths.
    """
    s = min(likeness.shape[0], member.shape[1])
    weights = np.zeros((s, s))
    for i in range(s):
        for j in range(s):
            if i != j:
                shared = 0
                for k in range(member.shape[0]):
                    if member[k, i] and member[k, j]:
                        shared += 1
                weights[i, j] = likeness[i, j] * (1.0 + shared)
    return weights
