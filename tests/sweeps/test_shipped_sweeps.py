"""The sweeps that ship: whole, asking something, and drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulation.plots.heatmap import draw_heatmap
from simulation.plots.style import new_axes, style
from simulation.sweeping import sweep
from simulation.sweeps.load import load_sweep
from simulation.sweeps.plan import make_plan
from tests.sweeps import fakes
from tests.sweeps.fakes import BASE

FOLDER = Path(__file__).parents[2] / "scenarios" / "sweeps"
FILES = sorted(FOLDER.glob("*.yaml"))


def test_three_sweeps_ship() -> None:
    assert {path.stem for path in FILES} == {"budget_partners", "consent_agenda", "fragmentation_rivalry"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_sweep_is_good_and_has_a_question(path: Path) -> None:
    plan = make_plan(load_sweep(path))
    assert plan.sweep.question.endswith("?")
    assert len(plan.sweep.factors) == 2
    assert plan.runs == 500
    assert plan.sweep.show


def test_a_grid_leaves_its_tables_and_heat_maps(tmp_path: Path) -> None:
    factors = {"parameters.rivalry": [0.5, 1, 2], "fragmentation.trust": [0, 0.2], "strategy.budget": [1, 2]}
    shown = ["cooperation", "cooperation - volume"]
    source = {"base": BASE, "design": "grid", "factors": factors, "replicates": 3, "show": shown}
    results = sweep(source, out=tmp_path / "out", executor=fakes.HERE, simulate=fakes.simulate, check=fakes.check)
    drawn = {path.name for path in (tmp_path / "out" / "charts").iterdir()}
    assert drawn == {f"heatmap_{name}.{end}" for name in ("cooperation", "cooperation_minus_volume")
                     for end in ("png", "svg")}  # fmt: skip
    summary = pd.read_csv(tmp_path / "out" / "summary.csv")
    assert set(summary["metric"]) == {"cooperation", "volume", "cooperation - volume"}
    difference = results.table("cooperation - volume").set_index(["point", "replicate"])["value"]
    parts = [results.table(name).set_index(["point", "replicate"])["value"] for name in ("cooperation", "volume")]
    assert np.allclose(difference, parts[0] - parts[1])
    ax = results.heatmap()
    assert ax is not None
    told = [text.get_text() for text in ax.texts]
    cells = results.table("cooperation").groupby(["fragmentation.trust", "parameters.rivalry"])["value"].mean()
    assert told == [f"{value:.2f}" for value in cells]
    assert ax.get_xlabel() == "parameters.rivalry"


def test_a_sweep_of_one_factor_has_no_heat_map(tmp_path: Path) -> None:
    source = {"base": BASE, "design": "grid", "factors": {"parameters.rivalry": [0.5, 1]}, "replicates": 1}
    results = sweep(source, out=tmp_path / "out", executor=fakes.HERE, simulate=fakes.simulate, check=fakes.check)
    assert results.heatmap() is None
    assert not (tmp_path / "out" / "charts").exists()


def test_a_difference_has_zero_in_the_middle_of_its_colours() -> None:
    table = pd.DataFrame([[-1.0, 0.2], [0.0, np.nan]], index=pd.Index(["a", "b"], name="rule"))
    table.columns = pd.Index([1, 2], name="rate")
    with style():
        ax = draw_heatmap(table, new_axes(), title="t", label="l")
    assert ax.images[0].get_clim() == (-1, 1)
    assert len(ax.texts) == 3
