"""From log odds to who joins: pure functions on arrays, for forecasts and runs alike (C.7).

:func:`launch_log_odds` is the launch of a text, the pace (:mod:`.pace`) the chance of a quarter after it; both
take a draw of the coefficients or many at once. The EU's states may move as one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.arithmetic import exp, product
from simulation.state import B, F

I = NDArray[np.int64]  # noqa: E741

SPONSOR_JOINS = 0.95
"""Least chance that a sponsoring state is in its own text when it opens."""
AS_ONE = 0.2
"""Chance that the states of the EU decide as one, all or none."""
REACH_SD = 1.2
"""Standard deviation of the reach of a new text around the mean of its class."""


@dataclass(frozen=True)
class Draws:
    """Draws of everything unknown about the launch of one text.

    Attributes
    ----------
    reach
        float64[d], log odds of the average eligible state.
    coefficients
        float64[d, c], of the columns of states and texts.
    state
        float64[d, e], effects of the eligible states (in political texts, both).
    slopes
        float64[d, x], the text's own slopes.
    shocks
        float64[d, g], of groups.
    as_one
        bool[d], whether the EU decides as one.
    """

    reach: F
    coefficients: F
    state: F
    slopes: F
    shocks: F
    as_one: B


def launch_log_odds(draws: Draws, columns: F, centred: F, group: I) -> F:
    """Log odds with which each eligible state joins at the launch, float64[d, e].

    Parameters
    ----------
    columns
        float64[e, c], see :func:`simulation.intensity.joining.design.state_features`.
    centred
        float64[e, x], covariates less their mean over the eligible.
    group
        int64[e], group of each state.
    """
    return np.asarray(draws.reach[:, None] + launch_standing(draws, usual_standing(draws, columns), centred, group))


def usual_standing(draws: Draws, columns: F) -> F:
    """How far each eligible state lies from the reach of a text of its kind, float64[d, e]."""
    return np.asarray(product(draws.coefficients, columns.T) + draws.state)


def launch_standing(draws: Draws, usual: F, centred: F, group: I) -> F:
    """The same of this text, float64[d, e], with its own slopes and shocks; see :func:`launch_log_odds`."""
    return np.asarray(usual + product(draws.slopes, centred.T) + draws.shocks[:, group])


def logistic(log_odds: F) -> F:
    """Chance of log odds."""
    return np.asarray(1.0 / (1.0 + exp(-log_odds)))


def launch_chances(log_odds: F, as_one: B, union: B, sponsor: B) -> F:
    """Chance of each state at the launch, float64[d, e]: as one, the EU's states share their mean chance."""
    p = logistic(log_odds)
    if union.any():
        mean = p[:, union].mean(axis=1)
        p[:, union] = np.where(as_one[:, None], mean[:, None], p[:, union])
    p[:, sponsor] = np.maximum(p[:, sponsor], SPONSOR_JOINS)
    return p


def launch_joins(p: F, as_one: B, union: B, luck: F, luck_of_union: F) -> B:
    """Who joins at the launch, bool[d, e], from uniforms of each state and one of the EU a draw."""
    used = luck.copy()
    used[:, union] = np.where(as_one[:, None], luck_of_union[:, None], luck[:, union])
    return np.asarray(used < p)
