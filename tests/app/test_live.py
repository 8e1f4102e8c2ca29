"""The world that is stepped is the replicate that `wifaq run` and `wifaq explain` simulate, to the bit."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest

from simulation.app import cards, drawing
from simulation.app import forecast as forecasts
from simulation.app.forecast import Cancelled, Job, Pinned
from simulation.app.levers import levers, parameters_that_matter
from simulation.app.live import Live
from simulation.app.page import FAN_METRICS, page
from simulation.display.words.language import Words
from simulation.experiments.ask import load
from simulation.experiments.engine import executors
from simulation.experiments.explain import explain
from simulation.experiments.run import HEADLINES, run
from simulation.outcomes.metrics import METRICS

QUARTERS = 3
SHORT = {"horizon": "2025Q3", "seed": 7}


@pytest.fixture(scope="module")
def scenario():
    return load("baseline", sets=[f"{key}={value}" for key, value in SHORT.items()])


@pytest.fixture(scope="module")
def live(scenario) -> Live:
    return Live(scenario, 1, ("FRA",)).until(QUARTERS)


@pytest.fixture(scope="module")
def results(scenario):
    return run(scenario, replicates=2, workers=1)


def test_its_numbers_are_those_of_the_run(live, results, scenario) -> None:
    series = results.series()
    own = series.loc[(series["replicate"] == 1) & (series["actor"] == scenario.focal)]
    for name in HEADLINES:
        assert live.paths()[name] == own.loc[own["metric"] == name, "value"].tolist(), name


def test_its_events_are_those_of_explain(live, scenario) -> None:
    for actor in ("MAR", "FRA"):
        asked = explain(scenario, actor, replicate=1).events
        for number in range(1, QUARTERS + 1):
            found = live.events(actor, number)["events"]
            told = asked.loc[asked["quarter"] == live.frames[number].quarter]
            assert found.drop(columns="event").astype(str).values.tolist() == (
                told.drop(columns="event").astype(str).values.tolist()
            )
    assert live.events("SEN", 1) is None  # nobody looked at it


def test_a_frame_is_the_state_of_its_quarter(live) -> None:
    state, frame = live.model.state, live.frames[-1]
    assert [frame.quarter for frame in live.frames] == ["2024Q4", "2025Q1", "2025Q2", "2025Q3"]
    assert frame.partners(0) == {
        int(j): (int(state.depth[0, j]), int(state.track[0, j])) for j in np.flatnonzero(state.depth[0])
    }
    assert (frame.deals() == (state.depth > 0).sum(axis=1)).all()
    i, j = live.model.index("MAR"), live.model.index("FRA")
    assert frame.trust[i, j] == live.model.states["MAR"].trust["FRA"]


def test_watching_and_going_on_later_change_no_bit(scenario, live) -> None:
    other = Live(scenario, 1)
    other.until(1)
    other.until(QUARTERS)
    assert other.paths() == live.paths()
    assert (other.frames[-1].edges == live.frames[-1].edges).all()


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_what_is_drawn_and_told_travels_as_text(live, language) -> None:
    words, facts = Words(language), live.facts()
    places = drawing.layout(live, facts, words)
    assert len(places["nodes"]) == live.model.state.n
    assert len({(node["angle"], node["radius"]) for node in places["nodes"]}) == live.model.state.n
    assert len({tuple(node["tile"]) for node in places["nodes"] if "tile" in node}) == live.model.state.s
    for shown in drawing.SHOWN:
        told = drawing.quarter(live, 2, "MAR", shown)
        assert len(told["values"]) == live.model.state.s
        json.dumps(told, allow_nan=False)
    json.dumps(drawing.headline(live, 2, live.paths(), words), allow_nan=False)
    for number in range(QUARTERS + 1):
        for actor in ("MAR", "FRA", "huawei", "SEN"):
            asked = live, facts, number, actor, words
            texts = [str(card(*asked)) for card in (cards.actor_card, cards.events_card, cards.blocs_card)]
            assert all(text.startswith("<div") and not re.search(r"\bnan\b", text) for text in texts)


def test_a_forecast_is_the_run_and_the_rough_one_its_first_replicates(scenario, results, monkeypatch) -> None:
    monkeypatch.setattr(executors, "usable_cores", lambda: 1)  # processes take longer to start than this to run
    seen: list[tuple[int, int]] = []
    found = forecasts.forecast(scenario, 2, lambda done, total: seen.append((done, total)))
    assert found.forecast().equals(results.forecast())
    assert seen[-1] == (2, 2)
    rough = forecasts.rough(scenario, 2, lambda *_: None).forecast()
    both = rough.merge(results.forecast(), on=list(rough.columns), how="left", indicator=True)
    assert (both["_merge"] == "both").all()


def test_a_forecast_can_be_stopped_while_it_runs(scenario, monkeypatch) -> None:
    monkeypatch.setattr(executors, "usable_cores", lambda: 1)
    job, told = Job(), []

    async def tell(done: int, total: int) -> None:
        told.append(done)
        job.stop()

    with pytest.raises(Cancelled):
        asyncio.run(job.do(lambda progress: forecasts.rough(scenario, 50, progress), tell))
    assert 1 <= max(told) < 50
    assert not job.running


def test_fans_and_differences_under_the_same_luck(results) -> None:
    told = forecasts.fans([Pinned("now", results), Pinned("before", results)], FAN_METRICS, Words("en"))
    assert set(told["metrics"]) == {name for name in FAN_METRICS if name in set(results.forecast()["metric"])}
    for metric in told["metrics"].values():
        assert [run["name"] for run in metric["runs"]] == ["now", "before"]
        assert set(metric["differences"][0]["difference"]) == {0.0}
    json.dumps(told, allow_nan=False)


def test_the_tables_that_are_passed_on(results, tmp_path) -> None:
    path = tmp_path / "tables.xlsx"
    path.write_bytes(forecasts.workbook(results))
    sheets = pd.read_excel(path, sheet_name=None, keep_default_na=False)
    assert {"forecast", "ties", "instruments", "scenario"} <= set(sheets)
    told = sheets["forecast"]["mean"].to_numpy(float)
    assert told == pytest.approx(results.forecast()["mean"].to_numpy(), rel=1e-14)  # a sheet has 15 or 16 digits
    forged = dataclasses.replace(results, scenario_text="=1+1\n")
    path.write_bytes(forecasts.workbook(forged))
    cell = openpyxl.load_workbook(path)["scenario"]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    held = forecasts.partners(results, Words("en"))
    assert (held["New"] + held["Held, on record"] + held["Held, drawn"] - held["Any"]).abs().max() < 0.002
    assert len(forecasts.instruments(results, Words("fr"))) == (results.instruments()["actor"] == "MAR").sum()


def test_sliders_are_keys_of_the_scenario_within_its_bounds(scenario) -> None:
    assert len({lever.key for lever in levers()}) == len(levers())
    for lever in levers():
        value = lever.value(scenario)
        assert value is None or lever.low <= value <= lever.high, lever.key
        for end in (lever.low, lever.high):
            assert lever.value(load(scenario, sets=[f"{lever.key}={end}"])) == end
    assert "compliance_base" in parameters_that_matter()
    assert set(FAN_METRICS) <= set(METRICS)


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_page_names_every_field_once(language) -> None:
    text = str(page(Words(language), ""))
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert f'lang="{language}"' in text
    assert not re.search(r'(?:src|href)="https?:', text)
