"""What strategies are judged by, and what came of each of them in each future."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from simulation.errors import RunError
from simulation.experiments.sweeps.design import point_place
from simulation.experiments.sweeps.results import SweepResults
from simulation.outcomes.metrics import METRICS


@dataclass(frozen=True)
class Objective:
    """Something that a strategy is judged by.

    Attributes
    ----------
    metric
        Of the focal state at the horizon; empty for the mean of all others.
    higher
        Whether more is better.
    """

    metric: str
    higher: bool = True

    @property
    def unit(self) -> str:
        """What it is measured in."""
        return METRICS[self.metric].unit if self.metric else "share of the range"


OBJECTIVES: Mapping[str, Objective] = {
    "kept_commitments": Objective("commitments_kept"),
    "coverage": Objective("coverage"),
    "capacity": Objective("capacity"),
    "dependence": Objective("dependence", higher=False),
    "incidents": Objective("incidents_so_far", higher=False),
    "overall": Objective(""),
}
RECORDED_METRICS = tuple(entry.metric for entry in OBJECTIVES.values() if entry.metric)
"""What a run of a strategy in a future records."""


def by_future(found: SweepResults, strategies: Sequence[str], count: int) -> dict[str, pd.DataFrame]:
    """Outcomes by objective but the overall one, of a sweep of strategies over futures.

    Parameters
    ----------
    found
        A sweep as :func:`simulation.experiments.sweeps.futures.plan_futures` plans it.
    strategies
        Their names in the order of the plan.
    count
        Futures.

    Returns
    -------
    dict
        Frames of a row a future, a column a strategy; missing where a run did not finish.

    Raises
    ------
    RunError
        If no run was finished.
    """
    if not found.quarters:
        raise RunError("no run was finished; see the failures above")
    result = {}
    for name, entry in OBJECTIVES.items():
        if entry.metric:
            rows = found.table(entry.metric)
            number = rows["point"].astype("str").map(point_place)
            rows = rows.assign(future=number % count, scenario=[strategies[place] for place in number // count])
            result[name] = rows.pivot(index="future", columns="scenario", values="value").reindex(
                index=range(count), columns=list(strategies)
            )
    return result
