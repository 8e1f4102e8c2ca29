"""What is read from a sweep is joined by design point and replicate; dead factors are told."""

from __future__ import annotations

import json
import shutil
import time
import tracemalloc
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulation.errors import InputError
from simulation.experiments import prior
from simulation.experiments.results import Results
from simulation.experiments.sweeps import ledger
from simulation.experiments.sweeps.results import SweepResults
from simulation.scenario.load import load_scenario
from tests.experiments.sweeps import fakes
from tests.experiments.sweeps.fakes import BASE

SOURCE = {
    "title": "Rivalry and the trust across lines",
    "base": BASE,
    "design": "grid",
    "factors": {"parameters.rivalry": [0.5, 1], "fragmentation.trust": [0, 0.2], "strategy.budget": [1, 2]},
    "replicates": 6,
}


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> SweepResults:
    folder = tmp_path_factory.mktemp("results") / "out"
    return fakes.swept(SOURCE, out=folder)


def expected(rivalry: float, trust: float, replicate: int, quarter: str = "2035Q4") -> float:
    return rivalry / 10 - trust / 5 + 0.1 * fakes.luck(2025, replicate, "commitments_kept", quarter)


def test_open_tells_sweeps_from_runs(results):
    again = Results.open(results.folder)
    assert isinstance(again, SweepResults)
    assert again.complete
    with pytest.raises(InputError, match="is not the folder of a sweep"):
        SweepResults.open(results.folder / "scenarios")


def test_a_file_or_no_folder_in_place_of_a_sweep_is_named_once(results, tmp_path):
    for place, told in ((results.folder / "sweep.json", "is a file; name"), (tmp_path / "x", "no such file")):
        with pytest.raises(InputError, match=told) as fault:
            SweepResults.open(place)
        assert str(fault.value).count(str(place)) == 1


@pytest.mark.parametrize("text", ["[]", "{}", '{"sweep": 3}', '{"sweep": "x"}', "[" * 100_000, "\xff"])
def test_a_manifest_that_is_none_is_told(tmp_path, text):
    (tmp_path / "sweep.json").write_text(text, encoding="latin-1")
    with pytest.raises(InputError, match="is not the folder of a sweep"):
        Results.open(tmp_path)


def test_every_number_is_that_of_its_point_and_replicate(results):
    table = results.table("commitments_kept")
    assert len(table) == 8 * 6
    for row in table.to_dict("records"):
        wanted = expected(row["parameters.rivalry"], row["fragmentation.trust"], row["replicate"])
        assert row["value"] == wanted
    assert {"scenario", "title", "as_of", "focal", "seed", "parameter.rivalry"} <= set(table.columns)
    assert (table["parameter.rivalry"] == table["parameters.rivalry"]).all()


