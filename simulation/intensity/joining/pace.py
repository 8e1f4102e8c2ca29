"""What comes after a launch: the chance that a state joins in a quarter, years on.

The same states that would have joined at the launch join later, only more slowly; how much more slowly
hangs on the kind of text, its age, and how many are in. Each list has a pace of its own around the
mean of its kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simulation.arithmetic import log, lower_factor, product
from simulation.intensity.joining.design import Coded
from simulation.state import F

QUARTER_DAYS = 91.3125
LAUNCH_DAYS = 31
"""Days that a launch takes; what comes after them is the pace."""
PRIOR = {
    "pace": (-4.5, 2.0), "political": (0.0, 1.0), "quiet": (0.0, 0.7), "closed": (-0.5, 0.7),
    "members": (0.5, 0.7), "binding call": (0.0, 0.7), "second year": (-0.5, 0.7), "later": (-0.7, 0.7),
    "after six years": (-0.7, 0.7), "share in": (0.0, 0.7), "state": (0.7, 0.5), "state x political": (0.0, 0.3),
}  # fmt: skip
"""Columns of the pace: prior mean and standard deviation (assumption), log odds a quarter.

``closed``: by application or invitation; ``share in``: log odds of the share of the eligible who
are in; ``state``: the state's log odds at the launch, counted from the mean.
"""
OWN = 1.2
"""Standard deviation of a list's own pace around the mean of its kind in the fit."""
LIMITS = (0.01, 0.99)
"""Of the share that is in."""
AGES = (0.0, 1.0, 2.0, 6.0)
"""Years since the launch from which on the pace is another."""


def pace_features(text: Coded, years: float) -> F:
    """Features of pace that do not hang on who is in, in the order of :data:`PRIOR`, shape (9,)."""
    call, members = not text.treaty, text.openness == "members"
    on = (
        True, call, not call and not text.ceremony, text.openness in ("application", "invited"), members,
        call and text.binding and not members, 1.0 <= years < 2.0, years >= 2.0, years >= 6.0,
    )  # fmt: skip
    return np.array(on, float)


def is_call(text: Coded) -> bool:
    """Whether the paces of a text spread as those of calls do: political, and not for members only."""
    return not text.treaty and text.openness != "members"


def pace_log_odds(coefficients: F, features: F, share: F | float, standing: F, political: bool) -> F:
    """Log odds of joining in a quarter, float64[..., e].

    Parameters
    ----------
    coefficients
        float64[..., len(PRIOR)].
    features
        float64[9], see :func:`pace_features`.
    share
        Share of the eligible who are in, float64[...].
    standing
        float64[..., e], log odds of the state at the launch less the mean over the eligible.
    political
        Whether the text is a call rather than a treaty.
    """
    base = pace_level(coefficients, features) + coefficients[..., len(features)] * odds_of_share(share)
    return np.asarray(base[..., None] + pace_slope(coefficients, political)[..., None] * standing)


def pace_level(coefficients: F, features: F) -> F:
    """Log odds of the average state by the features alone, float64[...]; see :func:`pace_log_odds`."""
    return np.asarray(product(coefficients[..., None, : len(features)], features[:, None])[..., 0, 0])


def pace_slope(coefficients: F, political: bool) -> F:
    """How much the standing of a state counts, float64[...]."""
    return np.asarray(coefficients[..., -2] + float(political) * coefficients[..., -1])


def odds_of_share(share: F | float) -> F:
    """Log odds of the share that is in, within :data:`LIMITS`."""
    held = np.clip(share, *LIMITS)
    return log(held / (1.0 - held))


@dataclass(frozen=True)
class Pace:
    """Fitted pace: mode and covariance over :data:`PRIOR`, spread of treaties and of calls around it."""

    mode: F
    covariance: F
    treaty_sd: float
    call_sd: float
    lists: int

    @cached_property
    def factor(self) -> F:
        """Lower triangle whose product with its transpose is the covariance."""
        return lower_factor(self.covariance)

    def own_sd(self, text: Coded) -> float:
        """Standard deviation of a text's own pace around that of its kind."""
        return self.call_sd if is_call(text) else self.treaty_sd
