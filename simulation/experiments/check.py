"""Check files without running them: scenarios and sweeps."""

from __future__ import annotations

import os
from collections.abc import Iterable

from simulation.errors import Fault, InputError
from simulation.scenario.load import load_scenario


def check_files(paths: Iterable[str | os.PathLike[str]]) -> list[Fault]:
    """Every fault of every scenario or sweep file, in the order of the files; empty if all are good."""
    from simulation.experiments.sweeps.load import is_sweep, load_sweep

    faults: list[Fault] = []
    for path in paths:
        try:
            if is_sweep(path):
                from simulation.experiments.sweeps.plan import make_plan  # brings the compiler

                make_plan(load_sweep(path))
            else:
                load_scenario(path)
        except InputError as error:
            faults += error.faults
    return faults
