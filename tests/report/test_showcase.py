"""The showcase: what `make pages WHAT=showcase` writes, from a result in miniature."""

from __future__ import annotations

import pytest

from simulation.display.words.rounding import decimal
from simulation.report import showcase, showcase_sweeps
from simulation.report.sweep import ROWS_SHOWN, digits_of
from tests.report import folders


def test_the_showcase_is_written_whole_and_keeps_that_of_the_sweeps(tmp_path) -> None:
    results = folders.result(replicates=2)
    (tmp_path / "showcase" / "sweeps").mkdir(parents=True)
    (tmp_path / "showcase" / "sweeps" / "kept.csv").write_text("a\n")
    (tmp_path / "showcase" / "old.png").write_text("")
    showcase.write(results, folders.spread(results), tmp_path / "showcase")
    charts = {f"{name}.{kind}" for name in (*showcase.CHARTS, showcase.SPREAD_CHART) for kind in ("png", "svg")}
    others = {*showcase.TABLES, "run.json", "spread.json", "scenario.resolved.yaml", "forecast.txt", "sweeps"}
    assert {path.name for path in (tmp_path / "showcase").iterdir()} == charts | others
    assert (tmp_path / "showcase" / "sweeps" / "kept.csv").read_text() == "a\n"
    told = (tmp_path / "showcase" / "forecast.txt").read_text(encoding="utf-8")
    assert told.startswith(showcase.report_text(results, showcase.README_PARTS).strip())


@pytest.mark.parametrize("name", sorted(file.stem for file in showcase_sweeps.SWEEPS.glob("*.yaml")))
def test_the_text_of_a_shipped_sweep_has_the_decimals_that_its_table_bears(name: str) -> None:
    shown = showcase_sweeps.Shown.read(showcase.FOLDER / "sweeps" / name)
    rows = shown.summary.loc[shown.summary["metric"] == shown.info["show"][0]]
    text = (showcase.FOLDER / "sweeps" / name / showcase_sweeps.TEXT).read_text(encoding="utf-8")
    digits = digits_of(rows)
    for row in rows.head(ROWS_SHOWN).itertuples():
        line = next(line for line in text.splitlines() if line.startswith(str(row.point)))
        assert f" {decimal(row.mean, digits)} " in line
