"""Simulate one replicate of a scenario: model in, tables out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from simulation.errors import InputError, ModelError, is_own_fault
from simulation.experiments.engine.tables import Outcome
from simulation.experiments.engine.worker import ReplicateError
from simulation.source_code import failing_line

if TYPE_CHECKING:
    from simulation.actors.cast import Cast
    from simulation.experiments.engine.transport import Tweak
    from simulation.model import GovernanceModel
    from simulation.scenario.schema import Scenario


@contextmanager
def stage(name: str, function: object = None) -> Iterator[None]:
    """Name the stage that an exception escapes from, and the line of a user's function in which it arose.

    Bad input passes as it is, and what ends the run from outside.
    """
    try:
        yield
    except InputError:
        raise
    except BaseException as error:
        if not is_own_fault(error):
            raise
        raise ReplicateError(name, failing_line(function, error.__traceback__)) from error


def simulate(
    scenario: Scenario, replicate: int, actors: Cast | None = None, tweak: Tweak | None = None
) -> Outcome:
    """Run one replicate to the horizon.

    Parameters
    ----------
    scenario
        What to simulate; its seed and ``replicate`` determine every draw.
    replicate
        Number of the replicate, from 0.
    actors
        Replacement classes by actor id or kind.
    tweak
        Writes into the model before it runs.

    Raises
    ------
    ReplicateError
        Caused by whatever the model raised.
    InputError
        The scenario cannot be built; no replicate can.
    """
    from simulation.model import GovernanceModel  # here: the workers' start-up stays light

    with stage("build"):
        model = GovernanceModel(scenario, replicate=replicate, actors=actors)
    try:
        if tweak is not None:
            with stage("tweak", tweak):
                apply(tweak, model)
        with stage("run"):
            model.run()
        with stage("record"):
            return Outcome.from_columns(replicate, model.recorder.columns())
    finally:
        model.close()


def apply(tweak: Tweak, model: GovernanceModel) -> None:
    """Let a user's function write into a model that has not run yet.

    Raises
    ------
    ModelError
        If it runs the model (a tweak changes the start of a run), or writes what
        :func:`~simulation.model.bounds.check_numbers` refuses.
    """
    if isinstance(tweak, type):
        raise ModelError(f"a tweak is a function of the model, not the class {tweak.__name__}; actors= takes classes")
    if not callable(tweak):
        raise ModelError(f"a tweak is a function of the model, not {tweak!r}")
    from simulation.model.bounds import check_numbers  # as above

    tweak(model)
    if model.state.quarter:
        raise ModelError("a tweak writes into a model before it runs; this one calls step() or run()")
    check_numbers(model)
