"""Steps 2 and 3 for all pairs in plain NumPy, as a good programmer would write them without kernels."""

from __future__ import annotations

import numpy as np

from simulation.model import GovernanceModel
from simulation.processes.value import ACTIVITY_HALF, SHARED_HALF
from simulation.state import MAX_DEPTH, State


def trust_hat(s: State, prior_mass: float, witness_mass: float) -> np.ndarray:
    """τ̂ of all pairs, (n, n)."""
    total = s.alpha + s.beta
    direct = np.divide(s.alpha, total, out=np.zeros_like(total), where=total > 0)
    evidence = np.where((s.depth > 0) & (total > 0), np.maximum(0.0, total - prior_mass), 0.0)
    report = np.maximum(0.0, (evidence * direct).sum(axis=0) - evidence * direct)
    mass = np.maximum(0.0, evidence.sum(axis=0) - evidence)
    share = witness_mass / (mass + 1.0)
    trust = np.minimum(1.0, (s.alpha + share * report) / (total + share * mass))
    np.fill_diagonal(trust, 0.0)
    return trust


def values(model: GovernanceModel, trust: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """V and U of all pairs before bids, each (n, n)."""
    s, w = model.state, model.weights
    tied = s.depth > 0
    degree = tied.sum(axis=1)
    shared = tied.astype(np.float64) @ tied.astype(np.float64)
    c = s.commitments
    goods = s.offers.copy()
    goods[:, 0] *= 1.0 + w.commitment * c / (1.0 + c)
    complement = (s.needs / s.needs.sum(axis=1, keepdims=True)) @ goods.T
    gap = s.position[:, None, :] - s.position[None, :, :]
    likeness = np.exp(-(s.weight[:, None, :] * gap**2).sum(axis=-1) / (2.0 * w.width**2))
    network = 1.0 + w.shared * shared / (SHARED_HALF + shared) + w.activity * degree / (ACTIVITY_HALF + degree)
    worth = complement * likeness * network * np.where(tied, 1.0 + w.inertia, 1.0)
    worth *= (1.0 + w.urgency * s.urgency)[:, None] * (1.0 + w.exposure * s.exposure)
    cost = w.setup * (1.0 + s.depth) * (1.0 + s.load)[:, None]
    gain = worth * (trust - w.loss * (1.0 - trust)) - cost
    np.fill_diagonal(worth, 0.0)
    np.fill_diagonal(gain, 0.0)
    return worth, gain


def possible(s: State) -> np.ndarray:
    """Pairs that may make or deepen a deal where nothing is exclusive and no home share binds, (n, n)."""
    may: np.ndarray = s.allowed & (s.depth < MAX_DEPTH) & ~np.eye(s.n, dtype=bool)
    return may
