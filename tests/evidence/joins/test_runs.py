"""Runs join as forecasts do: the same log odds from the same draws, and as many joiners."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from simulation.evidence.joins.forecast import forecast
from simulation.intensity.joining import belief as drawing
from simulation.intensity.joining.chances import launch_log_odds
from simulation.intensity.joining.pace import LAUNCH_DAYS, QUARTER_DAYS
from simulation.intensity.joining.posterior import shipped
from simulation.intensity.joining.setting import reach_of_opening
from simulation.intensity.joining.so_far import setting, so_far
from simulation.intensity.joining.states import ids, place
from simulation.intensity.joining.texts import SignupText
from simulation.model import GovernanceModel
from simulation.model.start import build_state
from simulation.processes.instruments import join_instruments, joining_terms
from simulation.randomness import Draws, Stream, key, normal, stable_hash, uniform
from simulation.scenario.checks import world_of
from simulation.scenario.load import load_scenario

DAY = date(2024, 12, 31)
FILE = "scenarios/baseline.yaml"
KEYS = {"id": "call", "opens": "2025-01-01", "sponsors": ["FRA", "IND"], "summit": True}
TEXT = SignupText(
    id="call", opens=date(2025, 1, 1), sponsors=("FRA", "IND"), eligible=ids(), summit=True,
    position=None,
)  # fmt: skip
STILL = {"join_affinity": 0, "join_sponsor": 0, "join_urgency": 0, "join_norm": 0, "forum_attention": 0}
QUARTERS = 5




def test_a_run_without_anything_happening_has_the_log_odds_of_a_forecast() -> None:
    """The draws are made again here; the log odds are those of the forecast's own function."""
    loaded = load_scenario(FILE, instruments=[KEYS], parameters=STILL)
    state = build_state(world_of(loaded), loaded, 3)
    q, known, here = state.instrument_ids.index("call"), shipped(DAY), setting(TEXT, DAY)
    luck, uid = key(loaded.seed, 3, -1, Stream.INSTRUMENT_REACH), stable_hash("instrument:call")

    names = ("reach", "against", *(f"slope {x}" for x in drawing.NAMES), *(f"shock {g}" for g in drawing.GROUPS))
    own = {name: normal(uniform(luck, uid, stable_hash(name))) for name in names}
    believed = drawing.draw_belief(known, loaded.seed, 3)
    what = drawing.text_draws(believed, here, reach_of_opening(TEXT, here, True, True), own, False)
    expected = launch_log_odds(what, here.columns, here.centred, here.group)[0]
    rows = [state.ids.index(ids()[i]) for i in here.who]
    found = state.reach[q] + state.launch_standing[q, rows]
    assert found == pytest.approx(expected, abs=1e-12)
    for i, odds in zip(rows[:5], expected[:5], strict=True):
        state.as_one[q] = False
        terms = joining_terms(state, loaded.parameters, loaded.mechanisms, i, q)
        assert sum(terms.values()) - terms["convening"] == pytest.approx(odds, abs=1e-12)


def test_a_run_has_as_many_joiners_as_a_forecast() -> None:
    """200 replicates of a new text alone, against the forecast of the same length."""
    loaded = load_scenario(FILE, instruments=[KEYS], parameters=STILL)
    world = world_of(loaded)
    start = GovernanceModel(loaded).state
    counts = []
    q = start.instrument_ids.index("call")
    known, here = shipped(DAY), setting(TEXT, DAY)
    rows = np.array([world.ids.index(ids()[i]) for i in here.who])
    start.closes[np.arange(len(start.closes)) != q] = -1
    for replicate in range(200):
        believed = drawing.draw_belief(known, 7, replicate)
        drawn = drawing.draw_text(known, believed, TEXT, here, None, start.instrument_uid[q], 7, replicate)
        start.joined[q] = False
        start.reach[q], start.as_one[q] = drawn.reach, drawn.as_one
        start.pace[q], start.pace_by_share[q] = drawn.pace, drawn.by_share
        start.launch_standing[q, rows], start.pace_standing[q, rows] = drawn.standing, drawn.pace_standing
        for start.quarter in range(QUARTERS):
            join_instruments(start, loaded.parameters, loaded.mechanisms, Draws(7, replicate, start.quarter))
        counts.append(start.joined[q].sum())
    by = TEXT.opens + timedelta(days=LAUNCH_DAYS + round((QUARTERS - 1) * QUARTER_DAYS))
    expected = forecast(TEXT, DAY, by, known).counts
    error = np.hypot(np.std(counts) / np.sqrt(len(counts)), expected.std() / np.sqrt(len(expected)))
    assert abs(np.mean(counts) - expected.mean()) < 4 * error
    assert np.std(counts) == pytest.approx(expected.std(), rel=0.25)


