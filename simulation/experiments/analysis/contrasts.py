"""Paired contrasts: what a difference between two scenarios does, replicate by replicate.

Draws are keyed by seed and replicate, so replicate k of two scenarios shares its luck
(common random numbers), and the difference within pairs is far less noisy than the
difference of means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

from simulation.errors import Fault, InputError
from simulation.experiments.analysis.summary import by_replicate

if TYPE_CHECKING:
    from simulation.scenario.schema import Scenario

CONFIDENCE = 0.9
CONTRAST_FRAGMENTATION = 0.4  # dial set where a scenario has none: the middle of DESIGN's examples
CONTRAST_COLUMNS = (
    "metric",
    "quarter",
    "mean_a",
    "mean_b",
    "difference",
    "percent",
    "standard_error",
    "low",
    "high",
    "probability",
    "pairs",
)


def paired(
    a: pd.DataFrame, b: pd.DataFrame, actor: str, metrics: Sequence[str], quarters: Sequence[str]
) -> pd.DataFrame:
    """Contrast A minus B of an actor's metrics over the replicates that both have.

    Parameters
    ----------
    a, b
        Series of two ensembles with the same seed.
    actor
        Whose metrics.
    metrics, quarters
        Which, and when.

    Returns
    -------
    DataFrame
        Columns :data:`CONTRAST_COLUMNS`: means, mean difference, the same in per cent of B's mean
        (missing where that is zero), its standard error, the 90 %
        interval of the mean difference (Student), the probability that A exceeds B in a pair
        (a tie counts half), and the number of pairs. With one pair there is no error: missing.
    """
    a, b = (side.loc[(side["actor"] == actor) & side["quarter"].isin(list(quarters))] for side in (a, b))
    rows = []
    for metric in metrics:
        for quarter in quarters:
            left, right = by_replicate(a, metric, quarter), by_replicate(b, metric, quarter)
            if actor not in left.columns or actor not in right.columns:
                continue
            both = pd.DataFrame({"a": left[actor], "b": right[actor]}).dropna()
            if len(both):
                rows.append({"metric": metric, "quarter": quarter, **contrast(both)})
    return pd.DataFrame(rows, columns=list(CONTRAST_COLUMNS))


PATH_COLUMNS = ("quarter", "difference", "low", "high", "pairs")


def paired_path(a: pd.DataFrame, b: pd.DataFrame, actor: str, metric: str) -> pd.DataFrame:
    """Contrast A minus B of one metric in every quarter that both have.

    Returns
    -------
    DataFrame
        Columns :data:`PATH_COLUMNS`, as in :func:`paired`, by quarter.
    """
    wide = []
    for series in (a, b):
        rows = series.loc[(series["actor"] == actor) & (series["metric"] == metric)]
        table = rows.pivot(index="replicate", columns="quarter", values="value")
        table.columns = [str(quarter) for quarter in table.columns]
        wide.append(table)
    left, right = wide
    quarters = sorted(set(left.columns) & set(right.columns))
    difference = (left[quarters] - right[quarters]).dropna()
    count, mean = len(difference), difference.mean()
    reach = stdtrit(count - 1, (1 + CONFIDENCE) / 2) * difference.sem() if count > 1 else mean * np.nan
    path = {"quarter": quarters, "difference": mean, "low": mean - reach, "high": mean + reach, "pairs": count}
    return pd.DataFrame(path, columns=list(PATH_COLUMNS)).reset_index(drop=True)


def contrast(pairs: pd.DataFrame, confidence: float = CONFIDENCE) -> dict[str, float]:
    """Contrast of two columns ``a`` and ``b``, a row a replicate; see :func:`paired`."""
    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    difference = a - b
    count, mean = len(difference), float(difference.mean())
    error = low = high = float("nan")
    if count > 1:
        error = float(difference.std(ddof=1) / np.sqrt(count))
        reach = float(stdtrit(count - 1, (1 + confidence) / 2)) * error
        low, high = mean - reach, mean + reach
    result = {
        "mean_a": float(a.mean()),
        "mean_b": float(b.mean()),
        "difference": mean,
        "standard_error": error,
        "low": low,
        "high": high,
        "probability": float(((difference > 0) + 0.5 * (difference == 0)).mean()),
        "pairs": count,
    }
    return {**result, "percent": in_percent(result)[0]}


def in_percent(row: Mapping[Any, Any]) -> tuple[float, float, float]:
    """Difference of a contrast and the ends of its interval, in per cent of B's mean; missing where that is zero."""
    mean = abs(float(row["mean_b"])) or float("nan")
    difference, low, high = (100 * float(row[name]) / mean for name in ("difference", "low", "high"))
    return difference, low, high