@pytest.mark.parametrize(
    "change",
    [
        lambda table: pa.concat_tables([table, table]),
        lambda table: table.slice(0, table.num_rows // 2),
        lambda table: table.set_column(5, "value", pa.array(np.full(table.num_rows, np.nan))),
        lambda table: table.set_column(5, "value", pa.nulls(table.num_rows, pa.float64())),
    ],
)
def test_a_chunk_that_is_not_as_written_is_told_when_it_is_read(results, tmp_path, change):
    folder = shutil.copytree(results.folder, tmp_path / "out")
    path = max(folder.glob("chunk-*.parquet"))
    table = pq.read_table(path)
    assert table.column_names[5] == "value"
    changed = change(table)
    pq.write_table(changed.cast(table.schema), path)
    with pytest.raises(InputError, match=rf"{path.name}.*its content is not what was written; give the sweep's"):
        SweepResults.open(folder).table("commitments_kept")


def test_a_contrast_with_an_arm_that_failed_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("WIFAQ_FAKE", json.dumps({"raises": [[0.5, replicate] for replicate in range(6)]}))
    found = fakes.swept(SOURCE, out=tmp_path / "out")
    with pytest.raises(InputError, match="contrast: no replicate of both was finished"):
        found.contrast({"parameters.rivalry": 1}, {"parameters.rivalry": 0.5})


def test_rows_do_not_depend_on_the_order_of_files(results, tmp_path):
    """Chunks renamed to another order would be refused; chunks read in another order are joined by id."""
    turned = replace(results, _paths=results._paths[::-1])
    one, two = results.table("commitments_kept"), turned.table("commitments_kept")
    order = ["point", "replicate"]
    pd.testing.assert_frame_equal(
        one.sort_values(order, ignore_index=True), two.sort_values(order, ignore_index=True)
    )


def test_summary_and_tables_in_the_folder(results):
    summary = results.summary(["commitments_kept", "density_all"], ["2030Q4", "2035Q4"])
    assert len(summary) == 8 * 4
    row = summary.loc[(summary["point"] == "p000005") & (summary["quarter"] == "2030Q4")].iloc[0]
    values = [expected(1, 0, k, "2030Q4") for k in range(6)]
    assert row["metric"] == "commitments_kept"
    assert row["mean"] == pytest.approx(np.mean(values))
    assert row["standard_error"] == pytest.approx(np.std(values, ddof=1) / np.sqrt(6))
    assert row["q50"] == pytest.approx(np.median(values))
    assert row["replicates"] == 6
    assert len(pd.read_csv(results.folder / "points.csv")) == 8
    assert set(pd.read_csv(results.folder / "summary.csv")["metric"]) == {"commitments_kept", "volume"}


def test_a_dead_factor_is_told(results):
    assert results.dead_factors() == ("strategy.budget",)
    equal = results.equal_points()
    assert len(equal) == 4
    assert set(equal["factors"]) == {"strategy.budget"}


def test_contrasts_pair_points_that_agree_in_all_else(results):
    (row,) = results.contrast({"parameters.rivalry": 1}, {"parameters.rivalry": 0.5}).to_dict("records")
    assert row["difference"] == pytest.approx(0.05)
    assert row["standard_error"] == pytest.approx(0, abs=1e-12)
    assert (row["probability"], row["pairs"]) == (1, 6)
    (row,) = results.contrast("p000000", "p000002").to_dict("records")
    assert row["difference"] == pytest.approx(0.04)
    both = results.contrast(
        {"parameters.rivalry": 1, "fragmentation.trust": 0}, {"parameters.rivalry": 0.5, "fragmentation.trust": 0.2}
    )
    assert both["difference"].iloc[0] == pytest.approx(0.09)
    assert "more" not in both
    noisy = results.contrast("p000000", "p000002", ["volume"], precision=1e-3)
    assert noisy["more"].iloc[0] == 0  # all points share their luck: the difference has no spread


def test_a_contrast_takes_the_level_as_it_stands_in_the_file_and_one_metric_by_its_name(tmp_path):
    factors = {"strategy.partners": [["state"], ["state", "firm"]], "parameters.rivalry": [0, 1]}
    found = fakes.swept({**SOURCE, "factors": factors}, out=tmp_path / "out")
    (row,) = found.contrast(
        {"strategy.partners": ["state", "firm"]}, {"strategy.partners": ["state"]}, "volume", "2030Q4"
    ).to_dict("records")
    assert (row["metric"], row["quarter"], row["pairs"]) == ("volume", "2030Q4", 6)
    assert set(found.summary("volume")["metric"]) == {"volume"}


def test_without_a_finished_run_there_is_no_quarter(results):
    empty = replace(results, _paths=())
    for quarter in (None, "2035Q4"):
        with pytest.raises(InputError, match="holds no finished run yet"):
            empty.table("commitments_kept", quarter)


def test_points_with_other_horizons_are_told_in_the_last_quarter_that_all_have(tmp_path):
    source = {**SOURCE, "factors": {"horizon": ["2030Q4", "2035Q4"], "parameters.rivalry": [0.5, 1]}}
    found = fakes.swept(source, out=tmp_path / "out")
    assert found.last_quarter == "2030Q4"
    assert found.quarters[-1] == "2035Q4"
    summary = pd.read_csv(found.folder / "summary.csv")
    assert set(summary["point"]) == set(found.points()["point"])
    assert set(summary["quarter"]) == {"2030Q4"}
    assert (found.contrast({"horizon": "2035Q4"}, {"horizon": "2030Q4"})["difference"] == 0).all()


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda r: r.contrast({"parameters.rivalri": 1}, "p000000"), "did you mean 'parameters.rivalry'"),
        (lambda r: r.contrast({"parameters.rivalry": 3}, "p000000"), "no design point has parameters.rivalry 3"),
        (lambda r: r.contrast({"parameters.rivalry": 1}, "p000000"), "must be one point too"),
        (lambda r: r.contrast({"parameters.rivalry": "high"}, "p000000"), "rivalry: is a number in this sweep"),
        (lambda r: r.table("comitments_kept"), "did you mean 'commitments_kept'"),
        (lambda r: r.table("commitments_kept", "2029Q1"), "'2029Q1' was not recorded"),
    ],
)
def test_what_cannot_be_read_is_told(results, ask, told):
    with pytest.raises(InputError, match=told):
        ask(results)


