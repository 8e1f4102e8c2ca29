"""The pages of the backtest: tables between the markers of ``docs/results/evidence.md`` and ``deals.md``, and pictures.

``python -m simulation.evidence.page`` writes them from the gathered record: some minutes.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from simulation.data.tables import read_csv
from simulation.display import pages
from simulation.errors import WifaqError
from simulation.evidence import BASELINE, backtest
from simulation.evidence.deals import page as intensity
from simulation.evidence.deals.backtest import ORIGINS
from simulation.evidence.joins import record
from simulation.scenario.load import load_scenario

RESULTS = Path(__file__).parents[2] / "docs" / "results"
PARTS = ("joins", "deals")
"""Markers of ``evidence.md``; each holds the tables whose names begin so."""
DRAWN = ("joins_calibration", "deals_calibration")
"""Tables that the page shows as a picture."""


def write_pages(tables: Mapping[str, pd.DataFrame], learnt: Mapping[str, pd.DataFrame], folder: Path = RESULTS) -> None:
    """Fill the pages of a folder.

    Parameters
    ----------
    tables
        Of :func:`simulation.evidence.backtest.joins_tables` and ``deals_tables``.
    learnt
        Of :func:`simulation.evidence.deals.page.tables`.
    folder
        With ``evidence.md`` and ``deals.md``.

    Raises
    ------
    DataError
        If a page lacks its markers.
    """
    for part in PARTS:
        shown = {name: table for name, table in tables.items() if name.startswith(part) and name not in DRAWN}
        pages.replace_between(folder / "evidence.md", part, render(shown))
    pages.replace_between(folder / "deals.md", "deals", intensity.render(learnt))
    pictures = folder / "evidence"
    backtest.draw_calibration(tables, pictures)
    for name in DRAWN:
        tables[name].to_csv(pictures / f"{name}.csv", index=False, float_format="%.5g", lineterminator="\n")
        (pictures / f"{name}.svg").unlink()


def render(tables: Mapping[str, pd.DataFrame]) -> str:
    """Tables in Markdown, each under its title."""
    parts = []
    for name, table in tables.items():
        rows = [[_cell(value) for value in row] for row in table.itertuples(index=False)]
        parts += [f"**{backtest.TITLES[name]}**\n", pages.table([str(column) for column in table.columns], rows)]
    return "\n".join(parts)


def _cell(value: object) -> str:
    """A number to three digits behind the point, empty where there is none; whole ones without a point."""
    if not isinstance(value, float):
        return str(value)
    return "" if value != value else f"{value:.3f}".rstrip("0").rstrip(".")


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m simulation.evidence.page", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=RESULTS, help="with evidence.md and deals.md")
    folder = parser.parse_args(arguments).folder
    focal, source = load_scenario(BASELINE).focal, backtest.gathered()
    if source is None:
        parser.exit(2, f"{backtest.NO_RECORD}\n")
    try:
        tables = backtest.joins_tables(record.read_record(source), focal)
        tables["joins_tries"] = pd.DataFrame(read_csv(record.TABLES / "tries.csv"))
        tables |= backtest.deals_tables(focal, ORIGINS)
        write_pages(tables, intensity.tables(), folder)
    except WifaqError as error:
        parser.exit(2, f"{error}\n")


if __name__ == "__main__":
    main()
