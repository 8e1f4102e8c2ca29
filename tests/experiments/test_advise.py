"""Advice in worlds in which it is known what is best; the same bits whatever happens on the way."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

from simulation.display.words.rounding import decimal
from simulation.errors import InputError
from simulation.experiments import strategies as shipped
from simulation.experiments.advise import (
    FAILURE_COLUMNS,
    INFORMATION_COLUMNS,
    OBJECTIVES,
    RUNS,
    STRATEGY_COLUMNS,
    Advice,
    advise,
)
from simulation.experiments.ask import load
from simulation.experiments.strategies import RECORDED, candidates
from simulation.experiments.sweep import Interrupted
from simulation.experiments.sweeps.futures import draw_futures, plan_futures, uncertainties
from simulation.report.advice import print_advice
from tests.experiments import advising
from tests.experiments.killed import MARK
from tests.experiments.stand_in import stand_in
from tests.experiments.sweeps.fakes import HERE, check
from tests.printed import printed

FUTURES = 30
FEW = """strategies:
  as_recorded: {}
  opportunism: {strategy: {oversight: 1}}
  one_camp_eu: {title: One camp, strategy: {only_camp: EU}}
  states_only: {strategy: {partners: [state]}}
  half_the_budget: {strategy: {budget: 0.5}}
