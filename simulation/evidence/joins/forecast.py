"""Who will have joined a text by a day: the fitted hazard of C.7 with everything that is not known about it.

Each of many draws takes one set of weights from their posterior and one launch and pace of the text
from their prior, or from what the prior becomes once it is known who has joined so far; then states
join step by step, so that peers and neighbours count. The probability of a state is the mean over
the draws, and its 5 and 95 % are quantiles over them: they carry the reach of the text, the weights
and the luck of who else joins, not the luck of the state itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from simulation.evidence.joins.covariates import STATIC, Setting, Text, setting
from simulation.evidence.joins.fit import NAMES, QUARTER_DAYS, REACH_SPREAD, SIGN, TEMPER, Weights
from simulation.randomness import stable_hash
from simulation.state import F

DRAWS = 2000
TRIALS = 20_000
"""Launches and paces among which those that agree with the joins so far are chosen."""
SPONSOR_JOINS = 0.95
"""Chance that a sponsoring state is in its own text: all nine of the lists are, (9 + .5)/(9 + 1)."""
PACE_CHANGE = 0.7
"""Standard deviation by which a text's pace to come differs from that so far (assumption): the record has no list
whose joins are dated well enough to measure it."""
LONGEST = 40
"""Steps of a forecast; a longer one takes longer steps than a quarter."""


@dataclass(frozen=True)
class Chances:
    """Forecast of one text.

    Attributes
    ----------
    ids
        The eligible, alphabetical as in the world.
    probability, low, high
        float64[e], mean, 5 and 95 % over the draws.
    inside
        bool[draws, e], who has joined by the day in each draw.
    """

    text: Text
    ids: tuple[str, ...]
    probability: F
    low: F
    high: F
    inside: NDArray[np.bool_]

    @property
    def counts(self) -> NDArray[np.int64]:
        """int64[draws], how many of the eligible have joined by the day."""
        return np.asarray(self.inside.sum(axis=1))


def forecast(text: Text, as_of: date, by: date, weights: Weights, *, without: frozenset[str] = frozenset(),
             draws: int = DRAWS, reach: float = REACH_SPREAD) -> Chances:  # fmt: skip
    """Probability that each eligible state has joined by a day, from what was known on another.

    Parameters
    ----------
    text
        Where ``joined`` is None nothing is known of who is in, even if the text is open.
    without
        Lists that habits must not know.
    reach
        Standard deviation of launch and of pace around their means.

    Notes
    -----
    A text that opens after ``by`` is joined by nobody but those named in ``joined``; one that
    closes earlier than ``by`` is followed to that day only.
    """
    here = setting(text, as_of, without)
    luck = np.random.default_rng(stable_hash(f"forecast:{text.id}"))
    weight, means = draw_weights(weights, luck, draws)
    last = min(by, text.closes) if text.closes else by
    launch = means[:, 0] - means[:, 2] * text.exclusive - means[:, 3] * text.binding
    pace = means[:, 1] - means[:, 2] * text.exclusive
    launch, pace = (mean + reach * luck.standard_normal(draws) for mean in (launch, pace))
    known = text.joined is not None and text.opens <= as_of
    start = as_of if known else text.opens
    if known:
        elapsed = (min(as_of, last) - text.opens).days / QUARTER_DAYS
        pace = _agreeing_paces(here, weights, reach, elapsed, luck, draws)
    stay, inside = np.zeros((draws, len(here.ids))), np.tile(here.joined, (draws, 1))
    if text.opens <= last and start <= last:
        if not known:
            _step(here, weight, launch, 1.0, stay, inside, luck)
            _found(here, stay, inside, luck)
        quarters = (last - start).days / QUARTER_DAYS
        steps = min(LONGEST, int(np.ceil(quarters)))
        for _ in range(steps):
            _step(here, weight, pace, quarters / steps, stay, inside, luck)
    chance = np.where(here.joined, 1.0, -np.expm1(stay))
    low, high = np.quantile(chance, (0.05, 0.95), axis=0)
    return Chances(text, here.ids, chance.mean(axis=0), low, high, inside)


def draw_weights(weights: Weights, luck: np.random.Generator, draws: int) -> tuple[F, F]:
    """Weights (draws, NAMES) and means (draws, MEANS) from the normal at the mode; no weight turns its sign."""
    values, vectors = np.linalg.eigh(weights.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    drawn = weights.mode + luck.standard_normal((draws, len(weights.mode))) @ root.T
    return SIGN * np.maximum(drawn[:, : len(NAMES)], 0.0), drawn[:, len(NAMES) :]


def _step(here: Setting, weight: F, reach: F, quarters: float, stay: F, inside: NDArray[np.bool_],
          luck: np.random.Generator) -> None:  # fmt: skip
    """One step of some quarters: ``stay`` (log chance of still being out) and ``inside`` move on."""
    k = len(STATIC)
    logit = reach[:, None] + weight[:, :k] @ here.static.T
    logit += weight[:, k : k + 1] * (inside @ here.peers.T) + weight[:, k + 1 :] * (inside @ here.neighbours.T)
    out = -quarters * np.logaddexp(0.0, logit)
    stay += out
    inside |= luck.random(stay.shape) < -np.expm1(out)


def _found(here: Setting, stay: F, inside: NDArray[np.bool_], luck: np.random.Generator) -> None:
    """States that sponsor a text join it when it opens, nearly surely."""
    own = np.isin(here.ids, here.text.sponsors)
    stay[:, own] = np.log1p(-SPONSOR_JOINS)
    inside[:, own] |= luck.random((len(inside), int(own.sum()))) < SPONSOR_JOINS


def _agreeing_paces(here: Setting, weights: Weights, reach: float, elapsed: float, luck: np.random.Generator,
                    draws: int) -> F:  # fmt: skip
    """Paces that agree with who has joined so far: the prior, weighted by the tempered likelihood."""
    text, k = here.text, len(STATIC)
    mean = weights.mode[len(NAMES) :]
    launch = mean[0] - mean[2] * text.exclusive - mean[3] * text.binding + reach * luck.standard_normal(TRIALS)
    pace = mean[1] - mean[2] * text.exclusive + reach * luck.standard_normal(TRIALS)
    score = here.static @ (SIGN * weights.mode[: len(NAMES)])[:k]
    # the peers that came by now, half of them on the way
    moving = (SIGN * weights.mode[: len(NAMES)])[k:]
    later = score + 0.5 * (moving[0] * here.peers @ here.joined + moving[1] * here.neighbours @ here.joined)
    stay = -np.logaddexp(0.0, launch[:, None] + score) - elapsed * np.logaddexp(0.0, pace[:, None] + later)
    fit = np.where(here.joined, np.log(-np.expm1(np.minimum(stay, -1e-12))), stay).sum(axis=1) * TEMPER
    chance = np.exp(fit - fit.max())
    agreed = luck.choice(pace, draws, p=chance / chance.sum())
    return np.asarray(agreed + PACE_CHANGE * luck.standard_normal(draws))