def test_in_a_grid_each_replicate_draws_the_prior_and_all_points_share_the_draw(tmp_path):
    factors = {"fragmentation.trust": [0, 0.2], "parameters.vote_noise": [0.04, 0.06]}
    source = {**SOURCE, "factors": factors, "parameters": "prior"}
    found = fakes.swept(source, out=tmp_path / "out")
    for row in found.table("commitments_kept").to_dict("records"):
        drawn = prior.draw(2025, row["replicate"])["rivalry"]
        assert row["parameter.rivalry"] == drawn
        assert row["value"] == expected(drawn, row["fragmentation.trust"], row["replicate"])
        assert row["parameter.vote_noise"] == row["parameters.vote_noise"]  # a factor is not drawn
    (row,) = found.contrast({"fragmentation.trust": 0.2}, {"fragmentation.trust": 0}).to_dict("records")
    assert (row["difference"], row["standard_error"]) == (pytest.approx(-0.04), pytest.approx(0, abs=1e-12))
    assert "replicate k draws the free ones" in found.held
    assert found.info["hashes"]["prior"] == prior.prior_hash()


def test_each_point_draws_what_it_does_not_set_unless_none_is_to_be_drawn(tmp_path):
    """By default the prior is drawn; a base that sets a parameter keeps it, beside one that does not."""
    bases = [load_scenario(BASE), load_scenario(BASE, parameters={"rivalry": 1.0})]
    bases[1] = bases[1].model_copy(update={"name": "set"})
    source = {"scenarios": bases, "design": "list", "factors": {"strategy.budget": [1, 2]}, "replicates": 3}
    for luck in ("common", "independent"):
        found = fakes.swept({**source, "random_numbers": luck}, out=tmp_path / luck)
        table = found.table("commitments_kept")
        free = table.loc[table["scenario"] == "baseline"]
        drawn = [prior.draw(row["seed"], row["replicate"])["rivalry"] for row in free.to_dict("records")]
        assert free["parameter.rivalry"].tolist() == drawn
        assert set(table.loc[table["scenario"] == "set", "parameter.rivalry"]) == {1.0}
        assert found.points()["parameter.rivalry"].tolist()[2:] == [1.0, 1.0]
        assert found.points()["parameter.rivalry"].isna().tolist() == [True, True, False, False]
    assert "held fixed: what is not free; rivalry (set)" in found.held
    plain = fakes.swept({**source, "parameters": "defaults"}, out=tmp_path / "plain")
    assert plain.draws is None
    assert plain.equal_points()["point_b"].nunique() == 3  # rivalry set to its default is all the same then
    assert "none is drawn" in plain.held


