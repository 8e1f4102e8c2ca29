"""Where a strategy fails: futures in which its outcome misses a threshold, told by at most two conditions (PRIM)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from simulation.analysis.boxes import Limits, find_box
from simulation.analysis.regret import gains
from simulation.errors import InputError

CONDITIONS = 2
"""Most conditions of a rule: more are neither watched nor remembered."""
COLUMNS = ("strategy", "share_failing", "conditions", "coverage", "density", "futures")


def failures(
    values: pd.DataFrame, threshold: float, uncertainties: pd.DataFrame, *, higher: bool, seed: int = 0
) -> pd.DataFrame:
    """Where each strategy misses a threshold.

    Parameters
    ----------
    values
        Outcomes: a row a future, a column a strategy.
    threshold
        Outcome that satisfies.
    uncertainties
        Numbers or words, in the same rows, a column an uncertainty.
    higher
        Whether more is better.
    seed
        Of the resamples.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`: share of the futures in which it fails, the rule, the share of the failing futures
        that it holds and the share of failing futures among those it holds. Without a rule that comes back in
        resamples ``conditions`` is empty and the two are missing.
    """
    missed = gains(values, higher=higher) < (threshold if higher else -threshold)
    rows = [(name, *_rule(uncertainties, missed[name].to_numpy(), seed)) for name in values]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rule(inputs: pd.DataFrame, missed: np.ndarray, seed: int) -> tuple[float, str, float, float, int]:
    share, none = float(missed.mean()), float("nan")
    try:
        box = find_box(inputs, missed, seed=seed, most=CONDITIONS)
    except InputError:  # too few failures, or nothing else
        return share, "", none, none, len(missed)
    if not box.limits or box.unreliable:
        return share, "", none, none, len(missed)
    return share, condition_text(box.limits, inputs), box.coverage, box.density, len(missed)


def condition_text(limits: Mapping[str, Limits], inputs: pd.DataFrame) -> str:
    """A box as text such as ``rivalry > 2.1 and lines = camp``; an end that cuts nothing off is not told."""
    parts = []
    for name, bounds in limits.items():
        if isinstance(bounds[0], str):
            parts.append(f"{name} = {' or '.join(map(str, bounds))}")
            continue
        low, high = float(bounds[0]), float(bounds[1])
        if low > float(inputs[name].min()):
            parts.append(f"{name} > {low:.3g}")
        if high < float(inputs[name].max()):
            parts.append(f"{name} < {high:.3g}")
    return " and ".join(parts)
