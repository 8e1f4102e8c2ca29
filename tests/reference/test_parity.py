"""The kernels and the oracle agree, column by column, after every step of random worlds."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulation.model import GovernanceModel
from tests.reference.parity import play_both
from tests.reference.strategies import RIVAL_OPTIONS, agreeable, models, rich_model
from tests.synthetic import make_bloc, make_model, make_world

CALM = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=20, **CALM)
@given(model=models((3, 14), quarters=6), agree=st.booleans())
def test_small_worlds(model: GovernanceModel, agree: bool) -> None:
    play_both(agreeable(model) if agree else model, 6)


@pytest.mark.parametrize(("mechanism", "option"), [("breach", "on"), *RIVAL_OPTIONS])
def test_every_mechanism_in_a_rich_world(mechanism: str, option: str) -> None:
    play_both(agreeable(rich_model(1, mechanisms={mechanism: option})), 6)


@pytest.mark.parametrize(
    ("forum_choice", "strategy"),
    [
        ("off", {"tracks": ["non_state"]}),
        ("off", {"tracks": ["bilateral", "trilateral"]}),
        ("on", {"tracks": ["trilateral"], "effort": 3.0}),
        ("on", {"exclude_camps": ["EU", "US"], "firms": "research", "learn": True}),
        ("on", {"only_camp": "CN", "partners": ["state", "ngo"], "imitators": 1.0, "budget": 0.1}),
        ("on", {"advocacy": {"influencers": "all_allies", "paid": True, "message": 1.0}}),
        ("on", {"targets": [{"partner": name, "depth": "mou", "priority": 1} for name in ("A03", "firm_1", "ngo_0")],
                "budget": 0.2}),
        ("on", {"split": {"state": 0.1, "firm": 0.2, "knowledge": 0.1, "levers": 0.05}, "agency": 1.0, "budget": 0.3}),
        ("on", {"split": {"firm": 0.0}, "imitators": 1.0, "fund_local": 0.5}),
        ("off", {"trilateral_rate": 1.0, "imitators": 0.7}),
        ("on", {"texts": {"T0": "join", "T1": "decline", "new": "join"}}),
        ("on", {"budget": 0.5, "when": [
            {"metric": "coverage", "above": 0.0, "then": {"agency": 1.0, "budget": 2.0, "targets": ["A04"]}},
            {"metric": "capacity", "below": 2.0,
             "then": {"texts": {"T0": "join"}, "effort": 0.5, "tracks": ["bilateral"]}},
            {"metric": "breaches", "above": 1e9, "then": {"oversight": 1.0}},
        ]}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("seed", [2, 3])
def test_levers_in_a_rich_world(forum_choice: str, strategy: dict[str, object], seed: int) -> None:
    play_both(agreeable(rich_model(seed, mechanisms={"forum_choice": forum_choice}, strategy=strategy)), 6)


@pytest.mark.parametrize("uncertainty", [0.0, 1.0])
def test_actors_that_are_all_alike_differ_by_their_luck_alone(uncertainty: float) -> None:
    others = {"firm": 3, "think_tank": 2, "ngo": 3}
    world = make_world(8, others, trust_prior=0.7, blocs=[make_bloc(range(5), "majority", 0.5)])
    model = make_model(world, 6, parameters={"intensity_uncertainty": uncertainty})
    play_both(model, 6)
    assert model.state.depth.any()


@pytest.mark.slow
@settings(max_examples=400, **CALM)
@given(model=models((3, 40), quarters=12), agree=st.booleans())
def test_worlds_of_up_to_forty_actors(model: GovernanceModel, agree: bool) -> None:
    play_both(agreeable(model) if agree else model, 12)


@pytest.mark.slow
def test_the_shipped_world() -> None:
    model = GovernanceModel("scenarios/baseline.yaml")
    play_both(model, 2)
