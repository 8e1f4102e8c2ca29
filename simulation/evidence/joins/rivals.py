"""Simple rivals of the fitted hazard: each says with what probability each eligible state joins."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from simulation.evidence.joins.covariates import Setting, union, world_on
from simulation.evidence.joins.fit import History, invited
from simulation.state import F

SURE = 0.85
"""What "as in the last text" gives a state that joined that one; one less this to one that did not."""
RIDGE = 1.0
"""Prior standard deviation of the logistic regression's standardised slopes."""


def rivals(here: Setting, known: list[History]) -> Mapping[str, F]:
    """Forecasts of a text by every rival, each float64[e], from lists known before (or of other families)."""
    told = [h for h in known if h.setting.text.id not in invited()]
    rate = float(np.mean([(h.high >= 0).mean() for h in told]))
    return {
        "base rate": np.full(len(here.ids), rate),
        "as often as before": _habit(here, told, rate),
        "as in the last text": _last(here, told, rate),
        "leader's bloc": _leader(here, told, rate),
        "logistic regression": _logistic(here, told),
    }


def _joined(h: History) -> dict[str, float]:
    return dict(zip(h.setting.ids, (h.high >= 0).astype(float).tolist(), strict=True))


def _habit(here: Setting, told: list[History], rate: float) -> F:
    """Share of the texts a state could join that it joined, with one text's worth of the mean rate."""
    records = [_joined(h) for h in told]
    found = []
    for name in here.ids:
        own = [record[name] for record in records if name in record]
        found.append((sum(own) + rate) / (len(own) + 1))
    return np.array(found)


def _last(here: Setting, told: list[History], rate: float) -> F:
    """What the state did in the latest text of the domain, or of any if there is none."""
    same = [h for h in told if h.setting.text.domain == here.text.domain] or told
    record = _joined(max(same, key=lambda h: h.setting.text.opens))
    return np.array([abs(1.0 - SURE - record[i] * (1 - 2 * (1 - SURE))) if i in record else rate for i in here.ids])


def _near(setting: Setting) -> NDArray[np.bool_]:
    """Whether a state's nearest leader is that of the sponsors."""
    world = world_on(setting.text.opens)
    at = world.position[list(world.leaders)]
    ids = world.ids[: union(world) + 1]
    nearest = {name: int(((world.position[i] - at) ** 2).sum(axis=1).argmin()) for i, name in enumerate(ids)}
    own = [nearest[name] for name in setting.text.sponsors if name in nearest]
    # an organisation without a state among the sponsors follows most of its eligible members
    lead = own[0] if own else int(np.bincount([nearest[name] for name in setting.ids]).argmax())
    return np.array([nearest[name] == lead for name in setting.ids])


def _leader(here: Setting, told: list[History], rate: float) -> F:
    """Join rate of the states nearest to the sponsors' leader, and of all others, in the texts known."""
    inside = [(_near(h.setting), h.high >= 0) for h in told]
    same, other = ((np.concatenate([y[near == side] for near, y in inside])) for side in (True, False))
    both = [(float(part.sum()) + rate) / (len(part) + 1) for part in (same, other)]
    return np.where(_near(here), both[0], both[1])


def _logistic(here: Setting, told: list[History]) -> F:
    """Ridge logistic regression of having joined on the same covariates, openness and bindingness, pooled."""

    def columns(setting: Setting) -> F:
        flags = np.tile([float(setting.text.exclusive), float(setting.text.binding)], (len(setting.ids), 1))
        return np.hstack([setting.static, flags])

    x = np.vstack([columns(h.setting) for h in told])
    y = np.concatenate([h.high >= 0 for h in told]).astype(float)
    mean, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-6)
    z = np.hstack([(x - mean) / spread, np.ones((len(x), 1))])

    def loss(b: F) -> tuple[float, F]:
        odds = z @ b
        value = (np.logaddexp(0.0, odds) - y * odds).sum() + 0.5 * (b[:-1] ** 2).sum() / RIDGE**2
        return float(value), z.T @ (1.0 / (1.0 + np.exp(-odds)) - y) + np.append(b[:-1], 0.0) / RIDGE**2

    b = minimize(loss, np.zeros(z.shape[1]), jac=True, method="L-BFGS-B").x
    odds = np.hstack([(columns(here) - mean) / spread, np.ones((len(here.ids), 1))]) @ b
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))
