"""The kernels and the oracle agree, column by column, after every step of random worlds."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from simulation.model import GovernanceModel
from tests.reference.parity import play_both
from tests.reference.strategies import RIVAL_OPTIONS, models, rich_model

CALM = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=60, **CALM)
@given(model=models((3, 14), quarters=6))
def test_small_worlds(model: GovernanceModel) -> None:
    play_both(model, 6)


@pytest.mark.parametrize(("mechanism", "option"), [("consent", "logistic"), *RIVAL_OPTIONS])
def test_every_mechanism_in_a_rich_world(mechanism: str, option: str) -> None:
    play_both(rich_model(1, mechanisms={mechanism: option}), 6)


@pytest.mark.slow
@settings(max_examples=600, **CALM)
@given(model=models((3, 40), quarters=12))
def test_worlds_of_up_to_forty_actors(model: GovernanceModel) -> None:
    play_both(model, 12)


@pytest.mark.slow
def test_the_shipped_world() -> None:
    model = GovernanceModel("scenarios/baseline.yaml")
    play_both(model, 2)
