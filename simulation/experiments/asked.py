"""Whether a scenario asks for metrics that there are; what computes them is loaded only where some are named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulation.scenario.checks import Path
    from simulation.scenario.schema import Scenario


def unknown_metrics(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """Place and message of each name under ``record: {metrics: }`` that is no metric.

    A metric of the user's own is known once its module has run, so that this is asked when a
    scenario is about to run or to be checked, not whenever one is loaded.
    """
    names = scenario.record.metrics
    if isinstance(names, str):
        return
    from simulation.outcomes.metrics import unknown

    for place, message in unknown(names):
        yield ("record", "metrics", place), message
