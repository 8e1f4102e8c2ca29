"""From a scenario to tables, a folder, and back; the model is a fake."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import simulation
from simulation.errors import InputError, RunError
from simulation.experiments.engine.simulate import simulate as real_simulate
from simulation.experiments.results import Results
from simulation.experiments.run import CONTRASTS, run
from simulation.report.terminal import print_results
from simulation.scenario.load import load_scenario
from tests.experiments import fakes
from tests.experiments.stand_in import stand_in
from tests.printed import printed

FILES = {
    "forecast.csv",
    "series.parquet",
    "ties.csv",
    "instruments.csv",
    "joining.csv",
    "scenario.resolved.yaml",
    "run.json",
}


def scenario(**overrides):
    return load_scenario("scenarios/baseline.yaml", overrides={"horizon": "2028Q4", **overrides})


def forecast(replicates: int = 6, model=fakes.simulate_forecast, **options) -> Results:
    with stand_in(model, fakes.facts):
        return run(scenario(), replicates=replicates, **{"workers": 1, **options})


def content(folder) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def text_of(results: Results, width: int = 80) -> str:
    return printed(print_results, results, width)


def test_public_names():
    assert simulation.run is run
    assert simulation.Results is Results
    assert simulation.load_scenario is load_scenario
    assert simulation.__version__
    assert {"GovernanceModel", "metric", "compare"} <= set(dir(simulation))
    with pytest.raises(AttributeError, match="no attribute 'governance'"):
        simulation.governance  # noqa: B018


def test_tables_of_a_run():
    results = forecast(contrasts=CONTRASTS)
    table = results.forecast("cooperation")
    assert table["quarter"].iloc[0] == "2024Q4"
    assert table["quarter"].iloc[-1] == results.horizon == "2028Q4"
    assert table["mean"].iloc[-1] == pytest.approx(0.52, abs=0.02)
    assert "density_all" in set(results.forecast()["metric"])
    ties = results.ties().set_index("partner")
    assert ties.loc["FRA", ["name", "kind", "camp", "probability", "depth"]].tolist() == [
        "France", "state", "EU", 1.0, 2.0,
    ]  # fmt: skip
    joins = results.instruments().set_index("instrument")
    assert joins["probability"].to_dict() == {"x": 1.0, "y": 0.5}
    assert joins.loc["y", "title"] == "New [bold]text"
    standing = results.standing()
    assert standing is not None
    assert standing.peers["peer"].tolist() == ["TUN", "SEN"]
    with pytest.raises(InputError, match="did you mean 'cooperation'"):
        results.forecast("coperation")


def test_contrasts_are_of_present_against_absent():
    rows = forecast(contrasts=CONTRASTS).contrasts()
    last = rows.loc[(rows["quarter"] == "2028Q4") & (rows["metric"] == "cooperation")].set_index("contrast")
    assert last["difference"].to_dict() == pytest.approx({"fragmentation": -0.05, "rivalry": 0.02})
    assert last["pairs"].tolist() == [6, 6]
    assert last.loc["fragmentation", "probability"] == 0.0


def test_folder_holds_the_promised_files_and_opens_again(tmp_path):
    results = forecast(contrasts=CONTRASTS)
    folder = results.save(tmp_path / "out")
    assert {path.name for path in folder.iterdir()} == FILES | {"charts"}
    assert len(list((folder / "charts").iterdir())) == 10  # five charts of what this run holds, as PNG and SVG
    header = "focal,metric,quarter,unit,mean,q05,q25,q50,q75,q95,replicates"
    assert (folder / "forecast.csv").read_text().splitlines()[0] == header
    again = Results.open(folder)
    assert again.info == json.loads(json.dumps(results.info))
    assert again.series().equals(results.series())
    pd.testing.assert_frame_equal(again.forecast(), results.forecast(), rtol=1e-7, check_dtype=False)
    assert text_of(again) == text_of(results)
    assert load_scenario(folder / "scenario.resolved.yaml", name="baseline") == scenario(replicates=6)


def test_same_run_same_bytes_for_any_number_of_workers(tmp_path):
    folders = [
        forecast(7, workers=workers, contrasts=CONTRASTS).save(tmp_path / str(workers), charts=False)
        for workers in (1, 2)
    ]
    assert content(folders[0]) == content(folders[1])
    assert set(content(folders[0])) == FILES


def test_charts_are_the_same_bytes_for_any_number_of_workers(tmp_path):
    results = forecast(7)
    charts = [results.save(tmp_path / str(workers), workers=workers) / "charts" for workers in (1, 2)]
    names = sorted(path.name for path in charts[0].iterdir())
    assert len(names) == 10
    assert sorted(path.name for path in charts[1].iterdir()) == names
    assert [(charts[0] / name).read_bytes() == (charts[1] / name).read_bytes() for name in names] == [True] * 10


def test_default_folder_is_named_by_content_and_replaced(tmp_path, monkeypatch):
    results = forecast()
    monkeypatch.chdir(tmp_path)
    folder = results.save(charts=False)
    assert folder.parts[:2] == ("results", "baseline")
    (folder / "stray").touch()
    assert results.save(charts=False) == folder
    assert {path.name for path in folder.iterdir()} == FILES
    monkeypatch.undo()
    assert forecast().info["run"] == results.info["run"]
    assert forecast(7).info["run"] != results.info["run"]
    assert forecast(seed=0).info["run"] != results.info["run"]
    assert forecast(seed=0).info["seed"] == 0


def test_manifest_has_no_clock_and_no_machine(tmp_path):
    info = forecast().info
    assert set(info["versions"]) >= {"python", "wifaq", "mesa", "numpy", "numba"}
    assert {"scenario", "data", "code", "metrics", "actors", "records", "prior"} == set(info["hashes"])
    assert info["replicates"] == {"planned": 6, "done": 6, "failed": 0}
    assert info["notes"] == ["a note"]
    words = json.dumps(info)
    assert not any(word in words for word in ("time", "host", 'date"', "user"))


def test_failed_replicates_are_told_and_the_others_kept(tmp_path):
    results = forecast(4, fakes.simulate_failing)
    assert results.info["replicates"] == {"planned": 4, "done": 3, "failed": 1}
    (row,) = results.failures
    assert (row["replicate"], row["stage"], row["type"]) == (1, "build", "KeyError")
    assert set(results.forecast()["replicates"]) == {3}
    assert "3 of 4 replicates" in text_of(results)
    assert Results.open(results.save(tmp_path / "out")).failures == results.failures


def test_no_replicate_no_result():
    with pytest.raises(RunError, match="all 6 replicates failed; the first: ZeroDivisionError: no world"):
        forecast(6, fakes.simulate_never)


def test_a_folder_that_is_none_or_damaged(tmp_path):
    with pytest.raises(InputError, match="not a whole result folder"):
        Results.open(tmp_path)
    folder = forecast().save(tmp_path / "out", charts=False)
    (folder / "series.parquet").write_bytes(b"PAR1 garbage")
    with pytest.raises(InputError, match="not a whole result folder"):
        Results.open(folder)
    for garbage in ("[]", "3", "[" * 100_000):
        (folder / "run.json").write_text(garbage)
        with pytest.raises(InputError, match="not a whole result folder"):
            Results.open(folder)


def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("simulation.experiments.engine.store.write_json", full)
    with pytest.raises(RunError, match="No space left"):
        forecast().save(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_terminal_report_in_order_and_in_80_columns():
    text = text_of(forecast(contrasts=CONTRASTS))
    assert max(map(len, text.splitlines())) <= 80
    places = [
        text.index(word)
        for word in (
            "Baseline",
            "Deals, instruments and partners",
            "New partners by 2028Q4",
            "Partners held from the start",
            "Instruments: probability",
            "KEPT COMMITMENTS",
            "What fragmentation and rivalry do to kept commitments",
            "The index, and what kind of cooperation it is",
            "Against its peers",
        )
    ]
    assert places == sorted(places)
    assert "chance and parameters (a draw of their prior a replicate), rules fixed" in " ".join(text.split())
    assert "New [bold]text" in text
    last = forecast().forecast().query("quarter == '2028Q4'").set_index("metric")
    assert f"Kept: new {last['mean']['kept_new']:.1f}." in text
    low, high = (f"{last[name]['kept_rank']:.0f}" for name in ("q05", "q95"))
    assert f"Rank {last['mean']['kept_rank']:.0f} [{low}–{high}]" in text
    assert "Elm [a firm]" in text
    assert "2027Q4" in text
    assert "2028Q4" in text


def test_report_of_a_thin_record_leaves_out_what_is_not_there():
    thin = forecast()
    bare = Results(
        {**thin.info, "peers": []},
        thin.scenario_text,
        {name: table.iloc[:0] if name != "forecast" else table for name, table in thin.tables.items()},
        thin._series,
        {},
    )
    text = text_of(bare)
    assert "Deals, instruments and partners" in text
    for part in ("Against its peers", "New partners by", "Partners held from the start"):
        assert part not in text


def test_recording_more_changes_no_number():
    base = run(scenario(horizon="2025Q2"), replicates=1, workers=1)
    record = {"ties": "all", "actors": "states", "every": 2, "events": True}
    more = run(scenario(horizon="2025Q2", record=record), replicates=1, workers=1)
    for metric in ("cooperation", "deals"):
        one, other = base.forecast(metric), more.forecast(metric)
        assert one["mean"].iloc[-1] == other["mean"].iloc[-1]
    assert set(more.edges().columns) == {"replicate", "quarter", "a", "b", "track", "depth", "source"}
    assert len(more.edges()) > 20
    assert list(more.events().columns) == ["replicate", "quarter", "kind", "actors", "depth", "track"]
    with pytest.raises(InputError, match="ties: all"):
        base.edges()


def test_real_model_gives_the_same_bits_in_another_process():
    short = scenario(horizon="2025Q2")
    alone = run(short, replicates=2, workers=1)
    spread = run(short, replicates=2, workers=2)
    assert alone.series().equals(spread.series())
    assert alone.info == spread.info
    assert real_simulate(short, 1).tables["series"].num_rows == (alone.series()["replicate"] == 1).sum()


@pytest.mark.parametrize(
    ("old", "new"), [(",cooperation,", ",co-operation,"), (",2028Q4,", ",2029Q1,"), ("metric", "measure")]
)
def test_an_edited_cell_of_the_forecast_is_told(tmp_path, old, new):
    folder = forecast(replicates=2).save(tmp_path / "out", charts=False)
    table = folder / "forecast.csv"
    text = table.read_text()
    assert old in text
    table.write_text(text.replace(old, new, 1))
    with pytest.raises(InputError, match=r"forecast\.csv: ('.*' has not one row in each|column metric is missing)"):
        Results.open(folder)


@pytest.mark.parametrize("key", ["focal", "horizon", "peers", "replicates", "scenario", "contrasts"])
@pytest.mark.parametrize(("value", "told"), [(None, "is missing"), (3, "must be")])
def test_what_a_run_file_lacks_is_told_when_it_is_opened(tmp_path, key, value, told):
    folder = forecast(replicates=2).save(tmp_path / "out", charts=False)
    info = json.loads((folder / "run.json").read_text())
    del info[key]
    (folder / "run.json").write_text(json.dumps(info if value is None else info | {key: value}))
    with pytest.raises(InputError, match=f"run.json: {key}:? {told}"):
        Results.open(folder)


def test_faults_of_the_run_file_and_of_a_table_are_told_at_once(tmp_path):
    folder = forecast(replicates=2).save(tmp_path / "out", charts=False)
    info = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**info, "focal": 3, "peers": 3}))
    table = folder / "forecast.csv"
    table.write_text(table.read_text().replace("metric", "measure", 1))
    with pytest.raises(InputError) as told:
        Results.open(folder)
    assert [fault.message for fault in told.value.faults] == [
        "run.json: focal: must be a mapping, not the number 3", "run.json: peers: must be a list, not the number 3",
        "forecast.csv: column metric is missing",
    ]  # fmt: skip
