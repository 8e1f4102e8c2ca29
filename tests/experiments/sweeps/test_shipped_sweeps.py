"""The sweeps that ship: whole, asking something, and drawn."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from simulation.display import pages
from simulation.display.heatmap import draw_heatmap
from simulation.display.style import new_axes, style
from simulation.experiments import ask
from simulation.experiments.analysis.sensitivity import effects
from simulation.experiments.engine.executors import GivenPool
from simulation.experiments.sweeps.load import load_sweep
from simulation.experiments.sweeps.plan import make_plan
from simulation.report import showcase_sweeps
from tests.experiments.sweeps import fakes
from tests.experiments.sweeps.fakes import BASE

FOLDER = Path(__file__).parents[3] / "scenarios" / "sweeps"
FILES = sorted(FOLDER.glob("*.yaml"))


def test_three_sweeps_ship() -> None:
    assert {path.stem for path in FILES} == {"budget_partners", "consent_agenda", "fragmentation_rivalry"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_sweep_is_good_and_has_a_question(path: Path) -> None:
    plan = make_plan(load_sweep(path))
    assert plan.sweep.question.endswith("?")
    assert len(plan.sweep.factors) == 2
    assert plan.runs == 1000
    assert plan.sweep.show


def test_effects_and_interactions_of_a_known_table() -> None:
    cells = [(a, b, k) for a in ("low", "high") for b in (0, 1, 2) for k in range(4)]
    table = pd.DataFrame(cells, columns=["size", "b", "replicate"])
    high = table["size"] == "high"
    own = 0.25 * (1 + table["replicate"])  # replicates have interactions of their own
    table["value"] = table["replicate"] + 2.0 * high + 0.5 * table["b"] + own * high * table["b"]
    found = effects(table, ["size", "b"])
    assert found[["factor", "level", "reference"]].to_numpy().tolist() == [
        ["size", "high", "low"], ["b", 1, 0], ["b", 2, 0], ["size", "high", "low"], ["size", "high", "low"],
    ]  # fmt: skip
    assert found["beside_level"].tolist() == ["", "", "", 1, 2]
    slope = own.mean()
    assert found["difference"].to_numpy() == pytest.approx([2 + slope, 0.5 + slope / 2, 1 + slope, slope, 2 * slope])
    reach = stats.t.ppf(0.95, 3) * np.std([0.25, 0.5, 0.75, 1], ddof=1) / 2
    assert found.loc[3, ["low", "high"]].to_numpy(float) == pytest.approx([slope - reach, slope + reach])
    assert (found["pairs"] == 4).all()


def test_the_page_says_what_the_shipped_tables_say() -> None:
    page = showcase_sweeps.PAGE.read_text(encoding="utf-8")
    told = showcase_sweeps.told(showcase_sweeps.FOLDER / "sweeps")
    assert pages.between(page, showcase_sweeps.MARKER).strip() == told.strip()


SMALL = f"""
title: Fragmentation against rivalry
question: Does it?
base: {BASE}
design: grid
parameters: prior
factors:
  fragmentation: [0, 0.6]
  parameters.rivalry: [0, 2, 4]
show: [commitments_kept, commitments_kept - volume]
"""


def test_one_command_runs_the_sweeps_and_writes_the_page(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("simulation.experiments.sweep.open_pool", lambda executor, workers: GivenPool(fakes.HERE, 1))
    monkeypatch.setattr(showcase_sweeps, "SWEEPS", tmp_path / "files")
    monkeypatch.setattr(ask, "_model", ask.Model(fakes.simulate, fakes.check))
    Path("files").mkdir()
    Path("files/small.yaml").write_text(SMALL)
    begin, end = pages.markers(showcase_sweeps.MARKER)
    Path("page.md").write_text(f"{begin}\nold\n{end}\n")
    showcase_sweeps.main(["--replicates", "2", "--out", "out", "--page", "page.md"])
    pictures = {f"heatmap_commitments_kept{name}.png" for name in ("", "_minus_volume")}
    assert {path.name for path in Path("out/small").iterdir()} == {
        "summary.csv", "effects.csv", "sweep.txt", "sweep.json", *pictures,
    }  # fmt: skip
    told = Path("page.md").read_text()
    assert "6 design points, 2 replicates, each with parameters of its own from the prior" in told
    assert "| fragmentation as here against 0 | 0.6: **-0.120 [-0.120, -0.120]** |" in told
    assert "| rivalry as here against 0 | 2: **+0.200 [+0.200, +0.200]**; 4: **+0.400 [+0.400, +0.400]** |" in told
    assert "| fragmentation 0.6 against 0, more beside rivalry as here than 0 | 2: " in told
    assert "| commitments kept - volume, 2035Q4 |  | means " in told
    assert re.search(r"above 0 at \d of 6 points", told)


def test_a_grid_leaves_its_tables_and_heat_maps(tmp_path: Path) -> None:
    factors = {"parameters.rivalry": [0.5, 1, 2], "fragmentation.trust": [0, 0.2], "strategy.budget": [1, 2]}
    shown = ["commitments_kept", "commitments_kept - volume"]
    source = {"base": BASE, "design": "grid", "factors": factors, "replicates": 3, "show": shown}
    results = fakes.swept(source, out=tmp_path / "out")
    drawn = {path.name for path in (tmp_path / "out" / "charts").iterdir()}
    assert drawn == {f"heatmap_{name}.{end}" for name in ("commitments_kept", "commitments_kept_minus_volume")
                     for end in ("png", "svg")}  # fmt: skip
    summary = pd.read_csv(tmp_path / "out" / "summary.csv")
    assert set(summary["metric"]) == {"commitments_kept", "volume", "commitments_kept - volume"}
    difference = results.table("commitments_kept - volume").set_index(["point", "replicate"])["value"]
    parts = [results.table(name).set_index(["point", "replicate"])["value"] for name in ("commitments_kept", "volume")]
    assert np.allclose(difference, parts[0] - parts[1])
    ax = results.heatmap()
    assert ax is not None
    told = [text.get_text() for text in ax.texts]
    cells = results.table("commitments_kept").groupby(["fragmentation.trust", "parameters.rivalry"])["value"].mean()
    assert told == [f"{value:.2f}" for value in cells]
    assert ax.get_xlabel() == "parameters.rivalry"
    assert ax.get_title(loc="left") == "Morocco: kept commitments, 2035Q4"


def test_a_sweep_of_one_factor_has_no_heat_map(tmp_path: Path) -> None:
    source = {"base": BASE, "design": "grid", "factors": {"parameters.rivalry": [0.5, 1]}, "replicates": 1}
    results = fakes.swept(source, out=tmp_path / "out")
    assert results.heatmap() is None
    assert not (tmp_path / "out" / "charts").exists()


def test_a_difference_has_zero_in_the_middle_of_its_colours() -> None:
    table = pd.DataFrame([[-1.0, 0.2], [0.0, np.nan]], index=pd.Index(["a", "b"], name="rule"))
    table.columns = pd.Index([1, 2], name="rate")
    with style():
        ax = draw_heatmap(table, new_axes(), title="t", label="l")
    assert ax.images[0].get_clim() == (-1, 1)
    assert len(ax.texts) == 3
