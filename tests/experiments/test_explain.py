"""Explaining from Python and the command line, and the explanation that a result folder keeps."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import simulation
from simulation.cli.commands import app
from simulation.errors import InputError
from simulation.experiments.engine import store
from simulation.experiments.engine.simulate import simulate
from simulation.experiments.explain import explain
from simulation.experiments.explanation.tables import EVENT_TEXT, TERM_TEXT
from simulation.experiments.explanation.watcher import Watcher
from simulation.experiments.results import Results
from simulation.experiments.run import explained_replicate, run
from simulation.model import GovernanceModel
from simulation.report.terminal import signed
from tests.experiments.stand_in import stand_in
from tests.shipped import SCENARIOS, shipped

BASELINE = str(SCENARIOS / "baseline.yaml")
SHORT = ("--set", "horizon=2026Q4")
CHANGES = {"horizon": "2026Q4"}


@pytest.fixture(autouse=True)
def _eighty_columns(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


def wifaq(*arguments: str):
    return CliRunner().invoke(app, ["explain", BASELINE, *SHORT, *arguments])


# --- from Python


def test_a_public_name() -> None:
    assert simulation.explain is explain
    assert {"explain", "Explanation"} <= set(dir(simulation))


def test_the_focal_state_by_default_and_any_actor_by_id() -> None:
    scenario = shipped(changes=CHANGES)
    assert explain(scenario).actor == "MAR"
    firm = explain(scenario, "microsoft", replicate=3, kinds=["refused"])
    assert (firm.actor, firm.name, firm.replicate) == ("microsoft", "Microsoft", 3)
    assert set(firm.events["kind"]) == {"refused"}


def test_seed_replicate_and_draw_make_another_run() -> None:
    scenario = shipped(changes=CHANGES)
    first = explain(scenario).events
    pd.testing.assert_frame_equal(first, explain(scenario).events)
    for other in ({"seed": 1}, {"replicate": 1}, {"parameters": "defaults"}):
        assert not first.equals(explain(scenario, **other).events)


def test_a_tweaked_world_is_explained_as_tweaked() -> None:
    def poor(model: GovernanceModel) -> None:
        model.states["MAR"].budget = 0.0

    found = explain(shipped(changes=CHANGES), tweak=poor)
    assert {"upkeep"} < set(found.events["reason"])
    assert "made" not in set(found.events["kind"])


def test_all_faults_at_once() -> None:
    with pytest.raises(InputError) as told:
        explain(shipped(changes=CHANGES), "microsfot", kinds=["mode"], quarters=["2040Q1"], replicate=-1)
    assert [str(fault) for fault in told.value.faults] == [
        "--actor: no actor 'microsfot'; did you mean 'microsoft'?",
        "--events: 'mode' is no kind of event; did you mean 'made'?",
        "--quarter: '2040Q1' is no quarter of the run; 2025Q1 to 2026Q4 are",
        "--replicate: -1 is no number of a replicate; the first is 0",
    ]


# --- the command


def test_the_text_fits_eighty_columns_and_tells_both_sides() -> None:
    done = wifaq("--actor", "USA", "--events", "made", "--events", "refused")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "United States (USA): Baseline, the world as recorded"
    assert lines[1].startswith("Replicate 0, seed 2025. ")
    assert "broken" not in lines[1]
    text = " ".join(done.output.split())
    assert "A deal is made with" in text
    assert "No deal with" in text
    assert "United States: U " in text
    assert "log odds of a yes " in text
    assert "size of the partner" in text
    assert "budget left" in text


def test_the_numbers_of_the_text_are_those_of_the_tables() -> None:
    found = explain(BASELINE, "USA", sets=["horizon=2026Q4"])
    text = " ".join(wifaq("--actor", "USA").output.split())
    utility = found.terms.loc[(found.terms["part"] == "decided") & (found.terms["sum"] == "turning"), "value"]
    assert len(utility)
    shown = [f" U {value:.2f}".replace("-", "−") for value in utility]
    assert all(f"{start} = " in text or f"{start}, every term is 0.00" in text for start in shown)
    for kind, count in found.events["kind"].value_counts().items():
        assert f"{count} {kind}" in text


def test_a_sum_whose_terms_are_all_left_out_names_none() -> None:
    found = explain(BASELINE, sets=["horizon=2026Q4"]).terms
    terms = found.loc[(found["part"] == "term") & (found["sum"] == "turning")]
    largest = terms["value"].abs().groupby([terms["event"], terms["actor_name"], terms["other_name"]]).max()
    text = " ".join(wifaq().stdout.split())
    assert text.count(", every term is 0.00") >= (largest < 0.005).sum() > 0
    assert "= 0.00" not in text


def test_many_events_come_with_a_word_on_how_to_see_fewer() -> None:
    assert wifaq().stderr.strip().endswith("events; --partner, --events and --quarter show fewer")
    assert wifaq("--events", "refused").stderr == ""


def test_it_starts_with_counts_and_the_three_that_mattered() -> None:
    found = explain(BASELINE, sets=["horizon=2026Q4"])
    told = wifaq().stdout
    head, events = told.split("What changed its commitments most (in binding deals):\n")
    counts = found.events["kind"].value_counts()
    assert all(f"{count} {kind}" in " ".join(head.split()) for kind, count in counts.items())
    summary = " ".join(events.split("\n\n")[0].split())
    most = found.most_important().events
    assert summary.count(")") >= len(most) == 3
    assert all(quarter in summary for quarter in most["quarter"])
    assert all(f"({signed(change, 2)})" in summary for change in most["commitments"])


def test_events_with_one_partner() -> None:
    every = explain(shipped(changes=CHANGES)).events
    partner = next(about for about in every["about"] if " " not in about)
    found = explain(shipped(changes=CHANGES), partner=partner)
    assert len(found.events) == sum(partner in about.split() for about in every["about"]) > 0
    assert set(found.terms["event"]) <= set(found.events["event"])
    result = wifaq("--partner", "microsfot")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean 'microsoft'?" in result.stderr


def test_an_unknown_actor_is_bad_input() -> None:
    done = wifaq("--actor", "microsfot")
    assert done.exit_code == 2
    assert done.output == "--actor: no actor 'microsfot'; did you mean 'microsoft'?\n"


def test_a_filter_that_leaves_nothing() -> None:
    done = wifaq("--events", "joined", "--partner", "FRA")
    assert done.exit_code == 0
    assert "Nothing happened" in done.output


def test_tables_are_written_whole(tmp_path: Path) -> None:
    done = wifaq("--out", "why", "--quarter", "2025Q3")
    assert done.exit_code == 0, done.output
    assert done.output.endswith("Tables: why\n")
    assert {path.name for path in (tmp_path / "why").iterdir()} == {
        "events.csv", "terms.csv", "explanation.json", "scenario.resolved.yaml",
    }  # fmt: skip
    events = store.read_csv(tmp_path / "why" / "events.csv", EVENT_TEXT)
    terms = store.read_csv(tmp_path / "why" / "terms.csv", TERM_TEXT)
    assert set(events["quarter"]) == {"2025Q3"}
    assert set(terms["event"]) <= set(events["event"])
    kept = simulation.Explanation.open(tmp_path / "why")
    pd.testing.assert_frame_equal(kept.events, events)
    assert (kept.actor, kept.replicate) == ("MAR", 0)
    again = wifaq("--out", "why")
    assert again.exit_code == 2
    assert "exists and is not empty" in again.output
    nowhere = wifaq("--actor", "nobody_known", "--out", "elsewhere")
    assert nowhere.exit_code == 2
    assert not (tmp_path / "elsewhere").exists()


# --- in a result


def test_a_result_keeps_the_median_replicate(tmp_path: Path) -> None:
    """The very events that `wifaq explain` tells of that replicate, and after writing and reading the same."""
    results = run(shipped(changes=CHANGES), replicates=3, workers=1)
    events, terms = results.explained(), results.explained_terms()
    assert events is not None
    assert terms is not None
    final = results.series().query("metric == 'cooperation' and actor == 'MAR' and quarter == '2026Q4'")
    replicate = int(events["replicate"].iloc[0])
    ranked = final.sort_values(["value", "replicate"])["replicate"].tolist()
    assert replicate == ranked[1]
    found = explain(shipped(changes=CHANGES), replicate=replicate)
    pd.testing.assert_frame_equal(events.drop(columns="replicate"), found.events)
    pd.testing.assert_frame_equal(terms, found.most_important().terms)
    again = Results.open(results.save(tmp_path / "out", charts=False))
    assert again.explained()["luck"].tolist() == pytest.approx(events["luck"].tolist(), rel=1e-7, nan_ok=True)
    assert again.explained_terms()["name"].tolist() == terms["name"].tolist()


def test_the_only_replicate_is_explained_while_it_is_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, and the same is told of it; where somebody's own code takes part, which might notice, as before."""
    scenario, steps = shipped(changes=CHANGES), []
    found, whole = explain(scenario), run(scenario, replicates=2, workers=1).series()
    step = GovernanceModel.step
    monkeypatch.setattr(GovernanceModel, "step", lambda model: steps.append(model) or step(model))
    results = run(scenario, replicates=1, workers=1)
    assert len(steps) == scenario.quarters
    pd.testing.assert_frame_equal(results.explained().drop(columns="replicate"), found.events)
    pd.testing.assert_frame_equal(results.explained_terms(), found.most_important().terms)
    pd.testing.assert_frame_equal(results.series(), whole.loc[whole["replicate"] == 0])
    run(scenario, replicates=1, workers=1, tweak=lambda model: None)
    assert len(steps) == 3 * scenario.quarters