# --- what a list tells of its pace


def days(names: tuple[str, ...], day: date) -> tuple[tuple[str, int], ...]:
    return tuple((name, day.toordinal()) for name in names)


def test_a_list_that_grew_tells_of_a_quicker_pace_than_one_that_did_not() -> None:
    old = replace(TEXT, id="old", opens=date(2021, 1, 1))
    idle = so_far(old, days(ids()[:60], old.opens), DAY)
    grown = so_far(old, days(ids()[:20], old.opens) + days(ids()[20:60], date(2023, 6, 1)), DAY)
    assert idle is not None
    assert grown is not None
    assert grown.mean > idle.mean + 1
    assert 0 < grown.told < 1
    assert grown.sd < shipped(DAY).pace.call_sd
    assert so_far(replace(TEXT, opens=date(2024, 12, 20)), (), DAY) is None  # its launch is not over


def test_the_pace_so_far_is_the_most_probable_one() -> None:
    """Its posterior density, written anew, falls on both sides and is as curved there as its spread says."""
    old = replace(TEXT, id="old", opens=date(2022, 12, 1))
    inside = days(ids()[:30], old.opens) + days(ids()[30:40], date(2024, 3, 1))
    found, known, here = so_far(old, inside, DAY), shipped(DAY), setting(old, DAY)
    assert found is not None
    z = here.columns @ known.mode[len(drawing.REACH) :] + known.state[here.who] + known.state_by_act[here.who]
    z -= z.mean()
    mode, slope = known.pace.mode, known.pace.mode[-2] + known.pace.mode[-1]
    joined = np.array([dict(inside).get(ids()[i], 10**7) for i in here.who])
    first_year = old.opens + timedelta(days=LAUNCH_DAYS)
    edges = [first_year, first_year + timedelta(days=365), DAY]

    def density(own: float) -> float:
        total = -0.5 * (own / known.pace.call_sd) ** 2
        for first, last in pairwise(edges):
            risk = joined > first.toordinal()
            share = np.clip((~risk).mean(), 0.01, 0.99)
            level = mode[0] + mode[1] + (first > first_year) * mode[6] + mode[9] * np.log(share / (1 - share)) + own
            hazard = 1 / (1 + np.exp(-(level + slope * z[risk])))
            stay = (1 - hazard) ** ((last - first).days / QUARTER_DAYS)
            came = joined[risk] <= last.toordinal()
            total += 0.5 * (np.log(1 - stay[came]).sum() + np.log(stay[~came]).sum())
        return float(total)

    at, step = found.mean, 0.05
    low, middle, high = (density(at + move) for move in (-step, 0.0, step))
    assert middle > max(low, high)
    assert (2 * middle - low - high) / step**2 == pytest.approx(found.sd**-2, rel=0.02)
    assert (high - low) / (2 * step) == pytest.approx(0.0, abs=0.05)


# --- the keys of a scenario's text


def test_the_keys_of_a_text_do_in_a_run_what_they_do_in_a_forecast() -> None:
    plain, loaded = (
        GovernanceModel(load_scenario(FILE, instruments=[KEYS | more], parameters=STILL))
        for more in ({}, {"invited": ["MAR", "USA"], "vote": {"no": ["ITA"]}})
    )
    state, q = loaded.state, loaded.state.instrument_ids.index("call")
    rows = {name: loaded.index(name) for name in ("MAR", "USA", "FRA", "ITA", "SEN")}
    assert [bool(state.barred[q, i]) for i in rows.values()] == [False, False, False, True, True]
    gap = [m.state.pace_standing[q, rows["ITA"]] - m.state.pace_standing[q, rows["SEN"]] for m in (plain, loaded)]
    assert gap[1] < gap[0] - 0.3
    loaded.step()
    assert set(np.flatnonzero(state.joined[q])) <= {rows[name] for name in ("MAR", "USA", "FRA")} | {
        loaded.index("IND")
    }


def test_a_text_of_members_knows_the_others_by_their_place() -> None:
    """The EU itself, which may join beside its members, is as likely as the mean of them."""
    text = {"id": "club", "opens": "2025-01-01", "sponsors": ["coe"], "eligible": ["ALB", "GBR", "NOR", "EU"]}
    model = GovernanceModel(load_scenario(FILE, instruments=[text], parameters=STILL))
    state, q = model.state, model.state.instrument_ids.index("club")
    members = [model.index(name) for name in ("FRA", "DEU", "ITA")]
    assert state.launch_standing[q, model.index("EU")] != 0.0
    assert not state.eligible[q, members].any()
    assert len(place()) == 193
