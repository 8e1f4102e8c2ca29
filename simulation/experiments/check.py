"""Check files without running them: scenarios and sweeps."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from simulation.errors import Fault, InputError
from simulation.scenario.load import load_checked
from simulation.scenario.remarks import remarks

if TYPE_CHECKING:
    from simulation.scenario.checks import Path as Place
    from simulation.scenario.schema import Scenario


def check_files(paths: Iterable[str | os.PathLike[str]], notes: list[Fault] | None = None) -> list[Fault]:
    """Every fault of every scenario or sweep file, in the order of the files; empty if all are good.

    Parameters
    ----------
    paths
        The files.
    notes
        Takes up what is remarkable in good files and no fault.
    """
    text = [] if notes is None else notes
    from simulation.experiments.sweeps.load import is_sweep, load_sweep

    faults: list[Fault] = []
    for path in paths:
        try:
            if is_sweep(path):
                from simulation.experiments.sweeps.plan import make_plan  # needs numba, a scenario does not

                sweep = load_sweep(path)
                make_plan(sweep)
                text += [Fault("", f"note: {note}", os.fspath(path)) for note in sweep.notes]
            else:
                scenario = load_checked(path, unknown_metrics)
                text += [Fault("", f"note: {note}", os.fspath(path)) for note in remarks(scenario)]
        except InputError as error:
            faults += error.faults
    return faults


def unknown_metrics(scenario: Scenario) -> Iterator[tuple[Place, str]]:
    """Place and message of each name under ``record: {metrics: }`` and in a signpost that is no metric.

    A metric of the user's own is known once its module has run, so that this is asked when a
    scenario is about to run or to be checked, not whenever one is loaded.
    """
    names, signs = scenario.record.metrics, scenario.strategy.when
    if isinstance(names, str) and not signs:
        return
    from simulation.outcomes.metrics import not_of_an_actor, unknown

    for place, message in unknown(() if isinstance(names, str) else names):
        yield ("record", "metrics", place), message
    for place, message in not_of_an_actor(sign.metric for sign in signs):
        yield ("strategy", "when", place, "metric"), message
