"""A sweep ready to run: its points, checked, and how many runs that makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simulation.errors import InputError
from simulation.experiments.engine.worker import Job
from simulation.experiments.sweeps.design import Cube, Points, check_points, design_points, point_id, run_count
from simulation.experiments.sweeps.load import Sweep

MAX_RUNS = 100_000
"""Most runs of a sweep unless told otherwise: about seven hours of one core at a quarter of a second each."""


@dataclass(frozen=True)
class Plan:
    """All that a sweep will run.

    Attributes
    ----------
    sweep
        What was asked for.
    points
        Its design points.
    cube
        Their places in the unit cube, shape (rows of the design, factors), where the design has one.
    effective
        Values of the parameters that differ between points, by name, shape (points,); missing where one is drawn.
    drawn
        Parameters that the replicates of some point draw.
    """

    sweep: Sweep
    points: Points
    cube: Cube | None
    effective: Mapping[str, Cube]
    drawn: tuple[str, ...]

    @property
    def runs(self) -> int:
        """Number of runs."""
        return len(self.points) * self.sweep.replicates

    def job(self, run: int) -> Job:
        """The run of a number: all replicates of the first point, then the next."""
        place, replicate = divmod(run, self.sweep.replicates)
        return Job(point_id(place), replicate)


def make_plan(sweep: Sweep, max_runs: int = MAX_RUNS) -> Plan:
    """Draw the design and build every scenario once.

    Raises
    ------
    InputError
        For more runs than allowed, or points that cannot be.
    """
    runs = run_count(sweep)
    if runs > max_runs:
        text = f"the sweep has {runs} runs, more than {max_runs}; make it smaller, or give a higher --max-runs"
        raise InputError(sweep.root.mark.fault("", text))
    points, cube = design_points(sweep)
    values = check_points(points, sweep)
    varied = {name: column for name, column in values.items() if len(np.unique(column)) > 1}  # NaN equals NaN
    drawn = tuple(name for name, column in values.items() if np.isnan(column).any())
    return Plan(sweep, points, cube, varied, drawn)
