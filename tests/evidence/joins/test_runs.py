"""Runs join as forecasts do: the same log odds from the same draws, and as many joiners."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from simulation.evidence.joins.forecast import forecast
from simulation.intensity.joining import belief as drawing
from simulation.intensity.joining.chances import launch_log_odds
from simulation.intensity.joining.pace import LAUNCH_DAYS, QUARTER_DAYS
from simulation.intensity.joining.posterior import shipped
from simulation.intensity.joining.setting import reach_of_opening, setting, so_far
from simulation.intensity.joining.states import ids, place
from simulation.intensity.joining.texts import SignupText
from simulation.kernels import Draws, Stream, key, normal, stable_hash, uniform
from simulation.model import GovernanceModel
from simulation.model.start import build_state
from simulation.processes.instruments import join_instruments, joining_of, joining_terms
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
        now = joining_of(state, loaded.parameters, loaded.mechanisms)
        terms = joining_terms(state, now, i, q)
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


def test_a_list_that_grew_tells_of_a_quicker_pace_than_one_that_did_not() -> None:
    old = replace(TEXT, id="old", opens=date(2021, 1, 1))
    idle, grown = (so_far(old, ids()[:count], DAY) for count in (2, 100))
    assert idle is not None
    assert grown is not None
    assert grown.mean > idle.mean + 1
    assert 0 < grown.told < 1
    assert grown.sd < shipped(DAY).pace.call_sd
    assert so_far(replace(TEXT, opens=date(2024, 12, 20)), (), DAY) is None  # its launch is not over


def test_the_pace_so_far_is_that_of_the_tempered_likelihood() -> None:
    """Mean and spread of the own pace by a density written anew, over a finer grid."""
    old = replace(TEXT, id="old", opens=date(2022, 12, 1))
    found, known, here = so_far(old, ids()[:40], DAY), shipped(DAY), setting(old, DAY)
    assert found is not None
    z = here.columns @ known.mode[len(drawing.REACH) :] + known.state[here.who] + known.state_by_act[here.who]
    level = known.mode[: len(drawing.REACH)] @ reach_of_opening(old, here, True, True)
    inside, p = here.who < 40, known.pace.mode
    first = old.opens + timedelta(days=LAUNCH_DAYS)
    lengths = [365 / QUARTER_DAYS, ((DAY - first).days - 365) / QUARTER_DAYS]
    odds = p[0] + p[1] + p[9] * np.log(40 / 153) + (p[10] + p[11]) * (z - z.mean())
    grid = np.linspace(-4.0, 4.0, 81)
    density = np.zeros((81, 81))
    for k, reach in enumerate(1.2 * grid):
        stay = 1 / (1 + np.exp(level + z + reach))
        stay[here.sponsor] = np.minimum(stay[here.sponsor], 0.05)
        for m, own in enumerate(known.pace.call_sd * grid):
            out = stay.copy()
            for length, further in zip(lengths, (0.0, p[6]), strict=True):
                out /= (1 + np.exp(odds + own + further)) ** length
            density[k, m] = 0.5 * np.log(np.where(inside, 1 - out, out)).sum() - 0.5 * (grid[k] ** 2 + grid[m] ** 2)
    weight = np.exp(density - density.max()).sum(axis=0)
    mean = (weight * grid).sum() / weight.sum()
    sd = np.sqrt((weight * (grid - mean) ** 2).sum() / weight.sum())
    assert found.mean == pytest.approx(known.pace.call_sd * mean, abs=0.02)
    assert found.sd == pytest.approx(known.pace.call_sd * sd, rel=0.03)


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


def test_lines_take_from_the_odds_of_texts_sponsored_across_them() -> None:
    text = KEYS | {"sponsors": ["USA"]}
    split = {"fragmentation": {"trust": 0.5, "lines": "camp"}}
    whole, parted = (
        GovernanceModel(load_scenario(FILE, instruments=[text], **more))  # type: ignore[arg-type]
        for more in ({}, split)
    )
    state, q = parted.state, parted.state.instrument_ids.index("call")
    loss = 0.5 * parted.parameters.fragmentation_pull
    assert state.crossed[q, parted.index("CHN")] == pytest.approx(loss)
    assert state.crossed[q, parted.index("USA")] == 0.0
    assert not whole.state.crossed.any()
