"""How much of the spread of an outcome is chance, how much parameters, how much the choice of rule."""

from __future__ import annotations

from itertools import combinations

from simulation.analysis.coalitions import shapley
from simulation.state import F

RULE, PARAMETERS, CHANCE = "rule", "parameters", "chance"
SOURCES = (RULE, PARAMETERS, CHANCE)


def shares(values: F) -> dict[str, float]:
    """Shapley effects of the sources (Owen 2014): shares of the variance that sum to 1; 0 without variance.

    The worth of a set of sources is the variance of the mean outcome given them. Chance is what is left
    between replicates that share rule and parameters.

    Parameters
    ----------
    values
        (rules, draws, lucks): every rule with the same draws of the parameters and the same lucks.
        The lucks of one draw are others than those of the next.
    """
    total = float(values.var())
    if total == 0.0:
        return dict.fromkeys(SOURCES, 0.0)
    lucks = values.shape[2]
    noise = float(values.var(axis=2, ddof=1).mean())
    joint = float(values.mean(axis=2).var()) - noise / lucks  # the mean over lucks still holds some luck
    by_rule = float(values.mean(axis=(1, 2)).var())
    by_draw = float(values.mean(axis=(0, 2)).var()) - _noise_of_draws(values)
    worth = {
        frozenset[str](): 0.0,
        frozenset({RULE}): by_rule,
        frozenset({PARAMETERS}): max(0.0, by_draw),
        frozenset({RULE, PARAMETERS}): max(0.0, joint, by_rule),
    }
    everything = max(0.0, worth[frozenset({RULE, PARAMETERS})]) + noise
    for group in _with_chance():
        # chance is drawn inside each rule and draw: alone it explains what it adds
        worth[group] = worth[group - {CHANCE}] + noise
    result = shapley(SOURCES, lambda group: worth[group])
    return {source: value / everything if everything else 0.0 for source, value in result.items()}


def _with_chance() -> list[frozenset[str]]:
    sets = [frozenset(group) for size in range(3) for group in combinations((RULE, PARAMETERS), size)]
    return [group | {CHANCE} for group in sets]


def _noise_of_draws(values: F) -> float:
    """Variance that luck adds to the mean of a draw: rules share their luck, so it is taken over their mean."""
    of_means = values.mean(axis=0)
    return float(of_means.var(axis=1, ddof=1).mean()) / values.shape[2]
