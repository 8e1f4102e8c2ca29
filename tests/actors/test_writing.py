"""What is written into agents and arrays: it counts, or it is refused with what to write instead; never lost."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from simulation.actors import StateActor
from simulation.errors import ModelError, TimeLimit
from simulation.experiments.engine.simulate import simulate
from simulation.experiments.engine.worker import Job, run_job
from simulation.model import GovernanceModel
from simulation.state import KINDS
from tests.shipped import shipped
from tests.synthetic import make_model, make_world


@pytest.fixture
def model() -> GovernanceModel:
    return make_model(make_world(4, dict.fromkeys(KINDS[1:], 1)), 3)


# --- agents


WRITES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "a partner": (lambda agent: agent.partners.__setitem__("A02", 2), "write it under `deals` of the scenario"),
    "no partner": (lambda agent: agent.partners.__delitem__("A02"), "model.state.depth"),
    "all partners": (lambda agent: setattr(agent, "partners", {"A02": 2}), "planned under `deals` of the scenario"),
    "all trust": (lambda agent: setattr(agent, "trust", 0.9), r'agent\.trust\["FRA"\] = 0\.9'),
    "a slice of trust": (lambda agent: agent.trust.__setitem__(slice(None), 0.9), r'trust\["FRA"\] = 0\.9'),
    "the whole position": (lambda agent: setattr(agent, "position", np.zeros(4)), r"agent\.position\[:\] ="),
    "all interests": (lambda agent: setattr(agent, "interests", np.ones(4) / 4), r"agent\.interests\[:\] ="),
}


@pytest.mark.parametrize("what", WRITES)
def test_a_write_that_would_be_lost_says_what_to_write(model: GovernanceModel, what: str) -> None:
    write, told = WRITES[what]
    with pytest.raises(ModelError, match=told):
        write(model.states["A01"])


def test_what_the_messages_advise_counts(model: GovernanceModel) -> None:
    agent = model.states["A01"]
    agent.trust["A02"] = 0.9
    agent.position[:] = [0.1, 0.2, 0.3, 0.4]
    agent.interests[:] = [0.4, 0.3, 0.2, 0.1]
    i, j = agent.row, model.index("A02")
    model.state.depth[i, j] = model.state.depth[j, i] = 2
    assert model.state.trust_prior[i, j] == 0.9
    assert model.state.position[i].tolist() == [0.1, 0.2, 0.3, 0.4]
    assert model.state.weight[i].tolist() == [0.4, 0.3, 0.2, 0.1]
    assert agent.partners["A02"] == 2
    assert agent.partners == {**agent.partners}
    assert repr(agent.partners) == repr({**agent.partners})


def test_a_misspelt_column_is_refused(model: GovernanceModel) -> None:
    with pytest.raises(ModelError, match=r"the state has no column 'dept'; did you mean 'depth'\?"):
        model.state.dept = 1


# --- arrays


def _writes(name: str, value: Any) -> type[StateActor]:
    class Vandal(StateActor):
        """Writes all over a column when it is asked."""

        def accepts(self, partner: Any, utility: float) -> float:
            getattr(self.model.state, name)[:] = value
            return 1.0

        def partner_utility(self, partner: Any) -> float:
            getattr(self.model.state, name)[:] = value
            return 1.0

    return Vandal


@pytest.mark.parametrize(
    ("name", "value", "bounds"), [("depth", 9, "0, 3"), ("depth", -1, "0, 3"), ("track", 5, "-1, 4")]
)
def test_a_hook_that_writes_out_of_bounds_is_told_before_the_next_step(name: str, value: int, bounds: str) -> None:
    model = GovernanceModel(shipped(), actors={"MAR": _writes(name, value)})
    told = rf"{name}\[\w+, \w+\] of the state is {value} after the step 'expect' of 2025Q1, outside \[{bounds}\]"
    told += r".*Replaced decisions: .*test_writing\.py:\d+: Vandal\.partner_utility"
    with pytest.raises(ModelError, match=told):
        model.step()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("depth", 9), ("position", 1.5), ("capacity", -0.1), ("urgency", np.nan), ("home", 10_000), ("share", 5),
        ("budget", np.nan), ("purse", -3), ("zeal", -1),
    ],
)  # fmt: skip
def test_what_is_written_by_hand_is_told_at_the_end_of_the_quarter(name: str, value: float) -> None:
    model = make_model(make_world(4, dict.fromkeys(KINDS[1:], 1)), 3)

    def write(step: str) -> None:
        if step == "record":
            getattr(model.state, name)[:] = value

    model.watch = write
    with pytest.raises(ModelError, match=rf"{name}\[.*\] of the state is .* after the step 'record'"):
        model.step()


# --- what a hook raises


def _raises(error: BaseException) -> type[StateActor]:
    class Thrower(StateActor):
        """Raises."""

        def partner_utility(self, partner: Any) -> float:
            raise error

    return Thrower


@pytest.mark.parametrize("error", [GeneratorExit("enough"), SystemExit(3), BaseException("own"), KeyboardInterrupt()])
def test_whatever_a_hook_raises_in_a_worker_is_a_failure_with_stage_and_line(error: BaseException) -> None:
    scenario = shipped()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as in a worker, which hears no Ctrl-C
    try:
        failed = run_job(
            lambda *given: simulate(*given, actors={"MAR": _raises(error)}), {"point": scenario}, Job("point", 0)
        )
    finally:
        signal.signal(signal.SIGINT, before)
    assert (failed.stage, failed.type) == ("run", "ModelError")
    assert f"Thrower.partner_utility of MAR in 2025Q1 failed: {type(error).__name__}" in failed.message
    assert "test_writing.py:" in failed.message


@pytest.mark.parametrize("error", [KeyboardInterrupt(), TimeLimit()])
def test_a_ctrl_c_and_the_end_of_the_time_stay_what_they_are(model: GovernanceModel, error: BaseException) -> None:
    model = GovernanceModel(shipped(), actors={"MAR": _raises(error)})
    with pytest.raises(type(error)):
        model.step()
