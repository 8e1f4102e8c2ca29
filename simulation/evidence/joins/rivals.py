"""Simple rivals of the joining model, on the same rows: each says with what probability each state joins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from simulation.evidence.joins.fit import Rows
from simulation.evidence.joins.record import Listed
from simulation.evidence.logistic import fit_logistic
from simulation.intensity.joining.design import Form
from simulation.intensity.joining.states import ids
from simulation.state import B, F

NAMES = (
    "plain logistic, same covariates", "base rate of the kind x past share", "closeness to sponsors",
    "as often as before", "base rate of the kind",
)  # fmt: skip
CERTAIN = (0.005, 0.995)
WIDTHS = (1.0, 0.3, 0.1, 0.03)
"""Widths of the prior of a coefficient of a logistic rival, of which the best is taken, log odds."""
SETS = 3
BORROWED = 2.0
"""Lists of the wider class that stand behind the rate of a kind."""


@dataclass(frozen=True)
class Rivals:
    """The rivals fitted on some lists; see :func:`fit_rivals`."""

    lists: list[Listed]
    share: F
    plain: F
    close: F

    def forecasts(self, here: Rows) -> dict[str, F]:
        """Forecasts of a text that is none of the lists, each float64[r]."""
        rate, share = rate_of_kind(here.listed, self.lists), self.share[here.who]
        scaled = np.clip(rate * share / share.mean(), *CERTAIN)
        plain = np.asarray(expit(_plain_columns(here) @ self.plain))
        close = np.asarray(expit(_close_columns(here, self.lists) @ self.close))
        values = (plain, scaled, close, share, np.full(len(here.who), rate))
        return dict(zip(NAMES, values, strict=True))


def fit_rivals(known: Sequence[Rows]) -> Rivals:
    """Fit every rival on the rows of some lists."""
    named = [r for r in known if r.listed.count is None]
    lists = [r.listed for r in named]
    near = [_close_columns(r, [one for one in lists if one.family != r.listed.family]) for r in named]
    plain = shrunk([_plain_columns(r) for r in named], named)
    return Rivals(lists, past_share(known), plain, shrunk(near, named))


def _class(one: Listed) -> tuple[bool, bool, str]:
    return one.treaty, one.ceremony, one.openness


def rate_of_kind(one: Listed, known: Sequence[Listed]) -> float:
    """Mean share of joiners in lists of the same class, with two lists' worth of the wider class behind it."""
    wide = [float(k.joined[k.observed].mean()) for k in known if k.treaty == one.treaty and k.ceremony == one.ceremony]
    own = [float(k.joined[k.observed].mean()) for k in known if _class(k) == _class(one)]
    centre = float(np.mean(wide))
    return float(np.clip((sum(own) + BORROWED * centre) / (len(own) + BORROWED), *CERTAIN))


def past_share(known: Sequence[Rows]) -> F:
    """Share of the other lists that each state joined, one list's worth of the mean behind it, float64[s]."""
    could, did = np.zeros(len(ids())), np.zeros(len(ids()))
    for r in known:
        if r.listed.count is None:
            could[r.who] += 1.0
            did[r.who] += r.y
    return np.asarray((did + did.sum() / could.sum()) / (could + 1.0))


def shrunk(columns: Sequence[F], known: Sequence[Rows]) -> F:
    """Logistic regression with the width of its prior that is best on families left out, in :data:`SETS` sets.

    ``columns`` are those of each list of ``known``; the last is not shrunk. With one wide prior for all, the rival
    would lose by its coefficients of rare classes of reach, which a few lists then tell.
    """
    x, y = np.vstack(columns), np.concatenate([r.y for r in known])
    order = {family: k for k, family in enumerate(sorted({r.listed.family for r in known}))}
    inside = np.repeat([order[r.listed.family] % SETS for r in known], [len(r.y) for r in known])

    def fitted(width: float, here: B) -> F:
        precision = np.append(np.full(x.shape[1] - 1, width**-2), 1e-6)
        return fit_logistic(x[here], y[here], precision)[0]

    def loss(width: float) -> float:
        odds = np.empty(len(y))
        for k in range(SETS):
            odds[inside == k] = x[inside == k] @ fitted(width, inside != k)
        return float((np.logaddexp(0.0, odds) - y * odds).sum())

    return fitted(min(WIDTHS, key=loss), np.ones(len(y), bool))


def _plain_columns(r: Rows) -> F:
    """Pooled: features of reach and covariates of states, no list or state of its own."""
    return np.hstack([np.tile(r.reach[1:], (len(r.who), 1)), r.x[:, :PLAIN], np.ones((len(r.who), 1))])


def _close_columns(r: Rows, others: Sequence[Listed]) -> F:
    """Rate of the kind, nearness to the sponsors, house and sponsor."""
    level = np.full(len(r.who), logit(rate_of_kind(r.listed, others)))
    return np.column_stack([r.x[:, CLOSE], level, np.ones(len(r.who))])


_COLUMNS = [name for name, _ in Form().columns()]
PLAIN = len(_COLUMNS) - 2
"""Columns before the habits."""
CLOSE = [_COLUMNS.index(name) for name in ("house", "sponsor", "nearness")]
