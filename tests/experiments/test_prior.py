"""The priors of the free parameters, how runs draw from them, and the spread over rules."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from simulation.errors import InputError
from simulation.experiments import prior
from simulation.experiments.spread import AS_IT_IS, COLUMNS, Spread, rivals, spread
from simulation.scenario.load import load_scenario
from tests.experiments.stand_in import stand_in
from tests.experiments.sweeps import fakes

BASE = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"


# --- prior


def test_priors_stay_in_the_ranges_and_peak_at_the_defaults() -> None:
    entries = prior.free_parameters()
    assert not [entry.name for entry in entries if entry.name.startswith("join_")]
    for entry in entries:
        low, half, high = prior.value_at(entry, np.array([0.0, 0.5, 1.0]))
        assert (low, high) == pytest.approx((entry.low, entry.high), abs=1e-9), entry.name
        # the middle lies between the default, where the prior peaks, and the middle of the range
        ends = sorted((entry.default, (entry.low + entry.high) / 2))
        assert ends[0] - 1e-12 <= half <= ends[1] + 1e-12, entry.name


def test_draws_follow_the_priors_and_depend_on_seed_and_replicate_only() -> None:
    draws = pd.DataFrame([prior.draw(1, replicate) for replicate in range(2000)])
    assert prior.draw(1, 7) == prior.draw(1, 7) != prior.draw(2, 7)
    middle = np.array(0.5)
    for entry in prior.free_parameters():
        column = draws[entry.name]
        assert entry.low <= column.min() < column.max() <= entry.high
        below = (column < float(prior.value_at(entry, middle))).mean()
        assert below == pytest.approx(0.5, abs=0.04), entry.name
    pull = draws["trust_pull"]  # normal, truncated: N(2, 1.4) above 0
    assert pull.mean() == pytest.approx(2.0 + 1.4 * norm.pdf(2 / 1.4) / norm.cdf(2 / 1.4), abs=0.1)


def test_what_a_scenario_sets_is_not_drawn() -> None:
    scenario = load_scenario(BASE, parameters={"rivalry": 3.0})
    seen = []
    model = prior.Drawing(lambda drawn, replicate: seen.append(drawn.parameters), 2)
    for replicate in range(4):
        model(scenario, replicate)
    assert {par.rivalry for par in seen} == {3.0}
    assert seen[0] == seen[1] != seen[2] == seen[3]
    with pytest.raises(InputError, match="neither prior nor defaults"):
        prior.check_source("posterior")


# --- spread over rules


def test_every_rule_is_run_with_the_same_draws(tmp_path: Path) -> None:
    scenario = load_scenario(BASE)
    arms = rivals(scenario)
    assert next(iter(arms)) == AS_IT_IS
    assert {"latent_book=off", "learning=roth_erev", "learning=fermi"} < set(arms)
    with stand_in(fakes.simulate):
        found = spread(scenario, draws=3, lucks=2, metrics=["commitments_kept"], workers=1, out=tmp_path / "out")
    assert tuple(found.table.columns) == COLUMNS
    assert set(found.table["rule"]) == set(arms)
    assert found.table.groupby("quarter")["mean"].nunique().max() == 1  # the miniature has no rules
    assert found.shares["rule"].to_numpy() == pytest.approx(0, abs=1e-9)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"spread.csv", "shares.csv", "spread.json", "scenario.resolved.yaml", "charts"}
    again = Spread.open(tmp_path / "out")
    assert again.table["mean"].to_numpy() == pytest.approx(found.table["mean"].to_numpy(), rel=1e-7)
    assert (again.info["draws"], again.info["lucks"], again.info["focal"]["id"]) == (3, 2, "MAR")
    assert again.differs_from(found.scenario_text) == []