def test_a_focal_state_may_be_a_factor(tmp_path):
    source = {**SOURCE, "factors": {"focal": ["MAR", "SEN"]}, "replicates": 2}
    found = fakes.swept(source, out=tmp_path / "out")
    table = found.table("commitments_kept")
    assert table["focal"].tolist() == ["MAR", "MAR", "SEN", "SEN"]
    assert len(table) == 4


def big(folder, results: SweepResults, runs: int) -> SweepResults:
    """A sweep of many runs whose chunks were written here, not simulated: 3 x 44 x 8 numbers a run."""
    import json

    from simulation.experiments.engine.tables import Outcome
    from simulation.experiments.engine.worker import Job
    from simulation.experiments.sweeps.manifest import FILE

    folder.mkdir()
    rows = [(f"{year}Q{q}", a, f"metric{m}") for year in range(2025, 2036) for q in range(1, 5) for a in ("MAR", "x")
            for m in range(12)]  # fmt: skip
    series = pd.DataFrame(rows, columns=["quarter", "actor", "metric"])
    points, size = runs // 5, 25
    for first in range(0, runs, size):
        jobs = [Job(f"p{run // 5:06d}", run % 5) for run in range(first, first + size)]
        outcomes = [Outcome.from_frames(job.replicate, series=series.assign(value=float(first))) for job in jobs]
        sink = ledger.ChunkSink(str(folder), "big", 5, {job.point: 1 for job in jobs})
        sink.keep(jobs, outcomes)
    names = [f"p{place:06d}" for place in range(points)]
    same = {"scenario": "a", "title": "A", "focal": "MAR", "horizon": "2035Q4", "seed": 1}
    frame = pd.DataFrame({"point": names, **same, "x": range(points)})
    frame.to_parquet(folder / "points.parquet")
    own = {"factors": {"x": {"levels": [0, points - 1]}}, "order": ["x"]}
    info = {**results.info, **own, "sweep": "big", "points": points, "replicates": 5}
    (folder / FILE).write_text(json.dumps(info))
    return SweepResults.open(folder)


@pytest.mark.slow
def test_a_large_sweep_is_summarised_in_seconds_within_bounded_memory(tmp_path, results):
    peaks, seconds = [], []
    for runs in (500, 5000):
        found = big(tmp_path / str(runs), results, runs)
        begin = time.monotonic()
        assert len(found.summary(["metric3"])) == runs // 5
        seconds.append(time.monotonic() - begin)
        tracemalloc.start()
        found.series("metric3", "2035Q4", "MAR")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert seconds[1] < 20
    assert peaks[1] < 20e6


@pytest.mark.parametrize("metrics", [3, None, [], [3], ["volume", None]])
def test_what_names_no_metric_is_refused(results, metrics):
    with pytest.raises(InputError, match="must be the name of a metric"):
        results.summary(metrics)
    with pytest.raises(InputError, match="must be the name of a metric"):
        results.table(metrics)


@pytest.mark.parametrize(
    "damage",
    [
        lambda table: table.drop_columns("focal"),
        lambda table: table.drop_columns("horizon"),
        lambda table: table.slice(0, 3),
        lambda table: pa.concat_tables([table, table]),
    ],
)
def test_a_design_that_is_not_whole_is_told(results, tmp_path, damage):
    folder = shutil.copytree(results.folder, tmp_path / "out")
    pq.write_table(damage(pq.read_table(folder / "points.parquet")), folder / "points.parquet")
    with pytest.raises(InputError, match=r"points\.parquet .*give the sweep's command again"):
        SweepResults.open(folder).table("commitments_kept")


def test_levels_of_a_mapping_that_differ_little_stay_two(tmp_path):
    near = [{"trust": 0.2}, {"trust": 0.2000001}]
    swept = fakes.swept(SOURCE | {"factors": {"fragmentation": near}}, out=tmp_path / "out")
    assert list(swept.points()["fragmentation"]) == ["{trust: 0.2}", "{trust: 0.2000001}"]
    contrast = swept.contrast({"fragmentation": near[0]}, {"fragmentation": near[1]})
    assert contrast["difference"].iloc[0] == pytest.approx(1e-7 / 5)
