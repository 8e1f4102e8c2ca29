"""The showcase: the baseline's forecast as the README shows it, in ``results/showcase/``.

``make pages WHAT=showcase`` (``python -m simulation.report.showcase [--replicates N]``) runs the baseline, once more
under each rival rule, and writes small tables, a few charts and the text of the terminal, and puts the head of
that text into the README. Full results are what ``wifaq run`` writes; these are few enough bytes to live in git.
"""

from __future__ import annotations

import argparse
import io
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from rich.console import Console

from simulation.display import pages
from simulation.display.style import figure_of, style
from simulation.experiments.engine import store
from simulation.experiments.run import CONTRASTS, run
from simulation.experiments.spread import FILE, Spread, spread
from simulation.report.terminal import COUNTS, INDICES, parts
from simulation.scenario import shipped
from simulation.scenario.load import load_scenario

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulation.experiments.results import Results

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "results" / "showcase"
README = ROOT / "README.md"
BASELINE = shipped.folder() / "baseline.yaml"
MARKER = "forecast"
README_PARTS = 3  # heading, counts, new partners
COLUMNS = 80
DOTS_PER_INCH = 80  # of the PNGs: legible on a page, and small
YEAR_END = "Q4"
SWEEPS = "sweeps"
"""Folder inside the showcase that :mod:`simulation.report.showcase_sweeps` writes."""
CHARTS = (
    "partner_network", "composition_by_partner", "composition_by_track", "fan_commitments_kept", "fan_cooperation",
)  # fmt: skip
SPREAD_CHART = "spread_shares"
TABLES = ("forecast.csv", "ties.csv", "instruments.csv", "spread.csv", "shares.csv")
DRAWS, LUCKS = 10, 4  # of the spread over rules, as `wifaq spread` has them


def selected_forecast(results: Results) -> pd.DataFrame:
    """The forecast of the metrics that the report and the charts show, at the ends of years."""
    table = results.forecast()
    wanted = table["metric"].isin([name for name, _ in (*COUNTS, *INDICES)])
    wanted |= table["metric"].str.startswith("commitments")
    return table.loc[wanted & table["quarter"].str.endswith(YEAR_END)].reset_index(drop=True)


def report_text(results: Results, count: int | None = None) -> str:
    """The report of the terminal as plain text; its first ``count`` parts, or all."""

    def show(console: Console) -> None:
        for part in list(parts(results))[:count]:
            console.print(part)
            console.print()

    return as_text(show)


def as_text(show: Callable[[Console], None]) -> str:
    """What something prints on a terminal of 80 columns, as plain text."""
    page = io.StringIO()
    show(Console(file=page, width=COLUMNS, highlight=False, color_system=None, force_terminal=False))
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines()).strip() + "\n"


def save_png(axes: Axes, folder: Path, name: str) -> Figure:
    """Save a chart as a small PNG."""
    figure = figure_of(axes)
    with style():
        figure.savefig(folder / f"{name}.png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return figure


def write(results: Results, rules: Spread, folder: Path) -> None:
    """Write the showcase, whole or not at all; that of the sweeps inside it stays."""
    own = results.instruments()
    own = own.loc[own["actor"] == results.focal]
    tables = (selected_forecast(results), results.ties(), own, rules.table, rules.shares)
    pictures = results.plot.drawable()
    drawn = {name: pictures[name]() for name in CHARTS} | {SPREAD_CHART: rules.plot.shares()}
    with store.atomic_folder(folder) as fresh:
        for name, table in zip(TABLES, tables, strict=True):
            store.write_csv(table, fresh / name)
        for name, axes in drawn.items():
            figure = save_png(axes, fresh, name)
            with style():
                figure.savefig(fresh / f"{name}.svg", metadata={"Date": None})
        (fresh / "forecast.txt").write_text(report_text(results), encoding="utf-8", newline="\n")
        (fresh / "scenario.resolved.yaml").write_text(results.scenario_text, encoding="utf-8", newline="\n")
        store.write_json(results.info, fresh / "run.json")
        store.write_json(rules.info, fresh / FILE)
        if (folder / SWEEPS).is_dir():
            shutil.copytree(folder / SWEEPS, fresh / SWEEPS)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the showcase."""
    name = "python -m simulation.report.showcase"
    parser = argparse.ArgumentParser(prog=name, description="Rebuild results/showcase/.")
    parser.add_argument("--replicates", type=int, default=None, help="default: the scenario's")
    parser.add_argument("--workers", type=int, default=None, help="processes; default one a usable core")
    parser.add_argument("--out", type=Path, default=FOLDER, help="the folder to replace")
    parser.add_argument("--readme", type=Path, default=README, help="the page with the markers")
    chosen = parser.parse_args(arguments)
    results = run(
        BASELINE,
        replicates=chosen.replicates,
        workers=chosen.workers,
        contrasts=CONTRASTS,
        command="make pages WHAT=showcase",
    )
    draws = DRAWS if chosen.replicates is None else max(2, min(DRAWS, chosen.replicates // LUCKS))
    rules = spread(load_scenario(BASELINE), draws=draws, lucks=LUCKS, workers=chosen.workers)
    write(results, rules, chosen.out)
    head = report_text(results, README_PARTS).strip()
    pages.replace_between(chosen.readme, MARKER, f"```text\n{head}\n```")


if __name__ == "__main__":
    main()
