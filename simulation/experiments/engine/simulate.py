"""Simulate one replicate of a scenario: model in, tables out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from simulation.errors import InputError, ModelError, is_own_fault
from simulation.experiments.engine.tables import Outcome
from simulation.experiments.engine.worker import ReplicateError
from simulation.source_code import failing_line
from simulation.state import B, State

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
            check_numbers(model)
        with stage("record"):
            return Outcome.from_columns(replicate, model.recorder.columns())
    finally:
        model.close()


def apply(tweak: Tweak, model: GovernanceModel) -> None:
    """Let a user's function write into a model that has not run yet.

    Raises
    ------
    ModelError
        If it runs the model (a tweak changes the start of a run), or writes what :func:`check_numbers` refuses.
    """
    if isinstance(tweak, type):
        raise ModelError(f"a tweak is a function of the model, not the class {tweak.__name__}; actors= takes classes")
    if not callable(tweak):
        raise ModelError(f"a tweak is a function of the model, not {tweak!r}")
    tweak(model)
    if model.state.quarter:
        raise ModelError("a tweak writes into a model before it runs; this one calls step() or run()")
    check_numbers(model)


def check_numbers(model: GovernanceModel) -> None:
    """Refuse NaN, infinity, what lies out of its range, weights that do not sum to one, and deals of one side.

    A run would go on with any of them: of NaN every comparison is false.

    Raises
    ------
    ModelError
        Naming the columns.
    """
    state = model.state
    columns = {entry.name: np.asarray(getattr(state, entry.name)) for entry in fields(state)}
    odd = {name: each for name, each in columns.items() if each.dtype.kind == "f" and not np.isfinite(each).all()}
    holes = [name for name, each in odd.items() if np.isnan(each).any()]
    if holes:
        text = f"NaN in {', '.join(holes)} of the model's state; somebody wrote it there"
        raise ModelError(f"{text} (a tweak, a hook), for no rule of the model does")
    if endless := [name for name, each in odd.items() if each.ndim]:  # a single number may be: it bounds nothing then
        text = f"infinity in {', '.join(endless)} of the model's state; somebody wrote it there"
        raise ModelError(f"{text} (a tweak, a hook), for no rule of the model does")
    if below := [name for name in _NEVER_BELOW_0 if (columns[name] < -_ROUNDED).any()]:
        raise ModelError(f"numbers below 0 in {', '.join(below)} of the model's state; somebody wrote them there")
    for name in _SHARES:
        numbers, blank = columns[name], _BLANKS.get(name, 0.0)
        beyond = (numbers > 1.0 + _ROUNDED) | ((numbers < -_ROUNDED) & (numbers != blank))
        _refuse_rows(beyond, state.ids, f"{name} lies in [0, 1]")
    _refuse_rows(np.abs(state.weight.sum(axis=1) - 1.0) > _ROUNDED, state.ids, "the weights of an actor sum to 1")
    _refuse_rows(np.diagonal(state.depth) != 0, state.ids, "nobody has a deal with itself")
    for name in ("depth", "track"):
        if (one_sided := np.argwhere(columns[name] != columns[name].T)).size:
            a, b = (state.ids[k] for k in one_sided[0])
            text = f"{name} of the state is not the same at [{a}, {b}] and [{b}, {a}]"
            raise ModelError(f"{text}; a deal is of both: somebody wrote one side only")


_NEVER_BELOW_0 = ("alpha", "beta", "budget", "purse", "zeal")
_SHARES = [entry.name for entry in fields(State) if "[0, 1" in entry.metadata.get("meaning", "")]
"""Columns whose range is said to be [0, 1]."""
_BLANKS = {"share": -1.0}
"""What stands in such a column where there is no share."""
_ROUNDED = 1e-6
"""By how much a number that is worked out may miss what it is; a purse that is spent ends so near 0."""


def _refuse_rows(wrong: B, ids: Sequence[str], rule: str) -> None:
    """Name those whose rows hold what breaks a rule."""
    rows = np.flatnonzero(wrong.any(axis=tuple(range(1, wrong.ndim))))
    if rows.size:
        names = ", ".join(ids[k] if len(wrong) == len(ids) else str(k) for k in rows[:5])
        raise ModelError(f"{rule}; somebody wrote something else for {names}")
