"""Check files without running them: scenarios and sweeps."""

from __future__ import annotations

import os
from collections.abc import Iterable

from simulation.errors import Fault, InputError
from simulation.experiments.asked import unknown_metrics
from simulation.scenario.load import load_checked


def check_files(paths: Iterable[str | os.PathLike[str]]) -> list[Fault]:
    """Every fault of every scenario or sweep file, in the order of the files; empty if all are good."""
    from simulation.sweeps.load import is_sweep, load_sweep
    from simulation.sweeps.plan import make_plan

    faults: list[Fault] = []
    for path in paths:
        try:
            if is_sweep(path):
                make_plan(load_sweep(path))
            else:
                load_checked(path, unknown_metrics)
        except InputError as error:
            faults += error.faults
    return faults
