"""The registry of metrics and users' own metrics."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from simulation.errors import InputError, ModelError
from simulation.outcomes import METRICS, StateView, metric, metric_hashes
from simulation.outcomes.focal import actor_outcomes
from simulation.outcomes.metrics import evaluate, format_bounds, register, select_metrics, unregister, user_metrics
from simulation.outcomes.record import Recorder
from tests.outcomes.worlds import Scenario, Spec, random_world


@pytest.fixture(autouse=True)
def _forget_users_metrics() -> Iterator[None]:
    yield
    for entry in user_metrics():
        unregister(entry.name)


def test_every_built_in_metric_is_documented():
    assert METRICS["cooperation"].default
    assert METRICS["cooperation"].function is actor_outcomes
    for name, entry in METRICS.items():
        assert entry.name == name
        assert entry.unit
        assert entry.formula
        assert "\n" not in entry.formula
        assert entry.section == "E"
        low, high = entry.bounds
        assert high is None or low < high


def test_bounds_print_as_an_interval():
    assert format_bounds((0, 1)) == "[0, 1]"
    assert format_bounds((0, None)) == "[0, inf)"
    assert format_bounds((-math.inf, None)) == "(-inf, inf)"


@pytest.mark.parametrize("value", [1.5, -0.1, math.nan, math.inf, "many", None])
def test_a_bad_value_names_the_metric(value):
    with pytest.raises(ModelError, match="'cooperation'"):
        METRICS["cooperation"].check(value)


def test_selection_keeps_the_order_of_the_registry():
    assert [m.name for m in select_metrics(("cooperation", "deals"))] == ["deals", "cooperation"]
    assert select_metrics("all") == tuple(METRICS.values())
    assert {m.name for m in select_metrics("default")} == {n for n, m in METRICS.items() if m.default}


def test_selection_tells_every_unknown_name():
    with pytest.raises(InputError, match="did you mean 'cooperation'") as error:
        select_metrics(("coperation", "volume", "no_such_thing_at_all"))
    assert len(error.value.faults) == 2
    assert all(fault.key == "record.metrics" for fault in error.value.faults)


@pytest.mark.parametrize(("name", "advice"), [("quality", "its parts: diversity"), ("volume_ngo", "deals_ngo")])
def test_a_metric_that_is_gone_is_refused_with_what_to_read_now(name, advice):
    with pytest.raises(InputError, match=f"'{name}' is no longer a metric; .*{advice}"):
        select_metrics((name,))


def test_users_metrics_are_recorded_like_built_in_ones():
    @metric("leaders_deals", unit="deals", bounds=(0, None))
    def leaders_deals(view):
        """Deals of the paradigm leaders."""
        return float((view.depth[view.leaders] > 0).sum())

    @metric("twice_capacity", "index", (0, 2), level="actor", formula="2K")
    def twice_capacity(view, actor_id):
        return 2 * view.capacity[view.index(actor_id)]

    state = random_world(1)
    spec = Spec(metrics=("cooperation", "leaders_deals", "twice_capacity"))
    recorder = Recorder(spec, Scenario(), state)
    recorder.observe(state)
    series = recorder.series().set_index(["actor", "metric"])["value"]
    assert series["system", "leaders_deals"] == (state.depth[state.leaders] > 0).sum()
    assert series["S03", "twice_capacity"] == 2 * state.capacity[3]
    assert METRICS["leaders_deals"].formula == "Deals of the paradigm leaders."
    assert METRICS["leaders_deals"].section == "user"
    assert METRICS["twice_capacity"].formula == "2K"
    assert leaders_deals(StateView(state)) == series["system", "leaders_deals"]


def _write_array(view):
    view.depth[0, 1] = 3


def _write_in_place(view):
    view.capacity += 1.0


def _sort_in_place(view):
    view.capacity.sort()


def _write_column(view):
    view.quarter = 7


@pytest.mark.parametrize("function", [_write_array, _write_in_place, _sort_in_place, _write_column])
def test_a_metric_cannot_write_the_state(function):
    metric("meddler", "none", (0, 1))(function)
    state = random_world(1)
    before = state.depth.copy(), state.capacity.copy(), state.quarter
    with pytest.raises(ModelError, match="'meddler'"):
        evaluate(METRICS["meddler"], StateView(state))
    np.testing.assert_array_equal(state.depth, before[0])
    np.testing.assert_array_equal(state.capacity, before[1])
    assert state.quarter == before[2]
    state.depth[0, 1] = state.depth[0, 1]  # the state itself stays writeable


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda view: 2.0, r"outside \[0, 1\]"),
        (lambda view: float("nan"), "not a finite number"),
        (lambda view: "much", "not a number"),
        (lambda view: "0.5", "not a number"),
        (lambda view: np.complex128(0.5), "not a number"),
        (lambda view: 10**400, "not a finite number"),
        (lambda view: view.no_such_column, "AttributeError"),
        (lambda view: view.index("S99"), "no actor 'S99'"),
        (lambda view: int("x"), "invalid literal"),
    ],
)
def test_a_failing_metric_is_named(function, message):
    metric("shaky", "none", (0, 1))(function)
    with pytest.raises(ModelError, match=r"test_metrics\.py:\d+: metric 'shaky'.*" + message):
        evaluate(METRICS["shaky"], StateView(random_world(1)))


def test_names_bounds_and_levels_are_checked():
    for name, bounds, level, message in (
        ("cooperation", (0, 1), "system", "exists already"),
        ("Not a name", (0, 1), "system", "lower-case"),
        ("upside_down", (1, 0), "system", "not below"),
        ("levelled", (0, 1), "sytem", "did you mean 'system'"),
        ("", (0, 1), "system", "lower-case"),
        (None, (0, 1), "system", "lower-case"),
        ("open_below", (None, 1), "system", "-math.inf"),
        ("one_bound", (0,), "system", "two numbers"),
    ):
        with pytest.raises(ModelError, match=message):
            metric(name, "none", bounds, level=level)(lambda view: 0.0)
        assert name not in METRICS or not METRICS[name].custom
    with pytest.raises(ModelError, match="no metric of a user"):
        unregister("cooperation")


def test_a_metric_is_a_function_with_a_unit_in_words():
    with pytest.raises(ModelError, match="metric 'own': the unit is a text, such as 'deals', not 3"):
        metric("own", 3, (0, 1))(lambda view: 0.0)
    with pytest.raises(ModelError, match=r"metric 'own': @metric\(...\) stands above a function, not 0.5"):
        metric("own", "none", (0, 1), formula="half")(0.5)
    assert "own" not in METRICS


def test_a_user_may_redefine_an_own_metric_and_its_hash_follows():
    @metric("own", "none", (0, 1))
    def first(view):
        return 0.0

    before = metric_hashes()
    register(METRICS["own"])  # as a worker process does
    assert metric_hashes() == before

    @metric("own", "none", (0, 1))
    def second(view):
        return 1.0

    assert set(before) == {"own"}
    assert metric_hashes() != before
    assert evaluate(METRICS["own"], StateView(random_world(1))) == 1.0


def test_a_function_without_source_is_hashed_by_its_bytecode():
    namespace: dict[str, object] = {}
    exec("def typed(view):\n    return 0.5", namespace)  # as at a bare prompt
    metric("typed", "none", (0, 1))(namespace["typed"])
    exec("def typed(view):\n    return 0.75", namespace)
    one = metric_hashes()["typed"]
    metric("typed", "none", (0, 1))(namespace["typed"])
    assert len(one) == 64
    assert metric_hashes()["typed"] != one
