"""``wifaq analyse``: indices, noise and boxes of a sweep's folder."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from typer.testing import CliRunner

from simulation.cli.commands import app
from simulation.errors import InputError
from simulation.experiments.analyse import analyse, tornado, write
from simulation.experiments.analysis.sensitivity import SWING_COLUMNS, swings
from simulation.experiments.sweeps import ledger
from simulation.experiments.sweeps.results import SweepResults
from tests.experiments.sweeps import fakes
from tests.experiments.sweeps.fakes import BASE

FACTORS = {
    "parameters.rivalry": {"low": 0, "high": 4},
    "fragmentation.trust": {"low": 0, "high": 0.2},
    "strategy.budget": {"low": 1, "high": 2},
}


def made(folder, **keys) -> SweepResults:
    source = {"base": BASE, "factors": FACTORS, "replicates": 2, **keys}
    return fakes.swept(source, out=folder)


def test_runs_that_failed_are_told_above_the_tables(tmp_path, monkeypatch):
    monkeypatch.setenv("WIFAQ_FAKE", json.dumps({"raises": [[4.0, 0], [4.0, 1], [2.0, 0]]}))
    results = made(tmp_path / "out", design="grid", factors={"parameters.rivalry": [0, 2, 4]})
    (found,) = analyse(results)
    assert found.held.endswith("3 of 6 runs failed and are left out, and with them 1 of 3 design points.")


@pytest.fixture(scope="module")
def morris(tmp_path_factory) -> SweepResults:
    return made(tmp_path_factory.mktemp("analyse") / "out", design="morris", samples=12)


def test_morris_finds_the_slopes_of_the_model_and_the_dead_factor(morris):
    (found,) = analyse(morris)
    assert found.indices is not None
    # rivalry / 10 over a range of 4; trust / 5 over a range of .2; the budget nothing
    assert found.indices["mu_star"].to_numpy() == pytest.approx([0.4, 0.04, 0])
    assert found.indices["mu"].to_numpy() == pytest.approx([0.4, -0.04, 0])
    assert morris.dead_factors() == ("strategy.budget",)
    assert 0 < found.noise < 0.2


def test_a_single_trajectory_is_told_without_an_interval(tmp_path):
    results = made(tmp_path / "out", design="morris", samples=1)
    told = CliRunner().invoke(app, ["analyse", str(results.folder)]).output
    assert "not converged" in told
    assert "NaN" not in told


def test_sobol_and_a_box(tmp_path):
    results = made(tmp_path / "out", design="sobol", samples=16, replicates=1)
    (found,) = analyse(results, above=0.3)
    assert found.indices is not None
    assert found.indices["total"].iloc[0] > 0.9
    assert found.indices["total"].iloc[2] == pytest.approx(0)
    assert not isinstance(found.box, str)
    assert found.box.limits["parameters.rivalry"][0] > 2.5


def test_swings_are_those_of_the_model(tmp_path):
    factors = {"parameters.rivalry": [0, 1, 4], "fragmentation.trust": [0, 0.2], "strategy.budget": [1, 2]}
    results = made(tmp_path / "out", design="grid", factors=factors, replicates=3)
    (found,) = analyse(results)
    rows = found.swings.set_index("factor")
    assert list(rows.index) == list(factors)
    assert rows["effect"].to_numpy() == pytest.approx([0.4, -0.04, 0])
    assert (rows["high"] - rows["low"]).to_numpy() == pytest.approx([0, 0, 0], abs=1e-9)  # pairs share their luck
    assert (rows.loc["parameters.rivalry", "from"], rows.loc["parameters.rivalry", "to"]) == (0, 4)
    assert (rows["pairs"] == 3).all()


def test_the_tornado_is_that_of_the_swings(morris):
    (found,) = analyse(morris)
    ax = tornado(found)
    bars = sorted(ax.patches, key=lambda bar: -bar.get_y())  # the largest on top
    assert [bar.get_width() for bar in bars] == pytest.approx(found.swings["effect"].tolist())
    names = [text.get_text().replace("\n", " ") for text in ax.get_yticklabels()]
    assert [name.split(":")[0] for name in names] == found.swings["factor"].tolist()
    assert f"{found.swings['pairs'].min()} replicates" in ax.figure._supxlabel.get_text()


def test_swings_of_words_and_of_samples():
    table = pd.DataFrame({"word": ["a", "b", "a", "b"], "x": [0.0, 1, 2, 3], "replicate": [0, 0, 1, 1],
                          "value": [1.0, 2, 1.5, 4]})  # fmt: skip
    rows = swings(table, ["x", "word"], sampled=True, paired=True).set_index("factor")
    assert (rows.loc["word", "from"], rows.loc["word", "to"]) == ("a", "b")
    assert rows.loc["word", "effect"] == pytest.approx(1.75)
    reach = stats.t.ppf(0.95, 1) * np.std([1, 2.5], ddof=1) / np.sqrt(2)
    assert rows.loc["word", "high"] == pytest.approx(1.75 + reach)
    assert rows.loc["x", "effect"] == pytest.approx(3)
    assert swings(table, ["word"], sampled=False, paired=False)["low"].isna().all()


def test_the_command_prints_them(morris):
    result = CliRunner().invoke(app, ["analyse", str(morris.folder), "--above", "0.2"])
    assert result.exit_code == 0, result.output
    assert "Replicate noise:" in result.stdout
    assert "Morris elementary effects" in result.stdout
    assert re.search(r"parameters\.rivalry +0\.40 ", result.stdout)  # two decimals throughout: the largest is below 10
    assert not re.search(r"\d\.\d{3}", result.stdout.partition("Morris")[2].partition("From one end")[0])
    assert "Intervals: over replicates, not over design points." in result.stdout
    assert "of cases have kept commitments above 0.2" in " ".join(result.stdout.split())
    folder = morris.folder / "analysis" / "commitments_kept_2035Q4"
    assert {path.stem for path in folder.iterdir()} == {"swings", "indices", "boxes", "noise", "tornado"}
    assert list(pd.read_csv(folder / "swings.csv").columns) == ["scenario", "metric", "quarter", *SWING_COLUMNS]
    assert len(pd.read_csv(folder / "indices.csv")) == 3


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--metric", "comitments_kept"], "did you mean 'commitments_kept'"),
        (["--quarter", "1999Q1"], "was not recorded"),
        (["--above", "1", "--below", "2"], "give one of --above and --below"),
        (["--above", "nan"], "--above: nan is not a finite number"),
    ],
)
def test_bad_requests(morris, arguments, told):
    result = CliRunner().invoke(app, ["analyse", str(morris.folder), *arguments])
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.filterwarnings("ignore::simulation.errors.FailedReplicates")
@pytest.mark.parametrize("lost", [[1.0], [0.0], [0.0, 1.0]])
def test_levels_at_which_every_run_fails_are_missing_and_nothing_else(tmp_path, monkeypatch, lost):
    monkeypatch.setenv("WIFAQ_FAKE", json.dumps({"raises": [[level, number] for level in lost for number in (0, 1)]}))
    factors = {"strategy.budget": [1, 2], "parameters.rivalry": [0, 1, 3]}
    results = made(tmp_path / "out", design="grid", factors=factors)
    image = results.heatmap("commitments_kept").images[0].get_array()
    assert np.isnan(np.ma.filled(image, np.nan)).any(axis=1).tolist() == [level in lost for level in (0.0, 1.0, 3.0)]
    (found,) = analyse(results)
    assert "cases are of interest" in found.box
    assert found.swings["effect"].notna().all()
    write(analyse(results), results.folder)


def test_an_outcome_that_is_the_same_everywhere_has_no_box(tmp_path, monkeypatch):
    monkeypatch.setenv("WIFAQ_FAKE", json.dumps({"noise": 0.0}))
    results = made(tmp_path / "out", design="lhs", samples=12, factors={"strategy.budget": {"low": 1, "high": 2}})
    for options, count in (({}, 0), ({"above": 0.0}, 12), ({"below": 0.0}, 0)):
        (found,) = analyse(results, **options)
        assert found.box.startswith(f"analyse: {count} of 12 cases")


def test_a_quarter_that_some_points_do_not_reach_is_refused(tmp_path):
    factors = {"horizon": ["2030Q4", "2035Q4"], "parameters.rivalry": [0, 4]}
    results = made(tmp_path / "out", design="grid", factors=factors)
    (found,) = analyse(results)
    assert found.quarter == "2030Q4"
    assert found.swings.set_index("factor").loc["parameters.rivalry", "effect"] == pytest.approx(0.4)
    with pytest.raises(InputError, match="2 design points have no 2035Q4; all have 2030Q4"):
        analyse(results, quarter="2035Q4")


def test_an_unfinished_sweep_is_not_analysed(tmp_path):
    results = made(tmp_path / "out", design="lhs", samples=4)
    (results.folder / ledger.chunk_name(0)).unlink()
    with pytest.raises(InputError, match="of 8 runs are missing; give the sweep's command again"):
        analyse(SweepResults.open(results.folder))
    assert CliRunner().invoke(app, ["analyse", str(tmp_path)]).exit_code == 2
