"""Python users are told of replicates that failed: by a warning, in the object, and by an error when all did."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from simulation import GovernanceModel, compare, load_scenario, metric, run, sweep
from simulation.actors import StateActor
from simulation.errors import FailedReplicates, InputError, RunError
from simulation.outcomes.metrics import StateView, unregister

BASELINE = "scenarios/baseline.yaml"
SHORT = {"replicates": 2, "horizon": "2025Q4"}


class _SecondTime(StateActor):
    """Fails in the second replicate only."""

    def accepts(self, partner: object, utility: float) -> float:
        return float("nan") if self.model.replicate == 1 else 0.5


class _Always(StateActor):
    """Fails in every replicate: what a partner is worth is asked each quarter, consent only of whom somebody asks."""

    def partner_utility(self, partner: object) -> float:
        raise ZeroDivisionError


def test_a_run_warns_of_the_replicate_that_failed() -> None:
    fault = r"1 failed .* replicate 1: ModelError: .*_SecondTime\.accepts of MAR"
    with pytest.warns(FailedReplicates, match=fault) as told:
        found = run(load_scenario(BASELINE, **SHORT), workers=1, actors={"MAR": _SecondTime})
    assert told[0].filename == __file__
    assert "1 replicates, 1 failed" in repr(found)
    assert len(found.failures) == 1


def test_a_metric_that_fails_in_the_first_replicate_costs_that_replicate_only() -> None:
    scenario = load_scenario(BASELINE, **SHORT)
    first = GovernanceModel(scenario).state.depth.sum()

    @metric("fails_at_first", "none", (0, 1))
    def fails_at_first(view: StateView) -> float:
        return 1.0 / int(view.depth.sum() != first)

    try:
        with pytest.warns(FailedReplicates, match=r"test_failures_told\.py:\d+: metric 'fails_at_first' failed"):
            found = run(scenario, workers=1, parameters="defaults")
    finally:
        unregister("fails_at_first")
    assert [(row["replicate"], row["stage"]) for row in found.failures] == [(0, "build")]
    assert found.forecast("fails_at_first")["mean"].eq(1.0).all()


def test_a_comparison_warns_too_and_takes_files() -> None:
    scenario = load_scenario(BASELINE, **SHORT)
    with pytest.warns(FailedReplicates, match=r"comparison\.failures"):
        found = compare([scenario, scenario], actors=[None, {"MAR": _SecondTime}], workers=1)
    assert "failed: 1" in repr(found)
    with pytest.raises(InputError, match=r"give a list of scenarios"):
        compare(BASELINE)
    with pytest.raises(InputError, match=r"nowhere\.yaml: no such file"):
        compare([BASELINE, "nowhere.yaml"])


def test_a_sweep_warns_too(tmp_path: Path) -> None:
    plan = tmp_path / "small.yaml"
    factors = {"strategy.budget": [1, 2]}
    base = tmp_path / "base.yaml"
    base.write_text(Path(BASELINE).read_text().replace("horizon: 2035Q4", "horizon: 2025Q4"))
    content = {"title": "Small", "base": str(base), "design": "grid", "factors": factors, "replicates": 2}
    plan.write_text(yaml.safe_dump(content))
    with pytest.warns(FailedReplicates, match=r"2 failed"):
        found = sweep(plan, out=tmp_path / "out", workers=1, actors={"MAR": _SecondTime})
    assert "4 of 4 runs, 2 failed" in repr(found)


def test_nothing_is_said_where_nothing_failed_and_all_is_an_error(recwarn: pytest.WarningsRecorder) -> None:
    scenario = load_scenario(BASELINE, **SHORT)
    run(scenario, workers=1)
    assert not [w for w in recwarn if w.category is FailedReplicates]
    with pytest.raises(RunError, match="all 2 replicates failed; the first: ModelError"):
        run(scenario, workers=1, actors={"MAR": _Always})
