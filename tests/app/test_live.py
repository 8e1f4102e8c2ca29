"""The world that is stepped is the replicate that `wifaq run` and `wifaq explain` simulate, to the bit."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import pickle
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest
from htmltools import HTMLDocument
from typer.testing import CliRunner

from simulation.app import cards, drawing
from simulation.app import forecast as forecasts
from simulation.app.draft import Draft
from simulation.app.forecast import Cancelled, Job, Pinned
from simulation.app.levers import levers, parameters_that_matter
from simulation.app.live import Live
from simulation.app.page import FAN_METRICS, page
from simulation.cli.commands import app as cli
from simulation.display.words.language import Words
from simulation.errors import InputError, ModelError
from simulation.experiments.ask import load
from simulation.experiments.engine import executors
from simulation.experiments.explain import explain
from simulation.experiments.run import HEADLINES, run
from simulation.model import GovernanceModel
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


def tweaked(scenario) -> GovernanceModel:
    """A model of one's own, a quarter old, into which something was written."""
    model = GovernanceModel(scenario, replicate=1)
    model.states["FRA"].trust["MAR"] = 0.97
    model.step()
    model.states["SEN"].budget = 0.0
    return model


def test_a_model_of_ones_own_is_shown_as_it_stands_and_stepped_here_and_there(scenario) -> None:
    model, other = tweaked(scenario), tweaked(scenario).run()
    live = Live.of(model)
    assert Live.of(model) is live
    assert (live.first, live.newest, live.frame(1).quarter) == (1, 1, "2025Q1")
    assert live.frame(1).budget[model.index("SEN")] == 0.0
    live.look_at("FRA")
    model.step()  # as a cell does
    live.until(QUARTERS)  # as the page does
    assert (live.newest, model.state.quarter) == (QUARTERS, QUARTERS)
    assert (model.state.depth == other.state.depth).all()
    assert model.recorder.series().equals(other.recorder.series())  # that it was looked at changed no bit
    assert live.events("FRA", 1) is None
    assert live.events("FRA", 2) is not None
    model.states["SEN"].budget = 0.5
    row = model.index("SEN")
    assert (live.frame(QUARTERS).budget[row], live.frame(1).budget[row]) == (0.5, 0.0)
    assert {len(path) for path in live.paths().values()} == {QUARTERS + 1}
    assert not isinstance(pickle.loads(pickle.dumps(model)).watch, type(model.watch))  # a copy is seen by nobody
    model.close()
    with pytest.raises(ModelError, match="closed"):
        Live.of(model)


def test_quarters_that_are_not_recorded_keep_the_last_number() -> None:
    seldom = load("baseline", sets=["horizon=2025Q4", "record.every=3"])
    often = Live(load("baseline", sets=["horizon=2025Q4"])).until(4).paths()
    for name, path in Live(seldom).until(4).paths().items():
        assert path == [often[name][number] for number in (0, 0, 0, 3, 4)], name


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
    rough = forecasts.forecast(scenario, 2, lambda *_: None, rough=True).forecast()
    both = rough.merge(results.forecast(), on=list(rough.columns), how="left", indicator=True)
    assert (both["_merge"] == "both").all()


@pytest.mark.long
def test_the_command_line_a_notebook_and_the_app_have_the_same_bits(scenario, results, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(executors, "usable_cores", lambda: 1)
    sets = [word for key, value in SHORT.items() for word in ("--set", f"{key}={value}")]
    out = tmp_path / "run"
    done = CliRunner().invoke(cli, ["run", "baseline", *sets, "--replicates", "2", "--no-contrasts", "--out", str(out)])
    assert done.exit_code == 0, done.output
    app = forecasts.forecast(scenario, 2, lambda *_: None)
    for name, found in (("notebook", results), ("app", app)):
        found.save(tmp_path / name)
        for file in ("series.parquet", "forecast.csv", "ties.csv", "instruments.csv"):
            assert (tmp_path / name / file).read_bytes() == (out / file).read_bytes(), (name, file)


def test_a_forecast_can_be_stopped_while_it_runs(scenario, monkeypatch) -> None:
    monkeypatch.setattr(executors, "usable_cores", lambda: 1)
    job, told = Job(), []

    async def tell(done: int, total: int) -> None:
        told.append(done)
        job.stop()

    assert job.begin()
    with pytest.raises(Cancelled):
        asyncio.run(job.do(lambda progress: forecasts.forecast(scenario, 50, progress, rough=True), tell))
    assert 1 <= max(told) < 50
    assert not job.begin()
    with pytest.raises(Cancelled):  # what would have followed
        asyncio.run(job.do(lambda _: pytest.fail("it goes on"), tell))
    job.end()
    assert job.begin()
    assert asyncio.run(job.do(lambda _: 1, tell)) == 1


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
    loaded = HTMLDocument(page(Words(language), "")).render()["html"]
    assert "shiny.js" in loaded
    assert not re.search(r'src="[^"]*(datepicker|selectize)', loaded)  # complaining of themselves


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_scenarios_and_hints_are_told_in_the_language(language) -> None:
    words = Words(language)
    text = str(page(words, "mine.yaml", "Mine <own>"))
    assert f">{words.known('Maghreb thaw')}</option>" in text
    assert words.known("Maghreb thaw") != "Maghreb thaw"
    assert '<option value="mine.yaml">Mine &lt;own&gt;</option>' in text
    for lever in levers():
        assert words(lever.hint) != lever.hint
        assert words(lever.label) != lever.label


def test_a_pin_in_an_address_makes_the_same_forecast_again(scenario, results, tmp_path) -> None:
    draft = Draft("extends: baseline\nhorizon: 2025Q3\nseed: 7\n", tmp_path)
    told = Pinned("mine", results, draft).in_address
    again, count = forecasts.from_pin(told, Draft.of("baseline", tmp_path))
    assert (again, count) == (draft, 2)
    made = again.scenario()
    assert (made.seed, made.horizon, made.parameters) == (scenario.seed, scenario.horizon, scenario.parameters)
    assert Pinned("of a notebook", results).in_address == ""


@pytest.mark.parametrize("told", ["", ".", "5", "x.abc", "1.abc", "9999999999.abc", "٣.abc", "5.%%%", "5.AAAA"])
def test_a_pin_that_is_damaged_is_told(told, tmp_path) -> None:
    with pytest.raises(InputError, match=r"damaged"):
        forecasts.from_pin(told, Draft.of("baseline", tmp_path))


def test_a_forecast_is_named_by_what_was_changed(tmp_path) -> None:
    draft = Draft.of("maghreb_thaw", tmp_path).having("strategy.budget", 2).having("focal", "SEN").having("trust", [{}])
    name = forecasts.name_of_draft(draft, Words("fr"))
    title = Words("fr").known("Maghreb thaw")
    assert name == f"Budget, en multiple 2,00 · État étudié SEN · trust · {title}"
