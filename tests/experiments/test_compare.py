"""Comparing scenarios: each keeps its own numbers, whoever it is compared with; any metric; a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner

from simulation import compare, load_scenario, metric, run
from simulation.cli.commands import app
from simulation.errors import FailedReplicates, InputError
from simulation.experiments import prior
from simulation.experiments.compare import Comparison
from simulation.experiments.engine.tables import Outcome
from simulation.experiments.run import HEADLINES
from simulation.outcomes.metrics import unregister
from simulation.report.comparison import print_comparison
from simulation.scenario.parameters import PARAMETERS
from simulation.scenario.schema import Scenario
from tests.experiments.stand_in import stand_in
from tests.experiments.sweeps import fakes
from tests.experiments.sweeps.fakes import BASE
from tests.printed import printed
from tests.shipped import shipped

DEFAULT = PARAMETERS["rivalry"].default
SHORT = {"horizon": "2025Q2"}


@pytest.fixture
def miniature(monkeypatch: pytest.MonkeyPatch):
    """Kept commitments are rivalry / 10 minus the fragmentation of trust / 5, without luck."""
    monkeypatch.setenv("WIFAQ_FAKE", json.dumps({"noise": 0}))
    with stand_in(fakes.simulate):
        yield


def made(name: str, replicates: int = 5, **overrides: Any) -> Scenario:
    found = load_scenario(BASE, replicates=replicates, overrides=overrides)
    return found.model_copy(update={"name": name})


def same_rows(alone: Comparison, among: Comparison) -> None:
    """What two scenarios have by themselves stands bit for bit in what they have in company."""
    for own, all_rows in ((alone.values, among.values), (alone.contrasts, among.contrasts)):
        kept = all_rows.loc[all_rows["scenario"].isin(alone.titles)].reset_index(drop=True)
        assert_frame_equal(own, kept, check_exact=True)
        assert len(own)


# --- company


@pytest.mark.parametrize(
    ("replicates", "change"),
    [(5, {"parameters.rivalry": 3}), (5, {"parameters.rivalry": DEFAULT}), (2, {}), (9, {"horizon": "2030Q4"})],
    ids=["sets a parameter", "sets its default", "fewer replicates", "ends earlier"],
)
def test_a_scenario_keeps_its_numbers_in_any_company(miniature: None, replicates: int, change: dict[str, Any]) -> None:
    pair = [made("plain"), made("split", **{"fragmentation.trust": 0.5})]
    same_rows(compare(pair, workers=1), compare([*pair, made("third", replicates, **change)], workers=1))


def test_the_real_model_keeps_its_numbers_in_company() -> None:
    pair = [shipped(changes=SHORT, replicates=2), shipped("splintering_regions", SHORT, replicates=2)]
    third = shipped("rivalry_absent", SHORT, replicates=2)
    among = compare([*pair, third], workers=1)
    same_rows(compare(pair, workers=1), among)
    own = run(pair[0], workers=1).forecast("commitments_kept").iloc[-1]
    row = among.values.query("scenario == 'baseline' and metric == 'commitments_kept'").iloc[-1]
    assert (row["mean"], row["q95"]) == (own["mean"], own["q95"])  # and those of its own run


def test_each_scenario_draws_what_it_does_not_set(miniature: None) -> None:
    arms = [made("free"), made("set", **{"parameters.rivalry": DEFAULT})]
    found = compare(arms, workers=1, metrics=["commitments_kept"])
    drawn = pd.Series([prior.draw(2025, number)["rivalry"] for number in range(5)]) / 10
    values = found.values.loc[found.values["quarter"] == "2035Q4"].set_index("scenario")
    assert values.loc["free", "mean"] == pytest.approx(drawn.mean())
    assert values.loc["free", "q95"] == pytest.approx(drawn.quantile(0.95))
    assert values.loc["set", ["mean", "q05", "q95"]].tolist() == pytest.approx([DEFAULT / 10] * 3)
    assert found.sets == {"free": [], "set": ["rivalry"]}
    fixed = compare([made("free"), made("set", **{"parameters.rivalry": DEFAULT})], workers=1, parameters="defaults")
    assert fixed.contrasts["difference"].abs().max() == 0


def test_a_contrast_beside_a_run_changes_no_number_of_it(miniature: None) -> None:
    scenario = made("apart", **{"mechanisms.rivalry": "off"})  # its contrast has rivalry, and so sets the parameter
    alone, beside = run(scenario, workers=1), run(scenario, workers=1, contrasts=("rivalry",))
    assert_frame_equal(alone.forecast(), beside.forecast(), check_exact=True)
    assert len(beside.contrasts())


# --- metrics and quarters


def test_any_metric_is_recorded_for_it() -> None:
    """Counts, those of the world and own ones, in quarters that the scenario would not keep."""
    metric("own_half", "1", (0, 1))(lambda view: 0.5)
    record = {"record.metrics": ("commitments_kept",), "record.every": 4}
    try:
        scenario = shipped(changes=SHORT | record, replicates=1)
        names = ["deals", "density_all", "own_half"]
        found = compare([scenario, scenario], workers=1, metrics=names, quarters=["2025Q1"])
    finally:
        unregister("own_half")
    assert found.values["metric"].tolist() == 2 * names
    assert found.contrasts["metric"].tolist() == names
    assert found.values.loc[found.values["metric"] == "own_half", "mean"].tolist() == [0.5, 0.5]
    assert found.values["mean"].iloc[0] > 1


def test_all_unknown_metrics_are_told_at_once(miniature: None) -> None:
    with pytest.raises(InputError) as told:
        compare([made("a"), made("b")], metrics=["comitments_kept", "commitments_kept", "wealth"])
    assert [str(fault).split(";")[0] for fault in told.value.faults] == [
        "--metric: unknown metric 'comitments_kept'", "--metric: unknown metric 'wealth'",
    ]  # fmt: skip
    assert "did you mean 'commitments_kept'?" in str(told.value)


# --- folder and command


def test_a_comparison_opens_as_it_was_saved(miniature: None, tmp_path: Path) -> None:
    pair = [made("plain"), made("set", **{"parameters.rivalry": 2})]
    found = compare(pair, workers=1, metrics=["commitments_kept", "volume"], out=tmp_path / "out")
    names = {"comparison.csv", "values.csv", "comparison.json", "scenario.resolved.yaml"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    again = Comparison.open(tmp_path / "out")
    assert_frame_equal(again.values, found.values, rtol=1e-7)
    assert_frame_equal(again.contrasts, found.contrasts, rtol=1e-7)
    assert (again.titles, again.sets, again.bands, again.focal) == (found.titles, found.sets, found.bands, "MAR")
    assert again.scenario_text.count("\nfocal: MAR") == 2
    with pytest.raises(InputError, match="not empty"):
        compare(pair, workers=1, out=tmp_path / "out")
    (tmp_path / "out" / "values.csv").write_text("scenario,metric\n")
    with pytest.raises(InputError) as told:
        Comparison.open(tmp_path / "out")
    assert "values.csv: column mean is missing" in str(told.value)
    assert len(told.value.faults) == len(found.values.columns) - 2


def count_doubles(scenario: Scenario, replicate: int) -> Outcome:
    """Rivalry new partners, and four times as many kept commitments; a capacity that stays."""
    values = {"partners_new": scenario.parameters.rivalry, "commitments_kept": 4 * scenario.parameters.rivalry,
              "capacity": 0.5}  # fmt: skip
    rows = [(quarter, metric, value) for quarter in ("2027Q4", "2030Q4", "2035Q4") for metric, value in values.items()]
    series = pd.DataFrame(rows, columns=["quarter", "metric", "value"]).assign(actor=scenario.focal)
    return Outcome.from_frames(replicate, series=series)


def test_new_partners_and_kept_commitments_in_per_cent_come_first() -> None:
    with stand_in(count_doubles):
        twice = made("twice", **{"parameters.rivalry": 2 * DEFAULT})
        found = compare([made("free"), twice], workers=1, metrics=HEADLINES[:2], parameters="defaults")
    text = printed(print_comparison, found)
    shown = " ".join(text[text.index("twice in 2030Q4, first of all") :].split())
    assert f"partners new since the start +{DEFAULT:.2f} +{DEFAULT:.2f} to +{DEFAULT:.2f} 100 %" in shown
    assert "kept commitments +100.0 % +100.0 % to +100.0 % 100 %" in shown
    assert shown.index("twice in 2035Q4, first of all") < shown.index("twice minus free")
    assert "in 2027Q4, first of all" not in text
    values = text[: text.index("twice in 2030Q4")]
    assert "Kept commitments are counted in binding deals." in values
    heads = values[values.index("2035Q4") : values.index("free  ")].split()[1:]
    assert sorted(heads[:-1]) == sorted(["scenario", "partners", "new", "since", "the", "start", "kept", "commitments"])


def test_a_small_difference_has_the_same_digits_in_both_tables() -> None:
    def simulate(scenario: Scenario, replicate: int) -> Outcome:
        value = 0.5 - scenario.parameters.rivalry / 1000
        series = pd.DataFrame({"quarter": ["2030Q4", "2035Q4"], "metric": "capacity", "value": value})
        return Outcome.from_frames(replicate, series=series.assign(actor=scenario.focal))

    with stand_in(simulate):
        twice = made("twice", **{"parameters.rivalry": 2 * DEFAULT})
        found = compare([made("free"), twice], workers=1, metrics=["capacity"], parameters="defaults")
    first, second = printed(print_comparison, found).split("twice minus free")
    less = f"\N{MINUS SIGN}{DEFAULT / 1000:.3f}"
    change = f"{less} {less} to {less}"
    for text in (first, second):
        assert change in " ".join(text.split())


def test_a_table_without_a_common_quarter_says_why_it_is_empty() -> None:
    def simulate(scenario: Scenario, replicate: int) -> Outcome:
        series = pd.DataFrame({"quarter": [str(scenario.horizon)], "metric": "capacity", "value": 0.5})
        return Outcome.from_frames(replicate, series=series.assign(actor=scenario.focal))

    with stand_in(simulate):
        pair = [made("short", horizon="2026Q4"), made("long", horizon="2028Q4")]
        found = compare(pair, workers=1, metrics=["capacity"], parameters="defaults")
    assert found.contrasts.empty
    assert "long minus short" in (text := " ".join(printed(print_comparison, found).split()))
    assert "(no number of one quarter in both; see --quarter)" in text


def test_a_scenario_of_which_every_run_failed_is_told_above_its_empty_table() -> None:
    def simulate(scenario: Scenario, replicate: int) -> Outcome:
        if scenario.name == "broken":
            raise ZeroDivisionError("no luck")
        series = pd.DataFrame({"quarter": [str(scenario.horizon)], "metric": "capacity", "value": 0.5})
        return Outcome.from_frames(replicate, series=series.assign(actor=scenario.focal))

    pair = [made("whole", **SHORT), made("broken", **SHORT)]
    with stand_in(simulate), pytest.warns(FailedReplicates):
        found = compare(pair, workers=1, metrics=["capacity"], parameters="defaults")
    assert "(every run of broken failed)" in " ".join(printed(print_comparison, found).split())


def test_the_command_shows_values_first_and_writes_both_tables(
    miniature: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    Path("set.yaml").write_text(f"extends: {BASE}\ntitle: Set\nparameters: {{rivalry: {DEFAULT}}}\n")
    asked = ["--metric", "commitments_kept", "--metric", "density_all", "--quarter", "2030Q4", "--replicates", "3"]
    done = CliRunner().invoke(app, ["compare", BASE, "set.yaml", *asked, "--workers", "1", "--out", "out"])
    assert done.exit_code == 0, done.output
    text = " ".join(done.stdout.split())
    assert "set holds fixed what it sets itself: rivalry." in text
    assert text.index("Mean and 5–95 % of the replicates") < text.index("set minus baseline")
    assert f"{DEFAULT / 10:.3f}–{DEFAULT / 10:.3f}" in text
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert done.stdout.endswith("Tables: out\n")
    assert set(pd.read_csv("out/values.csv")["metric"]) == {"commitments_kept", "density_all"}
    bad = CliRunner().invoke(app, ["compare", BASE, "set.yaml", "--metric", "comitments_kept", "--out", "none"])
    assert (bad.exit_code, Path("none").exists()) == (2, False)
    assert bad.stderr.strip() == "--metric: unknown metric 'comitments_kept'; did you mean 'commitments_kept'?"