def test_who_fails_to_watch_costs_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def blink(watcher, moment):
        raise ValueError("blinked")

    whole = run(shipped(changes=CHANGES), replicates=1, workers=1)
    monkeypatch.setattr(Watcher, "__call__", blink)
    results = run(shipped(changes=CHANGES), replicates=1, workers=1)
    assert [(row["stage"], row["message"]) for row in results.failures] == [("explain", "blinked")]
    pd.testing.assert_frame_equal(results.series(), whole.series())


def test_not_kept_where_ties_are_not_recorded() -> None:
    results = run(shipped(changes=CHANGES | {"record.ties": "none"}), replicates=1, workers=1)
    assert results.explained() is None


def test_a_rule_that_fails_the_second_time_costs_no_result() -> None:
    def explain_badly(scenario, actor, replicate, actors):
        raise KeyError("gone")

    with stand_in(simulate, explain=explain_badly):
        results = run(shipped(changes=CHANGES), replicates=1, workers=1)
    assert results.explained() is None
    assert [(row["stage"], row["type"], row["replicate"]) for row in results.failures] == [("explain", "KeyError", 0)]
    assert len(results.ties())


def test_the_median_replicate() -> None:
    rows = [(0, 0.3), (1, 0.1), (2, 0.2), (4, 0.2)]
    series = pd.DataFrame(rows, columns=["replicate", "value"]).assign(
        metric="cooperation", actor="A", quarter="2030Q4"
    )
    assert explained_replicate(series, "A", "2030Q4") == 2
    assert explained_replicate(series.iloc[:3], "A", "2030Q4") == 2
    assert explained_replicate(series.assign(metric="deals"), "A", "2030Q4") == 0
