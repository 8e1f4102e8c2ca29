"""The fit of launches: a penalised logistic regression, its mode and the curvature there (Laplace).

Rows are state and list. Columns: features of reach (prior means), an own reach of each list, columns of
states and texts, an effect of each state in all texts and one more in political texts, slopes of
each list, shocks of groups in each list. All are normal a priori; the widths are the form's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import SuperLU, splu
from scipy.special import expit, logit

from simulation.errors import DataError
from simulation.evidence.joins.record import Listed, sums
from simulation.evidence.logistic import shortened
from simulation.intensity.joining.design import REACH, Form, habit, lean_of, reach_features, state_features
from simulation.intensity.joining.states import (
    GROUPS,
    NAMES,
    covariates,
    flags,
    groups,
    house_of,
    ids,
    kinship,
)
from simulation.state import F

I = NDArray[np.int64]  # noqa: E741

STEPS = 60
CLOSE = 1e-4


@dataclass(frozen=True)
class Rows:
    """What one list brings to the fit: its states, their columns, who joined.

    Attributes
    ----------
    who
        int64[r], states whose status is known.
    reach
        float64[len(REACH)].
    x
        float64[r, columns].
    slopes
        float64[r, len(NAMES)], centred covariates.
    group
        int64[r].
    y
        float64[r].
    """

    listed: Listed
    lean: float
    who: I
    reach: F
    x: F
    slopes: F
    group: I
    y: F


def rows_of(one: Listed, record: Sequence[Listed], known: date) -> Rows:
    """The rows of a list, with habits from the lists of ``record`` that were over when it opened."""
    x = covariates(one.opens, known)
    sponsors, house = flags(one.sponsors), house_of(one.house, one.opens)
    lean = lean_of(one, x[:, 0], flags(one.lead), house)
    group = groups(one.opens)
    others = [other for other in record if other.family != one.family]
    used = habit(*sums(others, one.opens), one.domain, one.treaty)
    columns = state_features(one, x, lean, sponsors, house, group, kinship(one.opens), used, one.eligible)
    centred = x - x[one.eligible].mean(axis=0)
    who = np.flatnonzero(one.eligible & (one.observed if one.count is None else True))
    y = one.joined[who].astype(float)
    return Rows(one, lean, who, reach_features(one, lean), columns[who], centred[who], group[who], y)


@dataclass(frozen=True)
class Fit:
    """Mode and spread of the fitted model.

    Attributes
    ----------
    names
        Of the common coefficients: features of reach, then columns of states and texts.
    mode, covariance
        float64[g], float64[g, g] of the common coefficients.
    state, state_by_act
        float64[s], effects of states in all texts, and more in political ones.
    state_sd
        float64[s, 2].
    lists
        List -> its own reach, beyond that of its features.
    """

    names: tuple[str, ...]
    mode: F
    covariance: F
    state: F
    state_by_act: F
    state_sd: F
    lists: dict[str, float]
    theta: F


def _sizes(form: Form) -> tuple[int, int, int]:
    return len(REACH) + len(form.columns()), 2 * len(ids()), 1 + len(NAMES) + len(GROUPS)


def design(form: Form, rows: Sequence[Rows]) -> tuple[sparse.csr_matrix, F, F, F]:
    """The sparse design with prior means and precisions of its columns, and what happened."""
    common, own, block = _sizes(form)
    width = common + own + block * len(rows)
    parts_i, parts_j, parts_v = [], [], []
    start = 0
    for k, r in enumerate(rows):
        n = len(r.who)
        base = common + own + block * k
        here = np.arange(start, start + n)
        call = float(not r.listed.treaty)
        dense = np.hstack([np.tile(r.reach, (n, 1)), r.x])
        parts = [(np.broadcast_to(np.arange(common), dense.shape), dense)]
        parts += [(r.who[:, None], np.ones((n, 1))), (len(ids()) + r.who[:, None], np.full((n, 1), call))]
        parts[1:] = [(common + j, v) for j, v in parts[1:]]
        parts += [(np.full((n, 1), base), np.ones((n, 1)))]
        parts += [(np.broadcast_to(base + 1 + np.arange(len(NAMES)), r.slopes.shape), r.slopes)]
        parts += [(base + 1 + len(NAMES) + r.group[:, None], np.ones((n, 1)))]
        for j, v in parts:
            keep = v.ravel() != 0.0
            parts_i.append(np.repeat(here, v.shape[1])[keep])
            parts_j.append(np.asarray(j).ravel()[keep])
            parts_v.append(v.ravel()[keep])
        start += n
    matrix = sparse.csr_matrix(
        (np.concatenate(parts_v), (np.concatenate(parts_i), np.concatenate(parts_j))), shape=(start, width)
    )
    mean, sd = _priors(form, rows)
    return matrix, mean, 1.0 / sd**2, np.concatenate([r.y for r in rows])


def _priors(form: Form, rows: Sequence[Rows]) -> tuple[F, F]:
    mean = np.array([m for m, _ in REACH.values()] + [0.0] * len(form.columns()))
    sd = np.array([form.prior_width * s for _, s in REACH.values()] + [s for _, s in form.columns()])
    state = np.repeat([form.state, form.state_by_act], len(ids()))
    group = np.array([form.union, *[form.group] * (len(GROUPS) - 1)])
    block = np.concatenate([[form.reach], np.full(len(NAMES), form.slope), group])
    sd = np.concatenate([sd, state, np.tile(block, len(rows))])
    return np.concatenate([mean, np.zeros(len(sd) - len(mean))]), np.maximum(sd, 1e-4)


def fit(rows: Sequence[Rows], form: Form, near: Fit | None = None) -> Fit:
    """Mode by Newton's method, covariance of the common coefficients and spread of the states' effects.

    ``near`` is a fit of the same form on other lists, from which the search starts; the mode is the same.
    """
    named = [r for r in rows if r.listed.count is None]
    counted = [r for r in rows if r.listed.count is not None]
    matrix, mean, precision, y = design(form, named)
    theta = mean.copy()
    weight = np.ones(len(y))
    if counted:
        matrix, y, weight, mean, precision = _with_counts(form, counted, matrix, y, mean, precision)
    theta = np.concatenate([theta, np.zeros(len(mean) - len(theta))])
    if near is not None:
        theta = _moved(near, form, named, theta)

    def loss(at: F) -> float:
        odds = matrix @ at
        fine = 0.5 * (precision * (at - mean) ** 2).sum()
        return float((weight * (np.logaddexp(0.0, odds) - y * odds)).sum() + fine)

    for _ in range(STEPS):
        p = expit(matrix @ theta)
        slope = matrix.T @ (weight * (y - p)) - precision * (theta - mean)
        solver = _solver(matrix, weight * p * (1 - p), precision)
        step = solver.solve(slope)
        theta = theta + shortened(step, theta, loss)
        if np.abs(step).max() < CLOSE:
            return _found(form, named, theta, solver)
    raise DataError(f"the fit of joining found no mode in {STEPS} steps")


def _moved(near: Fit, form: Form, rows: Sequence[Rows], theta: F) -> F:
    """The mode of another fit as a start: what both have in common, list by list."""
    common, own, block = _sizes(form)
    out = theta.copy()
    out[: common + own] = near.theta[: common + own]
    place_of = {name: k for k, name in enumerate(near.lists)}
    for k, r in enumerate(rows):
        if r.listed.id in place_of:
            there, here = (common + own + block * j for j in (place_of[r.listed.id], k))
            out[here : here + block] = near.theta[there : there + block]
    return out


def _solver(matrix: sparse.csr_matrix, weight: F, precision: F) -> SuperLU:
    scaled = matrix.multiply(np.sqrt(weight)[:, None]).tocsr()
    curvature = (scaled.T @ scaled + sparse.diags(precision)).tocsc()
    return splu(curvature, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})


def _with_counts(form: Form, counted: Sequence[Rows], matrix: sparse.csr_matrix, y: F, mean: F,
                 precision: F) -> tuple[sparse.csr_matrix, F, F, F, F]:  # fmt: skip
    """Adds one binomial row for each list of which only the count is known.

    It tells of reach alone: the share of the average state is taken from a plain spread of log odds over
    states (``HETEROGENEITY``), logit of the mean ≈ mean logit / sqrt(1 + .35 v).
    """
    shrink = np.sqrt(1.0 + 0.35 * HETEROGENEITY**2)
    extra = sparse.lil_matrix((len(counted), matrix.shape[1] + len(counted)))
    share, trials = np.zeros(len(counted)), np.zeros(len(counted))
    for k, r in enumerate(counted):
        extra[k, : len(REACH)] = r.reach
        extra[k, matrix.shape[1] + k] = 1.0
        n = len(r.who)
        share[k], trials[k] = (r.listed.count or 0) / n, n
    seen = expit(logit(np.clip(share, 0.01, 0.99)) * shrink)
    wide = sparse.hstack([matrix, sparse.csr_matrix((matrix.shape[0], len(counted)))])
    return (
        sparse.vstack([wide, extra.tocsr()]).tocsr(), np.concatenate([y, seen]),
        np.concatenate([np.ones(len(y)), trials]),
        np.concatenate([mean, np.zeros(len(counted))]),
        np.concatenate([precision, np.full(len(counted), form.reach**-2)]),
    )  # fmt: skip


HETEROGENEITY = 1.2
"""Standard deviation over states of the log odds of joining one text, of the order found in the lists with names."""


def _found(form: Form, rows: Sequence[Rows], theta: F, solver: SuperLU) -> Fit:
    common, own, block = _sizes(form)
    n = len(ids())
    unit = np.zeros((len(theta), common + own))
    unit[: common + own] = np.eye(common + own)
    covariance = solver.solve(unit)[: common + own]
    names = (*REACH, *(name for name, _ in form.columns()))
    sd = np.sqrt(np.diag(covariance)[common:]).reshape(2, n).T
    lists = {r.listed.id: float(theta[common + own + block * k]) for k, r in enumerate(rows)}
    return Fit(names, theta[:common], covariance[:common, :common], theta[common : common + n],
               theta[common + n : common + own], sd, lists, theta)  # fmt: skip
