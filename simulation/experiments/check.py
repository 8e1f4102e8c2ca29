"""Check files without running them: scenarios and sweeps."""

from __future__ import annotations

import os
from collections.abc import Iterable

from simulation.errors import Fault, InputError
from simulation.experiments.ask import unknown_metrics
from simulation.scenario.load import load_checked
from simulation.scenario.remarks import remarks


def check_files(paths: Iterable[str | os.PathLike[str]], notes: list[Fault] | None = None) -> list[Fault]:
    """Every fault of every scenario or sweep file, in the order of the files; empty if all are good.

    Parameters
    ----------
    paths
        The files.
    notes
        Takes up what is remarkable in good files and no fault.
    """
    told = [] if notes is None else notes
    from simulation.experiments.sweeps.load import is_sweep, load_sweep
    from simulation.experiments.sweeps.plan import make_plan

    faults: list[Fault] = []
    for path in paths:
        try:
            if is_sweep(path):
                sweep = load_sweep(path)
                make_plan(sweep)
                told += [Fault("", f"note: {note}", os.fspath(path)) for note in sweep.notes]
            else:
                scenario = load_checked(path, unknown_metrics)
                told += [Fault("", f"note: {note}", os.fspath(path)) for note in remarks(scenario)]
        except InputError as error:
            faults += error.faults
    return faults
