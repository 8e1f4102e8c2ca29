"""What a sweep's outcome does between the two ends of each factor: the table of a tornado."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from simulation.analysis.contrasts import CONFIDENCE

SWING_COLUMNS = ("factor", "from", "to", "effect", "low", "high", "pairs")
TAIL = 0.25
"""Share of a sampled design's points that count as an end of a factor."""


def swings(table: pd.DataFrame, factors: Sequence[str], *, sampled: bool, paired: bool) -> pd.DataFrame:
    """Mean outcome at the upper end of each factor minus that at its lower end.

    Parameters
    ----------
    table
        A row a run: a column a factor, ``replicate``, ``value``.
    factors
        Columns of factors.
    sampled
        Whether factors take values drawn from ranges: an end is then the lowest or highest
        :data:`TAIL` of the values. Else it is the lowest or highest level; of categories the first or last.
    paired
        Whether replicate k has the same luck in all design points: the interval is then that of
        the mean difference over replicates (Student, 90 %); else missing.

    Returns
    -------
    DataFrame
        Columns :data:`SWING_COLUMNS`, the largest effect first: factor; values at its ends (for a
        sampled design their means); effect in the outcome's unit, over all values of the other
        factors; the interval, which holds chance between replicates alone, not the choice of
        design points; and the number of replicates. A factor with one value is left out.
    """
    rows = []
    for factor in factors:
        ends = _ends(table[factor], sampled)
        if ends is None:
            continue
        (low, start), (high, stop) = ends
        means = [table.loc[end].groupby("replicate")["value"].mean() for end in (low, high)]
        difference = (means[1] - means[0]).dropna().to_numpy()
        effect = float(table.loc[high, "value"].mean() - table.loc[low, "value"].mean())
        reach = _reach(difference) if paired else float("nan")
        rows.append((factor, start, stop, effect, effect - reach, effect + reach, len(difference)))
    result = pd.DataFrame(rows, columns=list(SWING_COLUMNS))
    return result.sort_values("effect", key=lambda values: -values.abs(), kind="stable", ignore_index=True)


def _ends(values: pd.Series, sampled: bool) -> tuple[tuple[pd.Series, object], tuple[pd.Series, object]] | None:
    """Which rows lie at the lower and the upper end of a factor, and what its value is there."""
    if values.nunique() < 2:
        return None
    if not pd.api.types.is_numeric_dtype(values):
        levels = list(dict.fromkeys(values))
        return (values == levels[0], levels[0]), (values == levels[-1], levels[-1])
    tail = TAIL if sampled else 0.0
    low, high = values <= values.quantile(tail), values >= values.quantile(1 - tail)
    return (low, float(values[low].mean())), (high, float(values[high].mean()))


def _reach(difference: np.ndarray) -> float:
    if len(difference) < 2:
        return float("nan")
    error = difference.std(ddof=1) / np.sqrt(len(difference))
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, len(difference) - 1) * error)
