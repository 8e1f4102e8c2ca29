"""The recorder: shapes, order, labels, ties, joins, events, and that it only reads."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from simulation.errors import InputError, ModelError
from simulation.outcomes import METRICS
from simulation.outcomes.record import Recorder
from simulation.state import DRAWN, TRILATERAL, State
from tests.outcomes.worlds import Scenario, Spec, add_deal, bare_world, random_world
from tests.worlds import same_state, with_inert_actor

HEADLINE = ("cooperation", "density_states")


def recorded(state: State, spec: Spec, scenario: Scenario | None = None, observations: int = 7) -> Recorder:
    scenario = scenario or Scenario()
    recorder = Recorder(spec, scenario, state)
    for k in range(observations):
        state.quarter = max(0, k - 1)
        recorder.observe(state)
    return recorder


def test_series_are_tidy_and_in_a_fixed_order():
    series = recorded(random_world(1), Spec(metrics=("density_states", "safety", "cooperation"))).series()
    assert list(series.columns) == ["quarter", "actor", "metric", "value"]
    quarters = ["2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2"]
    block = [("S02", "cooperation"), ("S02", "safety"), ("S04", "cooperation"), ("S04", "safety")]
    block += [("S03", "cooperation"), ("S03", "safety"), ("system", "density_states")]
    rows = list(zip(series["quarter"], series["actor"], series["metric"], strict=True))
    assert rows == [(quarter, *pair) for quarter in quarters for pair in block]
    assert series["value"].dtype == np.float64


def test_all_metrics_are_recorded_and_default_ones_by_default():
    every = recorded(random_world(1), Spec(metrics="all", actors=()), observations=1).series()
    assert list(every["metric"]) == list(METRICS)
    default = recorded(random_world(1), Spec(metrics="default", actors=()), observations=1).series()
    assert list(default["metric"]) == [name for name, entry in METRICS.items() if entry.default]


def test_every_other_quarter_and_the_horizon():
    state = random_world(1)
    scenario = Scenario(quarters=5)
    recorder = Recorder(Spec(metrics=HEADLINE, actors=(), every=2), scenario, state)
    due = []
    for _ in range(6):
        due.append(recorder.due)
        recorder.observe(state)
    assert due == [True, False, True, False, True, True]
    assert list(recorder.series()["quarter"].unique()) == ["2024Q4", "2025Q2", "2025Q4", "2026Q1"]


def test_time_to_agreement_counts_the_quarters_that_are_not_kept():
    state = bare_world()
    state.track_share[:] = 0
    state.track_share[0, 0] = 2
    spec = Spec(metrics=("time_to_agreement_bilateral",), every=3)
    series = recorded(state, spec).series()
    assert series["value"].tolist() == [0.0, 6.0, 12.0]


@pytest.mark.parametrize(
    ("actors", "expected"),
    [
        ("focal", ["S02", "S04", "S03"]),
        ("states", ["S02", "S00", "S01", "S03", "S04", "S05", "S06", "EU"]),
        (("S05", "firm_0", "S02"), ["S02", "S05", "firm_0"]),
        ((), ["S02"]),
    ],
)
def test_recorded_actors_put_the_focal_one_first(actors, expected):
    state = random_world(1)
    recorder = Recorder(Spec(actors=actors), Scenario(), state)
    assert [state.ids[row] for row in recorder.actors] == expected


def test_all_actors_are_everybody():
    state = random_world(1)
    recorder = Recorder(Spec(actors="all"), Scenario(), state)
    assert sorted(recorder.actors.tolist()) == list(range(state.n))


def test_bad_specifications_are_told_together():
    state = random_world(1)
    with pytest.raises(InputError) as error:
        Recorder(Spec(ties="some", actors="sates", every=0), Scenario(), state)
    assert [fault.key for fault in error.value.faults] == ["record.ties", "record.actors", "record.every"]
    with pytest.raises(InputError, match="did you mean 'states'"):
        Recorder(Spec(actors="sates"), Scenario(), state)
    with pytest.raises(InputError, match="unknown actor") as error:
        Recorder(Spec(), Scenario(focal="XXX", peers=("S04", "YYY")), state)
    assert [fault.key for fault in error.value.faults] == ["focal", "peers"]
    with pytest.raises(InputError, match=r"record\.actors: unknown actor"):
        Recorder(Spec(actors=("ZZZ",)), Scenario(), state)
    with pytest.raises(InputError, match="unknown metric 'coperation'"):
        Recorder(Spec(metrics=("coperation",)), Scenario(), state)


def test_ties_of_the_focal_state_are_those_of_the_last_quarter():
    state = bare_world()
    add_deal(state, 2, 5, 1)
    state.held[2, 5] = state.held[5, 2] = DRAWN
    recorder = Recorder(Spec(metrics=HEADLINE), Scenario(), state)
    recorder.observe(state)
    add_deal(state, 2, 4, 3, TRILATERAL)
    add_deal(state, 2, state.s, 2, track=-1)
    add_deal(state, 0, 1, 1)
    recorder.observe(state)
    rows = [tuple(row) for row in recorder.ties().itertuples(index=False)]
    assert rows == [
        ("2025Q1", "S02", "S04", "trilateral", 3, "new"),
        ("2025Q1", "S02", "S05", "bilateral", 1, "drawn"),
        ("2025Q1", "S02", "firm_0", "non_state", 2, "new"),
    ]


def test_all_ties_are_kept_at_every_recorded_quarter():
    state = bare_world()
    add_deal(state, 4, 2, 2)
    add_deal(state, 0, 1, 1)
    ties = recorded(state, Spec(metrics=HEADLINE, ties="all", every=4)).ties()
    assert list(ties.columns) == ["quarter", "a", "b", "track", "depth", "source"]
    pairs = list(zip(ties["quarter"], ties["a"], ties["b"], ties["depth"], strict=True))
    expected = [("S00", "S01", 1), ("S02", "S04", 2)]
    assert pairs == [(quarter, *edge) for quarter in ("2024Q4", "2025Q4", "2026Q2") for edge in expected]
    assert ties["depth"].dtype == np.int8


def test_no_ties_and_an_empty_record_have_their_columns():
    state = random_world(1)
    recorder = Recorder(Spec(ties="none"), Scenario(), state)
    for frame, columns in (
        (recorder.series(), 4), (recorder.ties(), 6), (recorder.joins(), 5), (recorder.events(), 5),
    ):  # fmt: skip
        assert frame.shape == (0, columns)
    recorder.observe(state)
    assert recorder.ties().empty


def test_joins_tell_who_could_and_who_did():
    state = bare_world()
    state.eligible[:] = False
    state.eligible[0, [0, 1, 2]] = True
    state.joined[0, [1, 2, 5]] = True  # 5 was admitted without being eligible
    state.join_quarter[0, [1, 2, 5]] = [-1, 0, 3]
    joins = recorded(state, Spec(metrics=HEADLINE)).joins()
    assert list(joins.columns) == ["instrument", "actor", "quarter", "eligible", "joined_before"]
    assert joins["actor"].tolist() == ["S00", "S01", "S02", "S05"]
    assert joins["quarter"].isna().tolist() == [True, False, False, False]
    assert joins["quarter"].tolist()[1:] == ["2024Q4", "2025Q1", "2025Q4"]
    assert joins["eligible"].tolist() == [True, True, True, False]
    assert joins["joined_before"].tolist() == [False, True, False, False]
    assert set(joins["instrument"]) == {"instrument_0"}


def test_events_carry_the_quarter_they_happen_in():
    state = bare_world()
    recorder = Recorder(Spec(metrics=HEADLINE, events=True), Scenario(), state)
    recorder.observe(state)
    recorder.event("made", (2, 4, 5), 1, TRILATERAL)
    recorder.observe(state)
    recorder.event("breached", (4, 2), 1)
    rows = [tuple(row) for row in recorder.events().itertuples(index=False)]
    assert rows == [
        ("2025Q1", "made", "S02 S04 S05", 1, "trilateral"),
        ("2025Q2", "breached", "S04 S02", 1, ""),
    ]


def test_events_are_dropped_unless_asked_for():
    recorder = recorded(random_world(1), Spec(metrics=HEADLINE))
    recorder.event("made", (0, 1))
    assert recorder.events().empty


def test_recording_changes_no_bit_of_the_state():
    state = random_world(2)
    before = copy.deepcopy(state)
    recorder = Recorder(Spec(actors="all", ties="all", events=True), Scenario(), state)
    recorder.observe(state)
    assert same_state(state, before) == []


def test_the_record_is_a_copy():
    state = random_world(2)
    recorder = recorded(state, Spec(ties="focal"))
    before = recorder.series(), recorder.ties(), recorder.joins()
    state.depth[:], state.joined[:], state.capacity[:] = 0, False, 0
    for one, other in zip(before, (recorder.series(), recorder.ties(), recorder.joins()), strict=True):
        assert one.equals(other)


def test_an_inert_actor_changes_no_recorded_bit():
    state = random_world(3)
    twin = with_inert_actor(state)
    one, other = recorded(state, Spec(actors="states")), recorded(twin, Spec(actors="states"))
    np.testing.assert_array_equal(one.series()["value"], other.series()["value"])


def test_a_recorder_survives_pickling_in_the_middle_of_a_run():
    state = random_world(4)
    recorder = recorded(state, Spec(ties="all"), observations=3)
    twin = pickle.loads(pickle.dumps(recorder))
    for each in (recorder, twin):
        each.observe(state)
    assert recorder.series().equals(twin.series())
    assert recorder.ties().equals(twin.ties())


def test_misuse_is_refused():
    state = random_world(1)
    recorder = recorded(state, Spec(metrics=HEADLINE))
    with pytest.raises(ModelError, match="it ends in 2026Q2"):
        recorder.observe(state)


def test_a_value_out_of_bounds_names_the_quarter_the_actor_and_the_metric():
    state = random_world(1)
    recorder = Recorder(Spec(), Scenario(quarters=2), state)
    recorder.observe(state)
    state.urgency[4] = 1.5
    recorder.observe(state)
    message = r"2025Q1: S04: metric 'urgency' is 1\.5, outside \[0, 1\]"
    with pytest.raises(ModelError, match=message):
        recorder.series()
    with pytest.raises(ModelError, match=message):
        recorder.as_datacollector()
    state.urgency[4] = 0.5
    with pytest.raises(ModelError, match=message):  # at the horizon, read or not
        recorder.observe(state)


def test_a_value_of_the_world_that_is_not_finite_is_told():
    state = random_world(1)
    state.world_governance = np.nan
    recorder = Recorder(Spec(), Scenario(), state)
    recorder.observe(state)
    with pytest.raises(ModelError, match=r"2024Q4: system: metric 'world_governance' is nan, not a finite number"):
        recorder.series()


def test_reading_in_the_middle_of_a_run_changes_nothing():
    state, scenario = random_world(3), Scenario()
    often, once = (Recorder(Spec(actors="all", every=2), scenario, state) for _ in range(2))
    for k in range(7):
        state.capacity[: state.s] *= 0.9
        for recorder in (often, once):
            recorder.observe(state)
        often.series()
        assert len(often.as_datacollector().model_vars["cooperation"]) == k
    assert once.series().equals(often.series())
