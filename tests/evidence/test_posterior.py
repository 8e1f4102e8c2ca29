"""The sampler on a problem with a known answer, the shipped sample, and how runs draw from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulation.errors import DataError, InputError
from simulation.evidence.calibration import calibrate, posterior_page, smc, targets
from simulation.experiments import posterior, prior
from simulation.experiments.spread import AS_IT_IS, COLUMNS, Spread, rivals, spread
from simulation.scenario.load import load_scenario
from simulation.scenario.parameters import PARAMETERS
from tests.experiments.stand_in import stand_in
from tests.experiments.sweeps import fakes

BASE = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"


# --- sampler


def _gaussian(scores: np.ndarray, numbers: Sequence[int]) -> np.ndarray:
    """One observation of the first score with a standard deviation of .5; the second says nothing."""
    luck = np.array([np.random.default_rng([9, number]).normal() for number in numbers])
    return (scores[:, 0] + 0.5 * luck)[:, None]


def _sample(particles: int = 1500, seed: int = 4) -> smc.Sample:
    *_, last = smc.samples(_gaussian, lambda found: np.abs(found[:, 0] - 1.0), 2, particles, 5, seed)
    return last


def test_sampler_finds_the_posterior_of_a_normal() -> None:
    """Prior N(0, 1), one observation 1 with variance 1/4: mean 4/5, variance 1/5; the other keeps its prior."""
    found = _sample()
    mean = found.weights @ found.scores
    spread_ = found.weights @ (found.scores - mean) ** 2
    assert mean == pytest.approx([0.8, 0.0], abs=0.1)
    assert spread_ == pytest.approx([0.2, 1.0], rel=0.2)
    assert found.weights.sum() == pytest.approx(1)
    assert list(found.tolerances) == sorted(found.tolerances, reverse=True)
    assert (found.distances <= found.tolerances[-1]).all()


def test_sampler_repeats_itself() -> None:
    assert np.array_equal(_sample(100).scores, _sample(100).scores)
    assert not np.array_equal(_sample(100).scores, _sample(100, seed=5).scores)


# --- prior and distance


def test_priors_stay_in_the_ranges_and_peak_at_the_defaults() -> None:
    entries = prior.free_parameters()
    assert not [entry.name for entry in entries if entry.name.startswith("join_")]
    far = np.array([[-40.0] * len(entries), [40.0] * len(entries), [0.0] * len(entries)])
    low, high, middle = prior.values(entries, far)
    assert low == pytest.approx([entry.low for entry in entries], abs=1e-12)
    assert high == pytest.approx([entry.high for entry in entries])
    # the middle lies between the default, where the prior peaks, and the middle of the range
    for entry, half in zip(entries, middle, strict=True):
        ends = sorted((entry.default, (entry.low + entry.high) / 2))
        assert ends[0] - 1e-12 <= half <= ends[1] + 1e-12, entry.name


def test_distance_of_the_record_from_itself_is_none() -> None:
    observed = np.array([6.0, 4, 0, 0, 33, 0.1])
    other = observed + np.array([0, 0, 0, 0, 0, 0.05])
    assert targets.distance(observed, np.stack([observed, other])) == pytest.approx([0, 1])


def test_the_record_of_the_baseline() -> None:
    record = targets.load_record(str(BASE))
    assert record.observed[:4] == pytest.approx([6, 4, 0, 0])
    assert not {record.world.instruments[row].id for row in record.texts} & {"budapest", "foc", "dco"}
    assert all(deal.date <= targets.SINCE for deal in record.world.deals)


# --- shipped sample


def test_sample_is_large_and_within_bounds() -> None:
    sample = posterior.load()
    assert len(sample.weights) >= 200
    assert sample.weights.sum() == pytest.approx(1)
    assert 1 / (sample.weights**2).sum() > 100
    for place, name in enumerate(sample.names):
        column = sample.values[:, place]
        assert PARAMETERS[name].low <= column.min() < column.max() <= PARAMETERS[name].high


def test_draws_follow_the_weights_and_depend_on_seed_and_replicate_only() -> None:
    sample = posterior.load()
    draws = pd.DataFrame([sample.draw(1, replicate) for replicate in range(2000)])
    mean, width = sample.weights @ sample.values, sample.values.std(axis=0)
    assert np.abs((draws[list(sample.names)].mean() - mean) / width).max() < 0.12
    assert sample.draw(1, 7) == sample.draw(1, 7) != sample.draw(2, 7)


def test_a_damaged_table_is_told(tmp_path: Path) -> None:
    table = pd.read_csv(posterior.FILE)
    for name, change, told in (
        ("short", table.drop(columns="hazard"), "lacks hazard"),
        ("wild", table.assign(hazard=7.0), "hazard out of its bounds"),
    ):
        path = tmp_path / f"{name}.csv"
        change.to_csv(path, index=False)
        with pytest.raises(DataError, match=told):
            posterior.load(path)
    with pytest.raises(DataError, match=r"calibrate"):
        posterior.load(tmp_path / "none.csv")


def test_the_page_says_if_the_sample_is_of_another_edition() -> None:
    told = json.loads(calibrate.ACCOUNT.read_text(encoding="utf-8"))
    for edition, warned in (("first", True), (calibrate.EDITION, False)):
        page = posterior_page.render(posterior.load(), told | {"edition": edition})
        assert ("**Fitted with the first edition of the model.**" in page) == warned


def test_what_a_scenario_sets_is_not_drawn() -> None:
    scenario = load_scenario(BASE, parameters={"rivalry": 3.0})
    seen = []
    model = posterior.Drawing(lambda drawn, replicate: seen.append(drawn.parameters), 2)
    for replicate in range(4):
        model(scenario, replicate)
    assert {par.rivalry for par in seen} == {3.0}
    assert seen[0] == seen[1] != seen[2] == seen[3]
    with pytest.raises(InputError, match="neither posterior nor defaults"):
        posterior.check_source("prior")


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
