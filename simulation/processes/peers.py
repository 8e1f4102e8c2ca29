"""Whom states heed (C.9, C.12), and how readily they joined before: who has adopted the norm when a run starts."""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.arithmetic import product
from simulation.state import I8, B, F

ELSEWHERE = 0.5
"""What a text of another domain counts in a habit, against one of the same (assumption)."""


def habit(eligible: B, joined: B, domain: I8, of: int) -> F:
    """Inclination to join texts of a domain, (earlier joins + .5)/(earlier eligible + 1), shape (n,).

    A text of another domain counts by :data:`ELSEWHERE`: alone, a domain has one or two lists.

    Parameters
    ----------
    eligible, joined
        Shape (q, n), of the instruments on which a state has had time to decide; leave out those
        whose lists are incomplete or that open later.
    domain
        Index into ``DOMAINS``, shape (q,).
    of
        Index of the domain.
    """
    weight = np.where(domain == of, 1.0, ELSEWHERE)
    could = product(weight[None, :], eligible)[0]
    did = product(weight[None, :], joined & eligible)[0]
    return np.asarray((did + 0.5) / (could + 1.0))


@njit(cache=True, error_model="numpy")
def peer_weights(likeness: F, member: B) -> F:
    """How much each state heeds each other as a peer, shape (s, s), zero diagonal.

    a_ij·(1 + number of blocs that both belong to). Rows are not normalised: a share is taken
    over those that are looked at.

    Parameters
    ----------
    likeness
        Affinity a_ij, shape (s, s) or larger; only the states' block is read.
    member
        Membership, shape (b, s) or larger; ``s`` is the smaller of the two widths.
    """
    s = min(likeness.shape[0], member.shape[1])
    weights, shared = np.zeros((s, s)), np.empty(s)
    for i in range(s):
        shared[:] = 1.0
        for k in range(member.shape[0]):
            if member[k, i]:
                for j in range(s):
                    shared[j] += member[k, j]
        for j in range(s):
            weights[i, j] = likeness[i, j] * shared[j]
        weights[i, i] = 0.0
    return weights