"""
"""In place of the shipped ones, for time."""


def advised(out: Path, simulate=advising.simulate, **options) -> Advice:
    where = {} if "workers" in options else {"executor": HERE}
    few = out.with_suffix(".yaml")
    few.write_text(FEW)
    with stand_in(simulate, check), pytest.MonkeyPatch.context() as patch:
        patch.setattr(shipped, "FILE", few)
        return advise("baseline", **{"futures": FUTURES, "out": out, **where, **options})


@pytest.fixture(scope="module")
def advice(tmp_path_factory) -> Advice:
    return advised(tmp_path_factory.mktemp("advice") / "out")


def rows_of(advice: Advice, objective: str = "kept_commitments") -> pd.DataFrame:
    return advice.strategies.loc[advice.strategies["objective"] == objective].set_index("strategy")


def test_what_is_best_on_average_is_chosen_and_best_in_as_many_futures_as_theory_says(advice):
    rows, lead = rows_of(advice), (advice.futures["rivalry"] > advising.ALL_FOR_ONE).mean()
    assert (advice.chosen, advice.tied) == ("opportunism", ())
    assert rows.at["opportunism", "best_share"] == pytest.approx(1 - lead)
    assert rows.at["one_camp_eu", "best_share"] == pytest.approx(lead)
    assert rows.at["opportunism", "regret_mean"] == pytest.approx(3 * lead)
    assert (advice.strategies["regret_mean"] >= 0).all()


def test_what_is_better_in_every_future_has_no_regret(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("strategies:\n  one_camp_eu: {strategy: {oversight: 1}}\n")  # in place of the one camp
    advice = advised(tmp_path / "out", strategies=file, futures=20)
    rows = rows_of(advice)
    assert rows.loc["opportunism", ["regret_mean", "regret_q90", "best_share"]].tolist() == [0.0, 0.0, 0.5]
    assert (advice.chosen, advice.tied) == ("opportunism", ("one_camp_eu",))  # identical now, so they tie


def test_strategies_that_do_the_same_tie(advice):
    tied = rows_of(advice).at["as_recorded", "tied_with"].split()
    assert "states_only" in tied
    assert not {"opportunism", "half_the_budget"} & set(tied)


def test_only_rivalry_is_worth_knowing(advice):
    table = advice.information.set_index("uncertainty")
    assert list(table.index[table["value"] > 0]) == ["rivalry"]
    assert (table.at["rivalry", "best_low"], table.at["rivalry", "best_high"]) == ("opportunism", "one_camp_eu")


def test_half_the_budget_is_a_control_and_loses_in_every_future(advice):
    row = rows_of(advice).loc["half_the_budget"]
    assert row["control"]
    assert row["best_share"] == 0.0
    assert row["regret_mean"] > 1.0


def test_one_camp_falls_short_where_rivalry_is_low(advice):
    table = advice.where_it_fails
    row = table.loc[(table["strategy"] == "one_camp_eu") & (table["objective"] == "kept_commitments")].iloc[0]
    futures = advice.futures.loc[advice.futures["strategy"] == "one_camp_eu"]
    assert row["share_failing"] == pytest.approx((futures["rivalry"] <= advising.ALL_FOR_ONE).mean())


@pytest.mark.parametrize("width", [80, 120])
def test_the_terminal_shows_mean_regret_and_titles_with_no_word_broken(advice, width):
    text = printed(print_advice, advice, width)
    intro, first, *rest = text.split("strategy   ")
    assert "Chosen from 4 strategies." in intro
    assert "high: One camp" in " ".join(intro.split())
    rows = [row for name, row in rows_of(advice).iterrows() if not row["control"]]
    rows.sort(key=lambda row: row["regret_mean"])
    means = [decimal(row["regret_mean"], 2) for row in rows]  # of one column alike
    shown = [line.split() for line in first.splitlines() if "%" in line]
    assert [cells[-6] for cells in shown][: len(means)] == means
    assert "One camp" in first
    assert all("One camp" in block for block in rest)
    heads = {word for block in (intro, first, *rest) for word in block.split()}
    assert {"mean", "percentile", "commitments", "coverage", "dependence", "incidents", "overall"} <= heads
    assert max(map(len, text.splitlines())) <= width


def test_columns_are_those_that_were_agreed(advice):
    agreed = {
        "strategies": "strategy,title,objective,unit,median,worst_tenth,regret_median,regret_q90,satisficed,best_share,"
        "futures,tied_with",
        "failures": "strategy,objective,share_failing,conditions,coverage,density,futures",
        "information": "uncertainty,value,unit,best_low,best_high,share_changed",
    }
    for name, columns in agreed.items():
        head = (advice.folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
        assert head.startswith(columns)
    assert len(advice.strategies) == 5 * len(OBJECTIVES)
    assert (tuple(advice.strategies), tuple(advice.where_it_fails), tuple(advice.information)) == (
        STRATEGY_COLUMNS, FAILURE_COLUMNS, INFORMATION_COLUMNS,
    )  # fmt: skip


def test_a_folder_is_read_as_it_was_written(advice):
    read = Advice.open(advice.folder)
    assert dict(read.info) == dict(advice.info)
    pd.testing.assert_frame_equal(read.futures, advice.futures, check_dtype=False)
    pd.testing.assert_frame_equal(read.strategies, advice.strategies, check_dtype=False, rtol=1e-7)


def test_every_strategy_meets_the_same_futures_and_no_two_futures_are_alike():
    scenario = load("baseline")
    tried = {entry.id: entry.scenario for entry in candidates(scenario)[:3]}
    points = plan_futures(scenario, tried, draw_futures(scenario, 20), ["commitments_kept"]).points
    seeds = [points.seed_of(place) for place in range(len(points))]
    assert seeds[:20] == seeds[20:40] == seeds[40:]
    assert len(set(seeds[:20])) == 20
    one, two = points["p000003"], points["p000023"]
    assert one.strategy != two.strategy
    assert one.model_copy(update={"strategy": two.strategy, "name": two.name, "title": two.title}) == two


def test_what_a_scenario_sets_is_held():
    names = {entry.name for entry in uncertainties(load("baseline"))}
    less = {entry.name for entry in uncertainties(load("splintering_camps"))}
    assert names - less == {"rivalry", "fragmentation", "lines"}


def test_any_state_can_be_focal_and_waits_for_a_region_of_its_own():
    for focal in ("KEN", "FRA"):
        scenario = load("baseline", focal=focal)
        waits = next(entry for entry in candidates(scenario) if entry.id == "wait_for_the_region")
        assert waits.scenario.strategy.wait_for
        assert waits.scenario.focal == focal


# --- files of strategies


def test_strategies_of_the_users_are_added_and_take_the_place_of_shipped_ones(tmp_path):
    file = tmp_path / "mine.yaml"
    mine = "mine: {strategy: {budget: 2}}\n  busy: {strategy: {effort: 2}}\n  more: {strategy: {targets: [FRA]}}\n" \
        "  late: {strategy: {when: [{metric: coverage, below: 1, then: {effort: 2}}]}}\n" \
        "  wary: {strategy: {when: [{metric: coverage, below: 1, then: {hedge: 0.5}}]}}"  # fmt: skip
    file.write_text(f"strategies:\n  {mine}\n  opportunism: {{title: Mine too}}\n")
    tried = {entry.id: entry for entry in candidates(load("baseline"), file)}
    assert set(tried) == {"mine", "busy", "more", "late", "wary", *(entry.id for entry in candidates(load("baseline")))}
    assert tried["mine"].title == "mine"
    controls = {name for name, entry in tried.items() if entry.control}  # on other amounts than the rest
    assert controls == {"mine", "busy", "more", "late", "half_the_budget", "organisations_first"}
    assert tried["opportunism"].scenario.strategy == tried[RECORDED].scenario.strategy


def test_every_fault_of_a_file_is_told_at_its_place(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text(
        "strategies:\n"
        "  one:\n    strategy: {effrot: 2}\n"
        "  two:\n    strategy:\n      only_camp: XX\n      wait_for: [NOWHERE]\n"
    )
    with pytest.raises(InputError) as caught:
        candidates(load("baseline"), file)
    told = str(caught.value).splitlines()
    assert [line.split(": ")[1] for line in told] == [
        "strategies.one.strategy.effrot", "strategies.two.strategy.only_camp", "strategies.two.strategy.wait_for[0]",
    ]  # fmt: skip
    assert [int(line.split(":")[1]) for line in told] == [3, 6, 7]
    assert "did you mean" in told[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("strategies: {}\nmore: 1\n", "unknown key"),
        ("titles: 1\n", "strategies"),
        ("strategies:\n  two words: {}\n", "one word"),
        ("strategies:\n  a: {strategies: {}}\n", "did you mean"),
        ("strategies: [a]\n", "must be a mapping"),
        ("strategies: {}\n", "strategies: must have at least 1 entry, not 0"),
        ("", "is empty; the file must be a mapping `strategies: {NAME"),
        ("- a\n", "must be a mapping `strategies: {NAME.*, not a list"),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path, text, words):
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match=words):
        candidates(load("baseline"), file)


def test_bad_options_are_told_together():
    with pytest.raises(InputError) as caught:
        advise("baseline", futures=3, objective="kept", thresholds={"nothing": 1.0})
    assert len(caught.value.faults) == 3


# --- whatever happens on the way


def same(one: Advice, two: Advice) -> bool:
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, two.tables[name], check_exact=True)
    return dict(one.info) == dict(two.info)


def test_workers_leave_no_trace(tmp_path, advice):
    assert same(advised(tmp_path / "out", workers=2), advice)


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a_killed_worker_costs_nothing(tmp_path, advice, monkeypatch):
    monkeypatch.setenv(MARK, str(tmp_path / "mark"))
    killed = advised(tmp_path / "out", advising.simulate_killed_once, workers=2)
    assert (tmp_path / "mark").exists()
    assert same(killed, advice)


def test_what_was_interrupted_goes_on_where_it_was(tmp_path, advice):
    def interrupt(done: int, planned: int) -> None:
        if done > planned // 2:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted):
        advised(tmp_path / "out", progress=interrupt)
    begun = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / RUNS).glob("chunk-*.parquet")}
    assert begun
    assert not (tmp_path / "out" / "advice.json").exists()
    assert same(advised(tmp_path / "out"), advice)
    assert {path: path.stat().st_mtime_ns for path in begun} == begun


def test_a_folder_with_something_else_is_refused(tmp_path, advice):
    (tmp_path / "mine.txt").touch()
    with pytest.raises(InputError):
        advised(tmp_path)
    with pytest.raises(InputError, match="has changed since"):
        advised(advice.folder, futures=21)