def contrast_of_shares(pairs: pd.DataFrame, confidence: float = CONFIDENCE) -> dict[str, float]:
    """The same of two columns that are 0 or 1: a difference of probabilities.

    The interval is that of Agresti & Min (2005): half a replicate is added to each of the four
    cells, so that it has a width where no pair differs, or all do.
    """
    result = contrast(pairs, confidence)
    count = len(pairs) + 2
    gained = float(((pairs["a"] == 1) & (pairs["b"] == 0)).sum())
    lost = float(((pairs["a"] == 0) & (pairs["b"] == 1)).sum())
    middle = (gained - lost) / count
    error = float(np.sqrt(gained + lost + 1 - (gained - lost) ** 2 / count)) / count
    reach = float(ndtri((1 + confidence) / 2)) * error
    return result | {"standard_error": error, "low": max(-1.0, middle - reach), "high": min(1.0, middle + reach)}


def check_precision(precision: float | None) -> None:
    """Refuse a precision that no number of pairs can have; none is asked for with ``None``.

    Raises
    ------
    InputError
        If it is no positive number.
    """
    if precision is not None and not 0 < precision < np.inf:
        raise InputError(Fault("", f"{precision:g} is not a positive number", "--precision"))


def more_pairs(standard_error: float, pairs: int, precision: float, confidence: float = CONFIDENCE) -> int | None:
    """How many more pairs bring the half-width of the interval down to a precision.

    Parameters
    ----------
    standard_error, pairs
        Of a contrast.
    precision
        Half-width wanted, above 0, in the metric's unit.

    Returns
    -------
    int or None
        The least number at the spread found so far; none from a single pair, which shows no spread.

    Raises
    ------
    InputError
        If the precision is no positive number.
    """
    check_precision(precision)
    if pairs < 2 or not np.isfinite(standard_error):
        return None
    spread = standard_error * np.sqrt(pairs)

    def reach(count: int) -> float:
        return float(stdtrit(count - 1, (1 + confidence) / 2)) * spread / float(np.sqrt(count))

    low, high = 1, 2  # the reach falls with the count: double, then halve
    while reach(high) > precision:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if reach(middle) > precision else (low, middle)
    return max(0, high - pairs)


@dataclass(frozen=True)
class Absence:
    """A scenario with and without something, one of the two being the scenario itself.

    Attributes
    ----------
    what
        ``fragmentation`` or ``rivalry``.
    present, absent
        The two scenarios.
    statement
        What is compared, in words.
    """

    what: str
    present: Scenario
    absent: Scenario
    statement: str


def without(scenario: Scenario, what: str) -> Absence:
    """The scenario against its copy without ``fragmentation`` or ``rivalry``.

    Where the scenario has none to take away, its copy with some is compared with it, and
    the statement says so.
    """
    if what == "fragmentation":
        return _fragmentation(scenario)
    if what == "rivalry":
        return _rivalry(scenario)
    raise InputError(Fault("contrasts", f"no contrast for {what!r}; there are fragmentation, rivalry"))


def _fragmentation(scenario: Scenario) -> Absence:
    from simulation.scenario.load import load_scenario

    dial = scenario.fragmentation
    if any((dial.bloc_splitting, dial.trust, dial.decision_rule, dial.rewiring)):
        none = load_scenario(scenario, overrides={"fragmentation": 0})
        return Absence("fragmentation", scenario, none, "fragmentation as in the scenario against none")
    some = load_scenario(scenario, overrides={"fragmentation": CONTRAST_FRAGMENTATION})
    text = f"fragmentation {CONTRAST_FRAGMENTATION} against none (the scenario has none)"
    return Absence("fragmentation", some, scenario, text)


def _rivalry(scenario: Scenario) -> Absence:
    """Against strength 0: switched off it is that of the recorded world, which is not none."""
    from simulation.scenario.load import load_scenario
    from simulation.scenario.parameters import PARAMETERS

    recorded = PARAMETERS["rivalry"].default
    strength = scenario.parameters.rivalry if scenario.mechanisms.on("rivalry") else recorded
    if strength > 0:
        none = load_scenario(scenario, overrides={"mechanisms.rivalry": "on", "parameters.rivalry": 0})
        return Absence("rivalry", scenario, none, "rivalry as in the scenario against none")
    some = load_scenario(scenario, overrides={"parameters.rivalry": recorded})
    return Absence("rivalry", some, scenario, f"rivalry {recorded:g} against none (the scenario has none)")
